//! `ssgctl traffic reconcile`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCompleter;
use ssgctl::error::count;
use ssgctl::model::{DifferenceKind, DifferenceSum, MessageDifference, ReportedMessage};
use ssgctl::traffic::{self, ParseOptions, ReconcileRequest, Reconciliation, Source};

use crate::args::completion;
use crate::args::input;
use crate::args::period::Moment;
use crate::commands::traffic::file_args::{FileArgs, ImportWatcher, refused};
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, FieldKeys, Row};
use crate::progress::Progress;

/// Compare a customer's own message records with the stored messages
///
/// Reads a file as `traffic import` does, changes nothing, and prints how many messages only one side has, and how many
/// differ in parts, price, state, destination or time, with their amounts. With --list it prints each of them. A message
/// that differs in several fields is counted once, under the first of these.
///
/// Messages are matched by SMPP account and message ID, if they were submitted within a day of each other. Those that
/// remain are matched by account, destination, parts and time, unless --ids-only is given. A file that reports a message
/// several times counts once, with the highest state.
///
/// `ours` is what was charged. `theirs` is the price in the file or, if it has none, what its parts cost; prices in
/// files are in the currency of the account, and are ignored for accounts in SMS credits. Only messages of the period are compared: by
/// default, the days of --timezone from the first to the last message of the file.
///
/// Exits 0 if at most one message in 100,000 differs and at most as much of the money, else 7.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic reconcile ABCCORP331 november.csv --account abc_prod --timezone Europe/London
  ssgctl traffic reconcile ABCCORP331 november.csv --since 2026-11-01 --until 2026-12-01 --json
  ssgctl traffic reconcile ABCCORP331 november.csv --list --csv > differences.csv
  ssgctl traffic reconcile ABCCORP331 november.csv --without state,time --tolerance 300")]
pub(crate) struct ReconcileArgs {
    /// Customer, by account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// File of message records; - is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Print every message that differs instead of the sums
    #[arg(long)]
    list: bool,

    /// Compare messages from this time, date or age on [default: the first day of the file]
    #[arg(long = "since", value_name = "TIME", requires = "until")]
    since: Option<Moment>,

    /// Compare messages before this time, date or age [default: after the last day of the file]
    #[arg(long, visible_alias = "to", value_name = "TIME", requires = "since")]
    until: Option<Moment>,

    /// Seconds that the times of the same message may be apart
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(0..=86_400))]
    tolerance: u32,

    /// Match messages by their IDs only
    #[arg(long)]
    ids_only: bool,

    /// Do not compare these fields
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', value_enum)]
    without: Vec<ComparedField>,

    /// Leave out invalid rows instead of refusing the file
    #[arg(long)]
    skip_invalid: bool,

    #[command(flatten)]
    reading: FileArgs,
}

/// A field that can be left out of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ComparedField {
    Parts,
    Price,
    State,
    Destination,
    Time,
}

impl ComparedField {
    fn kind(self) -> DifferenceKind {
        match self {
            Self::Parts => DifferenceKind::Parts,
            Self::Price => DifferenceKind::Price,
            Self::State => DifferenceKind::State,
            Self::Destination => DifferenceKind::Destination,
            Self::Time => DifferenceKind::Time,
        }
    }
}

impl Row for DifferenceSum {
    const NAME: &str = "kind";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("kind", |s| Cell::text(s.kind.map_or("equal", DifferenceKind::as_str))),
        Column::new("messages", |s| Cell::number(s.messages)),
        Column::new("ours", |s| Cell::amount(s.unit, s.ours)),
        Column::new("theirs", |s| Cell::amount(s.unit, s.theirs)),
        Column::new("difference", |s| Cell::maybe_amount(s.unit, s.difference())),
        Column::new("unit", |s| Cell::shown(s.unit)),
    ];
}

/// The value of a side, if it has the message.
fn of<'a>(side: Option<&'a ReportedMessage>, cell: impl Fn(&'a ReportedMessage) -> Cell<'a>) -> Cell<'a> {
    side.map_or(Cell::Empty, cell)
}

fn either(difference: &MessageDifference) -> Option<&ReportedMessage> {
    difference.ours.as_ref().or(difference.theirs.as_ref())
}

impl Row for MessageDifference {
    const NAME: &str = "message_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("differs", |d| Cell::shown_list(d.fields.iter().map(|kind| kind.as_str()))),
        Column::new("message_id", |d| of(either(d), |m| Cell::shown(&m.id))),
        Column::new("system_id", |d| Cell::text(d.system_id.as_str())),
        Column::new("our_state", |d| of(d.ours.as_ref(), |m| Cell::text(m.state.as_str()))),
        Column::new("their_state", |d| of(d.theirs.as_ref(), |m| Cell::text(m.state.as_str()))),
        Column::new("our_parts", |d| of(d.ours.as_ref(), |m| Cell::number(m.parts))),
        Column::new("their_parts", |d| of(d.theirs.as_ref(), |m| Cell::number(m.parts))),
        Column::new("ours", |d| of(d.ours.as_ref(), |m| Cell::amount(d.unit, m.amount))),
        Column::new("theirs", |d| of(d.theirs.as_ref(), |m| Cell::amount(d.unit, m.amount))),
        Column::new("unit", |d| Cell::shown(d.unit)),
        Column::detail("our_time", |d| of(d.ours.as_ref(), |m| Cell::Time(m.submitted_at))),
        Column::detail("their_time", |d| of(d.theirs.as_ref(), |m| Cell::Time(m.submitted_at))),
        Column::detail("our_destination", |d| of(d.ours.as_ref(), |m| Cell::shown(&m.destination))),
        Column::detail("their_destination", |d| of(d.theirs.as_ref(), |m| Cell::shown(&m.destination))),
        Column::detail("their_message_id", |d| of(d.theirs.as_ref(), |m| Cell::shown(&m.id))),
        Column::detail("matched_by", |d| match (&d.ours, &d.theirs) {
            (Some(_), Some(_)) => Cell::text(if d.matched_by_time { "time" } else { "id" }),
            _ => Cell::Empty,
        }),
        Column::detail("import", |d| of(d.ours.as_ref(), |m| Cell::number(m.origin))),
        Column::detail("line", |d| of(d.theirs.as_ref(), |m| Cell::number(m.origin))),
    ];
}

pub(crate) fn run(args: &ReconcileArgs, context: &mut Context) -> Result<()> {
    let keys = if args.list { MessageDifference::keys() } else { DifferenceSum::keys() };
    context.output.refuse_unknown_fields(&keys)?;
    let name = input::name(&args.file);
    let database = context.store()?.path().to_owned();
    let source = Source::new(name.clone(), input::open_seekable(&args.file, &database)?)?;
    let progress = Progress::of_bytes(Some(source.size()), context.quiet);
    let request = args.request(source, context)?;
    let mut watch = ImportWatcher { progress, committed: false };
    let failed = |failure: ReconcileFailure| match failure {
        ReconcileFailure::Refused(error) => refused(&name, error).of_compared(),
        ReconcileFailure::Output(failure) => failure,
    };
    let (store, output) = context.store_and_output()?;
    let result = if args.list {
        let mut rows = output.table::<MessageDifference>(&MessageDifference::keys(), None)?;
        let take = |difference: &MessageDifference| rows.row(difference).map_err(ReconcileFailure::Output);
        let result = traffic::reconcile(store, &request, &mut watch, take).map_err(failed)?;
        rows.end()?;
        result
    } else {
        let take = |_: &MessageDifference| Ok::<_, ReconcileFailure>(());
        let result = traffic::reconcile(store, &request, &mut watch, take).map_err(failed)?;
        output.rows(&result.sums)?;
        result
    };
    drop(watch);
    report(&result, args, context);
    verdict(&result)
}

/// Why a comparison ended early.
enum ReconcileFailure {
    Refused(ssgctl::Error),
    Output(Failure),
}

impl From<ssgctl::Error> for ReconcileFailure {
    fn from(error: ssgctl::Error) -> Self {
        Self::Refused(error)
    }
}

impl ReconcileArgs {
    fn request(&self, source: Source, context: &Context) -> Result<ReconcileRequest> {
        let zone = self.reading.zone(context);
        let period = self.since.zip(self.until).map(|(since, until)| (since.start(&zone), until.start(&zone)));
        if period.is_some_and(|(since, until)| since >= until) {
            return Err(Failure::usage("the period ends before it begins"));
        }
        Ok(ReconcileRequest {
            source,
            options: ParseOptions { is_compared: true, ..self.reading.options(context) },
            customer: self.customer.clone(),
            period,
            tolerance: self.tolerance,
            by_id_only: self.ids_only,
            ignored: self.without.iter().map(|field| field.kind()).collect(),
            skip_invalid: self.skip_invalid,
            sorted_in_memory: None,
        })
    }
}

/// Prints what the sums do not show.
fn report(result: &Reconciliation, args: &ReconcileArgs, context: &Context) {
    let file = &result.file;
    args.reading.note_assumptions(&file.name, file.met_naive_time, &file.ignored_columns, "compared", context);
    if file.refused > 0 {
        Context::warn(&format!("{} of {} left out: invalid", count(file.refused, "row"), file.name));
    }
    if file.receipts > 0 {
        let reports = count(file.receipts, "delivery report");
        Context::warn(&format!("{reports} of {} left out: add --without state", file.name));
    }
    let notes = [
        (file.skipped, "row", "was skipped: not a message to a handset", "were skipped: not messages to handsets"),
        (result.repeats, "row", "reports a message once more", "report a message once more"),
        (result.matched_by_time, "message", "was matched by time and number", "were matched by time and number"),
    ];
    for (number, what, one, several) in notes.into_iter().filter(|(number, ..)| *number > 0) {
        context.note(&format!("{} {}", count(number, what), if number == 1 { one } else { several }));
    }
    context.note(&format!("compared from {} until {}", result.period.0, result.period.1));
}

/// Whether both sides agree.
fn verdict(result: &Reconciliation) -> Result<()> {
    if result.agrees() {
        return Ok(());
    }
    let differ = result.differences();
    let verb = if differ == 1 { "differs" } else { "differ" };
    let message = format!("{} {verb}: {} stored, {} in the file", count(differ, "message"), result.ours, result.theirs);
    Err(Failure::new(ErrorCode::Differs, message).hint("--list prints each message that differs"))
}
