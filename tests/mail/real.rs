//! Delivery to a mail server of another make, Debian's python3-aiosmtpd. Where it is not installed this says so and passes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use ssgctl::model::{Password, Port};
use ssgctl::smpp::{BindCredentials, Endpoint, ProbeOutcome, probe};

use crate::support::mail::MailFixture;
use crate::support::node_smpp::{self, NodeSmpp};

/// Debian's own interpreter, whose modules are Debian's packages.
const PYTHON: &str = "/usr/bin/python3";

fn is_installed() -> bool {
    let import = Command::new(PYTHON).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
    let installed = import.is_ok_and(|status| status.success());
    let must = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(installed || !must, "python3-aiosmtpd is missing, and in CI this must be tried");
    installed
}

/// The server, which ends when its stdin is closed.
struct Aiosmtpd {
    process: Child,
    said: BufReader<std::process::ChildStdout>,
}

impl Aiosmtpd {
    fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/peer.py");
        let mut server = Command::new(PYTHON);
        server.args(["-B", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = server.spawn().expect("started");
        let said = BufReader::new(process.stdout.take().expect("a pipe"));
        Self { process, said }
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.said.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect(&line)
    }

    /// Ends the server; what it said last.
    fn stop(mut self) -> Vec<Value> {
        drop(self.process.stdin.take());
        let lines = self.said.lines().map(|line| serde_json::from_str(&line.expect("a line")).expect("JSON")).collect();
        assert!(self.process.wait().expect("ended").success());
        lines
    }
}

/// The server and a mail fixture that sends to it, where there is such a server.
#[expect(clippy::print_stdout, reason = "reports what was not tested")]
fn fixture() -> Option<(Aiosmtpd, MailFixture)> {
    if !is_installed() {
        println!("not tried: python3-aiosmtpd is not installed");
        return None;
    }
    let mut server = Aiosmtpd::start();
    let port = server.line()["port"].as_u64().expect("a port");
    Some((server, MailFixture::with_mail(&format!("transport = 'smtp://127.0.0.1:{port}'"))))
}

#[test]
fn another_makes_server_takes_refuses_and_puts_off_emails() {
    let Some((server, fixture)) = fixture() else { return };
    fixture.customer("ABC");
    fixture.ok("balance warn ABC --to unknown@x.example,busy@x.example,zoe@x.example");
    fixture.template("low-upper.txt", "Subject: N\u{fa}\u{f1}ez, low\n\nfirst\n.\n..\nlast");
    fixture.sink("ABC", "400");
    fixture.troubled_check(12);
    let states = ["unknown@x.example failed", "busy@x.example pending", "zoe@x.example sent"];
    let expected: Vec<String> = states.iter().map(|state| format!("low-upper {state}")).collect();
    assert_eq!(fixture.emails()[..3], expected);
    let taken = server.stop();
    let emails: Vec<_> = taken.iter().map(|email| email["to"][0].as_str().expect("an address")).collect();
    assert_eq!(emails, ["zoe@x.example", "ops@gateway.example"]);
    assert!(taken[0]["text"].as_str().expect("text").contains("first\r\n.\r\n..\r\nlast\r\n"), "{}", taken[0]);
}

/// What a new customer is written, read by the customer's own client, opens the gateway that runs on our export.
#[test]
fn the_details_of_a_welcome_email_bind_to_a_gateway_that_runs_on_our_export() {
    let Some((server, fixture)) = fixture() else { return };
    fixture.write_config(&format!("{}\n[gateway]\nhosts = ['127.0.0.1', 'localhost']\n", fixture.config()));
    fixture
        .ok("quick-create --organisation 'ABC Corp' --contact-name Zoe --contact-email zoe@abc.example --send-email");
    fixture.ok("smpp export --gateway json --file accounts.json");
    let taken = server.stop();
    let email = taken[0]["text"].as_str().expect("text");
    let line_of = |label: &str| {
        let value = email.lines().find_map(|line| line.strip_prefix(label)?.strip_prefix(": "));
        value.expect(label).to_owned()
    };
    let (system_id, password) = (line_of("System ID"), line_of("Password"));
    let exported = fs::read_to_string(fixture.cli.path("accounts.json")).expect("read");
    let exported: Value = serde_json::from_str(&exported).expect("JSON");
    let account = &exported["accounts"][0];
    assert_eq!(
        (&account["system_id"], &account["passwords"][0]["password"]),
        (&system_id.clone().into(), &password.clone().into())
    );
    if !node_smpp::is_installed() {
        println!("not tried to the end: the npm package smpp is not installed");
        return;
    }
    let gateway = NodeSmpp::on(&fixture.cli.path("accounts.json"));
    let endpoint = Endpoint {
        host: line_of("Host").parse().expect("a host"),
        port: Port::new(gateway.port).expect("a port"),
        tls: false,
    };
    let bind = |password: &str| {
        let password: Password = password.parse().expect("a password");
        let client = BindCredentials {
            system_id: &system_id,
            password: &password,
            system_type: "",
            address_range: "",
            bind_type: ssgctl::smpp::BindType::Transceiver,
        };
        probe(&endpoint, &client, Duration::from_secs(10)).outcome
    };
    assert_eq!(bind(&password), ProbeOutcome::Bound);
    assert!(matches!(bind("another1"), ProbeOutcome::Refused { .. }));
}
