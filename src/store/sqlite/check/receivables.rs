//! Checks the ledger of receivables and its allocations: numbers, sums, hash chains, and that nothing is allocated twice.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::invoice::{Receivable, ReceivableKind, rounding};
use crate::model::{Currency, Money, Unit};
use crate::store::sqlite::billing::chain;
use crate::store::sqlite::check::CheckReport;
use crate::store::sqlite::ledger::chain::GENESIS;
use crate::store::{ReceivableFilter, Snapshot};

/// What the walk along the allocations needs of an entry.
struct Side {
    customer_id: i64,
    currency: Currency,
    amount: Money,
    allocated: i128,
}

impl Snapshot<'_> {
    pub(super) fn check_receivables(&self, report: &mut CheckReport) -> Result<()> {
        let mut sides: BTreeMap<i64, Side> = BTreeMap::new();
        let mut owed: BTreeMap<(i64, &'static str), Money> = BTreeMap::new();
        let mut before = (0, GENESIS);
        self.receivables(&ReceivableFilter::default(), |entry| {
            let Receivable { id, booking, .. } = &entry;
            if *id != before.0 + 1 {
                report.add(format!("receivable {} is missing", before.0 + 1));
            }
            if chain::hash_of_receivable(before.1, &entry)? != entry.hash {
                report.add(format!("receivable {id}, or the one before it, was changed after it was booked"));
            }
            if !has_sign_of_kind(&entry) || !rounding::is_in_minor_units(booking.amount, booking.currency) {
                let amount = Unit::Currency(booking.currency).format(booking.amount);
                report.add(format!("receivable {id} is of kind {} and has the amount {amount}", booking.kind));
            }
            let sum = owed.entry((entry.customer_id, booking.currency.code())).or_default();
            if sum.checked_add(booking.amount) != Some(entry.balance_after) {
                report.add(format!("receivable {id} states a wrong sum of what the customer owes"));
            }
            *sum = entry.balance_after;
            if let Some(reversed) = booking.reverses.map(|reversed| self.receivable(reversed)).transpose()? {
                let is_opposite = reversed.booking.amount.checked_neg() == Some(booking.amount)
                    && reversed.customer_id == entry.customer_id
                    && reversed.booking.currency == booking.currency;
                if !is_opposite || reversed.id >= *id {
                    report.add(format!("receivable {id} does not reverse receivable {}", reversed.id));
                }
            }
            before = (*id, entry.hash);
            let (customer_id, currency, amount) = (entry.customer_id, booking.currency, booking.amount);
            sides.insert(*id, Side { customer_id, currency, amount, allocated: 0 });
            Ok::<_, Error>(())
        })?;
        self.check_pdfs_of_receivables(report)?;
        self.check_allocations(&mut sides, report)
    }

    /// Checks that only documents have the hash of a PDF: that of another entry is not read, so its hash does not cover it.
    fn check_pdfs_of_receivables(&self, report: &mut CheckReport) -> Result<()> {
        let other = "SELECT id FROM receivable WHERE pdf_sha256 IS NOT NULL AND copy_sha256 IS NULL";
        let mut statement = self.transaction.prepare(other)?;
        for id in statement.query_map([], |row| row.get::<_, i64>(0))? {
            report.add(format!("receivable {} is not a document, and has the hash of a PDF", id?));
        }
        Ok(())
    }

    fn check_allocations(&self, sides: &mut BTreeMap<i64, Side>, report: &mut CheckReport) -> Result<()> {
        let mut before = (0, GENESIS);
        self.allocations(|allocation| {
            let id = allocation.id;
            if id != before.0 + 1 {
                report.add(format!("allocation {} is missing", before.0 + 1));
            }
            if chain::hash_of_allocation(before.1, &allocation)? != allocation.hash {
                report.add(format!("allocation {id}, or the one before it, was changed after it was made"));
            }
            before = (id, allocation.hash);
            let of = |entry: i64| sides.get(&entry).map(|side| (side.customer_id, side.currency, side.amount));
            let fits = match (of(allocation.credit), of(allocation.debit)) {
                (Some((customer, currency, credit)), Some((other, same, debit))) => {
                    (customer, currency) == (other, same) && credit <= Money::ZERO && debit >= Money::ZERO
                }
                _ => false,
            };
            if !fits {
                report.add(format!(
                    "allocation {id} is not of a credit and a debit of one customer in one currency: {} and {}",
                    allocation.credit, allocation.debit
                ));
            }
            for entry in [allocation.credit, allocation.debit] {
                let Some(side) = sides.get_mut(&entry) else { continue };
                side.allocated += i128::from(allocation.amount.e8());
                if !(0..=i128::from(side.amount.e8()).abs()).contains(&side.allocated) {
                    let amount = Unit::Currency(side.currency).format(side.amount);
                    report
                        .add(format!("allocation {id} allocates more of receivable {entry} than its amount, {amount}"));
                }
            }
            Ok(())
        })
    }
}

fn has_sign_of_kind(entry: &Receivable) -> bool {
    let amount = entry.booking.amount;
    match entry.booking.kind {
        ReceivableKind::Invoice | ReceivableKind::Refund | ReceivableKind::Reversal => amount >= Money::ZERO,
        ReceivableKind::CreditNote | ReceivableKind::Payment | ReceivableKind::WriteOff => amount <= Money::ZERO,
    }
}
