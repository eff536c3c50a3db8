//! `ssgctl customer unarchive`.

use clap::Args;
use ssgctl::ops;

use crate::commands::customer::CustomersArgs;
use crate::context::Context;
use crate::exit::Result;

/// Unarchive customers and the SMPP accounts archived with them
///
/// SMPP accounts that were archived before the customer stay archived.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl customer unarchive ABCCORP331 --reason 'came back'
  ssgctl customer list --archived -o name | xargs -r ssgctl customer unarchive")]
pub(crate) struct UnarchiveArgs {
    #[command(flatten)]
    named: CustomersArgs,
}

pub(crate) fn run(args: &UnarchiveArgs, context: &mut Context) -> Result<()> {
    context.write_each(&args.named.change, &args.named.customers, ops::customer::unarchive)
}
