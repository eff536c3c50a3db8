//! `ssgctl note export`.

use clap::Args;
use ssgctl::store::{NoteFilter, NoteSort, Page};

use crate::args::export;
use crate::context::Context;
use crate::exit::Result;

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
    let every = NoteFilter {
        customer_id: None,
        archive_filter: args.export.archive_filter(),
        search: None,
        page: Page::all(NoteSort::Customer),
    };
    context.export(&args.export, ssgctl::import::note::FIELDS, |snapshot, rows| {
        snapshot.notes(&every, |note| rows.row(note))
    })
}
