//! Finds a message ID in a longer text.

use std::str::FromStr;

use crate::model::Invalid;

/// Where a message ID stands in a longer text, such as the reference in a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdPattern {
    before: String,
    after: String,
}

/// What stands for the ID in a pattern.
const ID: &str = "{id}";

impl FromStr for IdPattern {
    type Err = Invalid;

    /// Parses `ref={id}&`: the ID follows the first `ref=`, up to the next `&` or the end of the text.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.split_once(ID) {
            Some((before, after)) if !before.is_empty() && !after.contains(ID) => {
                Ok(Self { before: before.to_owned(), after: after.to_owned() })
            }
            _ => Err(Invalid::rule("must have {id} once, after the text that precedes the ID, such as 'ref={id}&'")),
        }
    }
}

impl std::fmt::Display for IdPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{ID}{}", self.before, self.after)
    }
}

impl IdPattern {
    /// The ID in a text; `None` if the text before it does not occur.
    pub(crate) fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        let (_, rest) = text.split_once(&self.before)?;
        let end = if self.after.is_empty() { None } else { rest.find(&self.after) };
        rest.get(..end.unwrap_or(rest.len())).map(str::trim)
    }
}

/// The first UUID of a text that is one, or a list of some with semicolons: opensmppbox writes such a list for a long
/// message, the ID of the whole before those of its segments.
pub(crate) fn first_uuid(text: &str) -> Option<&str> {
    let first = text.split(';').next()?;
    (first.len() == 36 && uuid::Uuid::try_parse(first).is_ok()).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_id_of_opensmppbox_is_that_of_the_message() {
        let id = "258e5a42-5018-44d1-b58c-4d12e9526020";
        assert_eq!(first_uuid(id), Some(id));
        assert_eq!(first_uuid(&format!("{id};dff631be-d34d-410e-a3ad-6644470c16e7;324b")), Some(id));
        for text in
            ["", "r-1", "http://h/dlr?id=258e5a42-5018-44d1-b58c-4d12e9526020", "258e5a42501844d1b58c4d12e9526020"]
        {
            assert_eq!(first_uuid(text), None, "{text}");
        }
    }

    #[test]
    fn a_pattern_finds_the_id_in_a_longer_text() {
        let find = |pattern: &str, text: &'static str| pattern.parse::<IdPattern>().expect(pattern).find(text);
        assert_eq!(find("ref={id}&", "http://h/dlr?ref=a-1&status=%d"), Some("a-1"));
        assert_eq!(find("ref={id}&", "http://h/dlr?status=%d&ref=a-1"), Some("a-1"));
        assert_eq!(find("ref={id}", "x ref=a-1"), Some("a-1"));
        assert_eq!(find("ref={id}&", "http://h/dlr?status=%d"), None);
        for pattern in ["", "ref=", "{id}", "a{id}b{id}"] {
            assert!(pattern.parse::<IdPattern>().is_err(), "{pattern}");
        }
        assert_eq!("ref={id}&".parse::<IdPattern>().expect("valid").to_string(), "ref={id}&");
    }
}
