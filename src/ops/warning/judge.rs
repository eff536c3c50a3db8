//! What a check finds: the balances that have crossed a threshold, and who is to be told what of it.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::model::{
    Crossing, CrossingCause, Customer, EmailAddress, EmailState, EmailTemplate, Level, Money, OutboxEmail,
    RenderedEmail, Unit, Warning, WarningDetails,
};
use crate::ops::outbox;
use crate::report::{internal_recipients, warning_recipients};
use crate::store::{Crossed, OutboxFilter, Tx};

/// What an email about a balance tells.
#[derive(Debug)]
pub struct Notice<'a> {
    pub kind: EmailTemplate,
    pub customer: &'a Customer,
    pub unit: Unit,
    pub balance: Money,
    pub level: Level,
    pub thresholds: &'a WarningDetails,
    /// Who at the customer is told, for the email to ourselves.
    pub customer_recipients: &'a [EmailAddress],
}

/// Turns a notice into an email. The judge does not know how emails look.
pub type Compose<'a> = &'a dyn Fn(&Notice<'_>) -> Result<RenderedEmail>;

/// A crossing, and the emails that tell of it.
#[derive(Debug)]
pub struct Judged {
    pub crossing: Crossing,
    pub emails: Vec<OutboxEmail>,
    /// Whether the customer was to be told and has no address.
    pub nobody_to_tell: bool,
}

/// A balance that could not be judged, because data of its customer breaks a rule.
#[derive(Debug)]
pub struct Broken {
    /// Customer and unit.
    pub name: String,
    pub error: Error,
}

/// What a check found.
#[derive(Debug, Default)]
pub struct Judgement {
    pub judged: Vec<Judged>,
    pub broken: Vec<Broken>,
}

/// Compares every active balance that has a warning with its thresholds, records each crossing and queues its emails. One that
/// cannot be judged stays as it is, and keeps no other from being judged.
///
/// `internal` are our own addresses, for warnings that name none.
pub fn judge(tx: &mut Tx<'_>, internal: &[EmailAddress], compose: Compose<'_>) -> Result<Judgement> {
    let mut judgement = Judgement::default();
    for Crossed { name, found } in tx.warnings_crossed()? {
        let judged = found
            .and_then(|(warning, balance)| tx.attempt(|tx| cross(tx, &warning, balance, internal, compose)).flatten());
        match judged {
            Ok(judged) => judgement.judged.push(judged),
            Err(error @ Error::Damaged(_)) => judgement.broken.push(Broken { name, error }),
            Err(error) => return Err(error),
        }
    }
    Ok(judgement)
}

fn cross(
    tx: &mut Tx<'_>,
    warning: &Warning,
    balance: Money,
    internal: &[EmailAddress],
    compose: Compose<'_>,
) -> Result<Judged> {
    let customer = tx.customer_of(warning.customer_id)?;
    let customer_recipients = warning_recipients(tx, &customer, &warning.details)?;
    let level = warning.details.level(balance);
    let (mut told, mut taken_back) = (emails_of_episode(tx, warning)?, take_back(tx, warning, level)?);
    let wanted =
        |email: &OutboxEmail| warning.details.notify_customer || email.content.template == EmailTemplate::Internal;
    told.retain(wanted);
    taken_back.retain(wanted);
    let crossing = tx.insert_crossing(warning, level, CrossingCause::Balance, balance)?;
    let audience = if level > warning.state {
        let kind = if level == Level::Lower { EmailTemplate::LowLower } else { EmailTemplate::LowUpper };
        let ours = internal_recipients(&warning.details, internal).to_vec();
        vec![(kind, customer_recipients.clone()), (EmailTemplate::Internal, ours)]
    } else if level == Level::Ok {
        vec![(EmailTemplate::Recovered, if warning.details.notify_recovery { warned(&told) } else { Vec::new() })]
    } else {
        instead(&taken_back, &told)
    };
    let mut emails = Vec::new();
    for (kind, addresses) in audience.into_iter().filter(|(_, addresses)| !addresses.is_empty()) {
        let (unit, thresholds) = (warning.unit, &warning.details);
        let customer_recipients = &customer_recipients;
        let content =
            compose(&Notice { kind, customer: &customer, unit, balance, level, thresholds, customer_recipients })?;
        // An address that is named twice is told once.
        let mut named = BTreeSet::new();
        for to in addresses.iter().filter(|to| named.insert(*to)) {
            emails.push(outbox::queue(tx, Some(&customer), Some(&crossing), to, &content)?);
        }
    }
    let nobody_to_tell = level > warning.state && warning.details.notify_customer && customer_recipients.is_empty();
    Ok(Judged { crossing, emails, nobody_to_tell })
}

/// Takes back what waits to be sent about a balance that has changed since, and gives it as it was.
fn take_back(tx: &mut Tx<'_>, warning: &Warning, level: Level) -> Result<Vec<OutboxEmail>> {
    let why = match (warning.state, level) {
        (_, Level::Ok) => "the balance has recovered",
        (Level::Ok, _) => "the balance is low again",
        (Level::Upper, _) => "the balance is lower still",
        (Level::Lower, _) => "the balance is no longer that low",
    };
    let waiting: Vec<OutboxEmail> = tx.unsettled_emails(warning)?;
    let waiting: Vec<OutboxEmail> = waiting.into_iter().filter(|email| email.state != EmailState::Sending).collect();
    waiting.iter().try_for_each(|email| outbox::take_back(tx, email, why))?;
    Ok(waiting)
}

/// The emails that told of the low balance since it last was not low.
fn emails_of_episode(tx: &Tx<'_>, warning: &Warning) -> Result<Vec<OutboxEmail>> {
    let mut emails = Vec::new();
    for crossing in tx.crossings(warning.customer_id, warning.unit)? {
        if crossing.to == Level::Ok {
            break;
        }
        emails.extend(tx.emails_of(&OutboxFilter { crossing_id: Some(crossing.id), ..OutboxFilter::default() })?);
    }
    Ok(emails)
}

/// Who was told, or may have been.
fn warned(emails: &[OutboxEmail]) -> Vec<EmailAddress> {
    let reached = emails.iter().filter(|email| email.may_have_arrived());
    reached.map(|email| email.recipient.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The early warnings that go out in place of urgent ones that were taken back, but to those who have had one already.
fn instead(taken_back: &[OutboxEmail], told: &[OutboxEmail]) -> Vec<(EmailTemplate, Vec<EmailAddress>)> {
    let is_ours = |email: &OutboxEmail| email.content.template == EmailTemplate::Internal;
    let reached = |of: &OutboxEmail| {
        let same = |email: &&OutboxEmail| email.recipient == of.recipient && is_ours(email) == is_ours(of);
        told.iter().filter(same).any(|email| email.state == EmailState::Sent)
    };
    let untold = |ours: bool| {
        let emails = taken_back.iter().filter(|email| is_ours(email) == ours && !reached(email));
        emails.map(|email| email.recipient.clone()).collect()
    };
    vec![(EmailTemplate::LowUpper, untold(false)), (EmailTemplate::Internal, untold(true))]
}
