//! `ssgctl db backup`.

use std::path::PathBuf;

use clap::Args;

use crate::context::Context;
use crate::exit::Result;

/// Copy the database to a new file, whatever else writes meanwhile
///
/// The copy is consistent, checked, readable by its owner only, and appears under its name when it is complete. The key
/// that seals SMPP passwords is not in it: keep a copy of the key file elsewhere.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl db backup /backup/ssgctl-$(date +%F).db")]
pub(crate) struct BackupArgs {
    /// The new file
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Replace the file if it is there
    #[arg(short, long)]
    force: bool,
}

pub(crate) fn run(args: &BackupArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&["path"])?;
    context.store()?.backup(&args.file, args.force)?;
    if let Ok(key_file) = context.settings.key_file() {
        context.note(&format!(
            "the key file {} is not in the backup; without it SMPP passwords are lost",
            key_file.display()
        ));
    }
    context.output.value("path", &args.file.display().to_string())
}
