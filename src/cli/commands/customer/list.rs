//! `ssgctl customer list`.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::Country;
use ssgctl::report;
use ssgctl::store::{CustomerFilter, CustomerSort, Page};

use crate::args::completion;
use crate::args::list::{ArchiveFilterArgs, PageArgs};
use crate::args::period::Last;
use crate::context::Context;
use crate::exit::Result;

/// List customers
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl customer list --country GB
  ssgctl customer list --search example.com --all
  ssgctl customer list --search Edinburgh
  ssgctl customer list --search '+44 7700 900123'
  ssgctl customer list --silent-for 30d -o name
  ssgctl customer list --sort created_at --desc --limit 10
  ssgctl customer list --csv --fields account_code,organisation,invoice_emails > customers.csv
  ssgctl customer list -o name | xargs -r -n1 ssgctl balance show")]
pub(crate) struct ListArgs {
    /// Only customers in this country
    #[arg(long, value_name = "CC", add = ArgValueCandidates::new(completion::countries))]
    country: Option<Country>,

    /// Only customers with this text in their details, contacts, notes or system IDs
    ///
    /// It is searched for in organisation, account code, API ID, phone, invoice emails and address; names, email addresses and
    /// mobile numbers of contacts; system IDs and short names of SMPP accounts; and notes. Numbers may have blanks.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,

    /// Only customers that sent no message in this time, such as 30d, today included
    #[arg(long, value_name = "SPAN")]
    silent_for: Option<Last>,

    #[command(flatten)]
    archive_filter: ArchiveFilterArgs,

    #[command(flatten)]
    page: PageArgs<CustomerSort>,
}

pub(crate) fn run(args: ListArgs, context: &mut Context) -> Result<()> {
    let zone = context.settings.defaults.zone();
    let (limit, silent_for) = (args.page.limit, args.silent_for);
    let filter = CustomerFilter {
        archive_filter: args.archive_filter.archive_filter(),
        country: args.country,
        search: args.search,
        page: args.page.page(),
    };
    let Some(span) = silent_for else {
        return context.list(|snapshot, rows| snapshot.customers(&filter, |customer| rows.row(&customer)));
    };
    // The limit is one of silent customers.
    let filter = CustomerFilter { page: Page { limit: None, ..filter.page }, ..filter };
    context.list(|snapshot, rows| {
        let sending = report::sending_customers(snapshot, span.period(&zone))?;
        let mut left = limit.unwrap_or(u64::MAX);
        snapshot.customers(&filter, |customer| {
            if left == 0 || sending.contains(&customer.id) {
                return Ok(());
            }
            left -= 1;
            rows.row(&customer)
        })
    })
}
