//! `ssgctl traffic reprice`: charges the difference to corrected prices.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{Key, RepricedBalance};
use ssgctl::report::Period;
use ssgctl::traffic::{RepriceAccounts, RepriceRequest};

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::args::completion;
use crate::args::period::{ReportPeriodArgs, ZoneArgs};
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{Cell, Column, FieldKeys, Row};

/// Charge messages of the past at corrected prices
///
/// Computes what the messages of a period cost by the prices that are recorded now, and takes or gives back only the
/// difference to what they were charged: one accrued charge for each balance. Run again, it finds no difference. Messages
/// that are imported later are charged by the recorded prices anyway.
///
/// Messages that were charged the price in their file are left out, and so are those of imports with --no-charge. The
/// period must not have pruned messages or an unfinished import, every message must have a price, and none changes its unit;
/// otherwise nothing is done.
///
/// With --service and --plan, all messages of the period are repriced of the accounts that have the service, or whose
/// messages are priced by the plan, at some time of the period, as it is recorded now.
///
/// With --key, repeating the command prints the first result; the same key for another period or other accounts is refused
/// (exit 4). Other commands that write wait meanwhile.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic reprice --from 2026-10-01 --until 2026-11-01 --plan EUR-STD --dry-run
  ssgctl traffic reprice --from 2026-10-01 --until 2026-11-01 --timezone Europe/London --key october --reason 'late price list'
  ssgctl traffic reprice --from 2026-11-24T10:00:00Z --until 2026-11-24T12:00:00Z --customer ABCCORP331")]
pub(crate) struct RepriceArgs {
    #[command(flatten)]
    period: ReportPeriodArgs,

    #[command(flatten)]
    zone: ZoneArgs,

    /// Only messages of this customer, by account code or API ID
    #[arg(long, value_name = "CUSTOMER", conflicts_with_all = ["service", "plan", "account"],
        add = ArgValueCompleter::new(completion::customers))]
    customer: Option<String>,

    /// Only messages of accounts with this service, by code or API ID
    #[arg(long, value_name = "SERVICE", conflicts_with_all = ["plan", "account"],
        add = ArgValueCompleter::new(completion::services))]
    service: Option<String>,

    /// Only messages of accounts with this plan, by code
    #[arg(long, value_name = "PLAN", conflicts_with = "account", add = ArgValueCompleter::new(completion::plans))]
    plan: Option<String>,

    /// Only messages of this SMPP account, by system ID or short name
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: Option<String>,

    /// Idempotency key: reprice once, no matter how often the command is repeated
    #[arg(long, value_name = "KEY")]
    key: Option<Key>,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

impl Row for RepricedBalance {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |b| Cell::text(&b.customer)),
        Column::new("unit", |b| Cell::text(b.unit.code())),
        Column::new("messages", |b| Cell::number(b.messages)),
        Column::new("parts", |b| Cell::number(b.parts)),
        Column::new("before", |b| Cell::amount(b.unit, b.before)),
        Column::new("after", |b| Cell::amount(b.unit, b.after)),
        Column::new("difference", |b| Cell::maybe_amount(b.unit, b.difference())),
    ];
}

impl RepriceArgs {
    fn accounts(&self) -> RepriceAccounts {
        let of = |name: &Option<String>, accounts: fn(String) -> RepriceAccounts| name.clone().map(accounts);
        of(&self.customer, RepriceAccounts::Customer)
            .or_else(|| of(&self.service, RepriceAccounts::Service))
            .or_else(|| of(&self.plan, RepriceAccounts::Plan))
            .or_else(|| of(&self.account, RepriceAccounts::Account))
            .unwrap_or(RepriceAccounts::All)
    }
}

pub(crate) fn run(args: &RepriceArgs, context: &mut Context) -> Result<()> {
    context.apply_clock(args.clock)?;
    let zone = args.zone.zone(context.settings.defaults.zone());
    let Period { from, until } = args.period.closed(&zone)?;
    if from >= until {
        return Err(Failure::usage("the period ends before it begins"));
    }
    let request = RepriceRequest { from, until, accounts: args.accounts(), key: args.key.clone() };
    context.output.refuse_unknown_fields(&RepricedBalance::keys())?;
    let _lock = context.store()?.lock_imports()?;
    let summary = context.transact(&args.change, |tx| ssgctl::traffic::reprice(tx, &request))?;
    if summary.replayed {
        context.note("the key was used before: this is the first result");
    } else if summary.id.is_none() {
        context.note("no price has changed: nothing is charged or recorded");
    }
    context.output.rows(&summary.balances)
}
