//! `ssgctl smpp archive`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;

/// Make SMPP accounts unusable
///
/// Archived accounts leave every list and take no change but un-archiving. Their system IDs stay reserved.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp archive abc_old --reason 'replaced by abc_prod'")]
pub(crate) struct ArchiveArgs {
    /// System IDs or short names
    #[arg(value_name = "ACCOUNT", required = true, add = ArgValueCompleter::new(completion::accounts))]
    accounts: Vec<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &ArchiveArgs, context: &mut Context) -> Result<()> {
    context.prompt.confirm(&format!("Archive SMPP accounts {}?", args.accounts.join(", ")))?;
    let archived = context.write(&args.change, |tx| {
        args.accounts.iter().map(|name| ops::smpp::archive(tx, name)).collect::<ssgctl::Result<Vec<_>>>()
    })?;
    context.output.all(&archived)
}
