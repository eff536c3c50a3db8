//! `ssgctl db backup`.

use std::path::PathBuf;

use clap::Args;
use ssgctl::error::quoted;
use ssgctl::store::Clock;
use ssgctl::store::files::{backup_stamp, note_backup};

use crate::context::Context;
use crate::exit::Result;
use crate::output::with_force_hint;

/// Copy the database to a new file, even while other commands write
///
/// The copy is consistent, checked and readable by its owner only. It gets its name when it is complete. It does not
/// contain the key that encrypts SMPP passwords: keep a copy of the key file elsewhere. With --force, a file that is
/// replaced keeps its owner, group and mode.
///
/// `ssgctl overview` and `ssgctl metrics` say when this last succeeded. They know it from the time of an empty file next to the
/// database, such as `ssgctl.db.backed-up`, which other programs that make backups may `touch`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl db backup /backup/ssgctl-$(date +%F).db")]
pub(crate) struct BackupArgs {
    /// Path of the new file
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Overwrite the file if it exists
    #[arg(short, long)]
    force: bool,
}

pub(crate) fn run(args: &BackupArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&["path"])?;
    context.store()?.backup(&args.file, args.force).map_err(with_force_hint)?;
    context.committed = true;
    let database = context.settings.database()?;
    if !note_backup(database, Clock::System.now()) {
        let stamp = quoted(backup_stamp(database).display());
        Context::warn(&format!("the time of this backup is not noted, because {stamp} cannot be written"));
    }
    if let Ok(key_file) = context.settings.key_file() {
        context.note(&format!(
            "the backup does not contain the key file {}; without it, SMPP passwords are lost",
            key_file.display()
        ));
    }
    context.output.value("path", &args.file.display().to_string())
}
