//! The architecture as a test: which layer may know which, where each library is used, and that no two files import each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each layer of the library and every other layer that it may name. The command line, `src/cli`, may name them all, and none
/// may name it. `src/lib.rs` shows the same as a picture.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("error", &["model"]),
    ("formats", &["error", "model"]),
    ("smpp", &["error", "model"]),
    ("store", &["error", "model"]),
    ("report", &["error", "model", "store"]),
    ("ops", &["error", "model", "report", "store"]),
    ("gateway", &["error", "formats", "model", "ops", "report", "store"]),
    ("import", &["error", "formats", "model", "ops", "report", "store"]),
    ("mail", &["error", "model", "ops", "report", "store"]),
    ("traffic", &["error", "formats", "model", "ops", "report", "store"]),
];

/// The same for the parts of the command line.
const CLI_LAYERS: &[(&str, &[&str])] = &[
    ("escape", &[]),
    ("signals", &[]),
    ("exit", &["escape"]),
    ("output", &["escape", "exit"]),
    ("config", &["escape", "exit"]),
    ("progress", &["exit"]),
    ("context", &["args", "config", "escape", "exit", "interactive", "output"]),
    ("args", &["config", "context", "escape", "exit", "output", "progress", "signals"]),
    ("interactive", &["args", "config", "context", "escape", "exit", "output", "signals"]),
    ("commands", &["args", "config", "context", "escape", "exit", "interactive", "output", "progress", "signals"]),
];

/// A library or function, and the only places, by the beginning of their path, that may use it.
const HOMES: &[(&str, &[&str])] = &[
    ("rusqlite", &["src/store/sqlite/"]),
    ("chacha20poly1305", &["src/store/vault.rs"]),
    ("clap", &["src/cli/"]),
    ("sha1", &["src/gateway/ksmppd.rs"]),
    ("clap_complete", &["src/cli/"]),
    ("comfy_table", &["src/cli/output/table.rs"]),
    ("dialoguer", &["src/cli/"]),
    ("indicatif", &["src/cli/progress.rs"]),
    ("flate2", &["src/formats/", "src/traffic/source.rs", "src/import/"]),
    ("lettre", &["src/model/email.rs", "src/mail/"]),
    ("minijinja", &["src/mail/"]),
    ("rust_decimal", &["src/model/money.rs"]),
    ("iso_currency", &["src/model/money.rs"]),
    ("rustls", &["src/smpp/"]),
    ("Timestamp::now", &["src/model/time.rs"]),
    ("std::env", &["src/cli/"]),
    ("std::io::stdin", &["src/cli/"]),
    ("f64", &[]),
    ("f32", &[]),
    ("anyhow", &[]),
];

/// A file longer than this should be two files.
const LONGEST_FILE: usize = 400;

/// A function longer than this should be two functions.
const LONGEST_FUNCTION: usize = 60;

struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The lines of code with their numbers, without comments and without the tests at the end of the file.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
        (1..).zip(lines).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// Every Rust file in a folder and in the folders below it.
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

/// Whether a line contains a word that is not part of a longer name.
fn names(line: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(is_name)
            && !line[at + word.len()..].chars().next().is_some_and(is_name)
    })
}

/// One crate of this package: its module paths, and what each module declares and re-exports.
struct Crate {
    root: &'static str,
    /// Every file by its module path, such as `store::sqlite`.
    files: BTreeMap<String, Source>,
    /// The names that a module re-exports, with the path that each stands for.
    exports: BTreeMap<(String, String), String>,
}

impl Crate {
    fn read(root: &'static str, without: Option<&str>) -> Self {
        let mut files = BTreeMap::new();
        for source in sources(root).into_iter().filter(|source| without.is_none_or(|cut| !source.path.starts_with(cut)))
        {
            files.insert(module_of(&source.path, root), source);
        }
        let mut read = Self { root, files, exports: BTreeMap::new() };
        for (module, source) in &read.files {
            for (leaf, alias, exported) in uses(source) {
                if exported {
                    let path = read.absolute(module, &leaf);
                    let name = alias.or_else(|| leaf.rsplit("::").next().map(str::to_owned)).unwrap();
                    read.exports.insert((module.clone(), name), path);
                }
            }
        }
        read
    }

    /// A path as the root of the crate sees it; empty where it leads out of the crate.
    fn absolute(&self, module: &str, path: &str) -> String {
        let mut words: Vec<&str> = path.split("::").collect();
        let mut base: Vec<&str> = module.split("::").filter(|word| !word.is_empty()).collect();
        match words[0] {
            "crate" => return words[1..].join("::"),
            "self" => {}
            "super" => {
                while words.first() == Some(&"super") {
                    base.pop();
                    words.remove(0);
                }
                return base.into_iter().chain(words).collect::<Vec<_>>().join("::");
            }
            // A name without a root is a module below this one, or another crate.
            first => {
                let below = base.iter().copied().chain([first]).collect::<Vec<_>>().join("::");
                if !self.files.contains_key(&below) {
                    return String::new();
                }
                words.insert(0, "self");
            }
        }
        base.into_iter().chain(words.into_iter().skip(1)).collect::<Vec<_>>().join("::")
    }

    /// The module in which the thing that a path names is declared; re-exports are followed.
    fn home(&self, path: &str) -> Option<&str> {
        let words: Vec<&str> = path.split("::").filter(|word| !word.is_empty()).collect();
        let split = (1..=words.len()).rev().find(|&length| self.files.contains_key(&words[..length].join("::")))?;
        let module = words[..split].join("::");
        match words.get(split).and_then(|item| self.exports.get(&(module.clone(), (*item).to_owned()))) {
            Some(exported) if exported != path && !exported.is_empty() => {
                let rest = words[split + 1..].iter().map(|word| format!("::{word}")).collect::<String>();
                self.home(&format!("{exported}{rest}"))
            }
            _ => self.files.get_key_value(&module).map(|(module, _)| module.as_str()),
        }
    }

    /// The modules that each module names.
    fn imports(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut imports = BTreeMap::new();
        for (module, source) in &self.files {
            let named = uses(source).into_iter().filter(|(_, _, exported)| !exported).map(|(leaf, ..)| leaf);
            let inline = source.code().flat_map(|(_, line)| inline_paths(line));
            let homes = named.chain(inline).map(|path| self.absolute(module, &path));
            let homes: BTreeSet<&str> =
                homes.filter_map(|path| self.home(&path)).filter(|home| home != module).collect();
            imports.insert(module.as_str(), homes);
        }
        imports
    }
}

/// The module path of a file below the root of its crate.
fn module_of(path: &str, root: &str) -> String {
    let path = path.strip_prefix(root).unwrap().trim_start_matches('/').trim_end_matches(".rs");
    let words: Vec<&str> = path.split('/').filter(|word| !matches!(*word, "mod" | "lib" | "main")).collect();
    words.join("::")
}

/// Every path that the `use` declarations of a file name, with its alias, and whether it is re-exported.
fn uses(source: &Source) -> Vec<(String, Option<String>, bool)> {
    let code: String = source.code().map(|(_, line)| format!("{line}\n")).collect();
    let mut found = Vec::new();
    for statement in code.split(';') {
        let statement = statement.trim();
        let start =
            statement.rfind("\nuse ").map_or(0, |at| at + 1).max(statement.rfind("\npub").map_or(0, |at| at + 1));
        let statement = &statement[start..];
        let Some((visibility, tree)) = statement.split_once("use ") else { continue };
        if !(visibility.is_empty() || visibility.starts_with("pub") && visibility.ends_with(' ')) || tree.contains('=')
        {
            continue;
        }
        for leaf in leaves(tree.trim()) {
            let (path, alias) =
                leaf.split_once(" as ").map_or((leaf.as_str(), None), |(path, alias)| (path, Some(alias)));
            found.push((path.to_owned(), alias.map(str::to_owned), !visibility.is_empty()));
        }
    }
    found
}

/// The paths of a tree such as `a::{b, c::{d, e}}`.
fn leaves(tree: &str) -> Vec<String> {
    let Some((prefix, rest)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let inner = &rest[..rest.rfind('}').unwrap_or(rest.len())];
    let (mut depth, mut begin, mut parts) = (0, 0, Vec::new());
    for (at, sign) in inner.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[begin..]);
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    parts.flat_map(leaves).map(|leaf| format!("{prefix}{leaf}").replace("::self", "")).collect()
}

/// The paths from the root of the crate that a line names outside `use` declarations.
fn inline_paths(line: &str) -> Vec<String> {
    if line.trim_start().starts_with("use ") || line.trim_start().starts_with("pub") && line.contains(" use ") {
        return Vec::new();
    }
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    line.match_indices("crate::")
        .map(|(at, _)| line[at..].chars().take_while(|c| is_path(*c)).collect::<String>())
        .map(|path| path.trim_end_matches(':').to_owned())
        .collect()
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
