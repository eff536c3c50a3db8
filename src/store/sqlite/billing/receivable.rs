//! The entries of the ledger of receivables: reading them, and appending them with what the customer owes after each.

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::invoice::{DocumentHashes, Receivable, ReceivableBooking};
use crate::model::{Currency, Customer, EntityKind, Hash, Key, Money, Origin};
use crate::store::sqlite::billing::chain;
use crate::store::sqlite::columns::RowReader;
use crate::store::sqlite::filter::Query;
use crate::store::sqlite::ledger::chain::GENESIS;
use crate::store::sqlite::values::Day;
use crate::store::{ReceivableFilter, Snapshot, Tx};

/// The part of an entry that allocations settle or use.
const ALLOCATED: &str = "(SELECT coalesce(sum(allocation.amount_e8), 0) FROM allocation WHERE debit_id = receivable.id)
    + (SELECT coalesce(sum(allocation.amount_e8), 0) FROM allocation WHERE credit_id = receivable.id)";

const SELECT: &str = "SELECT receivable.id, receivable.customer_id, customer.account_code, receivable.currency, receivable.kind,
    receivable.amount_e8, receivable.balance_after_e8, receivable.invoice_id, receivable.reverses, receivable.booked_on,
    receivable.description, receivable.reference, receivable.key, receivable.copy_sha256, receivable.pdf_sha256, receivable.actor,
    receivable.uid, receivable.sudo_user, receivable.reason, receivable.command, receivable.version, receivable.at, receivable.hash,
    (SELECT coalesce(sum(allocation.amount_e8), 0) FROM allocation WHERE debit_id = receivable.id)
    + (SELECT coalesce(sum(allocation.amount_e8), 0) FROM allocation WHERE credit_id = receivable.id)
    FROM receivable JOIN customer ON customer.id = receivable.customer_id";

fn read(row: &Row<'_>) -> rusqlite::Result<Receivable> {
    let mut row = RowReader::new(row);
    let (id, customer_id, customer) = (row.value()?, row.value()?, row.value()?);
    let (currency, kind, amount, balance_after) = (row.value()?, row.value()?, row.value()?, row.value()?);
    let (invoice, reverses, booked_on) = (row.value()?, row.value()?, row.value::<Day>()?.0);
    let (description, reference, key) = (row.value()?, row.value()?, row.value()?);
    let (copy, pdf): (Option<Hash>, Option<Hash>) = (row.value()?, row.value()?);
    Ok(Receivable {
        id,
        customer_id,
        customer,
        booking: ReceivableBooking {
            currency,
            kind,
            amount,
            invoice,
            reverses,
            booked_on,
            description,
            reference,
            key,
            documents: copy.map(|copy| DocumentHashes { copy, pdf }),
        },
        balance_after,
        origin: Origin {
            actor: row.value()?,
            uid: row.value()?,
            sudo_user: row.value()?,
            reason: row.value()?,
            command: row.value()?,
            version: row.value()?,
        },
        at: row.value()?,
        hash: row.value()?,
        allocated: row.value()?,
    })
}

impl Snapshot<'_> {
    /// The entry with this number.
    pub fn receivable(&self, id: i64) -> Result<Receivable> {
        self.one_receivable("receivable.id = ?1", id)?.ok_or_else(|| Error::NotFound {
            entity: EntityKind::Payment,
            name: id.to_string(),
            nearest: None,
        })
    }

    /// The entry that was booked with an idempotency key, if any.
    pub fn receivable_of_key(&self, key: &Key) -> Result<Option<Receivable>> {
        self.one_receivable("receivable.key = ?1", key)
    }

    /// The entry that reversed an entry, if it was reversed.
    pub fn reversal_of_receivable(&self, id: i64) -> Result<Option<Receivable>> {
        self.one_receivable("receivable.reverses = ?1", id)
    }

    /// The last entry, if there is one.
    pub fn last_receivable(&self) -> Result<Option<Receivable>> {
        self.one_receivable("receivable.id = (SELECT max(id) FROM receivable WHERE ?1)", 1)
    }

    fn one_receivable(&self, condition: &str, value: impl rusqlite::ToSql) -> Result<Option<Receivable>> {
        let mut statement = self.transaction.prepare_cached(&format!("{SELECT} WHERE {condition}"))?;
        Ok(statement.query_row([value], read).optional()?)
    }

    /// What a customer owes in a currency; negative if it paid more.
    pub fn owed(&self, customer_id: i64, currency: Currency) -> Result<Money> {
        let last =
            "SELECT balance_after_e8 FROM receivable WHERE customer_id = ?1 AND currency = ?2 ORDER BY id DESC LIMIT 1";
        let mut statement = self.transaction.prepare_cached(last)?;
        Ok(statement.query_row(params![customer_id, currency], |row| row.get(0)).optional()?.unwrap_or_default())
    }

    /// Passes every entry that matches the filter to `each`, in the order of the ledger or the reverse.
    pub fn receivables<E: From<Error>>(
        &self,
        filter: &ReceivableFilter,
        each: impl FnMut(Receivable) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = Query::default();
        query.when_some("receivable.customer_id = ?", filter.customer_id);
        query.when_some("receivable.currency = ?", filter.currency);
        query.when_some("receivable.kind = ?", filter.kind);
        query.when_some("receivable.invoice_id = ?", filter.invoice);
        query.when_some("receivable.booked_on <= ?", filter.booked_until.map(Day));
        if filter.is_open {
            query.always(&format!("abs(receivable.amount_e8) <> {ALLOCATED}"));
        }
        query.order(&["receivable.id"], filter.newest_first);
        query.limit(filter.limit);
        query.run(&self.transaction, SELECT, read, each)
    }
}

impl Tx<'_> {
    /// Appends an entry.
    ///
    /// # Errors
    /// [`Error::Damaged`] when the last entry was changed, [`Error::ClockBehind`] when it is dated ahead of the clock.
    pub fn append_receivable(&mut self, customer: &Customer, booking: ReceivableBooking) -> Result<Receivable> {
        let last = self.last_receivable()?;
        if let Some(last) = &last {
            let before = if last.id > 1 { self.receivable(last.id - 1)?.hash } else { GENESIS };
            if chain::hash_of_receivable(before, last)? != last.hash {
                return Err(Error::Damaged(format!("receivable {} was changed after it was booked", last.id)));
            }
            self.refuse_ahead_of_clock("receivable", last.id, last.at)?;
        }
        let owed = self.owed(customer.id, booking.currency)?;
        let balance_after =
            owed.checked_add(booking.amount).ok_or(Error::Overflow { what: "what the customer owes" })?;
        let mut entry = Receivable {
            id: last.as_ref().map_or(1, |last| last.id + 1),
            customer_id: customer.id,
            customer: customer.account_code.clone(),
            booking,
            balance_after,
            origin: self.origin().clone(),
            at: self.at(),
            hash: GENESIS,
            allocated: Money::ZERO,
        };
        entry.hash = chain::hash_of_receivable(last.map_or(GENESIS, |last| last.hash), &entry)?;
        self.insert_receivable(&entry)?;
        Ok(entry)
    }

    fn insert_receivable(&mut self, entry: &Receivable) -> Result<()> {
        let Receivable { booking, origin, .. } = entry;
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO receivable (id, customer_id, currency, kind, amount_e8, balance_after_e8, invoice_id, reverses, booked_on,
                description, reference, key, copy_sha256, pdf_sha256, actor, uid, sudo_user, reason, command, version, at, hash)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        insert.execute(params![
            entry.id,
            entry.customer_id,
            booking.currency,
            booking.kind,
            booking.amount,
            entry.balance_after,
            booking.invoice,
            booking.reverses,
            Day(booking.booked_on),
            booking.description,
            booking.reference,
            booking.key,
            booking.documents.map(|documents| documents.copy),
            booking.documents.and_then(|documents| documents.pdf),
            origin.actor,
            origin.uid,
            origin.sudo_user,
            origin.reason,
            origin.command,
            origin.version,
            entry.at,
            entry.hash,
        ])?;
        Ok(())
    }
}
