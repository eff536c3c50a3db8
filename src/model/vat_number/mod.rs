//! Checks VAT numbers by the rules of their countries: length, alphabet and check digits, as far as these are public. Whether a
//! number exists only the tax office knows.

mod check_digits;

use crate::model::Country;
use check_digits as check;

/// The VAT numbers of a country.
struct VatNumberRule {
    /// What they begin with; only Greece and Northern Ireland do not use the code of their country.
    prefix: &'static str,
    /// The forms after the prefix: `#` is a digit, `@` one of A to Z, `*` either.
    forms: &'static [&'static str],
    /// Whether the check digits of a number of one of the forms are right.
    is_right: fn(&str) -> bool,
    /// A number with right check digits.
    example: &'static str,
}

/// Sorted by prefix.
#[rustfmt::skip]
const RULES: &[VatNumberRule] = &[
    VatNumberRule { prefix: "AT", forms: &["U########"], is_right: check::austria, example: "ATU13585627" },
    VatNumberRule { prefix: "BE", forms: &["##########", "#########"], is_right: check::belgium, example: "BE0428759497" },
    VatNumberRule { prefix: "BG", forms: &["#########", "##########"], is_right: check::bulgaria, example: "BG175074752" },
    VatNumberRule { prefix: "CH", forms: &["E#########", "E#########MWST", "E#########TVA", "E#########IVA"], is_right: check::switzerland, example: "CHE-107.787.577 IVA" },
    VatNumberRule { prefix: "CY", forms: &["########@"], is_right: check::cyprus, example: "CY10259033P" },
    VatNumberRule { prefix: "CZ", forms: &["########", "#########", "##########"], is_right: check::czechia, example: "CZ25123891" },
    VatNumberRule { prefix: "DE", forms: &["#########"], is_right: check::germany, example: "DE136695976" },
    VatNumberRule { prefix: "DK", forms: &["########"], is_right: check::denmark, example: "DK13585628" },
    VatNumberRule { prefix: "EE", forms: &["#########"], is_right: check::estonia, example: "EE100931558" },
    VatNumberRule { prefix: "EL", forms: &["#########"], is_right: check::greece, example: "EL094259216" },
    VatNumberRule { prefix: "ES", forms: &["*#######*"], is_right: check::spain, example: "ESB58378431" },
    VatNumberRule { prefix: "FI", forms: &["########"], is_right: check::finland, example: "FI20774740" },
    VatNumberRule { prefix: "FR", forms: &["**#########"], is_right: check::france, example: "FR40303265045" },
    VatNumberRule { prefix: "GB", forms: &["#########", "############", "GD###", "HA###"], is_right: check::britain, example: "GB980780684" },
    VatNumberRule { prefix: "HR", forms: &["###########"], is_right: check::croatia, example: "HR33392005961" },
    VatNumberRule { prefix: "HU", forms: &["########"], is_right: check::hungary, example: "HU12892312" },
    VatNumberRule { prefix: "IE", forms: &["#######@", "#######@@", "#*#####@"], is_right: check::ireland, example: "IE6433435F" },
    VatNumberRule { prefix: "IT", forms: &["###########"], is_right: check::italy, example: "IT00743110157" },
    VatNumberRule { prefix: "LT", forms: &["#########", "############"], is_right: check::lithuania, example: "LT119511515" },
    VatNumberRule { prefix: "LU", forms: &["########"], is_right: check::luxembourg, example: "LU15027442" },
    VatNumberRule { prefix: "LV", forms: &["###########"], is_right: check::latvia, example: "LV40003521600" },
    VatNumberRule { prefix: "MT", forms: &["########"], is_right: check::malta, example: "MT11679112" },
    VatNumberRule { prefix: "NL", forms: &["#########B##"], is_right: check::netherlands, example: "NL004495445B01" },
    VatNumberRule { prefix: "NO", forms: &["#########", "#########MVA"], is_right: check::norway, example: "NO995525828MVA" },
    VatNumberRule { prefix: "PL", forms: &["##########"], is_right: check::poland, example: "PL8567346215" },
    VatNumberRule { prefix: "PT", forms: &["#########"], is_right: check::portugal, example: "PT501964843" },
    VatNumberRule { prefix: "RO", forms: &["##########", "#########", "########", "#######", "######", "#####", "####", "###", "##"], is_right: check::romania, example: "RO18547290" },
    VatNumberRule { prefix: "SE", forms: &["############"], is_right: check::sweden, example: "SE123456789701" },
    VatNumberRule { prefix: "SI", forms: &["########"], is_right: check::slovenia, example: "SI50223054" },
    VatNumberRule { prefix: "SK", forms: &["##########"], is_right: check::slovakia, example: "SK2022749619" },
    VatNumberRule { prefix: "XI", forms: &["#########", "############", "GD###", "HA###"], is_right: check::britain, example: "XI980780684" },
];

fn rule_of(prefix: &str) -> Option<&'static VatNumberRule> {
    RULES.binary_search_by_key(&prefix, |rule| rule.prefix).ok().map(|index| &RULES[index])
}

/// What is wrong with the VAT number of a customer in a country, as the end of a sentence about it. `None` if nothing is, or if the
/// rules of the country are not known: the field also holds tax IDs of other kinds.
///
/// A number that begins with the prefix of another country is checked by the rules of that one, because a company may be registered
/// abroad.
pub fn vat_number_fault(number: &str, country: Option<&Country>) -> Option<String> {
    let number: String = number.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '/')).collect();
    let number = number.to_ascii_uppercase();
    let (rule, body) = named_rule(&number).or_else(|| {
        let code = country?.code();
        // Greece is GR everywhere but in VAT numbers, and is sometimes written so there too.
        if code == "GR" {
            return Some((rule_of("EL")?, number.strip_prefix("GR").unwrap_or(&number)));
        }
        Some((rule_of(code)?, number.as_str()))
    })?;
    if !rule.forms.iter().any(|form| has_form(body, form)) {
        return Some(format!("is not a VAT number of the form {}", rule.example));
    }
    (!(rule.is_right)(body)).then(|| "has wrong check digits: a character was mistyped".to_owned())
}

/// The rule that the prefix of a number names, and the rest of the number.
fn named_rule(number: &str) -> Option<(&'static VatNumberRule, &str)> {
    let (prefix, body) = number.split_at_checked(2)?;
    rule_of(prefix).map(|rule| (rule, body))
}

fn has_form(body: &str, form: &str) -> bool {
    body.len() == form.len()
        && body.bytes().zip(form.bytes()).all(|(byte, expected)| match expected {
            b'#' => byte.is_ascii_digit(),
            b'@' => byte.is_ascii_uppercase(),
            b'*' => byte.is_ascii_digit() || byte.is_ascii_uppercase() || matches!(byte, b'+' | b'*'),
            literal => byte == literal,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(number: &str, country: &str) -> Option<String> {
        let country: Option<Country> = (!country.is_empty()).then(|| country.parse().expect(country));
        vat_number_fault(number, country.as_ref())
    }

    #[test]
    fn the_rules_are_sorted_and_their_examples_valid() {
        assert!(RULES.is_sorted_by(|one, next| one.prefix < next.prefix));
        for rule in RULES {
            assert_eq!(fault(rule.example, ""), None, "{}", rule.example);
        }
    }

    /// Numbers that the Python library `stdnum` 2.2 accepts, three for each form.
    #[test]
    fn valid_numbers_of_each_country_are_accepted() {
        for number in include_str!("../data/vat_numbers.txt").lines().filter(|line| !line.starts_with('#')) {
            assert_eq!(fault(number, ""), None, "{number}");
        }
    }

    /// A check digit finds each wrong digit, apart from those that a rule's modulus cannot tell from another.
    #[test]
    fn most_wrong_digits_are_found() {
        for rule in RULES {
            let (mut wrong, mut found) = (0, 0);
            for (at, byte) in rule.example.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
                let digit = char::from(if byte == b'9' { b'0' } else { byte + 1 });
                let mut number = rule.example.to_owned();
                number.replace_range(at..=at, &digit.to_string());
                wrong += 1;
                found += usize::from(fault(&number, "").is_some());
            }
            // The last two digits of Swedish and Dutch numbers count branches.
            assert!(wrong - found <= 2, "{}: {found} of {wrong}", rule.example);
        }
    }

    #[test]
    fn a_number_is_checked_by_its_own_letters_else_by_its_country() {
        assert_eq!(fault("136695976", "DE"), None);
        assert_eq!(fault("de 136 695 976", "DE"), None);
        assert_eq!(fault("FR40303265045", "DE"), None, "registered abroad");
        assert_eq!(fault("GR094259216", "GR"), None);
        assert_eq!(fault("CHE-107.787.577 MWST", "CH"), None);
        assert_eq!(fault("E107787577", "CH"), None);
        for (number, country, expected) in [
            ("DE13669597", "DE", "is not a VAT number of the form DE136695976"),
            ("13669597", "DE", "is not a VAT number of the form DE136695976"),
            ("DE136695977", "DE", "has wrong check digits: a character was mistyped"),
            ("GB123456789", "GB", "has wrong check digits: a character was mistyped"),
            ("IE6433435G", "", "has wrong check digits: a character was mistyped"),
        ] {
            assert_eq!(fault(number, country).as_deref(), Some(expected), "{number}");
        }
    }

    #[test]
    fn what_no_rule_covers_is_accepted() {
        for (number, country) in
            [("12-3456789", "US"), ("12-3456789", ""), ("é", "JP"), ("", ""), ("T1234567890123", "JP")]
        {
            assert_eq!(fault(number, country), None, "{number}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_a_rule_panic(prefix in 0..RULES.len(), body in "[A-Z0-9+*]{0,14}|\\PC{0,9}") {
            let _ = fault(&format!("{}{body}", RULES[prefix].prefix), "");
            for form in RULES[prefix].forms {
                let filled: String = form.replace('#', "7").replace('@', "Q").replace('*', "Z");
                let _ = fault(&format!("{}{filled}", RULES[prefix].prefix), "");
            }
        }
    }
}
