//! Keys: the same change under the same key is the first receipt again, another change is refused.

use crate::error::{Error, Result};
use crate::model::{Description, Entry, EntryKind, Key, Money, Reference, Unit};
use crate::store::Tx;

/// What a repeated change says of itself, to be held against the entry that its key stands for.
pub(super) struct Claim<'a> {
    pub(super) kind: EntryKind,
    /// The customer, where the change names one.
    pub(super) customer_id: Option<i64>,
    /// The unit, if the change named one.
    pub(super) unit: Option<Unit>,
    /// The amount, where the change names one.
    pub(super) amount: Option<Money>,
    pub(super) reverses: Option<i64>,
    pub(super) description: &'a Description,
    pub(super) reference: Option<&'a Reference>,
}

impl Claim<'_> {
    /// The first field in which an entry is not what the claim says.
    fn differs_from(&self, entry: &Entry) -> Option<&'static str> {
        let posting = &entry.posting;
        let holds = [
            ("kind", posting.kind == self.kind),
            ("customer", self.customer_id.is_none_or(|id| id == entry.customer_id)),
            ("unit", self.unit.is_none_or(|unit| unit == posting.unit)),
            ("amount", self.amount.is_none_or(|amount| amount == posting.amount)),
            ("entry", self.reverses == posting.reverses),
            ("description", *self.description == posting.description),
            ("reference", self.reference == posting.reference.as_ref()),
        ];
        holds.into_iter().find(|(_, holds)| !holds).map(|(field, _)| field)
    }
}

/// The entry that a key stands for, if it was used, and for this change.
pub(super) fn entry_of_key(tx: &Tx<'_>, key: Option<&Key>, claim: &Claim<'_>) -> Result<Option<Entry>> {
    let Some(key) = key else { return Ok(None) };
    let Some(entry) = tx.entry_of_key(key)? else { return Ok(None) };
    match claim.differs_from(&entry) {
        Some(field) => Err(Error::KeyConflict { key: key.to_string(), field }),
        None => Ok(Some(entry)),
    }
}
