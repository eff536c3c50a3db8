//! `ssgctl balance history`: ledger entries.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::{EntryKind, Unit};
use ssgctl::report::{self, HistoryLine};
use ssgctl::store::EntryFilter;

use crate::args::completion;
use crate::args::list::{CustomerFilterArgs, RecentArgs};
use crate::args::period::PeriodArgs;
use crate::context::Context;
use crate::exit::Result;

/// List ledger entries, oldest first
///
/// For a customer, the last lines are its charges that are accrued and not posted yet: their kind is `accrued`, and they have
/// no ID. See `ssgctl help traffic post`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance history ABCCORP331
  ssgctl balance history ABCCORP331 --unit GBP --since 2026-11-01 --until 2026-12-01 --csv
  ssgctl balance history --actor alice --since 24h")]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    customer: CustomerFilterArgs,

    /// Only entries in this unit
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    /// Only entries of this kind: adjustment, charge, transfer or reversal
    #[arg(long, value_name = "KIND", add = ArgValueCandidates::new(completion::words::<EntryKind>))]
    kind: Option<EntryKind>,

    /// Only entries by this actor
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,

    #[command(flatten)]
    period: PeriodArgs,

    #[command(flatten)]
    recent: RecentArgs,
}

pub(crate) fn run(args: HistoryArgs, context: &mut Context) -> Result<()> {
    let (since, until) = args.period.bounds(context.settings.defaults.zone());
    context.list(|snapshot, rows| {
        args.customer.omit_from(rows);
        let filter = EntryFilter {
            customer_id: args.customer.id(snapshot)?,
            unit: args.unit,
            kind: args.kind,
            actor: args.actor,
            after: None,
            since,
            until,
            newest_first: args.recent.desc,
            limit: args.recent.limit,
        };
        // A line without a number has no name.
        let names_only = rows.writes_names();
        report::history(snapshot, &filter, |line| match &line {
            HistoryLine::Accrued(_) if names_only => Ok(()),
            line => rows.row(line),
        })
    })
}
