//! The sums of traffic: what is added is read again, and what is taken away leaves nothing behind.

use ssgctl::model::{DayTraffic, HourTraffic, MessageState, StateCounts, Unit};
use ssgctl::store::{DayKey, DaySum};

use crate::support::{Scene, collect, valid};

fn counts(state: MessageState, count: i64) -> StateCounts {
    let mut counts = StateCounts::default();
    counts.add(state, count);
    counts
}

fn hours(scene: &mut Scene) -> Vec<HourTraffic> {
    scene.read(|now| collect(|each| now.traffic_hours(0..i32::MAX, each)))
}

fn days(scene: &mut Scene) -> Vec<DayTraffic> {
    scene.read(|now| collect(|each| now.traffic_days(0..i32::MAX, each)))
}

#[test]
fn what_is_added_to_an_hour_is_summed_and_a_sum_of_nothing_is_gone() {
    let mut scene = Scene::new();
    let mut add = |hour, state, count| {
        let sum = HourTraffic { hour, account_id: 1, counts: counts(state, count), parts: 2 * count };
        scene.write(|tx| tx.add_to_hours(&[sum])).unwrap();
    };
    add(500_000, MessageState::Pending, 3);
    add(500_000, MessageState::Delivered, 1);
    add(500_001, MessageState::Expired, 1);
    add(500_000, MessageState::Pending, -1);
    add(500_001, MessageState::Expired, -1);
    let expected = HourTraffic { hour: 500_000, account_id: 1, counts: StateCounts::new([2, 0, 0, 0, 0, 1]), parts: 6 };
    assert_eq!(hours(&mut scene), [expected]);
}

#[test]
fn sums_of_a_day_are_told_apart_by_country_and_unit() {
    let mut scene = Scene::new();
    let key = |country, unit| DayKey { day: 20_000, account_id: 1, country, unit };
    let mut add = |key, count: i64| {
        let delivered = counts(MessageState::Delivered, count);
        let charge = if count > 0 { "0.5" } else { "-0.5" };
        let sum = DaySum { counts: delivered, parts: count, charge: valid(charge) };
        scene.write(|tx| tx.add_to_days(&[(key, sum)])).unwrap();
    };
    add(key("GB", Unit::Sms), 1);
    add(key("GB", valid("EUR")), 1);
    add(key("GB", valid("EUR")), 2);
    add(key("", Unit::Sms), 1);
    add(key("FR", Unit::Sms), 1);
    add(key("FR", Unit::Sms), -1);
    let found: Vec<_> = days(&mut scene)
        .into_iter()
        .map(|sum| (sum.country.map(|country| country.to_string()), sum.unit.code(), sum.parts, sum.charge.to_string()))
        .collect();
    let gb = || Some("GB".to_owned());
    let expected =
        [(None, "SMS", 1, "0.5".to_owned()), (gb(), "EUR", 3, "1".to_owned()), (gb(), "SMS", 1, "0.5".to_owned())];
    assert_eq!(found, expected);
}
