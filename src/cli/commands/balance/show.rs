//! `ssgctl balance show`: balances of one customer.

use clap::Args;
use clap_complete::ArgValueCompleter;

use ssgctl::model::{Balance, Money};

use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{FieldKeys, Row};

/// Show a customer's balances, one line for each unit
///
/// Where plans charge messages when they are delivered, `reserved` is what the messages will cost that may still be
/// delivered. It is no part of the balance, and counts neither for alerts nor for the credit limit. Tables show it if
/// there is any.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance show ABCCORP331
  ssgctl balance show ABCCORP331 --csv --no-headers --fields balance,unit")]
pub(crate) struct ShowArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    let balances = context.read(|snapshot| snapshot.balances_of(&snapshot.customer(&args.customer)?))?;
    if balances.is_empty() {
        context.note("no balance yet; `ssgctl balance adjust` creates one");
    }
    let has_reserved = balances.iter().any(|balance| balance.reserved != Money::ZERO);
    let shown: Vec<&str> = Balance::COLUMNS
        .iter()
        .filter(|column| column.in_table || column.key == "reserved")
        .map(|column| column.key)
        .collect();
    let shown = (has_reserved && !context.output.is_data()).then_some(shown.as_slice());
    let mut table = context.output.table(&Balance::keys(), shown)?;
    balances.iter().try_for_each(|balance| table.row(balance))?;
    table.end().map(drop)
}
