//! `ssgctl fee list`.

use clap::Args;

use crate::args::list::CustomerFilterArgs;
use crate::context::Context;
use crate::exit::Result;

/// List fees, and until when they are billed
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl fee list ABCCORP331
  ssgctl fee list --csv")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    customer: CustomerFilterArgs,
}

pub(crate) fn run(args: &ListArgs, context: &mut Context) -> Result<()> {
    context.list(|snapshot, rows| {
        let customer_id = args.customer.id(snapshot)?;
        snapshot.fees(customer_id, |fee| rows.row(&fee))
    })
}
