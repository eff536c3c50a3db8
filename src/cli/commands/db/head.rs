//! `ssgctl db head`.

use clap::Args;
use ssgctl::model::{Entry, Hash, Invalid};

use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// Show where the ledger ends, to be kept elsewhere
///
/// The hash chain alone cannot show that the end of the ledger was cut off, or all of it written anew. Whoever keeps the head
/// elsewhere can: `ssgctl db check --expect-head HEAD`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl db head -o name | mail -s 'ledger head' auditor@example.com
  ssgctl db check --expect-head \"$(cat yesterdays-head)\"")]
pub(crate) struct HeadArgs {}

/// The ledger's last entry as one word, its number and its hash.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    pub(crate) id: i64,
    pub(crate) hash: Hash,
}

impl std::str::FromStr for Head {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rule = || {
            Invalid::rule("must be a head as `db head -o name` prints it: a number, a colon and 64 hexadecimal digits")
        };
        let (id, hash) = text.trim().split_once(':').ok_or_else(rule)?;
        Ok(Self { id: id.parse().map_err(|_| rule())?, hash: hash.parse().map_err(|_| rule())? })
    }
}

struct Last(Entry);

impl Row for Last {
    const NAME: &str = "head";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("head", |last| Cell::shown(format_args!("{}:{}", last.0.id, last.0.hash))),
        Column::detail("id", |last| Cell::number(last.0.id)),
        Column::detail("hash", |last| Cell::shown(last.0.hash)),
        Column::new("at", |last| Cell::Time(last.0.at)),
    ];
}

#[expect(clippy::redundant_closure_for_method_calls, reason = "the method's own type does not fit every lifetime")]
fn last_entry(context: &mut Context) -> Result<Option<Entry>> {
    context.read(|snapshot| snapshot.last_entry())
}

pub(crate) fn run(_: &HeadArgs, context: &mut Context) -> Result<()> {
    if let Some(last) = last_entry(context)? {
        return context.output.row(&Last(last));
    }
    context.note("the ledger is empty");
    context.output.all::<Last>(&[])
}
