//! The outbox: what follows from each outcome, and when a letter is tried again.

use ssgctl::Error;
use ssgctl::model::{Letter, LetterKind, LetterState, Outcome};
use ssgctl::ops::outbox;

use crate::support::{Scene, assert_refused, plain_letter, valid};

/// A database with one letter that waits.
fn one_letter() -> Scene {
    let mut scene = Scene::with_acme();
    scene
        .write(|tx| outbox::queue(tx, None, None, &valid("jo@acme.example"), &plain_letter(LetterKind::Test)))
        .unwrap();
    scene
}

fn claim(scene: &mut Scene) -> Vec<Letter> {
    scene.write(|tx| outbox::claim(tx, 10)).unwrap()
}

/// Tries what is due at a time, with this outcome for each.
fn attempt(scene: &mut Scene, time: &str, outcome: &Outcome) -> Vec<Letter> {
    scene.at(time);
    let claimed = claim(scene);
    claimed.into_iter().map(|letter| scene.write(|tx| outbox::record(tx, letter, outcome)).unwrap()).collect()
}

fn deferred() -> Outcome {
    Outcome::Deferred("451 later".to_owned())
}

fn unanswered() -> Outcome {
    Outcome::Unanswered("no answer".to_owned())
}

#[test]
fn a_letter_that_was_sent_is_never_due_again() {
    let mut scene = one_letter();
    let sent = attempt(&mut scene, "2026-11-24T12:00:00Z", &Outcome::Sent);
    assert_eq!(sent[0].state, LetterState::Sent);
    assert!(attempt(&mut scene, "2030-01-01T00:00:00Z", &Outcome::Sent).is_empty());
    assert_refused!(scene.write(|tx| outbox::retry(tx, 1)), Error::Refused(_));
    assert_refused!(scene.write(|tx| outbox::cancel(tx, 1)), Error::Refused(_));
}

#[test]
fn a_claimed_letter_is_claimed_once() {
    let mut scene = one_letter();
    assert_eq!(claim(&mut scene).len(), 1);
    assert!(claim(&mut scene).is_empty());
}

#[test]
fn the_pauses_double_up_to_six_hours() {
    let mut scene = one_letter();
    let mut time = "2026-11-24T12:00:00Z".to_owned();
    let mut pauses = Vec::new();
    for _ in 0..10 {
        let letter = attempt(&mut scene, &time, &deferred()).remove(0);
        assert_eq!(letter.state, LetterState::Pending);
        let next = letter.next_attempt_at.unwrap();
        let now: ssgctl::model::Time = valid(&time);
        pauses.push(next.timestamp().duration_since(now.timestamp()).as_secs() / 60);
        time = next.to_string();
    }
    assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 360, 360, 360]);
}

#[test]
fn a_letter_is_not_due_before_its_pause_is_over() {
    let mut scene = one_letter();
    attempt(&mut scene, "2026-11-24T12:00:00Z", &deferred());
    assert!(attempt(&mut scene, "2026-11-24T12:04:59Z", &Outcome::Sent).is_empty());
    assert_eq!(attempt(&mut scene, "2026-11-24T12:05:00Z", &Outcome::Sent).len(), 1);
}

#[test]
fn after_five_days_a_letter_has_failed() {
    let mut scene = one_letter();
    let letter = attempt(&mut scene, "2026-11-29T12:00:00Z", &deferred()).remove(0);
    assert_eq!((letter.state, letter.next_attempt_at), (LetterState::Failed, None));
}

#[test]
fn a_refusal_is_final_until_somebody_says_otherwise() {
    let mut scene = one_letter();
    let refused = Outcome::Refused("550 no such user".to_owned());
    let letter = attempt(&mut scene, "2026-11-24T12:00:00Z", &refused).remove(0);
    assert_eq!((letter.state, letter.last_error.as_deref()), (LetterState::Failed, Some("550 no such user")));
    assert!(attempt(&mut scene, "2027-01-01T00:00:00Z", &Outcome::Sent).is_empty());
    scene.write(|tx| outbox::retry(tx, 1)).unwrap();
    assert_eq!(attempt(&mut scene, "2027-01-01T00:00:00Z", &Outcome::Sent)[0].state, LetterState::Sent);
}

#[test]
fn an_unanswered_letter_goes_once_more_under_the_same_name_and_never_again() {
    let mut scene = one_letter();
    let first = attempt(&mut scene, "2026-11-24T12:00:00Z", &unanswered()).remove(0);
    assert_eq!(first.state, LetterState::Uncertain);
    assert!(attempt(&mut scene, "2026-11-24T12:14:59Z", &Outcome::Sent).is_empty(), "later, not at once");
    // A refusal by the server for now is no answer to whether it arrived the first time.
    let put_off = attempt(&mut scene, "2026-11-24T12:15:00Z", &deferred()).remove(0);
    assert_eq!(put_off.state, LetterState::Uncertain);
    let second = attempt(&mut scene, "2026-11-24T18:00:00Z", &unanswered()).remove(0);
    assert_eq!((second.state, second.next_attempt_at), (LetterState::Uncertain, None));
    assert_eq!(second.message_id, first.message_id);
    assert!(attempt(&mut scene, "2030-01-01T00:00:00Z", &Outcome::Sent).is_empty());
}

#[test]
fn letters_of_a_dead_run_are_uncertain() {
    let mut scene = one_letter();
    claim(&mut scene);
    let abandoned = scene.write(outbox::find_abandoned).unwrap();
    assert_eq!(abandoned.len(), 1);
    let letter = scene.read(|now| now.letter(1));
    assert_eq!((letter.state, letter.unanswered), (LetterState::Uncertain, 1));
}

#[test]
fn a_clock_that_was_wrong_strands_no_letter() {
    let mut scene = one_letter();
    attempt(&mut scene, "2040-01-01T00:00:00Z", &unanswered());
    assert_eq!(attempt(&mut scene, "2026-11-24T12:00:00Z", &Outcome::Sent).len(), 1, "planned in 2040, due in 2026");
}

#[test]
fn a_cancelled_letter_rests() {
    let mut scene = one_letter();
    scene.write(|tx| outbox::cancel(tx, 1)).unwrap();
    assert!(claim(&mut scene).is_empty());
}
