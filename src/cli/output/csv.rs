//! CSV by RFC 4180 with line feeds, and the guard that keeps spreadsheets from running cells as formulas.

use std::borrow::Cow;
use std::io::{self, Write};

use ssgctl::ingest::starts_a_formula;

/// Writes one record.
pub(super) fn write<T: AsRef<[u8]>>(out: &mut impl Write, texts: impl IntoIterator<Item = T>) -> io::Result<()> {
    let mut record = Record::begin(out);
    texts.into_iter().try_for_each(|text| record.field(text.as_ref()))?;
    record.end()
}

/// A record that is being written.
pub(super) struct Record<'o, W> {
    out: &'o mut W,
    fields: usize,
    is_empty: bool,
}

impl<'o, W: Write> Record<'o, W> {
    pub(super) fn begin(out: &'o mut W) -> Self {
        Self { out, fields: 0, is_empty: true }
    }

    pub(super) fn field(&mut self, text: &[u8]) -> io::Result<()> {
        if self.fields > 0 {
            self.out.write_all(b",")?;
        }
        self.fields += 1;
        self.is_empty &= text.is_empty();
        if !text.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            return self.out.write_all(text);
        }
        self.out.write_all(b"\"")?;
        for (place, piece) in text.split(|byte| *byte == b'"').enumerate() {
            self.out.write_all(if place == 0 { b"" } else { b"\"\"" })?;
            self.out.write_all(piece)?;
        }
        self.out.write_all(b"\"")
    }

    pub(super) fn end(self) -> io::Result<()> {
        // One empty field would be an empty line, which is no record to a reader.
        self.out.write_all(if self.fields == 1 && self.is_empty { b"\"\"\n" } else { b"\n" })
    }
}

/// Puts a `'` before a text that a spreadsheet would take for a formula. Numbers and telephone numbers stay as they are.
pub(super) fn guarded(text: Cow<'_, str>, raw: bool) -> Cow<'_, str> {
    // A text that begins with a guard of its own gets another, so that taking one off gives it back.
    if raw || !starts_a_formula(text.trim_start_matches('\'')) || is_number(&text) {
        return text;
    }
    Cow::Owned(format!("'{text}"))
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
