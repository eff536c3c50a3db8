//! `ssgctl plan import`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::Error;
use ssgctl::error::count;
use ssgctl::model::{Plan, PriceChangeKind, Time};
use ssgctl::ops;
use ssgctl::ops::price_list::{ImportedPrices, NewPrices};
use ssgctl::report::PriceImpact;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::import::note_ignored;
use crate::args::input;
use crate::commands::plan::list_file::{ListArgs, plan};
use crate::commands::plan::price_step::PriceStepRow;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{Cell, Column, DetailView, FieldKeys, Row};

/// Import a price list into a plan, all or nothing
///
/// The columns, in any order, are country, mcc, mnc, mccmnc, prefix or destination, and price; currency, effective,
/// `previous_price` and change are optional. The supplier prices of a gateway (MCCMNC, `PriceSubmit`,
/// `PriceDelivered`, ..., of which the column of the plan's basis is read, and the other one must be 0), lists of
/// carriers (Destination prefix, MCC, MNC, Reject SMS, Price), and prefix;description;price are recognized by their
/// headers; --map reads other columns. Nearly right names of columns refuse the file.
///
/// A price counts from the `effective` of its row, else from --effective, else from now. Dates and times without a zone
/// are of --timezone. A price that is in force at its time already is counted as same and not recorded again. Prices
/// that the file does not name stay, unless --replace ends them: when all prices of the file count from one time, then,
/// else now or at --effective. A file that changes prices from a time before now is refused without --correct-past, and so
/// is a new price from then on if the plan is in use; messages that were charged keep their price.
///
/// A dry run also lists the customers who use the plan, and how much more or less their traffic of the last 30 days
/// would have cost, of that which a plan charged. Traffic is counted by country. Where the plan has prices for networks or prefixes of a country, the
/// amounts are the least and the most that are possible.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl plan import wholesale.csv --plan EUR-STD --effective 2026-12-01 --timezone Europe/London --dry-run
  ssgctl plan import rates.csv --plan EUR-STD --replace --effective 2027-01-01 --reason 'rates of 2027'
  ssgctl plan import supplier.csv --plan EUR-COST --map Rate=price --map PLMN=mccmnc --date-order dmy")]
pub(crate) struct ImportArgs {
    /// File to import: CSV with a header line, JSON or JSON Lines; - is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Price plan that gets the prices, by code
    #[arg(long, value_name = "PLAN", add = ArgValueCompleter::new(completion::plans))]
    plan: String,

    /// End the prices of the plan that the file does not name
    #[arg(long)]
    replace: bool,

    /// Change prices that have counted before now, too; messages that were charged keep theirs
    #[arg(long)]
    correct_past: bool,

    /// List prices that stay the same, too
    #[arg(long)]
    same: bool,

    #[command(flatten)]
    list: ListArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

/// The result of an import.
struct ImportResult {
    file: String,
    rows: u64,
    imported: ImportedPrices,
    /// The customers whom a dry run found.
    impacts: Option<Vec<PriceImpact>>,
    at: Time,
}

impl FieldKeys for ImportResult {
    fn keys() -> Vec<&'static str> {
        let own = ["file", "plan", "rows", "new", "higher", "lower", "withdrawn", "same", "changes", "customers"];
        own.into_iter().chain(PriceStepRow::keys()).collect()
    }
}

impl Row for PriceImpact {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |i| Cell::text(&i.customer)),
        Column::new("parts", |i| Cell::number(i.parts)),
        Column::new("least", |i| Cell::amount(i.unit, i.least)),
        Column::new("most", |i| Cell::amount(i.unit, i.most)),
        Column::new("without_price", |i| Cell::number(i.without_price)),
    ];
}

pub(crate) fn run(args: &ImportArgs, context: &mut Context) -> Result<()> {
    let Plan { unit, basis, .. } = plan(context, &args.plan)?;
    let list = args.list.read(&args.file, (unit, basis), context)?;
    let replaced_from = if args.replace { Some(args.list.replaced_from(&list, context)?) } else { None };
    let result = context.write(&args.change, |tx| {
        tx.expect_many_steps()?;
        let new = NewPrices { prices: &list.prices, replaced_from, corrects_past: args.correct_past };
        let imported = ops::price_list::import(tx, &args.plan, new).map_err(|error| of_file(error, &args.file))?;
        let impacts = if args.change.dry_run { Some(ops::price_list::impacts(tx, &imported)?) } else { None };
        let file = input::name(&args.file);
        Ok::<_, Failure>(ImportResult { file, rows: list.rows, imported, impacts, at: tx.at() })
    })?;
    context.output.view(view(&result, args.same))?;
    note_ignored(context, &list.left_out);
    note_past(context, &result.imported, result.at);
    Ok(())
}

/// Names the file of faults in rows.
fn of_file(error: Error, file: &Path) -> Failure {
    match error {
        Error::Rows(faults) => Failure::of_file(&input::name(file), faults),
        other => other.into(),
    }
}

fn view(result: &ImportResult, with_same: bool) -> DetailView {
    let ImportResult { file, rows, imported, impacts, .. } = result;
    let ImportedPrices { plan, steps, .. } = imported;
    let mut view = DetailView::new(&plan.code, format!("{} {}, {}", plan.code, plan.details.name, plan.unit));
    view.section("Import");
    view.field("file", Cell::text(file));
    view.field("plan", Cell::text(&plan.code));
    view.field("rows", Cell::number(*rows));
    for kind in PriceChangeKind::ALL {
        view.field(kind.as_str(), Cell::number(imported.count(kind)));
    }
    let is_shown = |kind| with_same || kind != PriceChangeKind::Same;
    let steps = steps.iter().filter(|step| is_shown(step.kind()));
    let steps: Vec<_> = steps.map(|step| PriceStepRow { unit: plan.unit, step: step.clone() }).collect();
    view.rows("Changes", "changes", &steps, &["country", "mccmnc", "prefix", "currency"]);
    if let Some(impacts) = impacts {
        view.rows("Customers, last 30 days", "customers", impacts, &[]);
    }
    view
}

/// Says that changes of past prices do not change what was charged.
fn note_past(context: &Context, imported: &ImportedPrices, now: Time) {
    let corrections = imported.corrections(now).count();
    if corrections > 0 {
        let corrections = count(corrections as u64, "price");
        context.note(&format!("{corrections} of the past changed; messages that were charged keep theirs"));
    }
}
