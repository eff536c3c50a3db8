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

/// The tables that schema 13 has, in the form that documents have, and their columns; without what became plans.
fn tables(path: &Path) -> BTreeMap<&'static str, String> {
    let connection = Connection::open(path).expect("opened");
    let names = TABLES.iter().map(|table| table.name);
    names
        .filter(|name| {
            !["vault_key", "traffic_hour", "traffic_day", "accrual", "accrued_charge", "posted_charge"].contains(name)
        })
        .filter(|name| !["plan", "price", "service_plan", "account_service", "overlay", "price_notice"].contains(name))
        .filter(|name| !name.starts_with("reprice"))
        .filter(|name| !name.starts_with("export"))
        .filter(|name| {
            ![
                "invoice",
                "invoice_line",
                "issued_invoice",
                "receivable",
                "allocation",
                "usage_bill",
                "billed_usage",
                "applied_tree",
                "forecast_alert",
                "fee",
                "billed_fee",
                "attached_file",
                "outbox_attachment",
                "invoice_reminder",
                "invoice_email",
                "reminder_hold",
            ]
            .contains(name)
        })
        .map(|name| if name == "message" { "unpacked_message" } else { name })
        .map(|name| {
            let statement = connection.prepare(&format!("SELECT * FROM {name}")).expect(name);
            let columns = statement.column_names().filter(|column| (name, *column) != ("service", "price_e8"));
            (name, columns.collect::<Vec<_>>().join(", "))
        })
        .collect()
}

/// Every row of some tables, as text.
fn rows(path: &Path, tables: &BTreeMap<&'static str, String>) -> Vec<String> {
    let connection = Connection::open(path).expect("opened");
    let mut found = Vec::new();
    for (name, columns) in tables {
        let mut statement = connection.prepare(&format!("SELECT {columns} FROM {name}")).expect(name);
        let width = statement.column_count();
        let mut rows = statement.query([]).expect(name);
        while let Some(row) = rows.next().expect(name) {
            let values = (0..width).map(|column| format!("{:?}", row.get_ref(column).expect("a value")));
            found.push(format!("{name} {}", values.collect::<Vec<_>>().join(" ")));
        }
    }
    // Messages lie in another order since schema 16.
    found.sort();
    found
}

#[test]
fn a_database_of_schema_13_learns_the_key_of_most_of_its_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location { path: copied(&folder, "schema-13.db"), create: false, wait: Duration::ZERO };
    let vault = Vault::open(&copied(&folder, "schema-13.key")).unwrap();
    let tables = tables(&location.path);
    let before = rows(&location.path, &tables);
    assert_refused!(open(&location, NOON), Error::OlderSchema { found: 13, .. });
    let migration = Store::migrate(&location).unwrap();
    assert_eq!((migration.from, migration.to), (13, SCHEMA_VERSION));
    assert_eq!(rows(&location.path, &tables), before);
    let mut store = open(&location, NOON).unwrap();
    let snapshot = store.read().unwrap();
    assert_eq!(snapshot.check().findings, Vec::<String>::new());
    assert_eq!(snapshot.vault_key().unwrap(), Some(vault.fingerprint()));
    // One of its accounts was made with another key, which that program allowed.
    let count = snapshot.count_passwords(Some(&vault)).unwrap();
    assert_eq!((count.all, count.unreadable), (4, 1));
}
