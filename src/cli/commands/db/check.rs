//! `ssgctl db check`.

use clap::Args;

use crate::commands::db::head::Head;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, Row};

/// Examine the whole database
///
/// Checks pages and indexes, references, every value against its rule, the ledger's numbers, times, sums and hash chain,
/// balances against their entries, archiving, and warnings against their crossings and emails. Prints every fault, and
/// exits 7 if there is one; prints nothing and exits 0 if there is none.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl db check && ssgctl db backup /backup/ssgctl-$(date +%F).db
  ssgctl db check --expect-head \"$(cat yesterdays-head)\"")]
pub(crate) struct CheckArgs {
    /// Find out too whether the ledger still holds this head, as an earlier `db head -o name` printed it
    #[arg(long, value_name = "HEAD")]
    expect_head: Option<Head>,
}

struct Finding(String);

impl Row for Finding {
    const NAME: &str = "finding";
    const COLUMNS: &[Column<Self>] = &[Column::new("finding", |finding| Cell::text(&finding.0))];
}

pub(crate) fn run(args: &CheckArgs, context: &mut Context) -> Result<()> {
    let report = context.read(|snapshot| {
        let mut report = snapshot.check();
        if let Some(Head { id, hash }) = args.expect_head {
            snapshot.check_head(id, hash, &mut report);
        }
        Ok(report)
    })?;
    for warning in &report.warnings {
        Context::warn(warning);
    }
    let findings: Vec<Finding> = report.findings.into_iter().map(Finding).collect();
    if findings.is_empty() {
        return Ok(());
    }
    context.output.all(&findings)?;
    let faults = if findings.len() == 1 { "1 fault".to_owned() } else { format!("{} faults", findings.len()) };
    Err(Failure::new(ErrorCode::CheckFailed, format!("{faults} found; change nothing before they are understood"))
        .hint("`ssgctl db backup` keeps the file as it is now"))
}
