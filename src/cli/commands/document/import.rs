//! `ssgctl import`.

use std::path::PathBuf;

use clap::Args;
use ssgctl::import::document;

use crate::args::change::{ChangeArgs, ReasonArgs};
use crate::args::input;
use crate::args::input::Incoming;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{Cell, Column, Row};
use crate::progress::Progress;

/// Make the database anew from a document of `ssgctl export`, all or nothing
///
/// The database must be empty. What comes of it is examined as `db check` does before it is saved, and exports as the same
/// document, byte for byte. SMPP passwords can be read only with the key that they were encrypted with.
#[derive(Debug, Args)]
#[group(id = "import_document")]
#[command(after_long_help = "Examples:
  ssgctl import everything.jsonl --dry-run
  ssgctl --db new.db db init && ssgctl --db new.db import everything.jsonl
  zcat everything.jsonl.gz | ssgctl import -")]
pub(crate) struct ImportArgs {
    /// The document; - is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Do everything, show the result, save nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

struct Taken {
    file: String,
    rows: u64,
}

impl Row for Taken {
    const NAME: &str = "file";
    const COLUMNS: &[Column<Self>] =
        &[Column::new("file", |t| Cell::text(&t.file)), Column::new("rows", |t| Cell::number(t.rows))];
}

pub(crate) fn run(args: &ImportArgs, context: &mut Context) -> Result<()> {
    let file = input::name(&args.file);
    let Incoming { input, size, watch } = input::open_to_import(&args.file, false)?;
    let progress = Progress::of_bytes(size, context.quiet);
    // The audit log comes with the document, and nothing is added to it.
    let change = ChangeArgs { dry_run: args.dry_run, why: ReasonArgs { reason: None, actor: None } };
    let taken = context.write(&change, |tx| {
        let rows = document::take(tx, input, || progress.at(watch.bytes()))?;
        drop(progress);
        let rows = rows.map_err(|fault| Failure::of_file(&file, fault.into()))?;
        Ok::<_, Failure>(Taken { file, rows })
    })?;
    context.output.row(&taken)
}
