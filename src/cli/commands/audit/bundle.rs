//! `ssgctl audit bundle`: everything that an auditor asks for, in a folder that proves that nothing of it was changed.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::{Date, date};
use ssgctl::model::invoice::Invoice;
use ssgctl::model::{Chain, Invalid, Zone};
use ssgctl::report::{AuditFigures, HistoryLine, InvoiceSummary, TaxSum, issued_copy, issued_invoices, series_proofs};
use ssgctl::store::bundle::BundleWriter;
use ssgctl::store::signing::SigningKey;
use ssgctl::store::{EntryFilter, ReceivableFilter, Snapshot};

use crate::args::moment::{end_of, midnight, today};
use crate::args::named_period::NamedPeriod;
use crate::commands::audit::bundle_index::{self, BundleTitle};
use crate::commands::audit::bundle_rows::{AuditTaxRow, BundleRow, ChainRow, SeriesRow};
use crate::config::invoice_xml::XmlSyntax;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{CsvFile, FieldKeys, Row};

/// Write everything that an auditor asks for into a folder, with a signature
///
/// The folder has the ledger, the ledger of receivables, the invoices of the period with their PDFs as they were issued, the series
/// of invoice numbers with what each lacks, the tax by category, country and rate, the ends of the hash chains, and an index to
/// open in a browser. `sha256sum -c SHA256SUMS` checks its files, and `ssgctl verify` also the signature: it names the first file
/// that was changed, added or removed, and needs no database. Passwords and keys are never in it.
///
/// The folder or archive must not exist; it appears when it is complete. As long as nothing is added to the database, the same command writes
/// the same bytes. Days are those of the time zone of invoices: the ledger has the entries of these days, the ledger of receivables
/// what is booked on them.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl audit bundle --year 2026
  ssgctl audit bundle --period 2026Q3 --xml ubl /srv/audit/2026q3.tar
  cd audit-2026 && sha256sum -c SHA256SUMS
  ssgctl verify audit-2026 --key operator.pub")]
pub(crate) struct BundleArgs {
    /// New folder, or new archive whose name ends in .tar [default: a folder `audit-` and the period]
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,

    /// A calendar year
    #[arg(long, value_name = "YEAR", value_parser = year, required_unless_present = "period", conflicts_with = "period")]
    year: Option<i16>,

    /// last month, 2026-10, 2026Q3 or 2026
    #[arg(long, value_name = "PERIOD")]
    period: Option<NamedPeriod>,

    /// Add the e-invoice of each invoice that the standard can express
    #[arg(long, value_name = "SYNTAX")]
    xml: Option<XmlSyntax>,
}

fn year(text: &str) -> Result<i16, Invalid> {
    let year = text.parse().ok().filter(|year| text.len() == 4 && (1970..=9998).contains(year));
    year.ok_or_else(|| Invalid::rule("must be a year, such as 2026"))
}

/// The first and the last day.
fn days(args: &BundleArgs, zone: &Zone) -> (Date, Date) {
    let of_year = |year: i16| (date(year, 1, 1), date(year, 12, 31));
    match (args.year, args.period) {
        (Some(year), _) => of_year(year),
        (None, Some(period)) => period.dates(today(zone)),
        // Clap demands one of them.
        (None, None) => of_year(today(zone).year()),
    }
}

pub(crate) fn run(args: &BundleArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&BundleRow::keys())?;
    let zone = context.settings.invoices.zone();
    let (first, last) = days(args, &zone);
    let name = if let Some(year) = args.year { format!("audit-{year}") } else { format!("audit-{first}-{last}") };
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from(name));
    let company = context.settings.mail.operator.company().map_or_else(String::new, ToString::to_string);
    let key_file = context.settings.signing_key_file()?;
    let store = context.store()?;
    let mut bundle = BundleWriter::create(&folder)?;
    let days = BundleDays { first, last, zone };
    let snapshot = store.read()?;
    if let Some(finding) = snapshot.check_books().findings.into_iter().next() {
        let failure =
            Failure::new(ErrorCode::CheckFailed, format!("the books are damaged, so they are not signed: {finding}"));
        return Err(failure.hint("`ssgctl db check` lists everything that is wrong"));
    }
    let left_out = write(&snapshot, &mut bundle, &days, args.xml, &company)?;
    drop(snapshot);
    // The key is not made before there is something to sign.
    let summary = bundle.finish(&SigningKey::open_or_create(&key_file)?)?;
    for reason in &left_out {
        context.note(reason);
    }
    context.output.row(&BundleRow(summary))
}

/// The days of a bundle.
struct BundleDays {
    first: Date,
    last: Date,
    zone: Zone,
}

/// Writes all files but the checksums; returns why documents have no e-invoice.
fn write(
    snapshot: &Snapshot<'_>,
    bundle: &mut BundleWriter,
    days: &BundleDays,
    xml: Option<XmlSyntax>,
    company: &str,
) -> Result<Vec<String>> {
    let before = write_ledger(snapshot, bundle, days)?;
    write_receivables(snapshot, bundle, days)?;
    let (taxes, left_out) = write_invoices(snapshot, bundle, days, xml)?;
    let taxes: Vec<AuditTaxRow> = taxes.into_iter().map(AuditTaxRow).collect();
    write_rows(bundle, "taxes.csv", &taxes)?;
    let series: Vec<SeriesRow> = series_proofs(snapshot, days.first, days.last)?.into_iter().map(SeriesRow).collect();
    write_rows(bundle, "series.csv", &series)?;
    let head = snapshot.head()?;
    let ends = Chain::ALL.into_iter().filter_map(|chain| Some(ChainRow::of(chain.as_str(), head.end(chain)?)));
    let chains: Vec<ChainRow> = before.into_iter().chain(ends).collect();
    write_rows(bundle, "chains.csv", &chains)?;
    let title = BundleTitle { company, first: days.first, last: days.last, timezone: days.zone.to_string() };
    let page = bundle_index::page(&title, &taxes, &series, &chains, bundle.names());
    bundle.file("index.html", |out| out.write_all(page.as_bytes()).map_err(Failure::output))?;
    Ok(left_out)
}

fn write_rows<R: Row>(bundle: &mut BundleWriter, name: &str, rows: &[R]) -> Result<()> {
    bundle.file(name, |out| {
        let mut csv = CsvFile::begin(out).map_err(Failure::output)?;
        rows.iter().try_for_each(|row| csv.row(row)).map_err(Failure::output)
    })
}

/// Writes the entries of the days. Returns the entry before the first of them, whose hash the first entry follows.
fn write_ledger(snapshot: &Snapshot<'_>, bundle: &mut BundleWriter, days: &BundleDays) -> Result<Option<ChainRow>> {
    let filter = EntryFilter {
        since: Some(midnight(days.first, &days.zone)),
        until: Some(end_of(days.last, &days.zone)),
        ..EntryFilter::default()
    };
    let mut first = None;
    bundle.file("ledger.csv", |out| {
        let mut csv = CsvFile::begin(out).map_err(Failure::output)?;
        snapshot.entries(&filter, |entry| {
            first.get_or_insert(entry.id);
            csv.row(&HistoryLine::Entry(Box::new(entry))).map_err(Failure::output)
        })
    })?;
    let before = first.filter(|id| *id > 1).map(|id| snapshot.entry(id - 1)).transpose()?;
    Ok(before.map(|entry| ChainRow { chain: "ledger, before these days", id: entry.id, hash: entry.hash }))
}

fn write_receivables(snapshot: &Snapshot<'_>, bundle: &mut BundleWriter, days: &BundleDays) -> Result<()> {
    let filter = ReceivableFilter { booked_until: Some(days.last), ..ReceivableFilter::default() };
    bundle.file("receivables.csv", |out| {
        let mut csv = CsvFile::begin(out).map_err(Failure::output)?;
        snapshot.receivables(&filter, |entry| {
            if entry.booking.booked_on < days.first {
                return Ok(());
            }
            csv.row(&entry).map_err(Failure::output)
        })
    })
}

/// Writes the list of invoices and their documents. Only one of them is in memory at a time.
fn write_invoices(
    snapshot: &Snapshot<'_>,
    bundle: &mut BundleWriter,
    days: &BundleDays,
    xml: Option<XmlSyntax>,
) -> Result<(Vec<TaxSum>, Vec<String>)> {
    bundle.file("invoices.csv", |out| {
        let mut csv = CsvFile::begin(out).map_err(Failure::output)?;
        issued_invoices(snapshot, Some(days.first), days.last, |invoice| {
            csv.row(&InvoiceSummary::on(invoice, days.last)).map_err(Failure::output)
        })
    })?;
    let (mut figures, mut left_out) = (AuditFigures::default(), Vec::new());
    issued_invoices(snapshot, Some(days.first), days.last, |invoice| {
        let copy = issued_copy(snapshot, &invoice)?;
        figures.add(&copy)?;
        let name = file_name(&invoice);
        if let Some(pdf) = snapshot.issued_documents(invoice.id)?.pdf {
            bundle.file(&format!("invoices/{name}.pdf"), |out| out.write_all(&pdf).map_err(Failure::output))?;
        }
        match xml.map(|syntax| syntax.write(&copy)) {
            Some(Ok(text)) => bundle
                .file(&format!("invoices/{name}.xml"), |out| out.write_all(text.as_bytes()).map_err(Failure::output))?,
            Some(Err(rule)) => left_out.push(format!("{} has no XML by EN 16931: {rule}", invoice.name())),
            None => {}
        }
        Ok::<_, Failure>(())
    })?;
    Ok((figures.taxes(), left_out))
}

/// The number of an invoice as the name of a file. A number with a slash gets the ID of its draft, so that no two names are equal.
fn file_name(invoice: &Invoice) -> String {
    let number = invoice.name();
    if number.contains('/') { format!("{}.{}", number.replace('/', "_"), invoice.id) } else { number }
}
