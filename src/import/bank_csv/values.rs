//! Amounts and dates as banks write them.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::import::price_list::{DateOrder, effective};
use crate::model::word_enum::word_enum;
use crate::model::{Invalid, Money, Zone};

word_enum! {
    /// The sign before the decimals of amounts.
    pub enum AmountSign {
        Point = "point",
        Comma = "comma",
    }
}

/// The day that a text means; dates with points, `28.11.2026`, have the day first everywhere, and may have a year of two digits.
pub(super) fn date(text: &str, order: Option<DateOrder>) -> Result<Date, Invalid> {
    let zone: Zone = "UTC".parse()?;
    let is_pointed = text.split('.').count() == 3 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let order = if is_pointed { order.or(Some(DateOrder::DayFirst)) } else { order };
    let long = match text.rsplit_once('.') {
        Some((day_and_month, year)) if is_pointed && year.len() == 2 => format!("{day_and_month}.20{year}"),
        _ => text.to_owned(),
    };
    effective(&long, &zone, order).map(|time| time.timestamp().to_zoned_datetime(TimeZone::UTC).date())
}

/// An amount as banks write it: `1,234.50`, `1.234,50-`, `+1'234.50`, `1 234,50`. One separator before three digits may be either
/// thousands or decimals, which only `sign` can decide.
pub(super) fn bank_amount(text: &str, sign: Option<AmountSign>) -> Result<Money, Invalid> {
    let malformed = || Invalid::rule("must be an amount such as 1234.50");
    let compact: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}' | '\'' | '’'))
        .map(|c| if matches!(c, '\u{2212}' | '–') { '-' } else { c })
        .collect();
    let (is_negative, unsigned) = match (compact.strip_prefix('-'), compact.strip_suffix('-')) {
        (Some(rest), _) | (None, Some(rest)) => (true, rest),
        (None, None) => (false, compact.strip_prefix('+').unwrap_or(&compact)),
    };
    let (points, commas) = (unsigned.matches('.').count(), unsigned.matches(',').count());
    let last = unsigned.rfind(['.', ',']);
    let decimal = match (sign, last) {
        (Some(AmountSign::Point), _) => Some('.'),
        (Some(AmountSign::Comma), _) => Some(','),
        (None, None) => None,
        (None, Some(at)) => {
            let is_both = points > 0 && commas > 0;
            let decimals = unsigned.len() - at - 1;
            if !is_both && points + commas == 1 && decimals == 3 {
                return Err(Invalid::rule("may have thousands or decimals: say which sign is before decimals"));
            }
            // A sign that comes twice separates thousands.
            let is_repeated = !is_both && points + commas > 1;
            if is_repeated { None } else { unsigned[at..].chars().next() }
        }
    };
    let (whole, fraction) = match decimal {
        Some(decimal) => unsigned.rsplit_once(decimal).map_or((unsigned, ""), |(whole, fraction)| (whole, fraction)),
        None => (unsigned, ""),
    };
    let groups: Vec<&str> = whole.split(['.', ',']).collect();
    let is_grouped = groups.iter().skip(1).all(|group| group.len() == 3) && (1..=3).contains(&groups[0].len());
    if (groups.len() > 1 && !is_grouped) || decimal.is_some_and(|decimal| whole.contains(decimal)) {
        return Err(malformed());
    }
    let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
    let minus = if is_negative { "-" } else { "" };
    format!("{minus}{}{fraction}", groups.concat()).parse().map_err(|_: Invalid| malformed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_banks_write_them() {
        for (text, expected) in [
            ("1234.50", "1234.5"),
            ("1,234.50", "1234.5"),
            ("1.234,50", "1234.5"),
            ("1'234.50", "1234.5"),
            ("1 234,5", "1234.5"),
            ("1\u{a0}234,50", "1234.5"),
            ("-10,00", "-10"),
            ("10,00-", "-10"),
            ("\u{2212}10.00", "-10"),
            ("+1,234,567.89", "1234567.89"),
            ("1,234,567", "1234567"),
            ("0.00", "0"),
            ("100", "100"),
        ] {
            assert_eq!(bank_amount(text, None), Ok(expected.parse().expect(expected)), "{text}");
        }
        assert!(bank_amount("1.234", None).is_err());
        assert_eq!(bank_amount("1.234", Some(AmountSign::Comma)), Ok("1234".parse().expect("a number")));
        assert_eq!(bank_amount("1.234", Some(AmountSign::Point)), Ok("1.234".parse().expect("a number")));
        for wrong in ["", "x", "1,23.4,5", "12,34.50", "1.2.3", "--1", "1e5", "EUR 5", ".", "1,2345,678"] {
            assert!(bank_amount(wrong, None).is_err(), "{wrong}");
        }
    }

    #[test]
    fn dates_with_points_have_the_day_first() {
        let expected: Date = "2026-12-01".parse().expect("a date");
        assert_eq!(date("01.12.2026", None), Ok(expected));
        assert_eq!(date("01.12.26", None), Ok(expected));
        assert_eq!(date("1.12.26", None), Ok(expected));
        assert_eq!(date("01-12-2026", Some(DateOrder::DayFirst)), Ok(expected));
        assert_eq!(date("2026-12-01 10:15:00", None), Ok(expected));
        assert_eq!(date("2026-12-01", None), Ok(expected));
        assert_eq!(date("01/12/2026", Some(DateOrder::DayFirst)), Ok(expected));
        assert_eq!(date("12/01/2026", Some(DateOrder::MonthFirst)), Ok(expected));
        assert!(date("01/12/2026", None).is_err());
        assert!(date("31.11.2026", None).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "[-+0-9.,' ]{0,12}|\\PC{0,8}") {
            for sign in [None, Some(AmountSign::Point), Some(AmountSign::Comma)] {
                let _ = bank_amount(&text, sign);
            }
            let _ = date(&text, None);
        }

        #[test]
        fn every_style_reads_the_same_amount(cents in 0_i64..10_000_000_000) {
            let (whole, cents) = (cents / 100, cents % 100);
            let digits = whole.to_string();
            let grouped = |separator: char| {
                let mut text = String::new();
                for (index, digit) in digits.chars().enumerate() {
                    if index > 0 && (digits.len() - index) % 3 == 0 {
                        text.push(separator);
                    }
                    text.push(digit);
                }
                text
            };
            let expected: Money = format!("{whole}.{cents:02}").parse().expect("a number");
            for text in [format!("{}.{cents:02}", grouped(',')), format!("{},{cents:02}", grouped('.'))] {
                proptest::prop_assert_eq!(bank_amount(&text, None), Ok(expected), "{}", text);
            }
        }
    }
}
