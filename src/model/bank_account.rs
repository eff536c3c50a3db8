//! Bank accounts by IBAN (ISO 13616) and banks by BIC (ISO 9362), as invoices name them.

use std::fmt;
use std::str::FromStr;

use crate::model::text::{Invalid, serde_by_text};

/// An IBAN whose check digits are right, without spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Iban(String);
serde_by_text!(Iban);

impl FromStr for Iban {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let iban = compact(text);
        let bytes = iban.as_bytes();
        let is_formed = (15..=34).contains(&bytes.len())
            && bytes[..2].iter().all(u8::is_ascii_uppercase)
            && bytes[2..4].iter().all(u8::is_ascii_digit)
            && bytes.iter().all(u8::is_ascii_alphanumeric);
        // The first four characters go to the end, and A to Z count as 10 to 35.
        let moved = || iban.chars().cycle().skip(4).take(bytes.len());
        let remainder = || {
            moved().filter_map(|c| c.to_digit(36)).fold(0, |rest, digit| {
                let shift = if digit < 10 { 10 } else { 100 };
                (rest * shift + digit) % 97
            })
        };
        let rule = "must be an IBAN with its check digits, such as GB33 BUKB 2020 1555 5555 55";
        if is_formed && remainder() == 1 { Ok(Self(iban)) } else { Err(Invalid::rule(rule)) }
    }
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The code of a bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bic(String);
serde_by_text!(Bic);

impl FromStr for Bic {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bic = compact(text);
        let bytes = bic.as_bytes();
        let is_formed = matches!(bytes.len(), 8 | 11)
            && bytes.iter().all(u8::is_ascii_alphanumeric)
            && bytes[4..6].iter().all(u8::is_ascii_uppercase);
        if is_formed { Ok(Self(bic)) } else { Err(Invalid::rule("must be 8 or 11 characters, such as BUKBGB22")) }
    }
}

impl fmt::Display for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn compact(text: &str) -> String {
    text.split_whitespace().flat_map(str::chars).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iban_has_its_check_digits() {
        for valid in ["GB33 BUKB 2020 1555 5555 55", "no9386011117947", "DE89370400440532013000", "NL91ABNA0417164300"]
        {
            let iban: Iban = valid.parse().expect(valid);
            assert_eq!(iban.to_string(), compact(valid));
        }
        for wrong in [
            "",
            "XX12",
            "NO9386011117948",
            "GB33BUKB20201555555556",
            "33GBBUKB20201555555555",
            "GB33BUKB2020155555555é",
        ] {
            assert!(wrong.parse::<Iban>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bic_names_a_country() {
        for valid in ["BUKBGB22", "dabano22xxx", "DEUTDEFF500"] {
            assert!(valid.parse::<Bic>().is_ok(), "{valid}");
        }
        for wrong in ["", "abc", "BUKB1222", "BUKBGB2", "BUKBGB22XX"] {
            assert!(wrong.parse::<Bic>().is_err(), "{wrong}");
        }
    }
}
