//! Thresholds that change while a balance is low: no recovery, and no email unless a threshold is raised above the balance.

use ssgctl::model::{CrossingCause, EmailState, EmailTemplate, Level, Money, WarningDetails};

use super::warning::{THEM, US, bring_to, deliver, fixture, judge, notified, state, to, warn};
use crate::support::fixture::{Fixture, valid};

/// Sets the thresholds of ACME's warning. `None` removes a threshold.
fn set_thresholds(fixture: &mut Fixture, upper: Option<&str>, lower: Option<&str>) {
    let change = |details: &mut WarningDetails| {
        details.upper = upper.map(valid);
        details.lower = lower.map(valid);
    };
    warn(fixture, change).expect("thresholds set");
}

/// ACME at a balance, and notified of it.
fn notified_at(balance: &str) -> Fixture {
    let mut fixture = fixture();
    bring_to(&mut fixture, balance);
    judge(&mut fixture);
    deliver(&mut fixture);
    fixture
}

fn causes(fixture: &mut Fixture) -> Vec<(Level, Level, CrossingCause)> {
    let mut crossings = fixture.read(|now| now.crossings(now.customer("ACME")?.id, ssgctl::model::Unit::Sms));
    crossings.reverse();
    crossings.into_iter().map(|crossing| (crossing.from, crossing.to, crossing.cause)).collect()
}

#[test]
fn thresholds_lowered_below_a_low_balance_are_no_recovery_and_send_no_email() {
    for (upper, lower) in [(Some("40"), Some("10")), (Some("40"), None), (None, None)] {
        let mut fixture = notified_at("50");
        set_thresholds(&mut fixture, upper, lower);
        assert!(judge(&mut fixture).is_empty(), "{upper:?} {lower:?}");
        let silent = (Level::Upper, Level::Ok, CrossingCause::Thresholds);
        assert_eq!(causes(&mut fixture), [(Level::Ok, Level::Upper, CrossingCause::Balance), silent]);
        assert_eq!(fixture.findings(), Vec::<String>::new());
        bring_to(&mut fixture, "200");
        assert!(judge(&mut fixture).is_empty());
    }
}

#[test]
fn an_urgent_threshold_lowered_below_the_balance_leaves_it_low_and_its_recovery_is_reported_as_ever() {
    let mut fixture = notified_at("5");
    set_thresholds(&mut fixture, Some("100"), Some("0"));
    assert!(judge(&mut fixture).is_empty());
    assert_eq!(state(&mut fixture), Level::Upper);
    bring_to(&mut fixture, "0");
    assert_eq!(notified(&judge(&mut fixture))[0], to(EmailTemplate::LowLower, THEM));
    deliver(&mut fixture);
    bring_to(&mut fixture, "200");
    assert_eq!(notified(&judge(&mut fixture)), [to(EmailTemplate::Recovered, US), to(EmailTemplate::Recovered, THEM)]);
}

#[test]
fn thresholds_raised_above_the_balance_are_reported_once() {
    let mut fixture = fixture();
    judge(&mut fixture);
    set_thresholds(&mut fixture, Some("500"), Some("10"));
    assert_eq!(notified(&judge(&mut fixture)), [to(EmailTemplate::LowUpper, THEM), to(EmailTemplate::Internal, US)]);
    deliver(&mut fixture);
    set_thresholds(&mut fixture, Some("600"), Some("300"));
    assert_eq!(notified(&judge(&mut fixture)), [to(EmailTemplate::LowLower, THEM), to(EmailTemplate::Internal, US)]);
    deliver(&mut fixture);
    set_thresholds(&mut fixture, Some("700"), Some("300"));
    assert!(judge(&mut fixture).is_empty());
}

#[test]
fn thresholds_that_are_removed_and_set_again_warn_of_a_balance_that_is_still_low() {
    let mut fixture = notified_at("50");
    set_thresholds(&mut fixture, None, None);
    judge(&mut fixture);
    set_thresholds(&mut fixture, Some("100"), Some("10"));
    assert_eq!(notified(&judge(&mut fixture)).len(), 2);
    assert!(judge(&mut fixture).is_empty());
}

#[test]
fn a_recovery_that_no_check_has_seen_yet_is_reported_whatever_happens_to_the_thresholds() {
    for (upper, lower) in [(Some("100"), None), (Some("40"), Some("10")), (Some("150"), Some("10")), (None, None)] {
        let mut fixture = notified_at("5");
        bring_to(&mut fixture, "200");
        set_thresholds(&mut fixture, upper, lower);
        let clear = [to(EmailTemplate::Recovered, US), to(EmailTemplate::Recovered, THEM)];
        assert_eq!(notified(&judge(&mut fixture)), clear, "{upper:?} {lower:?}");
    }
}

#[test]
fn a_rise_that_no_check_has_seen_yet_makes_a_lowered_threshold_no_recovery() {
    let mut fixture = notified_at("5");
    bring_to(&mut fixture, "50");
    set_thresholds(&mut fixture, Some("40"), Some("10"));
    assert!(judge(&mut fixture).is_empty());
    assert_eq!(state(&mut fixture), Level::Ok);
}

#[test]
fn a_pending_email_is_cancelled_when_the_thresholds_are_lowered() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "50");
    judge(&mut fixture);
    set_thresholds(&mut fixture, Some("40"), Some("10"));
    let email = &fixture.emails()[0];
    assert_eq!(
        (email.state, email.last_error.as_deref()),
        (EmailState::Cancelled, Some("the thresholds were changed"))
    );
    assert!(judge(&mut fixture).is_empty());
}

#[test]
fn an_urgent_email_cancelled_by_lowered_thresholds_gives_way_to_the_early_one() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "5");
    judge(&mut fixture);
    set_thresholds(&mut fixture, Some("100"), Some("0"));
    assert_eq!(notified(&judge(&mut fixture)), [to(EmailTemplate::LowUpper, THEM), to(EmailTemplate::Internal, US)]);
}

#[test]
fn a_change_that_leaves_the_thresholds_alone_leaves_the_state_to_the_check() {
    let mut fixture = notified_at("5");
    bring_to(&mut fixture, "50");
    warn(&mut fixture, |details| details.internal = vec![valid("other@example.com")]).unwrap();
    assert_eq!((state(&mut fixture), causes(&mut fixture).len()), (Level::Lower, 1));
    assert_eq!(fixture.credits("ACME"), valid::<Money>("50"));
}
