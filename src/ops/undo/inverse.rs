//! The inverse of each change: the operation that brings back what was before.

use crate::error::{Error, Result};
use crate::model::{
    Customer, EffectiveFrom, EntityKind, Event, Money, MsisdnSet, PriceDestination, Time, Unit, WarningDetails,
};
use crate::ops::price::NewPrice;
use crate::ops::service::ServiceChange;
use crate::ops::undo::refusal::UndoError;
use crate::ops::undo::state::{before, created, new, old, parsed, refuse_later_change, removed};
use crate::ops::{balance, contact, customer, overlay, plan, price, service, smpp, warning};
use crate::store::Tx;

/// Applies the inverse of an event; says whether that changed anything.
pub(super) fn apply(tx: &mut Tx<'_>, event: &Event) -> Result<bool, UndoError> {
    let subject = event.change.subject.as_str();
    match (event.change.entity, event.change.action.as_str()) {
        (EntityKind::Customer, "edit") => edit_customer(tx, event)?,
        (EntityKind::Customer, "new" | "unarchive") => done(customer::archive(tx, subject))?,
        (EntityKind::Customer, "archive") => done(customer::unarchive(tx, subject))?,
        (EntityKind::Contact, action) => change_contact(tx, event, action)?,
        (EntityKind::Service, "edit") => edit_service(tx, event)?,
        (EntityKind::Plan, "edit") => {
            let details = before(tx, event, &tx.plan(subject)?.details)?;
            done(plan::edit(tx, subject, |plan| *plan = details))?;
        }
        (EntityKind::Plan, "new" | "unarchive") => done(plan::archive(tx, subject))?,
        (EntityKind::Plan, "archive") => done(plan::unarchive(tx, subject))?,
        (EntityKind::Price, _) => change_price(tx, event)?,
        (EntityKind::Smpp, "edit" | "enable" | "disable") => edit_account(tx, event)?,
        (EntityKind::Smpp, "add" | "unarchive") => done(smpp::archive(tx, subject))?,
        (EntityKind::Smpp, "archive") => done(smpp::unarchive(tx, subject))?,
        (EntityKind::Balance, "limit") => change_limit(tx, event)?,
        (EntityKind::Balance, "warn") => change_warning(tx, event)?,
        (EntityKind::Balance, _) => return refuse_money(tx, event),
        (entity, action) => return Err(refusal(event, entity, action)),
    }
    Ok(true)
}

fn done<T>(result: Result<T>) -> Result<(), UndoError> {
    result.map(drop).map_err(UndoError::Error)
}

/// What is not undone this way, and what to do instead.
fn refusal(event: &Event, entity: EntityKind, action: &str) -> UndoError {
    let subject = &event.change.subject;
    let (why, instead) = match (entity, action) {
        (EntityKind::Note, _) => {
            let code = subject.split(' ').next().unwrap_or_default();
            ("added a note, and notes are only ever added", Some(format!("`ssgctl note add {code} TEXT` corrects it")))
        }
        (EntityKind::Smpp, "rotate-password" | "end-grace") => {
            let command = format!("`ssgctl smpp rotate-password {subject} --password-stdin` sets one");
            ("changed a password, and the audit log has no passwords", Some(command))
        }
        (EntityKind::Traffic, "import" | "close") => {
            ("imported traffic", Some(format!("`ssgctl traffic revert {subject}` takes it back with its charges")))
        }
        (EntityKind::Traffic, "reprice") => {
            ("repriced traffic", Some("`ssgctl traffic reprice` does so again at the prices that you set".to_owned()))
        }
        (EntityKind::Traffic, "prune") => ("removed messages for good", None),
        (EntityKind::Email, "cancel") => {
            ("cancelled an email", Some(format!("`ssgctl mail retry {subject}` queues it")))
        }
        (EntityKind::Email, "retry") => ("queued an email", Some(format!("`ssgctl mail cancel {subject}` cancels it"))),
        (EntityKind::Plan, "import") => {
            ("imported a price list", Some(format!("`ssgctl plan import --plan {subject}` reads the earlier list")))
        }
        (EntityKind::Traffic, "expire") => ("gave up messages; a later report of one still wins", None),
        (EntityKind::Invoice, "issue" | "credit") => (
            "issued a document, which never changes",
            Some("`ssgctl invoice credit NUMBER --reason TEXT` credits an invoice".to_owned()),
        ),
        (EntityKind::Invoice, "write_off") => (
            "wrote off an invoice",
            Some(format!("`ssgctl invoice write-off {subject} --reverse --description TEXT` takes that back")),
        ),
        (EntityKind::Invoice, "hold") => ("put invoices on hold", Some(format!("`ssgctl invoice release {subject}`"))),
        (EntityKind::Invoice, "release") => ("released invoices", Some(format!("`ssgctl invoice hold {subject}`"))),
        (EntityKind::Invoice, "send" | "remind") => {
            ("queued emails of an invoice", Some("`ssgctl mail cancel ID` cancels one that waits".to_owned()))
        }
        (EntityKind::Invoice, "cancel") => ("cancelled a draft", Some("`ssgctl invoice new` makes another".to_owned())),
        (EntityKind::Invoice, _) => {
            ("changed an invoice", Some(format!("`ssgctl invoice cancel {subject}` ends a draft")))
        }
        (EntityKind::Payment, "record") => (
            "recorded a payment, and payments are reversed",
            Some(format!("`ssgctl payment reverse {subject} --description TEXT`")),
        ),
        (EntityKind::Payment, _) => ("booked money that customers owe or paid", None),
        (EntityKind::Fee, "add") => ("added a fee", Some(format!("`ssgctl fee end {subject}` ends it"))),
        (EntityKind::Fee, _) => ("ended a fee", Some("`ssgctl fee add` adds another".to_owned())),
        (EntityKind::Export, _) => (
            "wrote files for an accounting program",
            Some(format!("`ssgctl invoice export --run {subject} FOLDER` writes them again")),
        ),
        (EntityKind::Service, "new") => ("created a service, and services are not archived", None),
        _ => ("changed nothing that can be taken back", None),
    };
    UndoError::refused(event, why, instead)
}

/// Money is moved back by a reversal, which says why. An entry that was reversed since needs no more.
fn refuse_money(tx: &Tx<'_>, event: &Event) -> Result<bool, UndoError> {
    let Some(entry) = new(event, "entry").and_then(|entry| entry.as_i64()) else {
        return Err(refusal(event, event.change.entity, &event.change.action));
    };
    if tx.reversal_of(entry)?.is_some() {
        return Ok(false);
    }
    let why = format!("posted entry {entry}, and entries of the ledger are reversed");
    Err(UndoError::refused(event, &why, format!("`ssgctl balance reverse {entry} --description TEXT`")))
}

fn edit_customer(tx: &mut Tx<'_>, event: &Event) -> Result<(), UndoError> {
    let subject = event.change.subject.as_str();
    if let Some(plan) = old(event, "overlay") {
        refuse_later_change(tx, event, "overlay")?;
        let plan: Option<String> = parsed(plan)?;
        return done(overlay::set_of_customer(tx, subject, plan.as_deref(), effective_from(event)?));
    }
    let details = before(tx, event, &tx.customer(subject)?.details)?;
    done(customer::edit(tx, subject, |customer| {
        *customer = details;
        Ok(())
    }))
}

fn change_contact(tx: &mut Tx<'_>, event: &Event, action: &str) -> Result<(), UndoError> {
    let subject = event.change.subject.as_str();
    let (code, id) = subject.rsplit_once(' ').unwrap_or((subject, ""));
    match action {
        "edit" => {
            let customer = tx.customer(code)?;
            let details = before(tx, event, &tx.contact(&customer, id)?.details)?;
            done(contact::edit(tx, code, id, |contact| *contact = details))
        }
        "remove" => done(contact::restore(tx, code, id)),
        _ => done(contact::remove(tx, code, id)),
    }
}

/// The time from which a change counts; the event's own if it counted at once.
fn effective_from(event: &Event) -> Result<Option<Time>> {
    match new(event, "effective_from") {
        None => Ok(Some(event.at.whole_second())),
        Some(value) if value == "beginning" => Ok(None),
        Some(value) => parsed(value).map(Some),
    }
}

fn edit_service(tx: &mut Tx<'_>, event: &Event) -> Result<(), UndoError> {
    let subject = event.change.subject.as_str();
    let details = before(tx, event, &tx.service(subject)?.details)?;
    let mut edit =
        ServiceChange { name: Some(details.name), price_source: Some(details.price_source), ..Default::default() };
    for field in ["plan", "price"] {
        if old(event, field).is_some() {
            refuse_later_change(tx, event, field)?;
        }
    }
    edit.plan = old(event, "plan").map(parsed).transpose()?.flatten();
    edit.price = old(event, "price").map(parsed).transpose()?.flatten();
    if old(event, "price").is_some_and(|price| price.is_null()) {
        let instead = format!("`ssgctl price withdraw PLAN default` ends the price of service {subject}");
        return Err(UndoError::refused(event, "set the first price of a service", instead));
    }
    if edit.plan.is_some() || edit.price.is_some() {
        edit.effective_from = effective_from(event)?.map_or(EffectiveFrom::Beginning, EffectiveFrom::Time);
    }
    done(service::edit(tx, subject, edit))
}

fn change_price(tx: &mut Tx<'_>, event: &Event) -> Result<(), UndoError> {
    let subject = event.change.subject.as_str();
    let (plan, destination) = subject.split_once(' ').unwrap_or((subject, ""));
    let destination: PriceDestination =
        destination.parse().map_err(|rule| Error::invalid("destination", destination, rule))?;
    refuse_later_change(tx, event, "price")?;
    let effective_from = effective_from(event)?;
    let price: Option<Money> = old(event, "price").map(parsed).transpose()?.flatten();
    let until: Option<Time> = new(event, "until").map(parsed).transpose()?.flatten();
    match price {
        Some(price) => done(price::set(tx, plan, NewPrice { destination, price, effective_from, until })),
        None => done(price::withdraw(tx, plan, destination, effective_from)),
    }
}

fn edit_account(tx: &mut Tx<'_>, event: &Event) -> Result<(), UndoError> {
    let subject = event.change.subject.as_str();
    if old(event, "cug_size").is_some() {
        let instead = format!("`ssgctl smpp cug {subject} import FILE --replace` sets all numbers");
        return Err(UndoError::refused(event, "changed too many numbers for the audit log to list", instead));
    }
    if let Some(plan) = old(event, "overlay") {
        refuse_later_change(tx, event, "overlay")?;
        let plan: Option<String> = parsed(plan)?;
        return done(overlay::set_of_account(tx, subject, plan.as_deref(), effective_from(event)?));
    }
    if let (Some(code), Some(_)) = (old(event, "service"), new(event, "effective_from")) {
        refuse_later_change(tx, event, "service")?;
        let code: String = parsed(code)?;
        return done(smpp::set_service(tx, subject, &code, effective_from(event)?));
    }
    if old(event, "cug").is_some() {
        return change_cug(tx, event);
    }
    let details = before(tx, event, &tx.smpp_account(subject)?.details)?;
    match event.change.action.as_str() {
        "edit" => done(smpp::edit(tx, subject, |account| {
            *account = details;
            Ok(())
        })),
        _ => done(smpp::set_enabled(tx, subject, details.enabled)),
    }
}

fn change_cug(tx: &mut Tx<'_>, event: &Event) -> Result<(), UndoError> {
    let subject = event.change.subject.as_str();
    let numbers = |value: Option<serde_json::Value>| -> Result<MsisdnSet> {
        let numbers: Option<Vec<crate::model::Msisdn>> = value.map(parsed).transpose()?.flatten();
        Ok(numbers.unwrap_or_default().into_iter().collect())
    };
    let (removed, added) = (numbers(old(event, "cug"))?, numbers(new(event, "cug"))?);
    let current = tx.cug_set(&tx.smpp_account(subject)?)?;
    // All that were added are still there, and none that was removed is back.
    let is_as_left = added.without(&current).is_empty() && removed.without(&current).len() == removed.len();
    if !is_as_left {
        refuse_later_change(tx, event, "cug")?;
        return Err(UndoError::changed_since(event, "cug", None));
    }
    if !added.is_empty() {
        smpp::remove_from_cug(tx, subject, &added)?;
    }
    if !removed.is_empty() {
        smpp::add_to_cug(tx, subject, &removed)?;
    }
    Ok(())
}

/// The customer and the unit of a balance, from its name.
fn balance_of(tx: &Tx<'_>, event: &Event) -> Result<(Customer, Unit)> {
    let subject = event.change.subject.as_str();
    let (code, unit) = subject.rsplit_once(' ').unwrap_or((subject, ""));
    Ok((tx.customer(code)?, unit.parse().map_err(|rule| Error::invalid("unit", unit, rule))?))
}

fn change_limit(tx: &mut Tx<'_>, event: &Event) -> Result<(), UndoError> {
    let (customer, unit) = balance_of(tx, event)?;
    let limit = |value: Option<serde_json::Value>| -> Result<Money> {
        Ok(value.map(parsed).transpose()?.flatten().unwrap_or(Money::ZERO))
    };
    let current = tx.balance(&customer, unit)?.map(|balance| balance.credit_limit).unwrap_or_default();
    if current != limit(new(event, "credit_limit"))? {
        refuse_later_change(tx, event, "credit_limit")?;
        return Err(UndoError::changed_since(event, "credit_limit", None));
    }
    let code = customer.account_code.as_str();
    done(balance::set_credit_limit(tx, code, Some(unit), limit(old(event, "credit_limit"))?))
}

fn change_warning(tx: &mut Tx<'_>, event: &Event) -> Result<(), UndoError> {
    let (customer, unit) = balance_of(tx, event)?;
    let code = customer.account_code.as_str();
    let current = tx.warning(&customer, unit)?.map(|warning| warning.details);
    let was_there = old(event, "active").is_none_or(|active| !active.is_null());
    let is_there = new(event, "active").is_none_or(|active| !active.is_null());
    match (current, was_there, is_there) {
        (Some(current), true, _) => {
            let details = before(tx, event, &current)?;
            done(warning::set(tx, code, unit, |warning| *warning = details))
        }
        // The event created the warning.
        (Some(current), false, _) => {
            if created(event, &WarningDetails::empty())? != current {
                refuse_later_change(tx, event, "upper")?;
                return Err(UndoError::changed_since(event, "lower", None));
            }
            done(warning::remove(tx, code, unit))
        }
        // The event removed the warning.
        (None, _, false) => {
            let details = removed(event, &WarningDetails::empty())?;
            done(warning::set(tx, code, unit, |warning| *warning = details))
        }
        (None, ..) => Err(UndoError::changed_since(event, "active", None)),
    }
}
