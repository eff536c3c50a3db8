//! Sage 50: audit trail transactions: `SI` for invoices, `SC` for credit notes, `SA` for payments on account.

use crate::formats::accounting::ExportDates;
use crate::formats::accounting::document::{
    AccountingExport, AccountingFile, NotExportable, ReceivedPayment, TaxCodes, amount, at_most, csv_text, cut,
    line_taxes, number, plain,
};
use crate::model::invoice::{InvoiceCopy, InvoiceKind, InvoiceLine};
use crate::model::{Currency, Money};

const HEADER: &str = "Type,Account Reference,Nominal A/C Ref,Department Code,Date,Reference,Details,Net Amount,Tax Code,Tax Amount,\
    Exchange Rate,Extra Reference,User Name,Project Refn,Cost Code Refn";

/// The longest account reference.
const LONGEST_ACCOUNT: usize = 8;

/// The longest reference and details.
const LONGEST_TEXT: usize = 60;

/// How an organisation set up Sage 50.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sage50Settings {
    /// The currency of its accounts. Documents in others need a rate of exchange, which is not known here.
    pub currency: Currency,
    /// The nominal code of sales: `4000`.
    pub sales_nominal: String,
    /// The nominal code of the bank account: `1200`.
    pub bank_nominal: String,
    /// Tax codes: `T1`.
    pub tax_codes: TaxCodes,
    /// The tax code of payments: `T9`.
    pub no_tax_code: String,
}

/// The file for Sage 50. Refunds are left out: a file cannot bring them.
///
/// # Errors
/// [`NotExportable`] for a pro-forma, another currency, an account code of more than 8 characters, and a tax without a code.
pub fn sage50(
    copies: &[InvoiceCopy],
    payments: &[ReceivedPayment],
    settings: &Sage50Settings,
) -> Result<AccountingExport, NotExportable> {
    let mut export = AccountingExport::default();
    let mut rows = Vec::new();
    for copy in copies {
        for (line, tax) in copy.lines.iter().zip(line_taxes(copy)) {
            rows.push(line_row(copy, line, tax, settings)?);
        }
    }
    for payment in payments {
        if payment.amount <= Money::ZERO {
            export.left_out.push(payment.reference.clone());
        } else {
            rows.push(payment_row(payment, settings)?);
        }
    }
    if !rows.is_empty() {
        export.files.push(AccountingFile { name: "sage50-audit-trail.csv".to_owned(), text: csv_text(HEADER, &rows) });
    }
    Ok(export)
}

fn line_row(
    copy: &InvoiceCopy,
    line: &InvoiceLine,
    tax: Money,
    settings: &Sage50Settings,
) -> Result<Vec<String>, NotExportable> {
    let number = number(copy)?;
    if copy.currency != settings.currency {
        let reason = format!("it is in {}, and the accounts are in {}", copy.currency, settings.currency);
        return Err(NotExportable::new(copy, reason));
    }
    let code = copy.buyer.account_code.as_ref().map(ToString::to_string);
    let code = code.ok_or_else(|| NotExportable::new(copy, "the buyer has no account code"))?;
    let account = at_most(copy, "account code", &code, LONGEST_ACCOUNT)?;
    // An invoice may have lines that take something back, which are credits here.
    let is_credit = (copy.kind == InvoiceKind::CreditNote) != (line.net < Money::ZERO);
    let absolute = |amount: Money| if amount < Money::ZERO { amount.checked_neg().unwrap_or(amount) } else { amount };
    Ok(row(
        if is_credit { "SC" } else { "SI" },
        [account, &settings.sales_nominal],
        copy.issued_on,
        [number, &line.description],
        [
            &amount(absolute(line.net), copy.currency),
            settings.tax_codes.of(copy, line)?,
            &amount(absolute(tax), copy.currency),
        ],
    ))
}

fn payment_row(payment: &ReceivedPayment, settings: &Sage50Settings) -> Result<Vec<String>, NotExportable> {
    let refused = |reason: String| NotExportable { document: payment.reference.clone(), reason };
    if payment.currency != settings.currency {
        return Err(refused(format!("it is in {}, and the accounts are in {}", payment.currency, settings.currency)));
    }
    let account = payment.customer.to_string();
    if account.chars().count() > LONGEST_ACCOUNT {
        return Err(refused(format!("the account code `{account}` has more than {LONGEST_ACCOUNT} characters")));
    }
    let (net, tax) = (amount(payment.amount, payment.currency), amount(Money::ZERO, payment.currency));
    Ok(row(
        "SA",
        [&account, &settings.bank_nominal],
        payment.received_on,
        [&payment.reference, &payment.customer_name],
        [&net, &settings.no_tax_code, &tax],
    ))
}

fn row(kind: &str, accounts: [&str; 2], date: jiff::civil::Date, texts: [&str; 2], figures: [&str; 3]) -> Vec<String> {
    let [account, nominal] = accounts;
    let [reference, details] = texts.map(|text| cut(&plain(text), LONGEST_TEXT));
    let [net, tax_code, tax] = figures;
    let date = ExportDates::DayFirst.format(date);
    let empty = "";
    [kind, account, nominal, "0", &date, &reference, &details, net, tax_code, tax, "1", empty, empty, empty, empty]
        .map(str::to_owned)
        .to_vec()
}
