//! `ssgctl db migrate`.

use clap::Args;
use ssgctl::store::{Location, Migration, Store};

use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, FieldKeys, Row};

/// Migrate the database of an older version to the current schema
///
/// First makes a backup next to the database, named after its schema, such as ssgctl.db.schema-13. The migration is one
/// transaction, so it is applied completely or not at all. Schemas before 13 cannot be migrated: export the database
/// with the ssgctl that created it, and import the document with this one.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl db migrate")]
pub(crate) struct MigrateArgs {}

impl Row for Migration {
    const NAME: &str = "schema";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("from", |m: &Self| Cell::number(m.from)).id(),
        Column::new("schema", |m: &Self| Cell::number(m.to)).id(),
        Column::new("backup", |m| match &m.backup {
            Some(path) => Cell::shown(path.display()),
            None => Cell::Empty,
        }),
    ];
}

pub(crate) fn run(_: &MigrateArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&Migration::keys())?;
    let path = context.settings.database()?.to_owned();
    let migration = Store::migrate(&Location { path, create: false, wait: context.settings.wait })?;
    context.committed |= migration.backup.is_some();
    if migration.backup.is_none() {
        context.note("the database already has the current schema");
    }
    context.output.row(&migration)
}
