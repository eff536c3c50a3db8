//! Profiles and aliases of the configuration: what they select, and what is refused because it could be the wrong database.

use std::fs;

use crate::support::cli::TestCli;

fn with_two_profiles() -> TestCli {
    let cli = TestCli::new();
    for (profile, customer) in [("uk", "THISTLE"), ("de", "DISTEL")] {
        cli.ok(&format!("--profile {profile} config set operator.company 'Example {profile}'"));
        cli.ok(&format!("--profile {profile} customer new --organisation X --account-code {customer}"));
        cli.ok(&format!("--profile {profile} smpp add {customer} --system-id same"));
    }
    cli.ok("customer new --organisation Main --account-code MAIN");
    cli
}

#[test]
fn each_profile_has_a_database_a_configuration_and_a_key_of_its_own() {
    let cli = with_two_profiles();
    for (setup, customer) in [("", "MAIN"), ("--profile uk", "THISTLE"), ("--profile=de", "DISTEL")] {
        assert_eq!(cli.ok(&format!("{setup} customer list -o name")).trim_end(), customer, "{setup}");
    }
    let from_variable = cli.shell("SSGCTL_PROFILE=de ssgctl customer list -o name");
    assert_eq!(from_variable.succeeded("a variable"), "DISTEL\n");
    let path = |line: &str| cli.ok(line).trim_end().to_owned();
    assert_eq!(
        path("--profile uk db path"),
        cli.path(".local/share/ssgctl/profiles/uk/ssgctl.db").display().to_string()
    );
    let keys = ["uk", "de"].map(|profile| fs::read(cli.path(format!(".config/ssgctl/profiles/{profile}/ssgctl.key"))));
    assert_ne!(keys[0].as_ref().expect("a key"), keys[1].as_ref().expect("a key"));
    let overview = cli.ok("--profile uk overview");
    assert!(overview.starts_with("Overview of profile uk\n"), "{overview}");
    assert_eq!(cli.json("--profile uk overview")["profile"], "uk");
    let shown = cli.ok("--profile uk config show --fields key,value,source --csv --raw-csv");
    assert!(shown.contains("\nprofile,uk,--profile\n"), "{shown}");
}

#[test]
fn hints_are_about_the_profile() {
    let cli = with_two_profiles();
    let line = "--profile uk customer show DISTEL";
    let shown = cli.run(line).failed(3, line).to_owned();
    assert!(shown.contains("`ssgctl --profile uk customer list"), "{shown}");
    cli.ok("--profile fr config init");
    cli.ok("--profile fr db init");
    let steps = cli.json("--profile fr overview");
    assert_eq!(steps["next_steps"][0], "no customer yet: `ssgctl --profile fr quick-create`");
}

#[test]
fn a_profile_and_another_database_are_refused_whichever_way_they_are_given() {
    let cli = with_two_profiles();
    for line in [
        "ssgctl --profile uk --db other.db customer list",
        "SSGCTL_DB=other.db ssgctl --profile uk customer list",
        "SSGCTL_PROFILE=uk ssgctl --db other.db customer list",
        "SSGCTL_DB=other.db SSGCTL_PROFILE=uk ssgctl db path",
        "SSGCTL_CONFIG=other.toml ssgctl --profile uk config path",
    ] {
        let outcome = cli.shell(line);
        assert!(outcome.failed(2, line).contains("and "), "{line}: {}", outcome.stderr);
        assert_eq!(outcome.stdout, "", "{line}");
    }
    assert!(!cli.path("other.db").exists());
    for (line, code, message) in [
        ("--profile kr customer new --organisation X", 13, "no profile `kr`"),
        ("--profile kr customer list", 13, "the profiles are de, uk; `ssgctl --profile kr config init` creates it"),
        ("--profile ../uk customer list", 2, "must be 1 to 32 characters of a-z"),
    ] {
        let outcome = cli.run(line);
        assert!(outcome.failed(code, line).contains(message), "{line}: {}", outcome.stderr);
    }
}

#[test]
fn an_alias_runs_without_a_shell_and_never_in_place_of_a_command() {
    let cli = TestCli::new();
    cli.ok("customer new --organisation 'Kim Ltd' --account-code KIM");
    for (name, line) in [
        ("all", "customer list"),
        ("kim", "customer list --search 'Kim Ltd' -o name"),
        ("note", "db path"),
        ("loop", "loop -q"),
        ("dollar", "note add KIM '$(touch made)'"),
    ] {
        cli.run_words(&["config", "set", &format!("alias.{name}"), line]).succeeded(name);
    }
    assert_eq!(cli.ok("all -o name"), "KIM\n");
    assert_eq!(cli.ok("-q kim"), "KIM\n");
    assert_eq!(cli.json("all")[0]["account_code"], "KIM");
    assert_eq!(cli.ok("note list"), "", "a command is no alias");
    cli.ok("dollar");
    assert_eq!(cli.json("note list")[0]["text"], "$(touch made)");
    assert!(!cli.path("made").exists());
    assert!(cli.run("loop").failed(13, "loop").contains("leads back to itself: loop → loop"));
    assert_eq!(cli.json("audit list --action add")[0]["command"], "note add");
    let check = cli.run("config check --fields setting,message");
    let shown = check.succeeded("warnings only");
    assert!(shown.contains("alias.note  has no effect: a command has this name"), "{shown}");
    assert!(shown.contains("alias.loop  alias `loop` leads back to itself"), "{shown}");
    assert!(!shown.contains("alias.all"), "{shown}");
}
