//! Email addresses.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use compact_str::{CompactString, format_compact};

use crate::model::text::{Invalid, is_hidden, parts_of, quoted, string_value, write_joined};

/// One email address that any mail server accepts: the local part is ASCII, and the domain is in its ASCII form (IDNA), such as
/// `xn--mnchen-3ya.example` for `münchen.example`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress(CompactString);
string_value!(EmailAddress);

impl EmailAddress {
    /// Restores an address that was valid when it was stored. If it no longer is, an email to it fails with the reason.
    pub(crate) fn stored(text: &str) -> Result<Self, Invalid> {
        text.parse().or_else(|rule| {
            let was_valid = text.contains('@') && !text.chars().any(is_hidden);
            if was_valid { Ok(Self(text.into())) } else { Err(rule) }
        })
    }

    /// Checks that email can be sent to the address. One that an earlier version stored may break a rule of today.
    pub fn check(&self) -> Result<(), Invalid> {
        self.0.parse::<Self>().map(|_| ())
    }

    /// The address with its domain in the script of its language, for people.
    pub fn readable(&self) -> Cow<'_, str> {
        match self.0.rsplit_once('@') {
            Some((user, domain)) if domain.contains("xn--") => match idna::domain_to_unicode(domain) {
                (domain, Ok(())) => Cow::Owned(format!("{user}@{domain}")),
                (_, Err(_)) => Cow::Borrowed(&self.0),
            },
            _ => Cow::Borrowed(&self.0),
        }
    }
}

impl FromStr for EmailAddress {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if is_plain(text) {
            return Ok(Self(text.into()));
        }
        let Some((user, domain)) = text.rsplit_once('@') else { return Err(not_an_address()) };
        if text.chars().any(is_hidden) {
            return Err(Invalid::rule("must not contain invisible or control characters"));
        }
        // A non-ASCII local part needs SMTPUTF8 at every hop, and a quoted one is usually a mistake.
        if !user.is_ascii() || user.starts_with('"') {
            return Err(Invalid::rule("must have only unquoted ASCII before the @"));
        }
        if domain.starts_with('[') {
            return Err(Invalid::rule("must have a domain name after the @, not an IP address"));
        }
        let domain = ascii_domain(domain)?;
        let address: CompactString = format_compact!("{user}@{domain}");
        if address.len() > MAX_LENGTH {
            return Err(Invalid::rule("must have at most 254 characters"));
        }
        lettre::Address::from_str(&address).map_err(|_| not_an_address())?;
        Ok(Self(address))
    }
}

/// The longest address that fits into a path of SMTP (RFC 5321).
const MAX_LENGTH: usize = 254;

fn not_an_address() -> Invalid {
    Invalid::rule("must be one email address, such as billing@example.com")
}

/// The ASCII form of a domain: labels of ASCII letters, digits and hyphens. One label is enough, as in `root@localhost`.
fn ascii_domain(domain: &str) -> Result<Cow<'_, str>, Invalid> {
    if domain.is_empty() || domain.contains(char::is_whitespace) {
        return Err(not_an_address());
    }
    let is_ldh = |domain: &str| domain.split('.').all(|label| is_word(label.as_bytes(), b"-") && label.len() <= 63);
    let ascii = if domain.is_ascii() && !domain.to_ascii_lowercase().contains("xn--") {
        Cow::Borrowed(domain)
    } else {
        idna::domain_to_ascii_strict(domain)
            .map(Cow::Owned)
            .map_err(|_| Invalid::rule("must have a valid domain name after the @"))?
    };
    if !is_ldh(&ascii) {
        return Err(Invalid::rule("must have only a-z, 0-9, hyphens and points in its domain"));
    }
    if ascii.rsplit('.').next().is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit())) {
        return Err(Invalid::rule("must have a domain name after the @, not an IP address"));
    }
    Ok(ascii)
}

/// Whether a text is not empty, has only ASCII letters, digits and some punctuation, and no punctuation at its ends.
fn is_word(word: &[u8], punctuation: &[u8]) -> bool {
    word.iter().all(|byte| byte.is_ascii_alphanumeric() || punctuation.contains(byte))
        && word.first().is_some_and(u8::is_ascii_alphanumeric)
        && word.last().is_some_and(u8::is_ascii_alphanumeric)
}

/// Whether an address has the simple form of almost all addresses, which is valid without a full parse: words of letters
/// and digits joined by points, dashes, underscores or plus signs, and a domain of at least two labels.
fn is_plain(text: &str) -> bool {
    let Some(at) = memchr::memchr(b'@', text.as_bytes()) else { return false };
    let (user, domain) = (&text.as_bytes()[..at], &text.as_bytes()[at + 1..]);
    let is_point = |byte: &u8| *byte == b'.';
    user.len() <= 64
        && text.len() <= MAX_LENGTH
        && user.split(is_point).all(|word| is_word(word, b"-_+"))
        && domain.iter().any(is_point)
        && domain.split(is_point).all(|label| label.len() <= 63 && is_word(label, b"-") && !label.starts_with(b"xn--"))
        && domain.last().is_some_and(u8::is_ascii_alphabetic)
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
        fn an_accepted_address_is_ascii_and_stays_as_it_is(text in "[a-z.+]{1,6}@[a-z0-9.\u{e9}\u{fc}\u{df}\u{65e5}_+\\[-]{1,12}") {
            if let Ok(address) = text.parse::<EmailAddress>() {
                prop_assert!(address.as_str().is_ascii() && lettre::Address::from_str(address.as_str()).is_ok());
                prop_assert_eq!(address.as_str().parse(), Ok(address.clone()));
                prop_assert_eq!(address.readable().parse(), Ok(address));
            }
        }

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
    fn a_domain_is_stored_in_ascii_and_shown_in_its_letters() {
        for (text, ascii) in [
            ("user@m\u{fc}nchen.example", "user@xn--mnchen-3ya.example"),
            ("user@M\u{dc}NCHEN.example", "user@xn--mnchen-3ya.example"),
            ("user@mu\u{308}nchen.example", "user@xn--mnchen-3ya.example"),
            ("user@xn--mnchen-3ya.example", "user@xn--mnchen-3ya.example"),
            ("root@localhost", "root@localhost"),
            ("a/b='c@Example.COM", "a/b='c@Example.COM"),
        ] {
            let address: EmailAddress = text.parse().expect(text);
            assert_eq!(address.as_str(), ascii);
        }
        let address: EmailAddress = "user@xn--mnchen-3ya.example".parse().expect("valid");
        assert_eq!(address.readable(), "user@m\u{fc}nchen.example");
    }

    #[test]
    fn a_domain_that_cannot_exist_is_rejected_with_the_reason() {
        let long_label = format!("a@{}.example", "b".repeat(64));
        for (text, reason) in [
            ("a@[192.0.2.1]", "not an IP address"),
            ("a@[IPv6:2001:db8::1]", "not an IP address"),
            ("a@192.0.2.1", "not an IP address"),
            ("foo@bar.com+1", "only a-z, 0-9, hyphens and points in its domain"),
            ("foo@bar_baz.example", "only a-z, 0-9, hyphens and points in its domain"),
            ("foo@-bar.example", "only a-z, 0-9, hyphens and points in its domain"),
            ("foo@bar..example", "only a-z, 0-9, hyphens and points in its domain"),
            ("foo@bar.example.", "only a-z, 0-9, hyphens and points in its domain"),
            (long_label.as_str(), "only a-z, 0-9, hyphens and points in its domain"),
            ("foo@xn--a.example", "a valid domain name"),
            ("j\u{f6}rg@example.com", "only unquoted ASCII before the @"),
        ] {
            let refused = text.parse::<EmailAddress>().unwrap_err().to_string();
            assert!(refused.contains(reason), "{text}: {refused}");
        }
        assert!(format!("a@{}.example", vec!["b".repeat(63); 4].join(".")).parse::<EmailAddress>().is_err());
    }

    #[test]
    fn an_address_that_was_stored_stays_readable() {
        for (text, restored) in [
            ("a@[192.0.2.1]", "a@[192.0.2.1]"),
            ("foo@bar.com+1", "foo@bar.com+1"),
            ("user@m\u{fc}nchen.example", "user@xn--mnchen-3ya.example"),
        ] {
            assert_eq!(EmailAddress::stored(text).map(|address| address.to_string()), Ok(restored.to_owned()));
        }
        assert!(EmailAddress::stored("nonsense").is_err());
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
