//! Reversals: once, whole, by the opposite amount, and under the same rules as any other change.

use ssgctl::Error;
use ssgctl::model::{EntityKind, EntryKind, Money};
use ssgctl::ops::balance::{self, Adjustment, Receipt, Reversal};
use ssgctl::ops::customer;

use crate::support::fixture::{Fixture, adjustment, adjustment_in, assert_refused, reversal, transfer, valid};

fn reverse(fixture: &mut Fixture, wish: &Reversal) -> ssgctl::Result<Vec<Receipt>> {
    fixture.write(|tx| balance::reverse(tx, wish))
}

fn keyed(key: &str, entry: i64) -> Reversal {
    Reversal { key: Some(valid(key)), ..reversal(entry) }
}

/// ACME with 10 credits of which 4 were moved to GLOBEX: entries 1, and the halves 2 and 3.
fn moved() -> Fixture {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    fixture.credit("ACME", "10");
    fixture.write(|tx| balance::transfer(tx, "ACME", "GLOBEX", &transfer("4"))).expect("moved");
    fixture
}

#[test]
fn a_reversal_is_a_new_entry_of_the_opposite_amount_that_names_the_one_it_undoes() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "10");
    fixture.adjust("ACME", &Adjustment { allow_negative: true, ..adjustment_in("EUR", "-2.5") }).unwrap();
    let wish = Reversal { reference: Some(valid("CN-7")), description: valid("paid by another"), ..keyed("undo-2", 2) };
    let receipts = reverse(&mut fixture, &wish).unwrap();
    let [Receipt { entry, replayed: false, .. }] = &receipts[..] else { unreachable!("{receipts:?}") };
    assert_eq!((entry.id, entry.customer.as_str(), entry.posting.reverses), (3, "ACME", Some(2)));
    assert_eq!((entry.posting.kind, entry.posting.unit), (EntryKind::Reversal, valid("EUR")));
    assert_eq!((entry.posting.amount, entry.balance_after), (valid("2.5"), Money::ZERO));
    assert_eq!(entry.posting.description, valid("paid by another"));
    assert_eq!((entry.posting.reference.clone(), entry.posting.key.clone()), (wish.reference, wish.key));
    assert_eq!(fixture.credits("ACME"), valid("10"), "the other unit is left alone");
    assert_eq!(fixture.entries()[1].posting.amount, valid("-2.5"), "what was undone is still there");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn an_entry_is_reversed_once_and_the_refusal_names_the_reversal() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "10");
    reverse(&mut fixture, &reversal(1)).unwrap();
    fixture.credit("ACME", "10");
    let before = fixture.dump();
    for wish in [reversal(1), keyed("again", 1)] {
        assert_refused!(reverse(&mut fixture, &wish), Error::AlreadyReversed { entry: 1, by: 2, .. });
    }
    assert_eq!(fixture.dump(), before);
}

#[test]
fn a_reversal_is_not_reversed() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "10");
    reverse(&mut fixture, &reversal(1)).unwrap();
    assert_refused!(reverse(&mut fixture, &reversal(2)), Error::Refused(why) if why.contains("entry 2 is a reversal"));
}

#[test]
fn an_entry_that_is_not_there_is_not_reversed() {
    let mut fixture = Fixture::with_acme();
    for entry in [0, -1, 1, i64::MAX] {
        assert_refused!(
            reverse(&mut fixture, &reversal(entry)),
            Error::NotFound { entity: EntityKind::Entry, name, .. } if *name == entry.to_string()
        );
    }
}

#[test]
fn either_half_of_a_transfer_takes_the_other_half_with_it() {
    for (named, other) in [(2, 3), (3, 2)] {
        let mut fixture = moved();
        let receipts = reverse(&mut fixture, &keyed("undo", named)).unwrap();
        let undone: Vec<_> = receipts.iter().map(|receipt| receipt.entry.posting.reverses).collect();
        assert_eq!(undone, [Some(named), Some(other)]);
        let counterparts: Vec<_> = receipts.iter().map(|receipt| receipt.entry.counterpart).collect();
        assert_eq!(counterparts, [Some(5), Some(4)]);
        assert_eq!((fixture.credits("ACME"), fixture.credits("GLOBEX")), (valid("10"), Money::ZERO));
        for entry in [2, 3] {
            assert_refused!(reverse(&mut fixture, &reversal(entry)), Error::AlreadyReversed { .. });
        }
        assert_eq!(fixture.findings(), Vec::<String>::new());
    }
}

#[test]
fn a_transfer_of_which_one_half_cannot_be_taken_back_is_not_reversed_at_all() {
    let mut fixture = moved();
    fixture.credit("GLOBEX", "-1");
    let before = fixture.dump();
    for half in [2, 3] {
        assert_refused!(
            reverse(&mut fixture, &reversal(half)),
            Error::InsufficientBalance { customer, .. } if customer.as_str() == "GLOBEX"
        );
    }
    assert_eq!(fixture.dump(), before);
    fixture.write(|tx| customer::archive(tx, "GLOBEX")).unwrap();
    for half in [2, 3] {
        assert_refused!(reverse(&mut fixture, &reversal(half)), Error::Archived { name, .. } if name == "GLOBEX");
    }
    assert_eq!(fixture.credits("ACME"), valid("6"));
}

#[test]
fn a_reversal_goes_no_further_below_zero_than_the_credit_limit_unless_that_is_allowed() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "10");
    fixture.credit("ACME", "-4");
    assert_refused!(
        reverse(&mut fixture, &reversal(1)),
        Error::InsufficientBalance { amount, after, .. } if (*amount, *after) == (valid("-10"), valid("-4"))
    );
    fixture.write(|tx| balance::set_credit_limit(tx, "ACME", None, valid("3"))).unwrap();
    assert_refused!(
        reverse(&mut fixture, &reversal(1)),
        Error::InsufficientBalance { floor, .. } if *floor == valid("-3")
    );
    reverse(&mut fixture, &Reversal { allow_negative: true, ..reversal(1) }).unwrap();
    assert_eq!(fixture.credits("ACME"), valid("-4"));
}

#[test]
fn a_reversal_may_use_the_credit_limit_to_its_end() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "10");
    fixture.credit("ACME", "-4");
    fixture.write(|tx| balance::set_credit_limit(tx, "ACME", None, valid("4"))).unwrap();
    assert_eq!(reverse(&mut fixture, &reversal(1)).unwrap()[0].entry.balance_after, valid("-4"));
}

#[test]
fn undoing_a_debit_is_allowed_however_low_the_balance_is() {
    let mut fixture = Fixture::with_acme();
    for _ in 0..2 {
        fixture.adjust("ACME", &Adjustment { allow_negative: true, ..adjustment("-5") }).unwrap();
    }
    assert_eq!(reverse(&mut fixture, &reversal(1)).unwrap()[0].entry.balance_after, valid("-5"));
}

#[test]
fn an_entry_of_an_archived_customer_is_not_reversed() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "10");
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_refused!(reverse(&mut fixture, &reversal(1)), Error::Archived { name, .. } if name == "ACME");
    fixture.write(|tx| customer::unarchive(tx, "ACME")).unwrap();
    assert!(reverse(&mut fixture, &reversal(1)).is_ok());
}

#[test]
fn the_same_key_gives_the_first_receipts_again_both_halves_of_a_transfer_included() {
    for entry in [1, 2, 3] {
        let mut fixture = moved();
        fixture.credit("ACME", "10");
        let first = reverse(&mut fixture, &keyed("undo", entry)).unwrap();
        fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
        let before = fixture.dump();
        let again = reverse(&mut fixture, &keyed("undo", entry)).unwrap();
        assert!(again.iter().all(|receipt| receipt.replayed) && !first[0].replayed);
        let entries = |receipts: &[Receipt]| receipts.iter().map(|receipt| receipt.entry.clone()).collect::<Vec<_>>();
        assert_eq!(entries(&again), entries(&first));
        assert_eq!(fixture.dump(), before);
    }
}

#[test]
fn the_same_key_for_another_reversal_or_another_kind_of_change_is_refused() {
    let mut fixture = moved();
    fixture.adjust("ACME", &Adjustment { key: Some(valid("top-up")), ..adjustment("1") }).unwrap();
    reverse(&mut fixture, &keyed("undo", 4)).unwrap();
    let before = fixture.dump();
    let others = [
        ("entry", keyed("undo", 1)),
        ("entry", keyed("undo", 99)),
        ("description", Reversal { description: valid("other"), ..keyed("undo", 4) }),
        ("reference", Reversal { reference: Some(valid("CN-7")), ..keyed("undo", 4) }),
        ("kind", keyed("top-up", 1)),
    ];
    for (differs, wish) in others {
        assert_refused!(reverse(&mut fixture, &wish), Error::KeyConflict { field, .. } if *field == differs);
    }
    let taken = Adjustment { key: Some(valid("undo")), ..adjustment("-1") };
    assert_refused!(fixture.adjust("ACME", &taken), Error::KeyConflict { field: "kind", .. });
    assert_eq!(fixture.dump(), before);
}

#[test]
fn a_refused_reversal_does_not_use_up_its_key() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "10");
    fixture.credit("ACME", "-4");
    assert_refused!(reverse(&mut fixture, &keyed("undo", 1)), Error::InsufficientBalance { .. });
    fixture.credit("ACME", "4");
    assert!(!reverse(&mut fixture, &keyed("undo", 1)).unwrap()[0].replayed);
}
