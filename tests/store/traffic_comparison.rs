//! A comparison of traffic: the period before, and what each line is compared with.

use jiff::tz::TimeZone;
use ssgctl::report::{Calendar, Grain, Period, TrafficGroup, TrafficQuestion, compare_traffic};
use ssgctl::store::TrafficFilter;

use super::traffic_reports::{count, fixture};
use crate::support::fixture::valid;

fn before(zone: &str, from: &str, until: &str) -> (String, String) {
    let period = Period { from: valid(from), until: valid(until) };
    let Period { from, until } = period.before(&TimeZone::get(zone).expect(zone));
    (from.to_string(), until.to_string())
}

#[test]
fn the_period_before_has_as_many_months_or_days_or_is_as_long() {
    for (zone, from, until, begin) in [
        ("UTC", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "2026-10-01T00:00:00.000Z"),
        ("UTC", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2025-01-01T00:00:00.000Z"),
        // October of London begins in summer time.
        ("Europe/London", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "2026-09-30T23:00:00.000Z"),
        ("UTC", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-09T00:00:00.000Z"),
        ("Europe/London", "2026-10-26T00:00:00Z", "2026-10-27T00:00:00Z", "2026-10-24T23:00:00.000Z"),
        ("UTC", "2026-11-16T10:00:00Z", "2026-11-16T16:00:00Z", "2026-11-16T04:00:00.000Z"),
    ] {
        let (found, end) = before(zone, from, until);
        assert_eq!((found.as_str(), end.replace(".000", "")), (begin, from.to_owned()), "{zone} {from}");
    }
}

#[test]
fn lines_are_compared_with_their_groups_and_days_by_their_order() {
    let mut fixture = fixture();
    let accounts = ["acme_1", "acme_2", "globex_1"].map(|name| fixture.read(|now| now.smpp_account(name)).id);
    // The 24th and the 25th of October, and the days after.
    let day = |day: i32| (20_750 + day) * 24;
    for (on, account, messages) in [(0, 0, 10), (1, 0, 20), (1, 1, 4), (2, 0, 15), (3, 0, 10), (3, 2, 3)] {
        count(&mut fixture, day(on), accounts[account], "GB", [0, messages, 0, 0, 0, 0]);
    }
    let calendar = |from: &str, until: &str, grain| Calendar {
        period: Period { from: valid(from), until: valid(until) },
        grain,
        zone: TimeZone::UTC,
    };
    let mut lines = |grain: Option<Grain>, by: &[TrafficGroup]| {
        let now = calendar("2026-10-26T00:00:00Z", "2026-10-28T00:00:00Z", grain);
        let before = Calendar { period: now.period.before(&now.zone), ..now.clone() };
        let question =
            TrafficQuestion { calendar: now, by: by.to_vec(), filter: TrafficFilter::default(), country: None };
        let found = fixture.read(|snapshot| compare_traffic(snapshot, question, before));
        assert_eq!((found.total.line.sums.messages(), found.total.before.messages()), (28, 34));
        let name = |line: &ssgctl::report::TrafficLine| match (&line.slot, &line.system_id) {
            (Some(slot), _) if grain.is_some() => slot.name(),
            (_, account) => account.as_ref().map(ToString::to_string).unwrap_or_default(),
        };
        let line = |change: &ssgctl::report::TrafficChange| {
            let (now, before) = (change.line.sums.messages(), change.before.messages());
            format!("{} {now} {before} {} {:?}", name(&change.line), change.difference(), change.change_per_mille())
        };
        found.changes.iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(
        lines(Some(Grain::Day), &[TrafficGroup::Time]),
        ["2026-10-26 15 10 5 Some(500)", "2026-10-27 13 24 -11 Some(-458)"]
    );
    assert_eq!(
        lines(None, &[TrafficGroup::Account]),
        ["acme_1 25 30 -5 Some(-166)", "globex_1 3 0 3 None", "acme_2 0 4 -4 Some(-1000)"],
        "a group that has stopped comes last"
    );
}
