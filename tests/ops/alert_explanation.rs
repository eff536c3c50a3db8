//! The explanation of alerts: a verdict for each way in which an email is or is not sent.

use ssgctl::model::{CrossingCause, Level, Unit};
use ssgctl::ops::{customer, warning};
use ssgctl::report::{AlertExplanation, AlertVerdict, explain_alerts};
use ssgctl::{Error, Result};

use crate::support::{Scene, assert_refused, valid};
use crate::warning::{THEM, US, bring_to, deliver, judge, scene, warn};

fn explain(scene: &mut Scene) -> AlertExplanation {
    scene.read(|now| explain_alerts(now, "ACME", None, &[valid(US)]))
}

fn verdict(scene: &mut Scene) -> AlertVerdict {
    explain(scene).verdict
}

#[test]
fn the_verdict_follows_a_balance_from_above_its_thresholds_to_its_emails() {
    let mut scene = scene();
    assert_eq!(verdict(&mut scene), AlertVerdict::NotLow);
    bring_to(&mut scene, "50");
    let (level, state) = (Level::Upper, Level::Ok);
    assert_eq!(verdict(&mut scene), AlertVerdict::AwaitsCheck { level, state, cause: CrossingCause::Balance });
    judge(&mut scene);
    assert_eq!(verdict(&mut scene), AlertVerdict::Queued { level, emails: 2, sent: 0 });
    deliver(&mut scene);
    assert_eq!(verdict(&mut scene), AlertVerdict::Queued { level, emails: 2, sent: 2 });
    let explanation = explain(&mut scene);
    assert_eq!((explanation.crossings.len(), explanation.emails.len()), (1, 2));
    assert_eq!(explanation.customer_recipients, [valid(THEM)]);
    assert_eq!(explanation.internal_recipients, [valid(US)]);
}

#[test]
fn what_keeps_an_email_from_being_sent_is_named() {
    let mut scene = Scene::with_acme();
    assert_eq!(verdict(&mut scene), AlertVerdict::NoWarning);
    warn(&mut scene, |_| {}).unwrap();
    assert_eq!(verdict(&mut scene), AlertVerdict::NoBalance);
    scene.credit("ACME", "200");
    assert_eq!(verdict(&mut scene), AlertVerdict::NoThresholds);
    warn(&mut scene, |details| details.upper = Some(valid("100"))).unwrap();
    bring_to(&mut scene, "50");
    scene.write(|tx| warning::judge(tx, &[], &crate::warning::compose)).unwrap();
    let level = Level::Upper;
    assert_eq!(verdict(&mut scene), AlertVerdict::NoRecipient { level });
    warn(&mut scene, |details| details.notify_customer = false).unwrap();
    assert_eq!(verdict(&mut scene), AlertVerdict::NothingToSend { level });
    warn(&mut scene, |details| details.active = false).unwrap();
    assert_eq!(verdict(&mut scene), AlertVerdict::SwitchedOff);
    scene.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_eq!(verdict(&mut scene), AlertVerdict::CustomerArchived);
}

#[test]
fn a_unit_that_the_customer_does_not_have_is_refused_only_when_it_is_named() {
    let mut scene = Scene::with_acme();
    assert_eq!(explain(&mut scene).unit, Unit::Sms);
    let named: Result<_> =
        explain_alerts(&scene.store.read().unwrap(), "ACME", Some(Unit::Sms), &[]).map(|explanation| explanation.unit);
    assert_refused!(named, Error::NotFound { .. });
}
