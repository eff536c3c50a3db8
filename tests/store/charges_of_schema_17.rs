//! A database of schema 17, which posted the charges of each import when it ended, and was killed while it did so.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

use ssgctl::Result;
use ssgctl::model::{ImportState, Unit};
use ssgctl::ops::balance::{DueCharges, post_accrued};
use ssgctl::report;
use ssgctl::store::{EntryFilter, ImportFilter, Location, SCHEMA_VERSION, Snapshot, Store, Tx};
use ssgctl::traffic::{self, ExpectedTotals, ImportRequest, ParseOptions, Source};
use tempfile::TempDir;

use crate::ops::traffic::Quiet;
use crate::support::fixture::{collect, open, origin, valid};

const LATER: &str = "2026-11-29T12:00:00Z";

/// One finished import, one that was reverted, and one that is unfinished: one of its two entries is posted.
fn migrated() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("old.db");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schemas/schema-17.db");
    fs::copy(fixture, &path).expect("copied");
    let location = Location { path, create: false, wait: Duration::ZERO };
    let migration = Store::migrate(&location).expect("migrated");
    assert_eq!((migration.from, migration.to), (17, SCHEMA_VERSION));
    let store = open(&location, LATER).expect("opened");
    (folder, store)
}

/// The file of the unfinished import.
fn unfinished(folder: &TempDir) -> ImportRequest {
    let mut text = "message_id,submitted_at,system_id,destination,state,parts\n".to_owned();
    for n in 200..240 {
        let (day, account, parts) = (n % 4 + 20, ["abc", "xyz", "abc2"][n % 3], n % 2 + 1);
        writeln!(text, "m-{n},2026-11-{day}T10:00:00Z,{account},+44770090{n:04},delivered,{parts}").expect("written");
    }
    let path = folder.path().join("three.csv");
    fs::write(&path, text).expect("written");
    ImportRequest {
        source: Source::new("three.csv".to_owned(), fs::File::open(path).expect("opened")).expect("a source"),
        options: ParseOptions::in_zone(jiff::tz::TimeZone::UTC),
        charging: true,
        allow_overlap: false,
        skip_invalid: false,
        expected: ExpectedTotals::default(),
        batch: 15,
        dry_run: false,
    }
}

fn write<T>(store: &mut Store, operation: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
    let mut tx = store.write(&origin()).expect("begun");
    let done = operation(&mut tx).expect("done");
    tx.commit().expect("committed");
    done
}

/// Balances of both customers, and the references of all charges.
fn charges(snapshot: &Snapshot<'_>) -> (Vec<String>, Vec<String>) {
    let balance = |code: &str| snapshot.balance(&snapshot.customer(code)?, Unit::Sms);
    let balances = ["abc", "xyz"].map(|code| balance(code).expect("read").expect("a balance").balance.to_string());
    let entries = collect(|each| snapshot.entries(&EntryFilter::default(), each)).expect("entries");
    let references = entries.iter().filter_map(|entry| entry.posting.reference.as_ref().map(ToString::to_string));
    (balances.to_vec(), references.collect())
}

#[test]
fn an_import_that_schema_17_left_half_charged_accrues_the_other_half() {
    let (folder, mut store) = migrated();
    let snapshot = store.read().unwrap();
    assert_eq!(snapshot.check().findings, Vec::<String>::new());
    let old = ["import 1", "import 1", "import 2", "import 2", "import 2 reverted", "import 2 reverted", "import 3"];
    assert_eq!(charges(&snapshot).1, old);
    drop(snapshot);
    traffic::import(&mut store, &origin(), &unfinished(&folder), None, &mut Quiet { commits_left: 9 }).unwrap();
    let snapshot = store.read().unwrap();
    assert_eq!(snapshot.check().findings, Vec::<String>::new());
    let (balances, references) = charges(&snapshot);
    assert_eq!(balances, ["947", "-25"]);
    assert_eq!(references, old, "what was missing is accrued");
    let states = collect(|each| snapshot.imports(&ImportFilter::default(), each)).unwrap();
    let states: Vec<ImportState> = states.iter().map(|import| import.state).collect();
    assert_eq!(states, [ImportState::Finished, ImportState::Reverted, ImportState::Finished]);
    drop(snapshot);
    write(&mut store, |tx| post_accrued(tx, DueCharges::All));
    let snapshot = store.read().unwrap();
    assert_eq!(charges(&snapshot).1.last().map(String::as_str), Some("charges 2026-11-29"));
    let abc = snapshot.customer("abc").unwrap();
    let shares = report::explain_balance(&snapshot, &abc, None, true).unwrap();
    let lines = shares.iter().filter_map(|share| share.reference.as_ref().map(ToString::to_string));
    assert_eq!(lines.collect::<Vec<_>>(), ["import 1", "import 2", "import 2 reverted", "import 3"]);
    assert_eq!(snapshot.check().findings, Vec::<String>::new());
}

#[test]
fn imports_of_schema_17_are_closed_and_reverted() {
    let (_folder, mut store) = migrated();
    write(&mut store, |tx| traffic::close(tx, 3));
    assert_eq!(charges(&store.read().unwrap()).0, ["947", "-25"]);
    for id in [3, 1] {
        write(&mut store, |tx| traffic::revert(tx, id));
        assert_eq!(store.read().unwrap().check().findings, Vec::<String>::new(), "{id}");
    }
    assert_eq!(charges(&store.read().unwrap()).0, ["1000", "0"]);
    write(&mut store, |tx| post_accrued(tx, DueCharges::All));
    assert_eq!(store.read().unwrap().check().findings, Vec::<String>::new());
    let balance = valid::<ssgctl::model::Money>("1000");
    let snapshot = store.read().unwrap();
    let abc = snapshot.customer("abc").unwrap();
    let at = report::balances_at(&snapshot, &abc, valid("2027-01-01T00:00:00Z")).unwrap();
    assert_eq!(at[0].balance, balance);
}
