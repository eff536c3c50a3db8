//! Texts of banks that are not UTF-8.

use std::borrow::Cow;

use crate::model::word_enum::word_enum;

word_enum! {
    /// How the characters of a file are written.
    pub enum TextEncoding {
        Utf8 = "utf-8",
        /// Of Windows in Western Europe.
        Windows1252 = "windows-1252",
        /// ISO 8859-1, which programs that write it extend by the characters of Windows.
        Latin1 = "iso-8859-1",
    }
}

/// What Windows-1252 has in place of the control characters U+0080 to U+009F.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

impl TextEncoding {
    /// The encoding that the declaration of an XML document names, where it is not UTF-8.
    pub(crate) fn declared(document: &[u8]) -> Option<Self> {
        let declaration = document.get(..document.len().min(200)).filter(|begin| begin.starts_with(b"<?xml"))?;
        let declaration = String::from_utf8_lossy(declaration).to_ascii_lowercase();
        let (declaration, _) = declaration.split_once("?>")?;
        [Self::Windows1252, Self::Latin1].into_iter().find(|encoding| declaration.contains(encoding.as_str()))
    }

    /// The same text in UTF-8.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, [u8]> {
        if self == Self::Utf8 {
            return Cow::Borrowed(bytes);
        }
        let character = |byte: u8| match byte {
            0x80..=0x9f => WINDOWS[usize::from(byte - 0x80)],
            _ => char::from(byte),
        };
        Cow::Owned(bytes.iter().map(|byte| character(*byte)).collect::<String>().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_windows_are_those_of_unicode() {
        let bytes = b"M\xfcller 5 \x80 \x96 \x9f\xff";
        assert_eq!(TextEncoding::Windows1252.decode(bytes), "Müller 5 € – Ÿÿ".as_bytes());
        assert_eq!(TextEncoding::Latin1.decode(bytes), "Müller 5 € – Ÿÿ".as_bytes());
        assert_eq!(TextEncoding::Utf8.decode(bytes), bytes.as_slice());
    }

    #[test]
    fn an_xml_declaration_names_its_encoding() {
        let declared = |text: &str| TextEncoding::declared(text.as_bytes());
        assert_eq!(declared("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"), Some(TextEncoding::Latin1));
        assert_eq!(declared("<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>iso-8859-1</a>"), None);
        assert_eq!(declared("<a/>"), None);
    }
}
