//! Databases of schemas 1 to 12, which were never released: refused untouched, by every way in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use ssgctl::Error;
use ssgctl::store::{Location, OLDEST_SCHEMA, SCHEMA_VERSION, Store};
use tempfile::TempDir;

use crate::support::fixture::{NOON, assert_refused, open};

/// Where the header of an SQLite file has `PRAGMA user_version`, the lowest byte last.
const VERSION_BYTE: usize = 63;

/// A copy of a database that the last program of schema 12 left.
fn schema_12() -> (TempDir, Location) {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("old.db");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schemas/schema-12.db");
    fs::copy(fixture, &path).expect("copied");
    (folder, Location { path, create: true, wait: Duration::ZERO })
}

/// Every file in a folder with its content.
fn contents(folder: &TempDir) -> BTreeMap<PathBuf, Vec<u8>> {
    let names = fs::read_dir(folder.path()).expect("folder").map(|entry| entry.expect("entry").path());
    names.map(|path| (path.clone(), fs::read(path).expect("read"))).collect()
}

#[test]
fn the_fixture_is_what_it_says() {
    let (_folder, location) = schema_12();
    let old = Connection::open(location.path).unwrap();
    let version: u32 = old.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let entries: u32 = old.query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).unwrap();
    assert_eq!((version, entries), (12, 17));
}

#[test]
fn an_older_schema_is_refused_and_not_one_byte_of_it_changed() {
    for schema in 1..OLDEST_SCHEMA {
        let (folder, location) = schema_12();
        let mut bytes = fs::read(&location.path).unwrap();
        bytes[VERSION_BYTE] = u8::try_from(schema).unwrap();
        fs::write(&location.path, bytes).unwrap();
        let before = contents(&folder);
        for _ in 0..2 {
            assert_refused!(
                open(&location, NOON),
                Error::OlderSchema { found, known: SCHEMA_VERSION, .. } if *found == schema
            );
            assert_refused!(
                Store::migrate(&location),
                Error::OlderSchema { found, known: SCHEMA_VERSION, .. } if *found == schema
            );
            assert!(contents(&folder) == before, "schema {schema}");
        }
    }
}

#[test]
fn what_a_killed_program_of_an_older_schema_left_in_its_log_stays_there() {
    let (folder, location) = schema_12();
    let other = tempfile::tempdir().unwrap();
    let copy = Location { path: other.path().join("old.db"), ..location.clone() };
    let writer = Connection::open(&location.path).unwrap();
    writer.execute_batch("INSERT INTO note (customer_id, text, author, at) VALUES (1, 'x', 'jo', '')").unwrap();
    for (path, _) in contents(&folder) {
        fs::copy(&path, other.path().join(path.file_name().unwrap())).unwrap();
    }
    let before = contents(&other);
    assert!(before[&other.path().join("old.db-wal")].len() > 4096);
    assert_refused!(open(&copy, NOON), Error::OlderSchema { .. });
    assert_refused!(Store::migrate(&copy), Error::OlderSchema { .. });
    assert!(contents(&other) == before);
}
