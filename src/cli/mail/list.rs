//! `ssgctl mail list`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::LetterState;
use ssgctl::store::LetterFilter;

use crate::complete;
use crate::context::Context;
use crate::exit::Result;

/// List letters, oldest first
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail list --state failed
  ssgctl mail list ABCCORP331 --desc --limit 5
  ssgctl mail list --state failed -o name | xargs -r ssgctl mail retry")]
pub(crate) struct ListArgs {
    /// Only letters about this customer, by account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(complete::customers))]
    customer: Option<String>,

    /// Only letters in this state: pending, sending, sent, failed, uncertain or cancelled
    #[arg(long, value_name = "STATE")]
    state: Option<LetterState>,

    /// Only letters to an address with this text
    #[arg(long, value_name = "TEXT")]
    recipient: Option<String>,

    /// Show the newest first
    #[arg(long)]
    desc: bool,

    /// Show at most so many
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

pub(crate) fn run(args: ListArgs, context: &mut Context) -> Result<()> {
    context.list(|snapshot, rows| {
        let customer = args.customer.map(|name| snapshot.customer(&name)).transpose()?;
        let filter = LetterFilter {
            customer_id: customer.map(|customer| customer.id),
            state: args.state,
            recipient: args.recipient,
            newest_first: args.desc,
            limit: args.limit,
            ..LetterFilter::default()
        };
        snapshot.letters(&filter, |letter| rows.row(&letter))
    })
}
