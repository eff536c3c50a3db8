//! `ssgctl plan export`.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::report::{PlanPriceList, plan_price_list};
use ssgctl::store::Clock;

use crate::args::completion;
use crate::args::export::{self, ExportArgs as FileArgs};
use crate::args::period::{Moment, ZoneArgs};
use crate::commands::plan::price_step::{EXPORTED, PriceStepRow};
use crate::commands::plan::published;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Export the prices of a plan in the columns of `plan import`, or as the JSON that gateways publish
///
/// The list has the prices that count now or at --at, and those that count later. Each comes with the price before it;
/// with --since, with the price at that time, and prices that were withdrawn since are listed too. The format is that of
/// -o, else that of the file's extension, else CSV. Importing the file again changes nothing.
///
/// --published writes `meta`, `current` and `future`, with prices of eight decimals as text.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl plan export EUR-STD > eur-std.csv
  ssgctl plan export EUR-STD --since 2026-11-01 --file changes.csv
  ssgctl plan export EUR-STD --published --file prices.json --force")]
pub(crate) struct ExportArgs {
    /// Price plan, by code
    #[arg(value_name = "PLAN", add = ArgValueCompleter::new(completion::plans))]
    plan: String,

    /// Prices at this time or date [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<Moment>,

    /// Compare with the prices at this time or date
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,

    /// Write the JSON that gateways publish
    #[arg(long, conflicts_with = "since")]
    published: bool,

    /// Write to this new file instead of stdout (-); .json or .jsonl sets the format
    ///
    /// Only its owner can read the file. With --force, a file that is replaced keeps its owner, group and mode, and a
    /// symbolic link is followed.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// Replace an existing file
    #[arg(short, long, requires = "file")]
    force: bool,

    #[command(flatten)]
    zone: ZoneArgs,
}

pub(crate) fn run(args: ExportArgs, context: &mut Context) -> Result<()> {
    let zone = args.zone.zone(context.settings.defaults.zone());
    let at = args.at.map_or_else(|| Clock::System.now(), |at| at.start(&zone));
    let since = args.since.map(|since| since.start(&zone));
    let ExportArgs { plan, published, file, force, .. } = args;
    let file = FileArgs { file, active: false, force };
    if !published {
        return export::run(context, &file, EXPORTED, |snapshot, rows| {
            let PlanPriceList { plan, prices, .. } = plan_price_list(snapshot, &plan, at, since)?;
            prices.into_iter().map(|step| PriceStepRow { unit: plan.unit, step }).try_for_each(|row| rows.row(row))
        });
    }
    context.document(file.file(), force, |snapshot, output| {
        let text = published::json(&plan_price_list(snapshot, &plan, at, None)?)?;
        output.pieces().write_all(text.as_bytes()).map_err(Failure::output)
    })
}
