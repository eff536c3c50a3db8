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

use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Retry(retry::RetryArgs),
    Cancel(cancel::CancelArgs),
    Preview(preview::PreviewArgs),
    Test(test::TestArgs),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::List(args) => list::run(args, context),
            Self::Show(args) => show::run(&args, context),
            Self::Retry(args) => retry::run(&args, context),
            Self::Cancel(args) => cancel::run(&args, context),
            Self::Preview(args) => preview::run(&args, context),
            Self::Test(args) => test::run(&args, context),
        }
    }
}
