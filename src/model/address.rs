//! Postal addresses, parsed from each of the forms in which customers and the portal write them.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::model::text::{Invalid, TextLine, deserialize_by_text, write_joined};

const MAX_LINES: usize = 10;

/// The lines of a postal address, 1 to 10 of at most 200 characters each.
///
/// Text is accepted in four forms: the portal's braces (`{"1 High Street","Leeds"}`), a JSON array, several lines, or one
/// line. `Display` prints one line of the address per line; JSON output is an array.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PostalAddress(Vec<TextLine<200>>);

impl PostalAddress {
    /// Builds an address from lines and skips empty ones.
    pub fn from_lines<S: AsRef<str>>(lines: impl IntoIterator<Item = S>) -> Result<Self, Invalid> {
        let lines: Vec<TextLine<200>> = lines
            .into_iter()
            .filter(|line| !line.as_ref().trim().is_empty())
            .map(|line| line.as_ref().parse())
            .collect::<Result<_, _>>()?;
        Self::of(lines)
    }

    fn of(lines: Vec<TextLine<200>>) -> Result<Self, Invalid> {
        match lines.len() {
            0 => Err(Invalid::rule("must have at least one line")),
            n if n > MAX_LINES => Err(Invalid::rule(format!("must have at most {MAX_LINES} lines, has {n}"))),
            _ => Ok(Self(lines)),
        }
    }

    /// Joins the values of a repeated option into one address; `None` without values.
    pub fn joined(parts: &[Self]) -> Result<Option<Self>, Invalid> {
        if parts.is_empty() {
            return Ok(None);
        }
        Self::from_lines(parts.iter().flat_map(|part| &part.0)).map(Some)
    }

    /// The lines from top to bottom.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(TextLine::as_str)
    }
}

impl FromStr for PostalAddress {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        // A brace that is not closed is an address that was cut off, not a line that begins with a brace.
        if let Some(rest) = text.strip_prefix('{') {
            let inner = rest.strip_suffix('}').ok_or_else(malformed)?;
            return Self::from_lines(portal_lines(inner)?);
        }
        if text.starts_with('[') {
            let lines: Vec<String> = serde_json::from_str(text)
                .map_err(|_| Invalid::rule("must be a JSON array of strings if it begins with ["))?;
            return Self::from_lines(lines);
        }
        Self::from_lines(text.lines())
    }
}

impl fmt::Display for PostalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_joined(f, self.lines(), "\n")
    }
}

/// Accepts an array of lines, or one string in any of the text forms.
impl<'de> Deserialize<'de> for PostalAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = PostalAddress;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of lines or a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<PostalAddress, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<PostalAddress, A::Error> {
        let mut lines = Vec::with_capacity(MAX_LINES);
        while let Some(OptionalLine(line)) = items.next_element()? {
            lines.extend(line);
        }
        PostalAddress::of(lines).map_err(A::Error::custom)
    }
}

/// One item of an array of lines; `None` if the line is blank.
struct OptionalLine(Option<TextLine<200>>);

impl FromStr for OptionalLine {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Ok(Self(if text.trim().is_empty() { None } else { Some(text.parse()?) }))
    }
}

deserialize_by_text!(OptionalLine);

fn malformed() -> Invalid {
    Invalid::rule("must look like {\"line one\",\"line two\"} if it begins with {")
}

/// Parses the items between the portal's braces.
///
/// The portal calls its format JSON, but it is the text format of a PostgreSQL array: items are separated by commas and
/// quoted if they contain a comma, a quote or a brace. A backslash escapes a quote or a backslash.
fn portal_lines(inner: &str) -> Result<Vec<String>, Invalid> {
    let mut lines = Vec::new();
    let mut rest = inner.trim();
    while !rest.is_empty() {
        let after;
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut line = String::new();
            let mut chars = quoted.char_indices();
            loop {
                match chars.next().ok_or_else(malformed)? {
                    (_, '\\') => line.push(chars.next().ok_or_else(malformed)?.1),
                    (at, '"') => {
                        after = quoted[at + 1..].trim_start();
                        break;
                    }
                    (_, c) => line.push(c),
                }
            }
            lines.push(line);
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            let line = rest[..end].trim();
            if line.contains(['"', '{', '}']) {
                return Err(malformed());
            }
            lines.push(line.to_owned());
            after = &rest[end..];
        }
        rest = match after.strip_prefix(',') {
            Some(more) if !more.trim().is_empty() => more.trim_start(),
            None if after.is_empty() => after,
            _ => return Err(malformed()),
        };
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FOUR: [&str; 4] = ["11-15 Thistle Street", "Edinburgh", "EH2 1DF", "Scotland, UK"];

    #[test]
    fn all_forms_parse_to_the_same_lines() {
        let forms = [
            r#"{"11-15 Thistle Street","Edinburgh","EH2 1DF","Scotland, UK"}"#,
            r#" { "11-15 Thistle Street" , Edinburgh, EH2 1DF, "Scotland, UK" } "#,
            r#"["11-15 Thistle Street","Edinburgh","EH2 1DF","Scotland, UK"]"#,
            "11-15 Thistle Street\nEdinburgh\r\nEH2 1DF\n\nScotland, UK\n",
        ];
        for form in forms {
            let address: PostalAddress = form.parse().expect(form);
            assert_eq!(address.lines().collect::<Vec<_>>(), FOUR, "{form}");
        }
    }

    #[test]
    fn json_output_is_an_array_and_input_an_array_or_a_string() {
        let address = PostalAddress::from_lines(FOUR).expect("valid");
        let json = serde_json::to_string(&address).expect("json");
        assert_eq!(json, r#"["11-15 Thistle Street","Edinburgh","EH2 1DF","Scotland, UK"]"#);
        assert_eq!(serde_json::from_str::<PostalAddress>(&json).expect("array"), address);
        assert_eq!(serde_json::from_str::<PostalAddress>(r#""{\"a\",\"b\"}""#).expect("text").to_string(), "a\nb");
    }

    #[test]
    fn a_malformed_form_is_rejected() {
        for text in [
            "",
            "{}",
            r#"{"a" "b"}"#,
            r#"{"a",}"#,
            r#"{"a}"#,
            "[1]",
            r#"["a""#,
            "{a{b}",
            r#"{"a","b""#,
            r#"{"1 High St","Leeds""#,
            "{",
            "{a",
            r#"{"a"}, b"#,
            &"a\n".repeat(11),
        ] {
            assert!(text.parse::<PostalAddress>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn lines_round_trip_through_the_portals_form(lines in proptest::collection::vec("[A-Za-z0-9,\"\\\\{}' ]{0,20}[a-z]", 1..10)) {
            let quoted: Vec<String> = lines
                .iter()
                .map(|line| format!("\"{}\"", line.replace('\\', "\\\\").replace('"', "\\\"")))
                .collect();
            let address: PostalAddress = format!("{{{}}}", quoted.join(",")).parse().expect("valid");
            let expected: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
            prop_assert_eq!(address.lines().collect::<Vec<_>>(), expected);
        }
    }
}
