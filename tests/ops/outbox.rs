//! The outbox: which email may be sent when, and what follows from each outcome.

use jiff::SignedDuration;
use ssgctl::model::{EmailCause, EmailState, EmailTemplate, EntityKind, OutboxEmail, SendAttempt, SendOutcome, Time};
use ssgctl::ops::outbox;
use ssgctl::{Error, Result};

use crate::support::fixture::{Fixture, NOON, assert_refused, plain_email, valid};

const FIVE_DAYS: i64 = 5 * 24 * 60;

/// An email in the outbox of a fixture that stands at noon.
fn fixture() -> (Fixture, i64) {
    let mut fixture = Fixture::with_acme();
    let id = queue(&mut fixture, "ops@acme.example");
    (fixture, id)
}

fn queue(fixture: &mut Fixture, recipient: &str) -> i64 {
    let email = fixture.write(|tx| {
        let customer = tx.customer("ACME")?;
        outbox::queue(
            tx,
            Some(&customer),
            EmailCause::Command,
            &valid(recipient),
            &plain_email(EmailTemplate::LowUpper),
        )
    });
    email.expect("queued").id
}

fn after(minutes: i64) -> Time {
    let noon: Time = valid(NOON);
    Time::from_timestamp(noon.timestamp().checked_add(SignedDuration::from_mins(minutes)).expect("in range"))
}

/// Moves the clock to a number of minutes after noon.
fn wait(fixture: &mut Fixture, minutes: i64) {
    fixture.at(&after(minutes).to_string());
}

fn claim(fixture: &mut Fixture) -> Vec<OutboxEmail> {
    fixture.write(|tx| crate::support::fixture::claim(tx, 100)).expect("claimed")
}

fn deferred() -> SendOutcome {
    SendOutcome::Deferred("451 try later".to_owned())
}

fn unanswered() -> SendOutcome {
    SendOutcome::Unanswered("hung up".to_owned())
}

/// Claims the one email that is due, and writes down what came of it.
fn attempt(fixture: &mut Fixture, outcome: &SendOutcome) -> OutboxEmail {
    let claimed = claim(fixture);
    let [email] = &claimed[..] else { unreachable!("{claimed:?}") };
    fixture.write(|tx| outbox::record(tx, email.clone(), outcome)).expect("recorded")
}

fn attempts(fixture: &mut Fixture, id: i64) -> Vec<SendAttempt> {
    fixture.read(|now| now.attempts(&now.email(id)?))
}

fn email(fixture: &mut Fixture, id: i64) -> OutboxEmail {
    fixture.read(|now| now.email(id))
}

#[test]
fn an_email_waits_from_the_moment_it_is_queued_and_keeps_one_message_id() {
    let (mut fixture, id) = fixture();
    let queued = email(&mut fixture, id);
    assert_eq!((queued.state, queued.attempts, queued.next_attempt_at), (EmailState::Pending, 0, Some(valid(NOON))));
    assert!(queued.message_id.ends_with("@example.com") && queued.message_id.len() > 36, "{}", queued.message_id);
    assert_eq!(attempt(&mut fixture, &deferred()).message_id, queued.message_id);
}

#[test]
fn a_claimed_email_is_claimed_by_nobody_else() {
    let (mut fixture, id) = fixture();
    let [claimed] = &claim(&mut fixture)[..] else { unreachable!("one email is due") };
    assert_eq!((claimed.id, claimed.state, claimed.attempts), (id, EmailState::Sending, 1));
    assert_eq!(email(&mut fixture, id).state, EmailState::Sending);
    wait(&mut fixture, 60 * 24 * 30);
    assert_eq!(claim(&mut fixture), []);
}

#[test]
fn the_oldest_emails_are_claimed_first_and_not_more_than_asked_for() {
    let (mut fixture, first) = fixture();
    let second = queue(&mut fixture, "b@acme.example");
    let third = queue(&mut fixture, "c@acme.example");
    let ids = |emails: Vec<OutboxEmail>| emails.iter().map(|email| email.id).collect::<Vec<_>>();
    assert_eq!(ids(fixture.write(|tx| crate::support::fixture::claim(tx, 2)).unwrap()), [first, second]);
    assert_eq!(ids(fixture.write(|tx| crate::support::fixture::claim(tx, 2)).unwrap()), [third]);
}

#[test]
fn an_email_that_was_sent_is_never_sent_again() {
    let (mut fixture, id) = fixture();
    let sent = attempt(&mut fixture, &SendOutcome::Sent);
    assert_eq!((sent.state, sent.next_attempt_at, sent.last_error), (EmailState::Sent, None, None));
    wait(&mut fixture, 60 * 24 * 30);
    assert_eq!(claim(&mut fixture), []);
    for operation in [outbox::retry, outbox::cancel] {
        assert_refused!(fixture.write(|tx| operation(tx, id)), Error::Refused(why) if why.contains("is sent"));
    }
    assert_eq!(attempts(&mut fixture, id).len(), 1);
}

#[test]
fn an_email_put_off_waits_twice_as_long_each_time_and_never_longer_than_six_hours() {
    let (mut fixture, id) = fixture();
    let mut now = 0;
    for (number, minutes) in (1..).zip([5, 10, 20, 40, 80, 160, 320, 360, 360]) {
        let email = attempt(&mut fixture, &deferred());
        assert_eq!((email.state, email.attempts), (EmailState::Pending, number));
        assert_eq!(email.next_attempt_at, Some(after(now + minutes)), "after attempt {number}");
        assert_eq!(email.last_error.as_deref(), Some("451 try later"));
        wait(&mut fixture, now + minutes - 1);
        assert_eq!(claim(&mut fixture), [], "not before its time");
        now += minutes;
        wait(&mut fixture, now);
    }
    let made = attempts(&mut fixture, id);
    assert!((1..).zip(&made).all(|(number, attempt)| attempt.number == number && attempt.outcome == "deferred"));
    assert_eq!((made.len(), made[8].detail.as_deref()), (9, Some("451 try later")));
    assert_eq!(attempt(&mut fixture, &SendOutcome::Sent).last_error, None, "what was wrong is over");
}

#[test]
fn an_email_is_given_up_after_five_days_and_not_before() {
    let (mut fixture, id) = fixture();
    let mut now = 0;
    loop {
        let email = attempt(&mut fixture, &deferred());
        let Some(next) = email.next_attempt_at else { break };
        assert_eq!(email.state, EmailState::Pending);
        assert!(now < FIVE_DAYS, "{now}");
        fixture.at(&next.to_string());
        now = next.timestamp().duration_since(valid::<Time>(NOON).timestamp()).as_mins();
    }
    assert!((FIVE_DAYS..FIVE_DAYS + 6 * 60).contains(&now), "{now}");
    assert_eq!(email(&mut fixture, id).state, EmailState::Failed);
    wait(&mut fixture, 2 * FIVE_DAYS);
    assert_eq!(claim(&mut fixture), []);
}

#[test]
fn an_email_is_tried_eight_times_however_old_it_seems() {
    // Queued while the clock said 1970 or 2040, or before a week in which nothing ran.
    for queued in ["1970-01-01T00:00:00Z", "2040-01-01T00:00:00Z", "2026-11-17T12:00:00Z"] {
        let mut fixture = Fixture::with_acme();
        let id = queue_at(&mut fixture, queued);
        let mut now = 0;
        for number in 1..=8 {
            wait(&mut fixture, now);
            let email = attempt(&mut fixture, &deferred());
            let state = if number < 8 { EmailState::Pending } else { EmailState::Failed };
            assert_eq!((email.id, email.attempts, email.state), (id, number, state), "queued at {queued}");
            now += 6 * 60;
        }
    }
}

#[test]
fn an_email_refused_for_good_is_not_tried_again_by_itself() {
    let (mut fixture, id) = fixture();
    let email = attempt(&mut fixture, &SendOutcome::Refused("550 no such user".to_owned()));
    assert_eq!((email.state, email.next_attempt_at), (EmailState::Failed, None));
    assert_eq!(email.last_error.as_deref(), Some("550 no such user"));
    wait(&mut fixture, 60 * 24);
    assert_eq!(claim(&mut fixture), []);
    fixture.write(|tx| outbox::retry(tx, id)).unwrap();
    assert_eq!(attempt(&mut fixture, &SendOutcome::Sent).state, EmailState::Sent);
}

#[test]
fn an_email_without_an_answer_is_sent_once_more_later_and_then_never() {
    let (mut fixture, _) = fixture();
    let first = attempt(&mut fixture, &unanswered());
    assert_eq!((first.state, first.unanswered, first.next_attempt_at), (EmailState::Uncertain, 1, Some(after(15))));
    wait(&mut fixture, 14);
    assert_eq!(claim(&mut fixture), []);
    wait(&mut fixture, 15);
    let second = attempt(&mut fixture, &unanswered());
    assert_eq!((second.state, second.unanswered, second.next_attempt_at), (EmailState::Uncertain, 2, None));
    assert_eq!(second.message_id, first.message_id);
    wait(&mut fixture, 60 * 24 * 30);
    assert_eq!(claim(&mut fixture), []);
}

#[test]
fn an_email_that_may_have_been_sent_stays_uncertain_while_its_second_sending_is_put_off() {
    let (mut fixture, _) = fixture();
    attempt(&mut fixture, &unanswered());
    wait(&mut fixture, 15);
    let put_off = attempt(&mut fixture, &deferred());
    assert_eq!((put_off.state, put_off.next_attempt_at), (EmailState::Uncertain, Some(after(25))));
    wait(&mut fixture, 25);
    assert_eq!(attempt(&mut fixture, &SendOutcome::Sent).state, EmailState::Sent);
}

#[test]
fn emails_of_a_run_that_died_count_as_sent_without_an_answer() {
    let (mut fixture, id) = fixture();
    claim(&mut fixture);
    let sent = queue(&mut fixture, "b@acme.example");
    attempt(&mut fixture, &SendOutcome::Sent);
    let abandoned = fixture.write(outbox::find_abandoned).unwrap();
    assert_eq!(abandoned.iter().map(|email| email.id).collect::<Vec<_>>(), [id]);
    let found = email(&mut fixture, id);
    assert_eq!((found.state, found.attempts, found.unanswered), (EmailState::Uncertain, 1, 1));
    assert_eq!(found.next_attempt_at, Some(after(15)));
    assert_eq!(attempts(&mut fixture, id)[0].outcome, "unanswered");
    assert_eq!(email(&mut fixture, sent).state, EmailState::Sent);
    assert_eq!(fixture.write(outbox::find_abandoned).unwrap(), [], "they are found once");
}

#[test]
fn an_email_that_two_runs_died_over_is_not_sent_a_third_time() {
    let (mut fixture, id) = fixture();
    for minutes in [0, 15] {
        wait(&mut fixture, minutes);
        assert_eq!(claim(&mut fixture).len(), 1);
        fixture.write(outbox::find_abandoned).unwrap();
    }
    wait(&mut fixture, 60 * 24);
    assert_eq!(claim(&mut fixture), []);
    assert_eq!(email(&mut fixture, id).state, EmailState::Uncertain);
}

/// Brings an email to a state.
fn bring_to(fixture: &mut Fixture, id: i64, state: EmailState) {
    match state {
        EmailState::Pending => {}
        EmailState::Sending => drop(claim(fixture)),
        EmailState::Sent => drop(attempt(fixture, &SendOutcome::Sent)),
        EmailState::Failed => drop(attempt(fixture, &SendOutcome::Refused("550".to_owned()))),
        EmailState::Uncertain => drop(attempt(fixture, &unanswered())),
        EmailState::Cancelled => drop(fixture.write(|tx| outbox::cancel(tx, id)).expect("cancelled")),
    }
    assert_eq!(email(fixture, id).state, state);
}

#[test]
fn an_operator_retries_and_cancels_whatever_is_not_sent_nor_being_sent() {
    type Operation = fn(&mut ssgctl::store::Tx<'_>, i64) -> Result<OutboxEmail>;
    let operations: [(Operation, &str, EmailState); 2] =
        [(outbox::retry, "retry", EmailState::Pending), (outbox::cancel, "cancel", EmailState::Cancelled)];
    for state in EmailState::ALL {
        for (operation, action, becomes) in operations {
            let (mut fixture, id) = fixture();
            bring_to(&mut fixture, id, state);
            wait(&mut fixture, 1);
            let before = fixture.dump();
            let done = fixture.write(|tx| operation(tx, id));
            if matches!(state, EmailState::Sent | EmailState::Sending) {
                assert_refused!(done, Error::Refused(_));
                assert_eq!(fixture.dump(), before);
                continue;
            }
            assert_eq!(done.unwrap().state, becomes, "{action} of an email that is {state}");
            if state == becomes {
                assert_eq!(fixture.dump(), before, "what changes nothing leaves no trace");
                continue;
            }
            assert_eq!(claim(&mut fixture).len(), usize::from(becomes == EmailState::Pending));
            let event = fixture.last_event();
            assert_eq!((event.change.entity, event.change.action.as_str()), (EntityKind::Email, action));
            assert_eq!(event.customer, Some(valid("ACME")));
        }
    }
}

#[test]
fn an_email_that_waits_longer_than_an_operator_would_is_due_at_once() {
    let (mut fixture, id) = fixture();
    attempt(&mut fixture, &deferred());
    wait(&mut fixture, 1);
    let email = fixture.write(|tx| outbox::retry(tx, id)).unwrap();
    assert_eq!((email.state, email.next_attempt_at), (EmailState::Pending, Some(after(1))));
    let fields = fixture.last_event().change.fields;
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["next_attempt_at"]);
    assert_eq!(fields["next_attempt_at"][1], after(1).to_string());
}

#[test]
fn an_email_that_is_not_there_is_neither_retried_nor_cancelled() {
    let (mut fixture, _) = fixture();
    for operation in [outbox::retry, outbox::cancel] {
        assert_refused!(fixture.write(|tx| operation(tx, 99)), Error::NotFound { entity: EntityKind::Email, .. });
    }
}

#[test]
fn a_clock_that_jumps_far_ahead_and_back_strands_no_email() {
    for outcome in [deferred(), unanswered()] {
        let (mut fixture, id) = fixture();
        // An attempt while the clock says 2040 plans the next one for 2040.
        let late = queue_at(&mut fixture, "2040-01-01T00:00:00Z");
        for email in claim(&mut fixture) {
            fixture.write(|tx| outbox::record(tx, email, &outcome)).unwrap();
        }
        fixture.at(NOON);
        let due = claim(&mut fixture);
        assert!(due.iter().any(|email| email.id == late), "planned for 2040: {due:?}");
        assert!(due.iter().any(|email| email.id == id), "queued at noon and put off in 2040: {due:?}");
    }
}

fn queue_at(fixture: &mut Fixture, time: &str) -> i64 {
    fixture.at(time);
    queue(fixture, "late@acme.example")
}

#[test]
fn a_clock_that_goes_back_a_little_makes_an_email_wait_a_little_longer_and_no_more() {
    let (mut fixture, _) = fixture();
    wait(&mut fixture, 60);
    attempt(&mut fixture, &deferred());
    wait(&mut fixture, 0);
    assert_eq!(claim(&mut fixture), []);
    wait(&mut fixture, 65);
    assert_eq!(claim(&mut fixture).len(), 1);
}
