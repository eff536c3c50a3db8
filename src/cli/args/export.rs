//! The command `export` of every entity.

use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::thread;

use clap::Args;
use ssgctl::error::{count, quoted};
use ssgctl::store::{ArchiveFilter, Snapshot};

use crate::context::Context;
use crate::exit::Result;
use crate::output::{FieldKeys, Relay, Row};

/// An entity that can be exported.
pub(crate) trait ExportCommand: Row + Send {
    /// What the command does, in one line.
    const ABOUT: &'static str;
    /// Further paragraphs of `--help`.
    const DETAILS: &'static str = "The format is that of -o, else that of the file's extension, else CSV.";
    const EXAMPLES: &'static str;
    /// The fields to export: those that an import reads.
    const FIELDS: &'static [&'static str];

    /// Reads all records.
    fn read(snapshot: &Snapshot<'_>, archive_filter: ArchiveFilter, each: impl FnMut(Self) -> Result<()>)
    -> Result<()>;
}

/// The command `export` of an entity.
#[derive(Debug, Args)]
#[command(about = E::ABOUT, long_about = format!("{}\n\n{}", E::ABOUT, E::DETAILS), after_long_help = E::EXAMPLES)]
pub(crate) struct Export<E: ExportCommand> {
    #[command(flatten)]
    args: ExportArgs,

    #[arg(skip)]
    entity: PhantomData<E>,
}

impl<E: ExportCommand> Export<E> {
    pub(crate) fn run(&self, context: &mut Context) -> Result<()> {
        let archive_filter = self.args.archive_filter();
        run(context, &self.args, E::FIELDS, |snapshot, rows| {
            E::read(snapshot, archive_filter, |entity| rows.row(entity))
        })
    }
}

/// Reads from one snapshot and writes the rows with the fields that an import reads.
pub(crate) fn run<R: Row + Send>(
    context: &mut Context,
    args: &ExportArgs,
    fields: &'static [&'static str],
    ask: impl FnOnce(&Snapshot<'_>, &mut Relay<'_, '_, R>) -> Result<()>,
) -> Result<()> {
    let (store, output) = context.store_and_output()?;
    output.export_to(args.file(), args.force)?;
    let snapshot = store.read()?;
    let rows = output.table(&R::keys(), Some(fields))?;
    let exported = thread::scope(|scope| {
        let mut relay = Relay::new(scope, rows);
        let reading = ask(&snapshot, &mut relay);
        relay.end(reading)
    })?;
    drop(snapshot);
    if let Some(file) = args.file() {
        output.publish()?;
        context.note(&format!("{} in {}", count(exported, "row"), quoted(file.display())));
    }
    Ok(())
}

/// Where an export goes and what it omits.
#[derive(Debug, Args)]
#[group(id = "export_file")]
pub(crate) struct ExportArgs {
    /// Write to this new file instead of stdout (-); .json or .jsonl sets the format
    ///
    /// Only its owner can read the file. With --force, a file that is replaced keeps its owner, group and mode, and a
    /// symbolic link is followed.
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    /// Omit archived records and records of archived customers
    #[arg(long)]
    pub(crate) active: bool,

    /// Replace an existing file
    #[arg(short, long, requires = "file")]
    pub(crate) force: bool,
}

impl ExportArgs {
    /// The file, unless it is stdout.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref().filter(|file| *file != Path::new("-"))
    }

    /// Which records to export.
    pub(crate) fn archive_filter(&self) -> ArchiveFilter {
        if self.active { ArchiveFilter::Active } else { ArchiveFilter::All }
    }
}
