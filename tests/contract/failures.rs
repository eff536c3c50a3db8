//! Failures keep to the table of exit codes and to one documented form, in text and in JSON.

use std::fs;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::support::cli::{Outcome, TestCli};

/// The codes that programs meet. New ones may be added here; none may go or change its exit code.
const CODES: &[(&str, i32)] = &[
    ("internal", 1),
    ("usage", 2),
    ("missing_value", 2),
    ("ambiguous", 2),
    ("not_found", 3),
    ("no_database", 3),
    ("no_file", 3),
    ("exists", 4),
    ("key_conflict", 4),
    ("already_reversed", 4),
    ("contradiction", 4),
    ("changed_meanwhile", 4),
    ("refused", 5),
    ("archived", 5),
    ("not_archived", 5),
    ("insufficient_balance", 5),
    ("overflow", 5),
    ("not_confirmed", 5),
    ("wrong_clock", 5),
    ("bad_document", 6),
    ("bad_encoding", 6),
    ("too_long", 6),
    ("not_a_file", 6),
    ("missing_value", 6),
    ("bad_header", 6),
    ("bad_json", 6),
    ("bad_quote", 6),
    ("bad_row", 6),
    ("cut_off", 6),
    ("no_header", 6),
    ("not_as_expected", 6),
    ("bad_input", 6),
    ("check_failed", 7),
    ("foreign_database", 8),
    ("newer_schema", 8),
    ("older_schema", 8),
    ("damaged", 8),
    ("unsafe_sqlite", 8),
    ("busy", 9),
    ("io", 10),
    ("config", 13),
    ("no_home", 13),
    ("unsafe_file", 13),
    ("secret", 13),
    ("mail_deferred", 11),
    ("mail_attention", 12),
    ("mail", 13),
    ("never_ran", 3),
    ("interrupted", 130),
];

const KEYS: [&str; 10] =
    ["code", "exit", "message", "retryable", "committed", "file", "line", "column", "field", "hint"];

/// Checks the JSON form of a failure in every part that all failures share.
#[track_caller]
pub fn check_error(error: &Value, exit: i32, committed: bool, what: &str) {
    let keys: Vec<&str> = error.as_object().expect(what).keys().map(String::as_str).collect();
    assert_eq!(keys, KEYS, "{what}");
    let code = error["code"].as_str().expect(what);
    // A value may be wrong on the command line (2) or in data (6).
    let known = if code == "bad_value" { matches!(exit, 2 | 6) } else { CODES.contains(&(code, exit)) };
    assert!(known, "{what}: code {code} with exit {exit} is not in the documented list");
    assert_eq!(error["exit"], exit, "{what}");
    assert_eq!(error["committed"], committed, "{what}");
    assert_eq!(error["retryable"], matches!(exit, 9 | 10), "{what}");
    assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{what}");
    for (key, is_kind) in [
        ("file", Value::is_string as fn(&Value) -> bool),
        ("field", Value::is_string),
        ("hint", Value::is_string),
        ("line", Value::is_u64),
        ("column", Value::is_u64),
    ] {
        assert!(error[key].is_null() || is_kind(&error[key]), "{what}: {key} is {}", error[key]);
    }
}

/// Runs a failing line in both forms and checks them; gives the failure of the JSON form.
#[track_caller]
fn fails(cli: &TestCli, line: &str, exit: i32, code: &str) -> Value {
    let before = cli.dump();
    let plain = cli.run(line);
    check_text(&plain, exit, code, line);
    let json = cli.run(&format!("{line} --json"));
    json.failed(exit, line);
    let error = json.error(line);
    check_error(&error, exit, false, line);
    assert_eq!(error["code"], code, "{line}");
    assert!(before == cli.dump(), "{line} failed and left a trace");
    error
}

#[track_caller]
fn check_text(outcome: &Outcome, exit: i32, code: &str, what: &str) {
    let mut lines = outcome.failed(exit, what).lines();
    let first = lines.next().unwrap_or_default();
    assert!(first.contains(&format!("error[{code}]: ")), "{what}: {first}");
    assert!(lines.all(|line| line.starts_with("ssgctl: hint: ")), "{what}: {}", outcome.stderr);
}

#[test]
fn arguments_names_conflicts_and_rules_have_their_codes() {
    let cli = TestCli::seeded();
    for (line, exit, code) in [
        ("customer list --colour red", 2, "usage"),
        ("customer lits", 2, "usage"),
        ("custommer list", 2, "usage"),
        ("customer new", 2, "missing_value"),
        ("customer new --organisation", 2, "missing_value"),
        ("customer new --organisation A --organisation B", 2, "usage"),
        ("balance adjust ABC 1 --description x", 2, "ambiguous"),
        ("customer show NOBODY", 3, "not_found"),
        ("contact edit ABC 99 --name New", 3, "not_found"),
        ("smpp show nobody", 3, "not_found"),
        ("smpp add ABC --service none", 3, "not_found"),
        ("service edit none --price 1", 3, "not_found"),
        ("balance show NOBODY", 3, "not_found"),
        ("audit list NOBODY", 3, "not_found"),
        ("note add ABC --file none.txt", 3, "no_file"),
        ("customer list --db none.db", 3, "no_database"),
        ("customer new --organisation A --account-code abc", 4, "exists"),
        ("customer new --organisation A --account-code old", 4, "exists"),
        ("smpp add ABC --system-id xyz_old", 4, "exists"),
        ("smpp add ABC --short-name ABC", 4, "exists"),
        ("service new UK --name UK", 4, "exists"),
        ("balance adjust ABC 101 --unit SMS --description opening --reference INV-1 --key k-1", 4, "key_conflict"),
        ("balance adjust ABC 100 --unit SMS --description other --reference INV-1 --key k-1", 4, "key_conflict"),
        ("balance adjust XYZ 100 --unit SMS --description opening --reference INV-1 --key k-1", 4, "key_conflict"),
        ("balance adjust ABC -101 --unit SMS --description x", 5, "insufficient_balance"),
        ("balance adjust ABC 92233720368 --unit SMS --description x", 5, "overflow"),
        ("customer edit OLD --country GB", 5, "archived"),
        ("note add OLD new", 5, "archived"),
        ("smpp edit xyz_old --max-tps 1", 5, "archived"),
        ("balance reverse 99 --description x", 3, "not_found"),
        ("balance import none.csv", 3, "no_file"),
        ("smpp cug abc_prod import none.txt", 3, "no_file"),
        ("smpp cug xyz_old add +447700900128", 5, "archived"),
        ("smpp cug abc_prod add", 2, "missing_value"),
        ("smpp rotate-password xyz_old", 5, "archived"),
        ("smpp rotate-password abc_prod --end-grace", 5, "refused"),
        ("smpp edit abc_prod --remove-ip 192.0.2.9", 5, "refused"),
        ("smpp export --gateway json", 2, "missing_value"),
        ("smpp export --gateway json --file numbers.txt", 4, "exists"),
        ("smpp export --gateway json --reveal --customer NOBODY", 3, "not_found"),
        ("smpp probe abc_prod", 2, "missing_value"),
        ("customer unarchive ABC", 5, "not_archived"),
        ("smpp unarchive abc_prod", 5, "not_archived"),
    ] {
        fails(&cli, line, exit, code);
    }
}

#[test]
fn a_name_that_is_nearly_right_gets_a_hint() {
    let cli = TestCli::seeded();
    for (line, hint) in [
        ("customer show ABD", "`ABC`"),
        ("smpp show abc_prd", "`abc_prod`"),
        ("customer lst", "`list`"),
        ("customer list --contry GB", "`--country`"),
    ] {
        let outcome = cli.run(&format!("{line} --json"));
        let hinted = outcome.error(line)["hint"].to_string();
        assert!(hinted.contains("did you mean") && hinted.contains(hint), "{line}: {hinted}");
    }
}

#[test]
fn bad_data_from_files_has_its_codes() {
    let cli = TestCli::seeded();
    fs::write(cli.path("latin"), b"caf\xe9").expect("written");
    fs::write(cli.path("long"), "x".repeat(1024 * 1024 + 1)).expect("written");
    fails(&cli, "note add ABC --file latin", 6, "bad_encoding");
    fails(&cli, "note add ABC --file long", 6, "too_long");
    fails(&cli, "quick-create --from-json latin", 6, "bad_encoding");
    fails(&cli, "note add ABC --file .", 6, "not_a_file");
    fails(&cli, "quick-create --from-json .", 6, "not_a_file");
}

#[test]
fn waiting_emails_are_reported_after_a_result_that_is_saved_and_shown() {
    let cli = TestCli::seeded();
    cli.ok("balance adjust ABC -60 --unit SMS --description used");
    let outcome = cli.run("balance check --config broken.toml --json");
    assert_eq!(outcome.code, Some(11));
    let run: Value = serde_json::from_str(&outcome.stdout).expect(&outcome.stdout);
    assert_eq!((&run["crossings"], &run["deferred"]), (&1.into(), &1.into()), "{run}");
    let error = outcome.error("balance check");
    check_error(&error, 11, true, "balance check");
    assert!(!error["hint"].to_string().contains("could not be printed"), "{error}");
}

#[test]
fn every_fault_of_a_file_is_reported_with_its_place() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    let rows = "customer,amount,description\nABC,ten,x\nABC,5,\"a\u{1b}b\"\nABC,5\n";
    fs::write(cli.path("bad.csv"), rows).expect("written");
    let outcome = cli.run("balance import bad.csv");
    let reported: Vec<&str> = outcome.failed(6, rows).lines().collect();
    for line in 2..=4 {
        let place = format!("bad.csv:{line}:");
        assert!(reported.iter().any(|reported| reported.starts_with(&place)), "nothing about {place} in {reported:?}");
    }
    assert!(
        reported.last().is_some_and(|last| last.starts_with("ssgctl: error[bad_input]: 3 errors in ")),
        "{reported:?}"
    );
    let outcome = cli.run("balance import bad.csv --json");
    assert_eq!(outcome.failed(6, rows).lines().count(), reported.len(), "{}", outcome.stderr);
    for (index, line) in outcome.stderr.lines().enumerate() {
        let mut reported: Value = serde_json::from_str(line).expect(line);
        let error = reported["error"].take();
        check_error(&error, 6, false, line);
        assert!(index == 3 || error["line"] == index + 2, "{error}");
    }
    assert!(before == cli.dump(), "rows of a bad file were posted");
}

#[test]
fn a_database_with_faults_is_not_well() {
    let cli = TestCli::seeded();
    assert_eq!(cli.ok("db check"), "");
    cli.sql().execute("UPDATE balance SET balance_e8 = balance_e8 + 1 WHERE unit = 'GBP'", []).expect("tampered");
    for form in ["", " --json"] {
        let outcome = cli.run(&format!("db check{form}"));
        assert_eq!(outcome.code, Some(7));
        assert!(outcome.stdout.contains("ABC"), "{}", outcome.stdout);
    }
    check_error(&cli.run("db check --json").error("db check"), 7, false, "db check");
}

#[test]
fn a_file_that_is_no_database_of_ours_is_not_touched() {
    let cli = TestCli::seeded();
    fs::write(cli.path("text.db"), "hello").expect("written");
    fs::write(cli.path("empty.db"), "").expect("written");
    let other = rusqlite::Connection::open(cli.path("other.db")).expect("opened");
    other.execute_batch("CREATE TABLE t (x)").expect("made");
    drop(other);
    cli.ok("db backup newer.db");
    let newer = rusqlite::Connection::open(cli.path("newer.db")).expect("opened");
    newer.pragma_update(None, "user_version", 999).expect("written");
    drop(newer);
    let old = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schemas/schema-12.db");
    fs::copy(old, cli.path("old.db")).expect("copied");
    std::os::unix::fs::symlink(cli.database(), cli.path("link.db")).expect("linked");
    for (file, code) in [
        ("text.db", "foreign_database"),
        ("empty.db", "foreign_database"),
        ("other.db", "foreign_database"),
        ("newer.db", "newer_schema"),
        ("old.db", "older_schema"),
        ("link.db", "foreign_database"),
        (".", "foreign_database"),
    ] {
        let before = fs::read(cli.path(file)).ok();
        for command in ["customer list", "customer new --organisation New", "db check", "db init", "db migrate"] {
            fails(&cli, &format!("{command} --db {file}"), 8, code);
        }
        assert_eq!(fs::read(cli.path(file)).ok(), before, "{file} was touched");
    }
}

#[test]
fn pages_that_contradict_each_other_are_no_crash() {
    let cli = TestCli::seeded();
    let root = "SELECT rootpage * 4096 FROM sqlite_schema WHERE name = 'note'";
    let end: u32 = cli.sql().query_row(root, [], |row| row.get(0)).expect("a page");
    let end = usize::try_from(end).expect("a small file");
    let mut bytes = fs::read(cli.database()).expect("read");
    bytes[end - 4096..end].fill(0xa5);
    fs::write(cli.database(), &bytes).expect("written");
    assert_eq!(cli.run("db check").code, Some(7));
    bytes[4096..].fill(0xa5);
    fs::write(cli.database(), &bytes).expect("written");
    for line in ["customer list", "balance adjust ABC 1 --unit SMS --description x", "customer show ABC"] {
        let outcome = cli.run(line);
        check_text(&outcome, 8, "damaged", line);
    }
    assert_eq!(cli.run("db check").code, Some(8));
}

#[test]
fn a_lock_held_by_another_is_reported_and_left_alone() {
    let cli = TestCli::seeded();
    let other = cli.sql();
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let error = fails(&cli, "customer new --organisation New --wait 0", 9, "busy");
    assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("try again")), "{error}");
    cli.ok("customer list --wait 0");
    drop(other);
    cli.ok("customer new --organisation New --wait 0");
}

/// Starts a command that waits on its stdin, and returns when it does so.
fn waiting(cli: &TestCli) -> Child {
    let mut child = cli.spawn("note add ABC --file -");
    // More than a pipe holds: when all of it is written the program has begun to read.
    let text = vec![b'x'; 512 * 1024];
    child.stdin.as_mut().expect("stdin is piped").write_all(&text).expect("the program reads");
    child
}

#[test]
fn signals_end_a_command_with_their_codes_and_no_trace() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut child = waiting(&cli);
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
        assert_eq!(child.wait().expect("ended").code(), Some(code), "{signal}");
        let mut written = String::new();
        child.stdout.take().expect("piped").read_to_string(&mut written).expect("read");
        assert_eq!(written, "");
    }
    assert!(before == cli.dump());
}

#[test]
fn nohup_keeps_a_command_running_when_the_terminal_is_closed() {
    let cli = TestCli::seeded();
    let mut nohup = cli.program("nohup");
    nohup.arg(env!("CARGO_BIN_EXE_ssgctl")).args(["note", "add", "ABC", "--file", "-"]);
    let mut child = nohup.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(b"kept").expect("written");
    thread::sleep(Duration::from_millis(500));
    let sent = Command::new("kill").args(["-HUP", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    drop(stdin);
    assert!(child.wait().expect("ended").success());
}
