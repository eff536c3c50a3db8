//! The architecture as a test: which layer may know which, where each library is used, and that no two files import each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::import_graph::{Crate, Source, sources};

/// Each layer of the library and every other layer that it may name. The command line, `src/cli`, may name them all, and none
/// may name it. `src/lib.rs` shows the same as a picture.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("error", &["model"]),
    ("formats", &["error", "model"]),
    ("smpp", &["error", "model", "tls"]),
    ("tls", &["model"]),
    ("store", &["error", "model"]),
    ("report", &["error", "model", "store"]),
    ("ops", &["error", "model", "report", "store"]),
    ("gateway", &["error", "formats", "model", "ops", "report", "store"]),
    ("import", &["error", "formats", "model", "ops", "report", "store"]),
    ("mail", &["error", "model", "ops", "report", "store", "tls"]),
    ("traffic", &["error", "formats", "model", "ops", "report", "store"]),
];

/// The same for the parts of the command line. `main` is not listed: it may import everything and nothing imports it.
///
/// `context` is what commands work with, so it knows the options of a change, the prompt and the output. The arguments that
/// run a whole command (import and export) know `context` in turn; no two files import each other.
#[rustfmt::skip]
const CLI_LAYERS: &[(&str, &[&str])] = &[
    ("command_line", &[]),
    ("environment", &[]),
    ("escape", &[]),
    ("exit_codes", &[]),
    ("hints", &[]),
    ("progress", &[]),
    ("error_codes", &["exit_codes"]),
    ("signals", &["exit_codes"]),
    ("exit", &["error_codes", "escape", "exit_codes", "hints"]),
    ("output", &["error_codes", "escape", "exit", "exit_codes", "signals"]),
    ("config", &["error_codes", "escape", "exit", "exit_codes"]),
    ("context", &["args", "command_line", "config", "error_codes", "escape", "exit", "hints", "interactive", "output"]),
    ("args", &["config", "context", "error_codes", "escape", "exit", "exit_codes", "output", "progress", "signals"]),
    ("interactive", &["args", "command_line", "config", "context", "error_codes", "escape", "exit", "output", "signals"]),
    ("commands", &["args", "command_line", "config", "context", "error_codes", "escape", "exit", "exit_codes", "interactive",
        "output", "progress", "signals"]),
    ("shorthand", &["args", "command_line", "commands", "config"]),
];

/// A library or function, and the only places, by the beginning of their path, that may use it.
const HOMES: &[(&str, &[&str])] = &[
    ("rusqlite", &["src/store/sqlite/"]),
    ("chacha20poly1305", &["src/store/vault.rs"]),
    ("clap", &["src/cli/"]),
    ("comfy_table", &["src/cli/output/grid.rs"]),
    ("sha1", &["src/gateway/ksmppd.rs"]),
    ("clap_complete", &["src/cli/"]),
    ("dialoguer", &["src/cli/"]),
    ("indicatif", &["src/cli/progress.rs"]),
    ("flate2", &["src/formats/", "src/traffic/source.rs", "src/import/"]),
    ("lettre", &["src/model/email.rs", "src/mail/"]),
    ("minijinja", &["src/mail/"]),
    ("ring::signature", &["src/store/signing.rs"]),
    ("rust_decimal", &["src/model/money.rs", "src/model/invoice/tax.rs"]),
    ("idna", &["src/model/email.rs"]),
    ("icu_properties", &["src/model/joiner.rs"]),
    ("rustls", &["src/smpp/", "src/mail/transport/", "src/tls/"]),
    ("Timestamp::now", &["src/model/time.rs"]),
    ("std::env", &["src/cli/"]),
    ("std::io::stdin", &["src/cli/"]),
    ("f64", &[]),
    // PDF takes lengths as floating-point numbers.
    ("f32", &["src/formats/pdf/length.rs"]),
    ("roxmltree", &["src/formats/"]),
    ("pdf_writer", &["src/formats/pdf/"]),
    ("subsetter", &["src/formats/pdf/"]),
    ("ttf_parser", &["src/formats/pdf/"]),
    ("anyhow", &[]),
];

/// A file longer than this should be two files.
const LONGEST_FILE: usize = 400;

/// A function longer than this should be two functions.
const LONGEST_FUNCTION: usize = 60;

/// Whether a line contains a word that is not part of a longer name.
fn names(line: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(is_name)
            && !line[at + word.len()..].chars().next().is_some_and(is_name)
    })
}

/// Every import from one layer to another that `layers` does not allow.
fn forbidden(part: &Crate, layers: &[(&str, &[&str])]) -> Vec<String> {
    let layer_of = |module: &str| module.split("::").next().unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for (module, homes) in part.imports() {
        let layer = layer_of(module);
        let Some((_, allowed)) = layers.iter().find(|(name, _)| *name == layer) else { continue };
        for home in homes {
            let other = layer_of(home);
            if other != layer && !allowed.contains(&other.as_str()) {
                found.push(format!("{} must not know {home}", part.files[module].path));
            }
        }
    }
    found
}

#[test]
fn every_layer_knows_only_those_below_it() {
    let library = Crate::read("src", Some("src/cli/"));
    let folders: BTreeSet<&str> = library.files.keys().filter_map(|module| module.split("::").next()).collect();
    let layers: BTreeSet<&str> = LAYERS.iter().map(|(layer, _)| *layer).chain([""]).collect();
    assert_eq!(folders, layers, "each folder of src is a layer");
    let strays = forbidden(&library, LAYERS);
    assert!(strays.is_empty(), "{}", strays.join("\n"));
}

#[test]
fn every_part_of_the_command_line_knows_only_those_below_it() {
    let binary = Crate::read("src/cli", None);
    let folders: BTreeSet<&str> = binary.files.keys().filter_map(|module| module.split("::").next()).collect();
    let layers: BTreeSet<&str> = CLI_LAYERS.iter().map(|(layer, _)| *layer).chain([""]).collect();
    assert_eq!(folders, layers, "each folder of src/cli is a layer");
    let strays = forbidden(&binary, CLI_LAYERS);
    assert!(strays.is_empty(), "{}", strays.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    for part in [Crate::read("src", Some("src/cli/")), Crate::read("src/cli", None)] {
        let mut imports = part.imports();
        // What imports nothing that is left, or is imported by nothing that is left, is in no circle.
        loop {
            let before = imports.len();
            let left: BTreeSet<&str> = imports.keys().copied().collect();
            for homes in imports.values_mut() {
                homes.retain(|home| left.contains(home));
            }
            let imported: BTreeSet<&str> = imports.values().flatten().copied().collect();
            imports.retain(|module, homes| !homes.is_empty() && imported.contains(module));
            if imports.len() == before {
                break;
            }
        }
        let circles: Vec<String> =
            imports.iter().map(|(module, homes)| format!("{module} imports {homes:?}")).collect();
        assert!(circles.is_empty(), "circles in {}:\n{}", part.root, circles.join("\n"));
    }
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
fn every_file_opens_with_a_sentence_about_itself() {
    let silent: Vec<String> = sources("src")
        .into_iter()
        .chain(sources("tests"))
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.path)
        .collect();
    assert!(silent.is_empty(), "no //! sentence: {}", silent.join(", "));
}

#[test]
fn no_file_is_too_long() {
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
fn no_function_is_too_long() {
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
                if number - first > LONGEST_FUNCTION {
                    long.push(format!("{}:{first}: {name}", source.path));
                }
                begun = None;
            }
        }
    }
    assert!(long.is_empty(), "longer than {LONGEST_FUNCTION} lines:\n{}", long.join("\n"));
}

/// Arguments, columns and commands repeat from command to command by design; every other public type has a name of its own.
#[test]
fn every_public_type_has_a_name_of_its_own() {
    let mut places: BTreeMap<(bool, String), Vec<String>> = BTreeMap::new();
    for source in sources("src") {
        for (number, line) in source.code() {
            let Some(rest) = line.strip_prefix("pub").filter(|rest| rest.starts_with([' ', '('])) else { continue };
            let rest = rest
                .split_once(") ")
                .map_or(rest, |(visibility, rest)| if visibility.starts_with('(') { rest } else { line });
            let mut words = rest.trim_start_matches("pub ").split_whitespace();
            if !matches!(words.next(), Some("struct" | "enum" | "trait" | "union" | "type")) {
                continue;
            }
            let name: String = words.next().unwrap_or_default().chars().take_while(|c| c.is_alphanumeric()).collect();
            let of_a_command =
                name.ends_with("Args") || matches!(name.as_str(), "Command" | "Sort" | "Unset" | "Result");
            if !of_a_command && !name.is_empty() {
                places
                    .entry((source.path.starts_with("src/cli/"), name))
                    .or_default()
                    .push(format!("{}:{number}", source.path));
            }
        }
    }
    let twice: Vec<String> = places
        .into_iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|((_, name), places)| format!("{name}: {}", places.join(", ")))
        .collect();
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}

#[test]
fn every_command_has_a_file_of_its_name_and_examples() {
    let commands: Vec<Source> = sources("src/cli/commands")
        .into_iter()
        .filter(|source| source.text.starts_with("//! `ssgctl ") && source.text.contains("pub(crate) fn run"))
        .filter(|source| !source.path.ends_with("mod.rs") && !source.path.ends_with("version.rs"))
        .collect();
    assert!(commands.len() > 25, "only {} commands", commands.len());
    for command in commands {
        assert!(command.text.contains("Examples:"), "{} has no example in its help", command.path);
    }
}
