//! CSV by RFC 4180 with line feeds, and the guard that keeps spreadsheets from running cells as formulas.

use std::borrow::Cow;
use std::io::{self, Write};

use ssgctl::ingest::starts_a_formula;

/// Writes one record.
pub(super) fn write<T: AsRef<[u8]>>(out: &mut impl Write, texts: impl IntoIterator<Item = T>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().buffer_capacity(1024).from_writer(out);
    writer.write_record(texts).map_err(io::Error::other)?;
    writer.flush()
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
