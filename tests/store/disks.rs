//! Full and read-only disks: what can be read is read, and the error names the file and the reason.

use std::process::Output;

use crate::support::cli::{SSGCTL, TestCli};

/// Runs a script in which `disk` is a small file system of its own with a database, in a namespace of its own; `None` where this
/// user may not mount anything.
fn on_a_small_disk(script: &str) -> Option<Output> {
    let cli = TestCli::new();
    let prepare = format!(
        "ssgctl() {{ {SSGCTL:?} \"$@\"; }}
         mkdir disk && mount -t tmpfs -o size=2m tmpfs disk || exit 99
         export SSGCTL_DB=$HOME/disk/a.db
         {{ ssgctl db init && ssgctl customer new --organisation Acme --account-code ACME &&
           ssgctl balance adjust ACME 5 --description x; }} >/dev/null || exit 98
         fill() {{ dd if=/dev/zero of=disk/fill bs=4k 2>/dev/null; true; }}"
    );
    let mut command = cli.program("unshare");
    let output = command.args(["-rm", "sh", "-c", &format!("{prepare}\n{script}")]).output();
    let output = output.ok().filter(|output| output.status.code() != Some(99))?;
    Some(output)
}

fn text(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_full_disk_can_be_read_checked_and_backed_up_elsewhere() {
    let Some(output) = on_a_small_disk(
        "fill
         ssgctl customer list -o name && ssgctl db check && ssgctl db backup b.db -q >/dev/null && ssgctl db check --db b.db &&
         ssgctl balance show ACME --fields balance -o csv
         ssgctl balance adjust ACME 5 --description x; echo $?
         rm disk/fill; ssgctl balance adjust ACME 5 --description x --fields balance_after -o csv",
    ) else {
        return;
    };
    let (stdout, stderr) = text(&output);
    assert!(stdout.starts_with("ACME\n"), "{stdout}{stderr}");
    assert!(stdout.ends_with("balance\n5\n10\nbalance_after\n10\n"), "{stdout}{stderr}");
    assert!(stderr.contains("/disk/a.db`: no space left on its disk"), "{stderr}");
}

#[test]
fn a_backup_to_a_full_disk_names_that_disk() {
    let Some(output) = on_a_small_disk(
        "ssgctl db backup $HOME/b.db -q >/dev/null; fill; ssgctl db backup disk/b.db --db $HOME/b.db; echo $?; ls -A disk",
    ) else {
        return;
    };
    let (stdout, stderr) = text(&output);
    assert!(stderr.contains("disk/b.db: "), "{stderr}");
    assert!(stdout.contains("10\n") && !stdout.contains("b.db\n") && !stdout.contains(".b.db."), "{stdout}");
}

#[test]
fn a_read_only_file_system_can_be_read_and_backed_up_and_says_why_it_cannot_be_written() {
    let Some(output) = on_a_small_disk(
        "mount -o remount,ro disk
         ssgctl customer list -o name && ssgctl db check && ssgctl db backup b.db -q >/dev/null && ssgctl db check --db b.db
         ssgctl balance adjust ACME 5 --description x; echo $?",
    ) else {
        return;
    };
    let (stdout, stderr) = text(&output);
    assert!(stdout.starts_with("ACME\n") && stdout.ends_with("10\n"), "{stdout}{stderr}");
    assert!(stderr.contains("/disk/a.db`: the file, its folder or its file system is read-only"), "{stderr}");
}

#[test]
fn a_read_only_file_system_with_changes_in_the_log_is_refused_by_name() {
    let Some(output) =
        on_a_small_disk("printf x > disk/a.db-wal; mount -o remount,ro disk; ssgctl customer list -o name; echo $?")
    else {
        return;
    };
    let (stdout, stderr) = text(&output);
    assert_eq!(stdout, "10\n");
    assert!(stderr.contains("a.db-wal has changes that are not in it yet"), "{stderr}");
}
