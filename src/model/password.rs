//! SMPP passwords: secrets that neither print nor serialize.

use std::fmt;
use std::str::FromStr;

use zeroize::Zeroizing;

use crate::model::text::Invalid;

/// The password of an SMPP account: 1 to 8 printable ASCII characters (SMPP v3.4 section 5.2.2: 8 and a NUL).
///
/// It has no `Display` and no `Serialize`, shows stars in debug output and is wiped when dropped; [`Password::reveal`]
/// is the only way to its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// The longest password that a bind request can carry.
    pub const MAX_LENGTH: usize = 8;

    /// The characters of generated passwords: those that nobody confuses on paper or on the telephone.
    pub const ALPHABET: &'static [u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz";

    /// The password's text, for the one who asked to see it and for the gateway.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Password {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let fits = (1..=Self::MAX_LENGTH).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(Invalid::rule("must be 1 to 8 printable ASCII characters without blanks"))
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("********")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_fits_a_bind_request_and_stays_hidden() {
        let password: Password = "s3cret!x".parse().expect("valid");
        assert_eq!(format!("{password:?}"), "********");
        assert_eq!(password.reveal(), "s3cret!x");
        for text in ["", "ninechars", "a b", "p\u{e4}ss", "a\n"] {
            assert!(text.parse::<Password>().is_err(), "{text:?}");
        }
    }
}
