//! `ssgctl export`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use ssgctl::error::{count, quoted};
use ssgctl::report;

use crate::context::Context;
use crate::exit::{Failure, Result};

/// The file name of the document if a directory is given.
const FILE_NAME: &str = "ssgctl.jsonl";

/// Export the whole database as one document, to move or to archive it
///
/// The document is JSON lines: a header, then one table row per line, and a last line that proves that the document is
/// complete. It contains everything: customers with all their data, the ledger with its hashes, the audit log, emails
/// and traffic. SMPP passwords stay encrypted, and the key is not included. `ssgctl import` recreates the same
/// database.
#[derive(Debug, Args)]
#[group(id = "export_document")]
#[command(after_long_help = "Examples:
  ssgctl export everything.jsonl
  ssgctl export /backup
  ssgctl export - | gzip > everything.jsonl.gz
  ssgctl export - | jq -c 'select(.customer).customer | {account_code, organisation}'")]
pub(crate) struct ExportArgs {
    /// New file, or directory for a new ssgctl.jsonl; - is stdout
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Overwrite the file if it exists
    #[arg(short, long)]
    force: bool,
}

pub(crate) fn run(args: &ExportArgs, context: &mut Context) -> Result<()> {
    let file = match args.file.as_path() {
        path if path == Path::new("-") => None,
        path if path.is_dir() => Some(path.join(FILE_NAME)),
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
