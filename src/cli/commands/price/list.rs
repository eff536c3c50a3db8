//! `ssgctl price list`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::PriceDestination;
use ssgctl::report::{self, ListedPrices};

use crate::args::completion;
use crate::args::effective::EffectiveTime;
use crate::args::period::ZoneArgs;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// List the prices of a plan
///
/// Shows the prices in force and those planned for later. A price counts until the next one of its destination begins;
/// `effective_until` is that time. A planned price that is empty ends the one before it. With --all, the list has everything
/// that was ever recorded: `supersedes` is the number of the earlier price for the same time.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl price list EUR-STD
  ssgctl price list EUR-STD --at 2026-12-01 --csv > december.csv
  ssgctl price list EUR-STD --destination NG --all")]
pub(crate) struct ListArgs {
    /// Code of the plan
    #[arg(value_name = "PLAN", add = ArgValueCompleter::new(completion::plans))]
    plan: String,

    /// Only the prices in force at this time
    #[arg(long, value_name = "TIME", conflicts_with = "all")]
    at: Option<EffectiveTime>,

    /// Only prices for this destination: default, a country, a mobile network, or digits with a plus
    #[arg(long, value_name = "DESTINATION")]
    destination: Option<PriceDestination>,

    /// The whole history, with ended and superseded prices
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    zone: ZoneArgs,
}

pub(crate) fn run(args: ListArgs, context: &mut Context) -> Result<()> {
    let zone = args.zone.zone(context.settings.defaults.zone());
    let listed = match args.at {
        Some(at) => ListedPrices::At(at.resolve(&zone)?.ok_or_else(|| Failure::usage("--at needs a time"))?),
        None if args.all => ListedPrices::All,
        None => ListedPrices::CurrentAndFuture,
    };
    context.list(|snapshot, rows| {
        let plan = snapshot.plan(&args.plan)?;
        let lines = report::price_list(snapshot, &plan, args.destination.as_ref(), listed)?;
        lines.iter().try_for_each(|line| rows.row(line))
    })
}
