//! Parses records that contain quotes or escapes. They are assembled piece by piece from one or more lines.

use crate::error::{Fault, InputError};
use crate::formats::csv::limits::{LONGEST_FIELD, MOST_COLUMNS};
use crate::formats::csv::quoting::{NULL, Quoting, unescaped};
use crate::formats::csv::record::{Place, Record, Span};

/// A record in progress: the complete fields, and the beginning of the current one.
#[derive(Debug)]
pub(crate) struct QuotedRecord {
    quoting: Quoting,
    text: String,
    spans: Vec<Span>,
    places: Vec<Place>,
    /// The start of the current field in `text`.
    start: u32,
    /// The position of the current field in the file.
    place: Place,
    state: State,
    /// Whether the last line ended with an escape, so that its line break belongs to the field.
    breaks_escaped: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first character of a field.
    #[default]
    Begin,
    /// In a field without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote that either ends the field or is the first of a doubled quote.
    Closed,
}

impl Default for QuotedRecord {
    fn default() -> Self {
        let (start, place, state, breaks_escaped) = (0, Place::default(), State::Begin, false);
        let (text, spans, places) = (String::new(), Vec::new(), Vec::new());
        Self { quoting: Quoting::Csv, text, spans, places, start, place, state, breaks_escaped }
    }
}

impl QuotedRecord {
    /// The assembled record.
    pub(crate) fn record(&self) -> Record<'_> {
        Record::assembled(&self.text, &self.spans, &self.places)
    }

    /// Whether the current field continues on the next line.
    pub(crate) fn goes_on(&self) -> bool {
        self.state == State::Quoted || self.breaks_escaped
    }

    /// The position of the current field.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Adds a line break, at a position of the file, to the current field.
    pub(crate) fn break_line(&mut self, at: Place) -> Result<(), Fault> {
        self.push("\n", at)
    }

    pub(crate) fn clear(&mut self, quoting: Quoting) {
        self.quoting = quoting;
        self.text.clear();
        self.spans.clear();
        self.places.clear();
        (self.start, self.state) = (0, State::Begin);
    }

    /// Adds a physical line to the record.
    pub(crate) fn read(&mut self, line: &str, number: u64, delimiter: u8) -> Result<(), Fault> {
        let mut rest = Rest { text: line, place: Place { line: number, column: 1 } };
        let (has_quotes, has_escapes) = (self.quoting.has_quotes(), self.quoting.has_escapes());
        self.breaks_escaped = false;
        while let Some(first) = rest.text.bytes().next() {
            let here = rest.place;
            match (self.state, first) {
                (State::Begin | State::Plain | State::Quoted, b'\\') if has_escapes => self.unescape(&mut rest)?,
                (State::Begin | State::Plain, b'"') if !has_quotes => self.push_plain(rest.take(1), here)?,
                (State::Begin, b'"') => {
                    rest.take(1);
                    (self.place, self.state) = (here, State::Quoted);
                }
                (State::Quoted, b'"') => {
                    rest.take(1);
                    self.state = State::Closed;
                }
                (State::Closed, b'"') => {
                    self.push(rest.take(1), here)?;
                    self.state = State::Quoted;
                }
                (State::Quoted, _) => self.push(rest.take_until(|text| find_in_quotes(has_escapes, text)), here)?,
                (State::Begin | State::Plain | State::Closed, _) if first == delimiter => {
                    rest.take(1);
                    self.close(here);
                }
                (State::Closed, _) => {
                    return Err(bad_quote(here, "only a separator may follow the closing quote of a field"));
                }
                // Programs that write a space after each separator also write it before a quote.
                (State::Plain, b'"') if self.text[self.start as usize..].bytes().all(|byte| byte == b' ') => {
                    rest.take(1);
                    self.text.truncate(self.start as usize);
                    (self.place, self.state) = (here, State::Quoted);
                }
                (State::Plain, b'"') => {
                    return Err(bad_quote(here, "a field that contains a quote must be quoted, and the quote doubled"));
                }
                (State::Begin | State::Plain, _) => {
                    let end = |text: &[u8]| match (has_escapes, has_quotes) {
                        (false, _) => memchr::memchr2(delimiter, b'"', text),
                        (true, false) => memchr::memchr2(delimiter, b'\\', text),
                        (true, true) => memchr::memchr3(delimiter, b'"', b'\\', text),
                    };
                    self.push_plain(rest.take_until(end), here)?;
                }
            }
        }
        Ok(())
    }

    /// Adds the character that an escape stands for. `\N` stands for none: the field is empty.
    fn unescape(&mut self, rest: &mut Rest<'_>) -> Result<(), Fault> {
        let here = rest.place;
        rest.take(1);
        let Some(character) = rest.text.chars().next() else {
            self.breaks_escaped = true;
            return self.push_plain("", here);
        };
        rest.take(character.len_utf8());
        if character == 'N' && self.state == State::Begin {
            return self.push_plain("", here);
        }
        self.push_plain(unescaped(character).encode_utf8(&mut [0; 4]), here)
    }

    /// Adds text at a position, with which a field may begin.
    fn push_plain(&mut self, piece: &str, at: Place) -> Result<(), Fault> {
        if self.state == State::Begin {
            (self.place, self.state) = (at, State::Plain);
        }
        self.push(piece, at)
    }

    /// Adds text at a position to the current field.
    fn push(&mut self, piece: &str, at: Place) -> Result<(), Fault> {
        let room = LONGEST_FIELD - (self.text.len() - self.start as usize).min(LONGEST_FIELD);
        if let Some(beyond) = (room..piece.len()).find(|&end| piece.is_char_boundary(end)) {
            let column = at.column + piece[..beyond].chars().count() as u64;
            let message = format!("the field is longer than {} KiB; is a quote missing?", LONGEST_FIELD / 1024);
            return Err(Fault::of_file(at.line, column, InputError::TooLong, message));
        }
        self.text.push_str(piece);
        Ok(())
    }

    /// Ends the current field; a field without text or quotes is empty and begins at `place`.
    pub(crate) fn close(&mut self, place: Place) {
        let is_unquoted = self.state == State::Plain && self.quoting.has_escapes();
        if is_unquoted && &self.text[self.start as usize..] == NULL {
            self.text.truncate(self.start as usize);
        }
        let span = Span::new(self.start as usize, self.text.len());
        self.start = span.end;
        if self.spans.len() < MOST_COLUMNS {
            self.spans.push(span);
            self.places.push(if self.state == State::Begin { place } else { self.place });
        }
        self.state = State::Begin;
    }
}

/// The unread part of a line and its position.
struct Rest<'a> {
    text: &'a str,
    place: Place,
}

impl<'a> Rest<'a> {
    /// Consumes a number of bytes, which must end at a character boundary.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (consumed, text) = self.text.split_at(bytes);
        self.text = text;
        self.place.column += consumed.chars().count() as u64;
        consumed
    }

    /// Consumes the text before the first match, or all of it without a match.
    fn take_until(&mut self, find: impl Fn(&[u8]) -> Option<usize>) -> &'a str {
        self.take(find(self.text.as_bytes()).unwrap_or(self.text.len()))
    }
}

/// The first quote or, in a file with escapes, backslash.
fn find_in_quotes(has_escapes: bool, text: &[u8]) -> Option<usize> {
    if has_escapes { memchr::memchr2(b'"', b'\\', text) } else { memchr::memchr(b'"', text) }
}

fn bad_quote(place: Place, message: &str) -> Fault {
    Fault::of_file(place.line, place.column, InputError::BadQuote, message)
}
