//! `ssgctl plan edit`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::Name;
use ssgctl::{ops, report};

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;

/// Change the name of a price plan; its unit cannot change
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl plan edit EUR-STD --name 'Standard EUR, 2027'")]
pub(crate) struct EditArgs {
    /// Code of the plan
    #[arg(value_name = "PLAN", add = ArgValueCompleter::new(completion::plans))]
    plan: String,

    /// Name of the plan
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: EditArgs, context: &mut Context) -> Result<()> {
    let EditArgs { plan, name, change } = args;
    let summary = context.write(&change, |tx| {
        let plan = ops::plan::edit(tx, &plan, |details| details.name = name.unwrap_or(details.name.clone()))?;
        report::plan_summary(tx, plan)
    })?;
    context.output.row(&summary)
}
