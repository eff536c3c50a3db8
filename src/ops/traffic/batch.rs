//! What is to be done with the rows of a file, as far as it can be told without the database: another thread works it out
//! while the rows before are written.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt};

use crate::error::{Error, Result};
use crate::model::{Charge, Manifest, Message, Money, Tally, Tariff};
use crate::ops::traffic::merge::unknown_account;
use crate::ops::traffic::sums::{Sums, Totals};
use crate::store::AccountDays;

/// What was found out about a file before anything is written.
#[derive(Debug)]
pub struct Plan {
    pub(super) manifest: Manifest,
    pub(super) accounts: Vec<AccountDays>,
    /// What messages of each account cost.
    pub(super) tariffs: HashMap<i64, Tariff>,
    known_days: BTreeSet<i32>,
    repeats: bool,
}

impl Plan {
    /// `accounts` are those in the file, `known_days` the days of which there is traffic already, and `repeats` says whether a
    /// message may stand in the file more than once.
    pub fn new(manifest: Manifest, accounts: Vec<AccountDays>, known_days: BTreeSet<i32>, repeats: bool) -> Self {
        let charging = manifest.charging;
        let tariffs =
            accounts.iter().map(|days| (days.tariff.account_id, Tariff { charging, ..days.tariff })).collect();
        Self { manifest, accounts, tariffs, known_days, repeats }
    }

    /// Whether none of the file's messages of a day is known, nor stands in it twice.
    pub(super) fn is_new(&self, day: i32) -> bool {
        !self.repeats && !self.known_days.contains(&day)
    }

    /// Rows that are taken in together: messages in the order of the file, and how many rows are none.
    pub fn batch(&self, mut messages: Vec<Message>, others: Tally) -> Result<Batch> {
        // Those of the same key stay as they stand in the file.
        messages.sort_by(|one, other| one.key().cmp(&other.key()));
        let (mut sums, mut charges) = (Sums::default(), HashMap::new());
        for message in messages.iter().filter(|message| self.is_new(message.day)) {
            let tariff = self.tariffs.get(&message.account_id).ok_or_else(|| unknown_account(message))?;
            let charge = sums.add_new(message, tariff)?;
            if message.state.is_sent() {
                add_charge(charges.entry(message.account_id).or_default(), message.parts, charge)?;
            }
        }
        Ok(Batch { messages, others, totals: sums.added_up()?, charges: charges.into_iter().collect() })
    }
}

/// Rows of a file that are taken in together.
#[derive(Debug)]
pub struct Batch {
    /// By key.
    pub(super) messages: Vec<Message>,
    pub(super) others: Tally,
    /// What its messages add to the sums, those of days with known messages left aside.
    pub(super) totals: Totals,
    /// What they are charged, by account.
    pub(super) charges: Vec<(i64, Charge)>,
}

/// Adds what a message is charged to what an account is.
pub(super) fn add_charge(charge: &mut Charge, parts: u16, amount: Money) -> Result<()> {
    add(charge, &Charge { messages: 1, parts: i64::from(parts), amount })
}

/// Adds what messages are charged to what an account is.
pub(super) fn add(charge: &mut Charge, more: &Charge) -> Result<()> {
    charge.messages += more.messages;
    charge.parts += more.parts;
    charge.amount =
        charge.amount.checked_add(more.amount).ok_or(Error::Overflow { what: "the charge of an account" })?;
    Ok(())
}
