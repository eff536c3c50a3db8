//! `ssgctl db head`.

use std::fs::File;
use std::io::Read;

use clap::Args;
use ssgctl::model::{Chain, Head, Invalid};

use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// Print the ends of the hash chains, to keep as evidence elsewhere: of the ledger, accrued charges, audit log and receivables
///
/// The hash chains alone cannot prove that nobody has cut off their ends or rewritten them from the beginning. If you keep
/// the head elsewhere, `ssgctl db check --expect-head HEAD` can, and `--since-head HEAD` checks only what came after it.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl db head -o name | mail -s 'ledger head' auditor@example.com
  ssgctl db check --expect-head \"$(cat yesterdays-head)\"")]
pub(crate) struct HeadArgs {}

/// More than the numbers and hashes of all chains, and the end of the line.
const LONGEST_HEAD: u64 = 1024;

/// A head that was kept: its text, or the name of a file that has it.
#[derive(Debug, Clone)]
pub(crate) struct KeptHead(pub(crate) Head);

impl std::str::FromStr for KeptHead {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rule = || Invalid::rule("must be the output of `db head -o name`, or a file that has it");
        // A head has a colon, so a file whose name has one cannot be given.
        if text.contains(':') {
            return text.parse().map(Self).map_err(|_| rule());
        }
        let mut head = String::new();
        let file = File::open(text).map_err(|_| rule())?;
        file.take(LONGEST_HEAD).read_to_string(&mut head).map_err(|_| rule())?;
        head.parse().map(Self).map_err(|_| rule())
    }
}

fn id(head: &Head, chain: Chain) -> Cell<'_> {
    Cell::maybe_number(head.end(chain).map(|end| end.id))
}

fn hash(head: &Head, chain: Chain) -> Cell<'_> {
    head.end(chain).map_or(Cell::Empty, |end| Cell::shown(end.hash))
}

impl Row for Head {
    const NAME: &str = "head";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("head", |head| Cell::shown(head)),
        Column::detail("id", |head: &Self| id(head, Chain::Ledger)).id(),
        Column::detail("hash", |head| hash(head, Chain::Ledger)),
        Column::new("at", |head| Cell::maybe_time(head.at)),
        Column::detail("accrual", |head: &Self| id(head, Chain::Accruals)).id(),
        Column::detail("accrual_hash", |head| hash(head, Chain::Accruals)),
        Column::detail("event", |head: &Self| id(head, Chain::Audit)).id(),
        Column::detail("event_hash", |head| hash(head, Chain::Audit)),
        Column::detail("receivable", |head: &Self| id(head, Chain::Receivables)).id(),
        Column::detail("receivable_hash", |head| hash(head, Chain::Receivables)),
        Column::detail("allocation", |head: &Self| id(head, Chain::Allocations)).id(),
        Column::detail("allocation_hash", |head| hash(head, Chain::Allocations)),
    ];
}

pub(crate) fn run(_: &HeadArgs, context: &mut Context) -> Result<()> {
    let head = context.read(|snapshot| {
        let head = snapshot.head()?;
        Ok((!head.is_empty()).then_some(head))
    })?;
    if let Some(head) = head {
        return context.output.row(&head);
    }
    context.note("nothing has been recorded yet");
    context.output.rows::<Head>(&[])
}
