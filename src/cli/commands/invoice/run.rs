//! `ssgctl invoice run`.

use std::collections::BTreeSet;

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
use crate::commands::invoice::mailing::{Mailer, warn_if_unsent};
use crate::commands::invoice::row::today;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::FieldKeys;

/// Draft or issue the invoices of a month for the usage of postpaid customers
///
/// Each postpaid customer gets one invoice in each currency for all usage up to the end of the month that no invoice bills
/// yet, with a line for each SMPP account, country and price. Messages of earlier months that were reported late are lines of
/// their own, and what was reverted or repriced since is subtracted. What was added to the balance of the customer in that
/// currency covers the earliest usage, and only the rest is billed. Amounts smaller than the minor unit are carried to the
/// next invoice, so that a customer never pays for more than was used. Run again, it makes nothing new.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice run --period last-month --dry-run
  ssgctl invoice run --period 2026-10 --issue --send
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

    /// Email the issued invoices to the customers; those of customers without an address stay unsent
    #[arg(long, requires = "issue")]
    send: bool,

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
    let mut mailer = if args.send { Some(Mailer::of(context)?) } else { None };
    let mut emails = Vec::new();
    let result = context.transact(&args.change, |tx| {
        let result = ops::invoice::run(tx, &invoicing, &request)?;
        if let Some(Mailer { mailing, .. }) = &mailer {
            for invoice in &result.invoices {
                let sent = ops::invoice::send_if_possible(tx, &invoicing, mailing, invoice)?;
                warn_if_unsent(invoice, &sent);
                emails.extend(sent.into_iter().map(|sent| sent.email));
            }
        }
        Ok::<_, ssgctl::Error>(result)
    })?;
    for draft in &result.undecided {
        let (id, customer) = (draft.id, &draft.customer);
        Context::warn(&format!(
            "draft {id} of {customer} is not issued, because its tax is not decided; see `ssgctl invoice issue {id}`"
        ));
    }
    for (customers, what, why) in [
        (&result.negative, "no usage billed of", "more was taken back than used, which stays unbilled"),
        (&result.archived, "no invoice for", "archived"),
    ] {
        // A customer may have usage in several currencies.
        let names: BTreeSet<String> = customers.iter().map(ToString::to_string).collect();
        if !names.is_empty() {
            let count = count(names.len() as u64, "customer");
            let names: Vec<String> = names.into_iter().collect();
            context.note(&format!("{what} {count} ({why}): {}", names.join(", ")));
        }
    }
    let invoices = result.invoices.into_iter().chain(result.undecided);
    let rows: Vec<InvoiceSummary> = invoices.map(|invoice| InvoiceSummary::on(invoice, today)).collect();
    match &mut mailer {
        Some(mailer) if !args.change.dry_run => mailer.deliver_and_print(context, &args.change.audit, emails, rows),
        _ => context.output.rows(&rows),
    }
}
