//! The statement of a balance: opening balance, entries, totals and closing balance of a period.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{AccruedLine, Balance, Customer, EntityKind, Entry, EntryKind, Money, Unit};
use crate::report::balance_at::posted_at;
use crate::report::calendar::Period;
use crate::store::{EntryFilter, Snapshot};

/// A balance over a period.
#[derive(Debug)]
pub struct Statement {
    pub customer: Customer,
    pub unit: Unit,
    pub period: Period,
    pub opening: Money,
    pub entries: Vec<Entry>,
    /// For each kind of entry, the number of entries and their sum.
    pub totals: Vec<(EntryKind, u64, Money)>,
    /// The opening balance plus all entries.
    pub closing: Money,
    /// What the balance had accrued at the end of the period, which a later statement has as an entry.
    pub accrued: Option<AccruedLine>,
}

/// Returns the statement of a customer's balance in a unit.
///
/// # Errors
/// [`Error::NotFound`] when the customer has no balance in the unit; [`Error::Damaged`] when the entries do not lead from
/// the opening balance to the one that the last of them left.
pub fn statement(snapshot: &Snapshot<'_>, customer: Customer, unit: Unit, period: Period) -> Result<Statement> {
    if snapshot.balance(&customer, unit)?.is_none() {
        let name = Balance::name_of(&customer.account_code, unit);
        return Err(Error::NotFound { entity: EntityKind::Balance, name, nearest: None });
    }
    let opening = posted_at(snapshot, &customer, unit, period.from)?.balance;
    let mut closing = opening;
    let mut entries = Vec::new();
    let mut totals: BTreeMap<EntryKind, (u64, Money)> = BTreeMap::new();
    let overflow = || Error::Overflow { what: "the sum of a statement" };
    let filter = EntryFilter {
        customer_id: Some(customer.id),
        unit: Some(unit),
        since: Some(period.from),
        until: Some(period.until),
        ..EntryFilter::default()
    };
    snapshot.entries(&filter, |entry| {
        let amount = entry.posting.amount;
        closing = closing.checked_add(amount).ok_or_else(overflow)?;
        if closing != entry.balance_after {
            return Err(Error::Damaged(format!(
                "entry {} has a balance that does not match the entries before it",
                entry.id
            )));
        }
        let (count, sum) = totals.entry(entry.posting.kind).or_default();
        *count += 1;
        *sum = sum.checked_add(amount).ok_or_else(overflow)?;
        entries.push(entry);
        Ok(())
    })?;
    let totals = totals.into_iter().map(|(kind, (count, sum))| (kind, count, sum)).collect();
    let end = posted_at(snapshot, &customer, unit, period.until)?;
    let last_accrual = snapshot.last_accrual_before(period.until)?;
    let sum = snapshot.accrued_after((customer.id, unit), end.entry.unwrap_or(0), last_accrual)?;
    let accrued = sum.map(|sum| {
        let balance = closing.checked_add(sum.amount).ok_or_else(overflow)?;
        Ok::<_, Error>(AccruedLine { customer: customer.account_code.clone(), unit, sum, balance })
    });
    let accrued = accrued.transpose()?;
    Ok(Statement { customer, unit, period, opening, entries, totals, closing, accrued })
}
