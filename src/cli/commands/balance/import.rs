//! `ssgctl balance import`: posts the adjustments of a file in one transaction.

use std::path::PathBuf;

use clap::Args;
use ssgctl::import::adjustment::Adjustments;
use ssgctl::ops;
use ssgctl::ops::balance::{AdjustmentRow, Receipt};
use ssgctl::store::Tx;

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::args::import::{ExpectArgs, note_ignored};
use crate::args::input;
use crate::args::input::ImportInput;
use crate::args::quoting::QuotingArgs;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{Cell, Column, Row};

/// Post adjustments from a file, all or none
///
/// The file is CSV with a header line, or JSON lines. Required fields are customer, amount and description; unit,
/// reference and key are optional. Other fields are named in a note, and one that is meant as one of these, such as
/// `keys` or `currency`, refuses the file. Rows whose key was posted before are counted as replayed, so you can safely
/// import a file with keys again.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance import topups.csv --dry-run
  ssgctl balance import topups.csv --expect-rows 412 --reason 'bank file of 24 November'
  jq -c '.[]' topups.json | ssgctl balance import - --receipts --json")]
pub(crate) struct ImportArgs {
    /// File to read; - is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Print a receipt for each row instead of a summary
    #[arg(long)]
    receipts: bool,

    /// Post even if a balance falls below its credit limit
    #[arg(long)]
    allow_negative: bool,

    #[command(flatten)]
    quoting: QuotingArgs,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    expect: ExpectArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

/// What an import posted.
struct ImportedAdjustments {
    file: String,
    receipts: Vec<Receipt>,
}

impl ImportedAdjustments {
    fn replayed(&self) -> usize {
        self.receipts.iter().filter(|receipt| receipt.replayed).count()
    }
}

impl Row for ImportedAdjustments {
    const NAME: &str = "file";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("file", |s: &Self| Cell::text(&s.file)).file(),
        Column::new("rows", |s| Cell::number(s.receipts.len())),
        Column::new("posted", |s| Cell::number(s.receipts.len() - s.replayed())),
        Column::new("replayed", |s| Cell::number(s.replayed())),
    ];
}

pub(crate) fn run(args: &ImportArgs, context: &mut Context) -> Result<()> {
    let file = input::name(&args.file);
    let ImportInput { input, meter, .. } = input::open_to_import(&args.file, args.expect.needs_checksum())?;
    let Adjustments { mut rows, left_out } = ssgctl::import::adjustment::adjustments_quoted(input, args.quoting.kind)
        .map_err(|faults| Failure::of_file(&file, faults))?;
    args.expect.check(&file, rows.len() as u64, &meter)?;
    for row in &mut rows {
        row.adjustment.allow_negative = args.allow_negative;
    }
    context.apply_clock(args.clock)?;
    let import = |tx: &mut Tx<'_>| ops::balance::import(tx, &rows).map_err(|error| Failure::in_file(&file, error));
    if args.receipts {
        let receipts = context.write(&args.change, import)?;
        context.output.rows(&receipts)?;
    } else {
        let imported = context.write(&args.change, |tx| {
            Ok::<_, Failure>(ImportedAdjustments { file: file.clone(), receipts: import(tx)? })
        })?;
        context.output.row(&imported)?;
    }
    note_ignored(context, &left_out);
    note_missing(context, &rows);
    Ok(())
}

/// Says what the file does not say about its amounts.
fn note_missing(context: &Context, rows: &[AdjustmentRow]) {
    if rows.iter().any(|row| row.adjustment.key.is_none()) {
        context.note("rows without `key` are posted again if the file is imported again");
    }
    if rows.iter().any(|row| row.adjustment.unit.is_none()) {
        context.note("rows without `unit` change the only balance of the customer, else the one in SMS credits");
    }
}
