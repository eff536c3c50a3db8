//! Recoveries: who is notified that a balance has recovered.

use ssgctl::model::{EmailState, EmailTemplate, OutboxEmail, SendOutcome};
use ssgctl::ops::{outbox, warning};

use super::warning::{bring_to, compose, deliver, fixture, judge, notified, to, warn};
use crate::support::fixture::valid;

#[test]
fn emails_that_no_run_has_begun_to_send_are_cancelled_when_the_balance_recovers() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "100");
    judge(&mut fixture);
    bring_to(&mut fixture, "5");
    judge(&mut fixture);
    bring_to(&mut fixture, "200");
    assert_eq!(notified(&judge(&mut fixture)), [], "no alert was sent, so no recovery is");
    let emails = fixture.emails();
    assert_eq!(emails.len(), 4);
    assert!(emails.iter().all(|email| email.state == EmailState::Cancelled), "{emails:?}");
    assert_eq!(emails[2].last_error.as_deref(), Some("the balance has recovered"));
}

#[test]
fn only_recipients_of_the_alert_get_the_recovery_each_once() {
    let mut fixture = fixture();
    let them = ["sent", "failed", "uncertain", "sending", "waits"].map(|name| format!("{name}@acme.example"));
    warn(&mut fixture, |details| details.to = them.iter().map(|address| valid(address)).collect()).unwrap();
    for amount in ["100", "5"] {
        bring_to(&mut fixture, amount);
        fixture.write(|tx| warning::check_balances(tx, &[], &compose)).unwrap();
        let outcomes = |email: &OutboxEmail| match email.recipient.as_str().split('@').next() {
            Some("sent") => Some(SendOutcome::Sent),
            Some("failed") => Some(SendOutcome::Refused("550".to_owned())),
            Some("uncertain") => Some(SendOutcome::Unanswered("hung up".to_owned())),
            Some("waits") => Some(SendOutcome::Deferred("451".to_owned())),
            _ => None,
        };
        let claimed = fixture.write(|tx| crate::support::fixture::claim(tx, 100)).unwrap();
        for email in claimed {
            if let Some(outcome) = outcomes(&email) {
                fixture.write(|tx| outbox::record(tx, email, &outcome)).unwrap();
            }
        }
    }
    bring_to(&mut fixture, "200");
    let notify_recovery =
        ["sending", "sent", "uncertain"].map(|name| to(EmailTemplate::Recovered, &format!("{name}@acme.example")));
    assert_eq!(notified(&judge(&mut fixture)), notify_recovery);
}

#[test]
fn a_recovery_email_goes_to_those_warned_since_the_last_recovery_and_not_to_those_of_earlier_times() {
    let mut fixture = fixture();
    for address in ["first@acme.example", "second@acme.example"] {
        warn(&mut fixture, |details| details.to = vec![valid(address)]).unwrap();
        bring_to(&mut fixture, "50");
        fixture.write(|tx| warning::check_balances(tx, &[], &compose)).unwrap();
        deliver(&mut fixture);
        bring_to(&mut fixture, "200");
        assert_eq!(notified(&judge(&mut fixture)), [to(EmailTemplate::Recovered, address)]);
        deliver(&mut fixture);
    }
}

#[test]
fn no_recovery_email_is_sent_where_it_is_switched_off_but_old_warnings_are_cancelled() {
    let mut fixture = fixture();
    warn(&mut fixture, |details| details.notify_recovery = false).unwrap();
    for deliver_first in [true, false] {
        bring_to(&mut fixture, "50");
        judge(&mut fixture);
        if deliver_first {
            deliver(&mut fixture);
        }
        bring_to(&mut fixture, "200");
        assert_eq!(notified(&judge(&mut fixture)), []);
    }
    assert!(fixture.emails().iter().all(|email| email.state != EmailState::Pending));
}
