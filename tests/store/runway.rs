//! What traffic costs: usage by customer and unit, how long balances last, and what a customer sent lately.

use jiff::tz::TimeZone;
use ssgctl::model::{Money, PriceDetail, StateCounts, Time, Unit};
use ssgctl::report::{
    self, BalancesOrder, BalancesQuestion, Calendar, Grain, Period, RecentTraffic, Runway, TrafficGroup,
    TrafficQuestion, UsageLine,
};
use ssgctl::store::{AccountDay, ArchiveFilter, BalanceFilter, CountrySum, DaySum, QuarterSum, TrafficFilter};

use crate::support::fixture::{Fixture, NOON, adjustment_in, collect, valid};

/// The day of [`NOON`].
const TODAY: i32 = 20_781;

fn delivered(count: i64) -> StateCounts {
    StateCounts::new([0, 0, 0, 0, 0, count])
}

/// Charges messages of a day to an account.
fn charge(fixture: &mut Fixture, day: i32, account_id: i64, unit: Unit, charge: &str) {
    let sum = DaySum { counts: delivered(1), parts: 1, charge: valid(charge) };
    let mut of_day = AccountDay::new(day, account_id);
    of_day.add_country(&CountrySum { country: *b"GB", unit, detail: PriceDetail::default(), sum }).expect("charged");
    fixture
        .write(|tx| {
            tx.add_to_days(&[of_day])?;
            tx.sum_up_months()
        })
        .expect("charged");
}

/// ACME with two accounts and globex with one; both have balances.
fn fixture() -> Fixture {
    let mut fixture = Fixture::with_acme();
    fixture.customer("globex");
    for (customer, account) in [("ACME", "acme_1"), ("ACME", "acme_2"), ("globex", "globex_1")] {
        fixture.account(customer, account);
    }
    fixture.credit("ACME", "1000");
    fixture.credit("globex", "1000");
    fixture
}

/// What traffic takes from a customer's SMS credits a day, and for how many days they last.
fn runway(fixture: &mut Fixture, customer: i64) -> (Option<String>, Option<u64>) {
    let mut found: Vec<Runway> = Vec::new();
    let filter = BalanceFilter { unit: Some(Unit::Sms), ..BalanceFilter::of_customer(customer) };
    let everybody = BalanceFilter { customer_id: None, ..filter.clone() };
    let mut all: Vec<Runway> = Vec::new();
    let snapshot = fixture.store.read().expect("a snapshot");
    for (filter, into) in [(filter, &mut found), (everybody, &mut all)] {
        report::runways(&snapshot, &filter, valid(NOON), |runway| {
            into.push(runway);
            Ok::<_, ssgctl::Error>(())
        })
        .expect("runways");
    }
    assert!(all.contains(&found[0]), "the same alone and among all");
    (found[0].per_day().map(|per_day| per_day.to_string()), found[0].days_left())
}

fn of(per_day: &str, days_left: u64) -> (Option<String>, Option<u64>) {
    (Some(per_day.to_owned()), Some(days_left))
}

#[test]
fn a_balance_lasts_by_the_mean_of_the_last_seven_full_days() {
    let mut fixture = fixture();
    assert_eq!(runway(&mut fixture, 1), (None, None), "no traffic, no end");
    for day in [TODAY - 8, TODAY - 7, TODAY - 5, TODAY - 1, TODAY] {
        charge(&mut fixture, day, 1 + i64::from(day % 2), Unit::Sms, "70");
    }
    // Three of the five days are in: the eighth last is over, and today is not.
    assert_eq!(runway(&mut fixture, 1), of("30", 33));
    assert_eq!(runway(&mut fixture, 2), (None, None), "another's traffic is none of it");
}

#[test]
fn traffic_that_began_lately_is_averaged_since_it_began() {
    let mut fixture = fixture();
    charge(&mut fixture, TODAY - 2, 1, Unit::Sms, "100");
    charge(&mut fixture, TODAY - 1, 2, Unit::Sms, "51");
    charge(&mut fixture, TODAY - 1, 3, Unit::Sms, "10");
    assert_eq!(runway(&mut fixture, 1), of("76", 13), "rounded up, and days that are not full do not count");
    assert_eq!(runway(&mut fixture, 2), of("10", 100));
    // It had traffic before, and only paused.
    charge(&mut fixture, TODAY - 20, 2, Unit::Sms, "1");
    assert_eq!(runway(&mut fixture, 1), of("22", 46));
    assert_eq!(runway(&mut fixture, 2), of("10", 100));
}

#[test]
fn units_are_charged_for_themselves_and_what_costs_nothing_takes_nothing() {
    let mut fixture = fixture();
    fixture.adjust("ACME", &adjustment_in("EUR", "5")).expect("credited");
    charge(&mut fixture, TODAY - 7, 1, valid("EUR"), "7");
    charge(&mut fixture, TODAY - 7, 1, Unit::Sms, "0");
    assert_eq!(runway(&mut fixture, 1), (None, None));
    let totals = fixture.read(|now| {
        report::totals_by_unit(now, &BalanceFilter { customer_id: None, ..BalanceFilter::of_customer(1) }, valid(NOON))
    });
    let per_day: Vec<_> = totals.iter().map(|total| (total.unit.code(), total.per_day())).collect();
    assert_eq!(per_day, [("EUR", Some(valid::<Money>("1"))), ("SMS", None)]);
}

#[test]
fn a_balance_at_or_below_zero_lasts_no_day() {
    let mut fixture = fixture();
    charge(&mut fixture, TODAY - 1, 1, Unit::Sms, "1001");
    assert_eq!(runway(&mut fixture, 1), of("1001", 0));
    fixture.credit("ACME", "-1000");
    assert_eq!(runway(&mut fixture, 1), of("1001", 0));
}

fn usage(fixture: &mut Fixture, grain: Option<Grain>, by: &[TrafficGroup]) -> (Vec<UsageLine>, Vec<UsageLine>) {
    let period = Period { from: valid("2026-11-01T00:00:00Z"), until: valid("2026-12-01T00:00:00Z") };
    let calendar = Calendar { period, grain, zone: TimeZone::UTC };
    let question = TrafficQuestion { calendar, by: by.to_vec(), filter: TrafficFilter::default(), country: None };
    fixture.read(|now| report::usage(now, &question))
}

#[test]
fn usage_is_summed_by_unit_and_comes_to_the_same_however_it_is_grouped() {
    let mut fixture = fixture();
    let november = 20_758;
    for (day, account, unit, amount) in [
        (november - 1, 1, "SMS", "1000"),
        (november, 1, "SMS", "1"),
        (november + 1, 2, "SMS", "10"),
        (november + 1, 1, "EUR", "0.0125"),
        (november + 29, 3, "SMS", "100"),
        (november + 30, 3, "SMS", "1000"),
    ] {
        charge(&mut fixture, day, account, valid(unit), amount);
    }
    let summaries = |lines: &[UsageLine]| -> Vec<String> {
        let text = |line: &UsageLine| {
            let customer = line.traffic.customer.as_ref().map_or("", |code| code.as_str());
            format!("{customer} {} {} {}", line.unit, line.charge, line.traffic.sums.messages())
        };
        lines.iter().map(text).collect()
    };
    let (lines, totals) = usage(&mut fixture, None, &[TrafficGroup::Customer]);
    assert_eq!(summaries(&lines), ["ACME EUR 0.0125 1", "ACME SMS 11 2", "globex SMS 100 1"]);
    assert_eq!(summaries(&totals), [" EUR 0.0125 1", " SMS 111 3"]);
    for (grain, by) in [
        (None, vec![]),
        (None, vec![TrafficGroup::Account]),
        (None, vec![TrafficGroup::Country, TrafficGroup::Service]),
        (Some(Grain::Month), vec![TrafficGroup::Time, TrafficGroup::Customer]),
        (Some(Grain::Day), vec![TrafficGroup::Customer, TrafficGroup::Time]),
    ] {
        let (lines, same) = usage(&mut fixture, grain, &by);
        assert_eq!(summaries(&same), summaries(&totals), "{by:?}");
        let charged = |unit: Unit| lines.iter().filter(|line| line.unit == unit).map(|line| line.charge.e8()).sum();
        assert_eq!((charged(valid("EUR")), charged(Unit::Sms)), (1_250_000_i64, 11_100_000_000_i64), "{by:?}");
    }
}

#[test]
fn the_largest_charges_of_two_days_have_a_mean() {
    let mut fixture = fixture();
    let most = Money::from_e8(i64::MAX / 100_000_000 * 100_000_000).to_string();
    for (day, account) in [(TODAY - 1, 1), (TODAY - 2, 2)] {
        charge(&mut fixture, day, account, Unit::Sms, &most);
    }
    assert_eq!(runway(&mut fixture, 1), of("92233720368", 0));
}

#[test]
fn recent_traffic_is_of_the_last_hours_days_and_weeks_up_to_this_hour() {
    let mut fixture = fixture();
    let now: Time = valid("2026-11-24T12:30:00Z");
    let this_hour = TODAY * 24 + 12;
    // A message a step back: this hour, and at either edge of each period.
    let back = [0, 23, 24, 7 * 24 - 1, 7 * 24, 30 * 24 - 1, 30 * 24];
    for (account, hours) in back.iter().map(|hours| (1, *hours)).chain([(3, 0), (2, 24 * 10), (2, -1)]) {
        let hour = this_hour - hours;
        let mut of_day = AccountDay::new(hour.div_euclid(24), account);
        let (counts, parts, charge) = (delivered(1), 1, Money::ZERO);
        of_day
            .add_quarter(&QuarterSum {
                quarter: u8::try_from(hour.rem_euclid(24) * 4).expect("an hour"),
                counts,
                parts,
            })
            .expect("counted");
        let sum = DaySum { counts, parts, charge };
        of_day
            .add_country(&CountrySum { country: [0; 2], unit: Unit::Sms, detail: PriceDetail::default(), sum })
            .expect("counted");
        fixture.write(|tx| tx.add_to_days(&[of_day])).expect("counted");
    }
    let recent = fixture.read(|snapshot| report::recent_traffic(snapshot, &snapshot.customer("ACME")?, now));
    let counts = |recent: &RecentTraffic| {
        let name = recent.system_id.as_ref().map_or("", |id| id.as_str());
        format!("{name} {} {} {}", recent.day.messages(), recent.week.messages(), recent.month.messages())
    };
    assert_eq!(recent.iter().map(counts).collect::<Vec<_>>(), ["acme_1 2 4 6", "acme_2 0 0 1"]);
    let mut all = RecentTraffic::default();
    for account in &recent {
        all.add(account).expect("a sum");
    }
    assert_eq!(counts(&all), " 2 4 7");
}

#[test]
fn balances_are_listed_by_how_long_they_last_and_those_that_never_run_out_come_last() {
    let mut fixture = fixture();
    charge(&mut fixture, TODAY - 7, 1, Unit::Sms, "700");
    fixture.adjust("ACME", &adjustment_in("EUR", "5")).expect("credited");
    let mut listed = |order, descending, runs_out_within, limit| {
        let question = BalancesQuestion {
            archive_filter: ArchiveFilter::Active,
            unit: None,
            at_most: None,
            runs_out_within,
            order,
            descending,
            limit,
        };
        fixture.read(|now| {
            collect(|each| report::balances(now, &question, valid(NOON), each)).map(|runways| {
                let name = |runway: &Runway| format!("{} {}", runway.balance.customer, runway.balance.unit);
                runways.iter().map(name).collect::<Vec<_>>()
            })
        })
    };
    let all = listed(BalancesOrder::Customer, false, None, None);
    assert_eq!(all, ["ACME EUR", "ACME SMS", "globex SMS"]);
    for order in [BalancesOrder::DaysLeft, BalancesOrder::PerDay] {
        for descending in [false, true] {
            let sorted = listed(order, descending, None, None);
            assert_eq!((sorted[0].as_str(), sorted.len()), ("ACME SMS", 3), "{order:?} {descending}");
        }
        assert_eq!(listed(order, false, None, Some(1)), ["ACME SMS"]);
    }
    assert_eq!(listed(BalancesOrder::Customer, false, Some(10_000), None), ["ACME SMS"]);
    assert_eq!(listed(BalancesOrder::Customer, false, Some(0), None), Vec::<String>::new());
    assert_eq!(listed(BalancesOrder::Customer, true, None, Some(1)), ["globex SMS"]);
}
