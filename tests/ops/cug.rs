//! Closed user groups: added to, taken from and replaced, a few numbers or very many.

use proptest::prelude::*;
use serde_json::{Value, json};
use ssgctl::Error;
use ssgctl::model::{EntityKind, Msisdn, MsisdnSet};
use ssgctl::ops::smpp::{self, CugChange};
use std::collections::BTreeSet;

use crate::support::fixture::{Fixture, assert_refused, cases, valid};

const ALICE: &str = "+447700900001";
const BOB: &str = "+447700900002";
const CAROL: &str = "+447700900003";

fn fixture() -> Fixture {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    fixture
}

fn numbers(texts: &[&str]) -> MsisdnSet {
    texts.iter().map(|text| valid::<Msisdn>(text)).collect()
}

fn many(range: std::ops::Range<u32>) -> MsisdnSet {
    range.map(|n| valid::<Msisdn>(&format!("+4477{n:08}"))).collect()
}

fn held(fixture: &mut Fixture) -> MsisdnSet {
    fixture.read(|now| now.cug_set(&now.smpp_account("acme1")?))
}

fn counts(change: &CugChange) -> (u64, u64, u64, u64) {
    (change.added, change.removed, change.unchanged, change.account.cug_size)
}

#[test]
fn numbers_are_added_removed_and_replaced_and_what_is_so_already_is_counted() {
    let mut fixture = fixture();
    let added =
        fixture.write(|tx| smpp::add_to_cug(tx, "acme1", &numbers(&[ALICE, BOB, "0044 7700 900-001"]))).unwrap();
    assert_eq!(counts(&added), (2, 0, 0, 2));
    let added = fixture.write(|tx| smpp::add_to_cug(tx, "acme1", &numbers(&[BOB, CAROL]))).unwrap();
    assert_eq!(counts(&added), (1, 0, 1, 3));
    assert_eq!(fixture.last_event().change.fields["cug"], json!([null, [CAROL]]));
    let removed = fixture.write(|tx| smpp::remove_from_cug(tx, "acme1", &numbers(&[ALICE, "+33123456789"]))).unwrap();
    assert_eq!(counts(&removed), (0, 1, 1, 2));
    let replaced = fixture.write(|tx| smpp::replace_cug(tx, "acme1", &numbers(&[ALICE, CAROL]))).unwrap();
    assert_eq!(counts(&replaced), (1, 1, 1, 2));
    assert_eq!(held(&mut fixture), numbers(&[ALICE, CAROL]));
    assert_eq!(fixture.read(|now| now.smpp_account("acme1")), replaced.account);
    let before = fixture.dump();
    fixture.write(|tx| smpp::replace_cug(tx, "acme1", &numbers(&[CAROL, ALICE]))).unwrap();
    assert_eq!(fixture.dump(), before, "what changes nothing leaves no trace");
}

#[test]
fn an_event_names_few_numbers_and_counts_many() {
    let mut fixture = fixture();
    let change = fixture.write(|tx| smpp::add_to_cug(tx, "acme1", &many(0..20))).unwrap();
    assert_eq!(change.added, 20);
    assert_eq!(fixture.last_event().change.fields["cug"][1].as_array().map(Vec::len), Some(20));
    fixture.write(|tx| smpp::replace_cug(tx, "acme1", &many(10..31))).unwrap();
    let fields = Value::Object(fixture.last_event().change.fields);
    assert_eq!(fields, json!({"cug_size": [20, 21], "cug_removed": [null, 10], "cug_added": [null, 11]}));
}

#[test]
fn an_archived_account_keeps_its_group() {
    let mut fixture = fixture();
    fixture.write(|tx| smpp::add_to_cug(tx, "acme1", &numbers(&[ALICE]))).unwrap();
    fixture.write(|tx| smpp::archive(tx, "acme1")).unwrap();
    for operation in [smpp::add_to_cug, smpp::remove_from_cug, smpp::replace_cug] {
        assert_refused!(
            fixture.write(|tx| operation(tx, "acme1", &numbers(&[ALICE, BOB]))),
            Error::Archived { entity: EntityKind::Smpp, .. }
        );
    }
    assert_eq!(held(&mut fixture), numbers(&[ALICE]));
}

#[test]
fn a_hundred_thousand_numbers_are_one_event() {
    let mut fixture = fixture();
    let change = fixture.write(|tx| smpp::replace_cug(tx, "acme1", &many(0..100_000))).unwrap();
    assert_eq!(counts(&change), (100_000, 0, 0, 100_000));
    let event = fixture.last_event();
    assert!(serde_json::to_string(&event.change.fields).unwrap().len() < 100);
    let change = fixture.write(|tx| smpp::replace_cug(tx, "acme1", &many(50_000..100_001))).unwrap();
    assert_eq!(counts(&change), (1, 50_000, 50_000, 50_001));
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn any_changes_leave_what_they_would_leave_of_a_set(
        steps in prop::collection::vec((0..3_u8, prop::collection::vec(0..40_u32, 0..30)), 1..6)
    ) {
        let mut fixture = fixture();
        let mut expected: BTreeSet<Msisdn> = BTreeSet::new();
        for (kind, picked) in steps {
            let picked: Vec<Msisdn> = picked.into_iter().map(|n| valid(&format!("+4477009{n:05}"))).collect();
            let set: MsisdnSet = picked.iter().cloned().collect();
            let done = match kind {
                0 => {
                    expected.extend(picked);
                    fixture.write(|tx| smpp::add_to_cug(tx, "acme1", &set)).unwrap()
                }
                1 => {
                    expected.retain(|number| !picked.contains(number));
                    fixture.write(|tx| smpp::remove_from_cug(tx, "acme1", &set)).unwrap()
                }
                _ => {
                    expected = picked.into_iter().collect();
                    fixture.write(|tx| smpp::replace_cug(tx, "acme1", &set)).unwrap()
                }
            };
            prop_assert_eq!(done.account.cug_size, expected.len() as u64);
            prop_assert!(held(&mut fixture).iter().eq(expected.iter().cloned()));
        }
        prop_assert_eq!(fixture.findings(), Vec::<String>::new());
    }
}
