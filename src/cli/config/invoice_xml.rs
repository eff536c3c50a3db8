//! The syntaxes of e-invoices, as options and as a setting.

use clap::ValueEnum;
use serde::Deserialize;
use ssgctl::formats::einvoice::{NotExpressible, cii, ubl};
use ssgctl::model::invoice::InvoiceCopy;

/// The syntaxes of EN 16931.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum XmlSyntax {
    /// UBL 2.1, as in Peppol BIS Billing 3.0
    Ubl,
    /// CII, as in Factur-X
    Cii,
}

impl XmlSyntax {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ubl => "ubl",
            Self::Cii => "cii",
        }
    }

    /// The e-invoice of an issued copy.
    pub(crate) fn write(self, copy: &InvoiceCopy) -> Result<String, NotExpressible> {
        match self {
            Self::Ubl => ubl(copy),
            Self::Cii => cii(copy),
        }
    }
}
