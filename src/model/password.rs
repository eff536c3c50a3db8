//! SMPP passwords, which cannot be printed or serialized by accident.

use std::fmt;
use std::str::FromStr;

use zeroize::Zeroizing;

use crate::model::text::Invalid;

/// The password of an SMPP account: 1 to 8 printable ASCII characters (SMPP v3.4 section 5.2.2: 8 and a NUL).
///
/// Parsing accepts what fits into a bind request. [`Password::kept`] also accepts the longer passwords that another system
/// has already assigned.
///
/// The type has no `Display` and no `Serialize`, prints stars in debug output and clears its memory when dropped. Only
/// [`Password::reveal`] returns the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Maximum length in a bind request.
    pub const MAX_LENGTH: usize = 8;

    /// The characters of generated passwords. Characters that are easily confused on paper or by telephone are left out.
    pub const ALPHABET: &'static [u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz";

    /// Maximum length of a password that another system has assigned.
    pub const MAX_KEPT: usize = 64;

    /// Parses the password of an account that already exists in a file or the database. It may be too long for a bind
    /// request; importers check [`Password::fits_a_bind`] and warn.
    pub fn kept(text: &str) -> Result<Self, Invalid> {
        Self::of_at_most(Self::MAX_KEPT, text)
            .ok_or_else(|| Invalid::rule("must be 1 to 64 printable ASCII characters without spaces"))
    }

    /// Whether the password fits into a bind request.
    pub fn fits_a_bind(&self) -> bool {
        self.0.len() <= Self::MAX_LENGTH
    }

    fn of_at_most(max_length: usize, text: &str) -> Option<Self> {
        let fits = (1..=max_length).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The password in plain text. Use it only for output that the user asked for and for the gateway.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Password {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::of_at_most(Self::MAX_LENGTH, text)
            .ok_or_else(|| Invalid::rule("must be 1 to 8 printable ASCII characters without spaces"))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("********")
    }
}

/// The first 8 bytes of the SHA-256 of the key that encrypts passwords. It identifies the key and reveals nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyFingerprint(pub [u8; 8]);

/// The fingerprint as hexadecimal digits.
impl fmt::Display for KeyFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_of_another_system_may_be_longer() {
        assert_eq!(Password::kept("ninechars").map(|password| password.fits_a_bind()), Ok(false));
        assert_eq!(Password::kept("s3cret!x").map(|password| password.fits_a_bind()), Ok(true));
        for text in ["", "a b", "p\u{e4}ss", &"x".repeat(65)] {
            assert!(Password::kept(text).is_err(), "{text:?}");
        }
    }

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
