//! What imported messages cost: by destination, by the second of submission, and by what was recorded when their import began.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ssgctl::model::{EffectiveFrom, Money, PlanDetails, PriceSource, Unit};
use ssgctl::ops::price::{self, NewPrice};
use ssgctl::ops::service::{NewService, ServiceChange, ServicePricing};
use ssgctl::ops::{overlay, plan, service, smpp};
use ssgctl::traffic;

use super::traffic::{Quiet, request, row_faults, run};
use crate::support::fixture::{Fixture, cases, new_account, new_plan, new_service, valid};

pub const HEADER: &str = "message_id,submitted_at,system_id,destination,state,parts,price,mccmnc\n";

/// ACME's account `acme` of a service in euros, with the plan `std`, whose default price is 0.05.
pub fn fixture() -> Fixture {
    let mut fixture = Fixture::with_acme();
    for (code, default) in [("std", Some(valid("0.05"))), ("special", None), ("own", None)] {
        let details = PlanDetails { name: valid("Plan") };
        fixture.write(|tx| plan::new(tx, new_plan(valid(code), valid("EUR"), details, default))).expect("plan");
    }
    let pricing = ServicePricing::Plan("std".to_owned());
    fixture.write(|tx| service::new(tx, NewService { pricing, ..new_service("euro", "EUR", "1") })).expect("service");
    let mut account = new_account("acme");
    account.details.service = valid("euro");
    fixture.add_account("ACME", account).expect("account");
    fixture
}

/// Sets a price from a time on; an empty time is the beginning.
pub fn set(fixture: &mut Fixture, plan: &str, destination: &str, price: &str, from: &str) {
    let (destination, price) = (valid(destination), valid(price));
    let new = NewPrice { destination, price, effective_from: from.parse().ok(), until: None };
    fixture.write(|tx| price::set(tx, plan, new)).expect("set");
}

/// Imports messages to numbers at times, with a network; says what they cost.
pub fn import(fixture: &mut Fixture, name: &str, messages: &[(&str, &str, &str)]) -> ssgctl::Result<String> {
    let rows = messages.iter().enumerate().map(|(number, (at, destination, network))| {
        format!("{name}{number},{at},acme,{destination},delivered,1,,{network}\n")
    });
    let text = format!("{HEADER}{}", rows.collect::<String>());
    let request = request(fixture, &format!("{name}.csv"), &text);
    let summary = run(fixture, &request)?;
    assert_eq!(fixture.findings(), Vec::<String>::new());
    Ok(summary.charges.iter().map(|(unit, sum)| format!("{sum} {unit}")).collect::<Vec<_>>().join(", "))
}

#[test]
fn october_costs_octobers_prices_whenever_and_in_whatever_order_it_is_imported() {
    let october = [("2026-10-31T23:59:59Z", "+447700900123", "")];
    let november = [("2026-11-01T00:00:00Z", "+447700900123", "")];
    for order in [[&october, &november], [&november, &october]] {
        let mut fixture = fixture();
        set(&mut fixture, "std", "GB", "0.03", "");
        set(&mut fixture, "std", "GB", "0.04", "2026-11-01T00:00:00Z");
        let costs: Vec<String> =
            order.iter().zip(["a", "b"]).map(|(rows, name)| import(&mut fixture, name, *rows).unwrap()).collect();
        let expected = if order[0] == &october { ["0.03 EUR", "0.04 EUR"] } else { ["0.04 EUR", "0.03 EUR"] };
        assert_eq!(costs, expected);
    }
}

#[test]
fn a_change_counts_from_its_second_on_in_the_hour_that_comes_twice() {
    let mut fixture = fixture();
    // In London, 2026-10-25 has the hour from 1:00 twice: first in summer time.
    set(&mut fixture, "std", "GB", "0.03", "");
    set(&mut fixture, "std", "GB", "0.04", "2026-10-25T01:30:00+01:00");
    set(&mut fixture, "std", "GB", "0.01", "2026-10-25T01:30:00+00:00");
    for (number, (at, expected)) in [
        ("2026-10-25T01:29:59+01:00", "0.03 EUR"),
        ("2026-10-25T01:30:00+01:00", "0.04 EUR"),
        ("2026-10-25T01:29:59+00:00", "0.04 EUR"),
        ("2026-10-25T01:30:00+00:00", "0.01 EUR"),
    ]
    .into_iter()
    .enumerate()
    {
        let cost = import(&mut fixture, &format!("f{number}"), &[(at, "+447700900123", "")]);
        assert_eq!(cost.unwrap(), expected, "{at}");
    }
}

#[test]
fn network_prefix_country_and_default_decide_in_this_order_and_overlays_before_them() {
    let mut fixture = fixture();
    for (destination, price) in [("NG", "0.1"), ("+2348", "0.2"), ("+23480", "0.3"), ("62130", "0.4")] {
        set(&mut fixture, "std", destination, price, "");
    }
    let at = "2026-11-24T10:00:00Z";
    let mut number = 0;
    let mut cost = |fixture: &mut Fixture, destination: &str, network: &str| {
        number += 1;
        import(fixture, &format!("f{number}-"), &[(at, destination, network)]).unwrap()
    };
    for (destination, network, expected) in [
        ("+2348012345678", "62130", "0.4 EUR"),
        ("+2348012345678", "62120", "0.3 EUR"),
        ("+2348112345678", "", "0.2 EUR"),
        ("+2347012345678", "", "0.1 EUR"),
        ("+447700900123", "", "0.05 EUR"),
        ("60606", "", "0.05 EUR"),
    ] {
        assert_eq!(cost(&mut fixture, destination, network), expected, "{destination} {network}");
    }
    set(&mut fixture, "special", "NG", "0.01", "");
    fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some("special"), None)).unwrap();
    // The overlay has no row for the network, but one for its country.
    assert_eq!(cost(&mut fixture, "+2348012345678", "62130"), "0.01 EUR");
    assert_eq!(cost(&mut fixture, "+447700900123", ""), "0.05 EUR");
    set(&mut fixture, "own", "62130", "0.002", "");
    fixture.write(|tx| overlay::set_of_account(tx, "acme", Some("own"), None)).unwrap();
    assert_eq!(cost(&mut fixture, "+2348012345678", "62130"), "0.002 EUR");
    assert_eq!(cost(&mut fixture, "+2348012345678", "62120"), "0.01 EUR");
}

#[test]
fn a_message_without_a_price_is_a_fault_of_its_row_and_costs_nothing_only_at_a_price_of_zero() {
    let mut fixture = fixture();
    let changed = ServiceChange {
        plan: Some("special".to_owned()),
        effective_from: EffectiveFrom::Beginning,
        ..ServiceChange::default()
    };
    fixture.write(|tx| service::edit(tx, "euro", changed)).unwrap();
    set(&mut fixture, "special", "GB", "0.03", "2026-11-24T10:00:00Z");
    set(&mut fixture, "special", "FR", "0", "");
    let rows = "a,2026-11-24T10:00:00Z,acme,+447700900123,delivered,1,,\n\
                b,2026-11-24T09:59:59Z,acme,+447700900123,delivered,1,,\n\
                c,2026-11-24T10:00:00Z,acme,+33612345678,delivered,1,,\n\
                d,2026-11-24T10:00:00Z,acme,+4915112345678,delivered,1,,\n\
                e,2026-11-24T10:00:00Z,acme,+4915112345678,rejected,1,,\n\
                f,2026-11-24T10:00:00Z,acme,+4915112345678,delivered,1,0.07,\n";
    let mut wanted = request(&fixture, "a.csv", &format!("{HEADER}{rows}"));
    let before = fixture.dump();
    let faults = row_faults(run(&mut fixture, &wanted));
    assert_eq!(
        faults,
        [
            "3:29 no price for +447700900123 on account `acme` at 2026-11-24T09:59:59.000Z",
            "5:29 no price for +4915112345678 on account `acme` at 2026-11-24T10:00:00.000Z",
        ]
    );
    assert_eq!(fixture.dump(), before);
    wanted.skip_invalid = true;
    let (mut rejects, origin) = (Vec::new(), fixture.origin.clone());
    let summary =
        traffic::import(&mut fixture.store, &origin, &wanted, Some(&mut rejects), &mut Quiet { commits_left: 9 });
    let summary = summary.unwrap();
    assert_eq!((summary.tally.new, summary.tally.refused), (4, 2));
    assert_eq!(summary.charges, [(valid("EUR"), valid("0.1"))]);
    let rejects = String::from_utf8(rejects).unwrap();
    assert!(rejects.contains("b,2026-11-24T09:59:59Z") && rejects.contains("no price for +4915112345678"), "{rejects}");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn the_price_source_of_a_service_decides_between_file_and_plan() {
    let rows = "a,2026-11-24T10:00:00Z,acme,+447700900123,delivered,2,0.1,\n\
                b,2026-11-24T10:00:00Z,acme,+447700900124,delivered,2,0.09,\n";
    for (source, expected) in [
        (PriceSource::File, Ok("0.19")),
        (PriceSource::Plan, Ok("0.2")),
        (
            PriceSource::MustAgree,
            Err("3:55 price: `0.09` is not 0.1, the price in the plan, which the service demands"),
        ),
    ] {
        let mut fixture = fixture();
        let changed = ServiceChange { price_source: Some(source), ..ServiceChange::default() };
        fixture.write(|tx| service::edit(tx, "euro", changed)).unwrap();
        let wanted = request(&fixture, "a.csv", &format!("{HEADER}{rows}"));
        let result = run(&mut fixture, &wanted);
        match expected {
            Ok(sum) => assert_eq!(result.unwrap().charges, [(valid("EUR"), valid(sum))], "{source}"),
            Err(fault) => assert_eq!(row_faults(result), [fault]),
        }
        assert_eq!(fixture.findings(), Vec::<String>::new());
    }
}

#[test]
fn a_charged_message_keeps_its_price_whatever_is_recorded_or_reported_later() {
    let mut fixture = fixture();
    set(&mut fixture, "std", "GB", "0.03", "");
    set(&mut fixture, "std", "GB", "0.04", "2026-11-24T10:00:00Z");
    let row = |at: &str, state: &str| format!("{HEADER}a,{at},acme,+447700900123,{state},1,,\n");
    let wanted = request(&fixture, "a.csv", &row("2026-11-24T10:00:05Z", "pending"));
    assert_eq!(run(&mut fixture, &wanted).unwrap().charges, [(valid("EUR"), valid("0.04"))]);
    // A correction of the past, and a report with an earlier time of another price.
    set(&mut fixture, "std", "GB", "0.09", "2026-11-24T10:00:00Z");
    let wanted = request(&fixture, "b.csv", &row("2026-11-24T09:59:00Z", "delivered"));
    let summary = run(&mut fixture, &wanted).unwrap();
    assert_eq!((summary.tally.updated, summary.charges), (1, Vec::new()));
    assert_eq!(fixture.findings(), Vec::<String>::new());
    assert_eq!(fixture.balance("ACME", valid("EUR")).unwrap().balance, valid("-0.04"));
    // An earlier time of the same price is taken.
    let wanted = request(&fixture, "c.csv", &row("2026-11-24T10:00:01Z", "delivered"));
    assert_eq!(run(&mut fixture, &wanted).unwrap().tally.updated, 1);
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn an_interrupted_import_charges_the_prices_of_its_beginning() {
    let mut fixture = fixture();
    let row = |id| format!("m{id},2026-11-24T10:00:0{id}Z,acme,+447700900123,delivered,1,,\n");
    let rows = (0..9).map(row).collect::<Vec<_>>().concat();
    let wanted = request(&fixture, "a.csv", &format!("{HEADER}{rows}"));
    let origin = fixture.origin.clone();
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        traffic::import(&mut fixture.store, &origin, &wanted, None, &mut Quiet { commits_left: 2 })
    }));
    assert!(killed.is_err());
    set(&mut fixture, "std", "GB", "9", "");
    let wanted = request(&fixture, "a.csv", &format!("{HEADER}{rows}"));
    let summary = run(&mut fixture, &wanted).unwrap();
    assert_eq!(summary.charges, [(valid("EUR"), valid("0.45"))]);
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn an_interrupted_import_is_not_resumed_with_another_price_source() {
    let mut fixture = fixture();
    let row = |id| format!("m{id},2026-11-24T10:00:0{id}Z,acme,+447700900123,delivered,1,0.01,\n");
    let text = format!("{HEADER}{}", (0..9).map(row).collect::<Vec<_>>().concat());
    let (wanted, origin) = (request(&fixture, "a.csv", &text), fixture.origin.clone());
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        traffic::import(&mut fixture.store, &origin, &wanted, None, &mut Quiet { commits_left: 2 })
    }));
    assert!(killed.is_err());
    let set_source = |fixture: &mut Fixture, source| {
        let changed = ServiceChange { price_source: Some(source), ..ServiceChange::default() };
        fixture.write(|tx| service::edit(tx, "euro", changed)).unwrap();
    };
    set_source(&mut fixture, PriceSource::Plan);
    let refused = run(&mut fixture, &wanted).unwrap_err().to_string();
    assert!(refused.contains("other price sources of services"), "{refused}");
    set_source(&mut fixture, PriceSource::File);
    assert_eq!(run(&mut fixture, &wanted).unwrap().charges, [(valid("EUR"), valid("0.09"))]);
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn all_spellings_of_a_network_have_one_price() {
    let mut fixture = fixture();
    set(&mut fixture, "std", "62130", "0.01", "");
    set(&mut fixture, "std", "31026", "0.02", "");
    for (name, network, expected) in [
        ("a", "621030", "0.01 EUR"),
        ("b", "62130", "0.01 EUR"),
        ("c", "31026", "0.02 EUR"),
        ("d", "310026", "0.02 EUR"),
    ] {
        let messages = [("2026-11-24T10:00:00Z", "+447700900123", network)];
        assert_eq!(import(&mut fixture, name, &messages).unwrap(), expected, "{network}");
    }
}

#[test]
fn a_file_in_which_an_account_changes_its_unit_charges_both_balances() {
    let mut fixture = fixture();
    fixture.write(|tx| smpp::set_service(tx, "acme", "standard", Some(valid("2026-11-24T12:00:00Z")))).unwrap();
    let number = "+447700900123";
    let messages = [("2026-11-24T11:59:59Z", number, ""), ("2026-11-24T12:00:00Z", number, "")];
    assert_eq!(import(&mut fixture, "a", &messages).unwrap(), "1 SMS, 0.05 EUR");
    assert_eq!(fixture.credits("ACME"), valid("-1"));
    assert_eq!(fixture.balance("ACME", valid("EUR")).unwrap().balance, valid("-0.05"));
    fixture.write(|tx| traffic::revert(tx, 1)).unwrap();
    assert_eq!(
        (fixture.credits("ACME"), fixture.balance("ACME", valid("EUR")).unwrap().balance),
        (Money::ZERO, Money::ZERO)
    );
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn sums_say_by_which_price_and_network_messages_were_charged() {
    let mut fixture = fixture();
    set(&mut fixture, "std", "GB", "0.03", "");
    // Only the first and the last day of a month distinguish quarter hours.
    for day in ["2026-11-24", "2026-11-30"] {
        let at = [format!("{day}T10:00:00Z"), format!("{day}T10:20:00Z")];
        let messages = [(at[0].as_str(), "+447700900123", "23410"), (at[1].as_str(), "+33612345678", "")];
        import(&mut fixture, day, &messages).unwrap();
    }
    let mut sums = Vec::new();
    fixture.read(|now| {
        now.traffic_days(0..i32::MAX, |sum| {
            let country = sum.country.as_ref().map(ToString::to_string).unwrap_or_default();
            let network = sum.detail.network.map(|network| network.to_string()).unwrap_or_default();
            let row = now.price_row(sum.detail.price_id.expect("a price"))?;
            sums.push(format!("{country} {network} {} {:?} {}", row.destination, sum.detail.quarter, sum.charge));
            Ok::<_, ssgctl::Error>(())
        })
    });
    assert_eq!(
        sums,
        ["FR  default None 0.05", "GB 23410 GB None 0.03", "FR  default Some(41) 0.05", "GB 23410 GB Some(40) 0.03",]
    );
}

/// What a message costs, as prose says it: of the plans in order, of each its rules in order, the price in force.
fn obvious(
    prices: &BTreeMap<(usize, &'static str), Vec<(i64, i64)>>,
    number: &str,
    network: &str,
    second: i64,
) -> Option<i64> {
    let in_force = |plan: usize, destination: &str| {
        let of_destination = prices.iter().find(|((of, name), _)| *of == plan && *name == destination)?.1;
        // Rows of one time: the last recorded one counts.
        of_destination.iter().filter(|(from, _)| *from <= second).max_by_key(|(from, _)| *from).map(|(_, price)| *price)
    };
    let prefixes = (1..=number.len()).rev().map(|length| number[..length].to_owned());
    let country = if number.starts_with("+234") { "NG" } else { "GB" };
    let names: Vec<String> =
        [network.to_owned()].into_iter().chain(prefixes).chain([country.to_owned(), "default".to_owned()]).collect();
    (0..3).find_map(|plan| names.iter().find_map(|name| in_force(plan, name)))
}

proptest! {
    #![proptest_config(cases(24))]

    /// 24 databases with up to 20 changes of prices in three plans, and 40 messages each.
    #[test]
    fn charges_are_those_of_an_obvious_look_up(
        changes in prop::collection::vec((
            0..3_usize,
            prop::sample::select(vec!["default", "NG", "GB", "+2348", "+23480", "+4477", "62130", "23410"]),
            prop::option::of(0..6_i64),
            0..1_000_i64,
        ), 1..20),
        messages in prop::collection::vec((
            prop::sample::select(vec!["+2348012345678", "+2347012345678", "+2348112345678", "+447700900123", "+442079460000"]),
            prop::sample::select(vec!["", "62130", "62120", "23410"]),
            0..7_i64,
        ), 40),
    ) {
        const PLANS: [&str; 3] = ["own", "special", "std"];
        let mut fixture = fixture();
        fixture.write(|tx| overlay::set_of_account(tx, "acme", Some("own"), None)).unwrap();
        fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some("special"), None)).unwrap();
        let mut prices: BTreeMap<_, Vec<(i64, i64)>> = BTreeMap::new();
        prices.insert((2, "default"), vec![(i64::MIN, 5_000_000)]);
        let time = |slot: i64| format!("2026-11-24T10:00:{:02}Z", slot * 10);
        for (plan, destination, slot, price) in changes {
            let from = slot.map(time).unwrap_or_default();
            set(&mut fixture, PLANS[plan], destination, &Money::from_e8(price).to_string(), &from);
            let rows = prices.entry((plan, destination)).or_default();
            let from = slot.unwrap_or(i64::MIN);
            rows.retain(|(other, _)| *other != from);
            rows.push((from, price));
        }
        let expected: i64 = messages
            .iter()
            .map(|(number, network, slot)| obvious(&prices, number, network, *slot).expect("a price"))
            .sum();
        let times: Vec<String> = messages.iter().map(|(.., slot)| time(*slot)).collect();
        let messages: Vec<(&str, &str, &str)> =
            messages.iter().zip(&times).map(|((number, network, _), at)| (at.as_str(), *number, *network)).collect();
        import(&mut fixture, "a", &messages).unwrap();
        let balance = fixture.balance("ACME", valid::<Unit>("EUR")).map_or(Money::ZERO, |balance| balance.balance);
        prop_assert_eq!(balance, Money::from_e8(-expected));
    }
}
