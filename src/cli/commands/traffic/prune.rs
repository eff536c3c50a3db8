//! `ssgctl traffic prune`.

use std::str::FromStr;

use clap::Args;
use ssgctl::model::{Invalid, Time, day_of};
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
        let midnight: Option<Time> = if text.len() == 10 { format!("{text}T00:00:00Z").parse().ok() } else { None };
        midnight
            .and_then(|time| i32::try_from(time.timestamp().as_second().div_euclid(86_400)).ok())
            .map(Self)
            .ok_or_else(|| Invalid::rule("must be a day such as 2026-01-01"))
    }
}

/// Remove single messages of long ago, and keep their sums
///
/// Reports and charges stay as they are. Messages of the days before are not imported any more, because nobody can tell
/// whether they were charged: their rows are faults of their file. Days are UTC. The space is used again by later messages;
/// the file does not shrink.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic prune --before 2026-01-01 --dry-run
  ssgctl traffic prune --before 2026-01-01 --yes --reason 'kept for a year'")]
pub(crate) struct PruneArgs {
    /// Remove messages that were submitted before this day
    #[arg(long, value_name = "DAY")]
    before: Day,

    #[command(flatten)]
    change: ChangeArgs,
}

struct Summary {
    before: i32,
    messages: u64,
}

impl Row for Summary {
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
        context.prompt.confirm(&format!("Remove all messages before {}? Their sums stay.", day_of(before)))?;
    }
    let _lock = context.store()?.lock_imports()?;
    let mut summary = Summary { before, messages: 0 };
    let mut goes_on = true;
    let mut count = |step: Pruned| {
        summary.messages += step.messages;
        step.goes_on
    };
    if change.dry_run {
        context.write_unshown(change, |tx| {
            ssgctl::traffic::forget_before(tx, before)?;
            while count(ssgctl::traffic::prune(tx)?) {}
            Ok::<_, ssgctl::Error>(())
        })?;
    } else {
        context.write_unshown(change, |tx| ssgctl::traffic::forget_before(tx, before))?;
        while goes_on {
            // Others get their turn between the steps.
            goes_on = count(context.write_unshown(change, ssgctl::traffic::prune)?);
        }
    }
    context.output.row(&summary)
}
