//! Accrued charges: what imports have charged, and the ledger posts once a day.

use std::fmt;

use crate::model::{AccountCode, Hash, Money, Time, Unit, day_of};

/// Why charges accrued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccrualSource {
    /// An import ended.
    Import(i64),
    /// An import was reverted: its charges are given back.
    Revert(i64),
    /// A run of `traffic reprice` computed other charges: the difference is taken or given back.
    Reprice(i64),
}

/// The source as entries and lists name it: `import 7`, `import 7 reverted` or `reprice 3`.
impl fmt::Display for AccrualSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Import(id) => write!(f, "import {id}"),
            Self::Revert(id) => write!(f, "import {id} reverted"),
            Self::Reprice(id) => write!(f, "reprice {id}"),
        }
    }
}

/// One time that charges accrued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accrual {
    /// The sequence number: 1, 2, 3 … without gaps.
    pub id: i64,
    pub source: AccrualSource,
    pub at: Time,
    /// Covers this accrual with its charges and the hash of the previous one.
    pub hash: Hash,
}

impl Accrual {
    /// Its source as entries and lists name it.
    pub fn reference(&self) -> String {
        self.source.to_string()
    }
}

/// What an accrual took from one balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccruedCharge {
    pub customer_id: i64,
    pub unit: Unit,
    /// Negative amounts take from the balance; a reverted import adds to it, with negative numbers of messages and parts.
    pub amount: Money,
    /// 0 if they are repriced: imports have counted them.
    pub messages: i64,
    pub parts: i64,
}

/// Accrued charges of one balance, added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccruedSum {
    pub amount: Money,
    pub messages: i64,
    pub parts: i64,
    /// The first and the last of the accruals.
    pub first: i64,
    pub last: i64,
    /// The lowest and the highest number of an import, if there is one.
    pub imports: Option<(i64, i64)>,
    /// The lowest and the highest number of a run of `traffic reprice`, if there is one.
    pub reprices: Option<(i64, i64)>,
    /// The first and the last day of the messages of these imports and runs.
    pub days: Option<(i32, i32)>,
    /// When the last of them accrued.
    pub at: Time,
}

impl AccruedSum {
    /// The sum of one charge.
    pub fn of(accrual: &Accrual, days: Option<(i32, i32)>, charge: &AccruedCharge) -> Self {
        let AccruedCharge { amount, messages, parts, .. } = *charge;
        let (imports, reprices) = match accrual.source {
            AccrualSource::Import(id) | AccrualSource::Revert(id) => (Some((id, id)), None),
            AccrualSource::Reprice(id) => (None, Some((id, id))),
        };
        Self { amount, messages, parts, first: accrual.id, last: accrual.id, imports, reprices, days, at: accrual.at }
    }

    /// Adds the sum of later accruals; `None` if the amount is larger than one can be.
    #[must_use]
    pub fn with(self, later: &Self) -> Option<Self> {
        Some(Self {
            amount: self.amount.checked_add(later.amount)?,
            // Numbers of a damaged file may be anything.
            messages: self.messages.saturating_add(later.messages),
            parts: self.parts.saturating_add(later.parts),
            first: self.first,
            last: later.last,
            imports: together(self.imports, later.imports),
            reprices: together(self.reprices, later.reprices),
            days: together(self.days, later.days),
            at: later.at,
        })
    }

    /// Messages, days, imports and runs of `traffic reprice` in words, for entries and lists.
    pub fn description(&self) -> String {
        let messages = match self.imports {
            Some(_) => format!("{}, {}", counted(self.messages, "message"), counted(self.parts, "part")),
            None => "corrected prices".to_owned(),
        };
        let days = match self.days {
            None => "no day".to_owned(),
            Some((first, last)) if first == last => format!("of {}", day_of(first)),
            Some((first, last)) => format!("of {} to {}", day_of(first), day_of(last)),
        };
        let named = |numbers: Option<(i64, i64)>, thing: &str| match numbers {
            None => String::new(),
            Some((first, last)) if first == last => format!(", {thing} {first}"),
            Some((first, last)) => format!(", {thing}s {first} to {last}"),
        };
        format!("{messages}, {days}{}{}", named(self.imports, "import"), named(self.reprices, "reprice"))
    }

    /// How entries name what they post: the UTC day on which the last of the charges accrued.
    pub fn reference(&self) -> String {
        format!("charges {}", self.at.utc_day())
    }
}

/// The range that has two ranges.
fn together<T: Ord>(one: Option<(T, T)>, other: Option<(T, T)>) -> Option<(T, T)> {
    match (one, other) {
        (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
        (one, other) => one.or(other),
    }
}

fn counted(number: i64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// What a balance has accrued, as a line after its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccruedLine {
    pub customer: AccountCode,
    pub unit: Unit,
    pub sum: AccruedSum,
    /// The balance with the accrued charges.
    pub balance: Money,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(accrual: i64, import_id: i64, day: i32, messages: i64) -> AccruedSum {
        let at = "2026-11-24T23:59:59.999Z".parse().expect("a time");
        let accrual = Accrual { id: accrual, source: AccrualSource::Import(import_id), at, hash: Hash([0; 32]) };
        let amount = Money::from_e8(-messages);
        let charge = AccruedCharge { customer_id: 1, unit: Unit::Sms, amount, messages, parts: messages };
        AccruedSum::of(&accrual, Some((day, day)), &charge)
    }

    #[test]
    fn the_words_of_a_sum_name_its_messages_days_and_imports() {
        let one = sum(4, 7, 20_781, 1);
        assert_eq!(one.description(), "1 message, 1 part, of 2026-11-24, import 7");
        let two = one.with(&sum(5, 9, 20_782, 2)).expect("an amount");
        assert_eq!(two.description(), "3 messages, 3 parts, of 2026-11-24 to 2026-11-25, imports 7 to 9");
        let three = two.with(&sum(8, 8, 20_780, 2)).expect("an amount");
        assert_eq!(three.description(), "5 messages, 5 parts, of 2026-11-23 to 2026-11-25, imports 7 to 9");
        assert_eq!((three.first, three.last, three.reference().as_str()), (4, 8, "charges 2026-11-24"));
        assert!(AccruedSum { amount: Money::from_e8(i64::MIN), ..three }.with(&one_less()).is_none());
    }

    #[test]
    fn the_words_of_a_sum_name_the_runs_that_corrected_prices() {
        let at = "2026-11-24T23:59:59.999Z".parse().expect("a time");
        let accrual = Accrual { id: 5, source: AccrualSource::Reprice(3), at, hash: Hash([0; 32]) };
        let amount = Money::from_e8(7);
        let charge = AccruedCharge { customer_id: 1, unit: Unit::Sms, amount, messages: 0, parts: 0 };
        let corrected = AccruedSum::of(&accrual, Some((20_750, 20_781)), &charge);
        assert_eq!(corrected.description(), "corrected prices, of 2026-10-24 to 2026-11-24, reprice 3");
        let both = sum(4, 7, 20_782, 1).with(&corrected).expect("an amount");
        assert_eq!(both.description(), "1 message, 1 part, of 2026-10-24 to 2026-11-25, import 7, reprice 3");
    }

    fn one_less() -> AccruedSum {
        sum(9, 9, 20_780, 1)
    }
}
