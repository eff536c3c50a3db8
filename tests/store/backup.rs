//! Backups: consistent while others write, private, complete or not there, and over nothing by accident.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use ssgctl::Error;
use ssgctl::ops::balance;
use ssgctl::store::{EntryFilter, Location};

use crate::support::cli::TestCli;
use crate::support::fixture::{Fixture, NOON, adjustment, assert_refused, collect, dump, location, open};
use crate::support::strace::can_trace;

/// Checks a backup and counts its entries.
fn entries(path: &Path) -> usize {
    let location = Location { path: path.to_owned(), create: false, wait: Duration::ZERO };
    let mut store = open(&location, NOON).expect("store");
    let snapshot = store.read().expect("snapshot");
    assert_eq!(snapshot.check().findings, Vec::<String>::new());
    collect(|each| snapshot.entries(&EntryFilter::default(), each)).expect("entries").len()
}

#[test]
fn a_backup_holds_everything_and_is_private() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    fixture.credit("ACME", "10");
    let to = fixture.folder.path().join("backup.db");
    fixture.store.backup(&to, false).unwrap();
    assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(dump(&rusqlite::Connection::open(&to).unwrap()), fixture.dump());
}

#[test]
fn a_backup_taken_while_others_write_passes_its_check() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "1");
    let (location, origin) = (location(&fixture.folder), fixture.origin.clone());
    let counts: Vec<usize> = thread::scope(|scope| {
        let writer = &mut open(&location, NOON).expect("store");
        let (folder, store) = (fixture.folder.path(), fixture.another_store(NOON));
        let backups = scope.spawn(move || {
            let take = |number| {
                let to = folder.join(format!("backup{number}.db"));
                store.backup(&to, false).expect("backup");
                entries(&to)
            };
            (0..8).map(take).collect()
        });
        while !backups.is_finished() {
            let mut tx = writer.write(&origin).expect("lock");
            balance::adjust(&mut tx, "ACME", &adjustment("1")).expect("credited");
            tx.commit().expect("committed");
        }
        backups.join().expect("every backup is taken and sound")
    });
    assert!(counts.is_sorted() && counts[0] >= 1, "{counts:?}");
}

#[test]
fn a_backup_writes_over_nothing_unless_it_is_asked_to() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "1");
    let path = |name: &str| fixture.folder.path().join(name);
    fs::write(path("file"), "precious").unwrap();
    fs::create_dir(path("folder")).unwrap();
    symlink("nowhere", path("link")).unwrap();
    for name in ["file", "folder", "link"] {
        assert_refused!(fixture.store.backup(&path(name), false), Error::FileExists { .. });
    }
    assert_eq!(fs::read(path("file")).unwrap(), b"precious");
    fixture.store.backup(&path("file"), true).unwrap();
    assert_eq!(entries(&path("file")), 1);
}

#[test]
fn a_backup_that_replaces_a_link_replaces_what_the_link_leads_to() {
    let fixture = Fixture::with_acme();
    let path = |name: &str| fixture.folder.path().join(name);
    fs::write(path("precious"), "precious").unwrap();
    symlink("precious", path("link")).unwrap();
    fixture.store.backup(&path("link"), true).unwrap();
    assert!(path("link").symlink_metadata().unwrap().is_symlink());
    assert_eq!(entries(&path("precious")), 0);
}

#[test]
fn a_backup_never_replaces_the_database_itself() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "1");
    let another_name = fixture.folder.path().join("link.db");
    symlink(fixture.path(), &another_name).unwrap();
    let round_about = fixture.folder.path().join("folder");
    fs::create_dir(&round_about).unwrap();
    for to in [fixture.path(), round_about.join("../test.db"), another_name.clone()] {
        assert_refused!(fixture.store.backup(&to, true), Error::Refused(_));
        assert_refused!(fixture.store.backup(&to, false), Error::FileExists { .. });
    }
    assert_eq!(fixture.credit("ACME", "1").id, 2);
    assert_eq!(fixture.another_store(NOON).read().unwrap().customer("ACME").unwrap().id, 1);
    assert!(fixture.findings().is_empty());
}

#[test]
fn a_backup_is_not_put_next_to_the_log_of_another_database() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "1");
    let to = fixture.folder.path().join("backup.db");
    for side in ["-wal", "-journal"] {
        let log = fixture.folder.path().join(format!("backup.db{side}"));
        fs::write(&log, "another program's").unwrap();
        assert_refused!(fixture.store.backup(&to, true), Error::Refused(_));
        assert_refused!(fixture.store.backup(&to, false), Error::Refused(_));
        assert!(!to.exists());
        fs::remove_file(log).unwrap();
    }
    fixture.store.backup(&to, true).unwrap();
}

#[test]
fn a_backup_that_fails_leaves_no_draft() {
    let fixture = Fixture::with_acme();
    let folder = fixture.folder.path().join("folder");
    fs::create_dir_all(folder.join("target/inside")).unwrap();
    assert_refused!(fixture.store.backup(&folder.join("target"), true), Error::Refused(_));
    assert_refused!(fixture.store.backup(&folder.join("missing/backup.db"), false), Error::Io { .. });
    let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["target"]);
}

/// Sends each signal to a command whose file is half made: it ends by that signal and leaves no file.
fn signal_half_way(line: &str) {
    let cli = TestCli::seeded();
    let names = || {
        let mut names: Vec<_> = fs::read_dir(cli.home()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.retain(|name| name != "trace");
        names.sort();
        names
    };
    let before = names();
    // A hangup, of a terminal that was closed, ends the process by the signal itself.
    for (signal, code) in [("INT", Some(130)), ("TERM", Some(143)), ("HUP", None)] {
        // The command waits for its disk, so there is time to send it a signal while its file is half made.
        let mut tracer = cli.tampered("fsync,fdatasync:delay_enter=3000000:when=1", line);
        let tracer = tracer.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Outputs have no name yet, databases are in a folder.
        let is_half_made =
            || !line.contains(".db") || names().iter().any(|name| name.to_string_lossy().starts_with(".half."));
        assert!((0..500).any(|_| {
            thread::sleep(Duration::from_millis(5));
            is_half_made()
        }));
        thread::sleep(Duration::from_millis(300));
        let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", tracer.id())).unwrap();
        let sent = cli.program("kill").args(["-s", signal]).args(children.split_whitespace()).status().unwrap();
        assert!(sent.success());
        let output = tracer.wait_with_output().unwrap();
        assert_eq!(output.status.code(), code, "{line}: {output:?}");
        assert_eq!(names(), before, "{line} {signal}");
    }
}

#[test]
fn a_signal_leaves_no_half_made_file_and_the_check_names_what_a_kill_left() {
    if !can_trace() {
        return;
    }
    let lines = [
        "db backup half.db",
        "db init --db half.db",
        "db restore backup.db --db half.db",
        "export half.jsonl",
        "customer export --file half.csv",
    ];
    // The commands wait for their disks most of the time, so they do it side by side.
    thread::scope(|scope| {
        for line in lines {
            scope.spawn(move || signal_half_way(line));
        }
    });
    let cli = TestCli::seeded();
    let left = cli.database().with_file_name(".ssgctl.db.ssgctl-0123456789abcdef");
    fs::write(&left, "half").unwrap();
    let check = cli.run("db check");
    assert_eq!(check.code, Some(0));
    assert!(check.stderr.contains("a killed command left"), "{}", check.stderr);
    assert!(check.stderr.contains(".ssgctl.db.ssgctl-0123456789abcdef; remove it"), "{}", check.stderr);
}
