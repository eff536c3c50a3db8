//! Opening: what is made, how private it is, and what is refused without being touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Barrier;
use std::thread;

use rusqlite::Connection;
use ssgctl::store::{Location, SCHEMA_VERSION, Store};
use ssgctl::{Error, Result};
use tempfile::TempDir;

use crate::support::cli::SSGCTL;
use crate::support::fixture::{Fixture, NOON, assert_refused, location, open};

fn folder() -> TempDir {
    tempfile::tempdir().expect("folder")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("metadata").permissions().mode() & 0o777
}

/// Every name in a folder, with the content of those that are files.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let names = fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path());
    names.map(|path| (path.clone(), fs::read(&path).ok())).collect()
}

/// Opens a database that may or may not be made.
fn open_at(path: &Path, create: bool) -> Result<Store> {
    open(&Location { path: path.to_owned(), create, wait: std::time::Duration::ZERO }, NOON)
}

/// Runs `ssgctl db init` after some words of shell.
fn init_after(shell: &str, database: &Path) -> std::process::ExitStatus {
    let home = database.parent().expect("folder");
    Command::new("sh")
        .args(["-c", &format!("{shell}; exec \"$0\" db init"), SSGCTL])
        .env_clear()
        .env("HOME", home)
        .env("SSGCTL_DB", database)
        .output()
        .expect("sh")
        .status
}

#[test]
fn a_new_database_and_its_folders_are_private_whatever_the_umask() {
    for umask in ["000", "022", "027", "077"] {
        let folder = folder();
        let path = folder.path().join("deep/er/ssgctl.db");
        assert!(init_after(&format!("umask {umask}"), &path).success());
        assert_eq!(mode(&path), 0o600, "{umask}");
        for above in path.ancestors().skip(1).take(2) {
            assert_eq!(mode(above), 0o700, "{umask} {}", above.display());
        }
    }
}

#[test]
fn side_files_are_as_private_as_the_database() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "1");
    let names: Vec<PathBuf> =
        contents(fixture.folder.path()).into_keys().filter(|path| *path != fixture.path()).collect();
    assert!(names.len() >= 2, "{names:?}");
    for path in names {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_new_database_is_complete_clean_and_alone_in_its_folder() {
    let folder = folder();
    let path = folder.path().join("test.db");
    let mut store = open_at(&path, true).unwrap();
    assert_eq!(store.path(), fs::canonicalize(&path).unwrap());
    assert_eq!(store.read().unwrap().check().findings, Vec::<String>::new());
    drop(store);
    assert_eq!(contents(folder.path()).into_keys().collect::<Vec<_>>(), [path]);
}

/// `.cargo/config.toml` says so; words that SQLite's build does not know would change nothing.
#[test]
fn sqlite_is_built_without_what_is_not_used() {
    let fixture = Fixture::new();
    let raw = fixture.raw();
    let mut statement = raw.prepare("PRAGMA compile_options").unwrap();
    let options: BTreeSet<String> =
        statement.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap();
    for option in ["DEFAULT_MEMSTATUS=0", "OMIT_LOAD_EXTENSION", "OMIT_SHARED_CACHE", "THREADSAFE=1"] {
        assert!(options.contains(option), "{option}: {options:?}");
    }
    let unused = ["ENABLE_API_ARMOR", "ENABLE_DBSTAT_VTAB", "ENABLE_FTS3", "ENABLE_FTS5", "ENABLE_RTREE", "SOUNDEX"];
    assert!(unused.iter().all(|option| !options.contains(*option)), "{options:?}");
}

#[test]
fn every_table_is_strict() {
    let fixture = Fixture::new();
    let raw = fixture.raw();
    let mut statement = raw
        .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0")
        .unwrap();
    let names: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap();
    assert_eq!(names, ["sqlite_schema"]);
}

#[test]
fn a_database_that_is_not_there_and_not_to_be_made_leaves_no_trace() {
    let folder = folder();
    let path = folder.path().join("deep/test.db");
    assert_refused!(open_at(&path, false), Error::NoDatabase { path: named } if *named == path);
    assert!(contents(folder.path()).is_empty());
}

/// Something at the path of a database that is not one of ours, and the error that says so.
type Impostor = (&'static str, fn(&Path), fn(&Error) -> bool);

const IMPOSTORS: &[Impostor] = &[
    ("an empty file", |path| fs::write(path, "").expect("written"), is_foreign),
    ("a text", |path| fs::write(path, "not a database\n".repeat(100)).expect("written"), is_foreign),
    ("a cut header", |path| fs::write(path, "SQLite format 3\0").expect("written"), is_foreign),
    ("another program's database", |path| stamp(path, 0x4d59_4150, SCHEMA_VERSION), is_foreign),
    ("an unmarked database", |path| stamp(path, 0, 0), is_foreign),
    (
        "a newer schema",
        |path| stamp(path, OURS, SCHEMA_VERSION + 1),
        |error| matches!(error, Error::NewerSchema { found, known: SCHEMA_VERSION, .. } if *found == SCHEMA_VERSION + 1),
    ),
    ("an older schema", |path| stamp(path, OURS, 0), |error| matches!(error, Error::OlderSchema { found: 0, .. })),
    ("a folder", |path| fs::create_dir(path).expect("folder"), is_foreign),
    ("a socket", |path| drop(UnixListener::bind(path).expect("socket")), is_foreign),
    ("a symbolic link", |path| symlink(ours_next_to(path), path).expect("link"), is_foreign),
    ("a dangling symbolic link", |path| symlink("nowhere", path).expect("link"), is_foreign),
    ("a hard link", |path| fs::hard_link(ours_next_to(path), path).expect("link"), is_foreign),
];

/// The application ID of this program's databases.
const OURS: u32 = 0x5353_4743;

fn is_foreign(error: &Error) -> bool {
    matches!(error, Error::Foreign { .. })
}

/// An SQLite database with an application ID, a schema number and a table.
fn stamp(path: &Path, application_id: u32, user_version: u32) {
    let connection = Connection::open(path).expect("connection");
    connection.execute_batch("CREATE TABLE thing (id INTEGER); INSERT INTO thing VALUES (7)").expect("table");
    connection.pragma_update(None, "application_id", application_id).expect("application ID");
    connection.pragma_update(None, "user_version", user_version).expect("version");
}

/// A proper database under another name in the same folder.
fn ours_next_to(path: &Path) -> PathBuf {
    let real = path.with_file_name("real.db");
    drop(open_at(&real, true).expect("store"));
    real
}

#[test]
fn what_is_not_ours_is_refused_and_not_one_byte_of_it_changed() {
    for (what, make, is_right) in IMPOSTORS {
        let folder = folder();
        let path = folder.path().join("test.db");
        make(&path);
        let before = contents(folder.path());
        for create in [false, true] {
            let error = open_at(&path, create).map(drop).expect_err(what);
            assert!(is_right(&error), "{what}: {error:?}");
            assert_eq!(contents(folder.path()), before, "{what}");
        }
    }
}

#[test]
fn a_newer_schema_that_a_killed_program_left_in_its_log_is_not_moved_into_the_file() {
    let fixture = Fixture::with_acme();
    let raw = fixture.raw();
    raw.pragma_update(None, "user_version", SCHEMA_VERSION + 1).unwrap();
    let folder = folder();
    let path = folder.path().join("test.db");
    for side in ["", "-wal"] {
        fs::copy(format!("{}{side}", fixture.path().display()), format!("{}{side}", path.display())).unwrap();
    }
    let before = (fs::read(&path).unwrap(), fs::read(path.with_file_name("test.db-wal")).unwrap());
    assert_eq!(before.0[60..64], SCHEMA_VERSION.to_be_bytes(), "the file itself says nothing of the newer schema");
    assert_refused!(open_at(&path, false), Error::NewerSchema { .. });
    assert_eq!((fs::read(&path).unwrap(), fs::read(path.with_file_name("test.db-wal")).unwrap()), before);
}

#[test]
fn the_log_of_a_lost_database_is_not_mixed_into_a_new_one() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "10");
    let folder = folder();
    let log = folder.path().join("test.db-wal");
    fs::copy(format!("{}-wal", fixture.path().display()), &log).unwrap();
    let before = contents(folder.path());
    assert_refused!(open_at(&folder.path().join("test.db"), true), Error::Refused(_));
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn of_many_that_make_a_database_at_once_one_wins_and_all_open_it() {
    for _ in 0..20 {
        let folder = folder();
        let location = location(&folder);
        let start = Barrier::new(8);
        let make = || {
            start.wait();
            let mut store = open(&location, NOON)?;
            Ok(store.read()?.service("standard")?.api_id)
        };
        let opened: Vec<Result<_>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        let ids: Result<Vec<_>> = opened.into_iter().collect();
        let ids = ids.unwrap();
        assert!(ids.iter().all(|id| *id == ids[0]), "several databases: {ids:?}");
        assert!(open(&location, NOON).unwrap().read().unwrap().check().findings.is_empty());
        let names: Vec<PathBuf> = contents(folder.path()).into_keys().collect();
        assert_eq!(names, [location.path], "no draft is left");
    }
}

#[test]
fn a_creation_that_fails_leaves_no_file_under_the_real_name_and_the_next_one_succeeds() {
    let mut failed = 0;
    // The limit is one of file size, which a write meets in its middle. SQLite writes pages of eight blocks, so a limit every seven
    // meets each of them, at another place in the page each time.
    for blocks in (0..).step_by(7) {
        let folder = folder();
        let path = folder.path().join("ssgctl.db");
        let status = init_after(&format!("ulimit -c 0; ulimit -f {blocks}"), &path);
        if status.success() {
            break;
        }
        failed += 1;
        assert_eq!(status.code(), Some(10), "at {blocks} blocks");
        assert!(!path.exists(), "failed at {blocks} blocks");
        let mut store = open_at(&path, true).unwrap();
        assert!(store.read().unwrap().check().findings.is_empty(), "failed at {blocks} blocks");
    }
    assert!(failed > 10, "only {failed} failed");
}

#[test]
fn a_file_that_is_marked_as_ours_and_lacks_our_tables_is_refused() {
    let folder = folder();
    let path = folder.path().join("a.db");
    let marked = format!("PRAGMA application_id = {}; PRAGMA user_version = {SCHEMA_VERSION};", 0x5353_4743);
    Connection::open(&path).unwrap().execute_batch(&format!("{marked} CREATE TABLE customer (id)")).unwrap();
    let before = fs::read(&path).unwrap();
    assert_refused!(open_at(&path, false), Error::Foreign { reason, .. } if reason.contains("lacks its tables"));
    assert_eq!(fs::read(&path).unwrap(), before);
}
