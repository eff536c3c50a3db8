//! `ssgctl config path`.

use clap::Args;

use crate::context::Context;
use crate::exit::Result;

/// Show where the configuration file is, whether it is there or not
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  $EDITOR \"$(ssgctl config path)\"")]
pub(crate) struct PathArgs {}

pub(crate) fn run(_: &PathArgs, context: &mut Context) -> Result<()> {
    let path = context.settings.config_path()?.display().to_string();
    context.output.value("path", &path)
}
