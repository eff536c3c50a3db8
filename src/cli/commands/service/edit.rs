//! `ssgctl service edit`.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::{Money, Name, PriceSource};
use ssgctl::ops::service::ServiceChange;
use ssgctl::{ops, report};

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::effective::EffectiveArgs;
use crate::context::Context;
use crate::exit::Result;

/// Change the name, the plan or the default price of a service; its unit cannot change
///
/// --price records a default price in the plan of the service, from now on or from --effective; prices of other destinations
/// stay. If other services, customers or accounts use the plan too, it is refused: change the price for all of them with
/// `ssgctl price set`. What was charged before stays charged.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl service edit uk-direct --price 0.0310 --reason 'new carrier rate'
  ssgctl service edit uk-direct --price 0.0335 --effective 2026-12-01 --timezone Europe/London
  ssgctl service edit uk-direct --plan GBP-2027 --effective 2027-01-01")]
pub(crate) struct EditArgs {
    /// Code or API ID
    #[arg(value_name = "SERVICE", add = ArgValueCompleter::new(completion::services))]
    service: String,

    /// Name of the service
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,

    /// Default price per message part in the unit of the service, up to 8 decimals
    #[arg(long, value_name = "PRICE", allow_hyphen_values = true, conflicts_with = "plan")]
    price: Option<Money>,

    /// Price plan of the service, by code
    #[arg(long, value_name = "PLAN", add = ArgValueCompleter::new(completion::plans))]
    plan: Option<String>,

    #[command(flatten)]
    effective: EffectiveArgs,

    /// Where prices come from: the plan, the traffic file where it has them, or both, which must agree
    #[arg(long, value_name = "plan|file|must-agree", add = ArgValueCandidates::new(completion::words::<PriceSource>))]
    price_source: Option<PriceSource>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: EditArgs, context: &mut Context) -> Result<()> {
    let has_price = args.price.is_some() || args.plan.is_some();
    let effective_from = args.effective.of("--price or --plan", has_price, context)?;
    let EditArgs { service, name, price, plan, price_source, change, .. } = args;
    let edit = ServiceChange { name, price_source, price, plan, effective_from };
    let service = context.write(&change, |tx| {
        let service = ops::service::edit(tx, &service, edit)?;
        report::service_outlook(tx, service)
    })?;
    context.output.row(&service)
}
