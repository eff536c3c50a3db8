//! `ssgctl report statement`: one balance over a period.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::invoice::day_in;
use ssgctl::model::{Money, Unit, Zone};
use ssgctl::report::{self, HistoryLine, Period, ReceivablesStatement, Statement};

use crate::args::completion;
use crate::args::period::{Moment, ZoneArgs};
use crate::commands::report::row::{KindTotal, OpenItemRow};
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{Cell, DetailView};

/// Show a balance over a period: opening balance, entries, totals, closing balance
///
/// The period includes --from and excludes --until. A month in London is
/// --from 2026-11-01 --until 2026-12-01 --timezone Europe/London.
///
/// Charges that had accrued by the end of the period and were not posted are the last line, of kind `accrued` and without ID;
/// the closing balance does not include them, and `balance` does. They are an entry of a later period.
///
/// With --receivables, it is the statement of what the customer owes: invoices, payments and credit notes by the day on which they
/// are booked, and what is open at the end with its age.
///
/// CSV has one line for each entry, with the opening and the closing balance in each, and one line if there are no
/// entries; it omits the totals.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl report statement ABCCORP331 --from 2026-11-01 --until 2026-12-01
  ssgctl report statement ABCCORP331 --from 2026-11-01 --until 2026-12-01 --unit GBP --timezone Europe/London --json
  ssgctl report statement ABCCORP331 --receivables --unit EUR --from 2026-11-01 --until 2026-12-01")]
pub(crate) struct StatementArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// Start of the period: a time, a day, or a time span before now, such as 30d
    #[arg(long, value_name = "TIME")]
    from: Moment,

    /// End of the period, not included: a time or a day [default: now]
    #[arg(long, visible_alias = "to", value_name = "TIME", default_value = "0s", hide_default_value = true)]
    until: Moment,

    /// `SMS` or an ISO 4217 currency code [default: the customer's only unit]
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    /// Show what the customer owes by invoices instead, in the currency of --unit, with whole days
    #[arg(long, requires = "unit")]
    receivables: bool,

    #[command(flatten)]
    zone: ZoneArgs,
}

pub(crate) fn run(args: &StatementArgs, context: &mut Context) -> Result<()> {
    let zone = args.zone.zone(context.settings.defaults.zone());
    let period = Period { from: args.from.start(&zone), until: args.until.start(&zone) };
    if period.until < period.from {
        return Err(Failure::usage("--until is before --from"));
    }
    if args.receivables {
        return receivables(args, period, context);
    }
    let statement = context.read(|snapshot| {
        let customer = snapshot.customer(&args.customer)?;
        let unit = report::unit_of(snapshot, &customer, args.unit)?;
        report::statement(snapshot, customer, unit, period)
    })?;
    context.output.view(view(&statement, &zone))
}

/// The statement of what the customer owes.
fn receivables(args: &StatementArgs, period: Period, context: &mut Context) -> Result<()> {
    let Some(Unit::Currency(currency)) = args.unit else {
        return Err(Failure::usage("--receivables needs a currency in --unit"));
    };
    let zone = context.settings.invoices.zone();
    let (first, end) = (day_in(&zone, period.from), period.until.timestamp().to_zoned_datetime(zone.time_zone()));
    // The end is not included, so a midnight ends the day before.
    let is_midnight = end.time() == jiff::civil::Time::midnight();
    let last = if is_midnight { end.date().yesterday().unwrap_or(end.date()) } else { end.date() };
    let statement = context.read(|snapshot| {
        let customer = snapshot.customer(&args.customer)?;
        report::receivables_statement(snapshot, customer, currency, (first, last), &zone)
    })?;
    let ReceivablesStatement { customer, opening, entries, closing, open, .. } = statement;
    let unit = Unit::Currency(currency);
    let title = format!("{} {}, {currency}", customer.account_code, customer.details.organisation);
    let mut view = DetailView::new(&customer.account_code, title);
    view.fields("Receivables", &customer, &["account_code", "organisation"]);
    view.field("unit", Cell::text(unit.code()));
    view.field("first_day", Cell::shown(first));
    view.field("last_day", Cell::shown(last));
    view.field("timezone", Cell::shown(&zone));
    view.field("opening_balance", Cell::amount(unit, opening));
    view.field("closing_balance", Cell::amount(unit, closing));
    view.rows("Entries", "entries", &entries, &["customer", "currency"]);
    let open: Vec<OpenItemRow> = open.into_iter().map(|item| OpenItemRow { item, as_of: last }).collect();
    view.sums("Open", "open", &open);
    context.output.view(view)
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
