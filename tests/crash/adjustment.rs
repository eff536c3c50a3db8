//! Killed or failing at any state-changing system call, a change of balance is wholly there or wholly absent, and a retry ends in one.
//! The same holds of a new database.
//!
//! The system call tracer `strace` does the killing; where it is not installed, or may not trace, these tests pass without it.

use std::process::Output;
use std::sync::OnceLock;
use std::time::Duration;

use ssgctl::Error;
use ssgctl::store::{Clock, EntryFilter, Location, Store};

use crate::support::cli::{Home, SSGCTL, TestCli, words};
use crate::support::strace::{can_trace, kill, was_killed};

/// A home folder whose database has one customer.
fn with_customer() -> TestCli {
    static PREPARED: OnceLock<Home> = OnceLock::new();
    TestCli::copy_of(&PREPARED, || {
        let cli = TestCli::new();
        cli.ok("customer new --organisation ABC --account-code ABC");
        cli
    })
}

fn open(cli: &TestCli) -> Result<Store, Error> {
    let location = Location { path: cli.database(), create: false, wait: Duration::from_secs(5) };
    Store::open(&location, Clock::System)
}

#[track_caller]
fn assert_sound(cli: &TestCli, what: &str) {
    let findings = open(cli).unwrap().read().unwrap().check().findings;
    assert!(findings.is_empty(), "{what}: {findings:?}");
}

/// How many entries were posted under a key, after a check of the whole database.
#[track_caller]
fn posted(cli: &TestCli, key: &str) -> usize {
    assert_sound(cli, key);
    let mut store = open(cli).unwrap();
    let mut count = 0;
    let entries = store.read().unwrap().entries(&EntryFilter::default(), |entry| {
        count += usize::from(entry.posting.key.is_some_and(|posted| posted.as_str() == key));
        Ok::<_, Error>(())
    });
    entries.unwrap();
    count
}

fn adjust(key: &str) -> String {
    format!("balance adjust ABC 10 --description top-up --key {key}")
}

/// Runs an adjustment once for each time that it makes a system call, with something injected into that call: what it leaves must
/// be one entry or none, and the same command again must leave exactly one. Returns how often the injection made it fail.
#[track_caller]
fn tamper_everywhere(
    cli: &TestCli,
    keys: &str,
    injection: impl Fn(u32) -> String,
    ended_well: impl Fn(&Output) -> bool,
) -> u32 {
    let (mut failures, mut successes_in_a_row) = (0, 0);
    for place in 1..5_000 {
        let key = format!("{keys}{place}");
        let output = cli.tampered(&injection(place), &adjust(&key)).output().unwrap();
        let count = posted(cli, &key);
        assert!(count <= 1, "place {place}");
        if output.status.success() {
            assert_eq!(count, 1, "place {place}: exit 0 without an entry");
            successes_in_a_row += 1;
            // Calls for SQLite's shared memory may fail without harm, eight of them; after more there is nothing left to inject into.
            if successes_in_a_row > 10 {
                return failures;
            }
            continue;
        }
        (failures, successes_in_a_row) = (failures + 1, 0);
        assert!(ended_well(&output), "place {place}: {output:?}");
        cli.ok(&adjust(&key));
        assert_eq!(posted(cli, &key), 1, "place {place}: the retry");
    }
    panic!("the tampering never ended");
}

#[test]
fn killed_before_any_state_changing_call_an_adjustment_is_whole_or_absent() {
    if !can_trace() {
        return;
    }
    let cli = with_customer();
    for call in cli.state_changing_calls(&adjust("k")) {
        let kills = tamper_everywhere(&cli, &format!("{call}-"), |n| kill(&call, n), was_killed);
        assert!(kills > 0, "nothing was killed before {call}");
    }
}

#[test]
fn a_full_or_broken_disk_at_any_write_is_an_error_and_loses_nothing() {
    if !can_trace() {
        return;
    }
    let cli = with_customer();
    let reported = |output: &Output| {
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.stdout.is_empty(), "a result is shown after a failure");
        assert!(!stderr.contains("panicked"), "{stderr}");
        matches!(output.status.code(), Some(8 | 10))
    };
    for (call, error) in
        [("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fsync,fdatasync", "EIO"), ("pwrite64", "EFBIG")]
    {
        let fail = |n| format!("{call}:error={error}:when={n}");
        let failures = tamper_everywhere(&cli, &format!("{call}-{error}-"), fail, reported);
        assert!(failures > 0, "{call} never failed with {error}");
    }
}

#[test]
fn killed_before_any_state_changing_call_a_new_database_is_whole_or_absent() {
    if !can_trace() {
        return;
    }
    let before = |call: &str, place: u32| {
        let cli = TestCli::new();
        let output = cli.tampered(&kill(call, place), "db init").output().unwrap();
        if cli.database().exists() {
            assert_sound(&cli, &format!("{call} {place}"));
        }
        let again = cli.run("db init");
        assert_eq!(again.code, Some(0), "{call} {place}: {}", again.stderr);
        output.status.success()
    };
    for call in TestCli::new().state_changing_calls("db init") {
        let places = (1..5_000).position(|place| before(&call, place));
        assert!(places.is_some_and(|places| places > 0), "the killing before {call} never began or never ended");
    }
}

#[test]
fn a_file_size_limit_is_an_error_and_no_signal() {
    let cli = with_customer();
    let mut limited = cli.program("bash");
    limited.args(["-c", "ulimit -f 1; exec \"$@\"", "bash", SSGCTL]).args(words(&adjust("k")));
    let output = limited.output().unwrap();
    assert_eq!(output.status.code(), Some(10), "{output:?}");
    assert_eq!(posted(&cli, "k"), 0);
    cli.ok(&adjust("k"));
    assert_eq!(posted(&cli, "k"), 1);
}
