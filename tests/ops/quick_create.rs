//! Quick create: a customer ready to send, in one act or not at all.

use std::rc::Rc;

use ssgctl::model::{CustomerDetails, EntityKind};
use ssgctl::ops::balance::Adjustment;
use ssgctl::ops::quick_create::{QuickCreate, QuickCreateResult, quick_create};
use ssgctl::{Error, Result};

use super::contact::person;
use crate::support::fixture::{Fixture, adjustment, assert_refused, keyed, new_account, valid};

fn everything(code: &str, system_id: &str, opening: Adjustment) -> QuickCreate {
    QuickCreate {
        account_code: Some(valid(code)),
        customer: CustomerDetails::of(valid("Acme Ltd")),
        contact: Some(person("Jo")),
        account: new_account(system_id),
        opening: Some(opening),
    }
}

fn create(fixture: &mut Fixture, new: QuickCreate) -> Result<QuickCreateResult> {
    let vault = Rc::clone(&fixture.vault);
    fixture.write(|tx| quick_create(tx, &vault, new))
}

#[test]
fn everything_is_made_in_one_act() {
    let mut fixture = Fixture::new();
    let made = create(&mut fixture, everything("ACME", "acme1", adjustment("500"))).unwrap();
    assert_eq!(fixture.read(|now| now.customer("ACME")), made.customer);
    assert_eq!(fixture.read(|now| now.smpp_account("acme1")), made.credentials.account);
    assert_eq!(Some(fixture.read(|now| now.contact(&made.customer, "1"))), made.contact);
    assert_eq!(fixture.reveal("acme1").unwrap().password, made.credentials.password);
    assert_eq!(fixture.credits("ACME"), valid("500"));
    assert!(fixture.findings().is_empty());
}

#[test]
fn contact_and_opening_balance_may_be_left_out() {
    let mut fixture = Fixture::new();
    let new = QuickCreate { contact: None, opening: None, ..everything("ACME", "acme1", adjustment("1")) };
    let made = create(&mut fixture, new).unwrap();
    assert!(made.contact.is_none() && made.opening.is_none());
    assert_eq!(fixture.entries(), []);
}

#[test]
fn a_refusal_at_any_step_leaves_nothing() {
    let mut fixture = Fixture::new();
    create(&mut fixture, everything("TAKEN", "taken", keyed("k", "1"))).unwrap();
    let before = fixture.dump();
    assert_refused!(
        create(&mut fixture, everything("taken", "acme1", adjustment("1"))),
        Error::Exists { entity: EntityKind::Customer, .. }
    );
    assert_refused!(
        create(&mut fixture, everything("ACME", "taken", adjustment("1"))),
        Error::Exists { entity: EntityKind::Smpp, .. }
    );
    for (opening, field) in [(adjustment("0"), "amount"), (adjustment("0.5"), "amount")] {
        assert_refused!(
            create(&mut fixture, everything("ACME", "acme1", opening)),
            Error::Invalid { field: found, .. } if *found == field
        );
    }
    assert_refused!(
        create(&mut fixture, everything("ACME", "acme1", adjustment("-1"))),
        Error::InsufficientBalance { .. }
    );
    assert_refused!(
        create(&mut fixture, everything("ACME", "acme1", keyed("k", "1"))),
        Error::KeyConflict { field: "customer", .. }
    );
    assert_eq!(fixture.dump(), before);
}
