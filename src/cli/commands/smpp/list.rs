//! `ssgctl smpp list`.

use clap::Args;
use clap::builder::BoolishValueParser;
use clap_complete::ArgValueCompleter;
use ssgctl::store::{SmppFilter, SmppSort};

use crate::args::completion;
use crate::args::list::{ArchiveFilterArgs, CustomerFilterArgs, PageArgs};
use crate::context::Context;
use crate::exit::Result;

/// List SMPP accounts
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp list ABCCORP331
  ssgctl smpp list --enabled no --all
  ssgctl smpp list --no-ip-limit --fields system_id,customer
  ssgctl smpp list --service standard -o name | xargs -r ssgctl smpp disable")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    customer: CustomerFilterArgs,

    /// Only accounts with this service
    #[arg(long, value_name = "SERVICE", add = ArgValueCompleter::new(completion::services))]
    service: Option<String>,

    /// Only enabled or only disabled accounts
    #[arg(long, value_name = "YES|NO", value_parser = BoolishValueParser::new())]
    enabled: Option<bool>,

    /// Only accounts that may bind from any IP address
    #[arg(long)]
    no_ip_limit: bool,

    /// Only accounts with this text in system ID, name, short name, account code or MO numbers
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,

    #[command(flatten)]
    archive_filter: ArchiveFilterArgs,

    #[command(flatten)]
    page: PageArgs<SmppSort>,
}

pub(crate) fn run(args: ListArgs, context: &mut Context) -> Result<()> {
    context.list(|snapshot, rows| {
        args.customer.omit_from(rows);
        let customer_id = args.customer.id(snapshot)?;
        let filter = SmppFilter {
            customer_id,
            archive_filter: args.archive_filter.archive_filter(),
            service_id: args.service.map(|name| snapshot.service(&name)).transpose()?.map(|service| service.id),
            enabled: args.enabled,
            without_ip_limit: args.no_ip_limit,
            search: args.search,
            page: args.page.page(),
        };
        snapshot.smpp_accounts(&filter, |account| rows.row(&account))
    })
}
