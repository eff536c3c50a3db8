//! Puts pages, fonts and metadata into a PDF 1.7 file that keeps the rules of PDF/A-3b: all fonts embedded, a colour profile, no
//! transparency, and metadata in XMP.

use std::collections::BTreeSet;

use jiff::civil::Date;
use pdf_writer::types::OutputIntentSubtype;
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, TextStr};
use sha2::{Digest, Sha256};

use crate::formats::pdf::embedding::write_face;
use crate::formats::pdf::font_set::FontSet;
use crate::formats::pdf::layout::paper_size;
use crate::formats::pdf::length::thousandths;
use crate::formats::pdf::logo::Logo;
use crate::formats::pdf::objects::{Refs, compressed};
use crate::formats::pdf::page::{LOGO_NAME, PdfPage, face_name};
use crate::formats::pdf::style::PdfStyle;
use crate::formats::xml::escaped;

/// The colour profile that gives the numbers of colours their meaning.
const SRGB: &[u8] = include_bytes!("srgb.icc");

const CREATOR: &str = "ssgctl";

/// What the file says about itself.
pub(super) struct Metadata {
    pub(super) title: String,
    pub(super) author: String,
    pub(super) date: Date,
}

/// Writes the file; returns the characters that no font has, too.
pub(super) fn assemble(
    pages: Vec<PdfPage>,
    fonts: FontSet<'_>,
    style: &PdfStyle,
    metadata: &Metadata,
) -> (Vec<u8>, BTreeSet<char>) {
    let contents: Vec<Vec<u8>> = pages.into_iter().map(PdfPage::finish).collect();
    let (faces, missing) = fonts.into_parts();
    let mut pdf = Pdf::new();
    pdf.set_version(1, 7);
    let id = file_id(&contents, metadata);
    pdf.set_file_id((id.clone(), id));
    let mut refs = Refs::default();
    let (catalog, tree, resources) = (refs.next(), refs.next(), refs.next());
    write_catalog(&mut pdf, (catalog, tree), &mut refs, metadata, missing.is_empty());

    let mut names = Vec::new();
    for (index, face) in faces.iter().enumerate().filter(|(_, face)| !face.drawn.is_empty()) {
        if let Some(font) = write_face(&mut pdf, &mut refs, face) {
            names.push((face_name(index), font));
        }
    }
    let logo = style.logo.as_ref().map(|logo| write_logo(&mut pdf, refs.next(), logo));
    let mut dictionary = pdf.indirect(resources).start::<pdf_writer::writers::Resources<'_>>();
    let mut fonts = dictionary.fonts();
    for (name, font) in &names {
        fonts.pair(Name(name.as_bytes()), *font);
    }
    fonts.finish();
    if let Some(logo) = logo {
        dictionary.x_objects().pair(LOGO_NAME, logo);
    }
    dictionary.finish();

    let ids: Vec<(Ref, Ref)> = contents.iter().map(|_| (refs.next(), refs.next())).collect();
    let count = i32::try_from(ids.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(ids.iter().map(|(page, _)| *page)).count(count);
    let (width, height) = paper_size(style.paper);
    for (content, (page, stream)) in contents.iter().zip(ids) {
        let mut object = pdf.page(page);
        object.parent(tree).contents(stream);
        object.media_box(Rect::new(thousandths(0), thousandths(0), thousandths(width), thousandths(height)));
        object.pair(Name(b"Resources"), resources);
        object.finish();
        pdf.stream(stream, &compressed(content)).filter(Filter::FlateDecode);
    }
    (pdf.finish(), missing)
}

/// An identifier that follows from what the file shows.
fn file_id(contents: &[Vec<u8>], metadata: &Metadata) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(metadata.title.as_bytes());
    hash.update(metadata.author.as_bytes());
    for content in contents {
        hash.update(content);
    }
    hash.finalize().iter().take(16).copied().collect()
}

fn write_catalog(pdf: &mut Pdf, (catalog, tree): (Ref, Ref), refs: &mut Refs, metadata: &Metadata, is_archival: bool) {
    let (profile, xmp_id, info) = (refs.next(), refs.next(), refs.next());
    let mut object = pdf.catalog(catalog);
    object.pages(tree).metadata(xmp_id).lang(TextStr("en"));
    object.viewer_preferences().display_doc_title(true);
    let mut intents = object.output_intents();
    let mut intent = intents.push();
    intent.subtype(OutputIntentSubtype::PDFA).output_condition_identifier(TextStr("sRGB"));
    intent.info(TextStr("sRGB")).dest_output_profile(profile);
    intent.finish();
    intents.finish();
    object.finish();
    pdf.icc_profile(profile, &compressed(SRGB)).n(3).filter(Filter::FlateDecode);
    let xmp = xmp(metadata, is_archival);
    // Readers of PDF/A look for it without decompressing.
    pdf.stream(xmp_id, xmp.as_bytes()).pair(Name(b"Type"), Name(b"Metadata")).pair(Name(b"Subtype"), Name(b"XML"));
    let date = pdf_writer::Date::new(u16::try_from(metadata.date.year()).unwrap_or_default())
        .month(u8::try_from(metadata.date.month()).unwrap_or(1))
        .day(u8::try_from(metadata.date.day()).unwrap_or(1))
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    let mut object = pdf.document_info(info);
    object.title(TextStr(&metadata.title)).author(TextStr(&metadata.author));
    object.creator(TextStr(CREATOR)).creation_date(date).modified_date(date);
}

/// The metadata as XMP, which must agree with the document information.
fn xmp(metadata: &Metadata, is_archival: bool) -> String {
    let (title, author) = (escaped(&metadata.title), escaped(&metadata.author));
    let date = format!("{}T00:00:00+00:00", metadata.date);
    let conformance =
        if is_archival { "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" } else { "" };
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\
         <dc:format>application/pdf</dc:format>\
         <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\
         <dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>\
         <xmp:CreatorTool>{CREATOR}</xmp:CreatorTool>\
         <xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>{conformance}\
         </rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>"
    )
}

fn write_logo(pdf: &mut Pdf, id: Ref, logo: &Logo) -> Ref {
    let side = |pixels: usize| i32::try_from(pixels).unwrap_or_default();
    let data = compressed(&logo.pixels);
    let mut image = pdf.image_xobject(id, &data);
    image.filter(Filter::FlateDecode);
    image.width(side(logo.width)).height(side(logo.height));
    image.color_space().device_rgb();
    image.bits_per_component(8);
    id
}
