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
/// payments and credit notes that settle nothing yet, which are negative. A table ends with a line of totals for each currency.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl report receivables
  ssgctl report receivables --as-of last-month --buckets 0,14,30 --csv")]
pub(crate) struct ReceivablesArgs {
    #[command(flatten)]
    customer: CustomerFilterArgs,

    /// The state at the end of this day or period, such as last-month [default: today]
    ///
    /// A day to come shows what will be overdue if nothing is paid until then.
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

/// What a customer owes at an age, or the total of a currency.
struct ReceivablesRow {
    amount: OpenAmount,
    is_total: bool,
}

impl Row for ReceivablesRow {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |r| if r.is_total { Cell::text("total") } else { Cell::text(&r.amount.customer) }),
        Column::detail(
            "organisation",
            |r: &Self| {
                if r.is_total { Cell::Empty } else { Cell::text(&r.amount.organisation) }
            },
        )
        .text(),
        Column::new("currency", |r: &Self| Cell::text(r.amount.currency.code())).essential(),
        Column::new("age", |r: &Self| if r.is_total { Cell::Empty } else { Cell::shown(in_words(r.amount.age)) })
            .essential(),
        Column::new("items", |r: &Self| Cell::number(r.amount.items)).minor(),
        Column::new("open", |r: &Self| Cell::amount(Unit::Currency(r.amount.currency), r.amount.open)).essential(),
    ];
}

/// The total of each currency.
fn totals(amounts: &[OpenAmount]) -> ssgctl::Result<Vec<OpenAmount>> {
    let mut totals: Vec<OpenAmount> = Vec::new();
    for amount in amounts {
        match totals.iter_mut().find(|total| total.currency == amount.currency) {
            None => totals.push(amount.clone()),
            Some(total) => {
                total.items += amount.items;
                let sum = total.open.checked_add(amount.open);
                total.open = sum.ok_or(ssgctl::Error::Overflow { what: "the sum of what is open" })?;
            }
        }
    }
    Ok(totals)
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
    context.list(|snapshot, rows| {
        args.customer.omit_from(rows);
        let customer_id = args.customer.id(snapshot)?;
        let buckets = args.buckets.0.clone();
        let question = ReceivablesQuestion { customer_id, as_of, zone, buckets };
        let amounts = report::receivables_by_age(snapshot, &question)?;
        let totals = totals(&amounts)?;
        amounts.into_iter().try_for_each(|amount| rows.row(&ReceivablesRow { amount, is_total: false }))?;
        for amount in totals {
            rows.total(&ReceivablesRow { amount, is_total: true });
        }
        Ok(())
    })
}
