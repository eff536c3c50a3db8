//! Databases of released schemas are migrated and hold what they held.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use ssgctl::Error;
use ssgctl::store::vault::Vault;
use ssgctl::store::{Location, SCHEMA_VERSION, Store, TABLES};
use tempfile::TempDir;

use crate::support::fixture::{NOON, assert_refused, open};

/// A private copy of a fixture.
fn copied(folder: &TempDir, name: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schemas").join(name), &path).expect("copied");
    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("private");
    path
}

/// The columns of every table that a database has.
fn columns(path: &Path) -> BTreeMap<&'static str, Vec<String>> {
    let connection = Connection::open(path).expect("opened");
    let of_table = |name: &'static str| {
        let statement = connection.prepare(&format!("SELECT * FROM {name}")).ok()?;
        Some((name, statement.column_names().map(str::to_owned).collect()))
    };
    TABLES.iter().filter_map(|table| of_table(table.name)).collect()
}

/// Every row of these tables as text.
fn rows(path: &Path, columns: &BTreeMap<&'static str, Vec<String>>) -> Vec<String> {
    let connection = Connection::open(path).expect("opened");
    let mut found = Vec::new();
    for (name, columns) in columns {
        let mut statement = connection.prepare(&format!("SELECT {} FROM {name}", columns.join(","))).expect(name);
        let mut rows = statement.query([]).expect(name);
        while let Some(row) = rows.next().expect(name) {
            let values = (0..columns.len()).map(|column| format!("{:?}", row.get_ref(column).expect("a value")));
            found.push(format!("{name} {}", values.collect::<Vec<_>>().join(" ")));
        }
    }
    found
}

#[test]
fn a_database_of_schema_13_learns_the_key_of_most_of_its_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location { path: copied(&folder, "schema-13.db"), create: false, wait: Duration::ZERO };
    let vault = Vault::open(&copied(&folder, "schema-13.key")).unwrap();
    let columns = columns(&location.path);
    let before = rows(&location.path, &columns);
    assert_refused!(open(&location, NOON), Error::OlderSchema { found: 13, .. });
    let migration = Store::migrate(&location).unwrap();
    assert_eq!((migration.from, migration.to), (13, SCHEMA_VERSION));
    assert_eq!(rows(&location.path, &columns), before);
    let mut store = open(&location, NOON).unwrap();
    let snapshot = store.read().unwrap();
    assert_eq!(snapshot.check().findings, Vec::<String>::new());
    assert_eq!(snapshot.vault_key().unwrap(), Some(vault.fingerprint()));
    // One of its accounts was made with another key, which that program allowed.
    let count = snapshot.count_passwords(Some(&vault)).unwrap();
    assert_eq!((count.all, count.unreadable), (4, 1));
}
