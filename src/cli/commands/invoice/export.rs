//! `ssgctl invoice export`.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use ssgctl::error::count;
use ssgctl::formats::accounting::{
    AccountingExport, AccountingFile, ReceivedPayment, hledger, quickbooks, sage50, xero,
};
use ssgctl::model::Zone;
use ssgctl::model::invoice::{InvoiceCopy, Receivable, ReceivableKind, day_in};
use ssgctl::report::issued_copy;
use ssgctl::store::{InvoiceFilter, InvoiceSort, ReceivableFilter, Snapshot};

use crate::args::day::DayArg;
use crate::args::moment::midnight;
use crate::args::named_period::NamedPeriod;
use crate::args::period::Moment;
use crate::commands::invoice::row::today;
use crate::config::accounting::AccountingSection;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, FieldKeys, NewFile, Row};

/// Programs that invoices are exported to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AccountingProgram {
    /// Xero: a CSV of sales invoices and one of credit notes
    Xero,
    /// QuickBooks Online: a CSV of invoices
    Quickbooks,
    /// Sage 50: a CSV of the audit trail, with payments
    Sage50,
    /// hledger: a journal, with payments
    Hledger,
}

/// Export issued invoices and payments to an accounting program
///
/// Writes files into a folder that must exist, with all invoices and credit notes that were issued in the period, and with the
/// payments and refunds of the period where the program can import them. What it cannot import is noted, to be entered by hand. If a
/// document breaks a rule of the program, nothing is written.
///
/// [accounting] in the configuration has the accounts and tax codes. Days are those of the time zone of invoices.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice export --to xero --period last-month exports
  ssgctl invoice export --to hledger --period 2026 . && hledger -f hledger.journal check")]
pub(crate) struct ExportArgs {
    /// Folder for the files
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,

    /// Accounting program
    #[arg(long, value_name = "PROGRAM")]
    to: AccountingProgram,

    /// Days of issue and of payment: last month, 2026-10, 2026Q3 or 2026
    #[arg(long, value_name = "PERIOD", required_unless_present = "from", conflicts_with_all = ["from", "until"])]
    period: Option<NamedPeriod>,

    /// First day
    #[arg(long, visible_alias = "since", value_name = "DATE")]
    from: Option<DayArg>,

    /// Last day [default: today]
    #[arg(long, value_name = "DATE", requires = "from")]
    until: Option<DayArg>,

    /// Replace existing files
    #[arg(short, long)]
    force: bool,
}

impl ExportArgs {
    /// The first and the last day.
    fn days(&self, zone: &Zone, today: Date) -> (Date, Date) {
        let Some(period) = self.period.map(Moment::Named) else {
            let day = |day: Option<DayArg>| day.map_or(today, |day| day.0);
            return (day(self.from), day(self.until));
        };
        let end = day_in(zone, period.end(zone));
        let is_whole = midnight(end, zone) == period.end(zone);
        (day_in(zone, period.start(zone)), if is_whole { end.yesterday().unwrap_or(end) } else { end })
    }
}

pub(crate) fn run(args: &ExportArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&ExportedFile::keys())?;
    let zone = context.settings.invoices.zone();
    let (first, last) = args.days(&zone, today(context));
    if last < first {
        return Err(Failure::usage("--until is earlier than --from"));
    }
    let (copies, entries) =
        context.read(|snapshot| Ok((copies(snapshot, first, last)?, payments(snapshot, first, last)?)))?;
    let Payments { received, left_out: not_exported } = entries;
    let mut export = export(args.to, &context.settings.invoices.accounting, &copies, &received)?;
    if matches!(args.to, AccountingProgram::Sage50 | AccountingProgram::Hledger) {
        export.left_out.extend(not_exported);
    }
    let paths: Vec<PathBuf> = export.files.iter().map(|file| args.folder.join(&file.name)).collect();
    // All files are complete before the first of them gets its name.
    let mut written = Vec::new();
    for (path, file) in paths.iter().zip(&export.files) {
        let mut new = NewFile::create(path, args.force)?;
        new.write_all(file.text.as_bytes()).map_err(Failure::output)?;
        written.push(new);
    }
    written.into_iter().try_for_each(NewFile::publish)?;
    for document in &export.left_out {
        context.note(&format!("{document} is left out, because the program cannot import it: enter it by hand"));
    }
    context.note(&format!("{} from {first} to {last}", count(copies.len() as u64, "document")));
    let rows = paths.iter().zip(&export.files).map(|(path, file)| ExportedFile {
        path: path.display().to_string(),
        bytes: i64::try_from(file.text.len()).unwrap_or(i64::MAX),
    });
    context.output.rows(&rows.collect::<Vec<_>>())
}

fn export(
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

/// The invoices and credit notes that were issued in these days.
fn copies(snapshot: &Snapshot<'_>, first: Date, last: Date) -> ssgctl::Result<Vec<InvoiceCopy>> {
    let mut filter = InvoiceFilter {
        is_issued: Some(true),
        issued_since: Some(first),
        issued_until: Some(last),
        ..InvoiceFilter::default()
    };
    filter.page.sort = InvoiceSort::IssuedOn;
    let mut invoices = Vec::new();
    snapshot.invoices(&filter, |invoice| {
        invoices.push(invoice);
        Ok::<_, ssgctl::Error>(())
    })?;
    invoices.iter().map(|invoice| issued_copy(snapshot, invoice)).collect()
}

/// What was paid, and what no program imports.
#[derive(Default)]
struct Payments {
    received: Vec<ReceivedPayment>,
    left_out: Vec<String>,
}

/// The payments of these days; refunds are negative.
fn payments(snapshot: &Snapshot<'_>, first: Date, last: Date) -> ssgctl::Result<Payments> {
    let mut entries: Vec<Receivable> = Vec::new();
    let filter = ReceivableFilter { booked_until: Some(last), ..ReceivableFilter::default() };
    snapshot.receivables(&filter, |entry| {
        if entry.booking.booked_on >= first {
            entries.push(entry);
        }
        Ok::<_, ssgctl::Error>(())
    })?;
    let mut payments = Payments::default();
    for entry in entries {
        // A reversal books the opposite of what it reverses.
        let reversed = entry.booking.reverses.map(|reversed| snapshot.receivable(reversed)).transpose()?;
        match reversed.map_or(entry.booking.kind, |reversed| reversed.booking.kind) {
            ReceivableKind::Payment | ReceivableKind::Refund => payments.received.push(received(snapshot, &entry)?),
            ReceivableKind::WriteOff => payments.left_out.push(format!("receivable {}, a write-off,", entry.id)),
            ReceivableKind::Invoice | ReceivableKind::CreditNote | ReceivableKind::Reversal => {}
        }
    }
    Ok(payments)
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
}

impl Row for ExportedFile {
    const NAME: &str = "file";
    const COLUMNS: &[Column<Self>] =
        &[Column::new("file", |file| Cell::text(&file.path)), Column::new("bytes", |file| Cell::number(file.bytes))];
}
