//! Every command that prints says the same in every format, and `--fields` picks from it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::command_tree::commands;
use super::printed_lines::{LINES, Shape, printing};
use crate::support::cli::{Home, TestCli};
use Shape::{Lines, List, Sheet, Single, Value as Bare};

pub fn seeded() -> TestCli {
    static SEEDED: OnceLock<Home> = OnceLock::new();
    TestCli::copy_of(&SEEDED, || {
        let cli = TestCli::seeded();
        cli.interrupt_import();
        cli.import_a_message();
        cli.add_plans();
        cli.ok("smpp add XYZ --system-id xyz_charged --enabled no");
        let row = "message_id,submitted_at,system_id,destination,state\nm,2026-11-02T10:00:00Z,xyz_charged,+447700900123,delivered\n";
        fs::write(cli.path("charged.csv"), row).expect("written");
        cli.ok("traffic import charged.csv");
        cli.ok("report statement ABC --unit SMS --from 2026-01-01 --prove signed.json");
        fs::write(cli.path("operator.pub"), cli.ok("config public-key")).expect("written");
        // The last two events: an edit, and its undo.
        cli.ok("customer edit XYZ --website xyz.example");
        cli.ok("undo");
        cli
    })
}

/// The rows of a command as JSON has them, with the keys in their order.
pub fn rows(cli: &TestCli, line: &str) -> Vec<Map<String, Value>> {
    rows_of(line, cli.json(line))
}

fn rows_of(line: &str, json: Value) -> Vec<Map<String, Value>> {
    let items = match json {
        Value::Array(items) => items,
        other => vec![other],
    };
    items.into_iter().map(|item| item.as_object().expect(line).clone()).collect()
}

pub fn keys(row: &Map<String, Value>) -> Vec<String> {
    row.keys().cloned().collect()
}

/// The header and the records of a CSV text.
pub fn records(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let header = texts(reader.headers().expect(text));
    (header, reader.records().map(|record| texts(&record.expect(text))).collect())
}

/// The text that CSV has for a value of JSON.
pub fn as_csv(key: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<&str> = items.iter().map(|item| item.as_str().expect("a list of texts")).collect();
            items.join(if matches!(key, "invoice_address" | "text") { "\n" } else { ", " })
        }
        other => other.to_string(),
    }
}

/// The keys of the fields that are not arrays: those that every format has.
pub fn own_keys(row: &Map<String, Value>) -> Vec<String> {
    row.iter().filter(|(_, value)| !value.is_array()).map(|(key, _)| key.clone()).collect()
}

/// Fields that are new each time: times and generated names.
pub fn is_new_each_time(key: &str) -> bool {
    let names = ["api_id", "customer_api_id", "system_id", "account_code", "password", "hash", "at", "until"];
    names.contains(&key) || key == "effective_from" || key.ends_with("_at")
}

#[test]
fn every_command_has_a_line_here() {
    for command in commands().iter().map(|command| &command.name) {
        let found = LINES.iter().any(|(_, line)| format!("{line} ").starts_with(&format!("{command} ")));
        assert!(found, "`{command}` has no line");
    }
}

/// A line, and what it prints as JSON, with which every other format is compared.
struct Printed<'t> {
    cli: &'t TestCli,
    line: &'t str,
    rows: Vec<Map<String, Value>>,
}

impl Printed<'_> {
    /// What the line prints with further options.
    fn with(&self, options: &str) -> String {
        self.cli.ok(&format!("{} {options}", self.line))
    }

    fn has_an_object_a_line(&self) {
        let line = self.line;
        let lines = self.with("-o jsonl");
        assert_eq!(lines.lines().count(), self.rows.len(), "{line}");
        for object in lines.lines() {
            assert!(serde_json::from_str::<Map<String, Value>>(object).is_ok(), "{line}: {object}");
        }
    }

    fn has_the_same_as_csv_in_the_same_order(&self) {
        let line = self.line;
        let (header, with_header) = records(&self.with("--csv --raw-csv"));
        assert_eq!(header, keys(&self.rows[0]), "{line}");
        assert_eq!(with_header.len(), self.rows.len(), "{line}");
        for (row, record) in self.rows.iter().zip(&with_header) {
            for (key, text) in header.iter().zip(record).filter(|(key, _)| !is_new_each_time(key)) {
                assert_eq!(*text, as_csv(key, &row[key]), "{line}: {key}");
            }
        }
        let (first, others) = records(&self.with("--csv --no-headers"));
        assert_eq!(others.len() + 1, with_header.len(), "{line}");
        assert!(!first.is_empty(), "{line}");
    }

    fn has_keys_as_headings(&self) {
        let line = self.line;
        let keys: BTreeSet<String> = keys(&self.rows[0]).into_iter().collect();
        let table = self.with("");
        let headings: Vec<&str> = table.lines().next().unwrap_or_default().split_whitespace().collect();
        assert!(headings.len() > 1 && headings.iter().all(|heading| keys.contains(*heading)), "{line}: {headings:?}");
        let bare = self.with("--no-headers");
        assert!(!bare.lines().next().unwrap_or_default().starts_with(headings[0]), "{line}: {bare}");
        assert_eq!(bare.lines().count(), table.lines().count() - 1, "{line}");
    }

    fn has_a_name_a_line(&self) {
        let line = self.line;
        let names = self.with("-o name");
        assert_eq!(names.lines().count(), self.rows.len(), "{line}: {names}");
        assert!(names.lines().all(|name| !name.is_empty() && !name.contains(' ')), "{line}: {names}");
    }
}

#[test]
fn every_format_says_what_json_says() {
    let cli = seeded();
    for (shape, line) in printing() {
        let json = cli.json(line);
        assert_eq!(json.is_array(), matches!(shape, List | Lines), "{line}");
        let printed = Printed { cli: &cli, line, rows: rows_of(line, json) };
        assert!(!printed.rows.is_empty(), "{line} prints nothing, so this test proves nothing");
        printed.has_an_object_a_line();
        printed.has_a_name_a_line();
        if *shape != Sheet {
            printed.has_the_same_as_csv_in_the_same_order();
        }
        if matches!(shape, List | Single) {
            printed.has_keys_as_headings();
        }
    }
    assert_eq!(cli.ok("smpp list --search nothing --json"), "[]\n");
    assert_eq!(cli.ok("smpp list --search nothing -o jsonl"), "");
}

#[test]
fn a_listed_name_names_the_thing_again() {
    let cli = seeded();
    for (list, show) in
        [("customer list", "customer show"), ("smpp list", "smpp show"), ("balance list", "balance show")]
    {
        for name in cli.ok(&format!("{list} --all -o name")).lines() {
            cli.ok(&format!("{show} {name}"));
        }
    }
}

#[test]
fn the_formats_of_a_list_have_short_names() {
    let cli = seeded();
    assert_eq!(cli.ok("customer list --json"), cli.ok("customer list --output json"));
    assert_eq!(cli.ok("customer list --csv"), cli.ok("customer list -ocsv"));
    for line in ["customer list --json --csv", "customer list --json -o csv", "customer list --csv -o csv"] {
        cli.run(line).failed(2, line);
    }
}

/// Every line with JSON and one other format, of which each meets many lines: a format gets columns and does not know the command.
#[test]
fn fields_pick_and_order() {
    let cli = seeded();
    for (number, (shape, line)) in printing().filter(|(shape, _)| *shape != Bare).enumerate() {
        let row = &rows(&cli, line)[0];
        let all = if *shape == Sheet { own_keys(row) } else { keys(row) };
        let (first, last) = (all[0].as_str(), all[all.len() - 1].as_str());
        let wanted = if first == last { vec![first] } else { vec![last, first] };
        let line = format!("{line} --fields {}", wanted.join(","));
        assert_eq!(keys(&rows(&cli, &line)[0]), wanted, "{line}");
        match number % 3 {
            0 => {
                let objects = cli.ok(&format!("{line} -o jsonl"));
                let object: Map<String, Value> =
                    serde_json::from_str(objects.lines().next().expect(&line)).expect(&line);
                assert_eq!(keys(&object), wanted, "{line}");
            }
            1 if *shape != Sheet => {
                let table = cli.ok(&line);
                assert_eq!(table.lines().next().expect(&line).split_whitespace().collect::<Vec<_>>(), wanted, "{line}");
            }
            _ => assert_eq!(records(&cli.ok(&format!("{line} --csv"))).0, wanted, "{line}"),
        }
    }
}

/// Every line in one format, of which each meets many lines: the fields are checked before anything is formatted.
#[test]
fn an_unknown_field_is_refused_with_a_list_of_those_there_are() {
    let cli = seeded();
    let before = cli.dump();
    let lines = printing().filter(|(shape, line)| *shape != Bare && !line.contains("--reveal"));
    for ((_, line), format) in lines.zip(["table", "json", "jsonl", "csv"].into_iter().cycle()) {
        let known = own_keys(&rows(&cli, line)[0]);
        let what = format!("{line} -o {format} --fields {},colour", known[0]);
        let outcome = cli.run(&what);
        let error = outcome.failed(2, &what);
        assert!(error.contains("colour"), "{what}: {error}");
        assert!(known.iter().all(|key| error.contains(key.as_str())), "{what}: {error}");
    }
    assert!(before == cli.dump());
}

/// A change whose receipt cannot be shown as asked must not be made first and complained of afterwards.
#[test]
fn a_change_with_an_unknown_field_is_not_made() {
    for (_, line) in printing().filter(|(_, line)| line.ends_with(" -n")) {
        let cli = seeded();
        let before = cli.dump();
        let line = format!("{} --fields colour", line.trim_end_matches(" -n"));
        cli.run(&line).failed(2, &line);
        assert!(before == cli.dump(), "{line} was done all the same");
    }
}

#[test]
fn a_file_or_email_whose_receipt_has_an_unknown_field_is_not_made() {
    for line in [
        "config init --config new.toml",
        "db init --db new.db",
        "db backup new.db",
        "db restore backup.db --db new.db",
        "db migrate --db old.db",
        "mail preview test --config mail.toml --html new.html",
        "mail test a@b.example --config mail.toml",
        "balance check --config mail.toml",
    ] {
        let cli = seeded();
        let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schemas/schema-12.db");
        fs::copy(old, cli.path("old.db")).expect("copied");
        // Open it once, so that the files that SQLite keeps next to it exist.
        cli.run("db migrate --db old.db --wait 0 --fields schema,colour").failed(2, "db migrate");
        let files = || {
            let folders = [cli.path("."), cli.path("emails")];
            let names = folders.into_iter().flat_map(|folder| fs::read_dir(folder).expect("a folder"));
            names.map(|entry| entry.expect("an entry").file_name()).collect::<BTreeSet<_>>()
        };
        let before = (files(), cli.dump(), fs::read(cli.path("old.db")).expect("read"));
        cli.run(&format!("{line} --fields colour")).failed(2, line);
        assert!(before == (files(), cli.dump(), fs::read(cli.path("old.db")).expect("read")), "{line}");
    }
}

#[test]
fn a_spreadsheet_finds_no_formula() {
    let cli = seeded();
    let guarded = cli.ok("balance history --csv --fields description");
    assert!(guarded.contains("\n'=card\n"), "{guarded}");
    let raw = cli.ok("balance history --csv --raw-csv --fields description");
    assert!(raw.contains("\n=card\n"), "{raw}");
}

#[test]
fn the_text_for_a_customer_is_plain_for_people_and_a_row_for_programs() {
    let cli = seeded();
    let line = "smpp handover abc --config mail.toml";
    let text = cli.ok(line);
    assert!(text.starts_with("System ID: abc_prod\nPassword: ********\nHost: smpp1.gateway.example\n"), "{text}");
    let (header, csv) = records(&cli.ok(&format!("{line} --csv --raw-csv")));
    let row = &rows(&cli, line)[0];
    assert_eq!(header, keys(row));
    for (key, text) in header.iter().zip(&csv[0]) {
        assert_eq!(*text, as_csv(key, &row[key]), "{key}");
    }
    assert_eq!(cli.ok(&format!("{line} -o name")), "abc_prod\n");
    let table = cli.ok(&format!("{line} --fields port,system_id"));
    assert_eq!(table, "port  system_id\n2775  abc_prod\n");
    cli.run(&format!("{line} --fields colour")).failed(2, "colour");
}
