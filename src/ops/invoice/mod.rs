//! Invoices and credit notes: drafts, their issue, credit notes and write-offs.
//!
//! A draft has an ID and can change; `issue` gives it a number, stores the copy that never changes, and books it in the ledger of
//! receivables, all in one transaction. A credit note copies what it corrects from that copy. [`Invoicing`] is what an operator
//! configured; its `make_pdf` is the only place where a document becomes a PDF. `send` and `remind` queue emails with that PDF.

mod credit;
mod draft;
mod email;
mod export;
pub mod fee;
mod issue;
mod notice;
mod remind;
mod run;
mod settle;
mod usage;
mod write_off;

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::model::invoice::{Invoice, InvoiceCopy, InvoiceRules};
use crate::model::{Change, EntityKind};
use crate::store::Tx;

pub use credit::{CreditRequest, CreditedLine, credit};
pub use draft::{NewDraft, NewLine, add_line, cancel, hold, new, release, remove_line, top_up_line};
pub use email::{QueuedInvoice, SendRequest, cancel_outdated_email, send, send_if_possible};
pub use export::{ExportRequest, ExportSelection, record_export, select_for_export};
pub(in crate::ops) use issue::issue_paid;
pub use issue::{IssueRequest, issue};
pub use notice::{ComposeNotice, InvoiceMailing, InvoiceNotice, MakeXml, Reminder};
pub use remind::{QueuedReminder, RemindResult, preview_notice, remind};
pub use run::{RunRequest, RunResult, run};
pub(in crate::ops) use settle::{settle, take_back};
pub use write_off::{WriteOffRequest, reverse_write_off, write_off};

/// Makes the PDF of a document; `None` if none is made.
pub type MakePdf = Arc<dyn Fn(&InvoiceRules, &InvoiceCopy) -> Result<Option<Vec<u8>>> + Send + Sync>;

/// The operator's settings for invoices, and how their PDFs are made.
#[derive(Clone)]
pub struct Invoicing {
    pub rules: InvoiceRules,
    pub make_pdf: MakePdf,
    /// How the invoice of a pro-forma that is paid is emailed; `None` if it is not.
    pub mailing: Option<InvoiceMailing>,
}

impl fmt::Debug for Invoicing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invoicing").field("rules", &self.rules).finish_non_exhaustive()
    }
}

/// The draft of a name, which may still change.
fn open_draft(tx: &Tx<'_>, name: &str) -> Result<Invoice> {
    let invoice = tx.invoice(name)?;
    if let Some(issued) = &invoice.issued {
        return Err(Error::Refused(format!("invoice {} was issued and never changes", issued.number)));
    }
    if invoice.cancelled_at.is_some() {
        return Err(Error::Refused(format!("draft {} is cancelled", invoice.id)));
    }
    Ok(invoice)
}

/// Records a change of an invoice with the hash of its rows, by which `db check` finds what is changed in another way.
fn record(tx: &mut Tx<'_>, change: Change, id: i64) -> Result<()> {
    let rows = tx.hash_of_invoice(id)?;
    tx.record(&change.field("rows_sha256", (), rows.to_string()))
}

/// A change of an invoice, for the audit log.
pub(in crate::ops) fn change(action: &str, invoice: &Invoice) -> Change {
    Change::new(EntityKind::Invoice, action, invoice.name(), Some(invoice.customer_id))
}
