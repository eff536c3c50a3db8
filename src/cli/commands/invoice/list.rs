//! `ssgctl invoice list`.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::Currency;
use ssgctl::model::invoice::{InvoiceKind, InvoiceState};
use ssgctl::report::InvoiceSummary;
use ssgctl::store::{InvoiceFilter, InvoiceSort};

use crate::args::completion;
use crate::args::list::{CustomerFilterArgs, PageArgs};
use crate::args::period::ReportPeriodArgs;
use crate::commands::invoice::row::today;
use crate::context::Context;
use crate::exit::Result;

/// List invoices and credit notes with their states
///
/// The state is the first that fits: cancelled, hold, proforma or draft before the issue; then `written_off`, credited, paid,
/// overdue, `partly_paid`, unpaid. Cancelled drafts are listed with --state cancelled.
///
/// --period, --last, --from and --until select by the day of issue, in the time zone of invoices.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice list ABCCORP331
  ssgctl invoice list --state overdue --sort due_on
  ssgctl invoice list --unsent
  ssgctl invoice list --period last-month --csv
  ssgctl invoice list --from 2026-10-01 --until 2026-11-01")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    customer: CustomerFilterArgs,

    /// Only invoices in this state; may be repeated
    #[arg(long, value_name = "STATE", add = ArgValueCandidates::new(completion::words::<InvoiceState>))]
    state: Vec<InvoiceState>,

    /// Only invoices, or only credit notes
    #[arg(long, value_name = "KIND", add = ArgValueCandidates::new(completion::words::<InvoiceKind>))]
    kind: Option<InvoiceKind>,

    /// Only invoices in this currency
    #[arg(long, value_name = "CURRENCY", add = ArgValueCandidates::new(completion::units))]
    currency: Option<Currency>,

    /// Only invoices of which a part is not settled
    #[arg(long)]
    open: bool,

    /// Only issued invoices and pro-formas of which no email was sent
    #[arg(long)]
    unsent: bool,

    #[command(flatten)]
    issued: ReportPeriodArgs,

    #[command(flatten)]
    page: PageArgs<InvoiceSort>,
}

pub(crate) fn run(args: &ListArgs, context: &mut Context) -> Result<()> {
    let today = today(context);
    let (issued_since, issued_until) = args.issued.first_and_last(&context.settings.invoices.zone());
    context.list(|snapshot, rows| {
        args.customer.omit_from(rows);
        let mut page = args.page.page();
        // The state is computed from each invoice, so the limit counts those that fit.
        let limit = page.limit.take().unwrap_or(u64::MAX);
        let filter = InvoiceFilter {
            customer_id: args.customer.id(snapshot)?,
            kind: args.kind,
            currency: args.currency,
            is_issued: (issued_since.is_some() || issued_until.is_some()).then_some(true),
            is_open: args.open,
            is_sent: args.unsent.then_some(false),
            issued_since,
            issued_until,
            page,
            ..InvoiceFilter::default()
        };
        let mut listed = 0;
        snapshot.invoices(&filter, |invoice| {
            let summary = InvoiceSummary::on(invoice, today);
            let is_wanted = match args.state.as_slice() {
                [] => summary.state != InvoiceState::Cancelled,
                states => states.contains(&summary.state),
            };
            if is_wanted && listed < limit {
                listed += 1;
                rows.row(&summary)?;
            }
            Ok(())
        })
    })
}
