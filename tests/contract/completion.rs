//! Completion: the shell asks the program itself, which knows its commands and the names in the database.

use std::fs;

use crate::console::Console;
use crate::tree;

/// What the program offers for the last of these words, which may be begun.
fn offers(console: &Console, words: &[&str]) -> Vec<String> {
    let mut command = console.command();
    command.env("COMPLETE", "bash").env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
    let output = command.args(["--", "ssgctl"]).args(words).output().expect("the program runs");
    assert!(output.status.success(), "{words:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(|offer| offer.trim_end().to_owned()).collect()
}

fn offers_one(console: &Console, words: &[&str], wanted: &str) -> bool {
    offers(console, words).iter().any(|offer| offer == wanted)
}

#[test]
fn nouns_and_verbs_are_offered() {
    let console = Console::new();
    for command in tree::commands() {
        let (noun, verb) = command.split_once(' ').unwrap_or((&command, ""));
        assert!(offers_one(&console, &[""], noun), "{noun}");
        assert!(offers_one(&console, &[&noun[..2]], noun), "{noun}");
        if !verb.is_empty() {
            assert!(offers_one(&console, &[noun, ""], verb), "{command}");
        }
    }
}

#[test]
fn options_and_their_choices_are_offered() {
    let console = Console::new();
    for command in tree::commands() {
        let words: Vec<&str> = command.split(' ').chain(["--"]).collect();
        let offered = offers(&console, &words);
        for option in tree::parameters(&command).iter().filter(|parameter| parameter.name.starts_with("--")) {
            assert!(offered.contains(&option.name), "{command}: {} is not among {offered:?}", option.name);
        }
    }
    assert!(offers_one(&console, &["customer", "list", "--sort", ""], "organisation"));
    assert!(offers_one(&console, &["customer", "new", "--country", "G"], "GB"));
    assert!(offers_one(&console, &["balance", "adjust", "ABC", "1", "--unit", "EU"], "EUR"));
    assert!(offers_one(&console, &["customer", "edit", "ABC", "--unset", ""], "phone"));
    assert!(offers_one(&console, &["completions", ""], "fish"));
    assert!(offers_one(&console, &["report", "traffic", "--timezone", "Europe/L"], "Europe/London"));
    assert!(offers_one(&console, &["report", "traffic", "--by", "ho"], "hour"));
    assert!(!offers_one(&console, &["report", "usage", "--by", "ho"], "hour"));
}

#[test]
fn codes_and_system_ids_of_the_database_are_offered() {
    let console = Console::seeded();
    for line in
        ["customer show", "customer edit", "contact add", "note add", "smpp add", "balance adjust", "audit list"]
    {
        let words = |begun| line.split(' ').chain([begun]).collect::<Vec<&str>>();
        for begun in ["", "A", "ab", "abc"] {
            assert!(offers_one(&console, &words(begun), "ABC"), "{line} {begun}");
        }
        assert_eq!(offers(&console, &words("XY")), ["XYZ"], "{line}");
    }
    assert!(offers_one(&console, &["customer", "unarchive", ""], "OLD"));
    for line in
        ["smpp show", "smpp edit", "smpp enable", "smpp cug", "smpp rotate-password", "smpp probe", "smpp archive"]
    {
        let words = |begun| line.split(' ').chain([begun]).collect::<Vec<&str>>();
        assert!(offers_one(&console, &words("abc_"), "abc_prod"), "{line}");
        assert!(offers_one(&console, &words("ab"), "abc"), "{line}");
    }
    assert!(offers_one(&console, &["smpp", "unarchive", ""], "xyz_old"));
    assert_eq!(offers(&console, &["smpp", "add", "ABC", "--service", "st"]), ["standard"]);
    assert_eq!(offers(&console, &["report", "traffic", "--customer", "XY"]), ["XYZ"]);
    assert_eq!(offers(&console, &["report", "usage", "--account", "xyz_"]), ["xyz_old"]);
}

#[test]
fn the_database_that_the_line_names_is_asked() {
    let console = Console::seeded();
    let other = Console::new();
    let database = console.database();
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
    let console = Console::new();
    assert!(offers(&console, &["customer", "show", "A"]).is_empty());
    assert!(!console.database().exists());
    let console = Console::seeded();
    fs::write(console.database(), "no database").expect("written");
    assert!(offers(&console, &["customer", "show", "A"]).is_empty());
    assert!(offers(&console, &["--db", "/dev/null", "customer", "show", "A"]).is_empty());
    let console = Console::seeded();
    fs::write(console.config(), "nonsense").expect("written");
    assert!(offers(&console, &["customer", "show", "A"]).is_empty());
}

#[test]
fn the_loaders_are_what_shells_read() {
    let console = Console::new();
    for shell in ["bash", "zsh", "fish"] {
        let loader = console.ok(&format!("completions {shell}"));
        assert!(loader.contains(&format!("COMPLETE={shell} ssgctl")), "{loader}");
    }
    let script = console.command().env("COMPLETE", "bash").output().expect("the program runs");
    assert!(String::from_utf8_lossy(&script.stdout).contains("complete "), "{script:?}");
}
