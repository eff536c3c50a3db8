//! Merges one more report of a message with what is known of it.
//!
//! The earliest time and the highest state win, and a message counts as sent if any report says so, so the order of reports does not
//! matter. Everything that the charge depends on must be the same in all reports.

use std::collections::BTreeSet;

use foldhash::HashMap;

use crate::error::{Error, Result};
use crate::model::{AccountPrice, Message};
use crate::store::{KnownMessage, Snapshot};

/// A report that contradicts what is known of its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction {
    /// The index of the report.
    pub index: usize,
    pub field: &'static str,
    /// The import with the other report.
    pub import_id: i64,
}

/// The account prices of known messages, each looked up once; if many of an import are needed, all of that import at once.
#[derive(Debug, Default)]
pub struct KnownPrices {
    by_import_and_account: HashMap<(i64, i64), AccountPrice>,
    looked_up: HashMap<i64, usize>,
}

impl KnownPrices {
    const MANY: usize = 64;

    pub(crate) fn of(&mut self, snapshot: &Snapshot<'_>, import_id: i64, account_id: i64) -> Result<AccountPrice> {
        let key = (import_id, account_id);
        if let Some(account_price) = self.by_import_and_account.get(&key) {
            return Ok(*account_price);
        }
        let looked_up = self.looked_up.entry(import_id).or_default();
        *looked_up += 1;
        if *looked_up == Self::MANY {
            let all = snapshot.account_prices_of(import_id)?;
            self.by_import_and_account
                .extend(all.into_iter().map(|account_price| ((import_id, account_price.account_id), account_price)));
        }
        if let Some(account_price) = self.by_import_and_account.get(&key) {
            return Ok(*account_price);
        }
        let account_price = snapshot.account_price_of(import_id, account_id)?;
        self.by_import_and_account.insert(key, account_price);
        Ok(account_price)
    }
}

/// What a first report says of a message.
pub(crate) fn first(message: &Message, import_id: i64) -> KnownMessage {
    KnownMessage {
        second: message.second,
        state: message.state,
        destination: message.destination.clone(),
        parts: message.parts,
        price: message.price,
        charged: message.state.is_sent(),
        import_id,
    }
}

/// The message after one more report. The import whose report first says that it was sent charges it.
pub(crate) fn merged(known: &KnownMessage, message: &Message, import_id: i64) -> KnownMessage {
    let charges = !known.charged && message.state.is_sent();
    KnownMessage {
        second: known.second.min(message.second),
        state: known.state.max(message.state),
        charged: known.charged || charges,
        price: if charges { message.price } else { known.price },
        import_id: if charges { import_id } else { known.import_id },
        ..known.clone()
    }
}

/// The first field in which a report contradicts the known message. Prices are compared if both are in the same unit.
pub(crate) fn contradiction(
    known: &KnownMessage,
    paid: &AccountPrice,
    message: &Message,
    pays: &AccountPrice,
) -> Option<&'static str> {
    [
        ("destination", known.destination != message.destination),
        ("parts", known.parts != message.parts),
        ("price", paid.unit == pays.unit && known.price != message.price),
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

/// Compares reports, sorted by day, with the messages that were known before the import.
pub fn compare(
    snapshot: &Snapshot<'_>,
    messages: &[&Message],
    account_prices: &mut KnownPrices,
    account_price: impl Fn(i64) -> Option<AccountPrice>,
) -> Result<Comparison> {
    let mut found = Comparison { contradictions: Vec::new(), is_known: true, known_days: BTreeSet::new() };
    let mut begin = 0;
    for of_day in messages.chunk_by(|one, next| one.day == next.day) {
        let mut known_messages = 0;
        snapshot.known_messages(of_day, |place, _, known| {
            known_messages += 1;
            let message = of_day[place];
            found.is_known &= merged(&known, message, known.import_id) == known;
            // The price of a known message is looked up only if the comparison needs it.
            if (&known.destination, known.parts, known.price) == (&message.destination, message.parts, message.price) {
                return Ok(());
            }
            let paid = account_prices.of(snapshot, known.import_id, message.account_id)?;
            let pays = account_price(message.account_id).ok_or_else(|| unknown_account(message))?;
            if let Some(field) = contradiction(&known, &paid, message, &pays) {
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

pub(crate) fn unknown_account(message: &Message) -> Error {
    Error::Internal(format!("account row {} has no price in the import", message.account_id))
}
