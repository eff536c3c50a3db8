//! Checks the charges of imports against messages and the ledger.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{AccrualSource, Charge, EntryKind, Import, ImportState, Money, Unit};
use crate::store::sqlite::check::CheckReport;
use crate::store::sqlite::check::new_part::NewPart;
use crate::store::sqlite::check::traffic::MessageWalk;
use crate::store::{AccrualLine, EntryFilter, ImportFilter, Snapshot};

/// Charges by reference, customer and unit.
type ChargesByReference = BTreeMap<(String, i64, Unit), Money>;

impl Snapshot<'_> {
    /// Compares the charges of imports with their messages, unless those were pruned, and with what accrued or, before schema 18,
    /// was posted.
    pub(super) fn check_imports(
        &self,
        part: &NewPart,
        walk: &MessageWalk,
        pruned: i32,
        report: &mut CheckReport,
    ) -> Result<()> {
        let mut accruals = self.accruals_by_import(part)?;
        let mut posted = match &part.traffic {
            Some(traffic) if traffic.imports.iter().all(|id| accruals.contains_key(id)) => ChargesByReference::new(),
            _ => self.charges_in_entries()?,
        };
        self.imports_of_part(part, |import| {
            self.add_accrued(&accruals.remove(&import.id).unwrap_or_default(), &mut posted)?;
            let file = crate::error::quoted(&import.manifest.file);
            warn_if_unfinished(&import, &file, report);
            let is_complete =
                import.state != ImportState::Unfinished && import.days.is_none_or(|(first, _)| first >= pruned);
            let differences = self.differences_of(import.id)?;
            // What the import charged, and with the differences of runs that repriced it.
            let mut charged: BTreeMap<(i64, Unit), (Money, Money)> = BTreeMap::new();
            for (account_price, charge) in self.charges_of(import.id)? {
                let key = (import.id, account_price.account_id, account_price.unit);
                let found = walk.charges.get(&key).copied().unwrap_or_default();
                let expected = if import.state == ImportState::Reverted { Charge::default() } else { charge };
                if is_complete && found != expected {
                    report.add(format!("import {} of {file} did not charge the price of its messages", import.id));
                }
                let difference = differences.get(&(account_price.account_id, account_price.unit)).copied();
                let (sum, now) = charged.entry((account_price.customer_id, account_price.unit)).or_default();
                let overflow = || Error::Overflow { what: "the charges" };
                *sum = sum.checked_add(charge.amount).ok_or_else(overflow)?;
                let repriced = charge.amount.checked_add(difference.unwrap_or_default());
                *now = repriced.and_then(|repriced| now.checked_add(repriced)).ok_or_else(overflow)?;
            }
            for ((customer_id, unit), (sum, now)) in charged {
                let id = import.id;
                let mut of = |reference| posted.remove(&(reference, customer_id, unit)).unwrap_or_default();
                let (charged, given_back) = (of(format!("import {id}")), of(format!("import {id} reverted")));
                let expected = if import.state == ImportState::Reverted { now } else { Money::ZERO };
                if charged.checked_neg() != Some(sum) || given_back != expected {
                    report.add(format!("import {id} of {file} charged another amount than the ledger has"));
                }
            }
            Ok(())
        })?;
        if part.traffic.is_some() {
            return Ok(());
        }
        for (reference, ..) in posted.keys() {
            report.add(format!("the ledger has a charge of {reference} that no import posted"));
        }
        for import in accruals.keys() {
            report.add(format!("charges of import {import} accrued, which does not exist"));
        }
        Ok(())
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
            let each = |AccrualLine { accrual, charge, .. }: AccrualLine| {
                let sum = posted.entry((accrual.reference(), charge.customer_id, charge.unit)).or_default();
                *sum = sum.checked_add(charge.amount).ok_or(Error::Overflow { what: "the charges" })?;
                Ok(())
            };
            self.accrued_charges(*accrual..=*accrual, i64::MIN..=i64::MAX, each)?;
        }
        Ok(())
    }

    /// Passes the imports of a part to `each`.
    fn imports_of_part(&self, part: &NewPart, mut each: impl FnMut(Import) -> Result<()>) -> Result<()> {
        match &part.traffic {
            None => self.imports(&ImportFilter::default(), each),
            Some(traffic) => traffic.imports.iter().try_for_each(|id| each(self.import(*id)?)),
        }
    }

    /// The accruals of each import of a part.
    fn accruals_by_import(&self, part: &NewPart) -> Result<BTreeMap<i64, Vec<i64>>> {
        let mut accruals: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        if let Some(traffic) = &part.traffic {
            let mut of_import = self.transaction.prepare("SELECT id FROM accrual WHERE import_id = ?1 ORDER BY id")?;
            for id in &traffic.imports {
                let ids: Vec<i64> = of_import.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
                if !ids.is_empty() {
                    accruals.insert(*id, ids);
                }
            }
            return Ok(accruals);
        }
        self.accruals(1, |accrual| {
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

fn warn_if_unfinished(import: &Import, file: &str, report: &mut CheckReport) {
    if import.state == ImportState::Unfinished {
        let rows = import.tally.rows();
        let charged = if import.charges.is_empty() { "nothing" } else { "not everything" };
        report.warnings.push(format!(
            "import {} of {file} is unfinished: {rows} rows are imported and {charged} is charged; import the file again",
            import.id
        ));
    }
}
