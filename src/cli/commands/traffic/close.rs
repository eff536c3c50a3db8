//! `ssgctl traffic close`.

use clap::Args;

use crate::args::change::ChangeArgs;
use crate::context::Context;
use crate::exit::Result;

/// End an unfinished import whose file is lost
///
/// The messages that are in are charged, and the rest of the file stays out. Where the file is at hand, import it again
/// instead: that completes it.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic list --state unfinished
  ssgctl traffic close 7 --reason 'the disk with the file is gone'")]
pub(crate) struct CloseArgs {
    /// The number of the import
    #[arg(value_name = "IMPORT")]
    import: i64,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &CloseArgs, context: &mut Context) -> Result<()> {
    let _lock = context.store()?.lock_imports()?;
    let import = context.write(&args.change, |tx| ssgctl::traffic::close(tx, args.import))?;
    context.output.row(&import)
}
