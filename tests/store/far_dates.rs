//! Dates at both ends of the calendar: no report panics, overflows or runs for ever.

use std::cell::RefCell;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use ssgctl::model::{Grace, PriceDetail, StateCounts, Time, Unit, first_day_of, month_of};
use ssgctl::report::{self, Calendar, CountedBy, Grain, Period, TrafficGroup, TrafficOrder, TrafficQuestion};
use ssgctl::store::{AccountDay, BalanceFilter, CountrySum, DaySum, TrafficFilter};

use crate::support::fixture::{Fixture, collect, valid};

const ZONES: [&str; 4] = ["UTC", "Pacific/Kiritimati", "America/New_York", "Asia/Kolkata"];

/// Milliseconds of times near which arithmetic may go wrong: the ends of the library, the years -1, 1, 1970 and 9999.
fn near_an_end() -> impl Strategy<Value = i64> {
    let (first, last) = (Timestamp::MIN.as_second() * 1000, Timestamp::MAX.as_second() * 1000);
    let ends = [first, -62_198_755_200_000, -62_135_596_800_000, 0, 253_370_764_800_000, last];
    let hours = prop_oneof![-3_i64..3, -2_000_i64..2_000];
    (prop::sample::select(ends.to_vec()), hours, 0_i64..2, -1_i64..2)
        .prop_map(move |(end, hours, half, milli)| (end + (hours * 2 + half) * 1_800_000 + milli).clamp(first, last))
}

fn time(milliseconds: i64) -> Time {
    Time::from_timestamp(Timestamp::from_millisecond(milliseconds).expect("in range"))
}

fn fixture() -> Fixture {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme_1");
    fixture.credit("ACME", "1000");
    for day in [-800_000, 0, 2_932_800] {
        let sum = DaySum { counts: StateCounts::new([0, 0, 0, 0, 0, 1]), parts: 1, charge: valid("1") };
        let mut of_day = AccountDay::new(day, 1);
        of_day
            .add_country(&CountrySum { country: *b"GB", unit: Unit::Sms, detail: PriceDetail::default(), sum })
            .expect("charged");
        fixture.write(|tx| tx.add_to_days(&[of_day])).expect("charged");
    }
    fixture
}

fn every_report(fixture: &mut Fixture, period: Period, calendar: &Calendar) {
    let (now, times) = (period.from, [period.from, period.until]);
    fixture.read(|snapshot| {
        let customer = || snapshot.customer("ACME");
        for before in times {
            report::balances_at(snapshot, &customer()?, before)?;
        }
        report::statement(snapshot, customer()?, Unit::Sms, period)?;
        report::recent_traffic(snapshot, &customer()?, now)?;
        collect(|each| report::runways(snapshot, &BalanceFilter::of_customer(1), now, each))?;
        report::totals_by_unit(snapshot, &BalanceFilter::of_customer(1), now)?;
        let by = if calendar.grain.is_some() { vec![TrafficGroup::Time] } else { vec![TrafficGroup::Customer] };
        let question =
            TrafficQuestion { calendar: calendar.clone(), by, filter: TrafficFilter::default(), country: None };
        if calendar.fits(CountedBy::Quarter) {
            let found = report::traffic_report(snapshot, question.clone(), TrafficOrder::default())?;
            report::traffic_chart(String::new(), String::new(), &found);
            if calendar.grain.is_some() {
                report::sparklines(snapshot, &question, TrafficOrder::default())?;
            }
        }
        if calendar.fits(CountedBy::Day) {
            report::usage(snapshot, &question)?;
        }
        Ok(())
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_date_makes_a_report_fail(from in near_an_end(), hours in 0_i64..2_000, zone in 0..ZONES.len(), grain in 0..4_usize) {
        thread_local!(static FIXTURE: RefCell<Fixture> = RefCell::new(fixture()));
        let until = (from + hours * 3_600_000).min(Timestamp::MAX.as_second() * 1000);
        let period = Period { from: time(from), until: time(until) };
        let grain = [None, Some(Grain::Hour), Some(Grain::Day), Some(Grain::Month)][grain];
        let calendar = Calendar { period, grain, zone: TimeZone::get(ZONES[zone]).expect("a zone") };
        let (mut end, mut slots) = (period.from, 0);
        for slot in calendar.slots() {
            prop_assert!(slot.period.from == end && slot.period.until > end, "slot {} does not go on", slot.name());
            prop_assert!(slots == 0 || !slot.for_reading().is_empty());
            slot.tick(3);
            (end, slots) = (slot.period.until, slots + 1);
        }
        prop_assert_eq!(end, period.until);
        prop_assert!(slots <= 2_001);
        FIXTURE.with_borrow_mut(|fixture| every_report(fixture, period, &calendar));
    }

    #[test]
    fn times_and_grace_periods_of_any_date_keep_their_form(milliseconds in near_an_end()) {
        let time = time(milliseconds);
        prop_assert_eq!(time.to_string().parse(), Ok(time));
        prop_assert!(!time.for_reading().is_empty());
        let end = "90d".parse::<Grace>().expect("valid").after(time);
        prop_assert!(end.is_some_and(|end| end >= time));
    }

    #[test]
    fn months_of_any_day_begin_before_it(day in -4_371_587_i32..2_932_896) {
        let month = month_of(day);
        prop_assert!(first_day_of(month) <= day && (first_day_of(month + 1) > day));
    }
}
