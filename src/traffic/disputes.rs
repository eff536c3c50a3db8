//! Rows whose price is not that of the plan, although the service demands it.
//!
//! What a message costs is known only with all its reports: the earliest decides its price, and nothing more is charged for one that
//! an earlier import charged. So such rows wait until all are read, and only those are refused whose price would be charged.

use std::collections::{BTreeMap, HashMap};

use crate::error::{Fault, Result};
use crate::model::{ImportPrices, Invalid, Message, MessageId, Money, RatedMessage};
use crate::store::{KnownMessage, Snapshot};
use crate::traffic::staged_row::StagedRow;
use crate::traffic::staging::Staging;

/// A row whose price is disputed.
#[derive(Debug)]
pub(crate) struct DisputedRow {
    /// The message, without the price.
    pub(crate) message: Message,
    pub(crate) in_file: Money,
    pub(crate) line: u64,
    /// What is wrong with the row if its price would be charged.
    pub(crate) fault: Fault,
    /// The fields of the row, for the file of rejects.
    pub(crate) fields: Vec<String>,
}

/// The fault of a price that is not that of the plan.
pub(crate) fn not_that_of_plan(expected: Money) -> Invalid {
    Invalid::rule(format!("is not {expected}, the price in the plan, which the service demands"))
}

type Key = (i32, MessageId, i64);

fn key_of(message: &Message) -> Key {
    (message.day, message.id.clone(), message.account_id)
}

/// Whether each row is in order.
pub(crate) fn resolve(
    disputed: &[DisputedRow],
    staging: &Staging,
    snapshot: &Snapshot<'_>,
    pays: &ImportPrices,
) -> Result<Vec<bool>> {
    let known = known_messages(disputed, snapshot)?;
    // The earliest second of each message, by any of its reports.
    let mut earliest: HashMap<Key, u32> = HashMap::new();
    for row in disputed {
        let second = earliest.entry(key_of(&row.message)).or_insert(row.message.second);
        *second = row.message.second.min(*second);
    }
    let mut rows = staging.rows();
    while let Some((_, row)) = rows.next()? {
        let StagedRow::Message(message) = row else { continue };
        if let Some(second) = earliest.get_mut(&key_of(&message)) {
            *second = message.second.min(*second);
        }
    }
    let is_in_order = |(place, row): (usize, &DisputedRow)| {
        let known = known.get(&place);
        if known.is_some_and(|known| known.charged) {
            return true;
        }
        let second = earliest.get(&key_of(&row.message)).copied().unwrap_or(row.message.second);
        let second = known.map_or(second, |known| known.second.min(second));
        let decisive = Message { second, ..row.message.clone() };
        pays.rate(&RatedMessage::of(&decisive)).is_ok_and(|rating| rating.charge == row.in_file)
    };
    Ok(disputed.iter().enumerate().map(is_in_order).collect())
}

/// What is stored of the messages, by the places of their rows.
pub(crate) fn known_messages(
    disputed: &[DisputedRow],
    snapshot: &Snapshot<'_>,
) -> Result<HashMap<usize, KnownMessage>> {
    let mut by_day: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    for (place, row) in disputed.iter().enumerate() {
        by_day.entry(row.message.day).or_default().push(place);
    }
    let mut found = HashMap::new();
    for places in by_day.values_mut() {
        places.sort_by(|one, other| disputed[*one].message.key().cmp(&disputed[*other].message.key()));
        let messages: Vec<&Message> = places.iter().map(|place| &disputed[*place].message).collect();
        snapshot.known_messages(&messages, |index, _, known| {
            found.insert(places[index], known);
            Ok(())
        })?;
    }
    Ok(found)
}
