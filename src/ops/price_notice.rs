//! Notifies customers of planned changes of prices: queues an email to each, once per change and customer.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::error::{Error, Result, count};
use crate::model::{
    AccountCode, Change, EmailAddress, EmailCause, EntityKind, Money, PriceChangeKind, RenderedEmail, Time,
};
use crate::ops::{active, outbox};
use crate::report::{NoticeQuestion, NoticedChange, PlannedNotices, PriceNotice};
use crate::store::Tx;

/// The number of rises that a refusal lists.
const LISTED: usize = 20;

/// A customer with changes of which it was not notified yet.
#[derive(Debug)]
pub struct NotifiedCustomer {
    pub customer: AccountCode,
    pub changes: usize,
    pub higher: usize,
    pub lower: usize,
    pub withdrawn: usize,
    /// The number of changes of destinations with recent messages.
    pub used: usize,
    /// When the first change counts.
    pub effective: Option<Time>,
    /// Each got an email.
    pub recipients: Vec<EmailAddress>,
    /// The subject of the email; `None` if there is no recipient.
    pub subject: Option<String>,
}

/// Queues the emails about planned changes of a plan. A customer without an address gets none, and is asked for again.
///
/// # Errors
/// [`Error::Refused`] when a rise counts sooner than `minimum_notice_days` from now.
pub fn notify(
    tx: &mut Tx<'_>,
    plan: &str,
    question: NoticeQuestion,
    minimum_notice_days: Option<u64>,
    compose: &dyn Fn(&PriceNotice) -> Result<RenderedEmail>,
) -> Result<Vec<NotifiedCustomer>> {
    let plan = active::plan(tx, plan)?;
    let notices = PlannedNotices::new(tx, &plan, question)?;
    if let Some(days) = minimum_notice_days {
        refuse_short_notice(tx, &notices, days)?;
    }
    let mut notified = Vec::new();
    for customer_id in notices.customer_ids() {
        if let Some(notice) = notices.notice(tx, customer_id)? {
            notified.push(notify_customer(tx, notice, compose)?);
        }
    }
    notified.sort_by_key(|notified| notified.customer.as_str().to_ascii_lowercase());
    Ok(notified)
}

fn notify_customer(
    tx: &mut Tx<'_>,
    notice: PriceNotice,
    compose: &dyn Fn(&PriceNotice) -> Result<RenderedEmail>,
) -> Result<NotifiedCustomer> {
    let number_of = |kind| {
        let kinds = notice.changes.iter().map(|change| PriceChangeKind::of(change.before, change.after));
        kinds.filter(|of_change| *of_change == kind).count()
    };
    let mut notified = NotifiedCustomer {
        customer: notice.customer.account_code.clone(),
        changes: notice.changes.len(),
        higher: number_of(PriceChangeKind::Higher),
        lower: number_of(PriceChangeKind::Lower),
        withdrawn: number_of(PriceChangeKind::Withdrawn),
        used: notice.changes.iter().filter(|change| change.is_used).count(),
        effective: notice.changes.first().map(|change| change.effective),
        recipients: Vec::new(),
        subject: None,
    };
    if notice.recipients.is_empty() {
        return Ok(notified);
    }
    let content = compose(&notice)?;
    let customer = &notice.customer;
    let addresses: Vec<&str> = notice.recipients.iter().map(EmailAddress::as_str).collect();
    let change = Change::new(EntityKind::Customer, "notify", &customer.account_code, Some(customer.id))
        .field("plan", (), &notice.plan.code)
        .field("to", (), addresses)
        .field("changes", (), notice.changes.len());
    tx.record(&change)?;
    for change in &notice.changes {
        tx.record_price_notice(customer.id, change.price_id)?;
    }
    for address in &notice.recipients {
        outbox::queue(tx, Some(customer), EmailCause::Command, address, &content)?;
    }
    notified.subject = Some(content.subject);
    notified.recipients = notice.recipients;
    Ok(notified)
}

/// Refuses rises that count sooner than some days from now, and lists the first of them.
fn refuse_short_notice(tx: &Tx<'_>, notices: &PlannedNotices, days: u64) -> Result<()> {
    let least = SignedDuration::from_hours(24_i64.saturating_mul(days.try_into().unwrap_or(i64::MAX / 24)));
    let now = tx.at().timestamp();
    let is_soon =
        |change: &&NoticedChange| change.is_rise() && change.effective.timestamp().duration_since(now) < least;
    let (mut first, mut number) = (BTreeSet::new(), 0);
    for customer_id in notices.customer_ids() {
        let Some(PriceNotice { customer, plan, changes, .. }) = notices.notice(tx, customer_id)? else { continue };
        for change in changes.iter().filter(is_soon) {
            let NoticedChange { effective, destination, before, after, .. } = change;
            let price =
                |price: Option<Money>| price.map_or_else(|| "no price".to_owned(), |price| plan.unit.format(price));
            let (code, from) = (&customer.account_code, effective.for_reading());
            let text = format!("{code}: {destination} from {} to {} at {from} UTC", price(*before), price(*after));
            first.insert((*effective, text));
            number += 1;
            if first.len() > LISTED {
                first.pop_last();
            }
        }
    }
    if first.is_empty() {
        return Ok(());
    }
    let listed: Vec<&str> = first.iter().map(|(_, text)| text.as_str()).collect();
    let others = match number - first.len() as u64 {
        0 => String::new(),
        others => format!("; and {}", count(others, "other")),
    };
    let (rises, days) = (count(number, "rise"), count(days, "day"));
    let verb = if number == 1 { "is" } else { "are" };
    Err(Error::Refused(format!("{rises} {verb} less than {days} away: {}{others}", listed.join("; "))))
}
