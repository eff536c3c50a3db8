//! Xero: sales invoices, one row for each line, at most 500 invoices a file; credit notes in files of their own.

use crate::formats::accounting::ExportDates;
use crate::formats::accounting::document::{
    AccountingExport, AccountingFile, NotExportable, TaxCodes, csv_text, figures, number, plain,
};
use crate::model::invoice::{InvoiceCopy, InvoiceKind};

const HEADER: &str = "*ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,PORegion,\
    POPostalCode,POCountry,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,InventoryItemCode,*Description,*Quantity,*UnitAmount,\
    Discount,*AccountCode,*TaxType,TrackingName1,TrackingOption1,TrackingName2,TrackingOption2,Currency,BrandingTheme";

/// The most invoices that Xero takes from a file.
const MOST_INVOICES: usize = 500;

/// The lines of an address.
const ADDRESS_LINES: usize = 4;

/// How an organisation set up Xero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XeroSettings {
    pub dates: ExportDates,
    /// The code of the revenue account: `200`.
    pub revenue_account: String,
    /// The display names of tax rates.
    pub tax_types: TaxCodes,
}

/// The files for Xero. Amounts of credit notes are positive, as Xero wants them.
///
/// # Errors
/// [`NotExportable`] for a pro-forma and a tax without a name.
pub fn xero(copies: &[InvoiceCopy], settings: &XeroSettings) -> Result<AccountingExport, NotExportable> {
    let mut files = Vec::new();
    for (name, kind) in [("invoices", InvoiceKind::Invoice), ("credit-notes", InvoiceKind::CreditNote)] {
        let of_kind: Vec<&InvoiceCopy> = copies.iter().filter(|copy| copy.kind == kind).collect();
        for (index, chunk) in of_kind.chunks(MOST_INVOICES).enumerate() {
            let mut rows = Vec::new();
            for copy in chunk {
                rows.extend(rows_of(copy, settings)?);
            }
            files
                .push(AccountingFile { name: format!("xero-{name}-{}.csv", index + 1), text: csv_text(HEADER, &rows) });
        }
    }
    match copies.iter().find(|copy| copy.kind == InvoiceKind::ProForma) {
        Some(copy) => Err(NotExportable::new(copy, "a pro-forma is not exported to accounts")),
        None => Ok(AccountingExport { files, left_out: Vec::new() }),
    }
}

fn rows_of(copy: &InvoiceCopy, settings: &XeroSettings) -> Result<Vec<Vec<String>>, NotExportable> {
    let number = number(copy)?;
    let buyer = &copy.buyer;
    let address = address(copy);
    let country = buyer.country.as_ref().map(|country| country.postal_name().to_owned()).unwrap_or_default();
    let reference = match &copy.credits {
        Some(credited) => credited.number.clone(),
        None => copy.payment.reference.to_string(),
    };
    let (issued, due) = (settings.dates.format(copy.issued_on), settings.dates.format(copy.payment.due_on));
    let mut rows = Vec::with_capacity(copy.lines.len());
    for line in &copy.lines {
        let figures = figures(copy, line);
        let empty = String::new;
        let mut row = vec![plain(&buyer.name), buyer.email.clone().unwrap_or_default()];
        row.extend(address.iter().cloned());
        row.extend([empty(), empty(), empty(), country.clone()]);
        row.extend([number.to_owned(), reference.clone(), issued.clone(), due.clone(), empty()]);
        row.extend([figures.description, figures.quantity, figures.unit_price, empty()]);
        row.extend([settings.revenue_account.clone(), settings.tax_types.of(copy, line)?.to_owned()]);
        row.extend([empty(), empty(), empty(), empty(), copy.currency.to_string(), empty()]);
        rows.push(row);
    }
    Ok(rows)
}

/// The postal address in four lines; further ones are joined to the last.
fn address(copy: &InvoiceCopy) -> Vec<String> {
    let mut lines: Vec<String> =
        copy.buyer.address.iter().flat_map(crate::model::PostalAddress::lines).map(plain).collect();
    if lines.len() > ADDRESS_LINES {
        let rest = lines.split_off(ADDRESS_LINES - 1);
        lines.push(rest.join(", "));
    }
    lines.resize(ADDRESS_LINES, String::new());
    lines
}
