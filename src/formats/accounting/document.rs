//! What the exports share: the files they make, tax codes, and the figures of a line as a program that multiplies again needs them.

use jiff::civil::Date;

use crate::formats::starts_a_formula;
use crate::model::invoice::{InvoiceCopy, InvoiceLine, TaxCategory, TaxRate};
use crate::model::{AccountCode, Currency, Money, Unit};

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountingFile {
    /// `xero-invoices-1.csv`
    pub name: String,
    pub text: String,
}

/// The files of an export.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountingExport {
    pub files: Vec<AccountingFile>,
    /// Numbers of documents that the program cannot import, which have to be entered there by hand.
    pub left_out: Vec<String>,
}

/// Why an export is not made: a document breaks a rule of the program. Nothing is written then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{document}: {reason}")]
pub struct NotExportable {
    /// The number of the invoice, or the payment.
    pub document: String,
    pub reason: String,
}

impl NotExportable {
    pub(super) fn new(copy: &InvoiceCopy, reason: impl Into<String>) -> Self {
        let document = copy.number.clone().unwrap_or_else(|| copy.payment.reference.to_string());
        Self { document, reason: reason.into() }
    }
}

/// A payment as accounts need it; a refund has a negative amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedPayment {
    pub customer: AccountCode,
    pub customer_name: String,
    pub received_on: Date,
    pub currency: Currency,
    pub amount: Money,
    /// What identifies it at the bank.
    pub reference: String,
}

/// What an accounting program calls a tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxCode {
    pub category: TaxCategory,
    /// Only for this rate; `None` for each rate of the category.
    pub rate: Option<TaxRate>,
    /// `20% (VAT on Income)`, `T1`
    pub code: String,
}

/// The tax codes of an organisation, as it set them up in its accounting program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaxCodes(pub Vec<TaxCode>);

impl TaxCodes {
    /// The code of a line: that of its rate, else that of its category.
    pub(super) fn of(&self, copy: &InvoiceCopy, line: &InvoiceLine) -> Result<&str, NotExportable> {
        let of_category = || self.0.iter().filter(|code| code.category == line.category);
        let found = of_category()
            .find(|code| code.rate == Some(line.rate))
            .or_else(|| of_category().find(|code| code.rate.is_none()));
        found.map(|code| code.code.as_str()).ok_or_else(|| {
            let (category, rate) = (line.category.as_str(), line.rate);
            NotExportable::new(copy, format!("no tax code is set for category {category} at {rate}%"))
        })
    }
}

/// The number of an issued document. A pro-forma has none and does not belong to accounts.
pub(super) fn number(copy: &InvoiceCopy) -> Result<&str, NotExportable> {
    copy.number.as_deref().ok_or_else(|| NotExportable::new(copy, "a pro-forma is not exported to accounts"))
}

/// Checks the length of a text that identifies something, which must not be cut.
pub(super) fn at_most<'t>(
    copy: &InvoiceCopy,
    name: &str,
    text: &'t str,
    most: usize,
) -> Result<&'t str, NotExportable> {
    let length = text.chars().count();
    if length > most {
        return Err(NotExportable::new(copy, format!("the {name} `{text}` has {length} characters, more than {most}")));
    }
    Ok(text)
}

/// A text that only describes, cut to a number of characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect::<String>().trim_end().to_owned()
}

/// A text of one line that no spreadsheet takes for a formula.
pub(super) fn plain(text: &str) -> String {
    let line =
        text.split(['\n', '\r', '\t']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    if starts_a_formula(&line) { format!(" {line}") } else { line }
}

/// An amount with the decimals of its currency.
pub(super) fn amount(amount: Money, currency: Currency) -> String {
    Unit::Currency(currency).format(amount)
}

/// The figures of a line for a program that multiplies quantity and price again.
pub(super) struct LineFigures {
    pub(super) description: String,
    pub(super) quantity: String,
    pub(super) unit_price: String,
}

/// The decimals that the programs keep of a quantity or a unit price.
const KEPT: i64 = 10_000;

/// The figures of a line. Where the program would get another product, because it keeps four decimals or because cents were spread
/// over lines, the line is written as one piece, with the count in its text.
pub(super) fn figures(copy: &InvoiceCopy, line: &InvoiceLine) -> LineFigures {
    let description = plain(&line.description);
    let has_four_decimals = |value: Money| value.e8() % (Money::ONE.e8() / KEPT) == 0;
    if has_four_decimals(line.quantity)
        && has_four_decimals(line.unit_price)
        && product(line, copy.currency) == i128::from(line.net.e8())
    {
        return LineFigures {
            description,
            quantity: line.quantity.to_string(),
            unit_price: amount(line.unit_price, copy.currency),
        };
    }
    let unit = line.quantity_unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
    let price = amount(line.unit_price, copy.currency);
    LineFigures {
        description: format!("{description} ({}{unit} at {price})", line.quantity),
        quantity: "1".to_owned(),
        unit_price: amount(line.net, copy.currency),
    }
}

/// Quantity times price in 10⁻⁸, rounded to the currency's decimals, half away from zero.
fn product(line: &InvoiceLine, currency: Currency) -> i128 {
    let exact = i128::from(line.quantity.e8()) * i128::from(line.unit_price.e8());
    rounded(exact, i128::from(Money::ONE.e8()), currency)
}

/// A quotient in 10⁻⁸, rounded to the currency's decimals, half away from zero.
fn rounded(numerator: i128, denominator: i128, currency: Currency) -> i128 {
    let unit = 10_i128.pow(8_u32.saturating_sub(currency.decimals()));
    let step = denominator.saturating_mul(unit).max(1);
    let half = numerator.saturating_abs().saturating_add(step / 2);
    half / step * numerator.signum() * unit
}

/// The tax of each line. The taxes of lines of one category and rate add up to the tax of the document.
pub(super) fn line_taxes(copy: &InvoiceCopy) -> Vec<Money> {
    let mut taxes = vec![Money::ZERO; copy.lines.len()];
    for subtotal in &copy.taxes {
        let (mut net, mut given) = (0_i128, 0_i128);
        for (index, line) in copy.lines.iter().enumerate() {
            if (line.category, line.rate) != (subtotal.category, subtotal.rate) {
                continue;
            }
            net += i128::from(line.net.e8());
            let total = i128::from(subtotal.net.e8());
            let up_to_here = match total {
                0 => 0,
                _ => rounded(
                    i128::from(subtotal.tax.e8()).saturating_mul(net) * total.signum(),
                    total.abs(),
                    copy.currency,
                ),
            };
            taxes[index] = Money::from_e8(i64::try_from(up_to_here - given).unwrap_or_default());
            given = up_to_here;
        }
    }
    taxes
}

/// Writes rows below a header as CSV.
pub(super) fn csv_text(header: &str, rows: &[Vec<String>]) -> String {
    let mut writer =
        csv::WriterBuilder::new().has_headers(false).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing into memory cannot fail, and every row has the length of the header.
    for row in std::iter::once(&header.split(',').map(str::to_owned).collect::<Vec<_>>()).chain(rows) {
        let _ = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}
