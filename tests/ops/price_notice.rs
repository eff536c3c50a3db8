//! Emails about planned changes of prices: who gets them, about what, and once.

use std::cell::RefCell;

use ssgctl::Error;
use ssgctl::mail::{RoleConfig, SenderConfig, TemplateRenderer};
use ssgctl::model::{CustomerDetails, Money, PlanDetails, RenderedEmail, Sender, Zone};
use ssgctl::ops::price::{self, NewPrice};
use ssgctl::ops::price_notice::notify;
use ssgctl::ops::service::{NewService, ServicePricing};
use ssgctl::ops::{contact, customer, overlay, plan, service, smpp};
use ssgctl::report::{NoticeQuestion, NoticedChange, PriceNotice};

use super::contact::person;
use super::traffic::{request, run};
use crate::formats::document::{read, written};
use crate::support::fixture::{Fixture, new_account, new_plan, new_service, valid};

const DECEMBER: &str = "2026-12-01T00:00:00Z";
const JANUARY: &str = "2027-01-01T00:00:00Z";

/// ACME and globex, each with an account of a service in euros, whose plan is `std`; the plan `special` has no prices.
fn fixture() -> Fixture {
    let mut fixture = Fixture::with_acme();
    for (code, default) in [("std", Some(valid("0.05"))), ("special", None)] {
        let details = PlanDetails { name: valid("Plan") };
        fixture.write(|tx| plan::new(tx, new_plan(valid(code), valid("EUR"), details, default))).expect("plan");
    }
    let pricing = ServicePricing::Plan("std".to_owned());
    fixture.write(|tx| service::new(tx, NewService { pricing, ..new_service("euro", "EUR", "1") })).expect("service");
    fixture.customer("globex");
    for (customer, system_id) in [("ACME", "acme"), ("globex", "globex")] {
        let mut account = new_account(system_id);
        account.details.service = valid("euro");
        fixture.add_account(customer, account).expect("account");
        let address = valid(&format!("pay@{system_id}.example"));
        let change = |details: &mut CustomerDetails| {
            details.invoice_emails = vec![address];
            Ok(())
        };
        fixture.write(|tx| customer::edit(tx, customer, change)).expect("an address");
    }
    set(&mut fixture, "std", "NG", "0.04", "");
    fixture
}

fn set(fixture: &mut Fixture, plan: &str, destination: &str, price: &str, from: &str) {
    let (destination, price) = (valid(destination), valid(price));
    let new = NewPrice { destination, price, effective_from: from.parse().ok(), until: None };
    fixture.write(|tx| price::set(tx, plan, new)).expect("set");
}

fn renderer() -> TemplateRenderer {
    let sender = Sender { name: valid("Example Billing"), address: valid("billing@example.com"), reply_to: None };
    let billing = Some(RoleConfig { sender, signature: None });
    let (company, service) = (valid("Example Ltd"), valid("Example SMS"));
    TemplateRenderer::new(SenderConfig { company, service, sales: None, support: None, billing }, None)
}

/// Notifies of changes of a plan; says of each customer what it is notified of.
fn try_to_notify(
    fixture: &mut Fixture,
    plan: &str,
    question: NoticeQuestion,
    days: Option<u64>,
) -> ssgctl::Result<Vec<String>> {
    let (renderer, zone) = (renderer(), "Europe/London".parse::<Zone>().expect("a zone"));
    let texts = RefCell::<Vec<String>>::default();
    let compose = |notice: &PriceNotice| {
        texts.borrow_mut().push(text(notice));
        renderer.compose_prices(notice, &zone)
    };
    let notified = fixture.write(|tx| notify(tx, plan, question, days, &compose))?;
    let mut texts = texts.into_inner();
    let without = notified.iter().filter(|notified| notified.recipients.is_empty());
    texts.extend(without.map(|notified| format!("{}: no address", notified.customer)));
    assert_eq!(texts.len(), notified.len());
    Ok(texts)
}

fn notified(fixture: &mut Fixture, plan: &str) -> Vec<String> {
    try_to_notify(fixture, plan, NoticeQuestion::default(), None).expect("notified")
}

fn text(notice: &PriceNotice) -> String {
    let price = |price: Option<Money>| price.map_or("-".to_owned(), |price| price.to_string());
    let change = |change: &NoticedChange| {
        let accounts: Vec<&str> = change.accounts.iter().map(ssgctl::model::SystemId::as_str).collect();
        let used = if change.is_used { " used" } else { "" };
        let accounts = if accounts.is_empty() { String::new() } else { format!(" for {}", accounts.join("+")) };
        format!("{} {} to {}{used}{accounts}", change.destination, price(change.before), price(change.after))
    };
    let changes: Vec<String> = notice.changes.iter().map(change).collect();
    format!("{}: {}", notice.customer.account_code, changes.join(", "))
}

fn emails(fixture: &mut Fixture) -> Vec<(String, RenderedEmail)> {
    fixture.emails().into_iter().map(|email| (email.recipient.to_string(), email.content)).collect()
}

#[test]
fn each_customer_of_a_plan_is_notified_of_a_change_once() {
    let mut fixture = fixture();
    assert_eq!(notified(&mut fixture, "std"), Vec::<String>::new(), "nothing changes later than now");
    set(&mut fixture, "std", "NG", "0.045", DECEMBER);
    assert_eq!(notified(&mut fixture, "std"), ["ACME: NG 0.04 to 0.045", "globex: NG 0.04 to 0.045"]);
    assert_eq!(notified(&mut fixture, "std"), Vec::<String>::new());
    assert_eq!(fixture.emails().len(), 2);
    // A further change, and a correction of the first, are others.
    set(&mut fixture, "std", "NG", "0.06", JANUARY);
    set(&mut fixture, "std", "NG", "0.05", DECEMBER);
    let both = "NG 0.04 to 0.05, NG 0.05 to 0.06";
    assert_eq!(notified(&mut fixture, "std"), [format!("ACME: {both}"), format!("globex: {both}")]);
    assert_eq!(notified(&mut fixture, "std"), Vec::<String>::new());
    let event = fixture.last_event();
    assert_eq!((event.change.action.as_str(), event.change.subject.as_str()), ("notify", "globex"));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_document_has_the_notices() {
    let mut fixture = fixture();
    set(&mut fixture, "std", "NG", "0.045", DECEMBER);
    notified(&mut fixture, "std");
    let text = written(&mut fixture);
    let mut copy = Fixture::new();
    read(&mut copy, &text).expect("read");
    assert_eq!(notified(&mut copy, "std"), Vec::<String>::new());
    assert_eq!(written(&mut copy), text);
}

#[test]
fn a_change_does_not_concern_those_whose_overlay_has_its_own_price() {
    let mut fixture = fixture();
    fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some("special"), None)).expect("an overlay");
    set(&mut fixture, "special", "+2348", "0.02", "");
    for (destination, price) in [("NG", "0.045"), ("+2348", "0.05"), ("+23480", "0.051"), ("62130", "0.052")] {
        set(&mut fixture, "std", destination, price, DECEMBER);
    }
    // A network comes before digits, but the overlay is asked first, and its digits may be those of any network of the country.
    let of_globex = "globex: NG 0.04 to 0.045, +2348 0.04 to 0.05, +23480 0.04 to 0.051, 62130 0.04 to 0.052";
    let of_acme = "ACME: NG 0.04 to 0.045, 62130 0.04 to 0.052";
    assert_eq!(notified(&mut fixture, "std"), [of_acme, of_globex]);
    // The change of an overlay concerns its owner alone, also if it is an overlay only by then.
    set(&mut fixture, "special", "NG", "0.03", JANUARY);
    assert_eq!(notified(&mut fixture, "special"), ["ACME: NG 0.045 to 0.03"]);
    fixture
        .write(|tx| overlay::set_of_customer(tx, "globex", Some("special"), Some(valid(DECEMBER))))
        .expect("planned");
    assert_eq!(notified(&mut fixture, "special"), ["globex: NG 0.045 to 0.03"]);
}

#[test]
fn prices_are_those_that_a_customer_pays() {
    let mut fixture = fixture();
    // A price of its own begins and ends; the price for everything else is before and after it.
    set(&mut fixture, "std", "GB", "0.03", DECEMBER);
    fixture.write(|tx| price::withdraw(tx, "std", valid("GB"), Some(valid(JANUARY)))).expect("withdrawn");
    fixture
        .write(|tx| price::withdraw(tx, "std", valid("default"), Some(valid("2027-02-01T00:00:00Z"))))
        .expect("withdrawn");
    set(&mut fixture, "std", "FR", "0.05", DECEMBER);
    let expected = ["GB 0.05 to 0.03", "GB 0.03 to 0.05", "default 0.05 to -"].join(", ");
    assert_eq!(notified(&mut fixture, "std")[0], format!("ACME: {expected}"), "FR costs the same");
}

#[test]
fn accounts_that_pay_differently_are_named_and_archived_ones_left_out() {
    let mut fixture = fixture();
    let mut account = new_account("acme2");
    account.details.service = valid("euro");
    fixture.add_account("ACME", account).expect("account");
    set(&mut fixture, "special", "NG", "0.01", "");
    fixture.write(|tx| overlay::set_of_account(tx, "acme2", Some("special"), None)).expect("an overlay");
    set(&mut fixture, "std", "NG", "0.045", DECEMBER);
    set(&mut fixture, "std", "GB", "0.02", DECEMBER);
    fixture.write(|tx| smpp::archive(tx, "globex")).expect("archived");
    assert_eq!(notified(&mut fixture, "std"), ["ACME: GB 0.05 to 0.02, NG 0.04 to 0.045 for acme"]);
}

#[test]
fn destinations_with_traffic_come_first() {
    let mut fixture = fixture();
    set(&mut fixture, "std", "+447", "0.03", "");
    let rows = "message_id,submitted_at,system_id,destination,state,parts,mccmnc\n\
        1,2026-11-20T10:00:00Z,acme,+2348031234567,delivered,1,62130\n\
        2,2026-11-20T10:00:00Z,acme,+447700900123,delivered,1,\n\
        3,2026-09-20T10:00:00Z,globex,+2348031234567,delivered,1,\n";
    let request = request(&fixture, "used.csv", rows);
    run(&mut fixture, &request).expect("imported");
    for destination in ["FR", "NG", "+447", "62120", "62130"] {
        set(&mut fixture, "std", destination, "0.06", DECEMBER);
    }
    let used = "NG 0.04 to 0.06 used, +447 0.03 to 0.06 used, 62130 0.04 to 0.06 used";
    let others = "FR 0.05 to 0.06, 62120 0.04 to 0.06";
    let of_globex =
        "globex: FR 0.05 to 0.06, NG 0.04 to 0.06, +447 0.03 to 0.06, 62120 0.04 to 0.06, 62130 0.04 to 0.06";
    assert_eq!(notified(&mut fixture, "std"), [format!("ACME: {used}, {others}"), of_globex.to_owned()]);
    let (to, email) = emails(&mut fixture).remove(0);
    assert_eq!(to, "pay@acme.example");
    assert_eq!(email.subject, "Example SMS: price changes for account ACME from 1 December 2026");
    for expected in [
        "From 1 December 2026 at 00:00 (Europe/London):\n\n- Nigeria: 0.06 EUR (until then 0.04 EUR)\n",
        "- United Kingdom of Great Britain and Northern Ireland, numbers that\n  begin with +447: 0.06 EUR",
        "- Nigeria, network 62130: 0.06 EUR (until then 0.04 EUR)\n\nDestinations to which you sent no messages in the last 30 days:\n\n- France:",
    ] {
        assert!(email.text.contains(expected), "{}", email.text);
    }
    assert!(email.html.contains("<td>Nigeria</td><td>0.06 EUR</td><td>0.04 EUR</td>"), "{}", email.html);
    assert!(!email.text.contains("\n\n\n") && !email.text.contains("{{"), "{}", email.text);
}

#[test]
fn a_time_that_comes_twice_has_its_offset() {
    let mut fixture = fixture();
    fixture.at("2026-10-01T00:00:00Z");
    set(&mut fixture, "std", "NG", "0.045", "2026-10-25T01:30:00+00:00");
    notified(&mut fixture, "std");
    let text = emails(&mut fixture).remove(0).1.text;
    assert!(text.contains("From 25 October 2026 at 01:30 (Europe/London, UTC+00:00):"), "{text}");
}

#[test]
fn a_period_selects_changes() {
    let mut fixture = fixture();
    set(&mut fixture, "std", "NG", "0.045", DECEMBER);
    set(&mut fixture, "std", "NG", "0.05", JANUARY);
    let mut of = |from: &str, until: &str| {
        let question =
            NoticeQuestion { from: from.parse().ok(), until: until.parse().ok(), ..NoticeQuestion::default() };
        let notified = try_to_notify(&mut fixture, "std", question, None).expect("notified");
        notified.first().cloned().unwrap_or_default()
    };
    assert_eq!(of("", DECEMBER), "");
    assert_eq!(of(JANUARY, ""), "ACME: NG 0.045 to 0.05");
    assert_eq!(of("", ""), "ACME: NG 0.04 to 0.045");
}

#[test]
fn rises_with_short_notice_are_refused_and_listed() {
    let mut fixture = fixture();
    // It is noon of 24 November.
    set(&mut fixture, "std", "NG", "0.045", DECEMBER);
    set(&mut fixture, "std", "GB", "0.02", "2026-11-25T00:00:00Z");
    let mut of = |days| match try_to_notify(&mut fixture, "std", NoticeQuestion::default(), Some(days)) {
        Err(Error::Refused(message)) => message,
        other => format!("{:?}", other.map(|notified| notified.len())),
    };
    assert_eq!(
        of(7),
        "2 rises are less than 7 days away: ACME: NG from 0.04 to 0.045 at 2026-12-01 00:00:00 UTC; \
         globex: NG from 0.04 to 0.045 at 2026-12-01 00:00:00 UTC"
    );
    assert_eq!(of(6), "Ok(2)", "six and a half days are enough, and a lower price needs no notice");
    assert_eq!(of(30), "Ok(0)", "they were notified in time");
}

#[test]
fn billing_contacts_come_before_invoice_emails_and_who_has_no_address_is_asked_for_again() {
    let mut fixture = fixture();
    let mut billing = person("Jo");
    billing.email = Some(valid("jo@acme.example"));
    billing.roles = valid("billing");
    fixture.write(|tx| contact::add(tx, "ACME", billing)).expect("a contact");
    let without = |details: &mut CustomerDetails| {
        details.invoice_emails.clear();
        Ok(())
    };
    fixture.write(|tx| customer::edit(tx, "globex", without)).expect("removed");
    set(&mut fixture, "std", "NG", "0.045", DECEMBER);
    assert_eq!(notified(&mut fixture, "std").len(), 2);
    let recipients: Vec<String> = emails(&mut fixture).into_iter().map(|(to, _)| to).collect();
    assert_eq!(recipients, ["jo@acme.example"]);
    assert_eq!(notified(&mut fixture, "std"), ["globex: no address"]);
    let invoice_emails = vec![valid("pay@globex.example")];
    let with = |details: &mut CustomerDetails| {
        details.invoice_emails = invoice_emails;
        Ok(())
    };
    fixture.write(|tx| customer::edit(tx, "globex", with)).expect("an address");
    assert_eq!(notified(&mut fixture, "std"), ["globex: NG 0.04 to 0.045"]);
}
