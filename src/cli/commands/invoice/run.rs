//! `ssgctl invoice run`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use jiff::civil::Date;
use ssgctl::error::count;
use ssgctl::ops;
use ssgctl::ops::invoice::RunRequest;
use ssgctl::report::{InvoiceSummary, Month};

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::args::completion;
use crate::args::named_period::NamedPeriod;
use crate::commands::invoice::row::today;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::FieldKeys;

/// Draft or issue the invoices of a month for the usage of postpaid customers
///
/// Each postpaid customer gets one invoice in each currency for all usage up to the end of the month that no invoice bills
/// yet, with a line for each SMPP account, country and price. Messages of earlier months that were reported late are lines of
/// their own, and what was reverted or repriced since is subtracted. Amounts smaller than the minor unit are carried to the
/// next invoice, so that a customer never pays for more than was used. Run again, it makes nothing new.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice run --period last-month --dry-run
  ssgctl invoice run --period 2026-10 --issue
  ssgctl invoice run --period 2026-10 --customer ABCCORP331")]
pub(crate) struct RunArgs {
    /// Month whose usage to bill: last month, or 2026-10
    #[arg(long, value_name = "MONTH")]
    period: NamedPeriod,

    /// Only this customer, by account code or API ID; may be repeated
    #[arg(long, value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: Vec<String>,

    /// Issue the invoices as well
    #[arg(long)]
    issue: bool,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

/// The month of a period.
fn month(period: NamedPeriod, today: Date) -> Result<Month> {
    let (first, last) = period.dates(today);
    let is_month = first == first.first_of_month() && last == first.last_of_month();
    if is_month { Ok(Month::of(first)) } else { Err(Failure::usage("--period must be a month").field("period")) }
}

pub(crate) fn run(args: RunArgs, context: &mut Context) -> Result<()> {
    let invoicing = context.settings.invoices.invoicing()?;
    context.output.refuse_unknown_fields(&InvoiceSummary::keys())?;
    context.apply_clock(args.clock)?;
    let today = today(context);
    let request = RunRequest { month: month(args.period, today)?, customers: args.customer, issue: args.issue };
    let result = context.transact(&args.change, |tx| ops::invoice::run(tx, &invoicing, &request))?;
    for draft in &result.undecided {
        let (id, customer) = (draft.id, &draft.customer);
        Context::warn(&format!(
            "draft {id} of {customer} is not issued, because its tax is not decided; see `ssgctl invoice issue {id}`"
        ));
    }
    for (customers, why) in [
        (&result.negative, "more was taken back than used, which stays unbilled"),
        (&result.archived, "archived with unbilled usage"),
    ] {
        if !customers.is_empty() {
            let names: Vec<String> = customers.iter().map(ToString::to_string).collect();
            let count = count(customers.len() as u64, "customer");
            context.note(&format!("{count} without an invoice ({why}): {}", names.join(", ")));
        }
    }
    let invoices = result.invoices.into_iter().chain(result.undecided);
    let rows: Vec<InvoiceSummary> = invoices.map(|invoice| InvoiceSummary::on(invoice, today)).collect();
    context.output.rows(&rows)
}
