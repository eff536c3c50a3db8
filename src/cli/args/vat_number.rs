//! Warns about VAT numbers that break the rules of their country.

use ssgctl::error::quoted;
use ssgctl::model::{CustomerDetails, vat_number_fault};

use crate::context::Context;

/// Warns if the VAT number of a customer cannot be right. It is already saved: the field also holds tax IDs of other kinds, and
/// reverse charge is decided when an invoice is issued.
pub(crate) fn warn(details: &CustomerDetails) {
    let Some(number) = &details.vat_reg_no else { return };
    if let Some(fault) = vat_number_fault(number.as_str(), details.country.as_ref()) {
        Context::warn(&format!("the VAT number {} {fault}", quoted(number)));
    }
}
