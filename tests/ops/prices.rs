//! Prices by destination and time: which one is in force, and what a version of prices means.

use ssgctl::Error;
use ssgctl::model::{PlanDetails, PricesVersion, Time};
use ssgctl::ops::price::{self, NewPrice, PriceChange};
use ssgctl::ops::{overlay, plan, service, smpp};
use ssgctl::report::{ListedPrices, LookupKind, LookupQuestion, PriceLookup, PriceState, look_up, price_list};

use crate::support::fixture::{Fixture, NOON, assert_refused, new_account, new_plan, new_service, valid};

/// A database with the plan EUR-STD, whose default price is 0.07, and ACME's account `acme1` of a service in it.
pub fn fixture() -> Fixture {
    let mut fixture = Fixture::with_acme();
    let details = || PlanDetails { name: valid("Plan") };
    fixture
        .write(|tx| plan::new(tx, new_plan(valid("EUR-STD"), valid("EUR"), details(), Some(valid("0.07")))))
        .expect("plan");
    fixture.write(|tx| plan::new(tx, new_plan(valid("EUR-NG"), valid("EUR"), details(), None))).expect("plan");
    let pricing = service::ServicePricing::Plan("EUR-STD".to_owned());
    let euro = service::NewService { pricing, ..new_service("euro", "EUR", "1") };
    fixture.write(|tx| service::new(tx, euro)).expect("service");
    let mut account = new_account("acme1");
    account.details.service = valid("euro");
    fixture.add_account("ACME", account).expect("account");
    fixture
}

/// Sets a price from a time on; an empty time is the beginning.
pub fn set(fixture: &mut Fixture, plan: &str, destination: &str, price: &str, from: &str) -> PriceChange {
    set_until(fixture, plan, destination, price, from, "").expect("set")
}

fn set_until(
    fixture: &mut Fixture,
    plan: &str,
    destination: &str,
    price: &str,
    from: &str,
    until: &str,
) -> ssgctl::Result<PriceChange> {
    let new = NewPrice {
        destination: valid(destination),
        price: valid(price),
        effective_from: from.parse().ok(),
        until: until.parse().ok(),
    };
    fixture.write(|tx| price::set(tx, plan, new))
}

fn lookup(fixture: &mut Fixture, name: &str, number: &str, network: &str, at: &str) -> ssgctl::Result<PriceLookup> {
    let question = LookupQuestion { destination: valid(number), network: network.parse().ok(), at: valid(at) };
    look_up(&fixture.store.read().expect("snapshot"), (name, None), question)
}

/// What a message costs, and by which rule.
fn found(fixture: &mut Fixture, name: &str, number: &str, network: &str, at: &str) -> String {
    let found = lookup(fixture, name, number, network, at).expect("a price");
    format!("{} {} {}", found.price.plan, found.rule, found.price.row.price.expect("a price"))
}

#[test]
fn the_price_at_the_second_of_submission_counts() {
    let mut fixture = fixture();
    set(&mut fixture, "EUR-STD", "NG", "0.05", "2026-10-01T00:00:00Z");
    set(&mut fixture, "EUR-STD", "NG", "0.06", "2026-12-01T00:00:00Z");
    let number = "+2348031234567";
    for (at, price) in [
        ("2026-09-30T23:59:59Z", "EUR-STD default 0.07"),
        ("2026-10-01T00:00:00Z", "EUR-STD country 0.05"),
        ("2026-11-30T23:59:59Z", "EUR-STD country 0.05"),
        ("2026-12-01T00:00:00Z", "EUR-STD country 0.06"),
    ] {
        for name in ["EUR-STD", "acme1"] {
            assert_eq!(found(&mut fixture, name, number, "", at), price, "{name} {at}");
        }
    }
}

/// The clocks of London go back at 2026-10-25T02:00+01:00, so that 01:00 to 02:00 comes twice.
#[test]
fn a_price_changes_at_midnight_and_within_the_hour_that_comes_twice() {
    let mut fixture = fixture();
    set(&mut fixture, "EUR-STD", "GB", "0.01", "2026-10-25T00:00:00+01:00");
    set(&mut fixture, "EUR-STD", "GB", "0.02", "2026-10-25T01:30:00+01:00");
    set(&mut fixture, "EUR-STD", "GB", "0.03", "2026-10-25T01:30:00+00:00");
    set(&mut fixture, "EUR-STD", "GB", "0.04", "2026-10-26T00:00:00+00:00");
    for (at, price) in [
        ("2026-10-24T22:59:59Z", "EUR-STD default 0.07"),
        ("2026-10-24T23:00:00Z", "EUR-STD country 0.01"),
        ("2026-10-25T00:29:59Z", "EUR-STD country 0.01"),
        ("2026-10-25T00:30:00Z", "EUR-STD country 0.02"),
        ("2026-10-25T01:29:59Z", "EUR-STD country 0.02"),
        ("2026-10-25T01:30:00Z", "EUR-STD country 0.03"),
        ("2026-10-25T23:59:59Z", "EUR-STD country 0.03"),
        ("2026-10-26T00:00:00Z", "EUR-STD country 0.04"),
    ] {
        assert_eq!(found(&mut fixture, "EUR-STD", "+447700900123", "", at), price, "{at}");
    }
}

#[test]
fn overlays_come_first_and_pass_on_what_they_have_no_price_for() {
    let mut fixture = fixture();
    set(&mut fixture, "EUR-STD", "62130", "0.04", "");
    set(&mut fixture, "EUR-NG", "NG", "0.05", "");
    let ng = "+2348031234567";
    assert_eq!(found(&mut fixture, "acme1", ng, "62130", NOON), "EUR-STD network 0.04");
    fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some("EUR-NG"), Some(valid(NOON)))).unwrap();
    assert_eq!(found(&mut fixture, "acme1", ng, "62130", NOON), "EUR-NG country 0.05");
    assert_eq!(found(&mut fixture, "acme1", ng, "62130", "2026-11-24T11:59:59Z"), "EUR-STD network 0.04");
    let other = lookup(&mut fixture, "acme1", "+447700900123", "", NOON).unwrap();
    assert_eq!((other.asked.len(), other.price.plan.as_str()), (2, "EUR-STD"));
    let details = PlanDetails { name: valid("Own") };
    fixture.write(|tx| plan::new(tx, new_plan(valid("OWN"), valid("EUR"), details, None))).unwrap();
    set(&mut fixture, "OWN", "+23480", "0.06", "");
    fixture.write(|tx| overlay::set_of_account(tx, "acme1", Some("OWN"), None)).unwrap();
    assert_eq!(found(&mut fixture, "acme1", ng, "62130", NOON), "OWN prefix 0.06");
    fixture.write(|tx| overlay::set_of_account(tx, "acme1", None, Some(valid("2026-11-25T00:00:00Z")))).unwrap();
    assert_eq!(found(&mut fixture, "acme1", ng, "62130", "2026-11-25T00:00:00Z"), "EUR-NG country 0.05");
    assert!(fixture.findings().is_empty());
}

#[test]
fn a_name_of_a_plan_and_of_an_account_is_ambiguous_unless_the_question_says_which() {
    let mut fixture = fixture();
    let details = PlanDetails { name: valid("Same name") };
    fixture.write(|tx| plan::new(tx, new_plan(valid("ACME1"), valid("EUR"), details, Some(valid("0.01"))))).unwrap();
    let question = LookupQuestion { destination: valid("+447700900123"), network: None, at: valid(NOON) };
    let snapshot = fixture.store.read().unwrap();
    let ask = |kind| look_up(&snapshot, ("acme1", kind), question.clone());
    let refused = ask(None).unwrap_err();
    assert_eq!(refused.to_string(), "`acme1` fits both price plan `ACME1` and SMPP account `acme1` of ACME");
    assert_eq!(ask(Some(LookupKind::Plan)).unwrap().price.row.price, Some(valid("0.01")));
    assert_eq!(ask(Some(LookupKind::Account)).unwrap().price.row.price, Some(valid("0.07")));
    assert_refused!(look_up(&snapshot, ("acme1x", None), question.clone()), Error::NotFound { .. });
    assert_refused!(look_up(&snapshot, ("EUR-STD", Some(LookupKind::Account)), question), Error::NotFound { .. });
}

#[test]
fn a_price_by_number_is_marked_unless_the_network_is_known() {
    let mut fixture = fixture();
    set(&mut fixture, "EUR-STD", "NG", "0.05", "");
    for (number, network, may_be_ported) in
        [("+2348031234567", "", true), ("+2348031234567", "62130", false), ("+447700900123", "", false)]
    {
        let found = lookup(&mut fixture, "acme1", number, network, NOON).unwrap();
        assert_eq!(found.may_be_ported(), may_be_ported, "{number} {network}");
    }
}

#[test]
fn no_price_is_an_error_and_a_price_of_zero_is_a_price() {
    let mut fixture = fixture();
    assert_refused!(
        lookup(&mut fixture, "EUR-NG", "+447700900123", "", NOON),
        Error::NoPrice { plans, .. } if plans == &["EUR-NG"]
    );
    set(&mut fixture, "EUR-NG", "GB", "0", "");
    assert_eq!(found(&mut fixture, "EUR-NG", "+447700900123", "", NOON), "EUR-NG country 0");
}

#[test]
fn a_correction_supersedes_and_nothing_is_overwritten() {
    let mut fixture = fixture();
    let first = set(&mut fixture, "EUR-STD", "NG", "0.05", "2026-10-01T00:00:00Z");
    let second = set(&mut fixture, "EUR-STD", "NG", "0.04", "2026-10-01T00:00:00Z");
    assert_eq!(second.previous_price, Some(valid("0.05")));
    let again = set(&mut fixture, "EUR-STD", "NG", "0.040", "2026-10-01T00:00:00Z");
    assert!(second.is_new && !again.is_new);
    let list = |fixture: &mut Fixture, listed| {
        fixture.read(|now| price_list(now, &now.plan("EUR-STD")?, Some(&valid("NG")), listed))
    };
    let all = list(&mut fixture, ListedPrices::All);
    let states: Vec<_> = all.iter().map(|line| (line.row.id, line.state, line.supersedes)).collect();
    assert_eq!(
        states,
        [(first.row.id, PriceState::Superseded, None), (second.row.id, PriceState::Current, Some(first.row.id))]
    );
    let refused = fixture.raw().execute("UPDATE price SET price_e8 = 1", []).unwrap_err().to_string();
    assert_eq!(refused, "prices are append-only");
    assert!(fixture.raw().execute("DELETE FROM price", []).is_err());
    assert!(fixture.raw().execute("INSERT OR REPLACE INTO price SELECT * FROM price", []).is_err());
}

#[test]
fn a_price_with_an_end_leaves_what_counts_without_it() {
    let mut fixture = fixture();
    let (from, until) = ("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z");
    set_until(&mut fixture, "EUR-STD", "NG", "0.05", from, until).unwrap();
    set_until(&mut fixture, "EUR-STD", "default", "0.06", from, until).unwrap();
    let ng = "+2348031234567";
    for (at, price) in [(from, "EUR-STD country 0.05"), (until, "EUR-STD default 0.07")] {
        assert_eq!(found(&mut fixture, "EUR-STD", ng, "", at), price);
    }
    assert_eq!(found(&mut fixture, "EUR-STD", "+447700900123", "", from), "EUR-STD default 0.06");
    // A planned price would take over before the end.
    set(&mut fixture, "EUR-STD", "GB", "0.01", "2026-12-15T00:00:00Z");
    assert_refused!(set_until(&mut fixture, "EUR-STD", "GB", "0.02", from, until), Error::Refused(_));
    let earlier = set(&mut fixture, "EUR-STD", "GB", "0.02", from);
    assert_eq!(earlier.effective_until, Some(valid("2026-12-15T00:00:00Z")));
    assert_refused!(
        set_until(&mut fixture, "EUR-STD", "GB", "0.02", until, from),
        Error::Invalid { field: "until", .. }
    );
}

#[test]
fn a_withdrawn_price_is_passed_over() {
    let mut fixture = fixture();
    set(&mut fixture, "EUR-STD", "NG", "0.05", "");
    let at = |text: &str| Some(valid::<Time>(text));
    let withdraw = |fixture: &mut Fixture, destination: &str, from| {
        fixture.write(|tx| price::withdraw(tx, "EUR-STD", valid(destination), from))
    };
    let end = "2026-12-01T00:00:00Z";
    assert_eq!(withdraw(&mut fixture, "NG", at(end)).unwrap().previous_price, Some(valid("0.05")));
    assert_eq!(found(&mut fixture, "EUR-STD", "+2348031234567", "", end), "EUR-STD default 0.07");
    assert_eq!(found(&mut fixture, "EUR-STD", "+2348031234567", "", NOON), "EUR-STD country 0.05");
    assert_refused!(withdraw(&mut fixture, "NG", at(end)), Error::Refused(_));
    assert_refused!(withdraw(&mut fixture, "GB", None), Error::Refused(_));
}

#[test]
fn prices_have_the_form_of_their_unit_and_times_are_whole_seconds() {
    let mut fixture = fixture();
    for (plan, price, from, field) in [
        ("EUR-STD", "-0.01", "", "price"),
        ("standard", "0.5", "", "price"),
        ("EUR-STD", "0.01", "2026-12-01T00:00:00.5Z", "effective_from"),
        ("EUR-STD", "0.01", "1969-12-31T23:59:59Z", "effective_from"),
    ] {
        assert_refused!(
            set_until(&mut fixture, plan, "NG", price, from, ""),
            Error::Invalid { field: found, .. } if *found == field
        );
    }
}

fn last_version(fixture: &mut Fixture) -> PricesVersion {
    fixture.store.read().expect("snapshot").prices_version().expect("a version")
}

#[test]
fn a_version_of_prices_means_the_same_for_ever() {
    let mut fixture = fixture();
    fixture.write(|tx| service::new(tx, new_service("other", "EUR", "0.09"))).unwrap();
    let account = fixture.read(|now| now.smpp_account("acme1")).id;
    let version = last_version(&mut fixture);
    let second = valid::<Time>(NOON).timestamp().as_second();
    let price_in = |fixture: &mut Fixture, version| {
        let prices = fixture.read(|now| now.prices(version, Some(&[account])));
        prices.find(account, None, &valid("+2348031234567"), second).expect("a price").price
    };
    let before = price_in(&mut fixture, version);
    set(&mut fixture, "EUR-STD", "default", "0.5", "");
    set(&mut fixture, "EUR-NG", "NG", "0.6", "");
    fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some("EUR-NG"), None)).unwrap();
    fixture.write(|tx| smpp::set_service(tx, "acme1", "other", None)).unwrap();
    assert_eq!(price_in(&mut fixture, version), before);
    let last = last_version(&mut fixture);
    assert_eq!(last, PricesVersion(version.0 + 4));
    assert_eq!(price_in(&mut fixture, last), valid("0.6"));
}

#[test]
fn a_missing_row_is_found() {
    let mut fixture = fixture();
    set(&mut fixture, "EUR-STD", "NG", "0.05", "");
    fixture
        .raw()
        .execute_batch("DROP TRIGGER price_is_never_deleted; DELETE FROM price WHERE destination = 'NG'")
        .unwrap();
    // The last number may be anybody's next; one before it is not.
    set(&mut fixture, "EUR-STD", "GB", "0.05", "");
    assert!(fixture.findings().is_empty());
    fixture.raw().execute_batch("DELETE FROM price WHERE id = 3").unwrap();
    assert!(fixture.findings().iter().any(|finding| finding.ends_with("number 3 is missing")));
}
