//! The rows that were left out, written so that they can be imported again once they are put right.

use std::io::Write;

use crate::error::{Error, Fault, Result};
use crate::import::REASON;

/// A CSV file of refused rows.
pub(crate) struct Rejects<'a> {
    writer: csv::Writer<&'a mut dyn Write>,
    /// Where the reason of an earlier import stands, which makes way for the new one.
    old_reason: Option<usize>,
}

impl<'a> Rejects<'a> {
    /// Begins with the header of the file and a column for the reason.
    pub(crate) fn open(output: &'a mut dyn Write, columns: &[String]) -> Result<Self> {
        let writer = csv::WriterBuilder::new().flexible(true).from_writer(output);
        let old_reason = columns.iter().position(|column| column == REASON);
        let mut rejects = Self { writer, old_reason };
        rejects.write(columns.iter().map(String::as_str), REASON)?;
        Ok(rejects)
    }

    /// Adds a row and what is wrong with it.
    pub(crate) fn add<'f>(&mut self, fields: impl Iterator<Item = &'f str>, fault: &Fault) -> Result<()> {
        self.write(fields, &format!("line {}: {}", fault.line, fault.error))
    }

    fn write<'f>(&mut self, fields: impl Iterator<Item = &'f str>, last: &str) -> Result<()> {
        let kept = fields.enumerate().filter(|(index, _)| Some(*index) != self.old_reason).map(|(_, field)| field);
        self.writer.write_record(kept.chain([last])).map_err(|error| failed(&error.into()))
    }

    pub(crate) fn end(mut self) -> Result<()> {
        self.writer.flush().map_err(|error| failed(&error))
    }
}

fn failed(error: &std::io::Error) -> Error {
    Error::io("write the refused rows", error)
}
