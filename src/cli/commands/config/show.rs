//! `ssgctl config show`.

use clap::Args;

use crate::config::{SourcedSetting, with_sources};
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// Show every setting with its value and the place that sets it
///
/// The place is an option, an environment variable, the configuration file with the line, or the program's default.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl config show
  ssgctl config show --fields key,source | grep -v default
  ssgctl config show --json | jq -r '.[] | select(.key == \"database.path\").value'")]
pub(crate) struct ShowArgs {}

impl Row for SourcedSetting {
    const NAME: &str = "key";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("key", |s: &Self| Cell::text(&s.setting.key)),
        Column::new("value", |s: &Self| Cell::maybe(s.setting.value.as_ref())).text().essential(),
        Column::detail("origin", |s| Cell::text(s.setting.origin.as_str())),
        Column::new("source", |s: &Self| Cell::text(&s.source)).file(),
    ];
}

pub(crate) fn run(_: &ShowArgs, context: &mut Context) -> Result<()> {
    let settings = with_sources(&context.settings.list(), context.settings.config_path.as_deref())?;
    context.output.rows(&settings)
}
