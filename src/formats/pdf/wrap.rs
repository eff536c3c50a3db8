//! Breaks a text into lines that are no wider than a column.

use unicode_width::UnicodeWidthChar;

use crate::formats::pdf::font_set::{FontSet, Glyph, Weight};
use crate::formats::pdf::length::Length;

/// The lines of a text: at its line breaks, else at spaces, after hyphens and slashes, and around Chinese and Japanese characters.
/// A word that is wider than the column is cut.
pub(super) fn wrap(fonts: &mut FontSet, text: &str, weight: Weight, size: Length, width: Length) -> Vec<Vec<Glyph>> {
    let mut lines = Vec::new();
    for paragraph in text.split(['\n', '\u{2028}', '\u{2029}']) {
        let glyphs = fonts.glyphs(paragraph.trim(), weight);
        wrap_paragraph(&glyphs, size, width, &mut lines);
    }
    lines
}

fn wrap_paragraph(glyphs: &[Glyph], size: Length, width: Length, lines: &mut Vec<Vec<Glyph>>) {
    let mut rest = glyphs;
    loop {
        let end = fitting(rest, size, width);
        let (line, next) = rest.split_at(end);
        lines.push(trimmed_end(line).to_vec());
        let blanks = next.iter().take_while(|glyph| glyph.character == ' ').count();
        rest = &next[blanks..];
        if rest.is_empty() {
            return;
        }
    }
}

/// How many glyphs the next line takes, at least one.
fn fitting(glyphs: &[Glyph], size: Length, width: Length) -> usize {
    let limit = i64::from(width) * 1000;
    let mut used = 0_i64;
    let mut last_break = None;
    for (index, glyph) in glyphs.iter().enumerate() {
        used += i64::from(glyph.advance) * i64::from(size);
        if used > limit && glyph.character != ' ' {
            return last_break.unwrap_or(index.max(1));
        }
        if let Some(next) = glyphs.get(index + 1)
            && may_break(glyph.character, next.character)
        {
            last_break = Some(index + 1);
        }
    }
    glyphs.len()
}

/// Whether a line may end between two characters.
fn may_break(before: char, after: char) -> bool {
    let is_wide = |c: char| c.width() == Some(2);
    match before {
        ' ' => after != ' ',
        '-' | '/' | '\u{2013}' | '_' => after.is_alphabetic(),
        _ => is_wide(before) || is_wide(after),
    }
}

fn trimmed_end(line: &[Glyph]) -> &[Glyph] {
    let end = line.iter().rposition(|glyph| glyph.character != ' ').map_or(0, |last| last + 1);
    &line[..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::formats::pdf::font_set::width_of;
    use crate::formats::pdf::length::pt;

    fn wrapped(text: &str, width: Length) -> Vec<String> {
        let mut fonts = FontSet::new(&[]);
        let lines = wrap(&mut fonts, text, Weight::Regular, pt(10), width);
        lines.iter().map(|line| line.iter().map(|glyph| glyph.character).collect()).collect()
    }

    #[test]
    fn lines_end_at_spaces_hyphens_and_line_breaks() {
        assert_eq!(wrapped("message parts to Germany", pt(75)), ["message parts", "to Germany"]);
        assert_eq!(wrapped("Nord-Westfalen", pt(52)), ["Nord-", "Westfalen"]);
        assert_eq!(wrapped("one\ntwo", pt(100)), ["one", "two"]);
        assert_eq!(wrapped("2026-10-31", pt(30)).concat(), "2026-10-31");
        assert_eq!(wrapped("", pt(30)), [""]);
    }

    #[test]
    fn a_long_word_is_cut() {
        let lines = wrapped("Donaudampfschifffahrtsgesellschaft", pt(60));
        assert!(lines.len() > 2 && lines.concat() == "Donaudampfschifffahrtsgesellschaft", "{lines:?}");
        assert_eq!(wrapped("ab", 1), ["a", "b"]);
    }

    proptest! {
        #[test]
        fn no_character_is_lost(text in "[a-z ,/-]{0,80}", width in 1_i32..120_000) {
            let joined: String = wrapped(&text, width).concat();
            prop_assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
        }

        #[test]
        fn no_line_of_several_characters_is_too_wide(text in "\\PC{0,80}", width in 1_i32..120_000) {
            let mut fonts = FontSet::new(&[]);
            for line in wrap(&mut fonts, &text, Weight::Regular, pt(10), width) {
                prop_assert!(line.len() <= 1 || width_of(&line, pt(10)) <= width);
            }
        }
    }
}
