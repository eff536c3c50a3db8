//! Passwords that are replaced: the old one is taken for a grace, and then gone.

use std::rc::Rc;

use ssgctl::model::{Grace, Password};
use ssgctl::ops::smpp::{self, Credentials};
use ssgctl::ops::{customer, note};
use ssgctl::{Error, Result};

use crate::support::fixture::{Fixture, assert_refused, new_account, set, valid};

const OLD: &str = "old-pass";

fn fixture() -> Fixture {
    let mut fixture = Fixture::with_acme();
    let new = smpp::NewAccount { password: Some(valid(OLD)), ..new_account("acme1") };
    fixture.add_account("ACME", new).unwrap();
    fixture
}

fn rotate(fixture: &mut Fixture, password: Option<&str>, grace: &str) -> Result<Credentials> {
    let vault = Rc::clone(&fixture.vault);
    let password = password.map(valid::<Password>);
    fixture.write(|tx| smpp::rotate(tx, &vault, "acme1", password, valid::<Grace>(grace)))
}

/// The password that is taken, and the one from before with its end.
fn taken(fixture: &mut Fixture) -> (String, Option<(String, String)>) {
    let Credentials { password, previous, .. } = fixture.reveal("acme1").unwrap();
    let previous = previous.map(|old| (old.password.reveal().to_owned(), old.valid_until.to_string()));
    (password.reveal().to_owned(), previous)
}

/// How many passwords from before are in the database.
fn kept(fixture: &Fixture) -> i64 {
    fixture.raw().query_row("SELECT count(*) FROM previous_password", [], |row| row.get(0)).unwrap()
}

#[test]
fn both_passwords_are_taken_during_the_grace_and_one_after_it() {
    let mut fixture = fixture();
    let new = rotate(&mut fixture, None, "72h").unwrap();
    assert_eq!(new.password.reveal().len(), 8);
    let until = "2026-11-27T12:00:00.000Z".to_owned();
    fixture.at("2026-11-27T11:59:59.999Z");
    assert_eq!(taken(&mut fixture), (new.password.reveal().to_owned(), Some((OLD.to_owned(), until))));
    fixture.at("2026-11-27T12:00:00Z");
    assert_eq!(taken(&mut fixture), (new.password.reveal().to_owned(), None));
    assert_eq!(fixture.read(|now| now.smpp_account("acme1")).previous_password_until, None);
}

#[test]
fn without_a_grace_the_old_password_ends_at_once() {
    let mut fixture = fixture();
    rotate(&mut fixture, Some("newer"), "0").unwrap();
    assert_eq!(taken(&mut fixture), ("newer".to_owned(), None));
    assert_eq!(kept(&fixture), 0);
}

#[test]
fn a_second_rotation_within_the_grace_is_refused_until_the_first_password_is_ended() {
    let mut fixture = fixture();
    rotate(&mut fixture, Some("second"), "72h").unwrap();
    let before = fixture.dump();
    fixture.at("2026-11-24T13:00:00Z");
    for grace in ["1h", "0"] {
        let refused = rotate(&mut fixture, Some("third"), grace);
        assert_refused!(refused, Error::GracePeriod { name, until } if name == "acme1" && *until == valid("2026-11-27T12:00:00Z"));
    }
    assert_eq!(fixture.dump(), before);
    assert_eq!(taken(&mut fixture).1.map(|(password, _)| password), Some(OLD.to_owned()));
    fixture.write(|tx| smpp::end_grace(tx, "acme1")).unwrap();
    rotate(&mut fixture, Some("third"), "1h").unwrap();
    let until = "2026-11-24T14:00:00.000Z".to_owned();
    assert_eq!(taken(&mut fixture), ("third".to_owned(), Some(("second".to_owned(), until))));
    // After the grace period the next rotation needs nothing.
    fixture.at("2026-11-24T14:00:00Z");
    rotate(&mut fixture, Some("fourth"), "0").unwrap();
    assert_eq!(taken(&mut fixture), ("fourth".to_owned(), None));
}

#[test]
fn a_grace_can_be_ended_early_once() {
    let mut fixture = fixture();
    rotate(&mut fixture, Some("second"), "72h").unwrap();
    let ended = fixture.write(|tx| smpp::end_grace(tx, "acme1")).unwrap();
    assert_eq!(ended.previous_password_until, None);
    assert_eq!(fixture.read(|now| now.smpp_account("acme1")), ended);
    assert_eq!(taken(&mut fixture), ("second".to_owned(), None));
    assert_refused!(fixture.write(|tx| smpp::end_grace(tx, "acme1")), Error::Refused(_));
}

#[test]
fn any_change_after_the_grace_deletes_the_old_password() {
    let mut fixture = fixture();
    rotate(&mut fixture, None, "30m").unwrap();
    fixture.at("2026-11-24T12:29:00Z");
    fixture.write(|tx| note::add(tx, "ACME", valid("note"))).unwrap();
    assert_eq!(kept(&fixture), 1);
    fixture.at("2026-11-24T12:30:00Z");
    assert_eq!(kept(&fixture), 1, "nobody has come by");
    assert!(fixture.findings().is_empty());
    fixture.write(|tx| note::add(tx, "ACME", valid("note"))).unwrap();
    assert_eq!(kept(&fixture), 0);
}

#[test]
fn an_old_password_that_was_brought_back_is_found() {
    let mut fixture = fixture();
    rotate(&mut fixture, None, "30m").unwrap();
    fixture.raw().execute_batch("UPDATE previous_password SET valid_until = '2026-11-24T11:00:00.000Z'").unwrap();
    assert_eq!(
        fixture.findings(),
        ["SMPP account acme1 still has its previous password, whose grace period ended at 2026-11-24T11:00:00.000Z"]
    );
}

#[test]
fn the_password_that_it_has_is_no_new_one() {
    let mut fixture = fixture();
    let before = fixture.dump();
    assert_refused!(rotate(&mut fixture, Some(OLD), "72h"), Error::Refused(message) if !message.contains(OLD));
    assert_eq!(fixture.dump(), before);
}

#[test]
fn an_archived_account_keeps_its_password() {
    let mut fixture = fixture();
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_refused!(rotate(&mut fixture, None, "72h"), Error::Archived { .. });
    assert_refused!(fixture.write(|tx| smpp::end_grace(tx, "acme1")), Error::Archived { .. });
    assert_eq!(taken(&mut fixture).0, OLD);
}

#[test]
fn the_events_have_the_end_of_the_grace_period_and_no_password() {
    let mut fixture = fixture();
    fixture.write(|tx| smpp::edit(tx, "acme1", set(|account| account.short_name = Some(valid("prod"))))).unwrap();
    rotate(&mut fixture, Some("second"), "1h").unwrap();
    let event = fixture.last_event().change;
    assert_eq!((event.action.as_str(), event.subject.as_str()), ("rotate-password", "acme1"));
    let fields = serde_json::to_string(&event.fields).unwrap();
    assert_eq!(fields, r#"{"previous_password_until":[null,"2026-11-24T13:00:00.000Z"]}"#);
    fixture.write(|tx| smpp::end_grace(tx, "prod")).unwrap();
    let event = fixture.last_event().change;
    assert_eq!((event.action.as_str(), event.subject.as_str()), ("end-grace", "acme1"));
}
