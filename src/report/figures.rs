//! Figures for a monitoring system: how many balances are low, which emails wait or failed, and when jobs last succeeded.

use crate::error::{Error, Result};
use crate::model::{
    AccountCode, Balance, CheckRun, EmailState, ForecastKind, Import, ImportState, Level, Time, Unit, WarningDetails,
};
use crate::report::runway::runways;
use crate::store::{ArchiveFilter, BalanceFilter, ImportFilter, OutboxFilter, Snapshot};

/// The states of emails that are counted: all but those that are settled well.
pub const COUNTED_STATES: [EmailState; 4] =
    [EmailState::Pending, EmailState::Sending, EmailState::Failed, EmailState::Uncertain];

/// The figures of one moment.
#[derive(Debug)]
pub struct Figures {
    /// The number of balances of active customers.
    pub balances: u64,
    /// Those at or below the early warning threshold and above the urgent one.
    pub early_warnings: u64,
    /// Those at or below the urgent threshold.
    pub urgent: u64,
    /// Overdrawn balances of active customers who pay in advance, with and without thresholds.
    pub overdrawn: u64,
    /// The number of raised forecast warnings of each kind, in the order of [`ForecastKind::ALL`].
    pub forecasts: [u64; ForecastKind::ALL.len()],
    /// The number of full days that each balance lasts, if asked for. A balance without charges is left out.
    pub days_left: Vec<DaysLeft>,
    /// The number of emails in each of [`COUNTED_STATES`].
    pub emails: [u64; COUNTED_STATES.len()],
    pub last_check: Option<CheckRun>,
    /// The newest import that is complete.
    pub last_import: Option<Import>,
    pub unfinished_imports: u64,
}

/// How long a balance lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaysLeft {
    pub customer: AccountCode,
    pub unit: Unit,
    pub days: u64,
}

/// Reads the figures as of `now`. `per_customer` says whether to estimate how long each balance lasts.
pub fn figures(snapshot: &Snapshot<'_>, per_customer: bool, now: Time) -> Result<Figures> {
    let filter = BalanceFilter { archive_filter: ArchiveFilter::Active, ..BalanceFilter::default() };
    let mut figures = Figures {
        balances: 0,
        early_warnings: 0,
        urgent: 0,
        overdrawn: snapshot.overdrawn_balances()?.len() as u64,
        forecasts: [0; ForecastKind::ALL.len()],
        days_left: Vec::new(),
        emails: [0; COUNTED_STATES.len()],
        last_check: snapshot.last_check_run()?,
        last_import: None,
        unfinished_imports: 0,
    };
    snapshot.balances(&filter, |balance| {
        figures.count(&balance);
        Ok::<_, Error>(())
    })?;
    for alert in snapshot.raised_forecasts()? {
        for (count, kind) in figures.forecasts.iter_mut().zip(ForecastKind::ALL) {
            *count += u64::from(kind == alert.kind);
        }
    }
    if per_customer {
        runways(snapshot, &filter, now, |runway| {
            if let Some(days) = runway.days_left() {
                let Balance { customer, unit, .. } = runway.balance;
                figures.days_left.push(DaysLeft { customer, unit, days });
            }
            Ok::<_, Error>(())
        })?;
    }
    for (count, state) in figures.emails.iter_mut().zip(COUNTED_STATES) {
        snapshot.emails(&OutboxFilter { state: Some(state), ..OutboxFilter::default() }, |_| {
            *count += 1;
            Ok::<_, Error>(())
        })?;
    }
    let imports = |state, limit| ImportFilter { state: Some(state), newest_first: true, limit };
    snapshot.imports(&imports(ImportState::Finished, Some(1)), |import| {
        figures.last_import = Some(import);
        Ok::<_, Error>(())
    })?;
    snapshot.imports(&imports(ImportState::Unfinished, None), |_| {
        figures.unfinished_imports += 1;
        Ok::<_, Error>(())
    })?;
    Ok(figures)
}

impl Figures {
    fn count(&mut self, balance: &Balance) {
        self.balances += 1;
        let thresholds = WarningDetails { upper: balance.upper, lower: balance.lower, ..WarningDetails::empty() };
        match thresholds.level(balance.balance) {
            Level::Ok => {}
            Level::Upper => self.early_warnings += 1,
            Level::Lower => self.urgent += 1,
        }
    }
}
