//! The museum of released schemas: an old file is refused as it is, and brought up to date whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use ssgctl::Error;
use ssgctl::model::{Balance, Entry, Money};
use ssgctl::store::vault::Vault;
use ssgctl::store::{EntryFilter, Location, SCHEMA_VERSION, Store};
use tempfile::TempDir;

use crate::support::{NOON, Scene, assert_refused, collect, dump, every_customer, open, valid};

/// A copy of an exhibit and of the key to its passwords.
struct Exhibit {
    folder: TempDir,
    location: Location,
}

impl Exhibit {
    fn schema_1() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        for name in ["schema-1.db", "schema-1.key"] {
            let copy = folder.path().join(name);
            fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/museum").join(name), &copy).expect("copied");
            fs::set_permissions(&copy, fs::Permissions::from_mode(0o600)).expect("made private");
        }
        let path = folder.path().join("schema-1.db");
        Self { folder, location: Location { path, create: true, wait: std::time::Duration::ZERO } }
    }

    fn raw(&self) -> Connection {
        Connection::open(&self.location.path).expect("connection")
    }

    /// Every row of the tables that the first schema has, without the columns that came later.
    fn rows(&self) -> BTreeMap<String, Vec<String>> {
        let old = "ALTER TABLE entry DROP COLUMN counterpart";
        let copy = self.folder.path().join("copy.db");
        self.raw().execute("VACUUM INTO ?1", [copy.to_str().expect("UTF-8")]).expect("copied");
        let connection = Connection::open(&copy).expect("connection");
        if columns(&connection, "entry").contains(&"counterpart".to_owned()) {
            connection.execute_batch(&format!("DROP INDEX entry_by_counterpart; {old}")).expect("dropped");
        }
        let rows = dump(&connection);
        fs::remove_file(copy).expect("removed");
        rows
    }
}

fn columns(connection: &Connection, table: &str) -> Vec<String> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)").expect("prepared");
    let names = statement.query_map([table], |row| row.get(0)).expect("asked");
    names.collect::<rusqlite::Result<_>>().expect("names")
}

fn version(connection: &Connection) -> u32 {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).expect("version")
}

/// Every object of a schema by its name, as SQLite keeps it.
fn schema(connection: &Connection) -> BTreeMap<String, Option<String>> {
    let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema").expect("prepared");
    let objects = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("asked");
    objects.collect::<rusqlite::Result<_>>().expect("objects")
}

#[test]
fn an_older_schema_is_refused_and_not_one_byte_of_it_changed() {
    let exhibit = Exhibit::schema_1();
    let before = fs::read(&exhibit.location.path).unwrap();
    for _ in 0..2 {
        assert_refused!(open(&exhibit.location, NOON), Error::OlderSchema { found: 1, known: SCHEMA_VERSION, .. });
        assert!(fs::read(&exhibit.location.path).unwrap() == before);
        assert_eq!(fs::read_dir(exhibit.folder.path()).unwrap().count(), 2, "nothing lies beside it");
    }
}

#[test]
fn a_migrated_file_holds_all_that_the_old_one_held_and_passes_its_check() {
    let exhibit = Exhibit::schema_1();
    let old = exhibit.rows();
    let migration = Store::migrate(&exhibit.location).unwrap();
    assert_eq!((migration.from, migration.to), (1, SCHEMA_VERSION));
    let mut new = exhibit.rows();
    new.retain(|table, _| old.contains_key(table));
    assert_eq!(new, old);
    let mut store = open(&exhibit.location, NOON).unwrap();
    let snapshot = store.read().unwrap();
    assert_eq!(snapshot.check().findings, Vec::<String>::new());
    let customers = collect(|each| snapshot.customers(&every_customer(), each)).unwrap();
    let codes: Vec<&str> = customers.iter().map(|customer| customer.account_code.as_str()).collect();
    assert_eq!(codes, ["ABC", "PORT"]);
    assert_eq!(customers[1].details.organisation, valid("Café \"du Port\", SARL"));
    assert!(customers[0].lifecycle.archived_at.is_some());
    let balances: Vec<Balance> = snapshot.balances_of(&customers[1]).unwrap();
    let balances: Vec<(&str, Money)> = balances.iter().map(|b| (b.unit.code(), b.balance)).collect();
    assert_eq!(balances, [("EUR", valid("12.5")), ("SMS", valid("480"))]);
    let entries: Vec<Entry> = collect(|each| snapshot.entries(&EntryFilter::default(), each)).unwrap();
    assert_eq!(
        entries[2].hash.to_string(),
        "170c7bc3b16e3e8e47d6d16a9f930a643664fded1c9ce7720d5441dd6f0fa26a",
        "the head that somebody may have written down"
    );
}

#[test]
fn passwords_of_a_migrated_file_open_with_its_key() {
    let exhibit = Exhibit::schema_1();
    Store::migrate(&exhibit.location).unwrap();
    let vault = Vault::open_or_create(&exhibit.folder.path().join("schema-1.key")).unwrap();
    let mut store = open(&exhibit.location, NOON).unwrap();
    let snapshot = store.read().unwrap();
    for system_id in ["port_prod", "abc_prod"] {
        let account = snapshot.smpp_account(system_id).unwrap();
        let api_id = snapshot.customer_of(account.customer_id).unwrap().api_id;
        let password = vault.unseal(&snapshot.sealed_password(&account).unwrap(), &api_id, &account.system_id);
        assert_eq!(password.unwrap().reveal().len(), 8, "{system_id}");
    }
}

#[test]
fn a_migration_leaves_the_old_file_beside_the_new_one_and_private() {
    let exhibit = Exhibit::schema_1();
    let old = exhibit.rows();
    let backup = Store::migrate(&exhibit.location).unwrap().backup.unwrap();
    assert_eq!(backup, PathBuf::from(format!("{}.schema-1", exhibit.location.path.display())));
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(version(&Connection::open(&backup).unwrap()), 1);
    fs::rename(backup, &exhibit.location.path).unwrap();
    assert_eq!(exhibit.rows(), old);
}

#[test]
fn a_backup_that_an_earlier_migration_left_is_never_written_over() {
    let exhibit = Exhibit::schema_1();
    let named = |name: &str| PathBuf::from(format!("{}.{name}", exhibit.location.path.display()));
    for taken in ["schema-1", "schema-1.2"] {
        fs::write(named(taken), taken).unwrap();
    }
    let backup = Store::migrate(&exhibit.location).unwrap().backup.unwrap();
    assert_eq!(backup, named("schema-1.3"));
    assert_eq!(version(&Connection::open(&backup).unwrap()), 1);
    for taken in ["schema-1", "schema-1.2"] {
        assert_eq!(fs::read_to_string(named(taken)).unwrap(), taken);
    }
}

#[test]
fn a_second_migration_has_nothing_to_do() {
    let exhibit = Exhibit::schema_1();
    let first = Store::migrate(&exhibit.location).unwrap().backup.unwrap();
    fs::remove_file(&first).unwrap();
    let before = dump(&exhibit.raw());
    let second = Store::migrate(&exhibit.location).unwrap();
    assert_eq!((second.from, second.backup), (SCHEMA_VERSION, None));
    assert_eq!(dump(&exhibit.raw()), before);
    assert!(!first.exists());
}

#[test]
fn a_migrated_file_has_the_schema_of_a_new_one() {
    let exhibit = Exhibit::schema_1();
    Store::migrate(&exhibit.location).unwrap();
    let new = Scene::new();
    assert_eq!(schema(&exhibit.raw()), schema(&new.raw()));
    assert_eq!(version(&exhibit.raw()), version(&new.raw()));
    for pragma in ["application_id", "journal_mode", "encoding", "page_size"] {
        let value = |connection: &Connection| -> rusqlite::types::Value {
            connection.pragma_query_value(None, pragma, |row| row.get(0)).expect(pragma)
        };
        assert_eq!(value(&exhibit.raw()), value(&new.raw()), "{pragma}");
    }
}

#[test]
fn a_migration_that_fails_half_way_leaves_the_old_schema_whole() {
    for obstacle in ["CREATE TABLE check_run (id)", "CREATE TABLE warning (id)", "CREATE TABLE previous_password (id)"]
    {
        let exhibit = Exhibit::schema_1();
        exhibit.raw().execute_batch(obstacle).unwrap();
        let (before, rows) = (schema(&exhibit.raw()), dump(&exhibit.raw()));
        assert!(Store::migrate(&exhibit.location).is_err(), "{obstacle}");
        assert_eq!((schema(&exhibit.raw()), dump(&exhibit.raw())), (before, rows));
        assert_eq!(version(&exhibit.raw()), 1);
        exhibit.raw().execute_batch(&format!("DROP {}", &obstacle[7..obstacle.len() - 5])).unwrap();
        Store::migrate(&exhibit.location).unwrap();
    }
}

#[test]
fn a_migration_that_does_not_get_the_lock_changes_nothing() {
    let exhibit = Exhibit::schema_1();
    let other = exhibit.raw();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_refused!(Store::migrate(&exhibit.location), Error::Busy { .. });
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(version(&other), 1);
}
