//! `ssgctl customer archive`.

use clap::Args;
use ssgctl::ops;

use crate::commands::customer::CustomersArgs;
use crate::context::Context;
use crate::exit::Result;

/// Archive customers and their SMPP accounts
///
/// Archived customers are hidden from lists and can only be unarchived. Their low-balance warnings stop, and their
/// pending emails are cancelled. Account codes and system IDs stay reserved. Nothing is deleted.
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
    context.prompt.confirm(&format!("Archive {names} and all their SMPP accounts?"))?;
    context.write_each(&args.named.change, &args.named.customers, ops::customer::archive)
}
