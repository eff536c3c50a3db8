//! The reference that a payer quotes, which banks check: ISO 11649, `RF18539007547034`.

use std::str::FromStr;

use crate::model::text::{Invalid, string_value};

/// A structured creditor reference: `RF`, two check digits, and 1 to 21 letters and digits, in upper case without blanks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CreditorReference(String);
string_value!(CreditorReference);

impl CreditorReference {
    /// The reference of an invoice, made from the ID that it has from its draft on.
    pub fn of_invoice(id: i64) -> Self {
        let body = id.unsigned_abs().to_string();
        let check = 98 - remainder(&format!("{body}RF00"));
        Self(format!("RF{check:02}{body}"))
    }

    /// The form for paper, in groups of four: `RF18 5390 0754 7034`.
    pub fn grouped(&self) -> String {
        let mut grouped = String::with_capacity(self.0.len() * 5 / 4);
        for (index, character) in self.0.chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(character);
        }
        grouped
    }
}

impl FromStr for CreditorReference {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text: String = text.chars().filter(|c| *c != ' ').collect::<String>().to_ascii_uppercase();
        let invalid = || Invalid::rule("must be an ISO 11649 reference such as RF18539007547034");
        let is_formed = (5..=25).contains(&text.len())
            && text.starts_with("RF")
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !is_formed || !text.as_bytes()[2..4].iter().all(u8::is_ascii_digit) {
            return Err(invalid());
        }
        if remainder(&format!("{}{}", &text[4..], &text[..4])) != 1 {
            return Err(Invalid::rule("has wrong check digits: a digit was mistyped"));
        }
        Ok(Self(text))
    }
}

/// The remainder by 97 of the number that the characters spell: `A` to `Z` count as 10 to 35.
fn remainder(text: &str) -> u32 {
    text.chars().filter_map(|character| character.to_digit(36)).fold(0, |remainder, value| {
        let shift = if value < 10 { 10 } else { 100 };
        (remainder * shift + value) % 97
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_is_valid() {
        let reference: CreditorReference = "rf18 5390 0754 7034".parse().expect("valid");
        assert_eq!(reference.as_str(), "RF18539007547034");
        assert_eq!(reference.grouped(), "RF18 5390 0754 7034");
    }

    #[test]
    fn references_of_invoices_are_valid_and_a_wrong_digit_is_found() {
        for id in [1, 42, 539_007_547_034, i64::MAX] {
            let reference = CreditorReference::of_invoice(id);
            assert_eq!(reference.as_str().parse(), Ok(reference.clone()));
            let last = reference.as_str().chars().last().and_then(|c| c.to_digit(10)).expect("a digit");
            let wrong = format!("{}{}", &reference.as_str()[..reference.as_str().len() - 1], (last + 1) % 10);
            assert!(wrong.parse::<CreditorReference>().is_err(), "{wrong}");
        }
    }
}
