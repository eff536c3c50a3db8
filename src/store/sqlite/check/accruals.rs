//! Checks accrued charges: their numbers and hash chain, the entries that posted them, and what balances have accrued.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::error::{Error, Result};
use crate::model::{Accrual, AccruedCharge, EntryKind, Money, Unit};
use crate::store::sqlite::check::CheckReport;
use crate::store::sqlite::check::new_part::NewPart;
use crate::store::sqlite::ledger::accrual_chain::AccrualHash;
use crate::store::sqlite::ledger::chain::GENESIS;
use crate::store::{BalanceFilter, EntryFilter, Snapshot};

/// An entry of accrued charges, and what is left of its amount after those that were found.
struct Posted {
    entry: i64,
    accruals: RangeInclusive<i64>,
    left: i128,
    /// The first and the last of the accruals that have charges of the balance.
    found: Option<(i64, i64)>,
}

/// The charges of a balance.
#[derive(Default)]
struct Charges {
    /// In the order of the ledger.
    posted: Vec<Posted>,
    /// The sum of the charges that no entry posted, and the first of their accruals.
    unposted: i128,
    from: Option<i64>,
}

type ChargesByBalance = BTreeMap<(i64, Unit), Charges>;

impl Snapshot<'_> {
    /// Checks accrued charges against their hashes, their entries and their balances. `check_imports` compares them with imports.
    pub(super) fn check_accruals(&self, part: &NewPart, report: &mut CheckReport) -> Result<()> {
        let first = self.first_accrual_of(part)?;
        let mut balances = self.posting_entries(part, first, report)?;
        let (mut previous, mut lost): (Option<Accrual>, u64) = (self.accrual(first - 1)?, 0);
        self.accruals(first, |accrual| {
            let (expected, before) = previous.as_ref().map_or((1, GENESIS), |last| (last.id + 1, last.hash));
            if accrual.id != expected {
                report.add(format!("accrual {expected} is missing"));
            }
            let (mut hash, id) = (AccrualHash::begin(before, &accrual)?, accrual.id);
            self.accrued_charges(id..=id, i64::MIN..=i64::MAX, |line| {
                hash.add(&line.charge);
                lost += u64::from(!count(&mut balances, id, &line.charge));
                Ok(())
            })?;
            if hash.end() != accrual.hash {
                report.add(format!("accrual {id}, or the accrual before it, was changed after it was written"));
            }
            previous = Some(accrual);
            Ok(())
        })?;
        if lost > 0 {
            report.add(format!(
                "{lost} accrued charges lie between two entries of their balance, and neither posted them"
            ));
        }
        self.check_accrued_balances(part, balances, report)
    }

    /// The first accrual of which balances or entries of a part have charges.
    fn first_accrual_of(&self, part: &NewPart) -> Result<i64> {
        if part.accrual == 0 {
            return Ok(1);
        }
        let mut statement = self.transaction.prepare(
            "SELECT min(?2, coalesce((SELECT min(first_accrual) FROM posted_charge WHERE entry_id > ?1), ?2),
                coalesce((SELECT min(accrued_from) FROM balance), ?2))",
        )?;
        Ok(statement.query_row([part.entry, part.accrual + 1], |row| row.get(0))?)
    }

    /// The entries that posted accrued charges, by balance: those of a part, and those that posted charges of the accrual `first` or
    /// later ones, to which these charges belong.
    fn posting_entries(&self, part: &NewPart, first: i64, report: &mut CheckReport) -> Result<ChargesByBalance> {
        let mut ranges: BTreeMap<i64, RangeInclusive<i64>> = BTreeMap::new();
        let mut statement = self.transaction.prepare(
            "SELECT entry_id, first_accrual, last_accrual FROM posted_charge WHERE entry_id > ?1 OR last_accrual >= ?2",
        )?;
        let mut rows = statement.query([part.entry, first])?;
        while let Some(row) = rows.next()? {
            ranges.insert(row.get(0)?, row.get(1)?..=row.get(2)?);
        }
        let after = ranges.keys().next().map_or(part.entry, |earliest| part.entry.min(earliest - 1));
        let mut balances = ChargesByBalance::new();
        let charges = EntryFilter { kind: Some(EntryKind::Charge), after: Some(after), ..EntryFilter::default() };
        self.entries(&charges, |entry| {
            let is_of_accruals =
                entry.posting.reference.as_ref().is_some_and(|reference| reference.as_str().starts_with("charges "));
            match ranges.remove(&entry.id) {
                Some(accruals) if is_of_accruals => {
                    let charges = balances.entry((entry.customer_id, entry.posting.unit)).or_default();
                    if charges.posted.last().is_some_and(|last| last.accruals.end() >= accruals.start()) {
                        report.add(format!("entry {} posts charges that an earlier entry posted", entry.id));
                    }
                    let left = entry.posting.amount.e8().into();
                    charges.posted.push(Posted { entry: entry.id, accruals, left, found: None });
                }
                None if !is_of_accruals || entry.id <= part.entry => {}
                _ => report.add(format!("entry {} does not say which accrued charges it posts", entry.id)),
            }
            Ok::<_, Error>(())
        })?;
        for entry in ranges.keys() {
            report.add(format!("entry {entry} is said to post accrued charges, but is not a charge"));
        }
        Ok(balances)
    }

    /// Compares what is left of entries, and what balances have accrued, with the charges that were found.
    fn check_accrued_balances(
        &self,
        part: &NewPart,
        mut balances: ChargesByBalance,
        report: &mut CheckReport,
    ) -> Result<()> {
        let posted = balances.values().flat_map(|charges| &charges.posted);
        for Posted { entry, accruals, left, found } in posted.filter(|posted| posted.entry > part.entry) {
            if *left != 0 || *found != Some((*accruals.start(), *accruals.end())) {
                report.add(format!("entry {entry} does not have the amount of the accrued charges that it posts"));
            }
        }
        self.balances(&BalanceFilter::every(), |balance| {
            let key = (balance.customer_id, balance.unit);
            let found = balances.remove(&key).unwrap_or_default();
            if (i128::from(balance.accrued.e8()), self.accrued_from(key)?) != (found.unposted, found.from) {
                report.add(format!(
                    "balance {} has accrued {}, but the charges that no entry posted differ from that",
                    balance.name(),
                    balance.unit.format(balance.accrued)
                ));
            }
            Ok::<_, Error>(())
        })?;
        for (customer, unit) in balances.keys() {
            report.add(format!("customer row {customer} has {unit} charges but no {unit} balance"));
        }
        Ok(())
    }
}

/// Counts a charge to the entry that posted it, else to what the balance has accrued; says whether it belongs to either.
fn count(balances: &mut ChargesByBalance, accrual: i64, charge: &AccruedCharge) -> bool {
    let charges = balances.entry((charge.customer_id, charge.unit)).or_default();
    let amount = i128::from(charge.amount.e8());
    let place = charges.posted.partition_point(|posted| *posted.accruals.end() < accrual);
    match charges.posted.get_mut(place) {
        Some(posted) if posted.accruals.contains(&accrual) => {
            posted.left -= amount;
            posted.found = Some((posted.found.map_or(accrual, |(first, _)| first), accrual));
        }
        Some(_) => return false,
        None => {
            charges.unposted += amount;
            charges.from.get_or_insert(accrual);
        }
    }
    charge.amount != Money::ZERO
}
