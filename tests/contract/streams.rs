//! Broken output: a reader that goes away, a full disk, streams that are closed.

use std::fs::{self, File};
use std::io::pipe;

use super::failures::check_error;
use crate::support::cli::{Outcome, TestCli, words};

/// Runs a line whose stdout is a pipe that nobody reads.
fn unread(cli: &TestCli, line: &str) -> Outcome {
    let (reader, writer) = pipe().expect("a pipe");
    drop(reader);
    cli.command().args(words(line)).stdout(writer).output().expect("the program runs").into()
}

/// Runs a line whose stdout is a full device.
fn full(cli: &TestCli, line: &str) -> Outcome {
    let device = File::options().write(true).open("/dev/full").expect("the device");
    cli.command().args(words(line)).stdout(device).output().expect("the program runs").into()
}

/// Reads that print in each of the ways there are.
const READS: &[&str] = &[
    "customer list",
    "customer list --json",
    "customer list -o jsonl",
    "customer list --csv",
    "customer list -o name",
    "customer show ABC",
    "customer show ABC --json",
    "smpp show abc --csv",
    "customer export",
    "customer export -o json",
    "export -",
    "audit list",
    "report balances",
    "report traffic",
    "report traffic --chart",
    "report traffic --chart sparkline",
    "report traffic --svg -",
    "report usage --json",
    "db path",
    "db path --csv",
    "config show",
    "version",
    "completions bash",
    "--help",
    "--version",
    "help customer new",
];

const DEPOSIT: &str = "balance adjust ABC 7 --unit SMS --description deposit --key d-1 --json";

#[test]
fn a_reader_that_goes_away_is_a_quiet_end() {
    let cli = TestCli::seeded();
    for line in READS {
        let outcome = unread(&cli, line);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(141), ""), "{line}");
    }
}

#[test]
fn a_long_list_ends_quietly_when_its_reader_has_seen_enough() {
    let cli = TestCli::seeded();
    let sql = "INSERT INTO note (customer_id, text, author, at)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        SELECT 1, 'note ' || i, 'test', '2026-11-24T00:00:00.000Z' FROM n";
    cli.sql().execute(sql, []).expect("inserted");
    let lists = ["table", "json", "jsonl", "csv", "name"].map(|format| format!("note list -o {format}"));
    let exports = ["json", "jsonl", "csv"].map(|format| format!("note export -o {format}"));
    for line in lists.iter().chain(&exports) {
        let outcome = cli.shell(&format!("{{ ssgctl {line}; echo $? > code; }} | head -n 1"));
        assert_eq!(outcome.stderr, "", "{line}");
        assert_eq!(outcome.stdout.lines().count(), 1, "{line}");
        assert_eq!(fs::read_to_string(cli.path("code")).expect("the code"), "141\n", "{line}");
    }
    for line in &exports {
        full(&cli, line).failed(10, line);
    }
}

#[test]
fn a_full_disk_under_a_read_is_a_failure_that_saved_nothing() {
    let cli = TestCli::seeded();
    for line in READS {
        let outcome = full(&cli, line);
        outcome.failed(10, line);
        let is_json = line.contains("json");
        if is_json {
            check_error(&outcome.error(line), 10, false, line);
        } else {
            assert!(
                outcome.stderr.starts_with("ssgctl: error[io]: cannot write the output"),
                "{line}: {}",
                outcome.stderr
            );
            assert!(!outcome.stderr.contains("saved;"), "{line}: {}", outcome.stderr);
        }
    }
}

#[test]
fn a_receipt_that_cannot_be_shown_says_that_the_change_is_saved_and_comes_again() {
    for broken in [full, unread] {
        let cli = TestCli::seeded();
        let outcome = broken(&cli, DEPOSIT);
        outcome.failed(10, DEPOSIT);
        let error = outcome.error(DEPOSIT);
        check_error(&error, 10, true, DEPOSIT);
        assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("saved")), "{error}");
        let again = cli.json(DEPOSIT.trim_end_matches(" --json"));
        assert_eq!((&again["replayed"], &again["balance_after"]), (&true.into(), &"107".into()), "{again}");
        assert_eq!(cli.json("balance history ABC --unit SMS").as_array().map(Vec::len), Some(2));
    }
}

#[test]
fn every_change_reports_that_it_is_saved_when_its_result_cannot_be_shown() {
    for line in [
        "customer new --organisation New",
        "customer archive ABC --yes",
        "contact add ABC --name New",
        "note add ABC new",
        "smpp add ABC",
        "smpp disable abc_prod",
        "smpp show abc_prod --reveal",
        "smpp rotate-password abc_prod",
        "smpp cug abc_prod add +447700900128",
        "smpp export --gateway json --file accounts.json --quiet",
        "service new new --name New",
        "quick-create --organisation New",
    ] {
        let cli = TestCli::seeded();
        let before = cli.dump();
        let outcome = full(&cli, &format!("{line} --json"));
        outcome.failed(10, line);
        check_error(&outcome.error(line), 10, true, line);
        assert!(before != cli.dump(), "{line} says that it saved what it did not");
    }
}

#[test]
fn a_dry_run_whose_result_cannot_be_shown_saved_nothing() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    let outcome = full(&cli, &format!("{DEPOSIT} --dry-run --quiet"));
    outcome.failed(10, DEPOSIT);
    check_error(&outcome.error(DEPOSIT), 10, false, DEPOSIT);
    assert!(before == cli.dump());
}

#[test]
fn closed_streams_change_neither_the_operation_nor_the_exit_code() {
    let cli = TestCli::seeded();
    for (script, code) in [
        ("ssgctl customer show NOBODY 2>&-", 3),
        ("ssgctl customer show NOBODY 2>/dev/full", 3),
        ("ssgctl customer show NOBODY --json 2>/dev/full", 3),
        ("ssgctl customer list --colour 2>&-", 2),
        ("ssgctl customer new --organisation One --dry-run >/dev/null 2>/dev/full", 0),
        ("ssgctl customer new --organisation Two >/dev/null 2>&- <&-", 0),
        ("ssgctl customer new --organisation Three >/dev/null <&-", 0),
        ("ssgctl customer archive ABC <&- 2>&-", 2),
        ("ssgctl note add ABC --file - <&-", 6),
    ] {
        let outcome = cli.shell(script);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(code), ""), "{script}: {}", outcome.stderr);
    }
    assert_eq!(cli.ok("customer list -o name").lines().count(), 4);
    assert_eq!(cli.ok("db check"), "");
}
