//! Usage as invoices bill it: the messages of an account in a month to a country at a price.

use jiff::civil::Date;

use crate::model::Money;

/// What usage is summed by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsageCell {
    /// The first day of the month, in the time zone of invoices.
    pub month: Date,
    pub account_id: i64,
    /// The country code of the destination; empty if it has none.
    pub country: String,
    /// The price of a plan, or `file` for prices of traffic files; empty if it is not known.
    pub charged_by: String,
}

impl UsageCell {
    /// Whether its messages were charged by the price of a plan, so that all of them were charged.
    pub fn is_priced_by_plan(&self) -> bool {
        !matches!(self.charged_by.as_str(), "" | "file")
    }
}

/// The parts of messages of a cell, and what was charged for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledUsage {
    pub cell: UsageCell,
    pub parts: i64,
    pub charge: Money,
}

/// How much usage an invoice bills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageBill {
    /// The charges of what it bills.
    pub usage: Money,
    /// The part of them that was paid from the balance; negative where what had paid for usage was taken back.
    pub prepaid: Money,
    /// What earlier invoices left because it was less than the minor unit.
    pub carried_before: Money,
    /// What it leaves.
    pub carried_after: Money,
}

impl UsageBill {
    /// What it bills, in whole minor units.
    pub fn billed(&self) -> Option<Money> {
        let owed = self.usage.checked_add(self.prepaid.checked_neg()?)?;
        owed.checked_add(self.carried_before)?.checked_add(self.carried_after.checked_neg()?)
    }
}

impl BilledUsage {
    /// Adds other usage of the same cell. `None` if a sum is too large.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Option<Self> {
        let parts = self.parts.checked_add(other.parts)?;
        Some(Self { cell: self.cell.clone(), parts, charge: self.charge.checked_add(other.charge)? })
    }

    /// The usage that takes this one back.
    #[must_use]
    pub fn opposite(&self) -> Option<Self> {
        let parts = self.parts.checked_neg()?;
        Some(Self { cell: self.cell.clone(), parts, charge: self.charge.checked_neg()? })
    }
}
