//! Reversals: an entry is undone once, by another entry, and half of a transfer never alone.

use ssgctl::Error;
use ssgctl::model::{EntryKind, Money, Unit};
use ssgctl::ops::balance::{Reversal, reverse};
use ssgctl::ops::customer;

use crate::support::{Scene, adjustment, assert_refused, reversal, transfer, valid};
use crate::transfer::move_credits;

fn undo(scene: &mut Scene, reversal: &Reversal) -> ssgctl::Result<Vec<i64>> {
    let receipts = scene.write(|tx| reverse(tx, reversal))?;
    Ok(receipts.into_iter().map(|receipt| receipt.entry.id).collect())
}

#[test]
fn a_reversal_takes_back_what_the_entry_did_and_names_it() {
    let mut scene = Scene::with_acme();
    scene.credit("ACME", "100");
    scene.credit("ACME", "7");
    assert_eq!(undo(&mut scene, &reversal(1)).unwrap(), [3]);
    let entry = scene.entries().pop().unwrap();
    assert_eq!((entry.posting.kind, entry.posting.reverses), (EntryKind::Reversal, Some(1)));
    assert_eq!(entry.posting.amount, valid("-100"));
    assert_eq!(scene.credits("ACME"), valid("7"));
    assert!(scene.findings().is_empty());
}

#[test]
fn an_entry_is_reversed_once() {
    let mut scene = Scene::with_acme();
    scene.credit("ACME", "100");
    undo(&mut scene, &reversal(1)).unwrap();
    let before = scene.dump();
    assert_refused!(undo(&mut scene, &reversal(1)), Error::AlreadyReversed { entry: 1, by: 2 });
    assert_eq!(scene.dump(), before);
}

#[test]
fn a_reversal_is_not_reversed() {
    let mut scene = Scene::with_acme();
    scene.credit("ACME", "100");
    undo(&mut scene, &reversal(1)).unwrap();
    assert_refused!(undo(&mut scene, &reversal(2)), Error::Refused(_));
}

#[test]
fn an_entry_that_is_not_there_is_not_reversed() {
    let mut scene = Scene::with_acme();
    assert_refused!(undo(&mut scene, &reversal(1)), Error::NotFound { .. });
}

#[test]
fn half_of_a_transfer_takes_the_other_with_it() {
    let mut scene = Scene::with_acme();
    scene.customer("BETA");
    scene.credit("ACME", "100");
    move_credits(&mut scene, &transfer("30")).unwrap();
    // Whichever half is named, both are undone, that one first.
    assert_eq!(undo(&mut scene, &reversal(3)).unwrap(), [4, 5]);
    assert_eq!((scene.credits("ACME"), scene.credits("BETA")), (valid("100"), Money::ZERO));
    assert_refused!(undo(&mut scene, &reversal(2)), Error::AlreadyReversed { entry: 2, by: 5 });
    assert!(scene.findings().is_empty());
}

#[test]
fn a_reversal_sinks_below_the_credit_limit_only_when_allowed() {
    let mut scene = Scene::with_acme();
    scene.credit("ACME", "100");
    scene.credit("ACME", "-60");
    assert_refused!(undo(&mut scene, &reversal(1)), Error::InsufficientBalance { .. });
    undo(&mut scene, &Reversal { allow_negative: true, ..reversal(1) }).unwrap();
    assert_eq!(scene.credits("ACME"), valid("-60"));
}

#[test]
fn the_same_key_gives_the_first_receipts_again() {
    let mut scene = Scene::with_acme();
    scene.customer("BETA");
    scene.credit("ACME", "100");
    scene.credit("ACME", "1");
    move_credits(&mut scene, &transfer("30")).unwrap();
    let keyed = Reversal { key: Some(valid("undo")), ..reversal(3) };
    assert_eq!(undo(&mut scene, &keyed).unwrap(), [5, 6]);
    let again = scene.write(|tx| reverse(tx, &keyed)).unwrap();
    assert!(again.iter().all(|receipt| receipt.replayed));
    assert_eq!(again.iter().map(|receipt| receipt.entry.id).collect::<Vec<_>>(), [5, 6]);
    let other = Reversal { key: Some(valid("undo")), ..reversal(2) };
    assert_refused!(undo(&mut scene, &other), Error::KeyConflict { field: "entry", .. });
    let mut adjust = adjustment("5");
    adjust.key = Some(valid("undo"));
    assert_refused!(scene.adjust("ACME", &adjust), Error::KeyConflict { field: "kind", .. });
}

#[test]
fn an_archived_customer_takes_no_reversal() {
    let mut scene = Scene::with_acme();
    scene.credit("ACME", "100");
    scene.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_refused!(undo(&mut scene, &reversal(1)), Error::Archived { .. });
    assert_eq!(scene.balance("ACME", Unit::Sms).unwrap().balance, valid("100"));
}
