//! `ssgctl config show`.

use clap::Args;

use crate::config::Setting;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// Show every setting with its value and origin
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl config show
  ssgctl config show --json | jq -r '.[] | select(.key == \"database.path\").value'")]
pub(crate) struct ShowArgs {}

impl Row for Setting {
    const NAME: &str = "key";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("key", |s| Cell::text(s.key)),
        Column::new("value", |s| Cell::maybe(s.value.as_ref())),
        Column::new("origin", |s| Cell::text(s.origin)),
    ];
}

pub(crate) fn run(_: &ShowArgs, context: &mut Context) -> Result<()> {
    context.output.rows(context.settings.list())
}
