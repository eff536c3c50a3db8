//! A database and a document of schema 13: their traffic lies in runs and layers afterwards, and says the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::Value;
use ssgctl::Error;
use ssgctl::store::{Location, SCHEMA_VERSION, Store, StoredMessage};
use tempfile::TempDir;

use crate::formats::document::{read, written};
use crate::support::fixture::{Fixture, NOON, open};

/// Two files, of which the second charges messages of the first and brings later states; the first of four days is pruned.
fn old(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn migrated() -> (TempDir, Location) {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("old.db");
    fs::copy(old("schemas/schema-13-traffic.db"), &path).expect("copied");
    let location = Location { path, create: false, wait: Duration::ZERO };
    let migration = Store::migrate(&location).expect("migrated");
    assert_eq!((migration.from, migration.to), (13, SCHEMA_VERSION));
    (folder, location)
}

fn messages(path: &Path) -> Vec<Vec<Value>> {
    let database = Connection::open(path).expect("opened");
    let mut statement = database
        .prepare(
            "SELECT day, id, account_id, second, state, destination, parts, price_e8, charged, import_id
             FROM unpacked_message ORDER BY day, id, account_id",
        )
        .expect("prepared");
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).expect("asked");
    rows.collect::<rusqlite::Result<_>>().expect("messages")
}

fn sums(store: &mut Store) -> Vec<String> {
    let mut sums = Vec::new();
    let each = |of_day: &_| {
        sums.push(format!("{of_day:?}"));
        Ok::<_, Error>(())
    };
    store.read().expect("a snapshot").account_days(0..i32::MAX, each).expect("sums");
    sums
}

#[test]
fn traffic_of_schema_13_says_the_same_in_runs_and_layers() {
    let (_folder, location) = migrated();
    assert_eq!(messages(&location.path), messages(&old("schemas/schema-13-traffic.db")));
    let mut store = open(&location, NOON).expect("opened");
    let snapshot = store.read().expect("a snapshot");
    assert_eq!(snapshot.check().findings, Vec::<String>::new());
    let mut runs = Vec::new();
    snapshot
        .messages((0, i32::MAX), |StoredMessage { day, run, known, .. }| {
            assert_eq!(i64::from(run), known.import_id, "an import is the run of its number");
            runs.push((day, run));
            Ok::<_, Error>(())
        })
        .expect("messages");
    runs.dedup();
    assert_eq!(runs, [(20_768, 1), (20_768, 2), (20_769, 1), (20_769, 2), (20_770, 1), (20_770, 2)]);
}

/// Hours have quarters where there are messages; on the pruned day, the first quarter has the whole hour.
#[test]
fn a_document_of_schema_13_comes_to_the_same_as_its_migrated_database() {
    let (_folder, location) = migrated();
    let mut fixture = Fixture::new();
    read(&mut fixture, &fs::read_to_string(old("documents/schema-13-traffic.jsonl")).expect("a document"))
        .expect("read");
    assert_eq!(fixture.findings(), Vec::<String>::new());
    let sums_of_migrated = sums(&mut open(&location, NOON).expect("opened"));
    assert_eq!(sums(&mut fixture.store), sums_of_migrated);
    assert!(sums_of_migrated.iter().any(|of_day| of_day.contains("quarter: 95,")), "{sums_of_migrated:?}");
    let text = written(&mut fixture);
    assert!(text.contains("\"minute\":45"));
    let mut other = Fixture::new();
    read(&mut other, &text).expect("read");
    assert_eq!(sums(&mut other.store), sums_of_migrated);
}
