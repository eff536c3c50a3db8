//! A postal address: its lines in order, in whichever form it arrives.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::model::text::{Invalid, TextLine, deserialize_by_text, write_joined};

const MAX_LINES: usize = 10;

/// The lines of a postal address, 1 to 10 of at most 200 characters each.
///
/// Read from text in four forms: the portal's braces (`{"1 High Street","Leeds"}`), a JSON array, several lines, or one
/// line. Written as lines; JSON gives an array.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PostalAddress(Vec<TextLine<200>>);

impl PostalAddress {
    /// An address of these lines; empty ones are left out.
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

    /// Joins addresses given piece by piece, as a repeated flag gives them.
    pub fn joined(parts: &[Self]) -> Result<Option<Self>, Invalid> {
        if parts.is_empty() {
            return Ok(None);
        }
        Self::from_lines(parts.iter().flat_map(|part| &part.0)).map(Some)
    }

    /// The lines, top to bottom.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(TextLine::as_str)
    }
}

impl FromStr for PostalAddress {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if let Some(inner) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            return Self::from_lines(portal_lines(inner)?);
        }
        if text.starts_with('[') {
            let lines: Vec<String> = serde_json::from_str(text)
                .map_err(|_| Invalid::rule("must be an array of texts when it begins with ["))?;
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

/// Read from data as an array of lines, or as one text in any of the forms.
impl<'de> Deserialize<'de> for PostalAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = PostalAddress;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of lines or a text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<PostalAddress, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<PostalAddress, A::Error> {
        let mut lines = Vec::with_capacity(MAX_LINES);
        while let Some(WrittenLine(line)) = items.next_element()? {
            lines.extend(line);
        }
        PostalAddress::of(lines).map_err(A::Error::custom)
    }
}

/// A line of an address in data; nothing where it is blank.
struct WrittenLine(Option<TextLine<200>>);

impl FromStr for WrittenLine {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Ok(Self(if text.trim().is_empty() { None } else { Some(text.parse()?) }))
    }
}

deserialize_by_text!(WrittenLine);

/// The quoted texts between the portal's braces.
///
/// The portal calls its form JSON, but it is the text form of a PostgreSQL array: items between commas, quoted when they
/// hold a comma, a quote or a brace, with a backslash before a quote or a backslash.
fn portal_lines(inner: &str) -> Result<Vec<String>, Invalid> {
    let broken = || Invalid::rule("must be like {\"line one\",\"line two\"} when it begins with {");
    let mut lines = Vec::new();
    let mut rest = inner.trim();
    while !rest.is_empty() {
        let after;
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut line = String::new();
            let mut chars = quoted.char_indices();
            loop {
                match chars.next().ok_or_else(broken)? {
                    (_, '\\') => line.push(chars.next().ok_or_else(broken)?.1),
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
                return Err(broken());
            }
            lines.push(line.to_owned());
            after = &rest[end..];
        }
        rest = match after.strip_prefix(',') {
            Some(more) if !more.trim().is_empty() => more.trim_start(),
            None if after.is_empty() => after,
            _ => return Err(broken()),
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
    fn all_forms_give_the_same_lines() {
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
    fn json_gives_an_array_and_takes_either() {
        let address = PostalAddress::from_lines(FOUR).expect("valid");
        let json = serde_json::to_string(&address).expect("json");
        assert_eq!(json, r#"["11-15 Thistle Street","Edinburgh","EH2 1DF","Scotland, UK"]"#);
        assert_eq!(serde_json::from_str::<PostalAddress>(&json).expect("array"), address);
        assert_eq!(serde_json::from_str::<PostalAddress>(r#""{\"a\",\"b\"}""#).expect("text").to_string(), "a\nb");
    }

    #[test]
    fn a_broken_form_is_refused() {
        for text in ["", "{}", r#"{"a" "b"}"#, r#"{"a",}"#, r#"{"a}"#, "[1]", r#"["a""#, "{a{b}", &"a\n".repeat(11)] {
            assert!(text.parse::<PostalAddress>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn lines_survive_the_portals_form(lines in proptest::collection::vec("[A-Za-z0-9,\"\\\\{}' ]{0,20}[a-z]", 1..10)) {
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
