//! `ssgctl invoice new`.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::invoice::{InvoiceDetails, TaxCategory, TopUp};
use ssgctl::model::{Currency, Money, Reference, Unit};
use ssgctl::ops;
use ssgctl::ops::invoice::NewDraft;

use crate::args::amount;
use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::invoice::line::OptionalLineArgs;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Draft an invoice, or the pro-forma of a top-up
///
/// A draft has an ID and no number; add lines with `ssgctl invoice line`, and give it its number with `ssgctl invoice issue`.
///
/// With --credits and --net, or with --amount, it is a pro-forma: a request for payment in advance, which is not a VAT invoice.
/// When `ssgctl payment record` books a payment that covers it, it becomes an invoice and its top-up is posted to the balance.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice new ABCCORP331 --currency EUR --description 'Set-up of a number' --price 50
  ssgctl invoice new ABCCORP331 --currency EUR --credits 5000 --net 200
  ssgctl invoice new ABCCORP331 --currency EUR --amount 200")]
pub(crate) struct NewArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// Currency of all its amounts, by ISO 4217
    #[arg(long, value_name = "CURRENCY", add = ArgValueCandidates::new(completion::units))]
    currency: Currency,

    #[command(flatten)]
    line: OptionalLineArgs,

    /// SMS credits that the customer gets for the payment
    #[arg(long, value_name = "CREDITS", requires = "net", conflicts_with_all = ["amount", "description"], help_heading = "Top-up", value_parser = amount::written)]
    credits: Option<Money>,

    /// Price of the SMS credits, before tax
    #[arg(long, value_name = "AMOUNT", requires = "credits", help_heading = "Top-up", value_parser = amount::written)]
    net: Option<Money>,

    /// Money that the balance in the currency gets for the payment, and its price before tax
    #[arg(long, value_name = "AMOUNT", conflicts_with = "description", help_heading = "Top-up", value_parser = amount::written)]
    amount: Option<Money>,

    /// The customer's order number, which the invoice states
    #[arg(long, value_name = "TEXT")]
    buyer_reference: Option<Reference>,

    /// VAT category, where the rules do not decide it: S, Z, E, AE or O
    #[arg(long, value_name = "CATEGORY", add = ArgValueCandidates::new(completion::words::<TaxCategory>))]
    tax_category: Option<TaxCategory>,

    #[command(flatten)]
    change: ChangeArgs,
}

impl NewArgs {
    /// The top-up, and what it costs.
    fn top_up(&self) -> Option<(TopUp, Money)> {
        let credits = self.credits.zip(self.net).map(|(amount, net)| (TopUp { unit: Unit::Sms, amount }, net));
        let unit = Unit::Currency(self.currency);
        credits.or_else(|| self.amount.map(|amount| (TopUp { unit, amount }, amount)))
    }
}

pub(crate) fn run(args: NewArgs, context: &mut Context) -> Result<()> {
    let top_up = args.top_up();
    let lines = match top_up {
        Some((_, net)) if net <= Money::ZERO => return Err(Failure::usage("--net and --amount must be positive")),
        Some((top_up, net)) => vec![ops::invoice::top_up_line(top_up, net, args.currency)?],
        None => args.line.line()?.into_iter().collect(),
    };
    let details = InvoiceDetails {
        top_up: top_up.map(|(top_up, _)| top_up),
        buyer_reference: args.buyer_reference,
        tax_category: args.tax_category,
        period: None,
    };
    let draft = NewDraft { currency: args.currency, details, lines };
    let today = super::row::today(context);
    let draft = context.write(&args.change, |tx| {
        let draft = ops::invoice::new(tx, &args.customer, draft)?;
        Ok::<_, ssgctl::Error>(ssgctl::report::InvoiceSummary::on(draft, today))
    })?;
    context.output.row(&draft)
}
