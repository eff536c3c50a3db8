//! The issued copy of an invoice: everything that its PDF, its XML and exports to accounting programs say. It is stored with the
//! invoice and never changes, whatever becomes of the customer's record.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::model::invoice::{CreditorReference, TaxCategory, TaxRate, TaxSubtotal};
use crate::model::word_enum::word_enum;
use crate::model::{AccountCode, Country, Currency, Money, PostalAddress};

word_enum! {
    /// What kind of document it is.
    pub enum InvoiceKind {
        /// A request for payment that is a tax document, with a number.
        Invoice = "invoice",
        /// A correction of an invoice, with a number. Its amounts are positive and reduce what the customer owes.
        CreditNote = "credit_note" as "credit note",
        /// A request for payment in advance. It is no tax document and has no number.
        ProForma = "pro_forma" as "pro-forma",
    }
}

/// An invoice, credit note or pro-forma as it was issued. All amounts are in `currency`, and those of lines, subtotals and totals
/// have no more decimals than it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceCopy {
    pub kind: InvoiceKind,
    /// The number in its series; `None` on a pro-forma.
    pub number: Option<String>,
    pub issued_on: Date,
    /// The date that decides the tax, where it is not the date of issue.
    pub tax_point: Option<Date>,
    /// The time zone of all dates.
    pub timezone: String,
    pub currency: Currency,
    pub seller: InvoiceParty,
    pub buyer: InvoiceParty,
    /// The invoice that a credit note corrects.
    pub credits: Option<CreditedInvoice>,
    /// The buyer's own order number.
    pub buyer_reference: Option<String>,
    /// What was delivered when, for the whole document.
    pub period: Option<BilledPeriod>,
    pub lines: Vec<InvoiceLine>,
    /// One for each category and rate of the lines.
    pub taxes: Vec<TaxSubtotal>,
    pub totals: InvoiceTotals,
    pub payment: PaymentDetails,
    /// Paragraphs below the totals.
    pub notes: Vec<String>,
}

/// The seller or the buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceParty {
    pub name: String,
    pub address: Option<PostalAddress>,
    pub country: Option<Country>,
    pub vat_number: Option<String>,
    pub registration_number: Option<String>,
    /// The buyer's account code; `None` for the seller.
    pub account_code: Option<AccountCode>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub website: Option<String>,
}

/// The invoice that a credit note corrects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditedInvoice {
    pub number: String,
    pub issued_on: Date,
    /// Why it is corrected.
    pub reason: Option<String>,
}

/// The first and the last day of what was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BilledPeriod {
    pub first: Date,
    pub last: Date,
}

/// A line: `quantity` × `unit_price` is `net` up to rounding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceLine {
    pub description: String,
    pub period: Option<BilledPeriod>,
    /// A count with up to eight decimals, which `Money` holds exactly.
    pub quantity: Money,
    /// What is counted: `message parts`, `months`, `SMS credits`.
    pub quantity_unit: Option<String>,
    /// The price of one, with up to eight decimals.
    pub unit_price: Money,
    pub net: Money,
    pub category: TaxCategory,
    pub rate: TaxRate,
}

/// The sums: `net` + `tax` = `gross`, and `gross` − `paid` = `due`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceTotals {
    pub net: Money,
    pub tax: Money,
    pub gross: Money,
    /// What was paid before it was issued.
    pub paid: Money,
    pub due: Money,
}

/// How and by when to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentDetails {
    pub due_on: Date,
    /// Days from issue to the due date; `None` if it is due at once.
    pub terms_days: Option<u16>,
    pub reference: CreditorReference,
    pub bank: Option<String>,
    pub account_holder: Option<String>,
    pub iban: Option<String>,
    pub bic: Option<String>,
    /// Bank details of countries without IBAN, a line each: `Sort code 20-00-00`.
    pub other_details: Vec<String>,
}
