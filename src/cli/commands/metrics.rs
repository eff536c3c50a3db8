//! `ssgctl metrics`: figures for Prometheus.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use ssgctl::error::quoted;
use ssgctl::formats::prometheus::{MetricsText, value_of};
use ssgctl::model::{ForecastKind, Time};
use ssgctl::report::{self, COUNTED_STATES, Figures};
use ssgctl::store::Clock;
use ssgctl::store::files;

use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// When figures were last read; a failed run keeps it.
const LAST_SUCCESS: &str = "ssgctl_metrics_last_success_timestamp_seconds";

/// Print figures for Prometheus: low balances, emails, the last check, import and backup
///
/// With --textfile, the figures go to a file that the textfile collector of `node_exporter` reads. It is written under
/// another name and renamed, so that no half of it is ever read, and everybody may read it. If the figures cannot be
/// read, the file says so with `ssgctl_up 0` and keeps the time of the last success.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl metrics
  */5 * * * * ssgctl metrics --textfile /var/lib/prometheus/node-exporter/ssgctl.prom
  ssgctl metrics --per-customer | grep days_left")]
pub(crate) struct MetricsArgs {
    /// Write to this file, whose name must end in .prom
    #[arg(long, value_name = "FILE")]
    textfile: Option<PathBuf>,

    /// Add how many days the balance of each customer lasts
    #[arg(long)]
    per_customer: bool,
}

pub(crate) fn run(args: &MetricsArgs, context: &mut Context) -> Result<()> {
    if let Some(file) = &args.textfile {
        // The collector ignores files of other names without a word.
        if file.extension().is_none_or(|extension| extension != "prom") {
            return Err(Failure::usage(format!("{} does not end in .prom", quoted(file.display()))).field("textfile"));
        }
        files::refuse_protected(file, None)?;
    }
    let now = Clock::System.now();
    let figures = context.read(|snapshot| report::figures(snapshot, args.per_customer, now));
    let last_backup = context.settings.database().ok().and_then(files::last_backup);
    let text = figures.map(|figures| text_of(&figures, last_backup, now));
    let Some(file) = &args.textfile else { return context.output.text(text?.as_bytes()) };
    match text {
        Ok(text) => write(file, &text),
        Err(failure) => {
            // The failure of the database is the one to report, whether or not the file can be written.
            let _ = write(file, &text_of_failure(file));
            Err(failure)
        }
    }
}

fn text_of(figures: &Figures, last_backup: Option<Time>, now: Time) -> String {
    let mut text = MetricsText::default();
    text.single("ssgctl_up", "Whether the figures could be read.", 1);
    text.single(LAST_SUCCESS, "When the figures were last read.", seconds(now));
    text.single("ssgctl_balances", "Balances of active customers.", figures.balances);
    text.gauge("ssgctl_low_balances", "Balances at or below a threshold of their warning.");
    for (level, count) in [("early_warning", figures.early_warnings), ("urgent", figures.urgent)] {
        text.sample("ssgctl_low_balances", &[("level", level)], count);
    }
    text.gauge("ssgctl_forecast_alerts", "Forecasts of warnings that were reported and have not ended.");
    for (kind, count) in ForecastKind::ALL.iter().zip(figures.forecasts) {
        text.sample("ssgctl_forecast_alerts", &[("kind", kind.as_str())], count);
    }
    let help = "Balances of prepaid customers below zero, or below their credit limit.";
    text.single("ssgctl_overdrawn_balances", help, figures.overdrawn);
    text.gauge("ssgctl_emails", "Emails that wait, failed or may not have arrived.");
    for (state, count) in COUNTED_STATES.iter().zip(figures.emails) {
        text.sample("ssgctl_emails", &[("state", state.as_str())], count);
    }
    if let Some(finished) = figures.last_check.as_ref().and_then(|run| run.finished_at) {
        let help = "When `ssgctl balance check` last finished.";
        text.single("ssgctl_last_check_timestamp_seconds", help, seconds(finished));
    }
    if let Some(import) = &figures.last_import {
        let ended = import.ended_at.unwrap_or(import.begun_at);
        text.single("ssgctl_last_import_timestamp_seconds", "When traffic was last imported.", seconds(ended));
        let refused = import.tally.refused;
        text.single("ssgctl_last_import_refused_rows", "Rows that the last import refused.", refused);
    }
    if let Some(at) = last_backup {
        let help = "When the database was last backed up.";
        text.single("ssgctl_last_backup_timestamp_seconds", help, seconds(at));
    }
    let unfinished = figures.unfinished_imports;
    text.single("ssgctl_unfinished_imports", "Imports that run or were interrupted.", unfinished);
    if !figures.days_left.is_empty() {
        text.gauge("ssgctl_days_left", "Full days that a balance lasts at the charges of the last 7 days.");
        for days in &figures.days_left {
            let labels = [("customer", days.customer.as_str()), ("unit", days.unit.code())];
            text.sample("ssgctl_days_left", &labels, days.days);
        }
    }
    text.into_text()
}

/// What is known if the figures could not be read.
fn text_of_failure(file: &Path) -> String {
    let before = fs::read_to_string(file).unwrap_or_default();
    let mut text = MetricsText::default();
    text.single("ssgctl_up", "Whether the figures could be read.", 0);
    if let Some(seconds) = value_of(&before, LAST_SUCCESS) {
        text.single(LAST_SUCCESS, "When the figures were last read.", seconds);
    }
    text.into_text()
}

fn seconds(time: Time) -> i64 {
    time.timestamp().as_second()
}

/// Replaces a file in one step. Its temporary name does not end in `.prom`, so the collector does not read it.
fn write(file: &Path, text: &str) -> Result<()> {
    let temporary = file.with_extension(format!("prom.{}", std::process::id()));
    files::write_public(&temporary, text.as_bytes())?;
    fs::rename(&temporary, file).map_err(|error| {
        // The figures are stale by the next run; nothing is left of them.
        let _ = fs::remove_file(&temporary);
        Failure::new(ErrorCode::Io, format!("cannot write {}: {error}", file.display()))
    })
}
