//! Reads a file as UTF-8 with LF line ends. UTF-16 with a byte order mark, which spreadsheets write as "Unicode text", and CR
//! line ends, which they write on a Mac, are converted.

use std::io::{BufRead, Read, Result};

/// A byte that never occurs in UTF-8. It replaces invalid UTF-16, so that the line reader reports the fault at its position.
const INVALID: u8 = 0xff;

/// An input in either encoding.
#[derive(Debug)]
pub(crate) enum Text<R> {
    AsIs(R),
    Utf16(Utf16<R>),
    Cr(Cr<R>),
}

/// A text with CR line ends, read with LF line ends. A CRLF becomes one LF.
#[derive(Debug)]
pub(crate) struct Cr<R> {
    input: Box<Text<R>>,
    /// Whether the last character was a CR.
    after_return: bool,
    text: Vec<u8>,
    read: usize,
}

/// A UTF-16 input, read as UTF-8.
#[derive(Debug)]
pub(crate) struct Utf16<R> {
    input: R,
    is_big_endian: bool,
    /// The first byte of an incomplete code unit.
    half: Option<u8>,
    /// The first unit of an incomplete surrogate pair.
    surrogate: Option<u16>,
    text: Vec<u8>,
    read: usize,
}

impl<R: BufRead> Text<R> {
    /// Opens an input and detects UTF-16 by its byte order mark.
    pub(crate) fn open(mut input: R) -> Result<Self> {
        let is_big_endian = match input.fill_buf()? {
            [0xfe, 0xff, ..] => true,
            [0xff, 0xfe, ..] => false,
            _ => return Ok(Self::AsIs(input)),
        };
        input.consume(2);
        let (half, surrogate, text, read) = (None, None, Vec::new(), 0);
        Ok(Self::Utf16(Utf16 { input, is_big_endian, half, surrogate, text, read }))
    }
}

impl<R> Text<R> {
    /// Converts CR line ends to LF.
    pub(crate) fn split_at_cr(self) -> Self {
        match self {
            Self::Cr(_) => self,
            other => Self::Cr(Cr { input: Box::new(other), after_return: false, text: Vec::new(), read: 0 }),
        }
    }

    /// Whether the text is UTF-16.
    pub(crate) fn is_utf16(&self) -> bool {
        match self {
            Self::AsIs(_) => false,
            Self::Utf16(_) => true,
            Self::Cr(cr) => cr.input.is_utf16(),
        }
    }
}

impl<R: BufRead> Cr<R> {
    /// Converts the buffered input.
    fn refill(&mut self) -> Result<()> {
        self.text.clear();
        self.read = 0;
        while self.text.is_empty() {
            let bytes = self.input.fill_buf()?;
            if bytes.is_empty() {
                break;
            }
            for &byte in bytes {
                if !(byte == b'\n' && self.after_return) {
                    self.text.push(if byte == b'\r' { b'\n' } else { byte });
                }
                self.after_return = byte == b'\r';
            }
            let count = bytes.len();
            self.input.consume(count);
        }
        Ok(())
    }
}

/// Whether the first line of a text ends with a CR alone. Quoted text is not part of the line end.
pub(super) fn first_line_ends_with_cr(text: &[u8]) -> bool {
    let mut is_quoted = false;
    for (index, byte) in text.iter().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => return false,
            // Several CRs before an LF are a CRLF that was converted twice.
            b'\r' if !is_quoted => {
                return text[index..].iter().find(|byte| **byte != b'\r').is_none_or(|next| *next != b'\n');
            }
            _ => {}
        }
    }
    false
}

impl<R: BufRead> Utf16<R> {
    /// Converts the buffered input. At the end of the input, an incomplete unit or pair is invalid.
    fn refill(&mut self) -> Result<()> {
        self.text.clear();
        self.read = 0;
        while self.text.is_empty() {
            let bytes = self.input.fill_buf()?;
            if bytes.is_empty() {
                if self.half.take().is_some() | self.surrogate.take().is_some() {
                    self.text.push(INVALID);
                }
                return Ok(());
            }
            let count = bytes.len();
            for &byte in bytes {
                let Some(first) = self.half.take() else {
                    self.half = Some(byte);
                    continue;
                };
                let pair = [first, byte];
                let unit = if self.is_big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
                decode(unit, &mut self.surrogate, &mut self.text);
            }
            self.input.consume(count);
        }
        Ok(())
    }
}

/// Appends a code unit to the text, combined with a preceding surrogate.
fn decode(unit: u16, surrogate: &mut Option<u16>, text: &mut Vec<u8>) {
    let is_high_surrogate = (0xd800..0xdc00).contains(&unit);
    let units = [surrogate.unwrap_or(unit), unit];
    let units = if surrogate.take().is_some() { &units[..] } else { &units[1..] };
    if is_high_surrogate && units.len() == 1 {
        *surrogate = Some(unit);
        return;
    }
    for character in char::decode_utf16(units.iter().copied()) {
        match character {
            Ok(c) => text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(_) => text.push(INVALID),
        }
    }
}

impl<R: BufRead> BufRead for Text<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        match self {
            Self::AsIs(input) => input.fill_buf(),
            Self::Utf16(input) => {
                if input.read == input.text.len() {
                    input.refill()?;
                }
                Ok(&input.text[input.read..])
            }
            Self::Cr(input) => {
                if input.read == input.text.len() {
                    input.refill()?;
                }
                Ok(&input.text[input.read..])
            }
        }
    }

    fn consume(&mut self, count: usize) {
        match self {
            Self::AsIs(input) => input.consume(count),
            Self::Utf16(input) => input.read += count,
            Self::Cr(input) => input.read += count,
        }
    }
}

impl<R: BufRead> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;
    use proptest::prelude::*;

    fn utf16(text: &str, is_big_endian: bool) -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit: u16| if is_big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    fn read(bytes: &[u8], capacity: usize) -> Vec<u8> {
        let mut text = Vec::new();
        Text::open(BufReader::with_capacity(capacity, bytes)).expect("opened").read_to_end(&mut text).expect("read");
        text
    }

    #[test]
    fn cr_line_ends_of_the_first_line_are_found() {
        for text in ["a,b\r1,2\r", "a,b\r1,2\n", "\"a\nb\"\r1\r"] {
            assert!(first_line_ends_with_cr(text.as_bytes()), "{text:?}");
        }
        for text in ["a,b\n1\r", "a,b\r\n1\r", "a,b\r\r\n1\r\r\n", "\"a\rb\"\n", "a,b"] {
            assert!(!first_line_ends_with_cr(text.as_bytes()), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn cr_line_ends_are_read_in_pieces_of_any_size(text in "[ab\r\n]{0,40}", capacity in 1..20_usize) {
            let mut read = String::new();
            let input = Text::AsIs(BufReader::with_capacity(capacity, text.as_bytes()));
            input.split_at_cr().read_to_string(&mut read).expect("read");
            prop_assert_eq!(read, text.replace("\r\n", "\n").replace('\r', "\n"));
        }

        #[test]
        fn utf16_of_either_order_is_read_in_pieces_of_any_size(text in "\\PC{0,40}", big: bool, capacity in 2..20_usize) {
            prop_assert_eq!(read(&utf16(&text, big), capacity), text.as_bytes());
        }

        #[test]
        fn invalid_utf16_becomes_invalid_utf8(bytes in proptest::collection::vec(any::<u8>(), 0..40), capacity in 2..9_usize) {
            let whole: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            let is_text = bytes.len() % 2 == 0 && String::from_utf16(&whole).is_ok();
            let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(bytes).collect();
            prop_assert_eq!(String::from_utf8(read(&marked, capacity)).is_ok(), is_text);
        }
    }
}
