//! Many processes at once: no change is lost, none is made twice, and a beginning is made once.

use std::process::{Output, Stdio};
use std::thread;

use serde_json::Value;

use crate::support::cli::TestCli;
use crate::support::strace::can_trace;

const PROCESSES: usize = 16;
const TIMES: usize = 20;

/// Runs what `line` gives for each of the processes, all of them at once, and gives their outputs.
fn at_once(cli: &TestCli, line: impl Fn(usize) -> Vec<String>) -> Vec<Output> {
    let started: Vec<_> = (0..PROCESSES)
        .map(|number| {
            let mut command = cli.command();
            command.args(line(number)).stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().expect("the program starts")
        })
        .collect();
    started.into_iter().map(|child| child.wait_with_output().expect("the program ends")).collect()
}

fn adjust(amount: &str, more: &[&str]) -> Vec<String> {
    let line = ["balance", "adjust", "ABC", amount, "--unit", "SMS", "--description", "traffic", "--json"];
    line.iter().chain(more).map(ToString::to_string).collect()
}

#[track_caller]
fn receipt(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// A whole number from the text that JSON has for it.
fn number(value: &Value) -> i64 {
    value.as_str().and_then(|text| text.parse().ok()).expect("a whole number")
}

#[test]
fn changes_from_sixteen_processes_add_up_and_make_one_chain() {
    let cli = TestCli::seeded();
    thread::scope(|scope| {
        for process in 0..PROCESSES {
            let cli = &cli;
            scope.spawn(move || {
                for time in 0..TIMES {
                    // Process and time make an amount of their own, so that a lost or doubled change shows in the sum.
                    let amount = (process * TIMES + time + 1).to_string();
                    receipt(&cli.command().args(adjust(&amount, &[])).output().expect("the program runs"));
                }
            });
        }
    });
    let changes = PROCESSES * TIMES;
    let sum = i64::try_from(changes * (changes + 1) / 2).expect("a small sum");
    let entries = cli.json("balance history ABC --unit SMS");
    let entries = entries.as_array().expect("a list");
    assert_eq!(entries.len(), changes + 1, "the opening and every change");
    let mut balance = 0;
    for entry in entries {
        balance += number(&entry["amount"]);
        assert_eq!(number(&entry["balance_after"]), balance, "{entry}");
    }
    assert_eq!(balance, 100 + sum);
    let shown = cli.json("balance show ABC");
    let sms = shown.as_array().and_then(|all| all.iter().find(|found| found["unit"] == "SMS")).expect("a balance");
    assert_eq!(number(&sms["balance"]), balance);
    assert_eq!(cli.ok("db check"), "");
}

#[test]
fn one_key_from_sixteen_processes_is_applied_once_and_answered_alike() {
    let cli = TestCli::seeded();
    for round in 0..5 {
        let key = format!("once-{round}");
        let mut receipts: Vec<Value> = at_once(&cli, |_| adjust("7", &["--key", &key])).iter().map(receipt).collect();
        let replayed = receipts.iter_mut().filter_map(|receipt| receipt["replayed"].take().as_bool());
        let applied = replayed.filter(|replayed| !replayed).count();
        assert_eq!(applied, 1, "{key} was applied {applied} times");
        assert!(receipts.windows(2).all(|pair| pair[0] == pair[1]), "{receipts:?}");
        assert_eq!(number(&receipts[0]["balance_after"]), 100 + 7 * (round + 1));
    }
    assert_eq!(cli.ok("db check"), "");
}

#[test]
fn the_last_credits_are_spent_once() {
    let cli = TestCli::seeded();
    let outputs = at_once(&cli, |_| adjust("-100", &[]));
    let codes: Vec<_> = outputs.iter().map(|output| output.status.code()).collect();
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == Some(5)).count(), PROCESSES - 1, "{codes:?}");
}

#[test]
fn processes_that_begin_at_once_make_one_database_and_one_key() {
    for _ in 0..5 {
        let cli = TestCli::new();
        let made = at_once(&cli, |number| {
            let name = format!("C{number}");
            ["quick-create", "--organisation", "New", "--account-code", &name, "--json"].map(str::to_owned).into()
        });
        for output in &made {
            let system_id = receipt(output)["system_id"].clone();
            let revealed = cli.json(&format!("smpp show {} --reveal", system_id.as_str().expect("a name")));
            assert_eq!(revealed["password"], receipt(output)["password"]);
        }
        assert_eq!(cli.ok("customer list -o name").lines().count(), PROCESSES);
        assert_eq!(cli.ok("service list -o name"), "standard\n");
        assert_eq!(cli.ok("db check"), "");
        let files = cli.files();
        let mut names: Vec<_> = files.iter().filter_map(|file| file.file_name()?.to_str()).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            ["ssgctl.db", "ssgctl.db.gate", "ssgctl.db.turn", "ssgctl.key"],
            "a draft is left, or a part missing"
        );
    }
}

#[test]
fn one_of_many_gets_a_name_and_the_others_are_refused() {
    let cli = TestCli::seeded();
    let outputs = at_once(&cli, |_| {
        ["customer", "new", "--organisation", "New", "--account-code", "NEW", "--json"].map(str::to_owned).into()
    });
    let codes: Vec<_> = outputs.iter().map(|output| output.status.code()).collect();
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == Some(4)).count(), PROCESSES - 1, "{codes:?}");
}

/// Where file locks do not work, the queue of writers lets everybody through. SQLite's own lock must be enough then, and the
/// transactions must ask for it before they read: one that reads first could not write after another has.
#[test]
fn sixteen_writers_without_the_locks_of_the_queue_lose_nothing() {
    if !can_trace() {
        return;
    }
    let cli = TestCli::new();
    cli.ok("customer new --account-code ABC --organisation ABC");
    cli.ok("balance adjust ABC 1 --description first");
    let writers: Vec<_> = (0..16)
        .map(|_| {
            let mut command =
                cli.tampered("flock:error=ENOLCK", "balance adjust ABC 1 --description more --wait 60 -o name");
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started")
        })
        .collect();
    for writer in writers {
        let output = writer.wait_with_output().expect("ended");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(cli.json("balance show ABC")[0]["balance"], "17");
    cli.ok("db check");
}
