//! What a person should look at before it costs money: balances that will soon be empty, accounts that send much more than usual, and
//! accounts that have stopped.
//!
//! What is usual is the same time of the week in the four weeks before, so the lull of a weekend is not silence and the campaign of
//! every Monday is no surge. Time ends with the newest message that was imported, because traffic files come late.

use std::collections::HashMap;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::model::word_enum::word_enum;
use crate::model::{AccountCode, Money, QuarterTraffic, SmppAccount, SystemId, Time, Unit, time_of};
use crate::store::{BalanceFilter, SmppFilter, Snapshot, TrafficAccounts, TrafficDetail, TrafficSpan};

/// The weeks that say what is usual.
const WEEKS: i32 = 4;
const DAYS: i32 = WEEKS * 7;
/// The quarter hours of a day and of a week.
const A_DAY: i32 = 96;
const A_WEEK: i32 = 7 * A_DAY;
/// The quarter hours in which a surge is looked for.
const AN_HOUR: i32 = 4;
/// Fewer message parts than this in an hour are no surge, however few are usual.
const LEAST_SURGE: i64 = 100;
/// An account that has sent for fewer weeks cannot be missed.
const LEAST_WEEKS: usize = 2;
const SECONDS_A_DAY: i128 = 86_400;

word_enum! {
    /// What a forecast found.
    pub enum ForecastKind {
        /// The balance of a customer who pays in advance is below zero, or below its credit limit.
        Overdrawn = "overdrawn",
        /// The balance will be empty within the given days.
        DaysLeft = "days_left",
        /// An account sent many times what is usual in the last hour.
        Surge = "surge",
        /// An account that always sends at this time of the week has sent nothing.
        Silent = "silent",
    }
}

/// What to look for.
#[derive(Debug, Clone, Default)]
pub struct ForecastQuestion {
    /// Balances that will be empty within this number of days.
    pub days_left: Option<u16>,
    /// Accounts that sent at least this many times what is usual.
    pub surge: Option<u16>,
    /// Accounts that have sent nothing for this number of hours.
    pub silent_hours: Option<u16>,
}

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastFinding {
    pub kind: ForecastKind,
    pub customer: AccountCode,
    pub account: Option<SystemId>,
    /// The balance and its unit, of balances.
    pub balance: Option<(Money, Unit)>,
    /// When the balance will be empty, or since when the account is silent.
    pub at: Option<Time>,
    /// The message parts of the last hour, or of the silence.
    pub recent: Option<i64>,
    /// The message parts of the same time in the weeks before: the most in an hour, or the least.
    pub usual: Option<i64>,
}

/// What was found, and until when traffic is known.
#[derive(Debug, Clone)]
pub struct Forecast {
    pub findings: Vec<ForecastFinding>,
    /// `None` if no traffic of today or yesterday was imported, so that neither surges nor silence can be seen.
    pub known_until: Option<Time>,
}

/// Looks at all active balances and accounts.
pub fn forecast(snapshot: &Snapshot<'_>, question: &ForecastQuestion, now: Time) -> Result<Forecast> {
    let today = day(now);
    let mut accounts: Vec<SmppAccount> = Vec::new();
    snapshot.smpp_accounts(&SmppFilter::default(), |account| {
        accounts.push(account);
        Ok::<_, Error>(())
    })?;
    let mut findings = Vec::new();
    if let Some(days) = question.days_left {
        let customer_of = accounts.iter().map(|account| (account.id, account.customer_id)).collect();
        let charges = daily_charges(snapshot, &customer_of, today)?;
        let overdrawn = snapshot.overdrawn_balances()?;
        snapshot.balances(&BalanceFilter::default(), |balance| {
            let charges = charges.get(&(balance.customer_id, balance.unit));
            let empty = charges.and_then(|charges| empties_at(balance.balance, charges, now, days));
            let found = if overdrawn.contains(&(balance.customer_id, balance.unit)) {
                Some((ForecastKind::Overdrawn, None))
            } else {
                empty.map(|at| (ForecastKind::DaysLeft, Some(at)))
            };
            findings.extend(found.map(|(kind, at)| ForecastFinding {
                kind,
                customer: balance.customer.clone(),
                account: None,
                balance: Some((balance.balance, balance.unit)),
                at,
                recent: None,
                usual: None,
            }));
            Ok::<_, Error>(())
        })?;
    }
    let until = newest_quarter(snapshot, now)?;
    let known_until = until.and_then(|until| time_of(i64::from(until) * 900)).map(|until| until.min(now));
    if let Some(until) = until {
        let history = History::read(snapshot, until, question)?;
        for account in &accounts {
            findings.extend(question.surge.and_then(|factor| history.surge(account, factor)));
            findings.extend(question.silent_hours.and_then(|_| history.silence(account)));
        }
    }
    Ok(Forecast { findings, known_until })
}

fn day(time: Time) -> i32 {
    i32::try_from(time.timestamp().as_second().div_euclid(86_400)).unwrap_or(i32::MAX / A_DAY)
}

/// The end of the newest quarter hour of today or yesterday that has messages, in quarter hours since 1970. Messages that a wrong
/// clock dated ahead of now say nothing about until when traffic is known.
fn newest_quarter(snapshot: &Snapshot<'_>, now: Time) -> Result<Option<i32>> {
    let today = day(now);
    let this_quarter = i32::try_from(now.timestamp().as_second().div_euclid(900)).unwrap_or(i32::MAX);
    let mut newest = None;
    for day in [today - 1, today] {
        snapshot.quarters_of_day(day, TrafficAccounts::Together, |QuarterTraffic { quarter, parts, .. }| {
            if parts > 0 && quarter <= this_quarter {
                newest = newest.max(Some(quarter + 1));
            }
            Ok::<_, Error>(())
        })?;
    }
    Ok(newest)
}

/// The message parts of each account in a range of quarter hours.
fn parts_of(snapshot: &Snapshot<'_>, quarters: Range<i32>) -> Result<HashMap<i64, i64>> {
    let mut parts: HashMap<i64, i64> = HashMap::new();
    let span = TrafficSpan::Quarters(quarters);
    snapshot.traffic_sums(&span, TrafficAccounts::Each, TrafficDetail::Messages, |sum| {
        *parts.entry(sum.account_id).or_default() += sum.parts;
        Ok::<_, Error>(())
    })?;
    Ok(parts)
}

/// What accounts sent in the last hour and hours, and at the same time of the weeks before.
struct History {
    /// Of the last hour, then of the same hour of each week before.
    hours: Vec<HashMap<i64, i64>>,
    /// The same of the span of silence; empty if nothing is asked about it.
    spans: Vec<HashMap<i64, i64>>,
    span_begin: i32,
    /// The parts of the four weeks, and the first of their days with traffic.
    weeks: HashMap<i64, (i64, i32)>,
    first_days: Vec<i32>,
}

impl History {
    fn read(snapshot: &Snapshot<'_>, until: i32, question: &ForecastQuestion) -> Result<Self> {
        let windows = |length: i32| -> Result<Vec<HashMap<i64, i64>>> {
            let end = |week: i32| until - week * A_WEEK;
            (0..=WEEKS).map(|week| parts_of(snapshot, end(week) - length..end(week))).collect()
        };
        let span = question.silent_hours.map_or(0, |hours| i32::from(hours) * AN_HOUR);
        let today = (until - 1).div_euclid(A_DAY);
        let mut weeks: HashMap<i64, (i64, i32)> = HashMap::new();
        for day in today - DAYS..today {
            let span = TrafficSpan::Days(day..day + 1);
            snapshot.traffic_sums(&span, TrafficAccounts::Each, TrafficDetail::Messages, |sum| {
                let (parts, _) = weeks.entry(sum.account_id).or_insert((0, day));
                *parts += sum.parts;
                Ok::<_, Error>(())
            })?;
        }
        let span_begin = until - span;
        let first_days = (1..=WEEKS).map(|week| (span_begin - week * A_WEEK).div_euclid(A_DAY)).collect();
        let spans = if span == 0 { Vec::new() } else { windows(span)? };
        Ok(Self { hours: windows(AN_HOUR)?, spans, span_begin, weeks, first_days })
    }

    fn surge(&self, account: &SmppAccount, factor: u16) -> Option<ForecastFinding> {
        let of = |parts: &HashMap<i64, i64>| parts.get(&account.id).copied().unwrap_or_default();
        let recent = of(self.hours.first()?);
        let same_hour = self.hours.iter().skip(1).map(of).max().unwrap_or_default();
        let mean = self.weeks.get(&account.id).map_or(0, |(parts, _)| parts / i64::from(DAYS * 24));
        let usual = same_hour.max(mean);
        let is_surge = recent >= LEAST_SURGE && recent >= usual.saturating_mul(factor.into());
        is_surge.then(|| finding(ForecastKind::Surge, account, None, (recent, usual)))
    }

    fn silence(&self, account: &SmppAccount) -> Option<ForecastFinding> {
        let of = |parts: &HashMap<i64, i64>| parts.get(&account.id).copied().unwrap_or_default();
        let (recent, before) = self.spans.split_first()?;
        let (_, first) = *self.weeks.get(&account.id)?;
        // A week that begins before the account first sent says nothing.
        let known = before.iter().zip(&self.first_days).filter(|(_, day)| **day >= first);
        let usual: Vec<i64> = known.map(|(parts, _)| of(parts)).collect();
        let least = usual.iter().copied().min()?;
        let is_silent = account.details.enabled && of(recent) == 0 && usual.len() >= LEAST_WEEKS && least > 0;
        let since = time_of(i64::from(self.span_begin) * 900);
        is_silent.then(|| finding(ForecastKind::Silent, account, since, (0, least)))
    }
}

fn finding(
    kind: ForecastKind,
    account: &SmppAccount,
    at: Option<Time>,
    (recent, usual): (i64, i64),
) -> ForecastFinding {
    ForecastFinding {
        kind,
        customer: account.customer.clone(),
        account: Some(account.system_id.clone()),
        balance: None,
        at,
        recent: Some(recent),
        usual: Some(usual),
    }
}

/// The charges of a balance on each of the last days, the oldest first, from the first day with charges on.
struct DailyCharges {
    first_day: i32,
    /// In 10⁻⁸ of the unit.
    charges: Vec<i128>,
}

fn daily_charges(
    snapshot: &Snapshot<'_>,
    customer_of: &HashMap<i64, i64>,
    today: i32,
) -> Result<HashMap<(i64, Unit), DailyCharges>> {
    let mut charges: HashMap<(i64, Unit), DailyCharges> = HashMap::new();
    for day in today - DAYS..today {
        let span = TrafficSpan::Days(day..day + 1);
        snapshot.traffic_sums(&span, TrafficAccounts::Each, TrafficDetail::Unit, |sum| {
            let (Some(customer), Some(share)) = (customer_of.get(&sum.account_id), sum.share) else { return Ok(()) };
            if share.charge != Money::ZERO {
                let of_balance = charges
                    .entry((*customer, share.unit))
                    .or_insert_with(|| DailyCharges { first_day: day, charges: Vec::new() });
                let index = usize::try_from(day - of_balance.first_day).unwrap_or_default();
                of_balance.charges.resize(index + 1, 0);
                of_balance.charges[index] += i128::from(share.charge.e8());
            }
            Ok::<_, Error>(())
        })?;
    }
    for of_balance in charges.values_mut() {
        let days = usize::try_from(today - of_balance.first_day).unwrap_or_default();
        of_balance.charges.resize(days, 0);
    }
    Ok(charges)
}

impl DailyCharges {
    /// What a day of the week costs: the mean of those days, or of all days if there was none.
    fn usual(&self, day: i32) -> i128 {
        let of_weekday = |first: &i32| (first - day).rem_euclid(7) == 0;
        let days = (self.first_day..).zip(&self.charges);
        let same: Vec<i128> = days.filter(|(other, _)| of_weekday(other)).map(|(_, charge)| *charge).collect();
        let of = if same.is_empty() { &self.charges } else { &same };
        let count = i128::try_from(of.len()).unwrap_or(1).max(1);
        of.iter().sum::<i128>() / count
    }
}

/// When a balance will be empty if every day costs what is usual on that day of the week, if that is within some days.
fn empties_at(balance: Money, charges: &DailyCharges, now: Time, days: u16) -> Option<Time> {
    let second = i128::from(now.timestamp().as_second());
    let end = second + i128::from(days) * SECONDS_A_DAY;
    let (mut left, mut from) = (i128::from(balance.e8()), second);
    while left > 0 && from < end {
        let next = (from.div_euclid(SECONDS_A_DAY) + 1) * SECONDS_A_DAY;
        let a_day = charges.usual(i32::try_from(from.div_euclid(SECONDS_A_DAY)).ok()?);
        let needed = a_day * (next - from) / SECONDS_A_DAY;
        if needed >= left && a_day > 0 {
            let at = from + left * SECONDS_A_DAY / a_day;
            return i64::try_from(at).ok().filter(|at| i128::from(*at) <= end).and_then(time_of);
        }
        (left, from) = (left - needed, next);
    }
    None
}
