//! Marks that are moved while a balance is low: no recovery, and no email but for a threshold that is raised above the balance.

use ssgctl::model::{CrossingCause, EmailState, EmailTemplate, Level, Money, WarningDetails};

use crate::support::{Scene, valid};
use crate::warning::{THEM, US, bring_to, deliver, judge, scene, state, to, told, warn};

/// Moves the thresholds of ACME's warning; none removes one.
fn threshold(scene: &mut Scene, upper: Option<&str>, lower: Option<&str>) {
    let thresholds = |details: &mut WarningDetails| {
        details.upper = upper.map(valid);
        details.lower = lower.map(valid);
    };
    warn(scene, thresholds).expect("marked");
}

/// ACME at a balance, and told so.
fn told_at(balance: &str) -> Scene {
    let mut scene = scene();
    bring_to(&mut scene, balance);
    judge(&mut scene);
    deliver(&mut scene);
    scene
}

fn causes(scene: &mut Scene) -> Vec<(Level, Level, CrossingCause)> {
    let mut crossings = scene.read(|now| now.crossings(now.customer("ACME")?.id, ssgctl::model::Unit::Sms));
    crossings.reverse();
    crossings.into_iter().map(|crossing| (crossing.from, crossing.to, crossing.cause)).collect()
}

#[test]
fn thresholds_lowered_below_a_low_balance_are_no_recovery_and_send_no_all_clear() {
    for (upper, lower) in [(Some("40"), Some("10")), (Some("40"), None), (None, None)] {
        let mut scene = told_at("50");
        threshold(&mut scene, upper, lower);
        assert!(judge(&mut scene).is_empty(), "{upper:?} {lower:?}");
        let silent = (Level::Upper, Level::Ok, CrossingCause::Thresholds);
        assert_eq!(causes(&mut scene), [(Level::Ok, Level::Upper, CrossingCause::Balance), silent]);
        assert_eq!(scene.findings(), Vec::<String>::new());
        bring_to(&mut scene, "200");
        assert!(judge(&mut scene).is_empty());
    }
}

#[test]
fn an_urgent_mark_lowered_below_the_balance_leaves_it_low_and_its_recovery_is_told_as_ever() {
    let mut scene = told_at("5");
    threshold(&mut scene, Some("100"), Some("0"));
    assert!(judge(&mut scene).is_empty());
    assert_eq!(state(&mut scene), Level::Upper);
    bring_to(&mut scene, "0");
    assert_eq!(told(&judge(&mut scene))[0], to(EmailTemplate::LowLower, THEM));
    deliver(&mut scene);
    bring_to(&mut scene, "200");
    assert_eq!(told(&judge(&mut scene)), [to(EmailTemplate::Recovered, US), to(EmailTemplate::Recovered, THEM)]);
}

#[test]
fn thresholds_raised_above_the_balance_are_told_once() {
    let mut scene = scene();
    judge(&mut scene);
    threshold(&mut scene, Some("500"), Some("10"));
    assert_eq!(told(&judge(&mut scene)), [to(EmailTemplate::LowUpper, THEM), to(EmailTemplate::Internal, US)]);
    deliver(&mut scene);
    threshold(&mut scene, Some("600"), Some("300"));
    assert_eq!(told(&judge(&mut scene)), [to(EmailTemplate::LowLower, THEM), to(EmailTemplate::Internal, US)]);
    deliver(&mut scene);
    threshold(&mut scene, Some("700"), Some("300"));
    assert!(judge(&mut scene).is_empty());
}

#[test]
fn thresholds_that_are_removed_and_set_again_warn_of_a_balance_that_is_still_low() {
    let mut scene = told_at("50");
    threshold(&mut scene, None, None);
    judge(&mut scene);
    threshold(&mut scene, Some("100"), Some("10"));
    assert_eq!(told(&judge(&mut scene)).len(), 2);
    assert!(judge(&mut scene).is_empty());
}

#[test]
fn a_recovery_that_no_check_has_seen_yet_is_told_whatever_becomes_of_the_thresholds() {
    for (upper, lower) in [(Some("100"), None), (Some("40"), Some("10")), (Some("150"), Some("10")), (None, None)] {
        let mut scene = told_at("5");
        bring_to(&mut scene, "200");
        threshold(&mut scene, upper, lower);
        let clear = [to(EmailTemplate::Recovered, US), to(EmailTemplate::Recovered, THEM)];
        assert_eq!(told(&judge(&mut scene)), clear, "{upper:?} {lower:?}");
    }
}

#[test]
fn a_rise_that_no_check_has_seen_yet_makes_a_lowered_mark_no_recovery() {
    let mut scene = told_at("5");
    bring_to(&mut scene, "50");
    threshold(&mut scene, Some("40"), Some("10"));
    assert!(judge(&mut scene).is_empty());
    assert_eq!(state(&mut scene), Level::Ok);
}

#[test]
fn a_email_that_waits_when_the_marks_are_lowered_is_taken_back() {
    let mut scene = scene();
    bring_to(&mut scene, "50");
    judge(&mut scene);
    threshold(&mut scene, Some("40"), Some("10"));
    let email = &scene.emails()[0];
    assert_eq!((email.state, email.last_error.as_deref()), (EmailState::Cancelled, Some("the thresholds were moved")));
    assert!(judge(&mut scene).is_empty());
}

#[test]
fn an_urgent_email_taken_back_by_lowered_marks_gives_way_to_the_early_one() {
    let mut scene = scene();
    bring_to(&mut scene, "5");
    judge(&mut scene);
    threshold(&mut scene, Some("100"), Some("0"));
    assert_eq!(told(&judge(&mut scene)), [to(EmailTemplate::LowUpper, THEM), to(EmailTemplate::Internal, US)]);
}

#[test]
fn a_change_that_leaves_the_marks_alone_leaves_the_state_to_the_check() {
    let mut scene = told_at("5");
    bring_to(&mut scene, "50");
    warn(&mut scene, |details| details.internal = vec![valid("other@example.com")]).unwrap();
    assert_eq!((state(&mut scene), causes(&mut scene).len()), (Level::Lower, 1));
    assert_eq!(scene.credits("ACME"), valid::<Money>("50"));
}
