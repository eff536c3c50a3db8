//! Records with related rows: no format has less than another, and CSV is refused where one table cannot hold all of them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::support::cli::TestCli;

use super::formats::{as_csv, is_new_each_time, keys, own_keys, records, rows, seeded};
use super::printed_lines::{Shape, printing};

type Object = Map<String, Value>;

/// Sums of the rows of another list, which only JSON and tables have.
const SUMS: &[&str] = &["totals"];

/// The related rows of a record, by key. A list of texts is a field, except where it is empty and so may be either.
fn lists(row: &Object) -> Vec<(&str, Vec<&Object>)> {
    let lists = row.iter().filter_map(|(key, value)| {
        let items = value.as_array()?;
        let objects: Option<Vec<&Object>> = items.iter().map(Value::as_object).collect();
        objects.filter(|objects| !objects.is_empty()).map(|objects| (key.as_str(), objects))
    });
    lists.filter(|(key, _)| !SUMS.contains(key)).collect()
}

/// The record with its fields that change from run to run emptied.
fn lasting(mut row: Object) -> Object {
    row.iter_mut().filter(|(key, _)| is_new_each_time(key)).for_each(|(_, value)| *value = Value::Null);
    row
}

#[test]
fn no_format_has_less_than_another() {
    let cli = seeded();
    let mut exploded = BTreeSet::new();
    for (_, line) in printing().filter(|(shape, _)| *shape == Shape::Sheet) {
        let json = rows(&cli, line).remove(0);
        let jsonl: Object = serde_json::from_str(&cli.ok(&format!("{line} -o jsonl"))).expect(line);
        assert_eq!(lasting(jsonl), lasting(json.clone()), "{line}");
        let lists = lists(&json);
        let table = cli.ok(line);
        let related: usize = lists.iter().map(|(_, rows)| rows.len()).sum();
        assert!(table.lines().count() > related + lists.len(), "{line}: {table}");
        let csv = cli.run(&format!("{line} --csv --raw-csv"));
        if csv.code == Some(2) {
            let error = csv.failed(2, line);
            assert!(lists.iter().all(|(key, _)| error.contains(key)), "{line}: {error}");
            assert!(error.contains("use --json, or print only the record's own fields: --fields "), "{line}: {error}");
            let fields = error.trim_end().rsplit(' ').next().expect("fields");
            let (header, _) = records(&cli.ok(&format!("{line} --csv --fields {fields}")));
            assert!(own_keys(&json).iter().all(|key| header.contains(key)), "{line}: {header:?}");
            continue;
        }
        assert!(lists.len() < 2, "{line} has several lists, and CSV has room for one");
        exploded.extend(lists.iter().map(|(key, _)| (*key).to_owned()));
        csv_has_everything(&json, &lists, &csv.succeeded(line), line);
    }
    assert!(exploded.contains("entries"), "the entries of a statement are in its CSV");
}

/// Checks that each record of a CSV text has the fields of the object, and one of its related rows.
fn csv_has_everything(json: &Object, lists: &[(&str, Vec<&Object>)], csv: &str, line: &str) {
    let (header, records) = records(csv);
    let unique: BTreeSet<&String> = header.iter().collect();
    assert_eq!(unique.len(), header.len(), "{line} repeats a column: {header:?}");
    let empty = Object::new();
    let related = lists.first().map_or(vec![&empty], |(_, rows)| rows.clone());
    assert_eq!(records.len(), related.len(), "{line}");
    for (record, row) in records.iter().zip(related) {
        for (key, value) in json.iter().filter(|(key, _)| lists.iter().all(|(list, _)| list != key)).chain(row) {
            if SUMS.contains(&key.as_str()) || is_new_each_time(key) || *value == Value::Array(Vec::new()) {
                continue;
            }
            let at = header.iter().position(|column| column == key);
            let text = at.map(|at| record[at].clone());
            assert_eq!(text, Some(as_csv(key, value)), "{line}: {key}");
        }
    }
}

/// An empty list is a list: programs that read it get an empty array, not nothing.
#[test]
fn a_list_without_rows_is_an_empty_array_in_every_command() {
    let cli = TestCli::new();
    cli.ok("db init");
    cli.ok("customer new --organisation New --account-code NEW");
    let empty = [
        "contact list",
        "note list",
        "smpp list",
        "balance list",
        "balance history",
        "balance show NEW",
        "balance explain NEW",
        "balance at NEW 2030-01-01",
        "mail list",
        "traffic list",
        "report balances",
        "report balances --by customer",
        "report usage --last 1mo",
        "customer list --archived",
        "db check",
        "audit list --until 2020-01-01",
        "service list --search nothing",
    ];
    for line in empty {
        assert_eq!(cli.ok(&format!("{line} --json")), "[]\n", "{line}");
        assert_eq!(cli.ok(&format!("{line} -o jsonl")), "", "{line}");
        assert_eq!(records(&cli.ok(&format!("{line} --csv"))).1.len(), 0, "{line}");
    }
}

#[test]
fn a_statement_in_csv_is_complete_and_adds_up() {
    let cli = seeded();
    let line = "report statement ABC --unit SMS --from 2026-01-01";
    let (header, all) = records(&cli.ok(&format!("{line} --csv")));
    let column = |key: &str| header.iter().position(|column| column == key).expect(key);
    let number = |record: &Vec<String>, key: &str| record[column(key)].parse::<i64>().expect(key);
    let sum: i64 = all.iter().map(|record| number(record, "amount")).sum();
    assert!(!all.is_empty() && all.iter().all(|record| record[column("account_code")] == "ABC"), "{all:?}");
    assert_eq!(number(&all[0], "opening_balance") + sum, number(&all[0], "closing_balance"));
    // Without entries there is one record, so the balances are not lost either.
    let (_, none) = records(&cli.ok("report statement ABC --unit SMS --from 2020-01-01 --until 2020-02-01 --csv"));
    assert_eq!(none.len(), 1);
    assert_eq!(none[0][column("closing_balance")], "0");
    assert_eq!(none[0][column("amount")], "");
    // The list's key stands for all its columns; own fields alone are one record.
    let entries: Vec<String> = keys(rows(&cli, line)[0]["entries"][0].as_object().expect("an entry"));
    let (picked, _) = records(&cli.ok(&format!("{line} --csv --fields unit,entries")));
    assert_eq!(picked, [vec!["unit".to_owned()], entries].concat());
    let (picked, some) = records(&cli.ok(&format!("{line} --csv --fields amount,unit")));
    assert_eq!((picked, some.len()), (vec!["amount".to_owned(), "unit".to_owned()], all.len()));
    assert_eq!(cli.ok(&format!("{line} --csv --fields opening_balance")), "opening_balance\n0\n");
}
