//! `ssgctl payment list`.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::Currency;
use ssgctl::model::invoice::ReceivableKind;
use ssgctl::store::ReceivableFilter;

use crate::args::completion;
use crate::args::list::{CustomerFilterArgs, RecentArgs};
use crate::context::Context;
use crate::exit::Result;

/// List payments and all other entries of the ledger of receivables
///
/// `debit` is what the customer owes by an entry, `credit` what reduces that, such as a payment. `amount`, in JSON and CSV, has
/// both: it is negative for a credit. Without --kind, the entries of invoices are omitted.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl payment list ABCCORP331
  ssgctl payment list --unallocated
  ssgctl payment list --kind write_off --csv")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    customer: CustomerFilterArgs,

    /// Only entries of this kind
    #[arg(long, value_name = "KIND", add = ArgValueCandidates::new(completion::words::<ReceivableKind>))]
    kind: Option<ReceivableKind>,

    /// Only entries in this currency
    #[arg(long, value_name = "CURRENCY", add = ArgValueCandidates::new(completion::units))]
    currency: Option<Currency>,

    /// Only entries of which a part is not allocated
    #[arg(long)]
    unallocated: bool,

    #[command(flatten)]
    recent: RecentArgs,
}

pub(crate) fn run(args: &ListArgs, context: &mut Context) -> Result<()> {
    context.list(|snapshot, rows| {
        args.customer.omit_from(rows);
        let limit = args.recent.limit.unwrap_or(u64::MAX);
        let filter = ReceivableFilter {
            customer_id: args.customer.id(snapshot)?,
            currency: args.currency,
            kind: args.kind,
            is_open: args.unallocated,
            newest_first: args.recent.desc,
            ..ReceivableFilter::default()
        };
        let mut listed = 0;
        snapshot.receivables(&filter, |entry| {
            let is_wanted = args.kind.is_some() || entry.booking.kind != ReceivableKind::Invoice;
            if is_wanted && listed < limit {
                listed += 1;
                rows.row(&entry)?;
            }
            Ok(())
        })
    })
}
