//! `ssgctl service new`.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::Error;
use ssgctl::model::{EntityKind, Money, Name, PriceSource, ServiceCode, ServiceDetails, Unit};
use ssgctl::ops;
use ssgctl::ops::service::{NewService, ServicePricing};

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::misread;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Create a service
///
/// With --price, or with neither --price nor --plan, it gets a price plan of its own under its code, whose only price is the
/// default. With --plan it is priced by a plan that exists, which several services may share.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl service new uk-direct --name 'UK direct' --unit GBP --price 0.0325
  ssgctl service new premium --name Premium --unit SMS --price 2
  ssgctl service new wholesale --name Wholesale --plan EUR-STD --price-source plan")]
pub(crate) struct NewArgs {
    /// Code of the new service
    #[arg(value_name = "CODE")]
    code: ServiceCode,

    /// Name of the service
    #[arg(long, value_name = "NAME")]
    name: Name,

    /// Unit of the price: SMS credits or a currency code by ISO 4217 [default: that of the plan, else SMS]
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    /// Default price per message part in this unit, up to 8 decimals [default: 1, unless --plan is given]
    #[arg(long, value_name = "PRICE", allow_hyphen_values = true, conflicts_with = "plan")]
    price: Option<Money>,

    /// Price plan of the service, by code
    #[arg(long, value_name = "PLAN", add = ArgValueCompleter::new(completion::plans))]
    plan: Option<String>,

    /// Where prices come from: the plan, the traffic file where it has them, or both, which must agree [default: file]
    #[arg(long, value_name = "plan|file|must-agree", add = ArgValueCandidates::new(completion::words::<PriceSource>))]
    price_source: Option<PriceSource>,

    #[command(flatten)]
    change: ChangeArgs,
}

/// Says how to use a plan that has the code of the new service.
fn with_hint(error: Error) -> Failure {
    let plan = match &error {
        Error::Exists { entity: EntityKind::Plan, value, .. } => Some(value.clone()),
        _ => None,
    };
    let failure = Failure::from(error);
    match plan {
        Some(plan) => failure.hint(format!("to use that plan, give --plan {plan} instead of a price")),
        None => failure,
    }
}

pub(crate) fn run(args: NewArgs, context: &mut Context) -> Result<()> {
    context.may_create_database(args.change.dry_run);
    let pricing = match args.plan {
        Some(plan) => ServicePricing::Plan(plan),
        None => ServicePricing::Price(args.price.unwrap_or(Money::ONE)),
    };
    let price_source = args.price_source.unwrap_or(PriceSource::File);
    let details = ServiceDetails { name: args.name, price_source };
    let new = NewService { code: args.code, api_id: None, unit: args.unit, details, pricing };
    let service = context.write(&args.change, |tx| ops::service::new(tx, new).map_err(with_hint))?;
    misread::warn("service code", service.code.as_str());
    context.output.row(&service)
}
