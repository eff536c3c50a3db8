//! What spreadsheets do to data on its way: long numbers become powers of ten, codes become dates, zeros and signs before
//! numbers vanish. What can be recognised is refused, with what happened and how to avoid it.

use crate::error::{Error, Fault, InputError, quoted};
use crate::formats::InputRow;
use crate::model::text::is_power_of_ten;
use crate::model::{Country, calling_code, calling_code_of};

/// Columns whose texts are codes or long numbers, and never an amount or a date.
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

/// Refuses a row of a spreadsheet that shows its damage.
pub(crate) fn check(row: &InputRow) -> Result<(), Fault> {
    for (name, text) in row.cells() {
        let text = text.trim();
        let is_telephone = is_telephone(name);
        if text.is_empty() || !(is_telephone || CODES.contains(&name)) {
            continue;
        }
        let damage = if is_power_of_ten(text) {
            "has lost its last digits to a spreadsheet; give the column the format Text there and export again"
                .to_owned()
        } else if is_date(text) {
            "was made a date by a spreadsheet; give the column the format Text there and export again".to_owned()
        } else if is_telephone && let Some(code) = lacking_code(text, || calling_code_for(row)) {
            format!(
                "has no + and does not begin with {code} as numbers of its country do; write it in full, such as +{code}…"
            )
        } else {
            continue;
        };
        let message = format!("{name}: {} {damage}", quoted(text));
        return Err(row.fault(name, Error::Input { code: InputError::BadValue, message }));
    }
    Ok(())
}

/// The calling code of a row's country, if it has one.
fn calling_code_for(row: &InputRow) -> Option<&'static str> {
    let (_, country) = row.cells().find(|(name, _)| *name == "country")?;
    calling_code_of(&Country::named(country)?)
}

/// Whether a column has telephone numbers.
pub(crate) fn is_telephone(name: &str) -> bool {
    name == "phone" || name == "mobile" || name.ends_with("_mobile")
}

/// `01-Mar`, `Mar-24`: a code that looked like a date.
fn is_date(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let Some((first, second)) = text.split_once('-') else { return false };
    let is_month = |text: &str| MONTHS.contains(&text.to_lowercase().as_str());
    let is_number = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_month(first) && is_number(second) || is_number(first) && is_month(second)
}

/// The calling code of its country that a number without a sign of an international one does not begin with: a national
/// one, or one that has lost its `+` or its zeros.
fn lacking_code(text: &str, of_country: impl FnOnce() -> Option<&'static str>) -> Option<&'static str> {
    if is_international(text) {
        return None;
    }
    of_country().filter(|code| calling_code(&digits(text)) != Some(code))
}

/// Whether a number has a sign of an international one.
fn is_international(text: &str) -> bool {
    text.trim_start_matches('(').starts_with('+') || digits(text).starts_with("00")
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A number as an international one: what has no sign of being one is national, and gets the calling code in place of a
/// zero before it.
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
    fn numbers_and_codes_that_a_spreadsheet_spoilt_are_known() {
        for text in ["4.47E+11", "4,47E+11", "4E+11", "01-Mar", "1-mar", "Mar-24", "Sep-09"] {
            assert!(is_power_of_ten(text) || is_date(text), "{text}");
        }
        for text in ["447700900123", "4.47E11", "MAR-2024", "E+1", "1E+", "01-March", "A-01", "12-34", "may-x"] {
            assert!(!is_power_of_ten(text) && !is_date(text), "{text}");
        }
    }

    #[test]
    fn a_number_of_another_country_needs_its_sign() {
        for text in ["7700900123", "07700900123", "33612345678", "(0113) 496 0000"] {
            assert_eq!(lacking_code(text, || Some("44")), Some("44"), "{text}");
        }
        for text in ["447700900123", "+33612345678", "0033612345678", "(+44) 113 496 0000"] {
            assert_eq!(lacking_code(text, || Some("44")), None, "{text}");
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
