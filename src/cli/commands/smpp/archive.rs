//! `ssgctl smpp archive`.

use clap::Args;
use ssgctl::ops;

use crate::commands::smpp::AccountsArgs;
use crate::context::Context;
use crate::exit::Result;

/// Archive SMPP accounts
///
/// Archived accounts cannot be used, are hidden from lists and can only be unarchived. Their system IDs stay reserved.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp archive abc_old --reason 'replaced by abc_prod'")]
pub(crate) struct ArchiveArgs {
    #[command(flatten)]
    named: AccountsArgs,
}

pub(crate) fn run(args: &ArchiveArgs, context: &mut Context) -> Result<()> {
    context.prompt.confirm(&format!("Archive SMPP accounts {}?", args.named.accounts.join(", ")))?;
    context.write_each(&args.named.change, &args.named.accounts, ops::smpp::archive)
}
