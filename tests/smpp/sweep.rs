//! `smpp sweep` with the real program: who should be refused is refused, and who should bind binds.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::cli::{Outcome, TestCli};
use crate::support::smsc::{BIND, Manner, Smsc};

const PASSWORD: &str = "s3cret!x";

/// An account that may bind, one that is disabled, one that is archived and one that may bind from elsewhere.
fn cli() -> TestCli {
    let cli = TestCli::new();
    cli.ok("customer new --organisation Acme --account-code ACME");
    for (system_id, more) in
        [("acme_live", ""), ("acme_off", "--enabled no"), ("acme_old", ""), ("acme_far", "--allowed-ips 192.0.2.7")]
    {
        let line = format!("smpp add ACME --system-id {system_id} --password-stdin {more}");
        cli.run_with_stdin(&line, PASSWORD).succeeded(&line);
    }
    cli.ok("smpp archive acme_old --yes");
    cli
}

fn sweep(cli: &TestCli, port: u16, more: &str) -> Outcome {
    let config = format!("[gateway]\nhosts = [\"127.0.0.1\"]\nport = {port}\n");
    // The key of the passwords is next to the configuration.
    let path = PathBuf::from(cli.ok("config path").trim());
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, config).expect("written");
    cli.run(&format!("smpp sweep --timeout 1 --per-second 100 --json {more}"))
}

/// System ID, what was expected and why, and the verdict.
fn rows(outcome: &Outcome) -> Vec<[String; 4]> {
    let rows: Value = serde_json::from_str(&outcome.stdout).expect(&outcome.stderr);
    let cell = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let row = |row: &Value| ["system_id", "expected", "because", "verdict"].map(|key| cell(row, key));
    rows.as_array().expect("rows").iter().map(row).collect()
}

fn expected(verdicts: [&str; 4]) -> Vec<[String; 4]> {
    let [far, live, off, old] = verdicts;
    let rows = [
        ["acme_far", "refused", "address", far],
        ["acme_live", "bound", "active", live],
        ["acme_off", "refused", "disabled", off],
        ["acme_old", "refused", "archived", old],
    ];
    rows.map(|row| row.map(str::to_owned)).to_vec()
}

#[test]
fn a_gateway_that_is_up_to_date_exits_0_and_one_that_lets_everyone_in_7() {
    let cli = cli();
    let smsc = Smsc::with_account("acme_live", PASSWORD);
    let output = sweep(&cli, smsc.port(), "");
    assert_eq!((output.code, rows(&output)), (Some(0), expected(["ok"; 4])), "{}", output.stderr);
    // Four accounts, and the one that may bind once more after three refusals.
    assert_eq!(smsc.commands().iter().filter(|command| **command == BIND).count(), 5);
    assert!(!output.stdout.contains(PASSWORD) && !output.stderr.contains(PASSWORD));
    let events = cli.json("audit list --action probe");
    assert_eq!(events.as_array().map(Vec::len), Some(4));
    let output = sweep(&cli, Smsc::open().port(), "");
    assert_eq!((output.code, rows(&output)), (Some(7), expected(["differs", "ok", "differs", "differs"])));
    assert!(output.stderr.contains("3 of 4 probes differ"), "{}", output.stderr);
    // Behind NAT, the gateway sees the address from which the account may bind.
    let output = sweep(&cli, smsc.port(), "acme_live acme_far --address 192.0.2.7");
    assert_eq!(output.code, Some(7), "{}", output.stderr);
}

#[test]
fn a_refusal_proves_nothing_without_an_account_that_binds() {
    let cli = cli();
    for (manner, exit, verdicts) in [
        (Manner::Status(0x0e), 7, ["unproven", "differs", "unproven", "unproven"]),
        (Manner::Status(0x0f), 7, ["unproven", "differs", "unproven", "unproven"]),
        (Manner::Status(0x0d), 7, ["unproven", "differs", "unproven", "unproven"]),
        (Manner::Close, 7, ["unproven", "differs", "unproven", "unproven"]),
        (Manner::Nack(0x03), 10, ["unproven"; 4]),
        (Manner::Status(0x58), 10, ["unproven"; 4]),
        (Manner::Say(b"HTTP/1.1 400 Bad Request\r\n\r\n"), 10, ["unproven"; 4]),
    ] {
        let smsc = Smsc::difficult(BIND, manner.clone());
        let output = sweep(&cli, smsc.port(), "");
        assert_eq!((output.code, rows(&output)), (Some(exit), expected(verdicts)), "{manner:?}: {}", output.stderr);
    }
}

#[test]
fn a_dry_run_connects_nowhere_and_only_the_gateway_of_the_configuration_is_swept() {
    let cli = cli();
    let without = cli.run("smpp sweep");
    assert!(
        without.code == Some(2) && without.stderr.contains("gateway.hosts is not configured"),
        "{}",
        without.stderr
    );
    let smsc = Smsc::open();
    let output = sweep(&cli, smsc.port(), "--dry-run --address 198.51.100.1");
    assert_eq!((output.code, rows(&output)), (Some(0), expected([""; 4])), "{}", output.stderr);
    assert!(smsc.heard().is_empty());
    assert_eq!(cli.json("audit list --action probe").as_array().map(Vec::len), Some(0));
}
