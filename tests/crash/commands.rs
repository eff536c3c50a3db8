//! Every command that changes something, killed, starved or run many times at once: its change is whole or absent, the database is
//! sound, and the same command completes what was cut off.
//!
//! The lines are those of `contract::dry_run`, which has one for every command of the command tree. In a few seconds each of them is
//! tried at one place; `.ci/run --long` tries them everywhere.

use std::collections::BTreeMap;
use std::process::{Output, Stdio};

use crate::contract::dry_run::{WRITES, seeded};
use crate::crash::import::assert_sound;
use crate::support::cli::{SSGCTL, TestCli, words};
use crate::support::strace::{can_trace, kill, was_killed};

/// Commands that save in several steps, each of which is whole or absent.
const IN_STEPS: &[&str] = &["traffic ", "smpp export"];

/// Exit codes that say what happened and leave the database as it was. No code of a bug is among them.
const REPORTED: &[i32] = &[2, 3, 4, 5, 6, 8, 9, 10, 13];

/// How many rows each table has.
type Counts = BTreeMap<String, usize>;

fn counts(cli: &TestCli) -> Counts {
    let mut counts = Counts::new();
    for (table, _) in cli.dump() {
        *counts.entry(table).or_default() += 1;
    }
    counts
}

/// What a command that was disturbed may leave.
struct Expected {
    line: &'static str,
    before: Counts,
    after: Counts,
}

impl Expected {
    fn of(line: &'static str) -> Self {
        let cli = seeded();
        let before = counts(&cli);
        cli.ok(line);
        Self { line, before, after: counts(&cli) }
    }

    fn is_in_steps(&self) -> bool {
        IN_STEPS.iter().any(|steps| self.line.starts_with(steps))
    }

    /// Checks what a disturbed command left, and that the same command completes it.
    #[track_caller]
    fn check(&self, cli: &TestCli, how: &str) {
        let Self { line, before, after } = self;
        assert_sound(cli);
        let found = counts(cli);
        assert!(self.is_in_steps() || found == *before || found == *after, "{line}, {how}: half of it is there");
        // A change that is there would be made twice, or refused, unless it has a key.
        if found != *after {
            cli.ok(line);
            assert_sound(cli);
            assert_eq!(counts(cli), *after, "{line}, {how}: what the same command completed");
        }
    }
}

/// How often a command makes a system call.
fn times(cli: &TestCli, call: &str, line: &str) -> u32 {
    let output = cli.tampered(&format!("{call}:delay_enter=0:when=1"), line).output().expect("strace runs");
    assert!(output.status.success(), "{line}: {output:?}");
    let trace = std::fs::read_to_string(cli.path("trace")).expect("a trace");
    u32::try_from(trace.lines().filter(|line| line.contains('(')).count()).expect("few calls")
}

/// Ends with a code that says what happened, and no result.
#[track_caller]
fn assert_reported(output: &Output, what: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code();
    assert!(code.is_some_and(|code| REPORTED.contains(&code)), "{what}: {code:?} {stderr}");
    assert!(output.stdout.is_empty(), "{what}: a result is shown after a failure");
    assert!(stderr.contains("ssgctl: error["), "{what}: {stderr}");
}

/// Injects something into one call of a command and checks what is left. Returns whether the command failed.
#[track_caller]
fn disturb(expected: &Expected, injection: &str, check: impl Fn(&Output, &str)) -> bool {
    let cli = seeded();
    let output = cli.tampered(injection, expected.line).output().expect("strace runs");
    if !output.status.success() {
        check(&output, &format!("{}, {injection}", expected.line));
    }
    expected.check(&cli, injection);
    !output.status.success()
}

#[track_caller]
fn assert_killed(output: &Output, what: &str) {
    assert!(was_killed(output), "{what}: {output:?}");
}

#[test]
fn a_change_of_any_command_is_whole_or_absent_wherever_it_is_cut_off() {
    if !can_trace() {
        return;
    }
    let mut failures = 0;
    for (number, line) in WRITES.iter().enumerate() {
        let expected = Expected::of(line);
        // Another place for each command, so that together they are everywhere.
        let writes = times(&seeded(), "pwrite64", line);
        let place = u32::try_from(number).expect("few commands") % writes + 1;
        assert!(disturb(&expected, &kill("pwrite64", place), assert_killed), "{line} outlived its kill");
        failures += u32::from(disturb(&expected, &format!("pwrite64:error=ENOSPC:when={place}"), assert_reported));
    }
    assert!(failures > 20, "only {failures} commands noticed that the disk was full");
}

#[test]
#[ignore = "takes many minutes: .ci/run --long"]
fn a_change_of_any_command_is_whole_or_absent_before_every_state_changing_call() {
    assert!(can_trace(), "this needs strace");
    let mut kills = 0;
    for line in WRITES {
        let expected = Expected::of(line);
        for call in seeded().state_changing_calls(line) {
            for place in 1..=times(&seeded(), &call, line) {
                kills += u32::from(disturb(&expected, &kill(&call, place), assert_killed));
            }
        }
    }
    println!("{kills} kills of {} commands", WRITES.len());
}

#[test]
#[ignore = "takes many minutes: .ci/run --long"]
fn a_change_of_any_command_is_whole_or_absent_whatever_the_disk_answers() {
    assert!(can_trace(), "this needs strace");
    let mut failures = 0;
    for line in WRITES {
        let expected = Expected::of(line);
        for (call, errors) in [("pwrite64", &["ENOSPC", "EIO", "EFBIG"][..]), ("fsync,fdatasync", &["EIO"])] {
            for place in 1..=times(&seeded(), call, line) {
                for error in errors {
                    let injection = format!("{call}:error={error}:when={place}");
                    failures += u32::from(disturb(&expected, &injection, assert_reported));
                }
            }
        }
    }
    println!("{failures} failures of {} commands", WRITES.len());
}

#[test]
#[ignore = "takes minutes: .ci/run --long"]
fn a_command_with_few_descriptors_or_small_files_does_its_work_or_says_why_not() {
    for line in WRITES {
        let expected = Expected::of(line);
        for limit in (3..24).map(|files| format!("-n {files}")).chain([1, 8, 64].map(|blocks| format!("-f {blocks}"))) {
            let cli = seeded();
            let mut limited = cli.program("bash");
            limited.args(["-c", &format!("ulimit {limit}; exec \"$@\""), "bash", SSGCTL]).args(words(line));
            let output = limited.output().expect("bash runs");
            let what = format!("{line}, ulimit {limit}");
            // With three descriptors the loader does not even find the program's libraries.
            let has_begun = output.status.code() != Some(127);
            if has_begun && !output.status.success() {
                assert_reported(&output, &what);
            }
            expected.check(&cli, &what);
        }
    }
}

#[test]
#[ignore = "takes minutes: .ci/run --long"]
fn sixteen_of_a_command_at_once_lose_nothing_and_break_nothing() {
    for line in WRITES {
        let cli = seeded();
        let started: Vec<_> = (0..16)
            .map(|_| {
                let mut command = cli.command();
                command.args(words(line)).args(["--wait", "60"]).stdout(Stdio::piped()).stderr(Stdio::piped());
                command.spawn().expect("the program starts")
            })
            .collect();
        let mut successes = 0;
        for process in started {
            let output = process.wait_with_output().expect("the program ends");
            successes += u32::from(output.status.success());
            if !output.status.success() {
                assert_reported(&output, line);
            }
        }
        assert!(successes > 0, "{line}: none succeeded");
        assert_sound(&cli);
    }
}
