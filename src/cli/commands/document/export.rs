//! `ssgctl export`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use ssgctl::error::{count, quoted};
use ssgctl::report;

use crate::context::Context;
use crate::exit::{Failure, Result};

/// The name of the document in a folder.
const NAME: &str = "ssgctl.jsonl";

/// Write the whole database as one document, to leave with or to move
///
/// The document is JSON lines: one that says what it is, then a row of a table in each, and one that tells whether anything is
/// missing. It has everything: customers and all that is theirs, the ledger with its hashes, the audit log, emails,
/// traffic. SMPP passwords stay encrypted, and the key is not in it. `ssgctl import` makes the same database of it.
#[derive(Debug, Args)]
#[group(id = "export_document")]
#[command(after_long_help = "Examples:
  ssgctl export everything.jsonl
  ssgctl export /backup
  ssgctl export - | gzip > everything.jsonl.gz
  ssgctl export - | jq -c 'select(.customer).customer | {account_code, organisation}'")]
pub(crate) struct ExportArgs {
    /// The new file, or the folder to make ssgctl.jsonl in; - is stdout
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Replace the file if it is there
    #[arg(short, long)]
    force: bool,
}

pub(crate) fn run(args: &ExportArgs, context: &mut Context) -> Result<()> {
    let file = match args.file.as_path() {
        path if path == Path::new("-") => None,
        path if path.is_dir() => Some(path.join(NAME)),
        path => Some(path.to_owned()),
    };
    let rows = context.document(file.as_deref(), args.force, |snapshot, out| {
        report::document::document(snapshot, |line| out.pieces().write_all(line.as_bytes()).map_err(Failure::output))
    })?;
    if let Some(file) = file {
        context.note(&format!("{} in {}", count(rows, "row"), quoted(file.display())));
    }
    Ok(())
}
