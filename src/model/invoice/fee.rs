//! Fees: what a customer pays for besides messages, once or each month, with the part of a month by days.

use jiff::civil::Date;

use crate::model::invoice::{BilledPeriod, rounding};
use crate::model::{AccountCode, Currency, Description, Money, Time};

/// A fee as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fee {
    pub id: i64,
    pub customer_id: i64,
    pub customer: AccountCode,
    pub details: FeeDetails,
    pub created_at: Time,
    pub updated_at: Time,
    /// The last day that a draft or invoice bills.
    pub billed_until: Option<Date>,
}

/// What an operator says about a fee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeDetails {
    pub currency: Currency,
    pub description: Description,
    /// Once, or for each whole month; positive.
    pub amount: Money,
    pub monthly: bool,
    pub first_day: Date,
    /// The last day of a monthly fee, if it has an end.
    pub last_day: Option<Date>,
}

impl FeeDetails {
    /// The days of a month for which the fee is due. One that is due once is due on its first day.
    pub fn days_in(&self, month: BilledPeriod) -> Option<BilledPeriod> {
        let last_day = if self.monthly { self.last_day.unwrap_or(month.last) } else { self.first_day };
        let days = BilledPeriod { first: self.first_day.max(month.first), last: last_day.min(month.last) };
        (days.first <= days.last).then_some(days)
    }

    /// What some days of a month cost: the part of the monthly amount, rounded half up to the minor unit.
    pub fn net_of(&self, days: BilledPeriod) -> Option<Money> {
        if !self.monthly {
            return Some(self.amount);
        }
        let count = i128::from(days.last.day()) - i128::from(days.first.day()) + 1;
        let whole = i128::from(days.first.days_in_month());
        rounding::rounded(i128::from(self.amount.e8()).checked_mul(count)?, whole, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fee(monthly: bool, first: &str, last: Option<&str>) -> FeeDetails {
        FeeDetails {
            currency: "EUR".parse().expect("EUR"),
            description: "Number rental".parse().expect("text"),
            amount: "20".parse().expect("money"),
            monthly,
            first_day: first.parse().expect("a date"),
            last_day: last.map(|last| last.parse().expect("a date")),
        }
    }

    #[test]
    fn a_month_costs_its_part_by_days() {
        let month = |first: &str, last: &str| BilledPeriod {
            first: first.parse().expect("a date"),
            last: last.parse().expect("a date"),
        };
        let (october, november) = (month("2026-10-01", "2026-10-31"), month("2026-11-01", "2026-11-30"));
        for (fee, month, net) in [
            (fee(true, "2026-01-01", None), october, Some("20")),
            (fee(true, "2026-10-16", None), october, Some("10.32")),
            (fee(true, "2026-10-16", Some("2026-11-15")), november, Some("10")),
            (fee(true, "2026-10-31", Some("2026-10-31")), october, Some("0.65")),
            (fee(true, "2026-11-01", None), october, None),
            (fee(true, "2026-01-01", Some("2026-09-30")), october, None),
            (fee(false, "2026-10-16", None), october, Some("20")),
            (fee(false, "2026-10-16", None), november, None),
        ] {
            let days = fee.days_in(month);
            assert_eq!(days.and_then(|days| fee.net_of(days)), net.map(|net| net.parse().expect(net)), "{fee:?}");
        }
    }
}
