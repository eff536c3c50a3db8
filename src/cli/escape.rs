//! Escapes text from data for a terminal, so that it cannot move the cursor, hide characters or reverse the text direction.

use std::borrow::Cow;

use ssgctl::model::text;

/// Escapes control, invisible and bidirectional characters as `\u{..}`. Line breaks are kept.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    text::visible(text, |c| text::is_hidden(c) && c != '\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_sequences_are_escaped() {
        assert_eq!(visible("a\x1b[2Jb\u{202e}c\nd"), "a\\u{1b}[2Jb\\u{202e}c\nd");
        assert!(matches!(visible("Café 日本"), Cow::Borrowed(_)));
    }
}
