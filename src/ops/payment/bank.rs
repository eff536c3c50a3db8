//! Records the payments of a bank statement, each once: an entry that names one invoice is recorded and settles it, every other one is
//! left for a person.
//!
//! The key of an entry is the idempotency key of its payment, so that a statement may be imported again, and a payment that was
//! recorded by hand with that key is known. An entry that a rule refuses is rolled back alone; all others are one transaction.

use std::collections::HashSet;

use crate::error::{Error, Result};
use crate::model::invoice::{
    BankEntry, BankOutcome, Invoice, MatchReason, OpenInvoice, PaymentMatch, Receivable, ReceivableKind, match_payment,
    paying_customer,
};
use crate::model::{AccountCode, Description, Key, Money, Reference, Unit};
use crate::ops::invoice::Invoicing;
use crate::ops::payment::{PaymentReceipt, PaymentRequest, PaymentTarget, record};
use crate::report::open_invoices;
use crate::store::Tx;

/// What became of an entry of a bank statement.
#[derive(Debug, Clone)]
pub struct BankEntryResult {
    pub entry: BankEntry,
    pub outcome: BankOutcome,
    /// The customer, as far as it is known.
    pub customer: Option<AccountCode>,
    /// The invoices that the payment was recorded for, or that may be meant.
    pub invoices: Vec<String>,
    /// What led to the invoices.
    pub reason: Option<MatchReason>,
    /// The payment that was recorded, now or before; of a returned one, the payment that was taken back.
    pub payment: Option<Receivable>,
    /// Why it is left, where the outcome does not say it.
    pub why: Option<String>,
}

/// Records the payments of a statement.
///
/// # Errors
/// What concerns the database or the clock. What a rule refuses is the outcome of its entry.
pub fn import_bank(tx: &mut Tx<'_>, invoicing: &Invoicing, entries: &[BankEntry]) -> Result<Vec<BankEntryResult>> {
    let today = invoicing.rules.day_of(tx.at());
    let mut open = open_invoices(tx, &invoicing.rules, today, None)?;
    let mut results = Vec::with_capacity(entries.len());
    let mut keys = HashSet::new();
    for entry in entries {
        // Which of two entries with one reference was recorded before, or whether both are one, is for a person to say.
        if !keys.insert(&entry.key) {
            let mut repeated = of_invoices(entry, BankOutcome::KeyConflict, None, &named_invoices(tx, entry)?);
            repeated.why = Some("an entry before it in the file has the same reference of the bank".to_owned());
            results.push(repeated);
            continue;
        }
        let result = import(tx, invoicing, &open, entry)?;
        // The next entry may name the same invoice.
        if let (BankOutcome::Recorded, Some(payment)) = (result.outcome, &result.payment) {
            open.retain(|invoice| invoice.customer != payment.customer);
            open.extend(open_invoices(tx, &invoicing.rules, today, Some(payment.customer_id))?);
        }
        results.push(result);
    }
    Ok(results)
}

fn import(tx: &mut Tx<'_>, invoicing: &Invoicing, open: &[OpenInvoice], entry: &BankEntry) -> Result<BankEntryResult> {
    let key: Key = entry.key.parse().map_err(|rule| Error::invalid("key", &entry.key, rule))?;
    if let Some(known) = tx.receivable_of_key(&key)? {
        return Ok(known_entry(entry, known));
    }
    if entry.is_returned {
        return returned(tx, entry);
    }
    let invoices_of = |ids: &[i64]| ids.iter().map(|id| tx.invoice_of(*id)).collect::<Result<Vec<Invoice>>>();
    let (invoices, reason, outcome) = match match_payment(entry, open) {
        PaymentMatch::Invoice { id, reason, .. } => (invoices_of(&[id])?, reason, BankOutcome::Recorded),
        PaymentMatch::Candidates { ids, reason, is_sum } => {
            let invoices = invoices_of(&ids)?;
            let is_of_one = invoices.iter().all(|invoice| invoice.customer_id == invoices[0].customer_id);
            // A payer who names several invoices and pays exactly what is open of them means all of them.
            let outcome = if is_sum && is_of_one { BankOutcome::Recorded } else { BankOutcome::Several };
            (invoices, reason, outcome)
        }
        PaymentMatch::OtherCurrency { id, reason } => (invoices_of(&[id])?, reason, BankOutcome::OtherCurrency),
        PaymentMatch::Nothing => return not_open(tx, open, entry),
    };
    // Fees are the same each month: who names a paid invoice may mean the next one, or has paid twice.
    if reason == MatchReason::AmountAndCustomer && !named_invoices(tx, entry)?.is_empty() {
        return not_open(tx, open, entry);
    }
    let result = of_invoices(entry, outcome, Some(reason), &invoices);
    if outcome == BankOutcome::Recorded { record_entry(tx, invoicing, result, key, &invoices) } else { Ok(result) }
}

/// A result that names invoices, and their customer if they have the same.
fn of_invoices(
    entry: &BankEntry,
    outcome: BankOutcome,
    reason: Option<MatchReason>,
    invoices: &[Invoice],
) -> BankEntryResult {
    let first = invoices.first().map(|invoice| &invoice.customer);
    BankEntryResult {
        entry: entry.clone(),
        outcome,
        customer: first.filter(|first| invoices.iter().all(|invoice| invoice.customer == **first)).cloned(),
        invoices: invoices.iter().map(Invoice::name).collect(),
        reason,
        payment: None,
        why: None,
    }
}

/// An entry whose key was used before: by the payment that it is, or by another.
fn known_entry(entry: &BankEntry, known: Receivable) -> BankEntryResult {
    let booking = &known.booking;
    let is_kind = match booking.kind {
        ReceivableKind::Payment => !entry.is_returned,
        ReceivableKind::Reversal | ReceivableKind::Refund => entry.is_returned,
        _ => false,
    };
    let amount = if entry.is_returned { Some(booking.amount) } else { booking.amount.checked_neg() };
    let is_same = is_kind && booking.currency == entry.currency && amount == Some(entry.amount);
    let outcome = if is_same { BankOutcome::AlreadyRecorded } else { BankOutcome::KeyConflict };
    let mut result = of_invoices(entry, outcome, None, &[]);
    if !is_same {
        let (kind, currency) = (booking.kind, booking.currency);
        let amount = Unit::Currency(currency).format(booking.amount);
        result.why = Some(format!("its key belongs to receivable {}, a {kind} of {amount} {currency}", known.id));
    }
    result.customer = Some(known.customer.clone());
    result.payment = Some(known);
    result
}

/// Records the payment of an entry, unless a rule refuses it.
fn record_entry(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    result: BankEntryResult,
    key: Key,
    invoices: &[Invoice],
) -> Result<BankEntryResult> {
    let entry = &result.entry;
    let names = invoices.iter().map(Invoice::name).collect();
    let customer = invoices[0].customer.clone();
    let request = PaymentRequest {
        amount: entry.amount,
        currency: entry.currency,
        on: Some(entry.booked_on),
        description: description(entry)?,
        reference: entry.reference.as_deref().and_then(short_line::<Reference>).or_else(|| short_line(&entry.text)),
        key: Some(key),
        target: PaymentTarget::Invoices(names),
    };
    match tx.attempt(|tx| record(tx, invoicing, customer.as_str(), &request))? {
        Ok(PaymentReceipt { entry: payment, .. }) => {
            // A pro-forma that was paid has a number now.
            let names = invoices.iter().map(|invoice| Ok(tx.invoice_of(invoice.id)?.name()));
            Ok(BankEntryResult { invoices: names.collect::<Result<_>>()?, payment: Some(payment), ..result })
        }
        Err(
            error @ (Error::Refused(_)
            | Error::TaxUndecided { .. }
            | Error::Archived { .. }
            | Error::Invalid { .. }
            | Error::InsufficientBalance { .. }),
        ) => Ok(BankEntryResult { outcome: BankOutcome::Refused, why: Some(error.to_string()), ..result }),
        Err(error) => Err(error),
    }
}

/// What statements of the customer say.
fn description(entry: &BankEntry) -> Result<Description> {
    let text = entry.payer.as_ref().map(|payer| format!("payment from {payer}"));
    let described = text.as_deref().and_then(short_line);
    described.map_or_else(|| "payment".parse().map_err(|rule| Error::invalid("description", "payment", rule)), Ok)
}

/// The beginning of a text of a bank as a line without control characters.
fn short_line<T: std::str::FromStr>(text: &str) -> Option<T> {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect();
    visible.parse().ok()
}

/// An entry that no open invoice fits: perhaps it names one that is paid, cancelled or credited.
fn not_open(tx: &Tx<'_>, open: &[OpenInvoice], entry: &BankEntry) -> Result<BankEntryResult> {
    let named = named_invoices(tx, entry)?;
    if named.is_empty() {
        let customer = paying_customer(entry, open).cloned();
        return Ok(BankEntryResult { customer, ..of_invoices(entry, BankOutcome::Unmatched, None, &[]) });
    }
    Ok(of_invoices(entry, BankOutcome::NotOpen, None, &named))
}

/// A payment that the bank took back: the payments of the same amount that settle an invoice that the entry names.
fn returned(tx: &Tx<'_>, entry: &BankEntry) -> Result<BankEntryResult> {
    let invoices = named_invoices(tx, entry)?;
    let mut payments = Vec::new();
    for receivable in invoices.iter().filter_map(|invoice| invoice.issued.as_ref().map(|issued| issued.receivable)) {
        for (credit, _) in tx.settlements_of(receivable)? {
            let credit = tx.receivable(credit)?;
            let is_same = credit.booking.kind == ReceivableKind::Payment
                && credit.booking.currency == entry.currency
                && credit.booking.amount.checked_neg() == Some(entry.amount);
            if is_same && payments.iter().all(|known: &Receivable| known.id != credit.id) {
                payments.push(credit);
            }
        }
    }
    let payment = if payments.len() == 1 { payments.pop() } else { None };
    Ok(BankEntryResult { payment, ..of_invoices(entry, BankOutcome::Returned, None, &invoices) })
}

/// The invoices that an entry names, whatever became of them.
fn named_invoices(tx: &Tx<'_>, entry: &BankEntry) -> Result<Vec<Invoice>> {
    /// Remittance information has at most 140 characters in most of the world.
    const MOST_WORDS: usize = 100;
    let words = entry.text.split(|c: char| c.is_whitespace() || ",;:()+".contains(c)).take(MOST_WORDS);
    let mut found: Vec<Invoice> = Vec::new();
    for word in entry.reference.as_deref().into_iter().chain(words) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        // A plain number would be the ID of a draft.
        if word.is_empty() || word.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        match tx.invoice(word) {
            Ok(invoice) if found.iter().all(|known| known.id != invoice.id) => found.push(invoice),
            Ok(_) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

impl BankEntryResult {
    /// What is left of the payment.
    pub fn unallocated(&self) -> Option<Money> {
        let is_recorded = matches!(self.outcome, BankOutcome::Recorded | BankOutcome::AlreadyRecorded);
        self.payment.as_ref().filter(|_| is_recorded).map(Receivable::unallocated)
    }
}
