#!/usr/bin/env python3
"""Sends 10,000 warnings in one `balance check` to a server on loopback, and compares with a bare SMTP loop to the same server.

    cargo build --profile dist && python3 benches/mail.py [CUSTOMERS]

Machines are noisy: only the ratio within one run means anything. Everything happens in a temporary folder. Needs python3
and /usr/bin/time.
"""

import os
import re
import smtplib
import socketserver
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SSGCTL = os.path.join(ROOT, "target", "dist", "ssgctl")
CUSTOMERS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000


class Sink(socketserver.StreamRequestHandler):
    """Takes every letter and keeps the last."""

    disable_nagle_algorithm = True

    def handle(self):
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                letter = []
                while (text := self.rfile.readline()) != b".\r\n":
                    letter.append(text)
                self.server.last = b"".join(letter)
                self.server.taken += 1
            if verb == b"QUIT":
                return self.wfile.write(b"221 bye\r\n")
            self.wfile.write(b"250 ok\r\n")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    taken = 0
    last = b""


def fill(path):
    """Adds customers below their mark behind the program's back: it is the check that is measured."""
    database = sqlite3.connect(path)
    at = "'2026-11-24T12:00:00.000Z'"
    ids = range(1, CUSTOMERS + 1)
    database.executemany(
        "INSERT INTO customer (account_code, api_id, organisation, payment_terms_days, invoice_emails, invoice_address,"
        f" created_at, updated_at) VALUES (?, ?, ?, 30, ?, ?, {at}, {at})",
        ((f"C{i:07}", str(uuid.UUID(int=i)), f"Organisation número {i} Ltd", f'["billing@c{i}.example"]',
          '["1 High Street"]') for i in ids))
    (first,) = database.execute("SELECT min(id) FROM customer WHERE account_code LIKE 'C0%'").fetchone()
    ids = range(first, first + CUSTOMERS)
    database.executemany(
        f"INSERT INTO balance (customer_id, unit, balance_e8, updated_at) VALUES (?, 'SMS', 5000000000, {at})",
        ((i,) for i in ids))
    database.executemany(
        "INSERT INTO warning (customer_id, unit, upper_e8, lower_e8, notify_customer, customer_recipients, internal_recipients,"
        f" notify_recovery, active, updated_at) VALUES (?, 'SMS', 50000000000, 10000000000, 1, '[]', '[]', 1, 1, {at})", ((i,) for i in ids))
    database.commit()
    database.close()


def check(home):
    """Seconds and kilobytes of one check."""
    environment = {"PATH": os.environ["PATH"], "HOME": home, "SSGCTL_ACTOR": "bench"}
    begun = time.perf_counter()
    done = subprocess.run(["/usr/bin/time", "-f", "%M", SSGCTL, "balance", "check"], env=environment, text=True,
                          capture_output=True)
    assert done.returncode == 0, done.stderr
    return time.perf_counter() - begun, int(re.findall(r"\d+", done.stderr)[-1])


def bare(port, letter, count, note=None):
    """Seconds that a bare loop over one connection takes for so many letters, with a note on disk of each if asked to."""
    begun = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for _ in range(count):
            server.sendmail("billing@gateway.example", ["billing@c1.example"], letter)
            if note:
                os.write(note, b"x" * 4096)
                os.fdatasync(note)
    return time.perf_counter() - begun


def main():
    with tempfile.TemporaryDirectory() as home, Server(("127.0.0.1", 0), Sink) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        config = os.path.join(home, ".config/ssgctl")
        os.makedirs(config)
        with open(os.path.join(config, "config.toml"), "w", opener=lambda *file: os.open(*file, 0o600)) as file:
            file.write(f"[mail]\ntransport = 'smtp://127.0.0.1:{port}'\nrun_seconds = 3600\n"
                       "[roles.billing]\nname = 'Billing'\naddress = 'billing@gateway.example'\n")
        check(home)
        fill(os.path.join(home, ".local/share/ssgctl/ssgctl.db"))
        before = server.taken
        seconds, kilobytes = check(home)
        assert server.taken - before == CUSTOMERS, server.taken - before
        letter = server.last
        loop = bare(port, letter, CUSTOMERS)
        with open(os.path.join(home, "notes"), "wb") as notes:
            noting = bare(port, letter, CUSTOMERS, notes.fileno())
        print(f"letters         {CUSTOMERS}, each of {len(letter)} bytes")
        print(f"check           {CUSTOMERS / seconds:6.0f} letters/s, {seconds:.1f} s, {kilobytes / 1024:.0f} MB")
        print(f"bare loop       {CUSTOMERS / loop:6.0f} letters/s, {loop / seconds:.2f} of its rate")
        print("the same, and a note on disk of each, which a check must make to send none twice")
        print(f"                {CUSTOMERS / noting:6.0f} letters/s, {noting / seconds:.2f} of its rate")
        server.shutdown()


if __name__ == "__main__":
    main()
