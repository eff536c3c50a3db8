//! Every column of invoices, fees and receivables: a single value that is changed by force is found.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use ssgctl::ops::invoice;

use super::invoice_guards::{disarmed, fixture};
use crate::support::fixture::Fixture;

/// Columns that `db check` does not cover, and why.
const NOT_CHECKED: [(&str, &str, &str); 0] = [];

/// The tables of invoices: these, and those that reference them.
fn tables(raw: &Connection) -> Vec<String> {
    let sql = "SELECT DISTINCT name FROM sqlite_schema AS of_table WHERE type = 'table' AND (name IN ('invoice', 'receivable', 'fee')
        OR EXISTS (SELECT 1 FROM pragma_foreign_key_list(of_table.name) WHERE \"table\" IN ('invoice', 'receivable', 'fee')))
        ORDER BY name";
    let mut statement = raw.prepare(sql).unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.collect::<rusqlite::Result<_>>().unwrap()
}

struct Column {
    name: String,
    kind: String,
    is_key: bool,
}

fn columns(raw: &Connection, table: &str) -> Vec<Column> {
    let mut statement = raw.prepare("SELECT name, type, pk > 0 FROM pragma_table_info(?1)").unwrap();
    let columns =
        statement.query_map([table], |row| Ok(Column { name: row.get(0)?, kind: row.get(1)?, is_key: row.get(2)? }));
    columns.unwrap().collect::<rusqlite::Result<_>>().unwrap()
}

/// The rows of a table, with all their values.
fn rows(raw: &Connection, table: &str) -> Vec<Vec<Value>> {
    let mut statement = raw.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
    let count = statement.column_count();
    let rows = statement.query_map([], |row| (0..count).map(|index| row.get(index)).collect());
    rows.unwrap().collect::<rusqlite::Result<_>>().unwrap()
}

/// Sets a value of a row, which is found by its key.
fn set(raw: &Connection, table: &str, columns: &[Column], row: &mut [Value], index: usize, value: Value) {
    let keys: Vec<usize> = (0..columns.len()).filter(|index| columns[*index].is_key).collect();
    let places: Vec<String> =
        keys.iter().zip(2..).map(|(key, place)| format!("{} = ?{place}", columns[*key].name)).collect();
    let sql = format!("UPDATE {table} SET {} = ?1 WHERE {}", columns[index].name, places.join(" AND "));
    let values = std::iter::once(value.clone()).chain(keys.iter().map(|key| row[*key].clone()));
    assert_eq!(raw.execute(&sql, params_from_iter(values)), Ok(1), "{sql}");
    row[index] = value;
}

/// Another value of the same form, so that it can be read.
fn other(value: &Value, kind: &str) -> Value {
    match value {
        Value::Integer(number @ 0..=1) => Value::Integer(1 - number),
        Value::Integer(number) => Value::Integer(number + 1000),
        Value::Blob(bytes) => Value::Blob(bytes.iter().map(|byte| byte ^ 1).collect()),
        Value::Text(text) => {
            let word = match text.as_str() {
                "EUR" => "USD".to_owned(),
                "SMS" => "EUR".to_owned(),
                "invoice" => "refund".to_owned(),
                "payment" => "write_off".to_owned(),
                "S" => "Z".to_owned(),
                "UTC" => "Asia/Tokyo".to_owned(),
                date if date.starts_with("20") && date.as_bytes()[4] == b'-' => date.replacen("20", "19", 1),
                object if object.starts_with('{') => object.replacen("GB", "FR", 1),
                other => format!("{other}1"),
            };
            Value::Text(word)
        }
        Value::Null | Value::Real(_) => match kind {
            "INTEGER" => Value::Integer(99),
            "BLOB" => Value::Blob(vec![1; 32]),
            _ => Value::Text("2026-01-01".to_owned()),
        },
    }
}

/// The fixture, a draft and a cancelled draft.
fn sample() -> Fixture {
    let mut fixture = fixture();
    fixture.draft(&["7"]);
    let cancelled = fixture.draft(&["8"]).id.to_string();
    fixture.write(|tx| invoice::cancel(tx, &cancelled)).expect("cancelled");
    fixture
}

/// Changes the first value of a column, the first that is empty, and of invoices the last, which is of a draft, each alone; returns whether
/// each change was found.
fn is_found(fixture: &mut Fixture, raw: &Connection, table: &str, columns: &[Column], index: usize) -> bool {
    let rows = rows(raw, table);
    let filled: Vec<&Vec<Value>> = rows.iter().filter(|row| row[index] != Value::Null).collect();
    let empty = rows.iter().find(|row| row[index] == Value::Null);
    let of_draft = filled.last().copied().filter(|_| table.starts_with("invoice"));
    [filled.first().copied(), of_draft, empty].into_iter().flatten().all(|row| {
        let (mut row, value) = (row.clone(), row[index].clone());
        set(raw, table, columns, &mut row, index, other(&value, &columns[index].kind));
        let is_found = !fixture.findings().is_empty();
        set(raw, table, columns, &mut row, index, value);
        is_found
    })
}

#[test]
fn a_single_value_that_is_changed_by_force_is_found() {
    let mut fixture = sample();
    let raw = disarmed(&fixture);
    assert_eq!(fixture.findings(), Vec::<String>::new());
    let mut wrong = Vec::new();
    for table in tables(&raw) {
        let columns = columns(&raw, &table);
        for (index, Column { name, .. }) in columns.iter().enumerate() {
            let is_allowed =
                NOT_CHECKED.iter().any(|(of, column, _)| (*of, *column) == (table.as_str(), name.as_str()));
            if is_found(&mut fixture, &raw, &table, &columns, index) == is_allowed {
                wrong.push(format!("{table}.{name}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(fixture.findings(), Vec::<String>::new());
}
