//! `ssgctl traffic import`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::Error;
use ssgctl::model::{Hash, Invalid, MessageState, Money, Zone};
use ssgctl::traffic;
use ssgctl::traffic::{
    DIALECTS, ExpectedTotals, ImportProgress, ImportRequest, ParseOptions, Source, TrafficDialect, TrafficSummary,
};

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::input;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{NewFile, Shown};
use crate::progress::Progress;

/// Import what the gateway reports of messages, and charge it: each message once
///
/// Files are CSV with a header line, gzipped if their name ends in .gz. Ours has `message_id`, `submitted_at`, `system_id`,
/// `destination`, `state`, `parts` and `price`; the customer CDR of an SSG, Jasmin's `submit_log` and web panel, Kannel's
/// `sent_sms` and the logs of Twilio and Vonage are known by their header. A message is known by the UTC day of its submission, its ID and
/// its account: files may come twice, overlap, or come in any order. A later state updates the message, and never its
/// charge. The same message with another destination, other parts or another price is a conflict, and the file is refused.
///
/// A file with a fault changes nothing. It is taken in in parts, so that others are not kept waiting, and charged when all
/// of it is in; where that is interrupted, the same command again completes it. With --dry-run all is one part, and others
/// wait.
///
/// A message costs the price of its account's service for each part: one SMS credit as a rule. Where the service is in a
/// currency and the file has a price in it, that is charged instead. Nothing is rounded. Charges are posted whatever they leave, also to
/// archived customers: the messages are sent. Parts that are missing or 0 count as one. A message that was never told
/// otherwise than as rejected costs nothing; one without an ID is counted and otherwise left out.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic import 2026-11-24.csv.gz --dry-run
  ssgctl traffic import cdr/*.csv --timezone Europe/London --json
  ssgctl traffic import twilio.csv --account acme_prod
  ssgctl traffic import messages.csv --skip-invalid --rejects rejects.csv
  zcat old.csv.gz | ssgctl traffic import - --no-charge")]
pub(crate) struct ImportArgs {
    /// Files, each imported for itself; - is stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Take the files for this kind: ssgctl, ssg, jasmin, jasmin-panel, kannel, twilio or vonage
    #[arg(long, value_name = "KIND")]
    from: Option<FileKind>,

    /// Take times without a zone for times of this zone, not of UTC
    #[arg(long, value_name = "ZONE")]
    timezone: Option<Zone>,

    /// Take all messages for those of this account, by system ID or short name
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts), conflicts_with = "key_column")]
    account: Option<String>,

    /// Find the account in this column, such as `service` or `boxc_id` of Kannel
    #[arg(long, value_name = "COLUMN")]
    key_column: Option<String>,

    /// Take a word for a state, such as DLVRD=delivered, or =pending for none at all; may be repeated
    #[arg(long, value_name = "WORD=STATE")]
    map_state: Vec<Word>,

    /// Take any other word for the state unknown
    #[arg(long)]
    unknown_states: bool,

    /// Charge by the prices of services, whatever the files say
    #[arg(long)]
    ignore_prices: bool,

    /// Charge nothing: neither now nor when another file has the same messages
    #[arg(long)]
    no_charge: bool,

    /// Take messages of accounts and days of which there are some from another kind of file
    #[arg(long)]
    allow_overlap: bool,

    /// Leave out rows with faults instead of refusing their file
    #[arg(long)]
    skip_invalid: bool,

    /// Write rows that are left out to this new file, each with the reason
    #[arg(long, value_name = "FILE", requires = "skip_invalid")]
    rejects: Option<PathBuf>,

    /// Refuse the file unless it has so many rows
    #[arg(long, value_name = "N")]
    expect_rows: Option<u64>,

    /// Refuse the file unless its prices, or its parts where it has no prices, add up to this
    #[arg(long, value_name = "TOTAL")]
    expect_total: Option<Money>,

    /// Refuse the file unless this is its SHA-256
    #[arg(long, value_name = "HASH")]
    sha256: Option<Hash>,

    /// Write so many rows at a time; fewer keep others waiting less, more are quicker
    #[arg(long, value_name = "N", default_value_t = traffic::BATCH, value_parser = batch)]
    batch_rows: usize,

    #[command(flatten)]
    change: ChangeArgs,
}

fn batch(text: &str) -> Result<usize, Invalid> {
    let rows = text.parse().ok().filter(|rows| (1..=1_000_000).contains(rows));
    rows.ok_or_else(|| Invalid::rule("must be 1 to 1000000"))
}

#[derive(Debug, Clone)]
struct FileKind(&'static TrafficDialect);

impl FromStr for FileKind {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let names: Vec<&str> = DIALECTS.iter().map(|dialect| dialect.name).collect();
        let rule = || Invalid::rule(format!("must be one of {}", names.join(", ")));
        TrafficDialect::named(text).map(Self).ok_or_else(rule)
    }
}

#[derive(Debug, Clone)]
struct Word(String, MessageState);

impl FromStr for Word {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (word, state) = text
            .rsplit_once('=')
            .ok_or_else(|| Invalid::rule("must be a word and a state, such as DLVRD=delivered"))?;
        Ok(Self(word.trim().to_ascii_lowercase(), state.trim().parse()?))
    }
}

pub(crate) fn run(args: ImportArgs, context: &mut Context) -> Result<()> {
    let is_about_one =
        args.rejects.is_some() || args.expect_rows.is_some() || args.expect_total.is_some() || args.sha256.is_some();
    if args.files.len() > 1 && is_about_one {
        return Err(Failure::usage("--rejects, --expect-rows, --expect-total and --sha256 take one file at a time"));
    }
    context.output.refuse_unknown_fields(&TrafficSummary::keys())?;
    let mut summaries = Vec::new();
    for file in &args.files {
        let summary = import(file, &args, context)?;
        if let Some(import) = summary.repeats {
            context.note(&format!("{} was imported before, as import {import}; nothing was done", summary.file));
        }
        if summary.met_naive_time && args.timezone.is_none() {
            context.note(&format!("{} has times without a zone; they were taken for UTC", summary.file));
        }
        summaries.push(summary);
    }
    if args.change.dry_run {
        context.note("dry run: nothing was saved");
    }
    context.output.all(&summaries)
}

fn import(file: &Path, args: &ImportArgs, context: &mut Context) -> Result<TrafficSummary> {
    let name = input::name(file);
    let origin = context.origin(&args.change.why)?;
    let beside = context.store()?.path().to_owned();
    let source = Source::new(name.clone(), input::open_again(file, &beside)?)?;
    let progress = Progress::of_bytes(Some(source.size()), context.quiet);
    let request = request(args, source);
    let mut rejects = args.rejects.as_deref().map(new_file).transpose()?;
    let mut watch = Watcher { progress, committed: false };
    let outcome = traffic::import(
        context.store()?,
        &origin,
        &request,
        rejects.as_mut().map(|file| file as &mut dyn Write),
        &mut watch,
    );
    context.committed |= watch.committed;
    drop(watch);
    let summary = outcome.map_err(|error| Failure::in_file(&name, error))?;
    match rejects {
        Some(file) if !args.change.dry_run => file.publish()?,
        _ => {}
    }
    Ok(summary)
}

fn request(args: &ImportArgs, source: Source) -> ImportRequest {
    let zone = args.timezone.clone().unwrap_or(Zone::UTC).time_zone();
    ImportRequest {
        source,
        options: ParseOptions {
            dialect: args.from.as_ref().map(|kind| kind.0),
            zone,
            account: args.account.clone(),
            key_column: args.key_column.clone(),
            words: args.map_state.iter().map(|Word(word, state)| (word.clone(), *state)).collect(),
            takes_any_word: args.unknown_states,
            ignores_prices: args.ignore_prices,
        },
        charging: !args.no_charge,
        allow_overlap: args.allow_overlap,
        skip_invalid: args.skip_invalid,
        expected: ExpectedTotals { rows: args.expect_rows, total: args.expect_total, sha256: args.sha256 },
        batch: args.batch_rows,
        dry_run: args.change.dry_run,
    }
}

/// The file of rows that are left out, which is never written over.
fn new_file(path: &Path) -> Result<NewFile> {
    match path.symlink_metadata() {
        Ok(_) => Err(Error::FileExists { path: path.to_owned() }.into()),
        Err(_) => NewFile::create(path, false),
    }
}

struct Watcher {
    progress: Progress,
    committed: bool,
}

impl ImportProgress for Watcher {
    fn begin(&mut self, part: &'static str) {
        self.progress.begin(part);
    }

    fn at(&mut self, bytes: u64) {
        self.progress.at(bytes);
    }

    fn committed(&mut self) {
        self.committed = true;
    }
}
