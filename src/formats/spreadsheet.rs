//! Detects rows with cells that have no real value ([`CellDamage`]), and telephone numbers that lost their leading zeros or `+`.
//! The error says what happened and how to avoid it.

use std::fmt::Display;

use crate::error::{Error, Fault, InputError, quoted};
use crate::formats::InputRow;
use crate::formats::cell_damage::CellDamage;
use crate::model::{Country, calling_code, calling_code_of};

/// Columns of codes or long numbers, which never contain an amount or a date.
const CODES: &[&str] = &[
    "account_code",
    "api_id",
    "code",
    "company_reg_no",
    "customer",
    "key",
    "msisdn",
    "number",
    "password",
    "reference",
    "service",
    "short_name",
    "system_id",
    "vat_reg_no",
];

/// Columns of several codes.
const LISTS: &[&str] = &["cug", "mo_numbers"];

/// The column whose values a message never repeats.
const SECRET: &str = "password";

/// Rejects a row with visible damage in a column that is read.
pub(crate) fn check(row: &InputRow, is_read: impl Fn(&str) -> bool) -> Result<(), Fault> {
    for (name, text) in row.cells() {
        let text = text.trim();
        if text.is_empty() || !is_read(name) {
            continue;
        }
        let is_telephone = is_telephone(name);
        if let Some(damage) = damage(name, text) {
            return Err(damaged(row, name, text, &damage));
        }
        if is_telephone
            && row.is_from_csv()
            && let Some(code) = missing_code(text, || calling_code_for(row))
        {
            let reason = format!(
                "has no + and does not begin with {code}, the calling code of its country; use the international form, such as +{code}…"
            );
            return Err(damaged(row, name, text, &reason));
        }
    }
    Ok(())
}

/// Rejects a row of a foreign file with a word for "no value" or the error of a formula in a column that is mapped. The mapping
/// joins columns to names and addresses, in which these words could not be found any more.
pub(crate) fn check_mapped(row: &InputRow, is_mapped: impl Fn(usize) -> bool) -> Result<(), Fault> {
    for (index, (name, text)) in row.cells().enumerate() {
        if is_mapped(index)
            && let Some(damage) = CellDamage::of_text(text)
        {
            return Err(damaged(row, name, text.trim(), &damage));
        }
    }
    Ok(())
}

/// The damage of a cell in one of our columns.
fn damage(name: &str, text: &str) -> Option<CellDamage> {
    match () {
        () if CODES.contains(&name) || is_telephone(name) => CellDamage::of_code(text),
        () if LISTS.contains(&name) => CellDamage::of_codes(text),
        () => CellDamage::of_text(text),
    }
}

fn damaged(row: &InputRow, name: &str, text: &str, reason: &dyn Display) -> Fault {
    let shown = if name == SECRET { "the value".to_owned() } else { quoted(text) };
    let message = format!("{name}: {shown} {reason}");
    row.fault(name, Error::Input { code: InputError::BadValue, message })
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
