//! Help: an example first, few lines in `-h`, and topics.

use super::command_tree::commands;
use crate::support::cli::TestCli;

#[test]
fn short_help_begins_with_an_example_and_leaves_out_what_every_command_has() {
    let cli = TestCli::new();
    for command in commands().iter().step_by(4).filter(|command| command.name != "version") {
        let name = &command.name;
        let (short, long) = (cli.ok(&format!("{name} -h")), cli.ok(&format!("{name} --help")));
        let (usage, arguments) = (short.find("Usage:").expect(name), short.find("Options:").expect(name));
        let example = short.find("Example:\n  ").unwrap_or(usize::MAX);
        assert!((usage..arguments).contains(&example), "{name}: {short}");
        assert!(!short.contains("--no-headers") && short.contains("ssgctl help options"), "{name}: {short}");
        assert!(long.contains("--no-headers") && long.contains("Global options:"), "{name}: {long}");
        assert!(long.find("Examples:") < long.find("Options:"), "{name}: {long}");
    }
    let lines = |line: &str| cli.ok(line).lines().count();
    assert!(lines("customer show -h") <= 25 && lines("note add -h") <= 25);
    // A period and a time zone take six lines.
    assert!(lines("balance history -h") <= 30);
}

#[test]
fn the_commands_of_the_program_are_listed_by_subject() {
    let cli = TestCli::new();
    let help = cli.ok("-h");
    for text in ["Commands:\n Customers\n", "\n Money\n  balance ", "\n Program\n  capabilities ", "\n  help "] {
        assert!(help.contains(text), "{text}: {help}");
    }
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
}

#[test]
fn topics_explain_what_belongs_to_no_command() {
    let cli = TestCli::new();
    let topics = cli.ok("help topics");
    let names: Vec<&str> = topics
        .lines()
        .filter(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(names.len(), 10, "{topics}");
    for name in names {
        let text = cli.ok(&format!("help {name}"));
        assert!(text.lines().count() > 3 && text.lines().all(|line| line.chars().count() <= 180), "{name}: {text}");
    }
    assert!(cli.ok("help exit-codes").contains("    9  busy: "));
    assert!(cli.ok("help options").contains("--no-headers"));
    assert!(cli.ok("help money").contains("Credits are whole numbers"));
    // Commands keep their help.
    assert!(cli.ok("help export").contains("Usage: ssgctl export"));
    assert!(cli.run("help moneys").stderr.contains("moneys"));
}

#[test]
fn fields_without_a_value_lists_the_fields() {
    let cli = TestCli::seeded();
    let outcome = cli.run("balance list --fields");
    let shown = outcome.failed(2, "balance list --fields");
    assert!(shown.contains("the fields are customer, organisation, balance, reserved, unit"), "{shown}");
    let before = cli.dump();
    let outcome = cli.run("note add ABC text --fields");
    assert!(outcome.failed(2, "note add").contains("the fields are id, customer"));
    assert!(before == cli.dump());
}
