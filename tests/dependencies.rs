//! What the program is made of is what `deny.toml` allows: licences, sources and banned libraries.
//!
//! `cargo deny check` says more, where it is installed. It takes longer to build than this program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::Value;

/// A list of `deny.toml`; of a table, the field that names the entry.
fn listed(section: &str, list: &str) -> BTreeSet<String> {
    let text = fs::read_to_string("deny.toml").expect("deny.toml");
    let config: toml::Table = text.parse().expect("TOML");
    let entries = config[section][list].as_array().expect("a list").clone();
    let name = |entry: &toml::Value| entry.get("crate").unwrap_or(entry).as_str().expect("a name").to_owned();
    entries.iter().map(name).collect()
}

/// The packages that are built on the targets of `deny.toml`, this one among them.
fn packages() -> Vec<Value> {
    let mut packages = BTreeMap::new();
    for target in listed("graph", "targets") {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", &target])
            .output()
            .expect("cargo runs");
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let list = |value: &Value| value.as_array().expect("a list").clone();
        let used: BTreeSet<String> =
            list(&metadata["resolve"]["nodes"]).iter().map(|node| node["id"].to_string()).collect();
        let found = list(&metadata["packages"]).into_iter().filter(|package| used.contains(&package["id"].to_string()));
        packages.extend(found.map(|package| (package["id"].to_string(), package)));
    }
    assert!(packages.len() > 100, "only {} packages", packages.len());
    packages.into_values().collect()
}

/// Whether an SPDX expression can be met: `/` is the old spelling of OR, and OR binds less than AND. Of an expression in
/// parentheses each part must be allowed.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    if let Some((inner, rest)) = expression.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        let rest = rest.trim().trim_start_matches("AND ");
        return is_allowed(inner, allowed) && (rest.is_empty() || is_allowed(rest, allowed));
    }
    let expression = expression.replace('/', " OR ");
    let all = |part: &str| part.split(" AND ").all(|licence| allowed.contains(licence.trim()));
    expression.split(" OR ").any(all)
}

#[test]
fn every_library_has_a_licence_that_is_allowed() {
    let allowed = listed("licenses", "allow");
    let mut refused = Vec::new();
    for package in packages() {
        let licence = package["license"].as_str().unwrap_or("none");
        if !is_allowed(licence, &allowed) {
            refused.push(format!("{}: {licence}", package["name"]));
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    for expression in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR GPL-3.0) AND AGPL-3.0", "none"] {
        assert!(!is_allowed(expression, &allowed), "{expression}");
    }
}

#[test]
fn every_library_comes_from_the_public_registry() {
    let allowed: BTreeSet<String> =
        listed("sources", "allow-registry").iter().map(|address| format!("registry+{address}")).collect();
    for package in packages().into_iter().filter(|package| package["name"] != "ssgctl") {
        let source = package["source"].as_str().unwrap_or("a folder");
        assert!(allowed.contains(source), "{} comes from {source}", package["name"]);
    }
}

#[test]
fn there_is_one_sqlite_and_one_tls_library() {
    let banned = listed("bans", "deny");
    let names: Vec<String> =
        packages().iter().map(|package| package["name"].as_str().expect("a name").to_owned()).collect();
    let found: Vec<&String> = names.iter().filter(|name| banned.contains(*name)).collect();
    assert!(found.is_empty(), "{found:?}");
    for only in ["libsqlite3-sys", "rustls", "ring"] {
        assert_eq!(names.iter().filter(|name| *name == only).count(), 1, "{only}");
    }
}
