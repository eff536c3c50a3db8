//! `ssgctl mail`: the outbox, previews and test emails.

mod cancel;
mod emails;
mod list;
pub(crate) mod outcome;
mod preview;
mod retry;
mod row;
mod show;
mod test;

use clap::Subcommand;

use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(ArgsIfNamed<list::ListArgs>),
    Show(ArgsIfNamed<show::ShowArgs>),
    Retry(ArgsIfNamed<retry::RetryArgs>),
    Cancel(ArgsIfNamed<cancel::CancelArgs>),
    Preview(ArgsIfNamed<preview::PreviewArgs>),
    Test(ArgsIfNamed<test::TestArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::List(ArgsIfNamed(args)) => list::run(args, context),
            Self::Show(ArgsIfNamed(args)) => show::run(&args, context),
            Self::Retry(ArgsIfNamed(args)) => retry::run(&args, context),
            Self::Cancel(ArgsIfNamed(args)) => cancel::run(&args, context),
            Self::Preview(ArgsIfNamed(args)) => preview::run(&args, context),
            Self::Test(ArgsIfNamed(args)) => test::run(&args, context),
        }
    }
}
