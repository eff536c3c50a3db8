//! The file of rejects: rows that an import left out, as they stand in their file, each with the reason, so that they can be
//! corrected and imported again.

use std::io::Write;

use serde_json::{Map, Value};

use crate::error::{Error, Fault, Result};

/// The column that says why a row was left out; imports do not read it.
pub const REASON: &str = "refused_because";

/// A file of rejects that is being written.
pub struct Rejects<W: Write>(Format<W>);

enum Format<W: Write> {
    Csv {
        writer: csv::Writer<W>,
        /// How many columns the header has, without that of the reason.
        width: usize,
        /// Where the reason of an earlier import stands, which makes way for the new one.
        old_reason: Option<usize>,
    },
    Jsonl(W),
}

impl<W: Write> Rejects<W> {
    /// Begins a file of rows that have these columns, or are JSON objects when there are none.
    pub fn begin(out: W, columns: &[String]) -> Result<Self> {
        if columns.is_empty() {
            return Ok(Self(Format::Jsonl(out)));
        }
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
        let old_reason = columns.iter().position(|column| column == REASON);
        let kept = columns.iter().map(String::as_str).filter(|column| *column != REASON);
        writer.write_record(kept.chain([REASON])).map_err(unwritten)?;
        let width = columns.len() - usize::from(old_reason.is_some());
        Ok(Self(Format::Csv { writer, width, old_reason }))
    }

    /// Adds a row, of which each field has a name and a text, and what is wrong with it. In CSV the place of a field says which
    /// it is; a row that is longer than the header stays so.
    pub fn add<'f>(&mut self, fields: impl Iterator<Item = (&'f str, &'f str)>, fault: &Fault) -> Result<()> {
        let reason = format!("line {}: {}", fault.line, fault.error);
        match &mut self.0 {
            Format::Csv { writer, width, old_reason } => {
                let kept = fields.enumerate().filter(|(place, _)| Some(*place) != *old_reason);
                let mut texts: Vec<&str> = kept.map(|(_, (_, text))| text).collect();
                // The reason stands in its own column also where the row is too short.
                texts.resize(texts.len().max(*width), "");
                texts.push(&reason);
                writer.write_record(texts).map_err(unwritten)
            }
            Format::Jsonl(out) => {
                let kept = fields.filter(|(name, _)| *name != REASON);
                let mut object: Map<String, Value> = kept.map(|(name, text)| (name.to_owned(), text.into())).collect();
                object.insert(REASON.to_owned(), reason.into());
                writeln!(out, "{}", Value::Object(object)).map_err(unwritten)
            }
        }
    }

    /// Ends the file, and gives back what it was written to.
    pub fn end(self) -> Result<W> {
        match self.0 {
            Format::Csv { writer, .. } => writer.into_inner().map_err(|error| unwritten(error.into_error())),
            Format::Jsonl(out) => Ok(out),
        }
    }
}

fn unwritten(error: impl Into<std::io::Error>) -> Error {
    Error::io("write the refused rows", &error.into())
}
