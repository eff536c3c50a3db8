//! `ssgctl config path`.

use clap::Args;

use crate::context::Context;
use crate::exit::Result;

/// Print the path of the configuration file, even if it does not exist
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  $EDITOR \"$(ssgctl config path)\"")]
pub(crate) struct PathArgs {}

pub(crate) fn run(_: &PathArgs, context: &mut Context) -> Result<()> {
    let path = context.settings.config_path()?.display().to_string();
    context.output.value("path", &path)
}
