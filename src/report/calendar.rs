//! A period cut into the hours, days or months of a time zone, and those into what is counted: whole hours of UTC.

use jiff::civil::{Date, Time as TimeOfDay};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, ZonedDateTime};

use crate::model::{Invalid, Time};
use crate::report::Period;

/// The most parts that a period is cut into: a century of hours.
const MOST_SLOTS: i64 = 1_000_000;

/// How long a part of a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    Hour,
    Day,
    Month,
}

/// A period of whole hours, and whose days and months it is cut into. Days have 23 or 25 hours where clocks change.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub period: Period,
    /// Into what it is cut; not at all when none.
    pub grain: Option<Grain>,
    pub zone: TimeZone,
}

/// A part of a period; the first and the last may be cut off by its bounds.
#[derive(Debug, Clone)]
pub struct Slot {
    pub period: Period,
    /// What it is a part of, by the calendar of the zone.
    begin: ZonedDateTime,
    grain: Option<Grain>,
}

impl Calendar {
    /// Cuts a period.
    ///
    /// # Errors
    /// When one of its parts does not begin at a full hour of UTC, or when it has more than a million.
    pub fn new(period: Period, grain: Option<Grain>, zone: TimeZone) -> Result<Self, Invalid> {
        let calendar = Self { period, grain, zone };
        let hours = (period.until.timestamp() - period.from.timestamp()).as_hours();
        if grain == Some(Grain::Hour) && hours > MOST_SLOTS || hours / 24 > MOST_SLOTS {
            return Err(Invalid::rule("must not have more than a million parts"));
        }
        let is_whole = |time: Time| time.timestamp().as_millisecond().rem_euclid(3_600_000) == 0;
        let are_whole = calendar.slots().all(|slot| is_whole(slot.period.from) && is_whole(slot.period.until));
        if are_whole {
            Ok(calendar)
        } else {
            Err(Invalid::rule("must begin at full hours of UTC, by which traffic is counted"))
        }
    }

    /// Its parts, in order. Together they are the period, and no two overlap.
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        let mut from = Some(self.period.from);
        std::iter::from_fn(move || {
            let begun = from.filter(|from| *from < self.period.until)?;
            let begin = self.beginning(begun);
            let end = self.end(&begin).unwrap_or(self.period.until).min(self.period.until);
            from = Some(end);
            Some(Slot { period: Period { from: begun, until: end }, begin, grain: self.grain })
        })
    }

    /// When the hour, day or month of a time began.
    fn beginning(&self, time: Time) -> ZonedDateTime {
        let zoned = time.timestamp().to_zoned_datetime(self.zone.clone());
        let day = match self.grain {
            None | Some(Grain::Hour) => return zoned,
            Some(Grain::Day) => zoned.date(),
            Some(Grain::Month) => zoned.date().first_of_month(),
        };
        day.to_zoned_datetime(self.zone.clone()).unwrap_or(zoned)
    }

    /// When the hour, day or month that began then ends; nothing at the end of time.
    fn end(&self, begin: &ZonedDateTime) -> Option<Time> {
        let next_day = |day: Result<Date, jiff::Error>| {
            let midnight = day.ok()?.to_zoned_datetime(self.zone.clone()).ok()?;
            Some(Time::from_timestamp(midnight.timestamp()))
        };
        let date = begin.date();
        match self.grain? {
            Grain::Hour => begin.timestamp().checked_add(1.hour()).ok().map(Time::from_timestamp),
            Grain::Day => next_day(date.tomorrow()),
            Grain::Month => next_day(date.last_of_month().tomorrow()),
        }
    }
}

impl Slot {
    /// Its name: `2026-11`, `2026-11-24`, or an hour by RFC 3339 with what its clock is ahead of UTC.
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

    /// Its name where room is scarce. `every` says in how many hours one is named; midnight is named by its day.
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

/// Whole hours, days or months of UTC that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub grain: Grain,
    pub period: Period,
}

impl Period {
    /// The fewest whole months, days and hours of UTC that make up a period of whole hours.
    pub fn stretches(self) -> Vec<Stretch> {
        let mut stretches = Vec::new();
        self.split(&[Grain::Month, Grain::Day], &mut stretches);
        stretches
    }

    fn split(self, grains: &[Grain], into: &mut Vec<Stretch>) {
        if self.from >= self.until {
            return;
        }
        let Some((&grain, finer)) = grains.split_first() else {
            into.push(Stretch { grain: Grain::Hour, period: self });
            return;
        };
        let (from, until) = (next(self.from, grain), last(self.until, grain));
        match (from, until) {
            (Some(from), Some(until)) if from < until => {
                Self { from: self.from, until: from }.split(finer, into);
                into.push(Stretch { grain, period: Self { from, until } });
                Self { from: until, until: self.until }.split(finer, into);
            }
            _ => self.split(finer, into),
        }
    }
}

/// The beginning of the day or month of UTC that a time lies in.
fn last(time: Time, grain: Grain) -> Option<Time> {
    let date = date_of(time);
    midnight(if grain == Grain::Month { date.first_of_month() } else { date })
}

/// The first beginning of a day or month of UTC that is not before a time.
fn next(time: Time, grain: Grain) -> Option<Time> {
    if last(time, grain)? == time {
        return Some(time);
    }
    let date = date_of(time);
    midnight(if grain == Grain::Month { date.last_of_month() } else { date }.tomorrow().ok()?)
}

fn date_of(time: Time) -> Date {
    time.timestamp().to_zoned_datetime(TimeZone::UTC).date()
}

fn midnight(date: Date) -> Option<Time> {
    let midnight: Timestamp = date.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp();
    Some(Time::from_timestamp(midnight))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ZONES: [&str; 6] =
        ["UTC", "Europe/London", "America/New_York", "America/Santiago", "Pacific/Apia", "Africa/Cairo"];
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
        let calendar = Calendar::new(period, Some(grain), zone).expect("whole hours");
        let hours = |slot: &Slot| (slot.period.until.timestamp() - slot.period.from.timestamp()).as_hours();
        calendar.slots().map(|slot| (slot.name(), hours(&slot))).collect()
    }

    #[test]
    fn days_have_the_hours_that_their_clocks_give_them() {
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
    fn an_hour_that_comes_twice_has_two_names() {
        let hours = names("Europe/London", Grain::Hour, "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z");
        assert_eq!(hours[0].0, "2026-10-25T01:00:00+01:00");
        assert_eq!(hours[1].0, "2026-10-25T01:00:00Z");
        assert!(hours.iter().all(|(name, _)| name.parse::<Time>().is_ok()), "they are times by RFC 3339");
    }

    #[test]
    fn days_between_the_hours_cannot_be_counted() {
        let day = Period { from: hour(0), until: hour(48) };
        for zone in ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Adelaide"] {
            assert!(Calendar::new(day, Some(Grain::Day), TimeZone::get(zone).expect(zone)).is_err(), "{zone}");
        }
        let odd = Period { from: "2026-11-24T12:34:00Z".parse().expect("a time"), ..day };
        assert!(Calendar::new(Period { until: odd.from, from: hour(0) }, None, TimeZone::UTC).is_err());
    }

    #[test]
    fn a_month_of_utc_is_one_look() {
        let of = |from: &str, until: &str| {
            Period { from: from.parse().expect(from), until: until.parse().expect(until) }.stretches()
        };
        let november = of("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");
        assert_eq!(november.iter().map(|stretch| stretch.grain).collect::<Vec<_>>(), [Grain::Month]);
        let london = of("2026-09-30T23:00:00Z", "2026-11-01T00:00:00Z");
        assert_eq!(london.iter().map(|stretch| stretch.grain).collect::<Vec<_>>(), [Grain::Hour, Grain::Month]);
        let weeks = of("2026-10-20T05:00:00Z", "2026-11-10T07:00:00Z");
        assert_eq!(weeks.len(), 3, "hours, days, hours");
    }

    proptest! {
        #[test]
        fn slots_and_stretches_tile_every_period(from in 0..20_000_i64, length in 0..5_000_i64, zone in 0..ZONES.len(), grain in 0..4_usize) {
            let whole = period(from, length);
            let grain = [None, Some(Grain::Hour), Some(Grain::Day), Some(Grain::Month)][grain];
            let zone = TimeZone::get(ZONES[zone]).expect("a zone");
            let mut end = whole.from;
            for slot in Calendar::new(whole, grain, zone).expect("whole hours").slots() {
                prop_assert_eq!(slot.period.from, end);
                prop_assert!(slot.period.until > end);
                for stretch in slot.period.stretches() {
                    prop_assert_eq!(stretch.period.from, end);
                    end = stretch.period.until;
                }
                prop_assert_eq!(slot.period.until, end);
            }
            prop_assert_eq!(end, whole.until);
        }
    }
}
