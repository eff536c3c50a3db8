#!/usr/bin/env python3
"""Compares the program as it is packaged (profile `dist`) with the sqlite3 shell, in turns within one run, and prints ratios.

    cargo build --profile dist && python3 benches/compare.py [startup|list|adjust|writers|import|files|cug ...]

PROGRAM=FILE in the environment measures another build. Each row has the ratio by the clock and by processor time (user and
system), medians of at least five pairs; where valgrind is installed, rows of single commands also have the ratio of instructions,
which other work on the machine does not change. Everything happens in a temporary folder. Needs python3 and the sqlite3 shell, and
for one row sqlite-utils.
"""

import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import namedtuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SSGCTL = os.environ.get("PROGRAM", os.path.join(ROOT, "target", "dist", "ssgctl"))

# What a command took: seconds by the clock, seconds of processor time, and MiB resident at most.
Cost = namedtuple("Cost", "clock processor memory")


class Scene:
    """A temporary home with a database of its own."""

    def __init__(self):
        self.home = tempfile.TemporaryDirectory()
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.home.name, "SSGCTL_ACTOR": "bench"}
        self.run("customer", "new", "--organisation", "ABC Corp", "--account-code", "ABC")
        self.database = os.path.join(self.home.name, ".local/share/ssgctl/ssgctl.db")

    def run(self, *arguments):
        return self.measure([SSGCTL, *arguments])

    def measure(self, command):
        """What a command costs; it must succeed."""
        begun = time.perf_counter()
        null = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
        process = os.posix_spawnp(command[0], command, self.environment, file_actions=null)
        _, status, used = os.wait4(process, 0)
        clock = time.perf_counter() - begun
        if status != 0:
            raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), command)
        return Cost(clock, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)

    def fill(self, count):
        """Adds customers behind the program's back: it is the listing that is measured. The rows are valid and in the order of all
        indexes, so a million take less than five seconds."""
        database = sqlite3.connect(self.database)
        database.executescript(f"""
            PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA cache_size = -500000; BEGIN;
            WITH RECURSIVE number(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM number LIMIT {count})
            INSERT INTO customer (account_code, api_id, organisation, country, phone, website, payment_terms_days,
                invoice_emails, invoice_address, created_at, updated_at)
            SELECT printf('C%07d', i), printf('00000000-0000-0000-0000-%012x', i), printf('Organisation número %07d Ltd', i), 'GB',
                printf('+44770%07d', i), 'https://www.example.com/', 30, '["billing@example.com"]',
                '["1 High Street","Leeds","LS1 1AA"]', '2026-11-24T12:00:00.000Z', '2026-11-24T12:00:00.000Z' FROM number;
            COMMIT;""")
        database.close()


def compare(name, pairs, ours, theirs):
    """Runs the two in turns and prints the medians of their ratios."""
    taken = [(ours(), theirs()) for _ in range(pairs)]
    clock, processor = (statistics.median(a[field] / b[field] for a, b in taken) for field in (0, 1))
    own, other = (Cost(*map(statistics.median, zip(*side))) for side in zip(*taken))
    print(f"{name}: {clock:.2f}x by the clock, {processor:.2f}x of processor time ({own.processor * 1000:.1f} against"
          f" {other.processor * 1000:.1f} ms), {own.memory:.0f} MiB resident, {pairs} pairs", flush=True)


def compare_command(name, scene, ours, theirs, pairs=40):
    """Compares two commands, also by their instructions if valgrind can count them."""
    def counted(command):
        file = os.path.join(scene.home.name, "instructions")
        scene.measure(["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={file}", *command])
        with open(file) as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("totals:"))

    compare(name, pairs, lambda: scene.measure(ours), lambda: scene.measure(theirs))
    if shutil.which("valgrind"):
        ours, theirs = counted(ours), counted(theirs)
        print(f"    {ours / theirs:.2f}x of the instructions ({ours:,} against {theirs:,})", flush=True)


def startup():
    scene = Scene()
    select = "SELECT * FROM customer WHERE account_code = 'ABC'"
    whole = "; ".join([select] + [f"SELECT * FROM {table} WHERE customer_id = 1"
                                  for table in ("balance", "contact", "smpp_account", "note")])
    scene.run("balance", "adjust", "ABC", "100", "--description", "top-up")
    shell = ["sqlite3", scene.database]
    for line in ("customer show ABC", "balance show ABC", "version", "--help"):
        compare_command(f"{line} / sqlite3, one select", scene, [SSGCTL, *line.split()], [*shell, select])
    scene.run("contact", "add", "ABC", "--name", "A. Person", "--email", "a@example.com", "--roles", "billing")
    scene.run("note", "add", "ABC", "called")
    for system_id in ("abc1", "abc2"):
        scene.run("smpp", "add", "ABC", "--system-id", system_id)
    traffic = os.path.join(scene.home.name, "traffic.csv")
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 2 * 86400))
    with open(traffic, "w", encoding="utf-8") as file:
        file.write("message_id,system_id,destination,submitted_at,parts,state\n")
        file.writelines(f"{uuid.uuid4()},abc{i % 2 + 1},+447700900123,{now},1,delivered\n" for i in range(1000))
    scene.run("traffic", "import", traffic)
    name = "customer show with a contact, a note, two accounts and traffic"
    compare_command(f"{name} / sqlite3, one select", scene, [SSGCTL, "customer", "show", "ABC"], [*shell, select])
    compare_command(f"{name} / sqlite3, a select for each table", scene, [SSGCTL, "customer", "show", "ABC"], [*shell, whole])


def listing():
    scene = Scene()
    scene.fill(1_000_000)
    for form, mode in (("csv", "-csv"), ("jsonl", "-json")):
        compare(f"customer list of 1,000,000 as {form} / sqlite3", 5, lambda form=form: scene.run("customer", "list", "-o", form),
                lambda mode=mode: scene.measure(["sqlite3", mode, scene.database, "SELECT * FROM customer ORDER BY account_code"]))


def adjusting():
    scene = Scene()
    adjust = [SSGCTL, "balance", "adjust", "ABC", "1", "--description", "top-up"]
    scene.measure(adjust)
    peer = os.path.join(scene.home.name, "peer.db")
    shutil.copy(scene.database, peer)
    now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
    same = (
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; BEGIN IMMEDIATE;"
        f"UPDATE balance SET balance_e8 = balance_e8 + 100000000, updated_at = {now} WHERE customer_id = 1 AND unit = 'SMS';"
        "INSERT INTO entry (id, customer_id, unit, kind, amount_e8, balance_after_e8, description, actor, uid, command, version, at,"
        f" hash) SELECT max(id) + 1, 1, 'SMS', 'adjustment', 100000000, balance_after_e8 + 100000000, 'top-up', 'bench', 0,"
        f" 'balance adjust', '0.1.0', {now}, randomblob(32) FROM entry;"
        "INSERT INTO event (id, at, actor, uid, command, version, entity, action, subject, customer_id, changes)"
        f" SELECT max(id) + 1, {now}, 'bench', 0, 'balance adjust', '0.1.0', 'balance', 'adjust', 'ABC SMS', 1,"
        """ '{"balance":["1","2"],"entry":[null,1]}' FROM event; COMMIT;"""
    )
    compare_command("balance adjust / sqlite3, its writes on the same database, FULL", scene, adjust, ["sqlite3", peer, same])
    bare = os.path.join(scene.home.name, "bare.db")
    scene.measure(["sqlite3", bare, "PRAGMA journal_mode = WAL; CREATE TABLE bench (balance INTEGER);"
                   "INSERT INTO bench VALUES (0); CREATE TABLE bench_entry (id INTEGER PRIMARY KEY, amount INTEGER, at TEXT);"
                   "CREATE TABLE bench_event (id INTEGER PRIMARY KEY, what TEXT, at TEXT);"])
    three = (
        "PRAGMA synchronous = FULL; BEGIN IMMEDIATE;"
        "UPDATE bench SET balance = balance + 1; INSERT INTO bench_entry (amount, at) VALUES (1, datetime('now'));"
        "INSERT INTO bench_event (what, at) VALUES ('adjust', datetime('now')); COMMIT;"
    )
    compare_command("balance adjust / sqlite3, three writes without rules, FULL", scene, adjust, ["sqlite3", bare, three])


def writers(count=8, each=100):
    scene = Scene()
    waits, ends, lock, begun = [], [], threading.Lock(), time.perf_counter()

    def write():
        for _ in range(each):
            wait = scene.run("balance", "adjust", "ABC", "1", "--description", "top-up").clock
            with lock:
                waits.append(wait)
        ends.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=write) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waits.sort()
    print(f"{count} writers x {each} adjustments: {len(waits) / max(ends):.0f}/s, p50 {waits[len(waits) // 2] * 1000:.0f} ms,"
          f" p99 {waits[len(waits) * 99 // 100] * 1000:.0f} ms, worst {waits[-1] * 1000:.0f} ms,"
          f" slowest/fastest writer {max(ends) / min(ends):.2f}", flush=True)


def importing(count=10_000, singles=100):
    scene = Scene()
    path = os.path.join(scene.home.name, "topups.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("customer,amount,unit,description,key\n")
        file.writelines(f"ABC,1,SMS,top-up {i},k-{i}\n" for i in range(count))
    together = scene.run("balance", "import", path).clock / count
    alone = statistics.mean(scene.run("balance", "adjust", "ABC", "1", "--description", "x").clock for _ in range(singles))
    print(f"balance import of {count}: {1 / together:.0f} adjustments/s, {alone / together:.0f}x one by one", flush=True)


def files(count=100_000):
    """Customers out and in, against the shell's own ways, and sqlite-utils' where it is installed."""
    scene = Scene()
    scene.fill(count)
    query = "SELECT * FROM customer ORDER BY account_code"
    for form, mode in (("csv", "-csv"), ("jsonl", "-json")):
        compare(f"customer export of {count} as {form} / sqlite3", 5, lambda form=form: scene.run("customer", "export", "-o", form),
                lambda mode=mode: scene.measure(["sqlite3", mode, scene.database, query]))
    path = os.path.join(scene.home.name, "customers.csv")
    scene.run("--quiet", "customer", "export", "--file", path)
    with open(path, encoding="utf-8") as file:
        columns = file.readline().strip().split(",")

    def into_ours():
        scene.database = os.path.join(scene.home.name, f"{uuid.uuid4()}.db")
        scene.run("--db", scene.database, "db", "init")
        return scene.run("--db", scene.database, "customer", "import", path)

    def into_theirs(constraint="", tool=None):
        database = os.path.join(scene.home.name, f"{uuid.uuid4()}.db")
        if tool:
            return scene.measure([tool, "insert", database, "customer", path, "--csv"])
        made = ", ".join(f"{column} TEXT{constraint if column in ('account_code', 'api_id') else ''}" for column in columns)
        scene.measure(["sqlite3", database, f"PRAGMA journal_mode = WAL; CREATE TABLE customer ({made})"])
        return scene.measure(["sqlite3", database, "-cmd", ".mode csv", f".import --skip 1 {path} customer"])

    compare(f"customer import of {count} / sqlite3 .import, untyped, no index", 5, into_ours, into_theirs)
    compare(f"customer import of {count} / sqlite3 .import, two unique columns", 5, into_ours, lambda: into_theirs(" UNIQUE"))
    tool = shutil.which("sqlite-utils")
    if tool:
        compare(f"customer import of {count} / sqlite-utils insert", 5, into_ours, lambda: into_theirs(tool=tool))
    again = scene.run("--db", scene.database, "customer", "import", path)
    print(f"customer import of {count} again, nothing changes: {again.processor * 1000:.0f} ms of processor time", flush=True)


def closed_group(count=1_000_000):
    scene = Scene()
    scene.run("smpp", "add", "ABC", "--system-id", "abc1")
    path = os.path.join(scene.home.name, "numbers.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"+44770{i:07}\n" for i in range(count))
    fewer = os.path.join(scene.home.name, "fewer.txt")
    with open(path, encoding="utf-8") as file, open(fewer, "w", encoding="utf-8") as to:
        file.readline()
        to.writelines(file)
    for name, line in (("import", ["import", path]), ("--replace by one number less", ["import", fewer, "--replace"]),
                       ("list as CSV", ["list", "-o", "csv"])):
        cost = scene.run("--quiet", "smpp", "cug", "abc1", *line)
        print(f"smpp cug of {count:,} numbers, {name}: {cost.processor:.1f} s of processor time,"
              f" {cost.memory:.0f} MiB resident", flush=True)


BENCHMARKS = {"startup": startup, "list": listing, "adjust": adjusting, "writers": writers, "import": importing, "files": files,
              "cug": closed_group}

if __name__ == "__main__":
    for wanted in sys.argv[1:] or BENCHMARKS:
        BENCHMARKS[wanted]()
