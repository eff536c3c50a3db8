//! `ssgctl balance check`: the command that cron runs. `mail::Dispatcher` does the work; this file turns its outcome into
//! messages and an exit code.

use clap::Args;
use ssgctl::Error;
use ssgctl::error::count as counted;
use ssgctl::mail::{CheckOutcome, DispatchOutcome};
use ssgctl::model::CheckRun;
use ssgctl::ops;
use ssgctl::ops::warning::{CheckFindings, ForecastNotice, UncheckedBalance};

use crate::args::change::{AuditArgs, ChangeArgs};
use crate::commands::balance::planned_email::{PlannedEmail, planned};
use crate::commands::mail::outcome;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, FieldKeys, Row};

/// Send emails about balances that crossed a threshold, and about forecasts; run it from cron
///
/// Posts accrued charges of earlier days to the ledger first, see `ssgctl help traffic post`. `ssgctl balance warn` sets
/// thresholds and forecasts.
///
/// Sends each recipient one email per crossing, no matter how often or how many copies run. Prints nothing when there
/// is nothing to report. Emails that cannot be sent now wait for a later run (exit 11). Emails that failed for good, or
/// may not have arrived, need a person (exit 12): see `ssgctl mail list`. Emails that may not have arrived keep exit code
/// 12 until you retry or cancel them.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance check
  ssgctl balance check --dry-run
  ssgctl balance check --status --json
  */5 * * * *  gateway  ssgctl balance check   # in /etc/cron.d")]
pub(crate) struct CheckArgs {
    /// Show which emails would be queued without saving or sending anything
    #[arg(short = 'n', long)]
    dry_run: bool,

    /// Show when the check last ran, what it did, and how many balances are overdrawn now
    #[arg(long, conflicts_with = "dry_run")]
    status: bool,

    /// Print what was done, even if there was nothing to do
    #[arg(short, long)]
    verbose: bool,

    #[command(flatten)]
    why: AuditArgs,
}

/// A run, and the balances that are overdrawn now: one without thresholds crosses none, so no run reports it.
struct CheckStatus {
    run: CheckRun,
    overdrawn: u64,
}

impl Row for CheckStatus {
    const NAME: &str = "started_at";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("started_at", |s| Cell::Time(s.run.started_at)),
        Column::new("finished_at", |s| Cell::maybe_time(s.run.finished_at)),
        Column::new("crossings", |s| Cell::number(s.run.counts.crossings)),
        Column::new("queued", |s| Cell::number(s.run.counts.queued)),
        Column::new("sent", |s| Cell::number(s.run.counts.sent)),
        Column::new("deferred", |s: &Self| Cell::number(s.run.counts.deferred)).only_if_any(),
        Column::new("failed", |s: &Self| Cell::number(s.run.counts.failed)).only_if_any(),
        Column::new("uncertain", |s: &Self| Cell::number(s.run.counts.uncertain)).only_if_any(),
        Column::new("overdrawn", |s: &Self| Cell::number(s.overdrawn)).only_if_any(),
    ];
}

/// Prints a run.
fn print(run: CheckRun, context: &mut Context) -> Result<()> {
    let overdrawn = context.read(|snapshot| Ok(snapshot.overdrawn_balances()?.len() as u64))?;
    context.output.row(&CheckStatus { run, overdrawn })?;
    if overdrawn > 0 {
        let (balances, are) = (counted(overdrawn, "balance"), if overdrawn == 1 { "is" } else { "are" });
        context.note(&format!("{balances} {are} overdrawn: `ssgctl balance list --at-most 0 --sort balance`"));
    }
    Ok(())
}

pub(crate) fn run(args: &CheckArgs, context: &mut Context) -> Result<()> {
    if args.status {
        return status(context);
    }
    if args.dry_run {
        return dry_run(args, context);
    }
    context.output.refuse_unknown_fields(&CheckStatus::keys())?;
    let mail = context.settings.mail.clone();
    let renderer = mail.renderer()?.in_zone(context.settings.defaults.zone());
    let checked = outcome::dispatch(context, &args.why, |dispatcher| {
        dispatcher.check(&mail.mail.internal, &renderer, || Ok::<_, Failure>(mail.transport()?.transport()?))
    })?;
    let Some(CheckOutcome { run, findings, dispatched, uncertain, unposted }) = checked else {
        if args.verbose {
            context.note("another check is running; this one has nothing to do");
        }
        return Ok(());
    };
    if args.verbose || context.output.is_data() {
        print(run, context)?;
    }
    let verdict = verdict(&dispatched, findings.lacks_recipient(), &uncertain);
    // Only one failure can end the command. The lesser of two is printed as a warning, so that it is not lost.
    if let (Err(failure), false) = (&verdict, findings.unchecked.is_empty()) {
        Context::warn(&failure.to_string());
    }
    if let Some(error) = &unposted {
        Context::warn(&format!("accrued charges of earlier days are not posted: {error}"));
    }
    report_unchecked(&findings.unchecked).and(verdict)?;
    unposted.map_or(Ok(()), |error| Err(error.into()))
}

/// The result of the run. What needs a person takes precedence over what a later run will do by itself.
fn verdict(dispatched: &DispatchOutcome, no_recipient: bool, uncertain: &[i64]) -> Result<()> {
    outcome::failed(dispatched)?;
    if let [first, others @ ..] = uncertain {
        let emails = counted(uncertain.len() as u64, "email");
        let which = if others.is_empty() { format!("email {first}") } else { format!("the first is email {first}") };
        let message = format!("{emails} may not have arrived: {which}");
        let hint = "ask the recipient, then run `ssgctl mail retry` or `ssgctl mail cancel`";
        return Err(outcome::attention(message).hint(hint));
    }
    if no_recipient {
        let hint = "add a billing contact or an invoice email, or run `ssgctl balance warn CUSTOMER --to EMAIL`";
        return Err(outcome::attention("a warning has no recipient".to_owned()).hint(hint));
    }
    outcome::deferred(dispatched)
}

/// Warns about each balance that could not be checked, and fails if there is one. This failure takes precedence over
/// all others: until a person repairs the data, these customers get no warning.
fn report_unchecked(unchecked: &[UncheckedBalance]) -> Result<()> {
    for UncheckedBalance { name, error } in unchecked {
        Context::warn(&format!("{name} cannot be checked: {error}"));
    }
    match unchecked.len() {
        0 => Ok(()),
        number => {
            let balances = counted(number as u64, "balance");
            Err(Error::Damaged(format!("{balances} could not be checked, all others were")).into())
        }
    }
}

fn status(context: &mut Context) -> Result<()> {
    let run = context.store()?.read()?.last_check_run()?;
    match run {
        Some(run) => print(run, context),
        None => Err(Failure::new(ErrorCode::NeverRan, "`balance check` has never run on this database")),
    }
}

fn dry_run(args: &CheckArgs, context: &mut Context) -> Result<()> {
    let renderer = context.settings.mail.renderer()?.in_zone(context.settings.defaults.zone());
    let internal = context.settings.mail.mail.internal.clone();
    let change = ChangeArgs { dry_run: true, audit: args.why.clone() };
    let findings = context.transact(&change, |tx| {
        let mut findings = ops::warning::check_balances(tx, &internal, &|notice| renderer.compose(notice))?;
        let compose = |notice: &ForecastNotice<'_>| renderer.compose_forecast(notice);
        ops::warning::check_forecasts(tx, &internal, &compose, &mut findings)?;
        Ok::<_, Error>(findings)
    })?;
    let CheckFindings { alerts, forecasts, unchecked } = findings;
    let crossings =
        alerts.into_iter().flat_map(|alert| planned(&alert.crossing, alert.emails, PlannedEmail::of_crossing));
    let forecasts =
        forecasts.into_iter().flat_map(|found| planned(&found.alert, found.emails, PlannedEmail::of_forecast));
    let rows: Vec<PlannedEmail> = crossings.chain(forecasts).collect();
    context.output.rows(&rows)?;
    report_unchecked(&unchecked)
}
