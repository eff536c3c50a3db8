//! `ssgctl traffic revert`: takes out what an import brought.

use clap::Args;

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Revert an import: remove its messages and give back its charges
///
/// For a file that was imported for the wrong account or understood wrongly. Its messages leave the reports, what it took
/// from each balance is given back at once and posted with the charges of the day, and the import stays in the list as
/// reverted. The file can be imported again.
///
/// Refused if the import changed messages of earlier imports, if a later import reported stored messages of the same
/// accounts and days again, which must be reverted first, or if its messages were pruned. Other commands that write wait
/// meanwhile.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic revert 7 --reason 'imported for the wrong account'
  ssgctl traffic revert 7 --reason test --dry-run")]
pub(crate) struct RevertArgs {
    /// Import number, as shown by `traffic list`
    #[arg(value_name = "IMPORT")]
    import: i64,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &RevertArgs, context: &mut Context) -> Result<()> {
    if args.change.audit.reason.is_none() {
        return Err(Failure::usage("--reason is required: why is the import reverted?"));
    }
    context.apply_clock(args.clock)?;
    let _lock = context.store()?.lock_imports()?;
    let import = context.write(&args.change, |tx| ssgctl::traffic::revert(tx, args.import))?;
    context.output.row(&import)
}
