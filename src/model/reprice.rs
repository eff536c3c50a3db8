//! Runs of `traffic reprice`: which messages they cover, and what those cost before and after.

use std::ops::Range;
use std::sync::Arc;

use foldhash::HashSet;

use crate::model::{AccountCode, Key, Money, Prices, PricesVersion, Unit};

/// Whose messages a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepriceScope {
    All,
    Customer(i64),
    /// The accounts that have the service at some time of the span.
    Service(i64),
    /// The accounts whose messages are priced by the plan at some time of the span, as plan of the service or as overlay.
    Plan(i64),
    Account(i64),
}

/// What a run does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reprice {
    /// The idempotency key.
    pub key: Option<Key>,
    /// The span of submission, in seconds since 1970-01-01 UTC.
    pub seconds: Range<i64>,
    pub scope: RepriceScope,
    /// How much of what was recorded about prices counts.
    pub version: PricesVersion,
}

impl Reprice {
    /// The first parameter in which a run with the same key differs. The prices are no parameter.
    pub fn differs_from(&self, other: &Self) -> Option<&'static str> {
        [
            ("from", self.seconds.start != other.seconds.start),
            ("until", self.seconds.end != other.seconds.end),
            ("accounts", self.scope != other.scope),
        ]
        .into_iter()
        .find(|(_, differs)| *differs)
        .map(|(field, _)| field)
    }
}

/// What a run changed for an account in the messages of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepricedAccount {
    pub import_id: i64,
    pub account_id: i64,
    pub unit: Unit,
    pub change: RepricedSum,
}

/// Messages that got another row of a price list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RepricedSum {
    pub messages: i64,
    pub parts: i64,
    /// What they cost more than before; negative if they cost less.
    pub difference: Money,
}

/// The result of a run for a balance: all messages of which it computed the price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepricedBalance {
    pub customer_id: i64,
    pub customer: AccountCode,
    pub unit: Unit,
    pub messages: i64,
    pub parts: i64,
    /// What they cost before, and what they cost now.
    pub before: Money,
    pub after: Money,
}

impl RepricedBalance {
    /// What is taken from the balance; negative if it is given back.
    pub fn difference(&self) -> Option<Money> {
        self.after.checked_add(self.before.checked_neg()?)
    }
}

/// The prices of a run for the messages of an import.
#[derive(Debug, Clone)]
pub struct Repricing {
    pub reprice_id: i64,
    pub seconds: Range<i64>,
    /// The accounts of the import that the run covers.
    pub accounts: HashSet<i64>,
    pub plans: Arc<Prices>,
}
