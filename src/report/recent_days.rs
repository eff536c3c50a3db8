//! The messages of a customer on each of the last days.

use jiff::ToSpan;
use jiff::tz::TimeZone;

use crate::error::Result;
use crate::model::{Customer, Time, Zone};
use crate::report::calendar::{Calendar, CountedBy, Grain, Period};
use crate::report::sparklines::{Sparkline, sparklines};
use crate::report::traffic_question::{TrafficGroup, TrafficOrder, TrafficQuestion};
use crate::store::{Snapshot, TrafficFilter};

/// The number of days, of which the last is today.
pub const RECENT_DAYS: i32 = 30;

/// The messages of a customer on each of the last [`RECENT_DAYS`] days of a zone. UTC days if traffic is not counted by the days of
/// that zone.
pub fn recent_days(snapshot: &Snapshot<'_>, customer: &Customer, zone: &Zone, now: Time) -> Result<Sparkline> {
    let calendar = |zone: TimeZone| Calendar { period: period(now, &zone), grain: Some(Grain::Day), zone };
    let local = calendar(zone.time_zone());
    let calendar = if local.fits(CountedBy::Quarter) { local } else { calendar(TimeZone::UTC) };
    let filter = TrafficFilter { customer_id: Some(customer.id), ..TrafficFilter::default() };
    let question = TrafficQuestion { calendar, by: vec![TrafficGroup::Time], filter, country: None };
    let lines = sparklines(snapshot, &question, TrafficOrder::default())?.lines;
    Ok(lines.into_iter().next().unwrap_or_default())
}

/// The days up to the end of today. At the ends of the calendar they are fewer.
fn period(now: Time, zone: &TimeZone) -> Period {
    let today = now.timestamp().to_zoned_datetime(zone.clone()).date();
    let midnight =
        |day: jiff::civil::Date| day.to_zoned_datetime(zone.clone()).map(|day| Time::from_timestamp(day.timestamp()));
    let from = midnight(today.saturating_sub((RECENT_DAYS - 1).days())).unwrap_or(now);
    let until = today.tomorrow().and_then(midnight).unwrap_or(now);
    Period { from, until }
}
