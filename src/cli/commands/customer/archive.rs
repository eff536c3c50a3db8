//! `ssgctl customer archive`.

use clap::Args;
use ssgctl::ops;

use crate::commands::customer::CustomersArgs;
use crate::context::Context;
use crate::exit::Result;

/// Make customers unusable, and their SMPP accounts with them
///
/// Archived customers leave every list, and no change of them is taken but un-archiving. Their warnings stop, and emails that
/// wait are taken back. Their codes and system IDs stay reserved. Nothing is deleted.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl customer archive ABCCORP331 --reason 'contract ended'
  ssgctl customer archive ABCCORP331 XYZ17 --yes")]
pub(crate) struct ArchiveArgs {
    #[command(flatten)]
    named: CustomersArgs,
}

pub(crate) fn run(args: &ArchiveArgs, context: &mut Context) -> Result<()> {
    let names = args.named.customers.join(", ");
    context.prompt.confirm(&format!("Archive {names}, with all SMPP accounts?"))?;
    context.write_each(&args.named.change, &args.named.customers, ops::customer::archive)
}
