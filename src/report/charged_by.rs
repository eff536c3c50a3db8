//! Prices as groups of a report: by which price of a plan messages were charged, or whether their file had the price.

use std::cell::RefCell;
use std::fmt;
use std::ops::{Range, RangeInclusive};

use foldhash::HashMap;

use crate::error::Result;
use crate::model::{Money, PlanCode, PlanPrice, PriceDestination};
use crate::store::{DayPrice, Snapshot};

/// What messages were charged by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChargedBy {
    Plan {
        plan: PlanCode,
        destination: PriceDestination,
        /// The price of a message part; `None` if messages of the line had different prices.
        price: Option<Money>,
    },
    /// The prices in traffic files.
    File,
}

impl fmt::Display for ChargedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan { plan, destination, .. } => write!(f, "{plan} {destination}"),
            Self::File => f.write_str("file"),
        }
    }
}

/// Numbers for the prices that a report finds, so that sums are grouped by numbers. 0 means that no price is known.
#[derive(Default)]
pub(super) struct PriceNumbers {
    days_before_plans: HashMap<i64, Vec<RangeInclusive<i32>>>,
    found: RefCell<FoundPrices>,
}

#[derive(Default)]
struct FoundPrices {
    all: Vec<ChargedBy>,
    by_id: HashMap<i64, usize>,
    numbers: HashMap<ChargedBy, usize>,
}

impl PriceNumbers {
    /// Creates numbers for the traffic of a range of days.
    pub(super) fn new(snapshot: &Snapshot<'_>, days: &Range<i32>) -> Result<Self> {
        Ok(Self { days_before_plans: snapshot.days_before_plans(days)?, found: RefCell::default() })
    }

    /// The number of the price by which messages of an account were charged. Messages without a price of a plan have that of their
    /// file, or are not charged; only the charge of a line tells these apart.
    pub(super) fn number(&self, snapshot: &Snapshot<'_>, account_id: i64, price: &DayPrice) -> Result<usize> {
        let mut found = self.found.borrow_mut();
        let Some(price_id) = price.detail.price_id else {
            let periods = self.days_before_plans.get(&account_id);
            let is_before_plans = periods.is_some_and(|periods| periods.iter().any(|days| days.contains(&price.day)));
            return Ok(if is_before_plans { 0 } else { found.number(ChargedBy::File) });
        };
        if let Some(number) = found.by_id.get(&price_id) {
            return Ok(*number);
        }
        let PlanPrice { plan, destination, price, .. } = snapshot.plan_price(price_id)?;
        let number = found.number(ChargedBy::Plan { plan, destination, price: Some(price) });
        found.by_id.insert(price_id, number);
        Ok(number)
    }

    /// What a number stands for.
    pub(super) fn charged_by(&self, number: usize) -> Option<ChargedBy> {
        self.found.borrow().all.get(number.checked_sub(1)?).cloned()
    }
}

impl FoundPrices {
    fn number(&mut self, charged_by: ChargedBy) -> usize {
        if let Some(number) = self.numbers.get(&charged_by) {
            return *number;
        }
        self.all.push(charged_by.clone());
        self.numbers.insert(charged_by, self.all.len());
        self.all.len()
    }
}
