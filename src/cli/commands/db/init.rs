//! `ssgctl db init`.

use clap::Args;

use crate::context::Context;
use crate::exit::Result;

/// Create the database file if it does not exist
///
/// At the default path, `customer new`, `customer import`, `service new`, `service import` and `quick-create` create the
/// database as well. If --db, `SSGCTL_DB` or the configuration names another path, only this command and `ssgctl import`
/// create it, so that a typing error in the path does not create a second, empty database. All other commands fail if
/// there is no database.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl db init --db /var/lib/ssgctl/ssgctl.db")]
pub(crate) struct InitArgs {}

pub(crate) fn run(_: &InitArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&["path"])?;
    let exists = context.settings.database()?.exists();
    let path = context.open(true)?.path().display().to_string();
    context.committed |= !exists;
    if exists {
        context.note("the database already exists");
    }
    context.output.value("path", &path)
}
