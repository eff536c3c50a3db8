//! `ssgctl version`: the versions to name in a bug report.

use clap::Args;
use ssgctl::store::{SCHEMA_VERSION, sqlite_source, sqlite_version};

use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// Show the versions of ssgctl, its database schema and SQLite
#[derive(Debug, Args)]
pub(crate) struct VersionArgs {}

struct Versions {
    sqlite_source: String,
}

impl Row for Versions {
    const NAME: &str = "ssgctl";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("ssgctl", |_| Cell::text(env!("CARGO_PKG_VERSION"))),
        Column::new("schema", |_: &Self| Cell::number(SCHEMA_VERSION)).id(),
        Column::new("sqlite", |_| Cell::text(sqlite_version())),
        Column::new("sqlite_source", |versions| Cell::text(&versions.sqlite_source)),
    ];
}

pub(crate) fn run(_: &VersionArgs, context: &mut Context) -> Result<()> {
    let versions = Versions { sqlite_source: sqlite_source()? };
    context.output.row(&versions)
}
