//! CSV by RFC 4180, strictly: a header line, then rows of as many fields. `;` and tabs separate too, if the header shows it.

use std::io::BufRead;

use crate::error::{Error, Fault, quoted};
use crate::ingest::Row;
use crate::ingest::lines::{LONGEST_FIELD, Lines};
use crate::ingest::row::Field;

/// The most columns of a file: twice what the widest known export has.
const MOST_COLUMNS: usize = 256;

/// The records of a CSV file.
#[derive(Debug)]
pub struct Records<R> {
    lines: Lines<R>,
    delimiter: char,
    columns: Vec<String>,
    over: bool,
    /// The record read last, where its length is wrong.
    wrong: Vec<Field>,
}

/// Fields read so far of a record, and where the one that is open began.
#[derive(Default)]
struct Open {
    fields: Vec<Field>,
    text: String,
    line: u64,
    column: u64,
    state: State,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first character of a field.
    #[default]
    Begin,
    /// In a field without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote that ends the field or is the first of two.
    Closed,
}

impl<R: BufRead> Records<R> {
    pub(super) fn open(lines: Lines<R>) -> Result<Self, Fault> {
        let mut records = Self { lines, delimiter: ',', columns: Vec::new(), over: false, wrong: Vec::new() };
        let Some((header, _)) = records.next_record(true)? else {
            return Err(Fault::of_file(1, 1, "no_header", "the file is empty; it must begin with a header line"));
        };
        for (index, field) in header.iter().enumerate() {
            let name = field.text.trim();
            if header[..index].iter().any(|other| other.text.trim() == name) {
                let message = format!("column {} stands twice in the header", quoted(name));
                return Err(Fault::of_file(field.line, field.column, "bad_header", message));
            }
        }
        records.columns = header.into_iter().map(|field| field.text.trim().to_owned()).collect();
        Ok(records)
    }

    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(super) fn last_cells(&self) -> Vec<(String, String)> {
        let names = self.columns.iter().cloned().chain(std::iter::repeat(String::new()));
        names.zip(self.wrong.iter().map(|field| field.text.clone())).collect()
    }

    pub(super) fn next_row(&mut self) -> Result<Option<Row>, Fault> {
        if self.over {
            return Ok(None);
        }
        let next = self.next_record(false);
        self.over = !matches!(next, Ok(Some(_)));
        let Some((fields, ended)) = next? else { return Ok(None) };
        let line = fields.first().map_or(self.lines.number(), |field| field.line);
        if fields.len() != self.columns.len() {
            let fault = self.wrong_length(&fields, line, ended);
            self.wrong = fields;
            return Err(fault);
        }
        let named = self.columns.iter().cloned().zip(fields).collect();
        Ok(Some(Row::new(line, named)))
    }

    fn wrong_length(&mut self, fields: &[Field], line: u64, ended: bool) -> Fault {
        let (has, needs) = (fields.len(), self.columns.len());
        let column = fields.last().map_or(1, |field| field.column);
        if has < needs && !ended {
            self.over = true;
            let message = format!("the file ends here with {has} of {needs} fields: it was cut off");
            return Fault::of_file(line, column, "cut_off", message);
        }
        let message = format!("the row has {has} fields, the header {needs}");
        Fault::of_row(line, column, Error::Input { code: "bad_row", message })
    }

    /// The next record and whether its last line had an end. Empty lines between records do not count.
    fn next_record(&mut self, is_header: bool) -> Result<Option<(Vec<Field>, bool)>, Fault> {
        let mut open = Open::default();
        loop {
            let before = self.lines.number();
            let Some((line, ended)) = self.lines.next_line()? else {
                return match open.state {
                    State::Quoted => Err(Fault::of_file(
                        open.line,
                        open.column,
                        "cut_off",
                        "the file ends inside the quoted field that begins here: a quote is missing, or the file was cut off",
                    )),
                    _ => Ok(None),
                };
            };
            let number = before + 1;
            if open.state == State::Begin && open.fields.is_empty() && line.trim().is_empty() {
                continue;
            }
            if is_header && open.state == State::Begin {
                self.delimiter = delimiter(line);
            }
            open.read(line, number, self.delimiter)?;
            if open.state != State::Quoted {
                open.close(number, line.chars().count() as u64 + 1);
                return Ok(Some((open.fields, ended)));
            }
            open.text.push('\n');
        }
    }
}

/// The character that separates the names of a header line: whichever of comma, semicolon and tab it has most of.
fn delimiter(header: &str) -> char {
    [',', ';', '\t'].into_iter().rev().max_by_key(|&c| header.matches(c).count()).unwrap_or(',')
}

impl Open {
    /// Reads a physical line into the record.
    fn read(&mut self, line: &str, number: u64, delimiter: char) -> Result<(), Fault> {
        for (column, c) in (1..).zip(line.chars()) {
            match (self.state, c) {
                (State::Begin, '"') => {
                    (self.line, self.column, self.state) = (number, column, State::Quoted);
                }
                (State::Quoted, '"') => self.state = State::Closed,
                (State::Closed, '"') => {
                    self.text.push('"');
                    self.state = State::Quoted;
                }
                (State::Quoted, _) => self.push(c, number, column)?,
                (_, c) if c == delimiter => self.close(number, column),
                (State::Closed, _) => {
                    return Err(bad_quote(
                        number,
                        column,
                        "after the closing quote of a field only a separator may follow",
                    ));
                }
                (State::Plain, '"') => {
                    return Err(bad_quote(
                        number,
                        column,
                        "a quote inside a field needs the field in quotes, and doubling",
                    ));
                }
                (State::Begin, _) => {
                    (self.line, self.column, self.state) = (number, column, State::Plain);
                    self.push(c, number, column)?;
                }
                (State::Plain, _) => self.push(c, number, column)?,
            }
        }
        Ok(())
    }

    fn push(&mut self, c: char, line: u64, column: u64) -> Result<(), Fault> {
        if self.text.len() >= LONGEST_FIELD {
            let message = format!("the field is longer than {} KiB; is a quote missing?", LONGEST_FIELD / 1024);
            return Err(Fault::of_file(line, column, "too_long", message));
        }
        self.text.push(c);
        Ok(())
    }

    /// Ends the field that is open; one that never began is empty and stands here.
    fn close(&mut self, line: u64, column: u64) {
        let (line, column) = if self.state == State::Begin { (line, column) } else { (self.line, self.column) };
        if self.fields.len() < MOST_COLUMNS {
            self.fields.push(Field { text: std::mem::take(&mut self.text), line, column });
        }
        self.state = State::Begin;
    }
}

fn bad_quote(line: u64, column: u64, message: &str) -> Fault {
    Fault::of_file(line, column, "bad_quote", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Everything that a text has: its rows as texts, or the first fault as `line:column code`.
    fn read(text: &str) -> Result<Vec<Vec<String>>, String> {
        let told = |fault: Fault| match *fault.error {
            Error::Input { code, .. } => format!("{}:{} {code}", fault.line, fault.column),
            other => other.to_string(),
        };
        let mut records = Records::open(Lines::open(text.as_bytes()).map_err(told)?).map_err(told)?;
        let mut rows = vec![records.columns().to_vec()];
        while let Some(row) = records.next_row().map_err(told)? {
            rows.push(row.texts());
        }
        Ok(rows)
    }

    #[test]
    fn quotes_commas_and_line_ends_are_kept() {
        let rows = read("\u{feff}a, b\r\n\"one, \"\"two\"\"\",\"x\r\ny\"\r\n\r\n,\r\n").expect("valid");
        assert_eq!(rows, [vec!["a", "b"], vec!["one, \"two\"", "x\ny"], vec!["", ""]]);
    }

    #[test]
    fn semicolons_and_tabs_separate_when_the_header_says_so() {
        assert_eq!(read("a;b\n1,5;2\n").expect("valid")[1], ["1,5", "2"]);
        assert_eq!(read("a\tb\n1\t\n").expect("valid")[1], ["1", ""]);
    }

    #[test]
    fn every_fault_is_named_by_line_and_column() {
        let faults = [
            ("", "1:1 no_header"),
            ("a,a\n", "1:3 bad_header"),
            ("a,b\n1,2\n1,2,3\n", "3:5 bad_row"),
            ("a,b\n1\n2,3\n", "2:1 bad_row"),
            ("a,b\n1,2\n1", "3:1 cut_off"),
            ("a,b\n1,\"2\n3,4\n", "2:3 cut_off"),
            ("a,b\n1,x\"y\"\n", "2:4 bad_quote"),
            ("a,b\n1,\"x\"y\n", "2:6 bad_quote"),
            ("a,b\n1,\0\n", "2:3 bad_encoding"),
        ];
        for (text, fault) in faults {
            assert_eq!(read(text).expect_err(text), fault, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_utf8_text_is_refused() {
        for bytes in [&b"\x1f\x8b\x08"[..], b"\xff\xfea\0", b"a,b\n1,\xe9\n"] {
            let outcome = Lines::open(bytes).and_then(Records::open).and_then(|mut records| records.next_row());
            assert!(outcome.is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn a_field_and_a_line_are_bounded() {
        let long = "x".repeat(LONGEST_FIELD + 1);
        assert_eq!(
            read(&format!("a,b\n1,{long}\n")).expect_err("too long"),
            format!("2:{} too_long", LONGEST_FIELD + 3)
        );
        let quoted = "line\n".repeat(LONGEST_FIELD / 5 + 1);
        assert!(read(&format!("a,b\n1,\"{quoted}\"\n")).expect_err("too long").ends_with("too_long"));
    }

    proptest! {
        #[test]
        fn what_a_writer_writes_is_read_again(rows in proptest::collection::vec(
            proptest::collection::vec("[a-z,;\"' \n]{0,12}", 3), 1..8)
        ) {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            writer.write_record(["a", "b", "c"]).expect("written");
            for row in &rows {
                writer.write_record(row).expect("written");
            }
            let text = String::from_utf8(writer.into_inner().expect("written")).expect("UTF-8");
            prop_assert_eq!(&read(&text).expect("valid")[1..], &rows[..]);
        }

        #[test]
        fn no_text_makes_the_reader_panic_or_go_on_for_ever(text in "[a,;\"\n\r\u{e9}]{0,60}") {
            let _ = read(&text);
        }

        #[test]
        fn a_file_cut_anywhere_inside_its_last_row_is_found(cut in 0..17_usize) {
            let whole = "a,b\n1,2\nxx,\"yy\",zz\n".replace(",zz", "");
            let end = whole.len() - 1 - cut.min(8);
            prop_assume!(end > 8);
            let text = &whole[..end];
            // Cut at the end of a field the row is complete but for its line end, which CSV does not ask for.
            let complete = text.ends_with("\"yy\"") || text.ends_with(',');
            prop_assert_eq!(read(text).is_err(), !complete, "{}", text);
        }
    }
}
