"""Sends emails of ssgctl through a real Postfix and a real Exim: by their `sendmail`, and by SMTP with TLS and a login.

    python3 tests/peers/mail.py [SSGCTL]

Needs root and Debian's apt; the servers are installed in a layer over the file system that ends with the script.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
import overlay  # noqa: E402

SSGCTL = str(Path(sys.argv[1] if len(sys.argv) > 1 else "target/debug/ssgctl").resolve())
SMTP, SMTPS = 2525, 2465
MAILS = Path("/var/mail/peer")
home = Path("/tmp/home")

POSTFIX = f"""
compatibility_level = 3.6
myhostname = peer.example
inet_interfaces = loopback-only
mydestination =
maillog_file = /var/log/postfix.log
virtual_mailbox_domains = x.example
virtual_mailbox_base = {MAILS.parent}
virtual_mailbox_maps = static:{MAILS.name}
virtual_uid_maps = static:8
virtual_gid_maps = static:8
virtual_minimum_uid = 1
message_size_limit = 20000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
smtpd_recipient_restrictions = check_recipient_access inline:{{ {{busy@x.example = 450 4.2.0 Greylisted, try again later}},
  {{full@x.example = 452 4.2.2 Mailbox full}}, {{unknown@x.example = 550 5.1.1 No such person}} }}, permit
smtpd_tls_security_level = may
smtpd_tls_cert_file = /tmp/cert.pem
smtpd_tls_key_file = /tmp/key.pem
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = peer.example
cyrus_sasl_config_path = /etc/postfix/sasl
"""

EXIM = f"""
primary_hostname = peer.example
daemon_smtp_ports = {SMTP} : {SMTPS}
tls_on_connect_ports = {SMTPS}
local_interfaces = 127.0.0.1
qualify_domain = peer.example
log_file_path = /tmp/exim-%slog
message_size_limit = 20000
tls_advertise_hosts = *
tls_certificate = /tmp/cert.pem
tls_privatekey = /tmp/key.pem
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
CHECK
begin acl
rcpt:
  defer recipients = busy@x.example
        message = Greylisted, try again later
  defer recipients = full@x.example
        message = Mailbox full
  deny  recipients = unknown@x.example
        message = No such person
  accept
begin routers
all:
  driver = accept
  domains = x.example
  transport = file
begin transports
file:
  driver = appendfile
  file = {MAILS}
  user = mail
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{ssgctl}}}}{{eq{{$auth3}}{{right}}}}}}}}
  server_set_id = $auth2
"""


def check(holds, what):
    print(("ok    " if holds else "WRONG ") + what, flush=True)
    if not holds:
        sys.exit(1)


def run(*command, **options):
    """Runs a program. What it says goes to a file, because servers that it starts would keep a pipe open."""
    with open("/tmp/said", "w+") as said:
        done = subprocess.run(command, stdout=said, stderr=said, text=True, **options)
        said.seek(0)
        if done.returncode:
            sys.exit(f"{' '.join(command)}: {said.read()}")


def configure(transport, more=""):
    folder = home / ".config" / "ssgctl"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(f"""
[operator]
company = "Núñez Ltd"
service = "SMS"
[mail]
transport = "{transport}"
timeout_seconds = 20
{more}
[roles.support]
name = "Zoë Núñez"
address = "support@x.example"
""")


def ssgctl(line, **variables):
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin:/usr/sbin", **variables}
    done = subprocess.run([SSGCTL, *line.split()], env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr.strip()


def send(to, **variables):
    """The state of a test email to an address, the exit code, and what was said. One that is put off is cancelled, as it is a test."""
    code, shown, said = ssgctl(f"mail test {to} --json", **variables)
    state = json.loads(shown)["state"] if shown.strip() else None
    print(f"      {to}: {state}, exit {code}: {said}")
    return state, code, said


def arrived(count):
    """The emails that were delivered, once there are so many."""
    end = time.time() + 30
    while time.time() < end:
        text = MAILS.read_bytes() if MAILS.exists() else b""
        found = text.count(b"\nSubject: ")
        if found >= count:
            return text
        time.sleep(0.3)
    return b""


def wait_for(port):
    end = time.time() + 60
    while time.time() < end:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.3)
    sys.exit(f"nothing listens on port {port}")


def postfix():
    Path("/etc/postfix/main.cf").write_text(POSTFIX)
    master = Path("/etc/postfix/master.cf")
    lines = [line for line in master.read_text().splitlines() if not line.startswith("smtp      inet")]
    # The services run outside a chroot, which has no password file of the login.
    lines = [line.replace("       y       ", "       n       ") for line in lines]
    lines += [f"127.0.0.1:{SMTP} inet n - n - - smtpd", f"127.0.0.1:{SMTPS} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes",
              "postlog unix-dgram n - n - 1 postlogd"]
    master.write_text("\n".join(lines) + "\n")
    Path("/etc/postfix/sasl").mkdir(exist_ok=True)
    Path("/etc/postfix/sasl/smtpd.conf").write_text("pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\n")
    run("saslpasswd2", "-p", "-c", "-u", "peer.example", "ssgctl", input="right")
    run("chgrp", "postfix", "/etc/sasldb2")
    run("chmod", "640", "/etc/sasldb2")
    run("postfix", "start")
    wait_for(SMTP)


def exim(check_space=""):
    # A spool that has no room for an email refuses each for now.
    Path("/etc/exim4/exim4.conf").write_text(EXIM.replace("CHECK", check_space))
    os.chmod("/etc/exim4/exim4.conf", 0o640)
    run("chgrp", "Debian-exim", "/etc/exim4/exim4.conf")
    run("chgrp", "Debian-exim", "/tmp/key.pem")
    run("chmod", "640", "/tmp/key.pem")
    if not check_space:
        run("exim4", "-bd", "-q5m")
        wait_for(SMTP)


def full(name):
    """Leaves the queue no room."""
    if name == "postfix":
        run("postconf", "-e", "queue_minfree = 1000000000000")
        run("postfix", "reload")
        time.sleep(2)
    else:
        exim("check_spool_space = 100000000K")
        # The running server reads its configuration again.
        os.kill(int(Path("/run/exim4/exim.pid").read_text()), signal.SIGHUP)
        time.sleep(2)
        wait_for(SMTP)


def smtp(name):
    configure(f"smtp://127.0.0.1:{SMTP}")
    check(send("zoe@x.example")[:2] == ("sent", 0), f"{name} takes an email by SMTP")
    for to, state in [("busy@x.example", "cancelled"), ("full@x.example", "cancelled"), ("unknown@x.example", "failed")]:
        check(send(to)[0] == state, f"{name}: an email to {to} is {state}")
    configure(f"smtp+starttls://127.0.0.1:{SMTP}")
    state, _, said = send("zoe@x.example")
    check(state == "cancelled" and "self-signed" in said, f"{name}: a self-signed certificate is not accepted, and named")
    trusted = {"SSL_CERT_FILE": "/tmp/cert.pem"}
    # The name in the certificate is that of the server.
    for transport in [f"smtp+starttls://localhost:{SMTP}", f"smtps://localhost:{SMTPS}"]:
        configure(transport)
        check(send("zoe@x.example", **trusted)[0] == "sent", f"{name} takes an email by {transport}")
        configure(transport, 'login = "ssgctl"')
        wrong = send("zoe@x.example", SSGCTL_SMTP_PASSWORD="wrong", **trusted)
        check(wrong[0] == "cancelled" and "535" in wrong[2], f"{name} refuses a wrong password of {transport}")
        right = send("zoe@x.example", SSGCTL_SMTP_PASSWORD="right", **trusted)
        check(right[0] == "sent", f"{name} takes an email after a login by {transport}")


def sendmail(name):
    configure("sendmail:/usr/sbin/sendmail")
    check(send("zoe@x.example")[:2] == ("sent", 0), f"the sendmail of {name} takes an email")


def too_large():
    """An email that is larger than the servers take, by a template of our own."""
    folder = home / ".config" / "ssgctl" / "templates"
    folder.mkdir(exist_ok=True)
    (folder / "test.txt").write_text("Subject: large\n\n" + "0123456789 line of a large email\n" * 1000)
    return folder / "test.txt"


def main(name):
    home.mkdir()
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/tmp/key.pem", "-out", "/tmp/cert.pem", "-days", "30",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE")
    MAILS.parent.mkdir(exist_ok=True)
    os.chown(MAILS.parent, 8, 8)
    {"postfix": postfix, "exim": exim}[name]()
    smtp(name)
    sendmail(name)
    text = arrived(6)
    check(text.count(b"\nSubject: ") == 6, f"{name} delivered the emails")
    check(b"\r" not in text, f"{name}: no carriage return is left in an email")
    large = too_large()
    for transport in [f"smtp://127.0.0.1:{SMTP}", "sendmail:/usr/sbin/sendmail"]:
        configure(transport)
        state, _, said = send("zoe@x.example")
        # Neither `sendmail` has an exit code for it, so it is tried again, but the reason is said.
        is_known = state == "failed" or (transport.startswith("sendmail:") and state == "cancelled" and " code " in said)
        check(is_known and any(words in said for words in ["too big", "maximum"]),
              f"{name}: an email that is too large is not sent by {transport.split(':')[0]}, and why is said")
    large.unlink()
    full(name)
    for transport in [f"smtp://127.0.0.1:{SMTP}", "sendmail:/usr/sbin/sendmail"]:
        configure(transport)
        state, _, said = send("zoe@x.example")
        # The `sendmail` of Postfix does not look at the disk, and says that it has queued the email.
        expected = "sent" if (name, transport.split(":")[0]) == ("postfix", "sendmail") else "cancelled"
        check(state == expected, f"{name}, queue full, {transport.split(':')[0]}: {state}")
    if name == "postfix":
        run("postfix", "stop")
        configure("sendmail:/usr/sbin/sendmail")
        check(send("zoe@x.example")[0] == "sent", "the sendmail of postfix queues an email while postfix does not run")


PACKAGES = {"postfix": ["postfix", "sasl2-bin", "libsasl2-modules", "openssl"], "exim": ["exim4-daemon-light", "openssl"]}
if os.environ.get("OVERLAY") == "yes":
    try:
        main(sys.argv[2])
    finally:
        # The layer ends with the script, and its servers must, too.
        pid = Path({"postfix": "/var/spool/postfix/pid/master.pid", "exim": "/run/exim4/exim.pid"}[sys.argv[2]])
        if pid.exists() and pid.read_text().strip():
            try:
                os.kill(int(pid.read_text()), signal.SIGTERM)
            except ProcessLookupError:
                pass
else:
    codes = [overlay.enter(PACKAGES[name], SSGCTL, name) for name in (sys.argv[2:] or PACKAGES)]
    sys.exit(max(codes))
