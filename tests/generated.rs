//! Completions and manual pages are what the one definition of the command line gives.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

const REMAKE: &str =
    "stale; remake with `cargo run -- man man` and `cargo run -- completions SHELL > completions/FILE`";

fn ssgctl(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_ssgctl")).args(arguments).env_clear().output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn the_manual_is_fresh() {
    let made = tempfile::tempdir().unwrap();
    ssgctl(&["man", made.path().to_str().unwrap()]);
    let (made, kept) = (files(made.path()), files(Path::new("man")));
    assert_eq!(made.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>(), "pages of man/ are {REMAKE}");
    for (name, page) in &made {
        assert!(kept[name] == *page, "man/{name} is {REMAKE}");
    }
}

#[test]
fn the_completions_are_fresh() {
    for (shell, file) in [("bash", "ssgctl.bash"), ("zsh", "_ssgctl"), ("fish", "ssgctl.fish")] {
        let kept = fs::read(Path::new("completions").join(file)).unwrap();
        assert!(kept == ssgctl(&["completions", shell]), "completions/{file} is {REMAKE}");
    }
}

#[test]
fn every_page_has_exit_codes_environment_and_files() {
    for (name, page) in files(Path::new("man")) {
        for section in ["NAME", "SYNOPSIS", "EXIT STATUS"] {
            assert!(page.contains(section), "man/{name} has no {section}");
        }
        // The page of the program has these, and all others name it.
        for section in ["ENVIRONMENT", "FILES"] {
            assert_eq!(page.contains(&format!(".SH {section}\n")), name == "ssgctl.1", "man/{name}: {section}");
        }
        assert!(name == "ssgctl.1" || page.contains("\\fBssgctl\\fR(1)"), "man/{name}");
        // Every option is explained.
        let mut lines = page.lines().skip_while(|line| !line.contains("OPTIONS")).peekable();
        while let Some(line) = lines.next() {
            let is_option = line.starts_with("\\fB\\-");
            assert!(!is_option || lines.peek().is_some_and(|next| !next.is_empty()), "man/{name}: {line}");
        }
    }
}

/// The terms of a section of a page, such as `9 (busy)`: bold, each with the text in brackets after it.
fn terms(page: &str, section: &str) -> Vec<(String, String)> {
    let section = page.split(".SH ").find(|part| part.trim_matches('"').starts_with(section)).unwrap();
    let terms = section.lines().filter_map(|line| line.strip_prefix("\\fB")?.split_once("\\fR ("));
    terms.map(|(term, aside)| (term.replace('\\', ""), aside.trim_end_matches(')').to_owned())).collect()
}

#[test]
fn the_manual_lists_every_exit_code_and_every_error_code() {
    let made = tempfile::tempdir().unwrap();
    ssgctl(&["man", made.path().to_str().unwrap()]);
    let page = fs::read_to_string(made.path().join("ssgctl.1")).unwrap();
    let exits: Vec<String> = terms(&page, "EXIT STATUS").into_iter().map(|(code, _)| code).collect();
    let expected = (0..=13).chain([130, 141, 143]).map(|code| code.to_string());
    assert_eq!(exits, expected.collect::<Vec<_>>());
    let words = terms(&page, "ERROR CODES");
    assert!(words.len() > 45, "{words:?}");
    for (word, codes) in words {
        assert!(codes.split(", ").all(|code| exits.iter().any(|exit| exit == code)), "{word}: {codes}");
    }
}
