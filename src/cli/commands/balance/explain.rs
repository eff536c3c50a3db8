//! `ssgctl balance explain`: a balance as the sum of its entries by kind and its accrued charges.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::Unit;
use ssgctl::report::{self, BalanceShare};

use crate::args::completion;
use crate::args::period::{Moment, ZoneArgs};
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
  ssgctl balance explain ABCCORP331 --since monday
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

    /// Sum up everything before this time, date or age as the kind `before`
    #[arg(long, visible_alias = "from", value_name = "TIME", conflicts_with = "imports")]
    since: Option<Moment>,

    #[command(flatten)]
    zone: ZoneArgs,
}

pub(crate) fn run(args: &ExplainArgs, context: &mut Context) -> Result<()> {
    let zone = args.zone.zone(context.settings.defaults.zone());
    let since = args.since.map(|since| since.start(&zone));
    let shares = context.read(|snapshot| {
        let customer = snapshot.customer(&args.customer)?;
        match since {
            Some(since) => report::explain_balance_since(snapshot, &customer, args.unit, since),
            None => report::explain_balance(snapshot, &customer, args.unit, args.imports),
        }
    })?;
    for share in shares.iter().filter(|share| share.added.is_none() || share.taken.is_none()) {
        let (kind, unit) = (share.kind.as_str(), share.unit);
        Context::warn(&format!("the entries of kind `{kind}` in {unit} add up to more than an amount can be"));
    }
    let keys: Vec<&str> = BalanceShare::keys().into_iter().filter(|key| args.imports || *key != "reference").collect();
    context.output.rows_with_columns(&keys, &shares)
}
