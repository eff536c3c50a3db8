//! `ssgctl balance show`: balances of one customer.

use clap::Args;
use clap_complete::ArgValueCompleter;

use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;

/// Show a customer's balances, one line for each unit
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
    context.output.rows(&balances)
}
