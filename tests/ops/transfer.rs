//! Transfers: two entries or none, in one unit, from a customer to another.

use ssgctl::Error;
use ssgctl::model::{EntityKind, EntryKind, Money};
use ssgctl::ops::balance::{self, Adjustment, Receipt, Transfer};
use ssgctl::ops::customer;

use crate::support::fixture::{Fixture, adjustment, adjustment_in, assert_refused, transfer, valid};

/// ACME with 10 credits, GLOBEX and INITECH with nothing.
fn fixture() -> Fixture {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    fixture.customer("INITECH");
    fixture.credit("ACME", "10");
    fixture
}

fn give(fixture: &mut Fixture, from: &str, to: &str, wish: &Transfer) -> ssgctl::Result<Vec<Receipt>> {
    fixture.write(|tx| balance::transfer(tx, from, to, wish))
}

fn keyed(key: &str, amount: &str) -> Transfer {
    Transfer { key: Some(valid(key)), ..transfer(amount) }
}

#[test]
fn a_transfer_is_two_entries_that_name_each_other_and_add_up_to_nothing() {
    let mut fixture = fixture();
    let wish = Transfer { reference: Some(valid("MOVE-1")), ..keyed("k", "4") };
    let receipts = give(&mut fixture, "acme", "globex", &wish).unwrap();
    let reported: Vec<_> = receipts
        .iter()
        .map(|Receipt { entry, replayed, .. }| {
            assert!(!replayed);
            assert_eq!((entry.posting.kind, &entry.posting.reference), (EntryKind::Transfer, &wish.reference));
            (entry.id, entry.customer.as_str(), entry.posting.amount, entry.balance_after, entry.counterpart)
        })
        .collect();
    assert_eq!(
        reported,
        [(2, "ACME", valid("-4"), valid("6"), Some(3)), (3, "GLOBEX", valid("4"), valid::<Money>("4"), Some(2))]
    );
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn each_half_leaves_a_line_in_the_audit_log_of_its_customer() {
    let mut fixture = fixture();
    give(&mut fixture, "ACME", "GLOBEX", &transfer("4")).unwrap();
    let events = fixture.events();
    let reported: Vec<_> = events[events.len() - 2..]
        .iter()
        .map(|event| (event.change.action.as_str(), event.change.subject.as_str()))
        .collect();
    assert_eq!(reported, [("transfer", "ACME SMS"), ("transfer", "GLOBEX SMS")]);
}

#[test]
fn nobody_gives_what_it_has_not_unless_its_limit_or_the_caller_allows_it() {
    let mut fixture = fixture();
    let before = fixture.dump();
    assert_refused!(
        give(&mut fixture, "ACME", "GLOBEX", &keyed("k", "11")),
        Error::InsufficientBalance { customer, after, .. } if customer.as_str() == "ACME" && *after == valid("-1")
    );
    assert_refused!(give(&mut fixture, "GLOBEX", "ACME", &transfer("1")), Error::InsufficientBalance { .. });
    assert_eq!(fixture.dump(), before);
    fixture.write(|tx| balance::set_credit_limit(tx, "ACME", None, valid("1"))).unwrap();
    assert!(!give(&mut fixture, "ACME", "GLOBEX", &keyed("k", "11")).unwrap()[0].replayed, "the key is not used up");
    assert_refused!(give(&mut fixture, "ACME", "GLOBEX", &transfer("1")), Error::InsufficientBalance { .. });
    give(&mut fixture, "ACME", "GLOBEX", &Transfer { allow_negative: true, ..transfer("1") }).unwrap();
    assert_eq!((fixture.credits("ACME"), fixture.credits("GLOBEX")), (valid("-2"), valid("12")));
}

#[test]
fn a_transfer_that_the_other_balance_cannot_hold_leaves_both_as_they_were() {
    let mut fixture = fixture();
    let most = Money::from_e8(i64::MAX).to_string();
    fixture.adjust("GLOBEX", &adjustment_in("EUR", &most)).unwrap();
    fixture.adjust("ACME", &adjustment_in("EUR", "1")).unwrap();
    let before = fixture.dump();
    let wish = Transfer { unit: Some(valid("EUR")), ..transfer("1") };
    assert_refused!(give(&mut fixture, "ACME", "GLOBEX", &wish), Error::Overflow { .. });
    assert_eq!(fixture.dump(), before);
}

#[test]
fn the_unit_left_out_is_the_givers_and_the_taker_gets_the_same() {
    let mut fixture = fixture();
    fixture.adjust("GLOBEX", &adjustment_in("EUR", "5")).unwrap();
    give(&mut fixture, "ACME", "GLOBEX", &transfer("4")).unwrap();
    assert_eq!((fixture.credits("ACME"), fixture.credits("GLOBEX")), (valid("6"), valid("4")));
    assert_eq!(fixture.balance("GLOBEX", valid("EUR")).unwrap().balance, valid("5"));
    assert_refused!(give(&mut fixture, "GLOBEX", "ACME", &transfer("1")), Error::Ambiguous { .. });
}

#[test]
fn only_a_positive_amount_that_the_unit_holds_is_moved() {
    let mut fixture = fixture();
    for amount in ["0", "-1", "0.5"] {
        assert_refused!(
            give(&mut fixture, "ACME", "GLOBEX", &transfer(amount)),
            Error::Invalid { field: "amount", .. }
        );
    }
}

#[test]
fn a_customer_gives_nothing_to_itself() {
    let mut fixture = fixture();
    let api_id = fixture.read(|now| now.customer("ACME")).api_id.to_string();
    for to in ["ACME", "acme", api_id.as_str()] {
        assert_refused!(give(&mut fixture, "ACME", to, &transfer("1")), Error::Refused(why) if why.contains("itself"));
    }
}

#[test]
fn neither_side_is_archived_or_unknown() {
    let mut fixture = fixture();
    fixture.write(|tx| customer::archive(tx, "GLOBEX")).unwrap();
    for (from, to) in [("ACME", "GLOBEX"), ("GLOBEX", "ACME")] {
        assert_refused!(give(&mut fixture, from, to, &transfer("1")), Error::Archived { name, .. } if name == "GLOBEX");
    }
    for (from, to) in [("ACME", "NOBODY"), ("NOBODY", "ACME")] {
        assert_refused!(
            give(&mut fixture, from, to, &transfer("1")),
            Error::NotFound { entity: EntityKind::Customer, name, .. } if name == "NOBODY"
        );
    }
}

#[test]
fn the_same_key_gives_both_first_receipts_again_whatever_happened_since() {
    let mut fixture = fixture();
    let first = give(&mut fixture, "ACME", "GLOBEX", &keyed("k", "10")).unwrap();
    fixture.write(|tx| customer::archive(tx, "GLOBEX")).unwrap();
    let before = fixture.dump();
    let again = give(&mut fixture, "acme", "globex", &keyed("k", "10.0")).unwrap();
    assert_eq!(again.len(), 2);
    assert!(again.iter().zip(&first).all(|(again, first)| again.replayed && again.entry == first.entry));
    assert_eq!(fixture.dump(), before);
}

#[test]
fn the_same_key_for_another_transfer_is_refused_and_the_difference_named() {
    let mut fixture = fixture();
    fixture.credit("GLOBEX", "10");
    give(&mut fixture, "ACME", "GLOBEX", &keyed("k", "4")).unwrap();
    let before = fixture.dump();
    let others = [
        ("ACME", "INITECH", "to", keyed("k", "4")),
        ("INITECH", "GLOBEX", "customer", keyed("k", "4")),
        ("GLOBEX", "ACME", "customer", keyed("k", "4")),
        ("ACME", "GLOBEX", "amount", keyed("k", "5")),
        ("ACME", "GLOBEX", "unit", Transfer { unit: Some(valid("EUR")), ..keyed("k", "4") }),
        ("ACME", "GLOBEX", "description", Transfer { description: valid("other"), ..keyed("k", "4") }),
    ];
    for (from, to, differs, wish) in others {
        assert_refused!(give(&mut fixture, from, to, &wish), Error::KeyConflict { field, .. } if *field == differs);
    }
    let debit = Adjustment { key: Some(valid("k")), ..adjustment("-4") };
    assert_refused!(fixture.adjust("ACME", &debit), Error::KeyConflict { field: "kind", .. });
    assert_eq!(fixture.dump(), before);
}
