//! `ssgctl mail cancel`: withdraws emails from the outbox.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::mail::emails;
use crate::context::Context;
use crate::exit::Result;

/// Cancel emails that were not sent
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail cancel 17 --reason 'customer called us'")]
pub(crate) struct CancelArgs {
    /// Email numbers, as shown by `mail list`
    #[arg(value_name = "ID", required = true, add = ArgValueCompleter::new(completion::records::emails))]
    emails: Vec<i64>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &CancelArgs, context: &mut Context) -> Result<()> {
    emails::change(context, &args.emails, &args.change, ops::outbox::cancel)
}
