#!/usr/bin/env python3
"""Compares `traffic import` with prices by destination, for both bases, and with one price, in turns within one run, and prints the
ratio of processor time.

    cargo build --profile dist && python3 benches/prices.py [ROWS ...]
    python3 benches/prices.py sums [ROWS ...]
    python3 benches/prices.py reprice [ROWS ...]

One database has a plan of some 1,200 destinations, each with 12 changes, two of them within the month of the file; the other has one
price for everything. The file is the same. Charges are compared to the last digit with the sum that this program takes by itself.

sums measures nothing and compares such sums for both bases of plans: what is charged and what is reserved after the messages
were submitted, after most of them were reported again, and after `traffic expire`. reprice charges a month at other prices, twice.

Needs python3; everything happens in a temporary folder (under TMPDIR), which needs some 400 bytes a row. PAIRS in the environment
says how often each import is measured.
"""

import bisect
import collections
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time

import traffic

# Calling code, country, mobile country code.
COUNTRIES = [
    ("44", "GB", 234), ("33", "FR", 208), ("49", "DE", 262), ("34", "ES", 214), ("39", "IT", 222), ("31", "NL", 204),
    ("32", "BE", 206), ("41", "CH", 228), ("43", "AT", 232), ("45", "DK", 238), ("46", "SE", 240), ("47", "NO", 242),
    ("48", "PL", 260), ("351", "PT", 268), ("353", "IE", 272), ("358", "FI", 244), ("30", "GR", 202), ("36", "HU", 216),
    ("420", "CZ", 230), ("234", "NG", 621), ("254", "KE", 639), ("233", "GH", 620), ("27", "ZA", 655), ("20", "EG", 602),
    ("212", "MA", 604), ("91", "IN", 404), ("62", "ID", 510), ("63", "PH", 515), ("66", "TH", 520), ("55", "BR", 724),
]
NETWORKS = 30  # of each country
PREFIXES = 9
CHANGES = 12
MONTH = 1_793_491_200  # 2026-11-01
FLAT = 3_500_000


def starts():
    """The seconds at which prices change: ten before the month of the file, and two within it."""
    return [MONTH - (10 - i) * 30 * 86_400 for i in range(10)] + [MONTH + 10 * 86_400, MONTH + 20 * 86_400 + 4_567]


def price_list(seed=7):
    """Destinations with their prices from the beginning and from each change on, in 1e-8."""
    dice = random.Random(seed)
    destinations = ["default"]
    for code, country, mcc in COUNTRIES:
        destinations.append(country)
        destinations += [f"{mcc}{mnc:02}" for mnc in range(1, NETWORKS + 1)]
        destinations += [f"+{code}{digits}" for digits in dice.sample(range(10, 100), PREFIXES)]
    return {name: [dice.randrange(500_000, 9_000_000) for _ in range(CHANGES + 1)] for name in destinations}


def text_of(second):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(second))


class PricedScene(traffic.Scene):
    """A database in which the accounts in money have a plan; without `prices`, one price for everything."""

    def __init__(self, folder, name, prices, basis="submit"):
        self.prices = prices
        self.basis = basis
        super().__init__(folder, name)

    def fill(self):
        super().fill()
        if not self.prices:
            return
        database = sqlite3.connect(self.database)
        at = text_of(MONTH)
        insert = "INSERT INTO plan (id, code, name, unit, basis, created_at, updated_at) VALUES (100, 'wide', 'Wide', 'EUR', ?, ?, ?)"
        database.execute(insert, (self.basis, at, at))
        # Prices, plans of services, services of accounts and overlays share one sequence of IDs.
        tables = ("price", "service_plan", "account_service", "overlay")
        last = max(database.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0] for table in tables)
        rows = []
        for name, prices in self.prices.items():
            for second, price in zip([None, *starts()], prices):
                last += 1
                rows.append((last, 100, name, price, second and text_of(second), at))
        insert = "INSERT INTO price (id, plan_id, destination, price_e8, effective_from, recorded_at) VALUES (?,?,?,?,?,?)"
        database.executemany(insert, rows)
        database.execute("INSERT INTO service_plan (id, service_id, plan_id, recorded_at) VALUES (?, 2, 100, ?)", (last + 1, at))
        database.commit()
        database.close()


HEADER = "message_id,submitted_at,system_id,destination,state,parts,mccmnc\n"


def messages(rows, prices, dice):
    """A month of traffic: second, account, a row with a gap for the state, parts, and what the message costs by the plan in euros."""
    changes = starts()
    step = 30 * 86_400 / rows
    for i in range(rows):
        second = MONTH + int(i * step)
        who = int(dice.random() ** 3 * traffic.ACCOUNTS)
        code, country, mcc = dice.choice(COUNTRIES)
        number = f"{code}{dice.randrange(10 ** 8, 10 ** 9)}"
        network = f"{mcc}{dice.randrange(1, NETWORKS + 10):02}" if dice.random() < 0.7 else ""
        parts = dice.choice((1, 1, 1, 2, 3))
        h = f"{dice.getrandbits(128):032x}"
        row = (f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]},{text_of(second)[:19]}Z,{traffic.account(who)},"
               f"+{number},{{}},{parts},{network}\n")
        names = [network, *(f"+{number[:length]}" for length in range(15, 0, -1)), country, "default"]
        of_name = next(prices[name] for name in names if name in prices)
        yield second, who, row, parts, parts * of_name[bisect.bisect_right(changes, second)]


def write(path, rows, prices, seed=1):
    """Writes a month of delivered traffic; gives what it costs by the plan and by one price."""
    by_plan, by_one = collections.Counter(), collections.Counter()
    with open(path, "w", buffering=1 << 20) as file:
        file.write(HEADER)
        for _, who, row, parts, cost in messages(rows, prices, random.Random(seed)):
            file.write(row.format("delivered"))
            customer = who % traffic.CUSTOMERS + 1
            is_sms = traffic.service(who) == 1
            by_plan[customer, "SMS" if is_sms else "EUR"] += parts * traffic.E8 if is_sms else cost
            by_one[customer, "SMS" if is_sms else "EUR"] += parts * (traffic.E8 if is_sms else FLAT)
    return by_plan, by_one


# The states with which messages are reported first, and those that follow for pending and unknown ones; None is no report.
FIRST = ("pending",) * 12 + ("unknown", "rejected", "expired", "undeliverable") + ("delivered",) * 4
LATER = ("delivered",) * 6 + ("expired", "undeliverable", None, None)
OPEN = ("pending", "unknown")
EXPIRE_BEFORE = MONTH + 15 * 86_400


def write_reports(first, later, rows, prices, basis, seed=1):
    """Writes two reports of the same messages; gives what is charged and reserved after each, and after the first half expired."""
    dice = random.Random(seed)
    stages = [(collections.Counter(), collections.Counter()) for _ in range(3)]
    with open(first, "w", buffering=1 << 20) as one, open(later, "w", buffering=1 << 20) as two:
        one.write(HEADER)
        two.write(HEADER)
        for second, who, row, parts, cost in messages(rows, prices, random.Random(seed + 1)):
            state = dice.choice(FIRST)
            one.write(row.format(state))
            follows = dice.choice(LATER) if state in OPEN else None
            if follows:
                two.write(row.format(follows))
            last = follows or state
            ended = "expired" if last in OPEN and second < EXPIRE_BEFORE else last
            is_sms = traffic.service(who) == 1
            key = (who % traffic.CUSTOMERS + 1, "SMS" if is_sms else "EUR")
            amount = parts * traffic.E8 if is_sms else cost
            for (charged, reserved), state in zip(stages, (state, last, ended)):
                if basis == "submit" or is_sms:
                    charged[key] += amount if state != "rejected" else 0
                elif state == "delivered":
                    charged[key] += amount
                elif state in OPEN:
                    reserved[key] += amount
    return [({key: sum for key, sum in charged.items() if sum}, +reserved) for charged, reserved in stages]


def check_reserved(scene, expected):
    database = sqlite3.connect(scene.database)
    found = {(customer, unit): reserved for customer, unit, reserved in database.execute(
        "SELECT customer_id, unit, reserved_e8 FROM balance WHERE reserved_e8 <> 0")}
    database.close()
    if found != dict(expected):
        raise SystemExit("what is reserved is not what the files say")


def check_sums(folder, rows):
    prices = price_list()
    for basis in ("submit", "delivered"):
        first, later = (os.path.join(folder, f"{basis}-{rows}-{name}.csv") for name in ("first", "later"))
        stages = write_reports(first, later, rows, prices, basis)
        scene = PricedScene(folder, f"{basis}-{rows}", prices, basis)
        commands = (("import", first), ("import", later), ("expire", "--before", text_of(EXPIRE_BEFORE)))
        for arguments, (charged, reserved) in zip(commands, stages):
            scene.run("traffic", *arguments)
            traffic.check_charges(scene, charged)
            check_reserved(scene, reserved)
        scene.run("db", "check")
        total, held = (sum(amounts.values()) / traffic.E8 for amounts in stages[1])
        print(f"{rows:,} messages, basis {basis}: {total:,.2f} charged, {held:,.2f} reserved before the end; exact", flush=True)


def measure(folder, rows):
    path = os.path.join(folder, f"{rows}.csv")
    prices = price_list()
    by_plan, by_one = traffic.in_another_process(write, path, rows, prices)
    used = collections.defaultdict(list)
    pairs = int(os.environ.get("PAIRS", 5 if rows <= 1_000_000 else 3))
    for pair in range(pairs):
        for name, plan, basis, cost in (("submit", prices, "submit", by_plan), ("delivered", prices, "delivered", by_plan),
                                        ("one price", {}, "submit", by_one)):
            scene = PricedScene(folder, f"{rows}-{pair}-{name}", plan, basis)
            used[name].append(scene.run("traffic", "import", path))
            traffic.check_charges(scene, cost)
            if pair == 0:
                print(f"  {name}: {traffic.bytes_a_row(scene, rows):.0f} bytes a row", flush=True)
    for name in ("submit", "delivered"):
        ratios = [plan.processor / one.processor for plan, one in zip(used[name], used["one price"])]
        more = statistics.median(plan.memory - one.memory for plan, one in zip(used[name], used["one price"]))
        print(f"{rows:,} rows, {len(prices):,} destinations with {CHANGES} changes, basis {name}: {statistics.median(ratios):.3f}x the"
              f" processor time of one price ({min(ratios):.3f} to {max(ratios):.3f}, {pairs} pairs), {more:.0f} MiB more; charges exact",
              flush=True)


def reprice(folder, rows):
    """Charges the last third of a month at another price, twice."""
    path = os.path.join(folder, f"{rows}.csv")
    prices = price_list()
    before, _ = traffic.in_another_process(write, path, rows, prices)
    changed = {**prices, "GB": [*prices["GB"][:-1], 5_000_000]}
    after, _ = traffic.in_another_process(write, os.devnull, rows, changed)
    scene = PricedScene(folder, f"reprice-{rows}", prices)
    imported = scene.run("traffic", "import", path)
    traffic.check_charges(scene, before)
    scene.run("price", "set", "wide", "GB", "0.05", "--effective", text_of(starts()[-1]))
    for run in ("first", "second"):
        repriced = scene.run("traffic", "reprice", "--period", "2026-11", "--plan", "wide")
        traffic.check_charges(scene, after)
        print(f"{rows:,} rows, reprice, {run} run: {repriced.processor:.1f} s of processor time, {repriced.processor / imported.processor:.2f}x"
              f" the import, {repriced.memory:.0f} MiB; charges exact", flush=True)
    check = scene.run("db", "check")
    print(f"  db check: {check.processor:.1f} s of processor time, {check.memory:.0f} MiB", flush=True)


def main():
    with tempfile.TemporaryDirectory() as folder:
        words = sys.argv[1:]
        run = {"sums": check_sums, "reprice": reprice}.get(" ".join(words[:1]), measure)
        for rows in [int(word) for word in words if word.isdigit()] or [1_000_000]:
            run(folder, rows)


if __name__ == "__main__":
    main()
