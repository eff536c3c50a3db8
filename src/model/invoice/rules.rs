//! The operator's settings for invoices: who sells, how numbers and taxes are made, and where to pay.

use jiff::civil::Date;

use crate::model::invoice::{InvoiceKind, InvoiceParty, SeriesRule, TaxRules};
use crate::model::{Time, Zone};

/// The settings that every invoice is made by.
#[derive(Debug, Clone)]
pub struct InvoiceRules {
    pub seller: InvoiceParty,
    pub tax: TaxRules,
    pub invoices: SeriesRule,
    pub credit_notes: SeriesRule,
    /// The zone of all dates.
    pub zone: Zone,
    pub bank: BankDetails,
    /// Paragraphs below the totals.
    pub notes: Vec<String>,
}

/// Where customers pay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BankDetails {
    pub bank: Option<String>,
    pub account_holder: Option<String>,
    pub iban: Option<String>,
    pub bic: Option<String>,
    /// Details of countries without IBAN, a line each.
    pub other_details: Vec<String>,
}

impl InvoiceRules {
    /// The day of a time.
    pub fn day_of(&self, time: Time) -> Date {
        day_in(&self.zone, time)
    }

    /// How the numbers of a kind of document are made.
    pub fn series_of(&self, kind: InvoiceKind) -> &SeriesRule {
        match kind {
            InvoiceKind::CreditNote => &self.credit_notes,
            InvoiceKind::Invoice | InvoiceKind::ProForma => &self.invoices,
        }
    }
}

/// The day of a time in a zone.
pub fn day_in(zone: &Zone, time: Time) -> Date {
    time.timestamp().to_zoned_datetime(zone.time_zone()).date()
}
