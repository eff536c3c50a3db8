//! Reminders of open invoices: one email to each recipient per invoice and level. A run that comes late sends only the newest level
//! that is due, and whatever settles an invoice ends its reminders.
//!
//! Each invoice has an email of its own, rather than each customer: recipients file and answer by invoice number, and a payment can
//! cancel exactly the email that waits. The text lists what else is open, so that nobody has to ask.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::invoice::{Invoice, InvoiceEmailKind, InvoiceKind, InvoiceRules, ReminderLevel};
use crate::model::{Currency, Customer, EmailAddress, EmailTemplate, Money, OutboxEmail, RenderedEmail};
use crate::ops::invoice::email::{Outgoing, stored_pdf};
use crate::ops::invoice::notice::{InvoiceMailing, InvoiceNotice, Reminder, is_reminded};
use crate::ops::invoice::{Invoicing, change};
use crate::report::{IssueTerms, copy_of_draft, invoice_recipients, issued_copy};
use crate::store::{InvoiceFilter, InvoiceSort, Page, ReceivableFilter, Snapshot, Tx};

/// An invoice of which a reminder was queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedReminder {
    pub invoice: Invoice,
    pub level: ReminderLevel,
    pub is_last: bool,
    pub today: Date,
    pub emails: Vec<OutboxEmail>,
}

/// What a run queued, and what it left out.
#[derive(Debug, Clone, Default)]
pub struct RemindResult {
    pub reminders: Vec<QueuedReminder>,
    /// Invoices with a reminder that is due, whose customers have no address. The next run finds them again.
    pub unreachable: Vec<Invoice>,
    /// Invoices with a reminder that is due, which payments that are not allocated yet would settle.
    pub covered: Vec<Invoice>,
}

/// Queues the reminders that are due, at most one for each invoice.
pub fn remind(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    mailing: &InvoiceMailing,
    levels: &[ReminderLevel],
    customer_id: Option<i64>,
) -> Result<RemindResult> {
    let today = invoicing.rules.day_of(tx.at());
    let mut result = RemindResult::default();
    let mut accounts: BTreeMap<(i64, &'static str), OpenAccount> = BTreeMap::new();
    for invoice in open_invoices(tx, customer_id)? {
        let customer = tx.customer_of(invoice.customer_id)?;
        let may_be_reminded = customer.lifecycle.archived_at.is_none() && is_reminded(tx, &invoice)?;
        let Some(level) = due_level(tx, &invoice, levels, today)?.filter(|_| may_be_reminded) else { continue };
        let account = match accounts.entry((customer.id, invoice.currency.code())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(OpenAccount::of(tx, &customer, invoice.currency)?),
        };
        let reminder = account.reminder(level, levels, today);
        if reminder.owed <= Money::ZERO || account.unallocated >= invoice.open() {
            result.covered.push(invoice);
            continue;
        }
        match queue(tx, mailing, &customer, &invoice, &reminder)? {
            Some(emails) => {
                let is_last = reminder.is_last;
                result.reminders.push(QueuedReminder { invoice, level, is_last, today, emails });
            }
            None => result.unreachable.push(invoice),
        }
    }
    Ok(result)
}

/// Renders an email about an invoice as it would be on a day, without queuing it. A reminder is of the day's level.
pub fn preview_notice(
    snapshot: &Snapshot<'_>,
    mailing: &InvoiceMailing,
    rules: &InvoiceRules,
    template: EmailTemplate,
    invoice: &Invoice,
    today: Date,
) -> Result<RenderedEmail> {
    let customer = snapshot.customer_of(invoice.customer_id)?;
    let copy = match &invoice.issued {
        Some(_) => issued_copy(snapshot, invoice)?,
        None => copy_of_draft(snapshot, rules, invoice, IssueTerms::on(today))?.0,
    };
    let days = invoice.issued.as_ref().and_then(|issued| today.since(issued.due_on).ok());
    let level = days.and_then(|days| ReminderLevel::of_days(days.get_days().clamp(-365, 365)));
    let reminder = match level.filter(|_| template == EmailTemplate::Reminder) {
        Some(level) => Some(OpenAccount::of(snapshot, &customer, invoice.currency)?.reminder(level, &[], today)),
        None => None,
    };
    (mailing.compose)(&InvoiceNotice {
        template,
        customer: &customer,
        invoice,
        copy: &copy,
        reminder: reminder.as_ref(),
    })
}

/// The newest level that is due, unless it or a later one was queued. A level whose day is not after the issue is never due: a
/// reminder must not come with the invoice.
fn due_level(
    snapshot: &Snapshot<'_>,
    invoice: &Invoice,
    levels: &[ReminderLevel],
    today: Date,
) -> Result<Option<ReminderLevel>> {
    let Some(issued) = &invoice.issued else { return Ok(None) };
    let is_due = |level: &ReminderLevel| {
        let day = issued.due_on.checked_add(i64::from(level.days()).days()).unwrap_or(Date::MAX);
        issued.issued_on < day && day <= today
    };
    let Some(newest) = levels.iter().copied().filter(is_due).max() else { return Ok(None) };
    let last = snapshot.last_reminder(invoice.id)?;
    Ok(Some(newest).filter(|newest| last.is_none_or(|last| last < *newest)))
}

/// The open invoices, of one customer or all, the earliest due date first.
fn open_invoices(snapshot: &Snapshot<'_>, customer_id: Option<i64>) -> Result<Vec<Invoice>> {
    let filter = InvoiceFilter {
        customer_id,
        kind: Some(InvoiceKind::Invoice),
        is_issued: Some(true),
        is_open: true,
        page: Page { sort: InvoiceSort::DueOn, ..Page::default() },
        ..InvoiceFilter::default()
    };
    let mut open = Vec::new();
    snapshot.invoices(&filter, |invoice| {
        open.push(invoice);
        Ok::<_, Error>(())
    })?;
    Ok(open)
}

/// What a customer owes in a currency.
struct OpenAccount {
    invoices: Vec<Invoice>,
    unallocated: Money,
    owed: Money,
}

impl OpenAccount {
    fn of(snapshot: &Snapshot<'_>, customer: &Customer, currency: Currency) -> Result<Self> {
        let overflow = || Error::Overflow { what: "what the customer owes" };
        let mut invoices = open_invoices(snapshot, Some(customer.id))?;
        invoices.retain(|invoice| invoice.currency == currency);
        let filter = ReceivableFilter {
            customer_id: Some(customer.id),
            currency: Some(currency),
            is_open: true,
            ..ReceivableFilter::default()
        };
        let mut unallocated = Money::ZERO;
        snapshot.receivables(&filter, |entry| {
            if entry.booking.amount < Money::ZERO {
                unallocated = unallocated.checked_add(entry.unallocated()).ok_or_else(overflow)?;
            }
            Ok::<_, Error>(())
        })?;
        let open = invoices.iter().try_fold(Money::ZERO, |sum, invoice| sum.checked_add(invoice.open()));
        let owed = unallocated.checked_neg().zip(open).and_then(|(less, open)| open.checked_add(less));
        Ok(Self { invoices, unallocated, owed: owed.ok_or_else(overflow)? })
    }

    fn reminder(&self, level: ReminderLevel, levels: &[ReminderLevel], today: Date) -> Reminder {
        Reminder {
            level,
            is_last: levels.iter().all(|other| *other <= level),
            today,
            open_invoices: self.invoices.clone(),
            unallocated: self.unallocated,
            owed: self.owed,
        }
    }
}

/// Records a reminder and queues its emails; `None` if the customer has no address.
fn queue(
    tx: &mut Tx<'_>,
    mailing: &InvoiceMailing,
    customer: &Customer,
    invoice: &Invoice,
    reminder: &Reminder,
) -> Result<Option<Vec<OutboxEmail>>> {
    let recipients = invoice_recipients(tx, customer)?;
    if recipients.is_empty() {
        return Ok(None);
    }
    let copy = issued_copy(tx, invoice)?;
    let template = EmailTemplate::Reminder;
    let notice = InvoiceNotice { template, customer, invoice, copy: &copy, reminder: Some(reminder) };
    let outgoing = Outgoing {
        kind: InvoiceEmailKind::Reminder,
        content: (mailing.compose)(&notice)?,
        attachments: vec![stored_pdf(tx, invoice)?],
    };
    tx.insert_reminder(invoice.id, reminder.level)?;
    let mut emails = Vec::new();
    for recipient in &recipients {
        emails.push(outgoing.queue(tx, customer, invoice, recipient, Some(reminder.level))?);
    }
    let addresses: Vec<&str> = recipients.iter().map(EmailAddress::as_str).collect();
    tx.record(&change("remind", invoice).field("level", (), reminder.level.to_string()).field("to", (), addresses))?;
    Ok(Some(emails))
}
