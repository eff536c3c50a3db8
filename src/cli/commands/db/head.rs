//! `ssgctl db head`.

use clap::Args;
use ssgctl::model::invoice::{Allocation, Receivable};
use ssgctl::model::{Accrual, Entry, Hash, Invalid};

use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// Print the last entry of the ledger, the last accrued charges and the last entry of receivables, to keep as evidence elsewhere
///
/// The hash chains alone cannot prove that nobody has cut off the end of the ledger or rewritten all of it. If you keep
/// the head elsewhere, `ssgctl db check --expect-head HEAD` can.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl db head -o name | mail -s 'ledger head' auditor@example.com
  ssgctl db check --expect-head \"$(cat yesterdays-head)\"")]
pub(crate) struct HeadArgs {}

/// The number and the hash of the last row of a chain.
type ChainHead = (i64, Hash);

/// The last rows of the hash chains, each as `ID:HASH`, `0:` and zeros for an empty one: the ledger; then accrued charges, if there
/// are any, or receivables; then receivables and allocations, if there are any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LedgerHead {
    pub(crate) entry: ChainHead,
    pub(crate) accrual: Option<ChainHead>,
    pub(crate) receivable: Option<ChainHead>,
    pub(crate) allocation: Option<ChainHead>,
}

impl std::str::FromStr for LedgerHead {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rule = || {
            Invalid::rule(
                "must be the output of `db head -o name`: a number, a colon and 64 hexadecimal digits, and perhaps more of these",
            )
        };
        let parts: Vec<&str> = text.trim().split(':').collect();
        let (pairs, []) = parts.as_chunks::<2>() else { return Err(rule()) };
        if ![1, 2, 4].contains(&pairs.len()) {
            return Err(rule());
        }
        let head = |[id, hash]: &[&str; 2]| -> Result<ChainHead, Invalid> {
            Ok((id.parse().map_err(|_| rule())?, hash.parse().map_err(|_| rule())?))
        };
        let heads: Vec<ChainHead> = pairs.iter().map(head).collect::<Result<_, _>>()?;
        let of = |index: usize| heads.get(index).copied().filter(|(id, _)| *id > 0);
        let entry = heads.first().copied().ok_or_else(rule)?;
        Ok(Self { entry, accrual: of(1), receivable: of(2), allocation: of(3) })
    }
}

struct HeadRow {
    entry: Option<Entry>,
    accrual: Option<Accrual>,
    receivable: Option<Receivable>,
    allocation: Option<Allocation>,
}

impl HeadRow {
    fn text(&self) -> String {
        let heads = [
            self.entry.as_ref().map(|entry| (entry.id, entry.hash)),
            self.accrual.as_ref().map(|accrual| (accrual.id, accrual.hash)),
            self.receivable.as_ref().map(|entry| (entry.id, entry.hash)),
            self.allocation.as_ref().map(|allocation| (allocation.id, allocation.hash)),
        ];
        // A head of an older version stays what it was where there are no receivables.
        let count = match heads {
            [_, _, Some(_), _] => 4,
            [_, Some(_), ..] => 2,
            _ => 1,
        };
        let texts = heads.into_iter().take(count).map(|head| {
            let (id, hash) = head.unwrap_or((0, Hash([0; 32])));
            format!("{id}:{hash}")
        });
        texts.collect::<Vec<_>>().join(":")
    }
}

impl Row for HeadRow {
    const NAME: &str = "head";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("head", |head| Cell::shown(head.text())),
        Column::detail("id", |head| Cell::maybe_number(head.entry.as_ref().map(|entry| entry.id))),
        Column::detail("hash", |head| head.entry.as_ref().map_or(Cell::Empty, |entry| Cell::shown(entry.hash))),
        Column::new("at", |head| Cell::maybe_time(head.entry.as_ref().map(|entry| entry.at))),
        Column::detail("accrual", |head| Cell::maybe_number(head.accrual.as_ref().map(|accrual| accrual.id))),
        Column::detail("accrual_hash", |head| {
            head.accrual.as_ref().map_or(Cell::Empty, |accrual| Cell::shown(accrual.hash))
        }),
        Column::detail("receivable", |head| Cell::maybe_number(head.receivable.as_ref().map(|entry| entry.id))),
        Column::detail("receivable_hash", |head| {
            head.receivable.as_ref().map_or(Cell::Empty, |entry| Cell::shown(entry.hash))
        }),
        Column::detail("allocation", |head| Cell::maybe_number(head.allocation.as_ref().map(|row| row.id))),
        Column::detail("allocation_hash", |head| {
            head.allocation.as_ref().map_or(Cell::Empty, |row| Cell::shown(row.hash))
        }),
    ];
}

pub(crate) fn run(_: &HeadArgs, context: &mut Context) -> Result<()> {
    let head = context.read(|snapshot| {
        Ok(HeadRow {
            entry: snapshot.last_entry()?,
            accrual: snapshot.last_accrual()?,
            receivable: snapshot.last_receivable()?,
            allocation: snapshot.last_allocation()?,
        })
    })?;
    if head.entry.is_some() || head.accrual.is_some() || head.receivable.is_some() {
        return context.output.row(&head);
    }
    context.note("the ledger is empty");
    context.output.rows::<HeadRow>(&[])
}
