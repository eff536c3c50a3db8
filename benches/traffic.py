#!/usr/bin/env python3
"""Compares `traffic import` with the sqlite3 shell's `.import` and DuckDB, in turns within one run, and prints ratios.

    cargo build --profile dist && python3 benches/traffic.py [--day] [ROWS ...]
    python3 benches/traffic.py --many FILES ROWS

--day imports one day as one file, as 24 and as 288. --many imports files of three days each one after the other into one database,
and prints after each what it took, what reports take, and at the end what `db check` takes.

Machines are noisy: only the ratios of one run mean anything. Everything happens in a temporary folder (under TMPDIR), which
needs some 400 bytes a row. Needs python3 and, for the comparisons, the sqlite3 shell and the Python module duckdb. Charges
are compared to the last digit with the sum that this program takes of the file itself.
"""

import collections
import concurrent.futures
import importlib.util
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import typing
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SSGCTL = os.environ.get("PROGRAM", os.path.join(ROOT, "target", "dist", "ssgctl"))
ACCOUNTS = 20_000
CUSTOMERS = 10_000
PREFIXES = [("4477009", 0.6), ("3361234", 0.15), ("4915112", 0.1), ("1202555", 0.1), ("2547123", 0.05)]
STATES = [("delivered", 0.93), ("undeliverable", 0.03), ("expired", 0.02), ("pending", 0.015), ("unknown", 0.005)]
E8 = 100_000_000
BEGIN = 1_793_491_200  # 2026-11-01


class Scene:
    """A temporary home with a database of its own and its customers."""

    def __init__(self, folder, name):
        self.home = os.path.join(folder, name)
        os.mkdir(self.home)
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.home, "SSGCTL_ACTOR": "bench"}
        self.run("db", "init")
        self.database = os.path.join(self.home, ".local/share/ssgctl/ssgctl.db")
        self.fill()

    def fill(self):
        """Adds customers and accounts behind the program's back: it is the import that is measured."""
        at = "2026-11-24T12:00:00.000Z"
        self.run("service", "new", "money", "--name", "Money", "--unit", "EUR", "--price", "0.035")
        database = sqlite3.connect(self.database)
        database.executemany(
            "INSERT INTO customer (id, account_code, api_id, organisation, created_at, updated_at) VALUES (?,?,?,?,?,?)",
            ((i + 1, f"C{i:05}", str(uuid.UUID(int=i)), f"Customer {i} Ltd", at, at) for i in range(CUSTOMERS)))
        database.executemany(
            "INSERT INTO smpp_account (id, customer_id, system_id, password_sealed, service_id, enabled, binding_enabled,"
            " submit_enabled, use_cug, allowed_ips, mo_numbers, created_at, updated_at)"
            " VALUES (?,?,?,?,?,1,1,1,0,'[]','[]',?,?)",
            ((i + 1, i % CUSTOMERS + 1, account(i), bytes(60), service(i), at, at) for i in range(ACCOUNTS)))
        database.commit()
        database.close()

    def run(self, *arguments):
        return timed([SSGCTL, *arguments], self.environment)


def account(index):
    return f"acct_{index:06}"


def service(index):
    """Of five accounts one is charged in money."""
    return 2 if index % 5 == 4 else 1


class Usage(typing.NamedTuple):
    clock: float  # seconds
    processor: float  # seconds of user and system time: on a busy machine they say more than the clock
    memory: float  # MiB at most


def timed(command, environment=None, expected=0):
    """What a command has used, which must end with an exit code."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != expected:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return Usage(taken, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def write_month(path, rows, seed=1):
    """A month of traffic in the order of time; gives what it must cost by customer and unit."""
    return write_files([path], rows, days=30, seed=seed)


def write_files(paths, rows, days, seed=1, shuffled=False, first_day=0):
    """Traffic in the order of time, each file with an equal stretch of it, or with messages of all of it; gives the cost."""
    return in_another_process(write_files_here, paths, rows, days, seed, shuffled, first_day)


def in_another_process(work, *arguments):
    """The result of a function. Memory that this process has used would count as that of the commands that it starts."""
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        return pool.submit(work, *arguments).result()


def write_files_here(paths, rows, days, seed, shuffled, first_day):
    """Writes such files in this process.

    A million rows take some four seconds: whatever repeats is made once.
    """
    dice = random.Random(seed)
    # Few accounts have most of the traffic.
    accounts = dice.choices(range(ACCOUNTS), [1 / (i + 50) for i in range(ACCOUNTS)], k=1 << 20)
    names = [account(i) for i in range(ACCOUNTS)]
    prefixes = dice.choices(*zip(*PREFIXES), k=1 << 16)
    states = dice.choices(*zip(*STATES), k=1 << 16)
    clock = [f"T{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}Z" for i in range(86_400)]
    dates = [time.strftime("%Y-%m-%d", time.gmtime(BEGIN + (first_day + day) * 86_400)) for day in range(days)]
    parts_of, cost = collections.Counter(), collections.Counter()
    step = days * 86_400 / rows
    lines = []
    for i in range(rows):
        if i & 0xFFFF == 0:
            block = dice.randbytes(16 << 16).hex()
        place = (i & 0xFFFF) * 32
        h = block[place:place + 32]
        bits = int(h[16:], 16)
        moment = int(i * step)
        who = accounts[bits & 0xFFFFF]
        parts = 1 if bits & 0x700000 else 2 + (bits >> 24) % 3
        price = ""
        if who % 5 == 4 and bits & 0x8000000:
            e8 = 1_000_000 + (bits >> 30) % 4_000_000
            price = f"0.{e8:08}"
            cost[who % CUSTOMERS + 1, "EUR"] += e8
        else:
            parts_of[who] += parts
        lines.append(
            f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]},{dates[moment // 86_400]}{clock[moment % 86_400]},"
            f"{names[who]},+{prefixes[bits >> 28 & 0xFFFF]}{bits >> 44:07},{states[bits >> 36 & 0xFFFF]},{parts},{price}\n")
    for who, parts in parts_of.items():
        if service(who) == 2:
            cost[who % CUSTOMERS + 1, "EUR"] += parts * 3_500_000
        else:
            cost[who % CUSTOMERS + 1, "SMS"] += parts * E8
    if shuffled:
        dice.shuffle(lines)
    for place, path in enumerate(paths):
        with open(path, "w", buffering=1 << 20) as file:
            file.write("message_id,submitted_at,system_id,destination,state,parts,price\n")
            file.writelines(lines[place * rows // len(paths):(place + 1) * rows // len(paths)])
    return cost


def check_charges(scene, cost):
    database = sqlite3.connect(scene.database)
    found = {(customer, unit): -total for customer, unit, total in database.execute(
        "SELECT customer_id, unit, sum(e8) FROM (SELECT customer_id, unit, amount_e8 AS e8 FROM entry WHERE kind = 'charge'"
        " UNION ALL SELECT customer_id, unit, accrued_e8 FROM balance) GROUP BY 1, 2 HAVING sum(e8) <> 0")}
    database.close()
    if found != dict(cost):
        raise SystemExit("the charges are not those of the file")


def bytes_a_row(scene, rows):
    database = sqlite3.connect(scene.database)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return os.path.getsize(scene.database) / rows


def wait_for_others(scene, importing):
    """Adjusts and shows a balance, one after the other, while an import runs; gives the seconds of each."""
    taken = {"adjust": [], "show": []}
    while importing.is_alive():
        adjusted = scene.run("balance", "adjust", "C00000", "1", "--unit", "SMS", "--description", "x")
        taken["adjust"].append(adjusted.clock)
        taken["show"].append(scene.run("balance", "show", "C00000").clock)
    return taken


def shell(folder, path, unique):
    """The sqlite3 shell's import of the same file, untyped, or with a unique message_id."""
    database = os.path.join(folder, "shell.db")
    if os.path.exists(database):
        os.remove(database)
    table = "CREATE TABLE m(message_id UNIQUE, submitted_at, system_id, destination, state, parts, price);"
    skip = "--skip 1 " if unique else ""
    return timed(["sqlite3", database, table if unique else "", f".import --csv {skip}{path} m"]).clock


def duck(path):
    """DuckDB's import of the same file without a key; nothing where it is not installed."""
    if importlib.util.find_spec("duckdb") is None:
        return None
    code = f"import duckdb, sys; duckdb.connect(sys.argv[1]).execute(\"CREATE TABLE m AS FROM read_csv('{path}')\")"
    with tempfile.TemporaryDirectory() as folder:
        return timed([sys.executable, "-c", code, os.path.join(folder, "d.db")]).clock


def measure(folder, rows):
    path = os.path.join(folder, f"{rows}.csv")
    cost = write_month(path, rows)
    pairs = 5 if rows <= 1_000_000 else 1
    ratios = []
    for pair in range(pairs):
        scene = Scene(folder, f"{rows}-{pair}")
        empty = os.path.getsize(scene.database)
        ours, _, memory = scene.run("traffic", "import", path)
        check_charges(scene, cost)
        ratios.append((ours, shell(folder, path, False), memory))
    print(f"{rows:,} rows: {statistics.median(a / b for a, b, _ in ratios):.2f}x sqlite3 .import"
          f" ({ratios[0][0]:.1f} s against {ratios[0][1]:.1f} s, {pairs} pairs), {ratios[0][2]:.0f} MiB,"
          f" {bytes_a_row(scene, rows) - empty / rows:.0f} bytes a row; charges exact", flush=True)
    print(f"  with UNIQUE: {ours / shell(folder, path, True):.2f}x", flush=True)
    duckdb = duck(path)
    if duckdb:
        print(f"  DuckDB without a key: {ours / duckdb:.2f}x", flush=True)
    with open(path, "a") as file:
        file.write("\n")  # another file by its bytes, so that all of it is read
    again = scene.run("traffic", "import", path).clock
    check_charges(scene, cost)
    print(f"  again: {again / ours:.2f}x the first import; nothing charged", flush=True)
    scene = Scene(folder, f"{rows}-waiting")
    importing = threading.Thread(target=lambda: scene.run("traffic", "import", path))
    importing.start()
    for verb, seconds in wait_for_others(scene, importing).items():
        seconds.sort()
        print(f"  balance {verb} meanwhile: median {statistics.median(seconds) * 1000:.0f} ms,"
              f" p99 {seconds[int(len(seconds) * 0.99)] * 1000:.0f} ms, {len(seconds)} times", flush=True)
    importing.join()


def measure_day(folder, rows):
    """One day as one file, as hourly files and as files of five minutes, in order and shuffled."""
    whole = None
    for count in (1, 24, 288):
        for shuffled in (False, True):
            name = f"{count}{'-shuffled' if shuffled else ''}"
            paths = [os.path.join(folder, f"{name}-{place:03}.csv") for place in range(count)]
            cost = write_files(paths, rows, days=1, shuffled=shuffled)
            scene = Scene(folder, f"day-{name}")
            seconds = [scene.run("traffic", "import", path).processor for path in paths]
            check_charges(scene, cost)
            whole = whole or sum(seconds)
            print(f"a day of {rows:,} rows as {count} files{', shuffled' if shuffled else ''}: {sum(seconds):.2f} s of processor"
                  f" time, {sum(seconds) / whole:.2f}x the one file; the first {seconds[0]:.2f} s, the last {seconds[-1]:.2f} s;"
                  f" {bytes_a_row(scene, rows):.0f} bytes a row", flush=True)
            for path in paths:
                os.remove(path)


def measure_many(folder, files, rows):
    """Files of three days each, one after the other."""
    scene = Scene(folder, "many")
    path = os.path.join(folder, "many.csv")
    cost = collections.Counter()
    for number in range(files):
        cost += write_files([path], rows, days=3, seed=number, first_day=3 * number)
        imported = scene.run("traffic", "import", path)
        size = bytes_a_row(scene, rows * (number + 1))
        by_state, by_day = (
            scene.run("report", "traffic", "--by", by, "--period", "2026-11", "-o", "csv") for by in ("account,state", "day"))
        show = scene.run("customer", "show", "C00000")
        print(f"file {number + 1} of {rows:,} rows: {imported.processor:.1f} s of processor time ({imported.clock:.1f} s),"
              f" {imported.memory:.0f} MiB, {size:.0f} bytes a row; report by account and state {by_state.processor:.2f} s,"
              f" by day {by_day.processor:.3f} s; customer show {show.processor * 1000:.1f} ms", flush=True)
        check_charges(scene, cost)
    check = scene.run("db", "check")
    print(f"db check: {check.processor:.0f} s of processor time ({check.clock:.0f} s), {check.memory:.0f} MiB; charges exact", flush=True)


def main():
    with tempfile.TemporaryDirectory() as folder:
        if sys.argv[1:2] == ["--many"]:
            measure_many(folder, int(sys.argv[2]), int(sys.argv[3]))
            return
        if sys.argv[1:2] == ["--day"]:
            for rows in [int(word) for word in sys.argv[2:]] or [4_000_000]:
                measure_day(folder, rows)
            return
        for rows in [int(word) for word in sys.argv[1:]] or [1_000_000, 3_000_000, 10_000_000]:
            measure(folder, rows)


if __name__ == "__main__":
    main()
