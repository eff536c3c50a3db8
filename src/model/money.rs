//! Amounts of money and SMS credits, stored as exact integers of 1e-8 of a unit, and the units.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::model::currency::Currency;
use crate::model::text::{Invalid, serde_by_text};

/// Number of decimals of an amount. SMS prices are quoted with up to eight.
const DECIMALS: u32 = 8;
const ONE: i64 = 100_000_000;

/// An exact amount: an integer of 1e-8 of a unit in 64 bits (about ±92 billion units).
///
/// The accepted grammar is the same everywhere: an optional sign, digits, and optionally a point with one to eight
/// digits. Exponents, thousands separators, a bare point and more decimals are errors; nothing is ever rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Money(i64);
serde_by_text!(Money);

impl Money {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// One whole unit.
    pub const ONE: Self = Self(ONE);

    /// The amount as stored: an integer of 1e-8 of the unit.
    pub const fn e8(self) -> i64 {
        self.0
    }

    /// An amount from its stored form.
    pub const fn from_e8(e8: i64) -> Self {
        Self(e8)
    }

    /// The sum; `None` on overflow.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The negated amount; `None` on overflow.
    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }

    /// The amount multiplied by a count; `None` on overflow.
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// Whether it has no decimals.
    pub const fn is_whole(self) -> bool {
        self.0 % ONE == 0
    }

    fn decimal(self) -> Decimal {
        Decimal::new(self.0, DECIMALS)
    }
}

impl FromStr for Money {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, fraction) = match unsigned.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (unsigned, None),
        };
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !fraction.is_none_or(digits) {
            return Err(Invalid::rule(
                "must be a decimal number such as 250 or -12.50, without separators or exponent",
            ));
        }
        let fraction = fraction.unwrap_or_default();
        if fraction.len() > DECIMALS as usize {
            return Err(Invalid::rule("must have at most 8 decimals"));
        }
        let zeros = std::iter::repeat_n(b'0', DECIMALS as usize - fraction.len());
        let sign = if text.starts_with('-') { -1 } else { 1 };
        whole
            .bytes()
            .chain(fraction.bytes())
            .chain(zeros)
            .try_fold(0_i64, |e8, digit| e8.checked_mul(10)?.checked_add(sign * i64::from(digit - b'0')))
            .map(Self)
            .ok_or_else(|| Invalid::rule("must be between -92233720368.54775808 and 92233720368.54775807"))
    }
}

/// An amount as people write it. A point before three digits, as in `1.000`, separates thousands in half of the world, so such an
/// amount is refused; prices, which have three decimals often, are not read this way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenAmount(pub Money);

impl FromStr for WrittenAmount {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let amount: Money = text.parse()?;
        let unsigned = text.trim_start_matches(['+', '-']);
        match unsigned.split_once('.') {
            Some((whole, decimals))
                if decimals.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0') =>
            {
                let sign = if text.starts_with('-') { "-" } else { "" };
                let zero = if decimals.ends_with('0') { "" } else { "0" };
                Err(Invalid::rule(format!(
                    "may mean {sign}{whole}{decimals} or {amount}; write {sign}{whole}{decimals} or {amount}{zero}"
                )))
            }
            _ => Ok(Self(amount)),
        }
    }
}

/// The shortest exact decimal: `250`, `-12.5`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.decimal().normalize().to_string())
    }
}

/// The unit of a balance: SMS credits or a currency. Amounts of different units are never added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Unit {
    /// SMS credits, which are whole numbers. Printed as `SMS`; the portal's "None" is accepted too.
    #[default]
    Sms,
    /// An ISO 4217 currency.
    Currency(Currency),
}
serde_by_text!(Unit);

impl Unit {
    /// The code: `SMS` or the currency's three letters.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sms => "SMS",
            Self::Currency(currency) => currency.code(),
        }
    }

    /// Parses a stored code. Withdrawn currencies are accepted too, because old balances in them must stay readable.
    pub fn from_code(code: &str) -> Option<Self> {
        if code == "SMS" { Some(Self::Sms) } else { Currency::from_code(code).map(Self::Currency) }
    }

    /// Whether new balances may use the unit.
    fn is_in_use(self) -> bool {
        match self {
            Self::Sms => true,
            Self::Currency(currency) => currency.is_in_use(),
        }
    }

    /// Checks that an amount is valid in this unit: SMS credits are whole numbers.
    pub fn check(self, amount: Money) -> Result<Money, Invalid> {
        if self == Self::Sms && !amount.is_whole() {
            return Err(Invalid::rule("must be a whole number of SMS credits"));
        }
        Ok(amount)
    }

    /// Formats an amount with at least the currency's usual number of decimals: `12.50`, `0.016`.
    pub fn format(self, amount: Money) -> String {
        let mut value = amount.decimal().normalize();
        value.rescale(value.scale().max(self.decimals()));
        value.to_string()
    }

    /// The mean of `count` amounts with the given sum in 10⁻⁸, rounded up to the unit's usual number of decimals. `None` if it is
    /// larger than an amount can be.
    pub fn mean(self, sum: i128, count: u8) -> Option<Money> {
        let step = i128::from(10_i64.pow(DECIMALS - self.decimals().min(DECIMALS)));
        let divisor = i128::from(count.max(1)) * step;
        let mean = sum.div_euclid(divisor) + i128::from(sum.rem_euclid(divisor) > 0);
        mean.checked_mul(step).and_then(|mean| i64::try_from(mean).ok()).map(Money)
    }

    fn decimals(self) -> u32 {
        match self {
            Self::Sms => 0,
            Self::Currency(currency) => currency.decimals(),
        }
    }
}

impl FromStr for Unit {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let code = text.to_ascii_uppercase();
        let unit = if code == "NONE" { Some(Self::Sms) } else { Self::from_code(&code) };
        unit.filter(|&unit| unit.is_in_use())
            .ok_or_else(|| Invalid::rule("must be SMS or a current ISO 4217 currency, such as GBP or EUR"))
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Ord for Unit {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl PartialOrd for Unit {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Every unit that a new balance may use, SMS credits first.
pub fn units() -> impl Iterator<Item = Unit> {
    std::iter::once(Unit::Sms).chain(Currency::all().map(Unit::Currency)).filter(|unit| unit.is_in_use())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(text: &str) -> Result<Money, Invalid> {
        text.parse()
    }

    #[test]
    fn a_point_that_may_mark_thousands_is_refused() {
        for (text, rule) in [
            ("1.000", "may mean 1000 or 1; write 1000 or 1"),
            ("-12.500", "may mean -12500 or -12.5; write -12500 or -12.5"),
            ("123.456", "may mean 123456 or 123.456; write 123456 or 123.4560"),
        ] {
            assert_eq!(text.parse::<WrittenAmount>().expect_err(text).to_string(), rule);
        }
        for text in ["1000", "1.00", "0.125", "1000.125", "1.0000", "-0.500", "1.5"] {
            assert_eq!(text.parse::<WrittenAmount>().map(|WrittenAmount(amount)| amount), text.parse(), "{text}");
        }
    }

    #[test]
    fn only_plain_decimals_are_accepted() {
        assert_eq!(money("10"), Ok(Money::from_e8(1_000_000_000)));
        assert_eq!(money("+10.0"), money("10"));
        assert_eq!(money("-0.00000001"), Ok(Money::from_e8(-1)));
        let refused =
            ["", "-", "1_000", "1,000", "1e3", ".5", "5.", " 5", "0x1", "NaN", "--1", "+-1", "1.2.3", "\u{661}"];
        for text in refused {
            assert!(money(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn nothing_is_rounded() {
        assert_eq!(money("0.123456789").unwrap_err().to_string(), "must have at most 8 decimals");
        assert_eq!(money("92233720368.54775807"), Ok(Money::from_e8(i64::MAX)));
        assert_eq!(money("-92233720368.54775808"), Ok(Money::from_e8(i64::MIN)));
        assert!(money("92233720368.54775808").is_err());
        assert!(money(&"9".repeat(60)).is_err());
    }

    #[test]
    fn a_unit_formats_with_its_decimals() {
        let gbp: Unit = "gbp".parse().expect("valid");
        let jpy: Unit = "JPY".parse().expect("valid");
        let amount = money("12.5").expect("valid");
        assert_eq!(gbp.format(amount), "12.50");
        assert_eq!(gbp.format(money("0.0160").expect("valid")), "0.016");
        assert_eq!(jpy.format(money("12").expect("valid")), "12");
        assert_eq!(Unit::Sms.format(money("-250").expect("valid")), "-250");
    }

    #[test]
    fn a_mean_is_rounded_up_to_the_decimals_of_the_unit() {
        let gbp: Unit = "GBP".parse().expect("valid");
        for (unit, sum, count, mean) in [
            (Unit::Sms, "7000", 7, "1000"),
            (Unit::Sms, "7001", 7, "1001"),
            (Unit::Sms, "1", 7, "1"),
            (Unit::Sms, "0", 7, "0"),
            (gbp, "0.0001", 7, "0.01"),
            (gbp, "1", 3, "0.34"),
            (gbp, "-1", 3, "-0.33"),
        ] {
            let sum_e8 = money(sum).expect("valid").e8().into();
            assert_eq!(unit.mean(sum_e8, count), Some(money(mean).expect("valid")), "{sum} / {count}");
        }
        assert_eq!(gbp.mean(i64::MAX.into(), 1), None, "rounded up it is larger than an amount can be");
        assert_eq!(gbp.mean(i128::from(i64::MAX) * 2, 1), None);
    }

    #[test]
    fn units_are_credits_and_current_currencies() {
        assert_eq!("none".parse(), Ok(Unit::Sms));
        assert_eq!("sms".parse(), Ok(Unit::Sms));
        for text in ["VES", "XOF", "XAF", "XCD", "XPF", "CHF"] {
            assert!(text.parse::<Unit>().is_ok(), "{text}");
        }
        assert!(Unit::from_code("HRK").is_some(), "an old balance in it stays readable");
        for text in ["HRK", "XYZ", "XXX", "XAU", "", "EURO"] {
            assert!(text.parse::<Unit>().is_err(), "{text}");
        }
        assert!(Unit::Sms.check(money("0.5").expect("valid")).is_err());
    }

    proptest! {
        #[test]
        fn every_amount_round_trips(e8: i64) {
            let amount = Money::from_e8(e8);
            prop_assert_eq!(amount.to_string().parse::<Money>(), Ok(amount));
            for unit in ["GBP", "JPY", "BHD"] {
                let unit: Unit = unit.parse().expect("valid");
                prop_assert_eq!(unit.format(amount).parse::<Money>(), Ok(amount));
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,40}") {
            let _ = text.parse::<Money>();
            let _ = text.parse::<Unit>();
        }
    }
}
