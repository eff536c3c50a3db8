//! `ssgctl plan new`.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::{Money, Name, PlanBasis, PlanCode, PlanDetails, Unit};
use ssgctl::ops::plan::NewPlan;
use ssgctl::{ops, report};

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::misread;
use crate::context::Context;
use crate::exit::Result;

/// Create a price plan
///
/// A plan has prices by country, mobile network or digits of the number, set with `ssgctl price set`, and a default price for
/// everything else. Messages that match no price are refused, so a plan without a default price covers only its destinations.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl plan new EUR-STD --name 'Standard EUR' --unit EUR --default-price 0.07
  ssgctl plan new EUR-DLR --name 'Delivered only' --unit EUR --basis delivered --default-price 0.08
  ssgctl plan new ACME-NG --name 'Nigeria for ACME' --unit EUR")]
pub(crate) struct NewArgs {
    /// Code of the new plan
    #[arg(value_name = "CODE")]
    code: PlanCode,

    /// Name of the plan
    #[arg(long, value_name = "NAME")]
    name: Name,

    /// Unit of all its prices: SMS credits or a currency code by ISO 4217
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Unit,

    /// When messages are charged: when they are accepted (submit), or not before they are delivered (delivered)
    ///
    /// The price is that of the time of submission in either case. Messages that may still be delivered are reserved next to
    /// the balance: see `ssgctl balance show` and `ssgctl traffic expire`. The basis of a plan never changes.
    #[arg(long, value_name = "BASIS", default_value_t = PlanBasis::Submit, add = ArgValueCandidates::new(completion::words::<PlanBasis>))]
    basis: PlanBasis,

    /// Price per message part of everything without a price of its own
    #[arg(long, value_name = "PRICE", allow_hyphen_values = true)]
    default_price: Option<Money>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: NewArgs, context: &mut Context) -> Result<()> {
    let NewArgs { code, name, unit, basis, default_price, change } = args;
    let new = NewPlan { code, unit, basis, details: PlanDetails { name }, default_price };
    let summary = context.write(&change, |tx| {
        let plan = ops::plan::new(tx, new)?;
        report::plan_summary(tx, plan)
    })?;
    misread::warn("plan code", summary.plan.code.as_str());
    context.output.row(&summary)
}
