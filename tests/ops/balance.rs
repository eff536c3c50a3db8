//! Balances: limits, units, keys, and what the ledger keeps of each change.

use ssgctl::Error;
use ssgctl::model::{EntityKind, EntryKind, Money, Unit};
use ssgctl::ops::balance::{self, Adjustment};
use ssgctl::ops::customer;

use crate::support::fixture::{Fixture, NOON, adjustment, adjustment_in, assert_refused, keyed, valid};

fn eur() -> Unit {
    valid("EUR")
}

fn set_limit(fixture: &mut Fixture, unit: Option<Unit>, limit: &str) -> ssgctl::Result<ssgctl::model::Balance> {
    fixture.write(|tx| balance::set_credit_limit(tx, "ACME", unit, valid(limit)))
}

#[test]
fn an_entry_says_what_how_much_who_when_and_why() {
    let mut fixture = Fixture::with_acme();
    let change = Adjustment { reference: Some(valid("INV-7")), ..keyed("k1", "250") };
    let entry = fixture.adjust("acme", &change).unwrap().entry;
    assert_eq!((entry.id, entry.customer.as_str(), entry.balance_after), (1, "ACME", valid("250")));
    assert_eq!((entry.posting.kind, entry.posting.unit), (EntryKind::Adjustment, Unit::Sms));
    assert_eq!(entry.posting.amount, valid("250"));
    assert_eq!(entry.posting.description.as_str(), "top-up");
    assert_eq!((entry.posting.reference.clone(), entry.posting.key.clone()), (Some(valid("INV-7")), Some(valid("k1"))));
    assert_eq!((entry.at, entry.posting.reverses), (valid(NOON), None));
    assert_eq!(entry.origin, fixture.origin);
    assert_eq!(fixture.entries(), [entry]);
}

#[test]
fn texts_at_their_longest_are_kept_whole() {
    let mut fixture = Fixture::with_acme();
    fixture.origin.reason = Some(valid(&"é".repeat(500)));
    fixture.origin.actor = valid(&"é".repeat(100));
    let change = Adjustment {
        description: valid(&"é".repeat(500)),
        reference: Some(valid(&"é".repeat(100))),
        key: Some(valid(&"é".repeat(200))),
        ..adjustment("1")
    };
    let entry = fixture.adjust("ACME", &change).unwrap().entry;
    assert_eq!(fixture.entries(), [entry]);
    assert!(fixture.adjust("ACME", &change).unwrap().replayed);
}

#[test]
fn a_debit_may_empty_a_balance_and_not_go_below_zero() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "10");
    assert_refused!(
        fixture.adjust("ACME", &adjustment("-11")),
        Error::InsufficientBalance { balance, amount, after, floor, .. }
            if [*balance, *amount, *after, *floor] == ["10", "-11", "-1", "0"].map(valid::<Money>)
    );
    assert_eq!(fixture.credit("ACME", "-10").balance_after, Money::ZERO);
    assert_refused!(fixture.adjust("ACME", &adjustment("-1")), Error::InsufficientBalance { .. });
}

#[test]
fn a_debit_of_a_balance_that_was_never_credited_is_refused() {
    let mut fixture = Fixture::with_acme();
    let before = fixture.dump();
    assert_refused!(fixture.adjust("ACME", &adjustment("-1")), Error::InsufficientBalance { .. });
    assert_eq!(fixture.dump(), before);
}

#[test]
fn a_debit_may_go_to_the_credit_limit_and_not_one_step_further() {
    let mut fixture = Fixture::with_acme();
    fixture.adjust("ACME", &adjustment_in("EUR", "1")).unwrap();
    set_limit(&mut fixture, None, "2.5").unwrap();
    assert_refused!(
        fixture.adjust("ACME", &adjustment("-3.50000001")),
        Error::InsufficientBalance { floor, .. } if *floor == valid("-2.5")
    );
    fixture.credit("ACME", "-3.5");
    assert_refused!(fixture.adjust("ACME", &adjustment("-0.00000001")), Error::InsufficientBalance { .. });
}

#[test]
fn a_balance_below_its_limit_takes_credit_but_no_debit() {
    let mut fixture = Fixture::with_acme();
    fixture.adjust("ACME", &Adjustment { allow_negative: true, ..adjustment("-100") }).unwrap();
    assert_eq!(fixture.credit("ACME", "1").balance_after, valid("-99"));
    assert_refused!(fixture.adjust("ACME", &adjustment("-1")), Error::InsufficientBalance { .. });
}

#[test]
fn only_allow_negative_goes_below_the_limit() {
    let mut fixture = Fixture::with_acme();
    let entry = fixture.adjust("ACME", &Adjustment { allow_negative: true, ..adjustment("-1") }).unwrap().entry;
    assert_eq!(entry.balance_after, valid("-1"));
}

#[test]
fn lowering_a_limit_below_what_is_used_up_is_allowed_and_stops_further_debits() {
    let mut fixture = Fixture::with_acme();
    set_limit(&mut fixture, None, "100").unwrap();
    fixture.credit("ACME", "-80");
    set_limit(&mut fixture, None, "50").unwrap();
    assert_refused!(fixture.adjust("ACME", &adjustment("-1")), Error::InsufficientBalance { .. });
    assert_eq!(fixture.credits("ACME"), valid("-80"));
}

#[test]
fn a_limit_is_not_negative_and_whole_for_sms_credits() {
    let mut fixture = Fixture::with_acme();
    assert_refused!(set_limit(&mut fixture, None, "-1"), Error::Invalid { field: "credit_limit", .. });
    assert_refused!(set_limit(&mut fixture, None, "0.5"), Error::Invalid { field: "credit_limit", .. });
    assert_eq!(set_limit(&mut fixture, Some(eur()), "0.5").unwrap().credit_limit, valid("0.5"));
}

#[test]
fn setting_the_limit_that_is_set_leaves_no_trace() {
    let mut fixture = Fixture::with_acme();
    set_limit(&mut fixture, None, "100").unwrap();
    fixture.at("2026-11-25T08:00:00Z");
    let before = fixture.dump();
    set_limit(&mut fixture, None, "100").unwrap();
    assert_eq!(fixture.dump(), before);
}

#[test]
fn a_limit_of_zero_may_be_set_for_a_customer_that_has_no_balance_yet() {
    let mut fixture = Fixture::with_acme();
    let balance = set_limit(&mut fixture, None, "0").unwrap();
    assert_eq!((balance.unit, balance.balance, balance.credit_limit), (Unit::Sms, Money::ZERO, Money::ZERO));
    assert!(fixture.findings().is_empty());
}

#[test]
fn a_change_of_nothing_is_refused() {
    let mut fixture = Fixture::with_acme();
    assert_refused!(fixture.adjust("ACME", &adjustment("0")), Error::Invalid { field: "amount", .. });
    assert_refused!(fixture.adjust("ACME", &adjustment("-0.0")), Error::Invalid { field: "amount", .. });
}

#[test]
fn sms_credits_are_whole_and_money_has_up_to_eight_decimals() {
    let mut fixture = Fixture::with_acme();
    assert_refused!(fixture.adjust("ACME", &adjustment_in("SMS", "0.5")), Error::Invalid { field: "amount", .. });
    fixture.adjust("ACME", &adjustment_in("EUR", "0.00000001")).unwrap();
    assert_eq!(fixture.balance("ACME", eur()).unwrap().balance, Money::from_e8(1));
}

#[test]
fn units_do_not_mix() {
    let mut fixture = Fixture::with_acme();
    for (unit, amount) in [("SMS", "10"), ("EUR", "20"), ("GBP", "30"), ("EUR", "-5")] {
        fixture.adjust("ACME", &adjustment_in(unit, amount)).unwrap();
    }
    for (unit, amount) in [("SMS", "10"), ("EUR", "15"), ("GBP", "30")] {
        assert_eq!(fixture.balance("ACME", valid(unit)).unwrap().balance, valid(amount), "{unit}");
    }
    assert_refused!(fixture.adjust("ACME", &adjustment_in("EUR", "-16")), Error::InsufficientBalance { .. });
}

#[test]
fn a_unit_left_out_is_the_only_one_or_sms_credits_and_never_guessed_among_several() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    fixture.adjust("ACME", &adjustment_in("EUR", "10")).unwrap();
    assert_eq!(fixture.credit("ACME", "1").posting.unit, eur());
    assert_eq!(fixture.credit("GLOBEX", "1").posting.unit, Unit::Sms);
    fixture.adjust("ACME", &adjustment_in("SMS", "10")).unwrap();
    for outcome in [fixture.adjust("ACME", &adjustment("1")).map(drop), set_limit(&mut fixture, None, "1").map(drop)] {
        assert_refused!(
            outcome,
            Error::Ambiguous { entity: EntityKind::Balance, matches, .. } if *matches == ["EUR", "SMS"]
        );
    }
}

#[test]
fn the_same_key_with_the_same_change_gives_the_first_receipt_again() {
    let mut fixture = Fixture::with_acme();
    let first = fixture.adjust("ACME", &keyed("k1", "10")).unwrap();
    assert!(!first.replayed);
    fixture.credit("ACME", "5");
    fixture.at("2030-01-01T00:00:00Z").origin.actor = valid("sam");
    let before = fixture.dump();
    for name in ["ACME", "acme"] {
        let again = fixture.adjust(name, &Adjustment { allow_negative: true, ..keyed("k1", "10.00") }).unwrap();
        assert!(again.replayed);
        assert_eq!(again.entry, first.entry);
    }
    assert_eq!(fixture.dump(), before);
}

#[test]
fn a_key_is_replayed_when_the_change_would_no_longer_be_allowed() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "10");
    fixture.adjust("ACME", &keyed("k1", "-10")).unwrap();
    assert!(fixture.adjust("ACME", &keyed("k1", "-10")).unwrap().replayed, "the balance is used up");
    fixture.adjust("ACME", &adjustment_in("EUR", "1")).unwrap();
    assert!(fixture.adjust("ACME", &keyed("k1", "-10")).unwrap().replayed, "there is a second unit");
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert!(fixture.adjust("ACME", &keyed("k1", "-10")).unwrap().replayed, "the customer is archived");
}

#[test]
fn the_same_key_with_another_change_is_refused_and_the_difference_named() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    let first = Adjustment { reference: Some(valid("INV-7")), ..keyed("k1", "10") };
    fixture.adjust("ACME", &first).unwrap();
    let before = fixture.dump();
    let others = [
        ("ACME", "amount", Adjustment { amount: valid("11"), ..first.clone() }),
        ("ACME", "amount", Adjustment { amount: valid("-10"), ..first.clone() }),
        ("ACME", "unit", Adjustment { unit: Some(eur()), ..first.clone() }),
        ("ACME", "description", Adjustment { description: valid("other"), ..first.clone() }),
        ("ACME", "reference", Adjustment { reference: Some(valid("INV-8")), ..first.clone() }),
        ("ACME", "reference", Adjustment { reference: None, ..first.clone() }),
        ("GLOBEX", "customer", first.clone()),
    ];
    for (customer, differs, other) in others {
        assert_refused!(
            fixture.adjust(customer, &other),
            Error::KeyConflict { key, field, .. } if key == "k1" && *field == differs
        );
    }
    assert_eq!(fixture.dump(), before);
    assert!(fixture.adjust("ACME", &first).unwrap().replayed, "the key is still the first change's");
}

#[test]
fn a_refused_change_does_not_use_up_its_key() {
    let mut fixture = Fixture::with_acme();
    assert_refused!(fixture.adjust("ACME", &keyed("k1", "-10")), Error::InsufficientBalance { .. });
    fixture.credit("ACME", "10");
    assert!(!fixture.adjust("ACME", &keyed("k1", "-10")).unwrap().replayed);
    assert!(fixture.adjust("ACME", &keyed("k1", "-10")).unwrap().replayed);
    assert_eq!(fixture.credits("ACME"), Money::ZERO);
}

#[test]
fn a_dropped_change_does_not_use_up_its_key() {
    let mut fixture = Fixture::with_acme();
    let origin = fixture.origin.clone();
    let mut tx = fixture.store.write(&origin).unwrap();
    assert!(!balance::adjust(&mut tx, "ACME", &keyed("k1", "10")).unwrap().replayed);
    assert!(balance::adjust(&mut tx, "ACME", &keyed("k1", "10")).unwrap().replayed);
    drop(tx);
    assert!(!fixture.adjust("ACME", &keyed("k1", "10")).unwrap().replayed);
}

#[test]
fn keys_are_case_sensitive() {
    let mut fixture = Fixture::with_acme();
    assert!(!fixture.adjust("ACME", &keyed("k", "10")).unwrap().replayed);
    assert!(!fixture.adjust("ACME", &keyed("K", "10")).unwrap().replayed);
}

#[test]
fn a_sum_beyond_64_bits_is_refused_whatever_is_allowed() {
    let most = Money::from_e8(i64::MAX).to_string();
    let least = Money::from_e8(i64::MIN + 1).to_string();
    for (first, second) in [(most.as_str(), "0.00000001"), (least.as_str(), "-0.00000002")] {
        for allow_negative in [true, false] {
            let mut fixture = Fixture::with_acme();
            fixture.adjust("ACME", &Adjustment { allow_negative: true, ..adjustment_in("EUR", first) }).unwrap();
            let before = fixture.dump();
            assert_refused!(
                fixture.adjust("ACME", &Adjustment { allow_negative, ..adjustment(second) }),
                Error::Overflow { .. }
            );
            assert_eq!(fixture.dump(), before);
            assert!(fixture.findings().is_empty());
        }
    }
}

#[test]
fn nothing_is_booked_on_a_broken_ledger() {
    for damage in [
        "UPDATE entry SET amount_e8 = amount_e8 + 1 WHERE id = 2",
        "UPDATE entry SET description = 'other' WHERE id = 2",
        "UPDATE balance SET balance_e8 = balance_e8 + 1",
    ] {
        let mut fixture = Fixture::with_acme();
        fixture.credit("ACME", "1");
        fixture.credit("ACME", "1");
        fixture.raw().execute_batch(&format!("DROP TRIGGER entry_is_never_changed; {damage}")).unwrap();
        assert_refused!(fixture.adjust("ACME", &adjustment("1")), Error::Damaged(_));
    }
}
