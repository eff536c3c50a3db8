//! Compares a customer's file of message records with the stored messages. Nothing is written to the database.
//!
//! ```text
//! file ─▶ parse ─▶ stage ─┐
//!                         ├─▶ sort by ID ─▶ match ─▶ pairs ───────────────────────────────────────┐
//! stored messages ────────┘                   └────▶ rest ─▶ sort by number and time ─▶ match ────┴─▶ differences
//! ```
//!
//! Both sides are sorted in temporary files, so memory does not grow with them.

mod collector;
mod file;
mod file_summary;
mod matching;
mod request;
mod sorter;

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::{Error, Result, quoted};
use crate::model::{ImportPrices, Message, MessageDifference, Money, SystemId, Time, day_of, day_of_second, time_of};
use crate::store::{KnownPrices, Snapshot, Store, StoredMessage, TrafficFilter};
use crate::traffic::account_index::AccountIndex;
use crate::traffic::reprice::refuse_incomplete;
use crate::traffic::request::ImportProgress;
use crate::traffic::staged_row::StagedRow;
use crate::traffic::staging::Staging;

use collector::DifferenceCollector;
use file::{FileMessages, read_file};
use request::other_customer;
use sorter::{Order, Report, Side, Sorter};

pub use file_summary::ReconciledFile;
pub use request::{ReconcileRequest, Reconciliation};

/// Compares a file with the stored messages of a customer, and passes every difference to `each`.
///
/// # Errors
/// [`Error::Rows`] with everything that is wrong with the file, [`Error::Pruned`] when messages of the period were pruned, and
/// [`Error::Refused`] when an import of the period is unfinished or the file has no messages and the period is not given.
pub fn reconcile<E: From<Error>>(
    store: &mut Store,
    request: &ReconcileRequest,
    watch: &mut dyn ImportProgress,
    mut each: impl FnMut(&MessageDifference) -> Result<(), E>,
) -> Result<Reconciliation, E> {
    let database = store.path().to_owned();
    let snapshot = store.read()?;
    let mut comparison = Comparison::new(&snapshot, request)?;
    watch.begin("reading");
    let run = request.sorted_in_memory.unwrap_or(sorter::RUN);
    let mut by_id = Sorter::new(Order::ById, &database, run);
    let (file, period) = comparison.add_file((&snapshot, &database), request, &mut by_id, watch)?;
    refuse_incomplete(&snapshot, &period)?;
    watch.begin("comparing");
    comparison.add_stored(&snapshot, &period, &mut by_id)?;
    let mut failed = None;
    let mut pass_on = |difference: &MessageDifference| match each(difference) {
        Ok(()) => Ok(()),
        Err(error) => {
            failed = Some(error);
            Err(Error::Internal("a difference was not taken".to_owned()))
        }
    };
    let Comparison { names, prices, .. } = comparison;
    let mut collector = DifferenceCollector::new((names, prices), (request, period.clone()), &mut pass_on);
    let mut rest = Sorter::new(Order::ByNumber, &database, run);
    let repeats = matching::by_id(by_id, &mut rest, &mut collector).and_then(|repeats| {
        let tolerance = if request.by_id_only { -1 } else { i64::from(request.tolerance) };
        matching::by_number(rest, tolerance, &mut collector).map(|()| repeats)
    });
    let (sums, ours, theirs, matched_by_time) = collector.end();
    match (failed, repeats) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(repeats)) => {
            Ok(Reconciliation { file, period: times(&period)?, sums, ours, theirs, matched_by_time, repeats })
        }
    }
}

/// The accounts of a customer, and what their messages cost.
struct Comparison {
    names: HashMap<i64, SystemId>,
    prices: ImportPrices,
    known_prices: KnownPrices,
}

impl Comparison {
    fn new(snapshot: &Snapshot<'_>, request: &ReconcileRequest) -> Result<Self> {
        let customer = snapshot.customer(&request.customer)?;
        if let Some(name) = &request.options.account {
            let account = snapshot.smpp_account(name)?;
            if account.customer_id != customer.id {
                return Err(other_customer(name, account.customer.as_str()));
            }
        }
        let filter = TrafficFilter { customer_id: Some(customer.id), ..TrafficFilter::default() };
        let accounts = snapshot.traffic_accounts(&filter)?;
        let ids: Vec<i64> = accounts.iter().map(|account| account.id).collect();
        let plans = Arc::new(snapshot.prices(snapshot.prices_version()?, Some(&ids))?);
        Ok(Self {
            names: accounts.into_iter().map(|account| (account.id, account.system_id)).collect(),
            prices: ImportPrices { charging: true, plans, ..ImportPrices::default() },
            known_prices: KnownPrices::default(),
        })
    }

    /// Adds the messages of the file; returns what it has, and the seconds to compare.
    fn add_file(
        &self,
        (snapshot, database): (&Snapshot<'_>, &Path),
        request: &ReconcileRequest,
        sorter: &mut Sorter,
        watch: &mut dyn ImportProgress,
    ) -> Result<(ReconciledFile, Range<i64>)> {
        let index = AccountIndex::of_accounts(self.names.keys().copied(), self.prices.clone());
        let staging = Staging::next_to(database);
        let FileMessages { staging, file } = read_file(snapshot, request, (index, staging), watch)?;
        let mut span: Option<(i64, i64)> = None;
        let mut rows = staging.rows();
        while let Some((line, row)) = rows.next()? {
            let StagedRow::Message(message) = row else { continue };
            let report = Report { side: Side::Theirs, origin: line, message };
            let second = report.second();
            span = Some(span.map_or((second, second), |(first, last)| (first.min(second), last.max(second))));
            sorter.add(report)?;
        }
        let period = match (request.period, span) {
            (Some((from, until)), _) => from.timestamp().as_second()..until.timestamp().as_second(),
            (None, Some(span)) => days_of(span, &request.options.zone)?,
            (None, None) => {
                return Err(Error::Refused(format!(
                    "{} has no messages, so the days to compare are not known",
                    quoted(&request.source.name)
                )));
            }
        };
        Ok((file, period))
    }

    /// Adds the stored messages of the period, and those of a day before and after it, whose times the file may have differently.
    fn add_stored(&mut self, snapshot: &Snapshot<'_>, period: &Range<i64>, sorter: &mut Sorter) -> Result<()> {
        let (first, last) = (day_of_second(period.start) - 1, day_of_second(period.end - 1) + 1);
        snapshot.messages((first, last), |StoredMessage { day, id, account_id, known, .. }| {
            if !self.names.contains_key(&account_id) {
                return Ok(());
            }
            let charge = if known.charged {
                let rated = known.rated(day, account_id);
                let rating = self.known_prices.of(snapshot, known.import_id)?.rate(&rated);
                rating.map_err(|_| no_price(&id, day))?.charge
            } else {
                Money::ZERO
            };
            let message = Message {
                day,
                id,
                account_id,
                second: known.second,
                state: known.state,
                destination: known.destination,
                parts: known.parts,
                price: Some(charge),
                network: known.network,
            };
            sorter.add(Report { side: Side::Ours, origin: known.import_id.unsigned_abs(), message })
        })
    }
}

fn no_price(id: &crate::model::MessageId, day: i32) -> Error {
    Error::Damaged(format!("message `{id}` of {} has no price in its import", day_of(day)))
}

/// The seconds of the whole days of a zone from the first to the last message.
fn days_of((first, last): (i64, i64), zone: &TimeZone) -> Result<Range<i64>> {
    let out_of_range = |_| Error::Refused("a time of the file is out of range".to_owned());
    let start = |second: i64, next: bool| -> Result<i64> {
        let time = Timestamp::from_second(second).map_err(out_of_range)?.to_zoned_datetime(zone.clone());
        let day = if next { time.tomorrow().map_err(out_of_range)? } else { time };
        Ok(day.start_of_day().map_err(out_of_range)?.timestamp().as_second())
    };
    Ok(start(first, false)?..start(last, true)?)
}

fn times(period: &Range<i64>) -> Result<(Time, Time)> {
    let times = time_of(period.start).zip(time_of(period.end));
    times.ok_or_else(|| Error::Refused("the period is out of range".to_owned()))
}
