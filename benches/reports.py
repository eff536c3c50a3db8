#!/usr/bin/env python3
"""Compares reports of traffic with the same questions asked of the messages in the sqlite3 shell, and prints ratios.

    cargo build --profile dist && python3 benches/reports.py [ROWS ...]

A month of traffic of 20,000 accounts is imported, and then it is the asking that is measured, in turns within one run. Machines are
noisy: only the ratios mean anything. Everything happens in a temporary folder (under TMPDIR), which needs some 300 bytes a row.
Needs python3 and the sqlite3 shell.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile

from compare import compare
from traffic import SSGCTL, Scene, timed, write_month

PERIOD = ["--from", "2026-11-01", "--until", "2026-12-01"]
RAW = "FROM message WHERE day >= 20758 AND day < 20788 GROUP BY"
QUESTIONS = [
    ("a month by account and state", ["--by", "account,state"], f"SELECT account_id, state, count(*) {RAW} account_id, state"),
    ("a month by day", ["--by", "day"], f"SELECT day, state, count(*), sum(parts) {RAW} day, state"),
    ("a month by day in London", ["--by", "day", "--timezone", "Europe/London"], None),
    ("a month by country", ["--by", "country"], None),
    ("a month by hour of one customer", ["--by", "hour", "--customer", "C00000"], None),
]


def rows_of(scene):
    database = sqlite3.connect(scene.database)
    counts = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
              for table in ("message", "traffic_daily", "traffic_monthly")}
    database.close()
    return counts


def agrees(scene):
    """By account and state a report must say what the messages say."""
    report = subprocess.run([SSGCTL, "report", "traffic", *PERIOD, "--by", "account,state", "--csv", "--no-headers",
                             "--fields", "system_id,state,messages"],
                            env=scene.environment, capture_output=True, check=True, text=True).stdout
    states = ["pending", "unknown", "rejected", "expired", "undeliverable", "delivered"]
    database = sqlite3.connect(scene.database)
    messages = {f"{name},{states[state]},{count}" for name, state, count in database.execute(
        "SELECT system_id, state, count(*) FROM unpacked_message JOIN smpp_account ON smpp_account.id = account_id"
        " WHERE day >= 20758 AND day < 20788 GROUP BY account_id, state")}
    database.close()
    if set(report.splitlines()) != messages:
        raise SystemExit("the report does not say what the messages say")


def plain_copy(folder, scene):
    """A database of messages with a column for each thing: what the shell is asked must not pay for how they are packed here."""
    path = os.path.join(folder, "plain.db")
    database = sqlite3.connect(scene.database)
    database.execute("ATTACH ? AS plain", (path,))
    database.execute("CREATE TABLE plain.message AS SELECT * FROM unpacked_message")
    database.commit()
    database.close()
    return path


def measure(folder, rows):
    scene = Scene(folder, str(rows))
    path = os.path.join(folder, f"{rows}.csv")
    write_month(path, rows)
    scene.run("traffic", "import", path)
    os.remove(path)
    agrees(scene)
    print(f"{rows}: " + ", ".join(f"{count} rows of {table}" for table, count in rows_of(scene).items()), flush=True)
    plain = plain_copy(folder, scene)
    shell = ["sqlite3", plain]
    raw = f"SELECT account_id, state, count(*) {RAW} account_id, state"
    for name, question, sql in QUESTIONS:
        ask = ["report", "traffic", *PERIOD, *question, "--csv"]
        compare(f"{rows}: {name} / sqlite3, {'the same' if sql else 'account and state'} of the messages", 5,
                lambda ask=ask: scene.run(*ask)[0], lambda sql=sql: timed([*shell, sql or raw])[0])
    os.remove(plain)
    one_row = ["sqlite3", scene.database, "SELECT * FROM customer WHERE account_code = 'C00000'"]
    for name, command in [("customer show", ["customer", "show", "C00000"]),
                          ("report balances --by customer", ["report", "balances", "--by", "customer", "--csv"]),
                          ("report usage by customer", ["report", "usage", *PERIOD, "--csv"])]:
        compare(f"{rows}: {name} / sqlite3, one select", 10,
                lambda command=command: scene.run(*command)[0], lambda: timed(one_row)[0])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for rows in map(int, sys.argv[1:] or ["1000000"]):
            measure(folder, rows)
