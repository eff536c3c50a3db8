//! Recognizes cells without a real value: words that programs and people write for "no value", errors of spreadsheet formulas,
//! and codes that a spreadsheet has turned into a rounded number, a date or a decimal.
//!
//! As a key or an identifier, such a text makes different records one, or one record two. The tables below are the only list of
//! these words; every importer uses it.

use std::fmt;

use crate::model::WHOLE_FLOAT;
use crate::model::text::is_power_of_ten;

/// Words that programs write for "no value", exactly as they write them: databases, Python, pandas, Go, JavaScript, C.
///
/// Nobody means them as a name or a text either. `Null` is missing, because it is a surname.
const WORDS_OF_PROGRAMS: &[&str] = &[
    "NULL",
    "null",
    "\\N",
    "(NULL)",
    "(null)",
    "[NULL]",
    "[null]",
    "<NULL>",
    "<null>",
    "NaN",
    "nan",
    "-nan",
    "NaT",
    "<NA>",
    "<nil>",
    "1.#QNAN",
    "undefined",
];

/// Words that mean "no value" only in a column of codes; in a text they can be meant.
///
/// `NIL`, `NAN` and `NA` are missing, because people choose such codes.
const WORDS_IN_CODES: &[&str] = &[
    "Null", "None", "none", "NONE", "(none)", "nil", "Nil", "N/A", "n/a", "N.A.", "n.a.", "(blank)", "(empty)", "-",
    "--", "---", "\u{2013}", "\u{2014}", "?", "??", "???", ".", "...",
];

/// Errors of formulas that neither end with `!` or `?` nor consist of `#`: English, German and `LibreOffice`.
const FORMULA_ERRORS: &[&str] =
    &["#N/A", "#NA", "#NV", "#N/V", "#N/D", "#GETTING_DATA", "#BUSY", "#UNKNOWN", "#FIELD", "#ERROR"];

/// The months of English spreadsheets.
const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The months of German, French and Spanish spreadsheets, where they differ and as they write them.
const OTHER_MONTHS: &[&str] = &[
    "Mrz",
    "M\u{e4}r",
    "Mai",
    "Okt",
    "Dez",
    "janv",
    "f\u{e9}vr",
    "mars",
    "avr",
    "mai",
    "juin",
    "juil",
    "ao\u{fb}t",
    "sept",
    "d\u{e9}c",
    "ene",
    "abr",
    "ago",
    "dic",
];

/// Why a cell has no real value. `Display` continues the sentence after the quoted cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellDamage {
    /// A word for "no value".
    NoValue,
    /// The error of a formula, such as `#REF!`, or a column that was too narrow, `####`.
    FormulaError,
    /// A rounded number, such as `4.47E+11`.
    Rounded,
    /// A code that became a date, such as `Mar-05`.
    Date,
    /// A whole number that became a decimal, such as `1001.0`.
    Decimal,
}

impl CellDamage {
    /// The damage of a cell in a column of free text, such as a name.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        match () {
            () if WORDS_OF_PROGRAMS.contains(&text) => Some(Self::NoValue),
            () if is_formula_error(text) => Some(Self::FormulaError),
            () => None,
        }
    }

    /// The damage of a cell in a column of codes or long numbers, which never contain an amount or a date.
    pub(crate) fn of_code(text: &str) -> Option<Self> {
        let text = text.trim();
        // Nearly all codes of large files begin with a digit and no word does, apart from C's.
        if !text.bytes().next()?.is_ascii_digit() || text.starts_with("1.#") {
            if let Some(damage) = Self::of_text(text) {
                return Some(damage);
            }
            if WORDS_IN_CODES.contains(&text) {
                return Some(Self::NoValue);
            }
        }
        match () {
            () if is_decimal(text) => Some(Self::Decimal),
            () if is_rounded(text) => Some(Self::Rounded),
            () if is_date(text) => Some(Self::Date),
            () => None,
        }
    }

    /// The damage of a cell with codes separated by commas, semicolons or line breaks.
    pub(crate) fn of_codes(text: &str) -> Option<Self> {
        Self::of_code(text).or_else(|| text.split([',', ';', '\n']).find_map(Self::of_code))
    }
}

impl fmt::Display for CellDamage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoValue => "is a word for no value; if there is none, leave the cell empty",
            Self::FormulaError => {
                "is the error of a spreadsheet formula; correct the cell there, or leave it empty, and export again"
            }
            Self::Rounded => {
                "has lost its last digits in a spreadsheet; format the column as Text there and export again"
            }
            Self::Date => "was converted to a date by a spreadsheet; format the column as Text there and export again",
            Self::Decimal => WHOLE_FLOAT,
        })
    }
}

/// Whether a text is `#REF!`, `#NAME?`, `#DIV/0!` and the like in any language, `####`, or `Err:502` of `LibreOffice`.
fn is_formula_error(text: &str) -> bool {
    if let Some(number) = text.strip_prefix("Err:") {
        return number.len() == 3 && is_number(number);
    }
    let Some(rest) = text.strip_prefix('#') else { return false };
    let is_narrow = rest.len() >= 2 && rest.bytes().all(|byte| byte == b'#');
    let word = rest.strip_suffix(['!', '?']).unwrap_or_default();
    let is_word =
        !word.is_empty() && word.chars().all(|c| c.is_uppercase() || matches!(c, '/' | '0' | '\u{a1}' | '\u{bf}'));
    is_narrow || is_word || FORMULA_ERRORS.contains(&text)
}

/// Whether a text has the form `1001.0`: digits, a point and zeros.
fn is_decimal(text: &str) -> bool {
    let Some((whole, zeros)) = text.rsplit_once('.') else { return false };
    !zeros.is_empty()
        && zeros.bytes().all(|byte| byte == b'0')
        && is_number(whole.strip_prefix(['+', '-']).unwrap_or(whole))
}

/// Whether a text has the form `4.47E+11`, or `4.47E11` as Java writes it. Without a fraction or a sign, as in `4E11`, it may be
/// a code.
fn is_rounded(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let is_fraction = mantissa.split_once(['.', ',']).is_some_and(|(whole, rest)| is_number(whole) && is_number(rest));
    is_power_of_ten(text) || (is_fraction && is_number(exponent.strip_prefix('-').unwrap_or(exponent)))
}

/// Whether a text has the form `01-Mar`, `Mar-24` or `01. Mrz`, into which a spreadsheet converts codes that look like dates.
fn is_date(text: &str) -> bool {
    let Some((first, second)) = text.split_once(['-', ' ']) else { return false };
    let is_english = !text.contains(' ');
    let is_month = |word: &str| {
        OTHER_MONTHS.contains(&word.trim_end_matches('.'))
            || (is_english && MONTHS.iter().any(|month| month.eq_ignore_ascii_case(word)))
    };
    let is_day = |text: &str| {
        let digits = text.strip_suffix('.').unwrap_or(text);
        digits.len() <= 2 && is_number(digits)
    };
    is_month(first) && is_day(second) || is_day(first) && is_month(second)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_damage_is_recognized_in_a_code() {
        for (damage, texts) in [
            (
                CellDamage::NoValue,
                &["NULL", " null ", "\\N", "NaN", "None", "n/a", "-", "\u{2014}", "<NA>", "1.#QNAN"][..],
            ),
            (
                CellDamage::FormulaError,
                &["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#WERT!", "#\u{a1}VALOR!", "####", "Err:502"],
            ),
            (CellDamage::Rounded, &["4.47E+11", "4,47E+11", "4E+11", "1.2e+15", "4.47E11", "1.5E-05", "+4.47E+11"]),
            (CellDamage::Date, &["01-Mar", "1-mar", "Mar-24", "Sep-09", "01. Mrz", "Mrz 24", "05-mars", "d\u{e9}c-05"]),
            (CellDamage::Decimal, &["1001.0", "1001.00", "-5.0", "+447700900123.0"]),
        ] {
            for text in texts {
                assert_eq!(CellDamage::of_code(text), Some(damage), "{text}");
            }
        }
    }

    #[test]
    fn codes_and_names_that_people_choose_are_not_damaged() {
        for text in [
            "",
            "447700900123",
            "4E11",
            "E+1",
            "1E+",
            "1E5",
            "MAR-2024",
            "01-March",
            "A-01",
            "12-34",
            "may-x",
            "NIL",
            "NAN",
            "NA",
            "1.0.0",
            "v1.0",
            "10.5",
            ".0",
            "#12",
            "#1!",
            "a#",
            "Mai",
            "DIC-05",
            "2026-11-24",
            "2026-11-24 10:00",
        ] {
            assert_eq!(CellDamage::of_code(text), None, "{text}");
        }
        for text in ["Null", "None", "-", "n/a", "1001.0", "Mar-24", "4E+11", "Hash #1!"] {
            assert_eq!(CellDamage::of_text(text), None, "{text}");
        }
        assert_eq!(CellDamage::of_codes("+447700900123, 447700900124.0"), Some(CellDamage::Decimal));
    }
}
