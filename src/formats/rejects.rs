//! Writes the rejects file: the original rows that an import left out, each with the reason, so that they can be corrected and
//! imported again.

use std::io::Write;

use serde_json::{Map, Value};

use crate::error::{Error, Fault, Result};

/// The column with the reason. Imports ignore it.
pub const REASON: &str = "refused_because";

/// A writer of a rejects file.
pub struct Rejects<W: Write>(Format<W>);

enum Format<W: Write> {
    Csv {
        writer: csv::Writer<W>,
        /// The number of columns in the header, without the reason.
        width: usize,
        /// The index of the reason of an earlier import, which the new one replaces.
        old_reason: Option<usize>,
    },
    Jsonl(W),
}

impl<W: Write> Rejects<W> {
    /// Begins a file with these columns; without columns the rows are JSON objects.
    pub fn begin(out: W, columns: &[String]) -> Result<Self> {
        if columns.is_empty() {
            return Ok(Self(Format::Jsonl(out)));
        }
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
        let old_reason = columns.iter().position(|column| column == REASON);
        let kept = columns.iter().map(String::as_str).filter(|column| *column != REASON);
        writer.write_record(kept.chain([REASON])).map_err(write_error)?;
        let width = columns.len() - usize::from(old_reason.is_some());
        Ok(Self(Format::Csv { writer, width, old_reason }))
    }

    /// Adds a row, as pairs of a name and a text, and its fault. In CSV the position of a field decides its column; a row that is
    /// longer than the header is written completely.
    pub fn add<'f>(&mut self, fields: impl Iterator<Item = (&'f str, &'f str)>, fault: &Fault) -> Result<()> {
        let reason = format!("line {}: {}", fault.line, fault.error);
        match &mut self.0 {
            Format::Csv { writer, width, old_reason } => {
                let kept = fields.enumerate().filter(|(index, _)| Some(*index) != *old_reason);
                let mut texts: Vec<&str> = kept.map(|(_, (_, text))| text).collect();
                // Pad a row that is too short, so that the reason is in its own column.
                texts.resize(texts.len().max(*width), "");
                texts.push(&reason);
                writer.write_record(texts).map_err(write_error)
            }
            Format::Jsonl(out) => {
                let kept = fields.filter(|(name, _)| *name != REASON);
                let mut object: Map<String, Value> = kept.map(|(name, text)| (name.to_owned(), text.into())).collect();
                object.insert(REASON.to_owned(), reason.into());
                writeln!(out, "{}", Value::Object(object)).map_err(write_error)
            }
        }
    }

    /// Completes the file and returns the underlying writer.
    pub fn end(self) -> Result<W> {
        match self.0 {
            Format::Csv { writer, .. } => writer.into_inner().map_err(|error| write_error(error.into_error())),
            Format::Jsonl(out) => Ok(out),
        }
    }
}

fn write_error(error: impl Into<std::io::Error>) -> Error {
    Error::io("write the refused rows", &error.into())
}
