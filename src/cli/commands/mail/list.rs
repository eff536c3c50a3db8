//! `ssgctl mail list`: the outbox.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::EmailState;
use ssgctl::store::OutboxFilter;

use crate::args::completion;
use crate::args::list::{CustomerFilterArgs, RecentArgs};
use crate::context::Context;
use crate::exit::Result;

/// List outgoing emails, oldest first
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail list --state failed
  ssgctl mail list ABCCORP331 --desc --limit 5
  ssgctl mail list --state failed -o name | xargs -r ssgctl mail retry")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    customer: CustomerFilterArgs,

    /// Only emails in this state: pending, sending, sent, failed, uncertain or cancelled
    #[arg(long, value_name = "STATE", add = ArgValueCandidates::new(completion::words::<EmailState>))]
    state: Option<EmailState>,

    /// Only emails whose recipient contains this text
    #[arg(long, value_name = "TEXT")]
    recipient: Option<String>,

    #[command(flatten)]
    recent: RecentArgs,
}

pub(crate) fn run(args: ListArgs, context: &mut Context) -> Result<()> {
    context.list(|snapshot, rows| {
        args.customer.omit_from(rows);
        let filter = OutboxFilter {
            customer_id: args.customer.id(snapshot)?,
            state: args.state,
            recipient: args.recipient,
            newest_first: args.recent.desc,
            limit: args.recent.limit,
            ..OutboxFilter::default()
        };
        snapshot.emails(&filter, |email| rows.row(&email))
    })
}
