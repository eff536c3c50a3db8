//! Handing accounts over: who is told, what the email holds, and when it tells the password.

use std::rc::Rc;

use ssgctl::model::{
    ContactDetails, EmailAddress, EmailTemplate, Gateway, Handover, Obstacle, OutboxEmail, Password, RenderedEmail,
    Role, SendOutcome, SmppDetails,
};
use ssgctl::ops::{contact, customer, handover, outbox, smpp};
use ssgctl::report::account_recipients;
use ssgctl::store::vault::Vault;
use ssgctl::{Error, Result};

use crate::dispatch::renderer;
use crate::support::{NOON, Scene, assert_refused, plain_email, valid};

type Switch = fn(&mut SmppDetails);

fn scene() -> Scene {
    let mut scene = Scene::with_acme();
    scene.account("ACME", "acme1");
    scene
}

fn person(scene: &mut Scene, name: &str, email: Option<&str>, roles: &[Role]) {
    let email = email.map(valid);
    let details = ContactDetails { name: valid(name), email, mobile: None, roles: roles.to_vec().into() };
    scene.write(|tx| contact::add(tx, "ACME", details)).expect("added");
}

fn recipients(scene: &mut Scene) -> Vec<String> {
    let told: Vec<EmailAddress> = scene.read(|now| account_recipients(now, &now.customer("ACME")?));
    told.iter().map(ToString::to_string).collect()
}

fn pack(scene: &mut Scene, account: &str) -> Handover {
    scene.read(|now| handover::pack(now, account, &Gateway::default(), valid(NOON)))
}

/// An email with stars for the account's password.
fn telling(pack: &Handover) -> RenderedEmail {
    let text = format!("Password: {}\n", RenderedEmail::STARS);
    RenderedEmail { text, password_of: Some(pack.account.id), ..plain_email(EmailTemplate::Welcome) }
}

fn send(scene: &mut Scene, pack: &Handover, to: &[&str]) -> Result<Vec<OutboxEmail>> {
    let to: Vec<EmailAddress> = to.iter().map(|to| valid(to)).collect();
    scene.write(|tx| handover::send(tx, pack, &to, &telling(pack)))
}

fn password_told(scene: &mut Scene, email: &OutboxEmail) -> Result<Option<Password>> {
    let key = scene.folder.path().join("key");
    outbox::password_told(&scene.store.read().expect("snapshot"), &|| Vault::open(&key), email)
}

#[test]
fn technical_contacts_are_told_else_the_first_that_has_an_address() {
    let mut scene = scene();
    assert_eq!(recipients(&mut scene), Vec::<String>::new());
    person(&mut scene, "Mute", None, &[Role::Technical]);
    assert_eq!(recipients(&mut scene), Vec::<String>::new());
    person(&mut scene, "Bill", Some("bill@acme.example"), &[Role::Billing]);
    person(&mut scene, "Gene", Some("gene@acme.example"), &[Role::General]);
    assert_eq!(recipients(&mut scene), ["bill@acme.example"]);
    person(&mut scene, "Tess", Some("tess@acme.example"), &[Role::General, Role::Technical]);
    person(&mut scene, "Theo", Some("a@acme.example"), &[Role::Technical]);
    person(&mut scene, "Tess again", Some("tess@acme.example"), &[Role::Technical]);
    assert_eq!(recipients(&mut scene), ["a@acme.example", "tess@acme.example"]);
}

#[test]
fn each_address_gets_one_email_of_the_customer_and_the_log_keeps_who_was_told() {
    let mut scene = scene();
    let pack = pack(&mut scene, "acme1");
    let emails = send(&mut scene, &pack, &["b@acme.example", "a@acme.example", "b@acme.example"]).unwrap();
    let to: Vec<&str> = emails.iter().map(|email| email.recipient.as_str()).collect();
    assert_eq!(to, ["a@acme.example", "b@acme.example"]);
    assert!(emails.iter().all(|email| email.customer.as_ref() == Some(&pack.customer.account_code)));
    let event = scene.last_event();
    assert_eq!((event.change.action.as_str(), event.change.subject.as_str()), ("welcome", "acme1"));
    let expected = serde_json::json!({"to": [null, to], "contains_password": [null, true]});
    assert_eq!(serde_json::json!(event.change.fields), expected);
    assert!(scene.findings().is_empty());
}

#[test]
fn nothing_is_written_of_an_archived_account_or_to_nobody() {
    let mut scene = scene();
    let pack = pack(&mut scene, "acme1");
    assert_refused!(send(&mut scene, &pack, &[]), Error::NoRecipient { customer } if customer.as_str() == "ACME");
    scene.write(|tx| smpp::archive(tx, "acme1")).unwrap();
    assert_refused!(send(&mut scene, &pack, &["a@acme.example"]), Error::Archived { .. });
    scene.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_refused!(send(&mut scene, &pack, &["a@acme.example"]), Error::Archived { .. });
    assert!(scene.emails().is_empty());
}

#[test]
fn a_email_tells_the_password_that_the_account_has_when_it_leaves() {
    let mut scene = scene();
    let pack = pack(&mut scene, "acme1");
    let email = send(&mut scene, &pack, &["a@acme.example"]).unwrap().remove(0);
    assert_eq!(email.content.text, "Password: ********\n");
    let known = scene.reveal("acme1").unwrap().password;
    assert_eq!(password_told(&mut scene, &email).unwrap(), Some(known.clone()));
    let events = scene.events().len();
    let vault = Rc::clone(&scene.vault);
    let revealed = scene.write(|tx| outbox::reveal(tx, &vault, &email)).unwrap();
    assert_eq!((revealed, scene.events().len()), (Some(known), events + 1), "a reveal is logged, sending is none");
    let silent = OutboxEmail { content: plain_email(EmailTemplate::Handover), ..email };
    assert_eq!(password_told(&mut scene, &silent).unwrap(), None);
}

#[test]
fn a_email_whose_password_cannot_be_opened_is_not_sent_without_it() {
    let mut scene = scene();
    let pack = pack(&mut scene, "acme1");
    let email = send(&mut scene, &pack, &["a@acme.example"]).unwrap().remove(0);
    std::fs::write(scene.folder.path().join("key"), "ab".repeat(32)).unwrap();
    assert_refused!(password_told(&mut scene, &email), Error::Secret(_));
}

#[test]
fn a_email_of_another_customers_account_is_found() {
    let mut scene = scene();
    scene.customer("GLOBEX");
    scene.account("GLOBEX", "globex1");
    let own = pack(&mut scene, "acme1");
    send(&mut scene, &own, &["a@acme.example"]).unwrap();
    scene.raw().execute_batch("UPDATE outbox_email SET password_account_id = 2").unwrap();
    assert_eq!(scene.findings(), ["email 1 tells the password of an account that is not its customer's"]);
}

#[test]
fn what_is_said_about_a_email_is_kept_without_the_password() {
    let password: Password = valid("hunter2!");
    let said = SendOutcome::Refused("554 spam: Password: hunter2!".to_owned()).without(&password);
    assert_eq!(said, SendOutcome::Refused("554 spam: Password: ********".to_owned()));
    assert_eq!(SendOutcome::Sent.without(&password), SendOutcome::Sent);
}

#[test]
fn an_account_that_cannot_be_used_says_why() {
    let mut scene = scene();
    assert_eq!(pack(&mut scene, "acme1").obstacle(), None);
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
        scene.write(|tx| smpp::edit(tx, "acme1", flip)).unwrap();
        assert_eq!(pack(&mut scene, "acme1").obstacle(), Some(why));
    }
    scene.write(|tx| smpp::archive(tx, "acme1")).unwrap();
    assert_eq!(pack(&mut scene, "acme1").obstacle(), Some(Obstacle::Archived));
    scene.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_eq!(pack(&mut scene, "acme1").obstacle(), Some(Obstacle::CustomerArchived));
}

#[test]
fn a_password_that_is_taken_for_a_while_longer_is_told_while_it_is() {
    let mut scene = scene();
    let vault = Rc::clone(&scene.vault);
    scene.write(|tx| smpp::rotate(tx, &vault, "acme1", None, valid("24h"))).unwrap();
    let note = "The password that you had before works until 2026-11-25 12:00:00 UTC.";
    assert!(renderer().account_notes(&pack(&mut scene, "acme1")).unwrap().contains(&note.to_owned()));
    let later = scene.read(|now| handover::pack(now, "acme1", &Gateway::default(), valid("2026-11-25T12:00:00Z")));
    assert!(!renderer().account_notes(&later).unwrap().contains(&note.to_owned()));
}
