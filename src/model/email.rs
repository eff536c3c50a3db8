//! Email addresses.

use std::fmt;
use std::str::FromStr;

use compact_str::CompactString;

use crate::model::text::{Invalid, is_hidden, parts_of, quoted, string_value, write_joined};

/// One email address that the mail library accepts. The local part is ASCII; the domain may be internationalized.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress(CompactString);
string_value!(EmailAddress);

impl FromStr for EmailAddress {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if is_plain(text) {
            return Ok(Self(text.into()));
        }
        let address = lettre::Address::from_str(text)
            .map_err(|_| Invalid::rule("must be one email address, such as billing@example.com"))?;
        // A non-ASCII local part needs SMTPUTF8 at every hop, and a quoted one is usually a mistake.
        if !address.user().is_ascii() || address.user().starts_with('"') || text.len() > 254 {
            return Err(Invalid::rule("must have only unquoted ASCII before the @ and at most 254 characters"));
        }
        if text.chars().any(is_hidden) {
            return Err(Invalid::rule("must not contain invisible or control characters"));
        }
        Ok(Self(text.into()))
    }
}

/// Whether an address has the simple form of almost all addresses, which is valid without a full parse: words of letters
/// and digits joined by points, dashes, underscores or plus signs, and a domain of at least two labels.
fn is_plain(text: &str) -> bool {
    let Some(at) = memchr::memchr(b'@', text.as_bytes()) else { return false };
    let (user, domain) = (&text.as_bytes()[..at], &text.as_bytes()[at + 1..]);
    let is_word = |word: &[u8], punctuation: &[u8]| {
        word.iter().all(|byte| byte.is_ascii_alphanumeric() || punctuation.contains(byte))
            && word.first().is_some_and(u8::is_ascii_alphanumeric)
            && word.last().is_some_and(u8::is_ascii_alphanumeric)
    };
    let is_point = |byte: &u8| *byte == b'.';
    user.len() <= 64
        && text.len() <= 254
        && user.split(is_point).all(|word| is_word(word, b"-_+"))
        && domain.iter().any(is_point)
        && domain.split(is_point).all(|label| label.len() <= 63 && is_word(label, b"-"))
}

/// Addresses separated by commas, semicolons or line breaks, without duplicates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmailList(pub Vec<EmailAddress>);

impl FromStr for EmailList {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut addresses: Vec<EmailAddress> = Vec::new();
        for part in parts_of(text) {
            let address: EmailAddress =
                part.parse().map_err(|rule| Invalid::rule(format!("{} {rule}", quoted(part))))?;
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        Ok(Self(addresses))
    }
}

impl fmt::Display for EmailList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_joined(f, &self.0, ", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_plain_address_is_valid_for_the_library_too(text in "[a-z0-9._+-]{1,8}@[a-z0-9.-]{1,10}") {
            prop_assert!(!is_plain(&text) || lettre::Address::from_str(&text).is_ok(), "{}", text);
        }
    }

    #[test]
    fn common_addresses_are_accepted() {
        for text in ["billing@example.com", "a.b+c@mail.example.co.uk", "x@b\u{fc}ro.example", " padded@example.com "] {
            assert!(text.parse::<EmailAddress>().is_ok(), "{text}");
        }
    }

    #[test]
    fn names_second_addresses_and_injections_are_rejected() {
        let refused = [
            "",
            "billing",
            "@example.com",
            "a@",
            "a b@example.com",
            "Ann <ann@example.com>",
            "a@example.com,b@example.com",
            "a..b@example.com",
            "a@example.com\r\nBcc: b@example.com",
            "\"a b\"@example.com",
            "j\u{f6}rg@example.com",
        ];
        for text in refused {
            assert!(text.parse::<EmailAddress>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_list_keeps_its_order_and_drops_duplicates() {
        let list: EmailList = "b@example.com; a@example.com, b@example.com".parse().expect("valid");
        assert_eq!(list.to_string(), "b@example.com, a@example.com");
    }
}
