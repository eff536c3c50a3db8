//! `ssgctl customer unarchive`.

use clap::Args;
use ssgctl::ops;

use crate::commands::customer::CustomersArgs;
use crate::context::Context;
use crate::exit::Result;

/// Make archived customers usable again
///
/// Exactly those SMPP accounts come back that were archived with the customer; those archived before stay archived.
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
