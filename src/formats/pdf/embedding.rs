//! Embeds the drawn glyphs of a face into a PDF, with what they say.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use ttf_parser::{Face, Tag};

use crate::formats::pdf::font_set::UsedFace;
use crate::formats::pdf::length::thousandths;
use crate::formats::pdf::objects::{Refs, compressed};

/// Glyphs are numbered in the order in which they were drawn, and a text names them by that number.
const SYSTEM_INFO: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Writes the objects of a face. `None` if the face cannot be cut, which [`super::FontFile::parse`] tries before.
pub(super) fn write_face(pdf: &mut Pdf, refs: &mut Refs, used: &UsedFace<'_>) -> Option<Ref> {
    let subset = subsetter::subset(used.bytes, 0, &used.glyphs).ok()?;
    let (font, cid_font, descriptor, to_unicode, file) =
        (refs.next(), refs.next(), refs.next(), refs.next(), refs.next());
    let name = base_name(used);
    let name = Name(name.as_bytes());
    let cff = Face::parse(&subset, 0).ok().and_then(|face| face.raw_face().table(Tag::from_bytes(b"CFF ")));

    let mut object = pdf.type0_font(font);
    object.base_font(name).encoding_predefined(Name(b"Identity-H"));
    object.descendant_font(cid_font).to_unicode(to_unicode);
    object.finish();

    let mut object = pdf.cid_font(cid_font);
    object.subtype(if cff.is_some() { CidFontType::Type0 } else { CidFontType::Type2 });
    object.base_font(name).system_info(SYSTEM_INFO).font_descriptor(descriptor).default_width(thousandths(0));
    if cff.is_none() {
        object.cid_to_gid_map_predefined(Name(b"Identity"));
    }
    let mut widths = object.widths();
    for (number, (_, advance)) in &used.drawn {
        widths.consecutive(*number, [thousandths(advance * 1000)]);
    }
    widths.finish();
    object.finish();

    write_descriptor(pdf, descriptor, (name, file), used, cff.is_some());
    let mut cmap = UnicodeCmap::new(Name(b"Custom"), SYSTEM_INFO);
    for (number, (character, _)) in &used.drawn {
        cmap.pair(*number, *character);
    }
    pdf.cmap(to_unicode, &compressed(&cmap.finish())).filter(Filter::FlateDecode);
    let data = compressed(cff.unwrap_or(&subset));
    let mut stream = pdf.stream(file, &data);
    stream.filter(Filter::FlateDecode);
    if cff.is_some() {
        stream.pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
    }
    Some(font)
}

/// The name of the face, after six characters that say it is a part of it.
fn base_name(used: &UsedFace<'_>) -> String {
    let mut name = used.face.names().into_iter().filter(|name| name.name_id == ttf_parser::name_id::POST_SCRIPT_NAME);
    let name = name.find_map(|name| name.to_string()).unwrap_or_else(|| "Font".to_owned());
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    // Different parts of one face get different ones.
    let mut hash = used.drawn.values().fold(u32::from(used.glyphs.num_gids()), |hash, (character, _)| {
        hash.wrapping_mul(31).wrapping_add(u32::from(*character))
    });
    let mut tag = String::with_capacity(6);
    for _ in 0..6 {
        tag.extend(char::from_u32(u32::from('A') + hash % 26));
        hash /= 26;
    }
    format!("{tag}+{name}")
}

fn write_descriptor(pdf: &mut Pdf, id: Ref, (name, file): (Name<'_>, Ref), used: &UsedFace<'_>, is_cff: bool) {
    let face = &used.face;
    let per_em = |value: i16| thousandths(i32::from(value) * 1000 / i32::from(face.units_per_em()) * 1000);
    let bounds = face.global_bounding_box();
    let mut object = pdf.font_descriptor(id);
    object.name(name).flags(FontFlags::SYMBOLIC);
    object.bbox(Rect::new(per_em(bounds.x_min), per_em(bounds.y_min), per_em(bounds.x_max), per_em(bounds.y_max)));
    object.italic_angle(thousandths(0)).ascent(per_em(face.ascender())).descent(per_em(face.descender()));
    object.cap_height(per_em(face.capital_height().unwrap_or_else(|| face.ascender())));
    // The thickness of stems is not in the file; readers use it only to choose a substitute for fonts that are not embedded.
    object.stem_v(thousandths(if face.is_bold() { 140_000 } else { 80_000 }));
    if is_cff {
        object.font_file3(file);
    } else {
        object.font_file2(file);
    }
}
