//! `ssgctl traffic expire`: ends messages that never got a final report.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::traffic::{ExpireAccounts, ExpireRequest, ExpiredBalance};

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::period::{Moment, ZoneArgs};
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, FieldKeys, Row};

/// End messages that never got a final report
///
/// Messages that are pending or unknown and were submitted before a time become expired. What is reserved for them is
/// released, where plans charge delivered messages only. Messages that were charged when they were accepted stay charged.
///
/// If a later file reports that such a message was delivered after all, it becomes delivered, and is charged if it was
/// not: what happened counts, not what was assumed. Run from cron, with a time after which your gateway reports nothing
/// any more. Other commands that write wait meanwhile.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic expire --before 2026-11-20 --dry-run
  ssgctl traffic expire --before 7d --reason 'no report in a week'
  ssgctl traffic expire --before 2026-11-01 --timezone Europe/London --customer ABCCORP331")]
pub(crate) struct ExpireArgs {
    /// End messages submitted before this: a time, a date, or an age such as 7d
    #[arg(long, value_name = "TIME")]
    before: Moment,

    #[command(flatten)]
    zone: ZoneArgs,

    /// Only messages of this customer, by account code or API ID
    #[arg(long, value_name = "CUSTOMER", conflicts_with = "account", add = ArgValueCompleter::new(completion::customers))]
    customer: Option<String>,

    /// Only messages of this SMPP account, by system ID or short name
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: Option<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

impl Row for ExpiredBalance {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |b| Cell::text(&b.customer)),
        Column::new("unit", |b| Cell::text(b.unit.code())),
        Column::new("messages", |b| Cell::number(b.messages)),
        Column::new("parts", |b| Cell::number(b.parts)),
        Column::new("released", |b| Cell::amount(b.unit, b.released)),
    ];
}

impl ExpireArgs {
    fn accounts(&self) -> ExpireAccounts {
        let customer = self.customer.clone().map(ExpireAccounts::Customer);
        customer.or(self.account.clone().map(ExpireAccounts::Account)).unwrap_or(ExpireAccounts::All)
    }
}

pub(crate) fn run(args: &ExpireArgs, context: &mut Context) -> Result<()> {
    let zone = args.zone.zone(context.settings.defaults.zone());
    let request = ExpireRequest { before: args.before.start(&zone), accounts: args.accounts() };
    context.output.refuse_unknown_fields(&ExpiredBalance::keys())?;
    let _lock = context.store()?.lock_imports()?;
    let balances = context.transact(&args.change, |tx| ssgctl::traffic::expire(tx, &request))?;
    if balances.is_empty() {
        context.note("no message is pending or unknown: nothing is changed or recorded");
    }
    context.output.rows(&balances)
}
