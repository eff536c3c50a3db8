//! QuickBooks Online: invoices, one row for each line. It takes no credit notes from a file.

use crate::formats::accounting::ExportDates;
use crate::formats::accounting::document::{
    AccountingExport, AccountingFile, NotExportable, TaxCodes, amount, at_most, csv_text, figures, line_taxes, number,
    plain,
};
use crate::model::invoice::{InvoiceCopy, InvoiceKind};

const HEADER_US: &str = "*InvoiceNo,*Customer,*InvoiceDate,*DueDate,Terms,Location,Memo,Item(Product/Service),ItemDescription,\
    ItemQuantity,ItemRate,*ItemAmount,Service Date";

const HEADER: &str = "*InvoiceNo,*Customer,*InvoiceDate,*DueDate,Terms,Location,Memo,Item(Product/Service),ItemDescription,\
    ItemQuantity,ItemRate,*ItemAmount,*ItemTaxCode,ItemTaxAmount,Currency,Service Date";

/// The longest invoice number.
const LONGEST_NUMBER: usize = 21;

/// The longest name of a customer.
const LONGEST_NAME: usize = 100;

/// How an organisation set up QuickBooks Online.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuickbooksSettings {
    pub dates: ExportDates,
    /// The product or service that lines are booked as.
    pub item: String,
    /// The names of tax codes; `None` in the United States, where files have no columns for taxes.
    pub tax_codes: Option<TaxCodes>,
}

/// The file for QuickBooks Online; credit notes are left out.
///
/// # Errors
/// [`NotExportable`] for a pro-forma, a negative total, a tax without a code, and numbers or names that are too long.
pub fn quickbooks(copies: &[InvoiceCopy], settings: &QuickbooksSettings) -> Result<AccountingExport, NotExportable> {
    let mut export = AccountingExport::default();
    let mut rows = Vec::new();
    for copy in copies {
        if copy.kind == InvoiceKind::CreditNote {
            export.left_out.push(number(copy)?.to_owned());
            continue;
        }
        rows.extend(rows_of(copy, settings)?);
    }
    if !rows.is_empty() {
        let header = if settings.tax_codes.is_some() { HEADER } else { HEADER_US };
        export.files.push(AccountingFile { name: "quickbooks-invoices.csv".to_owned(), text: csv_text(header, &rows) });
    }
    Ok(export)
}

fn rows_of(copy: &InvoiceCopy, settings: &QuickbooksSettings) -> Result<Vec<Vec<String>>, NotExportable> {
    let number = at_most(copy, "number", number(copy)?, LONGEST_NUMBER)?;
    let customer = at_most(copy, "name", &copy.buyer.name, LONGEST_NAME)?;
    if copy.totals.gross < crate::model::Money::ZERO {
        return Err(NotExportable::new(copy, "QuickBooks takes no negative invoices"));
    }
    let terms = copy.payment.terms_days.map_or_else(|| "Due on receipt".to_owned(), |days| format!("Net {days}"));
    let dates = settings.dates;
    let mut rows = Vec::with_capacity(copy.lines.len());
    for (line, tax) in copy.lines.iter().zip(line_taxes(copy)) {
        let figures = figures(copy, line);
        let period = line.period.or(copy.period);
        let service_date = period.map_or_else(String::new, |period| dates.format(period.last));
        let mut row = vec![number.to_owned(), plain(customer)];
        row.extend([dates.format(copy.issued_on), dates.format(copy.payment.due_on), terms.clone(), String::new()]);
        row.extend([copy.payment.reference.to_string(), settings.item.clone(), figures.description]);
        row.extend([figures.quantity, figures.unit_price, amount(line.net, copy.currency)]);
        if let Some(codes) = &settings.tax_codes {
            row.extend([codes.of(copy, line)?.to_owned(), amount(tax, copy.currency), copy.currency.to_string()]);
        }
        row.push(service_date);
        rows.push(row);
    }
    Ok(rows)
}
