//! What creates a database and what does not, so that nothing takes a new, empty database for the real one.

use std::fs;

use super::failures::check_error;
use super::printed_lines::LINES;
use crate::support::cli::TestCli;

/// The commands that create the database at the default path, without `-n`.
const CREATING: &[&str] =
    &["customer new", "customer import", "service new", "service import", "quick-create", "import", "db init"];

/// Commands that create the database elsewhere, or only from a backup that is given.
const ELSEWHERE: &[&str] = &["db restore"];

#[test]
fn only_commands_that_add_the_first_records_create_the_default_database() {
    let seeded = TestCli::seeded();
    for (_, line) in LINES.iter().filter(|(_, line)| !ELSEWHERE.iter().any(|name| line.starts_with(name))) {
        let line = line.replace(" --db empty.db", "");
        let line = line.replace("--file accounts.json", "--file new.json");
        let changing = line.trim_end_matches(" -n");
        for line in [changing.to_owned(), format!("{changing} -n")] {
            let cli = TestCli::new();
            for name in ["customers.csv", "services.csv", "everything.jsonl", "traffic.csv", "rows.csv", "mail.toml"] {
                fs::copy(seeded.path(name), cli.path(name)).expect("copied");
            }
            let outcome = cli.run(&line);
            let creates = CREATING.iter().any(|name| changing == *name || changing.starts_with(&format!("{name} ")));
            let expected = creates && !(line.ends_with(" -n") && line != "db init");
            // Not all commands have -n; one that does not know it creates nothing.
            assert_eq!(cli.database().exists(), expected, "{line}: {}", outcome.stderr);
            let left = cli.files().into_iter().filter(|path| path.starts_with(cli.path(".local"))).count();
            assert!(expected || left == 0, "{line} leaves {:?}", cli.files());
        }
    }
}

#[test]
fn a_check_on_a_home_that_is_not_mounted_fails_and_says_what_to_look_at() {
    let cli = TestCli::new();
    for line in ["balance check", "balance check -v", "db check", "customer list", "report balances", "mail list"] {
        let outcome = cli.run(line);
        let error = outcome.failed(3, line);
        assert!(error.contains("no database at") && error.contains("that its disk is mounted"), "{line}: {error}");
        check_error(&cli.run(&format!("{line} --json")).error(line), 3, false, line);
    }
    assert_eq!(cli.files(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn no_database_is_created_next_to_the_log_of_a_lost_one() {
    let seeded = TestCli::seeded();
    for side in ["-wal", "-shm", "-journal"] {
        for line in
            ["customer new --organisation New", "quick-create --organisation New", "db init", "import all.jsonl"]
        {
            let cli = TestCli::new();
            fs::copy(seeded.path("everything.jsonl"), cli.path("all.jsonl")).expect("copied");
            fs::create_dir_all(cli.database().parent().expect("a folder")).expect("made");
            let log = format!("{}{side}", cli.database().display());
            fs::write(&log, "what is left").expect("written");
            let outcome = cli.run(line);
            assert!(
                outcome.failed(5, line).contains("belongs to a database that does not exist"),
                "{line}: {outcome:?}"
            );
            assert!(!cli.database().exists(), "{line} {side}");
            assert_eq!(fs::read_to_string(&log).expect("there"), "what is left");
        }
    }
}

#[test]
fn an_import_of_a_document_creates_the_database_or_leaves_nothing() {
    let seeded = TestCli::seeded();
    let document = fs::read_to_string(seeded.path("everything.jsonl")).expect("read");
    let cut = document.lines().take(20).collect::<Vec<_>>().join("\n") + "\n";
    for database in ["", " --db folder/named.db"] {
        let cli = TestCli::new();
        fs::write(cli.path("all.jsonl"), &document).expect("written");
        fs::write(cli.path("cut.jsonl"), &cut).expect("written");
        let before = cli.files();
        cli.run(&format!("import cut.jsonl{database}")).failed(6, "a document that is cut off");
        cli.ok(&format!("import all.jsonl -n{database}"));
        assert_eq!(cli.files(), before, "{database}");
        cli.ok(&format!("import all.jsonl{database}"));
        assert_eq!(cli.ok(&format!("export -{database}")), document);
        let left: Vec<_> =
            cli.files().into_iter().filter(|path| path.to_string_lossy().contains("/.ssgctl.db.")).collect();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(cli.ok(&format!("db check --json{database}")), "[]\n");
        // A database that has records is no place for a document.
        assert_ne!(cli.run(&format!("import all.jsonl{database}")).code, Some(0));
    }
}

#[test]
fn an_init_whose_receipt_cannot_be_printed_says_that_the_database_is_there() {
    let cli = TestCli::new();
    let outcome = cli.shell("ssgctl db init --json > /dev/full");
    assert_eq!(outcome.code, Some(10), "{outcome:?}");
    assert_eq!(outcome.error("db init")["committed"], true);
    assert!(cli.database().exists());
}
