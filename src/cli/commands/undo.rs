//! `ssgctl undo` and `ssgctl redo`: take back what a command changed, and take that back.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::Event;
use ssgctl::ops::undo::{self, UndoError, UndoneAct};

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::period::ZoneArgs;
use crate::commands::audit::Lines;
use crate::context::Context;
use crate::error_codes::ErrorCode;
use crate::exit::{Failure, Result};
use crate::output::FieldKeys;

/// Undo your last change, or that of an event
///
/// Brings back the values that the audit log has from before, by a new change that names the event it undoes. A command is undone as
/// a whole: an import of customers, or the accounts that were archived with their customer. New customers, accounts and plans are
/// archived, because nothing is deleted. Nothing is done if a field was changed since.
///
/// Without EVENT it is the last change by the same actor; run again, it is the one before. Money is not undone: an entry is reversed
/// with `ssgctl balance reverse`, and an import of traffic is reverted with `ssgctl traffic revert`. Emails that were cancelled stay
/// cancelled. Notes and passwords cannot be undone.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl undo --dry-run
  ssgctl undo
  ssgctl undo 41 --reason 'wrong customer'
  ssgctl audit list --actor maria --period today && ssgctl undo 41")]
pub(crate) struct UndoArgs {
    /// Event of the audit log [default: the last change by this actor]
    #[arg(value_name = "EVENT", add = ArgValueCompleter::new(completion::records::events))]
    event: Option<i64>,

    #[command(flatten)]
    change: ChangeArgs,
}

/// Take back your last undo, or that of an event
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl redo --dry-run
  ssgctl redo
  ssgctl redo 41")]
pub(crate) struct RedoArgs {
    /// Event of the audit log that was undone, or that undid it [default: the last undo by this actor]
    #[arg(value_name = "EVENT", add = ArgValueCompleter::new(completion::records::events))]
    event: Option<i64>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn undo(args: &UndoArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&Event::keys())?;
    let undone = context.transact(&args.change, |tx| undo::undo(tx, args.event))?;
    report(&undone, args.change.dry_run, "undid", context)
}

pub(crate) fn redo(args: &RedoArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&Event::keys())?;
    let undone = context.transact(&args.change, |tx| undo::redo(tx, args.event))?;
    report(&undone, args.change.dry_run, "redid", context)
}

/// Prints the new events, as lines for reading or as rows, and notes what they undo.
fn report(undone: &UndoneAct, is_dry_run: bool, verb: &str, context: &mut Context) -> Result<()> {
    let UndoneAct { events: (first, last), command, changes } = undone;
    let which = if first == last { format!("event {first}") } else { format!("events {first} to {last}") };
    if !is_dry_run {
        context.note(&format!("{verb} `{command}`, {which}"));
    }
    if context.output.wants_rows() {
        return context.output.rows(changes);
    }
    let zone = ZoneArgs::default().zone(context.settings.defaults.zone());
    let mut lines = Lines::new(&zone, context.output.width());
    let text: String = changes.iter().map(|event| lines.of(event)).collect();
    context.output.text(text.as_bytes())
}

impl From<UndoError> for Failure {
    fn from(error: UndoError) -> Self {
        match error {
            UndoError::Error(error) => error.into(),
            UndoError::Refused { message, instead } => Self::new(ErrorCode::Refused, message).maybe_hint(instead),
            UndoError::ChangedSince { message, instead } => {
                Self::new(ErrorCode::ChangedMeanwhile, message).maybe_hint(instead)
            }
        }
    }
}
