"""Runs a real Kannel with sqlbox and opensmppbox, and writes tests/fixtures/traffic/kannel-sqlite.csv anew.

    python3 tests/peers/kannel.py [SSGCTL]

It loads an account file of ssgctl into opensmppbox, sends messages as an HTTP and as an SMPP customer to an SMSC that
accepts, reports and refuses, checks who may bind, and exports the table that sqlbox wrote with the `sqlite3` shell.

Needs Debian's apt, gcc, iproute2, sqlite3 and the -dev packages of SQLite, libxml2 and OpenSSL. Kannel is Debian's
package, its two boxes are built from the source package; both stay below the folder that the environment variable PEERS
names [default: a temporary folder]. The servers run in a network namespace of their own, so the script must run as
root. They end with it.
"""

import csv
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

ADMIN, BEARERBOX, SQLBOX, SENDSMS, SMPP, SMSC = 13000, 13001, 13005, 13013, 12775, 12776
SSGCTL = str(Path(sys.argv[1] if len(sys.argv) > 1 else "target/debug/ssgctl").resolve())
FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "traffic" / "kannel-sqlite.csv"
# 23:59:50 UTC on 22 November 2026, so that reports come on the day after their messages.
FIRST_SECOND = 1795391990

# The folder is made before the network namespace is entered, in which nothing can be downloaded.
work = Path(os.environ.get("KANNEL_WORK") or tempfile.mkdtemp(prefix="kannel-"))
peers = Path(os.environ.get("PEERS", work)) / "kannel"
home = work / "home"
servers = []


def run(*command, **options):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)


def install():
    """Unpacks Debian's packages and builds the boxes that are only in the source package."""
    if (peers / "opensmppbox").exists():
        return
    peers.mkdir(parents=True, exist_ok=True)
    # Libraries that Kannel needs and nobody else has installed.
    libraries = ["libhiredis0.14", "libct4", "libpcre3", "libmariadb3", "libpq5"]
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *libraries, stderr=subprocess.DEVNULL)
    run("apt-get", "download", "kannel", "kannel-dev", cwd=peers, stderr=subprocess.DEVNULL)
    for package in peers.glob("*.deb"):
        run("dpkg", "-x", str(package), str(peers))
    (peers / "lists" / "partial").mkdir(parents=True)
    key = "/usr/share/keyrings/debian-archive-keyring.gpg"
    release = subprocess.run(["sh", "-c", '. /etc/os-release && echo "$VERSION_CODENAME"'], capture_output=True, text=True)
    (peers / "sources.list").write_text(f"deb-src [signed-by={key}] http://deb.debian.org/debian {release.stdout.strip()} main\n")
    apt = ["apt-get", "-qq", "-o", f"Dir::Etc::sourcelist={peers}/sources.list", "-o", "Dir::Etc::sourceparts=/dev/null",
           "-o", f"Dir::State::lists={peers}/lists"]
    run(*apt, "update")
    # Only the original archive is needed; a mirror may lack Debian's changes to it.
    subprocess.run([*apt, "source", "--download-only", "kannel"], cwd=peers, capture_output=True)
    archive = next(peers.glob("kannel_*.orig.tar.gz"))
    run("tar", "-xzf", str(archive), "-C", str(peers), "--strip-components=1", "--wildcards", "*/addons/*")
    # The boxes want the options of the library, without headers of databases that they are built without.
    header = peers / "usr/include/kannel/gw-config.h"
    databases = ["MYSQL", "PGSQL", "MSSQL", "ORACLE", "SDB"]
    lines = header.read_text().splitlines(keepends=True)
    header.write_text("".join(line for line in lines if not any(f"define HAVE_{name} " in line for name in databases)))
    flags = ["-O1", "-w", "-fcommon", "-D_XOPEN_SOURCE=600", "-D_DEFAULT_SOURCE", "-D_LARGE_FILES=",
             f"-I{peers}/usr/include/kannel", "-I/usr/include/libxml2"]
    multiarch = next((peers / "usr/lib").glob("*/kannel"))
    links = [f"-L{multiarch}", "-lgw", "-lwap", "-lgwlib", "-lssl", "-lcrypto", "-lxml2", "-lsqlite3", "-l:libpq.so.5",
             "-l:libmariadb.so.3", "-l:libhiredis.so.0.14", "-l:libct.so.4", "-l:libpcreposix.so.3", "-l:libpcre.so.3",
             "-l:libpam.so.0", "-lresolv", "-lm", "-lpthread", "-ldl", "-lnsl"]
    for box in ["sqlbox", "opensmppbox"]:
        (peers / "addons" / box / "sb-config.h").write_text("#define GW_VERSION VERSION\n")
        sources = [str(source) for source in (peers / "addons" / box / "gw").glob("*.c")]
        run("gcc", *flags, *sources, "-o", str(peers / box), *links)


def start(name, program, config, *options):
    (work / f"{name}.conf").write_text(config)
    log = open(work / f"{name}.out", "wb")
    servers.append(subprocess.Popen([str(program), *options, str(work / f"{name}.conf")], cwd=work, stdout=log, stderr=log,
                                    stdin=subprocess.DEVNULL))


def wait_for(port, seconds=30):
    """Waits for a listener without connecting to it, because sqlbox ends when a connection says nothing."""
    end = time.time() + seconds
    while time.time() < end and all(server.poll() is None for server in servers):
        sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        if any(int(words[1].split(":")[1], 16) == port and words[3] == "0A" for words in sockets):
            return
        time.sleep(0.2)
    sys.exit(f"nothing listens on port {port}; see the logs in {work}")


def start_servers():
    threading.Thread(target=smsc, daemon=True).start()
    log = f"log-file = {work}/%s.log\nlog-level = 0\n"
    smsbox = (f"\ngroup = smsbox\nbearerbox-host = 127.0.0.1\nbearerbox-port = {SQLBOX}\nsendsms-port = {SENDSMS}\n" +
              log % "smsbox" + "\ngroup = sendsms-user\nusername = acme\npassword = secret\nmax-messages = 5\n"
              "concatenation = true\n\ngroup = sms-service\nkeyword = default\nmax-messages = 0\ntext = x\n")
    core = (f"group = core\nadmin-port = {ADMIN}\nadmin-password = x\nsmsbox-port = {BEARERBOX}\ndlr-storage = internal\n" +
            log % "bearerbox" + f"access-log = {work}/access.log\naccess-log-time = gmt\n\n"
            f"group = smsc\nsmsc = smpp\nsmsc-id = upstream\nhost = 127.0.0.1\nport = {SMSC}\ntransceiver-mode = true\n"
            "smsc-username = kannel\nsmsc-password = secret\nsystem-type = x\nmax-pending-submits = 10\n" + smsbox)
    start("bearerbox", peers / "usr/sbin/bearerbox", core)
    wait_for(BEARERBOX)
    start("sqlbox", peers / "sqlbox",
          f"group = sqlbox\nid = db\nsmsbox-id = sqlbox\nbearerbox-host = 127.0.0.1\nbearerbox-port = {BEARERBOX}\n"
          f"smsbox-port = {SQLBOX}\nsql-log-table = sent_sms\nsql-insert-table = send_sms\n" + log % "sqlbox" +
          # More than one would use functions that sqlbox has not for SQLite.
          "limit-per-cycle = 1\n"
          f"\ngroup = sqlite3-connection\nid = db\ndatabase = {work}/kannel.db\nmax-connections = 1\n")
    wait_for(SQLBOX)
    start("smsbox", peers / "usr/sbin/smsbox", core)
    start("opensmppbox", peers / "opensmppbox",
          f"group = core\ndlr-storage = internal\n\ngroup = opensmppbox\nopensmppbox-id = esme\nopensmppbox-port = {SMPP}\n"
          f"bearerbox-host = 127.0.0.1\nbearerbox-port = {SQLBOX}\nour-system-id = kannel\nroute-to-smsc = upstream\n"
          f"use-systemid-as-smsboxid = true\nsmpp-logins = {work}/smpp-logins\n" + log % "opensmppbox")
    wait_for(SENDSMS)
    wait_for(SMPP)


# The SMSC: accepts and reports, refuses numbers that end in 6, and reports those that end in 9 as undeliverable.

def pdu(command, status, sequence, body=b""):
    return struct.pack(">IIII", 16 + len(body), command, status, sequence) + body


def read_pdu(session):
    header = session.recv(16, socket.MSG_WAITALL)
    if len(header) < 16:
        return None
    length, command, status, sequence = struct.unpack(">IIII", header)
    return command, status, sequence, session.recv(length - 16, socket.MSG_WAITALL) if length > 16 else b""


def deliver(sender, receiver, esm_class, text):
    fixed = struct.pack(">BBB", esm_class, 0, 0) + b"\0\0" + bytes(4) + struct.pack(">B", len(text))
    return b"\0\1\1" + sender + b"\0\1\1" + receiver + b"\0" + fixed + text


def smsc():
    listener = socket.create_server(("127.0.0.1", SMSC))
    while True:
        session, _ = listener.accept()
        threading.Thread(target=serve, args=(session,), daemon=True).start()


def serve(session):
    submitted = 0
    while (request := read_pdu(session)) is not None:
        command, _, sequence, body = request
        if command == 9:
            session.sendall(pdu(0x80000009, 0, sequence, b"smsc\0"))
            session.sendall(pdu(5, 0, 9000, deliver(b"447700900123", b"60300", 0, b'STOP "now",\tplease')))
        elif command == 4:
            sender, rest = body[3:].split(b"\0", 1)
            receiver = rest[2:].split(b"\0", 1)[0]
            if receiver.endswith(b"6"):
                session.sendall(pdu(0x80000004, 0x0B, sequence))
                continue
            submitted += 1
            session.sendall(pdu(0x80000004, 0, sequence, b"%d\0" % (1000 + submitted)))
            state = b"UNDELIV err:001" if receiver.endswith(b"9") else b"DELIVRD err:000"
            report = (b"id:%d sub:001 dlvrd:001 submit date:2611222359 done date:2611230000 stat:%s text:" %
                      (1000 + submitted, state))
            threading.Timer(2, session.sendall, [pdu(5, 0, 9000 + submitted, deliver(receiver, sender, 4, report))]).start()
        elif command < 0x80000000:
            session.sendall(pdu(0x80000000 | command, 0, sequence))


# The customers.

def bind(system_id, password):
    """An open session, or the status with which it was refused."""
    session = socket.create_connection(("127.0.0.1", SMPP), timeout=20)
    session.sendall(pdu(9, 0, 1, f"{system_id}\0{password}\0\0".encode() + b"\x34\0\0\0"))
    answer = read_pdu(session)
    return session if answer and answer[1] == 0 else answer and answer[1]


def submit(session, number, receiver, text, report=1, esm_class=0):
    fixed = struct.pack(">BBB", esm_class, 0, 0) + b"\0\0" + bytes([report, 0, 0, 0, len(text)])
    session.sendall(pdu(4, 0, number, b"\0\5\0Acme\0\1\1" + receiver + b"\0" + fixed + text))
    while (answer := read_pdu(session))[0] != 0x80000004:
        pass
    return answer[1], answer[3].rstrip(b"\0").decode()


def sendsms(receiver, text, **more):
    form = urllib.parse.urlencode({"username": "acme", "password": "secret", "from": "Acme", "to": receiver, "text": text, **more})
    with urllib.request.urlopen(f"http://127.0.0.1:{SENDSMS}/cgi-bin/sendsms?{form}") as answer:
        return answer.read().decode()


def ssgctl(line, **options):
    variables = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([SSGCTL, *line.split()], env=variables, cwd=work, capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"ssgctl {line}: {done.stderr}")
    return done.stdout


def check(holds, what):
    print(("ok    " if holds else "WRONG ") + what)
    if not holds:
        sys.exit(1)


def accounts():
    ssgctl("customer new --organisation Acme --account-code ACME")
    for name in ["port", "old", "far", "off", "acme"]:
        ssgctl(f"smpp add ACME --system-id {name} --password-stdin", input="secret01\n")
    ssgctl("smpp edit port --allowed-ips 127.0.0.0/8")
    ssgctl("smpp edit far --allowed-ips 192.0.2.0/24")
    ssgctl("smpp disable off --yes")
    ssgctl("smpp rotate-password old --grace 1h --password-stdin", input="secret02\n")
    ssgctl("smpp export --gateway opensmppbox --file smpp-logins")


def logins():
    check(isinstance(bind("port", "secret01"), socket.socket), "an account of an export binds from a range of addresses")
    check(isinstance(bind("old", "secret01"), socket.socket), "the previous password binds in the grace period")
    check(isinstance(bind("old", "secret02"), socket.socket), "so does the new one")
    for system_id, password in [("port", "secret02"), ("far", "secret01"), ("off", "secret01")]:
        refused = bind(system_id, password)
        check(not isinstance(refused, socket.socket), f"{system_id} is refused: {refused}")


def messages():
    url = {"dlr-mask": 31, "dlr-url": "http://127.0.0.1:9/dlr?ref=r-%s&status=%%d"}

    def reported(name):
        return {**url, "dlr-url": url["dlr-url"] % name}

    sendsms("447700900121", '"Hello, you\n', **reported("1"))
    sendsms("447700900129", 'say "hi"', account="port", **reported("2"))
    sendsms("447700900126", "refused", **reported("3"))
    sendsms("447700900122", "no report")
    sendsms("447700900123", "A long message of two segments. " * 6, **reported("4"))
    session = bind("port", "secret01")
    submit(session, 2, b"447700900124", b"by SMPP, \x00 and \"quotes\"")
    submit(session, 3, b"447700900129", b"undeliverable")
    submit(session, 4, b"447700900126", b"refused")
    submit(session, 5, b"447700900125", b"no report wanted", report=0)
    for part in [1, 2]:
        submit(session, 5 + part, b"447700900127", b"\5\0\3\7\2" + bytes([part]) + b"segment", esm_class=0x40)
    submit(session, 8, b"447700900127", b"caf\x05 and [brackets] \x1b<", report=1)
    # Eleven messages, one from a handset, and twelve reports.
    count = ["sqlite3", str(work / "kannel.db"), "SELECT count(*) FROM sent_sms"]
    end = time.time() + 60
    while time.time() < end and subprocess.run(count, capture_output=True).stdout.strip() != b"24":
        time.sleep(0.5)
    check(time.time() < end, "every message and report is in the table of sqlbox")


def export():
    shell = ["sqlite3", "-header", "-csv", str(work / "kannel.db"), "SELECT * FROM sent_sms"]
    text = subprocess.run(shell, capture_output=True, check=True, text=True, errors="surrogateescape").stdout
    rows = list(csv.DictReader(text.splitlines(keepends=True)))
    first = min(int(row["time"]) for row in rows)
    # The times of each run differ. Shifted, they cross midnight, as the tests want it.
    sql = f"UPDATE sent_sms SET time = time - {first} + {FIRST_SECOND} + CASE momt WHEN 'DLR' THEN 60 ELSE 0 END"
    run("sqlite3", str(work / "kannel.db"), sql)
    FIXTURE.write_bytes(subprocess.run(shell, capture_output=True, check=True).stdout)


def enter_namespace():
    """Starts this script again where it can reach, and be reached from, nothing but itself."""
    script = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$0" "$@"', sys.executable, *sys.argv]
    os.execvpe(script[0], script, {**os.environ, "KANNEL_WORK": str(work)})


def main():
    if "KANNEL_WORK" not in os.environ:
        install()
        enter_namespace()
    home.mkdir()
    accounts()
    start_servers()
    logins()
    messages()
    export()
    seen = json.loads(ssgctl(f"traffic import {FIXTURE} --id-column dlr_url --id-pattern ref={{id}}& --dry-run --json"))[0]
    check(seen["new"] == 11, f"ssgctl imports the table that sqlbox wrote: {seen}")
    shutil.rmtree(work, ignore_errors=True)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
try:
    main()
finally:
    for server in reversed(servers):
        server.terminate()
    for server in servers:
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
