//! Warnings: each crossing is reported once to each recipient, and not again before the balance has recovered.

use std::collections::BTreeSet;

use ssgctl::model::{
    CustomerDetails, EmailAddress, EmailState, EmailTemplate, Level, Money, SendOutcome, Unit, Warning, WarningDetails,
};
use ssgctl::ops::warning::{self, CheckFindings, CrossingAlert, Notice, UncheckedBalance};
use ssgctl::ops::{contact, customer, outbox};
use ssgctl::{Error, Result};

use super::contact::person;
use crate::support::fixture::{Fixture, adjustment, adjustment_in, assert_refused, plain_email, valid};

pub const US: &str = "noc@example.com";
pub const THEM: &str = "ops@acme.example";

/// Changes the warning of ACME's SMS credits.
pub fn warn(fixture: &mut Fixture, change: impl FnOnce(&mut WarningDetails)) -> Result<Warning> {
    fixture.write(|tx| warning::set(tx, "ACME", Unit::Sms, change))
}

/// ACME with 200 credits, warned at 100 and urgently at 10.
pub fn fixture() -> Fixture {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "200");
    warn(&mut fixture, |details| {
        details.upper = Some(valid("100"));
        details.lower = Some(valid("10"));
        details.to = vec![valid(THEM)];
    })
    .expect("warning");
    fixture
}

/// Brings ACME's credits to an amount.
pub fn bring_to(fixture: &mut Fixture, amount: &str) {
    let wanted: Money = valid(amount);
    let change = Money::from_e8(wanted.e8() - fixture.credits("ACME").e8());
    let change = ssgctl::ops::balance::Adjustment { amount: change, allow_negative: true, ..adjustment("1") };
    fixture.adjust("ACME", &change).expect("adjusted");
}

#[expect(clippy::unnecessary_wraps, reason = "a real composer may fail")]
pub fn compose(notice: &Notice<'_>) -> Result<ssgctl::model::RenderedEmail> {
    Ok(plain_email(notice.kind))
}

/// What a check finds and queues.
pub fn judge(fixture: &mut Fixture) -> Vec<CrossingAlert> {
    let CheckFindings { alerts: judged, unchecked: broken, .. } = judgement(fixture);
    assert!(broken.is_empty(), "{broken:?}");
    judged
}

fn judgement(fixture: &mut Fixture) -> CheckFindings {
    fixture.write(|tx| warning::check_balances(tx, &[valid(US)], &compose)).expect("judged")
}

/// Sends every email that waits.
pub fn deliver(fixture: &mut Fixture) {
    fixture
        .write(|tx| {
            let emails = crate::support::fixture::claim(tx, 100)?;
            emails.into_iter().try_for_each(|email| outbox::record(tx, email, &SendOutcome::Sent).map(drop))
        })
        .expect("delivered");
}

/// The emails of a check as kind and recipient.
pub fn notified(judged: &[CrossingAlert]) -> Vec<(EmailTemplate, String)> {
    let emails = judged.iter().flat_map(|judged| &judged.emails);
    emails.map(|email| (email.content.template, email.recipient.to_string())).collect()
}

pub fn to(kind: EmailTemplate, recipient: &str) -> (EmailTemplate, String) {
    (kind, recipient.to_owned())
}

pub fn state(fixture: &mut Fixture) -> Level {
    fixture.read(|now| now.warning(&now.customer("ACME")?, Unit::Sms)).expect("a warning").state
}

#[test]
fn each_crossing_sends_its_own_emails_and_a_level_that_stays_sends_none() {
    use EmailTemplate::{Internal, LowLower, LowUpper, Recovered};
    use Level::{Lower, Ok, Upper};
    // Somewhere at a level, and at its very edge.
    let amounts = |level| match level {
        Ok => ("150", "101"),
        Upper => ("60", "100"),
        Lower => ("5", "10"),
    };
    let table: [(Level, Level, &[EmailTemplate]); 9] = [
        (Ok, Ok, &[]),
        (Ok, Upper, &[LowUpper, Internal]),
        (Ok, Lower, &[LowLower, Internal]),
        (Upper, Ok, &[Recovered, Recovered]),
        (Upper, Upper, &[]),
        (Upper, Lower, &[LowLower, Internal]),
        (Lower, Ok, &[Recovered, Recovered]),
        (Lower, Upper, &[]),
        (Lower, Lower, &[]),
    ];
    for (from, level, kinds) in table {
        let mut fixture = fixture();
        bring_to(&mut fixture, amounts(from).0);
        judge(&mut fixture);
        deliver(&mut fixture);
        assert_eq!(state(&mut fixture), from);
        bring_to(&mut fixture, amounts(level).1);
        let judged = judge(&mut fixture);
        let crossings: Vec<_> = judged.iter().map(|judged| (judged.crossing.from, judged.crossing.to)).collect();
        assert_eq!(crossings, if from == level { vec![] } else { vec![(from, level)] });
        let notified = notified(&judged);
        assert_eq!(notified.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), kinds, "{from} to {level}");
        let recipients: BTreeSet<&str> = notified.iter().map(|(_, recipient)| recipient.as_str()).collect();
        assert!(kinds.is_empty() || recipients == BTreeSet::from([US, THEM]), "{recipients:?}");
        assert_eq!(state(&mut fixture), level);
        assert!(judge(&mut fixture).is_empty(), "a second check has nothing to say");
        assert_eq!(fixture.findings(), Vec::<String>::new());
    }
}

#[test]
fn a_crossing_and_its_emails_say_what_the_check_found() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "42");
    fixture.at("2026-11-25T08:00:00Z");
    let judged = judge(&mut fixture);
    let [CrossingAlert { crossing, emails, no_recipient: false }] = &judged[..] else { unreachable!("{judged:?}") };
    assert_eq!((crossing.customer.as_str(), crossing.unit, crossing.balance), ("ACME", Unit::Sms, valid("42")));
    assert_eq!(crossing.at, valid("2026-11-25T08:00:00Z"));
    assert_eq!(fixture.emails(), *emails);
    for email in emails {
        assert_eq!((email.crossing_id, email.state), (Some(crossing.id), EmailState::Pending));
        assert_eq!((email.created_at, email.next_attempt_at), (crossing.at, Some(crossing.at)));
        assert_eq!((email.attempts, email.customer.as_ref()), (0, Some(&crossing.customer)));
    }
    assert_ne!(emails[0].message_id, emails[1].message_id);
    let customer = fixture.read(|now| now.customer("ACME")).id;
    assert_eq!(fixture.read(|now| now.crossings(customer, Unit::Sms)), std::slice::from_ref(crossing));
}

#[test]
fn an_email_that_cannot_be_written_leaves_the_crossing_for_the_next_check() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "42");
    let before = fixture.dump();
    let refuse = |_: &Notice<'_>| Err(Error::Email("no template".to_owned()));
    assert_refused!(fixture.write(|tx| warning::check_balances(tx, &[], &refuse)), Error::Email(_));
    assert_eq!(fixture.dump(), before);
    assert_eq!(judge(&mut fixture).len(), 1);
}

#[test]
fn a_reported_threshold_is_reported_again_only_after_the_balance_was_above_it() {
    let mut fixture = fixture();
    for (amount, kind) in [
        ("100", Some(EmailTemplate::LowUpper)),
        ("50", None),
        ("10", Some(EmailTemplate::LowLower)),
        ("11", None),
        ("100", None),
        ("10", Some(EmailTemplate::LowLower)),
        ("101", Some(EmailTemplate::Recovered)),
        ("100", Some(EmailTemplate::LowUpper)),
    ] {
        bring_to(&mut fixture, amount);
        let to_them = notified(&judge(&mut fixture)).into_iter().filter(|(_, to)| to == THEM).map(|(kind, _)| kind);
        assert_eq!(to_them.collect::<Vec<_>>(), Vec::from_iter(kind), "at {amount}");
        deliver(&mut fixture);
    }
}

#[test]
fn what_happens_between_two_checks_is_not_reported() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "5");
    bring_to(&mut fixture, "200");
    assert!(judge(&mut fixture).is_empty());
}

#[test]
fn the_customer_is_notified_at_the_warnings_addresses_else_its_billing_contacts_else_its_invoice_emails() {
    let mut fixture = fixture();
    let kind = EmailTemplate::LowUpper;
    let notified_recipients = |fixture: &mut Fixture| {
        bring_to(fixture, "100");
        let found = notified(&judge(fixture));
        bring_to(fixture, "200");
        judge(fixture);
        found.into_iter().filter(|(_, recipient)| recipient != US).collect::<Vec<_>>()
    };
    assert_eq!(notified_recipients(&mut fixture), [to(kind, THEM)]);
    let invoice: Vec<EmailAddress> = vec![valid("a@acme.example"), valid("b@acme.example")];
    let emails = |details: &mut CustomerDetails| {
        details.invoice_emails = invoice;
        Ok(())
    };
    fixture.write(|tx| customer::edit(tx, "ACME", emails)).unwrap();
    warn(&mut fixture, |details| details.to.clear()).unwrap();
    assert_eq!(notified_recipients(&mut fixture), [to(kind, "a@acme.example"), to(kind, "b@acme.example")]);
    for (name, roles) in [("Jo", "billing,general"), ("Sam", "billing"), ("Kim", "technical")] {
        let mut person = person(name);
        person.email = Some(valid(&format!("{}@acme.example", name.to_lowercase())));
        person.roles = valid(roles);
        fixture.write(|tx| contact::add(tx, "ACME", person)).unwrap();
    }
    assert_eq!(notified_recipients(&mut fixture), [to(kind, "jo@acme.example"), to(kind, "sam@acme.example")]);
}

#[test]
fn internal_alerts_go_to_the_warnings_addresses_else_at_those_of_the_configuration() {
    let mut fixture = fixture();
    warn(&mut fixture, |details| details.internal = vec![valid("sales@example.com")]).unwrap();
    bring_to(&mut fixture, "100");
    assert!(notified(&judge(&mut fixture)).contains(&to(EmailTemplate::Internal, "sales@example.com")));
    assert!(fixture.emails().iter().all(|email| email.recipient.as_str() != US));
}

#[test]
fn an_internal_address_that_is_named_twice_is_notified_once() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "50");
    let judgement = fixture.write(|tx| warning::check_balances(tx, &[valid(US), valid(US)], &compose)).unwrap();
    assert_eq!(notified(&judgement.alerts), [to(EmailTemplate::LowUpper, THEM), to(EmailTemplate::Internal, US)]);
    assert!(fixture.findings().is_empty());
}

#[test]
fn a_customer_without_an_address_is_found_and_the_internal_alert_is_sent_all_the_same() {
    let mut fixture = fixture();
    warn(&mut fixture, |details| details.to.clear()).unwrap();
    bring_to(&mut fixture, "100");
    let judged = judge(&mut fixture);
    assert!(judged[0].no_recipient);
    assert_eq!(notified(&judged), [to(EmailTemplate::Internal, US)]);
    bring_to(&mut fixture, "200");
    assert!(!judge(&mut fixture)[0].no_recipient, "a recovery needs no address");
}

#[test]
fn a_customer_that_is_not_to_be_notified_is_not_notified() {
    let mut fixture = fixture();
    warn(&mut fixture, |details| details.notify_customer = false).unwrap();
    bring_to(&mut fixture, "5");
    let judged = judge(&mut fixture);
    assert!(!judged[0].no_recipient);
    assert_eq!(notified(&judged), [to(EmailTemplate::Internal, US)]);
}

#[test]
fn a_warning_that_is_off_rests_until_it_is_on_again() {
    let mut fixture = fixture();
    warn(&mut fixture, |details| details.active = false).unwrap();
    bring_to(&mut fixture, "5");
    assert!(judge(&mut fixture).is_empty());
    warn(&mut fixture, |details| details.active = true).unwrap();
    assert_eq!(judge(&mut fixture).len(), 1);
}

#[test]
fn an_archived_customer_is_not_warned_and_takes_no_warning() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "5");
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert!(judge(&mut fixture).is_empty());
    assert_refused!(warn(&mut fixture, |details| details.upper = None), Error::Archived { .. });
    fixture.write(|tx| customer::unarchive(tx, "ACME")).unwrap();
    assert_eq!(judge(&mut fixture).len(), 1);
}

#[test]
fn a_warning_may_be_there_before_its_balance_and_says_nothing_until_then() {
    let mut fixture = Fixture::with_acme();
    warn(&mut fixture, |details| details.upper = Some(valid("100"))).unwrap();
    assert!(judge(&mut fixture).is_empty());
    fixture.credit("ACME", "100");
    assert_eq!(notified(&judge(&mut fixture)), [to(EmailTemplate::Internal, US)]);
}

#[test]
fn each_unit_has_a_warning_of_its_own() {
    let mut fixture = fixture();
    fixture.adjust("ACME", &adjustment_in("EUR", "0.5")).unwrap();
    let thresholds = |details: &mut WarningDetails| details.upper = Some(valid("0.5"));
    fixture.write(|tx| warning::set(tx, "ACME", valid("EUR"), thresholds)).unwrap();
    let judged = judge(&mut fixture);
    assert_eq!(judged.iter().map(|judged| judged.crossing.unit).collect::<Vec<_>>(), [valid::<Unit>("EUR")]);
    assert_eq!(state(&mut fixture), Level::Ok);
}

#[test]
fn thresholds_fit_their_unit_and_the_lower_is_not_above_the_upper() {
    let mut fixture = Fixture::with_acme();
    let thresholds = |upper: Option<&str>, lower: Option<&str>| WarningDetails {
        upper: upper.map(valid),
        lower: lower.map(valid),
        ..WarningDetails::empty()
    };
    for (field, refused) in [
        ("lower", thresholds(Some("10"), Some("11"))),
        ("lower", thresholds(None, Some("10"))),
        ("upper", thresholds(Some("10.5"), None)),
        ("lower", thresholds(Some("10"), Some("0.5"))),
    ] {
        assert_refused!(
            warn(&mut fixture, |details| *details = refused.clone()),
            Error::Invalid { field: named, .. } if *named == field
        );
    }
    for fine in [thresholds(Some("10"), Some("10")), thresholds(Some("-5"), Some("-10")), thresholds(None, None)] {
        assert_eq!(warn(&mut fixture, |details| *details = fine.clone()).unwrap().details, fine);
    }
}

#[test]
fn the_audit_log_writes_thresholds_as_every_other_amount() {
    let mut fixture = Fixture::with_acme();
    let thresholds = |details: &mut WarningDetails| {
        details.upper = Some(valid("25.5"));
        details.lower = Some(valid("0.125"));
    };
    fixture.write(|tx| warning::set(tx, "ACME", valid("EUR"), thresholds)).unwrap();
    fixture.write(|tx| warning::set(tx, "ACME", valid("EUR"), |details| details.lower = Some(valid("5")))).unwrap();
    let events = fixture.events();
    let fields = |event: usize, field: &str| events[event].change.fields[field].clone();
    assert_eq!(fields(1, "upper"), serde_json::json!([null, "25.50"]));
    assert_eq!(fields(1, "lower"), serde_json::json!([null, "0.125"]));
    assert_eq!(fields(2, "lower"), serde_json::json!(["0.125", "5.00"]));
}

#[test]
fn a_customer_whose_data_breaks_a_rule_silences_nobody_else() {
    for damage in [
        "UPDATE customer SET organisation = '' WHERE account_code = 'ACME'",
        "UPDATE customer SET phone = 'none' WHERE account_code = 'ACME'",
        "UPDATE customer SET account_code = 'A B' WHERE account_code = 'ACME'",
        "UPDATE warning SET customer_recipients = '[\"nobody\"]' WHERE customer_id = 1",
        "UPDATE warning SET customer_recipients = '[]' WHERE customer_id = 1; UPDATE contact SET email = 'nobody'",
        "UPDATE outbox_email SET recipient = 'nobody' WHERE customer_id = 1",
    ] {
        let mut fixture = fixture();
        let mut payer = person("Jo");
        (payer.email, payer.roles) = (Some(valid("jo@acme.example")), valid("billing"));
        fixture.write(|tx| contact::add(tx, "ACME", payer)).unwrap();
        fixture.customer("GLOBEX");
        fixture.credit("GLOBEX", "50");
        bring_to(&mut fixture, "50");
        judge(&mut fixture);
        deliver(&mut fixture);
        bring_to(&mut fixture, "5");
        let thresholds = |details: &mut WarningDetails| details.upper = Some(valid("100"));
        fixture.write(|tx| warning::set(tx, "GLOBEX", Unit::Sms, thresholds)).unwrap();
        fixture.raw().execute_batch(&format!("PRAGMA ignore_check_constraints = ON; {damage}")).unwrap();
        let CheckFindings { alerts: judged, unchecked: broken, .. } = judgement(&mut fixture);
        assert_eq!(notified(&judged), [to(EmailTemplate::Internal, US)], "{damage}");
        assert_eq!(judged[0].crossing.customer, valid("GLOBEX"));
        let [UncheckedBalance { name, error: Error::Damaged(_) }] = &broken[..] else {
            unreachable!("{damage}: {broken:?}")
        };
        assert_eq!(name, if damage.contains("A B") { "A B SMS" } else { "ACME SMS" });
        let crossings: i64 = fixture
            .raw()
            .query_row("SELECT count(*) FROM crossing WHERE customer_id = 1", [], |row| row.get(0))
            .unwrap();
        assert_eq!(crossings, 1, "its crossing is found when it is repaired");
    }
}

#[test]
fn setting_what_is_set_leaves_no_trace() {
    let mut fixture = fixture();
    fixture.at("2026-11-25T08:00:00Z");
    let before = fixture.dump();
    warn(&mut fixture, |details| details.upper = Some(valid("100"))).unwrap();
    assert_eq!(fixture.dump(), before);
}
