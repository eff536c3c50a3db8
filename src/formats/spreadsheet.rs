//! Detects data that a spreadsheet has damaged: long numbers in exponent notation, codes turned into dates, numbers without
//! their leading zeros or `+`. The error says what happened and how to avoid it.

use crate::error::{Error, Fault, InputError, quoted};
use crate::formats::InputRow;
use crate::model::text::is_power_of_ten;
use crate::model::{Country, calling_code, calling_code_of};

/// Columns of codes or long numbers, which never contain an amount or a date.
const CODES: &[&str] = &[
    "account_code",
    "company_reg_no",
    "customer",
    "cug",
    "key",
    "mo_numbers",
    "reference",
    "short_name",
    "system_id",
    "vat_reg_no",
];

/// Rejects a row with visible damage.
pub(crate) fn check(row: &InputRow) -> Result<(), Fault> {
    for (name, text) in row.cells() {
        let text = text.trim();
        let is_telephone = is_telephone(name);
        if text.is_empty() || !(is_telephone || CODES.contains(&name)) {
            continue;
        }
        let damage = if is_power_of_ten(text) {
            "has lost its last digits in a spreadsheet; format the column as Text there and export again".to_owned()
        } else if is_date(text) {
            "was converted to a date by a spreadsheet; format the column as Text there and export again".to_owned()
        } else if is_telephone && let Some(code) = missing_code(text, || calling_code_for(row)) {
            format!(
                "has no + and does not begin with {code}, the calling code of its country; use the international form, such as +{code}…"
            )
        } else {
            continue;
        };
        let message = format!("{name}: {} {damage}", quoted(text));
        return Err(row.fault(name, Error::Input { code: InputError::BadValue, message }));
    }
    Ok(())
}

/// The calling code of the row's country, if known.
fn calling_code_for(row: &InputRow) -> Option<&'static str> {
    let (_, country) = row.cells().find(|(name, _)| *name == "country")?;
    calling_code_of(&Country::named(country)?)
}

/// Whether a column contains telephone numbers.
pub(crate) fn is_telephone(name: &str) -> bool {
    name == "phone" || name == "mobile" || name.ends_with("_mobile")
}

/// Whether a text has the form `01-Mar` or `Mar-24`, into which a spreadsheet converts codes that look like dates.
fn is_date(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let Some((first, second)) = text.split_once('-') else { return false };
    let is_month = |text: &str| MONTHS.contains(&text.to_lowercase().as_str());
    let is_number = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_month(first) && is_number(second) || is_number(first) && is_month(second)
}

/// The calling code of the country if a number is not in international form and does not begin with that code: it is national,
/// or has lost its `+` or leading zeros.
fn missing_code(text: &str, of_country: impl FnOnce() -> Option<&'static str>) -> Option<&'static str> {
    if is_international(text) {
        return None;
    }
    of_country().filter(|code| calling_code(&digits(text)) != Some(code))
}

/// Whether a number begins with `+` or `00`.
fn is_international(text: &str) -> bool {
    text.trim_start_matches('(').starts_with('+') || digits(text).starts_with("00")
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Converts a number to international form. A number without `+` or `00` is national; its leading zero is replaced with the
/// calling code.
pub(crate) fn internationalized(text: &str, calling_code: &str) -> String {
    let text = text.trim();
    if text.is_empty() || is_international(text) {
        return text.to_owned();
    }
    format!("+{calling_code} {}", text.replacen('0', "", usize::from(digits(text).starts_with('0'))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_codes_damaged_by_a_spreadsheet_are_detected() {
        for text in ["4.47E+11", "4,47E+11", "4E+11", "01-Mar", "1-mar", "Mar-24", "Sep-09"] {
            assert!(is_power_of_ten(text) || is_date(text), "{text}");
        }
        for text in ["447700900123", "4.47E11", "MAR-2024", "E+1", "1E+", "01-March", "A-01", "12-34", "may-x"] {
            assert!(!is_power_of_ten(text) && !is_date(text), "{text}");
        }
    }

    #[test]
    fn a_number_of_another_country_needs_a_plus() {
        for text in ["7700900123", "07700900123", "33612345678", "(0113) 496 0000"] {
            assert_eq!(missing_code(text, || Some("44")), Some("44"), "{text}");
        }
        for text in ["447700900123", "+33612345678", "0033612345678", "(+44) 113 496 0000"] {
            assert_eq!(missing_code(text, || Some("44")), None, "{text}");
        }
    }

    #[test]
    fn a_national_number_becomes_an_international_one() {
        for (text, number) in [
            ("07700 900123", "+44 7700 900123"),
            ("7700900123", "+44 7700900123"),
            ("(0113) 496 0000", "+44 (113) 496 0000"),
            ("+33612345678", "+33612345678"),
            ("0033612345678", "0033612345678"),
            ("", ""),
        ] {
            assert_eq!(internationalized(text, "44"), number);
        }
    }
}
