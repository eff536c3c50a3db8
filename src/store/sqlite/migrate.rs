//! Migrates a database from an older schema to the current one, after a backup.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Error, Result};
use crate::store::sqlite::connection::connect;
use crate::store::sqlite::open::{Location, backup, connect_to_ours, refuse_unsafe_sqlite};
use crate::store::sqlite::schema::{self, STEPS, Step};
use crate::store::sqlite::writer_queue::queue_for_write;

/// What a migration did.
#[derive(Debug, Clone)]
pub struct Migration {
    pub from: u32,
    pub to: u32,
    /// Backup of the database before the migration; `None` if it already had the current schema.
    pub backup: Option<PathBuf>,
}

/// Migrates a database to the current schema. The backup next to it is named after the schema it had.
pub(super) fn migrate(location: &Location) -> Result<Migration> {
    migrate_by(STEPS, location)
}

fn migrate_by(steps: &[Step], location: &Location) -> Result<Migration> {
    refuse_unsafe_sqlite()?;
    let to = steps.last().map_or(0, |step| step.version);
    let (mut connection, path, from) = connect_to_ours(location, to)?;
    if from == to {
        return Ok(Migration { from, to, backup: None });
    }
    // Schema, backup and steps under one lock: two migrations at once would otherwise name a backup after a schema that it does
    // not have any more. The backup is read by a second connection, which sees what was committed last.
    let _turn = queue_for_write(&path, location.wait)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = schema::version(&transaction)?;
    if from == to {
        return Ok(Migration { from, to, backup: None });
    }
    let backup = backup_next_to(&connect(&path)?, &path, from)?;
    schema::apply_within(steps, transaction)?;
    Ok(Migration { from, to, backup: Some(backup) })
}

/// Copies a database to the first free name next to it: `FILE.schema-13`, then `FILE.schema-13.2` and so on. An earlier backup
/// is never overwritten: it may be the only intact copy.
fn backup_next_to(connection: &Connection, path: &Path, schema: u32) -> Result<PathBuf> {
    let mut number = 1;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".schema-{schema}"));
        if number > 1 {
            name.push(format!(".{number}"));
        }
        let to = PathBuf::from(name);
        match backup(connection, &to, false) {
            Err(Error::FileExists { .. }) => number += 1,
            outcome => return outcome.map(|()| to),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;
    use std::time::Duration;

    use rusqlite::types::Value;
    use tempfile::TempDir;

    use super::*;
    use crate::store::sqlite::open;
    use crate::store::{OLDEST_SCHEMA, SCHEMA_VERSION};

    /// The schema that a made-up step leads to.
    const NEXT: u32 = SCHEMA_VERSION + 1;

    /// The steps that there are, and one that a later version might add: a column with a value for the rows that exist.
    fn with_next() -> Vec<Step> {
        let steps = STEPS.iter().map(|step| Step { version: step.version, sql: step.sql });
        let sql = "ALTER TABLE service ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey';
            CREATE TABLE palette (colour TEXT) STRICT; INSERT INTO palette SELECT colour FROM service;";
        steps.chain([Step { version: NEXT, sql }]).collect()
    }

    /// A new database of the schema that this program has.
    struct Scene {
        folder: TempDir,
        location: Location,
    }

    impl Scene {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("folder");
            let location = Location { path: folder.path().join("test.db"), create: true, wait: Duration::ZERO };
            drop(open::open(&location).expect("made"));
            Self { folder, location }
        }

        fn raw(&self) -> Connection {
            Connection::open(&self.location.path).expect("connection")
        }

        fn migrate(&self) -> Result<Migration> {
            migrate_by(&with_next(), &self.location)
        }

        /// The name of a backup of the schema that this program has.
        fn backup(&self, end: &str) -> PathBuf {
            PathBuf::from(format!("{}.schema-{SCHEMA_VERSION}{end}", self.location.path.display()))
        }

        fn names(&self) -> Vec<PathBuf> {
            let mut names: Vec<_> =
                fs::read_dir(self.folder.path()).expect("folder").map(|entry| entry.expect("entry").path()).collect();
            names.sort();
            names
        }
    }

    /// Every object of a schema by its name, as SQLite keeps it.
    fn objects(connection: &Connection) -> BTreeMap<String, Option<String>> {
        let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema").expect("prepared");
        let objects = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("asked");
        objects.collect::<rusqlite::Result<_>>().expect("objects")
    }

    fn services(connection: &Connection) -> Vec<(String, String)> {
        let mut statement = connection.prepare("SELECT code, api_id FROM service").expect("prepared");
        let services = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("asked");
        services.collect::<rusqlite::Result<_>>().expect("services")
    }

    #[test]
    fn each_step_leads_to_a_later_schema() {
        assert!(STEPS.is_sorted_by(|step, next| step.version < next.version));
        assert_eq!(STEPS.last().map(|step| step.version), Some(SCHEMA_VERSION));
        assert_eq!(OLDEST_SCHEMA, 13, "files of schemas 1 to 12 must never be taken for newer ones");
    }

    #[test]
    fn a_migrated_file_holds_what_it_held_and_has_the_schema_of_a_new_one() {
        let scene = Scene::new();
        let before = services(&scene.raw());
        let migration = scene.migrate().expect("migrated");
        assert_eq!((migration.from, migration.to), (SCHEMA_VERSION, NEXT));
        assert_eq!(services(&scene.raw()), before);
        let colours: String = scene.raw().query_row("SELECT colour FROM palette", [], |row| row.get(0)).expect("a row");
        assert_eq!(colours, "grey");
        let mut new = Connection::open(scene.folder.path().join("new.db")).expect("connection");
        schema::apply(&with_next(), &mut new).expect("made");
        assert_eq!(objects(&scene.raw()), objects(&new));
        for pragma in ["user_version", "application_id", "encoding", "page_size"] {
            let value = |connection: &Connection| -> Value {
                connection.pragma_query_value(None, pragma, |row| row.get(0)).expect(pragma)
            };
            assert_eq!(value(&scene.raw()), value(&new), "{pragma}");
        }
        let mode: String = scene.raw().pragma_query_value(None, "journal_mode", |row| row.get(0)).expect("a mode");
        assert_eq!(mode, "wal");
    }

    #[test]
    fn a_migration_leaves_the_old_file_next_to_the_new_one_and_private() {
        let scene = Scene::new();
        let before = (objects(&scene.raw()), services(&scene.raw()));
        let backup = scene.migrate().expect("migrated").backup.expect("a backup");
        assert_eq!(backup, scene.backup(""));
        assert_eq!(fs::metadata(&backup).expect("there").permissions().mode() & 0o777, 0o600);
        let old = Connection::open(&backup).expect("connection");
        assert_eq!((objects(&old), services(&old)), before);
        assert_eq!(schema::version(&old).expect("read"), SCHEMA_VERSION);
    }

    #[test]
    fn a_backup_that_an_earlier_migration_left_is_never_overwritten() {
        let scene = Scene::new();
        for end in ["", ".2"] {
            fs::write(scene.backup(end), end).expect("written");
        }
        assert_eq!(scene.migrate().expect("migrated").backup, Some(scene.backup(".3")));
        for end in ["", ".2"] {
            assert_eq!(fs::read_to_string(scene.backup(end)).expect("there"), end);
        }
    }

    #[test]
    fn a_second_migration_has_nothing_to_do() {
        let scene = Scene::new();
        scene.migrate().expect("migrated");
        let before = (scene.names(), fs::read(&scene.location.path).expect("there"));
        let second = scene.migrate().expect("migrated");
        assert_eq!((second.from, second.to, second.backup), (NEXT, NEXT, None));
        assert_eq!((scene.names(), fs::read(&scene.location.path).expect("there")), before);
        assert!(matches!(migrate(&scene.location), Err(Error::NewerSchema { found: NEXT, known: SCHEMA_VERSION, .. })));
    }

    #[test]
    fn migrations_at_once_make_one_backup_and_it_has_the_schema_of_its_name() {
        for _ in 0..5 {
            let mut scene = Scene::new();
            scene.location.wait = Duration::from_mins(1);
            let (location, barrier) = (&scene.location, &std::sync::Barrier::new(4));
            let backups = std::thread::scope(|scope| {
                let migrations: Vec<_> = (0..4)
                    .map(|_| {
                        scope.spawn(|| {
                            barrier.wait();
                            migrate_by(&with_next(), location).expect("migrated").backup
                        })
                    })
                    .collect();
                migrations.into_iter().filter_map(|migration| migration.join().expect("ended")).collect::<Vec<_>>()
            });
            assert_eq!(backups, [scene.backup("")]);
            let old = Connection::open(&backups[0]).expect("connection");
            assert_eq!(schema::version(&old).expect("read"), SCHEMA_VERSION);
        }
    }

    #[test]
    fn a_migration_that_fails_half_way_leaves_the_old_schema_whole() {
        let scene = Scene::new();
        scene.raw().execute_batch("CREATE TABLE palette (id)").expect("an obstacle");
        let before = objects(&scene.raw());
        assert!(scene.migrate().is_err());
        assert_eq!(objects(&scene.raw()), before);
        assert_eq!(schema::version(&scene.raw()).expect("read"), SCHEMA_VERSION);
        scene.raw().execute_batch("DROP TABLE palette").expect("no obstacle");
        scene.migrate().expect("migrated");
    }

    #[test]
    fn a_migration_that_does_not_get_the_lock_changes_nothing() {
        let scene = Scene::new();
        let other = scene.raw();
        other.execute_batch("BEGIN IMMEDIATE").expect("locked");
        assert!(matches!(scene.migrate(), Err(Error::Busy { .. })));
        other.execute_batch("ROLLBACK").expect("unlocked");
        assert_eq!(schema::version(&other).expect("read"), SCHEMA_VERSION);
    }

    /// The file that a process which is to be killed migrates; see below.
    const TO_MIGRATE: &str = "SSGCTL_TEST_TO_MIGRATE";

    #[test]
    fn migrate_the_file_that_the_environment_names() {
        let Some(path) = std::env::var_os(TO_MIGRATE) else { return };
        let location = Location { path: path.into(), create: false, wait: Duration::from_secs(5) };
        migrate_by(&with_next(), &location).expect("migrated");
    }

    /// This test program, which runs the test above under a tracer that kills it before a system call.
    fn migrate_and_kill(scene: &Scene, call: &str, place: u32) -> bool {
        let mut tracer = Command::new("strace");
        tracer.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("inject={call}:signal=KILL:when={place}")]);
        tracer.arg(std::env::current_exe().expect("a name")).args(["--test-threads", "1", "--exact"]);
        tracer.arg("store::sqlite::migrate::tests::migrate_the_file_that_the_environment_names");
        let output = tracer.env(TO_MIGRATE, &scene.location.path).output().expect("strace");
        let was_killed = output.status.code().is_none_or(|code| code == 137);
        assert!(was_killed || output.status.success(), "{call} {place}: {output:?}");
        !was_killed
    }

    #[test]
    fn killed_before_any_system_call_a_migration_is_done_or_not_begun() {
        let traced = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "true"]).output();
        if !traced.is_ok_and(|output| output.status.success()) {
            assert!(std::env::var_os("CI").is_none(), "strace is needed in CI");
            return;
        }
        let (scene, template) = (Scene::new(), Scene::new());
        let before = services(&template.raw());
        let survives = |call: &str, place: u32| {
            for name in scene.names() {
                fs::remove_file(name).expect("removed");
            }
            fs::copy(&template.location.path, &scene.location.path).expect("copied");
            let survived = migrate_and_kill(&scene, call, place);
            let from = schema::version(&scene.raw()).expect("read");
            assert!(from == NEXT || (from == SCHEMA_VERSION && !survived), "{call} {place}: schema {from}");
            assert_eq!(scene.migrate().expect("migrated").from, from, "{call} {place}");
            assert_eq!(services(&scene.raw()), before, "{call} {place}");
            let verdict: String = scene.raw().query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("asked");
            assert_eq!(verdict, "ok", "{call} {place}");
            let backup = Connection::open(scene.backup("")).expect("a backup");
            assert_eq!(services(&backup), before, "{call} {place}: the backup");
            survived
        };
        for call in
            ["openat", "pwrite64", "fsync", "fdatasync", "renameat", "renameat2", "rename", "unlink", "fcntl", "close"]
        {
            assert!((1..5_000).any(|place| survives(call, place)), "the killing before {call} never ended");
        }
    }
}
