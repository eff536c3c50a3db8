//! The museum: databases as older versions of the program left them, brought up to date.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use ssgctl::store::vault::Vault;
use ssgctl::store::{Clock, EntryFilter, Location, SCHEMA_VERSION, Store};
use ssgctl::{Error, ops};
use tempfile::TempDir;

use crate::support::{assert_refused, collect, dump, location, origin};

const MUSEUM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/museum");

/// A copy of a piece of the museum in a folder of its own.
struct Piece {
    folder: TempDir,
    location: Location,
}

impl Piece {
    fn of_schema(schema: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location { create: false, ..location(&folder) };
        for (piece, to) in [("db", location.path.clone()), ("key", folder.path().join("key"))] {
            fs::copy(Path::new(MUSEUM).join(format!("schema-{schema}.{piece}")), &to).unwrap();
            fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
        }
        Self { folder, location }
    }

    fn backup(&self, schema: u32) -> PathBuf {
        self.folder.path().join(format!("test.db.schema-{schema}"))
    }

    fn open(&self) -> ssgctl::Result<Store> {
        Store::open(&self.location, Clock::System)
    }
}

/// The text of every table, index and trigger, by name and without differences of layout.
fn schema_of(path: &Path) -> Vec<(String, String)> {
    let connection = Connection::open(path).unwrap();
    let mut statement =
        connection.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
    let all = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).unwrap();
    all.map(|named| named.map(|(name, sql)| (name, sql.split_whitespace().collect::<Vec<_>>().join(" "))).unwrap())
        .collect()
}

#[test]
fn every_schema_but_the_newest_is_in_the_museum_or_was_never_left_behind() {
    // Schema 2 never left the development of schema 3.
    for schema in (1..SCHEMA_VERSION).filter(|&schema| schema != 2) {
        assert!(Path::new(MUSEUM).join(format!("schema-{schema}.db")).exists(), "schema {schema}");
    }
}

#[test]
fn an_older_database_is_refused_and_left_alone() {
    let piece = Piece::of_schema(1);
    let before = fs::read(&piece.location.path).unwrap();
    assert_refused!(piece.open(), Error::OlderSchema { found: 1, known: SCHEMA_VERSION, .. });
    assert_eq!(fs::read(&piece.location.path).unwrap(), before);
}

#[test]
fn a_migration_keeps_everything_and_a_copy_of_what_was() {
    let piece = Piece::of_schema(1);
    let before = dump(&Connection::open(&piece.location.path).unwrap());
    let migration = Store::migrate(&piece.location).unwrap();
    assert_eq!((migration.from, migration.to), (1, SCHEMA_VERSION));
    assert_eq!(migration.backup.as_deref(), Some(piece.backup(1).as_path()));
    assert_eq!(dump(&Connection::open(piece.backup(1)).unwrap()), before);

    let mut store = piece.open().unwrap();
    let snapshot = store.read().unwrap();
    assert_eq!(snapshot.check().findings, Vec::<String>::new());
    assert_eq!(snapshot.customer("port").unwrap().details.organisation.as_str(), "Café \"du Port\", SARL");
    assert!(snapshot.customer("ABC").unwrap().life.archived_at.is_some());
    let entries = collect(|each| snapshot.entries(&EntryFilter::default(), each)).unwrap();
    let amounts: Vec<String> = entries.iter().map(|entry| entry.posting.amount.to_string()).collect();
    assert_eq!(amounts, ["500", "-20", "12.5"]);
}

#[test]
fn passwords_sealed_by_an_older_version_open() {
    let piece = Piece::of_schema(1);
    Store::migrate(&piece.location).unwrap();
    let vault = Vault::open(&piece.folder.path().join("key")).unwrap();
    let mut store = piece.open().unwrap();
    let mut tx = store.write(&origin()).unwrap();
    assert_eq!(ops::smpp::reveal(&mut tx, &vault, "port_prod").unwrap().password.reveal(), "hunter22");
}

#[test]
fn a_migrated_database_has_the_schema_of_a_new_one() {
    let piece = Piece::of_schema(1);
    Store::migrate(&piece.location).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let new = location(&folder);
    Store::open(&new, Clock::System).unwrap();
    assert_eq!(schema_of(&piece.location.path), schema_of(&new.path));
}

#[test]
fn a_second_migration_does_nothing() {
    let piece = Piece::of_schema(1);
    Store::migrate(&piece.location).unwrap();
    let before = fs::read(&piece.location.path).unwrap();
    let again = Store::migrate(&piece.location).unwrap();
    assert_eq!((again.from, again.backup), (SCHEMA_VERSION, None));
    assert_eq!(fs::read(&piece.location.path).unwrap(), before);
}

#[test]
fn a_migration_that_fails_leaves_the_old_database() {
    let piece = Piece::of_schema(1);
    let raw = Connection::open(&piece.location.path).unwrap();
    // A table of this name is what the migration will make.
    raw.execute_batch("CREATE TABLE warning (x)").unwrap();
    drop(raw);
    let before = dump(&Connection::open(&piece.location.path).unwrap());
    assert!(Store::migrate(&piece.location).is_err());
    assert_refused!(piece.open(), Error::OlderSchema { found: 1, .. });
    assert_eq!(dump(&Connection::open(&piece.location.path).unwrap()), before);
}
