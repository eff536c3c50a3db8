//! The sums of an invoice as EN 16931 has them: the tax of each category on the sum of its lines, and exact sums of all.

use std::collections::BTreeMap;

use crate::model::invoice::{InvoiceLine, InvoiceTotals, TaxCategory, TaxRate, TaxSubtotal};
use crate::model::{Currency, Money};

/// The subtotals of lines by category and rate, and their totals. `wording` says what a category says; `paid` is what was paid
/// before. `None` if a sum is larger than an amount can be.
pub fn totals(
    lines: &[InvoiceLine],
    paid: Money,
    currency: Currency,
    wording: impl Fn(TaxCategory) -> Option<String>,
) -> Option<(Vec<TaxSubtotal>, InvoiceTotals)> {
    let mut nets: BTreeMap<(TaxCategory, TaxRate), Money> = BTreeMap::new();
    for line in lines {
        let sum = nets.entry((line.category, line.rate)).or_default();
        *sum = sum.checked_add(line.net)?;
    }
    let (mut subtotals, mut net, mut tax) = (Vec::with_capacity(nets.len()), Money::ZERO, Money::ZERO);
    for ((category, rate), sum) in nets {
        let of_sum = rate.tax_on(sum, currency)?;
        net = net.checked_add(sum)?;
        tax = tax.checked_add(of_sum)?;
        subtotals.push(TaxSubtotal { category, rate, net: sum, tax: of_sum, wording: wording(category) });
    }
    let gross = net.checked_add(tax)?;
    let due = gross.checked_add(paid.checked_neg()?)?;
    Some((subtotals, InvoiceTotals { net, tax, gross, paid, due }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(net: Money, category: TaxCategory, rate: &str) -> InvoiceLine {
        InvoiceLine {
            description: "SMS".to_owned(),
            period: None,
            quantity: Money::ONE,
            quantity_unit: None,
            unit_price: net,
            net,
            category,
            rate: rate.parse().expect(rate),
        }
    }

    fn money(text: &str) -> Money {
        text.parse().expect(text)
    }

    #[test]
    fn tax_is_that_of_the_sum_and_not_the_sum_of_taxes() {
        let currency = "EUR".parse().expect("EUR");
        // Each line alone has 0.008 tax, which is 0.01; their sum has 0.024, which is 0.02.
        let lines = ["0.04", "0.04", "0.04"].map(|net| line(money(net), TaxCategory::Standard, "20"));
        let (subtotals, sums) = totals(&lines, money("0.10"), currency, |_| None).expect("sums");
        assert_eq!(subtotals.len(), 1);
        assert_eq!((sums.net, sums.tax, sums.gross), (money("0.12"), money("0.02"), money("0.14")));
        assert_eq!(sums.due, money("0.04"));
    }

    proptest! {
        /// Tax is compared with whole numbers of a cent that are computed here by long division.
        #[test]
        fn sums_are_exact(nets in prop::collection::vec(-1_000_000_i64..1_000_000, 0..30), rate in 0_u32..1_000_000) {
            let currency: Currency = "EUR".parse().expect("EUR");
            let rate = format!("{}.{:04}", rate / 10_000, rate % 10_000);
            let lines: Vec<InvoiceLine> =
                nets.iter().map(|cents| line(Money::from_e8(cents * 1_000_000), TaxCategory::Standard, &rate)).collect();
            let (subtotals, sums) = totals(&lines, Money::ZERO, currency, |_| None).expect("sums");
            let net: i64 = nets.iter().sum();
            prop_assert_eq!(sums.net.e8(), net * 1_000_000);
            prop_assert_eq!(sums.gross.e8(), sums.net.e8() + sums.tax.e8());
            prop_assert_eq!(subtotals.iter().map(|sum| sum.tax.e8()).sum::<i64>(), sums.tax.e8());
            let rate_e4: i64 = rate.replace('.', "").parse().expect("digits");
            let (tax, scale) = (net.abs() * rate_e4, 1_000_000);
            let cents = tax / scale + i64::from(tax % scale * 2 >= scale);
            prop_assert_eq!(sums.tax.e8(), net.signum() * cents * 1_000_000);
        }
    }
}
