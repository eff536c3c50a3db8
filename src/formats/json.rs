//! Reads a JSON array of objects, over any number of lines, and keeps only one object at a time in memory.

use std::io::BufRead;

use crate::error::{Fault, InputError};
use crate::formats::InputRow;
use crate::formats::csv::{BlankText, LONGEST_LINE, Lines};
use crate::formats::jsonl::row;

/// The objects of an array.
#[derive(Debug)]
pub struct Elements<R> {
    lines: Lines<R>,
    /// The unread part of the last physical line.
    rest: String,
    /// The column at which `rest` begins.
    column: u64,
    expected: Expected,
}

/// What may come next, apart from white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Bracket,
    /// An object, or the end of an empty array.
    First,
    Object,
    /// A comma, or the end of the array.
    Comma,
    Nothing,
}

/// An object that is not complete yet.
#[derive(Default)]
struct PartialObject {
    text: String,
    line: u64,
    column: u64,
    depth: u64,
    in_string: bool,
    escaped: bool,
}

impl PartialObject {
    /// Adds a character and returns whether it completes the object.
    fn push(&mut self, c: char) -> bool {
        self.text.push(c);
        match (self.in_string, self.escaped, c) {
            (true, true, _) => self.escaped = false,
            (true, _, '\\') => self.escaped = true,
            (_, _, '"') => self.in_string = !self.in_string,
            (false, _, '{' | '[') => self.depth += 1,
            (false, _, '}' | ']') => self.depth -= 1,
            _ => {}
        }
        self.depth == 0
    }
}

impl<R: BufRead> Elements<R> {
    pub(crate) fn new(lines: Lines<R>) -> Self {
        Self { lines, rest: String::new(), column: 1, expected: Expected::Bracket }
    }

    pub(crate) fn next_row(&mut self) -> Result<Option<InputRow>, Fault> {
        let mut open: Option<PartialObject> = None;
        let mut blank = BlankText::default();
        loop {
            let line = self.lines.number();
            for (at, c) in self.rest.char_indices() {
                let column = self.column;
                self.column += 1;
                if let Some(object) = &mut open {
                    if object.text.len() > LONGEST_LINE {
                        return Err(self.too_long((object.line, object.column)));
                    }
                    if object.push(c) {
                        self.rest.drain(..at + c.len_utf8());
                        self.expected = Expected::Comma;
                        return row(&object.text, object.line, object.column).map(Some);
                    }
                } else {
                    match between(self.expected, c) {
                        Some(expected) => self.expected = expected,
                        None if c == '{' && matches!(self.expected, Expected::First | Expected::Object) => {
                            let mut object = PartialObject { line, column, ..PartialObject::default() };
                            object.push(c);
                            open = Some(object);
                        }
                        None => return Err(self.end(line, column, InputError::BadJson, self.expectation().to_owned())),
                    }
                }
            }
            match &mut open {
                None => blank.add(&self.rest, line)?,
                // Line ends count as well: they are the whole text of some endless files.
                Some(object) if object.text.len() > LONGEST_LINE => {
                    return Err(self.too_long((object.line, object.column)));
                }
                Some(object) => object.text.push('\n'),
            }
            match self.lines.next_line()? {
                Some((text, _)) => {
                    text.clone_into(&mut self.rest);
                    self.column = 1;
                }
                None if open.is_none() && self.expected == Expected::Nothing => return Ok(None),
                None => {
                    let message = "the file ends inside the array: it was cut off";
                    return Err(self.end(line.max(1), self.column, InputError::CutOff, message.to_owned()));
                }
            }
        }
    }

    fn expectation(&self) -> &'static str {
        match self.expected {
            Expected::Bracket => "expected `[`: a JSON file must be an array of objects",
            Expected::First | Expected::Object => "expected an object",
            Expected::Comma => "expected a comma or the end of the array",
            Expected::Nothing => "unexpected text after the end of the array",
        }
    }

    fn too_long(&mut self, (line, column): (u64, u64)) -> Fault {
        let message = format!("the object is longer than {} KiB", LONGEST_LINE / 1024);
        self.end(line, column, InputError::TooLong, message)
    }

    /// A fault that ends the file.
    fn end(&mut self, line: u64, column: u64, code: InputError, message: String) -> Fault {
        self.rest.clear();
        Fault::of_file(line, column, code, message)
    }
}

/// What is expected after a character between objects; `None` if the character is not allowed there.
fn between(expected: Expected, c: char) -> Option<Expected> {
    match (expected, c) {
        (_, ' ' | '\t' | '\r') => Some(expected),
        (Expected::Bracket, '[') => Some(Expected::First),
        (Expected::First | Expected::Comma, ']') => Some(Expected::Nothing),
        (Expected::Comma, ',') => Some(Expected::Object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    /// The texts of every row, or the first fault as `line:column code`.
    fn read(text: &str) -> Result<Vec<Vec<String>>, String> {
        let as_text = |fault: Fault| match *fault.error {
            Error::Input { code, .. } => format!("{}:{} {code:?}", fault.line, fault.column),
            other => other.to_string(),
        };
        let mut elements = Elements::new(Lines::open(text.as_bytes()).map_err(as_text)?);
        let mut rows = Vec::new();
        while let Some(row) = elements.next_row().map_err(as_text)? {
            rows.push(row.cells().map(|(_, text)| text.to_owned()).collect());
        }
        Ok(rows)
    }

    #[test]
    fn an_array_may_have_any_layout() {
        let expected = [vec!["1", "x{\"}]"], vec!["", "a\nb"]];
        for text in [
            r#"[{"a":1,"b":"x{\"}]"},{"a":null,"b":["a","b"]}]"#,
            "[\n  {\"a\":1,\n \"b\":\"x{\\\"}]\"}\n,\n  {\"a\":null,\r\n\"b\":[\"a\",\"b\"]}\n]\n\n",
        ] {
            assert_eq!(read(text).expect(text), expected);
        }
        assert_eq!(read("[ ]").expect("empty"), Vec::<Vec<String>>::new());
    }

    #[test]
    fn line_ends_are_bounded_inside_an_object_and_between_objects() {
        let inside = format!("[{{\n\"a\":{}1}}]", "\n".repeat(LONGEST_LINE));
        assert_eq!(read(&inside).expect_err("too long"), "1:2 TooLong");
        let between = format!("[{}]", format!("{}\n", " ".repeat(4095)).repeat(4097));
        assert!(read(&between).expect_err("too long").ends_with(":1 TooLong"));
    }

    #[test]
    fn other_json_is_rejected_with_its_position() {
        for (text, fault) in [
            ("[", "1:2 CutOff"),
            ("[{\"a\":1}", "1:9 CutOff"),
            ("[{\"a\":1},\n", "1:10 CutOff"),
            ("[{\"a\":1},]", "1:10 BadJson"),
            ("[{\"a\":1} {}]", "1:10 BadJson"),
            ("[1]", "1:2 BadJson"),
            ("[{\"a\":1}]\nx", "2:1 BadJson"),
            ("[\n {\"a\":{}}\n]", "2:9 BadJson"),
            ("[\n {\"a\":1,\n  \"a\":2}\n]", "3:8 BadJson"),
        ] {
            assert_eq!(read(text).expect_err(text), fault, "{text}");
        }
    }
}
