//! The architecture as a test: which layer may know what, and what every file looks like.

use std::fs;
use std::path::{Path, PathBuf};

/// A word of source code and the only places, by beginning of path, in which it may stand.
const HOMES: &[(&str, &[&str])] = &[
    ("rusqlite", &["src/store/sqlite/"]),
    ("chacha20poly1305", &["src/store/vault.rs"]),
    ("clap", &["src/cli/"]),
    ("sha1", &["src/gateway/ksmppd.rs"]),
    ("clap_complete", &["src/cli/"]),
    ("comfy_table", &["src/cli/output/table.rs"]),
    ("dialoguer", &["src/cli/"]),
    ("indicatif", &["src/cli/progress.rs"]),
    ("flate2", &["src/ingest/"]),
    ("lettre", &["src/model/email.rs", "src/mail/"]),
    ("rust_decimal", &["src/model/money.rs"]),
    ("iso_currency", &["src/model/money.rs"]),
    ("Timestamp::now", &["src/model/time.rs"]),
    ("std::env", &["src/cli/"]),
    ("std::io::stdin", &["src/cli/"]),
    ("f64", &[]),
    ("f32", &[]),
    ("anyhow", &[]),
];

/// A layer, and the layers that it must not name.
const ABOVE: &[(&str, &[&str])] = &[
    (
        "src/model/",
        &[
            "crate::store",
            "crate::ops",
            "crate::report",
            "crate::ingest",
            "crate::mail",
            "crate::gateway",
            "crate::smpp",
            "crate::error",
        ],
    ),
    ("src/store/", &["crate::ops", "crate::report", "crate::ingest", "crate::mail", "crate::gateway", "crate::smpp"]),
    ("src/report/", &["crate::ops", "crate::ingest", "crate::mail", "crate::gateway", "crate::smpp", "Tx"]),
    ("src/ops/", &["crate::ingest", "crate::mail", "crate::gateway", "crate::smpp"]),
];

/// Longer than this and a file has become two.
const LONGEST_FILE: usize = 400;

struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The lines of code with their numbers: no comments, and nothing from the tests at the end of the file.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
        (1..).zip(lines).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path: path.strip_prefix(root).unwrap().display().to_string(), text });
            }
        }
    }
    assert!(!found.is_empty(), "no sources in {folder}");
    found
}

/// Whether a word stands in a line as a whole, not as a part of a longer name.
fn names(line: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(is_name)
            && !line[at + word.len()..].chars().next().is_some_and(is_name)
    })
}

#[test]
fn every_library_has_its_home() {
    let mut strays = Vec::new();
    for source in sources("src") {
        for (number, line) in source.code() {
            let away = HOMES.iter().filter(|(_, homes)| !homes.iter().any(|home| source.path.starts_with(home)));
            strays.extend(
                away.filter(|(word, _)| names(line, word))
                    .map(|(word, _)| format!("{}:{number}: {word} does not belong here", source.path)),
            );
        }
    }
    assert!(strays.is_empty(), "{}", strays.join("\n"));
}

#[test]
fn arrows_go_down_only() {
    let mut climbs = Vec::new();
    for source in sources("src") {
        let layers = ABOVE.iter().filter(|(layer, _)| source.path.starts_with(layer));
        for above in layers.flat_map(|(_, above)| *above) {
            climbs.extend(
                source
                    .code()
                    .filter(|(_, line)| names(line, above))
                    .map(|(number, _)| format!("{}:{number}: {above} is above this layer", source.path)),
            );
        }
    }
    assert!(climbs.is_empty(), "{}", climbs.join("\n"));
}

#[test]
fn every_file_says_in_its_first_line_what_it_is() {
    let silent: Vec<String> = sources("src")
        .into_iter()
        .chain(sources("tests"))
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.path)
        .collect();
    assert!(silent.is_empty(), "no //! sentence: {}", silent.join(", "));
}

#[test]
fn no_file_is_two() {
    let long: Vec<String> = sources("src")
        .into_iter()
        .chain(sources("tests"))
        .map(|source| (source.text.lines().count(), source.path))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .map(|(lines, path)| format!("{path} has {lines} lines"))
        .collect();
    assert!(long.is_empty(), "{}", long.join(", "));
}

#[test]
fn no_function_is_longer_than_a_page() {
    const PAGE: usize = 60;
    let mut long = Vec::new();
    for source in sources("src") {
        let mut begun: Option<(usize, String)> = None;
        for (number, line) in source.code() {
            let indent = line.len() - line.trim_start().len();
            let words = line.trim_start();
            if begun.is_none() && indent <= 4 && (words.contains("fn ") && words.contains('(')) && !words.ends_with(';')
            {
                begun = Some((number, words.to_owned()));
            } else if let Some((first, name)) = &begun
                && indent <= 4
                && words == "}"
            {
                if number - first > PAGE {
                    long.push(format!("{}:{first}: {name}", source.path));
                }
                begun = None;
            }
        }
    }
    assert!(long.is_empty(), "longer than {PAGE} lines:\n{}", long.join("\n"));
}

#[test]
fn every_verb_has_a_file_of_its_name_and_examples() {
    let verbs: Vec<Source> = sources("src/cli")
        .into_iter()
        .filter(|source| source.text.starts_with("//! `ssgctl ") && source.text.contains("pub(crate) fn run"))
        .filter(|source| !source.path.ends_with("mod.rs") && !source.path.ends_with("version.rs"))
        .collect();
    assert!(verbs.len() > 25, "only {} verbs", verbs.len());
    for verb in verbs {
        assert!(verb.text.contains("Examples:"), "{} has no example in its help", verb.path);
    }
}
