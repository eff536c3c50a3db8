//! Splits a period into the hours, days or months of a time zone, and those into the quarter hours, days and months of UTC that
//! are counted.

use jiff::civil::{Date, Time as TimeOfDay};
use jiff::tz::TimeZone;
use jiff::{ToSpan, ZonedDateTime};

use crate::model::{Time, first_day_of, month_of};
use crate::store::{TrafficDetail, TrafficSpan};

/// The maximum number of parts of a period: more than a century of hours.
const MAX_SLOTS: i64 = 1_000_000;

const HOUR: i64 = 3600;
/// Seconds of a quarter hour.
const QUARTER: i64 = HOUR / 4;

/// A half-open period: `from` is included, `until` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: Time,
    pub until: Time,
}

impl Period {
    /// The period before it: as many whole months or days in a zone if it consists of these, else the same length of time.
    #[must_use]
    pub fn before(self, zone: &TimeZone) -> Self {
        let local = |time: Time| time.timestamp().to_zoned_datetime(zone.clone());
        let (from, until) = (local(self.from), local(self.until));
        let is_midnight = |time: &ZonedDateTime| time.start_of_day().is_ok_and(|start| start == *time);
        let months = (i32::from(until.year()) - i32::from(from.year())) * 12 + i32::from(until.month())
            - i32::from(from.month());
        let span = match is_midnight(&from) && is_midnight(&until) {
            true if from.day() == 1 && until.day() == 1 && months > 0 => Some(months.months()),
            true => from.date().until(until.date()).ok(),
            false => None,
        };
        let begin = match span {
            Some(span) => from.date().checked_sub(span).and_then(|date| date.to_zoned_datetime(zone.clone())),
            None => from.checked_sub(self.until.timestamp() - self.from.timestamp()),
        };
        Self { from: begin.map_or(self.from, |begin| Time::from_timestamp(begin.timestamp())), until: self.from }
    }
}

/// The length of the parts of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    Hour,
    Day,
    Month,
}

/// A period and how it is split. Days have 23 or 25 hours where daylight saving time begins or ends.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub period: Period,
    /// The length of its parts; `None` to keep it whole.
    pub grain: Option<Grain>,
    pub zone: TimeZone,
}

/// The resolution of stored sums: a period can be split only at their boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedBy {
    /// Quarter hours: messages in each state and their parts, by account. The hours of every time zone consist of them.
    Quarter,
    /// UTC days: also by country, and with charges.
    Day,
}

/// A part of a period. The first and the last can be shorter than a whole hour, day or month.
#[derive(Debug, Clone)]
pub struct Slot {
    pub period: Period,
    /// The beginning of the whole hour, day or month, in the time zone.
    begin: ZonedDateTime,
    grain: Option<Grain>,
}

impl Calendar {
    /// Whether sums of this resolution can answer for each of its parts.
    pub fn fits(&self, counted: CountedBy) -> bool {
        let seconds = match counted {
            CountedBy::Quarter => QUARTER,
            CountedBy::Day => 24 * 3600,
        };
        let is_whole = |time: Time| time.timestamp().as_millisecond().rem_euclid(seconds * 1000) == 0;
        self.slots().all(|slot| is_whole(slot.period.from) && is_whole(slot.period.until))
    }

    /// Whether it has more parts than a report can have.
    pub fn has_too_many_slots(&self) -> bool {
        let hours = (self.period.until.timestamp() - self.period.from.timestamp()).as_hours();
        let length = match self.grain {
            None => return false,
            Some(Grain::Hour) => 1,
            Some(Grain::Day) => 24,
            Some(Grain::Month) => 28 * 24,
        };
        hours / length > MAX_SLOTS
    }

    /// Its parts, in order. They cover the period without overlap.
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        let mut from = Some(self.period.from);
        std::iter::from_fn(move || {
            let first = from.filter(|from| *from < self.period.until)?;
            let begin = self.beginning(first);
            let end = self.end(&begin).unwrap_or(self.period.until).min(self.period.until);
            from = Some(end);
            Some(Slot { period: Period { from: first, until: end }, begin, grain: self.grain })
        })
    }

    /// The beginning of the hour, day or month of a time.
    fn beginning(&self, time: Time) -> ZonedDateTime {
        let zoned = time.timestamp().to_zoned_datetime(self.zone.clone());
        let day = match self.grain {
            None => return zoned,
            Some(Grain::Hour) => return beginning_of_hour(&zoned),
            Some(Grain::Day) => zoned.date(),
            Some(Grain::Month) => zoned.date().first_of_month(),
        };
        day.to_zoned_datetime(self.zone.clone()).unwrap_or(zoned)
    }

    /// The end of the hour, day or month that begins then; `None` beyond the range of times.
    fn end(&self, begin: &ZonedDateTime) -> Option<Time> {
        let next_day = |day: Result<Date, jiff::Error>| {
            let midnight = day.ok()?.to_zoned_datetime(self.zone.clone()).ok()?;
            Some(Time::from_timestamp(midnight.timestamp()))
        };
        let date = begin.date();
        match self.grain? {
            Grain::Hour => {
                let rest = 1000 * HOUR - into_hour(begin);
                begin.timestamp().checked_add(rest.milliseconds()).ok().map(Time::from_timestamp)
            }
            Grain::Day => next_day(date.tomorrow()),
            Grain::Month => next_day(date.last_of_month().tomorrow()),
        }
    }
}

/// The millisecond of its hour, on the clocks of its zone.
fn into_hour(time: &ZonedDateTime) -> i64 {
    (time.timestamp().as_millisecond() + 1000 * i64::from(time.offset().seconds())).rem_euclid(1000 * HOUR)
}

/// The beginning of the hour of a time, on the clocks of its zone; the time itself where clocks were set in that hour.
fn beginning_of_hour(time: &ZonedDateTime) -> ZonedDateTime {
    let begin = time.checked_sub(into_hour(time).milliseconds());
    begin.ok().filter(|begin| begin.offset() == time.offset()).unwrap_or_else(|| time.clone())
}

impl Slot {
    /// Its name: `2026-11`, `2026-11-24`, or an hour by RFC 3339 with its UTC offset.
    pub fn name(&self) -> String {
        let format = match self.grain {
            None => return String::new(),
            Some(Grain::Month) => "%Y-%m",
            Some(Grain::Day) => "%Y-%m-%d",
            Some(Grain::Hour) if self.begin.offset().is_zero() => "%Y-%m-%dT%H:%M:%SZ",
            Some(Grain::Hour) => "%Y-%m-%dT%H:%M:%S%:z",
        };
        self.begin.strftime(format).to_string()
    }

    /// Its name for people, without the UTC offset.
    pub fn for_reading(&self) -> String {
        match self.grain {
            Some(Grain::Hour) => self.begin.strftime("%Y-%m-%d %H:%M").to_string(),
            _ => self.name(),
        }
    }

    /// Its short name on an axis. Of hours, one in `every` has a name, and midnight is named by its day.
    pub fn tick(&self, every: i8) -> Option<String> {
        let format = match self.grain? {
            Grain::Month => "%b %Y",
            Grain::Day => "%-d %b",
            Grain::Hour if self.begin.time() == TimeOfDay::midnight() => "%-d %b",
            Grain::Hour if self.begin.hour() % every == 0 => "%H:%M",
            Grain::Hour => return None,
        };
        Some(self.begin.strftime(format).to_string())
    }
}

impl Period {
    /// The quarter hours, days and months of UTC that make up a period of whole quarter hours. Whole days and months are
    /// preferred, because they have fewer sums; months are left out if the detail is not counted by month.
    pub fn spans(self, detail: TrafficDetail) -> Vec<TrafficSpan> {
        const DAY: i32 = 96;
        let (from, until) = (quarter_of(self.from), quarter_of(self.until));
        let (first, last) = (from.div_euclid(DAY) + i32::from(from.rem_euclid(DAY) > 0), until.div_euclid(DAY));
        if first >= last {
            return [TrafficSpan::Quarters(from..until)].into_iter().filter(|span| !span.is_empty()).collect();
        }
        let begun = month_of(first);
        let months = begun + i32::from(first_day_of(begun) < first)..month_of(last);
        let mut spans = vec![TrafficSpan::Quarters(from..first * DAY)];
        if months.is_empty() || matches!(detail, TrafficDetail::Country | TrafficDetail::Price) {
            spans.push(TrafficSpan::Days(first..last));
        } else {
            spans.push(TrafficSpan::Days(first..first_day_of(months.start)));
            spans.push(TrafficSpan::Months(months.clone()));
            spans.push(TrafficSpan::Days(first_day_of(months.end)..last));
        }
        spans.push(TrafficSpan::Quarters(last * DAY..until));
        spans.retain(|span| !span.is_empty());
        spans
    }
}

/// The number of a quarter hour of UTC since 1970. Every valid time fits.
fn quarter_of(time: Time) -> i32 {
    i32::try_from(time.timestamp().as_millisecond().div_euclid(1000 * QUARTER)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use TrafficSpan::{Days, Months, Quarters};
    use jiff::Timestamp;
    use proptest::prelude::*;

    const ZONES: [&str; 10] = [
        "UTC",
        "Europe/London",
        "America/New_York",
        "America/Santiago",
        "Pacific/Apia",
        "Africa/Cairo",
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "Australia/Adelaide",
        "Australia/Lord_Howe",
    ];
    /// The first hour of 2011.
    const BEGIN: i64 = 1_293_840_000;

    fn hour(number: i64) -> Time {
        Time::from_timestamp(Timestamp::from_second(BEGIN + number * 3600).expect("in range"))
    }

    fn period(from: i64, length: i64) -> Period {
        Period { from: hour(from), until: hour(from + length) }
    }

    fn names(zone: &str, grain: Grain, from: &str, until: &str) -> Vec<(String, i64)> {
        let period = Period { from: from.parse().expect(from), until: until.parse().expect(until) };
        let zone = TimeZone::get(zone).expect(zone);
        let calendar = Calendar { period, grain: Some(grain), zone };
        let hours = |slot: &Slot| (slot.period.until.timestamp() - slot.period.from.timestamp()).as_hours();
        calendar.slots().map(|slot| (slot.name(), hours(&slot))).collect()
    }

    #[test]
    fn an_hour_that_begins_within_a_second_before_1970_goes_on_with_the_next_one() {
        let zone = TimeZone::get("Pacific/Honolulu").expect("a zone");
        let period =
            Period { from: Time::from_timestamp(Timestamp::from_millisecond(-1).expect("valid")), until: hour(0) };
        let calendar = Calendar { period, grain: Some(Grain::Hour), zone };
        let mut slots = calendar.slots();
        let (first, second) = (slots.next().expect("an hour"), slots.next().expect("an hour"));
        assert_eq!(first.period.until.to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!((first.period.until, first.name()), (second.period.from, "1969-12-31T13:00:00-10:00".to_owned()));
    }

    #[test]
    fn days_have_23_or_25_hours_when_clocks_change() {
        let days = names("Europe/London", Grain::Day, "2026-10-23T23:00:00Z", "2026-10-27T00:00:00Z");
        let expected = [("2026-10-24", 24), ("2026-10-25", 25), ("2026-10-26", 24)];
        assert_eq!(days, expected.map(|(name, hours)| (name.to_owned(), hours)));
        let days = names("Europe/London", Grain::Day, "2026-03-28T12:00:00Z", "2026-03-30T01:00:00Z");
        let expected = [("2026-03-28", 12), ("2026-03-29", 23), ("2026-03-30", 2)];
        assert_eq!(days, expected.map(|(name, hours)| (name.to_owned(), hours)));
        let months = names("America/New_York", Grain::Month, "2026-10-01T04:00:00Z", "2026-12-01T05:00:00Z");
        assert_eq!(months, [("2026-10".to_owned(), 744), ("2026-11".to_owned(), 721)]);
    }

    #[test]
    fn a_repeated_hour_has_two_names() {
        let hours = names("Europe/London", Grain::Hour, "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z");
        assert_eq!(hours[0].0, "2026-10-25T01:00:00+01:00");
        assert_eq!(hours[1].0, "2026-10-25T01:00:00Z");
        assert!(hours.iter().all(|(name, _)| name.parse::<Time>().is_ok()), "they are times by RFC 3339");
    }

    #[test]
    fn hours_are_those_of_the_clocks_on_the_wall() {
        let of = |zone: &str, from: &str, until: &str| names(zone, Grain::Hour, from, until);
        let begins = |hours: Vec<(String, i64)>| hours.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let hours = of("Asia/Kolkata", "2026-11-24T18:30:00Z", "2026-11-24T20:30:00Z");
        assert_eq!(hours, [("2026-11-25T00:00:00+05:30".to_owned(), 1), ("2026-11-25T01:00:00+05:30".to_owned(), 1)]);
        let hours = begins(of("Asia/Kathmandu", "2026-11-24T18:00:00Z", "2026-11-24T20:00:00Z"));
        assert_eq!(
            hours,
            ["2026-11-24T23:00:00+05:45", "2026-11-25T00:00:00+05:45", "2026-11-25T01:00:00+05:45"],
            "the first and the last are cut off"
        );
        // Lord Howe's clocks go on by half an hour at two, and back at two.
        let hours = begins(of("Australia/Lord_Howe", "2026-10-03T14:30:00Z", "2026-10-03T17:00:00Z"));
        assert_eq!(hours, ["2026-10-04T01:00:00+10:30", "2026-10-04T02:30:00+11:00", "2026-10-04T03:00:00+11:00"]);
        let hours = begins(of("Australia/Lord_Howe", "2026-04-04T14:00:00Z", "2026-04-04T16:30:00Z"));
        assert_eq!(hours, ["2026-04-05T01:00:00+11:00", "2026-04-05T01:30:00+10:30", "2026-04-05T02:00:00+10:30"]);
    }

    #[test]
    fn what_does_not_consist_of_quarter_hours_or_of_days_cannot_be_counted() {
        let fits = |zone: &str, period, counted| {
            let zone = TimeZone::get(zone).expect(zone);
            Calendar { period, grain: Some(Grain::Day), zone }.fits(counted)
        };
        let days = Period { from: hour(0), until: hour(48) };
        for zone in ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Adelaide", "Europe/Paris"] {
            assert!(fits(zone, days, CountedBy::Quarter) && !fits(zone, days, CountedBy::Day), "{zone}");
        }
        assert!(fits("UTC", days, CountedBy::Day));
        for time in ["2011-01-02T12:34:00Z", "2011-01-02T12:00:00.001Z"] {
            let odd = Period { until: time.parse().expect(time), ..days };
            assert!(!fits("UTC", odd, CountedBy::Quarter), "{time}");
        }
    }

    #[test]
    fn whole_utc_days_are_one_span() {
        let of = |from: &str, until: &str| {
            Period { from: from.parse().expect(from), until: until.parse().expect(until) }.spans(TrafficDetail::Country)
        };
        assert_eq!(of("1970-01-02T00:00:00Z", "1970-03-01T00:00:00Z"), [Days(1..59)]);
        assert_eq!(of("1970-01-01T23:00:00Z", "1970-01-03T00:00:00Z"), [Quarters(92..96), Days(1..2)]);
        assert_eq!(
            of("1970-01-01T05:00:00Z", "1970-01-03T02:00:00Z"),
            [Quarters(20..96), Days(1..2), Quarters(192..200)]
        );
        assert_eq!(of("1970-01-01T05:00:00Z", "1970-01-02T04:00:00Z"), [Quarters(20..112)]);
        assert_eq!(of("1969-12-30T23:00:00Z", "1970-01-01T00:00:00Z"), [Quarters(-100..-96), Days(-1..0)]);
        assert_eq!(of("1970-01-01T05:00:00Z", "1970-01-01T05:00:00Z"), []);
    }

    #[test]
    fn whole_utc_months_are_one_span() {
        let of = |from: &str, until: &str| {
            Period { from: from.parse().expect(from), until: until.parse().expect(until) }.spans(TrafficDetail::Unit)
        };
        assert_eq!(of("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"), [Months(672..684)]);
        assert_eq!(of("1970-01-31T00:00:00Z", "1970-03-02T00:00:00Z"), [Days(30..31), Months(1..2), Days(59..60)]);
        assert_eq!(of("1970-01-02T00:00:00Z", "1970-02-28T00:00:00Z"), [Days(1..58)]);
        assert_eq!(of("1969-11-30T22:00:00Z", "1970-01-01T00:00:00Z"), [Quarters(-2984..-2976), Months(-1..0)]);
    }

    proptest! {
        #[test]
        fn slots_and_spans_tile_every_period(from in 0..20_000_i64, length in 0..5_000_i64, zone in 0..ZONES.len(), grain in 0..4_usize, by_country: bool) {
            let whole = period(from, length);
            let grain = [None, Some(Grain::Hour), Some(Grain::Day), Some(Grain::Month)][grain];
            let zone = TimeZone::get(ZONES[zone]).expect("a zone");
            let calendar = Calendar { period: whole, grain, zone };
            let detail = if by_country { TrafficDetail::Country } else { TrafficDetail::Messages };
            prop_assert!(calendar.fits(CountedBy::Quarter));
            let (mut end, mut quarter) = (whole.from, quarter_of(whole.from));
            for slot in calendar.slots() {
                prop_assert_eq!(slot.period.from, end);
                end = slot.period.until;
                for span in slot.period.spans(detail) {
                    let quarters = match span {
                        Quarters(quarters) => quarters,
                        Days(days) => days.start * 96..days.end * 96,
                        Months(months) => first_day_of(months.start) * 96..first_day_of(months.end) * 96,
                    };
                    prop_assert_eq!(quarters.start, quarter);
                    prop_assert!(quarters.end > quarter);
                    quarter = quarters.end;
                }
                prop_assert_eq!(quarter, quarter_of(end));
            }
            prop_assert_eq!(end, whole.until);
        }
    }
}
