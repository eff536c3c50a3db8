//! The sums of traffic: what is added is read again, and what is taken away leaves nothing behind.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ssgctl::model::{
    DayTraffic, MessageState, Money, PriceDetail, QuarterTraffic, StateCounts, Unit, first_day_of, month_of,
};
use ssgctl::store::{
    AccountDay, CountrySum, DaySum, MonthKey, QuarterSum, TrafficAccounts, TrafficDetail, TrafficSpan,
};

use crate::support::fixture::{Fixture, cases, collect, valid};

fn counts(state: MessageState, count: i64) -> StateCounts {
    let mut counts = StateCounts::default();
    counts.add(state, count);
    counts
}

/// The country code as keys store it.
fn country_code(country: &str) -> [u8; 2] {
    country.as_bytes().try_into().unwrap_or_default()
}

fn quarters(fixture: &mut Fixture) -> Vec<QuarterTraffic> {
    fixture.read(|now| collect(|each| now.traffic_quarters(0..30_000, each)))
}

fn days(fixture: &mut Fixture) -> Vec<DayTraffic> {
    fixture.read(|now| collect(|each| now.traffic_days(0..i32::MAX, each)))
}

#[test]
fn what_is_added_to_a_quarter_hour_is_summed_and_a_sum_of_nothing_is_gone() {
    let mut fixture = Fixture::new();
    let mut add = |quarter, state, count| {
        let mut sum = AccountDay::new(20_000, 1);
        sum.add_quarter(&QuarterSum { quarter, counts: counts(state, count), parts: 2 * count }).unwrap();
        fixture.write(|tx| tx.add_to_days(&[sum])).unwrap();
    };
    add(3, MessageState::Pending, 3);
    add(3, MessageState::Delivered, 1);
    add(4, MessageState::Expired, 1);
    add(3, MessageState::Pending, -1);
    add(4, MessageState::Expired, -1);
    let expected =
        QuarterTraffic { quarter: 1_920_003, account_id: 1, counts: StateCounts::new([2, 0, 0, 0, 0, 1]), parts: 6 };
    assert_eq!(quarters(&mut fixture), [expected]);
}

#[test]
fn sums_of_a_day_are_separate_by_country_and_unit() {
    let mut fixture = Fixture::new();
    let mut add = |country, unit, count: i64| {
        let delivered = counts(MessageState::Delivered, count);
        let charge = if count > 0 { "0.5" } else { "-0.5" };
        let sum = DaySum { counts: delivered, parts: count, charge: valid(charge) };
        let mut of_day = AccountDay::new(20_000, 1);
        of_day
            .add_country(&CountrySum { country: country_code(country), unit, detail: PriceDetail::default(), sum })
            .unwrap();
        fixture.write(|tx| tx.add_to_days(&[of_day])).unwrap();
    };
    add("GB", Unit::Sms, 1);
    add("GB", valid("EUR"), 1);
    add("GB", valid("EUR"), 2);
    add("", Unit::Sms, 1);
    add("FR", Unit::Sms, 1);
    add("FR", Unit::Sms, -1);
    let found: Vec<_> = days(&mut fixture)
        .into_iter()
        .map(|sum| (sum.country.map(|country| country.to_string()), sum.unit.code(), sum.parts, sum.charge.to_string()))
        .collect();
    let gb = || Some("GB".to_owned());
    let expected =
        [(None, "SMS", 1, "0.5".to_owned()), (gb(), "EUR", 3, "1".to_owned()), (gb(), "SMS", 1, "0.5".to_owned())];
    assert_eq!(found, expected);
}

#[test]
fn sums_of_a_month_are_separate_by_unit_and_are_those_of_its_days() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme");
    let mut add = |day, unit, country, count: i64| {
        let parts = 3 * count;
        let sum = DaySum { counts: counts(MessageState::Delivered, count), parts, charge: Money::from_e8(count) };
        let mut of_day = AccountDay::new(day, 1);
        of_day.add_quarter(&QuarterSum { quarter: 0, counts: sum.counts, parts }).unwrap();
        of_day
            .add_country(&CountrySum { country: country_code(country), unit, detail: PriceDetail::default(), sum })
            .unwrap();
        fixture.write(|tx| {
            tx.add_to_days(&[of_day])?;
            tx.add_to_months(&[(MonthKey { month: month_of(day), account_id: 1, unit }, sum)])
        })
    };
    add(first_day_of(680), Unit::Sms, "GB", 5).unwrap();
    add(first_day_of(681) - 1, Unit::Sms, "FR", 2).unwrap();
    add(first_day_of(681) - 1, valid("EUR"), "FR", 1).unwrap();
    add(first_day_of(681), Unit::Sms, "GB", 7).unwrap();
    add(first_day_of(681), Unit::Sms, "GB", -7).unwrap();
    let mut found = Vec::new();
    fixture.read(|now| {
        now.traffic_sums(&TrafficSpan::Months(0..1000), TrafficAccounts::Each, TrafficDetail::Unit, |sum| {
            let share = sum.share.expect("a unit");
            found.push((share.unit.code().to_owned(), sum.counts.total(), sum.parts, share.charge.e8()));
            Ok::<_, ssgctl::Error>(())
        })
    });
    assert_eq!(found, [("EUR".to_owned(), 1, 3, 1), ("SMS".to_owned(), 7, 21, 7)]);
    let about_months = |fixture: &mut Fixture| {
        let findings = fixture.findings().into_iter();
        findings.filter(|finding| finding.contains("by month")).collect::<Vec<_>>()
    };
    assert_eq!(about_months(&mut fixture), Vec::<String>::new());
    // Two messages in euros where there was one, and none else.
    fixture.raw().execute_batch("UPDATE traffic_monthly SET sums = x'0145555220040602'").unwrap();
    assert_eq!(about_months(&mut fixture), ["traffic of 2026-09: the sums by month do not match its days"]);
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method is not general enough over lifetimes")]
    fixture.write(|tx| tx.sum_up_months()).unwrap();
    assert_eq!(about_months(&mut fixture), Vec::<String>::new());
}

proptest! {
    #![proptest_config(cases(30))]

    /// Some accounts lie close together, in a row or two, others in rows of their own.
    #[test]
    fn months_that_are_added_to_stay_those_of_their_days(
        steps in proptest::collection::vec(
            proptest::collection::btree_map((0..2_i32, prop_oneof![1..30_i64, 1..4_000_i64], any::<bool>()), 1..5_i64, 1..40), 1..6,
        )
    ) {
        let mut fixture = Fixture::new();
        let money: Unit = valid("EUR");
        for step in &steps {
            let sum = |count: &i64| {
                DaySum { counts: counts(MessageState::Delivered, *count), parts: *count, charge: Money::from_e8(*count) }
            };
            let unit = |is_money| if is_money { money } else { Unit::Sms };
            let mut months: Vec<_> = step
                .iter()
                .map(|((month, account_id, is_money), count)| {
                    (MonthKey { month: 680 + month, account_id: *account_id, unit: unit(*is_money) }, sum(count))
                })
                .collect();
            months.sort_by_key(|(key, _)| *key);
            let mut days: BTreeMap<(i32, i64), AccountDay> = BTreeMap::new();
            for ((month, account_id, is_money), count) in step {
                let day = first_day_of(680 + month);
                let of_day = days.entry((day, *account_id)).or_insert_with(|| AccountDay::new(day, *account_id));
                let sum = CountrySum { country: *b"GB", unit: unit(*is_money), detail: PriceDetail::default(), sum: sum(count) };
                of_day.add_country(&sum).unwrap();
            }
            let days: Vec<_> = days.into_values().collect();
            fixture.write(|tx| {
                tx.add_to_days(&days)?;
                tx.add_to_months(&months)
            }).unwrap();
        }
        let added = fixture.dump()["traffic_monthly"].clone();
        #[expect(clippy::redundant_closure_for_method_calls, reason = "the method is not general enough over lifetimes")]
        fixture.write(|tx| tx.sum_up_months()).unwrap();
        prop_assert_eq!(&added, &fixture.dump()["traffic_monthly"]);
    }
}
