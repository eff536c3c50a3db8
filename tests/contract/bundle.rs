//! `audit bundle`: the same bytes twice, no secret in any of them, and `verify` names whatever is changed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::cli::TestCli;

const GIVEN: &str = "hUnt3r!#";

/// The files of a folder and its folders, by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn a_bundle_has_the_same_bytes_twice_and_no_secret_and_every_change_of_it_is_found() {
    let cli = TestCli::seeded();
    let line = "smpp add ABC --system-id given --password-stdin -o name";
    cli.run_with_stdin(line, format!("{GIVEN}\n")).succeeded(line);
    let year = ssgctl::store::Clock::System.now().timestamp().strftime("%Y").to_string();
    cli.ok(&format!("audit bundle one --year {year} --xml ubl --config billing.toml"));
    cli.ok(&format!("audit bundle two --period {year} --xml ubl --config billing.toml"));
    let (one, two) = (files(&cli.path("one")), files(&cli.path("two")));
    assert!(one.len() >= 9 && one.len() == two.len(), "{one:?}");
    let key_files: Vec<String> = ["ssgctl.key", "signing.key"]
        .iter()
        .flat_map(|name| files(&cli.path("")).into_iter().filter(move |path| path.ends_with(name)))
        .map(|path| fs::read_to_string(path).expect("a key").trim().to_owned())
        .collect();
    assert_eq!(key_files.len(), 2);
    for (path, other) in one.iter().zip(&two) {
        let bytes = fs::read(path).expect("read");
        assert_eq!(bytes, fs::read(other).expect("read"), "{}", path.display());
        for secret in key_files.iter().map(String::as_str).chain([GIVEN]) {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{}", path.display());
        }
    }
    fs::write(cli.path("operator.pub"), cli.ok("config public-key --config billing.toml")).expect("written");
    cli.ok("verify one --key operator.pub");
    for path in &one {
        let bytes = fs::read(path).expect("read");
        let mut changed = bytes.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::write(path, changed).expect("changed");
        let found = cli.run("verify one --key operator.pub");
        assert_eq!(found.code, Some(7), "{}: {}", path.display(), found.stderr);
        fs::write(path, bytes).expect("restored");
    }
    // A link shows another file than the one that was signed, and an empty folder was added.
    let ledger = cli.path("one/ledger.csv");
    fs::rename(&ledger, cli.path("elsewhere.csv")).expect("moved");
    std::os::unix::fs::symlink(cli.path("elsewhere.csv"), &ledger).expect("linked");
    assert_eq!(cli.run("verify one --key operator.pub").code, Some(7), "a link");
    fs::rename(cli.path("elsewhere.csv"), &ledger).expect("moved back");
    fs::create_dir(cli.path("one/empty")).expect("made");
    assert_eq!(cli.run("verify one --key operator.pub").code, Some(7), "a folder");
    fs::remove_dir(cli.path("one/empty")).expect("removed");
    cli.ok("verify one --key operator.pub");
    let page = fs::read_to_string(cli.path("one/index.html")).expect("a page");
    assert!(!page.contains("http") && !page.contains("<script"), "{page}");
    assert_eq!(cli.run("audit bundle one --year 2026 --config billing.toml").code, Some(4));
    assert!(files(&cli.path("")).iter().all(|path| !path.to_string_lossy().contains("unfinished")));
}

#[test]
fn books_that_are_damaged_are_not_signed() {
    let cli = TestCli::seeded();
    let sql = rusqlite::Connection::open(cli.ok("db path").trim_end()).expect("opened");
    let triggers = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'issued_invoice'";
    let mut statement = sql.prepare(triggers).expect("triggers");
    let names: Vec<String> =
        statement.query_map([], |row| row.get(0)).expect("asked").map(|name| name.expect("a name")).collect();
    for name in names {
        sql.execute_batch(&format!("DROP TRIGGER {name}")).expect("dropped");
    }
    sql.execute_batch("UPDATE issued_invoice SET pdf = zeroblob(length(pdf))").expect("forged");
    let line = "audit bundle one --year 2026 --config billing.toml";
    let found = cli.run(line);
    assert_eq!(found.code, cli.run("db check").code, "{}", found.stderr);
    assert!(found.stderr.contains("so they are not signed"), "{}", found.stderr);
    assert!(!cli.path("one").exists());
}
