//! Records as they were before an event: their fields with the values that the event replaced.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::model::Event;
use crate::ops::undo::refusal::UndoError;
use crate::store::{EventFilter, Snapshot};

/// The side of a change: `[before, after]`.
const BEFORE: usize = 0;
const AFTER: usize = 1;

/// A record with the values from before an event.
///
/// # Errors
/// [`UndoError::ChangedSince`] when a field has another value than the event gave it.
pub(super) fn before<T: Serialize + DeserializeOwned + PartialEq>(
    snapshot: &Snapshot<'_>,
    event: &Event,
    current: &T,
) -> Result<T, UndoError> {
    let map = object(current)?;
    for field in event.change.fields.keys().filter(|field| map.contains_key(*field)) {
        let mut only = event.change.fields.clone();
        only.retain(|key, _| key == field);
        if patched::<T>(&map, &only, AFTER)? != *current {
            return Err(UndoError::changed_since(event, field, last_change(snapshot, event, field)?.as_ref()));
        }
    }
    Ok(patched(&map, &event.change.fields, BEFORE)?)
}

/// A record as an event created it. What the event does not have is as in `empty`.
pub(super) fn created<T: Serialize + DeserializeOwned>(event: &Event, empty: &T) -> Result<T> {
    patched(&object(empty)?, &event.change.fields, AFTER)
}

/// A record that an event removed, likewise.
pub(super) fn removed<T: Serialize + DeserializeOwned>(event: &Event, empty: &T) -> Result<T> {
    patched(&object(empty)?, &event.change.fields, BEFORE)
}

/// Refuses if a later event that is not undone changed this field of the same record. For fields that count from a time on, whose
/// current value does not say whether the event's still holds.
pub(super) fn refuse_later_change(snapshot: &Snapshot<'_>, event: &Event, field: &str) -> Result<(), UndoError> {
    match last_change(snapshot, event, field)? {
        Some(later) => Err(UndoError::changed_since(event, field, Some(&later))),
        None => Ok(()),
    }
}

/// The last event after this one that changed a field of the same record and was not undone.
fn last_change(snapshot: &Snapshot<'_>, event: &Event, field: &str) -> Result<Option<Event>> {
    let filter = EventFilter {
        entities: vec![event.change.entity],
        subject: Some(event.change.subject.clone()),
        field: Some(field.to_owned()),
        ids: Some((event.id + 1, i64::MAX)),
        newest_first: true,
        ..EventFilter::default()
    };
    // An undo that is in force has left the value of before what it undid, so it is no change either.
    super::act::first_in_force(snapshot, &filter, |later| !later.change.fields.contains_key("undoes"))
}

/// The value that the event replaced.
pub(super) fn old(event: &Event, field: &str) -> Option<Value> {
    event.change.fields.get(field)?.get(BEFORE).cloned()
}

/// The value that the event set.
pub(super) fn new(event: &Event, field: &str) -> Option<Value> {
    event.change.fields.get(field)?.get(AFTER).cloned()
}

/// A value of the audit log, parsed.
pub(super) fn parsed<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(unreadable)
}

fn patched<T: DeserializeOwned>(map: &Map<String, Value>, fields: &Map<String, Value>, side: usize) -> Result<T> {
    let mut patched = map.clone();
    for (field, values) in fields {
        if let (Some(place), Some(value)) = (patched.get_mut(field), values.get(side)) {
            *place = if value.is_null() && place.is_array() { nothing::<T>(map, field) } else { value.clone() };
        }
    }
    parsed(Value::Object(patched))
}

/// What a list was before there was anything in it, which the audit log has as null: an empty list, or nothing where a list has at
/// least one line if it is there, such as an address.
fn nothing<T: DeserializeOwned>(map: &Map<String, Value>, field: &str) -> Value {
    let mut with_empty = map.clone();
    with_empty.insert(field.to_owned(), Value::Array(Vec::new()));
    let may_be_empty = serde_json::from_value::<T>(Value::Object(with_empty)).is_ok();
    if may_be_empty { Value::Array(Vec::new()) } else { Value::Null }
}

fn object<T: Serialize>(record: &T) -> Result<Map<String, Value>> {
    match serde_json::to_value(record).map_err(unreadable)? {
        Value::Object(map) => Ok(map),
        _ => Err(Error::Internal("a record has no fields".to_owned())),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn unreadable(error: serde_json::Error) -> Error {
    Error::Damaged(format!("a value of the audit log cannot be read: {error}"))
}
