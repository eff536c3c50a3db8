"""Watches and changes the table of ksmppd in a real MariaDB with `smpp drift` and `smpp push`.

    python3 tests/peers/ksmppd.py [SSGCTL]

Needs Debian's mariadb-server-core and mariadb-client-core. The server runs in a temporary folder on a socket, without a network, and
ends with this script.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

SSGCTL = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "target/debug/ssgctl").resolve())

# The columns that ksmppd reads, in the types of its documentation.
TABLE = """
CREATE TABLE smpp_user (system_id VARCHAR(15) NOT NULL PRIMARY KEY, password VARCHAR(64), throughput DOUBLE(10,5) NOT NULL,
 default_smsc VARCHAR(64), default_cost DOUBLE NOT NULL, enable_prepaid_billing INT(11) UNSIGNED NOT NULL DEFAULT 0,
 credit DOUBLE NOT NULL DEFAULT 0, callback_url VARCHAR(255), simulate TINYINT(1) NOT NULL DEFAULT 0,
 simulate_deliver_every INT(11) UNSIGNED NOT NULL, simulate_permanent_failure_every INT(11) UNSIGNED NOT NULL,
 simulate_temporary_failure_every INT(11) UNSIGNED NOT NULL, simulate_mo_every INT(11) UNSIGNED NOT NULL,
 max_binds INT(11) UNSIGNED NOT NULL DEFAULT 0, connect_allow_ip TEXT)
"""


def check(holds, what):
    print(("ok    " if holds else "WRONG ") + what)
    if not holds:
        sys.exit(1)


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        data, socket = folder / "data", folder / "socket"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
        subprocess.run(["mariadb-install-db", f"--datadir={data}", "--auth-root-authentication-method=normal", "--user=root"], **quiet)
        server = subprocess.Popen(
            ["/usr/sbin/mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking", "--user=root",
             f"--pid-file={folder / 'pid'}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        try:
            session(folder, f"mariadb --no-defaults --socket={socket} --user=root")
        finally:
            server.terminate()
            server.wait()


def session(folder, client):
    def sql(text):
        return subprocess.run(["sh", "-c", f"{client} gateway"], input=text, capture_output=True, text=True, check=True).stdout

    def ssgctl(*words, exits=0, **options):
        variables = {"HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/bin"}
        done = subprocess.run([SSGCTL, *words], env=variables, cwd=folder, capture_output=True, text=True, **options)
        check(done.returncode == exits, f"{' '.join(words[:2])} exits {exits} {done.stderr.strip() if done.returncode != exits else ''}")
        return done.stdout

    for _ in range(300):
        if subprocess.run(["sh", "-c", f"{client} -e 'CREATE DATABASE gateway'"], stderr=subprocess.DEVNULL).returncode == 0:
            break
        time.sleep(0.1)
    sql(TABLE + ";")
    gateway = ["--gateway", "ksmppd", "--read-with", f"{client} --batch gateway -e 'SELECT * FROM smpp_user'"]
    load = ["--load-with", f"{client} gateway"]
    ssgctl("customer", "new", "--organisation", "Acme", "--account-code", "ACME")
    for name in ["one", "two"]:
        ssgctl("smpp", "add", "ACME", "--system-id", name, "--max-tps", "5", "--password-stdin", input="secret01\n")
    # MariaDB prints no header for a table without rows.
    sql("INSERT INTO smpp_user SET system_id = 'other', throughput = 1, default_cost = 0, simulate_deliver_every = 0, "
        "simulate_permanent_failure_every = 0, simulate_temporary_failure_every = 0, simulate_mo_every = 0, password = '*00'")
    ssgctl("smpp", "drift", *gateway, exits=7)
    ssgctl("smpp", "push", *gateway, *load, "--yes")
    ssgctl("smpp", "drift", *gateway)
    check(sql("SELECT system_id, throughput FROM smpp_user ORDER BY 1").split()[2:] == ["one", "5.00000", "other", "1.00000", "two", "5.00000"],
          "the table has ours and keeps another's")
    check("1" in sql("SELECT password = PASSWORD('secret01') FROM smpp_user WHERE system_id = 'one'"), "the password is right")
    sql("UPDATE smpp_user SET credit = 12.5, throughput = 50 WHERE system_id = 'one'")
    reviewed = ssgctl("smpp", "drift", *gateway, "--hash").strip()
    shown = ssgctl("smpp", "drift", *gateway, exits=7)
    check("throughput: 50 → 5" in shown, "a change by hand is found")
    sql("UPDATE smpp_user SET password = PASSWORD('stolen01') WHERE system_id = 'two'")
    ssgctl("smpp", "push", *gateway, *load, "--expect-hash", reviewed, exits=4)
    check(sql("SELECT throughput FROM smpp_user WHERE system_id = 'one'").split()[1] == "50.00000", "and nothing is pushed")
    reviewed = ssgctl("smpp", "drift", *gateway, "--hash").strip()
    ssgctl("smpp", "push", *gateway, *load, "--expect-hash", reviewed)
    ssgctl("smpp", "drift", *gateway)
    check(sql("SELECT credit FROM smpp_user WHERE system_id = 'one'").split()[1] == "12.5", "the credit stays")
    ssgctl("smpp", "disable", "two", "--yes")
    ssgctl("smpp", "push", *gateway, *load, "--yes")
    check(sql("SELECT password FROM smpp_user WHERE system_id = 'two'").split()[1] == "!", "a disabled account has no password")


main()
