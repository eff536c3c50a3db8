//! The command `import`, which every entity has alike: its options and its run.

mod expect;
mod mapping;
mod plan;

use std::io::BufRead;
use std::marker::PhantomData;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use clap::Args;
use ssgctl::Error;
use ssgctl::error::{Faults, InputError, count, quoted};
use ssgctl::formats::rejects::Rejects;
use ssgctl::formats::{ColumnMapping, RecordReader};
use ssgctl::import::{ImportTally, Importer, OnExisting, Planned, import};
use ssgctl::store::Tx;

use crate::args::change::ChangeArgs;
use crate::args::input;
use crate::args::input::{Incoming, Watch};
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::NewFile;
use crate::progress::Progress;

pub(crate) use expect::ExpectArgs;
use mapping::ColumnArgs;
use plan::{PlanRow, Summary};

/// What file is imported, and how.
#[derive(Debug, Args)]
#[group(id = "import_file")]
pub(crate) struct ImportArgs {
    /// The file: CSV with a header line, JSON, or JSON lines; - is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Change what is there already and differs; else that refuses the file
    #[arg(long)]
    update: bool,

    /// With --update: an empty cell empties its field; else it leaves the field alone
    #[arg(long, requires = "update")]
    empty_unsets: bool,

    /// Show what became of each row instead of the sum; with --dry-run it is shown unasked
    #[arg(long)]
    plan: bool,

    /// Import the other rows when some are wrong
    #[arg(long, requires = "rejects", help_heading = "Wrong rows")]
    skip_invalid: bool,

    /// Write the rows that are wrong to this new file, to be mended and imported; a column says why
    #[arg(long, value_name = "FILE", requires = "skip_invalid", help_heading = "Wrong rows")]
    rejects: Option<PathBuf>,

    /// Replace the file of wrong rows if it is there
    #[arg(short, long, requires = "rejects", help_heading = "Wrong rows")]
    force: bool,

    #[command(flatten)]
    expect: ExpectArgs,

    #[command(flatten)]
    columns: ColumnArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

impl ImportArgs {
    fn on_existing(&self) -> OnExisting {
        OnExisting { update: self.update, empty_unsets: self.empty_unsets, skip_invalid: self.skip_invalid }
    }
}

/// An importer that needs nothing but the file.
pub(crate) trait Imported: Importer + Default {
    /// What the command does, in a line.
    const ABOUT: &'static str;
    /// What else `--help` says.
    const DETAILS: &'static str;
    const EXAMPLES: &'static str;
}

/// The command `import` of an entity.
#[derive(Debug, Args)]
#[command(about = I::ABOUT, long_about = format!("{}\n\n{}", I::ABOUT, I::DETAILS), after_long_help = I::EXAMPLES)]
pub(crate) struct Import<I: Imported> {
    #[command(flatten)]
    args: ImportArgs,

    #[arg(skip)]
    importer: PhantomData<I>,
}

impl<I: Imported> Import<I> {
    pub(crate) fn run(&self, context: &mut Context) -> Result<()> {
        run(&self.args, &mut I::default(), context)
    }
}

/// Imports a file and shows what came of it.
pub(crate) fn run<I: Importer>(args: &ImportArgs, importer: &mut I, context: &mut Context) -> Result<()> {
    let mut job = Job::open(args, importer, context)?;
    let tally = if args.plan || args.change.dry_run {
        context.write_rows(&args.change, |tx, rows| job.run(tx, |planned| rows.row(&PlanRow::of(planned))))?
    } else {
        let file = job.file.clone();
        let summary =
            context.write(&args.change, |tx| Ok::<_, Failure>(Summary { file, tally: job.run(tx, |_| Ok(()))? }))?;
        context.output.row(&summary)?;
        summary.tally
    };
    if let (Some(rejects), true) = (job.rejects, tally.refused > 0) {
        rejects.end()?.publish()?;
    }
    tell(context, args, &tally);
    Ok(())
}

/// An import with all that it needs.
struct Job<'a, I: Importer> {
    args: &'a ImportArgs,
    file: String,
    watch: Watch,
    progress: Option<Progress>,
    rows: RecordReader<Box<dyn BufRead>>,
    column_mapping: Option<ColumnMapping>,
    importer: &'a mut I,
    rejects: Option<Rejects<NewFile>>,
}

impl<'a, I: Importer> Job<'a, I> {
    fn open(args: &'a ImportArgs, importer: &'a mut I, context: &Context) -> Result<Self> {
        let file = input::name(&args.file);
        let Incoming { input, size, watch } = input::open_to_import(&args.file, args.expect.is_summed())?;
        let rows = RecordReader::open(input)
            .map_err(|fault| Failure::of_file(&file, fault.into()))?
            .raw(context.output.is_raw());
        let column_mapping = args.columns.column_mapping::<I>(rows.columns(), context)?;
        if I::SECRET
            .is_some_and(|secret| rows.columns().iter().any(|column| column == secret) || args.columns.map_to(secret))
        {
            warn_of_readers(&args.file);
        }
        let rejects = match &args.rejects {
            Some(path) if path == Path::new("-") => {
                return Err(Failure::usage("--rejects takes a file: stdout has the result").field("rejects"));
            }
            Some(path) if !args.change.dry_run => {
                Some(Rejects::begin(NewFile::create(path, args.force)?, rows.columns())?)
            }
            _ => None,
        };
        let progress = Some(Progress::of_bytes(size, context.quiet));
        Ok(Self { args, file, watch, progress, rows, column_mapping, importer, rejects })
    }

    /// Does all of it in a transaction, or fails.
    fn run(&mut self, tx: &mut Tx<'_>, mut each: impl FnMut(&Planned<'_>) -> Result<()>) -> Result<ImportTally> {
        let Self { args, file, watch, progress, rows, column_mapping, importer, rejects } = self;
        let tally = import(tx, rows, column_mapping.as_ref(), *importer, args.on_existing(), |planned| {
            if let (Some(rejects), Some(fault)) = (rejects.as_mut(), planned.fault) {
                let cells = planned.cells.iter().map(|(name, text)| (name.as_str(), text.as_str()));
                rejects.add(cells, fault)?;
            }
            if let Some(progress) = progress.as_ref() {
                progress.at(watch.bytes());
            }
            each(planned)
        })?;
        // The bar is gone before anything is told.
        drop(progress.take());
        let tally = tally.map_err(|faults| refused(file, faults))?;
        args.expect.check(file, tally.rows, watch)?;
        Ok(tally)
    }
}

/// The failure of a file with faults.
fn refused(file: &str, faults: Faults) -> Failure {
    let first = faults.first.first().map(|fault| &*fault.error);
    let is_of_header = matches!(first, Some(Error::Input { code: InputError::BadHeader, .. }));
    let failure = Failure::of_file(file, faults);
    if is_of_header {
        return failure.hint("`--map THEIRS=OURS` reads a column under another name, `--from` a known kind of file");
    }
    failure
}

/// Tells of a file with secrets that others can read.
fn warn_of_readers(file: &Path) {
    if file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o044 != 0) {
        let file = quoted(file.display());
        Context::warn(&format!(
            "{file} holds passwords and may be read by other users; chmod 600 it, and remove it soon"
        ));
    }
}

/// Tells a person what neither the sum nor the plan shows.
fn tell(context: &Context, args: &ImportArgs, tally: &ImportTally) {
    if !tally.left_out.is_empty() {
        let columns = tally.left_out.iter().map(|(name, rows)| format!("{name} ({})", count(*rows, "row")));
        context.note(&format!("not imported: {}", columns.collect::<Vec<_>>().join(", ")));
    }
    if (args.plan || args.change.dry_run) && !context.output.is_data() {
        let ImportTally { rows, new, changed, same, refused, .. } = tally;
        let rows = count(*rows, "row");
        context.note(&format!("{rows}: {new} new, {changed} changed, {same} same, {refused} refused"));
    }
    if let (Some(path), true) = (&args.rejects, tally.refused > 0) {
        let refused = count(tally.refused, "row");
        let path = quoted(path.display());
        let place = if args.change.dry_run { "they would be in" } else { "see" };
        Context::warn(&format!("{refused} refused; {place} {path}"));
    }
}
