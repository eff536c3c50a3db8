//! No arguments make the program panic, print its internals or send control characters to the terminal.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::command_tree::commands;
use super::failures::check_error;
use crate::support::cli::{TestCli, words};
use crate::support::inputs::odd_words::{INSIDES, odd_words};

/// Runs words and checks what must hold whatever they are. Whether they succeed is not asked.
fn survives(cli: &TestCli, words: &[OsString]) {
    let what = format!("{words:.300?}");
    let outcome = cli.run_words(words);
    let code = outcome.code.unwrap_or_else(|| unreachable!("{what}: ended by a signal"));
    assert!(matches!(code, 0 | 2..=6 | 8 | 10 | 13), "{what}: exit {code}: {}", outcome.stderr);
    for inside in INSIDES {
        assert!(!outcome.stderr.contains(inside), "{what}: {}", outcome.stderr);
    }
    if code == 0 {
        return;
    }
    assert_eq!(outcome.stdout, "", "{what}");
    assert!(
        !outcome.stderr.chars().any(|c| c != '\n' && ssgctl::model::text::is_hidden(c)),
        "{what}: {:?}",
        outcome.stderr
    );
    let asks_for_json = words.iter().any(|word| word == "--json");
    if asks_for_json {
        assert_eq!(outcome.stderr.lines().count(), 1, "{what}: {}", outcome.stderr);
        check_error(&outcome.error(&what), code, false, &what);
    }
}

/// Each command with an odd word at each place, and each odd word at each place of several commands. Every word at every place of
/// every command is parsed in one process by `src/cli/commands/parsing.rs`; what comes after the parser does not know the word.
#[test]
fn odd_words_anywhere_are_survived() {
    let cli = TestCli::seeded();
    let mut odd = (0..3).map(|place| odd_words().into_iter().cycle().skip(place)).collect::<Vec<_>>();
    for command in commands() {
        for (place, odd) in odd.iter_mut().enumerate() {
            let mut line = words(&command.name);
            line.extend(["ABC", "1"].map(OsString::from));
            line.insert(place.min(line.len()), odd.next().expect("a cycle"));
            survives(&cli, &line);
        }
    }
    assert_eq!(cli.ok("db check"), "");
}

#[test]
fn odd_words_are_reported_to_programs_in_one_object() {
    let cli = TestCli::seeded();
    for word in odd_words() {
        for line in [vec![], words("customer list"), words("customer new --organisation"), words("balance adjust ABC")]
        {
            let mut line = line;
            line.insert(0, "--json".into());
            line.push(word.clone());
            survives(&cli, &line);
        }
    }
}

#[test]
fn odd_values_of_options_are_survived() {
    let cli = TestCli::seeded();
    for (number, word) in odd_words().iter().enumerate() {
        for (index, option) in ["--db", "--config", "--fields", "--wait", "--output", "--color"].into_iter().enumerate()
        {
            // Every value of every option, in one of the two ways to write it; each option and each value in both.
            if (number + index) % 2 == 0 {
                let mut joined = OsString::from(format!("{option}="));
                joined.push(word);
                survives(&cli, &[words("customer list"), vec![joined]].concat());
            } else {
                survives(&cli, &[vec![OsString::from(option), word.clone()], words("customer list --json")].concat());
            }
        }
    }
}

#[test]
fn odd_environments_are_survived() {
    let cli = TestCli::seeded();
    let lines = ["customer list --json", "note add ABC new --json", "smpp add ABC --json --dry-run --quiet"];
    let variables = [
        "SSGCTL_DB",
        "SSGCTL_CONFIG",
        "SSGCTL_KEY_FILE",
        "SSGCTL_WAIT",
        "SSGCTL_ACTOR",
        "SSGCTL_NO_INPUT",
        "HOME",
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "TZ",
        "LANG",
        "TERM",
    ];
    let values = [
        OsStr::new(""),
        OsStr::new("\u{1b}[31m"),
        OsStr::from_bytes(b"\xff"),
        OsStr::new("/dev/null/x"),
        OsStr::new("1"),
    ];
    for (number, variable) in variables.into_iter().enumerate() {
        for (index, value) in values.into_iter().enumerate() {
            // Every value of every variable, and every line with each variable and with each value.
            let line = lines[(number + index) % lines.len()];
            let output = cli.command().env(variable, value).args(words(line)).output().expect("the program runs");
            let stderr = String::from_utf8(output.stderr).expect("UTF-8");
            let what = format!("{variable}={value:?} {line}");
            let code = output.status.code().unwrap_or_else(|| unreachable!("{what}: ended by a signal"));
            assert!(matches!(code, 0 | 2..=6 | 8 | 10 | 13), "{what}: exit {code}: {stderr}");
            if code != 0 {
                assert!(output.stdout.is_empty(), "{what}");
                let reported: serde_json::Value = serde_json::from_str(&stderr).expect(&stderr);
                check_error(&reported["error"], code, false, &what);
            }
        }
    }
}
