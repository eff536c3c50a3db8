//! Cancelled emails: a waiting email is sent only while it is true and wanted.

use ssgctl::Error;
use ssgctl::model::{EmailCause, EmailState, EmailTemplate, EntityKind, OutboxEmail, SendOutcome, WarningDetails};
use ssgctl::ops::{customer, outbox, warning};

use super::warning::{THEM, US, bring_to, deliver, fixture, judge, notified, to, warn};
use crate::support::fixture::{Fixture, adjustment_in, assert_refused, plain_email, valid};

/// The emails as kind, recipient, state and last error.
fn outbox(fixture: &mut Fixture) -> Vec<String> {
    let line = |email: &OutboxEmail| {
        let why = email.last_error.as_deref().unwrap_or("-");
        format!("{} {} {}: {why}", email.content.template, email.recipient, email.state)
    };
    fixture.emails().iter().map(line).collect()
}

/// Tries every email that is due, with one outcome.
fn attempt(fixture: &mut Fixture, outcome: &SendOutcome) {
    let recorded = fixture.write(|tx| {
        let emails = crate::support::fixture::claim(tx, 100)?;
        emails.into_iter().try_for_each(|email| outbox::record(tx, email, outcome).map(drop))
    });
    recorded.expect("recorded");
}

fn unanswered() -> SendOutcome {
    SendOutcome::Unanswered("hung up".to_owned())
}

#[test]
fn an_early_email_that_waits_does_not_go_along_with_the_urgent_one() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "100");
    judge(&mut fixture);
    bring_to(&mut fixture, "5");
    assert_eq!(notified(&judge(&mut fixture)), [to(EmailTemplate::LowLower, THEM), to(EmailTemplate::Internal, US)]);
    assert_eq!(
        outbox(&mut fixture),
        [
            "low-upper ops@acme.example cancelled: the balance fell further",
            "internal noc@example.com cancelled: the balance fell further",
            "low-lower ops@acme.example pending: -",
            "internal noc@example.com pending: -",
        ]
    );
}

#[test]
fn an_urgent_email_that_waits_gives_way_to_the_early_one_when_the_balance_is_no_longer_that_low() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "5");
    judge(&mut fixture);
    bring_to(&mut fixture, "50");
    assert_eq!(notified(&judge(&mut fixture)), [to(EmailTemplate::LowUpper, THEM), to(EmailTemplate::Internal, US)]);
    assert_eq!(
        outbox(&mut fixture)[0],
        "low-lower ops@acme.example cancelled: the balance is above its urgent threshold again"
    );
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn who_has_had_the_early_email_gets_no_second_in_place_of_an_urgent_one_that_was_taken_back() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "50");
    judge(&mut fixture);
    deliver(&mut fixture);
    bring_to(&mut fixture, "5");
    judge(&mut fixture);
    bring_to(&mut fixture, "50");
    assert_eq!(notified(&judge(&mut fixture)), []);
}

#[test]
fn a_pending_recovery_email_is_cancelled_when_the_balance_is_low_again() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "50");
    judge(&mut fixture);
    deliver(&mut fixture);
    bring_to(&mut fixture, "200");
    assert_eq!(notified(&judge(&mut fixture)), [to(EmailTemplate::Recovered, US), to(EmailTemplate::Recovered, THEM)]);
    bring_to(&mut fixture, "50");
    judge(&mut fixture);
    assert_eq!(outbox(&mut fixture)[2], "recovered noc@example.com cancelled: the balance is low again");
}

#[test]
fn an_uncertain_email_is_not_sent_again_once_it_is_no_longer_true() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "5");
    judge(&mut fixture);
    attempt(&mut fixture, &unanswered());
    bring_to(&mut fixture, "200");
    let clear = [to(EmailTemplate::Recovered, US), to(EmailTemplate::Recovered, THEM)];
    assert_eq!(notified(&judge(&mut fixture)), clear, "it may have been read");
    deliver(&mut fixture);
    fixture.at("2026-12-24T12:00:00Z");
    assert_eq!(fixture.write(|tx| crate::support::fixture::claim(tx, 100)).unwrap(), []);
    let email = &fixture.emails()[0];
    assert_eq!((email.state, email.next_attempt_at), (EmailState::Uncertain, None));
    assert_eq!(email.last_error.as_deref(), Some("the balance has recovered"));
}

#[test]
fn an_email_that_may_have_arrived_counts_as_sent_whatever_an_operator_does_with_it() {
    for operation in [outbox::retry, outbox::cancel] {
        let mut fixture = fixture();
        bring_to(&mut fixture, "5");
        judge(&mut fixture);
        attempt(&mut fixture, &unanswered());
        fixture.write(|tx| operation(tx, 1)).unwrap();
        bring_to(&mut fixture, "200");
        assert_eq!(
            notified(&judge(&mut fixture)),
            [to(EmailTemplate::Recovered, US), to(EmailTemplate::Recovered, THEM)]
        );
        assert!(fixture.emails()[0].next_attempt_at.is_none(), "and is not sent again");
    }
}

#[test]
fn what_is_taken_back_stands_in_the_audit_log_with_the_reason() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "50");
    judge(&mut fixture);
    bring_to(&mut fixture, "200");
    judge(&mut fixture);
    let event = fixture.last_event();
    assert_eq!(
        (event.change.entity, event.change.action.as_str(), event.change.subject.as_str()),
        (EntityKind::Email, "cancel", "2")
    );
    assert_eq!(event.customer, Some(valid("ACME")));
    assert_eq!(event.change.fields["state"], serde_json::json!(["pending", "cancelled"]));
    assert_eq!(event.change.fields["last_error"], serde_json::json!([null, "the balance has recovered"]));
}

type Operation = fn(&mut Fixture);

/// What stops the warnings of ACME, what starts them again, and the reason that its emails bear.
const STOPS: [(Operation, Operation, &str); 2] = [
    (
        |fixture| drop(warn(fixture, |details| details.active = false).expect("switched off")),
        |fixture| drop(warn(fixture, |details| details.active = true).expect("switched on")),
        "the warning was switched off",
    ),
    (
        |fixture| drop(fixture.write(|tx| customer::archive(tx, "ACME")).expect("archived")),
        |fixture| drop(fixture.write(|tx| customer::unarchive(tx, "ACME")).expect("un-archived")),
        "the customer was archived",
    ),
];

/// ACME sunk to 50, and two emails that wait.
fn low() -> Fixture {
    let mut fixture = fixture();
    bring_to(&mut fixture, "50");
    judge(&mut fixture);
    fixture
}

#[test]
fn emails_that_wait_are_taken_back_when_the_warning_is_switched_off_or_the_customer_archived() {
    for (stop, _, why) in STOPS {
        let mut fixture = low();
        let other = fixture.write(|tx| {
            let customer = tx.customer("ACME")?;
            outbox::queue(tx, Some(&customer), EmailCause::Command, &valid(THEM), &plain_email(EmailTemplate::Test))
        });
        stop(&mut fixture);
        let emails = fixture.emails();
        for email in &emails[..2] {
            assert_eq!((email.state, email.next_attempt_at), (EmailState::Cancelled, None));
            assert_eq!(email.last_error.as_deref(), Some(why));
        }
        let about_nothing_low = emails[2].state == EmailState::Pending;
        assert_eq!(about_nothing_low, why.contains("warning"), "{other:?}");
        let event = fixture.last_event();
        assert_eq!((event.change.entity, event.change.action.as_str()), (EntityKind::Email, "cancel"));
        assert_eq!(fixture.findings(), Vec::<String>::new());
    }
}

#[test]
fn a_cancelled_alert_is_sent_when_the_warning_is_on_again_and_the_balance_still_low() {
    for (stop, start, why) in STOPS {
        let mut fixture = low();
        stop(&mut fixture);
        start(&mut fixture);
        assert_eq!(
            notified(&judge(&mut fixture)),
            [to(EmailTemplate::LowUpper, THEM), to(EmailTemplate::Internal, US)],
            "{why}"
        );
        assert!(judge(&mut fixture).is_empty());
    }
}

#[test]
fn what_was_reported_before_is_not_reported_again_because_the_warning_was_off() {
    for (stop, start, _) in STOPS {
        let mut fixture = low();
        deliver(&mut fixture);
        stop(&mut fixture);
        start(&mut fixture);
        assert!(judge(&mut fixture).is_empty());
        bring_to(&mut fixture, "200");
        assert_eq!(notified(&judge(&mut fixture)).len(), 2, "and its recovery is reported");
    }
}

#[test]
fn an_email_that_is_being_sent_when_its_warning_stops_is_not_tried_again() {
    for (stop, start, why) in STOPS {
        for (outcome, state) in [
            (SendOutcome::Deferred("451".to_owned()), EmailState::Cancelled),
            (unanswered(), EmailState::Uncertain),
            (SendOutcome::Sent, EmailState::Sent),
        ] {
            let mut fixture = low();
            let claimed = fixture.write(|tx| crate::support::fixture::claim(tx, 1)).unwrap().remove(0);
            stop(&mut fixture);
            let email = fixture.write(|tx| outbox::record(tx, claimed, &outcome)).unwrap();
            assert_eq!((email.state, email.next_attempt_at), (state, None), "{why}");
            assert_eq!(email.last_error.as_deref(), Some(why).filter(|_| outcome != SendOutcome::Sent));
            assert_eq!(fixture.findings(), Vec::<String>::new());
            start(&mut fixture);
            assert_eq!(notified(&judge(&mut fixture)).len(), 2);
        }
    }
}

#[test]
fn an_uncertain_email_is_not_sent_again_when_its_warning_stops() {
    for (stop, _, why) in STOPS {
        let mut fixture = low();
        attempt(&mut fixture, &unanswered());
        stop(&mut fixture);
        let email = &fixture.emails()[0];
        assert_eq!((email.state, email.next_attempt_at), (EmailState::Uncertain, None));
        assert_eq!(email.last_error.as_deref(), Some(why));
    }
}

#[test]
fn no_operator_sends_an_email_to_an_archived_customer() {
    let mut fixture = low();
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    let before = fixture.dump();
    assert_refused!(fixture.write(|tx| outbox::retry(tx, 1)), Error::Archived { .. });
    assert_eq!(fixture.dump(), before);
    fixture.write(|tx| customer::unarchive(tx, "ACME")).unwrap();
    assert_eq!(fixture.write(|tx| outbox::retry(tx, 1)).unwrap().state, EmailState::Pending);
}

#[test]
fn a_customer_that_is_no_longer_notified_gets_neither_waiting_alerts_nor_the_recovery() {
    let mut fixture = low();
    warn(&mut fixture, |details| details.notify_customer = false).unwrap();
    assert_eq!(outbox(&mut fixture)[0], "low-upper ops@acme.example cancelled: emails to the customer were turned off");
    assert_eq!(outbox(&mut fixture)[1], "internal noc@example.com pending: -");
    let mut fixture = low();
    deliver(&mut fixture);
    warn(&mut fixture, |details| details.notify_customer = false).unwrap();
    bring_to(&mut fixture, "200");
    assert_eq!(notified(&judge(&mut fixture)), [to(EmailTemplate::Recovered, US)]);
}

#[test]
fn the_emails_of_another_unit_wait_on_when_one_warning_is_switched_off() {
    let mut fixture = low();
    fixture.adjust("ACME", &adjustment_in("EUR", "0.5")).unwrap();
    let thresholds = |details: &mut WarningDetails| details.upper = Some(valid("0.5"));
    fixture.write(|tx| warning::set(tx, "ACME", valid("EUR"), thresholds)).unwrap();
    judge(&mut fixture);
    STOPS[0].0(&mut fixture);
    assert_eq!(outbox(&mut fixture)[2], "internal noc@example.com pending: -");
}
