//! `ssgctl contact export`.

use clap::Args;
use ssgctl::ingest;
use ssgctl::store::{ContactFilter, ContactSort, Page};

use crate::context::Context;
use crate::exit::Result;
use crate::export;

/// Write all people at customers as `contact import` reads them
///
/// The format is CSV unless `-o` or the name of the file says otherwise.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl contact export > contacts.csv
  ssgctl contact export --file contacts.json")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    export: export::ExportArgs,
}

pub(crate) fn run(args: &ExportArgs, context: &mut Context) -> Result<()> {
    let page = Page::all(ContactSort::Customer);
    let every = ContactFilter { customer_id: None, lives: args.export.lives(), role: None, search: None, page };
    context.export(&args.export, ingest::contact::FIELDS, |snapshot, rows| {
        snapshot.contacts(&every, |contact| rows.row(contact))
    })
}
