//! `ssgctl note export`.

use clap::Args;
use ssgctl::ingest;
use ssgctl::store::{NoteFilter, NoteSort, Page};

use crate::context::Context;
use crate::exit::Result;
use crate::export;

/// Write all notes as `note import` reads them
///
/// The format is CSV unless `-o` or the name of the file says otherwise.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl note export > notes.csv
  ssgctl note export --file notes.jsonl")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    export: export::ExportArgs,
}

pub(crate) fn run(args: &ExportArgs, context: &mut Context) -> Result<()> {
    let every =
        NoteFilter { customer_id: None, lives: args.export.lives(), search: None, page: Page::all(NoteSort::Customer) };
    context.export(&args.export, ingest::note::FIELDS, |snapshot, rows| snapshot.notes(&every, |note| rows.row(note)))
}
