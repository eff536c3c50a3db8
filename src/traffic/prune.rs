//! Removes single messages of the distant past. Their sums and charges stay.

use crate::error::{Error, Result};
use crate::model::{Change, EntityKind, ImportState, day_of};
use crate::store::{ImportFilter, KnownPrices, StoredMessage, Tx};
use crate::traffic::expire::open_days;

/// The number of messages that one transaction removes.
const AT_ONCE: u64 = 250_000;

/// The result of one step of pruning.
#[derive(Debug, Clone, Copy)]
pub struct Pruned {
    pub messages: u64,
    /// Whether more messages remain to be removed.
    pub goes_on: bool,
}

/// Records that the messages of all days before one are given up. Those days accept no further imports, because nothing would show
/// whether a message was charged before.
///
/// # Errors
/// [`Error::Refused`] if an unfinished import has messages of those days, because its charges depend on them, and
/// [`Error::Reserved`] if one of those messages may still be delivered, and would be charged then.
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
    refuse_reserved(tx, day)?;
    if tx.pruned_before()?.is_none_or(|before| before < day) {
        tx.set_pruned_before(day)?;
        tx.record(&Change::new(EntityKind::Traffic, "prune", day_of(day), None))?;
    }
    Ok(())
}

/// Refuses to give up messages for which something is reserved.
fn refuse_reserved(tx: &Tx<'_>, before: i32) -> Result<()> {
    if !tx.has_reserved()? {
        return Ok(());
    }
    let mut prices = KnownPrices::default();
    for day in open_days(tx, before - 1)? {
        tx.messages((day, day), |StoredMessage { account_id, known, .. }| {
            let prices = prices.of(tx, known.import_id)?;
            match prices.reservation(&known.rated(day, account_id), (known.state, known.charged)) {
                Some(_) => Err(Error::Reserved { day: day_of(day), before: day_of(before) }),
                None => Ok(()),
            }
        })?;
    }
    Ok(())
}

/// Removes some of the messages that were given up.
pub fn prune(tx: &mut Tx<'_>) -> Result<Pruned> {
    let Some(day) = tx.pruned_before()? else { return Ok(Pruned { messages: 0, goes_on: false }) };
    let messages = tx.delete_messages_before(day, AT_ONCE)?;
    Ok(Pruned { messages, goes_on: messages >= AT_ONCE })
}
