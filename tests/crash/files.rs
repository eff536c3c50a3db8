//! Killed anywhere, a command that makes a file leaves the complete file or none. A database that is not complete has a folder of
//! its own, which `db check` names and the next command that makes a file there removes.

use std::fs;
use std::path::Path;

use crate::support::cli::TestCli;
use crate::support::strace::{can_trace, kill, was_killed};

/// The calls that make, name, lock and remove files.
const CALLS: &[&str] =
    &["write", "fsync,fdatasync", "flock", "linkat", "mkdir", "renameat2", "rename", "unlink", "rmdir", "pwrite64"];

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    // SQLite's files of the database, which stay until it is next closed.
    let mut names: Vec<_> = names.filter(|name| name != "trace" && !name.starts_with("ssgctl.db")).collect();
    names.sort();
    names
}

/// Kills a command before each of these calls, and hands over the names in its folder after each kill.
fn sweep(cli: &TestCli, line: &str, mut after: impl FnMut(&str, Vec<String>)) {
    let mut kills = 0;
    for call in CALLS {
        for place in 1..2_000 {
            let output = cli.tampered(&kill(call, place), line).output().unwrap();
            after(&format!("{line}: {call} {place}"), names(cli.home()));
            if output.status.success() {
                break;
            }
            assert!(was_killed(&output), "{line}: {call} {place}: {output:?}");
            kills += 1;
        }
    }
    assert!(kills > 3, "{line}: only {kills} kills");
}

#[test]
fn killed_anywhere_an_export_leaves_a_complete_file_or_none() {
    if !can_trace() {
        return;
    }
    let cli = TestCli::seeded();
    let before = names(cli.home());
    for line in ["customer export --file new", "export new", "contact export --file new"] {
        cli.run(line);
        let complete = fs::read(cli.path("new")).unwrap_or_else(|_| panic!("{line}: {}", cli.run(line).stderr));
        fs::remove_file(cli.path("new")).unwrap();
        sweep(&cli, line, |place, mut left| {
            if let Ok(made) = fs::read(cli.path("new")) {
                assert_eq!(made.len(), complete.len(), "{place}");
                fs::remove_file(cli.path("new")).unwrap();
            }
            left.retain(|name| name != "new");
            assert_eq!(left, before, "{place}");
        });
    }
}

#[test]
fn killed_anywhere_an_export_that_replaces_leaves_the_old_file_or_the_new_one() {
    if !can_trace() {
        return;
    }
    let cli = TestCli::seeded();
    let line = "customer export --file list --force";
    cli.ok("customer export --file list");
    let complete = fs::read(cli.path("list")).unwrap();
    let before = names(cli.home());
    let mut named = 0;
    sweep(&cli, line, |place, left| {
        let found = fs::read(cli.path("list")).unwrap();
        assert!(found == complete || found == b"old", "{place}");
        if left != before {
            // Between the temporary name and the rename that replaces the file.
            named += 1;
            cli.ok(line);
            assert_eq!(names(cli.home()), before, "{place}");
        }
        fs::write(cli.path("list"), "old").unwrap();
    });
    assert!(named <= 2, "a temporary name is left by {named} kills");
}

#[test]
fn what_is_left_of_a_killed_database_is_named_and_removed_by_the_next_run() {
    if !can_trace() {
        return;
    }
    let cli = TestCli::seeded();
    let ours = |names: Vec<String>| -> Vec<String> { names.into_iter().filter(|name| name.starts_with('.')).collect() };
    let before = ours(names(cli.home()));
    for line in ["db backup new.db", "db restore backup.db --db new.db", "import everything.jsonl --db new.db"] {
        let mut leftovers = 0;
        sweep(&cli, line, |place, left| {
            let left: Vec<String> = ours(left).into_iter().filter(|name| !before.contains(name)).collect();
            assert!(left.len() <= 1, "{place}: {left:?}");
            for name in &left {
                leftovers += 1;
                let check = cli.run("db check --db empty.db");
                assert_eq!(check.code, Some(0), "{place}: {}", check.stderr);
                assert!(check.stderr.contains(&format!("{name}; remove it")), "{place}: {}", check.stderr);
            }
            if cli.path("new.db").exists() {
                cli.ok("db check --db new.db");
            }
            for side in ["", "-wal", "-shm", ".gate", ".turn"] {
                let _ = fs::remove_file(cli.path(format!("new.db{side}")));
            }
        });
        assert!(leftovers > 0, "{line}");
        // The last run of the sweep was not killed.
        assert_eq!(ours(names(cli.home())), before, "{line}");
    }
}
