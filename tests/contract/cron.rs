//! Where cron runs: nothing in the environment, nobody at a terminal, silence unless something is wrong.

use std::process::{Command, Stdio};

use super::failures::check_error;
use crate::support::cli::{Outcome, SSGCTL, TestCli, words};

/// Runs a line with no environment at all, in the root folder.
fn bare(cli: &TestCli, line: &str) -> Outcome {
    let line = line.replace("$HOME", cli.home().to_str().expect("UTF-8"));
    let mut command = Command::new(SSGCTL);
    command.args(words(&line)).env_clear().current_dir("/").stdin(Stdio::null());
    command.output().expect("the program runs").into()
}

const FILES: &str = "--db $HOME/cron.db --config $HOME/cron.toml";

#[test]
fn files_by_option_are_all_that_is_needed() {
    let cli = TestCli::new();
    std::fs::write(cli.path("cron.toml"), "[defaults]\ncountry = \"GB\"\n").expect("written");
    std::fs::set_permissions(cli.path("cron.toml"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .expect("private");
    for line in [
        "db init",
        "customer new --organisation New --account-code NEW",
        "smpp add NEW --system-id new",
        "smpp show new --reveal",
        "balance adjust NEW 5 --description opening --key k-1",
        "customer archive NEW --yes",
        "customer unarchive NEW",
        "audit list --json",
        "db check",
    ] {
        let outcome = bare(&cli, &format!("{line} {FILES}"));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{line}");
    }
    let customer = bare(&cli, &format!("customer show NEW --fields country --csv --no-headers {FILES}"));
    assert_eq!(customer.succeeded("customer show"), "GB\n");
    let strays: Vec<_> = cli.files().into_iter().filter(|file| file.starts_with(cli.path(".local"))).collect();
    assert!(strays.is_empty(), "{strays:?}");
}

#[test]
fn without_a_home_folder_the_hint_names_the_option() {
    let cli = TestCli::new();
    for (line, option) in [
        ("customer list", "--db"),
        ("customer new --organisation New", "--db"),
        ("db init", "--db"),
        ("db path", "--db"),
        ("config path", "--config"),
        ("config init", "--config"),
    ] {
        let outcome = bare(&cli, line);
        let error = outcome.failed(13, line);
        assert!(
            error.contains("error[no_home]") && error.contains(&format!("hint: set HOME or {option}")),
            "{line}: {error}"
        );
        let outcome = bare(&cli, &format!("{line} --json"));
        check_error(&outcome.error(line), 13, false, line);
    }
    assert!(bare(&cli, "db init --db $HOME/only.db").succeeded("db init").ends_with("only.db\n"));
    let line = "smpp add NEW --db $HOME/only.db";
    assert!(bare(&cli, line).failed(13, line).contains("SSGCTL_KEY_FILE"));
}

#[test]
fn what_needs_no_files_needs_no_home() {
    for line in ["--help", "--version", "version", "help balance adjust", "completions bash"] {
        let outcome = bare(&TestCli::new(), line);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{line}");
    }
}

#[test]
fn a_named_database_that_is_not_there_is_never_made_by_itself() {
    let cli = TestCli::new();
    for line in ["customer list", "customer new --organisation New", "db check", "audit list"] {
        let line = format!("{line} --db $HOME/none.db");
        assert!(bare(&cli, &line).failed(3, &line).contains("db init"), "{line}");
    }
    assert!(!cli.path("none.db").exists());
}

#[test]
fn text_is_utf8_in_any_locale() {
    let cli = TestCli::seeded();
    let shown = |locale: &str| {
        let mut command = cli.command();
        let output = command.env("LC_ALL", locale).args(["contact", "list", "ABC", "--fields", "name"]).output();
        Outcome::from(output.expect("the program runs")).succeeded(locale)
    };
    assert!(shown("C").contains("Zoë Núñez"), "{}", shown("C"));
    assert_eq!(shown("C"), shown("POSIX"));
    assert_eq!(shown("C"), shown("de_DE.ISO-8859-1"));
}
