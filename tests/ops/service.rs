//! Services: what SMPP accounts are sold.

use ssgctl::Error;
use ssgctl::model::{EntityKind, Money, Unit};
use ssgctl::ops::service;

use crate::support::fixture::{Fixture, assert_refused, at_price, new_account, new_service, valid};

#[test]
fn one_service_in_sms_credits_exists_from_the_start() {
    let mut fixture = Fixture::new();
    let standard = fixture.read(|now| now.service("standard"));
    assert_eq!((standard.unit, standard.price), (Unit::Sms, Some(Money::ONE)));
}

#[test]
fn the_api_id_of_the_standard_service_is_made_anew_for_each_database() {
    let (mut one, mut two) = (Fixture::new(), Fixture::new());
    let id = one.read(|now| now.service("standard")).api_id;
    assert_ne!(id, two.read(|now| now.service("standard")).api_id);
    assert_eq!(valid::<ssgctl::model::ApiId>(id.as_str()), id);
}

#[test]
fn a_service_is_named_by_code_in_any_case_or_by_api_id() {
    let mut fixture = Fixture::new();
    let made = fixture.write(|tx| service::new(tx, new_service("Premium", "EUR", "0.0425"))).unwrap();
    for name in ["Premium", "PREMIUM", made.api_id.as_str(), &made.api_id.as_str().to_uppercase()] {
        assert_eq!(fixture.read(|now| now.service(name)), made, "{name}");
    }
    assert_refused!(
        fixture.store.read().unwrap().service("premum"),
        Error::NotFound { entity: EntityKind::Service, nearest: Some(near), .. } if near == "Premium"
    );
}

#[test]
fn a_code_is_taken_in_any_case() {
    let mut fixture = Fixture::new();
    assert_refused!(
        fixture.write(|tx| service::new(tx, new_service("STANDARD", "SMS", "1"))),
        Error::Exists { entity: EntityKind::Service, field: "code", .. }
    );
}

#[test]
fn a_price_may_be_zero_but_not_negative() {
    let mut fixture = Fixture::new();
    fixture.write(|tx| service::new(tx, new_service("free", "GBP", "0"))).unwrap();
    assert_refused!(
        fixture.write(|tx| service::new(tx, new_service("odd", "GBP", "-0.00000001"))),
        Error::Invalid { field: "price", .. }
    );
    assert_refused!(
        fixture.write(|tx| service::edit(tx, "free", at_price("-1"))),
        Error::Invalid { field: "price", .. }
    );
}

#[test]
fn a_price_in_sms_credits_is_whole_and_one_in_money_has_up_to_eight_decimals() {
    let mut fixture = Fixture::new();
    assert_refused!(
        fixture.write(|tx| service::new(tx, new_service("half", "SMS", "0.5"))),
        Error::Invalid { field: "price", .. }
    );
    let made = fixture.write(|tx| service::new(tx, new_service("fine", "EUR", "0.00000001"))).unwrap();
    assert_eq!(fixture.read(|now| now.service("fine")), made);
    assert_refused!(
        fixture.write(|tx| service::edit(tx, "standard", at_price("1.5"))),
        Error::Invalid { field: "price", .. }
    );
}

#[test]
fn an_edit_that_changes_nothing_leaves_no_trace() {
    let mut fixture = Fixture::new();
    let before = fixture.dump();
    fixture.write(|tx| service::edit(tx, "STANDARD", at_price("1.00"))).unwrap();
    assert_eq!(fixture.dump(), before);
}

#[test]
fn accounts_of_a_service_show_its_code_as_it_was_written() {
    let mut fixture = Fixture::with_acme();
    fixture.write(|tx| service::new(tx, new_service("Premium", "EUR", "0.04"))).unwrap();
    let mut new = new_account("acme1");
    new.details.service = valid("PREMIUM");
    let added = fixture.add_account("ACME", new).unwrap().account;
    assert_eq!(added.details.service.as_str(), "Premium");
    assert_eq!(fixture.read(|now| now.smpp_account("acme1")), added);
}

#[test]
fn the_audit_log_writes_prices_as_every_other_amount() {
    let mut fixture = Fixture::new();
    fixture.write(|tx| service::new(tx, new_service("premium", "EUR", "0.5"))).unwrap();
    assert_eq!(fixture.last_event().change.fields["price"], serde_json::json!([null, "0.50"]));
    fixture.write(|tx| service::edit(tx, "premium", at_price("0.0425"))).unwrap();
    assert_eq!(fixture.last_event().change.fields["price"], serde_json::json!(["0.50", "0.0425"]));
}
