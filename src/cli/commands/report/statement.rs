//! `ssgctl report statement`: one balance over a period.

use std::path::PathBuf;

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::{Money, Unit, Zone};
use ssgctl::report::{self, HistoryLine, Period, Statement};
use ssgctl::store::signing::SigningKey;

use crate::args::completion;
use crate::args::period::{Moment, ZoneArgs};
use crate::commands::report::row::KindTotal;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{Cell, Column, DetailView, FieldKeys, Row, write_file};

/// Show a balance over a period: opening balance, entries, totals, closing balance
///
/// The period includes --from and excludes --until. A month in London is
/// --from 2026-11-01 --until 2026-12-01 --timezone Europe/London.
///
/// Charges that had accrued by the end of the period and were not posted are the last line, of kind `accrued` and without ID;
/// the closing balance does not include them, and `balance` does. They are an entry of a later period.
///
/// With --prove, it is written to a file as JSON that the customer can check without a database, with `ssgctl verify`: the
/// entries with what their hashes cover, who posted them and why included, totals by day and by kind, and a signature.
///
/// CSV has one line for each entry, with the opening and the closing balance in each, and one line if there are no
/// entries; it omits the totals.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl report statement ABCCORP331 --from 2026-11-01 --until 2026-12-01
  ssgctl report statement ABCCORP331 --from 2026-11-01 --until 2026-12-01 --unit GBP --timezone Europe/London --json
  ssgctl report statement ABCCORP331 --from 2026-11-01 --until 2026-12-01 --prove november.json")]
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

    /// Write a signed statement to this new file
    #[arg(long, value_name = "FILE")]
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
    let period = Period { from: args.from.start(&zone), until: args.until.start(&zone) };
    if period.until < period.from {
        return Err(Failure::usage("--until is before --from"));
    }
    let key = match &args.prove {
        Some(_) => {
            context.output.refuse_unknown_fields(&ProofReceipt::keys())?;
            Some(SigningKey::open_or_create(&context.settings.signing_key_file()?)?)
        }
        None => None,
    };
    let (statement, proof) = context.read(|snapshot| {
        let customer = snapshot.customer(&args.customer)?;
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
