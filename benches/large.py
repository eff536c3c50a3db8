#!/usr/bin/env python3
"""Measures commands on a large database against the same commands on an empty one, and prints by how much they differ.

    cargo build --profile dist && python3 benches/large.py [PROGRAM ...]

The large database has 100,000 customers with a contact each, 1,000,000 entries and events of one of them in two units, 500,000
emails and 10,000 imports; `db check` accepts it. SCALE=0.01 in the environment makes a smaller one, DATABASE=FILE keeps it for
the next run. With several programs, such as the one before and after a change, all are measured in turns within one run; the
database is made by the first and migrated for the others. Figures are processor time (user and system), medians. Everything
else happens in a temporary folder. Needs python3.
"""

import datetime
import hashlib
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAMS = sys.argv[1:] or [os.path.join(ROOT, "target", "dist", "ssgctl")]
SCALE = float(os.environ.get("SCALE", "1"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
CUSTOMERS, ENTRIES, EMAILS, IMPORTS = (int(count * SCALE) for count in (100_000, 1_000_000, 500_000, 10_000))
BEGIN = datetime.datetime(2024, 1, 1)


def at(second):
    return (BEGIN + datetime.timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def entry_time(number):
    """A minute after the one before, but the clock is set back by ten minutes now and then."""
    return at(number * 60 - (600 if number % max(ENTRIES // 20, 1) == 0 else 0))


def environment(home):
    return {"PATH": os.environ["PATH"], "HOME": home, "SSGCTL_ACTOR": "bench"}


def run(program, home, *arguments):
    subprocess.run([program, *arguments], env=environment(home), stdout=subprocess.DEVNULL, check=True)


def path_in(home):
    return os.path.join(home, ".local/share/ssgctl/ssgctl.db")


def add_customers(database):
    at_first = at(0)
    database.executemany(
        "INSERT INTO customer (id, account_code, api_id, organisation, country, invoice_emails, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, 'GB', ?, ?, ?)",
        ((i, f"C{i:07}", str(uuid.UUID(int=i, version=4)), f"Organisation {i} Ltd", f'["billing@c{i}.example"]', at_first, at_first)
         for i in range(1, CUSTOMERS + 1)))
    database.executemany(
        "INSERT INTO contact (customer_id, name, email, roles, created_at, updated_at) VALUES (?, ?, ?, '[\"billing\"]', ?, ?)",
        ((i, f"Contact {i}", f"contact@c{i}.example", at_first, at_first) for i in range(1, CUSTOMERS + 1)))


def entries():
    """Rows of the ledger of the first customer with their hash chain, as src/store/sqlite/ledger/chain.rs has it."""
    balances, previous = {"SMS": 0, "GBP": 0}, bytes(32)
    for number in range(1, ENTRIES + 1):
        unit = "SMS" if number % 2 else "GBP"
        amount = 500_000_000 if number % 4 < 3 else -300_000_000
        balances[unit] += amount
        link = {
            "previous": previous.hex(), "id": number, "customer_id": 1, "unit": unit, "kind": "adjustment",
            "amount_e8": amount, "balance_after_e8": balances[unit], "description": "bench", "reference": None, "key": None,
            "reverses": None, "actor": "bench", "uid": 0, "reason": None, "command": "balance adjust", "version": "0.1.0",
            "at": entry_time(number),
        }
        previous = hashlib.sha256(json.dumps(link, separators=(",", ":")).encode()).digest()
        yield (*list(link.values())[1:], previous)


def add_entries(database):
    database.execute("PRAGMA defer_foreign_keys = ON")
    added, last = [], {}
    for entry in entries():
        added.append(entry)
        last[entry[2]] = entry
        if len(added) == 10_000 or entry[0] == ENTRIES:
            write_entries(database, added)
            added = []
    for unit, entry in last.items():
        database.execute("INSERT INTO balance (customer_id, unit, balance_e8, updated_at) VALUES (1, ?, ?, ?)", (unit, entry[5], entry[15]))


def write_entries(database, added):
    database.executemany(
        "INSERT INTO entry (id, customer_id, unit, kind, amount_e8, balance_after_e8, description, reference, key, reverses,"
        " actor, uid, reason, command, version, at, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", added)
    changes = (
        (entry[0], entry[15], entry[2], json.dumps({"balance": ["0", "1"], "entry": [None, entry[0]]}, separators=(",", ":")))
        for entry in added)
    database.executemany(
        "INSERT INTO event (id, at, actor, uid, command, version, entity, action, subject, customer_id, changes)"
        " VALUES (?, ?, 'bench', 0, 'balance adjust', '0.1.0', 'balance', 'adjust', 'C0000001 ' || ?, 1, ?)", changes)


def add_emails(database):
    database.executemany(
        "INSERT INTO outbox_email (id, template, customer_id, recipient, sender_name, sender_address, subject, text, html,"
        " message_id, state, created_at, updated_at)"
        " VALUES (?, 'test', ?, ?, 'Gateway', 'gateway@example.com', 'Test', ?, ?, ?, ?, ?, ?)",
        ((i, i % CUSTOMERS + 1, f"billing@c{i % CUSTOMERS + 1}.example", "text " * 30, "<p>html</p>" * 30, f"{i}@gateway.example",
          "failed" if i % max(EMAILS // 20, 1) == 0 else "cancelled", at(i), at(i)) for i in range(1, EMAILS + 1)))


def add_imports(database):
    database.executemany(
        "INSERT INTO import (file, sha256, size, dialect, options, charging, state, begun_at, ended_at, actor)"
        " VALUES (?, ?, 10, 'ssgctl', '{}', 1, 'finished', ?, ?, 'bench')",
        ((f"cdr-{i}.csv", hashlib.sha256(str(i).encode()).digest(), at(i), at(i)) for i in range(IMPORTS)))


def fill(path):
    """Adds the rows behind the program's back: it is the reading that is measured."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous = OFF")
    for add in (add_customers, add_entries, add_emails, add_imports):
        add(database)
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def homes(folder):
    """For each program a home with the large database and one with an empty one."""
    kept, pairs = os.environ.get("DATABASE"), []
    for number, program in enumerate(PROGRAMS):
        large, empty = (os.path.join(folder, f"{kind}-{number}") for kind in ("large", "empty"))
        for home in (large, empty):
            os.makedirs(os.path.dirname(path_in(home)), mode=0o700)
            run(program, home, "db", "init")
        if number == 0 and not (kept and os.path.exists(kept)):
            fill(path_in(large))
            if kept:
                shutil.copyfile(path_in(large), kept)
        else:
            os.remove(path_in(large))
            shutil.copyfile(kept or path_in(pairs[0][1]), path_in(large))
            os.chmod(path_in(large), 0o600)
            run(program, large, "db", "migrate")
        # The customer of the questions, in the empty database too.
        database = sqlite3.connect(path_in(empty))
        database.execute(
            "INSERT INTO customer (id, account_code, api_id, organisation, created_at, updated_at) VALUES (1, 'C0000001', ?, 'A', ?, ?)",
            (str(uuid.UUID(int=1, version=4)), at(0), at(0)))
        database.execute(
            "INSERT INTO balance (customer_id, unit, balance_e8, updated_at) VALUES (1, 'SMS', 0, ?), (1, 'GBP', 0, ?)", (at(0), at(0)))
        database.commit()
        database.close()
        pairs.append((program, large, empty))
    return pairs


def day(share):
    """The day at a share of the ledger's period, and the next."""
    moment = BEGIN + datetime.timedelta(minutes=int(ENTRIES * share))
    return moment.strftime("%Y-%m-%d"), (moment + datetime.timedelta(days=1)).strftime("%Y-%m-%d")


OLD, _ = day(0.02)
MIDDLE, MIDDLE_NEXT = day(0.5)
COMMANDS = [
    ["balance", "history", "C0000001", "--limit", "20"],
    ["balance", "history", "C0000001", "--desc", "--limit", "20"],
    ["balance", "history", "C0000001", "--since", MIDDLE, "--limit", "20"],
    ["balance", "history", "C0000001", "--until", OLD, "--desc", "--limit", "20"],
    ["balance", "at", "C0000001", OLD],
    ["report", "statement", "C0000001", "--unit", "SMS", "--from", f"{OLD}T12:00Z", "--until", f"{OLD}T12:40Z"],
    ["balance", "explain", "C0000001"],
    ["audit", "list", "C0000001", "--desc", "--limit", "20"],
    ["audit", "list", "--since", MIDDLE, "--until", MIDDLE_NEXT, "--limit", "20"],
    ["audit", "list", "--actor", "nobody", "--limit", "20"],
    ["audit", "list", "C0000001", "--entity", "contact", "--limit", "20"],
    ["audit", "list", "--subject", "C0000002", "--limit", "20"],
    ["mail", "list", "--desc", "--limit", "20"],
    ["mail", "list", "C0000001", "--limit", "20"],
    ["mail", "list", "--state", "failed", "--limit", "20"],
    ["traffic", "list", "--desc", "--limit", "20"],
    ["traffic", "list", "--state", "unfinished", "--limit", "20"],
    ["customer", "list", "--search", "c77777.example"],
    ["<complete>", "customer", "show", "C00000"],
]


def cost(program, home, command):
    """Milliseconds of processor time and KiB of memory of one command; it must succeed."""
    variables = environment(home)
    if command[0] == "<complete>":
        words = command[1:]
        variables |= {"COMPLETE": "bash", "_CLAP_IFS": "\n", "_CLAP_COMPLETE_INDEX": str(len(words))}
        command = ["--", "ssgctl", *words]
    process = subprocess.Popen([program, *command], env=variables, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss


def main():
    with tempfile.TemporaryDirectory() as folder:
        pairs = homes(folder)
        if os.environ.get("CHECK"):
            for program, large, _ in pairs:
                run(program, large, "db", "check")
        print("Processor time on the large database beyond that on the empty one, and memory there:")
        for command in COMMANDS:
            extra, memory = [[] for _ in pairs], [0] * len(pairs)
            for _ in range(ROUNDS):
                for number, (program, large, empty) in enumerate(pairs):
                    (large_time, kib), (empty_time, _) = cost(program, large, command), cost(program, empty, command)
                    extra[number].append(large_time - empty_time)
                    memory[number] = max(memory[number], kib)
            columns = (f"{statistics.median(times):9.1f} ms {kib / 1024:6.0f} MiB" for times, kib in zip(extra, memory))
            print(f"{' '.join(command):72}", *columns, flush=True)


if __name__ == "__main__":
    main()
