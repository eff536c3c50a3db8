//! Warnings: each crossing of a mark is found once, and told to those who are to be told.

use ssgctl::Error;
use ssgctl::model::{LetterKind, LetterState, Level, Unit, WarningDetails};
use ssgctl::ops::{customer, outbox, warning};
use ssgctl::store::LetterFilter;

use crate::contact::person;
use crate::support::{Scene, assert_refused, plain_letter, valid};

const CUSTOMER: &str = "jo@acme.example";
const OURS: &str = "noc@example.com";

/// ACME with 1,000 credits, the marks 100 and 10, and somebody to tell on both sides.
fn watched() -> Scene {
    let mut scene = Scene::with_acme();
    scene.credit("ACME", "1000");
    warn(&mut scene, |marks| {
        marks.upper = Some(valid("100"));
        marks.lower = Some(valid("10"));
        marks.to = vec![valid(CUSTOMER)];
    })
    .unwrap();
    scene
}

fn warn(scene: &mut Scene, change: impl FnOnce(&mut WarningDetails)) -> ssgctl::Result<()> {
    scene.write(|tx| warning::set(tx, "ACME", Unit::Sms, change)).map(drop)
}

/// Brings ACME to a balance.
fn set_balance(scene: &mut Scene, balance: i64) {
    let now: i64 = scene.credits("ACME").to_string().parse().unwrap();
    if balance != now {
        let mut change = crate::support::adjustment(&(balance - now).to_string());
        change.allow_negative = true;
        scene.adjust("ACME", &change).unwrap();
    }
}

/// One run of the check: the kinds and recipients of the letters it queued, which are then taken as sent.
fn check(scene: &mut Scene) -> Vec<(LetterKind, String)> {
    let queued = judge(scene);
    scene
        .write(|tx| {
            for letter in outbox::claim(tx, 100)? {
                outbox::record(tx, letter, &ssgctl::model::Outcome::Sent)?;
            }
            Ok(())
        })
        .unwrap();
    queued
}

fn judge(scene: &mut Scene) -> Vec<(LetterKind, String)> {
    let judged = scene.write(|tx| warning::judge(tx, &[valid(OURS)], &|notice| Ok(plain_letter(notice.kind)))).unwrap();
    let letters = judged.into_iter().flat_map(|judged| judged.letters);
    letters.map(|letter| (letter.content.kind, letter.recipient.to_string())).collect()
}

fn to_both(kind: LetterKind) -> Vec<(LetterKind, String)> {
    vec![(kind, CUSTOMER.to_owned()), (LetterKind::Internal, OURS.to_owned())]
}

#[test]
fn every_step_between_the_states_tells_what_it_must_and_no_more() {
    let (above, upper, lower) = (500, 100, 10);
    let all_clear = vec![(LetterKind::AllClear, CUSTOMER.to_owned()), (LetterKind::AllClear, OURS.to_owned())];
    let steps = [
        (above, above, vec![]),
        (above, upper, to_both(LetterKind::LowUpper)),
        (above, lower, to_both(LetterKind::LowLower)),
        (upper, upper - 1, vec![]),
        (upper, lower, to_both(LetterKind::LowLower)),
        (upper, above, all_clear.clone()),
        (lower, lower - 1, vec![]),
        (lower, upper, vec![]),
        (lower, above, all_clear),
    ];
    for (from, to, told) in steps {
        let mut scene = watched();
        set_balance(&mut scene, from);
        check(&mut scene);
        set_balance(&mut scene, to);
        assert_eq!(check(&mut scene), told, "from {from} to {to}");
        assert_eq!(check(&mut scene), [], "once is enough, from {from} to {to}");
        assert!(scene.findings().is_empty());
    }
}

#[test]
fn a_mark_is_armed_again_by_a_check_above_it() {
    let mut scene = watched();
    for _ in 0..3 {
        set_balance(&mut scene, 50);
        assert_eq!(check(&mut scene), to_both(LetterKind::LowUpper));
        set_balance(&mut scene, 200);
        assert_eq!(check(&mut scene).len(), 2);
    }
    // Above and below again between two checks is no crossing.
    set_balance(&mut scene, 50);
    check(&mut scene);
    set_balance(&mut scene, 200);
    set_balance(&mut scene, 50);
    assert_eq!(check(&mut scene), []);
    // Up to the upper mark and down again tells the urgent letter again.
    set_balance(&mut scene, 5);
    assert_eq!(check(&mut scene), to_both(LetterKind::LowLower));
    set_balance(&mut scene, 50);
    assert_eq!(check(&mut scene), []);
    set_balance(&mut scene, 5);
    assert_eq!(check(&mut scene), to_both(LetterKind::LowLower));
}

#[test]
fn letters_that_nobody_began_to_send_are_taken_back_by_a_recovery() {
    let mut scene = watched();
    set_balance(&mut scene, 5);
    assert_eq!(judge(&mut scene), to_both(LetterKind::LowLower));
    set_balance(&mut scene, 500);
    assert_eq!(judge(&mut scene), [], "nobody was told, so there is nothing to call off");
    let letters = scene.read(|now| now.letters_of(&LetterFilter::default()));
    assert!(letters.iter().all(|letter| letter.state == LetterState::Cancelled), "{letters:?}");
}

#[test]
fn the_customer_is_told_at_the_warning_else_billing_else_invoices() {
    let mut scene = watched();
    warn(&mut scene, |marks| marks.to.clear()).unwrap();
    let rename = |details: &mut ssgctl::model::CustomerDetails| {
        details.invoice_emails = vec![valid("invoices@acme.example")];
        Ok(())
    };
    scene.write(|tx| customer::edit(tx, "ACME", rename)).unwrap();
    set_balance(&mut scene, 50);
    assert_eq!(check(&mut scene)[0].1, "invoices@acme.example");
    let mut billing = person("Bill");
    billing.email = Some(valid("bill@acme.example"));
    billing.roles = valid("billing");
    scene.write(|tx| ssgctl::ops::contact::add(tx, "ACME", billing)).unwrap();
    set_balance(&mut scene, 5);
    assert_eq!(check(&mut scene)[0].1, "bill@acme.example");
    warn(&mut scene, |marks| marks.tell_customer = false).unwrap();
    set_balance(&mut scene, 500);
    check(&mut scene);
    set_balance(&mut scene, 5);
    assert_eq!(check(&mut scene), [(LetterKind::Internal, OURS.to_owned())]);
}

#[test]
fn a_customer_without_an_address_is_reported() {
    let mut scene = watched();
    warn(&mut scene, |marks| marks.to.clear()).unwrap();
    set_balance(&mut scene, 50);
    let judged = scene.write(|tx| warning::judge(tx, &[], &|notice| Ok(plain_letter(notice.kind)))).unwrap();
    assert!(judged.len() == 1 && judged[0].nobody_to_tell && judged[0].letters.is_empty(), "{judged:?}");
    assert_eq!((judged[0].crossing.from, judged[0].crossing.to), (Level::Ok, Level::Upper));
}

#[test]
fn a_warning_that_is_off_or_of_an_archived_customer_rests() {
    let mut scene = watched();
    warn(&mut scene, |marks| marks.active = false).unwrap();
    set_balance(&mut scene, 5);
    assert_eq!(check(&mut scene), []);
    warn(&mut scene, |marks| marks.active = true).unwrap();
    scene.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_eq!(check(&mut scene), []);
    scene.write(|tx| customer::unarchive(tx, "ACME")).unwrap();
    assert_eq!(check(&mut scene), to_both(LetterKind::LowLower));
}

#[test]
fn a_letter_that_cannot_be_written_leaves_the_crossing_for_the_next_check() {
    let mut scene = watched();
    set_balance(&mut scene, 50);
    let before = scene.dump();
    let refused = scene.write(|tx| warning::judge(tx, &[], &|_| Err(Error::Letter("no sender".to_owned()))));
    assert_refused!(refused, Error::Letter(_));
    assert_eq!(scene.dump(), before);
    assert_eq!(check(&mut scene), to_both(LetterKind::LowUpper));
}

#[test]
fn marks_have_their_order_and_their_unit() {
    let mut scene = watched();
    assert_refused!(warn(&mut scene, |marks| marks.lower = Some(valid("101"))), Error::Invalid { field: "lower", .. });
    assert_refused!(warn(&mut scene, |marks| marks.upper = Some(valid("0.5"))), Error::Invalid { field: "upper", .. });
    assert_refused!(warn(&mut scene, |marks| marks.upper = None), Error::Invalid { field: "lower", .. });
}
