//! Passwords are shown when they are generated and when they are requested, and nowhere else.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use super::failures::check_error;
use crate::support::cli::TestCli;

/// A password that no other text holds by accident.
const GIVEN: &str = "hUnt3r!#";

/// A cli with an account whose password was given and one whose password was generated; gives that too.
fn with_passwords() -> (TestCli, String) {
    let cli = TestCli::seeded();
    let made = cli.run_with_stdin("smpp add ABC --system-id given --password-stdin --json", format!("{GIVEN}\n"));
    let made: serde_json::Value = serde_json::from_str(&made.succeeded("smpp add")).expect("JSON");
    assert!(made["password"].is_null(), "a password that the caller supplied is not printed: {made}");
    let made = cli.json("smpp add ABC --system-id generated --reason 'for the tests'");
    let generated = made["password"].as_str().expect("a password").to_owned();
    assert_eq!(generated.len(), 8);
    (cli, generated)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("changed");
}

#[track_caller]
fn holds_neither(what: &str, bytes: &[u8], generated: &str) {
    for secret in [GIVEN, generated] {
        assert!(!bytes.windows(8).any(|window| window == secret.as_bytes()), "{what} holds a password");
    }
}

#[test]
fn passwords_are_in_no_output_but_those_that_show_them() {
    let (cli, generated) = with_passwords();
    cli.ok("smpp show given --reveal");
    cli.ok("smpp edit given --max-tps 9");
    cli.ok("smpp disable generated");
    // What was given is the old password now, and taken for a while yet.
    cli.run_with_stdin("smpp rotate-password given --password-stdin -o name", "newer").succeeded("rotated");
    for line in [
        "smpp show given",
        "smpp show generated",
        "smpp list --all",
        "smpp cug given list",
        "smpp export",
        "export -",
        "smpp export --gateway opensmppbox --file logins.txt --force --skip-unfit",
        "smpp export --gateway opensmppbox --diff logins.txt --skip-unfit",
        "smpp export --gateway json --file accounts.json --dry-run",
        "smpp rotate-password generated --end-previous",
        "smpp rotate-password given --dry-run --end-grace",
        "smpp handover given --config mail.toml",
        "smpp handover generated --to a@b.example --config mail.toml",
        "mail list",
        "mail show 1",
        "mail preview welcome ABC --config mail.toml",
        "smpp edit given --max-tps 10",
        "smpp enable given generated",
        "smpp archive given --yes --dry-run",
        "customer list",
        "audit list",
        "balance history",
        "config show",
        "db check",
    ] {
        for format in ["table", "json", "jsonl", "csv", "name"] {
            let outcome = cli.run(&format!("{line} -o {format}"));
            assert_eq!(outcome.code, Some(0), "{line}: {}", outcome.stderr);
            holds_neither(line, outcome.stdout.as_bytes(), &generated);
            holds_neither(line, outcome.stderr.as_bytes(), &generated);
        }
    }
    // CSV has no place for everything of a customer.
    for format in ["table", "json", "jsonl", "name"] {
        let shown = cli.ok(&format!("customer show ABC -o {format}"));
        holds_neither("customer show ABC", shown.as_bytes(), &generated);
    }
    cli.run("smpp list --fields password").failed(2, "there is no such field");
}

#[test]
fn passwords_are_in_no_file() {
    let (cli, generated) = with_passwords();
    cli.ok("db backup copy.db");
    // A reader that stays keeps what is written from now on in the -wal file.
    let reader = cli.sql();
    reader.execute_batch("BEGIN; SELECT count(*) FROM smpp_account").expect("reading");
    let count = cli.run_with_stdin("smpp add XYZ --system-id late --password-stdin", GIVEN);
    count.succeeded("smpp add");
    let wal = cli.database().with_extension("db-wal");
    assert!(fs::metadata(&wal).expect("a -wal file").len() > 0);
    let files = cli.files();
    assert!(files.len() >= 5, "{files:?}");
    for file in files {
        holds_neither(&file.display().to_string(), &fs::read(&file).expect("read"), &generated);
    }
}

#[test]
fn an_error_does_not_contain_the_wrong_password() {
    let cli = TestCli::seeded();
    for wrong in ["hunter2hunter2", "hunter 2", "hunter\u{e9}", "", "hunter\u{1b}"] {
        for form in ["", " --json"] {
            let line = format!("smpp add ABC --password-stdin{form}");
            let outcome = cli.run_with_stdin(&line, wrong);
            let error = outcome.failed(6, wrong);
            assert!(!error.contains("hunter"), "{error}");
            assert!(error.contains("password must be 1 to 8"), "{error}");
        }
    }
    let before = cli.dump();
    let outcome = cli.run_with_stdin("smpp add ABC --system-id abc_prod --password-stdin", GIVEN);
    assert!(!outcome.failed(4, "taken").contains(GIVEN));
    assert!(before == cli.dump());
}

#[test]
fn no_option_takes_a_password() {
    let cli = TestCli::seeded();
    for line in [
        "smpp rotate-password abc --password secret",
        "smpp add ABC --password secret",
        "quick-create --organisation New --password secret",
    ] {
        cli.run(line).failed(2, line);
    }
    let file = cli.path("password");
    fs::write(&file, GIVEN).expect("written");
    cli.ok("smpp add ABC --system-id filed --password-file password");
    assert_eq!(cli.json("smpp show filed --reveal")["password"], GIVEN);
}

#[test]
fn a_reveal_shows_the_password_and_leaves_an_event() {
    let (cli, generated) = with_passwords();
    let count = |cli: &TestCli| cli.json("audit list").as_array().map_or(0, Vec::len);
    let before = count(&cli);
    assert_eq!(cli.json("smpp show given --reveal --reason 'on the phone' --actor alice")["password"], GIVEN);
    assert_eq!(cli.json("smpp show generated --reveal")["password"], generated.as_str());
    let events = cli.json("audit list --entity smpp --subject given --desc --limit 1");
    for (key, value) in [("action", "reveal"), ("actor", "alice"), ("reason", "on the phone")] {
        assert_eq!(events[0][key], value, "{events}");
    }
    assert_eq!(count(&cli), before + 2);
    cli.run("smpp show nobody --reveal").failed(3, "nobody");
    cli.run("smpp show given --reveal --fields colour").failed(2, "colour");
    assert_eq!(count(&cli), before + 2, "what was not shown was not revealed");
}

#[test]
fn a_key_that_others_may_read_or_change_is_refused() {
    for mode in [0o644, 0o640, 0o604, 0o620, 0o602, 0o666] {
        let cli = TestCli::seeded();
        set_mode(&cli.key(), mode);
        let before = cli.dump();
        for line in ["smpp show abc --reveal --json", "smpp add ABC --json", "quick-create --organisation New --json"] {
            let outcome = cli.run(line);
            outcome.failed(13, line);
            let error = outcome.error(line);
            check_error(&error, 13, false, line);
            assert_eq!(error["code"], "unsafe_file", "{line} {mode:o}");
        }
        assert!(before == cli.dump());
        cli.ok("smpp show abc");
        cli.ok("balance adjust ABC 1 --unit SMS --description 'needs no key'");
    }
}

#[test]
fn a_key_that_is_missing_or_another_opens_nothing() {
    let cli = TestCli::seeded();
    let key = fs::read(cli.key()).expect("the key");
    let before = cli.dump();
    fs::remove_file(cli.key()).expect("removed");
    let line = "smpp show abc --reveal";
    assert!(cli.run(line).failed(13, line).contains("is missing"));
    assert!(!cli.key().exists(), "a reveal makes no key");
    for (text, said) in [("", "not a key file"), ("nonsense", "not a key file"), (&"ab".repeat(32), "another key")] {
        fs::write(cli.key(), text).expect("written");
        set_mode(&cli.key(), 0o600);
        let outcome = cli.run(line);
        let error = outcome.failed(13, line);
        assert!(error.contains(said), "{error}");
        assert!(text.is_empty() || !error.contains(text), "the key is printed: {error}");
    }
    assert!(before == cli.dump());
    fs::write(cli.key(), key).expect("written");
    cli.ok(line);
}

#[test]
fn a_key_that_was_lost_is_no_end_of_an_account() {
    let cli = TestCli::seeded();
    fs::remove_file(cli.key()).expect("removed");
    cli.run("smpp rotate-password abc").failed(13, "a grace needs the old password");
    assert!(!cli.key().exists());
    cli.run("smpp rotate-password abc --grace 0").failed(13, "a new key is never made by accident");
    assert!(!cli.key().exists());
    let rotated = cli.json("smpp rotate-password abc --grace 0 --new-key");
    assert_eq!(cli.json("smpp show abc --reveal")["password"], rotated["password"]);
}

#[test]
fn a_configuration_that_others_may_change_is_refused() {
    for (mode, code) in [(0o600, 0), (0o644, 0), (0o664, 13), (0o646, 13)] {
        let cli = TestCli::seeded();
        cli.ok("config init");
        set_mode(&cli.config(), mode);
        let outcome = cli.run("customer list");
        assert_eq!(outcome.code, Some(code), "{mode:o}: {}", outcome.stderr);
    }
    let cli = TestCli::seeded();
    for text in ["colour = 1", "[defaults]\ncountry = \"UKX\"", "[database", "[database]\nwait_seconds = -1"] {
        fs::write(cli.config(), text).expect("written");
        set_mode(&cli.config(), 0o600);
        let outcome = cli.run("customer list --json");
        outcome.failed(13, text);
        let error = outcome.error(text);
        check_error(&error, 13, false, text);
        assert!(error["file"].as_str().is_some_and(|file| file.ends_with("config.toml")), "{error}");
        assert_eq!(error["line"], text.lines().count(), "{error}");
    }
}

#[test]
fn every_file_is_private_whatever_the_umask() {
    let cli = TestCli::new();
    let script = "umask 000
        ssgctl config init >/dev/null && ssgctl quick-create --organisation New --credit 5 >/dev/null &&
        ssgctl db backup copies.db 2>/dev/null >&2 && ssgctl db init --db deep/er/other.db 2>/dev/null >&2";
    cli.shell(script).succeeded(script);
    // A connection that stays keeps the side files.
    let reader = cli.sql();
    reader.execute_batch("BEGIN; SELECT count(*) FROM event").expect("reading");
    cli.shell("umask 000; ssgctl customer new --organisation Other >/dev/null").succeeded("customer new");
    let files = cli.files();
    for name in ["config.toml", "ssgctl.key", "ssgctl.db", "ssgctl.db-wal", "ssgctl.db-shm", "copies.db", "other.db"] {
        assert!(files.iter().any(|file| file.ends_with(name)), "{name} is not among {files:?}");
    }
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
        let folder = file.parent().expect("a folder");
        // The home folder itself was there before.
        assert!(folder == cli.home() || mode(folder) == 0o700, "{}: {:o}", folder.display(), mode(folder));
    }
}

#[test]
fn whatever_writes_deletes_passwords_whose_grace_period_is_over() {
    let (console, _) = with_passwords();
    let kept = || -> i64 {
        console.sql().query_row("SELECT count(*) FROM previous_password", [], |row| row.get(0)).expect("counted")
    };
    let day =
        "message_id,submitted_at,system_id,destination,state\nm-1,2026-11-24T10:00:00Z,given,+447700900123,delivered\n";
    fs::write(console.path("day.csv"), day).expect("written");
    fs::write(console.path("notes.csv"), "customer,text\nABC,hello\n").expect("written");
    for line in [
        "note add ABC hello",
        "note import notes.csv",
        "smpp show generated --reveal",
        "balance check",
        "traffic import day.csv",
        "smpp rotate-password generated --grace 0",
    ] {
        console.ok("smpp rotate-password given --grace 1h -o name");
        console
            .sql()
            .execute("UPDATE previous_password SET valid_until = '2020-01-01T00:00:00.000Z'", [])
            .expect("moved");
        assert_eq!(kept(), 1, "{line}");
        console.ok(line);
        assert_eq!(kept(), 0, "{line}");
    }
}
