//! `ssgctl plan unarchive`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::{ops, report};

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;

/// Unarchive price plans
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl plan unarchive EUR-2025")]
pub(crate) struct UnarchiveArgs {
    /// Codes of the plans
    #[arg(value_name = "PLAN", required = true, add = ArgValueCompleter::new(completion::plans))]
    plans: Vec<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &UnarchiveArgs, context: &mut Context) -> Result<()> {
    context.write_each(&args.change, &args.plans, |tx, name| {
        let plan = ops::plan::unarchive(tx, name)?;
        report::plan_summary(tx, plan)
    })
}
