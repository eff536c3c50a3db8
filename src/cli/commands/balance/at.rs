//! `ssgctl balance at`: balances at a time in the past, from the ledger.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::report;

use crate::args::completion;
use crate::args::period::{Moment, ZoneArgs};
use crate::context::Context;
use crate::exit::Result;

/// Show the balances a customer had at a time in the past
///
/// A day means the end of that day in the time zone. Entries posted at exactly TIME are not included.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance at ABCCORP331 2026-10-31
  ssgctl balance at ABCCORP331 2026-10-31 --timezone Europe/London
  ssgctl balance at ABCCORP331 2026-10-31T12:00:00Z --json")]
pub(crate) struct AtArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// Time, day, or time span before now, such as 24h
    #[arg(value_name = "TIME")]
    at: Moment,

    #[command(flatten)]
    zone: ZoneArgs,
}

pub(crate) fn run(args: &AtArgs, context: &mut Context) -> Result<()> {
    let before = args.at.end(&args.zone.zone(context.settings.defaults.zone()));
    let balances =
        context.read(|snapshot| report::balances_at(snapshot, &snapshot.customer(&args.customer)?, before))?;
    context.output.rows(&balances)
}
