//! Merges one more report of a message with what is known of it.
//!
//! The earliest time and the highest state win, and a message counts as sent if any report says so, so the order of reports does not
//! matter. Everything that the charge depends on must be the same in all reports.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::model::{ImportPrices, Message, MessageState, PlanBasis, RatedMessage, Unrated};
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

/// The import whose reports are merged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Charging<'a> {
    pub(crate) prices: &'a ImportPrices,
    /// Its number; `None` before it begins.
    pub(crate) import_id: Option<i64>,
}

/// Whether a first report charges its message.
pub(crate) fn is_charged(message: &Message, prices: &ImportPrices) -> bool {
    prices.charges(&RatedMessage::of(message), message.state)
}

/// What a first report says of a message.
pub(crate) fn first(message: &Message, prices: &ImportPrices, import_id: i64) -> KnownMessage {
    KnownMessage {
        second: message.second,
        state: message.state,
        destination: message.destination.clone(),
        parts: message.parts,
        price: message.price,
        network: message.network,
        charged: is_charged(message, prices),
        import_id,
    }
}

/// The message after one more report. The import whose report first says what the basis of its plan demands charges it: that it was
/// sent, or that it was delivered.
///
/// The earliest time counts, unless an earlier import charged the message, and it would cost another price at the earlier time: `paid`
/// are the prices of that import, and of the runs that repriced it. What this import charges is posted when it ends, so until then
/// the order of its reports does not matter.
pub(crate) fn merged(
    known: &KnownMessage,
    paid: &ImportPrices,
    message: &Message,
    charging: Charging<'_>,
) -> KnownMessage {
    let is_own = charging.import_id == Some(known.import_id);
    let is_settled = known.charged && !is_own;
    let report = RatedMessage::of(message);
    let keeps_price = || paid.is_same_price(&known.rated(message.day, message.account_id), report.second);
    let is_earlier = message.second < known.second && (!is_settled || keeps_price());
    let mut after = KnownMessage {
        second: if is_earlier { message.second } else { known.second },
        state: known.state.max(message.state),
        network: match known.network {
            // Of the networks in one file, the first counts.
            network if is_settled || is_own && network.is_some() => network,
            network => message.network.or(network),
        },
        ..known.clone()
    };
    if is_settled {
        return after;
    }
    after.charged = charges(known, &after, message, charging, is_own);
    if after.charged {
        after.import_id = charging.import_id.unwrap_or(known.import_id);
        after.price = message.price;
        let rate = |after: &KnownMessage| charging.prices.rate_first(&after.rated(message.day, message.account_id));
        if known.second != message.second && rate(&after) == Err(Unrated::Price) {
            // A report as rejected needs no price at its time.
            after.second = known.second.max(message.second);
        }
    }
    after
}

/// Whether a message that no earlier import charged is charged after one more report.
fn charges(
    known: &KnownMessage,
    after: &KnownMessage,
    message: &Message,
    Charging { prices, .. }: Charging<'_>,
    is_own: bool,
) -> bool {
    let was_sent = known.charged || known.state.is_sent() || message.state.is_sent();
    if is_own && !prices.charging {
        return was_sent;
    }
    match prices.basis(&after.rated(message.day, message.account_id)) {
        PlanBasis::Submit => was_sent,
        PlanBasis::Delivered => after.state == MessageState::Delivered,
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
    let (mut begin, charging) = (0, Charging { prices: pays, import_id: None });
    for of_day in messages.chunk_by(|one, next| one.day == next.day) {
        let mut known_messages = 0;
        snapshot.known_messages(of_day, |place, _, known| {
            known_messages += 1;
            let message = of_day[place];
            // The prices of another import are read only if the comparison needs them.
            let is_same =
                (&known.destination, known.parts, known.price) == (&message.destination, message.parts, message.price);
            if is_same && known.charged && known.second <= message.second {
                found.is_known &= known.state >= message.state;
                return Ok(());
            }
            let paid = known_prices.of(snapshot, known.import_id)?;
            found.is_known &= merged(&known, paid, message, charging) == known;
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
