//! `ssgctl balance explain`: a balance as the sum of its entries by kind and its accrued charges.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::Unit;
use ssgctl::report::{self, BalanceShare};

use crate::args::completion;
use crate::commands::balance::row::ACCRUED;
use crate::context::Context;
use crate::exit::Result;
use crate::output::FieldKeys;

/// Show what a customer's balances consist of, by kind of entry
///
/// The columns `added` and `taken` add up to the balance; a sum that is larger than an amount can be is empty. Charges that
/// are not posted yet have the kind `accrued`. With --imports, charges have a line for each traffic import; the reference
/// names the import.
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

    /// Split charges by traffic import
    #[arg(long)]
    imports: bool,
}

pub(crate) fn run(args: &ExplainArgs, context: &mut Context) -> Result<()> {
    let shares = context.read(|snapshot| {
        report::explain_balance(snapshot, &snapshot.customer(&args.customer)?, args.unit, args.imports)
    })?;
    for share in shares.iter().filter(|share| share.added.is_none() || share.taken.is_none()) {
        let (kind, unit) = (share.kind.map_or(ACCRUED, |kind| kind.as_str()), share.unit);
        Context::warn(&format!("the entries of kind `{kind}` in {unit} add up to more than an amount can be"));
    }
    let keys: Vec<&str> = BalanceShare::keys().into_iter().filter(|key| args.imports || *key != "reference").collect();
    context.output.rows_with_columns(&keys, &shares)
}
