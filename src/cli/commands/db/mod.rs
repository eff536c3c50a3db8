//! `ssgctl db`: the database file.

mod backup;
mod check;
mod head;
mod init;
mod migrate;
mod path;
mod restore;

use clap::Subcommand;

use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(ArgsIfNamed<init::InitArgs>),
    Path(ArgsIfNamed<path::PathArgs>),
    Check(ArgsIfNamed<check::CheckArgs>),
    Head(ArgsIfNamed<head::HeadArgs>),
    Backup(ArgsIfNamed<backup::BackupArgs>),
    Restore(ArgsIfNamed<restore::RestoreArgs>),
    Migrate(ArgsIfNamed<migrate::MigrateArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Init(ArgsIfNamed(args)) => init::run(&args, context),
            Self::Path(ArgsIfNamed(args)) => path::run(&args, context),
            Self::Check(ArgsIfNamed(args)) => check::run(&args, context),
            Self::Head(ArgsIfNamed(args)) => head::run(&args, context),
            Self::Backup(ArgsIfNamed(args)) => backup::run(&args, context),
            Self::Restore(ArgsIfNamed(args)) => restore::run(&args, context),
            Self::Migrate(ArgsIfNamed(args)) => migrate::run(&args, context),
        }
    }
}
