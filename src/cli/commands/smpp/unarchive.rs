//! `ssgctl smpp unarchive`.

use clap::Args;
use ssgctl::ops;

use crate::commands::smpp::AccountsArgs;
use crate::context::Context;
use crate::exit::Result;

/// Unarchive SMPP accounts
///
/// Accounts that were archived with their customer return when you unarchive the customer.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp unarchive abc_old")]
pub(crate) struct UnarchiveArgs {
    #[command(flatten)]
    named: AccountsArgs,
}

pub(crate) fn run(args: &UnarchiveArgs, context: &mut Context) -> Result<()> {
    context.write_each(&args.named.change, &args.named.accounts, ops::smpp::unarchive)
}
