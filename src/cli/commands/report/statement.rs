//! `ssgctl report statement`: one balance over a period.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::{Money, Unit, Zone};
use ssgctl::report::{self, HistoryLine, Statement};

use crate::args::completion;
use crate::args::period::{ReportPeriodArgs, ZoneArgs};
use crate::commands::report::row::KindTotal;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, DetailView};

/// Show a balance over a period: opening balance, entries, totals, closing balance
///
/// The period includes --from and excludes --until. A month in London is
/// --from 2026-11-01 --until 2026-12-01 --timezone Europe/London.
///
/// Charges that had accrued by the end of the period and were not posted are the last line, of kind `accrued` and without ID;
/// the closing balance does not include them, and `balance` does. They are an entry of a later period.
///
/// CSV has one line for each entry, with the opening and the closing balance in each, and one line if there are no
/// entries; it omits the totals.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl report statement ABCCORP331 --from 2026-11-01 --until 2026-12-01
  ssgctl report statement ABCCORP331 --from 2026-11-01 --until 2026-12-01 --unit GBP --timezone Europe/London --json")]
pub(crate) struct StatementArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    #[command(flatten)]
    period: ReportPeriodArgs,

    /// `SMS` or an ISO 4217 currency code [default: the customer's only unit]
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    #[command(flatten)]
    zone: ZoneArgs,
}

pub(crate) fn run(args: &StatementArgs, context: &mut Context) -> Result<()> {
    let zone = args.zone.zone(context.settings.defaults.zone());
    let period = args.period.exact(&zone)?;
    let statement = context.read(|snapshot| {
        let customer = snapshot.customer(&args.customer)?;
        let unit = report::unit_of(snapshot, &customer, args.unit)?;
        report::statement(snapshot, customer, unit, period)
    })?;
    context.output.view(view(&statement, &zone))
}

fn view(statement: &Statement, zone: &Zone) -> DetailView {
    let Statement { customer, unit, period, opening, entries, totals, closing, accrued } = statement;
    let title = format!("{} {}, {unit}", customer.account_code, customer.details.organisation);
    let mut view = DetailView::new(&customer.account_code, title);
    view.fields("Statement", customer, &["account_code", "organisation"]);
    view.field("unit", Cell::text(unit.code()));
    view.field("from", Cell::Time(period.from));
    view.field("until", Cell::Time(period.until));
    view.field("timezone", Cell::shown(zone));
    view.field("opening_balance", Cell::amount(*unit, *opening));
    view.field("closing_balance", Cell::amount(*unit, *closing));
    let lines = entries.iter().map(|entry| HistoryLine::Entry(Box::new(entry.clone())));
    let lines: Vec<HistoryLine> = lines.chain(accrued.clone().map(HistoryLine::Accrued)).collect();
    let (amount, balance) = accrued.as_ref().map_or((Money::ZERO, *closing), |line| (line.sum.amount, line.balance));
    for (key, amount) in [("accrued", amount), ("balance", balance)] {
        let cell = Cell::amount(*unit, amount);
        if accrued.is_some() { view.field(key, cell) } else { view.data(key, cell) }
    }
    view.rows("Entries", "entries", &lines, &["customer", "unit"]);
    let totals: Vec<KindTotal> =
        totals.iter().map(|&(kind, entries, amount)| KindTotal { unit: *unit, kind, entries, amount }).collect();
    view.sums("Totals", "totals", &totals);
    view
}
