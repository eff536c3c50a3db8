//! The columns of price lists: ours, those of other programs by their headers, and those that the operator maps.

use std::fmt::Display;

use crate::error::{Error, Fault, InputError, quoted};
use crate::formats::cell_damage::CellDamage;
use crate::formats::dialects::is_column;
use crate::formats::misspelt::misspelt;
use crate::formats::rejects::REASON;
use crate::formats::{InputRow, RecordReader};

/// The columns that are read.
pub const FIELDS: &[&str] = &[
    "destination",
    "country",
    "network",
    "mcc",
    "mnc",
    "mccmnc",
    "prefix",
    "price",
    "currency",
    "effective",
    "previous_price",
    "change",
    "source_prefix",
    "price_delivered",
    "rejected",
];

/// Columns of our own lists, and names of countries and networks, which are informational.
const INFORMATIONAL: &[&str] = &[
    "id",
    "plan",
    "unit_price",
    "effective_until",
    "recorded_at",
    "description",
    "mcc_name",
    "mnc_name",
    "alpha2",
    "name",
];

/// A form of price lists that another program writes.
#[derive(Debug)]
struct Form {
    /// Columns that together occur in no other form.
    signature: &'static [&'static str],
    /// Pairs of a column of the file and our field; an empty field is informational.
    columns: &'static [(&'static str, &'static str)],
}

const FORMS: &[Form] = &[
    // The supplier prices of a gateway: of messages that are submitted, or of those that are delivered.
    Form {
        signature: &["MCCMNC", "PriceSubmit", "PriceDelivered"],
        columns: &[
            ("MCCMNC", "mccmnc"),
            ("PriceSubmit", "price"),
            ("PriceDelivered", "price_delivered"),
            ("Currency", "currency"),
            ("Effective", "effective"),
        ],
    },
    // The prices of a carrier: by prefix of the sender and of the destination, or by network.
    Form {
        signature: &["Destination prefix", "MCC", "MNC", "Price"],
        columns: &[
            ("Source prefix", "source_prefix"),
            ("Destination prefix", "prefix"),
            ("Country", "country"),
            ("MCC", "mcc"),
            ("MCC name", ""),
            ("MNC", "mnc"),
            ("MNC name", ""),
            ("Reject SMS", "rejected"),
            ("Price", "price"),
        ],
    },
];

/// Which column of a file is read as which field.
#[derive(Debug, Clone, Default)]
pub struct PriceColumns {
    /// Pairs of a column of the file and our field.
    mapped: Vec<(String, &'static str)>,
    ignored: Vec<String>,
    /// Columns of the form that are informational.
    informational: Vec<&'static str>,
    /// Whether the file is in the form of another program.
    is_foreign: bool,
}

impl PriceColumns {
    /// Reads a column of the file as a field. The field must be one of [`FIELDS`]; returns whether it is.
    pub fn map(&mut self, theirs: &str, field: &str) -> bool {
        let Some(field) = FIELDS.iter().find(|name| **name == field) else { return false };
        self.mapped.push((theirs.to_owned(), field));
        true
    }

    /// Ignores a column of the file.
    pub fn ignore(&mut self, theirs: &str) {
        self.ignored.push(theirs.to_owned());
    }

    /// Adds the columns of the form that the header has, where the operator maps none. Rejects a header without a price or a
    /// destination, with two columns of one field, and with a column that is probably misspelt.
    pub(super) fn of_header<R: std::io::BufRead>(mut self, rows: &RecordReader<R>) -> Result<Self, Fault> {
        let header = rows.columns().to_vec();
        let has = |name: &str| header.iter().any(|column| is_column(column, name));
        if let Some(name) = self.mapped.iter().map(|(name, _)| name).chain(&self.ignored).find(|name| !has(name))
            && !header.is_empty()
        {
            return Err(bad_header(format!(
                "the header has no column {}; it has {}",
                quoted(name),
                quoted(header.join(","))
            )));
        }
        let form = FORMS.iter().find(|form| form.signature.iter().all(|name| has(name)));
        for &(theirs, ours) in form.map(|form| form.columns).unwrap_or_default() {
            let is_taken = self.mapped.iter().any(|(name, field)| is_column(name, theirs) || *field == ours);
            if ours.is_empty() {
                self.informational.push(theirs);
            } else if !is_taken {
                self.mapped.push((theirs.to_owned(), ours));
            }
        }
        self.is_foreign = form.is_some();
        rows.reject_duplicates(|name| self.field_of(name).is_some())?;
        if !header.is_empty() {
            self.check(&header)?;
        }
        Ok(self)
    }

    /// Rejects columns of a file or of an object.
    pub(super) fn check(&self, columns: &[String]) -> Result<(), Fault> {
        let fields: Vec<(&String, &str)> =
            columns.iter().filter_map(|column| Some((column, self.field_of(column)?))).collect();
        for (index, (column, field)) in fields.iter().enumerate() {
            if let Some((other, _)) = fields[..index].iter().find(|(_, earlier)| earlier == field) {
                let (column, other) = (quoted(column), quoted(other));
                return Err(bad_header(format!("the columns {other} and {column} are both {}", quoted(field))));
            }
        }
        let has = |field: &&str| fields.iter().any(|(_, found)| found == field);
        let missing: Vec<&'static str> = FIELDS.iter().filter(|field| !has(field)).copied().collect();
        let mut unknown =
            columns.iter().filter(|column| self.field_of(column).is_none() && !self.is_informational(column));
        let nearest = |column: &String| Some((quoted(column), misspelt(column, missing.iter().copied())?));
        if let Some((column, nearest)) = unknown.find_map(nearest) {
            return Err(bad_header(format!(
                "the column {column} is not read; rename it to {} if it is meant as that, or ignore it",
                quoted(nearest)
            )));
        }
        let found = || quoted(columns.join(","));
        if !has(&"price") {
            return Err(bad_header(format!("the header has no column `price`; it has {}", found())));
        }
        let destinations = ["destination", "country", "network", "mcc", "mccmnc", "prefix"];
        if !destinations.iter().any(has) {
            let message = "the header has no column `destination`, `country`, `network`, `mcc`, `mccmnc` or `prefix`";
            return Err(bad_header(format!("{message}; it has {}", found())));
        }
        Ok(())
    }

    /// The field that a column of the file is read as.
    fn field_of(&self, column: &str) -> Option<&'static str> {
        if self.ignored.iter().any(|ignored| is_column(column, ignored)) {
            return None;
        }
        if let Some((_, field)) = self.mapped.iter().find(|(theirs, _)| is_column(column, theirs)) {
            return Some(*field);
        }
        let is_mapped = |field: &str| self.mapped.iter().any(|(_, mapped)| *mapped == field);
        let own = FIELDS.iter().find(|field| is_column(column, field)).copied();
        own.filter(|field| !self.is_foreign && !is_mapped(field))
    }

    /// Whether a column is known, but not read.
    pub(super) fn is_informational(&self, column: &str) -> bool {
        column == REASON
            || self.ignored.iter().any(|ignored| is_column(column, ignored))
            || self.informational.iter().chain(INFORMATIONAL).any(|name| is_column(column, name))
    }

    /// Whether a column is read or known.
    pub(super) fn knows(&self, column: &str) -> bool {
        self.field_of(column).is_some() || self.is_informational(column)
    }

    /// The columns with these names by the fields that they are read as.
    pub(super) fn resolve<'a>(&self, names: impl Iterator<Item = &'a str>) -> FieldColumns {
        FieldColumns(names.filter_map(|name| Some((self.field_of(name)?, name.to_owned()))).collect())
    }
}

/// The columns of a file, or of one JSON object, by the fields that they are read as.
#[derive(Debug, Default)]
pub(super) struct FieldColumns(Vec<(&'static str, String)>);

impl FieldColumns {
    fn column(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, column)| column.as_str())
    }
}

/// A row with access to its cells by our fields.
#[derive(Debug, Clone, Copy)]
pub(super) struct PriceCells<'a> {
    pub(super) row: &'a InputRow,
    pub(super) columns: &'a FieldColumns,
}

impl<'a> PriceCells<'a> {
    /// Whether the file has a column for a field.
    pub(super) fn has(&self, field: &str) -> bool {
        self.columns.column(field).is_some()
    }

    /// The text of a field that is not empty.
    pub(super) fn text(&self, field: &str) -> Option<&'a str> {
        self.row.text_of(self.columns.column(field)?)
    }

    /// The text of a field of codes, which a spreadsheet may have damaged.
    pub(super) fn code(&self, field: &'static str) -> Result<Option<&'a str>, Fault> {
        let Some(text) = self.text(field) else { return Ok(None) };
        match CellDamage::of_code(text) {
            None => Ok(Some(text)),
            Some(damage) => Err(self.bad_value(field, text, &damage)),
        }
    }

    /// A fault at a field; `rule` continues the sentence after the quoted text.
    pub(super) fn bad_value(&self, field: &'static str, text: &str, rule: &dyn Display) -> Fault {
        let message = format!("{field}: {} {rule}", quoted(text));
        self.fault(field, Error::Input { code: InputError::BadValue, message })
    }

    /// The line and the column of a field, or of the row if the file has no such field.
    pub(super) fn position(&self, field: &str) -> (u64, u64) {
        self.row.position(self.columns.column(field).unwrap_or_default())
    }

    /// A fault at the position of a field, or of the row if the file has no such field.
    pub(super) fn fault(&self, field: &str, error: Error) -> Fault {
        self.row.fault(self.columns.column(field).unwrap_or_default(), error)
    }
}

fn bad_header(message: String) -> Fault {
    Fault::of_file(1, 1, InputError::BadHeader, message)
}
