//! Rounding to the minor unit of a currency: cents of the euro, whole yen, thousandths of the dinar.

use crate::model::{Currency, Money};

/// The minor unit of a currency in 10⁻⁸: 1,000,000 for the euro. Currencies with more decimals than an amount can have do not exist.
pub fn minor_unit(currency: Currency) -> i128 {
    10_i128.pow(8_u32.saturating_sub(currency.decimals()))
}

/// Whether an amount has no more decimals than its currency.
pub fn is_in_minor_units(amount: Money, currency: Currency) -> bool {
    i128::from(amount.e8()) % minor_unit(currency) == 0
}

/// A quotient in 10⁻⁸ of a unit, rounded to the minor unit, half away from zero. `None` if it is larger than an amount can be.
pub fn rounded(numerator: i128, denominator: i128, currency: Currency) -> Option<Money> {
    let unit = minor_unit(currency);
    let step = denominator.checked_mul(unit)?;
    let half = numerator.checked_abs()?.checked_add(step / 2)?;
    let units = half.checked_div(step)?.checked_mul(numerator.signum())?;
    i64::try_from(units.checked_mul(unit)?).ok().map(Money::from_e8)
}

/// A quantity at the price of one, rounded to the minor unit, half away from zero.
pub fn product(quantity: Money, price: Money, currency: Currency) -> Option<Money> {
    rounded(i128::from(quantity.e8()).checked_mul(price.e8().into())?, Money::ONE.e8().into(), currency)
}

/// An amount cut down to the minor unit, and the rest, which is not negative and less than one minor unit. Usage is cut and its
/// rest carried to the next invoice, so that a customer never pays for more than was used.
pub fn cut(sum_e8: i128, currency: Currency) -> Option<(Money, Money)> {
    let unit = minor_unit(currency);
    let rest = sum_e8.rem_euclid(unit);
    let whole = i64::try_from(sum_e8 - rest).ok().map(Money::from_e8)?;
    Some((whole, i64::try_from(rest).ok().map(Money::from_e8)?))
}

/// Spreads a total over parts by largest remainder: each part gets its own amount cut down to the minor unit, and the minor units
/// that are left of the total go to the parts that lost most, the first of equals first. So a part differs from its own amount by
/// less than one minor unit, and the parts add up to the total.
///
/// The total is what [`cut`] makes of the sum of the parts and a carried rest. `None` if it is another one, or on overflow.
pub fn spread(total: Money, parts_e8: &[i128], currency: Currency) -> Option<Vec<Money>> {
    let unit = minor_unit(currency);
    let mut cut_parts: Vec<i128> = parts_e8.iter().map(|part| part - part.rem_euclid(unit)).collect();
    let left = i128::from(total.e8()) - cut_parts.iter().sum::<i128>();
    if left.rem_euclid(unit) != 0 {
        return None;
    }
    let more = usize::try_from(left / unit).ok().filter(|more| *more <= parts_e8.len())?;
    let mut by_loss: Vec<usize> = (0..parts_e8.len()).collect();
    by_loss.sort_by_key(|index| std::cmp::Reverse(parts_e8[*index].rem_euclid(unit)));
    for index in by_loss.into_iter().take(more) {
        cut_parts[index] += unit;
    }
    cut_parts.into_iter().map(|part| i64::try_from(part).ok().map(Money::from_e8)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        code.parse().expect(code)
    }

    fn money(text: &str) -> Money {
        text.parse().expect(text)
    }

    #[test]
    fn products_round_half_away_from_zero_in_the_decimals_of_the_currency() {
        for (code, quantity, price, expected) in [
            ("EUR", "3", "0.015", "0.05"),
            ("EUR", "1", "0.125", "0.13"),
            ("EUR", "-1", "0.125", "-0.13"),
            ("EUR", "1", "0.1249", "0.12"),
            ("JPY", "3", "0.5", "2"),
            ("JPY", "1", "0.49999999", "0"),
            ("KWD", "1", "0.0125", "0.013"),
            ("EUR", "900000000", "100", "90000000000"),
        ] {
            let found = product(money(quantity), money(price), currency(code));
            assert_eq!(found, Some(money(expected)), "{quantity} × {price} {code}");
        }
        assert_eq!(product(money("90000000000"), money("90000000000"), currency("EUR")), None);
    }

    #[test]
    fn a_cut_leaves_a_rest_that_is_not_negative() {
        for (sum, whole, rest) in [("1.999", "1.99", "0.009"), ("-1.999", "-2", "0.001"), ("0", "0", "0")] {
            let found = cut(money(sum).e8().into(), currency("EUR"));
            assert_eq!(found, Some((money(whole), money(rest))), "{sum}");
        }
    }

    #[test]
    fn cents_go_to_the_parts_that_lost_most() {
        let parts = [money("0.333").e8().into(), money("0.339").e8().into(), money("0.328").e8().into()];
        assert_eq!(
            spread(money("1"), &parts, currency("EUR")),
            Some(vec![money("0.33"), money("0.34"), money("0.33")])
        );
        assert_eq!(spread(money("5"), &parts, currency("EUR")), None, "that is not their sum");
    }

    proptest! {
        /// The sum is computed here from the texts of the amounts, not with the functions under test.
        #[test]
        fn what_is_billed_and_carried_over_months_is_what_was_used(
            months in prop::collection::vec(prop::collection::vec(0_i64..5_000_000_000, 1..12), 1..8),
            code in prop::sample::select(vec!["EUR", "JPY", "KWD"]),
        ) {
            let currency = currency(code);
            let (mut carried, mut billed) = (0_i128, 0_i128);
            for parts in &months {
                let parts: Vec<i128> = parts.iter().map(|part| i128::from(*part)).collect();
                let (total, rest) = cut(parts.iter().sum::<i128>() + carried, currency).expect("in range");
                let lines = spread(total, &parts, currency).expect("spread");
                for (line, part) in lines.iter().zip(&parts) {
                    prop_assert!(is_in_minor_units(*line, currency));
                    prop_assert!((i128::from(line.e8()) - part).abs() < minor_unit(currency), "{line} for {part}");
                }
                prop_assert_eq!(lines.iter().map(|line| i128::from(line.e8())).sum::<i128>(), total.e8().into());
                carried = rest.e8().into();
                prop_assert!(carried >= 0 && carried < minor_unit(currency));
                billed += i128::from(total.e8());
            }
            let used: i128 = months.iter().flatten().map(|part| i128::from(*part)).sum();
            prop_assert_eq!(billed + carried, used);
        }

        #[test]
        fn no_amounts_make_rounding_panic(numerator: i64, price: i64, denominator in 1_i128..i128::MAX) {
            for code in ["EUR", "JPY", "KWD"] {
                let _ = rounded(numerator.into(), denominator, currency(code));
                let _ = product(Money::from_e8(numerator), Money::from_e8(price), currency(code));
                let _ = cut(i128::from(numerator) * 3, currency(code));
                let _ = spread(Money::from_e8(numerator), &[price.into(), numerator.into()], currency(code));
            }
        }
    }
}
