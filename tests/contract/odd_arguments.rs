//! No arguments make the program panic, print its internals or send control characters to the terminal.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use super::command_tree::commands;
use super::failures::check_error;
use crate::support::cli::{TestCli, words};

/// Words of its own inside, which no message may hold.
const INSIDES: &[&str] = &[
    "panicked",
    "RUST_BACKTRACE",
    "unwrap",
    "src/",
    "SELECT",
    "INSERT",
    "UPDATE ",
    "DELETE",
    "rusqlite",
    "constraint",
    "FromSql",
    "ParseIntError",
    "clap",
];

/// Words that nobody types on purpose.
fn odd_words() -> Vec<OsString> {
    let mut odd: Vec<OsString> = [
        "",
        " ",
        "-",
        "--",
        "---",
        "--=",
        "-=",
        "=",
        "--=x",
        "-\u{1b}[31m",
        "--\u{1b}]0;x\u{7}",
        "\u{1b}[2J",
        "\u{202e}",
        "\n",
        "\u{feff}",
        "'; DROP TABLE customer; --",
        "%s%n",
        "../../etc/passwd",
        "-9223372036854775808",
        "\u{1f600}",
        "@file",
    ]
    .map(OsString::from)
    .into();
    odd.push("x".repeat(100_000).into());
    odd.push(format!("--{}", "x".repeat(2_000)).into());
    odd.push(OsString::from_vec(b"\xff\xfe".to_vec()));
    odd.push(OsString::from_vec(b"--\xff".to_vec()));
    odd.push(OsString::from_vec(b"--name=\xc3\x28".to_vec()));
    odd
}

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

/// Each command with an odd word at each place.
fn each_odd_line(mut try_it: impl FnMut(&[OsString])) {
    let odd = odd_words();
    for (index, command) in commands().iter().enumerate() {
        for place in 0..=2 {
            // Each place of some command meets each odd word, and each command some odd words at each place.
            for word in odd.iter().skip((index + place) % 5).step_by(5) {
                let mut line = words(&command.name);
                line.extend(["ABC", "1"].map(OsString::from));
                line.insert(place.min(line.len()), word.clone());
                try_it(&line);
            }
        }
    }
}

#[test]
fn odd_words_anywhere_are_survived() {
    let cli = TestCli::seeded();
    let mut count = 0;
    each_odd_line(|line| {
        count += 1;
        survives(&cli, line);
    });
    assert!(count > 500, "only {count} lines");
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
    for word in odd_words() {
        for option in ["--db", "--config", "--fields", "--wait", "--output", "--color"] {
            let mut joined = OsString::from(format!("{option}="));
            joined.push(&word);
            survives(&cli, &[words("customer list"), vec![joined]].concat());
            survives(&cli, &[vec![OsString::from(option), word.clone()], words("customer list --json")].concat());
        }
    }
}

#[test]
fn odd_environments_are_survived() {
    let cli = TestCli::seeded();
    for variable in [
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
    ] {
        for value in [
            OsStr::new(""),
            OsStr::new("\u{1b}[31m"),
            OsStr::from_bytes(b"\xff"),
            OsStr::new("/dev/null/x"),
            OsStr::new("1"),
        ] {
            for line in ["customer list --json", "note add ABC new --json", "smpp add ABC --json --dry-run --quiet"] {
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
}
