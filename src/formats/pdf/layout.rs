//! The paper on which a document is laid out from top to bottom, page by page.

use crate::formats::pdf::font_set::{FontSet, Glyph, Weight, width_of};
use crate::formats::pdf::length::{Length, mm, pt};
use crate::formats::pdf::page::{Area, Ink, PdfPage, TextStyle};
use crate::formats::pdf::style::{PaperSize, PdfStyle};
use crate::formats::pdf::wrap::wrap;

/// Text of ordinary size.
pub(super) const BODY: TextStyle = TextStyle { weight: Weight::Regular, size: pt(9), ink: Ink::Black };
/// What stands out in ordinary text.
pub(super) const STRONG: TextStyle = TextStyle { weight: Weight::Bold, ..BODY };
/// Labels, and what matters less.
pub(super) const FAINT: TextStyle = TextStyle { weight: Weight::Regular, size: pt(8), ink: Ink::Grey };

/// Where text begins: the margin, which is the same at the right.
pub(super) const LEFT: Length = mm(20);
const TOP: Length = mm(16);
/// The room for the foot of a page.
const FOOT: Length = mm(24);

/// The pages so far, and the place on the last one.
pub(super) struct PageLayout<'a> {
    pub(super) style: &'a PdfStyle,
    fonts: FontSet<'a>,
    pages: Vec<PdfPage>,
    current: PdfPage,
    /// Where the next thing goes.
    pub(super) y: Length,
}

/// The width and height of the paper.
pub(super) const fn paper_size(paper: PaperSize) -> (Length, Length) {
    match paper {
        PaperSize::A4 => (mm(210), mm(297)),
        PaperSize::Letter => (pt(612), pt(792)),
    }
}

impl<'a> PageLayout<'a> {
    pub(super) fn new(style: &'a PdfStyle) -> Self {
        let (_, height) = paper_size(style.paper);
        Self { style, fonts: FontSet::new(&style.fonts), pages: Vec::new(), current: PdfPage::new(height), y: TOP }
    }

    /// All pages and the fonts they were drawn with.
    pub(super) fn into_parts(mut self) -> (Vec<PdfPage>, FontSet<'a>) {
        self.pages.push(self.current);
        (self.pages, self.fonts)
    }

    pub(super) fn right(&self) -> Length {
        paper_size(self.style.paper).0 - LEFT
    }

    pub(super) fn width(&self) -> Length {
        self.right() - LEFT
    }

    pub(super) fn accent(&self) -> Ink {
        Ink::Accent(self.style.accent)
    }

    /// Where the foot of a page begins.
    pub(super) fn foot(&self) -> Length {
        paper_size(self.style.paper).1 - FOOT
    }

    /// Whether something of this height has room on the page.
    pub(super) fn fits(&self, height: Length) -> bool {
        self.y + height <= self.foot()
    }

    /// Begins a page, with a line that says what it belongs to.
    pub(super) fn new_page(&mut self, heading: &str) {
        let (_, height) = paper_size(self.style.paper);
        self.pages.push(std::mem::replace(&mut self.current, PdfPage::new(height)));
        self.y = TOP;
        let width = self.width();
        let (left, y) = (LEFT, self.y);
        if let Some(line) = self.wrapped(heading, FAINT, width).first() {
            self.put(line, FAINT, left, y);
        }
        self.y += FAINT.leading() + mm(4);
    }

    /// The lines of a text in a column.
    pub(super) fn wrapped(&mut self, text: &str, style: TextStyle, width: Length) -> Vec<Vec<Glyph>> {
        wrap(&mut self.fonts, text, style.weight, style.size, width)
    }

    pub(super) fn text_width(&mut self, text: &str, style: TextStyle) -> Length {
        self.fonts.width(text, style.weight, style.size)
    }

    /// Draws a line of text that begins at `x`, below `y`.
    pub(super) fn put(&mut self, glyphs: &[Glyph], style: TextStyle, x: Length, y: Length) {
        self.current.text(&mut self.fonts, glyphs, style, (x, y + style.size));
    }

    /// Draws a line of text that ends at `right`, below `y`.
    pub(super) fn put_right(&mut self, glyphs: &[Glyph], style: TextStyle, right: Length, y: Length) {
        self.put(glyphs, style, right - width_of(glyphs, style.size), y);
    }

    /// Draws a text at the left of a column and returns where it ends.
    pub(super) fn text(&mut self, text: &str, style: TextStyle, (x, y): (Length, Length), width: Length) -> Length {
        let mut y = y;
        for line in self.wrapped(text, style, width) {
            self.put(&line, style, x, y);
            y += style.leading();
        }
        y
    }

    /// Draws a text of full width, over several pages if need be.
    pub(super) fn paragraph(&mut self, text: &str, style: TextStyle, heading: &str) {
        let (left, width) = (LEFT, self.width());
        for line in self.wrapped(text, style, width) {
            if !self.fits(style.leading()) {
                self.new_page(heading);
            }
            let y = self.y;
            self.put(&line, style, left, y);
            self.y += style.leading();
        }
    }

    /// Draws a horizontal line at the current place.
    pub(super) fn rule(&mut self, left: Length, right: Length, ink: Ink) {
        let thickness = if ink == Ink::LightGrey { 400 } else { 800 };
        self.current.area(Area { left, top: self.y, width: right - left, height: thickness }, ink);
    }

    pub(super) fn area(&mut self, area: Area, ink: Ink) {
        self.current.area(area, ink);
    }

    pub(super) fn logo(&mut self, area: Area) {
        self.current.logo(area);
    }

    /// Draws foot lines and `page n of m` on each page.
    pub(super) fn number_pages(&mut self, foot: &[String]) {
        let style = TextStyle { size: 7_500, ..FAINT };
        let (left, right, top) = (LEFT, self.right(), self.foot() + mm(5));
        let room = self.width() - mm(30);
        let lines: Vec<_> = foot.iter().flat_map(|line| self.wrapped(line, style, room)).take(4).collect();
        let count = self.pages.len() + 1;
        for number in 1..=count {
            let label = self.fonts.glyphs(&format!("Page {number} of {count}"), style.weight);
            let page = self.pages.get_mut(number - 1).unwrap_or(&mut self.current);
            page.area(Area { left, top: top - mm(2), width: right - left, height: 400 }, Ink::LightGrey);
            let mut baseline = top + style.size;
            for line in &lines {
                page.text(&mut self.fonts, line, style, (left, baseline));
                baseline += style.leading();
            }
            let x = right - width_of(&label, style.size);
            page.text(&mut self.fonts, &label, style, (x, top + style.size));
        }
    }
}
