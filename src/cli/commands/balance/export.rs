//! `ssgctl balance export`.

use ssgctl::model::{Balance, Money};
use ssgctl::store::{ArchiveFilter, BalanceFilter, Snapshot};

use crate::args::export::Exported;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// What a balance stands at, to be booked elsewhere.
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

impl Exported for Opening {
    const ABOUT: &str = "Write what every balance stands at, as `balance import` opens balances elsewhere";
    const DETAILS: &str = "\
        Each row is one adjustment that brings a balance forward. Its key is the balance's own, so that nothing is brought forward \
        twice. Where the ledger itself must come along, `ssgctl export` takes the whole database.";
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
