//! Every command that prints says the same in every format, and `--fields` picks from it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::command_tree::commands;
use crate::support::cli::{Home, TestCli};

/// What a command prints.
#[derive(Clone, Copy, PartialEq)]
pub enum Shape {
    /// Rows: an array in JSON.
    List,
    /// One row: an object in JSON.
    Single,
    /// One thing with what belongs to it: an object in JSON with arrays of rows. Its CSV is tested in `nested.rs`.
    Sheet,
    /// One value under a key.
    Value,
    /// A text for another program, or nothing at all.
    Text,
}
use Shape::{List, Sheet, Single, Text, Value as Bare};

/// Every command, with a line that prints something. Changes are tried with `--dry-run`, so each can be repeated.
pub const LINES: &[(Shape, &str)] = &[
    (Single, "customer new --organisation New --account-code NEW -n"),
    (Single, "customer edit ABC --country IE -n"),
    (Sheet, "customer show ABC"),
    (List, "customer list --all"),
    (List, "customer archive ABC XYZ -y -n"),
    (List, "customer unarchive OLD -n"),
    (List, "customer import customers.csv -n"),
    // CSV, unless another format is asked for.
    (Text, "customer export"),
    (Single, "contact add ABC --name New -n"),
    (Single, "contact edit ABC 1 --name New -n"),
    (Single, "contact remove ABC 1 -y -n"),
    (List, "contact list"),
    (List, "contact import contacts.csv -n"),
    (Text, "contact export"),
    (Single, "note add ABC New -n"),
    (List, "note list"),
    (List, "note import notes.csv -n"),
    (Text, "note export"),
    (Text, "balance export"),
    (Single, "smpp add ABC --system-id new -n"),
    (Single, "smpp quick-create ABC --system-id new -n"),
    // A text for reading, and a row for programs; see below.
    (Text, "smpp handover abc --config mail.toml"),
    (Single, "smpp edit abc --max-tps 7 -n"),
    (Sheet, "smpp show abc"),
    (Sheet, "smpp show abc --reveal"),
    (List, "smpp list --all"),
    (List, "smpp enable abc -n"),
    (List, "smpp disable abc -n"),
    (Single, "smpp cug abc add +447700900128 -n"),
    (List, "smpp cug abc list"),
    // It needs a gateway; tests/smpp has some.
    (Text, "smpp probe abc --host 127.0.0.1 --port 1"),
    (Single, "smpp export --gateway json --file accounts.json -n"),
    (List, "smpp export --gateway opensmppbox --diff logins --skip-unfit -q"),
    (Single, "smpp rotate-password abc --grace 0 -n"),
    (List, "smpp archive abc -y -n"),
    (List, "smpp unarchive xyz_old -n"),
    (List, "smpp import accounts.csv -n"),
    (Single, "service new new --name New -n"),
    (Single, "service edit uk --name New -n"),
    (List, "service list"),
    (List, "service import services.csv -n"),
    (Text, "service export"),
    (Sheet, "plan import prices.csv --plan uk --effective 2999-01-01 -n"),
    (Text, "plan export uk"),
    (List, "plan diff uk prices.csv --effective 2999-01-01"),
    (List, "balance show ABC"),
    (List, "balance list"),
    (Single, "balance adjust ABC 1 --unit SMS --description new -n"),
    (Single, "balance limit ABC 1 --unit SMS -n"),
    (List, "balance history"),
    (List, "balance at ABC 2030-01-01"),
    (List, "balance explain ABC"),
    (List, "balance explain ABC --imports"),
    (List, "balance reverse 1 --description wrong -n"),
    (List, "balance transfer ABC XYZ 1 --unit SMS --description moved -n"),
    (Single, "balance warn ABC --unit SMS --upper 300 -n"),
    (Single, "balance check --status"),
    (Sheet, "balance alerts ABC --unit SMS"),
    (List, "mail list"),
    (Sheet, "mail show 1"),
    (List, "mail retry 1 -n"),
    (List, "mail cancel 1 -n"),
    // A row for programs, and an email for a person.
    (Text, "mail preview test --config mail.toml"),
    // A row, but of another email each time.
    (Text, "mail test a@b.example --config mail.toml"),
    (Single, "balance import rows.csv -n"),
    (List, "balance import rows.csv --receipts -n"),
    (List, "report balances"),
    (List, "report balances --by customer"),
    (Sheet, "report statement ABC --unit SMS --from 2026-01-01"),
    (List, "traffic import traffic.csv -n"),
    (List, "traffic list"),
    (List, "traffic show shown"),
    (Single, "traffic close 1 -n"),
    (Single, "traffic revert 2 --reason wrong -n"),
    (Single, "traffic prune --before 2026-01-01 -n"),
    (List, "report traffic --from 2026-11-01 --until 2026-11-03"),
    // Without traffic there is no usage.
    (Text, "report usage --last 1mo"),
    (Single, "quick-create --organisation New --credit 5 -n"),
    (List, "audit list"),
    (Text, "export everything.jsonl --force"),
    (Single, "import everything.jsonl --db empty.db -n"),
    (Bare, "db init"),
    (Bare, "db path"),
    (Text, "db check"),
    (Single, "db head"),
    (Single, "db migrate"),
    (Bare, "db backup copy.db --force"),
    (Text, "db restore backup.db --db other.db"),
    (List, "config show"),
    (Bare, "config path"),
    (Text, "config init"),
    (Text, "completions bash"),
    (Text, "man ."),
    (Single, "version"),
];

pub fn seeded() -> TestCli {
    static SEEDED: OnceLock<Home> = OnceLock::new();
    TestCli::copy_of(&SEEDED, || {
        let cli = TestCli::seeded();
        cli.interrupt_import();
        cli.import_a_message();
        cli
    })
}

/// The rows of a command as JSON has them, with the keys in their order.
pub fn rows(cli: &TestCli, line: &str) -> Vec<Map<String, Value>> {
    let items = match cli.json(line) {
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
    matches!(key, "api_id" | "customer_api_id" | "system_id" | "account_code" | "password" | "hash" | "at" | "until")
        || key.ends_with("_at")
}

pub fn printing() -> impl Iterator<Item = &'static (Shape, &'static str)> {
    LINES.iter().filter(|(shape, _)| *shape != Text)
}

#[test]
fn every_command_has_a_line_here() {
    for command in commands().iter().map(|command| &command.name) {
        let found = LINES.iter().any(|(_, line)| format!("{line} ").starts_with(&format!("{command} ")));
        assert!(found, "`{command}` has no line");
    }
}

#[test]
fn a_list_is_an_array_and_a_single_thing_an_object() {
    let cli = seeded();
    for (shape, line) in printing() {
        assert_eq!(cli.json(line).is_array(), *shape == List, "{line}");
        let lines = cli.ok(&format!("{line} -o jsonl"));
        let count = lines.lines().count();
        assert_eq!(count, rows(&cli, line).len(), "{line}");
        for object in lines.lines() {
            assert!(serde_json::from_str::<Map<String, Value>>(object).is_ok(), "{line}: {object}");
        }
        assert!(*shape == List || count == 1, "{line} has {count} lines");
        assert!(count > 0, "{line} prints nothing, so this test proves nothing");
    }
    assert_eq!(cli.ok("smpp list --search nothing --json"), "[]\n");
    assert_eq!(cli.ok("smpp list --search nothing -o jsonl"), "");
}

#[test]
fn csv_says_what_json_says_in_the_same_order() {
    let cli = seeded();
    for (_, line) in printing().filter(|(shape, _)| *shape != Sheet) {
        let rows = rows(&cli, line);
        let (header, records) = records(&cli.ok(&format!("{line} --csv --raw-csv")));
        assert_eq!(header, keys(&rows[0]), "{line}");
        assert_eq!(records.len(), rows.len(), "{line}");
        for (row, record) in rows.iter().zip(&records) {
            for (key, text) in header.iter().zip(record).filter(|(key, _)| !is_new_each_time(key)) {
                assert_eq!(*text, as_csv(key, &row[key]), "{line}: {key}");
            }
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

#[test]
fn headings_are_keys() {
    let cli = seeded();
    for (shape, line) in printing().filter(|(shape, _)| matches!(shape, List | Single)) {
        let keys: BTreeSet<String> = keys(&rows(&cli, line)[0]).into_iter().collect();
        let table = cli.ok(line);
        let headings: Vec<&str> = table.lines().next().unwrap_or_default().split_whitespace().collect();
        assert!(headings.len() > 1 && headings.iter().all(|heading| keys.contains(*heading)), "{line}: {headings:?}");
        let bare = cli.ok(&format!("{line} --no-headers"));
        assert!(!bare.lines().next().unwrap_or_default().starts_with(headings[0]), "{line}: {bare}");
        assert_eq!(bare.lines().count(), table.lines().count() - 1, "{line}");
        assert!(*shape == List || table.lines().count() == 2, "{line}: {table}");
    }
}

#[test]
fn no_headers_leaves_the_records_of_csv() {
    let cli = seeded();
    for (_, line) in printing().filter(|(shape, _)| *shape != Sheet) {
        let with = records(&cli.ok(&format!("{line} --csv"))).1.len();
        let without = cli.ok(&format!("{line} --csv --no-headers"));
        let (first, others) = records(&without);
        assert_eq!(others.len() + 1, with, "{line}");
        assert!(!first.is_empty(), "{line}");
    }
}

#[test]
fn names_are_one_a_line_and_name_the_thing_again() {
    let cli = seeded();
    for (_, line) in printing() {
        let names = cli.ok(&format!("{line} -o name"));
        assert_eq!(names.lines().count(), rows(&cli, line).len(), "{line}: {names}");
        assert!(names.lines().all(|name| !name.is_empty() && !name.contains(' ')), "{line}: {names}");
    }
    for (list, show) in
        [("customer list", "customer show"), ("smpp list", "smpp show"), ("balance list", "balance show")]
    {
        for name in cli.ok(&format!("{list} --all -o name")).lines() {
            cli.ok(&format!("{show} {name}"));
        }
    }
}

#[test]
fn fields_pick_and_order() {
    let cli = seeded();
    for (shape, line) in printing().filter(|(shape, _)| *shape != Bare) {
        let all =
            if *shape == Sheet { own_keys(&rows(&cli, line)[0]) } else { records(&cli.ok(&format!("{line} --csv"))).0 };
        let (first, last) = (all[0].as_str(), all[all.len() - 1].as_str());
        let wanted = if first == last { vec![first] } else { vec![last, first] };
        let fields = wanted.join(",");
        assert_eq!(keys(&rows(&cli, &format!("{line} --fields {fields}"))[0]), wanted, "{line}");
        let object = cli.ok(&format!("{line} --fields {fields} -o jsonl"));
        let object: Map<String, Value> = serde_json::from_str(object.lines().next().expect(line)).expect(line);
        assert_eq!(keys(&object), wanted, "{line}");
        assert_eq!(records(&cli.ok(&format!("{line} --fields {fields} --csv"))).0, wanted, "{line}");
        if *shape != Sheet {
            let table = cli.ok(&format!("{line} --fields {fields}"));
            assert_eq!(table.lines().next().expect(line).split_whitespace().collect::<Vec<_>>(), wanted, "{line}");
        }
    }
}

#[test]
fn an_unknown_field_is_refused_with_a_list_of_those_there_are() {
    let cli = seeded();
    let before = cli.dump();
    for (shape, line) in printing().filter(|(shape, line)| *shape != Bare && !line.contains("--reveal")) {
        let known = own_keys(&rows(&cli, line)[0]);
        for format in ["table", "json", "jsonl", "csv"] {
            let what = format!("{line} -o {format} --fields {},colour", known[0]);
            let outcome = cli.run(&what);
            let error = outcome.failed(2, &what);
            assert!(error.contains("colour"), "{what}: {error}");
            assert!(known.iter().all(|key| error.contains(key.as_str())), "{what}: {error}");
        }
        assert!(*shape != Bare);
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
