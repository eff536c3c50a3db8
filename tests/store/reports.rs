//! Reports: what they say adds up, at every boundary and in every zone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use ssgctl::model::{EntryKind, Money, Time, Unit};
use ssgctl::report::{Period, Statement, balances_at, explain, statement, totals_by_unit};
use ssgctl::store::{BalanceFilter, BalanceSort, Lives, Page};

use crate::support::{Scene, adjustment_in, valid};

/// ACME with an entry every seven hours through two months, over a change of the clocks, and one in pounds.
fn scene() -> Scene {
    let mut scene = Scene::with_acme();
    scene.at("2026-09-30T23:30:00Z").adjust("ACME", &adjustment_in("GBP", "7")).expect("entry");
    let mut time: Time = valid("2026-09-30T23:45:00Z");
    for number in 1..210 {
        scene.at(&time.to_string()).adjust("ACME", &adjustment_in("SMS", &number.to_string())).expect("entry");
        let later = time.timestamp().checked_add(jiff::SignedDuration::from_hours(7)).expect("time");
        time = Time::from_timestamp(later);
    }
    scene
}

fn statement_of(scene: &mut Scene, from: Time, until: Time) -> Statement {
    scene.read(|now| statement(now, now.customer("ACME")?, Unit::Sms, Period { from, until }))
}

fn midnight(day: Date, zone: &TimeZone) -> Time {
    Time::from_timestamp(day.to_zoned_datetime(zone.clone()).expect("time").timestamp())
}

fn sum(amounts: impl Iterator<Item = Money>) -> Money {
    amounts.fold(Money::ZERO, |sum, amount| sum.checked_add(amount).expect("sum"))
}

#[test]
fn a_statement_leads_from_its_opening_to_its_closing_balance() {
    let mut scene = scene();
    let october = statement_of(&mut scene, valid("2026-10-01T00:00:00Z"), valid("2026-11-01T00:00:00Z"));
    assert_eq!(october.opening, valid("1"), "the entry of 23:45 on the day before");
    let moved = sum(october.entries.iter().map(|entry| entry.posting.amount));
    assert_eq!(october.opening.checked_add(moved), Some(october.closing));
    assert_eq!(october.totals, [(EntryKind::Adjustment, october.entries.len() as u64, moved)]);
}

#[test]
fn the_days_of_every_zone_add_up_to_its_month() {
    let mut scene = scene();
    for name in ["UTC", "Europe/London", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia"] {
        let zone = TimeZone::get(name).unwrap();
        let mut day: Date = "2026-10-01".parse().unwrap();
        let end: Date = "2026-11-01".parse().unwrap();
        let month = statement_of(&mut scene, midnight(day, &zone), midnight(end, &zone));
        let mut entries = Vec::new();
        let mut closing = month.opening;
        while day < end {
            let next = day.tomorrow().unwrap();
            let one = statement_of(&mut scene, midnight(day, &zone), midnight(next, &zone));
            assert_eq!(one.opening, closing, "{name} {day}");
            closing = one.closing;
            entries.extend(one.entries.into_iter().map(|entry| entry.id));
            day = next;
        }
        assert_eq!(closing, month.closing, "{name}");
        assert_eq!(entries, month.entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn a_balance_at_a_time_counts_what_was_before_it() {
    let mut scene = scene();
    let at = |scene: &mut Scene, time: &str| {
        let balances = scene.read(|now| balances_at(now, &now.customer("ACME")?, valid(time)));
        balances.into_iter().map(|at| (at.unit.code(), at.balance.to_string(), at.entry)).collect::<Vec<_>>()
    };
    let gbp = ("GBP", "7".to_owned(), Some(1));
    assert_eq!(at(&mut scene, "2026-09-30T23:45:00Z"), [gbp.clone(), ("SMS", "0".to_owned(), None)]);
    assert_eq!(at(&mut scene, "2026-09-30T23:45:00.001Z"), [gbp.clone(), ("SMS", "1".to_owned(), Some(2))]);
    assert_eq!(at(&mut scene, "2026-10-01T06:45:00.001Z"), [gbp, ("SMS", "3".to_owned(), Some(3))]);
}

#[test]
fn an_explanation_adds_up_to_the_balance() {
    let mut scene = scene();
    scene.adjust("ACME", &adjustment_in("SMS", "-45")).unwrap();
    let shares = scene.read(|now| explain(now, &now.customer("ACME")?, None));
    assert_eq!(shares.len(), 2);
    for share in shares {
        let balance = scene.balance("ACME", share.unit).unwrap().balance;
        assert_eq!(share.added.checked_add(share.taken), Some(balance), "{}", share.unit);
    }
}

#[test]
fn totals_split_credit_and_debt_by_unit() {
    let mut scene = Scene::with_acme();
    scene.customer("BETA");
    scene.credit("ACME", "100");
    let mut debt = adjustment_in("SMS", "-30");
    debt.allow_negative = true;
    scene.adjust("BETA", &debt).unwrap();
    let page = Page { sort: BalanceSort::Customer, descending: false, limit: None };
    let filter =
        BalanceFilter { customer_id: None, lives: Lives::Active, unit: None, at_most: None, state: None, page };
    let totals = scene.read(|now| totals_by_unit(now, &filter));
    assert_eq!(totals.len(), 1);
    assert_eq!((totals[0].balances, totals[0].in_credit, totals[0].overdrawn), (2, valid("100"), valid("-30")));
    assert_eq!(totals[0].total().unwrap(), valid("70"));
}
