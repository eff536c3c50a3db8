//! `ssgctl db head`.

use clap::Args;
use ssgctl::model::{Accrual, Entry, Hash, Invalid};

use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// Print the last entry of the ledger and the last accrued charges, to keep as evidence elsewhere
///
/// The hash chains alone cannot prove that nobody has cut off the end of the ledger or rewritten all of it. If you keep
/// the head elsewhere, `ssgctl db check --expect-head HEAD` can.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl db head -o name | mail -s 'ledger head' auditor@example.com
  ssgctl db check --expect-head \"$(cat yesterdays-head)\"")]
pub(crate) struct HeadArgs {}

/// The last entry of the ledger as `ID:HASH`, or `0:` and zeros if there is none; and the last accrual likewise, if there is one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LedgerHead {
    pub(crate) id: i64,
    pub(crate) hash: Hash,
    pub(crate) accrual: Option<(i64, Hash)>,
}

impl std::str::FromStr for LedgerHead {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rule = || {
            Invalid::rule(
                "must be the output of `db head -o name`: a number, a colon and 64 hexadecimal digits, and perhaps as much again",
            )
        };
        let parts: Vec<&str> = text.trim().split(':').collect();
        let number = |text: &str| text.parse::<i64>().map_err(|_| rule());
        let hash = |text: &str| text.parse::<Hash>().map_err(|_| rule());
        match parts[..] {
            [id, digits] => Ok(Self { id: number(id)?, hash: hash(digits)?, accrual: None }),
            [id, digits, accrual, digits_of_accrual] => {
                let accrual = (number(accrual)?, hash(digits_of_accrual)?);
                Ok(Self { id: number(id)?, hash: hash(digits)?, accrual: Some(accrual) })
            }
            _ => Err(rule()),
        }
    }
}

struct HeadRow {
    entry: Option<Entry>,
    accrual: Option<Accrual>,
}

impl HeadRow {
    fn text(&self) -> String {
        let (id, hash) = self.entry.as_ref().map_or((0, Hash([0; 32])), |entry| (entry.id, entry.hash));
        match &self.accrual {
            Some(accrual) => format!("{id}:{hash}:{}:{}", accrual.id, accrual.hash),
            None => format!("{id}:{hash}"),
        }
    }
}

impl Row for HeadRow {
    const NAME: &str = "head";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("head", |head| Cell::shown(head.text())),
        Column::detail("id", |head: &Self| Cell::maybe_number(head.entry.as_ref().map(|entry| entry.id))).id(),
        Column::detail("hash", |head| head.entry.as_ref().map_or(Cell::Empty, |entry| Cell::shown(entry.hash))),
        Column::new("at", |head| Cell::maybe_time(head.entry.as_ref().map(|entry| entry.at))),
        Column::detail("accrual", |head: &Self| Cell::maybe_number(head.accrual.as_ref().map(|accrual| accrual.id)))
            .id(),
        Column::detail("accrual_hash", |head| {
            head.accrual.as_ref().map_or(Cell::Empty, |accrual| Cell::shown(accrual.hash))
        }),
    ];
}

pub(crate) fn run(_: &HeadArgs, context: &mut Context) -> Result<()> {
    let head =
        context.read(|snapshot| Ok(HeadRow { entry: snapshot.last_entry()?, accrual: snapshot.last_accrual()? }))?;
    if head.entry.is_some() || head.accrual.is_some() {
        return context.output.row(&head);
    }
    context.note("the ledger is empty");
    context.output.rows::<HeadRow>(&[])
}
