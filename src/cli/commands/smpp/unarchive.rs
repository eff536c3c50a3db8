//! `ssgctl smpp unarchive`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;

/// Make archived SMPP accounts usable again
///
/// The accounts of an archived customer come back with the customer.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp unarchive abc_old")]
pub(crate) struct UnarchiveArgs {
    /// System IDs or short names
    #[arg(value_name = "ACCOUNT", required = true, add = ArgValueCompleter::new(completion::accounts))]
    accounts: Vec<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &UnarchiveArgs, context: &mut Context) -> Result<()> {
    let active = context.write(&args.change, |tx| {
        args.accounts.iter().map(|name| ops::smpp::unarchive(tx, name)).collect::<ssgctl::Result<Vec<_>>>()
    })?;
    context.output.all(&active)
}
