//! Reads and writes rows for documents: the export of the whole database as JSON, and its import.
//!
//! A row is a JSON object of the table's columns. Integers are numbers, but amounts (columns that end in `_e8`) are strings, so
//! that no reader turns them into floats. Blobs are `{"hex": "…"}`, JSON columns are embedded, and NULL columns are left out. A
//! document does not use the packed forms of the database: messages have the columns of the view `unpacked_message`, and sums
//! of traffic are two tables of plain numbers (see `document_rows`).

use std::borrow::Cow;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Row, ToSql, params_from_iter};
use serde_json::value::RawValue;

use crate::error::{Error, InputError, Result, quoted};
use crate::store::sqlite::audit_chain::chain_events;
use crate::store::sqlite::document_rows;
use crate::store::sqlite::schema::{AUDIT_CHAIN, LAYERS as FIRST_OF_QUARTERS};
use crate::store::sqlite::traffic::index_messages;
use crate::store::{Snapshot, Tx};

/// A table of a document.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    /// The columns that its rows are sorted by; they can be inserted in this order.
    order: &'static str,
    /// The columns that contain JSON.
    json: &'static [&'static str],
}

impl Table {
    const fn new(name: &'static str, order: &'static str, json: &'static [&'static str]) -> Self {
        Self { name, order, json }
    }

    /// The table or view of the database that has the columns of the document.
    fn source(&self) -> &'static str {
        if self.name == MESSAGES { "unpacked_message" } else { self.name }
    }
}

/// Every table, each after the tables that it references.
pub const TABLES: &[Table] = &[
    Table::new("service", "id", &[]),
    Table::new("plan", "id", &[]),
    Table::new("price", "id", &[]),
    Table::new("service_plan", "id", &[]),
    Table::new("customer", "id", &["invoice_emails", "invoice_address"]),
    Table::new("contact", "id", &["roles"]),
    Table::new("note", "id", &[]),
    Table::new("smpp_account", "id", &["allowed_ips", "mo_numbers"]),
    Table::new("account_service", "id", &[]),
    Table::new("overlay", "id", &[]),
    Table::new("price_notice", "customer_id, price_id", &[]),
    Table::new("previous_password", "smpp_account_id", &[]),
    Table::new("vault_key", "id", &[]),
    Table::new("cug_number", "smpp_account_id, msisdn", &[]),
    Table::new("balance", "customer_id, unit", &[]),
    Table::new("entry", "id", &[]),
    Table::new("warning", "customer_id, unit", &["customer_recipients", "internal_recipients"]),
    Table::new("crossing", "id", &[]),
    Table::new("forecast_alert", "id", &[]),
    Table::new("outbox_email", "id", &[]),
    Table::new("outbox_attempt", "email_id, number", &[]),
    Table::new("check_run", "id", &[]),
    Table::new("import", "id", &["options"]),
    Table::new("import_account", "import_id, account_id", &[]),
    Table::new("reprice", "id", &[]),
    Table::new("reprice_account", "reprice_id, import_id, account_id, unit", &[]),
    Table::new("reprice_balance", "reprice_id, customer_id, unit", &[]),
    Table::new("accrual", "id", &[]),
    Table::new("accrued_charge", "accrual_id, customer_id, unit", &[]),
    Table::new("posted_charge", "entry_id", &[]),
    Table::new("message", "day, id, account_id", &[]),
    Table::new("traffic_hour", "hour, minute, account_id", &[]),
    Table::new("traffic_day", "day, account_id, country, unit", &[]),
    Table::new("traffic_pruned", "id", &[]),
    Table::new("invoice", "id", &[]),
    Table::new("invoice_line", "invoice_id, position", &[]),
    Table::new("receivable", "id", &[]),
    Table::new("allocation", "id", &[]),
    Table::new("issued_invoice", "invoice_id", &["tax_decision"]),
    Table::new("attached_file", "id", &[]),
    Table::new("outbox_attachment", "email_id, position", &[]),
    Table::new("invoice_reminder", "invoice_id, days", &[]),
    Table::new("invoice_email", "email_id", &[]),
    Table::new("reminder_hold", "invoice_id", &[]),
    Table::new("export_run", "id", &[]),
    Table::new("export_file", "run_id, name", &[]),
    Table::new("exported_entry", "run_id, receivable_id", &[]),
    Table::new("usage_bill", "invoice_id", &[]),
    Table::new("billed_usage", "invoice_id, account_id, month, country, charged_by", &[]),
    Table::new("fee", "id", &[]),
    Table::new("billed_fee", "invoice_id, fee_id, first_day", &[]),
    Table::new("applied_tree", "manager", &[]),
    Table::new("event", "id", &["changes"]),
];

/// The tables of which a new database already has a row each: the standard service and its plan.
const NEVER_EMPTY: [&str; 4] = ["service_plan", "price", "plan", "service"];

/// The tables of a document that the database packs into `traffic_daily`.
const HOURS: &str = "traffic_hour";
const DAYS: &str = "traffic_day";
/// The table that a document has in the form of its view.
const MESSAGES: &str = "message";

impl Snapshot<'_> {
    /// Passes every row of a table to `each`, as the text of its JSON object.
    pub fn rows_of<E: From<Error>>(&self, table: &Table, mut each: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let every_day = i32::MIN..i32::MAX;
        match table.name {
            HOURS => self.traffic_quarters(every_day, |sum| each(&document_rows::quarter_as_json(&sum))),
            DAYS => self.traffic_days(every_day, |sum| each(&document_rows::day_as_json(&sum))),
            _ => self.rows_as_stored(table, each),
        }
    }

    fn rows_as_stored<E: From<Error>>(
        &self,
        table: &Table,
        mut each: impl FnMut(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!("SELECT * FROM {} ORDER BY {}", table.source(), table.order);
        let mut statement = self.transaction.prepare(&sql).map_err(Error::from)?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query([]).map_err(Error::from)?;
        let mut text = String::new();
        while let Some(row) = rows.next().map_err(Error::from)? {
            text.clear();
            write_row(table, &columns, row, &mut text)?;
            each(&text)?;
        }
        Ok(())
    }

    /// The first table that has more rows than in a new database, if any.
    pub fn first_table_in_use(&self) -> Result<Option<&'static str>> {
        for table in TABLES {
            let most = i64::from(NEVER_EMPTY.contains(&table.name));
            let name = if [HOURS, DAYS].contains(&table.name) { "traffic_daily" } else { table.name };
            let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {name} LIMIT 2)");
            let count: i64 = self.transaction.query_row(&sql, [], |row| row.get(0))?;
            if count > most {
                return Ok(Some(table.name));
            }
        }
        Ok(None)
    }
}

impl Tx<'_> {
    /// Prepares a new database for the rows of a document: deletes the rows that every new database has, and checks foreign
    /// keys only at the commit, because rows may precede the rows that they reference.
    pub fn begin_document(&mut self) -> Result<()> {
        let deletions = NEVER_EMPTY.map(|table| format!("DELETE FROM {table};")).concat();
        self.transaction.execute_batch(&format!("PRAGMA defer_foreign_keys = ON; {deletions}"))?;
        document_rows::create(&self.transaction)
    }

    /// Packs the sums of traffic, and computes what a document does not contain: the index of messages and the sums by month, and
    /// the hashes of events if it is older than these.
    /// `schema` is that of the document.
    pub fn end_document(&mut self, schema: u32) -> Result<()> {
        index_messages(&self.transaction)?;
        if schema < AUDIT_CHAIN {
            chain_events(&self.transaction)?;
        }
        document_rows::pack(&self.transaction, schema < FIRST_OF_QUARTERS)?;
        self.sum_up_months()
    }

    /// Inserts a row of a document.
    ///
    /// # Errors
    /// [`Error::Input`] when the table has no such column, or refuses the value.
    pub fn insert_document_row(&mut self, table: &Table, fields: &[(String, Cow<'_, RawValue>)]) -> Result<()> {
        let known: Vec<String> = {
            let statement = self.transaction.prepare_cached(&format!("SELECT * FROM {}", table.source()))?;
            statement.column_names().map(str::to_owned).collect()
        };
        let mut values = Vec::with_capacity(fields.len());
        for (name, raw) in fields {
            if !known.contains(name) {
                return Err(refused(format!("table {} has no column {}", table.name, quoted(name))));
            }
            let value = read(table, name, raw.get());
            values
                .push(value.ok_or_else(|| refused(format!("{}.{name} cannot be {}", table.name, quoted(raw.get()))))?);
        }
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        let places: Vec<String> = (1..=names.len()).map(|number| format!("?{number}")).collect();
        let sql = format!("INSERT INTO {} ({}) VALUES ({})", table.source(), names.join(", "), places.join(", "));
        let inserted = self.transaction.prepare_cached(&sql)?.execute(params_from_iter(&values));
        inserted.map(drop).map_err(|error| match error {
            rusqlite::Error::SqliteFailure(failure, Some(message))
                if failure.code == rusqlite::ErrorCode::ConstraintViolation =>
            {
                refused(format!("table {} refuses the row: {}", table.name, plain_constraint(&message)))
            }
            other => other.into(),
        })
    }
}

fn refused(message: String) -> Error {
    Error::Input { code: InputError::BadDocument, message }
}

/// SQLite's message about a violated constraint, without its keywords.
fn plain_constraint(message: &str) -> String {
    message.replace("constraint failed", "rule broken").replace("UNIQUE", "unique").replace("CHECK", "check")
}

fn write_row(table: &Table, columns: &[String], row: &Row<'_>, text: &mut String) -> Result<()> {
    text.push('{');
    for (index, name) in columns.iter().enumerate() {
        let value = row.get_ref(index)?;
        if value == ValueRef::Null {
            continue;
        }
        if text.len() > 1 {
            text.push(',');
        }
        text.push('"');
        text.push_str(name);
        text.push_str("\":");
        match value {
            ValueRef::Integer(number) if name.ends_with("_e8") => text.push_str(&format!("\"{number}\"")),
            ValueRef::Integer(number) => text.push_str(&number.to_string()),
            ValueRef::Text(bytes) => {
                let value = std::str::from_utf8(bytes)
                    .map_err(|_| Error::Damaged(format!("{}.{name} is not UTF-8 text", table.name)))?;
                // A document has one row a line, so JSON with line breaks is written as a string.
                let is_json = table.json.contains(&name.as_str()) && !value.contains(['\n', '\r']);
                text.push_str(&if is_json { value.to_owned() } else { serde_json::Value::from(value).to_string() });
            }
            ValueRef::Blob(bytes) => {
                text.push_str("{\"hex\":\"");
                for byte in bytes {
                    text.push_str(&format!("{byte:02x}"));
                }
                text.push_str("\"}");
            }
            ValueRef::Null | ValueRef::Real(_) => {
                return Err(Error::Damaged(format!("{}.{name} is not an integer", table.name)));
            }
        }
    }
    text.push('}');
    Ok(())
}

/// A value for a column.
struct Stored(Value);

impl ToSql for Stored {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

/// Reads a value that [`write_row`] wrote.
fn read(table: &Table, name: &str, raw: &str) -> Option<Stored> {
    let value = match raw.as_bytes().first()? {
        b'"' => {
            let text: String = serde_json::from_str(raw).ok()?;
            if name.ends_with("_e8") { Value::Integer(text.parse().ok()?) } else { Value::Text(text) }
        }
        b'{' | b'[' if table.json.contains(&name) => Value::Text(raw.to_owned()),
        b'{' => Value::Blob(bytes(raw)?),
        b'-' | b'0'..=b'9' if !name.ends_with("_e8") => Value::Integer(raw.parse().ok()?),
        _ => return None,
    };
    Some(Stored(value))
}

/// The bytes of `{"hex": "…"}`.
fn bytes(raw: &str) -> Option<Vec<u8>> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Bytes {
        hex: String,
    }
    let Bytes { hex } = serde_json::from_str(raw).ok()?;
    let digits: Vec<u8> =
        hex.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    Some(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}
