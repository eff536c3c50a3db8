"""Runs a real Jasmin on loopback, loads exports of ssgctl into it, and checks what Jasmin then holds and does.

    python3 tests/peers/jasmin.py [SSGCTL]

Needs Debian's redis-server, rabbitmq-server and python3-venv; Jasmin itself comes from PyPI into a virtual environment
below the folder that the environment variable PEERS names [default: a temporary folder], where it is found again. All
servers listen on loopback, keep their files in a temporary folder, and end with this program. PyPI has Jasmin up to
0.11.1, which does not limit addresses.
"""

import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

VERSION = "0.11.1"
REDIS, AMQP, DIST, JCLI, SMPP = 16379, 15672, 25672, 18990, 12775
EPMD = "14369"
SSGCTL = str(Path(sys.argv[1] if len(sys.argv) > 1 else "target/debug/ssgctl").resolve())

work = Path(tempfile.mkdtemp(prefix="jasmin-"))
peers = Path(os.environ.get("PEERS", work))
home = work / "home"
home.mkdir()
servers = []


def start(name, *command, **environment):
    log = open(work / f"{name}.log", "wb")
    variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(work), "LANG": "C.UTF-8", **environment}
    servers.append(
        subprocess.Popen(command, env=variables, cwd=work, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                         start_new_session=True)
    )


def wait_for(port, seconds=120):
    end = time.time() + seconds
    while time.time() < end:
        if any(server.poll() is not None for server in servers):
            break
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.5)
    sys.exit(f"nothing listens on port {port}; see the logs in {work}")


def start_servers():
    venv = peers / f"jasmin-{VERSION}"
    pip = [str(venv / "bin/pip"), "-q"]
    if not (venv / "sdist").exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([*pip, "install", "setuptools<81", "wheel", f"jasmin=={VERSION}"], check=True)
        # The definition of AMQP is only in the source package.
        source = ["download", "--no-deps", "--no-binary", "jasmin", "--no-build-isolation", "-d", str(venv / "sdist")]
        subprocess.run([*pip, *source, f"jasmin=={VERSION}"], check=True)
    archive = next((venv / "sdist").glob("jasmin-*.tar.gz"))
    subprocess.run(["tar", "-xzf", str(archive), "-C", str(work), "--strip-components=3", "--one-top-level=etc/jasmin",
                    "--wildcards", "*/misc/config/resource"], check=True)
    start("epmd", "/usr/bin/epmd", "-address", "127.0.0.1", "-port", EPMD)
    start("redis", "/usr/bin/redis-server", "--port", str(REDIS), "--bind", "127.0.0.1", "--save", "", "--dir", str(work))
    start("rabbitmq", "/usr/lib/rabbitmq/bin/rabbitmq-server", RABBITMQ_NODENAME="jasmin@localhost",
          RABBITMQ_NODE_IP_ADDRESS="127.0.0.1", RABBITMQ_NODE_PORT=str(AMQP), RABBITMQ_DIST_PORT=str(DIST),
          RABBITMQ_MNESIA_BASE=str(work / "mnesia"), RABBITMQ_LOGS="-", RABBITMQ_ENABLED_PLUGINS_FILE=str(work / "plugins"),
          RABBITMQ_PID_FILE=str(work / "rabbitmq.pid"), ERL_EPMD_ADDRESS="127.0.0.1", ERL_EPMD_PORT=EPMD,
          RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}")
    wait_for(REDIS)
    wait_for(AMQP)
    sections = {
        "smpp-server": f"bind = 127.0.0.1\nport = {SMPP}", "smpp-server-pb": "bind = 127.0.0.1",
        "client-management": f"bind = 127.0.0.1\nstore_path = {work}/store", "amqp-broker": f"host = 127.0.0.1\nport = {AMQP}",
        "http-api": f"bind = 127.0.0.1\naccess_log = {work}/access.log", "router": f"bind = 127.0.0.1\nstore_path = {work}/store",
        "redis-client": f"host = 127.0.0.1\nport = {REDIS}", "jcli": f"bind = 127.0.0.1\nport = {JCLI}",
    }
    logged = [*sections, "service-smppclient", "sm-listener", "dlr", "deliversm-thrower", "dlr-thrower", "interceptor-client"]
    (work / "store").mkdir()
    (work / "jasmin.cfg").write_text("".join(
        f"[{name}]\n{sections.get(name, '')}\nlog_file = {work}/jasmin-{name}.log\n" for name in logged))
    start("jasmind", str(venv / "bin/python"), str(venv / "bin/jasmind.py"), "-c", str(work / "jasmin.cfg"),
          "--username", "jcliadmin", "--password", "jclipwd", ROOT_PATH=str(work), LOG_PATH=str(work))
    wait_for(JCLI)
    wait_for(SMPP)


def ssgctl(line, exits=0, **options):
    """Runs a command line in a home of its own; returns what it prints and what it says."""
    variables = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([SSGCTL, *line.split()], env=variables, cwd=work, capture_output=True, text=True, **options)
    if done.returncode != exits:
        sys.exit(f"ssgctl {line}: {done.stderr}")
    return done.stdout, done.stderr


def jcli(file):
    """Loads a file as the help of `smpp export` says, and returns the recorded session."""
    script = (f"(printf 'jcliadmin\\r\\njclipwd\\r\\n'; sed 's/$/\\r/' {file}; printf 'quit\\r\\n'; sleep 2) | "
              f"nc 127.0.0.1 {JCLI}")
    return subprocess.run(["sh", "-c", script], cwd=work, capture_output=True, check=True).stdout


def command(text):
    (work / "command").write_text(text)
    return jcli("command")


def users():
    """The rows of `user -l` as words, by user."""
    session = command("user -l\n")
    (work / "session").write_bytes(session)
    rows = [line.strip()[1:].split() for line in session.decode("latin-1").splitlines() if line.startswith("#")]
    return {row[0]: row for row in rows if row[0] != "User"}


def export(options):
    written, said = ssgctl(f"smpp export --reveal {options}")
    (work / "export").write_text(written)
    return jcli("export").decode("latin-1"), said


def bind(system_id, password):
    """An open SMPP session."""
    body = f"{system_id}\0{password}\0\0".encode() + b"\x34\0\0\0"
    session = socket.create_connection(("127.0.0.1", SMPP), timeout=10)
    session.sendall(struct.pack(">IIII", 16 + len(body), 9, 0, 1) + body)
    header = session.recv(16)
    status = struct.unpack(">IIII", header)[2]
    session.recv(1000)
    check(status == 0, f"{system_id} binds (status {status:#x})")
    return session


def has_ended(session):
    """Whether the gateway unbinds or closes a session."""
    session.settimeout(5)
    try:
        data = session.recv(1000)
    except TimeoutError:
        return False
    return not data or struct.unpack(">I", data[4:8])[0] == 6


def check(holds, what):
    print(("ok    " if holds else "WRONG ") + what)
    if not holds:
        sys.exit(1)


def main():
    start_servers()
    ssgctl("customer new --organisation Acme --account-code ACME")
    for name in ["prepaid", "leaves", "leaked"]:
        ssgctl(f"smpp add ACME --system-id {name} --password-stdin", input="secret01\n")
    session, said = export("--gateway jasmin-0.11")
    check("--held FILE" in said, "an export without the held state warns")
    check(set(users()) == {"prepaid", "leaves", "leaked"}, "Jasmin loads an export")
    command("user -u prepaid\nmt_messaging_cred quota balance 10.5\nok\npersist\n")
    check(users()["prepaid"][3] == "10.5", "a quota is set in Jasmin")
    shown, said = ssgctl("smpp export --gateway jasmin-0.11 --diff session")
    check("prepaid (balance 10.5)" in said and not shown, "--diff reads the recorded session and shows the quota")
    ssgctl("smpp edit prepaid --max-tps 7")
    export("--gateway jasmin-0.11 --held session")
    row = users()["prepaid"]
    check(row[3] == "10.5" and row[-1].endswith("/7.0"), f"a held user is updated and keeps its quota: {' '.join(row)}")
    leaves, leaked, prepaid = bind("leaves", "secret01"), bind("leaked", "secret01"), bind("prepaid", "secret01")
    ssgctl("smpp disable leaves --yes")
    ssgctl("smpp rotate-password leaked --grace 0 --password-stdin", input="secret02\n")
    session, _ = export("--gateway jasmin-0.11 --held session")
    check(has_ended(leaves), "the session of a disabled account ends")
    check(has_ended(leaked), "the session of an account whose password leaked ends")
    check(not has_ended(prepaid), "other sessions go on")
    check("!leaves" in users(), "the disabled account is disabled")
    bind("leaked", "secret02").close()
    ssgctl("smpp enable leaves")
    users()
    export("--gateway jasmin-0.11 --held session")
    check("leaves" in users(), "a held user is enabled again")
    session, _ = export("--gateway jasmin --held session")
    errors = sorted({line.strip() for line in session.splitlines() if "Error" in line})
    print(f"seen  {VERSION} answers the IP limits of 0.12: {errors}")
    export("--gateway jasmin-0.11")
    check(users()["prepaid"][3] == "ND", "without the held state a quota is lost, as the warning says")
    drift_and_push()


def drift_and_push():
    """The scripts of docs/gateway.md, with this server."""
    login = "printf 'jcliadmin\\r\\njclipwd\\r\\n'"
    (work / "users").write_text(f"#!/bin/sh\n({login}; printf 'user -l\\r\\nquit\\r\\n'; sleep 2) | nc 127.0.0.1 {JCLI}\n")
    (work / "load").write_text(
        f"#!/bin/sh\n({login}; sed 's/$/\\r/'; printf 'quit\\r\\n'; sleep 2) | nc 127.0.0.1 {JCLI}\n")
    for name in ["users", "load"]:
        (work / name).chmod(0o755)
    live = "--gateway jasmin-0.11 --read-with ./users"
    ssgctl(f"smpp push {live} --load-with ./load --yes")
    command("user -u prepaid\nmt_messaging_cred quota balance 10.5\nmt_messaging_cred quota smpps_throughput 50\nok\npersist\n")
    shown, _ = ssgctl(f"smpp drift {live}", exits=7)
    check("throughput: 50" in shown, "a quota that was changed by hand is found")
    hash, _ = ssgctl(f"smpp drift {live} --hash")
    ssgctl("smpp edit leaves --max-tps 3")
    ssgctl(f"smpp push {live} --load-with ./load --expect-hash {hash}", exits=4)
    check(users()["prepaid"][-1].endswith("/50.0"), "a push of an older review changes nothing")
    hash, _ = ssgctl(f"smpp drift {live} --hash")
    ssgctl(f"smpp push {live} --load-with ./load --expect-hash {hash}")
    ssgctl(f"smpp drift {live}")
    row = users()["prepaid"]
    check(row[3] == "10.5" and row[-1].endswith("/7.0"), f"a push keeps the balance: {' '.join(row)}")
    bind("leaked", "secret02").close()
    sweep(live)


def sweep(live):
    """Whom Jasmin lets in, before and after it learns of a change."""
    (home / "gateway.toml").write_text(f'[gateway]\nhosts = ["127.0.0.1"]\nport = {SMPP}\n')
    line = f"smpp sweep --config {home}/gateway.toml --csv --fields system_id,expected,status,verdict"
    shown, _ = ssgctl(line)
    check(shown.count(",bound,ESME_ROK,ok") == 3, "all active accounts bind")
    ssgctl("smpp disable leaves --yes")
    shown, _ = ssgctl(line, exits=7)
    check("leaves,refused,ESME_ROK,differs" in shown, "a disabled account that Jasmin still lets in is found")
    ssgctl(f"smpp push {live} --load-with ./load --yes")
    shown, _ = ssgctl(line)
    status = next(row.split(",")[2] for row in shown.splitlines() if row.startswith("leaves,"))
    check("leaves,refused," in shown and shown.count(",ok") == 3, f"after a push it is refused with {status}")


signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
try:
    main()
    shutil.rmtree(work, ignore_errors=True)
finally:
    for server in reversed(servers):
        # Each is the leader of a session of its own, with the processes that it started.
        os.killpg(server.pid, signal.SIGTERM)
    for server in servers:
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
