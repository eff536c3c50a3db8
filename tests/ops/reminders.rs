//! Reminders: each level once, only the newest after a gap, and none of what is settled.

use ssgctl::model::invoice::ReminderLevel;
use ssgctl::model::{EmailState, SendOutcome};
use ssgctl::ops::invoice::{self, RemindResult};
use ssgctl::ops::payment::PaymentTarget;
use ssgctl::ops::{customer, outbox, payment};

use crate::ops::invoice_emails::{conclude, fixture, mailing};
use crate::support::billing::{invoicing, paying, writing_off};
use crate::support::fixture::{Fixture, valid};

fn levels() -> Vec<ReminderLevel> {
    ["-3d", "+1d", "+7d", "+14d"].map(valid).to_vec()
}

/// The reminders of a run at noon of a day, as `invoice level`, in its result.
fn remind(fixture: &mut Fixture, day: &str) -> (Vec<String>, RemindResult) {
    fixture.at(&format!("{day}T12:00:00Z"));
    let result = fixture.write(|tx| invoice::remind(tx, &invoicing(), &mailing(), &levels(), None)).expect("run");
    let shown = result.reminders.iter().map(|reminder| format!("{} {}", reminder.invoice.name(), reminder.level));
    (shown.collect(), result)
}

fn reminded(fixture: &mut Fixture, day: &str) -> Vec<String> {
    remind(fixture, day).0
}

#[test]
fn each_level_comes_once_on_its_day() {
    let mut fixture = fixture();
    // Issued on 24 November, due on 8 December.
    fixture.invoice(&["50"]);
    for (day, level) in [
        ("2026-12-04", None),
        ("2026-12-05", Some("-3d")),
        ("2026-12-05", None),
        ("2026-12-08", None),
        ("2026-12-09", Some("+1d")),
        ("2026-12-14", None),
        ("2026-12-15", Some("+7d")),
        ("2026-12-22", Some("+14d")),
        ("2027-03-01", None),
    ] {
        let expected: Vec<String> = level.iter().map(|level| format!("INV-2026-0001 {level}")).collect();
        assert_eq!(reminded(&mut fixture, day), expected, "{day}");
    }
    let emails = fixture.emails();
    assert_eq!(emails.len(), 8, "one for each level and address");
    let subjects: Vec<&str> = emails.iter().step_by(2).map(|email| email.content.subject.as_str()).collect();
    assert_eq!(
        subjects,
        [
            "Example: invoice INV-2026-0001 is due on 8 December 2026",
            "Example: invoice INV-2026-0001 is 1 day overdue",
            "Example: invoice INV-2026-0001 is 7 days overdue",
            "Example: invoice INV-2026-0001 is 14 days overdue",
        ]
    );
    let is_last = |text: &str| text.contains("This is our last reminder");
    assert_eq!(emails.iter().map(|email| is_last(&email.content.text)).filter(|last| *last).count(), 2);
    for email in emails {
        assert_eq!(fixture.read(|now| now.attached_files(email.id))[0].bytes, b"INV-2026-0001");
    }
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn after_a_gap_only_the_newest_level_comes_and_no_earlier_one_later() {
    let mut fixture = fixture();
    fixture.invoice(&["50"]);
    assert_eq!(reminded(&mut fixture, "2026-12-20"), ["INV-2026-0001 +7d"]);
    // The clock was set back, or a level was added.
    assert!(reminded(&mut fixture, "2026-12-09").is_empty());
    assert_eq!(reminded(&mut fixture, "2027-12-09"), ["INV-2026-0001 +14d"]);
}

#[test]
fn an_invoice_that_is_due_at_once_is_not_reminded_of_on_the_day_of_its_issue() {
    let mut fixture = fixture();
    let edited = fixture.write(|tx| {
        customer::edit(tx, "ACME", |details| {
            details.payment_terms_days = None;
            Ok(())
        })
    });
    edited.unwrap();
    fixture.invoice(&["50"]);
    assert!(reminded(&mut fixture, "2026-11-24").is_empty());
    assert_eq!(reminded(&mut fixture, "2026-11-25"), ["INV-2026-0001 +1d"]);
}

#[test]
fn whatever_settles_or_holds_an_invoice_ends_its_reminders() {
    type Act = fn(&mut Fixture);
    let acts: [(&str, Act); 6] = [
        ("paid", |fixture| drop(fixture.pay("60", paying(&["INV-2026-0001"])).unwrap())),
        ("credited", |fixture| drop(fixture.credit_invoice("INV-2026-0001", &[]).unwrap())),
        ("written off", |fixture| {
            fixture
                .write(|tx| invoice::write_off(tx, &invoicing(), "INV-2026-0001", &writing_off("lost", None)))
                .unwrap();
        }),
        ("held", |fixture| drop(fixture.write(|tx| invoice::hold(tx, "INV-2026-0001")).unwrap())),
        ("covered", |fixture| drop(fixture.pay("60", PaymentTarget::Invoices(Vec::new())).unwrap())),
        ("archived", |fixture| drop(fixture.write(|tx| customer::archive(tx, "ACME")).unwrap())),
    ];
    for (what, act) in acts {
        let mut fixture = fixture();
        fixture.invoice(&["50"]);
        assert_eq!(reminded(&mut fixture, "2026-12-09").len(), 1, "{what}");
        act(&mut fixture);
        let (reminders, result) = remind(&mut fixture, "2026-12-22");
        assert!(reminders.is_empty(), "{what}");
        assert_eq!(result.covered.len(), usize::from(what == "covered"), "{what}");
        assert_eq!(fixture.findings(), Vec::<String>::new(), "{what}");
    }
    let mut fixture = fixture();
    fixture.invoice(&["50"]);
    fixture.write(|tx| invoice::hold(tx, "INV-2026-0001")).unwrap();
    fixture.write(|tx| invoice::release(tx, "INV-2026-0001")).unwrap();
    assert_eq!(reminded(&mut fixture, "2026-12-22").len(), 1, "released");
}

#[test]
fn a_waiting_reminder_is_cancelled_when_its_invoice_is_paid() {
    let mut fixture = fixture();
    fixture.invoice(&["50"]);
    fixture.invoice(&["20"]);
    let (_, result) = remind(&mut fixture, "2026-12-09");
    let emails: Vec<i64> =
        result.reminders.iter().flat_map(|reminder| reminder.emails.iter().map(|email| email.id)).collect();
    conclude(&mut fixture, emails[0], &SendOutcome::Sent);
    fixture.pay("60", paying(&["INV-2026-0001"])).unwrap();
    let cancelled = fixture.write(|tx| {
        let mut cancelled = Vec::new();
        while let Some(email) = outbox::next_due(tx)? {
            if invoice::cancel_outdated_email(tx, &email)? {
                cancelled.push(email.id);
            } else {
                outbox::claim_one(tx, email)?;
            }
        }
        Ok(cancelled)
    });
    assert_eq!(cancelled.unwrap(), [emails[1]]);
    let states: Vec<EmailState> = fixture.emails().iter().map(|email| email.state).collect();
    assert_eq!(states, [EmailState::Sent, EmailState::Cancelled, EmailState::Sending, EmailState::Sending]);
}

#[test]
fn the_text_lists_what_else_is_open_and_what_is_paid_without_an_allocation() {
    let mut fixture = fixture();
    fixture.invoice(&["50"]);
    fixture.at("2026-12-01T12:00:00Z");
    fixture.invoice(&["100"]);
    fixture.pay("10", paying(&["INV-2026-0001"])).unwrap();
    fixture.pay("5", PaymentTarget::Invoices(Vec::new())).unwrap();
    assert_eq!(reminded(&mut fixture, "2026-12-09"), ["INV-2026-0001 +1d"]);
    let text = fixture.emails()[0].content.text.clone();
    for line in [
        "was due on 8 December 2026. 50.00 EUR of it is not paid yet.",
        "- Invoice INV-2026-0001, due 8 December 2026: 50.00 EUR (1 day overdue)",
        "- Invoice INV-2026-0002, due 15 December 2026: 120.00 EUR",
        "- Payments and credits that are not assigned to an invoice yet: 5.00 EUR",
        "In total you owe 165.00 EUR.",
    ] {
        assert!(text.replace("\n  ", " ").replace('\n', " ").contains(line), "{line}: {text}");
    }
}

#[test]
fn a_customer_without_an_address_is_found_again_by_the_next_run() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["50"]);
    let (reminders, result) = remind(&mut fixture, "2026-12-09");
    assert_eq!((reminders.len(), result.unreachable.len()), (0, 1));
    let contact = fixture.write(|tx| {
        customer::edit(tx, "ACME", |details| {
            details.invoice_emails = vec![valid("pay@acme.example")];
            Ok(())
        })
    });
    contact.unwrap();
    assert_eq!(reminded(&mut fixture, "2026-12-10"), ["INV-2026-0001 +1d"]);
}

#[test]
fn a_waiting_reminder_is_cancelled_when_a_part_is_paid() {
    let mut fixture = fixture();
    fixture.invoice(&["50"]);
    remind(&mut fixture, "2026-12-09");
    fixture.at("2026-12-09T13:00:00Z");
    fixture.pay("20", paying(&["INV-2026-0001"])).unwrap();
    let email = fixture.emails().remove(0);
    assert!(fixture.write(|tx| invoice::cancel_outdated_email(tx, &email)).unwrap(), "it asks for too much");
    // The next level has the amount of then.
    let (_, result) = remind(&mut fixture, "2026-12-15");
    let email = result.reminders[0].emails[0].clone();
    assert!(!fixture.write(|tx| invoice::cancel_outdated_email(tx, &email)).unwrap());
}

#[test]
fn a_waiting_reminder_is_cancelled_when_an_earlier_payment_is_allocated() {
    let mut fixture = fixture();
    fixture.invoice(&["50"]);
    let payment = fixture.pay("20", PaymentTarget::Invoices(Vec::new())).unwrap().entry.id;
    let (_, result) = remind(&mut fixture, "2026-12-09");
    let email = result.reminders[0].emails[0].clone();
    assert!(!fixture.write(|tx| invoice::cancel_outdated_email(tx, &email)).unwrap());
    fixture.at("2026-12-09T13:00:00Z");
    fixture
        .write(|tx| payment::allocate(tx, &invoicing(), &payment.to_string(), &paying(&["INV-2026-0001"]), None))
        .unwrap();
    assert!(fixture.write(|tx| invoice::cancel_outdated_email(tx, &email)).unwrap(), "it asks for too much");
}
