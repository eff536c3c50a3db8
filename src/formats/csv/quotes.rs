//! A CSV record with quotes: it is put together piece by piece, from one line or several.

use crate::error::{Fault, InputError};
use crate::formats::csv::limits::{LONGEST_FIELD, MOST_COLUMNS};
use crate::formats::csv::record::{Place, Record, Span};

/// A record that is put together: the fields read so far, and where the one that is open began.
#[derive(Debug, Default)]
pub(crate) struct Open {
    text: String,
    spans: Vec<Span>,
    places: Vec<Place>,
    begun: u32,
    place: Place,
    state: State,
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
    /// After a quote that ends the field or is the first of two.
    Closed,
}

impl Open {
    /// The record as it was put together.
    pub(crate) fn record(&self) -> Record<'_> {
        Record::put_together(&self.text, &self.spans, &self.places)
    }

    /// Whether the field that is open goes on after the end of the line.
    pub(crate) fn is_quoted(&self) -> bool {
        self.state == State::Quoted
    }

    /// Where the field that is open began.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Puts the end of a line into the field that is open.
    pub(crate) fn break_line(&mut self) {
        self.text.push('\n');
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
        self.places.clear();
        (self.begun, self.state) = (0, State::Begin);
    }

    /// Reads a physical line into the record, piece by piece.
    pub(crate) fn read(&mut self, line: &str, number: u64, delimiter: u8) -> Result<(), Fault> {
        let mut rest = Rest { text: line, place: Place { line: number, column: 1 } };
        while let Some(first) = rest.text.bytes().next() {
            let here = rest.place;
            match (self.state, first) {
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
                (State::Quoted, _) => self.push(rest.take_until(|text| memchr::memchr(b'"', text)), here)?,
                (State::Begin | State::Plain | State::Closed, _) if first == delimiter => {
                    rest.take(1);
                    self.close(here);
                }
                (State::Closed, _) => {
                    return Err(bad_quote(here, "after the closing quote of a field only a separator may follow"));
                }
                // What puts a blank behind its separators puts it before quotes, too.
                (State::Plain, b'"') if self.text[self.begun as usize..].bytes().all(|byte| byte == b' ') => {
                    rest.take(1);
                    self.text.truncate(self.begun as usize);
                    (self.place, self.state) = (here, State::Quoted);
                }
                (State::Plain, b'"') => {
                    return Err(bad_quote(here, "a quote inside a field needs the field in quotes, and doubling"));
                }
                (State::Begin | State::Plain, _) => {
                    if self.state == State::Begin {
                        (self.place, self.state) = (here, State::Plain);
                    }
                    self.push(rest.take_until(|text| memchr::memchr2(delimiter, b'"', text)), here)?;
                }
            }
        }
        Ok(())
    }

    /// Adds a piece of text, which stands at a place, to the field that is open.
    fn push(&mut self, piece: &str, at: Place) -> Result<(), Fault> {
        let room = LONGEST_FIELD - (self.text.len() - self.begun as usize).min(LONGEST_FIELD);
        if let Some(beyond) = (room..piece.len()).find(|&end| piece.is_char_boundary(end)) {
            let column = at.column + piece[..beyond].chars().count() as u64;
            let message = format!("the field is longer than {} KiB; is a quote missing?", LONGEST_FIELD / 1024);
            return Err(Fault::of_file(at.line, column, InputError::TooLong, message));
        }
        self.text.push_str(piece);
        Ok(())
    }

    /// Ends the field that is open; one that never began is empty and stands here.
    pub(crate) fn close(&mut self, place: Place) {
        let span = Span::new(self.begun as usize, self.text.len());
        self.begun = span.end;
        if self.spans.len() < MOST_COLUMNS {
            self.spans.push(span);
            self.places.push(if self.state == State::Begin { place } else { self.place });
        }
        self.state = State::Begin;
    }
}

/// What is left of a line, and where it stands.
struct Rest<'a> {
    text: &'a str,
    place: Place,
}

impl<'a> Rest<'a> {
    /// Takes this many bytes, which end at a character boundary.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, text) = self.text.split_at(bytes);
        self.text = text;
        self.place.column += taken.chars().count() as u64;
        taken
    }

    /// Takes what comes before something that is sought; all where it is not there.
    fn take_until(&mut self, seek: impl Fn(&[u8]) -> Option<usize>) -> &'a str {
        self.take(seek(self.text.as_bytes()).unwrap_or(self.text.len()))
    }
}

fn bad_quote(place: Place, message: &str) -> Fault {
    Fault::of_file(place.line, place.column, InputError::BadQuote, message)
}
