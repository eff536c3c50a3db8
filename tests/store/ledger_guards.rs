//! The ledger's guards: SQLite refuses to change it, and what is changed by force is found.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use ssgctl::model::{SendOutcome, Unit, WarningDetails};
use ssgctl::ops::balance::{DueCharges, Transfer};
use ssgctl::ops::{balance, note, outbox, warning};
use ssgctl::store::{Location, Store, Tx};
use tempfile::TempDir;

use crate::support::fixture::{Fixture, NOON, adjustment_in, keyed, open, plain_email, reversal, transfer, valid};
use crate::support::traffic::import_message;

/// Two customers, two units, keys, a credit limit, a transfer, a reversal, reported crossings, and no two times alike.
pub(crate) fn fixture() -> Fixture {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    let limit = |tx: &mut Tx<'_>| balance::set_credit_limit(tx, "ACME", Some(valid("SMS")), valid("5"));
    fixture.at("2026-11-24T12:00:01Z").write(limit).expect("limit");
    let entries = [("ACME", "SMS", "10"), ("ACME", "EUR", "20"), ("GLOBEX", "SMS", "30"), ("ACME", "SMS", "-4")];
    for (second, (customer, unit, amount)) in (2..).zip(entries) {
        let mut change = adjustment_in(unit, amount);
        change.key = Some(valid(&format!("k{second}")));
        change.reference = Some(valid(&format!("INV-{second}")));
        fixture.at(&format!("2026-11-24T12:00:0{second}Z")).adjust(customer, &change).expect("entry");
    }
    let unit = Some(valid("SMS"));
    let give = |tx: &mut Tx<'_>| balance::transfer(tx, "GLOBEX", "ACME", &Transfer { unit, ..transfer("29") });
    fixture.at("2026-11-24T12:00:06Z").write(give).expect("transfer");
    let undo = |tx: &mut Tx<'_>| balance::reverse(tx, &reversal(4));
    fixture.at("2026-11-24T12:00:07Z").write(undo).expect("reversal");
    fixture.write(|tx| note::add(tx, "ACME", valid("note"))).expect("note");
    warn(&mut fixture);
    fixture
}

/// Two customers that sink; one of them recovers.
fn warn(fixture: &mut Fixture) {
    let unit: Unit = valid("SMS");
    for customer in ["ACME", "GLOBEX"] {
        let thresholds = |details: &mut WarningDetails| {
            details.upper = Some(valid("20"));
            details.lower = Some(valid("5"));
            details.to = vec![valid("ops@example.com")];
        };
        fixture.write(|tx| warning::set(tx, customer, unit, thresholds)).expect("warning");
    }
    for (minute, amount) in (1..).zip(["-20", "-15", "60"]) {
        let time = format!("2026-11-24T12:0{minute}:00Z");
        fixture.at(&time).adjust("ACME", &adjustment_in("SMS", amount)).expect("entry");
        let check = |tx: &mut Tx<'_>| warning::check_balances(tx, &[], &|notice| Ok(plain_email(notice.kind)));
        fixture.at(&time.replace(":00Z", ":30Z")).write(check).expect("judged");
        let send = |tx: &mut Tx<'_>| {
            let emails = crate::support::fixture::claim(tx, 10)?;
            emails.into_iter().try_for_each(|email| outbox::record(tx, email, &SendOutcome::Sent).map(drop))
        };
        fixture.write(send).expect("sent");
    }
}

/// A copy of a database whose triggers and rules are out of force, for one who writes behind the program's back.
pub(super) struct Copy {
    _folder: TempDir,
    path: PathBuf,
}

impl Copy {
    fn of(original: &Path) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("copy.db");
        fs::copy(original, &path).expect("copied");
        Self { _folder: folder, path }
    }

    /// A copy from which the triggers are gone.
    pub(super) fn disarmed(original: &Path) -> Self {
        let copy = Self::of(original);
        let connection = copy.connection();
        for trigger in texts(&connection, "SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
            connection.execute_batch(&format!("DROP TRIGGER {trigger}")).expect("dropped");
        }
        copy
    }

    pub(super) fn connection(&self) -> Connection {
        let connection = Connection::open(&self.path).expect("connection");
        let pragmas = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF";
        connection.execute_batch(pragmas).expect("pragmas");
        connection
    }

    fn findings(&self) -> Vec<String> {
        self.open().read().expect("snapshot").check().findings
    }

    pub(super) fn open(&self) -> Store {
        let location = Location { path: self.path.clone(), create: false, wait: std::time::Duration::ZERO };
        open(&location, NOON).expect("store")
    }
}

fn texts(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).expect(sql);
    let texts = statement.query_map([], |row| row.get(0)).expect(sql);
    texts.collect::<rusqlite::Result<_>>().expect(sql)
}

/// The fixture's database as one file.
pub(super) fn original(fixture: &Fixture) -> PathBuf {
    let path = fixture.folder.path().join("original.db");
    fixture.store.backup(&path, false).expect("backup");
    path
}

#[test]
fn entries_events_notes_and_crossings_are_never_changed_deleted_or_replaced_not_even_by_sql() {
    let fixture = fixture();
    let raw = fixture.raw();
    let before = fixture.dump();
    for table in ["entry", "event", "note", "crossing"] {
        for column in texts(&raw, &format!("SELECT name FROM pragma_table_info('{table}')")) {
            for conflict in ["", "OR IGNORE", "OR REPLACE"] {
                let sql = format!("UPDATE {conflict} {table} SET {column} = {column}");
                assert!(raw.execute_batch(&sql).is_err(), "{sql}");
            }
        }
        for sql in [
            format!("DELETE FROM {table}"),
            format!("DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table})"),
            format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}"),
            format!("REPLACE INTO {table} SELECT * FROM {table} WHERE id = 1"),
        ] {
            assert!(raw.execute_batch(&sql).is_err(), "{sql}");
        }
    }
    assert_eq!(fixture.dump(), before);
}

#[test]
fn a_new_entry_takes_no_other_ones_place_by_its_key_or_by_what_it_reverses() {
    let mut fixture = fixture();
    fixture.adjust("GLOBEX", &keyed("k9", "1")).unwrap();
    let before = fixture.dump();
    let raw = fixture.raw();
    let columns =
        texts(&raw, "SELECT name FROM pragma_table_info('entry') WHERE name NOT IN ('id', 'key', 'reverses')");
    let columns = columns.join(", ");
    let insert = |verb: &str, key: &str, reverses: &str| {
        raw.execute_batch(&format!(
            "{verb} INTO entry (id, key, reverses, {columns})
             SELECT (SELECT max(id) + 1 FROM entry), {key}, {reverses}, {columns} FROM entry WHERE id = 1"
        ))
    };
    raw.execute_batch("BEGIN").unwrap();
    insert("INSERT", "'reversal'", "1").unwrap();
    for (key, reverses) in [("'k2'", "NULL"), ("'another'", "1")] {
        for verb in ["INSERT", "INSERT OR REPLACE", "REPLACE"] {
            assert!(insert(verb, key, reverses).is_err(), "{verb} {key} {reverses}");
        }
    }
    raw.execute_batch("ROLLBACK").unwrap();
    assert_eq!(fixture.dump(), before);
}

#[test]
fn a_number_out_of_turn_is_refused() {
    let fixture = fixture();
    let raw = fixture.raw();
    for table in ["entry", "event", "crossing"] {
        let columns =
            texts(&raw, &format!("SELECT name FROM pragma_table_info('{table}') WHERE name NOT IN ('id', 'key')"));
        let columns = columns.join(", ");
        for id in ["NULL", "0", "-1", "1", "100"] {
            let sql = format!("INSERT INTO {table} (id, {columns}) SELECT {id}, {columns} FROM {table} WHERE id = 1");
            assert!(raw.execute_batch(&sql).is_err(), "{sql}");
        }
    }
}

/// What one who forges a value might write: that of another row, a little more, something of the right type, nothing.
const FORGERIES: [&str; 9] = [
    "(SELECT other.{column} FROM {table} AS other WHERE other.{column} IS NOT {table}.{column} LIMIT 1)",
    "{column} + 1",
    "{column} || 'x'",
    "'x'",
    "'reversal'",
    "'JPY'",
    "0",
    "1",
    "zeroblob(32)",
];

#[test]
fn any_one_value_of_the_ledger_that_was_forged_is_found() {
    assert_forgeries_are_found(&fixture(), &["entry", "balance", "crossing", "entry_sum"]);
}

#[test]
fn any_one_value_of_the_audit_log_that_was_forged_is_found() {
    let mut fixture = Fixture::with_acme();
    fixture.write(|tx| note::add(tx, "ACME", valid("note"))).expect("note");
    fixture.origin.sudo_user = Some(valid("kim"));
    fixture.origin.reason = None;
    fixture.at("2026-11-24T12:00:01Z").write(|tx| note::add(tx, "ACME", valid("note"))).expect("note");
    fixture.customer("GLOBEX");
    assert_forgeries_are_found(&fixture, &["event"]);
}

#[test]
fn any_one_value_of_accrued_charges_that_was_forged_is_found() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    fixture.account("ACME", "acme1");
    fixture.account("GLOBEX", "globex1");
    // ACME and GLOBEX in turn, of which the first four are posted.
    for number in 1..=6_u8 {
        fixture.at(&format!("2026-11-24T12:00:0{number}Z"));
        let account = if number % 2 == 0 { "globex1" } else { "acme1" };
        fixture.write(|tx| import_message(tx, account, number)).unwrap();
        if number == 2 || number == 4 {
            fixture.write(|tx| balance::post_accrued(tx, DueCharges::All)).unwrap();
        }
    }
    assert_forgeries_are_found(&fixture, &["accrual", "accrued_charge", "posted_charge"]);
}

fn assert_forgeries_are_found(fixture: &Fixture, tables: &[&str]) {
    let original = Copy::disarmed(&original(fixture));
    assert_eq!(original.findings(), Vec::<String>::new());
    let schema = Connection::open(&original.path).unwrap();
    let mut missed = Vec::new();
    for table in tables {
        let key = texts(&schema, &format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0")).join(", ");
        let rows: u32 = schema.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert!(rows >= 3, "{table} has only {rows} rows");
        for column in texts(&schema, &format!("SELECT name FROM pragma_table_info('{table}')")) {
            let mut forged = 0_u32;
            for row in 0..rows {
                for forgery in FORGERIES {
                    let forgery = forgery.replace("{column}", &column).replace("{table}", table);
                    let sql = format!(
                        "UPDATE {table} SET {column} = {forgery} WHERE {column} IS NOT {forgery}
                         AND ({key}) IN (SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {row})"
                    );
                    let copy = Copy::of(&original.path);
                    // Not every forgery fits every column; at least one must.
                    if copy.connection().execute(&sql, []).unwrap_or(0) == 0 {
                        continue;
                    }
                    forged += 1;
                    if copy.findings().is_empty() {
                        missed.push(format!("{table} row {row}: {column} = {forgery}"));
                    }
                }
            }
            assert!(forged >= rows, "{table}.{column} was forged only {forged} times");
        }
    }
    assert!(missed.is_empty(), "not found:\n{}", missed.join("\n"));
}

#[test]
fn a_row_that_was_deleted_or_added_is_found() {
    let fixture = fixture();
    let original = original(&fixture);
    for damage in [
        "DELETE FROM entry WHERE id = 1",
        "DELETE FROM entry WHERE id = 2",
        "DELETE FROM entry WHERE id = 4",
        "DELETE FROM entry",
        "DELETE FROM balance WHERE unit = 'EUR'",
        "DELETE FROM balance",
        "DELETE FROM entry; DELETE FROM balance",
        "DELETE FROM event WHERE id = 3",
        "DELETE FROM entry_sum WHERE unit = 'EUR'",
        "INSERT INTO entry_sum SELECT customer_id, 'JPY', kind, 1, 0, 0, first_at, last_at FROM entry_sum LIMIT 1",
        "INSERT INTO clock_set_back VALUES ('entry', 2, '2026', '2027')",
        "INSERT INTO balance SELECT customer_id, 'JPY', 0, 0, updated_at, 0, NULL, 0 FROM balance LIMIT 1",
        "UPDATE entry SET id = 99 WHERE id = 4",
        "DELETE FROM crossing WHERE id = 1",
        "DELETE FROM crossing",
        "UPDATE crossing SET cause = 'off' WHERE from_state = 'ok'",
        "UPDATE crossing SET cause = 'thresholds' WHERE to_state = 'ok'",
        "DELETE FROM outbox_attempt WHERE email_id = 1",
        "UPDATE warning SET upper_e8 = upper_e8 + 1 WHERE customer_id = 2",
        "UPDATE warning SET lower_e8 = NULL WHERE customer_id = 2",
        "UPDATE warning SET customer_recipients = '[]' WHERE customer_id = 1",
        "UPDATE warning SET internal_recipients = '[\"x@other.example\"]' WHERE customer_id = 1",
        "UPDATE warning SET active = 0 WHERE customer_id = 1",
        "UPDATE warning SET notify_recovery = 0 WHERE customer_id = 1",
        "UPDATE warning SET notify_customer = 0 WHERE customer_id = 1",
        "UPDATE warning SET updated_at = '2026-11-24T13:00:00.000Z' WHERE customer_id = 1",
        "DELETE FROM warning WHERE customer_id = 2",
        "UPDATE warning SET state = 'upper' WHERE state = 'ok'",
        "UPDATE outbox_email SET state = 'failed' WHERE id = 1",
        "UPDATE outbox_email SET crossing_id = 2 WHERE id = 1",
        "UPDATE outbox_email SET customer_id = 2 WHERE id = 1",
    ] {
        let copy = Copy::disarmed(&original);
        copy.connection().execute_batch(damage).unwrap();
        assert!(!copy.findings().is_empty(), "{damage}");
    }
}

#[test]
fn a_last_entry_that_was_deleted_together_with_its_change_of_balance_is_found() {
    let fixture = fixture();
    let copy = Copy::disarmed(&original(&fixture));
    let forged = copy.connection().execute_batch(
        "UPDATE balance SET balance_e8 = balance_e8 - (SELECT amount_e8 FROM entry WHERE id = 10),
                    updated_at = (SELECT at FROM entry WHERE id = 1)
             WHERE (customer_id, unit) = (SELECT customer_id, unit FROM entry WHERE id = 10);
             DELETE FROM entry WHERE id = 10",
    );
    assert_eq!(forged, Ok(()));
    assert!(!copy.findings().is_empty());
}

#[test]
fn two_entries_that_changed_places_are_found() {
    let fixture = fixture();
    let copy = Copy::disarmed(&original(&fixture));
    copy.connection()
        .execute_batch(
            "UPDATE entry SET id = 99 WHERE id = 2; UPDATE entry SET id = 2 WHERE id = 3;
             UPDATE entry SET id = 3 WHERE id = 99",
        )
        .unwrap();
    assert!(!copy.findings().is_empty());
}
