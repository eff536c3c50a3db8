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
    let (made, kept) = (made(), files(Path::new("man")));
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

/// The pages as they are made now.
fn made() -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    ssgctl(&["man", folder.path().to_str().unwrap()]);
    files(folder.path())
}

#[test]
fn a_page_has_what_is_of_its_command_and_names_the_pages_with_the_rest() {
    let made = made();
    for (name, page) in made.iter().filter(|(name, _)| name.ends_with(".1")) {
        for section in ["NAME", "SYNOPSIS", "EXIT STATUS", "SEE ALSO"] {
            assert!(
                page.contains(&format!(".SH {section}\n")) || page.contains(&format!(".SH \"{section}\"\n")),
                "{name}: {section}"
            );
        }
        for section in ["ENVIRONMENT", "FILES", "\"GLOBAL OPTIONS\""] {
            assert_eq!(page.contains(&format!(".SH {section}\n")), name == "ssgctl.1", "{name}: {section}");
        }
        assert!(page.contains("ssgctl\\-exit\\-codes"), "{name}");
        assert!(name == "ssgctl.1" || page.contains("\\fBssgctl\\fR(1)"), "{name}");
        assert_eq!(page.matches(".ds Aq").count(), 2, "{name}: the preamble is repeated");
        // Every option is explained.
        let mut lines = page.lines().skip_while(|line| !line.contains("OPTIONS")).peekable();
        while let Some(line) = lines.next() {
            let is_option = line.starts_with("\\fB\\-");
            assert!(!is_option || lines.peek().is_some_and(|next| !next.is_empty()), "{name}: {line}");
        }
    }
    // What is said once is not said in every page: these were 551,000 bytes.
    let size: usize = made.values().map(String::len).sum();
    assert!(size < 330_000, "{size} bytes");
    let program = made["ssgctl.1"].replace('\\', "");
    for name in made.keys().filter(|name| !name.ends_with(".1")) {
        let (page, section) = name.rsplit_once('.').unwrap();
        assert!(program.contains(&format!("{page}({section})")), "ssgctl(1) does not name {name}");
    }
}

#[test]
fn the_sections_have_folders_of_their_own_next_to_man1() {
    let folder = tempfile::tempdir().unwrap();
    ssgctl(&["man", folder.path().join("man1").to_str().unwrap()]);
    for page in ["man1/ssgctl.1", "man5/ssgctl-config.5", "man7/ssgctl-exit-codes.7", "man7/ssgctl-money.7"] {
        assert!(folder.path().join(page).exists(), "{page}");
    }
    assert!(files(&folder.path().join("man1")).keys().all(|name| name.ends_with(".1")));
}

/// The terms of a section of a page, such as `9 (busy)`: bold, each with the text in brackets after it.
fn terms(page: &str, section: &str) -> Vec<(String, String)> {
    let section = page.split(".SH ").find(|part| part.trim_matches('"').starts_with(section)).unwrap();
    let terms = section.lines().filter_map(|line| line.strip_prefix("\\fB")?.split_once("\\fR ("));
    terms.map(|(term, aside)| (term.replace('\\', ""), aside.trim_end_matches(')').to_owned())).collect()
}

#[test]
fn the_manual_lists_every_exit_code_and_every_error_code() {
    let page = &made()["ssgctl-exit-codes.7"];
    let exits: Vec<String> = terms(page, "EXIT STATUS").into_iter().map(|(code, _)| code).collect();
    let expected = (0..=13).chain([130, 141, 143]).map(|code| code.to_string());
    assert_eq!(exits, expected.collect::<Vec<_>>());
    let words = terms(page, "ERROR CODES");
    assert!(words.len() > 45, "{words:?}");
    for (word, codes) in words {
        assert!(codes.split(", ").all(|code| exits.iter().any(|exit| exit == code)), "{word}: {codes}");
    }
}
