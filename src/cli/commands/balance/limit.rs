//! `ssgctl balance limit`: the credit limit of a balance.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::{Money, Unit};
use ssgctl::ops;

use crate::args::amount;
use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;

/// Set the credit limit of a balance
///
/// The credit limit is how far below zero adjustments and transfers may take a balance. Charges for traffic are posted
/// regardless of it, because the messages are already sent.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance limit ABCCORP331 500 --unit GBP --reason 'agreed with sales'
  ssgctl balance limit ABCCORP331 0")]
pub(crate) struct LimitArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// Credit limit, as a positive amount; 0 for none
    #[arg(value_name = "AMOUNT", allow_hyphen_values = true, value_parser = amount::written)]
    limit: Money,

    /// `SMS` or an ISO 4217 currency code [default: the customer's only unit, or SMS if it has no balance]
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
