//! Handing accounts over: who gets the email, what it contains, and when it includes the password.

use std::rc::Rc;

use ssgctl::model::{
    ContactDetails, EmailAddress, EmailTemplate, Gateway, Handover, Obstacle, OutboxEmail, Password, RenderedEmail,
    Role, SendOutcome, SmppDetails,
};
use ssgctl::ops::{contact, customer, handover, outbox, smpp};
use ssgctl::report::account_recipients;
use ssgctl::store::vault::Vault;
use ssgctl::{Error, Result};

use super::dispatch::renderer;
use crate::support::fixture::{Fixture, NOON, assert_refused, plain_email, valid};

type Switch = fn(&mut SmppDetails);

fn fixture() -> Fixture {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    fixture
}

fn person(fixture: &mut Fixture, name: &str, email: Option<&str>, roles: &[Role]) {
    let email = email.map(valid);
    let details = ContactDetails { name: valid(name), email, mobile: None, roles: roles.to_vec().into() };
    fixture.write(|tx| contact::add(tx, "ACME", details)).expect("added");
}

fn recipients(fixture: &mut Fixture) -> Vec<String> {
    let recipients: Vec<EmailAddress> = fixture.read(|now| account_recipients(now, &now.customer("ACME")?));
    recipients.iter().map(ToString::to_string).collect()
}

fn pack(fixture: &mut Fixture, account: &str) -> Handover {
    fixture.read(|now| handover::details(now, account, &Gateway::default(), valid(NOON)))
}

/// An email that hides the account's password behind asterisks.
fn telling(pack: &Handover) -> RenderedEmail {
    let text = format!("Password: {}\n", RenderedEmail::PASSWORD_PLACEHOLDER);
    RenderedEmail { text, password_of: Some(pack.account.id), ..plain_email(EmailTemplate::Welcome) }
}

fn send(fixture: &mut Fixture, pack: &Handover, to: &[&str]) -> Result<Vec<OutboxEmail>> {
    let to: Vec<EmailAddress> = to.iter().map(|to| valid(to)).collect();
    fixture.write(|tx| handover::queue(tx, pack, &to, &telling(pack)))
}

fn email_password(fixture: &mut Fixture, email: &OutboxEmail) -> Result<Option<Password>> {
    let key = fixture.folder.path().join("key");
    outbox::password_of(&fixture.store.read().expect("snapshot"), &|| Vault::open(&key), email)
}

#[test]
fn technical_contacts_are_notified_else_the_first_that_has_an_address() {
    let mut fixture = fixture();
    assert_eq!(recipients(&mut fixture), Vec::<String>::new());
    person(&mut fixture, "Mute", None, &[Role::Technical]);
    assert_eq!(recipients(&mut fixture), Vec::<String>::new());
    person(&mut fixture, "Bill", Some("bill@acme.example"), &[Role::Billing]);
    person(&mut fixture, "Gene", Some("gene@acme.example"), &[Role::General]);
    assert_eq!(recipients(&mut fixture), ["bill@acme.example"]);
    person(&mut fixture, "Tess", Some("tess@acme.example"), &[Role::General, Role::Technical]);
    person(&mut fixture, "Theo", Some("a@acme.example"), &[Role::Technical]);
    person(&mut fixture, "Tess again", Some("tess@acme.example"), &[Role::Technical]);
    assert_eq!(recipients(&mut fixture), ["a@acme.example", "tess@acme.example"]);
}

#[test]
fn each_address_gets_one_email_of_the_customer_and_the_log_keeps_who_was_notified() {
    let mut fixture = fixture();
    let pack = pack(&mut fixture, "acme1");
    let emails = send(&mut fixture, &pack, &["b@acme.example", "a@acme.example", "b@acme.example"]).unwrap();
    let to: Vec<&str> = emails.iter().map(|email| email.recipient.as_str()).collect();
    assert_eq!(to, ["a@acme.example", "b@acme.example"]);
    assert!(emails.iter().all(|email| email.customer.as_ref() == Some(&pack.customer.account_code)));
    let event = fixture.last_event();
    assert_eq!((event.change.action.as_str(), event.change.subject.as_str()), ("welcome", "acme1"));
    let expected = serde_json::json!({"to": [null, to], "contains_password": [null, true]});
    assert_eq!(serde_json::json!(event.change.fields), expected);
    assert!(fixture.findings().is_empty());
}

#[test]
fn no_email_is_queued_for_an_archived_account_or_without_a_recipient() {
    let mut fixture = fixture();
    let pack = pack(&mut fixture, "acme1");
    assert_refused!(send(&mut fixture, &pack, &[]), Error::NoRecipient { customer, .. } if customer.as_str() == "ACME");
    fixture.write(|tx| smpp::archive(tx, "acme1")).unwrap();
    assert_refused!(send(&mut fixture, &pack, &["a@acme.example"]), Error::Archived { .. });
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_refused!(send(&mut fixture, &pack, &["a@acme.example"]), Error::Archived { .. });
    assert!(fixture.emails().is_empty());
}

#[test]
fn an_email_contains_the_password_that_the_account_has_when_it_is_sent() {
    let mut fixture = fixture();
    let pack = pack(&mut fixture, "acme1");
    let email = send(&mut fixture, &pack, &["a@acme.example"]).unwrap().remove(0);
    assert_eq!(email.content.text, "Password: ********\n");
    let known = fixture.reveal("acme1").unwrap().password;
    assert_eq!(email_password(&mut fixture, &email).unwrap(), Some(known.clone()));
    let events = fixture.events().len();
    let vault = Rc::clone(&fixture.vault);
    let revealed = fixture.write(|tx| outbox::reveal(tx, &vault, &email)).unwrap();
    assert_eq!((revealed, fixture.events().len()), (Some(known), events + 1), "a reveal is logged, sending is none");
    let silent = OutboxEmail { content: plain_email(EmailTemplate::Handover), ..email };
    assert_eq!(email_password(&mut fixture, &silent).unwrap(), None);
}

#[test]
fn an_email_whose_password_cannot_be_opened_is_not_sent_without_it() {
    let mut fixture = fixture();
    let pack = pack(&mut fixture, "acme1");
    let email = send(&mut fixture, &pack, &["a@acme.example"]).unwrap().remove(0);
    std::fs::write(fixture.folder.path().join("key"), "ab".repeat(32)).unwrap();
    assert_refused!(email_password(&mut fixture, &email), Error::Secret(_));
}

#[test]
fn an_email_of_another_customers_account_is_found() {
    let mut fixture = fixture();
    fixture.customer("GLOBEX");
    fixture.account("GLOBEX", "globex1");
    let own = pack(&mut fixture, "acme1");
    send(&mut fixture, &own, &["a@acme.example"]).unwrap();
    fixture.raw().execute_batch("UPDATE outbox_email SET password_account_id = 2").unwrap();
    assert_eq!(
        fixture.findings(),
        ["email 1 contains the password of an SMPP account that belongs to another customer"]
    );
}

#[test]
fn what_is_said_about_an_email_is_kept_without_the_password() {
    let password: Password = valid("hunter2!");
    let said = SendOutcome::Refused("554 spam: Password: hunter2!".to_owned()).without(&password);
    assert_eq!(said, SendOutcome::Refused("554 spam: Password: ********".to_owned()));
    assert_eq!(SendOutcome::Sent.without(&password), SendOutcome::Sent);
}

#[test]
fn an_account_that_cannot_be_used_says_why() {
    let mut fixture = fixture();
    assert_eq!(pack(&mut fixture, "acme1").obstacle(), None);
    let obstacles: [(Switch, Obstacle); 3] = [
        (|details| details.submit_enabled = false, Obstacle::MayNotSubmit),
        (|details| details.binding_enabled = false, Obstacle::MayNotBind),
        (|details| details.enabled = false, Obstacle::Disabled),
    ];
    for (switch, why) in obstacles {
        let flip = |details: &mut SmppDetails| {
            switch(details);
            Ok(())
        };
        fixture.write(|tx| smpp::edit(tx, "acme1", flip)).unwrap();
        assert_eq!(pack(&mut fixture, "acme1").obstacle(), Some(why));
    }
    fixture.write(|tx| smpp::archive(tx, "acme1")).unwrap();
    assert_eq!(pack(&mut fixture, "acme1").obstacle(), Some(Obstacle::Archived));
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_eq!(pack(&mut fixture, "acme1").obstacle(), Some(Obstacle::CustomerArchived));
}

#[test]
fn a_previous_password_in_its_grace_period_is_mentioned_while_it_works() {
    let mut fixture = fixture();
    let vault = Rc::clone(&fixture.vault);
    fixture.write(|tx| smpp::rotate(tx, &vault, "acme1", None, valid("24h"))).unwrap();
    let note = "Your previous password works until 2026-11-25 12:00:00 UTC.";
    assert!(renderer().account_notes(&pack(&mut fixture, "acme1")).unwrap().contains(&note.to_owned()));
    let later = fixture.read(|now| handover::details(now, "acme1", &Gateway::default(), valid("2026-11-25T12:00:00Z")));
    assert!(!renderer().account_notes(&later).unwrap().contains(&note.to_owned()));
}
