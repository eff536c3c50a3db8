//! The month's run: all usage is billed once, whatever comes late or is taken back.

use std::thread;

use ssgctl::Error;
use ssgctl::model::invoice::FeeDetails;
use ssgctl::model::{Billing, EntryKind, Money, Unit};
use ssgctl::ops::invoice::{self, RunRequest, RunResult};
use ssgctl::ops::{customer, service};
use ssgctl::report::Month;
use ssgctl::traffic;

use super::traffic::{HEADER, request, run as import_request};
use crate::support::billing::invoicing;
use crate::support::fixture::{Fixture, NOON, assert_refused, new_account, new_service, valid};

/// A message at a time to a destination.
pub type Row<'a> = (&'a str, &'a str, &'a str, u32);

pub fn month(day: &str) -> Month {
    Month::of(valid(day))
}

/// ACME, who is postpaid at a price of a third of a cent a part.
pub fn fixture() -> Fixture {
    let mut fixture = Fixture::with_buyer();
    fixture.write(|tx| service::new(tx, new_service("euro", "EUR", "0.00333"))).expect("service");
    let mut account = new_account("acme");
    account.details.service = valid("euro");
    fixture.add_account("ACME", account).expect("account");
    become_postpaid(&mut fixture, "ACME");
    fixture
}

pub fn become_postpaid(fixture: &mut Fixture, customer: &str) {
    set_billing(fixture, customer, Billing::Postpaid);
}

pub fn set_billing(fixture: &mut Fixture, customer: &str, billing: Billing) {
    let change = |details: &mut ssgctl::model::CustomerDetails| {
        details.billing = billing;
        Ok(())
    };
    fixture.write(|tx| customer::edit(tx, customer, change)).expect("edited");
}

pub fn import(fixture: &mut Fixture, name: &str, rows: &[Row<'_>]) {
    let rows = rows.iter().map(|(id, at, to, parts)| format!("{id},{at},acme,{to},delivered,{parts},\n"));
    let text = format!("{HEADER}{}", rows.collect::<String>());
    let request = request(fixture, &format!("{name}.csv"), &text);
    import_request(fixture, &request).expect("imported");
}

pub fn run(fixture: &mut Fixture, day: &str, issue: bool) -> ssgctl::Result<RunResult> {
    let request = RunRequest { month: month(day), customers: Vec::new(), issue };
    fixture.write(|tx| invoice::run(tx, &invoicing(), &request))
}

pub fn lines(fixture: &mut Fixture, name: &str) -> Vec<(String, Money)> {
    let lines = fixture.copy_of_invoice(name).lines;
    lines.into_iter().map(|line| (line.description, line.net)).collect()
}

pub const UK: &str = "+447700900123";
const FR: &str = "+33612345678";

#[test]
fn a_month_is_billed_once_by_country_and_what_is_less_than_a_cent_is_carried() {
    let mut fixture = fixture();
    let october = [
        ("1", "2026-10-01T00:00:00Z", UK, 10),
        ("2", "2026-10-31T23:59:59Z", FR, 5),
        ("3", "2026-11-01T00:00:00Z", UK, 9),
    ];
    import(&mut fixture, "a", &october);
    let made = run(&mut fixture, "2026-10-01", true).unwrap().invoices;
    assert_eq!((made.len(), made[0].name().as_str()), (1, "INV-2026-0001"));
    // 0.0333 and 0.01665 are 0.04995, of which 0.04 is billed.
    let expected = [("SMS to France, account acme", "0.02"), ("SMS to United Kingdom, account acme", "0.03")];
    let found = lines(&mut fixture, "INV-2026-0001");
    assert_eq!(found.iter().map(|(_, net)| net.e8()).sum::<i64>(), 4_000_000, "{found:?}");
    assert_eq!(found.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(), expected.map(|(text, _)| text));
    let copy = fixture.copy_of_invoice("INV-2026-0001");
    assert_eq!(copy.tax_point, Some(valid("2026-10-31")));
    assert_eq!((copy.lines[1].quantity, copy.lines[1].unit_price), (valid("10"), valid("0.00333")));
    assert!(run(&mut fixture, "2026-10-01", true).unwrap().invoices.is_empty(), "a second run makes nothing");
    let entry = fixture.entries().pop().unwrap();
    assert_eq!((entry.posting.kind, entry.posting.amount), (EntryKind::Invoiced, valid("0.04")));
    assert_eq!(fixture.findings(), Vec::<String>::new());
    // November's 0.02997 and the 0.00995 that were carried are 0.03992.
    fixture.at("2026-12-01T00:00:00Z");
    run(&mut fixture, "2026-11-01", true).unwrap();
    assert_eq!(
        lines(&mut fixture, "INV-2026-0002"),
        [("SMS to United Kingdom, account acme".to_owned(), valid("0.03"))]
    );
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn late_messages_come_with_the_next_invoice_and_do_not_open_the_month_again() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[("1", "2026-10-05T10:00:00Z", UK, 100)]);
    run(&mut fixture, "2026-10-01", true).unwrap();
    let before = fixture.copy_of_invoice("INV-2026-0001");
    let late = [("2", "2026-10-06T10:00:00Z", UK, 50), ("3", "2026-11-05T10:00:00Z", UK, 100)];
    import(&mut fixture, "b", &late);
    fixture.at("2026-12-01T12:00:00Z");
    run(&mut fixture, "2026-11-01", true).unwrap();
    let found = lines(&mut fixture, "INV-2026-0002");
    let texts: Vec<&str> = found.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(
        texts,
        ["Late messages of October 2026: SMS to United Kingdom, account acme", "SMS to United Kingdom, account acme"]
    );
    assert_eq!(fixture.copy_of_invoice("INV-2026-0001"), before);
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn what_was_reverted_is_subtracted_from_the_next_invoice_or_waits_for_usage() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[("1", "2026-10-05T10:00:00Z", UK, 100)]);
    run(&mut fixture, "2026-10-01", true).unwrap();
    fixture.write(|tx| traffic::revert(tx, 1)).unwrap();
    fixture.at("2026-12-01T12:00:00Z");
    let nothing = run(&mut fixture, "2026-11-01", true).unwrap();
    assert!(nothing.invoices.is_empty());
    assert_eq!(nothing.negative, [valid("ACME")]);
    import(&mut fixture, "b", &[("2", "2026-11-05T10:00:00Z", UK, 250)]);
    run(&mut fixture, "2026-11-01", true).unwrap();
    // 0.8325 less 0.333, and 0.003 carried.
    let net: i64 = lines(&mut fixture, "INV-2026-0002").iter().map(|(_, net)| net.e8()).sum();
    assert_eq!(net, 50_000_000);
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_cancelled_draft_gives_its_usage_back() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[("1", "2026-10-05T10:00:00Z", UK, 100)]);
    let draft = run(&mut fixture, "2026-10-01", false).unwrap().invoices.remove(0);
    assert!(run(&mut fixture, "2026-10-01", false).unwrap().invoices.is_empty(), "a draft bills what it bills");
    let name = draft.id.to_string();
    assert_refused!(fixture.write(|tx| invoice::remove_line(tx, &name, 1)), Error::Refused(_));
    fixture.write(|tx| invoice::cancel(tx, &name)).unwrap();
    let again = run(&mut fixture, "2026-10-01", true).unwrap().invoices.remove(0);
    assert_eq!((again.id, again.net), (draft.id + 1, draft.net));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_month_that_is_not_over_and_prepaid_customers_are_not_billed() {
    let mut fixture = fixture();
    assert_refused!(run(&mut fixture, "2026-11-01", true), Error::Refused(why) if why.contains("is not over"));
    import(&mut fixture, "a", &[("1", "2026-10-05T10:00:00Z", UK, 100)]);
    set_billing(&mut fixture, "ACME", Billing::Prepaid);
    assert!(run(&mut fixture, "2026-10-01", true).unwrap().invoices.is_empty());
}

#[test]
fn two_runs_at_once_bill_a_month_once() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[("1", "2026-10-05T10:00:00Z", UK, 100)]);
    let made: usize = thread::scope(|scope| {
        let runs: Vec<_> = (0..2)
            .map(|_| {
                let (mut store, origin) = (fixture.another_store(NOON), fixture.origin.clone());
                scope.spawn(move || {
                    let request = RunRequest { month: month("2026-10-01"), customers: Vec::new(), issue: true };
                    let mut tx = store.write(&origin).unwrap();
                    let made = invoice::run(&mut tx, &invoicing(), &request).unwrap().invoices.len();
                    tx.commit().unwrap();
                    made
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    assert_eq!(made, 1);
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn an_invoice_whose_tax_is_not_decided_stays_a_draft() {
    let mut fixture = fixture();
    let abroad = |details: &mut ssgctl::model::CustomerDetails| {
        details.country = Some(valid("US"));
        Ok(())
    };
    fixture.write(|tx| customer::edit(tx, "ACME", abroad)).unwrap();
    import(&mut fixture, "a", &[("1", "2026-10-05T10:00:00Z", UK, 100)]);
    let result = run(&mut fixture, "2026-10-01", true).unwrap();
    assert_eq!((result.invoices.len(), result.undecided.len()), (0, 1));
    assert_eq!(fixture.state_of("1", "2026-11-24"), "draft");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

pub fn fee(amount: &str, monthly: bool, first: &str, last: Option<&str>) -> FeeDetails {
    FeeDetails {
        currency: valid("EUR"),
        description: valid("Number rental"),
        amount: valid(amount),
        monthly,
        first_day: valid(first),
        last_day: last.map(valid),
    }
}

#[test]
fn fees_are_billed_once_by_days_to_prepaid_customers_too() {
    let mut fixture = Fixture::with_buyer();
    for details in [fee("20", true, "2026-09-16", Some("2026-11-15")), fee("50", false, "2026-10-31", None)] {
        fixture.write(|tx| invoice::fee::add(tx, "ACME", &details)).unwrap();
    }
    run(&mut fixture, "2026-10-01", true).unwrap();
    let found: Vec<Money> = lines(&mut fixture, "INV-2026-0001").into_iter().map(|(_, net)| net).collect();
    assert_eq!(found, [valid("10"), valid("20"), valid("50")], "half of September, October, and once");
    assert!(run(&mut fixture, "2026-10-01", true).unwrap().invoices.is_empty());
    fixture.at("2027-01-05T12:00:00Z");
    run(&mut fixture, "2026-12-01", true).unwrap();
    assert_eq!(lines(&mut fixture, "INV-2026-0001").len(), 3);
    assert_eq!(lines(&mut fixture, "INV-2027-0001"), [("Number rental".to_owned(), valid("10"))]);
    assert!(fixture.balance("ACME", Unit::Sms).is_none(), "fees are never taken from balances");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_fee_ends_on_no_day_that_is_billed_and_a_cancelled_draft_bills_none() {
    let mut fixture = Fixture::with_buyer();
    fixture.write(|tx| invoice::fee::add(tx, "ACME", &fee("20", true, "2026-10-01", None))).unwrap();
    let draft = run(&mut fixture, "2026-10-01", false).unwrap().invoices.remove(0).id.to_string();
    let end = |tx: &mut ssgctl::store::Tx<'_>| invoice::fee::end(tx, 1, valid("2026-10-15"));
    assert_refused!(fixture.write(end), Error::Refused(why) if why.contains("is billed until 2026-10-31"));
    fixture.write(|tx| invoice::cancel(tx, &draft)).unwrap();
    fixture.write(end).unwrap();
    let issued = run(&mut fixture, "2026-10-01", true).unwrap().invoices.remove(0);
    assert_eq!(issued.net, valid("9.68"));
    for wrong in [fee("0", true, "2026-10-01", None), fee("0.001", true, "2026-10-01", None)] {
        let added = fixture.write(|tx| invoice::fee::add(tx, "ACME", &wrong));
        assert_refused!(added, Error::Invalid { field: "amount", .. });
    }
    let early = fixture.write(|tx| invoice::fee::add(tx, "ACME", &fee("1", true, "2026-10-02", Some("2026-10-01"))));
    assert_refused!(early, Error::Invalid { field: "until", .. });
}

#[test]
fn usage_is_of_the_month_in_utc_whatever_the_zone_of_dates() {
    for zone in ["Europe/London", "Asia/Kolkata", "America/New_York"] {
        let mut fixture = fixture();
        let around = [
            ("1", "2026-09-30T10:00:00Z", UK, 10),
            ("2", "2026-10-01T00:00:00Z", UK, 20),
            ("3", "2026-10-31T23:59:59Z", UK, 30),
            ("4", "2026-11-01T00:00:00Z", UK, 40),
        ];
        import(&mut fixture, "a", &around);
        let mut here = invoicing();
        here.rules.zone = valid(zone);
        let request = RunRequest { month: month("2026-10-01"), customers: Vec::new(), issue: false };
        let made = fixture.write(|tx| invoice::run(tx, &here, &request)).expect(zone).invoices;
        let lines = fixture.read(|now| now.invoice_lines(made[0].id));
        let quantities: Vec<Money> = lines.iter().map(|line| line.quantity).collect();
        assert_eq!(quantities, [valid("10"), valid("50")], "{zone}: late messages of September, and October");
        assert_eq!(fixture.findings(), Vec::<String>::new());
    }
}
