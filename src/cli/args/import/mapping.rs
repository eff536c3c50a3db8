//! Maps the columns of a foreign file to fields: by options, by the configuration, or by a known dialect.

use std::str::FromStr;

use clap::Args;
use ssgctl::error::quoted;
use ssgctl::formats::{ColumnMapping, DIALECTS, Dialect};
use ssgctl::import::Importer;
use ssgctl::model::Invalid;

use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// The options that map columns.
#[derive(Debug, Args)]
#[command(next_help_heading = "Columns")]
#[group(id = "columns")]
pub(super) struct ColumnArgs {
    /// Import a column of the file as this field; may be repeated
    #[arg(long, value_name = "COLUMN=FIELD")]
    map: Vec<ColumnMap>,

    /// Ignore a column of the file; may be repeated
    #[arg(long, value_name = "COLUMN")]
    ignore: Vec<String>,

    /// Calling code of national phone numbers, such as 44, in rows of its country or without one
    #[arg(long, value_name = "CODE", value_parser = calling_code)]
    calling_code: Option<String>,

    /// Program that wrote the file, or a mapping in the configuration
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
}

/// A column of a file and the field that it is imported as.
#[derive(Debug, Clone)]
pub(crate) struct ColumnMap {
    pub(crate) column: String,
    pub(crate) field: String,
}

impl FromStr for ColumnMap {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.rsplit_once('=') {
            Some((column, field)) if !column.trim().is_empty() && !field.trim().is_empty() => {
                Ok(Self { column: column.trim().to_owned(), field: field.trim().to_owned() })
            }
            _ => Err(Invalid::rule("must be COLUMN=FIELD, such as 'Company name=organisation'")),
        }
    }
}

impl ColumnArgs {
    /// Whether a column is imported as this field.
    pub(super) fn maps_to(&self, field: &str) -> bool {
        self.map.iter().any(|map| map.field == field)
    }

    /// The mapping for a file with these columns; none if its columns are fields already.
    pub(super) fn column_mapping<I: Importer>(
        &self,
        columns: &[String],
        context: &Context,
    ) -> Result<Option<ColumnMapping>> {
        let saved = self.from.as_ref().and_then(|name| context.settings.imports.get(name));
        let named = saved.map_or(self.from.as_deref(), |saved| saved.from.as_deref());
        // A file with one of our own field names is not in a foreign dialect, even if it has that dialect's columns.
        let has_own_fields = ["account_code", "organisation", "customer", "code", "system_id"]
            .iter()
            .any(|field| columns.iter().any(|column| column == field));
        let dialect = match named {
            Some(name) => Some(dialect(name, context)?),
            None if I::reads("organisation") && !has_own_fields => Dialect::of_header(columns),
            None => None,
        };
        if let (Some(dialect), None) = (dialect, &self.from) {
            context.note(&format!("the columns are those of {}; choose another mapping with --from", dialect.name));
        }
        let mut column_mapping = ColumnMapping::of(dialect);
        let mut mapped_by_option = Vec::new();
        for (column, field) in saved.iter().flat_map(|saved| &saved.map) {
            add::<I>(&mut column_mapping, column, field)?;
        }
        for ColumnMap { column, field } in &self.map {
            add::<I>(&mut column_mapping, column, field)?;
            mapped_by_option.push(column.clone());
        }
        for column in saved.iter().flat_map(|saved| &saved.ignore).chain(&self.ignore) {
            column_mapping.ignore(column);
        }
        if let Some(code) = self.calling_code.as_ref().or(saved.and_then(|saved| saved.calling_code.as_ref())) {
            column_mapping.internationalize(code);
        }
        mapped_by_option.extend(self.ignore.iter().cloned());
        if let Some(column) = column_mapping.missing(&mapped_by_option, columns).next().filter(|_| !columns.is_empty())
        {
            let message = format!("the file has no column {}; it has {}", quoted(column), quoted(columns.join(",")));
            return Err(Failure::new(ErrorCode::BadHeader, message));
        }
        Ok(Some(column_mapping).filter(|column_mapping| !column_mapping.is_empty()))
    }
}

fn add<I: Importer>(column_mapping: &mut ColumnMapping, column: &str, field: &str) -> Result<()> {
    if I::reads(field) {
        column_mapping.map(column, field);
        return Ok(());
    }
    Err(Failure::usage(format!("unknown field {}", quoted(field))).field("map"))
}

/// Parses a country's calling code.
fn calling_code(text: &str) -> Result<String, Invalid> {
    match ssgctl::model::calling_code(text) {
        Some(code) if code == text => Ok(text.to_owned()),
        _ => Err(Invalid::rule("must be a country's calling code, such as 44")),
    }
}

/// Finds a dialect by its name.
fn dialect(name: &str, context: &Context) -> Result<&'static Dialect> {
    Dialect::named(name).ok_or_else(|| {
        let saved = context.settings.imports.keys().map(String::as_str);
        let known: Vec<&str> = DIALECTS.iter().map(|dialect| dialect.name).chain(saved).collect();
        Failure::usage(format!("--from: unknown program or mapping {}", quoted(name)))
            .field("from")
            .hint(format!("known are {}", known.join(", ")))
    })
}
