//! `ssgctl invoice export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ssgctl::error::count;
use ssgctl::formats::accounting::{
    AccountingExport, AccountingFile, ReceivedPayment, hledger, quickbooks, sage50, xero,
};
use ssgctl::model::invoice::{AccountingProgram, ExportFile, InvoiceCopy, Receivable, ReceivableKind};
use ssgctl::ops::invoice::{ExportRequest, ExportSelection, record_export, select_for_export};
use ssgctl::report::issued_copy;
use ssgctl::store::{Snapshot, Tx};

use crate::args::change::ChangeArgs;
use crate::args::named_period::NamedPeriod;
use crate::args::period::{Last, Moment, ReportPeriodArgs};
use crate::commands::invoice::row::today;
use crate::config::accounting::AccountingSection;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, FieldKeys, NewFile, Row};

/// The program on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Program {
    /// Xero: a CSV of sales invoices and one of credit notes
    Xero,
    /// QuickBooks Online: a CSV of invoices
    Quickbooks,
    /// Sage 50: a CSV of the audit trail, with payments
    Sage50,
    /// hledger: a journal, with payments
    Hledger,
}

impl From<Program> for AccountingProgram {
    fn from(program: Program) -> Self {
        match program {
            Program::Xero => Self::Xero,
            Program::Quickbooks => Self::Quickbooks,
            Program::Sage50 => Self::Sage50,
            Program::Hledger => Self::Hledger,
        }
    }
}

/// Export issued invoices and payments to an accounting program, each once
///
/// Writes files into a folder that must exist, with the invoices and credit notes that were issued in the period, and with the
/// payments and refunds of the period where the program can import them. What it cannot import is noted, to be entered by hand. If a
/// document breaks a rule of the program, nothing is written.
///
/// What was exported to a program is not exported to it again, so periods may overlap; --again includes it. Each export is a run
/// with a number, which is noted; --run writes the files of a run once more, byte for byte. `ssgctl invoice show` lists the runs of
/// an invoice. If files cannot be written, nothing counts as exported.
///
/// [accounting] in the configuration has the accounts and tax codes. Days are those of the time zone of invoices.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice export --to xero --period last-month exports
  ssgctl invoice export --to hledger --period 2026 --again . && hledger -f hledger.journal check
  ssgctl invoice export --run 7 exports")]
pub(crate) struct ExportArgs {
    /// Folder for the files
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,

    /// Accounting program
    #[arg(long, value_name = "PROGRAM", required_unless_present = "run")]
    to: Option<Program>,

    /// Start of the days of issue and of payment: a date, or a word such as yesterday or 2026-10
    #[arg(long, visible_alias = "since", value_name = "TIME", conflicts_with_all = ["last", "period"])]
    from: Option<Moment>,

    /// End, not included [default: the end of today]
    #[arg(long, value_name = "TIME", conflicts_with_all = ["last", "period"])]
    until: Option<Moment>,

    /// The last days, weeks, months or years, with the current one: 7d, 3mo
    #[arg(long, value_name = "SPAN", conflicts_with = "period")]
    last: Option<Last>,

    /// Days of issue and of payment: last month, 2026-10, 2026Q3 or 2026
    #[arg(long, value_name = "PERIOD")]
    period: Option<NamedPeriod>,

    /// Export what was exported to the program before, too
    #[arg(long)]
    again: bool,

    /// Write the files of an earlier run again
    #[arg(long, value_name = "RUN", conflicts_with_all = ["to", "period", "from", "until", "last", "again", "dry_run"])]
    run: Option<i64>,

    /// Replace existing files
    #[arg(short, long)]
    force: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

/// What a run exports.
struct Export {
    selection: ExportSelection,
    files: Vec<ExportFile>,
    /// The files, complete, but without their names.
    written: Vec<NewFile>,
    run: Option<i64>,
}

pub(crate) fn run(args: &ExportArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&ExportedFile::keys())?;
    if let Some(run) = args.run {
        return write_again(run, args, context);
    }
    let request = request(args, context)?;
    let settings = context.settings.invoices.accounting.clone();
    let export = |tx: &mut Tx<'_>| {
        let selection = select_for_export(tx, &request)?;
        export(tx, args, &request, selection, &settings)
    };
    let note = |export: &Export, context: &Context| report(&request, &export.selection, export.run, context);
    let Export { files, written, run, .. } = context.transact_and_note(&args.change, export, note)?;
    // The files are complete and on disk before the run is recorded, and get their names after it: if the process ends in between,
    // nothing is exported twice, and --run writes the files.
    let published = written.into_iter().try_for_each(NewFile::publish);
    published.map_err(|failure| match run {
        Some(run) => failure.hint(format!("`ssgctl invoice export --run {run} FOLDER` writes the files of the run")),
        None => failure,
    })?;
    context.output.rows(&rows(&files, run, args))
}

fn request(args: &ExportArgs, context: &Context) -> Result<ExportRequest> {
    let period = ReportPeriodArgs::new(args.from, args.until, args.last, args.period);
    let (first_day, last_day) = match period.first_and_last(&context.settings.invoices.zone()) {
        (Some(first), last) => (first, last.unwrap_or(today(context))),
        (None, _) => {
            return Err(Failure::not_given("--period <PERIOD> or --from <TIME>", "period")
                .hint("add --period last-month, for example"));
        }
    };
    if last_day < first_day {
        return Err(Failure::usage("the period has no day: it begins after today, or where it ends"));
    }
    let Some(program) = args.to.map(AccountingProgram::from) else {
        return Err(Failure::not_given("--to <PROGRAM>", "to"));
    };
    Ok(ExportRequest { program, first_day, last_day, again: args.again })
}

/// Makes the files of what is selected, and records the run.
fn export(
    tx: &mut Tx<'_>,
    args: &ExportArgs,
    request: &ExportRequest,
    selection: ExportSelection,
    settings: &AccountingSection,
) -> Result<Export> {
    if selection.is_empty() {
        return Ok(Export { selection, files: Vec::new(), written: Vec::new(), run: None });
    }
    let copies = selection.documents.iter().map(|document| issued_copy(tx, document));
    let copies = copies.collect::<ssgctl::Result<Vec<_>>>()?;
    let payments = selection.payments.iter().map(|payment| received(tx, payment));
    let payments = payments.collect::<ssgctl::Result<Vec<_>>>()?;
    let exported = files_for(request.program, settings, &copies, &payments)?;
    let files = exported.files.into_iter().map(|file| ExportFile { name: file.name, content: file.text });
    let files: Vec<ExportFile> = files.collect();
    let run = record_export(tx, request, &selection, &files)?.id;
    let written = if args.change.dry_run { Vec::new() } else { write(&files, args)? };
    Ok(Export { selection, files, written, run: Some(run) })
}

/// Writes files completely, without their names.
fn write(files: &[ExportFile], args: &ExportArgs) -> Result<Vec<NewFile>> {
    let written =
        |file: &ExportFile| NewFile::holding(&args.folder.join(&file.name), args.force, file.content.as_bytes());
    files.iter().map(written).collect()
}

/// Writes the files of an earlier run.
fn write_again(run: i64, args: &ExportArgs, context: &mut Context) -> Result<()> {
    let files = context.read(|snapshot| {
        let run = snapshot.export_run(run)?;
        snapshot.export_files(run.id)
    })?;
    write(&files, args)?.into_iter().try_for_each(NewFile::publish)?;
    context.output.rows(&rows(&files, Some(run), args))
}

/// Notes what was exported, and what was not.
fn report(request: &ExportRequest, selection: &ExportSelection, run: Option<i64>, context: &Context) {
    let ExportRequest { program, first_day, last_day, .. } = request;
    for entry in &selection.by_hand {
        let kind = entry.booking.kind;
        let document = match (kind, &entry.booking.reference) {
            (ReceivableKind::CreditNote, Some(number)) => number.to_string(),
            _ => format!("receivable {}, a {kind},", entry.id),
        };
        context.note(&format!("{document} is left out, because the program cannot import it: enter it by hand"));
    }
    let documents = count(selection.documents.len() as u64, "document");
    let payments = match selection.payments.len() as u64 {
        0 => String::new(),
        number => format!(" and {}", count(number, "payment")),
    };
    let run = run.map_or_else(String::new, |run| format!("run {run}: "));
    context.note(&format!("{run}{documents}{payments} from {first_day} to {last_day}"));
    if let (before @ 1.., Some(last)) = (selection.exported_before, selection.last_run) {
        context.note(&format!(
            "left out {before} that run {last} or an earlier one exported to {program}; --again includes them"
        ));
    }
}

fn files_for(
    program: AccountingProgram,
    settings: &AccountingSection,
    copies: &[InvoiceCopy],
    payments: &[ReceivedPayment],
) -> Result<AccountingExport> {
    let exported = match program {
        AccountingProgram::Xero => xero(copies, &settings.xero()?),
        AccountingProgram::Quickbooks => quickbooks(copies, &settings.quickbooks()?),
        AccountingProgram::Sage50 => sage50(copies, payments, &settings.sage50()?),
        AccountingProgram::Hledger => hledger(copies, payments, &settings.hledger()).map(|text| AccountingExport {
            files: vec![AccountingFile { name: "hledger.journal".to_owned(), text }],
            left_out: Vec::new(),
        }),
    };
    exported.map_err(|error| Failure::new(ErrorCode::Refused, error.to_string()))
}

fn received(snapshot: &Snapshot<'_>, entry: &Receivable) -> ssgctl::Result<ReceivedPayment> {
    let overflow = ssgctl::Error::Overflow { what: "the amount" };
    let booking = &entry.booking;
    Ok(ReceivedPayment {
        customer: entry.customer.clone(),
        customer_name: snapshot.customer_of(entry.customer_id)?.details.organisation.to_string(),
        received_on: booking.booked_on,
        currency: booking.currency,
        amount: booking.amount.checked_neg().ok_or(overflow)?,
        reference: booking.reference.as_ref().map_or_else(|| format!("payment {}", entry.id), ToString::to_string),
    })
}

/// A file that was written.
struct ExportedFile {
    path: String,
    bytes: i64,
    run: Option<i64>,
}

fn rows(files: &[ExportFile], run: Option<i64>, args: &ExportArgs) -> Vec<ExportedFile> {
    let row = |file: &ExportFile| ExportedFile {
        path: args.folder.join(&file.name).display().to_string(),
        bytes: i64::try_from(file.content.len()).unwrap_or(i64::MAX),
        run,
    };
    files.iter().map(row).collect()
}

impl Row for ExportedFile {
    const NAME: &str = "file";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("file", |file| Cell::text(&file.path)),
        Column::new("bytes", |file| Cell::number(file.bytes)),
        Column::detail("run", |file| Cell::maybe_number(file.run)),
    ];
}
