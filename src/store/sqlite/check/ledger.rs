//! Checks the ledger: numbers, sums, reversals, transfers and the hash chain. Times of a wrong clock are warnings.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};

use crate::error::{Error, Result};
use crate::model::{Entry, EntryKind, Money, Time, Unit};
use crate::store::sqlite::check::CheckReport;
use crate::store::sqlite::check::new_part::NewPart;
use crate::store::sqlite::ledger::chain::{self, GENESIS};
use crate::store::{BalanceFilter, EntryFilter, EntrySum, Snapshot};

impl Snapshot<'_> {
    /// Checks the entries of a part, and every balance.
    pub(super) fn check_ledger(&self, part: &NewPart, report: &mut CheckReport) -> Result<()> {
        self.check_times(part, report)?;
        let previous = if part.entry > 0 { Some(self.entry(part.entry)?) } else { None };
        let mut walk = Walk { previous, balances: BTreeMap::new(), sums: BTreeMap::new() };
        self.entries(&EntryFilter { after: Some(part.entry), ..EntryFilter::default() }, |entry| {
            self.check_reversal(&entry, report)?;
            let key = (entry.customer_id, entry.posting.unit);
            if part.entry > 0 && !walk.balances.contains_key(&key) {
                walk.balances.insert(key, self.balance_after(key, part.entry)?);
            }
            walk.step(entry, report)
        })?;
        walk.end(report);
        // A sum has all entries of its kind, so it can be compared only if all were read.
        if part.entry == 0 {
            self.check_sums(&mut walk.sums, report)?;
        }
        self.balances(&BalanceFilter::every(), |balance| {
            let key = (balance.customer_id, balance.unit);
            let sum = walk.balances.remove(&key).map_or_else(|| self.balance_after(key, part.entry), Ok)?;
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
        let (count, highest): (i64, i64) = self.transaction.query_row(
            "SELECT count(*), coalesce(max(id), 0) FROM entry WHERE id > ?1",
            [part.entry],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let count = count + part.entry;
        if count != highest.max(part.entry) {
            report.add(format!("the ledger has {count} entries, but the last is number {highest}"));
        }
        Ok(())
    }

    /// What a balance was after an entry of the ledger, of any balance, without accrued charges.
    fn balance_after(&self, (customer_id, unit): (i64, Unit), entry: i64) -> Result<Money> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT balance_after_e8 FROM entry WHERE customer_id = ?1 AND unit = ?2 AND id <= ?3 ORDER BY id DESC LIMIT 1",
        )?;
        let found = statement.query_row(params![customer_id, unit, entry], |row| row.get(0)).optional()?;
        Ok(found.unwrap_or_default())
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
    fn check_times(&self, part: &NewPart, report: &mut CheckReport) -> Result<()> {
        let mut earliest_later: Option<Entry> = None;
        let mut warnings = Vec::new();
        let entries = EntryFilter { after: Some(part.entry), newest_first: true, ..EntryFilter::default() };
        self.entries(&entries, |entry| {
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
