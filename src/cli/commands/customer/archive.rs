//! `ssgctl customer archive`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
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
    /// Account codes or API IDs
    #[arg(value_name = "CUSTOMER", required = true, add = ArgValueCompleter::new(completion::customers))]
    customers: Vec<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &ArchiveArgs, context: &mut Context) -> Result<()> {
    let names = args.customers.join(", ");
    context.prompt.confirm(&format!("Archive {names}, with all SMPP accounts?"))?;
    let archived = context.write(&args.change, |tx| {
        args.customers.iter().map(|name| ops::customer::archive(tx, name)).collect::<ssgctl::Result<Vec<_>>>()
    })?;
    context.output.all(&archived)
}
