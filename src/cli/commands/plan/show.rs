//! `ssgctl plan show`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::report::{self, ListedPrices, PlanSummary, PlanUse, PriceLine};

use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;
use crate::output::DetailView;

/// Show a price plan: who uses it, and which prices change next
///
/// Services use a plan for all their messages; a customer or an SMPP account that has it as an overlay asks it first. Planned
/// uses have the time from which they count. `ssgctl price list` lists the prices.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl plan show EUR-STD
  ssgctl plan show EUR-STD --json | jq -r '.used_by[].name'")]
pub(crate) struct ShowArgs {
    /// Code of the plan
    #[arg(value_name = "PLAN", add = ArgValueCompleter::new(completion::plans))]
    plan: String,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    let (summary, uses, changes) = context.read(|snapshot| {
        let plan = snapshot.plan(&args.plan)?;
        let uses = report::plan_uses(snapshot, plan.id)?;
        let lines = report::price_list(snapshot, &plan, None, ListedPrices::CurrentAndFuture)?;
        let summary = report::plan_summary(snapshot, plan)?;
        let next = summary.next_change;
        let changes = lines.into_iter().filter(|line| next.is_some() && line.row.effective_from == next).collect();
        Ok((summary, uses, changes))
    })?;
    context.output.view(view(&summary, &uses, changes))
}

fn view(summary: &PlanSummary, uses: &[PlanUse], changes: Vec<PriceLine>) -> DetailView {
    let plan = &summary.plan;
    let mut view = DetailView::new(&plan.code, format!("{} {}", plan.code, plan.details.name));
    view.fields("Plan", summary, &["code", "name", "unit", "basis", "default_price", "prices", "next_change"]);
    view.more_fields(summary, &["status", "created_at", "updated_at", "archived_at"]);
    view.rows("Used by", "used_by", uses, &[]);
    view.rows("Next changes", "next_changes", &changes, &["plan", "unit", "state", "effective_until"]);
    view
}
