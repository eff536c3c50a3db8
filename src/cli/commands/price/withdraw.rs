//! `ssgctl price withdraw`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::PriceDestination;
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::effective::EffectiveArgs;
use crate::commands::price::set::note;
use crate::context::Context;
use crate::exit::Result;

/// End the price of a destination in a plan
///
/// From then on the plan has no price for the destination: its messages cost what the next rule finds, such as the default
/// price. In an overlay, the plan of the service is asked.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl price withdraw EUR-STD 62130
  ssgctl price withdraw EUR-STD NG --effective 2027-01-01 --timezone Europe/London")]
pub(crate) struct WithdrawArgs {
    /// Code of the plan
    #[arg(value_name = "PLAN", add = ArgValueCompleter::new(completion::plans))]
    plan: String,

    /// `default`, a country such as NG, a mobile network (MCC and MNC) such as 62130, or digits such as +2348
    #[arg(value_name = "DESTINATION")]
    destination: PriceDestination,

    #[command(flatten)]
    effective: EffectiveArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: WithdrawArgs, context: &mut Context) -> Result<()> {
    let from = args.effective.resolve(context)?;
    let WithdrawArgs { plan, destination, change, .. } = args;
    let changed = context.write(&change, |tx| {
        let effective_from = from.time(tx.at());
        ops::price::withdraw(tx, &plan, destination, effective_from)
    })?;
    note(&changed, context);
    context.output.row(&changed)
}
