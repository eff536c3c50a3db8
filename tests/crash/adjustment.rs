//! Killed or failing at any system call, a change of balance is wholly there or wholly absent, and a retry ends in one.
//!
//! The system call tracer `strace` does the killing; where it is not installed, or may not trace, these tests say so and pass.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use ssgctl::Error;
use ssgctl::store::{Clock, EntryFilter, Location, Store};

const SSGCTL: &str = env!("CARGO_BIN_EXE_ssgctl");

struct Fixture {
    folder: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A fixture with one customer, or nothing where programs cannot be traced.
    fn with_customer() -> Option<Self> {
        let fixture = Self::new();
        if !can_trace() {
            return None;
        }
        let made = fixture.run(&mut ssgctl(&["customer", "new", "--organisation", "ABC", "--account-code", "ABC"]));
        assert!(made.status.success(), "{made:?}");
        Some(fixture)
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join(".local/share/ssgctl/ssgctl.db")
    }

    /// The program under a tracer that tampers with its system calls.
    fn tampered(&self, tampering: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o"]).arg(self.folder.path().join("trace")).args(["-e", tampering, SSGCTL]);
        command.args(arguments);
        command
    }

    fn run(&self, command: &mut Command) -> Output {
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).env("HOME", self.folder.path()).output().unwrap()
    }

    /// The names of the system calls that a command makes.
    fn calls(&self, arguments: &[&str]) -> BTreeSet<String> {
        assert!(self.run(&mut self.tampered("trace=all", arguments)).status.success());
        let trace = fs::read_to_string(self.folder.path().join("trace")).unwrap();
        // A line is the number of a process, and a call with its arguments; others tell of signals and ends.
        let words = trace.lines().filter_map(|line| line.split_whitespace().nth(1));
        let names = words.filter_map(|word| word.split_once('(')).map(|(name, _)| name.to_owned());
        names.filter(|name| !name.is_empty() && name != "exit_group").collect()
    }

    /// The amounts booked under a key, after a look at the whole database.
    fn booked(&self, key: &str) -> usize {
        let mut store = open(&self.database());
        let snapshot = store.read().unwrap();
        let findings = snapshot.check().findings;
        assert!(findings.is_empty(), "{findings:?}");
        let mut count = 0;
        snapshot
            .entries(&EntryFilter::default(), |entry| {
                count += usize::from(entry.posting.key.is_some_and(|booked| booked.as_str() == key));
                Ok::<_, Error>(())
            })
            .unwrap();
        count
    }
}

fn ssgctl(arguments: &[&str]) -> Command {
    let mut command = Command::new(SSGCTL);
    command.args(arguments);
    command
}

fn open(path: &Path) -> Store {
    let location = Location { path: path.to_owned(), create: false, wait: Duration::from_secs(5) };
    Store::open(&location, Clock::System).unwrap()
}

/// Dead by the tracer's signal, which it passes on as its own end.
fn was_killed(output: &Output) -> bool {
    output.status.code().is_none() || output.status.code() == Some(137)
}

fn can_trace() -> bool {
    let traced = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "true"]).output();
    let can = traced.is_ok_and(|output| output.status.success());
    assert!(can || std::env::var_os("CI").is_none(), "strace is needed in CI");
    can
}

fn adjust(key: &str) -> [&str; 8] {
    ["balance", "adjust", "ABC", "10", "--description", "top-up", "--key", key]
}

/// Runs an adjustment once for each place to tamper with, until it is not tampered with any more: what it leaves must be
/// one entry or none, and the same command again must leave exactly one.
fn tamper_everywhere(
    fixture: &Fixture,
    keys: &str,
    tampering: impl Fn(u32) -> String,
    ended_well: impl Fn(&Output) -> bool,
) -> u32 {
    for place in 1..5_000 {
        let key = format!("{keys}{place}");
        let output = fixture.run(&mut fixture.tampered(&tampering(place), &adjust(&key)));
        let booked = fixture.booked(&key);
        assert!(booked <= 1, "place {place}");
        if output.status.success() {
            assert_eq!(booked, 1, "place {place}: exit 0 without an entry");
            return place;
        }
        assert!(ended_well(&output), "place {place}: {output:?}");
        let again = fixture.run(&mut ssgctl(&adjust(&key)));
        assert!(again.status.success(), "place {place}: {again:?}");
        assert_eq!(fixture.booked(&key), 1, "place {place}: the retry");
    }
    panic!("the tampering never ended");
}

#[test]
fn killed_before_any_system_call_an_adjustment_is_whole_or_absent() {
    let Some(fixture) = Fixture::with_customer() else { return };
    let calls = fixture.calls(&adjust("k"));
    for call in ["openat", "pwrite64", "fsync", "write"] {
        assert!(calls.contains(call), "{call} is not among {calls:?}");
    }
    for call in calls {
        let kill = |n| format!("inject={call}:signal=KILL:when={n}");
        tamper_everywhere(&fixture, &format!("{call}-"), kill, was_killed);
    }
}

#[test]
fn a_full_or_broken_disk_at_any_write_is_an_error_and_loses_nothing() {
    let Some(fixture) = Fixture::with_customer() else { return };
    let reported = |output: &Output| {
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.stdout.is_empty(), "a result is shown after a failure");
        assert!(!told.contains("panicked"), "{told}");
        matches!(output.status.code(), Some(8 | 10))
    };
    for (call, error) in [("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fsync", "EIO"), ("pwrite64", "EFBIG")] {
        let fail = |n| format!("inject={call}:error={error}:when={n}");
        let places = tamper_everywhere(&fixture, &format!("{call}-{error}-"), fail, reported);
        assert!(places > 1, "{call} was never called");
    }
}

#[test]
fn killed_before_any_system_call_a_new_database_is_whole_or_absent() {
    if !can_trace() {
        return;
    }
    let before = |call: &str, place: u32| {
        let fixture = Fixture::new();
        let kill = format!("inject={call}:signal=KILL:when={place}");
        let output = fixture.run(&mut fixture.tampered(&kill, &["db", "init"]));
        if fixture.database().exists() {
            let findings = open(&fixture.database()).read().unwrap().check().findings;
            assert!(findings.is_empty(), "{call} {place}: {findings:?}");
        }
        let again = fixture.run(&mut ssgctl(&["db", "init"]));
        assert!(again.status.success(), "{call} {place}: {again:?}");
        output.status.success()
    };
    for call in ["openat", "pwrite64", "fsync", "renameat2", "unlink", "mkdir", "fcntl"] {
        assert!((1..5_000).any(|place| before(call, place)), "the killing before {call} never ended");
    }
}

#[test]
fn a_file_size_limit_is_an_error_and_no_signal() {
    let fixture = Fixture::new();
    let made = fixture.run(&mut ssgctl(&["customer", "new", "--organisation", "ABC", "--account-code", "ABC"]));
    assert!(made.status.success());
    let mut limited = Command::new("bash");
    limited.args(["-c", "ulimit -f 1; exec \"$@\"", "bash", SSGCTL]).args(adjust("k"));
    let output = fixture.run(&mut limited);
    assert_eq!(output.status.code(), Some(10), "{output:?}");
    assert_eq!(fixture.booked("k"), 0);
    assert!(fixture.run(&mut ssgctl(&adjust("k"))).status.success());
    assert_eq!(fixture.booked("k"), 1);
}
