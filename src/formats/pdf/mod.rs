//! Writes an invoice as a PDF. The same issued copy and the same style give the same bytes.
//!
//! `head`, `lines` and `totals` say what an invoice consists of and draw it with `layout`, which breaks it into pages. `font_set`
//! and `wrap` turn text into glyphs, and `document` puts pages, fonts and metadata into a file. Lengths are integers (`length`), so a
//! page is the same on every machine.
//!
//! Text is drawn one glyph for each character, which is right for Latin, Greek, Cyrillic, Chinese, Japanese and Korean. A character
//! that no font has is drawn as a box and reported; copying the text from the PDF still gives the character.

mod document;
mod embedding;
mod font_set;
mod head;
mod layout;
mod length;
mod lines;
mod logo;
mod objects;
mod page;
mod style;
mod totals;
mod words;
mod wrap;

use std::collections::BTreeSet;

pub use logo::Logo;
pub use style::{Accent, FontFile, PaperSize, PdfStyle};

use crate::formats::pdf::document::{Metadata, assemble};
use crate::formats::pdf::layout::PageLayout;
use crate::model::invoice::InvoiceCopy;

/// An invoice as a PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoicePdf {
    pub bytes: Vec<u8>,
    pub pages: usize,
    /// Characters that no font has. If there are any, the file does not claim to be PDF/A-3, which an archive may ask for.
    pub missing: BTreeSet<char>,
}

/// Draws an invoice, credit note or pro-forma.
pub fn invoice_pdf(copy: &InvoiceCopy, style: &PdfStyle) -> InvoicePdf {
    let mut layout = PageLayout::new(style);
    let heading = totals::page_heading(copy);
    head::draw(&mut layout, copy);
    lines::draw(&mut layout, copy, &heading);
    totals::draw(&mut layout, copy, &heading);
    let foot = if style.foot.is_empty() { totals::usual_foot(copy) } else { style.foot.clone() };
    layout.number_pages(&foot);
    let (pages, fonts) = layout.into_parts();
    let count = pages.len();
    let number = copy.number.clone().unwrap_or_else(|| copy.payment.reference.to_string());
    let metadata = Metadata {
        title: format!("{} {number}", words::title(copy)),
        author: copy.seller.name.clone(),
        date: copy.issued_on,
    };
    let (bytes, missing) = assemble(pages, fonts, style, &metadata);
    InvoicePdf { bytes, pages: count, missing }
}
