//! Usage by network, destination and price: which price applied, from sums alone, and always to the same total.

use jiff::tz::TimeZone;
use ssgctl::model::{PlanDetails, Unit};
use ssgctl::ops::price::{self, NewPrice};
use ssgctl::ops::service::{NewService, ServicePricing};
use ssgctl::ops::{overlay, plan, service};
use ssgctl::report::{
    self, Calendar, ChargedBy, Grain, Period, TrafficGroup, TrafficOrder, TrafficQuestion, UsageLine,
};
use ssgctl::store::TrafficFilter;

use super::traffic::{request, run};
use crate::support::fixture::{Fixture, new_account, new_plan, new_service, valid};

use TrafficGroup::{Account, Country, Customer, Destination, Network, Price, Time};

const HEADER: &str = "message_id,submitted_at,system_id,destination,state,parts,price,mccmnc\n";

fn set(fixture: &mut Fixture, plan: &str, destination: &str, price: &str, from: &str) {
    let (destination, price) = (valid(destination), valid(price));
    let new = NewPrice { destination, price, effective_from: from.parse().ok(), until: None };
    fixture.write(|tx| price::set(tx, plan, new)).expect("set");
}

fn import(fixture: &mut Fixture, name: &str, rows: &[&str]) {
    let text = format!("{HEADER}{}\n", rows.join("\n"));
    let request = request(fixture, &format!("{name}.csv"), &text);
    run(fixture, &request).expect("imported");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

/// Two customers, of whom ACME has a plan of its own; a change of a price in the month; prices in files; a rejected message; and
/// messages that are reported again with another state.
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
    }
    set(&mut fixture, "std", "NG", "0.04", "");
    set(&mut fixture, "std", "NG", "0.045", "2026-11-15T00:00:00Z");
    set(&mut fixture, "std", "62130", "0.03", "");
    set(&mut fixture, "special", "+2348", "0.02", "");
    fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some("special"), None)).expect("an overlay");
    import(
        &mut fixture,
        "a",
        &[
            "1,2026-11-01T10:00:00Z,globex,+2348031234567,delivered,1,,",
            "2,2026-11-02T10:00:00Z,globex,+2348031234567,pending,2,,",
            "3,2026-11-20T10:00:00Z,globex,+2348031234567,delivered,1,,",
            "4,2026-11-20T10:00:00Z,globex,+2348031234568,delivered,1,,62130",
            "5,2026-11-20T11:00:00Z,globex,+447700900123,delivered,1,,23410",
            "6,2026-11-20T11:00:00Z,globex,+447700900124,pending,3,0.0199,23410",
            "7,2026-11-21T11:00:00Z,globex,+447700900125,rejected,1,,",
            "8,2026-11-20T11:00:00Z,acme,+2348031234569,delivered,1,,",
            "9,2026-11-20T11:00:00Z,acme,+2347031234569,delivered,1,,",
        ],
    );
    import(
        &mut fixture,
        "b",
        &[
            "2,2026-11-02T10:00:00Z,globex,+2348031234567,delivered,2,,",
            "6,2026-11-20T11:00:00Z,globex,+447700900124,expired,3,0.0199,23410",
        ],
    );
    fixture
}

fn question(grain: Option<Grain>, by: &[TrafficGroup]) -> TrafficQuestion {
    let period = Period { from: valid("2026-11-01T00:00:00Z"), until: valid("2026-12-01T00:00:00Z") };
    let calendar = Calendar { period, grain, zone: TimeZone::UTC };
    TrafficQuestion { calendar, by: by.to_vec(), filter: TrafficFilter::default(), country: None }
}

/// Says of each line: customer, country, network, what it was charged by, messages, parts, charge.
fn usage(fixture: &mut Fixture, by: &[TrafficGroup]) -> Vec<String> {
    let (lines, _) = fixture.read(|now| report::usage(now, &question(None, by)));
    lines.iter().map(text).collect()
}

fn text(line: &UsageLine) -> String {
    let UsageLine { traffic, charge, .. } = line;
    let charged_by = match &traffic.charged_by {
        Some(ChargedBy::Plan { plan, destination, price }) => {
            format!("{plan} {destination} {}", price.map_or("?".to_owned(), |price| price.to_string()))
        }
        Some(ChargedBy::File) => "file".to_owned(),
        None => "-".to_owned(),
    };
    let network = traffic.network.map(|network| network.to_string()).unwrap_or_default();
    let customer = traffic.customer.as_ref().map_or("", |code| code.as_str());
    let country = traffic.country.as_ref().map_or("", |code| code.as_str());
    let words = [customer, country, &network, &charged_by].map(str::to_owned);
    let sums = format!("{} {} {charge}", traffic.sums.messages(), traffic.sums.parts);
    words.into_iter().filter(|word| !word.is_empty()).chain([sums]).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_destination_says_which_prices_applied_and_a_price_has_a_line_of_its_own() {
    let mut fixture = fixture();
    assert_eq!(
        usage(&mut fixture, &[Destination]),
        [
            "special +2348 0.02 1 1 0.02",
            "std default 0.05 1 1 0.05",
            "std NG ? 4 5 0.21",
            "std 62130 0.03 1 1 0.03",
            // With the rejected message, which sums do not tell apart.
            "file 2 4 0.0199",
        ]
    );
    assert_eq!(
        usage(&mut fixture, &[Price]),
        [
            "special +2348 0.02 1 1 0.02",
            "std default 0.05 1 1 0.05",
            "std NG 0.04 2 3 0.12",
            "std NG 0.045 2 2 0.09",
            "std 62130 0.03 1 1 0.03",
            "file 2 4 0.0199",
        ]
    );
    let by_network = usage(&mut fixture, &[Network, Destination]);
    assert_eq!(by_network[..2], ["23410 std default 0.05 1 1 0.05", "23410 file 1 3 0.0199"]);
    assert_eq!(by_network.last().map(String::as_str), Some("- 1 1 0"), "the rejected message alone");
    let of_acme = usage(&mut fixture, &[Customer, Destination]);
    assert_eq!(of_acme[..2], ["ACME special +2348 0.02 1 1 0.02", "ACME std NG 0.045 1 1 0.045"]);
    assert_eq!(
        usage(&mut fixture, &[Country, Network]),
        ["GB 23410 - 2 4 0.0699", "GB - 1 1 0", "NG 62130 - 1 1 0.03", "NG - 5 6 0.23",]
    );
}

#[test]
fn imports_from_before_price_plans_have_no_price() {
    let mut fixture = fixture();
    // Their sums are without details, as those of a price in a file in the middle of a month.
    import(&mut fixture, "old", &["o1,2026-11-10T10:00:00Z,globex,+447700900126,delivered,2,0.5,"]);
    import(&mut fixture, "new", &["n1,2026-11-11T10:00:00Z,globex,+447700900126,delivered,2,0.25,"]);
    fixture.raw().execute("UPDATE import SET prices_version = NULL WHERE file = 'old.csv'", []).expect("updated");
    let lines = usage(&mut fixture, &[Country, Price]);
    assert_eq!(lines[1..3], ["GB file 3 6 0.2699", "GB - 1 2 0.5"]);
    assert_eq!(lines[0], "GB std default 0.05 1 1 0.05");
}

#[test]
fn every_grouping_charges_the_same_and_has_the_same_messages() {
    let mut fixture = fixture();
    let groups = [Time, Account, Customer, Country, Network, Destination, Price];
    let totals = |lines: &[UsageLine]| {
        let messages: i64 = lines.iter().map(|line| line.traffic.sums.messages()).sum();
        let parts: i64 = lines.iter().map(|line| line.traffic.sums.parts).sum();
        (messages, parts, lines.iter().map(|line| line.charge.e8()).sum::<i64>())
    };
    // Pairs of groups are enough: each group adds its own part to the key of a line.
    for (grain, one, other) in groups
        .iter()
        .flat_map(|one| groups.iter().map(move |other| (one, other)))
        .flat_map(|(one, other)| [Some(Grain::Day), Some(Grain::Month), None].map(|grain| (grain, *one, *other)))
    {
        let by = if one == other { vec![one] } else { vec![one, other] };
        let (lines, sums) = fixture.read(|now| report::usage(now, &question(grain, &by)));
        assert_eq!(totals(&lines), (9, 12, 32_990_000), "{grain:?} {by:?}");
        assert_eq!(totals(&sums), (9, 12, 32_990_000), "{grain:?} {by:?}");
        assert!(lines.iter().all(|line| line.unit == valid::<Unit>("EUR")));
    }
    for by in [vec![Network], vec![Country, Network], vec![Time, Network, TrafficGroup::State]] {
        let question = question(Some(Grain::Day), &by);
        let of_states = by.contains(&TrafficGroup::State);
        let (report, plain) = fixture.read(|now| {
            let plain = TrafficQuestion { by: vec![TrafficGroup::Service], ..question.clone() };
            let report = report::traffic_report(now, question.clone(), TrafficOrder::default())?;
            Ok((report, report::traffic_report(now, plain, TrafficOrder::default())?))
        });
        assert_eq!(report.total.counts, plain.total.counts, "{by:?}");
        assert!(of_states || report.total == plain.total, "{by:?}");
        assert!(report.lines.iter().any(|line| line.network == Some(valid("62130"))), "{by:?}");
    }
}
