//! `ssgctl fee end`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::day::DayArg;
use crate::commands::invoice::today;
use crate::context::Context;
use crate::exit::Result;

/// End a monthly fee
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl fee end 3
  ssgctl fee end 3 --last-day 2026-12-31")]
pub(crate) struct EndArgs {
    /// ID of the fee
    #[arg(value_name = "FEE", add = ArgValueCompleter::new(completion::records::fees))]
    fee: i64,

    /// Last day that is due [default: today]
    #[arg(long, value_name = "DATE")]
    last_day: Option<DayArg>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &EndArgs, context: &mut Context) -> Result<()> {
    let last_day = args.last_day.map_or(today(context), |day| day.0);
    let fee = context.write(&args.change, |tx| ops::invoice::fee::end(tx, args.fee, last_day))?;
    context.output.row(&fee)
}
