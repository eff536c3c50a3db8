//! `ssgctl invoice issue`.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::invoice::TaxCategory;
use ssgctl::ops;
use ssgctl::ops::invoice::{IssueRequest, SendRequest};
use ssgctl::report::InvoiceSummary;

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::args::completion;
use crate::commands::invoice::mailing::Mailer;
use crate::commands::invoice::row::today;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Issue drafts: give each the next number and store what it says for ever
///
/// The number is the next one of its series, so a series has no holes. Seller, customer, prices, tax and texts are stored with the
/// invoice and never change, whatever becomes of the customer's record; `ssgctl invoice credit` corrects it. All drafts are
/// issued, or none.
///
/// A pro-forma is issued by its payment; with --credit-balance it is issued before, and its top-up is posted at once.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice issue 7
  ssgctl invoice issue 7 --send
  ssgctl invoice issue 7 --tax-category O --reason 'business in the US, without a VAT number'
  ssgctl invoice list --state draft -o name | xargs -r ssgctl invoice issue
  ssgctl invoice issue 7 --number INV-2026-0118 --reason 'first number after the old system'")]
pub(crate) struct IssueArgs {
    /// IDs of the drafts
    #[arg(value_name = "INVOICE", required = true, add = ArgValueCompleter::new(completion::records::drafts))]
    invoices: Vec<String>,

    /// VAT category, where the rules do not decide it: S, Z, E, AE or O
    #[arg(long, value_name = "CATEGORY", add = ArgValueCandidates::new(completion::words::<TaxCategory>))]
    tax_category: Option<TaxCategory>,

    /// Post the top-up of a pro-forma before it is paid
    #[arg(long)]
    credit_balance: bool,

    /// Number to begin a series with, after another system
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,

    /// Email the invoices to the customers, as `ssgctl invoice send` does
    #[arg(long)]
    send: bool,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &IssueArgs, context: &mut Context) -> Result<()> {
    if args.number.is_some() && args.invoices.len() > 1 {
        return Err(Failure::usage("--number is for one invoice"));
    }
    let invoicing = context.settings.invoices.invoicing()?;
    let request = IssueRequest {
        number: args.number.clone(),
        credit_balance: args.credit_balance,
        tax_category: args.tax_category,
    };
    context.apply_clock(args.clock)?;
    let today = today(context);
    let mut mailer = if args.send { Some(Mailer::of(context)?) } else { None };
    let mut emails = Vec::new();
    let issued: Vec<InvoiceSummary> = context.write(&args.change, |tx| {
        let mut issue_one = |name: &String| {
            let invoice = ops::invoice::issue(tx, &invoicing, name, &request)?;
            if let Some(Mailer { mailing, .. }) = &mailer {
                let sent = ops::invoice::send(tx, &invoicing, mailing, &invoice.name(), &SendRequest::default())?;
                emails.extend(sent.into_iter().map(|sent| sent.email));
            }
            Ok(InvoiceSummary::on(invoice, today))
        };
        args.invoices.iter().map(&mut issue_one).collect::<ssgctl::Result<_>>()
    })?;
    match &mut mailer {
        Some(mailer) if !args.change.dry_run => mailer.deliver_and_print(context, &args.change.audit, emails, issued),
        _ => context.output.rows(&issued),
    }
}
