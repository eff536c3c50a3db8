//! `ssgctl config`: the effective settings and their origins.

mod init;
mod path;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Path(path::PathArgs),
    Show(show::ShowArgs),
    Init(init::InitArgs),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Path(args) => path::run(&args, context),
            Self::Show(args) => show::run(&args, context),
            Self::Init(args) => init::run(&args, context),
        }
    }
}
