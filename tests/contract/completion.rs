//! Completion: the shell asks the program itself, which knows its commands and the names in the database.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ssgctl::store::Clock;

use super::command_tree::commands;
use crate::support::cli::{SSGCTL, TestCli};

/// What the program offers for the last of these words, which may be begun.
fn offers(cli: &TestCli, words: &[&str]) -> Vec<String> {
    let mut command = cli.command();
    command.env("COMPLETE", "bash").env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
    let output = command.args(["--", "ssgctl"]).args(words).output().expect("the program runs");
    assert!(output.status.success(), "{words:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(|offer| offer.trim_end().to_owned()).collect()
}

fn offers_one(cli: &TestCli, words: &[&str], wanted: &str) -> bool {
    offers(cli, words).iter().any(|offer| offer == wanted)
}

#[test]
fn groups_and_commands_are_offered() {
    let cli = TestCli::new();
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for command in commands() {
        let (group, action) = command.name.split_once(' ').unwrap_or((&command.name, ""));
        groups.entry(group).or_default().push(action);
    }
    let offered = offers(&cli, &[""]);
    for (group, actions) in groups {
        assert!(offered.iter().any(|offer| offer == group), "{group} is not among {offered:?}");
        assert!(offers_one(&cli, &[&group[..2]], group), "{group}");
        let offered = offers(&cli, &[group, ""]);
        for action in actions.into_iter().filter(|action| !action.is_empty()) {
            assert!(offered.iter().any(|offer| offer == action), "{group}: {action} is not among {offered:?}");
        }
    }
}

#[test]
fn options_and_their_choices_are_offered() {
    let cli = TestCli::new();
    for command in commands() {
        let words: Vec<&str> = command.name.split(' ').chain(["--"]).collect();
        let offered = offers(&cli, &words);
        for option in command.parameters.iter().filter(|parameter| parameter.name.starts_with("--")) {
            assert!(offered.contains(&option.name), "{}: {} is not among {offered:?}", command.name, option.name);
        }
    }
    assert!(offers_one(&cli, &["customer", "list", "--sort", ""], "organisation"));
    assert!(offers_one(&cli, &["customer", "new", "--country", "G"], "GB"));
    assert!(offers_one(&cli, &["balance", "adjust", "ABC", "1", "--unit", "EU"], "EUR"));
    assert!(offers_one(&cli, &["customer", "edit", "ABC", "--unset", ""], "phone"));
    assert!(offers_one(&cli, &["completions", ""], "fish"));
    assert_eq!(offers(&cli, &["customer", "list", "--fields", "org"]), ["organisation"]);
    assert_eq!(offers(&cli, &["customer", "list", "--fields", "country,org"]), ["country,organisation"]);
    assert!(offers_one(&cli, &["report", "traffic", "--timezone", "Europe/L"], "Europe/London"));
    assert!(offers_one(&cli, &["report", "traffic", "--by", "ho"], "hour"));
    assert!(!offers_one(&cli, &["report", "usage", "--by", "ho"], "hour"));
}

#[test]
fn codes_and_system_ids_of_the_database_are_offered() {
    let cli = TestCli::seeded();
    for line in
        ["customer show", "customer edit", "contact add", "note add", "smpp add", "balance adjust", "audit list"]
    {
        let words = |begun| line.split(' ').chain([begun]).collect::<Vec<&str>>();
        for begun in ["", "A", "ab", "abc"] {
            assert!(offers_one(&cli, &words(begun), "ABC"), "{line} {begun}");
        }
        assert_eq!(offers(&cli, &words("XY")), ["XYZ"], "{line}");
    }
    assert!(offers_one(&cli, &["customer", "unarchive", ""], "OLD"));
    for line in
        ["smpp show", "smpp edit", "smpp enable", "smpp cug", "smpp rotate-password", "smpp probe", "smpp archive"]
    {
        let words = |begun| line.split(' ').chain([begun]).collect::<Vec<&str>>();
        assert!(offers_one(&cli, &words("abc_"), "abc_prod"), "{line}");
        assert!(offers_one(&cli, &words("ab"), "abc"), "{line}");
    }
    assert!(offers_one(&cli, &["smpp", "unarchive", ""], "xyz_old"));
    assert_eq!(offers(&cli, &["smpp", "add", "ABC", "--service", "st"]), ["standard"]);
    assert_eq!(offers(&cli, &["report", "traffic", "--customer", "XY"]), ["XYZ"]);
    assert_eq!(offers(&cli, &["report", "usage", "--account", "xyz_"]), ["xyz_old"]);
}

/// What fish offers, which shows descriptions: `name<tab>description`.
fn described(cli: &TestCli, words: &[&str]) -> Vec<String> {
    let mut command = cli.command();
    let output = command.env("COMPLETE", "fish").args(["--", "ssgctl"]).args(words).output().expect("the program runs");
    let offers = String::from_utf8(output.stdout).expect("UTF-8");
    offers.lines().filter(|offer| !offer.starts_with('-')).map(str::to_owned).collect()
}

#[test]
fn numbers_are_offered_with_what_a_person_knows_them_by() {
    let cli = TestCli::seeded();
    let year = Clock::System.now().to_string()[..4].to_owned();
    let invoice = format!("INV-{year}-0001");
    let issued = format!("{invoice}\tABC, unpaid, 24.00 EUR open");
    let draft = "1\tABC, draft, 50.00 EUR net";
    let held = "3\tABC, hold, 5.00 EUR net";
    for (line, offered) in [
        ("invoice show", &[held, &issued, draft][..]),
        ("invoice issue", &[held, draft]),
        ("invoice credit", &[&issued]),
        ("payment record ABC 1 --invoice", &[&issued]),
        ("payment refund", &["2\tABC, 4.00 EUR"]),
        ("payment reverse", &["2\tABC, 4.00 EUR"]),
        ("fee end", &["1\tABC, Rental"]),
        ("balance reverse", &["1\tABC, 100 SMS, opening"]),
    ] {
        let words: Vec<&str> = line.split(' ').chain([""]).collect();
        let found = described(&cli, &words);
        for wanted in offered {
            assert!(found.iter().any(|offer| offer.starts_with(wanted)), "{line}: {wanted} is not among {found:?}");
        }
    }
    assert!(!described(&cli, &["invoice", "issue", ""]).contains(&issued));
    let begun = &invoice[..9];
    assert_eq!(offers(&cli, &["invoice", "show", begun]), [invoice.as_str()]);
    let events = described(&cli, &["undo", ""]);
    assert!(events[0].split('\t').next().is_some_and(|id| id.parse::<i64>().is_ok_and(|id| id > 5)), "{events:?}");
}

#[test]
fn words_and_topics_are_offered() {
    let cli = TestCli::new();
    for (words, wanted) in [
        (&["help", "mon"][..], "money"),
        (&["help", "exi"], "exit-codes"),
        (&["help", "cus"], "customer"),
        (&["invoice", "list", "--state", "par"], "partly_paid"),
        (&["payment", "list", "--kind", "ref"], "refund"),
        (&["audit", "list", "--entity", "cus"], "customer"),
        (&["mail", "list", "--state", "fa"], "failed"),
        (&["balance", "history", "--kind", "adj"], "adjustment"),
    ] {
        assert!(offers_one(&cli, words, wanted), "{words:?}: {:?}", offers(&cli, words));
    }
}

/// Whether a shell is installed. In CI, each must be.
fn has_shell(cli: &TestCli, shell: &str) -> bool {
    let found = cli.program(shell).arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found || std::env::var_os("CI").is_none(), "{shell} is needed in CI");
    found
}

#[test]
fn real_shells_complete_a_name_of_the_database() {
    let cli = TestCli::seeded();
    for (shell, start) in [("bash", "exec bash --norc --noprofile -i"), ("zsh", "exec zsh -f -i")] {
        if !has_shell(&cli, shell) {
            continue;
        }
        let mut session = cli.script_at_terminal(&format!("PATH=$(dirname \"$0\"):$PATH; {start}"));
        let compinit = if shell == "zsh" { "autoload -U compinit && compinit -u -D && " } else { "" };
        session.types(&format!("{compinit}source <(ssgctl completions {shell}) && echo load''ed\r"));
        session.shows("loaded");
        session.types("ssgctl customer show OL\t--fields organisation --no-headers\r");
        session.shows("Old Ltd");
        session.types("exit\r");
        assert_eq!(session.ends().1, Some(0), "{shell}");
    }
    if has_shell(&cli, "fish") {
        let script = "ssgctl completions fish | source; complete -C 'ssgctl customer show OL'";
        let folder = Path::new(SSGCTL).parent().expect("a folder").display().to_string();
        let mut fish = cli.program("fish");
        let output = fish.env("PATH", format!("{folder}:/usr/bin:/bin")).args(["--no-config", "-c", script]).output();
        let offered = String::from_utf8(output.expect("fish runs").stdout).expect("UTF-8");
        assert_eq!(offered.trim_end(), "OLD\tOld Ltd");
    }
}

#[test]
fn the_database_that_the_line_names_is_asked() {
    let cli = TestCli::seeded();
    let other = TestCli::new();
    let database = cli.database();
    let database = database.to_str().expect("UTF-8");
    assert_eq!(
        offers(
            &other,
            &["customer", "show", "XY", "--db", database].map(str::to_owned).each_ref().map(String::as_str)[..3]
        ),
        [""; 0]
    );
    assert_eq!(offers(&other, &["--db", database, "customer", "show", "XY"]), ["XYZ"]);
    assert_eq!(offers(&other, &["customer", "show", &format!("--db={database}"), "XY"]), ["XYZ"]);
}

#[test]
fn a_database_that_is_missing_or_broken_makes_no_noise_and_no_file() {
    let cli = TestCli::new();
    assert!(offers(&cli, &["customer", "show", "A"]).is_empty());
    assert!(!cli.database().exists());
    let cli = TestCli::seeded();
    fs::write(cli.database(), "no database").expect("written");
    assert!(offers(&cli, &["customer", "show", "A"]).is_empty());
    assert!(offers(&cli, &["--db", "/dev/null", "customer", "show", "A"]).is_empty());
    let cli = TestCli::seeded();
    fs::write(cli.config(), "nonsense").expect("written");
    assert!(offers(&cli, &["customer", "show", "A"]).is_empty());
}

#[test]
fn the_help_says_how_each_shell_loads_the_code() {
    let help = TestCli::new().ok("completions --help");
    assert!(help.contains("source <(ssgctl completions bash)"), "{help}");
    assert!(help.contains("compinit && compinit && source <(ssgctl completions zsh)"), "{help}");
    assert!(help.contains("ssgctl completions fish | source"), "{help}");
    assert!(!help.contains("source <(ssgctl completions fish)"), "fish has no such syntax: {help}");
    let cli = TestCli::new();
    cli.ok("man new/folder");
    assert!(cli.path("new/folder/ssgctl.1").exists());
}

#[test]
fn the_loaders_are_what_shells_read() {
    let cli = TestCli::new();
    for shell in ["bash", "zsh", "fish"] {
        let loader = cli.ok(&format!("completions {shell}"));
        assert!(loader.contains(&format!("COMPLETE={shell} ssgctl")), "{loader}");
    }
    let script = cli.command().env("COMPLETE", "bash").output().expect("the program runs");
    assert!(String::from_utf8_lossy(&script.stdout).contains("complete "), "{script:?}");
}
