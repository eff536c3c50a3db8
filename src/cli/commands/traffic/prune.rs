//! `ssgctl traffic prune`: removes old messages in small transactions.

use std::str::FromStr;

use clap::Args;
use ssgctl::model::{Invalid, day_of, days_since_epoch, parse_date};
use ssgctl::traffic::Pruned;

use crate::args::change::ChangeArgs;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// A day, in days since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy)]
struct Day(i32);

impl FromStr for Day {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let day = parse_date(text)?.ok_or_else(|| Invalid::rule("must be a day such as 2026-01-01"))?;
        Ok(Self(days_since_epoch(day)))
    }
}

/// Remove old messages but keep their sums
///
/// Reports and charges do not change. Messages of the removed days can no longer be imported, because it is unknown
/// whether they were charged: their rows are errors. Days are in UTC. Later messages reuse the space; the database file
/// does not shrink.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic prune --before 2026-01-01 --dry-run
  ssgctl traffic prune --before 2026-01-01 --yes --reason 'kept for a year'")]
pub(crate) struct PruneArgs {
    /// Remove messages submitted before this day
    #[arg(long, value_name = "DAY")]
    before: Day,

    #[command(flatten)]
    change: ChangeArgs,
}

/// What was pruned.
struct PruneSummary {
    before: i32,
    messages: u64,
}

impl Row for PruneSummary {
    const NAME: &str = "before";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("before", |s| Cell::shown(day_of(s.before))),
        Column::new("messages", |s| Cell::number(s.messages)),
    ];
}

pub(crate) fn run(args: &PruneArgs, context: &mut Context) -> Result<()> {
    let Day(before) = args.before;
    let change = &args.change;
    if !change.dry_run {
        context
            .prompt
            .confirm(&format!("Remove all messages submitted before {}? Their sums are kept.", day_of(before)))?;
    }
    let _lock = context.store()?.lock_imports()?;
    let mut summary = PruneSummary { before, messages: 0 };
    let mut has_more = true;
    let mut count = |step: Pruned| {
        summary.messages += step.messages;
        step.goes_on
    };
    if change.dry_run {
        context.transact(change, |tx| {
            ssgctl::traffic::forget_before(tx, before)?;
            while count(ssgctl::traffic::prune(tx)?) {}
            Ok::<_, ssgctl::Error>(())
        })?;
    } else {
        context.transact(change, |tx| ssgctl::traffic::forget_before(tx, before))?;
        while has_more {
            // One transaction per step, so that other writers are not blocked for long.
            has_more = count(context.transact(change, ssgctl::traffic::prune)?);
        }
    }
    context.output.row(&summary)
}
