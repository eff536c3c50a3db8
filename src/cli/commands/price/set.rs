//! `ssgctl price set`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{Money, PriceDestination};
use ssgctl::ops;
use ssgctl::ops::price::{NewPrice, PriceChange};

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::effective::{EffectiveArgs, EffectiveTime};
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Set the price of a destination in a plan
///
/// A message costs the first of these prices in its plan: that of its mobile network, if the traffic file has it; that of the
/// longest digits that its number begins with; that of the country of the number; the default. The price in force when the
/// message was submitted counts, whenever the file is imported.
///
/// A price counts from now on or from --effective, until another one of the destination begins. Nothing is overwritten: a
/// correction is a new price for the same time. What was charged before stays charged.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl price set EUR-STD NG 0.042
  ssgctl price set EUR-STD NG 0.045 --effective 2026-12-01 --timezone Europe/London
  ssgctl price set EUR-STD 62130 0.039
  ssgctl price set EUR-STD +2348 0.041 --effective 2026-12-01 --until 2027-01-01
  ssgctl price set EUR-STD default 0.07 --effective beginning")]
pub(crate) struct SetArgs {
    /// Code of the plan
    #[arg(value_name = "PLAN", add = ArgValueCompleter::new(completion::plans))]
    plan: String,

    /// `default`, a country such as NG, a mobile network (MCC and MNC) such as 62130, or digits such as +2348
    #[arg(value_name = "DESTINATION")]
    destination: PriceDestination,

    /// Price per message part in the unit of the plan, up to 8 decimals
    #[arg(value_name = "PRICE", allow_hyphen_values = true)]
    price: Money,

    #[command(flatten)]
    effective: EffectiveArgs,

    /// When it ends; from then on counts what would count without it
    #[arg(long, value_name = "TIME")]
    until: Option<EffectiveTime>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: SetArgs, context: &mut Context) -> Result<()> {
    let from = args.effective.resolve(context)?;
    let zone = args.effective.zone.zone(context.settings.defaults.zone());
    let until = match args.until {
        Some(until) => Some(until.resolve(&zone)?.ok_or_else(|| Failure::usage("--until needs a time"))?),
        None => None,
    };
    let SetArgs { plan, destination, price, change, .. } = args;
    let changed = context.write(&change, |tx| {
        let effective_from = from.time(tx.at());
        ops::price::set(tx, &plan, NewPrice { destination, price, effective_from, until })
    })?;
    note(&changed, context);
    context.output.row(&changed)
}

/// Prints what a person should know about the change.
pub(super) fn note(change: &PriceChange, context: &Context) {
    let PriceChange { row, effective_until, .. } = change;
    if !change.is_new {
        context.note("nothing was recorded: the plan has this price at that time already");
    } else if row.effective_from.is_none_or(|from| from < row.recorded_at.whole_second()) {
        context.note("messages that were charged already keep their charge");
    }
    if let Some(until) = effective_until {
        context.note(&format!(
            "it counts until {} UTC, when another price of {} begins",
            until.for_reading(),
            row.destination
        ));
    }
}
