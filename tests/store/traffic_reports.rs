//! Reports of traffic: lines add up to the same however they are grouped, and each message is in exactly one of them.

use std::collections::BTreeMap;

use TrafficGroup::{Account, Country, Customer, State};
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use ssgctl::Result;
use ssgctl::model::{MessageState, PriceDetail, StateCounts, Time, Unit, month_of};
use ssgctl::report::{
    self, Calendar, CountedBy, Grain, MessageTotals, Period, Slot, TrafficGroup, TrafficLine, TrafficMeasure,
    TrafficOrder, TrafficQuestion,
};
use ssgctl::store::{AccountDay, CountrySum, DaySum, MonthKey, QuarterSum, TrafficFilter};

use crate::support::fixture::{Fixture, cases, valid};

/// The first hour of 24 October 2026, the day before Europe's clocks go back.
const BEGIN: i32 = 20_750 * 24;

fn counts(numbers: [i64; 6]) -> StateCounts {
    StateCounts::new(numbers)
}

/// Counts messages of an hour to all levels, as an import does.
pub fn count(fixture: &mut Fixture, hour: i32, account_id: i64, country: &'static str, numbers: [i64; 6]) {
    let counts = counts(numbers);
    let (day, unit) = (hour.div_euclid(24), Unit::Sms);
    let month = MonthKey { month: month_of(day), account_id, unit };
    let parts = 2 * counts.total();
    let sum = DaySum { counts, parts, charge: valid("1") };
    let mut of_day = AccountDay::new(day, account_id);
    of_day
        .add_quarter(&QuarterSum { quarter: u8::try_from(hour.rem_euclid(24) * 4).expect("an hour"), counts, parts })
        .expect("counted");
    let country = country.as_bytes().try_into().unwrap_or_default();
    of_day.add_country(&CountrySum { country, unit, detail: PriceDetail::default(), sum }).expect("counted");
    fixture
        .write(|tx| {
            tx.add_to_days(&[of_day])?;
            tx.add_to_months(&[(month, sum)])
        })
        .expect("counted");
}

/// Two customers with three accounts.
pub fn fixture() -> Fixture {
    let mut fixture = Fixture::with_acme();
    fixture.customer("globex");
    fixture.account("ACME", "acme_1");
    fixture.account("ACME", "acme_2");
    fixture.account("globex", "globex_1");
    fixture
}

fn time(text: &str) -> Time {
    valid(text)
}

fn question(grain: Option<Grain>, zone: &str, from: &str, until: &str, by: &[TrafficGroup]) -> TrafficQuestion {
    let period = Period { from: time(from), until: time(until) };
    let calendar = Calendar { period, grain, zone: TimeZone::get(zone).expect(zone) };
    TrafficQuestion { calendar, by: by.to_vec(), filter: TrafficFilter::default(), country: None }
}

fn ask(fixture: &mut Fixture, question: &TrafficQuestion) -> (Vec<TrafficLine>, MessageTotals) {
    let report = fixture.read(|now| report::traffic_report(now, question.clone(), TrafficOrder::default()));
    (report.lines, report.total)
}

fn sum(lines: &[TrafficLine]) -> MessageTotals {
    let mut sum = MessageTotals::default();
    lines.iter().try_for_each(|line| -> Result<()> { sum.add(&line.sums) }).expect("a sum");
    sum
}

/// What lines are of, in the order in which they come.
fn names(lines: &[TrafficLine]) -> Vec<String> {
    let name = |line: &TrafficLine| {
        let texts = [
            line.slot.as_ref().map(Slot::name).filter(|name| !name.is_empty()),
            line.customer.as_ref().map(ToString::to_string),
            line.system_id.as_ref().map(ToString::to_string),
            line.country.as_ref().map(ToString::to_string),
            line.state.map(|state| state.to_string()),
        ];
        format!("{} {}", texts.into_iter().flatten().collect::<Vec<_>>().join(" "), line.sums.messages())
    };
    lines.iter().map(name).collect()
}

#[test]
fn lines_are_sorted_and_limited_and_their_total_is_of_all() {
    let mut fixture = fixture();
    count(&mut fixture, BEGIN, 1, "GB", [1, 0, 0, 0, 0, 9]);
    count(&mut fixture, BEGIN, 2, "FR", [0, 30, 0, 2, 0, 3]);
    count(&mut fixture, BEGIN, 3, "", [5, 0, 0, 0, 0, 0]);
    let of = |measure, descending, limit| TrafficOrder { measure, descending, limit };
    let orders: [(TrafficOrder, &[&str]); 6] = [
        (of(None, false, Some(2)), &["acme_1", "acme_2"]),
        (of(None, true, Some(2)), &["globex_1", "acme_2"]),
        (of(Some(TrafficMeasure::Messages), false, None), &["globex_1", "acme_1", "acme_2"]),
        (of(Some(TrafficMeasure::Messages), true, Some(1)), &["acme_2"]),
        (of(Some(TrafficMeasure::Delivered), true, None), &["acme_1", "acme_2", "globex_1"]),
        // An account of whose messages none has an end yet has no rate, which is less than any.
        (of(Some(TrafficMeasure::Rate), false, None), &["globex_1", "acme_2", "acme_1"]),
    ];
    let question = question(None, "UTC", "2026-10-24T00:00:00Z", "2026-10-25T00:00:00Z", &[Account]);
    let whole = ask(&mut fixture, &question).1;
    for (order, accounts) in orders {
        let report = fixture.read(|now| report::traffic_report(now, question.clone(), order));
        let names: Vec<_> = report.lines.iter().map(|line| line.system_id.as_ref().expect("named").as_str()).collect();
        assert_eq!((names.as_slice(), report.total), (accounts, whole), "{order:?}");
        // What is handed on line by line is the same.
        let mut streamed = Vec::new();
        let total = fixture.read(|now| {
            report::traffic(now, &question, order, |line| {
                streamed.push(line.system_id.expect("named").to_string());
                Ok::<_, ssgctl::Error>(())
            })
        });
        assert_eq!((streamed.iter().map(String::as_str).collect::<Vec<_>>(), total), (names, whole));
    }
}

#[test]
fn sparklines_have_a_value_for_every_part_of_the_period_whether_there_was_traffic_or_not() {
    let mut fixture = fixture();
    count(&mut fixture, BEGIN, 1, "GB", [1, 0, 0, 0, 0, 9]);
    count(&mut fixture, BEGIN + 30, 2, "FR", [0, 0, 0, 2, 0, 3]);
    count(&mut fixture, BEGIN + 71, 3, "", [0, 4, 0, 0, 0, 0]);
    let mut lines = |grain, zone: &str, by: &[TrafficGroup]| {
        let question = question(Some(grain), zone, "2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z", by);
        let report = fixture.read(|now| report::sparklines(now, &question, TrafficOrder::default()));
        let lines = report.lines;
        // Each line's values are its messages, and together they are those of the report.
        for line in &lines {
            assert_eq!(line.values.iter().sum::<u64>(), line.sums.messages().unsigned_abs());
        }
        let total = ask(&mut fixture, &question).1.messages();
        assert_eq!(lines.iter().map(|line| line.sums.messages()).sum::<i64>(), total);
        assert_eq!(report.total.messages(), total);
        lines.into_iter().map(|line| (line.label, line.values)).collect::<Vec<_>>()
    };
    let line = |label: &str, values: &[u64]| (label.to_owned(), values.to_vec());
    assert_eq!(lines(Grain::Day, "UTC", &[TrafficGroup::Time]), [line("", &[10, 5, 4])]);
    let customers = [line("ACME", &[10, 5, 0]), line("globex", &[0, 0, 4])];
    assert_eq!(lines(Grain::Day, "UTC", &[TrafficGroup::Time, Customer]), customers);
    assert_eq!(lines(Grain::Day, "UTC", &[Customer, TrafficGroup::Time]), customers);
    let states = lines(Grain::Day, "UTC", &[State, TrafficGroup::Time]);
    assert_eq!(states[1], line("delivered", &[9, 3, 0]));
    // In Paris the period has the ends of a day before and of one after, and its 25th has 25 hours.
    assert_eq!(lines(Grain::Day, "Europe/Paris", &[TrafficGroup::Time]), [line("", &[10, 5, 0, 4])]);
    assert_eq!(lines(Grain::Hour, "UTC", &[TrafficGroup::Time])[0].1.len(), 72);
}

#[test]
fn lines_are_grouped_and_ordered_as_asked() {
    let mut fixture = fixture();
    count(&mut fixture, BEGIN, 1, "GB", [1, 0, 0, 0, 0, 9]);
    count(&mut fixture, BEGIN + 30, 2, "FR", [0, 0, 0, 2, 0, 3]);
    count(&mut fixture, BEGIN + 31, 3, "", [0, 4, 0, 0, 0, 0]);
    let mut lines = |grain, by: &[TrafficGroup]| {
        names(&ask(&mut fixture, &question(grain, "UTC", "2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z", by)).0)
    };
    assert_eq!(lines(Some(Grain::Day), &[TrafficGroup::Time]), ["2026-10-24 10", "2026-10-25 9", "2026-10-26 0"]);
    assert_eq!(lines(None, &[Customer]), ["ACME 15", "globex 4"]);
    assert_eq!(lines(None, &[Account]), ["ACME acme_1 10", "ACME acme_2 5", "globex globex_1 4"]);
    assert_eq!(lines(None, &[Country]), ["FR 5", "GB 10", " 4"]);
    assert_eq!(lines(None, &[State]), ["pending 1", "delivered 12", "expired 2", "unknown 4"]);
    assert_eq!(lines(Some(Grain::Month), &[TrafficGroup::Time, Customer]), ["2026-10 ACME 15", "2026-10 globex 4"]);
    let days = ["2026-10-24 ACME 10", "2026-10-25 ACME 5", "2026-10-25 globex 4"];
    assert_eq!(lines(Some(Grain::Day), &[TrafficGroup::Time, Customer]), days);
    assert_eq!(lines(Some(Grain::Day), &[Customer, TrafficGroup::Time]), days);
    let first = lines(Some(Grain::Hour), &[State, TrafficGroup::Time]).into_iter().next();
    assert_eq!(first.as_deref(), Some("2026-10-24T00:00:00Z pending 1"));
}

#[test]
fn filters_keep_what_is_of_a_customer_an_account_a_service_or_a_country() {
    let mut fixture = fixture();
    count(&mut fixture, BEGIN, 1, "GB", [0, 0, 0, 0, 0, 1]);
    count(&mut fixture, BEGIN, 2, "FR", [0, 0, 0, 0, 0, 10]);
    count(&mut fixture, BEGIN, 3, "GB", [0, 0, 0, 0, 0, 100]);
    let whole = question(None, "UTC", "2026-10-24T00:00:00Z", "2026-10-25T00:00:00Z", &[]);
    let mut delivered = |filter, country: Option<&str>| {
        let question = TrafficQuestion { filter, country: country.map(valid), ..whole.clone() };
        ask(&mut fixture, &question).1.messages()
    };
    let all = TrafficFilter::default();
    assert_eq!(delivered(all, None), 111);
    assert_eq!(delivered(TrafficFilter { customer_id: Some(1), ..all }, None), 11);
    assert_eq!(delivered(TrafficFilter { account_id: Some(2), ..all }, None), 10);
    assert_eq!(delivered(TrafficFilter { customer_id: Some(2), account_id: Some(2), ..all }, None), 0);
    assert_eq!(delivered(TrafficFilter { service_id: Some(1), ..all }, None), 111);
    assert_eq!(delivered(TrafficFilter { customer_id: Some(1), ..all }, Some("GB")), 1);
    assert_eq!(delivered(all, Some("DE")), 0);
}

#[test]
fn the_delivery_rate_is_of_those_whose_fate_is_sealed_and_never_rounded_up() {
    let rate = |numbers| MessageTotals { counts: counts(numbers), parts: 0 }.delivered_per_mille();
    assert_eq!(rate([0; 6]), None);
    assert_eq!(rate([7, 0, 0, 0, 0, 0]), None, "all pending");
    assert_eq!(rate([7, 0, 0, 0, 0, 2]), Some(1000));
    assert_eq!(rate([0, 1, 1, 1, 1, 0]), Some(0));
    assert_eq!(rate([0, 0, 0, 0, 1, 2]), Some(666));
    assert_eq!(rate([0, 0, 0, 0, 1, 99_999]), Some(999), "not every one");
    assert_eq!(rate([0, 0, 0, 0, 0, i64::MAX]), Some(1000));
}

#[test]
fn sums_that_no_database_of_ours_holds_are_refused() {
    let mut fixture = fixture();
    count(&mut fixture, BEGIN, 1, "GB", [0, 0, 0, 0, 0, 1]);
    let mut refusal = |sql: &str, (from, until): (&str, &str), by: &[TrafficGroup]| {
        fixture.raw().execute_batch(sql).expect(sql);
        let snapshot = fixture.store.read().expect("a snapshot");
        let whole = question(None, "UTC", from, until, by);
        report::traffic_report(&snapshot, whole.clone(), TrafficOrder::default()).expect_err(sql)
    };
    let (days, months) =
        (("2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z"), ("2026-09-01T00:00:00Z", "2026-11-01T00:00:00Z"));
    // An account that is in another block, a unit that is none, and a number beyond all messages.
    for bytes in ["20 534d53 e0 01", "01 202020 e0 01", "01 534d53 a0 ffffffffffffffff7f 01"] {
        let sql = format!("INSERT OR REPLACE INTO traffic_monthly VALUES (680, 0, x'{}')", bytes.replace(' ', ""));
        for by in [&[Account][..], &[]] {
            let unread = refusal(&sql, months, by);
            let expected = "the traffic of 2026-09 cannot be read";
            assert!(matches!(&unread, ssgctl::Error::Damaged(lines) if lines == expected), "{by:?}, {sql}: {unread}");
        }
    }
    let stray = refusal("UPDATE traffic_daily SET first = 99 WHERE first = 1", days, &[Account]);
    assert!(matches!(stray, ssgctl::Error::Damaged(_)), "{stray}");
    // A country of three characters, a quarter hour that no day has, a number beyond all messages, and one that is cut off.
    for (bytes, by, hours) in [
        ("00 00 08 475252 534d53 e0 01", &[Country, Account][..], false),
        ("00 02 60 e0 00", &[TrafficGroup::Time, Account], true),
        ("00 0c 05 a0 ffffffffffffffff7f 00", &[TrafficGroup::Time, Account], true),
        ("00 03 05 20 81 00", &[Account], true),
        ("00 09 05", &[Account], true),
    ] {
        let bytes = bytes.replace(' ', "");
        let sql = format!("UPDATE traffic_daily SET sums = x'{bytes}', first = 1 WHERE first > 0");
        let days = if hours { ("2026-10-24T01:00:00Z", "2026-10-24T23:00:00Z") } else { days };
        let unread = refusal(&sql, days, by);
        let expected = "the traffic of SMPP account 1 on 2026-10-24 cannot be read";
        assert!(matches!(&unread, ssgctl::Error::Damaged(lines) if lines == expected), "{sql}: {unread}");
        let sql = format!("UPDATE traffic_daily SET sums = x'{bytes}' WHERE first = 0");
        let unread = refusal(&sql, days, &by[..by.len() - 1]);
        let expected = "the traffic of 2026-10-24 cannot be read";
        assert!(matches!(&unread, ssgctl::Error::Damaged(lines) if lines == expected), "{sql}: {unread}");
    }
}

/// Messages at five to and five past each hour of a day, by the clocks of zones that differ by half and quarter hours.
#[test]
fn quarter_hours_count_to_the_hour_and_day_of_their_zone() {
    let mut fixture = fixture();
    for quarter in [73, 74, 91, 92, 95] {
        let mut of_day = AccountDay::new(20_750, 1);
        let counts = counts([0, 0, 0, 0, 0, 1]);
        of_day
            .add_messages(
                &QuarterSum { quarter, counts, parts: 1 },
                (*b"IN", Unit::Sms, PriceDetail::default()),
                valid("1"),
            )
            .expect("counted");
        fixture.write(|tx| tx.add_to_days(&[of_day])).expect("counted");
    }
    let mut lines = |zone: &str, grain, from: &str, until: &str, by: &[TrafficGroup]| {
        names(&ask(&mut fixture, &question(Some(grain), zone, from, until, by)).0)
    };
    let by = &[TrafficGroup::Time];
    // Half past six in the evening of UTC is midnight in India.
    let (from, until) = ("2026-10-24T17:30:00Z", "2026-10-24T19:30:00Z");
    let hours = ["2026-10-24T23:00:00+05:30 1", "2026-10-25T00:00:00+05:30 1"];
    assert_eq!(lines("Asia/Kolkata", Grain::Hour, from, until, by), hours);
    let days = ["2026-10-24 1", "2026-10-25 4"];
    let (from, until) = ("2026-10-23T18:30:00Z", "2026-10-25T18:30:00Z");
    assert_eq!(lines("Asia/Kolkata", Grain::Day, from, until, by), days);
    assert_eq!(
        lines("Asia/Kolkata", Grain::Day, from, until, &[TrafficGroup::Time, Account]),
        ["2026-10-24 ACME acme_1 1", "2026-10-25 ACME acme_1 4"]
    );
    // A quarter past six is midnight in Nepal.
    let (from, until) = ("2026-10-24T17:15:00Z", "2026-10-24T19:15:00Z");
    let hours = ["2026-10-24T23:00:00+05:45 0", "2026-10-25T00:00:00+05:45 2"];
    assert_eq!(lines("Asia/Kathmandu", Grain::Hour, from, until, by), hours);
    // Adelaide's summer is ten and a half hours ahead.
    let (from, until) = ("2026-10-24T22:30:00Z", "2026-10-25T00:30:00Z");
    let hours = ["2026-10-25T09:00:00+10:30 2", "2026-10-25T10:00:00+10:30 1"];
    assert_eq!(lines("Australia/Adelaide", Grain::Hour, from, until, by), hours);
}

#[test]
fn days_add_up_to_their_month_in_every_zone_whatever_their_clocks_do() {
    let mut fixture = fixture();
    for hour in (BEGIN - 25 * 24..BEGIN + 20 * 24).step_by(5) {
        count(&mut fixture, hour, 1 + i64::from(hour % 3), "GB", [0, 0, 0, 0, 1, i64::from(hour - BEGIN + 601)]);
    }
    for name in [
        "UTC",
        "Europe/London",
        "America/New_York",
        "America/Santiago",
        "Pacific/Kiritimati",
        "Asia/Tokyo",
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "Australia/Adelaide",
        "Australia/Lord_Howe",
    ] {
        let zone = TimeZone::get(name).expect(name);
        let midnight = |day: i8, month: i8| {
            let begun = date(2026, month, day).to_zoned_datetime(zone.clone()).expect("midnight");
            Time::from_timestamp(begun.timestamp()).to_string()
        };
        let (from, until) = (midnight(1, 10), midnight(1, 11));
        let mut of = |grain| ask(&mut fixture, &question(grain, name, &from, &until, &[TrafficGroup::Time])).0;
        let (days, months, hours) = (of(Some(Grain::Day)), of(Some(Grain::Month)), of(Some(Grain::Hour)));
        assert_eq!((days.len(), months.len()), (31, 1), "{name}");
        assert!((743..=746).contains(&hours.len()), "{name}");
        assert!(sum(&days).messages() > 0);
        assert_eq!(sum(&days), months[0].sums, "{name}");
        assert_eq!(sum(&hours), months[0].sums, "{name}");
    }
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn every_grouping_adds_up_to_the_same(
        traffic in prop::collection::vec((0..24 * 14_i32, 1..4_i64, 0..3_usize, prop::array::uniform6(0..50_i64)), 1..40),
        from in 0..24 * 14_i32,
        length in 1..24 * 10_i32,
    ) {
        let mut fixture = fixture();
        let mut expected: BTreeMap<i32, StateCounts> = BTreeMap::new();
        for (hour, account, country, numbers) in traffic {
            count(&mut fixture, BEGIN + hour, account, ["", "GB", "FR"][country], numbers);
            expected.entry(hour).or_default().add_all(&counts(numbers));
        }
        let text = |hour: i32| {
            let second = i64::from(BEGIN + hour) * 3600;
            Time::from_timestamp(jiff::Timestamp::from_second(second).expect("in range")).to_string()
        };
        let mut all = StateCounts::default();
        expected.range(from..from + length).for_each(|(_, counts)| all.add_all(counts));
        let zones = ["UTC", "Europe/London", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "Australia/Adelaide"];
        let groups = [TrafficGroup::Time, Customer, Account, TrafficGroup::Service, State];
        let ranges = (0..groups.len()).flat_map(|first| (first..=groups.len()).map(move |end| first..end));
        let groupings: Vec<_> = ranges.map(|range| &groups[range]).collect();
        // Every pair of a zone and a grain, with a fourth of the groupings that is another for each grain and zone: so either
        // meets every grouping. What a line is of and when it begins are worked out apart.
        for (number, zone) in zones.into_iter().enumerate() {
            for (index, grain) in [None, Some(Grain::Hour), Some(Grain::Day), Some(Grain::Month)].into_iter().enumerate() {
                for by in groupings.iter().skip((number + index) % 4).step_by(4) {
                    let question = question(grain, zone, &text(from), &text(from + length), by);
                    prop_assert!(question.calendar.fits(CountedBy::Quarter));
                    let (lines, total) = ask(&mut fixture, &question);
                    prop_assert_eq!(total.counts, all);
                    prop_assert_eq!(sum(&lines).counts, all);
                    let parts = if by.contains(&State) { 0 } else { 2 * all.total() };
                    prop_assert_eq!(total.parts, parts);
                }
            }
        }
    }

    #[test]
    fn countries_add_up_to_the_days_that_they_are_counted_by(
        traffic in prop::collection::vec((0..24 * 5_i32, 1..4_i64, 0..3_usize, prop::array::uniform6(0..50_i64)), 1..40),
    ) {
        let mut fixture = fixture();
        for (hour, account, country, numbers) in traffic {
            count(&mut fixture, BEGIN + hour, account, ["", "GB", "FR"][country], numbers);
        }
        let mut of = |by: &[TrafficGroup]| {
            let question = question(Some(Grain::Day), "UTC", "2026-10-25T00:00:00Z", "2026-10-28T00:00:00Z", by);
            ask(&mut fixture, &question)
        };
        let (days, all) = of(&[TrafficGroup::Time]);
        let (lines, total) = of(&[TrafficGroup::Time, Country, Account]);
        prop_assert_eq!(total, all);
        prop_assert_eq!(sum(&lines), all);
        prop_assert_eq!(days.len(), 3);
        let delivered: i64 = lines.iter().map(|line| line.sums.counts.of(MessageState::Delivered)).sum();
        prop_assert_eq!(delivered, all.counts.of(MessageState::Delivered));
    }
}
