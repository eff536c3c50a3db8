//! Writes invoices and payments as the files that accounting programs import. Each program has its own columns, limits and words for
//! taxes, so each has a file here.

mod document;
mod hledger;
mod quickbooks;
mod sage50;
mod xero;

pub use document::{AccountingExport, AccountingFile, NotExportable, ReceivedPayment, TaxCode, TaxCodes};
pub use hledger::{HledgerSettings, hledger};
pub use quickbooks::{QuickbooksSettings, quickbooks};
pub use sage50::{Sage50Settings, sage50};
pub use xero::{XeroSettings, xero};

use crate::model::word_enum::word_enum;

word_enum! {
    /// The order of day, month and year in the dates of an export, which depends on the region of the accounting program.
    pub enum ExportDates {
        /// `28/11/2026`
        DayFirst = "dmy",
        /// `11/28/2026`
        MonthFirst = "mdy",
    }
}

impl ExportDates {
    pub(super) fn format(self, date: jiff::civil::Date) -> String {
        let (day, month, year) = (date.day(), date.month(), date.year());
        match self {
            Self::DayFirst => format!("{day:02}/{month:02}/{year:04}"),
            Self::MonthFirst => format!("{month:02}/{day:02}/{year:04}"),
        }
    }
}
