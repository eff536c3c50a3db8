//! `ssgctl balance history`.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::{EntryKind, Unit};
use ssgctl::store::EntryFilter;

use crate::complete;
use crate::context::Context;
use crate::exit::Result;
use crate::period::PeriodArgs;

/// List the entries that moved balances, oldest first
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance history ABCCORP331
  ssgctl balance history ABCCORP331 --unit GBP --since 2026-11-01 --until 2026-12-01 --csv
  ssgctl balance history --actor alice --since 24h")]
pub(crate) struct HistoryArgs {
    /// Only entries of this customer, by account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(complete::customers))]
    customer: Option<String>,

    /// Only entries in this unit
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(complete::units))]
    unit: Option<Unit>,

    /// Only entries of this kind: adjustment, charge, transfer or reversal
    #[arg(long, value_name = "KIND")]
    kind: Option<EntryKind>,

    /// Only entries by this actor
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,

    #[command(flatten)]
    period: PeriodArgs,

    /// Show the newest first
    #[arg(long)]
    desc: bool,

    /// Show at most so many
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

pub(crate) fn run(args: HistoryArgs, context: &mut Context) -> Result<()> {
    let (since, until) = args.period.bounds(&context.settings)?;
    context.list(|snapshot, rows| {
        let customer = args.customer.map(|name| snapshot.customer(&name)).transpose()?;
        let filter = EntryFilter {
            customer_id: customer.map(|customer| customer.id),
            unit: args.unit,
            kind: args.kind,
            actor: args.actor,
            since,
            until,
            newest_first: args.desc,
            limit: args.limit,
        };
        snapshot.entries(&filter, |entry| rows.row(&entry))
    })
}
