//! What a person should look at before it costs money: balances that will soon be empty, accounts that send much more than usual, and
//! accounts that have stopped. The rules are those of [`crate::model::DailyCharges`], [`crate::model::HourTraffic`] and
//! [`crate::model::SpanTraffic`].

use std::collections::{BTreeSet, HashMap};

use crate::error::{Error, Result};
use crate::model::word_enum::word_enum;
use crate::model::{
    AccountCode, DaysAhead, ForecastFigures, Money, Outlook, SilentHours, SmppAccount, SurgeFactor, SystemId, Time,
    Unit,
};
use crate::report::usual_traffic::{UsualTraffic, daily_charges};
use crate::store::{BalanceFilter, SmppFilter, Snapshot};

word_enum! {
    /// What a forecast found.
    pub enum FindingKind {
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
    pub days_left: Option<DaysAhead>,
    /// Accounts that sent at least this many times what is usual.
    pub surge: Option<SurgeFactor>,
    /// Accounts that have sent nothing for this number of hours.
    pub silent: Option<SilentHours>,
}

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastFinding {
    pub kind: FindingKind,
    pub customer: AccountCode,
    pub account: Option<SystemId>,
    /// The balance and its unit, of balances.
    pub balance: Option<(Money, Unit)>,
    pub figures: ForecastFigures,
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
    let mut accounts: Vec<SmppAccount> = Vec::new();
    snapshot.smpp_accounts(&SmppFilter::default(), |account| {
        accounts.push(account);
        Ok::<_, Error>(())
    })?;
    let mut findings = Vec::new();
    if let Some(days) = question.days_left {
        let customer_of: HashMap<i64, i64> = accounts.iter().map(|account| (account.id, account.customer_id)).collect();
        let charges = daily_charges(snapshot, &customer_of, now)?;
        let overdrawn = snapshot.overdrawn_balances()?;
        snapshot.balances(&BalanceFilter::default(), |balance| {
            let charges = charges.get(&(balance.customer_id, balance.unit));
            let empty = charges.and_then(|charges| charges.empties_at(balance.balance, now, days.get()));
            let found = if overdrawn.contains(&(balance.customer_id, balance.unit)) {
                Some((FindingKind::Overdrawn, None))
            } else {
                empty.map(|at| (FindingKind::DaysLeft, Some(at)))
            };
            findings.extend(found.map(|(kind, at)| ForecastFinding {
                kind,
                customer: balance.customer.clone(),
                account: None,
                balance: Some((balance.balance, balance.unit)),
                figures: ForecastFigures { balance: Some(balance.balance), at, ..ForecastFigures::default() },
            }));
            Ok::<_, Error>(())
        })?;
    }
    let silences: BTreeSet<u16> = question.silent.iter().map(|hours| hours.get()).collect();
    let usual = UsualTraffic::read(snapshot, &silences, now)?;
    for account in &accounts {
        let Some(usual) = &usual else { break };
        findings.extend(question.surge.and_then(|factor| surge(usual, account, factor)));
        findings.extend(question.silent.and_then(|hours| silence(usual, account, hours)));
    }
    Ok(Forecast { findings, known_until: usual.and_then(|usual| usual.until()) })
}

fn surge(usual: &UsualTraffic, account: &SmppAccount, factor: SurgeFactor) -> Option<ForecastFinding> {
    let hour = usual.hour(account);
    let figures = ForecastFigures { recent: Some(hour.recent), usual: Some(hour.usual), ..ForecastFigures::default() };
    (hour.outlook(factor) == Outlook::Holds).then(|| finding(FindingKind::Surge, account, figures))
}

fn silence(usual: &UsualTraffic, account: &SmppAccount, hours: SilentHours) -> Option<ForecastFinding> {
    let (span, since) = usual.span(account, hours.get())?;
    let figures =
        ForecastFigures { at: since, recent: Some(span.recent), usual: span.usual(), ..ForecastFigures::default() };
    let is_silent = account.details.enabled && span.outlook() == Outlook::Holds;
    is_silent.then(|| finding(FindingKind::Silent, account, figures))
}

fn finding(kind: FindingKind, account: &SmppAccount, figures: ForecastFigures) -> ForecastFinding {
    ForecastFinding {
        kind,
        customer: account.customer.clone(),
        account: Some(account.system_id.clone()),
        balance: None,
        figures,
    }
}
