//! `smpp probe` with the real program: rows, exit codes, TLS, and where the password goes.

use std::fs;

use serde_json::Value;

use crate::support::authority::{Authority, self_signed};
use crate::support::cli::{Outcome, TestCli, words};
use crate::support::smsc::{BIND, Manner, Smsc};

const PASSWORD: &str = "s3cret!x";

fn cli() -> TestCli {
    let cli = TestCli::new();
    cli.ok("customer new --organisation Acme --account-code ACME");
    let line = "smpp add ACME --system-id acme_prod --password-stdin";
    cli.run_with_stdin(line, PASSWORD).succeeded(line);
    cli
}

fn probe(cli: &TestCli, port: u16, more: &str) -> Outcome {
    cli.run(&format!("smpp probe acme_prod --host 127.0.0.1 --port {port} --timeout 2 {more}"))
}

#[test]
fn a_bind_is_reported_with_its_times_and_logged_with_its_place() {
    let cli = cli();
    let smsc = Smsc::with_account("acme_prod", PASSWORD);
    let output = probe(&cli, smsc.port(), "--json --reason 'new customer'").succeeded("probe");
    let rows: Value = serde_json::from_str(&output).expect(&output);
    let row = &rows[0];
    for (key, value) in [
        ("result", "bound"),
        ("status", "ESME_ROK"),
        ("smsc", "SMSC"),
        ("smpp_version", "3.4"),
        ("address", "127.0.0.1"),
    ] {
        assert_eq!(row[key], value, "{row}");
    }
    for step in ["connect_ms", "bind_ms", "enquire_link_ms", "unbind_ms"] {
        assert!(row[step].is_number(), "{step}: {row}");
    }
    assert!(row["tls_ms"].is_null() && row["tls"] == false, "{row}");
    let event = &cli.json("audit list --desc --limit 1")[0];
    assert_eq!(
        (&event["action"], &event["subject"], &event["reason"]),
        (&"probe".into(), &"acme_prod".into(), &"new customer".into())
    );
    assert_eq!(event["changes"]["endpoints"][1][0], format!("127.0.0.1:{}", smsc.port()));
}

#[test]
fn a_refusal_exits_5_and_no_answer_10_each_with_its_row() {
    let cli = cli();
    cli.ok("smpp edit acme_prod --max-binds 2");
    for (manner, exit, code, result, hint) in [
        (Manner::Status(0x0e), 5, "refused", "refused", "another password"),
        (Manner::Status(0x0d), 5, "refused", "refused", "limit of 2 simultaneous binds"),
        (Manner::Close, 10, "io", "failed", "another system ID or password"),
        (Manner::Say(b"HTTP/1.1 400 Bad Request\r\n\r\n"), 10, "io", "failed", "is not an SMPP port"),
    ] {
        let smsc = Smsc::difficult(BIND, manner.clone());
        let outcome = probe(&cli, smsc.port(), "--json");
        assert_eq!(outcome.code, Some(exit), "{manner:?}: {}", outcome.stderr);
        let error: Value = serde_json::from_str(&outcome.stderr).expect(&outcome.stderr);
        assert_eq!((&error["error"]["code"], &error["error"]["committed"]), (&code.into(), &false.into()), "{error}");
        assert!(error["error"]["hint"].as_str().is_some_and(|output| output.contains(hint)), "{error}");
        let rows: Value = serde_json::from_str(&outcome.stdout).expect(&outcome.stdout);
        assert_eq!((&rows[0]["result"], &rows[0]["stopped_at"]), (&result.into(), &"bind".into()), "{rows}");
    }
}

#[test]
fn every_configured_host_is_tried_and_the_worst_decides() {
    let cli = cli();
    let smsc = Smsc::open();
    cli.run("smpp probe acme_prod").failed(2, "no host");
    let config = |hosts: &str| {
        fs::create_dir_all(cli.config().parent().expect("a folder")).expect("made");
        let text = format!("[gateway]\nhosts = [{hosts}]\nport = {}\n", smsc.port());
        fs::write(cli.config(), text).expect("written");
    };
    config("'127.0.0.1', 'localhost'");
    assert_eq!(cli.ok("smpp probe acme_prod -o name").lines().count(), 2);
    config("'127.0.0.1', '127.0.0.9'");
    let outcome = cli.run("smpp probe acme_prod --timeout 2");
    assert_eq!(outcome.code, Some(10), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("bound") && outcome.stdout.contains("failed"), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("127.0.0.9") && !outcome.stderr.contains("127.0.0.1:"), "{}", outcome.stderr);
}

#[test]
fn tls_shows_who_answered_and_the_password_goes_to_nobody_else() {
    let cli = cli();
    let (authority, stranger) = (Authority::new(), Authority::new());
    fs::write(cli.path("authority.pem"), &authority.pem).expect("written");
    let probe = |smsc: &Smsc| -> Outcome {
        let line = format!("smpp probe acme_prod --tls --host localhost --port {} --timeout 3 --json", smsc.port());
        let mut command = cli.command();
        command.env("SSL_CERT_FILE", cli.path("authority.pem")).args(words(&line));
        command.output().expect("run").into()
    };
    let smsc = Smsc::secure(authority.vouch_for("localhost"));
    let outcome = probe(&smsc);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let rows: Value = serde_json::from_str(&outcome.stdout).expect(&outcome.stdout);
    assert_eq!(
        (&rows[0]["tls_protocol"], &rows[0]["tls_subject"]),
        (&"TLSv1.3".into(), &"rcgen self signed cert".into())
    );
    assert!(rows[0]["tls_valid_until"].is_string() && rows[0]["tls_ms"].is_number(), "{rows}");
    assert!(outcome.stderr.contains("TLSv1.3, certificate of"), "{}", outcome.stderr);
    for (config, whose) in [
        (self_signed(), "vouches for itself"),
        (stranger.vouch_for("localhost"), "another authority vouches for"),
        (authority.vouch_for("other.example"), "has another name"),
    ] {
        let smsc = Smsc::secure(config);
        let outcome = probe(&smsc);
        assert_eq!(outcome.code, Some(10), "one that {whose}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("tls: ") && outcome.stderr.contains("certificate"), "{}", outcome.stderr);
        assert!(smsc.heard().is_empty(), "one that {whose} received data");
    }
    // Plain SMPP where TLS is expected.
    assert_eq!(probe(&Smsc::open()).code, Some(10));
}

#[test]
fn the_password_is_in_what_is_sent_and_nowhere_else() {
    let cli = cli();
    let smsc = Smsc::difficult(BIND, Manner::Status(0x0e));
    for format in ["table", "json", "jsonl", "csv", "name"] {
        let outcome = probe(&cli, smsc.port(), &format!("-o {format}"));
        assert!(!outcome.stdout.contains(PASSWORD) && !outcome.stderr.contains(PASSWORD), "{format}");
    }
    assert!(smsc.heard().iter().all(|(_, _, body)| body.windows(8).any(|window| window == PASSWORD.as_bytes())));
    assert!(!cli.ok("audit list --json").contains(PASSWORD));
}

#[test]
fn what_a_gateway_says_of_itself_cannot_drive_the_terminal() {
    let cli = cli();
    let answer = b"\0\0\0\x19\x80\0\0\x09\0\0\0\0\0\0\0\x01\x1b[2JSMSC\0";
    let smsc = Smsc::difficult(BIND, Manner::Say(answer));
    let table = probe(&cli, smsc.port(), "").succeeded("probe");
    assert!(table.contains("\\u{1b}[2JSMSC"), "{table}");
    let rows: Value = serde_json::from_str(&probe(&cli, smsc.port(), "--json").succeeded("probe")).expect("JSON");
    assert_eq!(rows[0]["smsc"], "\\u{1b}[2JSMSC");
}

/// Probes a gateway with TLS, trusting the certificates of a file.
fn probe_with_tls(cli: &TestCli, port: u16, certificates: &str) -> Outcome {
    let line = format!("smpp probe acme_prod --tls --host localhost --port {port} --timeout 2 --json");
    let mut command = cli.command();
    command.env("SSL_CERT_FILE", cli.path(certificates)).args(words(&line));
    command.output().expect("run").into()
}

#[test]
fn each_fault_of_tls_has_its_own_reason_and_hint() {
    let cli = cli();
    let (authority, stranger) = (Authority::new(), Authority::new());
    fs::write(cli.path("authority.pem"), &authority.pem).expect("written");
    let year = |from, until| {
        authority.vouch_with("localhost", |params| {
            (params.not_before, params.not_after) =
                (rcgen::date_time_ymd(from, 1, 2), rcgen::date_time_ymd(until, 1, 2));
        })
    };
    let faults = [
        (self_signed(), "is self-signed", "save its certificate in a PEM file"),
        (stranger.vouch_for("localhost"), "unknown issuer: Test Authority", "with the issuer's certificate"),
        (authority.vouch_for("other.example"), "is for another host name", "connect with --host to the name"),
        (year(2001, 2002), "has expired: it was valid until 2002-01-02", "must renew the certificate"),
        (year(2098, 2099), "is not valid yet: it is valid from 2098-01-02", "the clock of this machine"),
        (authority.demanding("localhost"), "wants a client certificate", "has no client certificate"),
    ];
    for (config, reason, hint) in faults {
        let smsc = Smsc::secure(config);
        let outcome = probe_with_tls(&cli, smsc.port(), "authority.pem");
        assert_eq!(outcome.code, Some(10), "{reason}: {}", outcome.stderr);
        let error: Value = serde_json::from_str(outcome.stderr.lines().last().expect("a line")).expect(&outcome.stderr);
        let (message, found) = (error["error"]["message"].to_string(), error["error"]["hint"].to_string());
        assert!(message.contains(reason), "{reason}: {message}");
        assert!(found.contains(hint), "{hint}: {found}");
        for debug in ["InvalidCertificate", "Context", "AlertReceived", "UnknownIssuer", "{", "Some("] {
            assert!(!message.contains(debug), "{message}");
        }
        assert!(smsc.heard().is_empty(), "{reason}: it received data");
    }
}

#[test]
fn tls_on_a_plain_port_and_smpp_on_a_tls_port_are_told_apart() {
    let cli = cli();
    let authority = Authority::new();
    fs::write(cli.path("authority.pem"), &authority.pem).expect("written");
    let outcome = probe(&cli, Smsc::secure(authority.vouch_for("localhost")).port(), "");
    assert!(outcome.stderr.contains("speaks TLS on this port"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("hint: port") && outcome.stderr.contains("add --tls"), "{}", outcome.stderr);
    // One that answers with SMPP, as an error or not at all.
    let outcome = probe_with_tls(&cli, Smsc::open().port(), "authority.pem");
    assert_eq!(outcome.code, Some(10), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("expects SMPP without TLS: drop --tls"), "{}", outcome.stderr);
}

#[test]
fn certificates_to_trust_that_are_missing_are_reported() {
    let cli = cli();
    fs::write(cli.path("empty.pem"), "no certificate\n").expect("written");
    for (file, reason) in [("missing.pem", "no file at"), ("empty.pem", "no certificate in PEM format")] {
        let outcome = probe_with_tls(&cli, 1, file);
        assert_eq!(outcome.code, Some(13), "{}", outcome.stderr);
        assert!(
            outcome.stderr.contains("SSL_CERT_FILE names") && outcome.stderr.contains(reason),
            "{}",
            outcome.stderr
        );
    }
}

#[test]
fn a_missing_answer_to_the_unbind_is_a_warning() {
    let cli = cli();
    let smsc = Smsc::difficult(crate::support::smsc::UNBIND, Manner::Close);
    let outcome = probe(&cli, smsc.port(), "--json");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("warning") && outcome.stderr.contains("the unbind got no answer"),
        "{}",
        outcome.stderr
    );
    let rows: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!((&rows[0]["result"], &rows[0]["why"]), (&"bound".into(), &"the gateway closed the connection".into()));
}
