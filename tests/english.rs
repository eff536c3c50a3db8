//! Plain technical English: words and patterns of an older vocabulary are refused where people read.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// What is read, as files and directories.
const ROOTS: &[&str] = &[
    "README.md",
    "SECURITY.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs",
    "contrib",
    "man",
    "src/cli",
    "src/error.rs",
    "src/formats",
    "src/gateway",
    "src/import",
    "src/lib.rs",
    "src/mail",
    "src/model",
    "src/ops",
    "src/report",
    "src/smpp",
    "src/store",
    "src/traffic",
    "tests/cli",
];

/// Which files of a directory are read, by the end of their names.
const ENDINGS: &[&str] = &[
    ".md", ".rs", ".sql", ".toml", ".txt", ".html", ".1", ".5", ".7", ".service", ".timer", "crontab", ".fish", ".bash",
];

/// A pattern, in any case, and what to write instead.
const REFUSED: &[(&str, &str)] = &[
    (r"\b(un)?told\b", "print, report, notify or store, by meaning"),
    (r"\bdeeds?\b", "operation"),
    (r"\bso many\b", "a number: `--limit <N>`, \"N rows\""),
    (r"\bsomebody\b", "the command, the user, or the passive"),
    (r"\bwhoever\b", "name the person or program"),
    (r"\bmend(s|ed|ing)?\b", "fix, correct or repair"),
    (r"\bbeside\b", "next to, with, besides or in addition to"),
    (r"\bexists already\b", "already exists"),
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
    "two-letter",
    "three-letter",
    "three letters",
    "words of letters",
    "Latin letters",
    // A size of paper.
    "a4 or letter",
    // Characters of an alphabet.
    "A country's two letters",
    "ASCII letters",
    "The letters an account code is made from",
    "The two letters of its country",
    "a country's two letters by ISO 3166",
    "a letter or digit",
    "a text with other letters",
    "destination, two letters",
    "codes of two or three letters",
    "digits and letters",
    "letter or digit",
    "a Cyrillic letter",
    "letters and digits",
    "letters match in any case",
    "letters of Latin scripts",
    "three letters; c",
    "two letters by ISO 3166",
    // Characters, and the verb.
    "Letter = \"letter\" as \"Letter\"",
    "PaperSize::Letter",
    "bidirectional marks",
    "byte order mark",
    "question mark",
    "quotation mark",
    "Marks a contact as removed",
    "Marks the email as automatic",
    // Names in documents and traffic files of older versions, which an import still reads.
    "\"letter\", \"outbox_email\"",
    "Place::Value(\"outbox_email\", \"template\"), \"all-clear\", \"recovered\"",
    "Place::Value(\"crossing\", \"cause\"), \"marks\", \"thresholds\"",
    "\"entity\"), \"letter\"",
    // What renamed what.
    "Letters are emails and marks are thresholds",
    "the email template `all-clear` is now",
    "`--all-clear` and `--no-all-clear`",
    "`--all-clear`, `--no-all-clear`",
    "| letter, field `kind` of an email |",
    "| template `all-clear` |",
    "| mark |",
    // Texts of users in the console blocks of the transcripts.
    "paid by somebody else",
    "told by telephone",
];

#[test]
fn what_people_read_is_plain_technical_english() {
    let refused: Vec<(Regex, &str)> =
        REFUSED.iter().map(|(pattern, instead)| (Regex::new(&format!("(?i){pattern}")).unwrap(), *instead)).collect();
    // Most lines match nothing, which one pattern decides faster than all of them in turn.
    let any = REFUSED.iter().map(|(pattern, _)| format!("(?:{pattern})")).collect::<Vec<_>>().join("|");
    let any = Regex::new(&format!("(?i){any}")).unwrap();
    let mut found = Vec::new();
    for file in ROOTS.iter().flat_map(|root| files(Path::new(root))) {
        let is_code = file.extension().is_some_and(|extension| extension == "rs");
        let mut is_literal = false;
        for (text, line) in fs::read_to_string(&file).unwrap().lines().zip(1..) {
            let text = MEANT.iter().fold(text.to_owned(), |text, meant| text.replace(meant, ""));
            let text = if is_code { prose(&text, &mut is_literal) } else { text };
            if !any.is_match(&text) {
                continue;
            }
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

/// Comments and string literals of a line of Rust, without the code. `is_literal` says whether a literal is open from line to line.
fn prose(line: &str, is_literal: &mut bool) -> String {
    if line.trim_start().starts_with("//") {
        // An odd quote in a raw literal, which is not parsed here, has no effect beyond the next comment.
        *is_literal = false;
        return line.to_owned();
    }
    let mut kept = String::new();
    let mut characters = line.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '/' if !*is_literal && line[at..].starts_with("//") => return kept + &line[at..],
            // A quote as a character opens no literal.
            '\'' if !*is_literal && line[at..].starts_with("'\"'") => drop(characters.nth(1)),
            '\\' if *is_literal => drop(characters.next()),
            '"' => {
                *is_literal = !*is_literal;
                kept.push(' ');
            }
            _ if *is_literal => kept.push(character),
            _ => {}
        }
    }
    kept
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
