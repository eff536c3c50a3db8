//! Reads JSON lines: one object per line, of strings, numbers, booleans, nulls and arrays of strings. Numbers keep their exact
//! text.

use std::collections::HashSet;
use std::fmt;
use std::io::BufRead;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Error, Fault, InputError, quoted};
use crate::formats::InputRow;
use crate::formats::csv::{BlankText, Lines};
use crate::formats::row::Field;

/// The objects of a file.
#[derive(Debug)]
pub struct Objects<R> {
    lines: Lines<R>,
}

impl<R: BufRead> Objects<R> {
    pub(crate) fn new(lines: Lines<R>) -> Self {
        Self { lines }
    }

    pub(crate) fn next_row(&mut self) -> Result<Option<InputRow>, Fault> {
        let mut blank = BlankText::default();
        loop {
            let number = self.lines.number() + 1;
            let Some((line, _)) = self.lines.next_line()? else { return Ok(None) };
            if line.trim().is_empty() {
                blank.add(line, number)?;
                continue;
            }
            return row(line, number, 1).map(Some);
        }
    }
}

/// Parses one object, which begins at the given position of the file.
pub(crate) fn row(text: &str, line: u64, column: u64) -> Result<InputRow, Fault> {
    let object: Object = serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or("invalid JSON").to_owned();
        let lines_before = (error.line() as u64).saturating_sub(1);
        let at = error.column().max(1) as u64;
        let column = if lines_before == 0 { column + at - 1 } else { at };
        Fault::of_row(line + lines_before, column, Error::Input { code: InputError::BadJson, message })
    })?;
    // The parser does not report the column of a value, so faults have the column of the object and the name of the field.
    let fields = object.0.into_iter();
    Ok(InputRow::new(line, fields.map(|(name, text)| (name.into(), Field { text, line, column })).collect()))
}

/// Names and texts of the fields in order. A null becomes an empty text, an array one line per item.
struct Object(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object, M::Error> {
        let mut fields = Vec::new();
        let mut seen = HashSet::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            if !seen.insert(name.clone()) {
                return Err(M::Error::custom(format!("field {} occurs twice", quoted(name))));
            }
            let raw = value.get();
            match raw.as_bytes().first() {
                Some(b'n') => fields.push((name, String::new())),
                Some(b'"') => fields.push((name, serde_json::from_str(raw).map_err(M::Error::custom)?)),
                Some(b'[') => {
                    let items: Vec<String> = serde_json::from_str(raw).map_err(|_| {
                        M::Error::custom(format!("field {} is an array of other values than strings", quoted(&name)))
                    })?;
                    // Joined lines that begin with a bracket would be parsed as another form of an address, so keep the JSON text.
                    let keep_json = items.first().is_some_and(|first| first.trim_start().starts_with(['[', '{']));
                    fields.push((name, if keep_json { raw.to_owned() } else { items.join("\n") }));
                }
                Some(b'{') => {
                    return Err(M::Error::custom(format!(
                        "field {} is an object; it must be a string, a number or an array of strings",
                        quoted(name)
                    )));
                }
                _ => fields.push((name, raw.to_owned())),
            }
        }
        Ok(Object(fields))
    }
}
