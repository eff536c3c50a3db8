//! The explanation of alerts: a verdict for each way in which an email is or is not sent.

use ssgctl::model::{CrossingCause, Level, Unit};
use ssgctl::ops::{customer, warning};
use ssgctl::report::{AlertExplanation, AlertVerdict, explain_alerts};
use ssgctl::{Error, Result};

use super::warning::{THEM, US, bring_to, deliver, fixture, judge, warn};
use crate::support::fixture::{Fixture, assert_refused, valid};

fn explain(fixture: &mut Fixture) -> AlertExplanation {
    fixture.read(|now| explain_alerts(now, "ACME", None, &[valid(US)]))
}

fn verdict(fixture: &mut Fixture) -> AlertVerdict {
    explain(fixture).verdict
}

#[test]
fn the_verdict_follows_a_balance_from_above_its_thresholds_to_its_emails() {
    let mut fixture = fixture();
    assert_eq!(verdict(&mut fixture), AlertVerdict::NotLow);
    bring_to(&mut fixture, "50");
    let (level, state) = (Level::Upper, Level::Ok);
    assert_eq!(verdict(&mut fixture), AlertVerdict::AwaitsCheck { level, state, cause: CrossingCause::Balance });
    judge(&mut fixture);
    assert_eq!(verdict(&mut fixture), AlertVerdict::Queued { level, emails: 2, sent: 0 });
    deliver(&mut fixture);
    assert_eq!(verdict(&mut fixture), AlertVerdict::Queued { level, emails: 2, sent: 2 });
    let explanation = explain(&mut fixture);
    assert_eq!((explanation.crossings.len(), explanation.emails.len()), (1, 2));
    assert_eq!(explanation.customer_recipients, [valid(THEM)]);
    assert_eq!(explanation.internal_recipients, [valid(US)]);
}

#[test]
fn what_keeps_an_email_from_being_sent_is_named() {
    let mut fixture = Fixture::with_acme();
    assert_eq!(verdict(&mut fixture), AlertVerdict::NoWarning);
    warn(&mut fixture, |_| {}).unwrap();
    assert_eq!(verdict(&mut fixture), AlertVerdict::NoBalance);
    fixture.credit("ACME", "200");
    assert_eq!(verdict(&mut fixture), AlertVerdict::NoThresholds);
    warn(&mut fixture, |details| details.upper = Some(valid("100"))).unwrap();
    bring_to(&mut fixture, "50");
    fixture.write(|tx| warning::check_balances(tx, &[], &super::warning::compose)).unwrap();
    let level = Level::Upper;
    assert_eq!(verdict(&mut fixture), AlertVerdict::NoRecipient { level });
    warn(&mut fixture, |details| details.notify_customer = false).unwrap();
    assert_eq!(verdict(&mut fixture), AlertVerdict::NothingToSend { level });
    warn(&mut fixture, |details| details.active = false).unwrap();
    assert_eq!(verdict(&mut fixture), AlertVerdict::SwitchedOff);
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_eq!(verdict(&mut fixture), AlertVerdict::CustomerArchived);
}

#[test]
fn a_unit_that_the_customer_does_not_have_is_refused_only_when_it_is_named() {
    let mut fixture = Fixture::with_acme();
    assert_eq!(explain(&mut fixture).unit, Unit::Sms);
    let named: Result<_> = explain_alerts(&fixture.store.read().unwrap(), "ACME", Some(Unit::Sms), &[])
        .map(|explanation| explanation.unit);
    assert_refused!(named, Error::NotFound { .. });
}
