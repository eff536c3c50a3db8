//! `ssgctl traffic import`: arguments, progress and summary of an import. The import itself is in `ssgctl::traffic`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use ssgctl::Error;
use ssgctl::model::{Hash, Invalid, Money, day_of};
use ssgctl::traffic;
use ssgctl::traffic::{ExpectedTotals, ImportRequest, ParseOptions, Source, TrafficSummary};

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::args::input;
use crate::commands::traffic::file_args::{FileArgs, ImportWatcher, refused};
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{FieldKeys, NewFile};
use crate::progress::Progress;

/// Import message reports from the gateway, and charge each message once
///
/// Files are CSV with a header line, gzipped if the name ends in .gz. The kind of file is recognised by its header:
/// ssgctl's own (`message_id`, `submitted_at`, `system_id`, `destination`, `state`, `parts`, `price`), the customer CDR
/// of an SSG, Jasmin's `submit_log` and the export of its web panel, Kannel's `sent_sms`, and the message logs of
/// Twilio and Vonage.
///
/// A message is identified by the UTC day of its submission, its ID and its account. Files may repeat, overlap, and
/// come in any order. A later state updates the message and never its charge. The same message with a different
/// destination, price or number of parts is a conflict, and the file is refused.
///
/// A file with an error changes nothing. Rows are committed in batches so that other commands are not blocked; they are
/// charged with the last batch. If an import is interrupted, run the same command again to complete it. A dry run
/// is a single transaction, and other writers wait until it ends.
///
/// Each part of a message costs the price that the plans of its account had when it was submitted: for its network (in
/// a column `mccmnc` or `network`), the digits of its number, its country, or everything else; see `ssgctl price
/// lookup`. A row without a price is refused. If the service is in a currency and the file has a price in that
/// currency, the file's price is charged instead, unless the price source of the service is another. Nothing is
/// rounded. Charges count even if the balance becomes negative or the customer is archived, because the messages are
/// already sent. Missing parts and 0 count as one part. Messages only ever reported as rejected are not charged.
///
/// A cell with a word such as NULL, \N or #N/A is empty. Only columns that are read must be UTF-8; other columns are
/// listed on stderr, unless such a file is known to have them. A tab-separated file of Jasmin or Kannel is read as
/// `mysql --batch` writes it. Kannel's rows are identified by `sql_id` and belong to `account` or, where that is empty,
/// `service`; with --id-column, its delivery reports update the messages that they name. The parts of its messages are
/// counted by their text.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic import 2026-11-24.csv.gz --dry-run
  ssgctl traffic import cdr/*.csv --timezone Europe/London --json
  ssgctl traffic import twilio.csv --account acme_prod
  ssgctl traffic import submit_log.csv --quoting backslash
  ssgctl traffic import sent_sms.tsv --id-column dlr_url --id-pattern 'ref={id}&'
  ssgctl traffic import messages.csv --skip-invalid --rejects rejects.csv
  zcat old.csv.gz | ssgctl traffic import - --no-charge")]
pub(crate) struct ImportArgs {
    /// Files, each a separate import; - is stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    reading: FileArgs,

    /// Charge the prices of plans, not those in the files
    #[arg(long)]
    ignore_prices: bool,

    /// Charge nothing, neither now nor when another file has the same messages
    #[arg(long)]
    no_charge: bool,

    /// Accept accounts and days that another kind of file already covers
    #[arg(long)]
    allow_overlap: bool,

    /// Skip invalid rows instead of refusing the file
    #[arg(long)]
    skip_invalid: bool,

    /// Write skipped rows to this new file, each with the reason
    #[arg(long, value_name = "FILE", requires = "skip_invalid")]
    rejects: Option<PathBuf>,

    /// Refuse the file unless it has exactly N rows
    #[arg(long, value_name = "N")]
    expect_rows: Option<u64>,

    /// Refuse the file unless its prices (its parts, if it has no prices) add up to this
    #[arg(long, value_name = "TOTAL")]
    expect_total: Option<Money>,

    /// Refuse the file unless it has this SHA-256
    #[arg(long, value_name = "HASH")]
    sha256: Option<Hash>,

    /// Rows per transaction; more is faster, fewer blocks other commands for less time
    #[arg(long, value_name = "N", default_value_t = traffic::BATCH, value_parser = batch_rows)]
    batch_rows: usize,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

fn batch_rows(text: &str) -> Result<usize, Invalid> {
    let rows = text.parse().ok().filter(|rows| (1..=1_000_000).contains(rows));
    rows.ok_or_else(|| Invalid::rule("must be 1 to 1000000"))
}

pub(crate) fn run(args: ImportArgs, context: &mut Context) -> Result<()> {
    let has_options_for_one_file =
        args.rejects.is_some() || args.expect_rows.is_some() || args.expect_total.is_some() || args.sha256.is_some();
    if args.files.len() > 1 && has_options_for_one_file {
        return Err(Failure::usage("--rejects, --expect-rows, --expect-total and --sha256 need exactly one file"));
    }
    context.output.refuse_unknown_fields(&TrafficSummary::keys())?;
    context.apply_clock(args.clock)?;
    let mut summaries = Vec::new();
    for file in &args.files {
        let summary = import(file, &args, context)?;
        if let Some(import) = summary.repeats {
            context.note(&format!("{} was imported before, as import {import}; nothing was done", summary.file));
        }
        report(&summary, &args.reading, context);
        summaries.push(summary);
    }
    if args.change.dry_run {
        context.note("dry run: nothing was saved");
    }
    context.output.rows(&summaries)
}

/// Prints what the summary does not show and what may be wrong with a file.
fn report(summary: &TrafficSummary, reading: &FileArgs, context: &Context) {
    let file = &summary.file;
    reading.note_assumptions(file, summary.met_naive_time, &summary.ignored_columns, "imported", context);
    if let Some((first, _)) = summary.days.filter(|_| summary.has_old_messages) {
        Context::warn(&format!("{file} has messages that are more than a year old, the first of {}", day_of(first)));
    }
}

fn import(file: &Path, args: &ImportArgs, context: &mut Context) -> Result<TrafficSummary> {
    let name = input::name(file);
    let origin = context.origin(&args.change.audit)?;
    // Standard input is copied to a file next to the database: an import reads its source more than once.
    let database = context.store()?.path().to_owned();
    let source = Source::new(name.clone(), input::open_seekable(file, &database)?)?;
    let progress = Progress::of_bytes(Some(source.size()), context.quiet);
    let request = request(args, source, context);
    let mut rejects = args.rejects.as_deref().map(create_rejects).transpose()?;
    let mut watch = ImportWatcher { progress, committed: false };
    let outcome = traffic::import(
        context.store()?,
        &origin,
        &request,
        rejects.as_mut().map(|file| file as &mut dyn Write),
        &mut watch,
    );
    context.committed |= watch.committed;
    drop(watch);
    let summary = outcome.map_err(|error| refused(&name, error))?;
    match rejects {
        Some(file) if !args.change.dry_run => file.publish()?,
        _ => {}
    }
    Ok(summary)
}

fn request(args: &ImportArgs, source: Source, context: &Context) -> ImportRequest {
    ImportRequest {
        source,
        options: ParseOptions { ignores_prices: args.ignore_prices, ..args.reading.options(context) },
        charging: !args.no_charge,
        allow_overlap: args.allow_overlap,
        skip_invalid: args.skip_invalid,
        expected: ExpectedTotals { rows: args.expect_rows, total: args.expect_total, sha256: args.sha256 },
        batch: args.batch_rows,
        dry_run: args.change.dry_run,
    }
}

/// Creates the file of skipped rows. It never replaces an existing file.
fn create_rejects(path: &Path) -> Result<NewFile> {
    match path.symlink_metadata() {
        Ok(_) => Err(Error::FileExists { path: path.to_owned() }.into()),
        Err(_) => NewFile::create(path, false),
    }
}
