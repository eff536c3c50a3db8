//! `ssgctl config`: the effective settings and their origins.

mod init;
mod path;
mod public_key;
mod show;

use clap::Subcommand;

use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Path(ArgsIfNamed<path::PathArgs>),
    Show(ArgsIfNamed<show::ShowArgs>),
    Init(ArgsIfNamed<init::InitArgs>),
    PublicKey(ArgsIfNamed<public_key::PublicKeyArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Path(ArgsIfNamed(args)) => path::run(&args, context),
            Self::Show(ArgsIfNamed(args)) => show::run(&args, context),
            Self::Init(ArgsIfNamed(args)) => init::run(&args, context),
            Self::PublicKey(ArgsIfNamed(args)) => public_key::run(&args, context),
        }
    }
}
