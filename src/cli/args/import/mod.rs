//! The command `import` of every entity: its options and its run.
//!
//! `mapping` decides which column is which field, `expect` verifies that the file is complete, `plan` has the rows that are
//! printed. Reading, checking and writing records is `ssgctl::import`.

mod expect;
mod mapping;
mod plan;

use std::io::BufRead;
use std::marker::PhantomData;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use clap::Args;
use ssgctl::Error;
use ssgctl::error::{InputError, count, quoted};
use ssgctl::formats::rejects::Rejects;
use ssgctl::formats::{ColumnMapping, RecordReader};
use ssgctl::import::{IgnoredColumn, ImportTally, Importer, OnExisting, RowOutcome, import};
use ssgctl::model::EntityKind;
use ssgctl::store::Tx;

use crate::args::change::ChangeArgs;
use crate::args::input;
use crate::args::input::{ImportInput, InputMeter};
use crate::args::quoting::QuotingArgs;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::NewFile;
use crate::progress::Progress;

pub(crate) use expect::ExpectArgs;
use mapping::ColumnArgs;
pub(crate) use mapping::ColumnMap;
use plan::{ImportSummary, PlanRow};

/// The file to import, and the options of the import.
#[derive(Debug, Args)]
#[group(id = "import_file")]
pub(crate) struct ImportArgs {
    /// File to import: CSV with a header line, JSON or JSON Lines; - is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Change existing records that differ, instead of refusing the file
    #[arg(long)]
    update: bool,

    /// With --update, let empty cells clear their fields
    #[arg(long, requires = "update")]
    empty_unsets: bool,

    /// Print the outcome of each row instead of a summary; implied by --dry-run
    #[arg(long)]
    plan: bool,

    /// Import the valid rows even if others are invalid
    #[arg(long, requires = "rejects", help_heading = "Invalid rows")]
    skip_invalid: bool,

    /// Write invalid rows and their errors to this new file, to fix and import them
    #[arg(long, value_name = "FILE", requires = "skip_invalid", help_heading = "Invalid rows")]
    rejects: Option<PathBuf>,

    /// Replace an existing rejects file
    #[arg(short, long, requires = "rejects", help_heading = "Invalid rows")]
    force: bool,

    #[command(flatten)]
    expect: ExpectArgs,

    #[command(flatten)]
    columns: ColumnArgs,

    #[command(flatten)]
    quoting: QuotingArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

impl ImportArgs {
    /// Whether nothing is saved.
    pub(crate) fn is_dry_run(&self) -> bool {
        self.change.dry_run
    }

    fn on_existing(&self) -> OnExisting {
        OnExisting { update: self.update, empty_unsets: self.empty_unsets, skip_invalid: self.skip_invalid }
    }
}

/// An importer that needs nothing but the file.
pub(crate) trait ImportCommand: Importer + Default {
    /// What the command does, in one line.
    const ABOUT: &'static str;
    /// Further paragraphs of `--help`.
    const DETAILS: &'static str;
    const EXAMPLES: &'static str;
    /// Whether the records need no others, so that the command may create the default database.
    const ADDS_FIRST_RECORDS: bool = false;
}

/// The command `import` of an entity.
#[derive(Debug, Args)]
#[command(about = I::ABOUT, long_about = format!("{}\n\n{}", I::ABOUT, I::DETAILS), after_long_help = I::EXAMPLES)]
pub(crate) struct Import<I: ImportCommand> {
    #[command(flatten)]
    args: ImportArgs,

    #[arg(skip)]
    importer: PhantomData<I>,
}

impl<I: ImportCommand> Import<I> {
    pub(crate) fn run(&self, context: &mut Context) -> Result<()> {
        if I::ADDS_FIRST_RECORDS {
            context.may_create_database(self.args.is_dry_run());
        }
        run(&self.args, &mut I::default(), context)
    }
}

/// Imports a file and prints the outcome.
pub(crate) fn run<I: Importer>(args: &ImportArgs, importer: &mut I, context: &mut Context) -> Result<()> {
    let mut run = ImportRun::open(args, importer, context)?;
    let tally = if args.plan || args.change.dry_run {
        context.write_rows(&args.change, |tx, rows| run.import(tx, |planned| rows.row(&PlanRow::of(planned))))?
    } else {
        let file = run.file.clone();
        let summary = context
            .write(&args.change, |tx| Ok::<_, Failure>(ImportSummary { file, tally: run.import(tx, |_| Ok(()))? }))?;
        context.output.row(&summary)?;
        summary.tally
    };
    if let (Some(rejects), true) = (run.rejects, tally.refused > 0) {
        rejects.end()?.publish()?;
    }
    report(context, args, &tally);
    Ok(())
}

/// One run of an import.
struct ImportRun<'a, I: Importer> {
    args: &'a ImportArgs,
    file: String,
    meter: InputMeter,
    progress: Option<Progress>,
    rows: RecordReader<Box<dyn BufRead>>,
    column_mapping: Option<ColumnMapping>,
    importer: &'a mut I,
    rejects: Option<Rejects<NewFile>>,
}

impl<'a, I: Importer> ImportRun<'a, I> {
    fn open(args: &'a ImportArgs, importer: &'a mut I, context: &Context) -> Result<Self> {
        let file = input::name(&args.file);
        let ImportInput { input, size, meter } = input::open_to_import(&args.file, args.expect.needs_checksum())?;
        let rows = RecordReader::open_quoted(input, args.quoting.kind)
            .map_err(|fault| Failure::of_file(&file, fault.into()))?
            .raw(context.output.is_raw());
        let column_mapping = args.columns.column_mapping::<I>(rows.columns(), context)?;
        if I::SECRET.is_some_and(|secret| {
            rows.columns().iter().any(|column| column.eq_ignore_ascii_case(secret)) || args.columns.maps_to(secret)
        }) {
            warn_if_readable_by_others(&args.file);
        }
        let rejects = match &args.rejects {
            Some(path) if path == Path::new("-") => {
                return Err(Failure::usage("--rejects needs a file, because stdout has the result").field("rejects"));
            }
            Some(path) if !args.change.dry_run => {
                Some(Rejects::begin(NewFile::create(path, args.force)?, rows.columns())?)
            }
            _ => None,
        };
        let progress = Some(Progress::of_bytes(size, context.quiet));
        Ok(Self { args, file, meter, progress, rows, column_mapping, importer, rejects })
    }

    /// Imports the whole file in a transaction, or fails.
    fn import(&mut self, tx: &mut Tx<'_>, mut each: impl FnMut(&RowOutcome<'_>) -> Result<()>) -> Result<ImportTally> {
        let Self { args, file, meter, progress, rows, column_mapping, importer, rejects } = self;
        let tally = import(tx, rows, column_mapping.as_ref(), *importer, args.on_existing(), |planned| {
            if let (Some(rejects), Some(fault)) = (rejects.as_mut(), planned.fault) {
                let cells = planned.cells.iter().map(|(name, text)| (name.as_str(), text.as_str()));
                rejects.add(cells, fault)?;
            }
            if let Some(progress) = progress.as_ref() {
                progress.at(meter.bytes());
            }
            each(planned)
        })?;
        // Clear the progress bar before anything else is printed.
        drop(progress.take());
        let tally = tally.map_err(|faults| {
            let hint =
                faults.first.first().and_then(|fault| hint(&fault.error, column_mapping.as_ref(), rows.columns()));
            Failure::of_file(file, faults).maybe_hint(hint)
        })?;
        args.expect.check(file, tally.rows, meter)?;
        Ok(tally)
    }
}

/// What to add to the command for a file with this fault.
fn hint(error: &Error, column_mapping: Option<&ColumnMapping>, columns: &[String]) -> Option<String> {
    let source = |field| column_mapping.and_then(|mapping| mapping.source_of(field, columns));
    match error {
        Error::Input { code: InputError::BadHeader, .. } => {
            Some("map a column with --map COLUMN=FIELD, or name the program that wrote the file with --from".to_owned())
        }
        // A contact has one address, but a cell of accounting programs may have several.
        Error::Invalid { field, value, .. } if *field == "contact_email" && value.matches('@').count() > 1 => {
            source(field).map(|column| {
                format!("import the addresses as invoice emails: add --map {}", argument(column, "invoice_emails"))
            })
        }
        Error::Ambiguous { entity: EntityKind::Customer, .. } if source("account_code").is_none() => {
            let column =
                columns.iter().find(|column| column.eq_ignore_ascii_case("id")).map_or("COLUMN", String::as_str);
            let map = argument(column, "account_code");
            Some(format!("map a column that identifies each customer: add --map {map}"))
        }
        _ => None,
    }
}

/// The value of `--map` as a shell needs it.
fn argument(column: &str, field: &str) -> String {
    let is_plain = column.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    if is_plain { format!("{column}={field}") } else { format!("'{}={field}'", column.replace('\'', r"'\''")) }
}

/// Warns about a file with passwords that other users can read.
fn warn_if_readable_by_others(file: &Path) {
    if file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o044 != 0) {
        let file = quoted(file.display());
        Context::warn(&format!(
            "{file} contains passwords and other users can read it; run `chmod 600` on it, and delete it after the import"
        ));
    }
}

/// Names the columns that were not imported.
pub(crate) fn note_ignored(context: &Context, columns: &[IgnoredColumn]) {
    if columns.is_empty() {
        return;
    }
    let columns = columns.iter().map(|IgnoredColumn { name, rows, nearest }| {
        let nearest = nearest.map(|field| format!("; did you mean {}?", quoted(field))).unwrap_or_default();
        format!("{name} ({}{nearest})", count(*rows, "row"))
    });
    context.note(&format!("not imported: {}", columns.collect::<Vec<_>>().join(", ")));
}

/// Prints what neither the summary nor the plan shows.
fn report(context: &Context, args: &ImportArgs, tally: &ImportTally) {
    note_ignored(context, &tally.left_out);
    if (args.plan || args.change.dry_run) && !context.output.is_data() {
        let ImportTally { rows, new, changed, same, refused, .. } = tally;
        let rows = count(*rows, "row");
        context.note(&format!("{rows}: {new} new, {changed} changed, {same} same, {refused} refused"));
    }
    if let (Some(path), true) = (&args.rejects, tally.refused > 0) {
        let refused = count(tally.refused, "row");
        let path = quoted(path.display());
        let place = if args.change.dry_run { "would be written to" } else { "see" };
        Context::warn(&format!("{refused} refused; {place} {path}"));
    }
}
