//! What an operator chooses about the look of invoices: paper, colour, logo, more fonts, the lines at the foot.

use std::sync::Arc;

use ttf_parser::{Face, Permissions};

use crate::formats::pdf::logo::Logo;
use crate::model::text::{Invalid, serde_by_text};
use crate::model::word_enum::word_enum;

word_enum! {
    /// The size of the paper.
    #[derive(Default)]
    pub enum PaperSize {
        #[default]
        A4 = "a4" as "A4",
        Letter = "letter" as "Letter",
    }
}

/// The look of invoices. The default is A4 with neither logo nor more fonts.
#[derive(Debug, Clone, Default)]
pub struct PdfStyle {
    pub paper: PaperSize,
    /// The colour of titles and lines.
    pub accent: Accent,
    /// The picture in place of the seller's name.
    pub logo: Option<Logo>,
    /// Fonts for characters that the embedded ones lack, the first that has a character first.
    pub fonts: Vec<FontFile>,
    /// Lines at the foot of each page [default: the seller's name].
    pub foot: Vec<String>,
}

/// A colour: `#1f3a5f`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent {
    red: u8,
    green: u8,
    blue: u8,
}
serde_by_text!(Accent);

impl Accent {
    /// Its parts of red, green and blue.
    pub(super) const fn parts(self) -> [u8; 3] {
        [self.red, self.green, self.blue]
    }
}

/// A dark blue.
impl Default for Accent {
    fn default() -> Self {
        Self { red: 0x1f, green: 0x3a, blue: 0x5f }
    }
}

impl std::str::FromStr for Accent {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let part = |range| text.get(range).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let is_formed =
            text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|byte| byte.is_ascii_hexdigit());
        match (part(1..3), part(3..5), part(5..7)) {
            (Some(red), Some(green), Some(blue)) if is_formed => Ok(Self { red, green, blue }),
            _ => Err(Invalid::rule("must be a colour such as #1f3a5f")),
        }
    }
}

impl std::fmt::Display for Accent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("#{:02x}{:02x}{:02x}", self.red, self.green, self.blue))
    }
}

/// A font file: TrueType or OpenType, of a collection the first font.
#[derive(Clone)]
pub struct FontFile(Arc<[u8]>);

impl FontFile {
    /// Checks that the file is a font whose maker lets documents contain parts of it.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, Invalid> {
        let face = Face::parse(&bytes, 0).map_err(|_| Invalid::rule("is not a TrueType or OpenType font"))?;
        if face.permissions() == Some(Permissions::Restricted) || !face.is_subsetting_allowed() {
            return Err(Invalid::rule("is a font whose licence forbids to embed it"));
        }
        let is_outlined = face.tables().glyf.is_some() || face.tables().cff.is_some();
        if !is_outlined || subsetter::subset(&bytes, 0, &subsetter::GlyphRemapper::new()).is_err() {
            return Err(Invalid::rule("is a font without TrueType or CFF outlines"));
        }
        Ok(Self(bytes.into()))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for FontFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FontFile({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_has_six_digits() {
        assert_eq!("#1F3a5f".parse(), Ok(Accent::default()));
        assert_eq!(Accent::default().to_string(), "#1f3a5f");
        for wrong in ["", "#fff", "1f3a5f0", "#1f3a5g", "#+f3a5f", "#1f3aéf"] {
            assert!(wrong.parse::<Accent>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_a_font_is_taken_as_a_font() {
        assert!(FontFile::parse(b"%PDF-1.7".to_vec()).is_err());
        assert!(FontFile::parse(include_bytes!("fonts/NotoSans-Bold.ttf").to_vec()).is_ok());
        let cut = &include_bytes!("fonts/NotoSans-Bold.ttf")[..5_000];
        assert!(FontFile::parse(cut.to_vec()).is_err());
    }
}
