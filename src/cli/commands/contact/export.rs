//! `ssgctl contact export`.

use clap::Args;
use ssgctl::store::{ContactFilter, ContactSort, Page};

use crate::args::export;
use crate::context::Context;
use crate::exit::Result;

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
    let every = ContactFilter {
        customer_id: None,
        archive_filter: args.export.archive_filter(),
        role: None,
        search: None,
        page,
    };
    context.export(&args.export, ssgctl::import::contact::FIELDS, |snapshot, rows| {
        snapshot.contacts(&every, |contact| rows.row(contact))
    })
}
