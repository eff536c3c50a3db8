//! A wrong value in any field of any command is refused by name, value and rule, and changes nothing.

use ssgctl::error::quoted;

use super::command_tree::commands;
use super::wrong_values::{LONG, LONGER_THAN_A_NOTE, wrong};
use crate::support::cli::{Outcome, TestCli, words};

/// A valid line for every command that takes values. `NAME:value` is an argument; the name does not reach the program.
const LINES: &[&str] = &[
    "customer new --organisation New",
    "customer edit ABC",
    "customer show ABC",
    "customer list",
    "customer archive ABC --yes",
    "customer unarchive OLD",
    "customer import customers.csv",
    "customer export",
    "contact import contacts.csv",
    "contact export",
    "note import notes.csv",
    "note export",
    "balance export",
    "service import services.csv",
    "smpp import accounts.csv",
    "service export",
    "contact add ABC --name New",
    "contact edit ABC 1",
    "contact remove ABC 1 --yes",
    "contact list",
    "note add ABC TEXT:new",
    "note list",
    "smpp add ABC",
    "smpp edit abc_prod",
    "smpp show abc_prod --reveal",
    "smpp list",
    "smpp enable abc_prod",
    "smpp disable abc_prod",
    "smpp quick-create ABC",
    "smpp handover abc_prod --to a@b.example --config mail.toml",
    "smpp rotate-password abc_prod",
    "smpp export --gateway json --reveal",
    "smpp probe abc_prod --host 127.0.0.1 --port 1",
    "smpp cug abc_prod ACTION:add NUMBER|FILE:+447700900128",
    "smpp archive abc_prod --yes",
    "smpp unarchive xyz_old",
    "service new CODE:new --name New",
    "service edit uk",
    "service list",
    "plan import prices.csv --plan uk --effective 2999-01-01",
    "plan export uk",
    "plan diff uk --from 2026-01-01",
    "balance show ABC",
    "balance list",
    "balance adjust ABC --unit SMS AMOUNT:1 --description new",
    "balance limit ABC --unit SMS AMOUNT:1",
    "balance history",
    "balance at ABC TIME:2027-01-01",
    "balance explain ABC",
    "balance reverse ENTRY:1 --description new --allow-negative",
    "balance transfer ABC XYZ AMOUNT:1 --unit SMS --description new",
    "balance import rows.csv",
    "balance warn ABC --unit SMS",
    "balance check --status",
    "balance alerts ABC --unit SMS",
    "mail list",
    "mail show ID:1",
    "mail retry ID:1",
    "mail cancel ID:1",
    "mail preview TEMPLATE:test --config mail.toml",
    "mail test ADDRESS:a@b.example --config mail.toml",
    "report balances",
    "report statement ABC --unit SMS --from 2026-01-01",
    "traffic import traffic.csv",
    "traffic list",
    "traffic show MESSAGE:shown",
    "traffic close IMPORT:1",
    "traffic revert IMPORT:2 --reason wrong",
    "traffic prune --before 2026-01-01 --yes",
    "report traffic --from 2026-01-01",
    "report usage --from 2026-01-01",
    "quick-create --organisation New",
    "audit list",
    "export other.jsonl",
    "import everything.jsonl --db empty.db",
    "db init",
    "db path",
    "db check",
    "db head",
    "db migrate",
    "db backup copy.db",
    "db restore backup.db --db other.db",
    "config show",
    "config path",
    "config init",
    "completions SHELL:bash",
    "man .",
    "version",
];

/// Options and arguments that name a file or something to look up, or take any text.
const FREE: &[&str] = &[
    "CUSTOMER",
    "ACCOUNT",
    "CONTACT",
    "SERVICE",
    "PLAN",
    "--plan",
    "FROM",
    "TO",
    "FILE",
    "FOLDER",
    "--customer",
    "--diff",
    "--held",
    "NUMBER|FILE",
    "--customer",
    "--account",
    "--svg",
    "--search",
    "--recipient",
    "--html",
    "--subject",
    "--db",
    "--config",
    "--fields",
    "--file",
    "--from-json",
    "--ignore",
    "--password-file",
    "--rejects",
    "--id-column",
    "--key-column",
    "customer import --from",
    "contact import --from",
    "note import --from",
    "service import --from",
    "smpp import --from",
    "balance history --actor",
    "audit list --actor",
    "smpp list --service",
    "report traffic --service",
    "report usage --service",
];

/// The words of a line in which one option or argument has another value.
fn with_value(line: &str, name: &str, value: &str) -> Vec<std::ffi::OsString> {
    let mut filled = Vec::new();
    let mut given = false;
    let mut after_option = false;
    for word in words(line) {
        let text = word.to_str().expect("lines are UTF-8");
        match text.split_once(':') {
            _ if after_option => filled.push(value.into()),
            Some((argument, _)) if argument == name => {
                filled.push(value.into());
                given = true;
            }
            Some((_, usual)) => filled.push(usual.into()),
            None => filled.push(text.into()),
        }
        after_option = text == name;
        given |= after_option;
    }
    if !given {
        filled.extend([name.into(), value.into()]);
    }
    filled
}

/// Every option and argument of every command with every wrong value of it.
fn each_wrong_value(mut try_it: impl FnMut(&str, &str, &[std::ffi::OsString])) {
    for command in commands() {
        let (command, parameters) = (&command.name, &command.parameters);
        let line = LINES.iter().find(|line| format!("{line} ").starts_with(&format!("{command} ")));
        let line = line.unwrap_or_else(|| unreachable!("`{command}` has no line here"));
        for parameter in parameters.iter().filter(|parameter| parameter.takes_value) {
            let name = parameter.name.as_str();
            if FREE.contains(&name) || FREE.contains(&format!("{command} {name}").as_str()) {
                continue;
            }
            assert!(!wrong(name).is_empty(), "`{command}` has {name}, which has no wrong values here");
            for value in wrong(name) {
                try_it(name, value, &with_value(line, name, value));
            }
        }
    }
}

/// Whether a message names the value, or that part of it which is wrong.
fn quotes(message: &str, value: &str) -> bool {
    let parts = value.split(',').map(str::trim);
    // An enum of choices reports an empty value as a missing one.
    parts.chain([value]).any(|part| message.contains(&quoted(part)))
}

fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| ssgctl::model::text::is_hidden(c) && c != '\n')
}

#[test]
fn every_line_is_valid_before_it_is_spoilt() {
    // There is no gateway here that a probe could find; tests/smpp has some.
    for line in LINES.iter().filter(|line| !line.starts_with("smpp probe")) {
        let cli = TestCli::seeded();
        cli.interrupt_import();
        cli.import_a_message();
        cli.run_words(&with_value(line, "--color", "never")).succeeded(line);
    }
}

#[test]
fn a_wrong_value_is_refused_by_field_value_and_rule() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    each_wrong_value(|name, value, words| {
        let what = format!("{words:?}");
        let outcome = cli.run_words(words);
        let reported = outcome.failed(2, &what);
        assert!(reported.starts_with("ssgctl: error["), "{what}: {reported}");
        assert!(reported.contains(name), "{what} does not name the field: {reported}");
        assert!(quotes(reported, value), "{what} does not quote the value: {reported}");
        assert!(is_clean(reported), "{what} emits what it should escape: {reported:?}");
        assert!(reported.chars().count() < 400, "{what} says too much: {reported}");
        // What comes after the value, whatever other names the rule quotes.
        let rule = reported.lines().next().unwrap_or_default().splitn(3, '`').last().unwrap_or_default();
        assert!(
            rule.contains("must ") || rule.contains("is not in") || rule.contains("is not a date"),
            "{what} does not state the rule: {reported}"
        );
    });
    assert!(before == cli.dump(), "a refused value left a trace");
}

#[test]
fn a_wrong_value_is_reported_to_programs_by_its_field() {
    let cli = TestCli::seeded();
    each_wrong_value(|name, value, words| {
        let what = format!("{words:?}");
        let mut words = words.to_vec();
        words.insert(1, "--json".into());
        // The text of the error is tested above; one value is enough to see whether the field is reported.
        if name == "--output" || value != wrong(name)[wrong(name).len() - 1] {
            return;
        }
        let outcome = cli.run_words(&words);
        outcome.failed(2, &what);
        let error = outcome.error(&what);
        assert_eq!(error["code"], "bad_value", "{what}: {error}");
        assert_eq!(error["field"], name.trim_start_matches('-').to_lowercase().replace('-', "_"), "{what}: {error}");
    });
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
