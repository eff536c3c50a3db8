//! The part of writing rows that needs no database: sorting, sums and charges. A helper thread prepares a batch while the previous
//! one is written.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt};

use crate::error::{Error, Result};
use crate::model::{Charge, ImportPrices, Manifest, Message, Money, PricesVersion, Rating, TrafficTally, Unit};
use crate::store::AccountDays;
use crate::traffic::merge::is_charged;
use crate::traffic::totals::{SumChanges, Totals};

/// What verification found out about a file.
#[derive(Debug)]
pub struct WritePlan {
    pub(crate) manifest: Manifest,
    pub(crate) accounts: Vec<AccountDays>,
    pub(crate) prices: ImportPrices,
    /// How much of what was recorded about prices counts; `None` if no rows are added.
    pub(crate) prices_version: Option<PricesVersion>,
    known_days: BTreeSet<i32>,
    repeats: bool,
}

impl WritePlan {
    /// `accounts` are those in the file, `known_days` the days of which some message of the file is stored already, and `repeats`
    /// says whether the file may contain a message more than once.
    pub fn new(
        manifest: Manifest,
        (accounts, prices, prices_version): (Vec<AccountDays>, ImportPrices, Option<PricesVersion>),
        known_days: BTreeSet<i32>,
        repeats: bool,
    ) -> Self {
        Self { manifest, accounts, prices, prices_version, known_days, repeats }
    }

    /// The first and the last day of the file's messages.
    pub(crate) fn days(&self) -> Option<(i32, i32)> {
        let (first, last) =
            (self.accounts.iter().map(|days| days.first_day), self.accounts.iter().map(|days| days.last_day));
        first.min().zip(last.max())
    }

    /// Whether every message of a day is new and occurs only once in the file.
    pub(crate) fn is_new(&self, day: i32) -> bool {
        !self.repeats && !self.known_days.contains(&day)
    }

    /// Rows that are written together: messages in the order of the file, and the number of rows that are not messages.
    pub fn batch(&self, mut messages: Vec<Message>, others: TrafficTally) -> Result<Batch> {
        // The sort is stable, so reports of one message are merged in the order of the file.
        messages.sort_by(|one, other| one.key().cmp(&other.key()));
        let (mut sums, mut charges) = (SumChanges::of(messages.len()), HashMap::new());
        for message in messages.iter().filter(|message| self.is_new(message.day)) {
            let is_charged = is_charged(message, &self.prices);
            let Rating { unit, charge, .. } = sums.add_new(message, is_charged, &self.prices)?;
            if is_charged {
                add_charge(charges.entry((message.account_id, unit)).or_default(), message.parts, charge)?;
            }
        }
        Ok(Batch { messages, others, totals: sums.packed()?, charges: charges.into_iter().collect() })
    }
}

/// Rows of a file that are written together.
#[derive(Debug)]
pub struct Batch {
    /// Sorted by key.
    pub(crate) messages: Vec<Message>,
    pub(crate) others: TrafficTally,
    /// The changes to the sums, without those of days whose messages have to be compared with the stored ones.
    pub(crate) totals: Totals,
    /// The charges by account and unit.
    pub(crate) charges: Vec<((i64, Unit), Charge)>,
}

/// Adds the charge of one message to the charge of an account.
pub(crate) fn add_charge(charge: &mut Charge, parts: u16, amount: Money) -> Result<()> {
    add(charge, &Charge { messages: 1, parts: i64::from(parts), amount })
}

/// Takes the charge of one message out of the charge of an account.
pub(crate) fn subtract_charge(charge: &mut Charge, parts: u16, amount: Money) -> Result<()> {
    let amount = amount.checked_neg().ok_or(Error::Overflow { what: "the charge of an account" })?;
    add(charge, &Charge { messages: -1, parts: -i64::from(parts), amount })
}

/// Adds one charge to another.
pub(crate) fn add(charge: &mut Charge, more: &Charge) -> Result<()> {
    charge.messages += more.messages;
    charge.parts += more.parts;
    charge.amount =
        charge.amount.checked_add(more.amount).ok_or(Error::Overflow { what: "the charge of an account" })?;
    Ok(())
}
