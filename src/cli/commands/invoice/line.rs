//! `ssgctl invoice line`, and the options of a line.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::invoice::BilledPeriod;
use ssgctl::model::{Description, Money, Name};
use ssgctl::ops;
use ssgctl::ops::invoice::NewLine;
use ssgctl::report::InvoiceSummary;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::day::DayArg;
use crate::commands::invoice::row::today;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Add a line to a draft, or remove one
///
/// The net amount of a line is its quantity times its price, rounded half up to the currency's minor unit. A negative price is
/// a discount.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice line 7 --description 'Number rental' --quantity 3 --quantity-unit months --price 20
  ssgctl invoice line 7 --description 'Number rental' --price 20 --first-day 2026-10-01 --last-day 2026-10-31
  ssgctl invoice line 7 --remove 2")]
pub(crate) struct LineArgs {
    /// ID of the draft
    #[arg(value_name = "INVOICE", add = ArgValueCompleter::new(completion::records::drafts))]
    invoice: String,

    #[command(flatten)]
    line: OptionalLineArgs,

    /// Remove this line instead, counted from 1
    #[arg(long, value_name = "LINE", conflicts_with = "description")]
    remove: Option<u32>,

    #[command(flatten)]
    change: ChangeArgs,
}

/// A line, if its description is given.
#[derive(Debug, Args)]
pub(super) struct OptionalLineArgs {
    /// What is invoiced
    #[arg(long, value_name = "TEXT", requires = "price", help_heading = "Line")]
    description: Option<Description>,

    /// How many, with up to 8 decimals
    #[arg(long, value_name = "NUMBER", default_value = "1", allow_hyphen_values = true, help_heading = "Line")]
    quantity: Money,

    /// What is counted, such as months
    #[arg(long, value_name = "TEXT", requires = "description", help_heading = "Line")]
    quantity_unit: Option<Name>,

    /// Price of one, before tax, with up to 8 decimals
    #[arg(long, value_name = "PRICE", requires = "description", allow_hyphen_values = true, help_heading = "Line")]
    price: Option<Money>,

    /// First day of what was delivered
    #[arg(long, value_name = "DATE", requires_all = ["description", "last_day"], help_heading = "Line")]
    first_day: Option<DayArg>,

    /// Last day of what was delivered
    #[arg(long, value_name = "DATE", requires_all = ["description", "first_day"], help_heading = "Line")]
    last_day: Option<DayArg>,
}

impl OptionalLineArgs {
    /// The line, if one is given.
    pub(super) fn line(self) -> Result<Option<NewLine>> {
        let Some(description) = self.description else { return Ok(None) };
        let unit_price = self.price.ok_or_else(|| Failure::not_given("--price <PRICE>", "price"))?;
        let days = self.first_day.zip(self.last_day);
        let period = days.map(|(first, last)| BilledPeriod { first: first.0, last: last.0 });
        let (quantity, quantity_unit) = (self.quantity, self.quantity_unit);
        Ok(Some(NewLine { description, period, quantity, quantity_unit, unit_price }))
    }
}

pub(crate) fn run(args: LineArgs, context: &mut Context) -> Result<()> {
    let (name, remove, today) = (args.invoice, args.remove, today(context));
    let line = args.line.line()?;
    if line.is_none() && remove.is_none() {
        return Err(Failure::not_given("--description <TEXT>", "description"));
    }
    let draft = context.write(&args.change, |tx| {
        let draft = match (line, remove) {
            (Some(line), _) => ops::invoice::add_line(tx, &name, line)?,
            (None, position) => {
                let position = usize::try_from(position.unwrap_or_default()).unwrap_or(usize::MAX);
                ops::invoice::remove_line(tx, &name, position)?
            }
        };
        Ok::<_, ssgctl::Error>(InvoiceSummary::on(draft, today))
    })?;
    context.output.row(&draft)
}
