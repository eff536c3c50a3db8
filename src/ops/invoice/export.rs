//! Exports to accounting programs: what of a period was not exported yet, and the record of what was.

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::invoice::{
    AccountingProgram, ExportFile, ExportRun, ExportTreatment, Invoice, InvoiceKind, Receivable, ReceivableKind,
};
use crate::model::{Change, EntityKind};
use crate::store::{ReceivableFilter, Snapshot, Tx};

/// What to export.
#[derive(Debug, Clone, Copy)]
pub struct ExportRequest {
    pub program: AccountingProgram,
    /// The first and the last day of issue and of payment.
    pub first_day: Date,
    pub last_day: Date,
    /// Whether to export what was exported to the program before, too.
    pub again: bool,
}

/// What of a period is to be exported.
#[derive(Debug, Clone, Default)]
pub struct ExportSelection {
    /// Invoices and credit notes, by the day of issue.
    pub documents: Vec<Invoice>,
    /// Payments, refunds and their reversals.
    pub payments: Vec<Receivable>,
    /// What the files of the program cannot have.
    pub by_hand: Vec<Receivable>,
    /// How many entries were exported before, and the last run that did.
    pub exported_before: u64,
    pub last_run: Option<i64>,
}

impl ExportSelection {
    /// Whether there is nothing to export.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.payments.is_empty()
    }

    /// The entries of receivables that are exported.
    fn entries(&self) -> Vec<i64> {
        let documents = self.documents.iter().filter_map(|document| Some(document.issued.as_ref()?.receivable));
        documents.chain(self.payments.iter().map(|payment| payment.id)).collect()
    }
}

/// Selects what of a period is to be exported.
pub fn select_for_export(snapshot: &Snapshot<'_>, request: &ExportRequest) -> Result<ExportSelection> {
    let mut entries: Vec<Receivable> = Vec::new();
    let filter = ReceivableFilter { booked_until: Some(request.last_day), ..ReceivableFilter::default() };
    snapshot.receivables(&filter, |entry| {
        if entry.booking.booked_on >= request.first_day {
            entries.push(entry);
        }
        Ok::<_, Error>(())
    })?;
    let mut selection = ExportSelection::default();
    for entry in entries {
        // A reversal books the opposite of what it reverses.
        let reversed = entry.booking.reverses.map(|reversed| snapshot.receivable(reversed)).transpose()?;
        let kind = reversed.as_ref().map_or(entry.booking.kind, |reversed| reversed.booking.kind);
        match request.program.treatment(kind, reversed.is_some()) {
            ExportTreatment::Ignored => {}
            ExportTreatment::ByHand => selection.by_hand.push(entry),
            ExportTreatment::Exported => match snapshot.last_export_of(entry.id, request.program)? {
                Some(run) if !request.again => {
                    selection.exported_before += 1;
                    selection.last_run = selection.last_run.max(Some(run));
                }
                _ => add(snapshot, &mut selection, kind, entry)?,
            },
        }
    }
    selection.documents.sort_by_key(|document| (document.issued.as_ref().map(|issued| issued.issued_on), document.id));
    Ok(selection)
}

fn add(
    snapshot: &Snapshot<'_>,
    selection: &mut ExportSelection,
    kind: ReceivableKind,
    entry: Receivable,
) -> Result<()> {
    match (kind, entry.booking.invoice) {
        (ReceivableKind::Invoice | ReceivableKind::CreditNote, Some(invoice)) => {
            selection.documents.push(snapshot.invoice_of(invoice)?);
        }
        _ => selection.payments.push(entry),
    }
    Ok(())
}

/// Records what is exported, with the files that have it.
pub fn record_export(
    tx: &mut Tx<'_>,
    request: &ExportRequest,
    selection: &ExportSelection,
    files: &[ExportFile],
) -> Result<ExportRun> {
    let run = tx.insert_export(request.program, (request.first_day, request.last_day), files, &selection.entries())?;
    let count = |kind| selection.documents.iter().filter(|document| document.kind == kind).count();
    let change = Change::new(EntityKind::Export, "new", run.id, None)
        .field("program", (), run.program.as_str())
        .field("first_day", (), run.first_day)
        .field("last_day", (), run.last_day)
        .field("invoices", (), count(InvoiceKind::Invoice))
        .field("credit_notes", (), count(InvoiceKind::CreditNote))
        .field("payments", (), selection.payments.len());
    tx.record(&change)?;
    Ok(run)
}
