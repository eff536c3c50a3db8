//! What the columns of a file are to us: by options, by the configuration, or as another program is known to write them.

use std::str::FromStr;

use clap::Args;
use ssgctl::error::quoted;
use ssgctl::formats::{ColumnMapping, DIALECTS, Dialect};
use ssgctl::import::Importer;
use ssgctl::model::Invalid;

use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// How the columns of the file are read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Columns")]
#[group(id = "columns")]
pub(super) struct ColumnArgs {
    /// Read a column of the file as one of ours; may be given several times
    #[arg(long, value_name = "THEIRS=OURS")]
    map: Vec<ColumnMap>,

    /// Leave a column of the file aside; may be given several times
    #[arg(long, value_name = "COLUMN")]
    ignore: Vec<String>,

    /// Take telephone numbers without + or 00 for national ones of this calling code, such as 44
    #[arg(long, value_name = "CODE", value_parser = calling_code)]
    calling_code: Option<String>,

    /// Read the file by this mapping of the configuration, or as this program writes it
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
}

/// A column of a file and ours that it is read as.
#[derive(Debug, Clone)]
struct ColumnMap {
    theirs: String,
    ours: String,
}

impl FromStr for ColumnMap {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.rsplit_once('=') {
            Some((theirs, ours)) if !theirs.trim().is_empty() && !ours.trim().is_empty() => {
                Ok(Self { theirs: theirs.trim().to_owned(), ours: ours.trim().to_owned() })
            }
            _ => Err(Invalid::rule("must be like 'Their column=organisation'")),
        }
    }
}

impl ColumnArgs {
    /// Whether a column is read as this one of ours.
    pub(super) fn map_to(&self, ours: &str) -> bool {
        self.map.iter().any(|map| map.ours == ours)
    }

    /// How a file with these columns is read; none when it is read as it is.
    pub(super) fn column_mapping<I: Importer>(
        &self,
        columns: &[String],
        context: &Context,
    ) -> Result<Option<ColumnMapping>> {
        let saved = self.from.as_ref().and_then(|name| context.settings.imports.get(name));
        let named = saved.map_or(self.from.as_deref(), |saved| saved.from.as_deref());
        // A file that has columns of ours is ours, whatever else it has.
        let is_ours = ["account_code", "organisation", "customer", "code", "system_id"]
            .iter()
            .any(|ours| columns.iter().any(|column| column == ours));
        let dialect = match named {
            Some(name) => Some(dialect(name, context)?),
            None if I::reads("organisation") && !is_ours => Dialect::of_header(columns),
            None => None,
        };
        if let (Some(dialect), None) = (dialect, &self.from) {
            context.note(&format!("the columns are those of {}; `--from` says otherwise", dialect.name));
        }
        let mut column_mapping = ColumnMapping::of(dialect);
        let mut asked = Vec::new();
        for (theirs, ours) in saved.iter().flat_map(|saved| &saved.map) {
            add::<I>(&mut column_mapping, theirs, ours)?;
        }
        for ColumnMap { theirs, ours } in &self.map {
            add::<I>(&mut column_mapping, theirs, ours)?;
            asked.push(theirs.clone());
        }
        for column in saved.iter().flat_map(|saved| &saved.ignore).chain(&self.ignore) {
            column_mapping.ignore(column);
        }
        if let Some(code) = self.calling_code.as_ref().or(saved.and_then(|saved| saved.calling_code.as_ref())) {
            column_mapping.internationalize(code);
        }
        asked.extend(self.ignore.iter().cloned());
        if let Some(column) = column_mapping.lacking(&asked, columns).next().filter(|_| !columns.is_empty()) {
            let message = format!("the file has no column {}; it has {}", quoted(column), quoted(columns.join(",")));
            return Err(Failure::new(ErrorCode::BadHeader, message));
        }
        Ok(Some(column_mapping).filter(|column_mapping| !column_mapping.is_empty()))
    }
}

fn add<I: Importer>(column_mapping: &mut ColumnMapping, theirs: &str, ours: &str) -> Result<()> {
    if I::reads(ours) {
        column_mapping.map(theirs, ours);
        return Ok(());
    }
    Err(Failure::usage(format!("{} is no field that is imported here", quoted(ours))).field("map"))
}

/// A country's calling code.
fn calling_code(text: &str) -> Result<String, Invalid> {
    match ssgctl::model::calling_code(text) {
        Some(code) if code == text => Ok(text.to_owned()),
        _ => Err(Invalid::rule("must be a country's calling code, such as 44")),
    }
}

/// The dialect of a name.
fn dialect(name: &str, context: &Context) -> Result<&'static Dialect> {
    Dialect::named(name).ok_or_else(|| {
        let saved = context.settings.imports.keys().map(String::as_str);
        let known: Vec<&str> = DIALECTS.iter().map(|dialect| dialect.name).chain(saved).collect();
        Failure::usage(format!("--from: {} is no kind of file", quoted(name)))
            .field("from")
            .hint(format!("kinds are {}", known.join(", ")))
    })
}
