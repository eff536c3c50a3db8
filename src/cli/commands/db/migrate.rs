//! `ssgctl db migrate`.

use clap::Args;
use ssgctl::store::{Location, Migration, Store};

use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row, Shown};

/// Bring a database of an older version up to date, after a backup
///
/// The backup lies next to the database and is named after the schema it has, such as ssgctl.db.schema-13. The migration is one
/// transaction: whatever happens, the database is as it was or up to date. Schemas before 13 cannot be migrated: export such a
/// database with the ssgctl that made it, and import the document here.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl db migrate")]
pub(crate) struct MigrateArgs {}

impl Row for Migration {
    const NAME: &str = "schema";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("from", |m| Cell::number(m.from)),
        Column::new("schema", |m| Cell::number(m.to)),
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
    if migration.backup.is_none() {
        context.note("the database is up to date; there is nothing to do");
    }
    context.output.row(&migration)
}
