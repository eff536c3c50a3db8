//! Reads the payments received from the CSV file of a bank. Every bank has columns of its own, so the operator names them.

use std::io::BufRead;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::error::{Error, Fault, Faults, InputError, quoted};
use crate::formats::bank_key::BankKey;
use crate::formats::{InputRow, RecordReader};
use crate::import::price_list::{DateOrder, effective};
use crate::model::invoice::BankEntry;
use crate::model::word_enum::word_enum;
use crate::model::{Currency, Invalid, Money, Zone};

word_enum! {
    /// The sign before the decimals of amounts.
    pub enum AmountSign {
        Point = "point",
        Comma = "comma",
    }
}

/// The columns of a bank's file.
#[derive(Debug, Clone, Default)]
pub struct BankColumns {
    pub date: String,
    /// Negative amounts are outgoing payments. Banks with two columns have that of incoming money here.
    pub amount: String,
    /// The currency of each row, if it has a column.
    pub currency: Option<String>,
    /// The bank's own reference of the entry.
    pub bank_reference: Option<String>,
    pub payer: Option<String>,
    pub payer_account: Option<String>,
    /// The structured reference of the payer.
    pub reference: Option<String>,
    /// Columns with what the payer wrote; their texts are joined.
    pub text: Vec<String>,
}

/// What a file does not say about itself.
#[derive(Debug, Clone)]
pub struct BankCsvOptions {
    pub columns: BankColumns,
    /// The currency of rows without one.
    pub currency: Currency,
    /// Our own account, which makes keys unique.
    pub account: String,
    pub date_order: Option<DateOrder>,
    pub amount_sign: Option<AmountSign>,
}

/// The entries of a file.
#[derive(Debug, Default)]
pub struct BankCsv {
    pub entries: Vec<BankEntry>,
    /// How many rows took money out, or moved none.
    pub outgoing: u64,
}

/// Reads a file, or reports all its faults.
pub fn bank_csv(mut records: RecordReader<impl BufRead>, options: &BankCsvOptions) -> Result<BankCsv, Faults> {
    let (mut read, mut faults) = (BankCsv::default(), Faults::default());
    if let Some(missing) = missing_column(records.columns(), &options.columns) {
        let message = format!("no column {}; the file has {}", quoted(missing), records.columns().join(", "));
        return Err(Fault::of_file(1, 1, InputError::BadHeader, message).into());
    }
    let mut keys = BankKey::new(&options.account);
    loop {
        let outcome = match records.next_row() {
            Ok(None) => break,
            Ok(Some(row)) => entry(&row, options, &mut keys),
            Err(fault) => Err(fault),
        };
        match outcome {
            Ok(Some(entry)) => read.entries.push(entry),
            Ok(None) => read.outgoing += 1,
            Err(fault) => {
                if !faults.add(fault) {
                    break;
                }
            }
        }
    }
    if faults.count > 0 { Err(faults) } else { Ok(read) }
}

fn missing_column<'c>(header: &[String], columns: &'c BankColumns) -> Option<&'c str> {
    let optional =
        [&columns.currency, &columns.bank_reference, &columns.payer, &columns.payer_account, &columns.reference];
    let named = [&columns.date, &columns.amount].into_iter().chain(optional.into_iter().flatten()).chain(&columns.text);
    named.map(String::as_str).find(|name| !header.iter().any(|column| column == name))
}

/// The entry of a row; `None` if no money came in.
fn entry(row: &InputRow, options: &BankCsvOptions, keys: &mut BankKey) -> Result<Option<BankEntry>, Fault> {
    let columns = &options.columns;
    let cell = |name: &str| row.cells().find(|(column, _)| *column == name).map(|(_, text)| text.trim().to_owned());
    let maybe = |name: &Option<String>| name.as_deref().and_then(cell).filter(|text| !text.is_empty());
    let wrong = |name: &str, text: &str, rule: Invalid| {
        let message = format!("{name}: {} {rule}", quoted(text));
        row.fault(name, Error::Input { code: InputError::BadValue, message })
    };
    let amount_text = cell(&columns.amount).unwrap_or_default();
    // Banks with a column for each direction leave one of them empty.
    if amount_text.is_empty() {
        return Ok(None);
    }
    let amount =
        bank_amount(&amount_text, options.amount_sign).map_err(|rule| wrong(&columns.amount, &amount_text, rule))?;
    if amount <= Money::ZERO {
        return Ok(None);
    }
    let date_text = cell(&columns.date).unwrap_or_default();
    let booked_on = date(&date_text, options.date_order).map_err(|rule| wrong(&columns.date, &date_text, rule))?;
    let currency = match (&columns.currency, maybe(&columns.currency)) {
        (Some(name), Some(code)) => code.parse().map_err(|rule| wrong(name, &code, rule))?,
        _ => options.currency,
    };
    let texts: Vec<String> =
        columns.text.iter().filter_map(|name| cell(name)).filter(|text| !text.is_empty()).collect();
    let mut entry = BankEntry {
        key: String::new(),
        booked_on,
        currency,
        amount,
        payer: maybe(&columns.payer),
        payer_account: maybe(&columns.payer_account),
        reference: maybe(&columns.reference),
        text: texts.join(" "),
    };
    entry.key = keys.of(&entry, maybe(&columns.bank_reference).as_deref());
    Ok(Some(entry))
}

/// The day that a text means; dates with points, `28.11.2026`, have the day first everywhere.
fn date(text: &str, order: Option<DateOrder>) -> Result<Date, Invalid> {
    let zone: Zone = "UTC".parse()?;
    let is_pointed = text.split('.').count() == 3 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let order = if is_pointed { order.or(Some(DateOrder::DayFirst)) } else { order };
    effective(text, &zone, order).map(|time| time.timestamp().to_zoned_datetime(TimeZone::UTC).date())
}

/// An amount as banks write it: `1,234.50`, `1.234,50-`, `+1'234.50`, `1 234,50`. One separator before three digits may be either
/// thousands or decimals, which only `sign` can decide.
fn bank_amount(text: &str, sign: Option<AmountSign>) -> Result<Money, Invalid> {
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
