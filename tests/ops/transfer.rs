//! Transfers and imports: two entries or none, all rows or none.

use ssgctl::Error;
use ssgctl::model::{EntryKind, Money};
use ssgctl::ops::balance::{AdjustmentRow, Receipt, Transfer, import};
use ssgctl::ops::{balance, customer};

use crate::support::{Scene, adjustment, assert_refused, transfer, valid};

/// Moves credits from ACME to BETA.
pub fn move_credits(scene: &mut Scene, what: &Transfer) -> ssgctl::Result<Vec<Receipt>> {
    scene.write(|tx| balance::transfer(tx, "ACME", "BETA", what))
}

fn two_customers() -> Scene {
    let mut scene = Scene::with_acme();
    scene.customer("BETA");
    scene.credit("ACME", "100");
    scene
}

#[test]
fn a_transfer_is_two_entries_that_name_each_other_and_add_up_to_nothing() {
    let mut scene = two_customers();
    let receipts = move_credits(&mut scene, &transfer("30")).unwrap();
    let [out, into] = receipts.as_slice() else { panic!("{receipts:?}") };
    assert_eq!((out.entry.counterpart, into.entry.counterpart), (Some(into.entry.id), Some(out.entry.id)));
    assert_eq!((out.entry.posting.kind, into.entry.posting.kind), (EntryKind::Transfer, EntryKind::Transfer));
    assert_eq!((out.entry.posting.amount, into.entry.posting.amount), (valid("-30"), valid("30")));
    assert_eq!((scene.credits("ACME"), scene.credits("BETA")), (valid("70"), valid("30")));
    assert!(scene.findings().is_empty());
}

#[test]
fn a_transfer_that_is_refused_moves_nothing_on_either_side() {
    let mut scene = two_customers();
    let before = scene.dump();
    assert_refused!(move_credits(&mut scene, &transfer("101")), Error::InsufficientBalance { .. });
    assert_refused!(move_credits(&mut scene, &transfer("-1")), Error::Invalid { .. });
    assert_refused!(move_credits(&mut scene, &transfer("0")), Error::Invalid { .. });
    assert_refused!(move_credits(&mut scene, &transfer("0.5")), Error::Invalid { .. });
    assert_refused!(scene.write(|tx| balance::transfer(tx, "ACME", "acme", &transfer("1"))), Error::Refused(_));
    assert_refused!(scene.write(|tx| balance::transfer(tx, "ACME", "GAMMA", &transfer("1"))), Error::NotFound { .. });
    assert_eq!(scene.dump(), before);
    let bold = Transfer { allow_negative: true, ..transfer("101") };
    move_credits(&mut scene, &bold).unwrap();
    assert_eq!(scene.credits("ACME"), valid("-1"));
}

#[test]
fn neither_giver_nor_taker_may_be_archived() {
    for archived in ["ACME", "BETA"] {
        let mut scene = two_customers();
        scene.write(|tx| customer::archive(tx, archived)).unwrap();
        assert_refused!(move_credits(&mut scene, &transfer("1")), Error::Archived { name, .. } if name == archived);
    }
}

#[test]
fn a_transfer_is_booked_once_per_key_and_the_key_knows_both_customers() {
    let mut scene = two_customers();
    scene.customer("GAMMA");
    let keyed = Transfer { key: Some(valid("move")), ..transfer("30") };
    move_credits(&mut scene, &keyed).unwrap();
    let again = move_credits(&mut scene, &keyed).unwrap();
    assert!(again.len() == 2 && again.iter().all(|receipt| receipt.replayed), "{again:?}");
    let elsewhere = scene.write(|tx| balance::transfer(tx, "ACME", "GAMMA", &keyed));
    assert_refused!(elsewhere, Error::KeyConflict { field: "to", .. });
    let more = Transfer { amount: valid("31"), ..keyed.clone() };
    assert_refused!(move_credits(&mut scene, &more), Error::KeyConflict { field: "amount", .. });
    assert_eq!(scene.credits("BETA"), valid("30"));
}

fn row(line: u64, customer: &str, amount: &str, key: Option<&str>) -> AdjustmentRow {
    let mut adjustment = adjustment(amount);
    adjustment.key = key.map(valid);
    AdjustmentRow { line, customer: customer.to_owned(), adjustment }
}

#[test]
fn an_import_books_all_rows_and_counts_those_booked_before() {
    let mut scene = two_customers();
    let rows = [row(2, "ACME", "5", Some("a")), row(3, "beta", "6", Some("b")), row(4, "ACME", "-7", None)];
    let first = scene.write(|tx| import(tx, &rows)).unwrap();
    assert!(first.iter().all(|receipt| !receipt.replayed));
    let second = scene.write(|tx| import(tx, &rows)).unwrap();
    assert_eq!(second.iter().map(|receipt| receipt.replayed).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!((scene.credits("ACME"), scene.credits("BETA")), (valid("91"), valid("6")));
}

#[test]
fn one_bad_row_books_none_and_every_bad_row_is_told_with_its_line() {
    let mut scene = two_customers();
    let before = scene.dump();
    let rows = [
        row(2, "ACME", "5", None),
        row(3, "NOBODY", "5", None),
        row(4, "ACME", "-500", None),
        row(5, "ACME", "0.5", None),
        row(6, "ACME", "5", Some("k")),
        row(7, "ACME", "6", Some("k")),
    ];
    let Err(Error::Rows(faults)) = scene.write(|tx| import(tx, &rows)) else { panic!("not refused") };
    let told: Vec<u64> = faults.first.iter().map(|fault| fault.line).collect();
    assert_eq!((told, faults.count), (vec![3, 4, 5, 7], 4));
    assert_eq!(scene.dump(), before);
    assert_eq!(scene.credits("BETA"), Money::ZERO);
}
