//! Exports to accounting programs: what each program takes, and which run exported what.

use jiff::civil::Date;

use crate::model::invoice::ReceivableKind;
use crate::model::word_enum::word_enum;
use crate::model::{Actor, Time};

word_enum! {
    /// Programs that invoices are exported to.
    pub enum AccountingProgram {
        Xero = "xero" as "Xero",
        Quickbooks = "quickbooks" as "QuickBooks",
        Sage50 = "sage50" as "Sage 50",
        Hledger = "hledger",
    }
}

/// What an export does with an entry of receivables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportTreatment {
    Exported,
    /// The program has it, but its files cannot: it is to be entered by hand.
    ByHand,
    /// The export is not about it.
    Ignored,
}

impl AccountingProgram {
    /// What the export to the program does with an entry of a kind, or with its reversal.
    pub const fn treatment(self, kind: ReceivableKind, is_reversal: bool) -> ExportTreatment {
        use ExportTreatment::{ByHand, Exported, Ignored};
        match (self, kind) {
            (Self::Quickbooks, ReceivableKind::CreditNote) => ByHand,
            (_, ReceivableKind::Invoice | ReceivableKind::CreditNote)
            | (Self::Hledger, ReceivableKind::Payment | ReceivableKind::Refund) => Exported,
            (Self::Xero | Self::Quickbooks, _) | (_, ReceivableKind::Reversal) => Ignored,
            (Self::Sage50, ReceivableKind::Payment) if !is_reversal => Exported,
            (_, ReceivableKind::Payment | ReceivableKind::Refund | ReceivableKind::WriteOff) => ByHand,
        }
    }
}

/// A run of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRun {
    pub id: i64,
    pub program: AccountingProgram,
    /// The first and the last day of issue and of payment.
    pub first_day: Date,
    pub last_day: Date,
    pub actor: Actor,
    pub at: Time,
}

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    pub name: String,
    pub content: String,
}
