//! The documentation agrees with the program and with itself. Its commands run with the console sessions of tests/cli.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

/// A README that is longer than this is read by nobody.
const LONGEST_README: usize = 130;

/// Options of other programs that the documentation names.
const OF_OTHERS: &[&str] = &[
    "--many",
    "--release",
    "--profile",
    "--all-targets",
    "--test",
    "--lib",
    "--path",
    "--long",
    "--peers",
    "--batch",
    "--day",
    "--target",
    "--no-dev",
    "--locked",
];

/// Every page, by its path.
fn pages() -> BTreeMap<PathBuf, String> {
    let mut paths: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"].map(PathBuf::from).into();
    for folder in ["docs", "docs/decisions"] {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        paths.extend(entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The manual as the program writes it, by the files of its pages.
fn written_manual() -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_ssgctl"));
    assert!(program.arg("man").arg(folder.path()).env_clear().output().unwrap().status.success());
    let pages = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let text = |path: &Path| fs::read_to_string(path).unwrap().replace("\\-", "-");
    pages.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), text(&path))).collect()
}

/// The pages of commands, by their names.
fn manual() -> BTreeMap<String, String> {
    let pages = written_manual().into_iter();
    pages.filter_map(|(name, page)| Some((name.strip_suffix(".1")?.to_owned(), page))).collect()
}

/// The page of exit codes and error codes.
fn manual_of_codes() -> String {
    written_manual()["ssgctl-exit-codes.7"].clone()
}

/// A table of codes: each with the exit codes that stand in brackets after it, or in the column after it.
type Codes = BTreeMap<String, BTreeSet<String>>;

/// The terms of a section of the manual, such as `.TP` and `\fBbusy\fR (9)`.
fn codes_of_manual(page: &str, section: &str) -> Codes {
    let begin = page.find(&format!(".SH {section}")).or_else(|| page.find(&format!(".SH \"{section}\"")));
    let text = &page[begin.expect("a section of this name")..];
    let text = text[1..].split("\n.SH").next().unwrap();
    let term = Regex::new(r"(?m)^\\fB(\w+)\\fR(?: \((.*)\))?$").unwrap();
    term.captures_iter(text)
        .map(|found| (found[1].to_owned(), split(found.get(2).map_or("", |m| m.as_str()))))
        .collect()
}

/// The rows of the table below a heading of a page.
fn codes_of_page(page: &str, heading: &str) -> Codes {
    let text = page.split_once(&format!("\n{heading}\n")).unwrap().1;
    let text = text.split("\n#").next().unwrap();
    let row = Regex::new(r"(?m)^\| `?(\w+)`? \| ([^|]*) \|").unwrap();
    row.captures_iter(text).filter(|row| &row[1] != "code").map(|row| (row[1].to_owned(), split(&row[2]))).collect()
}

fn split(list: &str) -> BTreeSet<String> {
    list.split(", ").map(str::to_owned).collect()
}

#[test]
fn exit_codes_are_those_of_the_program() {
    let page = fs::read_to_string("docs/scripting.md").unwrap();
    let documented: Vec<String> = codes_of_page(&page, "## Exit codes").into_keys().collect();
    let printed: Vec<String> = codes_of_manual(&manual_of_codes(), "EXIT STATUS").into_keys().collect();
    assert!(printed.len() > 10, "{printed:?}");
    assert_eq!(documented, printed);
}

#[test]
fn error_codes_are_those_of_the_program() {
    let page = fs::read_to_string("docs/scripting.md").unwrap();
    let printed = codes_of_manual(&manual_of_codes(), "ERROR CODES");
    assert!(printed.len() > 40, "{printed:?}");
    assert_eq!(codes_of_page(&page, "### Error codes"), printed);
}

#[test]
fn the_readme_is_short_and_lists_every_command() {
    let readme = fs::read_to_string("README.md").unwrap();
    assert!(readme.lines().count() <= LONGEST_README, "{} lines", readme.lines().count());
    for name in manual().into_keys() {
        let Some(name) = name.strip_prefix("ssgctl-") else { continue };
        let row =
            |group: &str| readme.lines().find(|line| line.starts_with(&format!("| {group} |"))).map(str::to_owned);
        let (group, command) = name.split_once('-').filter(|(group, _)| *group != "quick").unwrap_or((name, ""));
        let is_listed = match row(&format!("`{group}`")) {
            Some(commands) => command.is_empty() || commands.contains(&format!(" `{command}`")),
            None => row("single commands").is_some_and(|commands| commands.contains(&format!("`{name}`"))),
        };
        assert!(is_listed, "README.md does not list {name}");
    }
}

#[test]
fn commands_and_options_that_the_documentation_names_exist() {
    let manual = manual();
    let (code, option) = (Regex::new(r"`([^`]+)`").unwrap(), Regex::new(r"--[a-z][a-z0-9-]*").unwrap());
    let printed: String = manual.values().map(String::as_str).collect();
    let mut unknown = BTreeSet::new();
    for (path, page) in pages() {
        // Decisions and the changelog also name what is gone.
        if path.starts_with("docs/decisions") || path.ends_with("CHANGELOG.md") {
            continue;
        }
        // Blocks of commands are run with the transcripts.
        let page: String = page.split("```").step_by(2).collect();
        for code in code.captures_iter(&page).map(|found| found.get(1).unwrap().as_str()) {
            let words: Vec<&str> = code.split_whitespace().collect();
            let is_command = words.first() != Some(&"ssgctl") || manual.contains_key(&page_of(&words[1..], &manual));
            let exists = |option: &str| printed.contains(&format!("\\fB{option}\\fR")) || OF_OTHERS.contains(&option);
            if !is_command || !option.find_iter(code).all(|option| exists(option.as_str())) {
                unknown.insert(format!("{}: {code}", path.display()));
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// The page of the manual for a command line: that of a command in its group, else of its first word.
fn page_of(words: &[&str], manual: &BTreeMap<String, String>) -> String {
    let is_group = |word: &str| manual.keys().any(|name| name.starts_with(&format!("ssgctl-{word}-")));
    match words {
        [group, command, ..] if is_group(group) => format!("ssgctl-{group}-{command}"),
        ["help", ..] | [] => "ssgctl".to_owned(),
        [command, ..] => format!("ssgctl-{command}"),
    }
}

#[test]
fn links_lead_to_files_and_headings_that_exist() {
    let pages = pages();
    let link = Regex::new(r"\]\(([^)#]*)(?:#([^)]*))?\)").unwrap();
    let mut broken = Vec::new();
    for (path, page) in &pages {
        for found in link.captures_iter(page).filter(|found| !found[1].starts_with("http")) {
            let target = match &found[1] {
                "" => path.clone(),
                target => normal(&path.parent().unwrap().join(target)),
            };
            let anchor_exists = found.get(2).is_none_or(|anchor| {
                pages.get(&target).is_some_and(|page| page.lines().any(|line| anchor_of(line) == anchor.as_str()))
            });
            if !target.exists() || !anchor_exists {
                broken.push(format!("{}: {}", path.display(), &found[0]));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// A path without `..`, relative to the repository.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        if part.as_os_str() == ".." {
            normal.pop();
        } else {
            normal.push(part);
        }
    }
    normal
}

/// The name by which a heading is linked to; empty where a line is not a heading.
fn anchor_of(line: &str) -> String {
    let heading = line.trim_start_matches('#');
    if heading.len() == line.len() {
        return String::new();
    }
    let kept = heading.trim().to_lowercase();
    kept.chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// The tests of a file, by the path that stands before their names: `ops::ledger` for `tests/ops/ledger.rs`.
fn collect_tests(folder: &Path, tests: &mut BTreeSet<String>) {
    let test = Regex::new(r"#\[test\]\s+(?:#\[[^\]]*\]\s+)*fn (\w+)").unwrap();
    // Tests of a property have no attribute of their own.
    let property = Regex::new(r"(?s)proptest! \{.*?\n\}|proptest! \{.*?\n    \}").unwrap();
    let function = Regex::new(r"(?m)^\s*fn (\w+)\(").unwrap();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            collect_tests(&entry, tests);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&entry).unwrap();
            let module: Vec<&str> = entry.iter().skip(1).map(|part| part.to_str().unwrap()).collect();
            let module = module.join("::").trim_end_matches(".rs").trim_end_matches("::mod").to_owned();
            let names = test.captures_iter(&source).map(|found| found[1].to_owned());
            let properties = property.find_iter(&source).flat_map(|found| function.captures_iter(found.as_str()));
            let names = names.chain(properties.map(|found| found[1].to_owned()));
            tests.extend(names.map(|name| format!("{module}::{name}")));
        }
    }
}

#[test]
fn every_promise_has_tests_that_exist() {
    let page = fs::read_to_string("docs/promises.md").unwrap();
    let mut tests = BTreeSet::new();
    collect_tests(Path::new("tests"), &mut tests);
    collect_tests(Path::new("src"), &mut tests);
    let row = Regex::new(r"(?m)^\| P(\d+) \| .* \| (.*) \|$").unwrap();
    let code = Regex::new(r"`([^`]+)`").unwrap();
    let mut numbers = Vec::new();
    for promise in row.captures_iter(&page) {
        numbers.push(promise[1].parse::<usize>().unwrap());
        let named: Vec<&str> = code.captures_iter(&promise[2]).map(|found| found.get(1).unwrap().as_str()).collect();
        assert!(!named.is_empty(), "P{} has no test", &promise[1]);
        let missing: Vec<&&str> = named.iter().filter(|name| !tests.contains(**name)).collect();
        assert!(missing.is_empty(), "P{}: there is no test {missing:?}", &promise[1]);
    }
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
    assert!(numbers.len() >= 50, "{} promises", numbers.len());
}
