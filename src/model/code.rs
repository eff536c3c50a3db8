//! Short codes by which things are named on a command line: ASCII, no blanks, of a stated length.

use std::str::FromStr;

use compact_str::CompactString;

use crate::model::text::{Invalid, string_value};

/// Declares a code: its documentation, name, lengths, extra characters in addition to letters and digits, and first character.
macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $min:literal..=$max:literal, $extra:literal, $first:ident, $rule:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(CompactString);
        string_value!($name);

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let fits = ($min..=$max).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || $extra.contains(&b))
                    && text.bytes().next().is_some_and(|b| $first(b));
                if fits { Ok(Self(text.into())) } else { Err(Invalid::rule($rule)) }
            }
        }
    };
}

code!(
    /// A customer's account code. Unique for ever ignoring case, kept as written.
    AccountCode, 1..=32, b"._-", starts_a_word,
    "must be 1 to 32 of A-Z a-z 0-9 . _ -, beginning with a letter or digit"
);
code!(
    /// The code of a service that SMPP accounts are sold.
    ServiceCode, 1..=32, b"._-", starts_a_word,
    "must be 1 to 32 of A-Z a-z 0-9 . _ -, beginning with a letter or digit"
);
code!(
    /// A second, memorable name of an SMPP account. Unique ignoring case.
    ShortName, 1..=40, b"._-", starts_a_word,
    "must be 1 to 40 of A-Z a-z 0-9 . _ -, beginning with a letter or digit"
);
code!(
    /// The kind of client that binds (SMPP v3.4 section 5.2.3: 12 characters and a NUL).
    SystemType, 1..=12, b" ._-/:", anything, "must be 1 to 12 of A-Z a-z 0-9 blank . _ - / :"
);
code!(
    /// Which destinations a receiver takes, a UNIX regular expression (SMPP v3.4 section 5.2.7: 40 characters and a NUL).
    AddressRange, 1..=40, b"^$.*+?[](){}|\\,:_-", anything,
    "must be 1 to 40 characters of a regular expression over digits and letters"
);

fn starts_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn anything(_: u8) -> bool {
    true
}

impl AccountCode {
    /// The letters an account code is made from when none is given: up to eight of the organisation's own, without accents.
    ///
    /// "Café du Port" gives `CAFEDUPO`; a name without a Latin letter or digit gives `CUST`.
    pub fn stem(organisation: &str) -> String {
        use unicode_normalization::UnicodeNormalization;
        let stem: String =
            organisation.nfkd().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).take(8).collect();
        if stem.is_empty() { "CUST".to_owned() } else { stem }
    }
}

/// The name by which an SMPP client binds (SMPP v3.4 section 5.2.1: 15 characters and a NUL). Case matters.
///
/// Parsing takes what a bind can carry. What another system has given out already is kept, see [`SystemId::kept`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SystemId(CompactString);
string_value!(SystemId);

impl SystemId {
    /// The longest that a bind request can carry.
    pub const MAX_LENGTH: usize = 15;
    /// The longest that is kept for another system's sake.
    pub const MAX_KEPT: usize = 64;

    /// The system ID of an account that exists already, in a file or the database: it may be longer than a bind can
    /// carry. An importer checks [`SystemId::fits_a_bind`] and warns.
    pub fn kept(text: &str) -> Result<Self, Invalid> {
        if !is_system_id(text, Self::MAX_KEPT) {
            return Err(Invalid::rule("must be 1 to 64 of A-Z a-z 0-9 _ -"));
        }
        Ok(Self(text.into()))
    }

    /// Whether a bind request can carry it.
    pub fn fits_a_bind(&self) -> bool {
        self.0.len() <= Self::MAX_LENGTH
    }
}

impl FromStr for SystemId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if !is_system_id(text, Self::MAX_LENGTH) {
            return Err(Invalid::rule("must be 1 to 15 of A-Z a-z 0-9 _ -"));
        }
        Ok(Self(text.into()))
    }
}

fn is_system_id(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_code_keeps_its_case_and_its_rules() {
        assert_eq!("AbC-1.x_y".parse::<AccountCode>().expect("valid").as_str(), "AbC-1.x_y");
        for text in ["", "-a", ".a", "a b", "a/b", "\u{c4}BC", &"a".repeat(33)] {
            assert!(text.parse::<AccountCode>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_system_id_fits_a_bind_request() {
        assert!("A".repeat(15).parse::<SystemId>().is_ok());
        for text in ["", "a.b", "a b", &"a".repeat(16)] {
            assert!(text.parse::<SystemId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_system_id_that_another_system_gave_out_is_kept_though_no_bind_can_carry_it() {
        for (length, fits) in [(1, true), (15, true), (16, false), (64, false)] {
            assert_eq!(SystemId::kept(&"a".repeat(length)).map(|id| id.fits_a_bind()), Ok(fits), "{length}");
        }
        for text in ["", "a.b", "a b", &"a".repeat(65)] {
            assert!(SystemId::kept(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_stem_comes_from_the_organisation() {
        assert_eq!(AccountCode::stem("ABC Corp"), "ABCCORP");
        assert_eq!(AccountCode::stem("Caf\u{e9} du Port"), "CAFEDUPO");
        assert_eq!(AccountCode::stem("\u{65e5}\u{672c}"), "CUST");
    }
}
