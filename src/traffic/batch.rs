//! What is to be done with the rows of a file, as far as it can be told without the database: another thread works it out
//! while the rows before are written.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt};

use crate::error::{Error, Result};
use crate::model::{AccountPrice, Charge, Manifest, Message, Money, TrafficTally};
use crate::store::{AccountDays, PackedDays};
use crate::traffic::merge::unknown_account;
use crate::traffic::totals::{MessageTotals, Totals};

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
        // Stable: reports of one message are merged in the order in which the file has them.
        messages.sort_by(|one, other| one.key().cmp(&other.key()));
        let (mut sums, mut charges) = (MessageTotals::of(messages.len()), HashMap::new());
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
