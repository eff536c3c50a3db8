//! `ssgctl import`.

use std::path::PathBuf;

use clap::Args;
use ssgctl::import::document;

use crate::args::change::{AuditArgs, ChangeArgs};
use crate::args::input;
use crate::args::input::ImportInput;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{Cell, Column, Row};
use crate::progress::Progress;

/// Import a document of `ssgctl export` into a new or empty database, all or nothing
///
/// Creates the database if it does not exist; a failed import leaves none. Runs the checks of `db check` before the
/// import is saved. A new export gives the same document, byte for byte. To read the SMPP passwords, you need the key
/// file of the exported database.
#[derive(Debug, Args)]
#[group(id = "import_document")]
#[command(after_long_help = "Examples:
  ssgctl import everything.jsonl --dry-run
  ssgctl --db new.db import everything.jsonl
  zcat everything.jsonl.gz | ssgctl import -")]
pub(crate) struct ImportArgs {
    /// Document of `ssgctl export`; - is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Show what would change without saving it
    #[arg(short = 'n', long)]
    dry_run: bool,
}

struct DocumentReceipt {
    file: String,
    rows: u64,
}

impl Row for DocumentReceipt {
    const NAME: &str = "file";
    const COLUMNS: &[Column<Self>] =
        &[Column::new("file", |r: &Self| Cell::text(&r.file)).file(), Column::new("rows", |r| Cell::number(r.rows))];
}

pub(crate) fn run(args: &ImportArgs, context: &mut Context) -> Result<()> {
    let file = input::name(&args.file);
    let ImportInput { input, size, meter } = input::open_to_import(&args.file, false)?;
    let progress = Progress::of_bytes(size, context.quiet);
    // The document contains the audit log, and the import must not add an event to it.
    let change = ChangeArgs { dry_run: args.dry_run, audit: AuditArgs { reason: None, actor: None } };
    context.fill_new_database()?;
    let receipt = context.write(&change, |tx| {
        let rows = document::import(tx, input, || progress.at(meter.bytes()))?;
        drop(progress);
        let rows = rows.map_err(|fault| Failure::of_file(&file, fault.into()))?;
        Ok::<_, Failure>(DocumentReceipt { file, rows })
    })?;
    if !args.dry_run {
        context.publish_new_database()?;
    }
    context.output.row(&receipt)
}
