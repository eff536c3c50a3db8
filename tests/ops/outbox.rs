//! The outbox: which email may be sent when, and what follows from each outcome.

use jiff::SignedDuration;
use ssgctl::model::{EmailState, EmailTemplate, EntityKind, OutboxEmail, SendAttempt, SendOutcome, Time};
use ssgctl::ops::outbox;
use ssgctl::{Error, Result};

use crate::support::{NOON, Scene, assert_refused, plain_email, valid};

const FIVE_DAYS: i64 = 5 * 24 * 60;

/// An email in the outbox of a scene that stands at noon.
fn scene() -> (Scene, i64) {
    let mut scene = Scene::with_acme();
    let id = queue(&mut scene, "ops@acme.example");
    (scene, id)
}

fn queue(scene: &mut Scene, recipient: &str) -> i64 {
    let email = scene.write(|tx| {
        let customer = tx.customer("ACME")?;
        outbox::queue(tx, Some(&customer), None, &valid(recipient), &plain_email(EmailTemplate::LowUpper))
    });
    email.expect("queued").id
}

fn after(minutes: i64) -> Time {
    let noon: Time = valid(NOON);
    Time::from_timestamp(noon.timestamp().checked_add(SignedDuration::from_mins(minutes)).expect("in range"))
}

/// Moves the clock to so many minutes after noon.
fn wait(scene: &mut Scene, minutes: i64) {
    scene.at(&after(minutes).to_string());
}

fn claim(scene: &mut Scene) -> Vec<OutboxEmail> {
    scene.write(|tx| outbox::claim(tx, 100)).expect("claimed")
}

fn deferred() -> SendOutcome {
    SendOutcome::Deferred("451 try later".to_owned())
}

fn unanswered() -> SendOutcome {
    SendOutcome::Unanswered("hung up".to_owned())
}

/// Claims the one email that is due, and writes down what came of it.
fn attempt(scene: &mut Scene, outcome: &SendOutcome) -> OutboxEmail {
    let claimed = claim(scene);
    let [email] = &claimed[..] else { unreachable!("{claimed:?}") };
    scene.write(|tx| outbox::record(tx, email.clone(), outcome)).expect("recorded")
}

fn attempts(scene: &mut Scene, id: i64) -> Vec<SendAttempt> {
    scene.read(|now| now.attempts(&now.email(id)?))
}

fn email(scene: &mut Scene, id: i64) -> OutboxEmail {
    scene.read(|now| now.email(id))
}

#[test]
fn a_email_waits_from_the_moment_it_is_queued_and_keeps_one_message_id() {
    let (mut scene, id) = scene();
    let queued = email(&mut scene, id);
    assert_eq!((queued.state, queued.attempts, queued.next_attempt_at), (EmailState::Pending, 0, Some(valid(NOON))));
    assert!(queued.message_id.ends_with("@example.com") && queued.message_id.len() > 36, "{}", queued.message_id);
    assert_eq!(attempt(&mut scene, &deferred()).message_id, queued.message_id);
}

#[test]
fn a_claimed_email_is_claimed_by_nobody_else() {
    let (mut scene, id) = scene();
    let [claimed] = &claim(&mut scene)[..] else { unreachable!("one email is due") };
    assert_eq!((claimed.id, claimed.state, claimed.attempts), (id, EmailState::Sending, 1));
    assert_eq!(email(&mut scene, id).state, EmailState::Sending);
    wait(&mut scene, 60 * 24 * 30);
    assert_eq!(claim(&mut scene), []);
}

#[test]
fn the_oldest_emails_are_claimed_first_and_not_more_than_asked_for() {
    let (mut scene, first) = scene();
    let second = queue(&mut scene, "b@acme.example");
    let third = queue(&mut scene, "c@acme.example");
    let ids = |emails: Vec<OutboxEmail>| emails.iter().map(|email| email.id).collect::<Vec<_>>();
    assert_eq!(ids(scene.write(|tx| outbox::claim(tx, 2)).unwrap()), [first, second]);
    assert_eq!(ids(scene.write(|tx| outbox::claim(tx, 2)).unwrap()), [third]);
}

#[test]
fn a_email_that_was_sent_is_never_sent_again() {
    let (mut scene, id) = scene();
    let sent = attempt(&mut scene, &SendOutcome::Sent);
    assert_eq!((sent.state, sent.next_attempt_at, sent.last_error), (EmailState::Sent, None, None));
    wait(&mut scene, 60 * 24 * 30);
    assert_eq!(claim(&mut scene), []);
    for deed in [outbox::retry, outbox::cancel] {
        assert_refused!(scene.write(|tx| deed(tx, id)), Error::Refused(why) if why.contains("is sent"));
    }
    assert_eq!(attempts(&mut scene, id).len(), 1);
}

#[test]
fn a_email_put_off_waits_twice_as_long_each_time_and_never_longer_than_six_hours() {
    let (mut scene, id) = scene();
    let mut now = 0;
    for (number, minutes) in (1..).zip([5, 10, 20, 40, 80, 160, 320, 360, 360]) {
        let email = attempt(&mut scene, &deferred());
        assert_eq!((email.state, email.attempts), (EmailState::Pending, number));
        assert_eq!(email.next_attempt_at, Some(after(now + minutes)), "after attempt {number}");
        assert_eq!(email.last_error.as_deref(), Some("451 try later"));
        wait(&mut scene, now + minutes - 1);
        assert_eq!(claim(&mut scene), [], "not before its time");
        now += minutes;
        wait(&mut scene, now);
    }
    let made = attempts(&mut scene, id);
    assert!((1..).zip(&made).all(|(number, attempt)| attempt.number == number && attempt.outcome == "deferred"));
    assert_eq!((made.len(), made[8].detail.as_deref()), (9, Some("451 try later")));
    assert_eq!(attempt(&mut scene, &SendOutcome::Sent).last_error, None, "what was wrong is over");
}

#[test]
fn a_email_is_given_up_after_five_days_and_not_before() {
    let (mut scene, id) = scene();
    let mut now = 0;
    loop {
        let email = attempt(&mut scene, &deferred());
        let Some(next) = email.next_attempt_at else { break };
        assert_eq!(email.state, EmailState::Pending);
        assert!(now < FIVE_DAYS, "{now}");
        scene.at(&next.to_string());
        now = next.timestamp().duration_since(valid::<Time>(NOON).timestamp()).as_mins();
    }
    assert!((FIVE_DAYS..FIVE_DAYS + 6 * 60).contains(&now), "{now}");
    assert_eq!(email(&mut scene, id).state, EmailState::Failed);
    wait(&mut scene, 2 * FIVE_DAYS);
    assert_eq!(claim(&mut scene), []);
}

#[test]
fn a_email_is_tried_eight_times_however_old_it_seems() {
    // Queued while the clock said 1970 or 2040, or before a week in which nothing ran.
    for queued in ["1970-01-01T00:00:00Z", "2040-01-01T00:00:00Z", "2026-11-17T12:00:00Z"] {
        let mut scene = Scene::with_acme();
        let id = queue_at(&mut scene, queued);
        let mut now = 0;
        for number in 1..=8 {
            wait(&mut scene, now);
            let email = attempt(&mut scene, &deferred());
            let state = if number < 8 { EmailState::Pending } else { EmailState::Failed };
            assert_eq!((email.id, email.attempts, email.state), (id, number, state), "queued at {queued}");
            now += 6 * 60;
        }
    }
}

#[test]
fn a_email_refused_for_good_is_not_tried_again_by_itself() {
    let (mut scene, id) = scene();
    let email = attempt(&mut scene, &SendOutcome::Refused("550 no such user".to_owned()));
    assert_eq!((email.state, email.next_attempt_at), (EmailState::Failed, None));
    assert_eq!(email.last_error.as_deref(), Some("550 no such user"));
    wait(&mut scene, 60 * 24);
    assert_eq!(claim(&mut scene), []);
    scene.write(|tx| outbox::retry(tx, id)).unwrap();
    assert_eq!(attempt(&mut scene, &SendOutcome::Sent).state, EmailState::Sent);
}

#[test]
fn a_email_without_an_answer_is_sent_once_more_later_and_then_never() {
    let (mut scene, _) = scene();
    let first = attempt(&mut scene, &unanswered());
    assert_eq!((first.state, first.unanswered, first.next_attempt_at), (EmailState::Uncertain, 1, Some(after(15))));
    wait(&mut scene, 14);
    assert_eq!(claim(&mut scene), []);
    wait(&mut scene, 15);
    let second = attempt(&mut scene, &unanswered());
    assert_eq!((second.state, second.unanswered, second.next_attempt_at), (EmailState::Uncertain, 2, None));
    assert_eq!(second.message_id, first.message_id);
    wait(&mut scene, 60 * 24 * 30);
    assert_eq!(claim(&mut scene), []);
}

#[test]
fn a_email_that_may_have_been_sent_stays_uncertain_while_its_second_sending_is_put_off() {
    let (mut scene, _) = scene();
    attempt(&mut scene, &unanswered());
    wait(&mut scene, 15);
    let put_off = attempt(&mut scene, &deferred());
    assert_eq!((put_off.state, put_off.next_attempt_at), (EmailState::Uncertain, Some(after(25))));
    wait(&mut scene, 25);
    assert_eq!(attempt(&mut scene, &SendOutcome::Sent).state, EmailState::Sent);
}

#[test]
fn emails_of_a_run_that_died_count_as_sent_without_an_answer() {
    let (mut scene, id) = scene();
    claim(&mut scene);
    let sent = queue(&mut scene, "b@acme.example");
    attempt(&mut scene, &SendOutcome::Sent);
    let abandoned = scene.write(outbox::find_abandoned).unwrap();
    assert_eq!(abandoned.iter().map(|email| email.id).collect::<Vec<_>>(), [id]);
    let found = email(&mut scene, id);
    assert_eq!((found.state, found.attempts, found.unanswered), (EmailState::Uncertain, 1, 1));
    assert_eq!(found.next_attempt_at, Some(after(15)));
    assert_eq!(attempts(&mut scene, id)[0].outcome, "unanswered");
    assert_eq!(email(&mut scene, sent).state, EmailState::Sent);
    assert_eq!(scene.write(outbox::find_abandoned).unwrap(), [], "they are found once");
}

#[test]
fn a_email_that_two_runs_died_over_is_not_sent_a_third_time() {
    let (mut scene, id) = scene();
    for minutes in [0, 15] {
        wait(&mut scene, minutes);
        assert_eq!(claim(&mut scene).len(), 1);
        scene.write(outbox::find_abandoned).unwrap();
    }
    wait(&mut scene, 60 * 24);
    assert_eq!(claim(&mut scene), []);
    assert_eq!(email(&mut scene, id).state, EmailState::Uncertain);
}

/// Brings an email to a state.
fn bring_to(scene: &mut Scene, id: i64, state: EmailState) {
    match state {
        EmailState::Pending => {}
        EmailState::Sending => drop(claim(scene)),
        EmailState::Sent => drop(attempt(scene, &SendOutcome::Sent)),
        EmailState::Failed => drop(attempt(scene, &SendOutcome::Refused("550".to_owned()))),
        EmailState::Uncertain => drop(attempt(scene, &unanswered())),
        EmailState::Cancelled => drop(scene.write(|tx| outbox::cancel(tx, id)).expect("cancelled")),
    }
    assert_eq!(email(scene, id).state, state);
}

#[test]
fn an_operator_retries_and_cancels_whatever_is_not_sent_nor_being_sent() {
    type Deed = fn(&mut ssgctl::store::Tx<'_>, i64) -> Result<OutboxEmail>;
    let deeds: [(Deed, &str, EmailState); 2] =
        [(outbox::retry, "retry", EmailState::Pending), (outbox::cancel, "cancel", EmailState::Cancelled)];
    for state in EmailState::ALL {
        for (deed, action, becomes) in deeds {
            let (mut scene, id) = scene();
            bring_to(&mut scene, id, state);
            wait(&mut scene, 1);
            let before = scene.dump();
            let done = scene.write(|tx| deed(tx, id));
            if matches!(state, EmailState::Sent | EmailState::Sending) {
                assert_refused!(done, Error::Refused(_));
                assert_eq!(scene.dump(), before);
                continue;
            }
            assert_eq!(done.unwrap().state, becomes, "{action} of an email that is {state}");
            if state == becomes {
                assert_eq!(scene.dump(), before, "what changes nothing leaves no trace");
                continue;
            }
            assert_eq!(claim(&mut scene).len(), usize::from(becomes == EmailState::Pending));
            let event = scene.last_event();
            assert_eq!((event.change.entity, event.change.action.as_str()), (EntityKind::Email, action));
            assert_eq!(event.customer, Some(valid("ACME")));
        }
    }
}

#[test]
fn a_email_that_waits_longer_than_an_operator_would_is_due_at_once() {
    let (mut scene, id) = scene();
    attempt(&mut scene, &deferred());
    wait(&mut scene, 1);
    let email = scene.write(|tx| outbox::retry(tx, id)).unwrap();
    assert_eq!((email.state, email.next_attempt_at), (EmailState::Pending, Some(after(1))));
    let fields = scene.last_event().change.fields;
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["next_attempt_at"]);
    assert_eq!(fields["next_attempt_at"][1], after(1).to_string());
}

#[test]
fn a_email_that_is_not_there_is_neither_retried_nor_cancelled() {
    let (mut scene, _) = scene();
    for deed in [outbox::retry, outbox::cancel] {
        assert_refused!(scene.write(|tx| deed(tx, 99)), Error::NotFound { entity: EntityKind::Email, .. });
    }
}

#[test]
fn a_clock_that_jumps_far_ahead_and_back_strands_no_email() {
    for outcome in [deferred(), unanswered()] {
        let (mut scene, id) = scene();
        // An attempt while the clock says 2040 plans the next one for 2040.
        let late = queue_at(&mut scene, "2040-01-01T00:00:00Z");
        for email in claim(&mut scene) {
            scene.write(|tx| outbox::record(tx, email, &outcome)).unwrap();
        }
        scene.at(NOON);
        let due = claim(&mut scene);
        assert!(due.iter().any(|email| email.id == late), "planned for 2040: {due:?}");
        assert!(due.iter().any(|email| email.id == id), "queued at noon and put off in 2040: {due:?}");
    }
}

fn queue_at(scene: &mut Scene, time: &str) -> i64 {
    scene.at(time);
    queue(scene, "late@acme.example")
}

#[test]
fn a_clock_that_goes_back_a_little_makes_a_email_wait_a_little_longer_and_no_more() {
    let (mut scene, _) = scene();
    wait(&mut scene, 60);
    attempt(&mut scene, &deferred());
    wait(&mut scene, 0);
    assert_eq!(claim(&mut scene), []);
    wait(&mut scene, 65);
    assert_eq!(claim(&mut scene).len(), 1);
}
