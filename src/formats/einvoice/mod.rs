//! Writes invoices and credit notes as XML by EN 16931, in its two syntaxes: UBL 2.1 (with the profile of Peppol BIS Billing 3.0) and CII
//! (as in Factur-X and `ZUGFeRD`). Both say the same; `rules` refuses what the standard cannot express.

mod cii;
mod rules;
mod ubl;

pub use cii::cii;
pub use rules::NotExpressible;
pub use ubl::ubl;
