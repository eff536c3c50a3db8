//! `ssgctl overview`: the state of the whole installation on one page.

use std::borrow::Cow;
use std::io::{IsTerminal, Read};
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use clap::Args;
use ssgctl::error::count;
use ssgctl::model::{CheckRun, Level};
use ssgctl::report::{self, LowBalance, Overview, REFUSED_DAYS};
use ssgctl::store::Clock;
use ssgctl::store::files::last_backup;

use crate::args::period::ZoneArgs;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{Cell, Column, DetailView, Row};
use crate::signals;

/// Show the state of the installation: customers, low balances, emails, imports, traffic
///
/// Balances count as low by their amount now, whatever the last `balance check` found. A balance below zero, or below its
/// credit limit, of a prepaid customer is overdrawn, with or without a warning. The list has the urgent and overdrawn ones first,
/// then those that last the shortest, and `days_left` as in `ssgctl report balances`. Traffic is that of today until now
/// and of the same hours a week ago. The last section says what needs a person, with the command for it.
///
/// `ssgctl` without a command prints the same once there are customers.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl overview
  ssgctl overview --watch
  ssgctl overview --json | jq -r '.next_steps[]'
  ssgctl overview --json --fields urgent,emails_failed,refused_rows")]
pub(crate) struct OverviewArgs {
    /// Draw it again at this interval in seconds, until you press q [default: 5]
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "5")]
    watch: Option<NonZeroU64>,

    #[command(flatten)]
    zone: ZoneArgs,
}

pub(crate) fn run(args: &OverviewArgs, context: &mut Context) -> Result<()> {
    let Some(seconds) = args.watch else { return print(args, context) };
    if context.output.width().is_none() || context.output.is_data() {
        return Err(Failure::usage("--watch draws on a terminal")
            .hint("drop --watch, or the output format")
            .field("watch"));
    }
    signals::restoring_terminal(|| {
        signals::disable_echo();
        watch(args, Duration::from_secs(seconds.get()), context)
    })
}

fn print(args: &OverviewArgs, context: &mut Context) -> Result<()> {
    let zone = args.zone.zone(context.settings.defaults.zone());
    let overview = context.read(|snapshot| report::overview(snapshot, &zone, Clock::System.now()))?;
    let profile = context.settings.profile.as_ref().map(ToString::to_string);
    let steps = next_steps(&overview).iter().map(|step| context.in_profile(step).into()).collect();
    let view = view(&overview, context.settings.database()?, profile, steps);
    context.output.view(view)
}

fn watch(args: &OverviewArgs, pause: Duration, context: &mut Context) -> Result<()> {
    const CLEAR: &[u8] = b"\x1b[H\x1b[2J";
    let keys = keys();
    loop {
        context.output.text(CLEAR)?;
        print(args, context)?;
        context.note("q ends it");
        match keys.recv_timeout(pause) {
            // Escape and the end of the input end it too.
            Ok(b'q' | b'Q' | 0x1b | 0x04) => return Ok(()),
            // Any other key draws it again at once.
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => thread::sleep(pause),
        }
    }
}

/// The keys that are pressed. Where stdin is no terminal, there are none.
fn keys() -> Receiver<u8> {
    let (sender, receiver) = channel();
    if std::io::stdin().is_terminal() {
        // The thread ends with the process.
        thread::spawn(move || {
            let mut key = [0];
            while matches!(std::io::stdin().read(&mut key), Ok(1)) && sender.send(key[0]).is_ok() {}
        });
    }
    receiver
}

/// How low a balance is. One that has no thresholds can only be overdrawn.
fn state(low: &LowBalance) -> Cell<'static> {
    if low.level == Level::Ok { Cell::text("overdrawn") } else { Cell::level(low.level) }
}

impl Row for LowBalance {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |b| Cell::text(&b.runway.balance.customer)),
        Column::new("organisation", |b| Cell::text(&b.runway.balance.organisation)),
        Column::new("balance", |b| Cell::amount(b.runway.balance.unit, b.runway.balance.balance)),
        Column::new("unit", |b| Cell::text(b.runway.balance.unit.code())),
        Column::new("state", |b: &Self| state(b)).state(),
        Column::new("days_left", |b| b.runway.days_left().map_or(Cell::Empty, Cell::number)),
        Column::detail("per_day", |b| Cell::maybe_amount(b.runway.balance.unit, b.runway.per_day())),
    ];
}

fn view(overview: &Overview, database: &Path, profile: Option<String>, steps: Vec<Cow<'static, str>>) -> DetailView {
    let Overview { traffic, emails, .. } = overview;
    let title =
        profile.as_ref().map_or_else(|| "Overview".to_owned(), |profile| format!("Overview of profile {profile}"));
    let mut view = DetailView::new("overview", title);
    view.section("Customers");
    view.field("at", Cell::Time(overview.at));
    view.field("customers", Cell::number(overview.customers));
    view.field("archived_customers", Cell::number(overview.archived_customers));
    view.section("Balances");
    view.field("urgent", Cell::number(overview.urgent));
    view.field("early_warnings", Cell::number(overview.early_warnings));
    view.field("overdrawn", Cell::number(overview.overdrawn));
    view.field("forecast_alerts", Cell::number(overview.forecasts));
    view.field("last_check_at", Cell::maybe_time(overview.last_check.as_ref().map(|run| run.started_at)));
    view.rows("Low balances", "low_balances", &overview.low_balances, &[]);
    view.section("Email");
    view.field("emails_waiting", Cell::number(emails.waiting));
    view.field("emails_failed", Cell::number(emails.failed));
    view.field("emails_uncertain", Cell::number(emails.uncertain));
    view.section("Traffic");
    view.field("messages_today", Cell::number(traffic.today.messages()));
    view.field("rate_today", Cell::percent(traffic.today.delivered_per_mille()));
    view.field("messages_week_ago", Cell::number(traffic.week_ago.messages()));
    view.field("rate_week_ago", Cell::percent(traffic.week_ago.delivered_per_mille()));
    view.field("change_percent", Cell::change(traffic.change_per_mille()));
    view.rows("Imports", "imports", &overview.imports, &["dialect", "updated", "duplicate"]);
    view.section("Database");
    let (last_backup, database) = (last_backup(database), database.display().to_string());
    let reading = format!("{database} ({})", megabytes(overview.database_size));
    view.field("database", Cell::Long { data: database, reading });
    view.field("last_backup_at", Cell::maybe_time(last_backup));
    view.data("profile", Cell::maybe(profile.as_ref()));
    view.data("database_bytes", Cell::number(overview.database_size));
    view.data("unfinished_imports", Cell::number(overview.unfinished_imports));
    view.data("refused_rows", Cell::number(overview.refused_rows));
    view.section("Next steps");
    view.field("next_steps", Cell::Lines(steps));
    view
}

fn megabytes(bytes: u64) -> String {
    const MEBIBYTE: u64 = 1 << 20;
    let tenths = bytes.saturating_mul(10).div_ceil(MEBIBYTE);
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

/// What needs a person, each with the command for it.
fn next_steps(overview: &Overview) -> Vec<String> {
    let mut steps = Vec::new();
    let mut step = |number: u64, thing: &str, what: &str| {
        if number > 0 {
            steps.push(format!("{} {what}", count(number, thing)));
        }
    };
    step(overview.overdrawn, "balance", "overdrawn: `ssgctl balance list --at-most 0 --sort balance`");
    step(overview.emails.failed, "email", "failed: `ssgctl mail list --state failed`");
    step(overview.emails.uncertain, "email", "may not have arrived: `ssgctl mail list --state uncertain`");
    step(overview.unfinished_imports, "import", "unfinished: `ssgctl traffic list --state unfinished`");
    let refused = format!("refused in {REFUSED_DAYS} days: `ssgctl traffic list --desc --fields id,file,refused`");
    step(overview.refused_rows, "row", &refused);
    let has_low = overview.urgent + overview.early_warnings > 0;
    match &overview.last_check {
        None if has_low => steps.push("no balance was checked yet: `ssgctl balance check`".to_owned()),
        Some(CheckRun { finished_at: None, .. }) => {
            steps.push("the last check did not finish: `ssgctl balance check --status`".to_owned());
        }
        _ => {}
    }
    if overview.customers == 0 {
        steps.push("no customer yet: `ssgctl quick-create`".to_owned());
    }
    steps
}
