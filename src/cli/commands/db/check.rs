//! `ssgctl db check`.

use std::path::Path;

use clap::Args;
use ssgctl::error::{count, quoted};
use ssgctl::store::{CheckReport, Clock, drafts};

use crate::commands::db::head::KeptHead;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, Row};

/// Check the integrity of the whole database
///
/// Checks pages and indexes, references, every value against its rules, the ledger's numbers, sums and hash chain,
/// balances against their entries and accrued charges, archiving, warnings against their threshold crossings and emails,
/// the ledger of receivables, and invoices against their series, issued copies and entries, and counts the SMPP passwords
/// that the key file does not decrypt. Prints every problem and exits 7 if there is one; prints no problem and exits 0 if
/// there is none. Warns if other users can read or change the database.
///
/// With --since-head it checks only what came after a head that an earlier check covered: entries, accrued charges and
/// audit lines after it, every balance, receivables and invoices, what is entered by hand, and the days of traffic that
/// imports changed since. It refuses a head that the database does not have. It does not look at pages, references and what
/// came before.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl db check && ssgctl db backup /backup/ssgctl-$(date +%F).db
  ssgctl db check --expect-head yesterdays-head
  ssgctl db head -o name > new-head && ssgctl db check --since-head head && mv new-head head")]
pub(crate) struct CheckArgs {
    /// Also check that the hash chains still have the rows that an earlier `db head -o name` printed
    #[arg(long, value_name = "HEAD")]
    expect_head: Option<KeptHead>,

    /// Check only what came after this head, which an earlier `db check` covered; HEAD or a file that has it
    #[arg(long, value_name = "HEAD", conflicts_with = "expect_head")]
    since_head: Option<KeptHead>,
}

struct Finding(String);

impl Row for Finding {
    const NAME: &str = "finding";
    const COLUMNS: &[Column<Self>] = &[Column::new("finding", |finding: &Self| Cell::text(&finding.0)).prose()];
}

/// Counts the SMPP passwords that the present key does not open. A backup may be checked where its key is not, so a missing key
/// is only a warning.
fn check_passwords(context: &mut Context, report: &mut CheckReport) {
    let vault = context.existing_vault();
    let counted = context.read(|snapshot| snapshot.count_passwords(vault.as_ref().ok()));
    match (counted, vault) {
        // What cannot be read was found before, unless it is a password.
        (Err(failure), _) if report.findings.is_empty() => report.findings.push(format!("passwords: {failure}")),
        (Ok(counted), Err(failure)) if counted.all > 0 => {
            report.warnings.push(format!("{} not tested: {failure}", passwords(counted.all)));
        }
        (Ok(counted), Ok(vault)) if counted.unreadable > 0 => {
            let (unreadable, key) = (passwords(counted.unreadable), quoted(vault.path().display()));
            report.findings.push(format!("{unreadable} of {} cannot be decrypted with the key in {key}", counted.all));
        }
        _ => {}
    }
}

fn passwords(number: u64) -> String {
    count(number, "SMPP password")
}

pub(crate) fn run(args: &CheckArgs, context: &mut Context) -> Result<()> {
    let mut report = context.read(|snapshot| {
        let mut report = CheckReport::default();
        if let Some(KeptHead(head)) = &args.since_head {
            snapshot.check_head(head, &mut report);
            if !report.findings.is_empty() {
                report
                    .warnings
                    .push("nothing else was checked, because the database does not have this head".to_owned());
                return Ok(report);
            }
            report = snapshot.check_since(head);
        } else {
            report = snapshot.check();
            if let Some(KeptHead(head)) = &args.expect_head {
                snapshot.check_head(head, &mut report);
            }
        }
        snapshot.check_clock(Clock::System.now(), &mut report);
        Ok(report)
    })?;
    check_passwords(context, &mut report);
    let database = context.settings.database()?;
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for draft in drafts::leftovers_in(folder) {
        Context::warn(&format!("a killed command left {}; remove it", draft.display()));
    }
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
