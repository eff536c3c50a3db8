//! Files that the program writes, reads and depends on: what an output may replace, whose files are trusted, one key per database.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::cli::{Outcome, TestCli};

/// A user and a group that own nothing else.
const NOBODY: u32 = 65_534;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Every command that writes a file, with the place of the file's name.
const WRITERS: [&str; 15] = [
    "customer export --force --file FILE",
    "contact export --force --file FILE",
    "note export --force --file FILE",
    "service export --force --file FILE",
    "balance export --force --file FILE",
    "smpp export --force --file FILE",
    "smpp export --gateway json --force --file FILE",
    "smpp export --gateway opensmppbox --skip-unfit --force --file FILE",
    "export FILE --force",
    "db backup FILE --force",
    "report traffic --svg FILE --force",
    "customer import bad.csv --skip-invalid --rejects FILE --force",
    "traffic import traffic.csv --skip-invalid --rejects FILE",
    "mail preview test --config mail.toml --html FILE",
    "config init --config FILE",
];

#[test]
fn no_output_replaces_the_database_its_side_files_the_configuration_or_the_key() {
    let cli = TestCli::seeded();
    fs::create_dir_all(cli.path(".config/ssgctl")).expect("a folder");
    fs::write(cli.config(), "[defaults]\ncountry = \"GB\"\n").expect("written");
    fs::write(cli.path("bad.csv"), "account_code,organisation\n,Nameless\nGOOD,Good Ltd\n").expect("written");
    symlink(cli.database(), cli.path("link.db")).expect("linked");
    fs::hard_link(cli.key(), cli.path("hard.key")).expect("linked");
    symlink(cli.database().parent().expect("a folder"), cli.path("data")).expect("linked");
    let database = cli.database().display().to_string();
    let sides = ["-wal", "-shm", "-journal", ".gate", ".turn", ".check", ".import", ".backed-up"];
    let mut targets: Vec<String> = sides.iter().map(|side| format!("{database}{side}")).collect();
    targets.extend([database, cli.config().display().to_string(), cli.key().display().to_string()]);
    targets.extend(["link.db", "hard.key", "data/ssgctl.db", "data/ssgctl.db-wal"].map(str::to_owned));
    let config = cli.config().display().to_string();
    // A reader keeps the log and its index in place.
    let _open = cli.sql();
    let state = |path: &str| fs::read(cli.path(path)).ok();
    for target in &targets {
        let before = state(target);
        for writer in WRITERS {
            if writer.starts_with("config") && *target == config {
                continue;
            }
            let outcome = cli.run(&writer.replace("FILE", target));
            let said = format!("{writer} to {target}: {:?} {}", outcome.code, outcome.stderr);
            assert!(matches!(outcome.code, Some(4 | 5 | 8 | 13)), "{said}");
            assert_eq!(state(target), before, "{said}");
        }
    }
    let refused = cli.run(&format!("customer export --force --file {}-wal", cli.database().display()));
    assert!(refused.failed(5, "the log").contains("is a file of the database and is never replaced"));
    cli.ok("db check");
}

#[test]
fn a_manual_page_does_not_overwrite_the_database_behind_a_link() {
    let cli = TestCli::seeded();
    fs::create_dir(cli.path("pages")).expect("a folder");
    symlink(cli.database(), cli.path("pages/ssgctl.1")).expect("linked");
    cli.run("man pages").failed(5, "man");
    cli.ok("db check");
}

#[test]
fn a_replaced_file_keeps_its_mode_and_a_link_is_followed() {
    let cli = TestCli::seeded();
    for (number, writer) in
        WRITERS.iter().filter(|writer| writer.contains("--force") && !writer.contains("import")).enumerate()
    {
        let (real, link) = (format!("real-{number}"), format!("link-{number}"));
        fs::write(cli.path(&real), "old").expect("written");
        fs::set_permissions(cli.path(&real), Permissions::from_mode(0o640)).expect("mode");
        symlink(&real, cli.path(&link)).expect("linked");
        cli.ok(&writer.replace("FILE", &link));
        assert!(cli.path(&link).symlink_metadata().expect("there").is_symlink(), "{writer}");
        let replaced = fs::metadata(cli.path(&real)).expect("there");
        assert_eq!(replaced.mode() & 0o777, 0o640, "{writer}");
        assert_ne!(fs::read(cli.path(&real)).expect("read"), b"old", "{writer}");
    }
    symlink("nowhere", cli.path("dangling")).expect("linked");
    let refused = cli.run("customer export --force --file dangling");
    assert!(refused.failed(5, "dangling").contains("which does not exist"));
    assert!(!cli.path("nowhere").exists());
}

#[test]
fn a_replaced_file_keeps_its_owner_and_group_where_root_writes_it() {
    if !is_root() {
        return;
    }
    let cli = TestCli::seeded();
    for (number, writer) in
        WRITERS.iter().filter(|writer| writer.contains("--force") && !writer.contains("import")).enumerate()
    {
        let file = format!("file-{number}");
        fs::write(cli.path(&file), "old").expect("written");
        fs::set_permissions(cli.path(&file), Permissions::from_mode(0o440)).expect("mode");
        chown(cli.path(&file), Some(NOBODY), Some(NOBODY)).expect("given away");
        cli.ok(&writer.replace("FILE", &file));
        let replaced = fs::metadata(cli.path(&file)).expect("there");
        assert_eq!((replaced.uid(), replaced.gid(), replaced.mode() & 0o777), (NOBODY, NOBODY, 0o440), "{writer}");
    }
    // A link of another user could point anywhere.
    fs::write(cli.path("victim"), "kept").expect("written");
    symlink(cli.path("victim"), cli.path("trap")).expect("linked");
    std::os::unix::fs::lchown(cli.path("trap"), Some(NOBODY), Some(NOBODY)).expect("given away");
    assert!(cli.run("customer export --force --file trap").failed(5, "trap").contains("of another user"));
    assert_eq!(fs::read(cli.path("victim")).expect("read"), b"kept");
}

/// Gives a home folder to a user without privileges and runs a command line as that user.
fn run_as_nobody(cli: &TestCli, line: &str) -> Outcome {
    let mut command: Command = cli.command();
    command.args(crate::support::cli::words(line)).uid(NOBODY).gid(NOBODY);
    command.output().expect("the program runs").into()
}

#[test]
fn a_user_who_cannot_keep_the_owner_replaces_nothing() {
    // Only root can run a command as somebody else.
    if !is_root() {
        return;
    }
    let cli = TestCli::seeded();
    for path in cli.files().iter().chain([&cli.home().to_owned()]) {
        for part in path.ancestors().take_while(|part| part.starts_with(cli.home())) {
            chown(part, Some(NOBODY), Some(NOBODY)).expect("given away");
        }
    }
    if run_as_nobody(&cli, "customer list").code != Some(0) {
        // The program is in a folder that the user may not enter.
        return;
    }
    fs::write(cli.path("logins"), "old").expect("written");
    fs::set_permissions(cli.path("logins"), Permissions::from_mode(0o644)).expect("mode");
    for (uid, gid) in [(0, 0), (NOBODY, 0)] {
        chown(cli.path("logins"), Some(uid), Some(gid)).expect("owned");
        let refused = run_as_nobody(&cli, "smpp export --gateway opensmppbox --skip-unfit --force --file logins");
        assert!(refused.failed(13, "owner").contains("another user or group"), "{}", refused.stderr);
        assert_eq!(fs::read(cli.path("logins")).expect("read"), b"old");
    }
    chown(cli.path("logins"), Some(NOBODY), Some(NOBODY)).expect("owned");
    assert_eq!(
        run_as_nobody(&cli, "smpp export --gateway opensmppbox --skip-unfit --force --file logins").code,
        Some(0)
    );
    assert_eq!(fs::metadata(cli.path("logins")).expect("there").mode() & 0o777, 0o644);
    assert!(!cli.files().iter().any(|file| file.to_string_lossy().contains("/.logins.")), "no draft is left");
}

#[test]
fn another_configuration_does_not_lead_to_a_second_key() {
    let cli = TestCli::seeded();
    fs::create_dir(cli.path("etc")).expect("a folder");
    fs::write(cli.path("etc/other.toml"), "").expect("written");
    for line in [
        "smpp add ABC --config etc/other.toml",
        "smpp quick-create ABC --config etc/other.toml",
        "quick-create --organisation New --config etc/other.toml",
        "smpp import accounts.csv --config etc/other.toml",
        "smpp rotate-password abc_prod --config etc/other.toml",
        "smpp rotate-password abc_prod --grace 0 --config etc/other.toml",
    ] {
        let refused = cli.run(line);
        let said = refused.failed(13, line);
        assert!(
            said.contains("is missing") && said.contains(&format!("its key is in `{}`", cli.key().display())),
            "{said}"
        );
        assert!(!cli.path("etc/ssgctl.key").exists(), "{line}");
    }
    // A key file of its own does not help either.
    cli.ok("db init --db second.db");
    cli.ok("customer new --account-code A --organisation A --db second.db");
    cli.ok("smpp add A --db second.db --config etc/other.toml");
    let refused = cli.run("smpp add ABC --config etc/other.toml");
    assert!(refused.failed(13, "another key").contains("contains another key"));
    assert_eq!(cli.run("smpp add ABC --config etc/other.toml --json").error("as JSON")["code"], "secret");
    cli.ok("smpp add ABC");
}

#[test]
fn a_check_counts_the_passwords_that_the_key_does_not_open() {
    let cli = TestCli::seeded();
    cli.ok("db check");
    let key = fs::read(cli.key()).expect("read");
    fs::remove_file(cli.key()).expect("lost");
    let checked = cli.run("db check");
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
    assert!(checked.stderr.contains("2 SMPP passwords not tested"), "{}", checked.stderr);
    // A lost key is replaced for one account after the other.
    assert!(cli.run("smpp rotate-password abc_prod --new-key").failed(2, "grace").contains("--grace"));
    cli.run("smpp rotate-password abc_prod --grace 0").failed(13, "not by accident");
    cli.ok("smpp rotate-password abc_prod --grace 0 --new-key");
    let checked = cli.run("db check");
    assert_eq!(checked.code, Some(7), "{}", checked.stderr);
    assert!(checked.stdout.contains("1 SMPP password of 2 cannot be decrypted"), "{}", checked.stdout);
    cli.ok("smpp unarchive xyz_old");
    cli.ok("smpp rotate-password xyz_old --grace 0");
    cli.ok("db check");
    fs::write(cli.key(), key).expect("written");
    assert!(cli.run("smpp add ABC").failed(13, "the old key").contains("contains another key"));
}

#[test]
fn a_restored_and_an_imported_database_know_their_key() {
    let cli = TestCli::seeded();
    cli.ok("db backup saved.db");
    for (name, how) in
        [("one.db", "db restore saved.db --db one.db"), ("two.db", "import everything.jsonl --db two.db")]
    {
        if name == "two.db" {
            cli.ok("db init --db two.db");
        }
        cli.ok(how);
        fs::write(cli.path("other.key"), format!("{}\n", "ab".repeat(32))).expect("written");
        fs::set_permissions(cli.path("other.key"), Permissions::from_mode(0o600)).expect("private");
        let mut command = cli.command();
        command.args(["smpp", "add", "ABC", "--db", name]).env("SSGCTL_KEY_FILE", "other.key");
        let refused = Outcome::from(command.output().expect("run"));
        assert!(refused.failed(13, how).contains("contains another key"), "{}", refused.stderr);
        cli.ok(&format!("smpp add ABC --db {name}"));
    }
}

/// Runs a command that must end at once.
fn at_once(cli: &TestCli, line: &str, key_file: Option<&Path>) -> Outcome {
    let begin = Instant::now();
    let mut command = cli.program("timeout");
    command.arg("20").arg(crate::support::cli::SSGCTL).args(crate::support::cli::words(line));
    if let Some(file) = key_file {
        command.env("SSGCTL_KEY_FILE", file);
    }
    let outcome = Outcome::from(command.output().expect("run"));
    assert!(begin.elapsed() < Duration::from_secs(15), "{line} takes too long");
    outcome
}

#[test]
fn endless_and_blocking_files_are_refused_at_once() {
    let cli = TestCli::seeded();
    cli.shell("mkfifo pipe && mkdir folder && head -c 1100000 /dev/zero > long").succeeded("files");
    let endless = ["/dev/zero", "/dev/random", "pipe", "folder", "long"].map(|name| cli.path(name));
    for file in &endless {
        let shown = file.display();
        let said = at_once(&cli, &format!("customer list --config {shown}"), None);
        said.failed(13, &format!("configuration {shown}"));
        at_once(&cli, "smpp show abc_prod --reveal", Some(file)).failed(13, &format!("key {shown}"));
        at_once(&cli, "smpp add ABC", Some(file)).failed(13, &format!("key {shown}"));
        let text = format!(
            "[mail]\ntransport = \"smtp+starttls://127.0.0.1:1\"\nlogin = \"x\"\npassword_file = \"{shown}\"\n\
            [roles.billing]\nname = \"Billing\"\naddress = \"billing@gateway.example\"\n"
        );
        fs::write(cli.path("endless.toml"), text).expect("written");
        at_once(&cli, "mail test me@example.com --config endless.toml", None).failed(13, &format!("password {shown}"));
    }
    fs::create_dir(cli.path("templates")).expect("a folder");
    for file in &endless {
        let template = cli.path("templates/low-upper.txt");
        symlink(file, &template).expect("linked");
        let refused = at_once(&cli, "mail preview low-upper ABC --unit SMS --config mail.toml", None);
        refused.failed(13, &format!("template {}", file.display()));
        fs::remove_file(template).expect("removed");
    }
}

#[test]
fn a_lock_that_is_a_pipe_is_refused_at_once() {
    for (side, line) in [
        (".gate", "customer new --organisation New"),
        (".turn", "customer new --organisation New"),
        (".import", "traffic import traffic.csv"),
        (".check", "balance check --config mail.toml"),
    ] {
        let cli = TestCli::seeded();
        let lock = format!("{}{side}", cli.database().display());
        for make in ["mkfifo", "mkdir", "ln -s /nowhere/at/all"] {
            cli.shell(&format!("rm -rf '{lock}' && {make} '{lock}'")).succeeded(make);
            let said = at_once(&cli, line, None);
            let problem = if make.starts_with("ln") { "is a symbolic link" } else { "is not a regular file" };
            assert!(said.failed(13, &format!("{side} {make}")).contains(problem), "{}", said.stderr);
        }
    }
}

#[test]
fn a_configuration_or_a_key_of_another_user_is_refused() {
    if !is_root() {
        return;
    }
    let cli = TestCli::seeded();
    fs::write(cli.config(), "").expect("written");
    fs::set_permissions(cli.config(), Permissions::from_mode(0o600)).expect("private");
    cli.ok("customer list");
    chown(cli.config(), Some(NOBODY), None).expect("given away");
    assert!(cli.run("customer list").failed(13, "configuration").contains("belongs to another user"));
    chown(cli.config(), Some(0), None).expect("taken back");
    chown(cli.key(), Some(NOBODY), None).expect("given away");
    assert!(cli.run("smpp show abc_prod --reveal").failed(13, "key").contains("belongs to another user"));
}

#[test]
fn a_database_that_others_can_read_or_change_is_warned_of() {
    let cli = TestCli::seeded();
    let folder = cli.database().parent().expect("a folder").to_owned();
    let mode = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).expect("mode");
    for (file_mode, folder_mode, said) in [
        (0o600, 0o700, ""),
        (0o640, 0o750, ""),
        (0o600, 0o1777, ""),
        (0o644, 0o700, "may be read by other users"),
        (0o666, 0o700, "may be changed by other users"),
        (0o600, 0o777, "is in a folder in which every user can replace it"),
    ] {
        mode(&cli.database(), file_mode);
        mode(&folder, folder_mode);
        for line in ["customer list", "db check"] {
            let outcome = cli.run(line);
            assert_eq!(outcome.code, Some(0), "{line}: {}", outcome.stderr);
            assert_eq!(
                outcome.stderr.contains("warning"),
                !said.is_empty(),
                "{file_mode:o} {folder_mode:o} {}",
                outcome.stderr
            );
            assert!(outcome.stderr.contains(said), "{file_mode:o} {folder_mode:o} {}", outcome.stderr);
        }
    }
}

#[test]
fn a_code_that_other_programs_misread_is_warned_of() {
    let cli = TestCli::new();
    cli.ok("customer new --organisation Acme --account-code ACME");
    for (line, code) in [
        ("customer new --organisation One --account-code 1E5", "1E5"),
        ("customer new --organisation Two --account-code NULL", "NULL"),
        ("customer new --organisation Three --account-code NO", "NO"),
        ("quick-create --organisation Four --account-code 0123", "0123"),
        ("service new 1-2 --name Dated", "1-2"),
        ("smpp add ACME --system-id 007", "007"),
        ("smpp quick-create ACME --system-id true", "true"),
    ] {
        let outcome = cli.run(line);
        assert_eq!(outcome.code, Some(0), "{line}: {}", outcome.stderr);
        let warned = outcome.stderr.contains("warning") && outcome.stderr.contains(&format!("`{code}`"));
        assert!(warned, "{line}: {}", outcome.stderr);
    }
    assert_eq!(cli.run("customer new --organisation Globex --account-code GLOBEX1").stderr, "");
}
