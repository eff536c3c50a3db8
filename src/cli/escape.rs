//! Text from data as a terminal may see it: nothing in it can move the cursor, hide, or turn the direction of writing.

use std::borrow::Cow;

use ssgctl::model::text::is_hidden;

/// The text with control, invisible and bidirectional characters written as `\u{..}`; line breaks stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| is_hidden(c) && c != '\n';
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if harmful(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_drive_a_terminal_is_spelled_out() {
        assert_eq!(visible("a\x1b[2Jb\u{202e}c\nd"), "a\\u{1b}[2Jb\\u{202e}c\nd");
        assert!(matches!(visible("Café 日本"), Cow::Borrowed(_)));
    }
}
