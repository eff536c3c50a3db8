//! Codes that spreadsheets, data frames and YAML read as something else: a number, a date, a truth value or no value.

/// Words that are read as no value or as a truth value, in upper case.
const WORDS: [&str; 16] = [
    "NULL",
    "NONE",
    "NIL",
    "NA",
    "NAN",
    "INF",
    "INFINITY",
    "TRUE",
    "FALSE",
    "YES",
    "NO",
    "ON",
    "OFF",
    "Y",
    "N",
    "UNDEFINED",
];

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// The digits from which on a spreadsheet rounds a number.
const EXACT_DIGITS: usize = 15;

/// How other programs misread a code, as the end of a sentence about it; `None` if they read it as it is.
pub fn misread(code: &str) -> Option<&'static str> {
    let upper = code.to_ascii_uppercase();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if WORDS.contains(&upper.as_str()) {
        return Some("is read as a truth value or as no value by data frames, databases and YAML");
    }
    if upper.split_once('E').is_some_and(|(digits, exponent)| {
        is_number(&digits.replacen('.', "", 1)) && is_number(exponent.trim_start_matches(['-', '+']))
    }) {
        return Some("is read as a number with an exponent by spreadsheets and data frames");
    }
    if is_number(code) && code.len() > 1 && code.starts_with('0') {
        return Some("loses its leading zeros in spreadsheets and data frames");
    }
    if is_number(code) && code.len() > EXACT_DIGITS {
        return Some("is rounded by spreadsheets");
    }
    if upper.split_once('.').is_some_and(|(whole, decimals)| is_number(whole) && is_number(decimals)) {
        return Some("is read as a decimal number by spreadsheets and data frames");
    }
    is_date(&upper).then_some("is read as a date by spreadsheets")
}

/// Whether a text in upper case looks like `1-2`, `2026-11-01`, `MAR1` or `1-MAR`.
fn is_date(text: &str) -> bool {
    let is_part = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    if (2..=3).contains(&parts.len()) && parts.iter().all(|part| is_part(part)) {
        return true;
    }
    MONTHS.iter().any(|month| {
        let rest = text.strip_prefix(month).or_else(|| text.strip_suffix(month));
        rest.is_some_and(|rest| is_part(rest.trim_matches('-')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_programs_change_is_known() {
        for code in [
            "1E5",
            "12e3",
            "NULL",
            "null",
            "NO",
            "na",
            "True",
            "0123",
            "007",
            "1234567890123456",
            "1.50",
            "1-2",
            "2026-11-01",
            "MAR1",
            "1-mar",
            "dec-25",
        ] {
            assert!(misread(code).is_some(), "{code}");
        }
        for code in [
            "ABC",
            "ABCCORP331",
            "0",
            "1001",
            "123456789012345",
            "E5",
            "1EA",
            "NOVA",
            "NO1",
            "MARS",
            "MARK1",
            "A-1",
            "acme_prod",
            "1.2.3",
            "A0123",
        ] {
            assert_eq!(misread(code), None, "{code}");
        }
    }
}
