//! Text that people typed: trimmed, NFC, of a stated length, free of characters that hide or mislead.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use compact_str::CompactString;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Why a text is no value of its kind: the rule that it breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(Cow<'static, str>);

impl Invalid {
    /// The rule in words that may follow a colon, such as "must not be empty".
    pub fn rule(rule: impl Into<Cow<'static, str>>) -> Self {
        Self(rule.into())
    }
}

/// Gives a value type that wraps its canonical text the traits every such type has.
///
/// The type must be a tuple struct over a text with its own `FromStr<Err = Invalid>`: reading it from JSON, TOML or the
/// database goes through that parser, so no road leads round the rules.
macro_rules! string_value {
    ($name:ident $(<const $parameter:ident: $kind:ty>)?) => {
        impl $(<const $parameter: $kind>)? $name $(<$parameter>)? {
            /// The canonical text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl $(<const $parameter: $kind>)? std::fmt::Display for $name $(<$parameter>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
        impl $(<const $parameter: $kind>)? AsRef<str> for $name $(<$parameter>)? {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl $(<const $parameter: $kind>)? serde::Serialize for $name $(<$parameter>)? {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
        $crate::model::text::deserialize_by_text!($name $(<const $parameter: $kind>)?);
    };
}
pub(crate) use string_value;

/// Serializes a type as its `Display` text and reads it back through `FromStr`.
macro_rules! serde_by_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        $crate::model::text::deserialize_by_text!($name);
    };
}
pub(crate) use serde_by_text;

/// Reads a type from its text through `FromStr`.
macro_rules! deserialize_by_text {
    ($name:ident $(<const $parameter:ident: $kind:ty>)?) => {
        impl<'de $(, const $parameter: $kind)?> serde::Deserialize<'de> for $name $(<$parameter>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::model::text::from_text(deserializer)
            }
        }
    };
}
pub(crate) use deserialize_by_text;

/// Reads a text as a value, without a copy of the text in between.
pub(crate) fn from_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: FromStr<Err = Invalid>,
{
    struct Reader<T>(PhantomData<T>);

    impl<T: FromStr<Err = Invalid>> serde::de::Visitor<'_> for Reader<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(|rule| E::custom(format_args!("{} {rule}", quoted(text))))
        }
    }

    deserializer.deserialize_str(Reader(PhantomData))
}

/// One line of text of 1 to `MAX` characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextLine<const MAX: usize>(CompactString);
string_value!(TextLine<const MAX: usize>);

/// The legal or trading name of a customer.
pub type Organisation = TextLine<200>;
/// The name of a person, a service or an SMPP account.
pub type Name = TextLine<100>;
/// A registration number of a company or of its sales tax; printed, never computed with.
pub type RegistrationNumber = TextLine<40>;
/// Why a balance changed; the first thing read when a customer asks.
pub type Description = TextLine<500>;
/// A reference to another system: an invoice, a payment, an order.
pub type Reference = TextLine<100>;
/// The caller's name for one balance change, unique in the ledger for ever.
pub type Key = TextLine<200>;
/// Who did it: the operating system's user or what `--actor` says.
pub type Actor = TextLine<100>;
/// The reason for a change.
pub type Reason = TextLine<500>;

impl<const MAX: usize> FromStr for TextLine<MAX> {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        clean(text, MAX, false).map(Self)
    }
}

/// Text of several lines, 1 to 4,000 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NoteText(CompactString);
string_value!(NoteText);

impl FromStr for NoteText {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        clean(&text.replace("\r\n", "\n"), 4_000, true).map(Self)
    }
}

/// Trims and normalizes to NFC, then refuses what is empty, too long or holds a character that cannot be seen.
fn clean(text: &str, max: usize, line_breaks: bool) -> Result<CompactString, Invalid> {
    let trimmed = text.trim();
    // Most texts are plain ASCII, of which nothing else is to be asked; a list of a million asks often.
    if (1..=max).contains(&trimmed.len()) && trimmed.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(trimmed.into());
    }
    // The letters of Latin scripts are composed and visible, but for the soft hyphen.
    let is_latin = |c| matches!(c, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}');
    if (1..=max).contains(&trimmed.len()) && trimmed.chars().all(is_latin) {
        return Ok(trimmed.into());
    }
    let text: CompactString = if is_nfc(trimmed) { trimmed.into() } else { trimmed.nfc().collect() };
    if text.is_empty() {
        return Err(Invalid::rule("must not be empty"));
    }
    let length = text.chars().count();
    if length > max {
        return Err(Invalid::rule(format!("must have at most {max} characters, has {length}")));
    }
    match text.chars().find(|&c| is_hidden(c) && !(line_breaks && c == '\n')) {
        Some('\n') => Err(Invalid::rule("must be one line")),
        Some(c) => {
            Err(Invalid::rule(format!("must not hold the invisible or control character {}", c.escape_unicode())))
        }
        None => Ok(text),
    }
}

/// The parts of a list that is given as one text, between commas, semicolons or line ends.
pub(super) fn parts_of(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty())
}

/// Writes a list with something between its parts.
pub(super) fn write_joined<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    parts: impl IntoIterator<Item = T>,
    between: &str,
) -> fmt::Result {
    for (index, part) in parts.into_iter().enumerate() {
        write!(f, "{}{part}", if index == 0 { "" } else { between })?;
    }
    Ok(())
}

/// A text from outside as error messages show it: quoted, escaped, at most 64 characters.
pub fn quoted(text: impl fmt::Display) -> String {
    const LONGEST: usize = 64;
    let text = text.to_string();
    let mut shown = String::from("`");
    for (index, c) in text.chars().enumerate() {
        if index == LONGEST {
            shown.push('…');
            break;
        }
        if is_hidden(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown.push('`');
    shown
}

/// Whether a character has no glyph of its own: controls, line separators, bidirectional marks, zero-width characters.
///
/// Such characters let one name look like another, or drive a terminal.
pub fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    matches!(
        c.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
    ) || matches!(c, '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}')
}

/// `4.47E+11`, `4,47E+11`: what a spreadsheet writes for a number that is too long for its cell.
pub(crate) fn is_power_of_ten(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once('+') else { return false };
    let Some(mantissa) = mantissa.strip_suffix(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    digits(whole) && digits(fraction) && digits(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_composed() {
        let name: Organisation = "  Cafe\u{301} du Port ".parse().expect("valid");
        assert_eq!(name.as_str(), "Caf\u{e9} du Port");
    }

    #[test]
    fn a_line_refuses_what_cannot_be_seen() {
        for text in ["a\nb", "a\u{202e}b", "a\u{200b}b", "a\x1b[31mb", "a\u{feff}b", "a\0b", "a\u{2028}b"] {
            assert!(text.parse::<Name>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_line_counts_characters_and_not_bytes() {
        assert!("\u{e9}".repeat(200).parse::<Organisation>().is_ok());
        let refused = "\u{e9}".repeat(201).parse::<Organisation>().unwrap_err();
        assert_eq!(refused.to_string(), "must have at most 200 characters, has 201");
    }

    #[test]
    fn latin_letters_are_composed_and_visible() {
        for c in ('\u{a1}'..='\u{2ff}').filter(|c| *c != '\u{ad}') {
            assert!(is_nfc(&c.to_string()) && !is_hidden(c), "{}", c.escape_unicode());
        }
        assert!("soft\u{ad}hyphen".parse::<Name>().is_err());
    }

    #[test]
    fn a_note_keeps_its_lines() {
        let note: NoteText = "one\r\ntwo\n".parse().expect("valid");
        assert_eq!(note.as_str(), "one\ntwo");
        assert!("one\ttwo".parse::<NoteText>().is_err());
    }

    #[test]
    fn untrusted_text_is_quoted_escaped_and_cut() {
        assert_eq!(quoted("a\x1b[31m"), "`a\\u{1b}[31m`");
        assert_eq!(quoted("x".repeat(100)).chars().count(), 64 + 3);
    }
}
