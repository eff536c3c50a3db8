//! How imports of traffic end: completed after they were killed, by hand, or not at all; and what is given up later.

use std::fs;
use std::path::PathBuf;

use ssgctl::Error;
use ssgctl::error::InputError;
use ssgctl::model::{ImportState, Unit};
use ssgctl::ops;
use ssgctl::store::ImportFilter;
use ssgctl::traffic;
use ssgctl::traffic::{ImportProgress, ImportRequest};

use super::traffic::{HEADER, ONE, Quiet, fixture, import, request, row_faults, run, state_of, tally};
use crate::support::fixture::{Fixture, assert_refused, collect, new_account, valid};

/// Imports until a number of commits are done, as if killed then.
fn interrupted(fixture: &mut Fixture, request: &ImportRequest, commits: usize) {
    let origin = fixture.origin.clone();
    let store = &mut fixture.store;
    let run = std::panic::AssertUnwindSafe(|| {
        traffic::import(store, &origin, request, None, &mut Quiet { commits_left: commits }).map(drop)
    });
    assert!(std::panic::catch_unwind(run).is_err(), "not interrupted");
}

/// The first row of many, once more.
const ONE_MORE: &str = "m000,2026-11-20T10:00:00Z,acme,+447700900123,delivered,2,\n";

fn many(count: u32) -> String {
    let row = |n| {
        format!(
            "m{:03},2026-11-2{}T10:00:00Z,{},+447700900123,delivered,2,\n",
            n % 17,
            n % 3,
            ["acme", "port"][n as usize % 2]
        )
    };
    (0..count).map(row).collect()
}

#[test]
fn an_interrupted_import_is_unfinished_and_the_same_file_completes_it() {
    let text = format!("{HEADER}{}", many(40));
    let mut clean = fixture();
    let first = request(&clean, "a.csv", &text);
    let summary = run(&mut clean, &first).unwrap();
    let state = state_of(&mut clean);
    for commits in 1..=9 {
        let mut fixture = fixture();
        let file = request(&fixture, "a.csv", &text);
        interrupted(&mut fixture, &file, commits);
        assert_eq!(fixture.findings(), Vec::<String>::new());
        // Charges come last.
        assert_eq!(fixture.last_accrual(), None, "after {commits} commits");
        let warnings = fixture.read(|now| Ok(now.check().warnings));
        assert!(warnings[0].contains("is unfinished"), "{warnings:?}");
        // A price that changes meanwhile changes nothing of it.
        fixture.write(|tx| ops::service::edit(tx, "euro", |details| details.price = valid("9"))).unwrap();
        let resumed = run(&mut fixture, &file).unwrap();
        assert_eq!((resumed.tally, &resumed.charges), (summary.tally, &summary.charges), "after {commits} commits");
        assert_eq!(state_of(&mut fixture), state);
    }
}

#[test]
fn an_unfinished_import_keeps_other_files_from_its_accounts_and_days_until_it_is_ended() {
    let mut fixture = fixture();
    let file = request(&fixture, "a.csv", &format!("{HEADER}{}", many(40)));
    interrupted(&mut fixture, &file, 3);
    let other = "x,2026-11-21T10:00:00Z,acme,+447700900123,delivered,2,\n";
    assert_refused!(import(&mut fixture, "b.csv", other), Error::Refused(why) if why.contains("`a.csv` is unfinished"));
    assert_refused!(fixture.write(|tx| traffic::forget_before(tx, 20_790)), Error::Refused(_));
    import(&mut fixture, "c.csv", &other.replace("11-21", "11-28")).unwrap();
    let mut free = request(&fixture, "a.csv", &format!("{HEADER}{}", many(40)));
    free.charging = false;
    assert_refused!(run(&mut fixture, &free), Error::Refused(why) if why.contains("with other options"));
    let closed = fixture.write(|tx| traffic::close(tx, 1)).unwrap();
    assert_eq!((closed.state, closed.tally.rows()), (ImportState::Closed, 12));
    assert_eq!(closed.charges[0], (Unit::Sms, valid("12")));
    import(&mut fixture, "b.csv", other).unwrap();
    assert_eq!(import(&mut fixture, "a.csv", &many(40)).unwrap().tally.rows(), 40);
    state_of(&mut fixture);
}

#[test]
fn a_batch_ends_where_a_day_begins_if_that_is_near() {
    let days_of_so_many = |days: &[usize]| {
        let rows = days.iter().zip(10..).flat_map(|(count, day)| {
            (0..*count).map(move |n| format!("d{day}-{n},2026-11-{day}T10:00:00Z,acme,+447700900123,pending,1,\n"))
        });
        rows.collect::<String>()
    };
    // Batches of 8: of 6 to 12 rows where days begin there, else of 12.
    for (days, batches) in [(&[7, 9, 12, 5][..], &[7, 9, 12, 5][..]), (&[3, 3, 3, 9], &[6, 12]), (&[30], &[12, 12, 6])]
    {
        for (commits, rows) in batches.iter().enumerate().map(|(place, _)| (place + 1, &batches[..=place])) {
            let mut fixture = fixture();
            let mut file = request(&fixture, "a.csv", &format!("{HEADER}{}", days_of_so_many(days)));
            (file.batch, file.charging) = (8, false);
            if commits < batches.len() {
                interrupted(&mut fixture, &file, commits);
            } else {
                run(&mut fixture, &file).unwrap();
            }
            let taken = fixture.read(|now| now.import(1)).tally.rows();
            assert_eq!(taken, rows.iter().sum::<usize>() as u64, "{days:?} after {commits} commits");
        }
    }
}

/// Changes the file when a given phase of its import begins.
struct Meddler {
    file: PathBuf,
    at: &'static str,
}

impl ImportProgress for Meddler {
    fn begin(&mut self, part: &'static str) {
        if part == self.at {
            let text = fs::read_to_string(&self.file).unwrap().replace(",2,", ",3,");
            fs::write(&self.file, text + "more").unwrap();
        }
    }
    fn at(&mut self, _: u64) {}
    fn committed(&mut self) {}
}

#[test]
fn a_file_that_changes_while_it_is_read_is_noticed() {
    let mut fixture = fixture();
    let before = fixture.dump();
    for at in ["looking", "checking"] {
        let file = request(&fixture, "a.csv", &format!("{HEADER}{ONE}"));
        let origin = fixture.origin.clone();
        let meddler = &mut Meddler { file: fixture.folder.path().join("a.csv"), at };
        let outcome = traffic::import(&mut fixture.store, &origin, &file, None, meddler);
        assert_refused!(outcome, Error::Input { code: InputError::ChangedMeanwhile, .. });
        assert_eq!(fixture.dump(), before, "{at}");
    }
}

#[test]
fn a_file_that_changes_once_it_was_read_is_imported_as_it_was() {
    let (mut fixture, mut other) = (fixture(), fixture());
    let text = format!("{HEADER}{}", many(40));
    let file = request(&fixture, "a.csv", &text);
    let origin = fixture.origin.clone();
    let meddler = &mut Meddler { file: fixture.folder.path().join("a.csv"), at: "importing" };
    traffic::import(&mut fixture.store, &origin, &file, None, meddler).unwrap();
    let as_it_was = request(&other, "a.csv", &text);
    run(&mut other, &as_it_was).unwrap();
    assert_eq!(state_of(&mut fixture), state_of(&mut other));
    let known_by = |fixture: &mut Fixture| fixture.read(|now| now.import(1)).manifest.sha256;
    assert_eq!(known_by(&mut fixture), known_by(&mut other));
}

#[test]
fn pruned_messages_leave_their_sums_and_never_come_back() {
    let mut fixture = fixture();
    let rows = format!("{ONE}{}", ONE.replace("11-24", "11-25"));
    import(&mut fixture, "a.csv", &rows).unwrap();
    let before = state_of(&mut fixture);
    let day = 20_782;
    fixture.write(|tx| traffic::forget_before(tx, day)).unwrap();
    let step = fixture.write(traffic::prune).unwrap();
    assert_eq!((step.messages, step.goes_on), (1, false));
    let after = state_of(&mut fixture);
    assert_eq!(after["message"].len(), 1);
    for table in ["traffic_daily", "traffic_monthly", "balance"] {
        assert_eq!(after[table], before[table], "{table}");
    }
    let row_faults = row_faults(import(&mut fixture, "b.csv", ONE));
    assert!(row_faults[0].contains("is before 2026-11-25, up to which messages were pruned"), "{row_faults:?}");
}

#[test]
fn an_import_ends_by_hand_where_its_file_is_lost() {
    let mut fixture = fixture();
    import(&mut fixture, "a.csv", ONE).unwrap();
    assert_refused!(fixture.write(|tx| traffic::close(tx, 1)), Error::Refused(_));
    assert_refused!(fixture.write(|tx| traffic::close(tx, 2)), Error::NotFound { .. });
    let states: Vec<ImportState> = fixture
        .read(|now| collect(|each| now.imports(&ImportFilter::default(), each)))
        .into_iter()
        .map(|import| import.state)
        .collect();
    assert_eq!(states, [ImportState::Finished]);
}

#[test]
fn a_file_with_nothing_new_is_noted_at_once() {
    struct Counting(usize);
    impl ImportProgress for Counting {
        fn begin(&mut self, _: &'static str) {}
        fn at(&mut self, _: u64) {}
        fn committed(&mut self) {
            self.0 += 1;
        }
    }
    let mut fixture = fixture();
    let text = format!("{HEADER}{}", many(15));
    let first = request(&fixture, "a.csv", &text);
    run(&mut fixture, &first).unwrap();
    let state = state_of(&mut fixture);
    let origin = fixture.origin.clone();
    let mut commits_of = |name: &str, text: &str| {
        let file = request(&fixture, name, text);
        let mut counting = Counting(0);
        let summary = traffic::import(&mut fixture.store, &origin, &file, None, &mut counting).unwrap();
        (counting.0, summary.tally.new, summary.tally.updated, summary.tally.duplicate)
    };
    // Taken in by its rows, it would take four commits.
    assert_eq!(commits_of("again.csv", &format!("{text}{ONE_MORE}")), (1, 0, 0, 16));
    assert_eq!(commits_of("earlier.csv", &text.replacen("T10", "T09", 1)), (4, 0, 1, 14));
    assert_eq!(commits_of("new.csv", &text.replacen("m000", "m999", 1)), (4, 1, 0, 14));
    let after = state_of(&mut fixture);
    assert_ne!(after, state);
    assert_eq!(after["message"].len(), state["message"].len() + 1);
}

#[test]
fn prices_of_an_earlier_import_hold_for_each_of_very_many_accounts() {
    let mut fixture = fixture();
    for number in 0..70 {
        let mut account = new_account(&format!("port_{number}"));
        account.details.service = valid("euro");
        fixture.add_account("PORT", account).unwrap();
    }
    let row =
        |number: u32| format!("m{number},2026-11-24T10:00:00Z,port_{number},+447700900123,pending,2,0.{number:02}\n");
    let rows: String = (0..70).map(row).collect();
    import(&mut fixture, "a.csv", &rows).unwrap();
    fixture.write(|tx| ops::service::edit(tx, "euro", |details| details.price = valid("9"))).unwrap();
    let charged = fixture.balance("PORT", valid("EUR")).unwrap().balance;
    assert_eq!(charged, valid("-24.15"));
    let row_faults = row_faults(import(&mut fixture, "b.csv", &rows.replace(",0.69", ",0.70")));
    assert_eq!(
        row_faults,
        ["71:1 message `m69` was reported differently before, by import 1 of `a.csv` (price differs)"]
    );
    let later = import(&mut fixture, "c.csv", &rows.replace("pending", "delivered")).unwrap();
    assert_eq!((later.tally.updated, later.charges), (70, Vec::new()));
    assert_eq!(fixture.balance("PORT", valid("EUR")).unwrap().balance, charged);
    state_of(&mut fixture);
}

#[test]
fn a_file_that_is_known_leaves_the_file_for_rejects_alone() {
    let mut fixture = fixture();
    let mut file = request(&fixture, "a.csv", &format!("{HEADER}{ONE}"));
    file.skip_invalid = true;
    let origin = fixture.origin.clone();
    let rejected = |fixture: &mut Fixture| {
        let mut rejects = Vec::new();
        let watch = &mut Quiet { commits_left: usize::MAX };
        traffic::import(&mut fixture.store, &origin, &file, Some(&mut rejects), watch).unwrap();
        String::from_utf8(rejects).unwrap()
    };
    assert!(!rejected(&mut fixture).is_empty(), "a header at least");
    assert_eq!(rejected(&mut fixture), "");
}

#[test]
fn prices_that_no_balance_could_hold_are_reported_before_anything_is_written() {
    let mut fixture = fixture();
    let before = fixture.dump();
    let row = |id| format!("{id},2026-11-24T10:00:00Z,port,+447700900123,delivered,1,60000000000\n");
    let why = "3:1 the sum of the prices would exceed the largest amount of ±92233720368.54775807";
    assert_eq!(row_faults(import(&mut fixture, "a.csv", &(row("a") + &row("b")))), [why]);
    assert_eq!(fixture.dump(), before);
}

#[test]
fn a_dry_run_reports_the_same_and_saves_nothing() {
    let mut fixture = fixture();
    let before = fixture.dump();
    let mut trial = request(&fixture, "a.csv", &format!("{HEADER}{ONE}{ONE}"));
    trial.dry_run = true;
    let predicted = run(&mut fixture, &trial).unwrap();
    assert_eq!(fixture.dump(), before);
    trial.dry_run = false;
    let done = run(&mut fixture, &trial).unwrap();
    assert_eq!((predicted.tally, predicted.charges), (done.tally, done.charges));
    assert_eq!(done.tally, tally(1, 0, 1));
}
