//! How an invoice writes dates, amounts and identifiers.

use jiff::civil::Date;

use crate::model::invoice::{BilledPeriod, InvoiceCopy, InvoiceKind, TaxCategory};
use crate::model::{Currency, Money, Unit};

/// `28 November 2026`, which no reader takes for another day.
pub(super) fn date(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// `1 October 2026 – 31 October 2026`, or one day.
pub(super) fn period(period: BilledPeriod) -> String {
    if period.first == period.last {
        return date(period.first);
    }
    format!("{} – {}", date(period.first), date(period.last))
}

/// An amount with the decimals of its currency, or all that it has: `1,234.50`.
pub(super) fn amount(amount: Money, currency: Currency) -> String {
    grouped(&Unit::Currency(currency).format(amount))
}

/// `EUR 1,234.50`
pub(super) fn amount_with_currency(amount_of: Money, currency: Currency) -> String {
    format!("{currency}\u{a0}{}", amount(amount_of, currency))
}

/// A count with the decimals that it has: `12,000`.
pub(super) fn quantity(quantity: Money) -> String {
    grouped(&quantity.to_string())
}

/// A decimal number with a comma before each third digit of its whole part.
fn grouped(number: &str) -> String {
    let (sign, unsigned) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(whole, rest)| (whole, Some(rest)));
    let mut text = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// An identifier in groups of four characters, as banks write an IBAN.
pub(super) fn in_fours(text: &str) -> String {
    let characters: Vec<char> = text.chars().filter(|character| !character.is_whitespace()).collect();
    let groups: Vec<String> = characters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// What the document calls itself.
pub(super) const fn title(copy: &InvoiceCopy) -> &'static str {
    match copy.kind {
        InvoiceKind::Invoice if copy.number.is_none() => "Draft invoice",
        InvoiceKind::Invoice => "Invoice",
        InvoiceKind::CreditNote => "Credit note",
        InvoiceKind::ProForma => "Pro-forma invoice",
    }
}

/// The tax of a line, short enough for a column.
pub(super) fn tax(category: TaxCategory, rate: impl std::fmt::Display) -> String {
    match category {
        TaxCategory::Standard | TaxCategory::ZeroRated => format!("{rate}%"),
        TaxCategory::Exempt => "exempt".to_owned(),
        TaxCategory::ReverseCharge => "reverse charge".to_owned(),
        TaxCategory::OutsideScope => "no VAT".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_decimals_of_their_currency_and_groups_of_three() {
        for (value, currency, expected) in [
            ("1234567.5", "EUR", "1,234,567.50"),
            ("-1000", "EUR", "-1,000.00"),
            ("999", "JPY", "999"),
            ("12000", "JPY", "12,000"),
            ("0.016", "GBP", "0.016"),
            ("1000", "KWD", "1,000.000"),
        ] {
            assert_eq!(amount(value.parse().expect(value), currency.parse().expect(currency)), expected);
        }
        assert_eq!(quantity("1234567.5".parse().expect("a number")), "1,234,567.5");
    }

    #[test]
    fn a_period_of_one_day_is_a_date() {
        let day = "2026-11-01".parse().expect("a date");
        let last = "2026-11-30".parse().expect("a date");
        assert_eq!(period(BilledPeriod { first: day, last: day }), "1 November 2026");
        assert_eq!(period(BilledPeriod { first: day, last }), "1 November 2026 – 30 November 2026");
    }

    #[test]
    fn an_iban_is_written_in_groups_of_four() {
        assert_eq!(in_fours("DE89370400440532013000"), "DE89 3704 0044 0532 0130 00");
    }
}
