//! `ssgctl traffic post`: posts accrued charges.

use clap::Args;
use ssgctl::ops::balance::{DueCharges, PostedCharges, post_accrued};

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::context::Context;
use crate::exit::Result;

/// Post accrued charges to the ledger, one entry for each balance
///
/// Charges of imports count in balances at once, and are posted later: those of a UTC day by the first `traffic import` or
/// `balance check` of a later day. This command posts them now, those of today too. Balances do not change by it.
///
/// The reference of each entry is `charges DAY`, and its description names the imports. `balance explain --imports` has a
/// line for each of them.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic post
  ssgctl traffic post --dry-run --json")]
pub(crate) struct PostArgs {
    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &PostArgs, context: &mut Context) -> Result<()> {
    context.apply_clock(args.clock)?;
    let posted = context.write(&args.change, |tx| {
        tx.expect_many_steps()?;
        post_accrued(tx, DueCharges::All)
    })?;
    if posted == PostedCharges::default() && !args.change.dry_run {
        context.note("there are no accrued charges");
    }
    context.output.row(&posted)
}
