//! `ssgctl db`: the database file.

mod backup;
mod check;
mod head;
mod init;
mod migrate;
mod path;
mod restore;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::InitArgs),
    Path(path::PathArgs),
    Check(check::CheckArgs),
    Head(head::HeadArgs),
    Backup(backup::BackupArgs),
    Restore(restore::RestoreArgs),
    Migrate(migrate::MigrateArgs),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Init(args) => init::run(&args, context),
            Self::Path(args) => path::run(&args, context),
            Self::Check(args) => check::run(&args, context),
            Self::Head(args) => head::run(&args, context),
            Self::Backup(args) => backup::run(&args, context),
            Self::Restore(args) => restore::run(&args, context),
            Self::Migrate(args) => migrate::run(&args, context),
        }
    }
}
