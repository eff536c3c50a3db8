//! Writes a detail view for programs: a nested object in JSON, and in CSV one record for each related row.

use std::io::Write;

use serde_json::Map;

use crate::exit::{Failure, Result};
use crate::output::cell::Cell;
use crate::output::csv;
use crate::output::detail_view::{DetailField, DetailView, json};
use crate::output::options::Format;
use crate::output::writer::Output;

impl Output {
    pub(super) fn view_as_json(&mut self, view: DetailView) -> Result<()> {
        let mut object = Map::new();
        for section in view.sections {
            for field in section.fields {
                object.insert(field.key.to_owned(), json(&field.cell));
            }
            if let Some(table) = section.table {
                object.insert(table.key.to_owned(), table.objects());
            }
        }
        if let Some(fields) = &self.fields {
            object = fields.iter().map(|key| (key.clone(), object[key].clone())).collect();
        }
        let written = match self.format {
            Format::Json => serde_json::to_writer_pretty(&mut self.sink, &object),
            _ => serde_json::to_writer(&mut self.sink, &object),
        };
        written.map_err(Failure::output)?;
        self.sink.write_all(b"\n").map_err(Failure::output)
    }

    /// Writes one CSV record for each related row, with the record's own fields in each; one record if there are no rows.
    pub(super) fn view_as_csv(&mut self, view: &DetailView) -> Result<()> {
        let own: Vec<&DetailField> = view.own_fields().collect();
        let table = view.csv_rows();
        let columns: Vec<&str> =
            table.map_or(Vec::new(), |table| table.columns.iter().map(|column| column.key).collect());
        let places: Vec<usize> = match &self.fields {
            None => (0..own.len() + columns.len()).collect(),
            Some(wanted) => {
                let place = |key: &str| {
                    let own_place = own.iter().position(|field| field.key == key);
                    own_place.or_else(|| Some(own.len() + columns.iter().position(|column| *column == key)?))
                };
                // The key of the list means all its columns.
                let list =
                    |key: &str| table.filter(|table| table.key == key).map(|_| own.len()..own.len() + columns.len());
                wanted.iter().flat_map(|key| list(key).unwrap_or_default().chain(place(key))).collect()
            }
        };
        let key = |place: &usize| own.get(*place).map_or_else(|| columns[*place - own.len()], |field| field.key);
        if self.headers {
            csv::write(&mut self.sink, places.iter().map(key)).map_err(Failure::output)?;
        }
        let no_rows = [columns.iter().map(|_| Cell::Empty).collect()];
        let has_rows = places.iter().any(|place| *place >= own.len());
        let records = table.map(|table| table.records.as_slice()).filter(|records| has_rows && !records.is_empty());
        for record in records.unwrap_or(&no_rows) {
            let cell = |place: &usize| own.get(*place).map_or_else(|| &record[*place - own.len()], |field| &field.cell);
            let texts = places.iter().map(|place| csv::guarded(cell(place).for_data(), self.raw_csv).into_owned());
            csv::write(&mut self.sink, texts).map_err(Failure::output)?;
        }
        Ok(())
    }
}
