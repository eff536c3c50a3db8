//! The files of this package and what they import from each other, read from their `use` declarations and paths.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    /// The lines of code with their numbers, without comments and without the tests at the end of the file.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
        (1..).zip(lines).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// Every Rust file in a folder and in the folders below it.
pub fn sources(folder: &str) -> Vec<Source> {
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

/// One crate of this package: its module paths, and what each module declares and re-exports.
pub struct Crate {
    pub root: &'static str,
    /// Every file by its module path, such as `store::sqlite`.
    pub files: BTreeMap<String, Source>,
    /// The names that a module re-exports, with the path that each stands for.
    exports: BTreeMap<(String, String), String>,
}

impl Crate {
    pub fn read(root: &'static str, without: Option<&str>) -> Self {
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
                let path: Vec<&str> =
                    [exported.as_str()].into_iter().chain(words[split + 1..].iter().copied()).collect();
                self.home(&path.join("::"))
            }
            _ => self.files.get_key_value(&module).map(|(module, _)| module.as_str()),
        }
    }

    /// The modules that each module names.
    pub fn imports(&self) -> BTreeMap<&str, BTreeSet<&str>> {
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
    let code: String = source.code().flat_map(|(_, line)| [line, "\n"]).collect();
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
