//! Contacts: people of a customer, named by number or email.

use ssgctl::Error;
use ssgctl::model::{ContactDetails, EntityKind};
use ssgctl::ops::contact;
use ssgctl::store::{ArchiveFilter, ContactFilter, ContactSort};

use crate::support::fixture::{Fixture, assert_refused, by, collect, valid};

/// A person of whom only the name is known.
pub fn person(name: &str) -> ContactDetails {
    ContactDetails { name: valid(name), email: None, mobile: None, roles: valid("") }
}

/// A person with everything.
fn jo() -> ContactDetails {
    ContactDetails {
        name: valid("Jo Doe"),
        email: Some(valid("jo@example.com")),
        mobile: Some(valid("+447700900123")),
        roles: valid("technical,billing,billing"),
    }
}

#[test]
fn a_contact_is_named_by_number_or_by_email_in_any_case() {
    let mut fixture = Fixture::with_acme();
    let added = fixture.write(|tx| contact::add(tx, "ACME", jo())).unwrap();
    for name in [added.id.to_string().as_str(), "jo@example.com", "Jo@EXAMPLE.com"] {
        let found = fixture.read(|now| now.contact(&now.customer("ACME")?, name));
        assert_eq!(found, added, "{name}");
    }
}

#[test]
fn roles_are_kept_once_each_in_their_own_order() {
    let mut fixture = Fixture::with_acme();
    fixture.write(|tx| contact::add(tx, "ACME", jo())).unwrap();
    let found = fixture.read(|now| now.contact(&now.customer("ACME")?, "1"));
    let roles: Vec<&str> = found.details.roles.iter().map(ssgctl::model::Role::as_str).collect();
    assert_eq!(roles, ["billing", "technical"]);
}

#[test]
fn a_contact_of_another_customer_is_not_found() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    fixture.write(|tx| contact::add(tx, "ACME", jo())).unwrap();
    for name in ["1", "jo@example.com"] {
        assert_refused!(
            fixture.write(|tx| contact::remove(tx, "GLOBEX", name)),
            Error::NotFound { entity: EntityKind::Contact, .. }
        );
    }
}

#[test]
fn an_email_that_two_contacts_share_names_neither() {
    let mut fixture = Fixture::with_acme();
    fixture.write(|tx| contact::add(tx, "ACME", jo())).unwrap();
    fixture.write(|tx| contact::add(tx, "ACME", jo())).unwrap();
    assert_refused!(
        fixture.write(|tx| contact::remove(tx, "ACME", "jo@example.com")),
        Error::Ambiguous { entity: EntityKind::Contact, matches, .. } if *matches == ["1", "2"]
    );
    fixture.write(|tx| contact::remove(tx, "ACME", "1")).unwrap();
    fixture.write(|tx| contact::remove(tx, "ACME", "jo@example.com")).unwrap();
}

#[test]
fn an_edit_changes_what_it_says_and_when() {
    let mut fixture = Fixture::with_acme();
    let added = fixture.write(|tx| contact::add(tx, "ACME", jo())).unwrap();
    fixture.at("2026-11-25T08:00:00Z");
    fixture.write(|tx| contact::edit(tx, "ACME", "1", |details| details.mobile = None)).unwrap();
    let mut expected = added;
    expected.details.mobile = None;
    expected.updated_at = valid("2026-11-25T08:00:00Z");
    assert_eq!(fixture.read(|now| now.contact(&now.customer("ACME")?, "1")), expected);
}

#[test]
fn an_edit_that_changes_nothing_leaves_no_trace() {
    let mut fixture = Fixture::with_acme();
    fixture.write(|tx| contact::add(tx, "ACME", jo())).unwrap();
    fixture.at("2026-11-25T08:00:00Z");
    let before = fixture.dump();
    fixture.write(|tx| contact::edit(tx, "ACME", "1", |details| details.roles = valid("billing, technical"))).unwrap();
    assert_eq!(fixture.dump(), before);
}

#[test]
fn a_removed_contact_is_in_no_list_and_its_number_names_nobody_again() {
    let mut fixture = Fixture::with_acme();
    fixture.write(|tx| contact::add(tx, "ACME", jo())).unwrap();
    fixture.write(|tx| contact::remove(tx, "ACME", "1")).unwrap();
    assert_refused!(fixture.write(|tx| contact::edit(tx, "ACME", "1", |_| {})), Error::NotFound { .. });
    let next = fixture.write(|tx| contact::add(tx, "ACME", person("Sam"))).unwrap();
    assert_eq!(next.id, 2);
    let page = by(ContactSort::Id);
    let every = ContactFilter { customer_id: None, archive_filter: ArchiveFilter::All, role: None, search: None, page };
    let listed = fixture.read(|now| collect(|each| now.contacts(&every, each)));
    assert_eq!(listed, [next]);
}

#[test]
fn the_audit_log_keeps_what_a_removed_contact_was() {
    let mut fixture = Fixture::with_acme();
    fixture.write(|tx| contact::add(tx, "ACME", jo())).unwrap();
    fixture.write(|tx| contact::remove(tx, "ACME", "1")).unwrap();
    let change = fixture.last_event().change;
    assert_eq!(change.action, "remove");
    assert_eq!(change.fields["name"], serde_json::json!(["Jo Doe", null]));
    assert_eq!(change.fields["email"], serde_json::json!(["jo@example.com", null]));
    assert_eq!(change.fields["mobile"], serde_json::json!(["+447700900123", null]));
    assert_eq!(change.fields["roles"], serde_json::json!([["billing", "technical"], null]));
}
