//! The conditions of forecast warnings: what traffic says of each now, and which of them a check has to raise or end.

use std::collections::{BTreeSet, HashMap};

use crate::error::{Error, Result};
use crate::model::{
    DaysAhead, ForecastAlert, ForecastCause, ForecastFigures, ForecastKind, Money, Outlook, ServiceCode, SilentHours,
    SmppAccount, SurgeFactor, SystemId, Time, Unit, Warning,
};
use crate::report::usual_traffic::{UsualTraffic, all_traffic, daily_charges};
use crate::store::{BalanceFilter, ForecastKey, ImportFilter, Page, ServiceFilter, ServiceSort, SmppFilter, Snapshot};

/// A condition of a warning, and what traffic says of it.
#[derive(Debug, Clone)]
pub struct ForecastCondition {
    pub key: ForecastKey,
    pub account: Option<SystemId>,
    pub outlook: Outlook,
    pub figures: ForecastFigures,
    /// The alert, if the warning is raised.
    pub raised: Option<ForecastAlert>,
}

/// A forecast warning to be raised or ended.
#[derive(Debug, Clone)]
pub struct ForecastChange {
    pub key: ForecastKey,
    pub raised: bool,
    pub cause: ForecastCause,
    pub figures: ForecastFigures,
}

/// What a check has to raise and to end, in the order of customers. If no warning asks for a forecast, no traffic is read.
pub fn forecast_changes(snapshot: &Snapshot<'_>, now: Time) -> Result<Vec<ForecastChange>> {
    let mut left: Vec<ForecastAlert> = snapshot.raised_forecasts()?;
    let mut changes = Vec::new();
    for condition in forecast_conditions(snapshot, &snapshot.forecast_warnings()?, now)? {
        left.retain(|alert| ForecastKey::of(alert) != condition.key);
        let ForecastCondition { key, outlook, figures, raised, .. } = condition;
        let change = outlook.change(raised.is_some());
        changes.extend(change.map(|raised| ForecastChange { key, raised, cause: ForecastCause::Check, figures }));
    }
    // What is raised and no longer a condition: its account is not in use any more, or nobody asks for silence.
    changes.extend(left.iter().map(|alert| ForecastChange {
        key: ForecastKey::of(alert),
        raised: false,
        cause: if alert.account_id.is_some() { ForecastCause::Account } else { ForecastCause::Settings },
        figures: alert.figures,
    }));
    Ok(changes)
}

/// The conditions of these warnings, in their order.
pub fn forecast_conditions(snapshot: &Snapshot<'_>, warnings: &[Warning], now: Time) -> Result<Vec<ForecastCondition>> {
    if warnings.is_empty() {
        return Ok(Vec::new());
    }
    let accounts = accounts_by_balance(snapshot)?;
    let mut raised: HashMap<ForecastKey, ForecastAlert> =
        snapshot.raised_forecasts()?.into_iter().map(|alert| (ForecastKey::of(&alert), alert)).collect();
    let mut conditions = days_left(snapshot, warnings, &accounts, now)?;
    conditions.extend(of_accounts(snapshot, warnings, &accounts, now)?);
    for condition in &mut conditions {
        condition.raised = raised.remove(&condition.key);
    }
    Ok(conditions)
}

/// The active, enabled accounts, by customer and the unit that they are charged in.
type Accounts = HashMap<(i64, Unit), Vec<SmppAccount>>;

fn accounts_by_balance(snapshot: &Snapshot<'_>) -> Result<Accounts> {
    let mut units: HashMap<ServiceCode, Unit> = HashMap::new();
    let services = ServiceFilter { unit: None, search: None, page: Page::all(ServiceSort::Code) };
    snapshot.services(&services, |service| {
        units.insert(service.code, service.unit);
        Ok::<_, Error>(())
    })?;
    let mut accounts = Accounts::new();
    snapshot.smpp_accounts(&SmppFilter { enabled: Some(true), ..SmppFilter::default() }, |account| {
        if let Some(unit) = units.get(&account.details.service) {
            accounts.entry((account.customer_id, *unit)).or_default().push(account);
        }
        Ok::<_, Error>(())
    })?;
    Ok(accounts)
}

/// The conditions of balances.
fn days_left(
    snapshot: &Snapshot<'_>,
    warnings: &[Warning],
    accounts: &Accounts,
    now: Time,
) -> Result<Vec<ForecastCondition>> {
    let asked: Vec<(&Warning, DaysAhead)> =
        warnings.iter().filter_map(|warning| Some((warning, warning.details.days_left?))).collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let customer_of =
        accounts.values().flatten().map(|account| (account.id, account.customer_id)).collect::<HashMap<_, _>>();
    let charges = daily_charges(snapshot, &customer_of, now)?;
    let mut balances: HashMap<(i64, Unit), Money> = HashMap::new();
    snapshot.balances(&BalanceFilter::default(), |balance| {
        balances.insert((balance.customer_id, balance.unit), balance.balance);
        Ok::<_, Error>(())
    })?;
    let conditions = asked.into_iter().filter_map(|(warning, days)| {
        let key = (warning.customer_id, warning.unit);
        let balance = *balances.get(&key)?;
        // Without charges there is no rate: a balance that nothing is charged to lasts.
        let (outlook, at) = match charges.get(&key) {
            Some(charges) => charges.outlook(balance, now, days),
            None => (Outlook::Ended, None),
        };
        let figures = ForecastFigures { balance: Some(balance), at, ..ForecastFigures::default() };
        Some(condition(Some(warning), ForecastKind::DaysLeft, None, (outlook, figures)))
    });
    Ok(conditions.collect())
}

/// The conditions of accounts, and that nobody's traffic was imported.
fn of_accounts(
    snapshot: &Snapshot<'_>,
    warnings: &[Warning],
    accounts: &Accounts,
    now: Time,
) -> Result<Vec<ForecastCondition>> {
    let silences: BTreeSet<u16> =
        warnings.iter().filter_map(|warning| warning.details.silent).map(SilentHours::get).collect();
    if silences.is_empty() && warnings.iter().all(|warning| warning.details.surge.is_none()) {
        return Ok(Vec::new());
    }
    let usual = UsualTraffic::read(snapshot, &silences, now)?;
    let mut conditions = Vec::new();
    if let Some(hours) = silences.first() {
        conditions.push(no_traffic(snapshot, usual.as_ref(), *hours, now)?);
    }
    for warning in warnings {
        let own = accounts.get(&(warning.customer_id, warning.unit)).map_or(&[][..], Vec::as_slice);
        for account in own {
            let of = |kind, found| condition(Some(warning), kind, Some(account), found);
            let surge = warning.details.surge.map(|factor| surge(usual.as_ref(), account, factor));
            conditions.extend(surge.map(|found| of(ForecastKind::Surge, found)));
            let silence = warning.details.silent.map(|hours| silence(usual.as_ref(), account, hours));
            conditions.extend(silence.map(|found| of(ForecastKind::Silent, found)));
        }
    }
    Ok(conditions)
}

fn condition(
    warning: Option<&Warning>,
    kind: ForecastKind,
    account: Option<&SmppAccount>,
    (outlook, figures): (Outlook, ForecastFigures),
) -> ForecastCondition {
    let warning = warning.map(|warning| (warning.customer_id, warning.unit));
    ForecastCondition {
        key: ForecastKey { warning, kind, account_id: account.map(|account| account.id) },
        account: account.map(|account| account.system_id.clone()),
        outlook,
        figures,
        raised: None,
    }
}

fn surge(usual: Option<&UsualTraffic>, account: &SmppAccount, factor: SurgeFactor) -> (Outlook, ForecastFigures) {
    let Some(usual) = usual else { return (Outlook::Unclear, ForecastFigures::default()) };
    let hour = usual.hour(account);
    let figures =
        ForecastFigures { balance: None, at: usual.until(), recent: Some(hour.recent), usual: Some(hour.usual) };
    (hour.outlook(factor), figures)
}

fn silence(usual: Option<&UsualTraffic>, account: &SmppAccount, hours: SilentHours) -> (Outlook, ForecastFigures) {
    let Some((span, since)) = usual.and_then(|usual| usual.span(account, hours.get())) else {
        return (Outlook::Unclear, ForecastFigures::default());
    };
    let figures = ForecastFigures { balance: None, at: since, recent: Some(span.recent), usual: span.usual() };
    (span.outlook(), figures)
}

/// Whether nobody's traffic was imported for the shortest silence that a warning asks for, although there was some at this time of
/// every week before. No account can be silent then, because nothing is known of it.
fn no_traffic(
    snapshot: &Snapshot<'_>,
    usual: Option<&UsualTraffic>,
    hours: u16,
    now: Time,
) -> Result<ForecastCondition> {
    let span = all_traffic(snapshot, hours, now)?;
    let since = match usual.and_then(UsualTraffic::until) {
        Some(until) => Some(until),
        None => last_import(snapshot)?,
    };
    let figures = ForecastFigures { balance: None, at: since, recent: Some(span.recent), usual: span.usual() };
    Ok(condition(None, ForecastKind::NoTraffic, None, (span.outlook(), figures)))
}

fn last_import(snapshot: &Snapshot<'_>) -> Result<Option<Time>> {
    let mut last = None;
    snapshot.imports(&ImportFilter { state: None, newest_first: true, limit: Some(1) }, |import| {
        last = Some(import.ended_at.unwrap_or(import.begun_at));
        Ok::<_, Error>(())
    })?;
    Ok(last)
}
