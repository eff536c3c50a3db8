//! The ledger's entries: reading them, and appending them with their balances.
//!
//! Which postings are allowed is decided by `ops`. This file guarantees the mechanics: numbers without gaps, the hash
//! chain, and balances that are the sum of their entries.

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{AccruedSum, Customer, EntityKind, Entry, Key, Money, Origin, Posting, Time, Unit};
use crate::store::sqlite::bulk_insert::write_rows;
use crate::store::sqlite::filter::Query;
use crate::store::sqlite::ledger::chain;
use crate::store::sqlite::ledger::chain::GENESIS;
use crate::store::sqlite::log_times::Log;
use crate::store::{EntryFilter, Snapshot, Tx};

const SELECT: &str =
    "SELECT entry.id, entry.customer_id, customer.account_code, entry.unit, entry.kind, entry.amount_e8,
    entry.balance_after_e8, entry.description, entry.reference, entry.key, entry.reverses, entry.actor, entry.uid,
    entry.reason, entry.command, entry.version, entry.at, entry.hash, entry.counterpart, entry.sudo_user
    FROM entry JOIN customer ON customer.id = entry.customer_id";

fn read(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        customer: row.get(2)?,
        posting: Posting {
            unit: row.get(3)?,
            kind: row.get(4)?,
            amount: row.get(5)?,
            description: row.get(7)?,
            reference: row.get(8)?,
            key: row.get(9)?,
            reverses: row.get(10)?,
        },
        counterpart: row.get(18)?,
        balance_after: row.get(6)?,
        origin: Origin {
            actor: row.get(11)?,
            uid: row.get(12)?,
            sudo_user: row.get(19)?,
            reason: row.get(13)?,
            command: row.get(14)?,
            version: row.get(15)?,
        },
        at: row.get(16)?,
        hash: row.get(17)?,
    })
}

impl Snapshot<'_> {
    /// The entry that was posted with an idempotency key, if any.
    pub fn entry_of_key(&self, key: &Key) -> Result<Option<Entry>> {
        Ok(self
            .transaction
            .prepare_cached(&format!("{SELECT} WHERE entry.key = ?1"))?
            .query_row([key], read)
            .optional()?)
    }

    /// The entry with this number.
    pub fn entry(&self, id: i64) -> Result<Entry> {
        self.transaction
            .prepare_cached(&format!("{SELECT} WHERE entry.id = ?1"))?
            .query_row([id], read)
            .optional()?
            .ok_or_else(|| Error::NotFound { entity: EntityKind::Entry, name: id.to_string(), nearest: None })
    }

    /// The entry that reversed an entry, if it was reversed.
    pub fn reversal_of(&self, id: i64) -> Result<Option<Entry>> {
        Ok(self
            .transaction
            .prepare_cached(&format!("{SELECT} WHERE entry.reverses = ?1"))?
            .query_row([id], read)
            .optional()?)
    }

    /// The last entry of the ledger, if it has one. Its number and hash, kept outside the database, reveal a ledger that was
    /// cut off.
    pub fn last_entry(&self) -> Result<Option<Entry>> {
        Ok(self.newest_entries(1)?.pop())
    }

    /// Passes every entry that matches the filter to `each`, in the order of the ledger or the reverse.
    pub fn entries<E: From<Error>>(
        &self,
        filter: &EntryFilter,
        each: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        self.entries_query(filter)?.run(&self.transaction, SELECT, read, each)
    }

    fn entries_query<'a>(&self, filter: &'a EntryFilter) -> Result<Query<'a>> {
        let mut query = Query::default();
        query.when_some("entry.customer_id = ?", filter.customer_id);
        match (filter.unit, filter.customer_id) {
            (Some(unit), _) => query.when("entry.unit = ?", unit),
            // The entries of each balance are indexed in order, those of a customer are not.
            (None, Some(customer_id)) => query.one_of("entry.unit", self.units_of(customer_id)?),
            (None, None) => {}
        }
        query.when_some("entry.kind = ?", filter.kind);
        query.when_some("entry.actor = ?", filter.actor.as_ref());
        query.when_some("entry.id > ?", filter.after);
        query.when_some("entry.id > ?", filter.since.map(|since| self.last_entry_before(since)).transpose()?);
        query.when_some("entry.id <= ?", filter.until.map(|until| self.last_entry_before(until)).transpose()?);
        query.order(&["entry.id"], filter.newest_first);
        query.limit(filter.limit);
        Ok(query)
    }

    /// The number of the last entry that is dated before a time, or 0. All entries up to it were posted before that time, whatever
    /// they are dated: numbers follow the order of posting, and the clock may have been wrong.
    fn last_entry_before(&self, time: Time) -> Result<i64> {
        self.last_row_before(Log::Ledger, time)
    }

    /// The units in which a customer has a balance.
    fn units_of(&self, customer_id: i64) -> Result<Vec<Unit>> {
        let mut statement = self.transaction.prepare_cached("SELECT unit FROM balance WHERE customer_id = ?1")?;
        let units = statement.query_map([customer_id], |row| row.get(0))?;
        Ok(units.collect::<rusqlite::Result<_>>()?)
    }

    /// The ledger's newest entries, newest first.
    fn newest_entries(&self, count: u64) -> Result<Vec<Entry>> {
        let mut newest = Vec::new();
        let filter = EntryFilter { newest_first: true, limit: Some(count), ..EntryFilter::default() };
        self.entries(&filter, |entry| {
            newest.push(entry);
            Ok::<_, Error>(())
        })?;
        Ok(newest)
    }
}

/// Whether an entry stands alone or is one of the two of a transfer, which are neighbours in the ledger.
#[derive(Debug, Clone, Copy)]
enum Place {
    Alone,
    First,
    Second,
}

impl Place {
    fn counterpart(self, id: i64) -> Option<i64> {
        match self {
            Self::Alone => None,
            Self::First => Some(id + 1),
            Self::Second => Some(id - 1),
        }
    }
}

/// An entry that was appended, and its balance before and after it with what is accrued.
#[derive(Debug, Clone)]
pub struct Appended {
    /// `None` if the balance did not exist.
    pub before: Option<Money>,
    pub after: Money,
    pub entry: Entry,
}

impl Tx<'_> {
    /// Appends an entry and updates its balance.
    ///
    /// # Errors
    /// [`Error::Damaged`] when the last entry or the balance is inconsistent: nothing is posted to a damaged ledger.
    pub fn append_entry(&mut self, customer: &Customer, posting: Posting) -> Result<Appended> {
        self.append(customer, posting, Place::Alone)
    }

    /// Appends the two entries of a transfer, each with the other as its counterpart.
    pub fn append_pair(&mut self, first: (&Customer, Posting), second: (&Customer, Posting)) -> Result<[Appended; 2]> {
        let first = self.append(first.0, first.1, Place::First)?;
        let second = self.append(second.0, second.1, Place::Second)?;
        Ok([first, second])
    }

    /// Appends entries that post what balances have accrued, each all of its balance.
    ///
    /// # Errors
    /// [`Error::Damaged`] when a balance says that it has accrued another amount.
    pub fn append_charges(&mut self, charges: Vec<(&Customer, Posting, &AccruedSum)>) -> Result<Vec<Appended>> {
        let (mut appended, mut balances, mut posted) = (Vec::new(), Vec::new(), Vec::new());
        for (customer, posting, sum) in charges {
            let accrued = self.stored_balance(customer, posting.unit)?.map(|(_, accrued)| accrued);
            if accrued != Some(sum.amount) || posting.amount != sum.amount {
                let (code, unit) = (&customer.account_code, posting.unit);
                let message = format!("the {unit} balance of {code} differs from what its imports charged");
                return Err(Error::Damaged(message));
            }
            let next = self.next_entry(customer, posting, Place::Alone)?;
            balances.push((customer.id, next.entry.posting.unit));
            posted.push((next.entry.id, (sum.first, sum.last)));
            // What was accrued is in the entry now.
            appended.push(Appended { after: next.entry.balance_after, ..next });
        }
        self.clear_accrued(&balances)?;
        self.write_entries(&appended.iter().map(|appended| &appended.entry).collect::<Vec<_>>())?;
        self.note_posted(&posted)?;
        Ok(appended)
    }

    fn append(&mut self, customer: &Customer, posting: Posting, place: Place) -> Result<Appended> {
        let appended = self.next_entry(customer, posting, place)?;
        self.write_entries(&[&appended.entry])?;
        Ok(appended)
    }

    /// Computes the next entry, which the caller must write, and its balance before and after.
    fn next_entry(&mut self, customer: &Customer, posting: Posting, place: Place) -> Result<Appended> {
        let last = if let Some(own) = self.last_entry.take() {
            Some(own)
        } else {
            let end = self.verified_end()?;
            self.refuse_wrong_clock(end.as_ref())?;
            end
        };
        let last = last.as_ref();
        let stored = self.stored_balance(customer, posting.unit)?;
        let (balance, accrued) = stored.unwrap_or_default();
        let posted = self.refuse_unlike_entries(customer.id, posting.unit, balance, accrued)?;
        let overflow = || Error::Overflow { what: "the balance" };
        let balance_after = posted.checked_add(posting.amount).ok_or_else(overflow)?;
        let after = balance_after.checked_add(accrued).ok_or_else(overflow)?;
        let id = last.map_or(1, |entry| entry.id + 1);
        let mut entry = Entry {
            id,
            customer_id: customer.id,
            customer: customer.account_code.clone(),
            posting,
            counterpart: place.counterpart(id),
            balance_after,
            origin: self.origin().clone(),
            at: self.at(),
            hash: GENESIS,
        };
        entry.hash = chain::hash(last.map_or(GENESIS, |entry| entry.hash), &entry)?;
        self.last_entry = Some(entry.clone());
        Ok(Appended { before: stored.map(|(balance, _)| balance), after, entry })
    }

    /// Refuses to post if the newest entry is dated ahead of the clock, for operations that post only after other work.
    ///
    /// # Errors
    /// [`Error::ClockBehind`], unless the operator said that the clock is right.
    pub fn refuse_wrong_clock_early(&self) -> Result<()> {
        self.refuse_wrong_clock(self.last_entry()?.as_ref())
    }

    /// A clock that is ahead dates entries ahead, and then the right clock is behind them. Nobody but the operator can say which
    /// of the two is wrong, and an entry with a wrong time stays in the ledger for ever.
    fn refuse_wrong_clock(&self, last: Option<&Entry>) -> Result<()> {
        last.map_or(Ok(()), |last| self.refuse_ahead_of_clock("entry", last.id, last.at))
    }

    /// Refuses to book after an entry that is dated ahead of the clock; `what` names its ledger in the error.
    pub(in crate::store::sqlite) fn refuse_ahead_of_clock(
        &self,
        what: &'static str,
        entry: i64,
        dated: Time,
    ) -> Result<()> {
        if !self.accepts_clock && dated.is_ahead_of(self.at()) {
            return Err(Error::ClockBehind { what, entry, dated, now: self.at() });
        }
        Ok(())
    }

    /// The last entry of the ledger when this transaction began. Its hash is verified.
    fn verified_end(&self) -> Result<Option<Entry>> {
        let mut newest = self.newest_entries(2)?.into_iter();
        let (last, before) = (newest.next(), newest.next());
        if let Some(last) = &last
            && chain::hash(before.map_or(GENESIS, |entry| entry.hash), last)? != last.hash
        {
            return Err(Error::Damaged(format!("entry {} was changed after it was posted", last.id)));
        }
        Ok(last)
    }

    /// Refuses a balance that is not the one after its last entry with what it has accrued, and returns the former.
    pub(in crate::store::sqlite) fn refuse_unlike_entries(
        &self,
        customer_id: i64,
        unit: Unit,
        balance: Money,
        accrued: Money,
    ) -> Result<Money> {
        let left = self
            .transaction
            .prepare_cached(
                "SELECT balance_after_e8 FROM entry WHERE customer_id = ?1 AND unit = ?2 ORDER BY id DESC LIMIT 1",
            )?
            .query_row(params![customer_id, unit], |row| row.get(0))
            .optional()?
            .unwrap_or(Money::ZERO);
        if left.checked_add(accrued) == Some(balance) {
            return Ok(left);
        }
        let code = self.customer_of(customer_id)?.account_code;
        Err(Error::Damaged(format!("the {unit} balance of {code} differs from the one after its last entry")))
    }

    fn write_entries(&mut self, entries: &[&Entry]) -> Result<()> {
        self.set_balances(entries)?;
        let insert = |rows: usize| {
            let rows = vec!["(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"; rows].join(",");
            format!(
                "INSERT INTO entry (id, customer_id, unit, kind, amount_e8, balance_after_e8, description, reference, key,
                    reverses, actor, uid, reason, command, version, at, hash, counterpart, sudo_user)
                 VALUES {rows}"
            )
        };
        write_rows(&self.transaction, entries, insert, |row, entry| {
            let Entry { posting, origin, .. } = entry;
            row.bind(entry.id)?;
            row.bind(entry.customer_id)?;
            row.bind(posting.unit)?;
            row.bind(posting.kind)?;
            row.bind(posting.amount)?;
            row.bind(entry.balance_after)?;
            row.bind(&posting.description)?;
            row.bind(&posting.reference)?;
            row.bind(&posting.key)?;
            row.bind(posting.reverses)?;
            row.bind(&origin.actor)?;
            row.bind(origin.uid)?;
            row.bind(&origin.reason)?;
            row.bind(&origin.command)?;
            row.bind(&origin.version)?;
            row.bind(entry.at)?;
            row.bind(entry.hash)?;
            row.bind(entry.counterpart)?;
            row.bind(&origin.sudo_user)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::schema;

    /// A sort would read every entry of the customer before the first is shown.
    #[test]
    fn a_history_is_read_in_order_from_the_index_of_balances() {
        let mut connection = schema::in_memory();
        let balances = "INSERT INTO balance (customer_id, unit, balance_e8, updated_at)
            VALUES (1, 'GBP', 0, ''), (1, 'SMS', 0, '')";
        connection.execute_batch(balances).expect("balances");
        let snapshot = Snapshot::of(connection.transaction().expect("begun"));
        let at = "2026-11-24T12:00:00Z".parse().ok();
        for unit in [None, Some(Unit::Sms)] {
            for newest_first in [false, true] {
                for (since, until) in [(None, None), (at, None), (None, at), (at, at)] {
                    let filter = EntryFilter {
                        customer_id: Some(1),
                        unit,
                        since,
                        until,
                        newest_first,
                        limit: Some(20),
                        ..EntryFilter::default()
                    };
                    let plan = snapshot.entries_query(&filter).expect("built").plan(&snapshot.transaction, SELECT);
                    let branches = if unit.is_some() { 1 } else { 2 };
                    let searches = plan.matches("SEARCH entry USING INDEX entry_by_balance (customer_id=? AND unit=?");
                    assert_eq!(searches.count(), branches, "{plan}");
                    assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{plan}");
                }
            }
        }
    }
}
