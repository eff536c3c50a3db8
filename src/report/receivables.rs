//! What customers owe on a day, by age: invoices that are not due, those overdue by days, and credits that settle nothing yet.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::invoice::{Receivable, day_in};
use crate::model::{AccountCode, Currency, Money, Organisation, Zone};
use crate::store::{ReceivableFilter, Snapshot};

/// What to report.
#[derive(Debug, Clone)]
pub struct ReceivablesQuestion {
    pub customer_id: Option<i64>,
    /// The state is that at the end of this day.
    pub as_of: Date,
    pub zone: Zone,
    /// The days overdue at which a bucket begins after; ascending.
    pub buckets: Vec<u32>,
}

/// How old what is open is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Age {
    NotDue,
    /// Overdue by these days; the last bucket has no end.
    Overdue(u32, Option<u32>),
    /// Credits that settle nothing yet.
    Unallocated,
}

/// What a customer owes in a currency at an age; negative for credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAmount {
    pub customer: AccountCode,
    pub organisation: Organisation,
    pub currency: Currency,
    pub age: Age,
    /// The number of invoices, or of credits.
    pub items: u64,
    pub open: Money,
}

/// An entry with the part of it that was open on a day.
#[derive(Debug, Clone)]
pub struct OpenItem {
    pub entry: Receivable,
    /// Negative for a credit.
    pub open: Money,
    /// The due date of an invoice.
    pub due_on: Option<Date>,
}

/// The open amounts by customer, currency and age.
pub fn receivables_by_age(snapshot: &Snapshot<'_>, question: &ReceivablesQuestion) -> Result<Vec<OpenAmount>> {
    let filter = ReceivableFilter { customer_id: question.customer_id, ..ReceivableFilter::default() };
    let items = open_items(snapshot, filter, question.as_of, &question.zone)?;
    let mut sums: BTreeMap<(String, &'static str, Age), OpenAmount> = BTreeMap::new();
    for OpenItem { entry, open, due_on } in items {
        let age =
            if open < Money::ZERO { Age::Unallocated } else { question.age(due_on.unwrap_or(entry.booking.booked_on)) };
        let currency = entry.booking.currency;
        let key = (entry.customer.to_string(), currency.code(), age);
        let sum = match sums.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let customer = snapshot.customer_of(entry.customer_id)?;
                let (organisation, customer) = (customer.details.organisation, customer.account_code);
                place.insert(OpenAmount { customer, organisation, currency, age, items: 0, open: Money::ZERO })
            }
        };
        sum.items += 1;
        sum.open = sum.open.checked_add(open).ok_or(Error::Overflow { what: "the sum of what is open" })?;
    }
    Ok(sums.into_values().collect())
}

/// The entries of a filter that had something open at the end of a day, in the order of the ledger.
pub fn open_items(
    snapshot: &Snapshot<'_>,
    filter: ReceivableFilter,
    as_of: Date,
    zone: &Zone,
) -> Result<Vec<OpenItem>> {
    let mut allocated: BTreeMap<i64, i128> = BTreeMap::new();
    snapshot.allocations(|allocation| {
        if day_in(zone, allocation.at) <= as_of {
            for entry in [allocation.credit, allocation.debit] {
                *allocated.entry(entry).or_default() += i128::from(allocation.amount.e8());
            }
        }
        Ok(())
    })?;
    let mut items = Vec::new();
    snapshot.receivables(&ReceivableFilter { booked_until: Some(as_of), ..filter }, |entry| {
        let amount = i128::from(entry.booking.amount.e8());
        let left = amount - amount.signum() * allocated.get(&entry.id).copied().unwrap_or_default();
        if left != 0 {
            let open = i64::try_from(left).map(Money::from_e8);
            let open = open.map_err(|_| Error::Overflow { what: "what is open" })?;
            items.push(OpenItem { entry, open, due_on: None });
        }
        Ok::<_, Error>(())
    })?;
    for item in items.iter_mut().filter(|item| item.open > Money::ZERO) {
        let invoice = item.entry.booking.invoice.map(|invoice| snapshot.invoice_of(invoice)).transpose()?;
        item.due_on = invoice.and_then(|invoice| invoice.issued).map(|issued| issued.due_on);
    }
    Ok(items)
}

impl ReceivablesQuestion {
    fn age(&self, due_on: Date) -> Age {
        let days = self.as_of.since(due_on).map(|span| span.get_days()).unwrap_or_default();
        let Ok(days) = u32::try_from(days) else { return Age::NotDue };
        if days == 0 {
            return Age::NotDue;
        }
        // A bucket begins on the day after its number, and the first in any case.
        let begun = self.buckets.iter().rposition(|begin| *begin < days).unwrap_or_default();
        let first = self.buckets.get(begun).map_or(1, |begin| begin + 1);
        Age::Overdue(first, self.buckets.get(begun + 1).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_belongs_to_one_bucket() {
        let as_of: Date = "2026-12-31".parse().expect("a date");
        let question = ReceivablesQuestion { customer_id: None, as_of, zone: Zone::UTC, buckets: vec![0, 30, 60, 90] };
        for (due_on, age) in [
            ("2027-01-01", Age::NotDue),
            ("2026-12-31", Age::NotDue),
            ("2026-12-30", Age::Overdue(1, Some(30))),
            ("2026-12-01", Age::Overdue(1, Some(30))),
            ("2026-11-30", Age::Overdue(31, Some(60))),
            ("2026-10-02", Age::Overdue(61, Some(90))),
            ("2026-10-01", Age::Overdue(91, None)),
            ("2024-01-01", Age::Overdue(91, None)),
        ] {
            assert_eq!(question.age(due_on.parse().expect("a date")), age, "{due_on}");
        }
    }
}
