//! `ssgctl config init`.

use clap::Args;
use ssgctl::error::quoted;
use ssgctl::store::files::{self, FileRole};

use crate::config::TEMPLATE;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// Write a configuration file that explains every setting, all commented out
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl config init && $EDITOR \"$(ssgctl config path)\"")]
pub(crate) struct InitArgs {}

pub(crate) fn run(_: &InitArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&["path"])?;
    let path = context.settings.config_path()?;
    let shown = path.display().to_string();
    if !files::write_own(path, FileRole::Config, TEMPLATE.as_bytes())? {
        return Err(Failure::new(ErrorCode::Exists, format!("{} already exists", quoted(shown))));
    }
    context.committed = true;
    context.output.value("path", &shown)
}
