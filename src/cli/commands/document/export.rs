//! `ssgctl export`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ssgctl::error::{count, quoted};
use ssgctl::report;

use crate::commands::document::tree;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// The file name of the document if a directory is given.
const FILE_NAME: &str = "ssgctl.jsonl";

/// Export the whole database as one document, or what can be declared as files
///
/// The document is JSON lines: a header, then one table row per line, and a last line that proves that the document is
/// complete. It contains everything: customers with all their data, the ledger with its hashes, the audit log, emails
/// and traffic. SMPP passwords stay encrypted, and the key is not included. `ssgctl import` recreates the same
/// database.
///
/// With `--as toml` it writes desired state instead: a directory with plans.toml, services.toml and a file for each active customer
/// in customers/, with its contacts, warnings, credit limits and SMPP accounts, for `ssgctl apply`. Balances, passwords,
/// notes, prices and the numbers of closed user groups are not in it. Other files of the directory stay as they are.
#[derive(Debug, Args)]
#[group(id = "export_document")]
#[command(after_long_help = "Examples:
  ssgctl export everything.jsonl
  ssgctl export /backup
  ssgctl export --as toml customers-repo
  ssgctl export - | gzip > everything.jsonl.gz
  ssgctl export - | jq -c 'select(.customer).customer | {account_code, organisation}'")]
pub(crate) struct ExportArgs {
    /// New file, or directory for a new ssgctl.jsonl; - is stdout; with --as toml the directory of the tree
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// What to write: everything as one document, or desired state as a tree of TOML files
    #[arg(long = "as", value_name = "FORM", value_enum, default_value_t = Form::Document, hide_default_value = true)]
    form: Form,

    /// Overwrite the file if it exists; with --as toml, files that differ
    #[arg(short, long)]
    force: bool,
}

/// What an export writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Document,
    Toml,
}

pub(crate) fn run(args: &ExportArgs, context: &mut Context) -> Result<()> {
    if args.form == Form::Toml {
        if args.file.as_os_str() == "-" {
            return Err(Failure::usage("--as toml writes a directory, not stdout").field("file"));
        }
        return tree::export(&args.file, args.force, context);
    }
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
