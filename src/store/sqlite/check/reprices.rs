//! Checks runs of `traffic reprice`: what they changed against messages and prices, their results, and what accrued.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, Result};
use crate::model::{AccrualSource, ImportState, RepricedSum, Unit};
use crate::store::sqlite::check::CheckReport;
use crate::store::sqlite::check::new_part::NewPart;
use crate::store::sqlite::check::traffic::MessageWalk;
use crate::store::{ImportFilter, Snapshot};

/// Amounts by run, customer and unit.
type Amounts = BTreeMap<(i64, i64, Unit), i128>;

impl Snapshot<'_> {
    /// Compares what each run changed with the messages of its imports, unless those were reverted or pruned, and with its result and
    /// what accrued.
    pub(super) fn check_reprices(
        &self,
        part: &NewPart,
        walk: &MessageWalk,
        pruned: i32,
        report: &mut CheckReport,
    ) -> Result<()> {
        let (mut reverted, mut incomplete) = (BTreeSet::new(), BTreeSet::new());
        self.imports(&ImportFilter::default(), |import| {
            if import.state == ImportState::Reverted {
                reverted.insert(import.id);
            } else if import.days.is_some_and(|(first, _)| first < pruned) {
                incomplete.insert(import.id);
            }
            Ok::<_, Error>(())
        })?;
        let (mut faults, mut changed) = (BTreeSet::new(), Amounts::new());
        let mut stored = BTreeSet::new();
        self.repriced_accounts(|id, customer_id, account| {
            let key = (id, account.import_id, account.account_id, account.unit);
            stored.insert(key);
            *changed.entry((id, customer_id, account.unit)).or_default() += i128::from(account.change.difference.e8());
            if !part.has_reprice(id) {
                return Ok(());
            }
            let found = walk.repriced.get(&key).copied().unwrap_or_default();
            let expected = if reverted.contains(&account.import_id) { RepricedSum::default() } else { account.change };
            if found != expected && !incomplete.contains(&account.import_id) {
                faults.insert(id);
            }
            Ok(())
        })?;
        faults.extend(walk.repriced.keys().filter(|key| !stored.contains(key)).map(|(id, ..)| *id));
        for id in faults {
            report.add(format!("reprice {id} did not take the difference of the prices of its messages"));
        }
        changed.retain(|_, amount| *amount != 0);
        let (mut results, mut accrued) = (self.results_of_reprices()?, self.accruals_of_reprices()?);
        for amounts in [&mut results, &mut accrued] {
            amounts.retain(|_, amount| *amount != 0);
        }
        for (other, what) in [(results, "its result"), (accrued, "what accrued")] {
            for id in differing(&changed, &other) {
                report.add(format!("reprice {id}: the differences of its accounts are not those of {what}"));
            }
        }
        Ok(())
    }

    /// The differences in the results of runs.
    fn results_of_reprices(&self) -> Result<Amounts> {
        let mut found = Amounts::new();
        self.reprices(|id, _| {
            for balance in self.repriced_balances(id)? {
                let difference = i128::from(balance.after.e8()) - i128::from(balance.before.e8());
                found.insert((id, balance.customer_id, balance.unit), difference);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// What runs took from balances.
    fn accruals_of_reprices(&self) -> Result<Amounts> {
        let mut runs = Vec::new();
        self.accruals(1, |accrual| {
            if let AccrualSource::Reprice(id) = accrual.source {
                runs.push((id, accrual.id));
            }
            Ok(())
        })?;
        let mut found = Amounts::new();
        for (id, accrual) in runs {
            self.accrued_charges(accrual..=accrual, i64::MIN..=i64::MAX, |line| {
                let key = (id, line.charge.customer_id, line.charge.unit);
                *found.entry(key).or_default() -= i128::from(line.charge.amount.e8());
                Ok(())
            })?;
        }
        Ok(found)
    }
}

/// The runs whose amounts differ.
fn differing(one: &Amounts, other: &Amounts) -> BTreeSet<i64> {
    let keys = one.keys().chain(other.keys());
    keys.filter(|key| one.get(key) != other.get(key)).map(|(id, ..)| *id).collect()
}
