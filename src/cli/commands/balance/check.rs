//! `ssgctl balance check`.

use clap::Args;
use ssgctl::Error;
use ssgctl::error::count as counted;
use ssgctl::mail::{CheckOutcome, DispatchOutcome};
use ssgctl::model::{CheckRun, Crossing, OutboxEmail};
use ssgctl::ops;
use ssgctl::ops::warning::{CheckFindings, CrossingAlert, UncheckedBalance};

use crate::args::change::{ChangeArgs, ReasonArgs};
use crate::commands::mail::outcome;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, Row, Shown};

/// Find balances that crossed their thresholds, and send what there is to tell: the cron job
///
/// Each crossing is told once to each recipient, however often and however many times at once this runs. Says nothing when
/// there is nothing to say. Emails that cannot be sent now wait for a later run (exit 11); emails that failed, or of which
/// nobody knows whether they arrived, need a look (exit 12): see `mail list`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance check
  ssgctl balance check --dry-run
  ssgctl balance check --status --json
  */5 * * * *  gateway  ssgctl balance check   # in /etc/cron.d")]
pub(crate) struct CheckArgs {
    /// Show which emails would be queued; save and send nothing
    #[arg(short = 'n', long)]
    dry_run: bool,

    /// Show when the check last ran, and what it did
    #[arg(long, conflicts_with = "dry_run")]
    status: bool,

    /// Say what was done, also when all is well
    #[arg(short, long)]
    verbose: bool,

    #[command(flatten)]
    why: ReasonArgs,
}

impl Row for CheckRun {
    const NAME: &str = "started_at";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("started_at", |r| Cell::Time(r.started_at)),
        Column::new("finished_at", |r| Cell::maybe_time(r.finished_at)),
        Column::new("crossings", |r| Cell::number(r.counts.crossings)),
        Column::new("queued", |r| Cell::number(r.counts.queued)),
        Column::new("sent", |r| Cell::number(r.counts.sent)),
        Column::new("deferred", |r| Cell::number(r.counts.deferred)),
        Column::new("failed", |r| Cell::number(r.counts.failed)),
        Column::new("uncertain", |r| Cell::number(r.counts.uncertain)),
    ];
}

pub(crate) fn run(args: &CheckArgs, context: &mut Context) -> Result<()> {
    if args.status {
        return status(context);
    }
    if args.dry_run {
        return rehearse(args, context);
    }
    context.output.refuse_unknown_fields(&CheckRun::keys())?;
    let mail = context.settings.mail.clone();
    let renderer = mail.renderer()?;
    let checked = outcome::dispatch(context, &args.why, |dispatcher| {
        dispatcher.check(&mail.mail.internal, &renderer, || Ok::<_, Failure>(mail.transport()?.transport()?))
    })?;
    let Some(CheckOutcome { run, findings, dispatched }) = checked else {
        if args.verbose {
            context.note("another check is running; this one has nothing to do");
        }
        return Ok(());
    };
    if args.verbose || context.output.is_data() {
        context.output.row(&run)?;
    }
    let verdict = verdict(&dispatched, findings.alerts.iter().any(|judged| judged.no_recipient));
    if let (Err(failure), false) = (&verdict, findings.unchecked.is_empty()) {
        Context::warn(&failure.to_string());
    }
    told_of_broken(&findings.unchecked).and(verdict)
}

/// How the run ends: with what a person must look at before what a later run will do by itself.
fn verdict(dispatched: &DispatchOutcome, no_recipient: bool) -> Result<()> {
    outcome::failed(dispatched)?;
    if no_recipient {
        let hint = "give it a billing contact, an invoice email, or `ssgctl balance warn CUSTOMER --to ADDRESS`";
        return Err(outcome::attention("somebody is to be told and has no address".to_owned()).hint(hint));
    }
    outcome::deferred(dispatched)
}

/// Names balances that could not be judged. That comes before all else: a person must see to it, or they are never warned.
fn told_of_broken(broken: &[UncheckedBalance]) -> Result<()> {
    for UncheckedBalance { name, error } in broken {
        Context::warn(&format!("{name} cannot be judged: {error}"));
    }
    match broken.len() {
        0 => Ok(()),
        number => {
            let balances = counted(number as u64, "balance");
            Err(Error::Damaged(format!("{balances} could not be judged, all others were")).into())
        }
    }
}

fn status(context: &mut Context) -> Result<()> {
    let run = context.store()?.read()?.last_check_run()?;
    match run {
        Some(run) => context.output.row(&run),
        None => Err(Failure::new(ErrorCode::NeverRan, "`balance check` has never run on this database")),
    }
}

/// A crossing, and one of the emails that would tell of it.
struct Told {
    crossing: Crossing,
    email: Option<OutboxEmail>,
}

impl Row for Told {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |t| Cell::text(&t.crossing.customer)),
        Column::new("balance", |t| Cell::amount(t.crossing.unit, t.crossing.balance)),
        Column::new("unit", |t| Cell::text(t.crossing.unit.code())),
        Column::new("from", |t| Cell::text(t.crossing.from.as_str())),
        Column::new("to", |t| Cell::text(t.crossing.to.as_str())),
        Column::new("email", |t| t.email.as_ref().map_or(Cell::Empty, |l| Cell::text(l.content.template.as_str()))),
        Column::new("recipient", |t| Cell::maybe(t.email.as_ref().map(|email| &email.recipient))),
        Column::detail("subject", |t| t.email.as_ref().map_or(Cell::Empty, |l| Cell::text(&l.content.subject))),
    ];
}

/// One row for each email, and one for a crossing that nobody is told of.
fn told(judged: CrossingAlert) -> Vec<Told> {
    let CrossingAlert { crossing, emails, .. } = judged;
    if emails.is_empty() {
        return vec![Told { crossing, email: None }];
    }
    emails.into_iter().map(|email| Told { crossing: crossing.clone(), email: Some(email) }).collect()
}

fn rehearse(args: &CheckArgs, context: &mut Context) -> Result<()> {
    let renderer = context.settings.mail.renderer()?;
    let internal = context.settings.mail.mail.internal.clone();
    let change = ChangeArgs { dry_run: true, why: args.why.clone() };
    let CheckFindings { alerts: judged, unchecked: broken } = context
        .write_unshown(&change, |tx| ops::warning::check_balances(tx, &internal, &|notice| renderer.compose(notice)))?;
    let rows: Vec<Told> = judged.into_iter().flat_map(told).collect();
    context.output.all(&rows)?;
    told_of_broken(&broken)
}
