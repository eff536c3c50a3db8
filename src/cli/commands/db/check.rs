//! `ssgctl db check`.

use clap::Args;
use ssgctl::error::count;

use crate::commands::db::head::LedgerHead;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, Row};

/// Check the integrity of the whole database
///
/// Checks pages and indexes, references, every value against its rules, the ledger's numbers, times, sums and hash
/// chain, balances against their entries, archiving, and warnings against their threshold crossings and emails. Prints
/// every problem and exits 7 if there is one; prints no problem and exits 0 if there is none.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl db check && ssgctl db backup /backup/ssgctl-$(date +%F).db
  ssgctl db check --expect-head \"$(cat yesterdays-head)\"")]
pub(crate) struct CheckArgs {
    /// Also check that the ledger contains this entry, as printed by an earlier `db head -o name`
    #[arg(long, value_name = "HEAD")]
    expect_head: Option<LedgerHead>,
}

struct Finding(String);

impl Row for Finding {
    const NAME: &str = "finding";
    const COLUMNS: &[Column<Self>] = &[Column::new("finding", |finding| Cell::text(&finding.0))];
}

pub(crate) fn run(args: &CheckArgs, context: &mut Context) -> Result<()> {
    let report = context.read(|snapshot| {
        let mut report = snapshot.check();
        if let Some(LedgerHead { id, hash }) = args.expect_head {
            snapshot.check_head(id, hash, &mut report);
        }
        Ok(report)
    })?;
    for warning in &report.warnings {
        Context::warn(warning);
    }
    let findings: Vec<Finding> = report.findings.into_iter().map(Finding).collect();
    context.output.rows(&findings)?;
    if findings.is_empty() {
        return Ok(());
    }
    let problems = count(findings.len() as u64, "problem");
    Err(Failure::new(
        ErrorCode::CheckFailed,
        format!("{problems} found; change nothing until you understand the cause"),
    )
    .hint("`ssgctl db backup FILE` saves a copy of the current state"))
}
