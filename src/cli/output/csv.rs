//! CSV by RFC 4180 with line feeds, and the guard that keeps spreadsheets from running cells as formulas.

use std::borrow::Cow;
use std::io::{self, Write};

use ssgctl::formats::starts_a_formula;

/// Writes one record.
pub(super) fn write<T: AsRef<[u8]>>(out: &mut impl Write, texts: impl IntoIterator<Item = T>) -> io::Result<()> {
    let mut line = Vec::new();
    let mut record = Record::begin(&mut line);
    texts.into_iter().for_each(|text| record.field(text.as_ref()));
    record.end();
    out.write_all(&line)
}

/// A record that is added to a text.
pub(super) struct Record<'t> {
    text: &'t mut Vec<u8>,
    begun: usize,
    fields: usize,
}

impl<'t> Record<'t> {
    pub(super) fn begin(text: &'t mut Vec<u8>) -> Self {
        let begun = text.len();
        Self { text, begun, fields: 0 }
    }

    pub(super) fn field(&mut self, field: &[u8]) {
        if self.fields > 0 {
            self.text.push(b',');
        }
        self.fields += 1;
        // Every byte is looked at, as that goes by many at once.
        let is_plain = !field.iter().fold(false, |found, byte| found | matches!(byte, b',' | b'"' | b'\n' | b'\r'));
        if is_plain {
            return self.text.extend_from_slice(field);
        }
        self.text.push(b'"');
        for (place, piece) in field.split(|byte| *byte == b'"').enumerate() {
            self.text.extend_from_slice(if place == 0 { b"" } else { b"\"\"" });
            self.text.extend_from_slice(piece);
        }
        self.text.push(b'"');
    }

    pub(super) fn end(self) {
        // One empty field would be an empty line, which is no record to a reader.
        let is_nothing = self.fields == 1 && self.text.len() == self.begun;
        self.text.extend_from_slice(if is_nothing { b"\"\"\n" } else { b"\n" });
    }
}

/// Puts a `'` before a text that a spreadsheet would take for a formula. Numbers and telephone numbers stay as they are.
pub(super) fn guarded(text: Cow<'_, str>, raw: bool) -> Cow<'_, str> {
    if !raw && is_formula(&text) { Cow::Owned(format!("'{text}")) } else { text }
}

fn is_formula(text: &str) -> bool {
    // Most texts begin with a letter or digit.
    let is_word = text.bytes().next().is_none_or(|first| first.is_ascii_alphanumeric());
    // A text that begins with a guard of its own gets another, so that taking one off gives it back.
    !is_word && starts_a_formula(text.trim_start_matches('\'')) && !is_number(text)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn records_are_those_of_the_csv_library(texts in proptest::collection::vec("[a,\"\r\n' \u{e9}#]{0,5}", 1..4)) {
            let mut ours = Vec::new();
            write(&mut ours, &texts).expect("written");
            let mut theirs = ::csv::Writer::from_writer(Vec::new());
            theirs.write_record(&texts).expect("written");
            let theirs = theirs.into_inner().expect("written");
            prop_assert_eq!(String::from_utf8(ours), String::from_utf8(theirs));
        }
    }

    #[test]
    fn formulas_are_guarded_and_numbers_are_not() {
        for text in ["'=1", "=1+1", "+A1", "-A1", "@SUM(A1)", "\u{ff1d}1", "+44,+45"] {
            assert_eq!(guarded(Cow::Borrowed(text), false), format!("'{text}"));
            assert_eq!(guarded(Cow::Borrowed(text), true), text);
        }
        for text in ["-12.50", "+447700900123", "ABC", ""] {
            assert_eq!(guarded(Cow::Borrowed(text), false), text);
        }
    }
}
