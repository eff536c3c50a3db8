//! Amounts on the command line.

use ssgctl::model::{Invalid, Money, WrittenAmount};

/// Parses an amount that changes a balance or is owed. One whose point may separate thousands is refused.
pub(crate) fn written(text: &str) -> Result<Money, Invalid> {
    text.parse().map(|WrittenAmount(amount)| amount)
}
