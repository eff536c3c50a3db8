//! What accounts and balances usually send and cost: the traffic of the last hours and that of the same time of the four weeks before.
//!
//! Time ends with the newest message that was imported, because traffic files come late. A message that claims to be from the future
//! does not count: one wrong clock would make everybody else look silent.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use crate::error::{Error, Result};
use crate::model::{
    DailyCharges, HourTraffic, Money, QuarterTraffic, SmppAccount, SpanTraffic, Time, USUAL_WEEKS, Unit, day_of_second,
    time_of,
};
use crate::store::{Snapshot, TrafficAccounts, TrafficDetail, TrafficSpan};

const USUAL_DAYS: i32 = USUAL_WEEKS * 7;
/// The quarter hours of a day and of a week.
const A_DAY: i32 = 96;
const A_WEEK: i32 = 7 * A_DAY;
/// The quarter hours of an hour, in which a surge is looked for.
const AN_HOUR: i32 = 4;
const SECONDS_A_QUARTER: i64 = 900;

/// Message parts by account ID.
type Parts = HashMap<i64, i64>;

/// What accounts sent in the last hour and hours, and at the same time of the weeks before.
pub(super) struct UsualTraffic {
    /// The end of the newest quarter hour that has messages, in quarter hours since 1970.
    until: i32,
    /// Of the last hour, then of the same hour of each week before.
    hours: Vec<Parts>,
    /// The same of each length of silence, by its hours.
    spans: BTreeMap<u16, Vec<Parts>>,
    /// The parts of the four weeks, and the first of their days with traffic.
    weeks: HashMap<i64, (i64, i32)>,
}

impl UsualTraffic {
    /// Reads the traffic for these lengths of silence; `None` if no traffic of today or yesterday was imported.
    pub(super) fn read(snapshot: &Snapshot<'_>, silences: &BTreeSet<u16>, now: Time) -> Result<Option<Self>> {
        let Some(until) = newest_quarter(snapshot, now)? else { return Ok(None) };
        let today = (until - 1).div_euclid(A_DAY);
        let mut weeks: HashMap<i64, (i64, i32)> = HashMap::new();
        for day in today - USUAL_DAYS..today {
            let span = TrafficSpan::Days(day..day + 1);
            snapshot.traffic_sums(&span, TrafficAccounts::Each, TrafficDetail::Messages, |sum| {
                let (parts, _) = weeks.entry(sum.account_id).or_insert((0, day));
                *parts += sum.parts;
                Ok::<_, Error>(())
            })?;
        }
        let spans = silences.iter().map(|hours| Ok((*hours, windows(snapshot, until, i32::from(*hours) * AN_HOUR)?)));
        Ok(Some(Self { until, hours: windows(snapshot, until, AN_HOUR)?, spans: spans.collect::<Result<_>>()?, weeks }))
    }

    /// Until when traffic is known.
    pub(super) fn until(&self) -> Option<Time> {
        time_of_quarter(self.until)
    }

    /// The last hour of an account.
    pub(super) fn hour(&self, account: &SmppAccount) -> HourTraffic {
        let today = (self.until - 1).div_euclid(A_DAY);
        let same_hour = self.hours.iter().skip(1).map(|parts| of(parts, account)).max().unwrap_or_default();
        let (in_weeks, first_day) = self.weeks.get(&account.id).copied().unwrap_or((0, today));
        let created = utc_day_of(account.lifecycle.created_at);
        HourTraffic {
            recent: self.hours.first().map_or(0, |parts| of(parts, account)),
            usual: same_hour.max(in_weeks / i64::from(USUAL_DAYS * 24)),
            known_days: today - first_day.min(created),
        }
    }

    /// The last hours of an account, and when they began. The number of hours is one of those that were read.
    pub(super) fn span(&self, account: &SmppAccount, hours: u16) -> Option<(SpanTraffic, Option<Time>)> {
        let (recent, before) = self.spans.get(&hours)?.split_first()?;
        let begin = self.until - i32::from(hours) * AN_HOUR;
        let first = self.weeks.get(&account.id).map(|(_, first)| *first);
        // A week that begins before the account first sent says nothing.
        let is_known = |week: i32| first.is_some_and(|first| (begin - week * A_WEEK).div_euclid(A_DAY) >= first);
        let known = (1..).zip(before).filter(|(week, _)| is_known(*week));
        let before = known.map(|(_, parts)| of(parts, account)).collect();
        Some((SpanTraffic { recent: of(recent, account), before }, time_of_quarter(begin)))
    }
}

/// Everybody's last hours before `now`, whatever was imported, and the same of the weeks before.
pub(super) fn all_traffic(snapshot: &Snapshot<'_>, hours: u16, now: Time) -> Result<SpanTraffic> {
    let until = quarter_of(now);
    let of_all = windows(snapshot, until, i32::from(hours) * AN_HOUR)?;
    let mut sums = of_all.iter().map(|parts| parts.values().sum());
    let recent = sums.next().unwrap_or_default();
    Ok(SpanTraffic { recent, before: sums.collect() })
}

fn of(parts: &Parts, account: &SmppAccount) -> i64 {
    parts.get(&account.id).copied().unwrap_or_default()
}

fn time_of_quarter(quarter: i32) -> Option<Time> {
    time_of(i64::from(quarter) * SECONDS_A_QUARTER)
}

/// The end of the quarter hour of a time.
fn quarter_of(time: Time) -> i32 {
    let quarter = time.timestamp().as_second().div_euclid(SECONDS_A_QUARTER);
    i32::try_from(quarter).map_or(i32::MAX, |quarter| quarter.saturating_add(1))
}

/// The end of the newest quarter hour of today or yesterday that has messages.
fn newest_quarter(snapshot: &Snapshot<'_>, now: Time) -> Result<Option<i32>> {
    let (today, end) = (utc_day_of(now), quarter_of(now));
    let mut newest = None;
    for day in [today - 1, today] {
        snapshot.quarters_of_day(day, TrafficAccounts::Together, |QuarterTraffic { quarter, parts, .. }| {
            if parts > 0 && quarter < end {
                newest = newest.max(Some(quarter + 1));
            }
            Ok::<_, Error>(())
        })?;
    }
    Ok(newest)
}

/// The message parts of some quarter hours, and of the same of each week before.
fn windows(snapshot: &Snapshot<'_>, until: i32, length: i32) -> Result<Vec<Parts>> {
    let end = |week: i32| until - week * A_WEEK;
    (0..=USUAL_WEEKS).map(|week| parts_of(snapshot, end(week) - length..end(week))).collect()
}

fn parts_of(snapshot: &Snapshot<'_>, quarters: Range<i32>) -> Result<Parts> {
    let mut parts = Parts::new();
    let span = TrafficSpan::Quarters(quarters);
    snapshot.traffic_sums(&span, TrafficAccounts::Each, TrafficDetail::Messages, |sum| {
        *parts.entry(sum.account_id).or_default() += sum.parts;
        Ok::<_, Error>(())
    })?;
    Ok(parts)
}

/// The charges of each balance on the days before today, by customer ID and unit.
pub(super) fn daily_charges(
    snapshot: &Snapshot<'_>,
    customer_of: &HashMap<i64, i64>,
    now: Time,
) -> Result<HashMap<(i64, Unit), DailyCharges>> {
    let today = utc_day_of(now);
    let mut charges: HashMap<(i64, Unit), DailyCharges> = HashMap::new();
    for day in today - USUAL_DAYS..today {
        let span = TrafficSpan::Days(day..day + 1);
        snapshot.traffic_sums(&span, TrafficAccounts::Each, TrafficDetail::Unit, |sum| {
            let (Some(customer), Some(share)) = (customer_of.get(&sum.account_id), sum.share) else { return Ok(()) };
            if share.charge != Money::ZERO {
                let of_balance = charges.entry((*customer, share.unit));
                of_balance.or_insert_with(|| DailyCharges::from_day(day)).add(day, share.charge);
            }
            Ok::<_, Error>(())
        })?;
    }
    for of_balance in charges.values_mut() {
        of_balance.extend_until(today);
    }
    Ok(charges)
}

fn utc_day_of(time: Time) -> i32 {
    day_of_second(time.timestamp().as_second())
}
