//! `ssgctl customer unarchive`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
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
    /// Account codes or API IDs
    #[arg(value_name = "CUSTOMER", required = true, add = ArgValueCompleter::new(completion::customers))]
    customers: Vec<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &UnarchiveArgs, context: &mut Context) -> Result<()> {
    let active = context.write(&args.change, |tx| {
        args.customers.iter().map(|name| ops::customer::unarchive(tx, name)).collect::<ssgctl::Result<Vec<_>>>()
    })?;
    context.output.all(&active)
}
