//! Telephone numbers in international form (ITU-T E.164).

use std::iter;
use std::str::FromStr;

use compact_str::{CompactString, format_compact};

use crate::model::calling_code::calling_code;
use crate::model::numbering::{NumberKind, NumberingPlan};
use crate::model::text::{Invalid, ParsedList, is_whole_float, string_value};

/// A telephone number in international form: `+` and 8 to 15 digits that begin with an assigned calling code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Msisdn(CompactString);
string_value!(Msisdn);

impl Msisdn {
    /// The digits without `+`, the form that SMPP and gateways use.
    pub fn digits(&self) -> &str {
        &self.0[1..]
    }

    /// Restores a number from the digits of a valid one.
    pub(super) fn of_digits(digits: u64) -> Self {
        Self(format_compact!("+{digits}"))
    }

    /// Restores a number that was valid when it was stored: the numbering plans may have changed since.
    pub(crate) fn stored(text: &str) -> Result<Self, Invalid> {
        text.strip_prefix('+').filter(|digits| is_e164(digits)).ok_or_else(not_international)?;
        Ok(Self(text.into()))
    }

    /// Parses a number as it is written in the country with this calling code: in international form, as dialled within the
    /// country, or without its `+`.
    ///
    /// # Errors
    /// A number that has no or several of these readings is refused.
    pub fn of_country(text: &str, calling_code: &str) -> Result<Self, Invalid> {
        let written = Written::parse(text)?;
        if written.is_international {
            return written.international();
        }
        written.national(calling_code)
    }
}

impl FromStr for Msisdn {
    type Err = Invalid;

    /// Accepts `+44 7700 900123`, `+44 (0)7700 900123`, `0044…` and `44…`, with blanks, points, dashes, slashes and brackets
    /// between the digits. Digits alone are an international number if they have the length of one.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let written = Written::parse(text)?;
        if written.is_international { written.international() } else { written.without_plus() }
    }
}

/// What is wrong with a whole number such as `447700900123.0`, in any field.
pub(crate) const WHOLE_FLOAT: &str =
    "was converted to a decimal by a spreadsheet or a script; write the column as Text there and export again";

/// The digits of a number as it was written.
struct Written<'a> {
    text: &'a str,
    /// Without `+` or `00`.
    digits: CompactString,
    /// Whether it begins with `+` or `00`.
    is_international: bool,
}

impl<'a> Written<'a> {
    fn parse(text: &'a str) -> Result<Self, Invalid> {
        // Points separate digits, so the `.0` that programs append to a whole number would add a digit.
        if is_whole_float(text) {
            return Err(Invalid::rule(WHOLE_FLOAT));
        }
        let mut digits: CompactString = text.chars().filter(|&c| !is_separator(c)).collect();
        let mut is_international = true;
        if digits.starts_with('+') {
            digits.remove(0);
        } else if digits.starts_with("00") {
            digits.drain(..2);
        } else {
            is_international = false;
        }
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(not_international());
        }
        Ok(Self { text, digits, is_international })
    }

    /// The number after `+` or `00`. Many write the trunk prefix after the calling code: `+44 (0)20 …`.
    fn international(&self) -> Result<Msisdn, Invalid> {
        let Some(code) = calling_code(&self.digits) else { return Err(no_calling_code(&self.digits)) };
        let national = &self.digits[code.len()..];
        let Some(plan) = NumberingPlan::of(code) else {
            return Some(&*self.digits).filter(|digits| is_e164(digits)).map(with_plus).ok_or_else(not_international);
        };
        self.refuse_two_numbers(plan, code)?;
        let number = [NumberKind::Usual, NumberKind::All]
            .into_iter()
            .find_map(|kind| iter::once(national).chain(plan.without_trunk(national)).find(|rest| plan.has(rest, kind)))
            .map(|national| format_compact!("{code}{national}"))
            .filter(|digits| is_e164(digits));
        number.map(|digits| with_plus(&digits)).ok_or_else(|| wrong_length(plan, code, national))
    }

    /// The number if its digits alone can only be an international number.
    fn without_plus(&self) -> Result<Msisdn, Invalid> {
        if !(8..=15).contains(&self.digits.len()) {
            return Err(not_international());
        }
        let Some(code) = calling_code(&self.digits) else { return Err(no_calling_code(&self.digits)) };
        // `8 495 …` is a Russian number as it is dialled there, and not +84 of Vietnam.
        if self.first_group() < code.len() {
            return Err(not_international());
        }
        let Some(plan) = NumberingPlan::of(code) else { return Ok(with_plus(&self.digits)) };
        self.refuse_two_numbers(plan, code)?;
        if plan.has(&self.digits[code.len()..], NumberKind::Usual) {
            return Ok(with_plus(&self.digits));
        }
        Err(Invalid::rule("must begin with + and a country calling code, such as +447700900123"))
    }

    /// The number of digits before the first separator between digits.
    fn first_group(&self) -> usize {
        let digits = self.text.trim_start_matches(|c: char| !c.is_ascii_digit());
        digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len())
    }

    /// The number if exactly one reading in a country is possible.
    fn national(&self, code: &str) -> Result<Msisdn, Invalid> {
        let Some(plan) = NumberingPlan::of(code) else { return Err(not_international()) };
        self.refuse_two_numbers(plan, "")?;
        self.refuse_two_numbers(plan, code)?;
        let mut readings: Vec<&str> = iter::once(&*self.digits)
            .chain(plan.without_trunk(&self.digits))
            .chain(self.digits.strip_prefix(code))
            .filter(|national| plan.has(national, NumberKind::Usual) && code.len() + national.len() >= 8)
            .collect();
        readings.sort_unstable();
        readings.dedup();
        match readings.as_slice() {
            [national] => Ok(with_plus(&format_compact!("{code}{national}"))),
            [] => Err(Invalid::rule(format!("is not a national number of +{code}; use the international form"))),
            [one, other, ..] => Err(Invalid::rule(format!("can be +{code}{one} or +{code}{other}; write it with +"))),
        }
    }

    /// Refuses a number that is already complete before a slash, as in `+1 512 555 0123 / 0124`. After an area code, a slash
    /// only separates.
    fn refuse_two_numbers(&self, plan: &NumberingPlan, code: &str) -> Result<(), Invalid> {
        const LONGEST_AREA_CODE: usize = 6;
        for (slash, _) in self.text.match_indices('/') {
            let before: CompactString = self.text[..slash].chars().filter(char::is_ascii_digit).collect();
            let before = before.trim_start_matches("00");
            let Some(national) = before.strip_prefix(code) else { continue };
            let mut readings = iter::once(national).chain(plan.without_trunk(national));
            if readings.any(|number| number.len() > LONGEST_AREA_CODE && plan.has(number, NumberKind::Usual)) {
                return Err(Invalid::rule(
                    "must be one number, not two; separate numbers with a comma where several are allowed",
                ));
            }
        }
        Ok(())
    }
}

/// Whether a character may stand between the digits of a number.
pub(super) fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '.' | '-' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}') || c.is_whitespace() && !c.is_control()
}

/// Whether digits have the length of an international number and begin with an assigned calling code.
fn is_e164(digits: &str) -> bool {
    (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && calling_code(digits).is_some()
}

fn with_plus(digits: &str) -> Msisdn {
    Msisdn(format_compact!("+{digits}"))
}

fn not_international() -> Invalid {
    Invalid::rule("must be an international number of 8 to 15 digits, such as +447700900123")
}

fn no_calling_code(digits: &str) -> Invalid {
    if (8..=15).contains(&digits.len()) {
        Invalid::rule("must begin with a country calling code, such as +44")
    } else {
        not_international()
    }
}

fn wrong_length(plan: &NumberingPlan, code: &str, national: &str) -> Invalid {
    let lengths = plan.lengths_in_words();
    Invalid::rule(format!("must have {lengths} digits after +{code}, has {}", national.len()))
}

/// Numbers separated by commas, semicolons or line breaks.
pub type MsisdnList = ParsedList<Msisdn>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Country, calling_code_of};
    use proptest::prelude::*;

    #[test]
    fn every_spelling_parses_to_one_number() {
        for text in [
            "+447700900123",
            "00447700900123",
            "447700900123",
            "44 7700 900123",
            "+44 7700 900-123",
            "+44 (7700) 900.123",
            "+44 (0)7700 900123",
            "+44 07700 900123",
            "(+44) 7700/900123",
            "+44\u{a0}7700\u{2011}900123",
        ] {
            let number: Msisdn = text.parse().expect(text);
            assert_eq!(number.as_str(), "+447700900123");
            assert_eq!(number.digits(), "447700900123");
        }
    }

    #[test]
    fn a_trunk_prefix_is_dropped_and_the_zero_of_italy_is_kept() {
        for (text, number) in [
            ("+44 (0)20 7946 0018", "+442079460018"),
            ("+49 (0)30 / 1234567", "+49301234567"),
            ("+39 06 1234567", "+39061234567"),
            ("+39 (0)6 1234567", "+39061234567"),
            ("+39 347 123 4567", "+393471234567"),
            ("+378 0549 886377", "+3780549886377"),
            ("+36 (06) 20 123 4567", "+36201234567"),
            ("+7 (8) 495 123-45-67", "+74951234567"),
            ("+370 (8) 612 34567", "+37061234567"),
            ("+375 (8029) 123-45-67", "+375291234567"),
            ("+52 1 55 1234 5678", "+525512345678"),
            ("+225 07 12 34 56 78", "+2250712345678"),
            ("+800 1234 5678", "+80012345678"),
        ] {
            assert_eq!(text.parse::<Msisdn>().map(|number| number.to_string()), Ok(number.to_owned()), "{text}");
        }
    }

    #[test]
    fn national_short_and_unassigned_numbers_are_rejected() {
        for text in [
            "07700900123",
            "+21012345678",
            "+4477",
            "1234",
            "+44770090012345678",
            "4.47E+11",
            "",
            "+\u{664}4",
            "447700900123.0",
            "+447700900123.00",
            "7700900123",
            "8 495 123 45 67",
            "8 (495) 123-45-67",
            "9123456789",
            "0131 496 0000",
            "+34 91 123 456",
            "+1 512 555 012",
            "+48 0 22 123 45 67",
        ] {
            assert!(text.parse::<Msisdn>().is_err(), "{text}");
        }
        let refused = "+34 91 123 456".parse::<Msisdn>().unwrap_err();
        assert_eq!(refused.to_string(), "must have 9 digits after +34, has 8");
    }

    #[test]
    fn two_numbers_are_not_one() {
        for text in ["+1 512 555 0123 / 0124", "+49 30 1234567 / 68", "+44 20 7946 0018/19", "00442079460018/9"] {
            let refused = text.parse::<Msisdn>().unwrap_err().to_string();
            assert!(refused.starts_with("must be one number, not two"), "{text}: {refused}");
        }
        assert!(Msisdn::of_country("030 1234567 / 68", "49").is_err());
        assert!(Msisdn::of_country("01/23/45/67/89", "33").is_ok());
    }

    #[test]
    fn a_number_in_a_country_has_one_reading_or_is_rejected() {
        let number = |text, code| Msisdn::of_country(text, code).map(|number| number.to_string()).unwrap_or_default();
        for (text, code, expected) in [
            ("06 1234567", "39", "+39061234567"),
            ("06 20 123 4567", "36", "+36201234567"),
            ("1-512-555-0123", "1", "+15125550123"),
            ("8 612 34567", "370", "+37061234567"),
            ("0 612 34567", "370", "+37061234567"),
            ("8 029 123-45-67", "375", "+375291234567"),
            ("03-1234-5678", "81", "+81312345678"),
            ("02 9876 5432", "61", "+61298765432"),
            ("01 23 45 67 89", "33", "+33123456789"),
            ("91 123 45 67", "34", "+34911234567"),
            ("22 123 45 67", "48", "+48221234567"),
            ("044 55 1234 5678", "52", "+525512345678"),
            ("0549 886377", "378", "+3780549886377"),
            ("+47 22 12 34 56", "45", "+4722123456"),
            ("7946 0018", "44", ""),
            ("555-0123", "1", ""),
            ("0 22 123 45 67", "48", ""),
            ("39 06 1234567", "39", ""),
        ] {
            assert_eq!(number(text, code), expected, "{text}");
        }
    }

    #[test]
    fn a_stored_number_stays_readable() {
        for text in ["+4402079460018", "+44770090", "+447700900123"] {
            assert_eq!(Msisdn::stored(text).map(|number| number.to_string()), Ok(text.to_owned()));
        }
        for text in ["447700900123", "+4477", "+44 7700900123"] {
            assert!(Msisdn::stored(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_parses_to_itself_in_every_form(text in "(1|7|2[0-9]{1,2}|3[0-9]{1,2}|4[0-9]|5[0-9]{1,2}|6[0-9]|8[0-9]|9[0-9]{1,2})[0-9]{5,12}") {
            let Ok(number) = format!("+{text}").parse::<Msisdn>() else { return Ok(()) };
            prop_assert_eq!(number.as_str().parse(), Ok(number.clone()));
            prop_assert_eq!(Msisdn::stored(number.as_str()), Ok(number.clone()));
            prop_assert_eq!(format!("00{}", number.digits()).parse(), Ok(number.clone()));
            prop_assert_eq!(format!("+{}", number.digits().split("").collect::<Vec<_>>().join(" ")).parse(), Ok(number.clone()));
            if let Ok(same) = number.digits().parse::<Msisdn>() {
                prop_assert_eq!(same, number);
            }
        }

        #[test]
        fn a_number_that_is_dialled_in_its_country_is_that_number(country in 0..243_usize, digits in "[1-9][0-9]{4,11}") {
            let country = Country::all().nth(country).expect("a country");
            let Some(code) = calling_code_of(&country) else { return Ok(()) };
            let plan = NumberingPlan::of(code).expect("a plan");
            prop_assume!(plan.has(&digits, NumberKind::Usual) && code.len() + digits.len() <= 15);
            let number = format!("+{code}{digits}");
            for dialled in plan.trunks().map(|trunk| format!("{trunk}{digits}")).chain([digits.clone()]) {
                // A second reading makes the number ambiguous, but never another one.
                if let Ok(read) = Msisdn::of_country(&dialled, code) {
                    prop_assert_eq!(read.as_str(), &number);
                }
            }
        }
    }

    #[test]
    fn a_list_names_the_invalid_number() {
        let list: MsisdnList = "+447700900123, 447700900124;\n".parse().expect("valid");
        assert_eq!(list.0.len(), 2);
        assert!("+447700900123,12".parse::<MsisdnList>().unwrap_err().to_string().starts_with("`12` must"));
    }
}
