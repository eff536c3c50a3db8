//! `ssgctl balance explain`.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::Unit;
use ssgctl::report::{self, BalanceShare};

use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;
use crate::output::Shown;

/// Show what brought a customer's balances to where they are, by kind of entry
///
/// What was added and taken adds up to the balance. With --imports there is a line for each import of traffic, which its
/// charges name as their reference.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance explain ABCCORP331
  ssgctl balance explain ABCCORP331 --unit SMS --json
  ssgctl balance explain ABCCORP331 --imports")]
pub(crate) struct ExplainArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// Only the balance in this unit
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    /// Tell charges apart by the import of traffic that booked them
    #[arg(long)]
    imports: bool,
}

pub(crate) fn run(args: &ExplainArgs, context: &mut Context) -> Result<()> {
    let shares = context.read(|snapshot| {
        report::explain_balance(snapshot, &snapshot.customer(&args.customer)?, args.unit, args.imports)
    })?;
    let keys: Vec<&str> = BalanceShare::keys().into_iter().filter(|key| args.imports || *key != "reference").collect();
    context.output.all_among(&keys, &shares)
}
