//! `ssgctl balance export`: balances as adjustments that another database imports.

use ssgctl::model::{Balance, Money};
use ssgctl::store::{ArchiveFilter, BalanceFilter, Snapshot};

use crate::args::export::ExportCommand;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// A balance as an adjustment that brings it forward to another database.
#[derive(Debug)]
pub(crate) struct Opening(Balance);

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

impl ExportCommand for Opening {
    const ABOUT: &str = "Export every balance as an adjustment that `balance import` reads";
    const DETAILS: &str = "\
        Each row is one adjustment that brings a balance forward. Its key is derived from customer and unit, so that \
        importing the file again posts nothing. Balances of zero are left out. To export the ledger itself, use `ssgctl export`.";
    const EXAMPLES: &str = "Examples:
  ssgctl balance export > balances.csv
  ssgctl balance export --active --file balances.csv
  ssgctl balance export | ssgctl balance import - --db new.db --allow-negative";
    const FIELDS: &[&str] = &["customer", "amount", "unit", "description", "key"];

    fn read(
        snapshot: &Snapshot<'_>,
        archive_filter: ArchiveFilter,
        mut each: impl FnMut(Self) -> Result<()>,
    ) -> Result<()> {
        snapshot.balances(&BalanceFilter { archive_filter, ..BalanceFilter::default() }, |balance| {
            match balance.balance {
                Money::ZERO => Ok(()),
                _ => each(Opening(balance)),
            }
        })
    }
}
