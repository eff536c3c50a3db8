//! Where the columns of a file are: those that are read, and those that are ignored.

use std::borrow::Cow;

use crate::error::{Fault, quoted};
use crate::formats::csv::Record;
use crate::formats::misspelt::misspelt;
use crate::formats::no_value::is_no_value;
use crate::formats::rejects::REASON;
use crate::traffic::dialects::{TrafficDialect, place};
use crate::traffic::field::RowField;
use crate::traffic::id_pattern::{IdPattern, first_uuid};
use crate::traffic::parse_options::ParseOptions;
use crate::traffic::text_parts::parts_of;

/// A column of the file that is not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadColumn {
    pub name: String,
    /// The column of the dialect that may be meant, if the name looks like a typing error.
    pub nearest: Option<&'static str>,
}

/// The positions of the columns.
#[derive(Clone)]
pub(crate) struct ColumnPlaces {
    pub(crate) id: usize,
    pub(crate) id_name: &'static str,
    id_pattern: Option<IdPattern>,
    /// The number of the row, which identifies messages that have no ID in the operator's column.
    pub(crate) row_number: Option<usize>,
    /// The columns that may name the account; the first with a value does.
    pub(crate) accounts: [Option<usize>; 2],
    pub(crate) time: usize,
    pub(crate) destination: usize,
    pub(crate) state: Option<usize>,
    pub(crate) parts: Option<usize>,
    /// The text, its coding and its header, by which parts are counted.
    pub(crate) text: Option<(usize, Option<usize>, Option<usize>)>,
    pub(crate) price: Option<usize>,
    pub(crate) part_price: Option<usize>,
    pub(crate) currency: Option<usize>,
    /// The column with the mobile network, and its name.
    pub(crate) network: Option<(usize, &'static str)>,
    pub(crate) only: Option<(usize, &'static str)>,
    /// The type of a delivery report, and the value of the column `only` in rows of reports.
    pub(crate) receipt: Option<(usize, &'static str)>,
}

impl ColumnPlaces {
    pub(crate) fn of(columns: &[String], dialect: &TrafficDialect, options: &ParseOptions) -> Result<Self, Fault> {
        let optional = |name: &str| if name.is_empty() { None } else { place(columns, name) };
        let needed = |name: &str| {
            optional(name).ok_or_else(|| {
                let has = quoted(columns.join(","));
                TrafficDialect::refused(&format!(
                    "a file of {} needs a column {}; the header has {has}",
                    dialect.name,
                    quoted(name)
                ))
            })
        };
        let (id, id_name) = match &options.id_column {
            Some(column) => (needed(column)?, "message ID"),
            None => (needed(dialect.id)?, dialect.id),
        };
        let accounts = match &options.key_column {
            Some(column) => [Some(needed(column)?), None],
            // Whether the file agrees is checked where it has such a column.
            None if options.account.is_some() => [optional(dialect.account), optional(dialect.account_else)],
            None if optional(dialect.account_else).is_some() => {
                [optional(dialect.account), optional(dialect.account_else)]
            }
            None => [Some(needed(dialect.account)?), None],
        };
        let id_pattern = options.id_pattern.clone();
        Ok(Self {
            id,
            id_name,
            id_pattern,
            row_number: dialect.receipt.filter(|_| options.id_column.is_some()).and_then(|_| optional(dialect.id)),
            accounts,
            time: needed(dialect.time)?,
            destination: needed(dialect.destination)?,
            // Without it every message would be pending, and charged for ever.
            state: if dialect.state.is_empty() { None } else { Some(needed(dialect.state)?) },
            parts: optional(dialect.parts),
            text: dialect.text.and_then(|of| Some((optional(of.text)?, optional(of.coding), optional(of.header)))),
            price: optional(dialect.price),
            part_price: optional(dialect.part_price),
            currency: optional(dialect.currency),
            network: dialect.networks.iter().find_map(|name| Some((optional(name)?, *name))),
            only: dialect.only.map(|(column, value)| Ok((needed(column)?, value))).transpose()?,
            // The dialect's own column identifies rows, and does not say which message a report is about.
            receipt: dialect
                .receipt
                .filter(|_| options.id_column.is_some())
                .and_then(|(column, value)| Some((optional(column)?, value))),
        })
    }

    /// What the column `only` says of a row that is not a message to a handset; `None` if it is one.
    pub(crate) fn other_kind<'a>(&self, record: &Record<'a>) -> Option<&'a str> {
        let (index, beginning) = self.only?;
        let text = record.field(index).trim();
        let is_message = text.get(..beginning.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(beginning));
        (!is_message).then_some(text)
    }

    /// The message ID in its field; empty if there is none.
    pub(crate) fn id_in<'a>(&self, field: RowField<'a>) -> &'a str {
        let text = field.text();
        // A number of a row is there only if the ID may be one of opensmppbox, which needs no pattern.
        if let Some(id) = self.row_number.and_then(|_| first_uuid(text)) {
            return id;
        }
        match &self.id_pattern {
            None => text,
            Some(pattern) => pattern.find(text).unwrap_or_default(),
        }
    }

    /// The ID of a row's message; empty if it has none. A message about which no report was wanted is identified by its row.
    pub(crate) fn id_text<'a>(&self, record: Record<'a>, dialect: &TrafficDialect) -> Cow<'a, str> {
        let field = RowField::new(record, self.id, self.id_name);
        match self.row_number {
            Some(index) if field.text().is_empty() => {
                Cow::Owned(format!("{}:{}", dialect.id, RowField::new(record, index, dialect.id).text()))
            }
            _ => Cow::Borrowed(self.id_in(field)),
        }
    }

    /// The number of parts of a message, by its column or by its text.
    pub(crate) fn parts_in(&self, record: Record<'_>, dialect: &TrafficDialect) -> Result<u16, Fault> {
        if let Some(index) = self.parts {
            return RowField::new(record, index, dialect.parts).parts();
        }
        let Some((text, coding, header)) = self.text else { return Ok(1) };
        let or_empty = |index: Option<usize>| match index.map_or("", |index| record.field(index)) {
            text if is_no_value(text) => "",
            text => text,
        };
        Ok(parts_of(record.field(text), or_empty(coding), or_empty(header)))
    }
}

/// Whether a column is read.
pub(crate) fn is_read(column: &str, dialect: &TrafficDialect, options: &ParseOptions) -> bool {
    let mut named = [&options.id_column, &options.key_column].into_iter().flatten();
    let is_column = |name: &str| name.eq_ignore_ascii_case(column);
    dialect.columns().into_iter().any(is_column)
        || dialect.networks.iter().copied().any(is_column)
        || named.any(|name| is_column(name))
}

/// Refuses a column whose name looks like a typing error or another word for a column that is read: its parts or prices would be
/// missing in every charge.
pub(crate) fn refuse_misspelt(unread: &[UnreadColumn], options: &ParseOptions) -> Result<(), Fault> {
    let is_meant = |name: &str| options.unread_columns.iter().any(|meant| meant.eq_ignore_ascii_case(name));
    for UnreadColumn { name, nearest } in unread.iter().filter(|column| !is_meant(&column.name)) {
        if let Some(nearest) = nearest {
            let (name, nearest) = (quoted(name), quoted(nearest));
            let message = format!("the column {name} is not imported, and the header has no column {nearest}");
            return Err(TrafficDialect::refused(&message));
        }
    }
    Ok(())
}

/// The columns of a file that nothing is read from. Columns that the dialect is known to have besides are not listed.
pub(crate) fn ignored(columns: &[String], dialect: &TrafficDialect, options: &ParseOptions) -> Vec<UnreadColumn> {
    let is_known = |column: &str| {
        let mut others = dialect.others.iter().copied().chain([REASON]);
        is_read(column, dialect, options) || others.any(|name| name.eq_ignore_ascii_case(column))
    };
    let ignored = columns.iter().filter(|column| !is_known(column));
    ignored.map(|name| UnreadColumn { name: name.clone(), nearest: nearest(name, columns, dialect) }).collect()
}

/// The column of the dialect that the file lacks and that a name may be a misspelling of.
fn nearest(name: &str, columns: &[String], dialect: &TrafficDialect) -> Option<&'static str> {
    misspelt(name, dialect.columns().into_iter().filter(|column| place(columns, column).is_none()))
}
