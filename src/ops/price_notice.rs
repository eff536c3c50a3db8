//! Notifies customers of planned changes of prices: queues an email to each, once per change and customer.

use jiff::SignedDuration;

use crate::error::{Error, Result, count};
use crate::model::{Change, EmailAddress, EntityKind, Money, OutboxEmail, RenderedEmail, Time};
use crate::ops::{active, outbox};
use crate::report::{NoticeQuestion, NoticedChange, PriceNotice, price_notices};
use crate::store::Tx;

/// The number of rises that a refusal lists.
const LISTED: usize = 20;

/// A customer with changes of which it was not notified yet.
#[derive(Debug)]
pub struct NotifiedCustomer {
    pub notice: PriceNotice,
    /// One email for each recipient; none if the customer has no address.
    pub emails: Vec<OutboxEmail>,
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
    let notices = price_notices(tx, &plan, question)?;
    if let Some(days) = minimum_notice_days {
        refuse_short_notice(&notices, days, tx.at())?;
    }
    notices.into_iter().map(|notice| notify_customer(tx, notice, compose)).collect()
}

fn notify_customer(
    tx: &mut Tx<'_>,
    notice: PriceNotice,
    compose: &dyn Fn(&PriceNotice) -> Result<RenderedEmail>,
) -> Result<NotifiedCustomer> {
    if notice.recipients.is_empty() {
        return Ok(NotifiedCustomer { notice, emails: Vec::new() });
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
    let queue = |address| outbox::queue(tx, Some(customer), None, address, &content);
    let emails = notice.recipients.iter().map(queue).collect::<Result<_>>()?;
    Ok(NotifiedCustomer { notice, emails })
}

/// Refuses rises that count sooner than some days from now, and lists them.
fn refuse_short_notice(notices: &[PriceNotice], days: u64, now: Time) -> Result<()> {
    let notice = SignedDuration::from_hours(24_i64.saturating_mul(days.try_into().unwrap_or(i64::MAX / 24)));
    let is_soon = |change: &&NoticedChange| {
        change.is_rise() && change.effective.timestamp().duration_since(now.timestamp()) < notice
    };
    let mut soon: Vec<(Time, String)> = Vec::new();
    for PriceNotice { customer, plan, changes, .. } in notices {
        for NoticedChange { effective, destination, before, after, .. } in changes.iter().filter(is_soon) {
            let price =
                |price: Option<Money>| price.map_or_else(|| "no price".to_owned(), |price| plan.unit.format(price));
            let (code, from) = (&customer.account_code, effective.for_reading());
            let text = format!("{code}: {destination} from {} to {} at {from} UTC", price(*before), price(*after));
            soon.push((*effective, text));
        }
    }
    if soon.is_empty() {
        return Ok(());
    }
    soon.sort();
    let listed: Vec<&str> = soon.iter().take(LISTED).map(|(_, text)| text.as_str()).collect();
    let others = match soon.len().saturating_sub(LISTED) {
        0 => String::new(),
        others => format!("; and {}", count(others as u64, "other")),
    };
    let (rises, days) = (count(soon.len() as u64, "rise"), count(days, "day"));
    let verb = if soon.len() == 1 { "is" } else { "are" };
    Err(Error::Refused(format!("{rises} {verb} less than {days} away: {}{others}", listed.join("; "))))
}
