//! `ssgctl config`: the effective settings and their origins.

mod check;
mod get;
mod init;
mod path;
mod public_key;
mod set;
mod show;
mod unset;

use clap::Subcommand;

use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Path(ArgsIfNamed<path::PathArgs>),
    Check(ArgsIfNamed<check::CheckArgs>),
    Show(ArgsIfNamed<show::ShowArgs>),
    Get(ArgsIfNamed<get::GetArgs>),
    Set(ArgsIfNamed<set::SetArgs>),
    Unset(ArgsIfNamed<unset::UnsetArgs>),
    Init(ArgsIfNamed<init::InitArgs>),
    PublicKey(ArgsIfNamed<public_key::PublicKeyArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Path(ArgsIfNamed(args)) => path::run(&args, context),
            Self::Check(ArgsIfNamed(args)) => check::run(&args, context),
            Self::Show(ArgsIfNamed(args)) => show::run(&args, context),
            Self::Get(ArgsIfNamed(args)) => get::run(&args, context),
            Self::Set(ArgsIfNamed(args)) => set::run(&args, context),
            Self::Unset(ArgsIfNamed(args)) => unset::run(&args, context),
            Self::Init(ArgsIfNamed(args)) => init::run(&args, context),
            Self::PublicKey(ArgsIfNamed(args)) => public_key::run(&args, context),
        }
    }
}
