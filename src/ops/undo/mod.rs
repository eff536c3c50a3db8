//! Undo: takes back what a command changed, by the old values in the audit log, and redo: takes that back.
//!
//! ```text
//! act      the events of one command  ──▶  inverse of each, newest first  ──▶  new events, each with the number it undoes
//! ```
//!
//! Nothing of the audit log is changed. An event that undoes another has the field `undoes`; an undo that was itself undone no longer
//! counts, so that `redo` is the undo of an undo. Money is never undone here: entries are reversed.

mod act;
mod inverse;
mod refusal;
mod state;

use crate::error::{Error, Result};
use crate::model::{EntityKind, Event};
use crate::ops::undo::act::Act;
use crate::store::{EventFilter, Tx};

pub use act::{act_of, undone_by};
pub use refusal::UndoError;

/// The command whose events undo those of others. `redo` undoes these.
const UNDO: &str = "undo";

/// The command that was undone, and the events that did it.
#[derive(Debug)]
pub struct UndoneAct {
    /// The first and the last event of the command that was taken back, or brought back.
    pub events: (i64, i64),
    /// The command, such as `customer edit`.
    pub command: String,
    /// The new events, in their order.
    pub changes: Vec<Event>,
}

/// Takes back the command of an event, or the last one of this actor that can be.
///
/// # Errors
/// [`UndoError::Refused`] when it changed nothing or something that is not undone this way, when it was undone before, or when a field
/// was changed since.
pub fn undo(tx: &mut Tx<'_>, event: Option<i64>) -> Result<UndoneAct, UndoError> {
    let target = match event {
        Some(id) => tx.event(id)?,
        None => latest(tx, |event| event.origin.command != UNDO && may_be_undone(event))?
            .ok_or_else(|| UndoError::nothing(tx, UNDO))?,
    };
    take_back(tx, &target)
}

/// Takes back an undo: that of an event, or the last one of this actor.
///
/// # Errors
/// [`UndoError::Refused`] like [`undo`], and when the event was not undone.
pub fn redo(tx: &mut Tx<'_>, event: Option<i64>) -> Result<UndoneAct, UndoError> {
    let target = match event {
        Some(id) => {
            let named = tx.event(id)?;
            match undone_by(tx, &named)? {
                Some(by) => tx.event(by)?,
                None if named.origin.command == UNDO => named,
                None => return Err(UndoError::not_undone(&named)),
            }
        }
        None => latest(tx, |event| event.origin.command == UNDO)?.ok_or_else(|| UndoError::nothing(tx, "redo"))?,
    };
    let original = act::undone_of(&target).map(|id| tx.event(id)).transpose()?;
    let redone = take_back(tx, &target)?;
    // What is brought back is the command that was undone.
    match original {
        Some(original) => Ok(UndoneAct { events: act_of(tx, &original)?, command: original.origin.command, ..redone }),
        None => Ok(redone),
    }
}

fn take_back(tx: &mut Tx<'_>, target: &Event) -> Result<UndoneAct, UndoError> {
    let act = Act::of(tx, target)?;
    if let Some(by) = act.undone_by(tx)? {
        return Err(UndoError::undone_before(target, &tx.event(by)?));
    }
    let before = tx.last_event()?;
    let mut undone = false;
    // Later changes of a command may build on its earlier ones.
    for event in act.own_events().rev() {
        tx.set_undoes(Some(event.id));
        let taken_back = inverse::apply(tx, event);
        tx.set_undoes(None);
        undone |= taken_back?;
    }
    if !undone {
        return Err(UndoError::no_change(target));
    }
    tx.flush_events()?;
    let mut changes = Vec::new();
    tx.events(&EventFilter { ids: Some((before + 1, i64::MAX)), ..EventFilter::default() }, |event| {
        changes.push(event);
        Ok::<_, Error>(())
    })?;
    Ok(UndoneAct { events: act.bounds(), command: target.origin.command.clone(), changes })
}

/// Whether an event is of a change, as opposed to an access.
fn may_be_undone(event: &Event) -> bool {
    let action = event.change.action.as_str();
    !matches!(
        (event.change.entity, action),
        (EntityKind::Smpp, "reveal" | "export" | "probe" | "handover" | "welcome") | (EntityKind::Customer, "notify")
    )
}

/// The last event of this actor that is of the kind that is wanted and whose command was not undone.
fn latest(tx: &Tx<'_>, is_wanted: impl Fn(&Event) -> bool) -> Result<Option<Event>> {
    let actor = Some(tx.origin().actor.to_string());
    let mut filter = EventFilter { actor, without_charges: true, newest_first: true, ..EventFilter::default() };
    while let Some(event) = act::first_in_force(tx, &filter, &is_wanted)? {
        // Another actor may have undone it, and an undo of a command does not name each of its events.
        let act = Act::of(tx, &event)?;
        if act.undone_by(tx)?.is_none() {
            return Ok(Some(event));
        }
        filter.ids = Some((1, act.bounds().0 - 1));
    }
    Ok(None)
}
