//! What a check finds: the balances that have crossed a mark, and who is to be told what of it.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::model::{
    Cause, Composed, Crossing, Customer, EmailAddress, Letter, LetterKind, LetterState, Level, Money, Unit, Warning,
    WarningDetails,
};
use crate::ops::outbox;
use crate::ops::warning::recipients;
use crate::store::{Crossed, LetterFilter, Tx};

/// What a letter about a balance tells.
#[derive(Debug)]
pub struct Notice<'a> {
    pub kind: LetterKind,
    pub customer: &'a Customer,
    pub unit: Unit,
    pub balance: Money,
    pub level: Level,
    pub marks: &'a WarningDetails,
    /// Who at the customer is told, for the letter to ourselves.
    pub customer_recipients: &'a [EmailAddress],
}

/// Turns a notice into a letter. The judge does not know how letters look.
pub type Compose<'a> = &'a dyn Fn(&Notice<'_>) -> Result<Composed>;

/// A crossing, and the letters that tell of it.
#[derive(Debug)]
pub struct Judged {
    pub crossing: Crossing,
    pub letters: Vec<Letter>,
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

/// Compares every active balance that has a warning with its marks, records each crossing and queues its letters. One that
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
    let customer_recipients = recipients(tx, &customer, &warning.details)?;
    let level = warning.details.level(balance);
    let (mut told, mut taken_back) = (letters_of_episode(tx, warning)?, take_back(tx, warning, level)?);
    let wanted = |letter: &Letter| warning.details.tell_customer || letter.content.kind == LetterKind::Internal;
    told.retain(wanted);
    taken_back.retain(wanted);
    let crossing = tx.insert_crossing(warning, level, Cause::Balance, balance)?;
    let audience = if level > warning.state {
        let kind = if level == Level::Lower { LetterKind::LowLower } else { LetterKind::LowUpper };
        let ours = if warning.details.internal.is_empty() { internal } else { &warning.details.internal };
        vec![(kind, customer_recipients.clone()), (LetterKind::Internal, ours.to_vec())]
    } else if level == Level::Ok {
        vec![(LetterKind::AllClear, if warning.details.all_clear { warned(&told) } else { Vec::new() })]
    } else {
        instead(&taken_back, &told)
    };
    let mut letters = Vec::new();
    for (kind, addresses) in audience.into_iter().filter(|(_, addresses)| !addresses.is_empty()) {
        let (unit, marks) = (warning.unit, &warning.details);
        let customer_recipients = &customer_recipients;
        let content = compose(&Notice { kind, customer: &customer, unit, balance, level, marks, customer_recipients })?;
        // An address that is named twice is told once.
        let mut named = BTreeSet::new();
        for to in addresses.iter().filter(|to| named.insert(*to)) {
            letters.push(outbox::queue(tx, Some(&customer), Some(&crossing), to, &content)?);
        }
    }
    let nobody_to_tell = level > warning.state && warning.details.tell_customer && customer_recipients.is_empty();
    Ok(Judged { crossing, letters, nobody_to_tell })
}

/// Takes back what waits to be sent about a balance that has changed since, and gives it as it was.
fn take_back(tx: &mut Tx<'_>, warning: &Warning, level: Level) -> Result<Vec<Letter>> {
    let why = match (warning.state, level) {
        (_, Level::Ok) => "the balance has recovered",
        (Level::Ok, _) => "the balance is low again",
        (Level::Upper, _) => "the balance is lower still",
        (Level::Lower, _) => "the balance is no longer that low",
    };
    let waiting: Vec<Letter> = tx.unsettled_letters(warning)?;
    let waiting: Vec<Letter> = waiting.into_iter().filter(|letter| letter.state != LetterState::Sending).collect();
    waiting.iter().try_for_each(|letter| outbox::take_back(tx, letter, why))?;
    Ok(waiting)
}

/// The letters that told of the low balance since it last was not low.
fn letters_of_episode(tx: &Tx<'_>, warning: &Warning) -> Result<Vec<Letter>> {
    let mut letters = Vec::new();
    for crossing in tx.crossings(warning.customer_id, warning.unit)? {
        if crossing.to == Level::Ok {
            break;
        }
        letters.extend(tx.letters_of(&LetterFilter { crossing_id: Some(crossing.id), ..LetterFilter::default() })?);
    }
    Ok(letters)
}

/// Who was told, or may have been.
fn warned(letters: &[Letter]) -> Vec<EmailAddress> {
    let reached = letters.iter().filter(|letter| letter.may_have_arrived());
    reached.map(|letter| letter.recipient.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The early warnings that go out in place of urgent ones that were taken back, but to those who have had one already.
fn instead(taken_back: &[Letter], told: &[Letter]) -> Vec<(LetterKind, Vec<EmailAddress>)> {
    let is_ours = |letter: &Letter| letter.content.kind == LetterKind::Internal;
    let reached = |of: &Letter| {
        let same = |letter: &&Letter| letter.recipient == of.recipient && is_ours(letter) == is_ours(of);
        told.iter().filter(same).any(|letter| letter.state == LetterState::Sent)
    };
    let untold = |ours: bool| {
        let letters = taken_back.iter().filter(|letter| is_ours(letter) == ours && !reached(letter));
        letters.map(|letter| letter.recipient.clone()).collect()
    };
    vec![(LetterKind::LowUpper, untold(false)), (LetterKind::Internal, untold(true))]
}
