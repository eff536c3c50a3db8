//! Idempotency keys: the same change under the same key returns the first entry; another change under it is refused.

use crate::error::{Error, Result};
use crate::model::{Description, Entry, EntryKind, Key, Money, Reference, Unit};
use crate::store::Tx;

/// What a request with a key says, to compare with the entry that was posted under the key.
pub(super) struct KeyedRequest<'a> {
    pub(super) kind: EntryKind,
    /// The customer, if the request names one.
    pub(super) customer_id: Option<i64>,
    /// The unit, if the request names one.
    pub(super) unit: Option<Unit>,
    /// The amount, if the request names one.
    pub(super) amount: Option<Money>,
    pub(super) reverses: Option<i64>,
    pub(super) description: &'a Description,
    pub(super) reference: Option<&'a Reference>,
}

impl KeyedRequest<'_> {
    /// The first field in which an entry differs from the request.
    fn differs_from(&self, entry: &Entry) -> Option<&'static str> {
        let posting = &entry.posting;
        let fields = [
            ("kind", posting.kind == self.kind),
            ("customer", self.customer_id.is_none_or(|id| id == entry.customer_id)),
            ("unit", self.unit.is_none_or(|unit| unit == posting.unit)),
            ("amount", self.amount.is_none_or(|amount| amount == posting.amount)),
            ("entry", self.reverses == posting.reverses),
            ("description", *self.description == posting.description),
            ("reference", self.reference == posting.reference.as_ref()),
        ];
        fields.into_iter().find(|(_, is_same)| !is_same).map(|(field, _)| field)
    }
}

/// The entry that was posted under a key, if there is one.
///
/// # Errors
/// [`Error::KeyConflict`] when the entry is of another change.
pub(super) fn entry_of_key(tx: &Tx<'_>, key: Option<&Key>, request: &KeyedRequest<'_>) -> Result<Option<Entry>> {
    let Some(key) = key else { return Ok(None) };
    let Some(entry) = tx.entry_of_key(key)? else { return Ok(None) };
    match request.differs_from(&entry) {
        Some(field) => Err(Error::KeyConflict { what: "change of balance", key: key.to_string(), field }),
        None => Ok(Some(entry)),
    }
}
