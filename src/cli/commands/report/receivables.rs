//! `ssgctl report receivables`: what customers owe, by age.

use std::str::FromStr;

use clap::Args;
use ssgctl::model::{Invalid, Unit};
use ssgctl::report::{self, Age, OpenAmount, ReceivablesQuestion};

use crate::args::list::CustomerFilterArgs;
use crate::args::named_period::NamedPeriod;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// Report what customers owe by invoices, by age
///
/// Each line is what one customer owes in one currency at one age: not due, overdue by a number of days, or unallocated for
/// payments and credit notes that settle nothing yet, which are negative.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl report receivables
  ssgctl report receivables --as-of last-month --buckets 0,14,30 --csv")]
pub(crate) struct ReceivablesArgs {
    #[command(flatten)]
    customer: CustomerFilterArgs,

    /// The state at the end of this day or period, such as last-month [default: today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<NamedPeriod>,

    /// Days overdue after which an age begins, ascending
    #[arg(long, value_name = "DAYS", default_value = "0,30,60,90")]
    buckets: Buckets,
}

/// Ascending numbers of days: `0,30,60,90`.
#[derive(Debug, Clone)]
struct Buckets(Vec<u32>);

impl FromStr for Buckets {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let days: Result<Vec<u32>, _> = text.split(',').map(str::parse).collect();
        let rule = || Invalid::rule("must be ascending numbers of days from 0 on, such as 0,30,60,90");
        let days = days.map_err(|_| rule())?;
        let is_valid = days.first() == Some(&0) && days.is_sorted_by(|one, next| one < next) && days.len() <= 20;
        if is_valid && days.last() <= Some(&36_500) { Ok(Self(days)) } else { Err(rule()) }
    }
}

impl Row for OpenAmount {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |o| Cell::text(&o.customer)),
        Column::detail("organisation", |o| Cell::text(&o.organisation)),
        Column::new("currency", |o| Cell::text(o.currency.code())),
        Column::new("age", |o| Cell::shown(in_words(o.age))),
        Column::new("items", |o| Cell::number(i64::try_from(o.items).unwrap_or(i64::MAX))),
        Column::new("open", |o| Cell::amount(Unit::Currency(o.currency), o.open)),
    ];
}

fn in_words(age: Age) -> String {
    match age {
        Age::NotDue => "not due".to_owned(),
        Age::Overdue(first, Some(last)) => format!("{first}-{last} days"),
        Age::Overdue(first, None) => format!("{first} days or more"),
        Age::Unallocated => "unallocated".to_owned(),
    }
}

pub(crate) fn run(args: &ReceivablesArgs, context: &mut Context) -> Result<()> {
    let zone = context.settings.invoices.zone();
    let today = ssgctl::model::invoice::day_in(&zone, ssgctl::store::Clock::System.now());
    let as_of = args.as_of.map_or(today, |period| period.dates(today).1);
    let amounts = context.read(|snapshot| {
        let customer_id = args.customer.id(snapshot)?;
        let buckets = args.buckets.0.clone();
        report::receivables_by_age(snapshot, &ReceivablesQuestion { customer_id, as_of, zone, buckets })
    })?;
    context.output.rows(&amounts)
}
