//! Removing single messages of long ago. Their sums and charges stay.

use crate::error::{Error, Result};
use crate::model::{Change, EntityKind, ImportState, day_of};
use crate::store::{ImportFilter, Tx};

/// How many messages one transaction removes.
const AT_ONCE: u64 = 250_000;

/// What one step of a pruning did.
#[derive(Debug, Clone, Copy)]
pub struct Pruned {
    pub messages: u64,
    /// Whether more are left to be removed.
    pub goes_on: bool,
}

/// Notes that messages of days before one are given up: from now on none of those days is imported, because nobody can tell
/// any more whether it was charged before.
///
/// # Errors
/// [`Error::Refused`] when an unfinished import has messages of those days: they are what its charges follow from.
pub fn forget_before(tx: &mut Tx<'_>, day: i32) -> Result<()> {
    let unfinished = ImportFilter { state: Some(ImportState::Unfinished), ..ImportFilter::default() };
    tx.imports(&unfinished, |import| match import.days {
        Some((first, _)) if first < day => Err(Error::Refused(format!(
            "import {} of {} is unfinished and has messages of {}",
            import.id,
            crate::error::quoted(&import.manifest.file),
            day_of(first)
        ))),
        _ => Ok(()),
    })?;
    if tx.pruned_before()?.is_none_or(|before| before < day) {
        tx.set_pruned_before(day)?;
        tx.record(&Change::new(EntityKind::Traffic, "prune", day_of(day), None))?;
    }
    Ok(())
}

/// Removes some of the messages that were given up.
pub fn prune(tx: &mut Tx<'_>) -> Result<Pruned> {
    let Some(day) = tx.pruned_before()? else { return Ok(Pruned { messages: 0, goes_on: false }) };
    let messages = tx.delete_messages_before(day, AT_ONCE)?;
    Ok(Pruned { messages, goes_on: messages >= AT_ONCE })
}
