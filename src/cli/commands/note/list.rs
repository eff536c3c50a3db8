//! `ssgctl note list`.

use clap::Args;
use ssgctl::store::{NoteFilter, NoteSort};

use crate::args::list::{ArchiveFilterArgs, CustomerFilterArgs, PageArgs};
use crate::context::Context;
use crate::exit::Result;

/// List notes about customers
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl note list ABCCORP331
  ssgctl note list --search bind --sort id --desc --limit 5")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    customer: CustomerFilterArgs,

    /// Only notes with this text
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,

    #[command(flatten)]
    archive_filter: ArchiveFilterArgs,

    #[command(flatten)]
    page: PageArgs<NoteSort>,
}

pub(crate) fn run(args: ListArgs, context: &mut Context) -> Result<()> {
    context.list(|snapshot, rows| {
        args.customer.omit_from(rows);
        let customer_id = args.customer.id(snapshot)?;
        let archive_filter = args.archive_filter.for_customer(customer_id);
        let filter = NoteFilter { customer_id, archive_filter, search: args.search, page: args.page.page() };
        snapshot.notes(&filter, |note| rows.row(&note))
    })
}
