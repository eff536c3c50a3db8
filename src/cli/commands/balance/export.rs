//! `ssgctl balance export`.

use clap::Args;
use ssgctl::model::{Balance, Money};
use ssgctl::store::{BalanceFilter, BalanceSort, Page};

use crate::args::export;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// Write what every balance stands at, as `balance import` opens balances elsewhere
///
/// Each row is one adjustment that brings a balance forward. Its key is the balance's own, so that nothing is brought forward
/// twice. Where the ledger itself must come along, `ssgctl export` takes the whole database.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance export > balances.csv
  ssgctl balance export --active --file balances.csv
  ssgctl balance export | ssgctl balance import - --db new.db --allow-negative")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    export: export::ExportArgs,
}

/// What a balance stands at, to be booked elsewhere.
struct Opening(Balance);

impl Row for Opening {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |o| Cell::text(&o.0.customer)),
        Column::new("amount", |o| Cell::amount(o.0.unit, o.0.balance)),
        Column::new("unit", |o| Cell::text(o.0.unit.code())),
        Column::new("description", |_| Cell::text("balance brought forward")),
        Column::new("key", |o| Cell::shown(format_args!("brought-forward:{}:{}", o.0.customer, o.0.unit))),
    ];
}

const FIELDS: &[&str] = &["customer", "amount", "unit", "description", "key"];

pub(crate) fn run(args: &ExportArgs, context: &mut Context) -> Result<()> {
    let every = BalanceFilter {
        customer_id: None,
        archive_filter: args.export.archive_filter(),
        unit: None,
        at_most: None,
        state: None,
        page: Page::all(BalanceSort::Customer),
    };
    context.export(&args.export, FIELDS, |snapshot, rows| {
        snapshot.balances(&every, |balance| match balance.balance {
            Money::ZERO => Ok(()),
            _ => rows.row(Opening(balance)),
        })
    })
}
