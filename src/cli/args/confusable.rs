//! Warns about customers whose names look alike, such as `Acme` with a Cyrillic letter.

use ssgctl::error::{count, quoted};
use ssgctl::model::Customer;
use ssgctl::ops;

use crate::context::Context;

/// The number of similar customers to list.
const MAX_LISTED: usize = 3;

/// Warns if the organisation of a customer looks like that of another one. The customer is already saved, so an error of
/// the search is ignored.
pub(crate) fn warn(customer: &Customer, context: &mut Context) {
    let found = context.read(|snapshot| ops::customer::confusable_names(snapshot, customer, MAX_LISTED));
    let (similar, total) = found.unwrap_or_default();
    if similar.is_empty() {
        return;
    }
    let mut others: Vec<String> = similar
        .iter()
        .map(|other| format!("{} of {}", quoted(&other.details.organisation), other.account_code))
        .collect();
    if total > MAX_LISTED {
        others.push(format!("those of {}", count((total - MAX_LISTED) as u64, "other")));
    }
    Context::warn(&format!("the name {} looks like {}", quoted(&customer.details.organisation), others.join(", ")));
}
