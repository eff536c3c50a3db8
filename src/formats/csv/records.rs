//! Reads the records of a CSV file in order.

use std::io::BufRead;
use std::rc::Rc;

use crate::error::{Error, Fault, InputError, quoted};
use crate::formats::csv::limits::{LONGEST_FIELD, MOST_COLUMNS};
use crate::formats::csv::lines::Lines;
use crate::formats::csv::quotes::QuotedRecord;
use crate::formats::csv::record::{NextRecord, Place, Record, Span};
use crate::formats::row::{Field, InputRow};

/// The records of a CSV file.
///
/// A record on one line without quotes borrows that line; one with quotes is assembled piece by piece. Callers see no difference.
#[derive(Debug)]
pub struct Records<R> {
    lines: Lines<R>,
    delimiter: u8,
    columns: Vec<String>,
    /// The columns again, in a form that rows can share.
    names: Vec<Rc<str>>,
    over: bool,
    /// The fields of a record without quotes, as ranges of the line.
    spans: Vec<Span>,
    /// The last record with quotes.
    quoted: QuotedRecord,
    /// Whether the last record had no quotes.
    in_line: bool,
    /// Parses every record as if it had quotes, so that a test can compare the two parsers.
    #[cfg(test)]
    always_assemble: bool,
}

/// The separator and the columns, from the header of a file.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) delimiter: u8,
    pub(crate) columns: Vec<String>,
}

impl<'a> Records<&'a [u8]> {
    /// The records of a part of a file without a header.
    pub(crate) fn of_lines(layout: &Layout, lines: Lines<&'a [u8]>) -> Self {
        let Layout { delimiter, columns } = layout.clone();
        Self { delimiter, columns, ..Self::new(lines) }
    }

    /// Continues with another text; `number` is the line before it.
    pub(crate) fn go_to(&mut self, text: &'a [u8], number: u64) {
        self.lines.go_to(text, number);
    }

    /// The number of unread bytes, unless reading has ended, and the number of the line before them.
    pub(crate) fn left(&self) -> (Option<usize>, u64) {
        let left = self.lines.left();
        (if self.over { None } else { Some(left) }, self.lines.number())
    }
}

impl<R: BufRead> Records<R> {
    fn new(lines: Lines<R>) -> Self {
        Self {
            lines,
            delimiter: b',',
            columns: Vec::new(),
            names: Vec::new(),
            over: false,
            spans: Vec::new(),
            quoted: QuotedRecord::default(),
            in_line: false,
            #[cfg(test)]
            always_assemble: false,
        }
    }

    pub(crate) fn open(lines: Lines<R>) -> Result<Self, Fault> {
        let mut records = Self::new(lines);
        let Some(ended) = records.advance(true)? else {
            return Err(Fault::of_file(
                1,
                1,
                InputError::NoHeader,
                "the file is empty; it must begin with a header line",
            ));
        };
        if !ended {
            let message = "the file ends inside its header line: it was cut off, or has no rows";
            return Err(Fault::of_file(records.lines.number(), 1, InputError::CutOff, message));
        }
        let header = records.current();
        let names: Vec<&str> = header.fields().map(str::trim).collect();
        for (index, name) in names.iter().enumerate() {
            if names[..index].contains(name) {
                let (Place { line, column }, name) = (header.place(index), quoted(name));
                let message = format!("column {name} occurs twice in the header");
                return Err(Fault::of_file(line, column, InputError::BadHeader, message));
            }
        }
        let (columns, shared) =
            (names.iter().map(|&name| name.to_owned()).collect(), names.iter().map(|&name| name.into()).collect());
        (records.columns, records.names) = (columns, shared);
        Ok(records)
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The layout of the file and the lines after the last record read.
    pub(crate) fn into_lines(self) -> (Layout, Lines<R>) {
        (Layout { delimiter: self.delimiter, columns: self.columns }, self.lines)
    }

    /// The fields of the last record with their column names; fields beyond the header have an empty name.
    pub(crate) fn last_cells(&self) -> Vec<(String, String)> {
        let names = self.columns.iter().cloned().chain(std::iter::repeat(String::new()));
        names.zip(self.current().fields().map(str::to_owned)).collect()
    }

    pub(crate) fn next_row(&mut self) -> Result<Option<InputRow>, Fault> {
        if !self.advance_to_row()? {
            return Ok(None);
        }
        let record = self.current();
        let fields = self.names.iter().zip(record.fields().zip(record.places())).map(|(name, (text, place))| {
            let Place { line, column } = place;
            (Rc::clone(name), Field { text: text.to_owned(), line, column })
        });
        Ok(Some(InputRow::new(record.line(), fields.collect())))
    }

    /// Advances to the next row and returns whether there is one.
    pub(crate) fn advance_to_row(&mut self) -> Result<bool, Fault> {
        if self.over {
            return Ok(false);
        }
        let next = self.advance(false);
        self.over = !matches!(next, Ok(Some(_)));
        let Some(ended) = next? else { return Ok(false) };
        let (has, needs) = (self.current().len(), self.columns.len());
        if has == needs { Ok(true) } else { Err(self.wrong_length(has, needs, ended)) }
    }

    fn wrong_length(&mut self, has: usize, needs: usize, ended: bool) -> Fault {
        let record = self.current();
        let (line, column) = (record.line(), record.place(has - 1).column);
        if has < needs && !ended {
            self.over = true;
            let message = format!("the file ends here with {has} of {needs} fields: it was cut off");
            return Fault::of_file(line, column, InputError::CutOff, message);
        }
        let message = format!("the row has {has} fields, but the header has {needs}");
        Fault::of_row(line, column, Error::Input { code: InputError::BadRow, message })
    }

    /// Advances to the next record and returns whether its last line ends with a line break. Skips empty lines.
    fn advance(&mut self, is_header: bool) -> Result<Option<bool>, Fault> {
        loop {
            let Some(ended) = self.lines.advance()? else { return Ok(None) };
            let line = self.lines.line();
            // A visible first character proves that the line is not empty without a search through it.
            if !line.as_bytes().first().is_some_and(u8::is_ascii_graphic) && line.trim().is_empty() {
                continue;
            }
            if is_header {
                self.delimiter = delimiter(line);
            }
            self.in_line = self.split_line();
            return if self.in_line { Ok(Some(ended)) } else { self.assemble(ended).map(Some) };
        }
    }

    /// Splits a line without quotes into fields. Returns false if it has quotes or exceeds a limit.
    fn split_line(&mut self) -> bool {
        #[cfg(test)]
        if self.always_assemble {
            return false;
        }
        let line = self.lines.line().as_bytes();
        if memchr::memchr(b'"', line).is_some() {
            return false;
        }
        self.spans.clear();
        let mut start = 0;
        for end in memchr::memchr_iter(self.delimiter, line).chain([line.len()]) {
            if end - start > LONGEST_FIELD {
                return false;
            }
            if self.spans.len() < MOST_COLUMNS {
                self.spans.push(Span::new(start, end));
            }
            start = end + 1;
        }
        true
    }

    /// Parses a record with quotes, which may continue on the following lines.
    fn assemble(&mut self, mut ended: bool) -> Result<bool, Fault> {
        self.quoted.clear();
        loop {
            let (line, number) = (self.lines.line(), self.lines.number());
            self.quoted.read(line, number, self.delimiter)?;
            if !self.quoted.is_quoted() {
                self.quoted.close(Place { line: number, column: line.chars().count() as u64 + 1 });
                return Ok(ended);
            }
            self.quoted.break_line();
            ended = self.lines.advance()?.ok_or_else(|| {
                let Place { line, column } = self.quoted.place();
                let message =
                    "the file ends inside the quoted field that begins here: a quote is missing, or the file was cut off";
                Fault::of_file(line, column, InputError::CutOff, message)
            })?;
        }
    }
}

impl<R: BufRead> NextRecord for Records<R> {
    fn next_record(&mut self) -> Result<Option<Record<'_>>, Fault> {
        Ok(if self.advance_to_row()? { Some(self.current()) } else { None })
    }

    fn current(&self) -> Record<'_> {
        if self.in_line {
            Record::in_line(self.lines.line(), &self.spans, self.lines.number())
        } else {
            self.quoted.record()
        }
    }
}

/// The separator of a header line: the most frequent one of comma, semicolon and tab.
fn delimiter(header: &str) -> u8 {
    let count = |byte: &u8| memchr::memchr_iter(*byte, header.as_bytes()).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(count).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::csv::{BlockRecords, Blocks};
    use proptest::prelude::*;

    /// Everything that a text has: its rows as texts, or the first fault as `line:column code`.
    fn read(text: &str) -> Result<Vec<Vec<String>>, String> {
        let read = read_as(text, false);
        assert_eq!(read, read_as(text, true), "both ways of reading say the same");
        Ok(read?.into_iter().map(|row| row.into_iter().map(|(text, _)| text).collect()).collect())
    }

    /// The same with the place of every field, in one of the two ways.
    fn read_as(text: &str, always_assemble: bool) -> Result<Vec<Vec<(String, Place)>>, String> {
        let mut records = Records::open(Lines::open(text.as_bytes()).map_err(as_text)?).map_err(as_text)?;
        records.always_assemble = always_assemble;
        let header = records.current();
        let mut rows = vec![header.fields().map(|name| name.trim().to_owned()).zip(header.places()).collect()];
        while let Some(record) = records.next_record().map_err(as_text)? {
            rows.push(record.fields().map(str::to_owned).zip(record.places()).collect());
        }
        Ok(rows)
    }

    /// The same in blocks of about this many bytes.
    fn read_in_blocks(text: &str, size: usize) -> Result<Vec<Vec<(String, Place)>>, String> {
        let records = Records::open(Lines::open(text.as_bytes()).map_err(as_text)?).map_err(as_text)?;
        let header = records.current();
        let mut rows = vec![header.fields().map(|name| name.trim().to_owned()).zip(header.places()).collect()];
        let (layout, lines) = records.into_lines();
        let blocks = Blocks::new(lines);
        let mut blocks = blocks.of_size(size, 24);
        while let Some(block) = blocks.next_block().expect("read") {
            let mut records = BlockRecords::new(&layout, &block);
            while let Some(record) = records.next_record().map_err(as_text)? {
                rows.push(record.fields().map(str::to_owned).zip(record.places()).collect());
            }
        }
        Ok(rows)
    }

    fn as_text(fault: Fault) -> String {
        match *fault.error {
            Error::Input { code, .. } => format!("{}:{} {code:?}", fault.line, fault.column),
            other => other.to_string(),
        }
    }

    #[test]
    fn quotes_commas_and_line_ends_are_kept() {
        let rows = read("\u{feff}a, b\r\n\"one, \"\"two\"\"\",\"x\r\ny\"\r\n\r\n,\r\n").expect("valid");
        assert_eq!(rows, [vec!["a", "b"], vec!["one, \"two\"", "x\ny"], vec!["", ""]]);
    }

    #[test]
    fn blanks_before_a_quoted_field_are_left_out() {
        let rows = read_as("a, b\n1,  \"2, \"\"3\"\"\"\n \"x\",y\n", false).expect("valid");
        let texts: Vec<Vec<&str>> =
            rows[1..].iter().map(|row| row.iter().map(|(text, _)| text.as_str()).collect()).collect();
        assert_eq!(texts, [["1", "2, \"3\""], ["x", "y"]]);
        assert_eq!(rows[1][1].1, Place { line: 2, column: 5 });
    }

    #[test]
    fn semicolons_and_tabs_separate_when_the_header_says_so() {
        assert_eq!(read("a;b\n1,5;2\n").expect("valid")[1], ["1,5", "2"]);
        assert_eq!(read("a\tb\n1\t\n").expect("valid")[1], ["1", ""]);
    }

    #[test]
    fn every_fault_is_named_by_line_and_column() {
        let faults = [
            ("", "1:1 NoHeader"),
            ("a,b", "1:1 CutOff"),
            ("a,a\n", "1:3 BadHeader"),
            ("a,b\n1,2\n1,2,3\n", "3:5 BadRow"),
            ("a,b\n1\n2,3\n", "2:1 BadRow"),
            ("a,b\n1,2\n1", "3:1 CutOff"),
            ("a,b\n1,\"2\n3,4\n", "2:3 CutOff"),
            ("a,b\n1,x\"y\"\n", "2:4 BadQuote"),
            ("a,b\n1,\"x\"y\n", "2:6 BadQuote"),
            ("a,b\n1,\0\n", "2:3 BadEncoding"),
        ];
        for (text, fault) in faults {
            assert_eq!(read(text).expect_err(text), fault, "{text:?}");
        }
    }

    #[test]
    fn text_that_is_not_utf8_is_rejected() {
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
            format!("2:{} TooLong", LONGEST_FIELD + 3)
        );
        let quoted = "line\n".repeat(LONGEST_FIELD / 5 + 1);
        assert!(read(&format!("a,b\n1,\"{quoted}\"\n")).expect_err("too long").ends_with("TooLong"));
    }

    proptest! {
        #[test]
        fn written_rows_round_trip(rows in proptest::collection::vec(
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
        fn rows_with_and_without_quotes_are_reported_alike(text in "(a,b\n)([ab\u{e9}\t ]{0,3},[b\"]{0,2}[,b]{0,2}\r?\n){0,8}") {
            let _ = read(&text);
        }

        #[test]
        fn parallel_blocks_have_the_same_rows(
            text in "(a,b\n)(([ab\u{e9}]{0,3}| ?\"([a,\n]|\"\"){0,6}\"),b?\r?\n){0,8}([a,\"\n]{0,9})", size in 1..40_usize
        ) {
            prop_assert_eq!(read_in_blocks(&text, size), read_as(&text, false));
        }

        #[test]
        fn a_file_cut_off_inside_its_last_row_is_detected(cut in 0..7_usize) {
            let whole = "a,b\n1,2\nxx,\"yy\",zz\n".replace(",zz", "");
            let text = &whole[..whole.len() - 1 - cut];
            // Cut at the end of a field the row is complete but for its line end, which CSV does not ask for.
            let complete = text.ends_with("\"yy\"") || text.ends_with(',');
            prop_assert_eq!(read(text).is_err(), !complete, "{}", text);
        }
    }
}
