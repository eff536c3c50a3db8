#!/usr/bin/env python3
"""Compares a customer's file with stored messages by `traffic reconcile`, and prints what that takes against importing the same file.

    cargo build --profile dist && python3 benches/reconcile.py [STORED THEIRS]

A month of traffic of 20,000 accounts is stored. One customer has THEIRS of its messages, and reports them with differences of each
kind, which are planted at random. Exactly these must be found. Needs python3; everything happens in a temporary folder (under
TMPDIR), which needs some 400 bytes a message.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

import traffic

KINDS = ("only_ours", "only_theirs", "parts", "price", "state", "destination", "time")
EACH = 100
OURS = 4  # an account that is charged in money
HEADER = "message_id,submitted_at,system_id,destination,state,parts,price\n"


def write(stored, customers, rows, theirs, seed=1):
    """Writes the stored traffic and the customer's file; every (rows / theirs)th message is the customer's."""
    dice = random.Random(seed)
    every = rows // theirs
    planted = dict(zip(dice.sample(range(theirs), EACH * len(KINDS)), KINDS * EACH))
    with open(stored, "w", buffering=1 << 20) as all_rows, open(customers, "w", buffering=1 << 20) as own:
        all_rows.write(HEADER)
        own.write(HEADER)
        for i in range(rows):
            h = f"{dice.getrandbits(128):032x}"
            name = f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"
            at = int(i * 30 * 86_400 / rows)
            time = f"2026-11-{at // 86_400 + 1:02}T{at % 86_400 // 3600:02}:{at // 60 % 60:02}:{at % 60:02}Z"
            number = f"+4477009{i % 10_000_000:07}"
            is_theirs = i % every == 0
            account = traffic.account(OURS if is_theirs else dice.randrange(traffic.ACCOUNTS // 5) * 5)
            row = [name, time, account, number, "delivered", "1", "0.035" if is_theirs else ""]
            kind = planted.get(i // every) if is_theirs else None
            if kind != "only_theirs":
                all_rows.write(",".join(row) + "\n")
            if not is_theirs or kind == "only_ours":
                continue
            column, value = {"parts": (5, "2"), "price": (6, "0.03"), "state": (4, "expired"),
                             "destination": (3, f"+4915112{i % 10_000_000:07}"),
                             "time": (1, f"{time[:14]}{(int(time[14:16]) + 30) % 60:02}{time[16:]}")}.get(kind, (0, name))
            row[column] = value
            own.write(",".join(row) + "\n")


def main():
    rows, theirs = [int(word) for word in sys.argv[1:]] or [10_000_000, 1_000_000]
    with tempfile.TemporaryDirectory() as folder:
        stored, own = (os.path.join(folder, name) for name in ("stored.csv", "theirs.csv"))
        traffic.in_another_process(write, stored, own, rows, theirs)
        scene = traffic.Scene(folder, "stored")
        scene.run("traffic", "import", stored)
        imported = traffic.Scene(folder, "empty").run("traffic", "import", own)
        line = [traffic.SSGCTL, "-q", "traffic", "reconcile", f"C{OURS:05}", own]
        # 7 says that something differs.
        used = traffic.timed([*line, "-o", "json"], scene.environment, expected=7)
        sums = json.loads(subprocess.run([*line, "-o", "json"], env=scene.environment, stdout=subprocess.PIPE).stdout)
        found = {sum["kind"]: sum["messages"] for sum in sums}
        planted = {kind: EACH for kind in KINDS}
        if found != {"equal": theirs - EACH * len(KINDS), **planted}:
            raise SystemExit(f"found {found}")
        print(f"{theirs:,} rows against {rows:,} stored messages: {used.processor:.1f} s of processor time,"
              f" {used.processor / imported.processor:.2f}x importing the file, {used.memory:.0f} MiB;"
              f" {EACH * len(KINDS)} of {EACH * len(KINDS)} differences found, none invented")


if __name__ == "__main__":
    main()
