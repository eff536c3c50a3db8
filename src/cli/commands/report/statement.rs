//! `ssgctl report statement`: one balance over a period.

use std::path::PathBuf;

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::invoice::day_in;
use ssgctl::model::{EntryKind, Money, Unit, Zone};
use ssgctl::report::{self, HistoryLine, Period, ReceivablesStatement, Statement};
use ssgctl::store::signing::SigningKey;
use ssgctl::store::{BalanceFilter, Clock};

use crate::args::completion;
use crate::args::period::{ReportPeriodArgs, ZoneArgs};
use crate::commands::report::row::{KindTotal, OpenItemRow};
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{Cell, Column, DetailView, FieldKeys, Row, TableWriter, write_file};

/// Show a balance over a period: opening balance, entries, totals, closing balance
///
/// The period includes --from and excludes --until. A month in London is --period 2026-11 --timezone Europe/London.
///
/// Charges that had accrued by the end of the period and were not posted are the last line, of kind `accrued` and without ID;
/// the closing balance does not include them, and `balance` does. They are an entry of a later period.
///
/// With --prove, it is written to a file as JSON that the customer can check without a database, with `ssgctl verify`: the
/// entries with what their hashes cover, who posted them and why included, totals by day and by kind, and a signature.
/// With --receivables, it is the statement of what the customer owes: invoices, payments and credit notes by the day on which they
/// are booked, and what is open at the end with its age.
///
/// CSV has one line for each entry, with the opening and the closing balance in each, and one line if there are no
/// entries; it omits the totals.
///
/// With --all, there is a line for each balance, with the sums of its entries by kind.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl report statement ABCCORP331 --period last-month
  ssgctl report statement ABCCORP331 --period 2026-11 --unit GBP --timezone Europe/London --json
  ssgctl report statement ABCCORP331 --receivables --unit EUR --period last-month
  ssgctl report statement ABCCORP331 --period last-month --prove statement.json
  ssgctl report statement --all --period last-month --csv > statements.csv")]
pub(crate) struct StatementArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", required_unless_present = "all", add = ArgValueCompleter::new(completion::customers))]
    customer: Option<String>,

    /// A line for each balance of every customer, archived ones included, that had entries in the period or was not zero
    #[arg(long, conflicts_with = "customer")]
    all: bool,

    #[command(flatten)]
    period: ReportPeriodArgs,

    /// `SMS` or an ISO 4217 currency code [default: the customer's only unit]
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    /// Show what the customer owes by invoices instead, in the currency of --unit, with whole days
    #[arg(long, requires_all = ["unit", "customer"], conflicts_with_all = ["all", "prove"])]
    receivables: bool,

    /// Write a signed statement to this new file
    #[arg(long, value_name = "FILE", conflicts_with = "all")]
    prove: Option<PathBuf>,

    #[command(flatten)]
    zone: ZoneArgs,
}

/// A signed statement that was written.
struct ProofReceipt {
    file: String,
    statement: Statement,
}

impl Row for ProofReceipt {
    const NAME: &str = "file";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("file", |p| Cell::text(&p.file)),
        Column::new("customer", |p| Cell::text(p.statement.customer.account_code.as_str())),
        Column::new("unit", |p| Cell::text(p.statement.unit.code())),
        Column::new("entries", |p| Cell::number(p.statement.entries.len())),
        Column::new("closing_balance", |p| Cell::amount(p.statement.unit, p.statement.closing)),
    ];
}

pub(crate) fn run(args: &StatementArgs, context: &mut Context) -> Result<()> {
    let zone = args.zone.zone(context.settings.defaults.zone());
    let period = args.period.exact(&zone)?;
    let Some(name) = &args.customer else { return all(args.unit, period, context) };
    if args.receivables {
        return receivables(name, args.unit, period, context);
    }
    let key = match &args.prove {
        Some(_) => {
            context.output.refuse_unknown_fields(&ProofReceipt::keys())?;
            Some(SigningKey::open_or_create(&context.settings.signing_key_file()?)?)
        }
        None => None,
    };
    let (statement, proof) = context.read(|snapshot| {
        let customer = snapshot.customer(name)?;
        let unit = report::unit_of(snapshot, &customer, args.unit)?;
        let statement = report::statement(snapshot, customer, unit, period)?;
        let proof = key.as_ref().map(|key| report::prove_statement(snapshot, &statement, &zone, key)).transpose()?;
        Ok((statement, proof))
    })?;
    let (Some(file), Some(proof)) = (&args.prove, proof) else {
        return context.output.view(view(&statement, &zone));
    };
    if file.symlink_metadata().is_ok() {
        return Err(ssgctl::Error::FileExists { path: file.clone() }.into());
    }
    write_file(file, false, proof.as_bytes())?;
    context.output.row(&ProofReceipt { file: file.display().to_string(), statement })
}

/// Lists the statements of all balances as a line each.
fn all(unit: Option<Unit>, period: Period, context: &mut Context) -> Result<()> {
    let filter = BalanceFilter { unit, ..BalanceFilter::every() };
    context.list(|snapshot, rows: &mut TableWriter<'_, StatementLine>| {
        snapshot.balances(&filter, |balance| {
            let customer = snapshot.customer_of(balance.customer_id)?;
            let line = StatementLine(report::statement(snapshot, customer, balance.unit, period)?);
            if line.0.entries.is_empty() && line.0.opening == Money::ZERO { Ok(()) } else { rows.row(&line) }
        })
    })
}

/// A statement as a line of a list.
struct StatementLine(Statement);

impl StatementLine {
    /// The sum of the entries of a kind.
    fn total(&self, kind: EntryKind) -> Cell<'static> {
        let total = self.0.totals.iter().find(|(other, ..)| *other == kind);
        Cell::amount(self.0.unit, total.map_or(Money::ZERO, |(.., sum)| *sum))
    }
}

impl Row for StatementLine {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |line| Cell::text(&line.0.customer.account_code)),
        Column::detail("organisation", |line: &Self| Cell::text(&line.0.customer.details.organisation)).text(),
        Column::new("unit", |line: &Self| Cell::text(line.0.unit.code())).essential(),
        Column::detail("from", |line| Cell::Time(line.0.period.from)),
        Column::detail("until", |line| Cell::Time(line.0.period.until)),
        Column::new("opening_balance", |line| Cell::amount(line.0.unit, line.0.opening)),
        Column::new("adjustments", |line| line.total(EntryKind::Adjustment)),
        Column::new("charges", |line| line.total(EntryKind::Charge)),
        Column::new("transfers", |line: &Self| line.total(EntryKind::Transfer)).minor().only_if_any(),
        Column::new("reversals", |line: &Self| line.total(EntryKind::Reversal)).minor().only_if_any(),
        Column::new("invoiced", |line: &Self| line.total(EntryKind::Invoiced)).minor().only_if_any(),
        Column::new("closing_balance", |line: &Self| Cell::amount(line.0.unit, line.0.closing)).essential(),
        Column::new("entries", |line: &Self| Cell::number(line.0.entries.len() as u64)).minor(),
    ];
}

/// The statement of what the customer owes.
fn receivables(name: &str, unit: Option<Unit>, period: Period, context: &mut Context) -> Result<()> {
    let Some(Unit::Currency(currency)) = unit else {
        return Err(Failure::usage("--receivables needs a currency in --unit"));
    };
    let zone = context.settings.invoices.zone();
    let (first, end) = (day_in(&zone, period.from), period.until.timestamp().to_zoned_datetime(zone.time_zone()));
    // The end is not included, so a midnight ends the day before.
    let is_midnight = end.time() == jiff::civil::Time::midnight();
    let last = if is_midnight { end.date().yesterday().unwrap_or(end.date()) } else { end.date() };
    let statement = context.read(|snapshot| {
        let customer = snapshot.customer(name)?;
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
    // What the customer owed after each entry, as statements of account have it.
    view.rows_with("Entries", "entries", &entries, (&["customer", "currency"], &["balance_after"]));
    // A period that is not over says what is overdue today.
    let as_of = last.min(day_in(&zone, Clock::System.now()));
    let open: Vec<OpenItemRow> = open.into_iter().map(|item| OpenItemRow { item, as_of }).collect();
    view.rows_not_in_csv("Open", "open", &open, &[]);
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
    view.rows_not_in_csv("Totals", "totals", &totals, &[]);
    view
}
