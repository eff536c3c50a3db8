//! Delivery reports that have rows of their own: finds the message that each is about.
//!
//! Such a row has the ID of its message, but not the day of its submission, which is needed to identify it, and not always its
//! account. The message is the last one with this ID and account before the report, in the same file or in the database; else the
//! last one in the file with this ID and destination, if all of these are of one account.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::Result;
use crate::model::{Message, MessageId};
use crate::store::Snapshot;
use crate::traffic::staged_row::StagedRow;
use crate::traffic::staging::Staging;

/// The number of days after which no report comes: the longest time for which gateways keep trying.
const LONGEST_WAIT: i32 = 7;

/// A report, as a message with its state and with the time of the report, and its line.
pub(crate) type DeliveryReport = (Message, u64);

/// The account of a report that names none of ours.
pub(crate) const NO_ACCOUNT: i64 = 0;

/// What a report and its message have in common besides the ID.
#[derive(Debug, Clone, Copy)]
enum MatchBy {
    Account,
    Destination,
}

/// The message of each report with the state of the report, in the same order; `None` where there is no such message.
pub(crate) fn resolve(
    receipts: &[DeliveryReport],
    staging: &Staging,
    snapshot: &Snapshot<'_>,
    known_days: &BTreeSet<i32>,
) -> Result<Vec<Option<Message>>> {
    let mut found: Vec<Option<Message>> = vec![None; receipts.len()];
    find_in_file(receipts, staging, &mut found, MatchBy::Account)?;
    for days_before in 0..=LONGEST_WAIT {
        find_stored(receipts, days_before, snapshot, known_days, &mut found)?;
    }
    find_in_file(receipts, staging, &mut found, MatchBy::Destination)?;
    Ok(found)
}

/// Looks among the messages of the file, those of the account of a report or those to its destination.
fn find_in_file(
    receipts: &[DeliveryReport],
    staging: &Staging,
    found: &mut [Option<Message>],
    match_by: MatchBy,
) -> Result<()> {
    let mut by_id: HashMap<&MessageId, Vec<usize>> = HashMap::new();
    for (index, (receipt, _)) in receipts.iter().enumerate().filter(|(index, _)| found[*index].is_none()) {
        by_id.entry(&receipt.id).or_default().push(index);
    }
    if by_id.is_empty() {
        return Ok(());
    }
    let mut ambiguous: BTreeSet<usize> = BTreeSet::new();
    let mut rows = staging.rows();
    while let Some((_, row)) = rows.next()? {
        let StagedRow::Message(message) = row else { continue };
        for &index in by_id.get(&message.id).into_iter().flatten() {
            let receipt = &receipts[index].0;
            let fits = match match_by {
                MatchBy::Account => message.account_id == receipt.account_id,
                MatchBy::Destination => message.destination == receipt.destination,
            };
            if !fits || time(&message) > time(receipt) || receipt.day - message.day > LONGEST_WAIT {
                continue;
            }
            match &found[index] {
                Some(other) if other.account_id != message.account_id => _ = ambiguous.insert(index),
                Some(other) if time(other) > time(&message) => {}
                _ => found[index] = Some(Message { state: receipt.state, ..message.clone() }),
            }
        }
    }
    for index in ambiguous {
        found[index] = None;
    }
    Ok(())
}

/// Looks for the messages of reports that still have none, a number of days before each report.
fn find_stored(
    receipts: &[DeliveryReport],
    days_before: i32,
    snapshot: &Snapshot<'_>,
    known_days: &BTreeSet<i32>,
    found: &mut [Option<Message>],
) -> Result<()> {
    let mut by_day: BTreeMap<i32, Vec<(usize, Message)>> = BTreeMap::new();
    for (index, (receipt, _)) in receipts.iter().enumerate() {
        let day = receipt.day - days_before;
        if found[index].is_none() && known_days.contains(&day) {
            by_day.entry(day).or_default().push((index, Message { day, ..receipt.clone() }));
        }
    }
    for wanted in by_day.values_mut() {
        wanted.sort_by(|(_, one), (_, other)| one.key().cmp(&other.key()));
        let keys: Vec<&Message> = wanted.iter().map(|(_, message)| message).collect();
        snapshot.known_messages(&keys, |place, _, known| {
            let (index, message) = &wanted[place];
            if days_before > 0 || known.second <= message.second {
                let (second, destination, parts, price) = (known.second, known.destination, known.parts, known.price);
                found[*index] = Some(Message { second, destination, parts, price, ..message.clone() });
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Day and second, which order messages by time.
fn time(message: &Message) -> (i32, u32) {
    (message.day, message.second)
}
