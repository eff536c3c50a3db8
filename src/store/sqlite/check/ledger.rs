//! Checks the ledger: numbers, sums, reversals, transfers and the hash chain. Times of a wrong clock are warnings.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{Entry, EntryKind, Money, Time, Unit};
use crate::store::sqlite::check::CheckReport;
use crate::store::sqlite::ledger::chain::{self, GENESIS};
use crate::store::{BalanceFilter, EntryFilter, EntrySum, Snapshot};

impl Snapshot<'_> {
    pub(super) fn check_ledger(&self, report: &mut CheckReport) -> Result<()> {
        self.check_times(report)?;
        let mut walk = Walk { previous: None, balances: BTreeMap::new(), sums: BTreeMap::new() };
        self.entries(&EntryFilter::default(), |entry| {
            self.check_reversal(&entry, report)?;
            walk.step(entry, report)
        })?;
        walk.end(report);
        self.check_sums(&mut walk.sums, report)?;
        self.balances(&BalanceFilter::every(), |balance| {
            let sum = walk.balances.remove(&(balance.customer_id, balance.unit)).unwrap_or_default();
            if sum.checked_add(balance.accrued) != Some(balance.balance) {
                let accrued = match balance.accrued {
                    Money::ZERO => String::new(),
                    accrued => format!(", and {} is accrued", balance.unit.format(accrued)),
                };
                report.add(format!(
                    "balance {} {} is {}, but its entries add up to {}{accrued}",
                    balance.customer,
                    balance.unit,
                    balance.unit.format(balance.balance),
                    balance.unit.format(sum)
                ));
            }
            Ok::<_, Error>(())
        })?;
        for (customer_id, unit) in walk.balances.keys() {
            report.add(format!("customer row {customer_id} has {unit} entries but no {unit} balance"));
        }
        // The walk joins entries with their customers, so it misses an entry whose customer is gone.
        let (count, highest): (i64, i64) =
            self.transaction.query_row("SELECT count(*), coalesce(max(id), 0) FROM entry", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        if count != highest {
            report.add(format!("the ledger has {count} entries, but the last is number {highest}"));
        }
        Ok(())
    }

    /// Compares the sums of each kind of entries in a balance with those of its entries.
    fn check_sums(
        &self,
        expected: &mut BTreeMap<(i64, Unit, EntryKind), EntrySum>,
        report: &mut CheckReport,
    ) -> Result<()> {
        let mut customers = self.transaction.prepare("SELECT DISTINCT customer_id FROM entry_sum")?;
        let mut rows = customers.query([])?;
        while let Some(row) = rows.next()? {
            let customer: i64 = row.get(0)?;
            for sum in self.entry_sums(customer)? {
                if expected.remove(&(customer, sum.unit, sum.kind)).as_ref() != Some(&sum) {
                    report.add(wrong_sum(customer, sum.unit, sum.kind));
                }
            }
        }
        for (customer, unit, kind) in expected.keys() {
            report.add(wrong_sum(*customer, *unit, *kind));
        }
        Ok(())
    }

    /// Warns of entries that are dated later than one that follows them. Their times stay as they are: the clock was wrong.
    fn check_times(&self, report: &mut CheckReport) -> Result<()> {
        let mut earliest_later: Option<Entry> = None;
        let mut warnings = Vec::new();
        self.entries(&EntryFilter { newest_first: true, ..EntryFilter::default() }, |entry| {
            match &earliest_later {
                Some(later) if entry.at.is_ahead_of(later.at) => warnings.push(format!(
                    "entry {} is dated {}, but entry {}, which was posted later, is dated {}: the clock was wrong",
                    entry.id, entry.at, later.id, later.at
                )),
                Some(later) if entry.at >= later.at => {}
                _ => earliest_later = Some(entry),
            }
            Ok::<_, Error>(())
        })?;
        report.warnings.extend(warnings.into_iter().rev());
        Ok(())
    }

    /// Warns of a last entry that is dated ahead of the clock, after which nothing is posted.
    pub fn check_clock(&self, now: Time, report: &mut CheckReport) {
        if let Ok(Some(last)) = self.last_entry()
            && last.at.is_ahead_of(now)
        {
            let (id, dated) = (last.id, last.at);
            report.warnings.push(format!(
                "entry {id}, the newest, is dated {dated}, but the clock says {now}: one of the two times is wrong"
            ));
        }
    }

    /// Checks that a reversal, and nothing else, names an earlier entry of the same balance and the opposite amount.
    fn check_reversal(&self, entry: &Entry, report: &mut CheckReport) -> Result<()> {
        let is_reversal = entry.posting.kind == EntryKind::Reversal;
        if is_reversal != entry.posting.reverses.is_some() {
            let fault = if is_reversal {
                "is a reversal but names no entry"
            } else {
                "names an entry to reverse but is not a reversal"
            };
            report.add(format!("entry {} {fault}", entry.id));
        }
        if let Some(id) = entry.posting.reverses {
            let reversed = self.entry(id)?;
            let opposite = reversed.posting.amount.checked_neg() == Some(entry.posting.amount);
            let same_balance = (reversed.customer_id, reversed.posting.unit) == (entry.customer_id, entry.posting.unit);
            if !opposite || !same_balance || reversed.id >= entry.id {
                report.add(format!("entry {} does not reverse entry {id}", entry.id));
            }
        }
        Ok(())
    }
}

fn wrong_sum(customer: i64, unit: Unit, kind: EntryKind) -> String {
    format!("customer row {customer} has a {unit} sum of {kind} entries that differs from the entries")
}

/// A walk along the ledger that recomputes every value that follows from earlier entries.
struct Walk {
    previous: Option<Entry>,
    balances: BTreeMap<(i64, Unit), Money>,
    sums: BTreeMap<(i64, Unit, EntryKind), EntrySum>,
}

impl Walk {
    fn step(&mut self, entry: Entry, report: &mut CheckReport) -> Result<()> {
        let id = entry.id;
        let expected = self.previous.as_ref().map_or(1, |previous| previous.id + 1);
        if id != expected {
            report.add(format!("entry {expected} is missing"));
        }
        let before = self.previous.as_ref().map_or(GENESIS, |previous| previous.hash);
        if chain::hash(before, &entry)? != entry.hash {
            report.add(format!("entry {id}, or the entry before it, was changed after it was posted"));
        }
        self.check_halves(&entry, report);
        let posting = &entry.posting;
        if posting.unit.check(posting.amount).is_err() {
            report.add(format!("entry {id} posts a fraction of an SMS credit"));
        }
        let balance = self.balances.entry((entry.customer_id, posting.unit)).or_default();
        match balance.checked_add(posting.amount) {
            Some(sum) if sum == entry.balance_after => {}
            _ => report.add(format!("entry {id} states a wrong balance")),
        }
        *balance = entry.balance_after;
        self.sum_up(&entry);
        self.previous = Some(entry);
        Ok(())
    }

    fn sum_up(&mut self, entry: &Entry) {
        let (unit, kind, amount) = (entry.posting.unit, entry.posting.kind, entry.posting.amount);
        let zero = Some(Money::ZERO);
        let none = EntrySum { unit, kind, entries: 0, added: zero, taken: zero, first_at: entry.at, last_at: entry.at };
        let sum = self.sums.entry((entry.customer_id, unit, kind)).or_insert(none);
        sum.entries += 1;
        sum.added = sum.added.and_then(|added| added.checked_add(amount.max(Money::ZERO)));
        sum.taken = sum.taken.and_then(|taken| taken.checked_add(amount.min(Money::ZERO)));
        sum.last_at = entry.at;
    }

    /// Checks that the two halves of a transfer are neighbours, name each other and add up to zero.
    fn check_halves(&self, entry: &Entry, report: &mut CheckReport) {
        let expected = self.previous.as_ref().filter(|previous| previous.counterpart == Some(entry.id));
        let fits = match expected {
            Some(first) => {
                entry.counterpart == Some(first.id)
                    && entry.posting.unit == first.posting.unit
                    && entry.posting.kind == first.posting.kind
                    && entry.posting.amount.checked_neg() == Some(first.posting.amount)
            }
            None => entry.counterpart.is_none_or(|id| id == entry.id + 1),
        };
        if !fits || (entry.posting.kind == EntryKind::Transfer && entry.counterpart.is_none()) {
            report.add(format!("entry {} does not match the other half of its transfer", entry.id));
        }
    }

    /// Checks that the last entry is not the first half of a transfer without its second half.
    fn end(&self, report: &mut CheckReport) {
        if let Some(last) = self.previous.as_ref().filter(|last| last.counterpart.is_some_and(|id| id > last.id)) {
            report.add(format!("entry {} has no second half of its transfer", last.id));
        }
    }
}
