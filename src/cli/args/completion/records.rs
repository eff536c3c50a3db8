//! Completes the numbers of records: invoices, payments, fees, emails, ledger entries and events, the newest first, each with what a
//! person knows it by.

use std::ffi::OsStr;

use clap_complete::CompletionCandidate;
use ssgctl::model::Unit;
use ssgctl::model::invoice::{Invoice, InvoiceState, ReceivableKind, day_in};
use ssgctl::store::{
    Clock, EntryFilter, EventFilter, InvoiceFilter, InvoiceSort, OutboxFilter, Page, ReceivableFilter,
};

use crate::args::completion::{MAX_CANDIDATES, names, offer, settings_of_line};

/// Invoices and drafts.
pub(crate) fn invoices(typed: &OsStr) -> Vec<CompletionCandidate> {
    invoices_in(typed, None, |state| state != InvoiceState::Cancelled)
}

/// What may be issued, changed or cancelled.
pub(crate) fn drafts(typed: &OsStr) -> Vec<CompletionCandidate> {
    invoices_in(typed, Some(false), |state| state != InvoiceState::Cancelled)
}

/// What a payment may settle.
pub(crate) fn payable(typed: &OsStr) -> Vec<CompletionCandidate> {
    use InvoiceState::{Overdue, PartlyPaid, ProForma, Unpaid};
    invoices_in(typed, None, |state| matches!(state, ProForma | Unpaid | PartlyPaid | Overdue))
}

/// What was issued.
pub(crate) fn issued(typed: &OsStr) -> Vec<CompletionCandidate> {
    invoices_in(typed, Some(true), |_| true)
}

fn invoices_in(
    typed: &OsStr,
    is_issued: Option<bool>,
    is_wanted: impl Fn(InvoiceState) -> bool,
) -> Vec<CompletionCandidate> {
    let Some(settings) = settings_of_line() else { return Vec::new() };
    let today = day_in(&settings.invoices.zone(), Clock::System.now());
    names(typed, |snapshot, typed, candidates| {
        let page = Page { sort: InvoiceSort::Id, descending: true, limit: None };
        snapshot.invoices(&InvoiceFilter { is_issued, page, ..InvoiceFilter::default() }, |invoice| {
            let state = invoice.state(today);
            if is_wanted(state) {
                offer(candidates, typed, &invoice.name(), &of_invoice(&invoice, state))
            } else {
                Ok(())
            }
        })
    })
}

/// Whose invoice it is, its state and what is open of it.
fn of_invoice(invoice: &Invoice, state: InvoiceState) -> String {
    let (amount, what) = match &invoice.issued {
        Some(issued) => (issued.open(), "open"),
        None => (invoice.net, "net"),
    };
    let unit = Unit::Currency(invoice.currency);
    format!("{}, {state}, {} {unit} {what}", invoice.customer, unit.format(amount))
}

/// Payments.
pub(crate) fn payments(typed: &OsStr) -> Vec<CompletionCandidate> {
    payments_of(typed, false)
}

/// Payments of which a part settles nothing yet.
pub(crate) fn unallocated_payments(typed: &OsStr) -> Vec<CompletionCandidate> {
    payments_of(typed, true)
}

fn payments_of(typed: &OsStr, is_open: bool) -> Vec<CompletionCandidate> {
    names(typed, |snapshot, typed, candidates| {
        let filter = ReceivableFilter {
            kind: Some(ReceivableKind::Payment),
            is_open,
            newest_first: true,
            ..ReceivableFilter::default()
        };
        snapshot.receivables(&filter, |entry| {
            let unit = Unit::Currency(entry.booking.currency);
            let amount = entry.booking.amount.checked_neg().unwrap_or(entry.booking.amount);
            let (customer, day) = (&entry.customer, entry.booking.booked_on);
            let help = format!("{customer}, {} {unit}, {day}", unit.format(amount));
            offer(candidates, typed, &entry.id.to_string(), &help)
        })
    })
}

/// Fees.
pub(crate) fn fees(typed: &OsStr) -> Vec<CompletionCandidate> {
    names(typed, |snapshot, typed, candidates| {
        snapshot.fees(None, |fee| {
            let help = format!("{}, {}", fee.customer, fee.details.description);
            offer(candidates, typed, &fee.id.to_string(), &help)
        })
    })
}

/// Emails of the outbox.
pub(crate) fn emails(typed: &OsStr) -> Vec<CompletionCandidate> {
    names(typed, |snapshot, typed, candidates| {
        let filter = OutboxFilter { newest_first: true, limit: Some(MAX_CANDIDATES), ..OutboxFilter::default() };
        snapshot.emails(&filter, |email| {
            let help = format!("{}, {}, {}", email.state, email.content.template, email.recipient);
            offer(candidates, typed, &email.id.to_string(), &help)
        })
    })
}

/// The latest entries of the ledger.
pub(crate) fn entries(typed: &OsStr) -> Vec<CompletionCandidate> {
    names(typed, |snapshot, typed, candidates| {
        let filter = EntryFilter { newest_first: true, limit: Some(MAX_CANDIDATES), ..EntryFilter::default() };
        snapshot.entries(&filter, |entry| {
            let (unit, posting) = (entry.posting.unit, &entry.posting);
            let help = format!("{}, {} {unit}, {}", entry.customer, unit.format(posting.amount), posting.description);
            offer(candidates, typed, &entry.id.to_string(), &help)
        })
    })
}

/// The latest events of the audit log.
pub(crate) fn events(typed: &OsStr) -> Vec<CompletionCandidate> {
    names(typed, |snapshot, typed, candidates| {
        let filter = EventFilter { newest_first: true, limit: Some(MAX_CANDIDATES), ..EventFilter::default() };
        snapshot.events(&filter, |event| {
            let (change, actor) = (&event.change, &event.origin.actor);
            let help = format!("{actor}, {} {} {}", change.action, change.entity, change.subject);
            offer(candidates, typed, &event.id.to_string(), &help)
        })
    })
}
