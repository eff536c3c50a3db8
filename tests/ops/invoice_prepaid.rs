//! Customers who become postpaid: what they prepaid covers usage until it is used up, and the rest is billed.

use ssgctl::model::{Billing, Money, Unit};
use ssgctl::ops::balance;

use super::invoice_run::{UK, become_postpaid, fixture, import, lines, run, set_billing};
use crate::support::fixture::{Fixture, adjustment_in, reversal, valid};

const SMS: &str = "SMS to United Kingdom, account acme";

/// ACME, prepaid with an amount, which used 0.333 EUR in October and as much in November.
fn prepaid(amount: &str) -> Fixture {
    let mut fixture = fixture();
    set_billing(&mut fixture, "ACME", Billing::Prepaid);
    fixture.adjust("ACME", &adjustment_in("EUR", amount)).unwrap();
    import(&mut fixture, "a", &[("1", "2026-10-05T10:00:00Z", UK, 100), ("2", "2026-11-05T10:00:00Z", UK, 100)]);
    fixture
}

fn euros(fixture: &mut Fixture) -> Money {
    fixture.balance("ACME", Unit::Currency(valid("EUR"))).expect("a balance").balance
}

fn expected(lines: &[(&str, &str)]) -> Vec<(String, Money)> {
    lines.iter().map(|(text, net)| ((*text).to_owned(), valid(net))).collect()
}

#[test]
fn a_positive_balance_covers_the_earliest_usage_and_the_rest_is_billed() {
    let mut fixture = prepaid("0.5");
    become_postpaid(&mut fixture, "ACME");
    assert!(run(&mut fixture, "2026-10-01", true).unwrap().invoices.is_empty(), "October was prepaid");
    fixture.at("2026-12-05T12:00:00Z");
    assert_eq!(run(&mut fixture, "2026-11-01", true).unwrap().invoices.len(), 1);
    // Of 0.666, 0.5 was prepaid: all of October, and a half of November.
    let found = lines(&mut fixture, "INV-2026-0001");
    assert_eq!(found, expected(&[(SMS, "0.33"), ("Paid from the prepaid balance", "-0.17")]));
    assert_eq!(euros(&mut fixture), valid("-0.006"), "what is carried");
    assert!(run(&mut fixture, "2026-11-01", true).unwrap().invoices.is_empty());
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn what_was_used_beyond_the_balance_before_a_customer_became_postpaid_is_billed() {
    let mut fixture = prepaid("0.1");
    assert_eq!(euros(&mut fixture), valid("-0.566"));
    become_postpaid(&mut fixture, "ACME");
    run(&mut fixture, "2026-10-01", true).unwrap();
    let found = lines(&mut fixture, "INV-2026-0001");
    assert_eq!(found, expected(&[(SMS, "0.33"), ("Paid from the prepaid balance", "-0.10")]));
    fixture.at("2026-12-05T12:00:00Z");
    import(&mut fixture, "late", &[("3", "2026-10-06T10:00:00Z", UK, 3)]);
    run(&mut fixture, "2026-11-01", true).unwrap();
    let late = format!("Late messages of October 2026: {SMS}");
    assert_eq!(lines(&mut fixture, "INV-2026-0002"), expected(&[(&late, "0.01"), (SMS, "0.33")]));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn usage_that_was_covered_is_billed_when_what_covered_it_is_taken_back() {
    let mut fixture = prepaid("0.5");
    become_postpaid(&mut fixture, "ACME");
    fixture.at("2026-12-05T12:00:00Z");
    run(&mut fixture, "2026-11-01", true).unwrap();
    // The cheque bounced.
    let entry = fixture.entries().remove(0).id;
    let back = balance::Reversal { allow_negative: true, ..reversal(entry) };
    fixture.write(|tx| balance::reverse(tx, &back)).unwrap();
    assert_eq!(run(&mut fixture, "2026-11-01", true).unwrap().invoices.len(), 1);
    let found = lines(&mut fixture, "INV-2026-0002");
    assert_eq!(found, expected(&[("Prepaid balance that was taken back", "0.50")]));
    assert_eq!(fixture.findings(), Vec::<String>::new());
    // What is taken from a balance for another reason is no usage.
    let charge = balance::Adjustment { allow_negative: true, ..adjustment_in("EUR", "-5") };
    fixture.adjust("ACME", &charge).unwrap();
    assert!(run(&mut fixture, "2026-11-01", true).unwrap().invoices.is_empty());
}

#[test]
fn what_is_added_to_the_balance_of_a_postpaid_customer_covers_its_next_usage() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[("1", "2026-10-05T10:00:00Z", UK, 200)]);
    run(&mut fixture, "2026-10-01", true).unwrap();
    fixture.adjust("ACME", &adjustment_in("EUR", "0.4")).unwrap();
    import(&mut fixture, "b", &[("2", "2026-11-05T10:00:00Z", UK, 200)]);
    fixture.at("2026-12-05T12:00:00Z");
    let draft = run(&mut fixture, "2026-11-01", false).unwrap().invoices.remove(0);
    // 0.666 and 0.006 carried, less 0.4.
    assert_eq!(draft.net, valid("0.27"));
    // A cancelled draft gives back what it covered.
    fixture.write(|tx| ssgctl::ops::invoice::cancel(tx, &draft.id.to_string())).unwrap();
    let again = run(&mut fixture, "2026-11-01", true).unwrap().invoices.remove(0);
    assert_eq!((again.net, euros(&mut fixture)), (valid("0.27"), valid("-0.002")));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_month_that_was_never_billed_is_not_late() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[("1", "2026-09-05T10:00:00Z", UK, 100), ("2", "2026-10-05T10:00:00Z", UK, 100)]);
    run(&mut fixture, "2026-10-01", true).unwrap();
    let texts: Vec<String> = lines(&mut fixture, "INV-2026-0001").into_iter().map(|(text, _)| text).collect();
    assert_eq!(texts, [format!("September 2026: {SMS}"), SMS.to_owned()]);
}
