//! A wrong value in any field of any command is refused by name, value and rule, and changes nothing.

use std::collections::BTreeMap;

use ssgctl::error::quoted;
use ssgctl::model::text::is_hidden;

use super::command_tree::{Command, commands};
use super::formats;
use crate::support::cli::{Outcome, TestCli};
use crate::support::inputs::wrong_values::{
    LINES, LONG, LONGER_THAN_A_NOTE, check_refusal, is_free, line_of, with_value, wrong,
};

/// A wrong value of an option or argument, at a command.
struct Trial {
    command: &'static str,
    name: &'static str,
    value: &'static str,
}

/// Each option and argument of each command with one of its wrong values, and each wrong value of an option or argument at some
/// command. The options of every command are declared once, so each of their wrong values is tried at one command.
///
/// The product of commands and values needs no processes: `src/cli/commands/parsing.rs` parses it with the program's own parser.
/// What processes add is how a refusal is reported and that nothing was done before, which does not depend on the value.
fn trials() -> Vec<Trial> {
    let refusing = |command: &Command, name: &str| {
        command.parameter(name).is_some_and(|parameter| parameter.takes_value) && !is_free(&command.name, name)
    };
    let mut at: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for command in commands() {
        for parameter in &command.parameters {
            if refusing(command, &parameter.name) {
                at.entry(&parameter.name).or_default().push(&command.name);
            }
        }
    }
    let mut trials = Vec::new();
    for (name, at) in at {
        let values = wrong(name);
        assert!(!values.is_empty(), "{name} has no wrong values here");
        let is_global = at.len() == commands().len();
        let count = if is_global { values.len() } else { values.len().max(at.len()) };
        trials.extend((0..count).map(|n| Trial { command: at[n % at.len()], name, value: values[n % values.len()] }));
    }
    trials
}

#[test]
fn every_line_is_valid_before_it_is_spoilt() {
    // There is no gateway here that a probe or a sweep could find; tests/smpp has some.
    let needs_gateway = |line: &str| ["smpp probe", "smpp sweep"].iter().any(|command| line.starts_with(command));
    for line in LINES.iter().filter(|line| !needs_gateway(line)) {
        formats::seeded().run_words(&with_value(line, "--color", "never")).succeeded(line);
    }
}

#[test]
fn a_wrong_value_is_refused_by_field_value_and_rule() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    for Trial { command, name, value } in trials() {
        let mut words = with_value(line_of(command), name, value);
        let what = format!("{words:?}");
        if name == "--output" {
            cli.run_words(&words).failed(2, &what);
            continue;
        }
        words.insert(1, "--json".to_owned());
        let outcome = cli.run_words(&words);
        outcome.failed(2, &what);
        let error = outcome.error(&what);
        assert_eq!(error["code"], "bad_value", "{what}: {error}");
        assert_eq!(error["field"], name.trim_start_matches('-').to_lowercase().replace('-', "_"), "{what}: {error}");
        check_refusal(name, value, error["message"].as_str().unwrap_or_default());
    }
    assert!(before == cli.dump(), "a refused value left a trace");
}

/// People read the same message that programs do. One value of each option and argument shows it.
#[test]
fn a_wrong_value_is_reported_to_people_on_one_clean_line() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    let mut trials = trials();
    trials.dedup_by_key(|trial| trial.name);
    for Trial { command, name, value } in trials {
        let words = with_value(line_of(command), name, value);
        let what = format!("{words:?}");
        let outcome = cli.run_words(&words);
        let reported = outcome.failed(2, &what);
        assert!(reported.starts_with("ssgctl: error["), "{what}: {reported}");
        assert!(is_clean(reported), "{what} emits what it should escape: {reported:?}");
        assert!(reported.chars().count() < 400, "{what} says too much: {reported}");
        check_refusal(name, value, reported.lines().next().unwrap_or_default());
    }
    assert!(before == cli.dump(), "a refused value left a trace");
}

fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| is_hidden(c) && c != '\n')
}

/// Values that are well formed and yet wrong for the thing they are for.
#[test]
fn a_value_that_does_not_fit_its_thing_is_bad_input() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    for (line, field, value) in [
        ("balance adjust ABC 1.5 --unit SMS --description x", "amount", "1.5"),
        ("balance adjust ABC 0 --description x --unit SMS", "amount", "0"),
        ("balance limit ABC 1.5 --unit SMS", "credit_limit", "1.5"),
        ("balance limit ABC -1 --unit SMS", "credit_limit", "-1"),
        ("service new new --name New --price 0.5", "price", "0.5"),
        ("service new new --name New --unit GBP --price -1", "price", "-1"),
        ("service edit uk --price -1", "price", "-1"),
        ("service edit standard --price 0.5", "price", "0.5"),
        ("quick-create --organisation New --credit 1.5", "amount", "1.5"),
    ] {
        let outcome = cli.run(&format!("{line} --json"));
        outcome.failed(6, line);
        let error = outcome.error(line);
        assert_eq!(error["field"], field, "{line}: {error}");
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.starts_with(&format!("{field}: `{value}` must ")), "{line}: {message}");
    }
    for bad in ["", "   ", "a\u{7}b", "a\u{202e}b", LONGER_THAN_A_NOTE] {
        let outcome = cli.run_with_stdin("note add ABC --file -", bad);
        let reported = outcome.failed(6, bad);
        assert!(reported.contains("text: ") && is_clean(reported) && reported.chars().count() < 200, "{reported}");
    }
    assert!(before == cli.dump(), "a refused value left a trace");
}

#[test]
fn a_wrong_value_in_a_payload_is_reported_by_line_column_field_value_and_rule() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    let string = |text: &str| serde_json::Value::from(text).to_string();
    let cases = [
        ("organisation", string(LONG), LONG),
        ("organisation", string("a\u{1b}[31m"), "a\u{1b}[31m"),
        ("organisation", "7".to_owned(), "7"),
        ("accountCode", string("a b"), "a b"),
        ("country", string("UKX"), "UKX"),
        ("credit", "1e5".to_owned(), "1e5"),
        ("credit", string("1,000"), "1,000"),
        ("credit", "true".to_owned(), "true"),
        ("contactName", string("a\u{202e}b"), "a\u{202e}b"),
        ("contactEmail", string("billing"), "billing"),
        ("contactMobile", string("07700900123"), "07700900123"),
        ("service", string("a b"), "a b"),
        ("cugMobiles", string("+447700900123,12"), "12"),
        ("cugMobiles", "[\"12\"]".to_owned(), "12"),
    ];
    for (field, json, value) in cases {
        let first = if field == "organisation" { "\"credit\": 1" } else { "\"organisation\": \"New\"" };
        let payload = format!("{{\n  {first},\n  \"{field}\": {json}\n}}");
        let outcome = cli.run_with_stdin("quick-create --from-json -", &payload);
        let reported = refused(&outcome, &payload);
        assert!(reported.starts_with("stdin:3:"), "{payload}: {reported}");
        assert!(reported.contains(&format!("{field}: ")), "{payload} does not name the field: {reported}");
        assert!(reported.contains(&quoted(value)), "{payload} does not quote the value: {reported}");
        let outcome = cli.run_with_stdin("quick-create --from-json - --json", &payload);
        let error = outcome.error(&payload);
        assert_eq!(
            (&error["exit"], &error["file"], &error["line"]),
            (&6.into(), &"stdin".into(), &3.into()),
            "{error}"
        );
        assert!(error["column"].as_u64().is_some_and(|column| column > 1), "{error}");
        assert_eq!(error["field"], field, "{error}");
    }
    for (payload, place) in
        [("", "stdin:1:"), ("{", "stdin:1:"), ("7", "stdin:1:"), ("{\"colour\":\n\"red\"}", "stdin:1:")]
    {
        let outcome = cli.run_with_stdin("quick-create --from-json -", payload);
        assert!(refused(&outcome, payload).starts_with(place), "{payload}: {}", outcome.stderr);
    }
    assert!(
        refused(&cli.run_with_stdin("quick-create --from-json -", b"{\"organisation\":\"\xff\"}"), "no UTF-8")
            .contains("UTF-8")
    );
    assert!(before == cli.dump(), "a refused payload left a trace");
}

#[track_caller]
fn refused<'o>(outcome: &'o Outcome, what: &str) -> &'o str {
    let reported = outcome.failed(6, what);
    assert!(is_clean(reported), "{what} emits what it should escape: {reported:?}");
    reported
}
