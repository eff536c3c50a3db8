//! Reads the records of a CSV file in order.

use std::io::BufRead;
use std::rc::Rc;

use crate::error::{Error, Fault, InputError};
use crate::formats::csv::header::{self, Header};
use crate::formats::csv::limits::{BlankText, LONGEST_FIELD, MOST_COLUMNS};
use crate::formats::csv::lines::Lines;
use crate::formats::csv::quotes::QuotedRecord;
use crate::formats::csv::quoting::{NULL, Quoting, find_unclear, unclear};
use crate::formats::csv::record::{NextRecord, Place, Record, Span};
use crate::formats::row::{Field, InputRow};

/// The records of a CSV file.
///
/// A record on one line without quotes borrows that line; one with quotes is assembled piece by piece. Callers see no difference.
#[derive(Debug)]
pub struct Records<R> {
    lines: Lines<R>,
    delimiter: u8,
    header: Header,
    /// `None` if it is unclear; then a character whose meaning depends on it is a fault.
    quoting: Option<Quoting>,
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

/// What the header of a file decides for the text after it.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) delimiter: u8,
    pub(crate) quoting: Option<Quoting>,
    pub(crate) columns: Vec<String>,
    /// Whether bytes that are not text are replaced.
    pub(crate) any_bytes: bool,
}

impl<'a> Records<&'a [u8]> {
    /// The records of a part of a file without a header.
    pub(crate) fn of_lines(layout: &Layout, mut lines: Lines<&'a [u8]>) -> Self {
        let Layout { delimiter, quoting, columns, any_bytes } = layout.clone();
        lines.take_any_bytes(any_bytes);
        Self { delimiter, quoting, header: Header { names: columns, ..Header::default() }, ..Self::new(lines) }
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
            quoting: None,
            header: Header::default(),
            names: Vec::new(),
            over: false,
            spans: Vec::new(),
            quoted: QuotedRecord::default(),
            in_line: false,
            #[cfg(test)]
            always_assemble: false,
        }
    }

    /// Opens a file at its header, in which no column may occur twice.
    #[cfg(test)]
    pub(crate) fn open(lines: Lines<R>) -> Result<Self, Fault> {
        let records = Self::open_any(lines, None)?;
        records.header.reject_duplicates(|_| true)?;
        Ok(records)
    }

    /// Opens a file at its header, which decides the quoting unless it is given. The caller must reject duplicates of the columns
    /// that it reads.
    pub(crate) fn open_any(mut lines: Lines<R>, quoting: Option<Quoting>) -> Result<Self, Fault> {
        if lines.first_line_ends_with_cr()? {
            lines = lines.split_at_cr();
        }
        let mut records = Self { quoting, ..Self::new(lines) };
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
        records.header = Header::of(records.current())?;
        records.names = records.header.names.iter().map(|name| name.as_str().into()).collect();
        Ok(records)
    }

    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.header.names
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Gives columns other names.
    pub(crate) fn rename(&mut self, new_name: impl Fn(&str) -> Option<String>) {
        for (name, shared) in self.header.names.iter_mut().zip(&mut self.names) {
            if let Some(new) = new_name(name) {
                (*shared, *name) = (new.as_str().into(), new);
            }
        }
    }

    /// Decides the quoting if the header did not.
    pub(crate) fn assume(&mut self, quoting: Quoting) {
        self.quoting.get_or_insert(quoting);
    }

    /// Replaces bytes that are not text from here on, so that only columns that are read need be text.
    pub(crate) fn take_any_bytes(&mut self) {
        self.lines.take_any_bytes(true);
    }

    /// The layout of the file and the lines after the last record read.
    pub(crate) fn into_lines(self) -> (Layout, Lines<R>) {
        let Self { lines, delimiter, quoting, header, .. } = self;
        (Layout { delimiter, quoting, columns: header.names, any_bytes: lines.takes_any_bytes() }, lines)
    }

    /// The fields of the last record with their column names; fields beyond the header have an empty name.
    pub(crate) fn last_cells(&self) -> Vec<(String, String)> {
        let names = self.columns().iter().cloned().chain(std::iter::repeat(String::new()));
        names.zip(self.current().fields().map(str::to_owned)).collect()
    }

    pub(crate) fn next_row(&mut self) -> Result<Option<InputRow>, Fault> {
        if !self.advance_to_row()? {
            return Ok(None);
        }
        let record = self.current();
        let has_null = self.in_line && self.quoting.is_some_and(Quoting::has_escapes);
        let fields = self.names.iter().zip(record.fields().zip(record.places())).map(|(name, (text, place))| {
            let Place { line, column } = place;
            let text = if has_null && text == NULL { "" } else { text };
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
        let (has, needs) = (self.current().len(), self.columns().len());
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
        let mixed = if record.fields().any(|text| text.trim_end().contains('\r')) {
            "; a line of it ends with a carriage return alone, and others do not: save the file with one kind of line end"
        } else {
            ""
        };
        let fields = if has == 1 { "field" } else { "fields" };
        let message = format!("the row has {has} {fields}, but the header has {needs}{mixed}");
        Fault::of_row(line, column, Error::Input { code: InputError::BadRow, message })
    }

    /// Advances to the next record and returns whether its last line ends with a line break. Skips empty lines, and lines with
    /// nothing but separators.
    fn advance(&mut self, is_header: bool) -> Result<Option<bool>, Fault> {
        let (mut blank, mut named) = (BlankText::default(), None);
        loop {
            let Some(ended) = self.lines.advance()? else { return Ok(None) };
            let line = self.lines.line();
            // Separators at the end of a file may be the beginning of a row that was cut off.
            let is_cut =
                !ended && (2..self.header.names.len()).contains(&(header::separators(line, self.delimiter) + 1));
            if !is_cut && header::is_blank(line, named.or((!is_header).then_some(self.delimiter))) {
                blank.add(line, self.lines.number())?;
                continue;
            }
            if is_header && named.is_none() {
                named = header::named_delimiter(line);
                self.delimiter = named.unwrap_or_else(|| header::delimiter_of(line));
                if named.is_some() {
                    continue;
                }
            }
            if is_header {
                self.quoting = self.quoting.or_else(|| Quoting::of(self.delimiter, self.lines.is_of_spreadsheet()));
            }
            self.in_line = self.split_line();
            return if self.in_line { Ok(Some(ended)) } else { self.assemble(ended).map(Some) };
        }
    }

    /// Splits a line without quotes and escapes into fields. Returns false if it has any or exceeds a limit.
    fn split_line(&mut self) -> bool {
        #[cfg(test)]
        if self.always_assemble {
            return false;
        }
        let line = self.lines.line().as_bytes();
        let special = match self.quoting {
            Some(Quoting::Csv) => memchr::memchr(b'"', line),
            Some(Quoting::None) => memchr::memchr(b'\\', line),
            Some(Quoting::Backslash) | None => find_unclear(line),
        };
        if special.is_some() {
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

    /// Parses a record with quotes or escapes, which may continue on the following lines.
    fn assemble(&mut self, mut ended: bool) -> Result<bool, Fault> {
        if self.quoting.is_none()
            && let Some(at) = find_unclear(self.lines.line().as_bytes())
        {
            let column = self.lines.line().get(..at).unwrap_or_default().chars().count() as u64 + 1;
            return Err(unclear(Place { line: self.lines.number(), column }));
        }
        self.quoted.clear(self.quoting.unwrap_or(Quoting::Csv));
        loop {
            let (line, number) = (self.lines.line(), self.lines.number());
            self.quoted.read(line, number, self.delimiter)?;
            if !self.quoted.goes_on() {
                self.quoted.close(Place { line: number, column: line.chars().count() as u64 + 1 });
                return Ok(ended);
            }
            self.quoted.break_line(Place { line: number, column: line.chars().count() as u64 + 1 })?;
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

#[cfg(test)]
mod tests;
