//! Text entered by people: trimmed, normalized to NFC, limited in length, and without invisible characters.
//!
//! The macros of this module implement the traits that every value parsed from text has.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use compact_str::CompactString;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::model::joiner;

/// The error of a value parsed from text: the rule that the text violates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(Cow<'static, str>);

impl Invalid {
    /// An error from a rule that can follow the quoted value, such as "must not be empty".
    pub fn rule(rule: impl Into<Cow<'static, str>>) -> Self {
        Self(rule.into())
    }
}

/// Implements `as_str`, `Display`, `AsRef<str>` and serde for a value type that wraps its canonical text.
///
/// The type must be a tuple struct with `FromStr<Err = Invalid>`. Values from JSON, TOML and the database also go through
/// that parser, so an invalid value cannot be constructed.
macro_rules! string_value {
    ($name:ident $(<$(const $parameter:ident: $kind:ty),+>)?) => {
        impl $(<$(const $parameter: $kind),+>)? $name $(<$($parameter),+>)? {
            /// The canonical text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl $(<$(const $parameter: $kind),+>)? std::fmt::Display for $name $(<$($parameter),+>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
        impl $(<$(const $parameter: $kind),+>)? AsRef<str> for $name $(<$($parameter),+>)? {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl $(<$(const $parameter: $kind),+>)? serde::Serialize for $name $(<$($parameter),+>)? {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
        $crate::model::text::deserialize_by_text!($name $(<$(const $parameter: $kind),+>)?);
    };
}
pub(crate) use string_value;

/// Implements serde for a type through its `Display` and `FromStr`.
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

/// Implements `Deserialize` for a type through its `FromStr`.
macro_rules! deserialize_by_text {
    ($name:ident $(<$(const $parameter:ident: $kind:ty),+>)?) => {
        impl<'de $($(, const $parameter: $kind)+)?> serde::Deserialize<'de> for $name $(<$($parameter),+>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::model::text::from_text(deserializer)
            }
        }
    };
}
pub(crate) use deserialize_by_text;

/// Deserializes a value through `FromStr` without copying the text first.
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

/// One line of text of 1 to `MAX` characters. In a name, any blanks count as one space: two names that differ only in them look
/// the same. Other texts keep theirs, because keys and the hashes of the ledger depend on every character.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextLine<const MAX: usize, const IS_NAME: bool = false>(CompactString);
string_value!(TextLine<const MAX: usize, const IS_NAME: bool>);

/// The legal or trading name of a customer.
pub type Organisation = TextLine<200, true>;
/// The name of a person, a service or an SMPP account.
pub type Name = TextLine<100, true>;
/// A registration number of a company, or its VAT or sales tax ID. Not interpreted, only printed.
pub type RegistrationNumber = TextLine<40, true>;
/// Why a balance changed, in words that answer a customer's question.
pub type Description = TextLine<500>;
/// A reference to another system: an invoice, a payment, an order.
pub type Reference = TextLine<100>;
/// The idempotency key of a balance change, unique in the ledger. Repeating a command with the same key posts nothing.
pub type Key = TextLine<200>;
/// Who made a change: the user name of the operating system, or the value of `--actor`.
pub type Actor = TextLine<100>;
/// The reason for a change.
pub type Reason = TextLine<500>;

impl<const MAX: usize, const IS_NAME: bool> FromStr for TextLine<MAX, IS_NAME> {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = if IS_NAME { with_single_spaces(text) } else { Cow::Borrowed(text) };
        clean(&text, MAX, false).map(Self)
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

/// Replaces every run of blanks with one space: spaces of any width, no-break spaces and tabs.
pub fn with_single_spaces(text: &str) -> Cow<'_, str> {
    let is_blank = |c: char| c == '\t' || c.general_category() == GeneralCategory::SpaceSeparator;
    if !text.contains(|c: char| c != ' ' && is_blank(c)) && !text.contains("  ") {
        return Cow::Borrowed(text);
    }
    let mut single = String::with_capacity(text.len());
    for c in text.chars() {
        match is_blank(c) {
            true if single.ends_with(' ') => {}
            true => single.push(' '),
            false => single.push(c),
        }
    }
    Cow::Owned(single)
}

/// Trims a text and normalizes it to NFC, then checks that it is not empty or too long and has no invisible characters.
fn clean(text: &str, max: usize, line_breaks: bool) -> Result<CompactString, Invalid> {
    let trimmed = text.trim();
    // Most texts are printable ASCII, which needs no further check. Imports parse millions of texts, so this comes first.
    if (1..=max).contains(&trimmed.len()) && trimmed.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(trimmed.into());
    }
    // Latin letters below U+0300 are in NFC and visible, except the soft hyphen.
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
    let hidden = text
        .char_indices()
        .find(|&(index, c)| is_hidden(c) && !(line_breaks && c == '\n') && !joiner::is_written(&text, index));
    match hidden {
        Some((_, '\n')) => Err(Invalid::rule("must be one line")),
        Some((_, c)) => {
            Err(Invalid::rule(format!("must not contain the invisible or control character {}", c.escape_unicode())))
        }
        None => Ok(text),
    }
}

/// The items of a list in one text, separated by commas, semicolons or line breaks.
pub(super) fn parts_of(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty())
}

/// A list in one text, its items separated by commas, semicolons or line breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedList<T>(pub Vec<T>);

impl<T> Default for ParsedList<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: FromStr<Err = Invalid>> FromStr for ParsedList<T> {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        parts_of(text)
            .map(|part| part.parse().map_err(|rule| Invalid::rule(format!("{} {rule}", quoted(part)))))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl<T: fmt::Display> fmt::Display for ParsedList<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_joined(f, &self.0, ",")
    }
}

/// Writes a list with a separator between its items.
pub(super) fn write_joined<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    parts: impl IntoIterator<Item = T>,
    separator: &str,
) -> fmt::Result {
    for (index, part) in parts.into_iter().enumerate() {
        write!(f, "{}{part}", if index == 0 { "" } else { separator })?;
    }
    Ok(())
}

/// Formats untrusted text for an error message: in backticks, escaped, at most 64 characters.
pub fn quoted(text: impl fmt::Display) -> String {
    const MAX_LENGTH: usize = 64;
    let text = text.to_string();
    let mut shown = String::from("`");
    for (index, c) in text.chars().enumerate() {
        if index == MAX_LENGTH {
            shown.push('…');
            break;
        }
        shown.push(c);
    }
    shown = visible(&shown, is_hidden).into_owned();
    shown.push('`');
    shown
}

/// Escapes the characters for which `is_harmful` as `\u{..}`, except joiners that the spelling of a language needs.
pub fn visible(text: &str, is_harmful: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_escaped = |(index, c): (usize, char)| is_harmful(c) && !joiner::is_written(text, index);
    if !text.char_indices().any(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for (index, c) in text.char_indices() {
        if is_escaped((index, c)) {
            escaped.extend(c.escape_unicode());
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// Whether a character is invisible: a control, line separator, bidirectional control or zero-width character.
///
/// Such characters can make one name look like another, or send commands to a terminal.
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

/// Whether a text has the form `4.47E+11` or `4,47E+11`, which spreadsheets write for a long number, or `4.47E11`, as Java does.
/// Its last digits are lost.
pub(crate) fn is_power_of_ten(text: &str) -> bool {
    let signed = text.split_once('+').and_then(|(mantissa, rest)| Some((mantissa.strip_suffix(['E', 'e'])?, rest)));
    // Without a sign, hexadecimal digits look like it, but they have no decimal point.
    let has_point = || matches!(text.as_bytes(), [b'1'..=b'9', b'.' | b',', ..]);
    let Some((mantissa, exponent)) = signed.or_else(|| text.split_once(['E', 'e']).filter(|_| has_point())) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    digits(whole) && digits(fraction) && digits(exponent)
}

/// Whether a text has the form `447700900123.0`, in which spreadsheets and other programs write a whole number that they keep
/// as a floating-point number.
pub(crate) fn is_whole_float(text: &str) -> bool {
    let text = text.trim();
    let Some((whole, zeros)) = text.strip_prefix('+').unwrap_or(text).split_once('.') else { return false };
    !zeros.is_empty()
        && zeros.bytes().all(|b| b == b'0')
        && !whole.is_empty()
        && whole.bytes().all(|b| b.is_ascii_digit())
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
    fn blanks_in_a_name_are_single_spaces() {
        for text in ["Acme\u{a0}Widgets Ltd", "Acme  Widgets\tLtd", "\u{3000}Acme\u{2009}\u{a0} Widgets\u{202f}Ltd "] {
            assert_eq!(text.parse::<Organisation>().map(|name| name.to_string()), Ok("Acme Widgets Ltd".to_owned()));
        }
        assert!("Acme\u{200b}Widgets".parse::<Organisation>().is_err());
        assert!("Acme\nWidgets".parse::<Organisation>().is_err());
        // Keys are compared with keys of earlier versions, and descriptions are part of hashes.
        assert_eq!("a  b".parse::<Key>().map(|key| key.to_string()), Ok("a  b".to_owned()));
    }

    #[test]
    fn joiners_of_a_language_are_part_of_a_name() {
        for name in
            ["\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}", "\u{dc1}\u{dca}\u{200d}\u{dbb}\u{dd3}"]
        {
            assert_eq!(name.parse::<Organisation>().map(|kept| kept.to_string()), Ok(name.to_owned()));
            assert_eq!(quoted(name), format!("`{name}`"));
        }
        assert_eq!(quoted("a\u{200c}b"), "`a\\u{200c}b`");
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
