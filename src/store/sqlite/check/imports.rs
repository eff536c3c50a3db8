//! Checks the charges of imports against messages and the ledger.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{AccountPrice, AccrualSource, Charge, EntryKind, ImportState, Money, Unit};
use crate::store::sqlite::check::CheckReport;
use crate::store::sqlite::check::traffic::MessageWalk;
use crate::store::{AccrualLine, EntryFilter, ImportFilter, Snapshot};

/// Charges by reference, customer and unit.
type ChargesByReference = BTreeMap<(String, i64, Unit), Money>;

impl Snapshot<'_> {
    /// Compares the charges of imports with their messages, unless those were pruned, and with what accrued or, before schema 18,
    /// was posted.
    pub(super) fn check_imports(&self, walk: &MessageWalk, pruned: i32, report: &mut CheckReport) -> Result<()> {
        let mut posted = self.charges_in_entries()?;
        let mut accruals = self.accruals_by_import()?;
        self.imports(&ImportFilter::default(), |import| {
            self.add_accrued(&accruals.remove(&import.id).unwrap_or_default(), &mut posted)?;
            let file = crate::error::quoted(&import.manifest.file);
            if import.state == ImportState::Unfinished {
                let rows = import.tally.rows();
                let charged = if import.charges.is_empty() { "nothing" } else { "not everything" };
                report.warnings.push(format!(
                    "import {} of {file} is unfinished: {rows} rows are imported and {charged} is charged; import the file again",
                    import.id
                ));
            }
            let is_complete = import.state != ImportState::Unfinished && import.days.is_none_or(|(first, _)| first >= pruned);
            for (account_price, charge) in self.charges_of(import.id)? {
                let key = (import.id, account_price.account_id, account_price.unit);
                let found = walk.charges.get(&key).copied().unwrap_or_default();
                let expected = if import.state == ImportState::Reverted { Charge::default() } else { charge };
                if is_complete && found != expected {
                    report.add(format!("import {} of {file} did not charge the price of its messages", import.id));
                }
            }
            for ((customer_id, unit), (sum, now)) in self.charges_by_balance(import.id)? {
                let id = import.id;
                let mut of = |reference| posted.remove(&(reference, customer_id, unit)).unwrap_or_default();
                let (charged, given_back) = (of(format!("import {id}")), of(format!("import {id} reverted")));
                let expected = if import.state == ImportState::Reverted { now } else { Money::ZERO };
                if charged.checked_neg() != Some(sum) || given_back != expected {
                    report.add(format!("import {id} of {file} charged another amount than the ledger has"));
                }
            }
            Ok::<_, Error>(())
        })?;
        for (reference, ..) in posted.keys() {
            report.add(format!("the ledger has a charge of {reference} that no import posted"));
        }
        for import in accruals.keys() {
            report.add(format!("charges of import {import} accrued, which does not exist"));
        }
        Ok(())
    }

    /// What an import charged each balance, and the same with the differences of the runs that repriced it.
    fn charges_by_balance(&self, import_id: i64) -> Result<BTreeMap<(i64, Unit), (Money, Money)>> {
        let overflow = || Error::Overflow { what: "the charges" };
        let (differences, mut charged) = (self.differences_of(import_id)?, BTreeMap::new());
        for (AccountPrice { account_id, customer_id, unit, .. }, charge) in self.charges_of(import_id)? {
            let (sum, now): &mut (Money, Money) = charged.entry((customer_id, unit)).or_default();
            let difference = differences.get(&(account_id, unit)).copied().unwrap_or_default();
            *sum = sum.checked_add(charge.amount).ok_or_else(overflow)?;
            let repriced = charge.amount.checked_add(difference);
            *now = repriced.and_then(|repriced| now.checked_add(repriced)).ok_or_else(overflow)?;
        }
        Ok(charged)
    }

    /// The charges that entries name by their imports, which those of schema 17 did.
    fn charges_in_entries(&self) -> Result<ChargesByReference> {
        let mut posted = ChargesByReference::new();
        self.entries(&EntryFilter { kind: Some(EntryKind::Charge), ..EntryFilter::default() }, |entry| {
            let reference = entry.posting.reference.as_ref().map(ToString::to_string).unwrap_or_default();
            if reference.starts_with("charges ") {
                // `check_accruals` finds what it posts.
                return Ok(());
            }
            let sum = posted.entry((reference, entry.customer_id, entry.posting.unit)).or_default();
            *sum = sum.checked_add(entry.posting.amount).ok_or(Error::Overflow { what: "the charges" })?;
            Ok::<_, Error>(())
        })?;
        Ok(posted)
    }

    /// Adds what some accruals took.
    fn add_accrued(&self, accruals: &[i64], posted: &mut ChargesByReference) -> Result<()> {
        for accrual in accruals {
            self.accrued_charges(
                *accrual..=*accrual,
                i64::MIN..=i64::MAX,
                |AccrualLine { accrual, charge, .. }| {
                    let sum = posted.entry((accrual.reference(), charge.customer_id, charge.unit)).or_default();
                    *sum = sum.checked_add(charge.amount).ok_or(Error::Overflow { what: "the charges" })?;
                    Ok(())
                },
            )?;
        }
        Ok(())
    }

    /// The accruals of each import.
    fn accruals_by_import(&self) -> Result<BTreeMap<i64, Vec<i64>>> {
        let mut accruals: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        self.accruals(|accrual| {
            match accrual.source {
                AccrualSource::Import(id) | AccrualSource::Revert(id) => {
                    accruals.entry(id).or_default().push(accrual.id);
                }
                // `check_reprices` checks them.
                AccrualSource::Reprice(_) => {}
            }
            Ok(())
        })?;
        Ok(accruals)
    }
}
