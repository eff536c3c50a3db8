#!/usr/bin/env python3
"""Compares the program as it is packaged (profile `dist`) with the sqlite3 shell, in turns within one run, and prints ratios.

    cargo build --profile dist && python3 benches/compare.py [startup|list|adjust|writers|import|files ...]

Machines are noisy: only the ratios of one run mean anything, and at least five pairs are taken. Everything happens in a
temporary folder. Needs python3 and, for the comparisons, the sqlite3 shell. Where valgrind is installed, single commands are also
compared by their instructions, which noise does not touch.
"""

import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SSGCTL = os.path.join(ROOT, "target", "dist", "ssgctl")


class Scene:
    """A temporary home with a database of its own."""

    def __init__(self):
        self.home = tempfile.TemporaryDirectory()
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.home.name, "SSGCTL_ACTOR": "bench"}
        self.run("customer", "new", "--organisation", "ABC Corp", "--account-code", "ABC")
        self.database = os.path.join(self.home.name, ".local/share/ssgctl/ssgctl.db")

    def run(self, *arguments):
        return self.time([SSGCTL, *arguments])

    def time(self, command):
        """Seconds that a command takes; it must succeed."""
        begun = time.perf_counter()
        subprocess.run(command, env=self.environment, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - begun

    def fill(self, count):
        """Adds customers behind the program's back: it is the listing that is measured."""
        database = sqlite3.connect(self.database)
        rows = (
            (f"C{i:07}", str(uuid.UUID(int=i)), f"Organisation número {i} Ltd", "GB", f"+44770{i:07}"[:14],
             "https://www.example.com/", 30, '["billing@example.com"]', '["1 High Street","Leeds","LS1 1AA"]')
            for i in range(count)
        )
        at = "'2026-11-24T12:00:00.000Z'"
        database.executemany(
            "INSERT INTO customer (account_code, api_id, organisation, country, phone, website, payment_terms_days,"
            f" invoice_emails, invoice_address, created_at, updated_at) VALUES (?,?,?,?,?,?,?,?,?,{at},{at})", rows)
        database.commit()
        database.close()


def processor():
    """Seconds of processor that all commands so far have taken, in the system and out of it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare(name, pairs, ours, theirs):
    """Runs the two in turns and prints the medians of their ratios, by the clock and by the processor."""
    def measured(run):
        before = processor()
        return run(), processor() - before

    taken = [(*measured(ours), *measured(theirs)) for _ in range(pairs)]
    by_clock = statistics.median(ours / theirs for ours, _, theirs, _ in taken)
    by_processor = statistics.median(ours / theirs for _, ours, _, theirs in taken)
    clock, _, clock_of_theirs, _ = (statistics.median(column) * 1000 for column in zip(*taken))
    print(f"{name}: {by_clock:.2f}x, {by_processor:.2f}x of processor time"
          f" (median {clock:.1f} ms against {clock_of_theirs:.1f} ms, {pairs} pairs)", flush=True)


def compare_instructions(name, scene, ours, theirs):
    """Prints the ratio of the instructions of two commands, if valgrind can count them."""
    def counted(command):
        file = os.path.join(scene.home.name, "instructions")
        scene.time(["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={file}", *command])
        with open(file) as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("totals:"))

    if shutil.which("valgrind"):
        ours, theirs = counted(ours), counted(theirs)
        print(f"{name}: {ours / theirs:.2f}x of the instructions ({ours:,} against {theirs:,})", flush=True)


def startup():
    scene = Scene()
    select = "SELECT * FROM customer WHERE account_code = 'ABC'"
    whole = "; ".join([select] + [f"SELECT * FROM {table} WHERE customer_id = 1"
                                  for table in ("balance", "contact", "smpp_account", "note")])
    scene.run("balance", "adjust", "ABC", "100", "--description", "top-up")
    show, shell = [SSGCTL, "customer", "show", "ABC"], ["sqlite3", scene.database]
    compare("customer show / sqlite3, the same five selects", 40,
            lambda: scene.time(show), lambda: scene.time([*shell, whole]))
    for line in ("customer show ABC", "balance show ABC", "version", "--help"):
        ours, name = [SSGCTL, *line.split()], f"{line} / sqlite3, one select"
        compare(name, 40, lambda ours=ours: scene.time(ours), lambda: scene.time([*shell, select]))
        compare_instructions(name, scene, ours, [*shell, select])


def listing():
    scene = Scene()
    scene.fill(1_000_000)
    for form in ("csv", "jsonl"):
        mode = ["-csv"] if form == "csv" else ["-json"]
        compare(f"customer list of 1,000,000 as {form} / sqlite3", 5,
                lambda form=form: scene.run("customer", "list", "-o", form),
                lambda mode=mode: scene.time(["sqlite3", *mode, scene.database,
                                              "SELECT * FROM customer ORDER BY account_code"]))
        code = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)")
        most = subprocess.run([sys.executable, "-c", code, SSGCTL, "customer", "list", "-o", form],
                              env=scene.environment, capture_output=True, check=True, text=True).stdout.strip()
        print(f"customer list of 1,000,000 as {form}: at most {most} MiB resident", flush=True)


def adjusting():
    scene = Scene()
    statements = (
        "PRAGMA synchronous = FULL; BEGIN IMMEDIATE;"
        "UPDATE bench SET balance = balance + 1; INSERT INTO bench_entry (amount, at) VALUES (1, datetime('now'));"
        "INSERT INTO bench_event (what, at) VALUES ('adjust', datetime('now')); COMMIT;"
    )
    peer = os.path.join(scene.home.name, "peer.db")
    scene.time(["sqlite3", peer, "PRAGMA journal_mode = WAL; CREATE TABLE bench (balance INTEGER);"
                "INSERT INTO bench VALUES (0); CREATE TABLE bench_entry (id INTEGER PRIMARY KEY, amount INTEGER, at TEXT);"
                "CREATE TABLE bench_event (id INTEGER PRIMARY KEY, what TEXT, at TEXT);"])
    adjust = ["balance", "adjust", "ABC", "1", "--description", "top-up"]
    compare("balance adjust / sqlite3 doing as many writes, FULL", 40,
            lambda: scene.run(*adjust), lambda: scene.time(["sqlite3", peer, statements]))
    compare_instructions("balance adjust / sqlite3 doing as many writes", scene, [SSGCTL, *adjust],
                         ["sqlite3", peer, statements])


def writers(count=8, each=100):
    scene = Scene()
    waits, ends, lock, begun = [], [], threading.Lock(), time.perf_counter()

    def write():
        for _ in range(each):
            wait = scene.run("balance", "adjust", "ABC", "1", "--description", "top-up")
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
    together = scene.run("balance", "import", path) / count
    alone = statistics.mean(scene.run("balance", "adjust", "ABC", "1", "--description", "x") for _ in range(singles))
    print(f"balance import of {count}: {1 / together:.0f} adjustments/s, {alone / together:.0f}x one by one", flush=True)


def files(count=100_000):
    """Customers out and in, against the shell's own ways, and sqlite-utils' where it is installed."""
    scene = Scene()
    scene.fill(count)
    query = "SELECT * FROM customer ORDER BY account_code"
    for form, mode in (("csv", "-csv"), ("jsonl", "-json")):
        compare(f"customer export of {count} as {form} / sqlite3", 5, lambda form=form: scene.run("customer", "export", "-o", form),
                lambda mode=mode: scene.time(["sqlite3", mode, scene.database, query]))
    path = os.path.join(scene.home.name, "customers.csv")
    scene.run("customer", "export", "--file", path)
    with open(path, encoding="utf-8") as file:
        columns = file.readline().strip().split(",")

    def into_ours():
        scene.database = os.path.join(scene.home.name, f"{uuid.uuid4()}.db")
        scene.run("--db", scene.database, "db", "init")
        return scene.run("--db", scene.database, "customer", "import", path)

    def into_theirs(constraint="", tool=None):
        database = os.path.join(scene.home.name, f"{uuid.uuid4()}.db")
        if tool:
            return scene.time([tool, "insert", database, "customer", path, "--csv"])
        made = ", ".join(f"{column} TEXT{constraint if column in ('account_code', 'api_id') else ''}" for column in columns)
        scene.time(["sqlite3", database, f"PRAGMA journal_mode = WAL; CREATE TABLE customer ({made})"])
        return scene.time(["sqlite3", database, "-cmd", ".mode csv", f".import --skip 1 {path} customer"])

    compare(f"customer import of {count} / sqlite3 .import, untyped, no index", 5, into_ours, into_theirs)
    compare(f"customer import of {count} / sqlite3 .import, two unique columns", 3, into_ours, lambda: into_theirs(" UNIQUE"))
    tool = shutil.which("sqlite-utils")
    if tool:
        compare(f"customer import of {count} / sqlite-utils insert", 3, into_ours, lambda: into_theirs(tool=tool))
    again = scene.run("--db", scene.database, "customer", "import", path)
    print(f"customer import of {count} again, nothing changes: {again * 1000:.0f} ms", flush=True)


BENCHMARKS = {"startup": startup, "list": listing, "adjust": adjusting, "writers": writers, "import": importing, "files": files}

if __name__ == "__main__":
    for wanted in sys.argv[1:] or BENCHMARKS:
        BENCHMARKS[wanted]()
