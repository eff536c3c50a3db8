//! `ssgctl balance at`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::report;

use crate::args::completion;
use crate::args::period::{Moment, ZoneArgs};
use crate::context::Context;
use crate::exit::Result;

/// Show what a customer had at a time, or at the end of a day
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance at ABCCORP331 2026-10-31
  ssgctl balance at ABCCORP331 2026-10-31 --timezone Europe/London
  ssgctl balance at ABCCORP331 2026-10-31T12:00:00Z --json")]
pub(crate) struct AtArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// A time, a day, whose end is meant, or a span back such as 24h; what happens at the time itself does not count
    #[arg(value_name = "TIME")]
    at: Moment,

    #[command(flatten)]
    zone: ZoneArgs,
}

pub(crate) fn run(args: &AtArgs, context: &mut Context) -> Result<()> {
    let before = args.at.end(&args.zone.zone(context.settings.defaults.zone()))?;
    let balances =
        context.read(|snapshot| report::balances_at(snapshot, &snapshot.customer(&args.customer)?, before))?;
    context.output.all(&balances)
}
