//! `ssgctl balance limit`.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::{Money, Unit};
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;

/// Set how far below zero a balance may be taken by hand
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance limit ABCCORP331 500 --unit GBP --reason 'agreed with sales'
  ssgctl balance limit ABCCORP331 0")]
pub(crate) struct LimitArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// The credit limit, not negative; 0 for none
    #[arg(value_name = "AMOUNT", allow_hyphen_values = true)]
    limit: Money,

    /// SMS or a currency by ISO 4217; the customer's only balance, or SMS when it has none
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &LimitArgs, context: &mut Context) -> Result<()> {
    let balance =
        context.write(&args.change, |tx| ops::balance::set_credit_limit(tx, &args.customer, args.unit, args.limit))?;
    context.output.row(&balance)
}
