//! All clear: who is told that a balance has recovered.

use ssgctl::model::{EmailState, EmailTemplate, OutboxEmail, SendOutcome};
use ssgctl::ops::{outbox, warning};

use crate::support::valid;
use crate::warning::{bring_to, compose, deliver, judge, scene, to, told, warn};

#[test]
fn emails_that_nobody_has_begun_to_send_are_taken_back_when_the_balance_recovers() {
    let mut scene = scene();
    bring_to(&mut scene, "100");
    judge(&mut scene);
    bring_to(&mut scene, "5");
    judge(&mut scene);
    bring_to(&mut scene, "200");
    assert_eq!(told(&judge(&mut scene)), [], "nobody was told, so nobody is told that it is over");
    let emails = scene.emails();
    assert_eq!(emails.len(), 4);
    assert!(emails.iter().all(|email| email.state == EmailState::Cancelled), "{emails:?}");
    assert_eq!(emails[2].last_error.as_deref(), Some("the balance has recovered"));
}

#[test]
fn only_those_who_were_told_or_may_have_been_hear_that_it_is_over_each_once() {
    let mut scene = scene();
    let them = ["sent", "failed", "uncertain", "sending", "waits"].map(|name| format!("{name}@acme.example"));
    warn(&mut scene, |details| details.to = them.iter().map(|address| valid(address)).collect()).unwrap();
    for amount in ["100", "5"] {
        bring_to(&mut scene, amount);
        scene.write(|tx| warning::judge(tx, &[], &compose)).unwrap();
        let outcomes = |email: &OutboxEmail| match email.recipient.as_str().split('@').next() {
            Some("sent") => Some(SendOutcome::Sent),
            Some("failed") => Some(SendOutcome::Refused("550".to_owned())),
            Some("uncertain") => Some(SendOutcome::Unanswered("hung up".to_owned())),
            Some("waits") => Some(SendOutcome::Deferred("451".to_owned())),
            _ => None,
        };
        let claimed = scene.write(|tx| outbox::claim(tx, 100)).unwrap();
        for email in claimed {
            if let Some(outcome) = outcomes(&email) {
                scene.write(|tx| outbox::record(tx, email, &outcome)).unwrap();
            }
        }
    }
    bring_to(&mut scene, "200");
    let notify_recovery =
        ["sending", "sent", "uncertain"].map(|name| to(EmailTemplate::Recovered, &format!("{name}@acme.example")));
    assert_eq!(told(&judge(&mut scene)), notify_recovery);
}

#[test]
fn an_all_clear_goes_to_those_warned_since_the_last_recovery_and_not_to_those_of_earlier_times() {
    let mut scene = scene();
    for address in ["first@acme.example", "second@acme.example"] {
        warn(&mut scene, |details| details.to = vec![valid(address)]).unwrap();
        bring_to(&mut scene, "50");
        scene.write(|tx| warning::judge(tx, &[], &compose)).unwrap();
        deliver(&mut scene);
        bring_to(&mut scene, "200");
        assert_eq!(told(&judge(&mut scene)), [to(EmailTemplate::Recovered, address)]);
        deliver(&mut scene);
    }
}

#[test]
fn no_all_clear_is_sent_where_it_is_switched_off_and_old_warnings_are_taken_back_all_the_same() {
    let mut scene = scene();
    warn(&mut scene, |details| details.notify_recovery = false).unwrap();
    for deliver_first in [true, false] {
        bring_to(&mut scene, "50");
        judge(&mut scene);
        if deliver_first {
            deliver(&mut scene);
        }
        bring_to(&mut scene, "200");
        assert_eq!(told(&judge(&mut scene)), []);
    }
    assert!(scene.emails().iter().all(|email| email.state != EmailState::Pending));
}
