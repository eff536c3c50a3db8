#!/usr/bin/env python3
"""Compares `traffic import` with the sqlite3 shell's `.import` and DuckDB, in turns within one run, and prints ratios.

    cargo build --release && python3 benches/traffic.py [ROWS ...]

Machines are noisy: only the ratios of one run mean anything. Everything happens in a temporary folder (under TMPDIR), which
needs some 400 bytes a row. Needs python3 and, for the comparisons, the sqlite3 shell and the Python module duckdb. Charges
are compared to the last digit with the sum that this program takes of the file itself.
"""

import collections
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SSGCTL = os.path.join(ROOT, "target", "release", "ssgctl")
ACCOUNTS = 20_000
CUSTOMERS = 10_000
PREFIXES = [("4477009", 0.6), ("3361234", 0.15), ("4915112", 0.1), ("1202555", 0.1), ("2547123", 0.05)]
STATES = [("delivered", 0.93), ("undeliverable", 0.03), ("expired", 0.02), ("pending", 0.015), ("unknown", 0.005)]
E8 = 100_000_000


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
        database = sqlite3.connect(self.database)
        database.execute("INSERT INTO service VALUES (2, 'money', ?, 'Money', 'EUR', 3500000, ?, ?)", (str(uuid.uuid4()), at, at))
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


def timed(command, environment=None):
    """Seconds and peak memory in MiB of a command that must succeed."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return taken, usage.ru_maxrss / 1024


def write_month(path, rows, seed=1):
    """A month of traffic in the order of time; gives what it must cost by customer and unit."""
    dice = random.Random(seed)
    # Few accounts have most of the traffic.
    accounts = dice.choices(range(ACCOUNTS), [1 / (i + 50) for i in range(ACCOUNTS)], k=1 << 20)
    prefixes = dice.choices(*zip(*PREFIXES), k=1 << 16)
    states = dice.choices(*zip(*STATES), k=1 << 16)
    cost = collections.Counter()
    step = 30 * 86_400 / rows
    with open(path, "w", buffering=1 << 20) as file:
        file.write("message_id,submitted_at,system_id,destination,state,parts,price\n")
        for i in range(rows):
            bits = dice.getrandbits(128)
            moment = time.gmtime(1_793_491_200 + int(i * step))  # from 2026-11-01 on
            who = accounts[bits & 0xFFFFF]
            parts = 1 if bits & 0x700000 else 2 + (bits >> 24) % 3
            price = ""
            if service(who) == 2:
                if bits & 0x8000000:
                    e8 = 1_000_000 + (bits >> 30) % 4_000_000
                    price = f"0.{e8:08}"
                else:
                    e8 = parts * 3_500_000
                cost[who % CUSTOMERS + 1, "EUR"] += e8
            else:
                cost[who % CUSTOMERS + 1, "SMS"] += parts * E8
            h = f"{bits:032x}"
            file.write(
                f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]},"
                f"{moment.tm_year}-{moment.tm_mon:02}-{moment.tm_mday:02}T{moment.tm_hour:02}:{moment.tm_min:02}:{moment.tm_sec:02}Z,"
                f"{account(who)},+{prefixes[bits >> 40 & 0xFFFF]}{bits >> 60 & 0xFFFFF:07},"
                f"{states[bits >> 90 & 0xFFFF]},{parts},{price}\n")
    return cost


def check_charges(scene, cost):
    database = sqlite3.connect(scene.database)
    found = {(customer, unit): -total for customer, unit, total in database.execute(
        "SELECT customer_id, unit, sum(amount_e8) FROM entry WHERE kind = 'charge' GROUP BY 1, 2")}
    database.close()
    if found != dict(cost):
        raise SystemExit("the charges are not those of the file")


def bytes_a_row(scene, rows):
    database = sqlite3.connect(scene.database)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return os.path.getsize(scene.database) / rows
