//! `ssgctl plan diff`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::PriceChangeKind;
use ssgctl::report::{list_difference, plan_difference};
use ssgctl::store::Clock;

use crate::args::completion;
use crate::args::import::note_ignored;
use crate::args::period::Moment;
use crate::commands::plan::list_file::{ListArgs, plan};
use crate::commands::plan::price_step::PriceStepRow;
use crate::context::Context;
use crate::exit::Result;

/// Show how a price list differs from a plan, or a plan from itself at another time
///
/// With FILE, each price is compared with the one that is in force at its time, as by `plan import`. With --from, the
/// prices at two times are compared.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl plan diff EUR-STD wholesale.csv --effective 2026-12-01
  ssgctl plan diff EUR-STD --from 2026-11-01 --until 2026-12-01 --timezone Europe/London")]
pub(crate) struct DiffArgs {
    /// Price plan, by code
    #[arg(value_name = "PLAN", add = ArgValueCompleter::new(completion::plans))]
    plan: String,

    /// Price list: CSV with a header line, JSON or JSON Lines; - is stdin
    #[arg(value_name = "FILE", required_unless_present = "from", conflicts_with = "from")]
    file: Option<PathBuf>,

    /// Compare the prices at this time or date
    #[arg(long, value_name = "TIME")]
    from: Option<Moment>,

    /// Compare with the prices at this time or date [default: now]
    #[arg(long, visible_alias = "to", value_name = "TIME", requires = "from")]
    until: Option<Moment>,

    #[command(flatten)]
    list: ListArgs,
}

pub(crate) fn run(args: &DiffArgs, context: &mut Context) -> Result<()> {
    let plan = plan(context, &args.plan)?;
    let list = match &args.file {
        Some(file) => Some(args.list.read(file, (plan.unit, plan.basis), context)?),
        None => None,
    };
    let zone = args.list.zone(context);
    let until = args.until.map_or_else(|| Clock::System.now(), |until| until.start(&zone));
    let steps = context.read(|snapshot| match (&list, args.from) {
        (Some(list), _) => list_difference(snapshot, &plan, &list.prices),
        (None, from) => plan_difference(snapshot, &plan, from.map_or(until, |from| from.start(&zone)), until),
    })?;
    let rows = steps.into_iter().filter(|step| step.kind() != PriceChangeKind::Same);
    context
        .list(|_, table| rows.map(|step| PriceStepRow { unit: plan.unit, step }).try_for_each(|row| table.row(&row)))?;
    if let Some(list) = list {
        note_ignored(context, &list.left_out);
    }
    Ok(())
}
