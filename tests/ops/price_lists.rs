//! Imports of price lists: what they record, what they replace, and whom they touch.

use ssgctl::error::Error;
use ssgctl::model::{
    Money, OverlayOwner, PriceChangeKind, PriceDetail, PriceListRow, PriceSource, ServiceDetails, SmppDetails,
    StateCounts, Time, days_since_epoch,
};
use ssgctl::ops;
use ssgctl::ops::price_list::{ImportedPrices, NewPrices};
use ssgctl::ops::service::{NewService, ServicePricing};
use ssgctl::ops::smpp::NewAccount;
use ssgctl::report::PriceImpact;
use ssgctl::store::{AccountDay, QuarterSum};

use crate::support::fixture::{Fixture, NOON, assert_refused, new_account, new_plan, valid};

fn listed(line: u64, destination: &str, price: &str, effective: &str) -> PriceListRow {
    PriceListRow {
        line,
        column: 9,
        destination: valid(destination),
        price: price.parse().ok(),
        effective: effective.parse().ok(),
    }
}

/// A list that replaces nothing, and changes nothing of the past.
fn new(prices: &[PriceListRow]) -> NewPrices<'_> {
    NewPrices { prices, replaced_from: None, corrects_past: false }
}

/// A plan with prices for everything else, Great Britain and Nigeria.
fn plan() -> Fixture {
    let mut fixture = Fixture::with_acme();
    fixture
        .write(|tx| {
            let details = ssgctl::model::PlanDetails { name: valid("Standard") };
            ops::plan::new(tx, new_plan(valid("EUR-STD"), valid("EUR"), details, Some(valid("0.05"))))?;
            let list =
                [listed(2, "GB", "0.03", "2026-01-01T00:00:00Z"), listed(3, "NG", "0.2", "2026-01-01T00:00:00Z")];
            ops::price_list::import(tx, "EUR-STD", new(&list))
        })
        .expect("a plan");
    fixture
}

fn import(fixture: &mut Fixture, list: &[PriceListRow], replaced_from: Option<&str>) -> ImportedPrices {
    let new = NewPrices { replaced_from: replaced_from.map(valid), ..new(list) };
    fixture.write(|tx| ops::price_list::import(tx, "eur-std", new)).expect("an import")
}

fn counts(imported: &ImportedPrices) -> [usize; 5] {
    PriceChangeKind::ALL.map(|kind| imported.count(kind))
}

/// What is in the plan at a time, and later.
fn prices(fixture: &mut Fixture, at: &str) -> Vec<String> {
    let list = fixture.read(|snapshot| ssgctl::report::plan_price_list(snapshot, "EUR-STD", valid(at), None));
    let price = |price: Option<Money>| price.map_or("-".to_owned(), |price| price.to_string());
    list.prices.iter().map(|step| format!("{} {} {}", step.destination, price(step.price), step.kind())).collect()
}

#[test]
fn only_prices_that_change_are_recorded() {
    let mut fixture = plan();
    let list = [
        listed(2, "GB", "0.035", "2026-12-01T00:00:00Z"),
        listed(3, "NG", "0.2", "2026-12-01T00:00:00Z"),
        listed(4, "23410", "0.02", "2026-12-01T00:00:00Z"),
        listed(5, "default", "0.04", "2026-12-01T00:00:00Z"),
        listed(6, "CU", "withdrawn", "2026-12-01T00:00:00Z"),
    ];
    let imported = import(&mut fixture, &list, None);
    assert_eq!(counts(&imported), [1, 1, 1, 0, 2]);
    assert_eq!(
        prices(&mut fixture, "2026-11-30T23:59:59Z")[..3],
        ["default 0.05 new", "default 0.04 lower", "GB 0.03 new"]
    );
    assert_eq!(
        prices(&mut fixture, "2026-12-01T00:00:00Z"),
        ["default 0.04 lower", "GB 0.035 higher", "NG 0.2 new", "23410 0.02 new"]
    );
    let before = fixture.dump();
    assert_eq!(counts(&import(&mut fixture, &list, None)), [0, 0, 0, 0, 5]);
    assert!(fixture.dump() == before, "a list that was imported already left a trace");
}

#[test]
fn a_list_that_replaces_a_plan_withdraws_what_it_does_not_name() {
    let mut fixture = plan();
    import(&mut fixture, &[listed(2, "US", "0.01", "2027-01-01T00:00:00Z")], None);
    let list = [listed(2, "GB", "0.03", "2026-12-01T00:00:00Z")];
    let imported = import(&mut fixture, &list, Some("2026-12-01T00:00:00Z"));
    assert_eq!(counts(&imported), [0, 0, 0, 3, 1]);
    assert_eq!(prices(&mut fixture, "2026-12-01T00:00:00Z"), ["GB 0.03 new", "US 0.01 new", "US - withdrawn"][..1]);
    assert_eq!(counts(&import(&mut fixture, &list, Some("2026-12-01T00:00:00Z"))), [0, 0, 0, 0, 1]);
}

#[test]
fn a_list_that_changes_the_past_needs_to_say_so() {
    let mut fixture = plan();
    let list = [listed(2, "GB", "0.01", "2026-01-01T00:00:00Z"), listed(3, "NG", "0.3", "2026-11-24T00:00:00Z")];
    let faults = |fixture: &mut Fixture, list: &[PriceListRow]| match fixture
        .write(|tx| ops::price_list::import(tx, "EUR-STD", new(list)))
    {
        Err(Error::Rows(faults)) => {
            faults.first.iter().map(|fault| format!("{}:{} {}", fault.line, fault.column, fault.error)).collect()
        }
        other => panic!("{other:?}"),
    };
    let found: Vec<String> = faults(&mut fixture, &list);
    assert_eq!(
        found,
        [
            "2:9 the price of GB would change from 2026-01-01 00:00:00 UTC on, which is in the past",
            "3:9 the price of NG would change from 2026-11-24 00:00:00 UTC on, which is in the past",
        ]
    );
    let corrected = NewPrices { corrects_past: true, ..new(&list) };
    let imported = fixture.write(|tx| ops::price_list::import(tx, "EUR-STD", corrected)).expect("a correction");
    assert_eq!((imported.corrections(valid(NOON)).count(), counts(&imported)), (2, [0, 1, 1, 0, 0]));
    // What a list replaces has no row.
    let replacing = NewPrices { replaced_from: Some(valid("2026-11-01T00:00:00Z")), ..new(&list[..1]) };
    assert_refused!(
        fixture.write(|tx| ops::price_list::import(tx, "EUR-STD", replacing)),
        Error::PastPrice { destination, .. } if destination.to_string() == "default"
    );
    // In a plan that nobody uses, a destination that it did not have changes no message; in another one, it may.
    let france = [listed(2, "FR", "1", "2020-01-01T00:00:00Z"), listed(3, "FR", "2", "2021-01-01T00:00:00Z")];
    assert_eq!(counts(&import(&mut fixture, &france, None)), [1, 1, 0, 0, 0]);
    let mut fixture = with_traffic();
    let found: Vec<String> = faults(&mut fixture, &france);
    assert_eq!(found[0], "2:9 the price of FR would change from 2020-01-01 00:00:00 UTC on, which is in the past");
    assert_eq!(found.len(), 2);
    assert_eq!(counts(&import(&mut fixture, &[listed(2, "FR", "1", "2026-11-24T11:30:00Z")], None)), [1, 0, 0, 0, 0]);
}

#[test]
fn a_list_has_times_at_which_prices_can_begin() {
    let mut fixture = plan();
    for time in ["1969-12-31T00:00:00Z", "9999-01-01T00:00:00Z", "2027-01-01T00:00:00.5Z"] {
        let list = [listed(2, "GB", "0.01", time)];
        let corrected = NewPrices { corrects_past: true, ..new(&list) };
        assert_refused!(
            fixture.write(|tx| ops::price_list::import(tx, "EUR-STD", corrected)),
            Error::Invalid { field: "effective_from", .. }
        );
    }
}

#[test]
fn an_archived_plan_takes_no_list() {
    let mut fixture = plan();
    fixture.write(|tx| ops::plan::archive(tx, "EUR-STD")).expect("archived");
    let list = [listed(2, "GB", "1", NOON)];
    assert_refused!(fixture.write(|tx| ops::price_list::import(tx, "EUR-STD", new(&list))), Error::Archived { .. });
    assert_refused!(fixture.write(|tx| ops::price_list::import(tx, "EUR", new(&list))), Error::NotFound { .. });
}

/// The customers that a list would touch.
fn impacts(fixture: &mut Fixture, list: &[PriceListRow]) -> Vec<String> {
    let impacts = fixture
        .write(|tx| {
            let imported = ops::price_list::import(tx, "EUR-STD", new(list))?;
            ops::price_list::impacts(tx, &imported)
        })
        .expect("impacts");
    let shown = |impact: &PriceImpact| {
        let PriceImpact { customer, parts, least, most, without_price, .. } = impact;
        format!("{customer} {parts} {least} {most} {without_price}")
    };
    impacts.iter().map(shown).collect()
}

/// A plan that the accounts of two customers use, who sent messages to Great Britain, Nigeria and elsewhere.
fn with_traffic() -> Fixture {
    let mut fixture = plan();
    fixture.customer("BOLT");
    let noon: Time = valid(NOON);
    let today = days_since_epoch(noon.timestamp().to_zoned_datetime(jiff::tz::TimeZone::UTC).date());
    fixture
        .write(|tx| {
            let details = ServiceDetails { name: valid("Wholesale"), price_source: PriceSource::Plan };
            let pricing = ServicePricing::Plan("EUR-STD".to_owned());
            ops::service::new(tx, NewService { code: valid("wholesale"), api_id: None, unit: None, details, pricing })
        })
        .expect("a service");
    for (customer, system_id) in [("ACME", "acme_prod"), ("BOLT", "bolt_prod")] {
        let account = NewAccount { details: SmppDetails::of(valid("wholesale")), ..new_account(system_id) };
        let account = fixture.add_account(customer, account).expect("an account").account.id;
        let mut day = AccountDay::new(today, account);
        let mut old = AccountDay::new(today - 40, account);
        let by_plan = PriceDetail { price_id: Some(1), ..PriceDetail::default() };
        for (country, parts) in [(*b"GB", 1000), (*b"NG", 10), (*b"FR", 1)] {
            let mut counts = StateCounts::default();
            counts.add(ssgctl::model::MessageState::Delivered, parts);
            let quarter = QuarterSum { quarter: 1, counts, parts };
            day.add_messages(&quarter, (country, valid("EUR"), by_plan), Money::ZERO).expect("sums");
            old.add_messages(&quarter, (country, valid("EUR"), by_plan), Money::ZERO).expect("sums");
        }
        fixture.write(|tx| tx.add_to_days(&[old, day])).expect("sums");
    }
    fixture
}

#[test]
fn the_impact_of_country_prices_is_exact() {
    let mut fixture = with_traffic();
    let list = [listed(2, "GB", "0.035", NOON), listed(3, "NG", "0.1", NOON), listed(4, "US", "9", NOON)];
    assert_eq!(impacts(&mut fixture, &list), ["ACME 1010 4 4 0", "BOLT 1010 4 4 0"]);
    // What nobody sent messages to touches nobody.
    assert_eq!(impacts(&mut fixture, &[listed(2, "CU", "1", NOON)]), [""; 0]);
}

#[test]
fn the_impact_of_network_and_prefix_prices_is_a_range() {
    let mut fixture = with_traffic();
    assert_eq!(
        impacts(&mut fixture, &[listed(2, "23410", "0.02", NOON), listed(3, "+4477", "0.04", NOON)]),
        ["ACME 1000 -10 10 0", "BOLT 1000 -10 10 0"]
    );
    // Each number of the country begins so.
    assert_eq!(impacts(&mut fixture, &[listed(2, "+234", "0.3", NOON)]), ["ACME 10 1 1 0", "BOLT 10 1 1 0"]);
}

#[test]
fn an_overlay_with_a_price_of_its_own_is_not_touched() {
    let mut fixture = with_traffic();
    fixture
        .write(|tx| {
            let details = ssgctl::model::PlanDetails { name: valid("Bolt") };
            let overlay = ops::plan::new(tx, new_plan(valid("BOLT"), valid("EUR"), details, None))?;
            let list = [listed(2, "GB", "0.01", "2026-01-01T00:00:00Z")];
            ops::price_list::import(tx, "BOLT", new(&list))?;
            let bolt = tx.customer("BOLT")?;
            tx.record_overlay(OverlayOwner::Customer(bolt.id), Some(overlay.id), None)
        })
        .expect("an overlay");
    assert_eq!(impacts(&mut fixture, &[listed(2, "GB", "0.035", NOON)]), ["ACME 1000 5 5 0"]);
}

#[test]
fn traffic_that_would_have_no_price_is_counted() {
    let mut fixture = with_traffic();
    assert_eq!(impacts(&mut fixture, &[listed(2, "default", "withdrawn", NOON)]), ["ACME 1 0 0 1", "BOLT 1 0 0 1"]);
}

/// Whatever a price had been, a message that was rejected costs nothing; one with a price in its file or of an import without charges
/// would have cost the same.
#[test]
fn only_what_a_plan_charged_would_have_cost_more() {
    let mut fixture = with_traffic();
    let account = fixture.read(|now| now.smpp_account("acme_prod")).id;
    let noon: Time = valid(NOON);
    let today = days_since_epoch(noon.timestamp().to_zoned_datetime(jiff::tz::TimeZone::UTC).date());
    let mut day = AccountDay::new(today, account);
    let mut counts = StateCounts::default();
    counts.add(ssgctl::model::MessageState::Rejected, 700);
    let quarter = QuarterSum { quarter: 1, counts, parts: 700 };
    day.add_messages(&quarter, (*b"GB", valid("EUR"), PriceDetail::default()), Money::ZERO).expect("sums");
    fixture.write(|tx| tx.add_to_days(&[day])).expect("sums");
    assert_eq!(impacts(&mut fixture, &[listed(2, "GB", "0.035", NOON)]), ["ACME 1000 5 5 0", "BOLT 1000 5 5 0"]);
}
