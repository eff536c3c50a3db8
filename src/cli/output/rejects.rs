//! Rows of a file that were refused, written as they stood, with the reason: to be mended and imported again.

use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value};
use ssgctl::import::REASON;

use crate::exit::{Failure, Result};
use crate::output::csv;
use crate::output::sink::Sink;

/// A new file of refused rows, which has its name when it is complete.
pub(crate) struct Rejects {
    out: Sink,
    /// The header; none where rows are JSON objects.
    columns: Vec<String>,
}

impl Rejects {
    /// Begins a file of rows that have these columns, or are JSON objects when there are none.
    pub(crate) fn create(path: &Path, replace: bool, columns: &[String]) -> Result<Self> {
        let mut rejects = Self { out: Sink::file(path, replace)?, columns: columns.to_vec() };
        if !columns.is_empty() {
            let header = columns.iter().map(String::as_str).filter(|column| *column != REASON).chain([REASON]);
            csv::write(&mut rejects.out, header).map_err(Failure::output)?;
        }
        Ok(rejects)
    }

    /// Writes a row, with why it was refused. One that is longer than the header stays so.
    pub(crate) fn row(&mut self, cells: &[(String, String)], reason: &str) -> Result<()> {
        let cells = cells.iter().filter(|(name, _)| name != REASON);
        if self.columns.is_empty() {
            let cells = cells.map(|(name, text)| (name.clone(), Value::from(text.as_str())));
            let object: Map<String, Value> = cells.chain([(REASON.to_owned(), reason.into())]).collect();
            return writeln!(self.out, "{}", Value::Object(object)).map_err(Failure::output);
        }
        let mut texts: Vec<&str> = cells.map(|(_, text)| text.as_str()).collect();
        let width = self.columns.iter().filter(|column| *column != REASON).count();
        texts.resize(texts.len().max(width), "");
        texts.push(reason);
        csv::write(&mut self.out, texts).map_err(Failure::output)
    }

    /// Gives the file its name.
    pub(crate) fn publish(self, replace: bool) -> Result<()> {
        self.out.published(replace).map(drop)
    }
}
