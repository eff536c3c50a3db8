//! `ssgctl contact list`.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::Role;
use ssgctl::store::{ContactFilter, ContactSort};

use crate::args::completion;
use crate::args::list::{ArchiveFilterArgs, CustomerFilterArgs, PageArgs};
use crate::context::Context;
use crate::exit::Result;

/// List contacts of customers
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl contact list ABCCORP331
  ssgctl contact list --role billing --csv --fields customer,name,email")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    customer: CustomerFilterArgs,

    /// Only contacts with this role: general, billing or technical
    #[arg(long, value_name = "ROLE", add = ArgValueCandidates::new(completion::words::<Role>))]
    role: Option<Role>,

    /// Only contacts with this text in name, email or mobile
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,

    #[command(flatten)]
    archive_filter: ArchiveFilterArgs,

    #[command(flatten)]
    page: PageArgs<ContactSort>,
}

pub(crate) fn run(args: ListArgs, context: &mut Context) -> Result<()> {
    context.list(|snapshot, rows| {
        args.customer.omit_from(rows);
        let customer_id = args.customer.id(snapshot)?;
        let filter = ContactFilter {
            customer_id,
            archive_filter: args.archive_filter.for_customer(customer_id),
            role: args.role,
            search: args.search,
            page: args.page.page(),
        };
        snapshot.contacts(&filter, |contact| rows.row(&contact))
    })
}
