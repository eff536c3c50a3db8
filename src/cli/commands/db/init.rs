//! `ssgctl db init`.

use clap::Args;

use crate::context::Context;
use crate::exit::Result;

/// Make the database file, unless it is there
///
/// A database in its usual place is made on first use. One that --db, `SSGCTL_DB` or the configuration names is made only
/// here, so that a misspelt name is an error and not a second, empty database.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl db init --db /var/lib/ssgctl/ssgctl.db")]
pub(crate) struct InitArgs {}

pub(crate) fn run(_: &InitArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&["path"])?;
    let is_there = context.settings.database()?.exists();
    let path = context.open(true)?.path().display().to_string();
    if is_there {
        context.note("the database is there already");
    }
    context.output.value("path", &path)
}
