//! Plain technical English: words and patterns of an older vocabulary are refused where people read.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// What is read, as files and directories. Add a root when its text is rewritten; `src` comes last.
const ROOTS: &[&str] = &["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "contrib"];

/// Which files of a directory are read, by the end of their names.
const ENDINGS: &[&str] =
    &[".md", ".rs", ".sql", ".toml", ".txt", ".html", ".1", ".service", ".timer", "crontab", ".fish", ".bash"];

/// A pattern, in any case, and what to write instead.
const REFUSED: &[(&str, &str)] = &[
    (r"\b(un)?told\b", "print, report, notify or store, by meaning"),
    (r"\bdeeds?\b", "operation"),
    (r"\bso many\b", "a number: `--limit <N>`, \"N rows\""),
    (r"\bsomebody\b", "the command, the user, or the passive"),
    (r"\bwhoever\b", "name the person or program"),
    (r"\bmend(s|ed|ing)?\b", "fix, correct or repair"),
    (r"\bbeside\b", "next to, with, besides or in addition to"),
    (r"\bletters?\b", "email; in the alphabet, say a character"),
    (r"\bmarks?\b", "threshold"),
    (r"\ball[- ]clear\b", "recovery, template `recovered`"),
    (r"<(NOUN|VERB)>|\bNOUN VERB\b|^(Nouns|Verbs):", "command group, command"),
    (
        r"\bis no (option|command|customer|account|contact|service|entry|email|database|file|directory|folder|device|number|amount|address|date|day|time|time zone|key|field|column|row|state|kind|value|word|form|document|message|import|reversal|recovery|message|ssgctl|SMPP|SQLite)\b",
        "is not a …, unknown …",
    ),
];

/// Text that is meant in the plain sense, or that names an old word to say what replaced it.
const MEANT: &[&str] = &[
    "two letters by ISO 3166",
    "two-letter ISO 3166",
    "byte order mark",
    "question mark",
    "quotation mark",
    // What renamed what.
    "Letters are emails and marks are thresholds",
    "the email template `all-clear` is now",
    "`--all-clear` and `--no-all-clear`",
    "`--all-clear`, `--no-all-clear`",
    "| letter, field `kind` of an email |",
    "| template `all-clear` |",
    "| mark |",
];

#[test]
fn what_people_read_is_plain_technical_english() {
    let refused: Vec<(Regex, &str)> =
        REFUSED.iter().map(|(pattern, instead)| (Regex::new(&format!("(?i){pattern}")).unwrap(), *instead)).collect();
    let mut found = Vec::new();
    for file in ROOTS.iter().flat_map(|root| files(Path::new(root))) {
        for (line, text) in fs::read_to_string(&file).unwrap().lines().zip(1..).map(|(text, line)| (line, text)) {
            let text = MEANT.iter().fold(text.to_owned(), |text, meant| text.replace(meant, ""));
            for (pattern, instead) in &refused {
                // "There is no option" is plain; "`x` is no option" is not.
                let matched =
                    pattern.find_iter(&text).find(|found| !text[..found.start()].to_lowercase().ends_with("there "));
                found.extend(
                    matched
                        .map(|matched| format!("{}:{line}: {:?}: write {instead}", file.display(), matched.as_str())),
                );
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A file, or the files below a directory.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let is_read =
        |file: &PathBuf| file.is_dir() || ENDINGS.iter().any(|ending| file.to_string_lossy().ends_with(ending));
    entries.into_iter().filter(is_read).flat_map(|entry| files(&entry)).collect()
}
