//! How an invoice is taxed: categories and rates as EN 16931 names them.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::model::Money;
use crate::model::text::{Invalid, serde_by_text};
use crate::model::word_enum::word_enum;

word_enum! {
    /// The VAT category of a line, by its code in UNCL 5305.
    pub enum TaxCategory {
        /// Taxed at a rate above zero.
        Standard = "S",
        /// Taxed at a rate of zero.
        ZeroRated = "Z",
        /// Exempt from tax.
        Exempt = "E",
        /// The buyer owes the tax.
        ReverseCharge = "AE",
        /// Outside the scope of the seller's tax.
        OutsideScope = "O",
    }
}

/// A tax rate in per cent, 0 to 100 with at most four decimals: `20`, `8.875`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaxRate(Decimal);
serde_by_text!(TaxRate);

impl TaxRate {
    /// No tax.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// The rate in per cent.
    pub const fn percent(self) -> Decimal {
        self.0
    }
}

impl FromStr for TaxRate {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid =
            || Invalid::rule("must be a rate in per cent, such as 20 or 8.875, of 0 to 100 with at most 4 decimals");
        let rate: Decimal = text.parse().map_err(|_| invalid())?;
        let rate = rate.normalize();
        if rate.is_sign_negative() || rate > Decimal::ONE_HUNDRED || rate.scale() > 4 {
            return Err(invalid());
        }
        Ok(Self(rate))
    }
}

/// The rate without a per cent sign: `20`, `8.875`.
impl fmt::Display for TaxRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

/// The tax of all lines of one category and rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxSubtotal {
    pub category: TaxCategory,
    pub rate: TaxRate,
    /// The sum of the lines' net amounts.
    pub net: Money,
    /// The tax on that sum, rounded to the currency's minor unit.
    pub tax: Money,
    /// What the law wants said where no tax is charged: `Reverse charge`.
    pub wording: Option<String>,
}
