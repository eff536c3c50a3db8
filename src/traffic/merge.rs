//! Merges one more report of a message with what is known of it.
//!
//! The earliest time and the highest state win, and a message counts as sent if any report says so, so the order of reports does not
//! matter. Everything that the charge depends on must be the same in all reports.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::model::{ImportPrices, Message, RatedMessage};
use crate::store::{KnownMessage, KnownPrices, Snapshot};

/// A report that contradicts what is known of its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction {
    /// The index of the report.
    pub index: usize,
    pub field: &'static str,
    /// The import with the other report.
    pub import_id: i64,
}

/// What a first report says of a message.
pub(crate) fn first(message: &Message, import_id: i64) -> KnownMessage {
    KnownMessage {
        second: message.second,
        state: message.state,
        destination: message.destination.clone(),
        parts: message.parts,
        price: message.price,
        network: message.network,
        charged: message.state.is_sent(),
        import_id,
    }
}

/// The message after one more report. The import whose report first says that it was sent charges it.
///
/// The earliest time counts, unless the message was charged, and would cost another price at the earlier one: `paid` are the prices of
/// the import that charged it, and of the runs that repriced it.
pub(crate) fn merged(known: &KnownMessage, paid: &ImportPrices, message: &Message, import_id: i64) -> KnownMessage {
    let charges = !known.charged && message.state.is_sent();
    let is_earlier = message.second < known.second;
    let keeps_price = || {
        let report = RatedMessage::of(message);
        paid.is_same_price(&known.rated(message.day, message.account_id), report.second)
    };
    KnownMessage {
        second: if is_earlier && (!known.charged || keeps_price()) { message.second } else { known.second },
        state: known.state.max(message.state),
        charged: known.charged || charges,
        price: if charges { message.price } else { known.price },
        network: if known.charged { known.network } else { message.network.or(known.network) },
        import_id: if charges { import_id } else { known.import_id },
        ..known.clone()
    }
}

/// The first field in which a report contradicts the known message. Prices are compared if both are of files and in the same unit.
pub(crate) fn contradiction(
    known: &KnownMessage,
    paid: &ImportPrices,
    message: &Message,
    pays: &ImportPrices,
) -> Option<&'static str> {
    let report = RatedMessage::of(message);
    let unit = |prices: &ImportPrices, second| prices.unit(message.account_id, second).ok();
    let has_same_unit = || unit(paid, known.rated(message.day, message.account_id).second) == unit(pays, report.second);
    let differs_in_price = known.price != message.price && pays.takes_prices_of_files(&report);
    [
        ("destination", known.destination != message.destination),
        ("parts", known.parts != message.parts),
        ("price", differs_in_price && has_same_unit()),
    ]
    .into_iter()
    .find(|(_, differs)| *differs)
    .map(|(field, _)| field)
}

/// The result of comparing reports with the known messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// In the order of the reports.
    pub contradictions: Vec<Contradiction>,
    /// Whether every message is known and no report adds anything.
    pub is_known: bool,
    /// The days of which some message is known.
    pub known_days: BTreeSet<i32>,
}

/// Compares reports, sorted by day, with the messages that were known before the import, which would charge by `pays`.
pub fn compare(
    snapshot: &Snapshot<'_>,
    messages: &[&Message],
    known_prices: &mut KnownPrices,
    pays: &ImportPrices,
) -> Result<Comparison> {
    let mut found = Comparison { contradictions: Vec::new(), is_known: true, known_days: BTreeSet::new() };
    let mut begin = 0;
    for of_day in messages.chunk_by(|one, next| one.day == next.day) {
        let mut known_messages = 0;
        snapshot.known_messages(of_day, |place, _, known| {
            known_messages += 1;
            let message = of_day[place];
            // The prices of another import are read only if the comparison needs them.
            let is_same =
                (&known.destination, known.parts, known.price) == (&message.destination, message.parts, message.price);
            if is_same && known.second <= message.second {
                let adds_network = known.network.is_none() && message.network.is_some();
                found.is_known &= known.state >= message.state;
                found.is_known &= known.charged || !(message.state.is_sent() || adds_network);
                return Ok(());
            }
            let paid = known_prices.of(snapshot, known.import_id)?;
            found.is_known &= merged(&known, paid, message, known.import_id) == known;
            if let Some(field) = contradiction(&known, paid, message, pays) {
                found.contradictions.push(Contradiction { index: begin + place, field, import_id: known.import_id });
            }
            Ok(())
        })?;
        found.is_known &= known_messages == of_day.len();
        if known_messages > 0 {
            found.known_days.insert(of_day[0].day);
        }
        begin += of_day.len();
    }
    found.contradictions.sort_by_key(|contradiction| contradiction.index);
    Ok(found)
}
