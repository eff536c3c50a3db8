//! `ssgctl db head`.

use clap::Args;
use ssgctl::model::{Entry, Hash, Invalid};

use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// Print the last entry of the ledger, to keep as evidence elsewhere
///
/// The hash chain alone cannot prove that nobody has cut off the end of the ledger or rewritten all of it. If you keep
/// the head elsewhere, `ssgctl db check --expect-head HEAD` can.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl db head -o name | mail -s 'ledger head' auditor@example.com
  ssgctl db check --expect-head \"$(cat yesterdays-head)\"")]
pub(crate) struct HeadArgs {}

/// The last entry of the ledger as `ID:HASH`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LedgerHead {
    pub(crate) id: i64,
    pub(crate) hash: Hash,
}

impl std::str::FromStr for LedgerHead {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rule =
            || Invalid::rule("must be the output of `db head -o name`: a number, a colon and 64 hexadecimal digits");
        let (id, hash) = text.trim().split_once(':').ok_or_else(rule)?;
        Ok(Self { id: id.parse().map_err(|_| rule())?, hash: hash.parse().map_err(|_| rule())? })
    }
}

struct HeadRow(Entry);

impl Row for HeadRow {
    const NAME: &str = "head";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("head", |head| Cell::shown(format_args!("{}:{}", head.0.id, head.0.hash))),
        Column::detail("id", |head| Cell::number(head.0.id)),
        Column::detail("hash", |head| Cell::shown(head.0.hash)),
        Column::new("at", |head| Cell::Time(head.0.at)),
    ];
}

#[expect(clippy::redundant_closure_for_method_calls, reason = "the method's own type does not fit every lifetime")]
fn last_entry(context: &mut Context) -> Result<Option<Entry>> {
    context.read(|snapshot| snapshot.last_entry())
}

pub(crate) fn run(_: &HeadArgs, context: &mut Context) -> Result<()> {
    if let Some(last) = last_entry(context)? {
        return context.output.row(&HeadRow(last));
    }
    context.note("the ledger is empty");
    context.output.rows::<HeadRow>(&[])
}
