//! The options of `ssgctl invoice show` that write an invoice as a file: its PDF, or its XML.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use ssgctl::error::quoted;
use ssgctl::model::invoice::Invoice;
use ssgctl::ops::invoice::Invoicing;
use ssgctl::report::{IssueTerms, copy_of_draft, issued_copy};
use ssgctl::store::Snapshot;

use crate::commands::invoice::row::today;
use crate::config::invoice::InvoiceSettings;
use crate::config::invoice_xml::XmlSyntax;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

#[derive(Debug, Args)]
pub(super) struct DocumentArgs {
    /// Write the PDF to this new file; - is stdout
    #[arg(long, value_name = "FILE", group = "invoice_document")]
    pdf: Option<PathBuf>,

    /// Write the e-invoice in this syntax
    #[arg(long, value_name = "SYNTAX", group = "invoice_document")]
    xml: Option<XmlSyntax>,

    /// Write the XML to this new file instead of stdout (-)
    #[arg(long, value_name = "FILE", requires = "xml")]
    file: Option<PathBuf>,

    /// Replace an existing file
    #[arg(short, long, requires = "invoice_document")]
    force: bool,
}

impl DocumentArgs {
    pub(super) const fn is_asked_for(&self) -> bool {
        self.pdf.is_some() || self.xml.is_some()
    }
}

#[expect(clippy::disallowed_methods, reason = "asks whether stdout is a terminal and writes nothing")]
pub(super) fn run(args: &DocumentArgs, name: &str, context: &mut Context) -> Result<()> {
    let file = args.pdf.as_deref().or(args.file.as_deref()).filter(|file| *file != Path::new("-"));
    if args.pdf.is_some() && file.is_none() && std::io::stdout().is_terminal() {
        return Err(Failure::usage("a PDF is not text for a terminal").hint("name a file, or pipe it to a program"));
    }
    let (settings, today) = (context.settings.invoices.clone(), today(context));
    let shown = context.document(file, args.force, |snapshot, out| {
        let invoice = snapshot.invoice(name)?;
        let bytes = match args.xml {
            Some(syntax) => xml(snapshot, &invoice, syntax)?.into_bytes(),
            None => pdf(snapshot, &invoice, &settings, today)?,
        };
        out.pieces().write_all(&bytes).map_err(Failure::output)?;
        Ok(invoice.name())
    })?;
    for warning in context.settings.invoices.undrawn.take_warnings() {
        Context::warn(&warning);
    }
    if let Some(file) = file {
        context.note(&format!("{shown} in {}", quoted(file.display())));
    }
    Ok(())
}

/// The PDF that was stored when the invoice was issued; of a draft, what it would be today.
fn pdf(
    snapshot: &Snapshot<'_>,
    invoice: &Invoice,
    settings: &InvoiceSettings,
    today: jiff::civil::Date,
) -> Result<Vec<u8>> {
    if invoice.issued.is_some() {
        let stored = snapshot.issued_documents(invoice.id)?.pdf;
        return stored.ok_or_else(|| refused(format!("{} was issued without a PDF", invoice.name())));
    }
    let Invoicing { rules, make_pdf, .. } = settings.invoicing()?;
    let (copy, _) = copy_of_draft(snapshot, &rules, invoice, IssueTerms::on(today))?;
    make_pdf(&rules, &copy)?.ok_or_else(|| refused("no PDF is made by the configuration".to_owned()))
}

/// The e-invoice of an issued invoice or credit note.
fn xml(snapshot: &Snapshot<'_>, invoice: &Invoice, syntax: XmlSyntax) -> Result<String> {
    if invoice.issued.is_none() {
        return Err(refused(format!("draft {} has no XML: it has no number before it is issued (BR-2)", invoice.id)));
    }
    let copy = issued_copy(snapshot, invoice)?;
    syntax.write(&copy).map_err(|rule| refused(format!("{} has no XML by EN 16931: {rule}", invoice.name())))
}

fn refused(message: String) -> Failure {
    Failure::new(ErrorCode::Refused, message)
}
