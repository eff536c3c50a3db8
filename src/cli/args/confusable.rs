//! The warning of customers whose names look the same.

use ssgctl::error::{count, quoted};
use ssgctl::model::Customer;
use ssgctl::ops;

use crate::context::Context;

/// How many others are named.
const NAMED: usize = 3;

/// Tells a person of other customers whose organisation looks like that of one which is saved already: if they cannot be
/// read, nothing is lost.
pub(crate) fn warn(customer: &Customer, context: &mut Context) {
    let asked = context.read(|snapshot| ops::customer::confusable_names(snapshot, customer, NAMED));
    let (alike, number) = asked.unwrap_or_default();
    if alike.is_empty() {
        return;
    }
    let mut others: Vec<String> = alike
        .iter()
        .map(|other| format!("{} of {}", quoted(&other.details.organisation), other.account_code))
        .collect();
    if number > NAMED {
        others.push(format!("those of {}", count((number - NAMED) as u64, "other")));
    }
    Context::warn(&format!("the name {} looks like {}", quoted(&customer.details.organisation), others.join(", ")));
}
