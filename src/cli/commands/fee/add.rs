//! `ssgctl fee add`.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::invoice::FeeDetails;
use ssgctl::model::{Currency, Description, Money};
use ssgctl::ops;

use crate::args::amount;
use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::day::DayArg;
use crate::commands::invoice::today;
use crate::context::Context;
use crate::exit::Result;

/// Add a fee, which `invoice run` bills
///
/// A fee is due once, or with --monthly each month: a month of which it covers a part costs that part by days. `ssgctl invoice
/// run` bills each day once, for prepaid customers too. Fees are never taken from balances.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl fee add ABCCORP331 --amount 20 --currency EUR --description 'Number rental' --monthly --from 2026-10-16
  ssgctl fee add ABCCORP331 --amount 50 --currency EUR --description 'Set-up of a number'")]
pub(crate) struct AddArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// Amount before tax, once or for each whole month
    #[arg(long, value_name = "AMOUNT", value_parser = amount::written)]
    amount: Money,

    /// Currency, by ISO 4217
    #[arg(long, value_name = "CURRENCY", add = ArgValueCandidates::new(completion::units))]
    currency: Currency,

    /// What is invoiced
    #[arg(long, value_name = "TEXT")]
    description: Description,

    /// Invoice it each month
    #[arg(long)]
    monthly: bool,

    /// First day, or the day on which it is due [default: today]
    #[arg(long = "from", value_name = "DATE")]
    from_day: Option<DayArg>,

    /// Last day of a monthly fee
    #[arg(long = "until", value_name = "DATE", requires = "monthly")]
    until_day: Option<DayArg>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: AddArgs, context: &mut Context) -> Result<()> {
    let details = FeeDetails {
        currency: args.currency,
        description: args.description,
        amount: args.amount,
        monthly: args.monthly,
        first_day: args.from_day.map_or(today(context), |day| day.0),
        last_day: args.until_day.map(|day| day.0),
    };
    let fee = context.write(&args.change, |tx| ops::invoice::fee::add(tx, &args.customer, &details))?;
    context.output.row(&fee)
}
