//! `capabilities --json`: the document is complete, and says of results what commands print.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use super::command_tree::commands;
use super::dry_run::WRITES;
use super::formats::{keys, rows, seeded};
use super::printed_lines::{Shape, printing};
use crate::support::cli::TestCli;

/// The list of the fields of results, in the source.
const OUTPUT_FIELDS: &str = "src/cli/output/output_fields.txt";

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is a list"))
}

fn command_of(line: &str) -> String {
    let known = commands().iter().map(|command| command.name.as_str());
    let found =
        known.filter(|name| line == *name || line.starts_with(&format!("{name} "))).max_by_key(|name| name.len());
    found.unwrap_or_else(|| panic!("{line} is a command")).to_owned()
}

#[test]
fn every_command_and_argument_is_described() {
    let document = TestCli::new().json("capabilities");
    assert_eq!((document["form"].as_u64(), document["version"].as_str()), (Some(1), Some(env!("CARGO_PKG_VERSION"))));
    let listed: BTreeSet<&str> =
        list(&document, "commands").iter().map(|c| c["name"].as_str().expect("a name")).collect();
    let known: BTreeSet<&str> = commands().iter().map(|command| command.name.as_str()).collect();
    assert_eq!(listed, known);
    let global = list(&document, "global_options").len();
    for command in list(&document, "commands") {
        let name = command["name"].as_str().expect("a name");
        let tree = commands().iter().find(|known| known.name == name).expect(name);
        let shown = tree.parameters.iter().filter(|parameter| parameter.name != "--help").count();
        assert_eq!(list(command, "arguments").len() + global, shown, "{name}: {:?}", tree.parameters);
    }
    for line in WRITES {
        let command = list(&document, "commands").iter().find(|c| c["name"] == command_of(line)).expect(line);
        assert_eq!((&command["changes"], &command["dry_run"]), (&Value::Bool(true), &Value::Bool(true)), "{line}");
    }
}

#[test]
fn an_argument_says_all_that_a_program_needs() {
    let document = TestCli::new().json("capabilities");
    let argument = |command: &str, name: &str| {
        let command = list(&document, "commands").iter().find(|c| c["name"] == command).expect(command).clone();
        list(&command, "arguments").iter().find(|argument| argument["name"] == name).expect(name).clone()
    };
    let amount = argument("balance adjust", "amount");
    assert_eq!(
        (&amount["kind"], &amount["type"], &amount["required"]),
        (&"argument".into(), &"amount".into(), &true.into())
    );
    let by = argument("balance list", "sort");
    assert_eq!((&by["long"], &by["type"]), (&"--sort".into(), &"word".into()));
    assert!(list(&by, "values").iter().any(|value| value == "balance"), "{by}");
    let shell = argument("completions", "shell");
    assert_eq!(shell["values"], serde_json::json!(["bash", "zsh", "fish"]));
    let tolerance = argument("traffic reconcile", "tolerance");
    assert_eq!((&tolerance["type"], &tolerance["default"]), (&"integer".into(), &"60".into()));
    for (key, least) in
        [("exit_codes", 15), ("error_codes", 50), ("environment", 8), ("formats", 5), ("global_options", 12)]
    {
        assert!(list(&document, key).len() >= least, "{key}");
    }
    let adjust = list(&document, "commands").iter().find(|c| c["name"] == "balance adjust").expect("a command");
    assert_eq!((&adjust["changes"], &adjust["dry_run"], &adjust["key"]), (&true.into(), &true.into(), &true.into()));
}

/// `SNAPSHOTS=overwrite` writes the list. Several lines of one command may have different fields, such as groups of a report; those
/// of the first count.
#[test]
fn the_listed_fields_are_those_that_commands_print() {
    let cli = seeded();
    let (mut listed, mut seen) = (String::new(), BTreeSet::new());
    let with_fields = printing().filter(|(shape, _)| !matches!(shape, Shape::Value));
    for (_, line) in with_fields {
        let command = command_of(line);
        if let (true, Some(row)) = (seen.insert(command.clone()), rows(&cli, line).first()) {
            let _ = writeln!(listed, "{command}: {}", keys(row).join(","));
        }
    }
    if std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite") {
        std::fs::write(OUTPUT_FIELDS, &listed).expect("written");
    }
    let stored = std::fs::read_to_string(OUTPUT_FIELDS).expect("read");
    assert_eq!(stored, listed, "SNAPSHOTS=overwrite writes it anew");
}
