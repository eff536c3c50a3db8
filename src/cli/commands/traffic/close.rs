//! `ssgctl traffic close`: ends an unfinished import.

use clap::Args;

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::context::Context;
use crate::exit::Result;

/// Close an unfinished import whose file is lost
///
/// Charges the messages already imported and abandons the rest of the file. If you still have the file, run the same
/// `traffic import` again instead: that completes the import.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic list --state unfinished
  ssgctl traffic close 7 --reason 'the disk with the file is gone'")]
pub(crate) struct CloseArgs {
    /// Import number, as shown by `traffic list`
    #[arg(value_name = "IMPORT")]
    import: i64,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &CloseArgs, context: &mut Context) -> Result<()> {
    context.apply_clock(args.clock)?;
    let _lock = context.store()?.lock_imports()?;
    let import = context.write(&args.change, |tx| ssgctl::traffic::close(tx, args.import))?;
    context.output.row(&import)
}
