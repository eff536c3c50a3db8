//! `ssgctl invoice credit`.

use std::str::FromStr;

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{Invalid, Money, Reason};
use ssgctl::ops;
use ssgctl::ops::invoice::{CreditRequest, CreditedLine};
use ssgctl::report::InvoiceSummary;

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::args::completion;
use crate::commands::invoice::row::today;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Credit an issued invoice, in full or by line
///
/// Issues a credit note, which copies the invoice as it was issued, and settles what is open of the invoice with it; the rest can
/// settle another (`ssgctl payment allocate`) or be refunded (`ssgctl payment refund`). When a top-up is credited in full, it is
/// taken back from the balance.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice credit INV-2026-0007 --reason 'billed twice'
  ssgctl invoice credit INV-2026-0007 --line 2 --reason 'number was cancelled'
  ssgctl invoice credit INV-2026-0007 --line 1=12.50 --reason 'discount agreed later'")]
pub(crate) struct CreditArgs {
    /// Number of the invoice
    #[arg(value_name = "INVOICE", add = ArgValueCompleter::new(completion::records::issued))]
    invoice: String,

    /// Line to credit, or a part of it before tax; may be repeated [default: all that is not credited]
    #[arg(long, value_name = "LINE[=AMOUNT]")]
    line: Vec<LineArg>,

    /// Leave the top-up on the balance
    #[arg(long)]
    keep_balance: bool,

    /// Take back the top-up even if the balance falls below its credit limit
    #[arg(long)]
    allow_negative: bool,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

/// A line, or a part of it: `2`, `1=12.50`.
#[derive(Debug, Clone, Copy)]
struct LineArg(CreditedLine);

impl FromStr for LineArg {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rule = || Invalid::rule("must be the number of a line, or one with an amount, such as 1=12.50");
        let (line, net) = match text.split_once('=') {
            Some((line, net)) => (line, Some(net.parse::<Money>().map_err(|_| rule())?)),
            None => (text, None),
        };
        Ok(Self(CreditedLine { line: line.parse().map_err(|_| rule())?, net }))
    }
}

pub(crate) fn run(args: CreditArgs, context: &mut Context) -> Result<()> {
    let reason: Option<Reason> = args.change.audit.reason.clone();
    let Some(reason) = reason else { return Err(Failure::not_given("--reason <TEXT>", "reason")) };
    let invoicing = context.settings.invoices.invoicing()?;
    let request = CreditRequest {
        reason,
        lines: args.line.into_iter().map(|line| line.0).collect(),
        keep_balance: args.keep_balance,
        allow_negative: args.allow_negative,
    };
    context.apply_clock(args.clock)?;
    let today = today(context);
    let note = context.write(&args.change, |tx| {
        let note = ops::invoice::credit(tx, &invoicing, &args.invoice, &request)?;
        Ok::<_, ssgctl::Error>(InvoiceSummary::on(note, today))
    })?;
    context.output.row(&note)
}
