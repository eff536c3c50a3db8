//! The fonts of a document: which has a character, how wide a text is, and which of their glyphs were drawn.

use std::collections::{BTreeMap, BTreeSet};

use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};
use unicode_normalization::UnicodeNormalization;

use crate::formats::pdf::length::Length;
use crate::formats::pdf::style::FontFile;
use crate::model::text::is_hidden;

const REGULAR: &[u8] = include_bytes!("fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("fonts/NotoSans-Bold.ttf");

/// Scripts whose characters join, reorder or run from right to left, which takes more than drawing one glyph for each character.
const SHAPED_SCRIPTS: &[(char, char)] = &[
    ('\u{590}', '\u{dff}'),   // Hebrew, Arabic, Syriac, Thaana, scripts of India, Sinhala
    ('\u{f00}', '\u{109f}'),  // Tibetan, Burmese
    ('\u{1780}', '\u{18af}'), // Khmer, Mongolian
    ('\u{1900}', '\u{1aaf}'), // Limbu to Tai Tham
    ('\u{1b00}', '\u{1c4f}'), // Balinese to Lepcha
    ('\u{a800}', '\u{abff}'), // Syloti Nagri to Meetei Mayek
    ('\u{fb1d}', '\u{fdff}'), // Hebrew and Arabic presentation forms
    ('\u{fe70}', '\u{fefc}'),
    ('\u{10800}', '\u{11fff}'), // further scripts from right to left and of India
    ('\u{1e800}', '\u{1efff}'),
];

/// Whether a text is drawn in the bold face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// A character and the glyph that draws it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    pub(super) character: char,
    face: usize,
    /// Zero, the box of the embedded face, if no font has the character.
    id: u16,
    /// In thousandths of the size.
    pub(super) advance: i32,
}

/// Glyphs of one face in a row, as a PDF shows them.
#[derive(Debug)]
pub(super) struct GlyphRun {
    pub(super) face: usize,
    /// Two bytes for each glyph.
    pub(super) codes: Vec<u8>,
    /// What it says, if that does not follow from the glyphs.
    pub(super) actual_text: Option<String>,
}

/// A face and what was drawn of it.
pub(super) struct UsedFace<'a> {
    pub(super) face: Face<'a>,
    pub(super) bytes: &'a [u8],
    pub(super) glyphs: GlyphRemapper,
    /// By the glyph's number in the document, the character that it was first drawn for and its advance.
    pub(super) drawn: BTreeMap<u16, (char, i32)>,
}

/// The embedded faces, then the operator's fonts.
pub(super) struct FontSet<'a> {
    faces: Vec<UsedFace<'a>>,
    /// Characters that no font has.
    missing: BTreeSet<char>,
}

impl<'a> FontSet<'a> {
    /// Fonts that cannot be read are left out; [`FontFile::parse`] let none of them through.
    pub(super) fn new(fonts: &'a [FontFile]) -> Self {
        let faces = [REGULAR, BOLD].into_iter().chain(fonts.iter().map(FontFile::bytes)).filter_map(|bytes| {
            let face = Face::parse(bytes, 0).ok()?;
            Some(UsedFace { face, bytes, glyphs: GlyphRemapper::new(), drawn: BTreeMap::new() })
        });
        Self { faces: faces.collect(), missing: BTreeSet::new() }
    }

    pub(super) fn into_parts(self) -> (Vec<UsedFace<'a>>, BTreeSet<char>) {
        (self.faces, self.missing)
    }

    /// The glyphs of a line. Characters that cannot be seen are left out.
    pub(super) fn glyphs(&mut self, text: &str, weight: Weight) -> Vec<Glyph> {
        text.nfc().filter_map(|character| self.glyph(character, weight)).collect()
    }

    fn glyph(&mut self, character: char, weight: Weight) -> Option<Glyph> {
        let is_blank = character.is_whitespace() && character != '\u{a0}';
        let character = if is_blank { ' ' } else { character };
        let own = usize::from(weight == Weight::Bold);
        let is_shaped = SHAPED_SCRIPTS.iter().any(|(first, last)| (*first..=*last).contains(&character));
        let order = std::iter::once(own).chain(2..self.faces.len()).filter(|_| !is_shaped);
        let found = order.into_iter().find_map(|face| {
            let id = self.faces.get(face)?.face.glyph_index(character).filter(|id| id.0 != 0)?;
            Some((face, id.0))
        });
        if found.is_none() && is_hidden(character) {
            return None;
        }
        let (face, id) = found.unwrap_or_else(|| {
            self.missing.insert(character);
            (own, 0)
        });
        Some(Glyph { character, face, id, advance: self.advance(face, id) })
    }

    fn advance(&self, face: usize, id: u16) -> i32 {
        let Some(UsedFace { face, .. }) = self.faces.get(face) else { return 0 };
        let advance = i32::from(face.glyph_hor_advance(GlyphId(id)).unwrap_or_default());
        advance * 1000 / i32::from(face.units_per_em())
    }

    pub(super) fn width(&mut self, text: &str, weight: Weight, size: Length) -> Length {
        width_of(&self.glyphs(text, weight), size)
    }

    /// Enters glyphs into the document.
    pub(super) fn draw(&mut self, glyphs: &[Glyph]) -> Vec<GlyphRun> {
        let mut runs: Vec<GlyphRun> = Vec::new();
        for glyph in glyphs {
            let Some(face) = self.faces.get_mut(glyph.face) else { continue };
            let number = face.glyphs.remap(glyph.id);
            let (drawn_for, _) = *face.drawn.entry(number).or_insert((glyph.character, glyph.advance));
            // The box stands for any character, and some fonts have one glyph for characters of several scripts.
            let is_plain = glyph.id != 0 && drawn_for == glyph.character;
            let fits = |run: &&mut GlyphRun| run.face == glyph.face && run.actual_text.is_none() == is_plain;
            if let Some(run) = runs.last_mut().filter(fits) {
                run.codes.extend(number.to_be_bytes());
                if let Some(text) = &mut run.actual_text {
                    text.push(glyph.character);
                }
            } else {
                let actual_text = (!is_plain).then(|| glyph.character.to_string());
                runs.push(GlyphRun { face: glyph.face, codes: number.to_be_bytes().to_vec(), actual_text });
            }
        }
        runs
    }
}

/// The width of glyphs at a size.
pub(super) fn width_of(glyphs: &[Glyph], size: Length) -> Length {
    let advance: i64 = glyphs.iter().map(|glyph| i64::from(glyph.advance)).sum();
    Length::try_from(advance * i64::from(size) / 1000).unwrap_or(Length::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_faces_have_the_letters_of_europe() {
        let mut fonts = FontSet::new(&[]);
        let text = "Zażółć gęślą jaźń Fünf Größe ß ẞ Ελληνικά Ήλιος Україна ї ґ Қазақ Đặng Văn Ștefan Ħal Øre Åse \
            € £ ¥ ₽ ₴ ₺ ₹ ₦ – — … “” „ ‚ ’ № ™ © § ½ × 0123456789";
        for weight in [Weight::Regular, Weight::Bold] {
            assert!(fonts.glyphs(text, weight).iter().all(|glyph| glyph.id != 0));
        }
        assert!(fonts.into_parts().1.is_empty());
    }

    #[test]
    fn what_no_font_has_is_a_box_that_still_says_what_it_is() {
        let mut fonts = FontSet::new(&[]);
        let glyphs = fonts.glyphs("A漢字B", Weight::Regular);
        let runs = fonts.draw(&glyphs);
        let texts: Vec<_> = runs.iter().map(|run| run.actual_text.as_deref()).collect();
        assert_eq!(texts, [None, Some("漢字"), None]);
        assert_eq!(fonts.into_parts().1, BTreeSet::from(['漢', '字']));
    }

    #[test]
    fn a_font_of_the_operator_fills_gaps_but_not_for_scripts_that_need_shaping() {
        let Ok(bytes) = std::fs::read("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf") else { return };
        let fonts = [FontFile::parse(bytes).expect("a font")];
        let mut fonts = FontSet::new(&fonts);
        let glyphs = fonts.glyphs("aⴰع", Weight::Bold);
        assert_eq!(glyphs.iter().map(|glyph| glyph.face).collect::<Vec<_>>(), [1, 2, 1]);
        assert_eq!(fonts.into_parts().1, BTreeSet::from(['ع']));
    }

    #[test]
    fn invisible_characters_are_left_out_and_blanks_are_spaces() {
        let mut fonts = FontSet::new(&[]);
        let text: String =
            fonts.glyphs("a\u{200b}\tb\u{7}e\u{301}", Weight::Regular).iter().map(|glyph| glyph.character).collect();
        assert_eq!(text, "a b\u{e9}");
    }
}
