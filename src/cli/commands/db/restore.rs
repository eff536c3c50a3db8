//! `ssgctl db restore`.

use std::path::PathBuf;

use clap::Args;
use ssgctl::error::quoted;
use ssgctl::store::{Clock, Location, Store};

use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// Restore the database from a backup
///
/// Runs the checks of `db check` on the backup before anything is written. Never replaces an existing database: move it
/// away first, together with its files that end in -wal and -shm.
///
/// If a replication tool such as Litestream follows the database, stop it first and let it begin anew afterwards: it would
/// take the restored file for the next state of the old one. Restore with the tool's own command into a new file, check
/// that with `db check --db`, and give it mode 600.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  mv \"$(ssgctl db path)\" /tmp/broken.db && ssgctl db restore /backup/ssgctl-2026-11-24.db")]
pub(crate) struct RestoreArgs {
    /// Path of the backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(crate) fn run(args: &RestoreArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&["path"])?;
    let to = context.settings.database()?.to_owned();
    if !args.file.exists() {
        return Err(Failure::new(ErrorCode::NoFile, format!("no file at {}", quoted(args.file.display()))));
    }
    let from = Location { path: args.file.clone(), create: false, wait: context.settings.wait };
    Store::open(&from, Clock::System)?.restore(&to)?;
    context.committed = true;
    context.output.value("path", &to.display().to_string())
}
