//! Invoices and credit notes: finding and listing them, adding drafts, and changing drafts.

use rusqlite::{OptionalExtension, Row, ToSql, params};

use crate::error::{Error, Result};
use crate::model::invoice::{
    BilledPeriod, CreditorReference, DraftLine, Invoice, InvoiceDetails, InvoiceKind, IssuedInvoice, TopUp,
};
use crate::model::{Currency, Customer, EntityKind, Money, Reason};
use crate::store::sqlite::columns::RowReader;
use crate::store::sqlite::filter::Query;
use crate::store::sqlite::values::Day;
use crate::store::{InvoiceFilter, InvoiceSort, Snapshot, Tx};

/// Of an invoice, allocations have the debit; of a credit note, the credit.
macro_rules! settled {
    () => {
        "coalesce((SELECT sum(allocation.amount_e8) FROM allocation WHERE debit_id = receivable.id), 0)
    + coalesce((SELECT sum(allocation.amount_e8) FROM allocation WHERE credit_id = receivable.id), 0)"
    };
}

/// When a mail server first accepted an email that sends the invoice.
macro_rules! sent_at {
    () => {
        "(SELECT min(attempt.at) FROM invoice_email JOIN outbox_attempt AS attempt USING (email_id)
        WHERE invoice_email.invoice_id = invoice.id AND attempt.outcome = 'sent'
            AND invoice_email.kind = CASE WHEN issued.number IS NULL THEN 'pro_forma' ELSE 'document' END)"
    };
}

const SELECT: &str = concat!(
    "SELECT invoice.id, invoice.customer_id, customer.account_code, customer.organisation, invoice.kind, invoice.currency,
    invoice.unit, invoice.amount_e8, invoice.buyer_reference, invoice.tax_category, invoice.credits, invoice.credit_reason,
    invoice.first_day, invoice.last_day, invoice.held, invoice.cancelled_at, invoice.created_at, invoice.updated_at,
    (SELECT coalesce(sum(net_e8), 0) FROM invoice_line WHERE invoice_id = invoice.id), ",
    sent_at!(),
    ", issued.number, issued.series, issued.counter, issued.issued_at, issued.issued_on, issued.due_on, issued.tax_e8,
    issued.gross_e8, issued.entry_id, receivable.id, ",
    settled!(),
    ", coalesce((SELECT sum(allocation.amount_e8) FROM allocation JOIN receivable AS credit ON credit.id = credit_id
        WHERE debit_id = receivable.id AND credit.kind = 'write_off'), 0),
    coalesce((SELECT sum(note.gross_e8) FROM invoice AS draft JOIN issued_invoice AS note ON note.invoice_id = draft.id
        WHERE draft.credits = invoice.id), 0)
    FROM invoice JOIN customer ON customer.id = invoice.customer_id
    LEFT JOIN issued_invoice AS issued ON issued.invoice_id = invoice.id
    LEFT JOIN receivable ON receivable.invoice_id = invoice.id AND receivable.kind IN ('invoice', 'credit_note')"
);

fn read(row: &Row<'_>) -> rusqlite::Result<Invoice> {
    let mut row = RowReader::new(row);
    let (id, customer_id, customer, organisation) = (row.value()?, row.value()?, row.value()?, row.value()?);
    let (kind, currency) = (row.value()?, row.value()?);
    let mut details = read_details(&mut row)?;
    let (credits, credit_reason) = (row.value()?, row.value()?);
    details.period = period(row.value()?, row.value()?);
    Ok(Invoice {
        id,
        customer_id,
        customer,
        organisation,
        kind,
        currency,
        details,
        credits,
        credit_reason,
        held: row.value()?,
        cancelled_at: row.value()?,
        created_at: row.value()?,
        updated_at: row.value()?,
        net: row.value()?,
        sent_at: row.value()?,
        issued: read_issued(&mut row)?,
    })
}

fn read_details(row: &mut RowReader<'_, '_>) -> rusqlite::Result<InvoiceDetails> {
    let (unit, amount): (Option<_>, Option<_>) = (row.value()?, row.value()?);
    Ok(InvoiceDetails {
        top_up: unit.zip(amount).map(|(unit, amount)| TopUp { unit, amount }),
        buyer_reference: row.value()?,
        tax_category: row.value()?,
        period: None,
    })
}

fn period(first: Option<Day>, last: Option<Day>) -> Option<BilledPeriod> {
    first.zip(last).map(|(first, last)| BilledPeriod { first: first.0, last: last.0 })
}

fn read_issued(row: &mut RowReader<'_, '_>) -> rusqlite::Result<Option<IssuedInvoice>> {
    let Some(number) = row.value()? else { return Ok(None) };
    Ok(Some(IssuedInvoice {
        number,
        series: row.value()?,
        counter: row.value()?,
        issued_at: row.value()?,
        issued_on: row.value::<Day>()?.0,
        due_on: row.value::<Day>()?.0,
        tax: row.value()?,
        gross: row.value()?,
        entry: row.value()?,
        // Each issued invoice has a row in the ledger of receivables, which `db check` verifies.
        receivable: row.value::<Option<i64>>()?.unwrap_or_default(),
        settled: row.value()?,
        written_off: row.value()?,
        credited: row.value()?,
    }))
}

fn read_line(row: &Row<'_>) -> rusqlite::Result<DraftLine> {
    Ok(DraftLine {
        description: row.get(0)?,
        period: period(row.get(1)?, row.get(2)?),
        quantity: row.get(3)?,
        quantity_unit: row.get(4)?,
        unit_price: row.get(5)?,
        net: row.get(6)?,
        credited_line: row.get(7)?,
    })
}

impl Snapshot<'_> {
    /// The invoice of a number, of the ID of its draft, or of its reference for payments.
    pub fn invoice(&self, name: &str) -> Result<Invoice> {
        let id = name.parse().ok().or_else(|| {
            let reference: CreditorReference = name.parse().ok()?;
            reference.as_str().get(4..)?.parse().ok()
        });
        let found = match self.one_invoice("issued.number = ?1", name)? {
            None => id.map(|id: i64| self.one_invoice("invoice.id = ?1", id)).transpose()?.flatten(),
            found => found,
        };
        let missing = || Error::NotFound { entity: EntityKind::Invoice, name: name.to_owned(), nearest: None };
        found.ok_or_else(missing)
    }

    /// The invoice of a row.
    pub fn invoice_of(&self, id: i64) -> Result<Invoice> {
        self.invoice(&id.to_string())
    }

    /// The invoice whose issue, or crediting, posted an entry to a balance, if any.
    pub fn invoice_of_entry(&self, entry: i64) -> Result<Option<Invoice>> {
        self.one_invoice("issued.entry_id = ?1", entry)
    }

    fn one_invoice(&self, condition: &str, value: impl ToSql) -> Result<Option<Invoice>> {
        let mut statement = self.transaction.prepare_cached(&format!("{SELECT} WHERE {condition}"))?;
        Ok(statement.query_row([value], read).optional()?)
    }

    /// The lines of an invoice.
    pub fn invoice_lines(&self, id: i64) -> Result<Vec<DraftLine>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT description, first_day, last_day, quantity_e8, quantity_unit, unit_price_e8, net_e8, credited_line
             FROM invoice_line WHERE invoice_id = ?1 ORDER BY position",
        )?;
        let lines = statement.query_map([id], read_line)?;
        Ok(lines.collect::<rusqlite::Result<_>>()?)
    }

    /// Passes every invoice and credit note that matches the filter to `each`, in order.
    pub fn invoices<E: From<Error>>(
        &self,
        filter: &InvoiceFilter,
        each: impl FnMut(Invoice) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = Query::default();
        query.when_some("invoice.customer_id = ?", filter.customer_id);
        query.when_some("invoice.kind = ?", filter.kind);
        query.when_some("invoice.currency = ?", filter.currency);
        query.when_some("invoice.credits = ?", filter.credits);
        query.when_some("(issued.number IS NOT NULL) = ?", filter.is_issued);
        query.when_some("issued.issued_on >= ?", filter.issued_since.map(Day));
        query.when_some("issued.issued_on <= ?", filter.issued_until.map(Day));
        if filter.is_open {
            query.always(concat!("issued.gross_e8 <> ", settled!()));
        }
        match filter.is_sent {
            Some(true) => query.always(concat!(sent_at!(), " IS NOT NULL")),
            Some(false) => {
                query.always(concat!(sent_at!(), " IS NULL"));
                query.always(
                    "(issued.number IS NOT NULL OR invoice.unit IS NOT NULL AND cancelled_at IS NULL AND NOT invoice.held)",
                );
            }
            None => {}
        }
        let columns: &[&str] = match filter.page.sort {
            InvoiceSort::Id => &["invoice.id"],
            InvoiceSort::Customer => &["customer.account_code", "invoice.id"],
            InvoiceSort::Number => &["issued.series", "issued.counter", "invoice.id"],
            InvoiceSort::IssuedOn => &["issued.issued_on", "invoice.id"],
            InvoiceSort::DueOn => &["issued.due_on", "invoice.id"],
        };
        query.order(columns, filter.page.descending);
        query.limit(filter.page.limit);
        query.run(&self.transaction, SELECT, read, each)
    }
}

/// A draft to add.
#[derive(Debug, Clone)]
pub struct NewInvoice {
    pub kind: InvoiceKind,
    pub currency: Currency,
    pub details: InvoiceDetails,
    pub credits: Option<i64>,
    pub credit_reason: Option<Reason>,
}

impl Tx<'_> {
    /// Adds a draft without lines.
    pub fn insert_invoice(&mut self, customer: &Customer, new: NewInvoice) -> Result<Invoice> {
        let at = self.at();
        let NewInvoice { kind, currency, details, credits, credit_reason } = new;
        self.transaction
            .prepare_cached(
                "INSERT INTO invoice (customer_id, kind, currency, unit, amount_e8, buyer_reference, tax_category, credits,
                    credit_reason, first_day, last_day, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                customer.id,
                kind,
                currency,
                details.top_up.map(|top_up| top_up.unit),
                details.top_up.map(|top_up| top_up.amount),
                details.buyer_reference,
                details.tax_category,
                credits,
                credit_reason,
                details.period.map(|period| Day(period.first)),
                details.period.map(|period| Day(period.last)),
                at,
                at
            ])?;
        Ok(Invoice {
            id: self.transaction.last_insert_rowid(),
            customer_id: customer.id,
            customer: customer.account_code.clone(),
            organisation: customer.details.organisation.clone(),
            kind,
            currency,
            details,
            credits,
            credit_reason,
            held: false,
            cancelled_at: None,
            created_at: at,
            updated_at: at,
            net: Money::ZERO,
            issued: None,
            sent_at: None,
        })
    }

    /// Saves what may change of a draft.
    pub fn update_invoice(&mut self, invoice: &Invoice) -> Result<()> {
        let InvoiceDetails { buyer_reference, tax_category, .. } = &invoice.details;
        self.transaction
            .prepare_cached(
                "UPDATE invoice SET buyer_reference = ?2, tax_category = ?3, held = ?4, cancelled_at = ?5, updated_at = ?6
                 WHERE id = ?1",
            )?
            .execute(params![invoice.id, buyer_reference, tax_category, invoice.held, invoice.cancelled_at, invoice.updated_at])?;
        Ok(())
    }

    /// Replaces the lines of a draft.
    pub fn set_invoice_lines(&mut self, id: i64, lines: &[DraftLine]) -> Result<()> {
        self.transaction.prepare_cached("DELETE FROM invoice_line WHERE invoice_id = ?1")?.execute([id])?;
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO invoice_line (invoice_id, position, description, first_day, last_day, quantity_e8, quantity_unit,
                unit_price_e8, net_e8, credited_line) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        for (position, line) in (1_i64..).zip(lines) {
            insert.execute(params![
                id,
                position,
                line.description,
                line.period.map(|period| Day(period.first)),
                line.period.map(|period| Day(period.last)),
                line.quantity,
                line.quantity_unit,
                line.unit_price,
                line.net,
                line.credited_line
            ])?;
        }
        Ok(())
    }
}
