//! Short identifiers that people type on the command line: ASCII, no spaces, limited length.

use std::str::FromStr;

use compact_str::CompactString;

use crate::model::text::{Invalid, string_value};

/// Declares an identifier type: documentation, name, length range, characters allowed besides letters and digits, check of
/// the first character, and the text of the rule.
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
    /// A customer's account code. Unique ignoring case, never reused, and stored as typed.
    AccountCode, 1..=32, b"._-", is_alphanumeric,
    "must be 1 to 32 of A-Z a-z 0-9 . _ -, beginning with a letter or digit"
);
code!(
    /// The code of a service that SMPP accounts use.
    ServiceCode, 1..=32, b"._-", is_alphanumeric,
    "must be 1 to 32 of A-Z a-z 0-9 . _ -, beginning with a letter or digit"
);
code!(
    /// The code of a price plan.
    PlanCode, 1..=32, b"._-", is_alphanumeric,
    "must be 1 to 32 of A-Z a-z 0-9 . _ -, beginning with a letter or digit"
);
code!(
    /// The name of a tree of files in which records are kept.
    Manager, 1..=32, b"._-", is_alphanumeric,
    "must be 1 to 32 of A-Z a-z 0-9 . _ -, beginning with a letter or digit"
);
code!(
    /// An easy-to-remember second name of an SMPP account. Unique ignoring case.
    ShortName, 1..=40, b"._-", is_alphanumeric,
    "must be 1 to 40 of A-Z a-z 0-9 . _ -, beginning with a letter or digit"
);
code!(
    /// The type of client that binds (SMPP v3.4 section 5.2.3: 12 characters and a NUL).
    SystemType, 1..=12, b" ._-/:", any_character, "must be 1 to 12 of A-Z a-z 0-9 space . _ - / :"
);
code!(
    /// The destinations that a receiver serves, as a UNIX regular expression (SMPP v3.4 section 5.2.7: 40 characters and a NUL).
    AddressRange, 1..=40, b"^$.*+?[](){}|\\,:_-", any_character,
    "must be 1 to 40 characters of a regular expression over digits and letters"
);

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn any_character(_: u8) -> bool {
    true
}

impl AccountCode {
    /// The beginning of a generated account code: up to eight letters and digits of the organisation's name, without accents.
    ///
    /// "Café du Port" becomes `CAFEDUPO`; a name without Latin letters and digits becomes `CUST`.
    pub fn stem(organisation: &str) -> String {
        use unicode_normalization::UnicodeNormalization;
        let stem: String =
            organisation.nfkd().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).take(8).collect();
        if stem.is_empty() { "CUST".to_owned() } else { stem }
    }
}

/// The name by which an SMPP client binds (SMPP v3.4 section 5.2.1: 15 characters and a NUL). Case matters.
///
/// Parsing accepts what fits into a bind request. [`SystemId::kept`] also accepts the longer IDs that another system has
/// already assigned.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SystemId(CompactString);
string_value!(SystemId);

impl SystemId {
    /// Maximum length in a bind request.
    pub const MAX_LENGTH: usize = 15;
    /// Maximum length of an ID that another system has assigned.
    pub const MAX_KEPT: usize = 64;

    /// Parses the system ID of an account that already exists in a file or the database. It may be too long for a bind
    /// request; importers check [`SystemId::fits_a_bind`] and warn.
    pub fn kept(text: &str) -> Result<Self, Invalid> {
        if !is_system_id(text, Self::MAX_KEPT) {
            return Err(Invalid::rule("must be 1 to 64 of A-Z a-z 0-9 _ -"));
        }
        Ok(Self(text.into()))
    }

    /// Whether the ID fits into a bind request.
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

fn is_system_id(text: &str, max_length: usize) -> bool {
    (1..=max_length).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
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
