//! Detects names that look the same to a reader (UTS 39, Unicode security mechanisms).
//!
//! `data/confusables.tsv` lists the characters that look like others, from Unicode 18.0 (Unicode License v3). The crate
//! `unicode-security` has the same table, which only tests use: it consists of pointers, which the system's loader adjusted at the
//! start of every command, a quarter of all that it adjusted.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::model::joiner::is_joiner;

/// The characters that look like others, ascending, each with the codes of the characters that it looks like.
static CONFUSABLES: LazyLock<Vec<(char, &str)>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let (code, prototype) = line.split_once('\t')?;
        Some((char_of(code)?, prototype))
    };
    include_str!("data/confusables.tsv").lines().skip(1).filter_map(row).collect()
});

fn char_of(code: &str) -> Option<char> {
    char::from_u32(u32::from_str_radix(code, 16).ok()?)
}

/// Whether a character is invisible to a reader who lacks a font for it (`Default_Ignorable_Code_Point`).
fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// The characters that a character looks like: itself if there are no others.
fn prototype(c: char) -> impl Iterator<Item = char> {
    let found = CONFUSABLES.binary_search_by_key(&c, |(confusable, _)| *confusable);
    let codes = found.map_or("", |place| CONFUSABLES[place].1);
    codes.split_ascii_whitespace().filter_map(char_of).chain(found.is_err().then_some(c))
}

/// The confusable skeletons of a name: of its original spelling and of its lower-case form.
#[derive(Debug)]
pub struct Skeleton {
    as_written: String,
    in_lower_case: String,
    /// The skeleton of every ASCII character: most names are ASCII, so that comparing them needs no further lookups.
    ascii: Vec<String>,
}

/// The skeleton of the standard. Joiners are invisible, so that they never make a difference.
fn skeleton(name: &str) -> impl Iterator<Item = char> {
    name.nfd().filter(|c| !is_ignorable(*c)).flat_map(prototype).nfd().filter(|c| !is_joiner(*c))
}

impl Skeleton {
    /// Computes the skeletons of a name.
    pub fn of(name: &str) -> Self {
        Self {
            as_written: skeleton(name).collect(),
            in_lower_case: skeleton(&name.to_lowercase()).collect(),
            ascii: (0..128_u8).map(|byte| skeleton(char::from(byte).encode_utf8(&mut [0; 4])).collect()).collect(),
        }
    }

    /// Whether another name looks the same, with or without regard to case.
    pub fn is_of(&self, other: &str) -> bool {
        if !other.is_ascii() {
            return skeleton(other).eq(self.as_written.chars())
                || self.starts_like(other) && skeleton(&other.to_lowercase()).eq(self.in_lower_case.chars());
        }
        let looks = |byte: u8| self.ascii[usize::from(byte)].bytes();
        other.bytes().flat_map(looks).eq(self.as_written.bytes())
            || other.bytes().flat_map(|byte| looks(byte.to_ascii_lowercase())).eq(self.in_lower_case.bytes())
    }

    /// Whether the first characters look the same in lower case. A cheap check that rules out most names before the full
    /// skeleton is computed.
    fn starts_like(&self, other: &str) -> bool {
        let first: String = other.chars().take(1).flat_map(char::to_lowercase).collect();
        skeleton(&first).next() == self.in_lower_case.chars().next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_of_other_scripts_and_other_case_look_the_same() {
        let alike = [
            ("ACME Inc", "ACME lnc"),
            ("Acme", "\u{410}\u{441}m\u{435}"),
            ("ACME Ltd", "acme ltd"),
            ("Burn Ltd", "Bum Ltd"),
            ("Caf\u{e9}", "Cafe\u{301}"),
            ("O2", "02"),
            ("\u{dc1}\u{dca}\u{200d}\u{dbb}\u{dd3}", "\u{dc1}\u{dca}\u{dbb}\u{dd3}"),
            ("\u{c9}TAT", "\u{e9}tat"),
            ("\u{130}STANBUL", "\u{130}stanbul"),
        ];
        for (one, other) in alike {
            assert!(Skeleton::of(one).is_of(other) && Skeleton::of(other).is_of(one), "{one} {other}");
        }
        for (one, other) in [("Acme 2", "Acme 3"), ("Acme", "Acme Ltd"), ("Caf\u{e9}", "Cafe")] {
            assert!(!Skeleton::of(one).is_of(other), "{one} {other}");
        }
    }

    #[test]
    fn every_character_has_the_skeleton_that_unicode_security_has() {
        // The other planes have no characters, or private ones.
        for c in ('\0'..='\u{3ffff}').chain('\u{e0000}'..='\u{e0fff}') {
            let expected: String =
                unicode_security::skeleton(c.encode_utf8(&mut [0; 4])).filter(|c| !is_joiner(*c)).collect();
            assert_eq!(skeleton(c.encode_utf8(&mut [0; 4])).collect::<String>(), expected, "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn ascii_names_match_the_skeletons_of_the_standard(one in "[ -~]{1,3}", other in "[ -~]{1,3}") {
            let is_alike = skeleton(&one).eq(skeleton(&other))
                || skeleton(&one.to_lowercase()).eq(skeleton(&other.to_lowercase()));
            prop_assert_eq!(Skeleton::of(&one).is_of(&other), is_alike);
            prop_assert!(Skeleton::of(&one).is_of(&one));
        }
    }
}
