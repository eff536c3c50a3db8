//! `ssgctl invoice show`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::Unit;
use ssgctl::model::invoice::{InvoiceCopy, InvoiceParty};
use ssgctl::report::{self, InvoiceOverview};

use crate::args::completion;
use crate::commands::invoice::document::{self, DocumentArgs};
use crate::commands::invoice::row::{LineRow, SettledRow, TaxRow, today};
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, DetailView};

/// Show an invoice: what it says, its state, what settles it, and its emails
///
/// An issued invoice is shown as it was issued, with the runs of `ssgctl invoice export` that exported it. A draft is shown as it
/// would be issued today.
///
/// --pdf writes the PDF instead: of an issued invoice the file that was stored with it, of a draft or pro-forma one that says that it
/// is not a VAT invoice. --xml writes an e-invoice by EN 16931; an invoice that the standard cannot express is refused with the rule
/// that it breaks.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice show INV-2026-0007
  ssgctl invoice show 7 --json | jq -r '.lines[].description'
  ssgctl invoice show INV-2026-0007 --pdf INV-2026-0007.pdf
  ssgctl invoice show INV-2026-0007 --xml ubl --file INV-2026-0007.xml")]
pub(crate) struct ShowArgs {
    /// Number of the invoice, ID of its draft, or its reference for payments
    #[arg(value_name = "INVOICE", add = ArgValueCompleter::new(completion::records::invoices))]
    invoice: String,

    #[command(flatten)]
    document: DocumentArgs,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    if args.document.is_asked_for() {
        return document::run(&args.document, &args.invoice, context);
    }
    let (today, settings) = (today(context), context.settings.invoices.clone());
    // Only a draft needs the configuration, and its absence is then the reason for the failure.
    let mut failure = None;
    let overview = context.read(|snapshot| {
        let rules = || match settings.invoicing() {
            Ok(invoicing) => Ok(invoicing.rules),
            Err(missing) => {
                let refused = ssgctl::Error::Refused(missing.to_string());
                failure = Some(missing);
                Err(refused)
            }
        };
        report::invoice_overview(snapshot, rules, &args.invoice, today)
    });
    match (overview, failure) {
        (Err(_), Some(missing)) => Err(missing),
        (overview, _) => context.output.view(view(overview?)),
    }
}

fn view(overview: InvoiceOverview) -> DetailView {
    let InvoiceOverview { summary, copy, settled, credit_notes, emails, reminders_held_at, exports } = overview;
    let invoice = &summary.invoice;
    let title = format!("{} {}, {}", invoice.kind, invoice.name(), invoice.organisation);
    let mut view = DetailView::new(invoice.name(), title);
    let general = ["invoice", "id", "number", "customer", "kind", "state", "currency", "issued_on", "due_on"];
    view.fields("Invoice", &summary, &general);
    view.more_fields(
        &summary,
        &["days_overdue", "first_day", "last_day", "top_up", "top_up_unit", "buyer_reference", "credits"],
    );
    view.more_fields(&summary, &["credit_reason", "entry", "receivable"]);
    match copy {
        Ok(copy) => parts_of_copy(&mut view, copy),
        Err(reason) => {
            view.section("Totals");
            view.field("net", Cell::amount(Unit::Currency(invoice.currency), invoice.net));
            view.field("tax_undecided", Cell::shown(reason));
            view.rows::<LineRow>("Lines", "lines", &[], &[]);
            view.rows::<TaxRow>("Tax", "taxes", &[], &[]);
        }
    }
    view.section("Receivable");
    view.more_fields(&summary, &["open", "credited", "written_off"]);
    let settled: Vec<SettledRow> = settled.into_iter().map(|(entry, amount)| SettledRow { entry, amount }).collect();
    view.rows("Settled by", "settled_by", &settled, &[]);
    view.rows("Credit notes", "credit_notes", &credit_notes, &["customer", "kind"]);
    view.rows("Emails", "emails", &emails, &[]);
    view.rows("Exports", "exports", &exports, &[]);
    view.fields("Times", &summary, &["created_at", "updated_at", "cancelled_at", "issued_at", "sent_at"]);
    view.field("reminders_held_at", Cell::maybe_time(reminders_held_at));
    view
}

fn parts_of_copy(view: &mut DetailView, copy: InvoiceCopy) {
    let unit = Unit::Currency(copy.currency);
    party(view, "Seller", &copy.seller, ["seller", "seller_address", "seller_country", "seller_vat_number"]);
    party(view, "Buyer", &copy.buyer, ["buyer", "buyer_address", "buyer_country", "buyer_vat_number"]);
    view.section("Totals");
    let totals = copy.totals;
    for (key, amount) in [
        ("net", totals.net),
        ("tax", totals.tax),
        ("gross", totals.gross),
        ("paid_before", totals.paid),
        ("due", totals.due),
    ] {
        view.field(key, Cell::amount(unit, amount));
    }
    view.field("tax_point", copy.tax_point.map_or(Cell::Empty, Cell::shown));
    view.field("timezone", Cell::text(&copy.timezone));
    view.field("payment_reference", Cell::shown(&copy.payment.reference));
    let lines = copy.lines.into_iter().zip(1..);
    let lines: Vec<LineRow> = lines.map(|(line, number)| LineRow { number, line, currency: copy.currency }).collect();
    view.rows("Lines", "lines", &lines, &[]);
    let taxes = copy.taxes.into_iter().map(|subtotal| TaxRow { subtotal, currency: copy.currency });
    view.rows("Tax", "taxes", &taxes.collect::<Vec<_>>(), &[]);
}

fn party(view: &mut DetailView, title: &'static str, party: &InvoiceParty, keys: [&'static str; 4]) {
    let [name, address, country, vat_number] = keys;
    view.section(title);
    view.field(name, Cell::text(&party.name));
    view.field(
        address,
        match &party.address {
            Some(lines) => Cell::Lines(lines.lines().map(Into::into).collect()),
            None => Cell::Empty,
        },
    );
    view.field(country, party.country.as_ref().map_or(Cell::Empty, Cell::shown));
    view.field(vat_number, Cell::maybe(party.vat_number.as_ref()));
}
