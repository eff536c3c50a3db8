//! Warnings: setting their marks, and finding out which balances have crossed them.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::model::{
    Balance, Change, Composed, Crossing, Customer, EmailAddress, Invalid, Letter, LetterKind, LetterState, Level,
    Money, Noun, Role, Unit, Warning, WarningDetails,
};
use crate::ops::{customer, outbox};
use crate::store::{ContactFilter, ContactSort, LetterFilter, Lives, Page, Snapshot, Tx};

/// Changes the warning of a customer's balance, making it if there is none.
pub fn set(tx: &mut Tx<'_>, customer: &str, unit: Unit, change: impl FnOnce(&mut WarningDetails)) -> Result<Warning> {
    let customer = customer::active(tx, customer)?;
    let before = tx.warning(&customer, unit)?.map(|warning| warning.details);
    let mut details = before.clone().unwrap_or_else(WarningDetails::empty);
    change(&mut details);
    check(unit, &details)?;
    let subject = Balance::name_of(&customer.account_code, unit);
    let change =
        Change::new(Noun::Balance, "warn", subject, Some(customer.id)).between(before.as_ref(), Some(&details));
    if !change.is_empty() || before.is_none() {
        tx.set_warning(&customer, unit, &details)?;
        tx.record(&change)?;
    }
    tx.warning(&customer, unit)?.ok_or_else(|| Error::Internal("a warning just written is not there".to_owned()))
}

fn check(unit: Unit, details: &WarningDetails) -> Result<()> {
    for (field, mark) in [("upper", details.upper), ("lower", details.lower)] {
        if let Some(mark) = mark {
            unit.check(mark).map_err(|rule| Error::invalid(field, mark, rule))?;
        }
    }
    match (details.upper, details.lower) {
        (Some(upper), Some(lower)) if lower > upper => {
            Err(Error::invalid("lower", lower, Invalid::rule(format!("must not be above upper, which is {upper}"))))
        }
        (None, Some(lower)) => Err(Error::invalid("lower", lower, Invalid::rule("needs an upper mark beside it"))),
        _ => Ok(()),
    }
}

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

/// Compares every active balance that has a warning with its marks, records each crossing and queues its letters.
///
/// `internal` are our own addresses, for warnings that name none.
pub fn judge(tx: &mut Tx<'_>, internal: &[EmailAddress], compose: Compose<'_>) -> Result<Vec<Judged>> {
    let crossed = tx.warnings_crossed()?;
    crossed.into_iter().map(|(warning, balance)| cross(tx, &warning, balance, internal, compose)).collect()
}

fn cross(
    tx: &mut Tx<'_>,
    warning: &Warning,
    balance: Money,
    internal: &[EmailAddress],
    compose: Compose<'_>,
) -> Result<Judged> {
    let customer = tx.customer_of(warning.customer_id)?;
    let level = warning.details.level(balance);
    let crossing = tx.insert_crossing(warning, level, balance)?;
    let customer_recipients = recipients(tx, &customer, &warning.details)?;
    let notice = |kind| Notice {
        kind,
        customer: &customer,
        unit: warning.unit,
        balance,
        level,
        marks: &warning.details,
        customer_recipients: &customer_recipients,
    };
    let mut letters = Vec::new();
    let mut queue = |tx: &mut Tx<'_>, to: &EmailAddress, content: &Composed| -> Result<()> {
        letters.push(outbox::queue(tx, Some(&customer), Some(&crossing), to, content)?);
        Ok(())
    };
    if level > warning.state {
        let kind = if level == Level::Lower { LetterKind::LowLower } else { LetterKind::LowUpper };
        if !customer_recipients.is_empty() {
            let content = compose(&notice(kind))?;
            for to in &customer_recipients {
                queue(tx, to, &content)?;
            }
        }
        let ours = if warning.details.internal.is_empty() { internal } else { &warning.details.internal };
        // An address that the configuration names twice is told once.
        let ours: BTreeSet<&EmailAddress> = ours.iter().collect();
        if !ours.is_empty() {
            let content = compose(&notice(LetterKind::Internal))?;
            for to in ours {
                queue(tx, to, &content)?;
            }
        }
    } else if level == Level::Ok {
        let told = told_of_low(tx, warning)?;
        if warning.details.all_clear && !told.is_empty() {
            let content = compose(&notice(LetterKind::AllClear))?;
            for to in &told {
                queue(tx, to, &content)?;
            }
        }
    }
    let nobody_to_tell = level > warning.state && warning.details.tell_customer && customer_recipients.is_empty();
    Ok(Judged { crossing, letters, nobody_to_tell })
}

/// Where a customer is told: the warning's addresses, else its billing contacts, else its invoice emails; nowhere when it
/// is not to be told.
pub fn recipients(snapshot: &Snapshot<'_>, customer: &Customer, details: &WarningDetails) -> Result<Vec<EmailAddress>> {
    if !details.tell_customer {
        return Ok(Vec::new());
    }
    if !details.to.is_empty() {
        return Ok(details.to.clone());
    }
    let mut billing = BTreeSet::new();
    let filter = ContactFilter {
        customer_id: Some(customer.id),
        lives: Lives::All,
        role: Some(Role::Billing),
        search: None,
        page: Page { sort: ContactSort::Id, descending: false, limit: None },
    };
    snapshot.contacts(&filter, |contact| {
        billing.extend(contact.details.email);
        Ok::<_, Error>(())
    })?;
    if billing.is_empty() { Ok(customer.details.invoice_emails.clone()) } else { Ok(billing.into_iter().collect()) }
}

/// Who was told that the balance is low since it last was not. Letters that nobody has begun to send are taken back: they
/// would tell of what is over.
fn told_of_low(tx: &mut Tx<'_>, warning: &Warning) -> Result<BTreeSet<EmailAddress>> {
    let mut told = BTreeSet::new();
    let crossings = tx.crossings(warning.customer_id, warning.unit)?;
    // The first is the recovery that was just recorded; the episode began where the state was last left.
    for crossing in crossings.iter().skip(1) {
        if crossing.to == Level::Ok {
            break;
        }
        let filter = LetterFilter { crossing_id: Some(crossing.id), ..LetterFilter::default() };
        for letter in tx.letters_of(&filter)? {
            match letter.state {
                LetterState::Pending => outbox::take_back(tx, &letter, "the balance has recovered")?,
                LetterState::Sent | LetterState::Sending | LetterState::Uncertain => {
                    told.insert(letter.recipient);
                }
                LetterState::Failed | LetterState::Cancelled => {}
            }
        }
        if crossing.from == Level::Ok {
            break;
        }
    }
    Ok(told)
}
