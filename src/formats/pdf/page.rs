//! A page: texts, lines, areas and a picture at places measured from its upper left corner.

use pdf_writer::{Content, Name, Str, TextStr};

use crate::formats::pdf::font_set::{FontSet, Glyph, Weight};
use crate::formats::pdf::length::{Length, thousandths};
use crate::formats::pdf::style::Accent;

/// The colour of a text, a line or an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Black,
    /// For what matters less.
    Grey,
    /// For lines between rows.
    LightGrey,
    /// For areas behind texts.
    Background,
    Accent(Accent),
}

impl Ink {
    /// The parts of red, green and blue, in thousandths.
    fn rgb(self) -> [i32; 3] {
        match self {
            Self::Black => [0; 3],
            Self::Grey => [350; 3],
            Self::LightGrey => [780; 3],
            Self::Background => [955; 3],
            Self::Accent(accent) => accent.parts().map(|part| i32::from(part) * 1000 / 255),
        }
    }
}

/// The face, size and colour of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextStyle {
    pub(super) weight: Weight,
    pub(super) size: Length,
    pub(super) ink: Ink,
}

impl TextStyle {
    /// The height of a line of text.
    pub(super) const fn leading(self) -> Length {
        self.size * 27 / 20
    }
}

/// A rectangle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) left: Length,
    pub(super) top: Length,
    pub(super) width: Length,
    pub(super) height: Length,
}

/// The name of a face in the resources of a page.
pub(super) fn face_name(face: usize) -> String {
    format!("F{face}")
}

/// The name of the logo in the resources of a page.
pub(super) const LOGO_NAME: Name<'static> = Name(b"Logo");

/// A page that is being drawn.
pub(super) struct PdfPage {
    content: Content,
    height: Length,
}

impl PdfPage {
    pub(super) fn new(height: Length) -> Self {
        Self { content: Content::new(), height }
    }

    /// Draws a line of text that stands on `baseline`.
    pub(super) fn text(
        &mut self,
        fonts: &mut FontSet<'_>,
        glyphs: &[Glyph],
        style: TextStyle,
        (x, baseline): (Length, Length),
    ) {
        if glyphs.is_empty() {
            return;
        }
        self.fill_with(style.ink);
        self.content.begin_text();
        let (zero, one) = (thousandths(0), thousandths(1000));
        self.content.set_text_matrix([one, zero, zero, one, thousandths(x), thousandths(self.height - baseline)]);
        for run in fonts.draw(glyphs) {
            self.content.set_font(Name(face_name(run.face).as_bytes()), thousandths(style.size));
            if let Some(text) = &run.actual_text {
                self.content
                    .begin_marked_content_with_properties(Name(b"Span"))
                    .properties()
                    .actual_text(TextStr(text));
            }
            self.content.show(Str(&run.codes));
            if run.actual_text.is_some() {
                self.content.end_marked_content();
            }
        }
        self.content.end_text();
    }

    /// Fills a rectangle, which a thin one makes a line.
    pub(super) fn area(&mut self, area: Area, ink: Ink) {
        self.fill_with(ink);
        let lower = self.height - area.top - area.height;
        self.content.rect(
            thousandths(area.left),
            thousandths(lower),
            thousandths(area.width),
            thousandths(area.height),
        );
        self.content.fill_nonzero();
    }

    /// Draws the logo into a rectangle.
    pub(super) fn logo(&mut self, area: Area) {
        let lower = self.height - area.top - area.height;
        self.content.save_state();
        self.content.transform([
            thousandths(area.width),
            thousandths(0),
            thousandths(0),
            thousandths(area.height),
            thousandths(area.left),
            thousandths(lower),
        ]);
        self.content.x_object(LOGO_NAME);
        self.content.restore_state();
    }

    fn fill_with(&mut self, ink: Ink) {
        let [red, green, blue] = ink.rgb().map(thousandths);
        self.content.set_fill_rgb(red, green, blue);
    }

    /// The page's content stream.
    pub(super) fn finish(self) -> Vec<u8> {
        self.content.finish().to_vec()
    }
}
