//! Databases and documents that older programs made: migrated or imported, they pass the check and say the same.
//!
//! Each has customers, contacts, accounts with sealed passwords, a warning, entries in two units, charged and pruned traffic.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ssgctl::Error;
use ssgctl::report::document::document;
use ssgctl::store::{Location, SCHEMA_VERSION, Store};

use crate::formats::document::{read, written};
use crate::support::fixture::{Fixture, NOON, open};

/// The schemas since 14 of which there is a database and a document.
const SCHEMAS: [u32; 3] = [14, 15, 21];

fn old(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

#[test]
fn a_migrated_database_of_an_older_program_says_what_its_document_says() {
    for schema in SCHEMAS {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("old.db");
        fs::copy(old(&format!("schemas/schema-{schema}.db")), &path).expect("copied");
        let location = Location { path, create: false, wait: Duration::ZERO };
        let migration = Store::migrate(&location).expect("migrated");
        assert_eq!((migration.from, migration.to), (schema, SCHEMA_VERSION));
        let mut store = open(&location, NOON).expect("opened");
        let snapshot = store.read().expect("a snapshot");
        assert_eq!(snapshot.check().findings, Vec::<String>::new(), "{schema}");
        let mut migrated = String::new();
        document(&snapshot, |line| {
            migrated.push_str(line);
            Ok::<_, Error>(())
        })
        .expect("written");

        let mut fixture = Fixture::new();
        let text = fs::read_to_string(old(&format!("documents/schema-{schema}.jsonl"))).expect("a document");
        read(&mut fixture, &text).expect("read");
        assert_eq!(fixture.findings(), Vec::<String>::new(), "{schema}");
        let imported = written(&mut fixture);
        for (one, other) in migrated.lines().zip(imported.lines()) {
            assert_eq!(one, other, "{schema}");
        }
        assert_eq!(migrated, imported, "{schema}");
    }
}

/// Rows that are converted: sums of traffic are by quarter hours since schema 16, balances have what is accrued since schema 18, and
/// services have plans since schema 19, plans a basis since schema 23, and customers are prepaid or postpaid since schema 24; the first
/// line has the schema, the last a checksum.
const CONVERTED: [&str; 8] =
    ["ssgctl\":", "customer\":", "end\":", "message", "traffic", "balance\":", "service\":", "plan\":"];

/// A step that adds something must not lose what was there: every line of the old document that needs no conversion is in the new.
#[test]
fn a_document_of_an_older_program_comes_back() {
    for schema in SCHEMAS {
        let text = fs::read_to_string(old(&format!("documents/schema-{schema}.jsonl"))).expect("a document");
        let mut fixture = Fixture::new();
        read(&mut fixture, &text).expect("read");
        let now = written(&mut fixture);
        let is_kept = |line: &&str| !CONVERTED.iter().any(|word| line[2..].starts_with(word));
        // An event that had no hash has one at its end.
        let is_lost = |line: &&str| !now.contains(line.trim_end_matches('}'));
        let lost: Vec<&str> = text.lines().filter(is_kept).filter(is_lost).collect();
        assert_eq!(lost, Vec::<&str>::new(), "{schema}");
    }
}
