//! What is to be done with the rows of a file, as far as it can be told without the database: another thread works it out
//! while the rows before are written.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt};

use crate::error::{Error, Result};
use crate::model::{AccountPrice, Charge, Manifest, Message, Money, TrafficTally};
use crate::store::{AccountDays, PackedDays};
use crate::traffic::merge::unknown_account;
use crate::traffic::totals::{Sums, Totals};

/// What was found out about a file before anything is written.
#[derive(Debug)]
pub struct WritePlan {
    pub(crate) manifest: Manifest,
    pub(crate) accounts: Vec<AccountDays>,
    /// What messages of each account cost.
    pub(crate) account_prices: HashMap<i64, AccountPrice>,
    known_days: BTreeSet<i32>,
    repeats: bool,
}

impl WritePlan {
    /// `accounts` are those in the file, `known_days` the days of which there is traffic already, and `repeats` says whether a
    /// message may stand in the file more than once.
    pub fn new(manifest: Manifest, accounts: Vec<AccountDays>, known_days: BTreeSet<i32>, repeats: bool) -> Self {
        let charging = manifest.charging;
        let account_prices = accounts
            .iter()
            .map(|days| (days.account_price.account_id, AccountPrice { charging, ..days.account_price }))
            .collect();
        Self { manifest, accounts, account_prices, known_days, repeats }
    }

    /// The first and the last day of the file's messages.
    pub(crate) fn days(&self) -> Option<(i32, i32)> {
        let (first, last) =
            (self.accounts.iter().map(|days| days.first_day), self.accounts.iter().map(|days| days.last_day));
        first.min().zip(last.max())
    }

    /// Whether none of the file's messages of a day is known, nor stands in it twice.
    pub(crate) fn is_new(&self, day: i32) -> bool {
        !self.repeats && !self.known_days.contains(&day)
    }

    /// Rows that are taken in together: messages in the order of the file, and how many rows are none.
    pub fn batch(&self, mut messages: Vec<Message>, others: TrafficTally) -> Result<Batch> {
        sort_messages(&mut messages);
        let (mut sums, mut charges) = (Sums::of(messages.len()), HashMap::new());
        for message in messages.iter().filter(|message| self.is_new(message.day)) {
            let account_price = self.account_prices.get(&message.account_id).ok_or_else(|| unknown_account(message))?;
            let charge = sums.add_new(message, account_price)?;
            if message.state.is_sent() {
                add_charge(charges.entry(message.account_id).or_default(), message.parts, charge)?;
            }
        }
        Ok(Batch { messages, others, totals: sums.packed()?, charges: charges.into_iter().collect() })
    }
}

/// Messages, or what has them, by their keys; those of the same key stay in the order in which they stand.
pub fn in_order<T>(items: &[T], message: impl Fn(&T) -> &Message) -> Vec<&T> {
    order_of(items, message).into_iter().map(|(.., at)| &items[at]).collect()
}

/// Places by the keys of messages.
fn order_of<T>(items: &[T], message: impl Fn(&T) -> &Message) -> Vec<(i32, (bool, u64), usize)> {
    // What is sorted is small, and mostly told apart by its numbers alone.
    let mut order: Vec<_> =
        items.iter().map(&message).zip(0..).map(|(message, at)| (message.day, message.id.prefix(), at)).collect();
    order.sort_unstable_by(|(day, prefix, at), (other_day, other_prefix, other_at)| {
        let by_key = || message(&items[*at]).key().cmp(&message(&items[*other_at]).key());
        day.cmp(other_day).then(prefix.cmp(other_prefix)).then_with(by_key).then(at.cmp(other_at))
    });
    order
}

/// Sorts messages likewise. Whoever goes through them more than once finds them side by side then.
fn sort_messages(messages: &mut [Message]) {
    let mut order = order_of(messages, |message| message);
    for begin in 0..order.len() {
        // Each place gets its message, from a place that is free then.
        let mut to = begin;
        loop {
            let from = std::mem::replace(&mut order[to].2, to);
            if from == begin {
                break;
            }
            messages.swap(to, from);
            to = from;
        }
    }
}

/// Rows of a file that are taken in together.
#[derive(Debug)]
pub struct Batch {
    /// By key.
    pub(crate) messages: Vec<Message>,
    pub(crate) others: TrafficTally,
    /// What its messages add to the sums, those of days with known messages left aside.
    pub(crate) totals: Totals<PackedDays>,
    /// What they are charged, by account.
    pub(crate) charges: Vec<(i64, Charge)>,
}

/// Adds what a message is charged to what an account is.
pub(crate) fn add_charge(charge: &mut Charge, parts: u16, amount: Money) -> Result<()> {
    add(charge, &Charge { messages: 1, parts: i64::from(parts), amount })
}

/// Adds what messages are charged to what an account is.
pub(crate) fn add(charge: &mut Charge, more: &Charge) -> Result<()> {
    charge.messages += more.messages;
    charge.parts += more.parts;
    charge.amount =
        charge.amount.checked_add(more.amount).ok_or(Error::Overflow { what: "the charge of an account" })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Destination, MessageId, MessageState};
    use proptest::prelude::*;

    fn message(day: i32, id: MessageId, second: u32) -> Message {
        Message {
            day,
            id,
            account_id: i64::from(second % 2),
            second,
            state: MessageState::Pending,
            destination: Destination::Number(447_700_900_123),
            parts: 1,
            price: None,
        }
    }

    proptest! {
        #[test]
        fn messages_are_sorted_as_by_a_stable_sort(
            ids in proptest::collection::vec((0..3, "[ab]{1,9}|(00|0a){15}[0a]{2}"), 0..60)
        ) {
            let messages = (0..).zip(ids).map(|(second, (day, id))| message(day, id.parse().expect("an ID"), second));
            let mut sorted: Vec<Message> = messages.collect();
            let mut expected = sorted.clone();
            expected.sort_by(|one, other| one.key().cmp(&other.key()));
            let by_reference: Vec<Message> = in_order(&sorted, |message| message).into_iter().cloned().collect();
            prop_assert_eq!(&by_reference, &expected);
            sort_messages(&mut sorted);
            prop_assert_eq!(sorted, expected);
        }
    }
}
