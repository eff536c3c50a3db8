//! Checks invoices: series without holes, issued copies against their hashes, their sums, and the entries that they posted.

use crate::error::{Error, Result};
use crate::model::invoice::{Invoice, InvoiceCopy, InvoiceKind, IssuedInvoice, TopUp};
use crate::model::{EntryKind, Money, Unit};
use crate::store::sqlite::billing::hash_of_document;
use crate::store::sqlite::check::CheckReport;
use crate::store::{InvoiceFilter, Snapshot};

impl Snapshot<'_> {
    pub(super) fn check_invoices(&self, report: &mut CheckReport) -> Result<()> {
        self.check_series(report)?;
        self.invoices(&InvoiceFilter::default(), |invoice| {
            // Reading a line checks its values.
            let lines = self.invoice_lines(invoice.id)?;
            if let Some(issued) = &invoice.issued {
                let faults =
                    self.faults_of(&invoice, issued, &lines.iter().map(|line| line.net).collect::<Vec<_>>())?;
                for fault in faults {
                    report.add(format!("invoice {} {fault}", issued.number));
                }
            }
            Ok::<_, Error>(())
        })
    }

    /// Checks that each series is numbered without holes, and that all invoices have dates of one zone.
    fn check_series(&self, report: &mut CheckReport) -> Result<()> {
        let mut statement =
            self.transaction.prepare("SELECT series, counter, number FROM issued_invoice ORDER BY series, counter")?;
        let mut rows = statement.query([])?;
        let mut last: Option<(String, i64)> = None;
        while let Some(row) = rows.next()? {
            let (series, counter, number): (String, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let before = last.filter(|(before, _)| *before == series).map(|(_, counter)| counter);
            if before.is_some_and(|before| before + 1 != counter) {
                report.add(format!("the series {series} has a hole before {number}"));
            }
            let digits = number.strip_prefix(series.as_str()).and_then(|digits| digits.parse().ok());
            if digits != Some(counter) {
                report.add(format!("invoice {number} is not number {counter} of the series {series}"));
            }
            last = Some((series, counter));
        }
        let zones = "SELECT count(DISTINCT timezone) FROM issued_invoice";
        if self.transaction.query_row(zones, [], |row| row.get::<_, i64>(0))? > 1 {
            report.add("invoices have dates of more than one time zone");
        }
        Ok(())
    }

    /// What is wrong with an issued invoice.
    fn faults_of(&self, invoice: &Invoice, issued: &IssuedInvoice, lines: &[Money]) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        let documents = self.issued_documents(invoice.id)?;
        let Ok(booked) = self.receivable(issued.receivable) else {
            return Ok(vec!["is not in the ledger of receivables".to_owned()]);
        };
        let hashes = booked.booking.documents;
        if hashes.map(|hashes| hashes.copy) != Some(hash_of_document(&documents.copy)) {
            faults.push("has an issued copy that was changed after it was issued".to_owned());
        }
        if hashes.and_then(|hashes| hashes.pdf) != documents.pdf.as_ref().map(hash_of_document) {
            faults.push("has a PDF that was changed after it was issued".to_owned());
        }
        let amount = match invoice.kind {
            InvoiceKind::CreditNote => issued.gross.checked_neg(),
            InvoiceKind::Invoice | InvoiceKind::ProForma => Some(issued.gross),
        };
        let is_same = booked.customer_id == invoice.customer_id && booked.booking.currency == invoice.currency;
        if !is_same || Some(booked.booking.amount) != amount || booked.booking.booked_on != issued.issued_on {
            faults.push(format!("differs from receivable {}", booked.id));
        }
        match serde_json::from_str::<InvoiceCopy>(&documents.copy) {
            Ok(copy) if says_the_same(&copy, invoice, issued, lines) => {}
            Ok(_) => faults.push("differs from its issued copy".to_owned()),
            Err(error) => faults.push(format!("has an issued copy that cannot be read: {error}")),
        }
        if let Some(fault) = self.fault_of_entry(invoice, issued)? {
            faults.push(fault);
        }
        if invoice.kind == InvoiceKind::Invoice && issued.credited > issued.gross {
            faults.push("is credited by more than its amount".to_owned());
        }
        Ok(faults)
    }

    /// What is wrong with the entry that an invoice posted to a balance.
    fn fault_of_entry(&self, invoice: &Invoice, issued: &IssuedInvoice) -> Result<Option<String>> {
        let entry = issued.entry.map(|entry| self.entry(entry)).transpose()?;
        let fits = match (&entry, invoice.kind, invoice.details.top_up) {
            (Some(entry), InvoiceKind::Invoice, Some(TopUp { unit, amount })) => {
                (entry.posting.unit, entry.posting.amount) == (unit, amount) && entry.customer_id == invoice.customer_id
            }
            (Some(entry), InvoiceKind::CreditNote, _) => {
                let credited = invoice.credits.map(|credited| self.invoice_of(credited)).transpose()?;
                let top_up = credited.and_then(|credited| credited.issued).and_then(|credited| credited.entry);
                top_up.is_some() && entry.posting.reverses == top_up
            }
            (Some(entry), InvoiceKind::Invoice, None) => {
                let billed = self.usage_bill(invoice.id)?.and_then(|bill| bill.billed());
                entry.posting.kind == EntryKind::Invoiced
                    && entry.posting.unit == Unit::Currency(invoice.currency)
                    && Some(entry.posting.amount) == billed
                    && entry.customer_id == invoice.customer_id
            }
            (None, InvoiceKind::Invoice, None) => self.usage_bill(invoice.id)?.is_none(),
            (None, kind, top_up) => kind == InvoiceKind::CreditNote || top_up.is_none(),
            (Some(_), ..) => false,
        };
        Ok((!fits).then(|| "does not have the entry of its top-up or usage".to_owned()))
    }
}

/// Whether a copy has the values that are stored next to it, and adds up.
fn says_the_same(copy: &InvoiceCopy, invoice: &Invoice, issued: &IssuedInvoice, lines: &[Money]) -> bool {
    let sum = |amounts: &mut dyn Iterator<Item = Money>| amounts.map(|amount| i128::from(amount.e8())).sum::<i128>();
    let totals = copy.totals;
    copy.kind == invoice.kind
        && copy.number.as_deref() == Some(issued.number.as_str())
        && (copy.issued_on, copy.payment.due_on) == (issued.issued_on, issued.due_on)
        && copy.currency == invoice.currency
        && copy.buyer.account_code.as_ref() == Some(&invoice.customer)
        && (totals.tax, totals.gross) == (issued.tax, issued.gross)
        && copy.lines.iter().map(|line| line.net).eq(lines.iter().copied())
        && sum(&mut lines.iter().copied()) == i128::from(totals.net.e8())
        && sum(&mut copy.taxes.iter().map(|subtotal| subtotal.net)) == i128::from(totals.net.e8())
        && sum(&mut copy.taxes.iter().map(|subtotal| subtotal.tax)) == i128::from(totals.tax.e8())
        && totals.net.checked_add(totals.tax) == Some(totals.gross)
        && totals.due.checked_add(totals.paid) == Some(totals.gross)
}
