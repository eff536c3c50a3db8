//! The overview of the whole installation: what an operator wants to know in the morning. It reads sums, indexes and a few rows.

use jiff::civil::Date;
use jiff::{ToSpan, ZonedDateTime};

use crate::error::{Error, Result};
use crate::model::{Balance, CheckRun, EmailState, Import, ImportState, Level, Time, Unit, WarningDetails, Zone};
use crate::report::calendar::Period;
use crate::report::runway::{Runway, runways};
use crate::report::traffic_question::MessageTotals;
use crate::store::{BalanceFilter, ImportFilter, Snapshot, TrafficAccounts, TrafficDetail};

/// The number of low balances that are listed.
const LISTED_BALANCES: usize = 10;
/// The number of low balances among which the ones that end first are looked for.
const SEARCHED_BALANCES: usize = 100;
/// The number of imports that are listed.
const LISTED_IMPORTS: u64 = 3;
/// The number of days in which refused rows are counted.
pub const REFUSED_DAYS: i64 = 7;

/// The state of the installation.
#[derive(Debug)]
pub struct Overview {
    pub at: Time,
    pub customers: u64,
    pub archived_customers: u64,
    /// The number of balances that are at or below the early warning threshold and above the urgent one.
    pub early_warnings: u64,
    /// The number of balances at or below the urgent threshold.
    pub urgent: u64,
    /// The number of overdrawn balances of customers who pay in advance, with and without thresholds.
    pub overdrawn: u64,
    /// The number of forecast warnings that are raised.
    pub forecasts: u64,
    /// Some low balances: urgent and overdrawn ones first, then those that last the shortest.
    pub low_balances: Vec<LowBalance>,
    pub emails: EmailCounts,
    pub last_check: Option<CheckRun>,
    /// The newest imports, newest first.
    pub imports: Vec<Import>,
    pub unfinished_imports: u64,
    /// The number of rows that the imports of the last days left out.
    pub refused_rows: u64,
    pub traffic: TrafficToday,
    /// The size of the database in bytes.
    pub database_size: u64,
}

/// A balance that is at or below a threshold or overdrawn, and how long it lasts.
#[derive(Debug)]
pub struct LowBalance {
    pub runway: Runway,
    /// `Ok` if the balance is overdrawn and has no thresholds.
    pub level: Level,
}

/// The numbers of emails that are not settled, or did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmailCounts {
    /// Waiting for an attempt, or being sent.
    pub waiting: u64,
    pub failed: u64,
    pub uncertain: u64,
}

/// The messages of today until now, and those of the same part of the same weekday a week ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrafficToday {
    pub today: MessageTotals,
    pub week_ago: MessageTotals,
}

impl TrafficToday {
    /// The difference to a week ago in tenths of a per cent of it, towards zero; `None` if there were no messages then.
    pub fn change_per_mille(&self) -> Option<i64> {
        let (today, week_ago) = (i128::from(self.today.messages()), i128::from(self.week_ago.messages()));
        ((today - week_ago) * 1000).checked_div(week_ago).and_then(|change| i64::try_from(change).ok())
    }
}

/// Reads the overview as of `now`, with days of a zone.
pub fn overview(snapshot: &Snapshot<'_>, zone: &Zone, now: Time) -> Result<Overview> {
    let (customers, archived_customers) = snapshot.count_customers()?;
    let mut low = LowKeys::default();
    let mut unwarned = snapshot.overdrawn_balances()?;
    let overdrawn = unwarned.len() as u64;
    snapshot.low_balances(|customer_id, unit, level| {
        unwarned.remove(&(customer_id, unit));
        low.add((customer_id, unit), level);
    })?;
    low.first_urgent.extend(unwarned.into_iter().take(SEARCHED_BALANCES));
    let count = |state| snapshot.count_emails(state);
    let waiting = count(EmailState::Pending)? + count(EmailState::Sending)?;
    let emails = EmailCounts { waiting, failed: count(EmailState::Failed)?, uncertain: count(EmailState::Uncertain)? };
    let mut imports = Vec::new();
    let newest = ImportFilter { state: None, newest_first: true, limit: Some(LISTED_IMPORTS) };
    snapshot.imports(&newest, |import| {
        imports.push(import);
        Ok::<_, Error>(())
    })?;
    let since = now.timestamp().checked_sub((REFUSED_DAYS * 24).hours()).map_or(now, Time::from_timestamp);
    Ok(Overview {
        at: now,
        customers,
        archived_customers,
        early_warnings: low.early_warnings,
        urgent: low.urgent,
        overdrawn,
        forecasts: snapshot.raised_forecasts()?.len() as u64,
        low_balances: low_balances(snapshot, low, now)?,
        emails,
        last_check: snapshot.last_check_run()?,
        imports,
        unfinished_imports: snapshot.count_imports(ImportState::Unfinished)?,
        refused_rows: snapshot.count_refused_rows(since)?,
        traffic: traffic_today(snapshot, zone, now)?,
        database_size: snapshot.database_size()?,
    })
}

/// The number of low balances, and customer and unit of the first of them.
#[derive(Default)]
struct LowKeys {
    early_warnings: u64,
    urgent: u64,
    first_early: Vec<(i64, Unit)>,
    first_urgent: Vec<(i64, Unit)>,
}

impl LowKeys {
    fn add(&mut self, key: (i64, Unit), level: Level) {
        let (number, first) = match level {
            Level::Lower => (&mut self.urgent, &mut self.first_urgent),
            _ => (&mut self.early_warnings, &mut self.first_early),
        };
        *number += 1;
        if first.len() < SEARCHED_BALANCES {
            first.push(key);
        }
    }
}

fn low_balances(snapshot: &Snapshot<'_>, keys: LowKeys, now: Time) -> Result<Vec<LowBalance>> {
    let mut low = Vec::new();
    for (customer_id, unit) in keys.first_urgent.into_iter().chain(keys.first_early).take(SEARCHED_BALANCES) {
        let filter = BalanceFilter { unit: Some(unit), ..BalanceFilter::of_customer(customer_id) };
        runways(snapshot, &filter, now, |runway| {
            low.push(LowBalance { level: level(&runway.balance), runway });
            Ok::<_, Error>(())
        })?;
    }
    // The sort is stable: balances that last equally long stay in the order of their customers.
    low.sort_by_key(|low| {
        let days = low.runway.days_left();
        (low.level == Level::Upper, days.is_none(), days)
    });
    low.truncate(LISTED_BALANCES);
    Ok(low)
}

fn level(balance: &Balance) -> Level {
    WarningDetails { upper: balance.upper, lower: balance.lower, ..WarningDetails::empty() }.level(balance.balance)
}

fn traffic_today(snapshot: &Snapshot<'_>, zone: &Zone, now: Time) -> Result<TrafficToday> {
    let today = now.timestamp().to_zoned_datetime(zone.time_zone());
    let week_ago = today.checked_sub(7.days()).unwrap_or_else(|_| today.clone());
    Ok(TrafficToday { today: messages_of(snapshot, &today)?, week_ago: messages_of(snapshot, &week_ago)? })
}

/// The messages of a day until a time of it, to the end of its quarter hour.
fn messages_of(snapshot: &Snapshot<'_>, until: &ZonedDateTime) -> Result<MessageTotals> {
    const QUARTER: i64 = 900;
    let midnight = |day: Date| day.to_zoned_datetime(until.time_zone().clone());
    let Ok(begin) = midnight(until.date()) else { return Ok(MessageTotals::default()) };
    let end = until.timestamp().as_second().div_euclid(QUARTER) * QUARTER + QUARTER;
    let end = jiff::Timestamp::from_second(end).unwrap_or(jiff::Timestamp::MAX);
    let period = Period { from: Time::from_timestamp(begin.timestamp()), until: Time::from_timestamp(end) };
    let mut totals = MessageTotals::default();
    for span in period.spans(TrafficDetail::Messages) {
        snapshot.traffic_sums(&span, TrafficAccounts::Together, TrafficDetail::Messages, |sum| {
            totals.add(&MessageTotals::from(&sum))
        })?;
    }
    Ok(totals)
}
