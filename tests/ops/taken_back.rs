//! Letters that are taken back: what waits to be told is told only as long as it is true and wanted.

use ssgctl::model::{Letter, LetterKind, LetterState, Noun, Outcome};
use ssgctl::ops::outbox;

use crate::support::{Scene, valid};
use crate::warning::{THEM, US, bring_to, deliver, judge, scene, to, told};

/// The letters as kind, recipient, state and last error.
fn outbox(scene: &mut Scene) -> Vec<String> {
    let line = |letter: &Letter| {
        let why = letter.last_error.as_deref().unwrap_or("-");
        format!("{} {} {}: {why}", letter.content.kind, letter.recipient, letter.state)
    };
    scene.letters().iter().map(line).collect()
}

/// Tries every letter that is due, with one outcome.
fn attempt(scene: &mut Scene, outcome: &Outcome) {
    let recorded = scene.write(|tx| {
        let letters = outbox::claim(tx, 100)?;
        letters.into_iter().try_for_each(|letter| outbox::record(tx, letter, outcome).map(drop))
    });
    recorded.expect("recorded");
}

fn unanswered() -> Outcome {
    Outcome::Unanswered("hung up".to_owned())
}

#[test]
fn an_early_letter_that_waits_does_not_go_along_with_the_urgent_one() {
    let mut scene = scene();
    bring_to(&mut scene, "100");
    judge(&mut scene);
    bring_to(&mut scene, "5");
    assert_eq!(told(&judge(&mut scene)), [to(LetterKind::LowLower, THEM), to(LetterKind::Internal, US)]);
    assert_eq!(
        outbox(&mut scene),
        [
            "low-upper ops@acme.example cancelled: the balance is lower still",
            "internal noc@example.com cancelled: the balance is lower still",
            "low-lower ops@acme.example pending: -",
            "internal noc@example.com pending: -",
        ]
    );
}

#[test]
fn an_urgent_letter_that_waits_gives_way_to_the_early_one_when_the_balance_is_no_longer_that_low() {
    let mut scene = scene();
    bring_to(&mut scene, "5");
    judge(&mut scene);
    bring_to(&mut scene, "50");
    assert_eq!(told(&judge(&mut scene)), [to(LetterKind::LowUpper, THEM), to(LetterKind::Internal, US)]);
    assert_eq!(outbox(&mut scene)[0], "low-lower ops@acme.example cancelled: the balance is no longer that low");
    assert_eq!(scene.findings(), Vec::<String>::new());
}

#[test]
fn who_has_had_the_early_letter_gets_no_second_in_place_of_an_urgent_one_that_was_taken_back() {
    let mut scene = scene();
    bring_to(&mut scene, "50");
    judge(&mut scene);
    deliver(&mut scene);
    bring_to(&mut scene, "5");
    judge(&mut scene);
    bring_to(&mut scene, "50");
    assert_eq!(told(&judge(&mut scene)), []);
}

#[test]
fn an_all_clear_that_waits_is_taken_back_when_the_balance_is_low_again() {
    let mut scene = scene();
    bring_to(&mut scene, "50");
    judge(&mut scene);
    deliver(&mut scene);
    bring_to(&mut scene, "200");
    assert_eq!(told(&judge(&mut scene)), [to(LetterKind::AllClear, US), to(LetterKind::AllClear, THEM)]);
    bring_to(&mut scene, "50");
    judge(&mut scene);
    assert_eq!(outbox(&mut scene)[2], "all-clear noc@example.com cancelled: the balance is low again");
}

#[test]
fn a_letter_of_which_nobody_knows_is_not_sent_again_once_it_is_no_longer_true() {
    let mut scene = scene();
    bring_to(&mut scene, "5");
    judge(&mut scene);
    attempt(&mut scene, &unanswered());
    bring_to(&mut scene, "200");
    let clear = [to(LetterKind::AllClear, US), to(LetterKind::AllClear, THEM)];
    assert_eq!(told(&judge(&mut scene)), clear, "it may have been read");
    deliver(&mut scene);
    scene.at("2026-12-24T12:00:00Z");
    assert_eq!(scene.write(|tx| outbox::claim(tx, 100)).unwrap(), []);
    let letter = &scene.letters()[0];
    assert_eq!((letter.state, letter.next_attempt_at), (LetterState::Uncertain, None));
    assert_eq!(letter.last_error.as_deref(), Some("the balance has recovered"));
}

#[test]
fn what_is_taken_back_stands_in_the_audit_log_with_the_reason() {
    let mut scene = scene();
    bring_to(&mut scene, "50");
    judge(&mut scene);
    bring_to(&mut scene, "200");
    judge(&mut scene);
    let event = scene.last_event();
    assert_eq!(
        (event.change.noun, event.change.action.as_str(), event.change.subject.as_str()),
        (Noun::Letter, "cancel", "2")
    );
    assert_eq!(event.customer, Some(valid("ACME")));
    assert_eq!(event.change.fields["state"], serde_json::json!(["pending", "cancelled"]));
    assert_eq!(event.change.fields["last_error"], serde_json::json!([null, "the balance has recovered"]));
}
