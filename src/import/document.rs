//! Imports a document, which contains a whole database, into an empty database. [`crate::report::document`] describes the format.

use std::borrow::Cow;
use std::io::BufRead;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::error::{Error, Fault, InputError, Result};
use crate::formats::csv::Lines;
use crate::import::renamed::Names;
use crate::import::service_prices::ServicePrices;
use crate::model::Hash;
use crate::report::document::DOCUMENT_VERSION;
use crate::store::{SCHEMA_VERSION, TABLES, Tx};

/// Maximum length of a line in bytes: the largest value that the database accepts, plus the rest of its row.
const LONGEST_LINE: usize = 32 * 1024 * 1024;

/// Imports a whole document into an empty database, checks the result and returns the number of rows.
///
/// # Errors
/// `Ok(Err)` is a fault of the document; the caller must then drop the transaction.
pub fn import(tx: &mut Tx<'_>, input: impl BufRead, mut progress: impl FnMut()) -> Result<Result<u64, Fault>> {
    if let Some(table) = tx.first_table_in_use()? {
        return Err(Error::Refused(format!("the database is not empty: it has rows of {table}")));
    }
    tx.begin_document()?;
    tx.expect_many_steps()?;
    let (rows, schema) = match read(tx, input, &mut progress) {
        Err(fault) if !fault.error.is_about_one_request() => return Err(*fault.error),
        Err(fault) => return Ok(Err(fault)),
        Ok(read) => read,
    };
    tx.adopt_key_of_passwords()?;
    match tx.end_document(schema) {
        Err(Error::Damaged(message)) => return Ok(Err(Fault::of_file(1, 1, InputError::BadDocument, message))),
        ended => ended?,
    }
    let findings = tx.check().findings;
    match findings.first() {
        None => Ok(Ok(rows)),
        Some(first) => {
            let message =
                format!("the data of the document is inconsistent; {} findings, the first: {first}", findings.len());
            Ok(Err(Fault::of_file(1, 1, InputError::BadDocument, message)))
        }
    }
}

/// Inserts the rows of a document; returns their number and the schema that they are of.
fn read(tx: &mut Tx<'_>, input: impl BufRead, progress: &mut impl FnMut()) -> Result<(u64, u32), Fault> {
    let mut lines = Lines::open_long(input, LONGEST_LINE)?;
    let mut sum = Sha256::new();
    let mut count = 0;
    let mut schema = SCHEMA_VERSION;
    let mut names = Names::of_schema(schema);
    let mut prices = ServicePrices::of_schema(schema);
    loop {
        let Some((text, ended)) = lines.next_line()? else {
            return Err(Fault::of_file(
                count + 1,
                1,
                InputError::CutOff,
                "the last line is missing: the document was cut off",
            ));
        };
        let number = count + 1;
        let line: Line<'_> = serde_json::from_str(text)
            .map_err(|_| if ended { bad(number, "this is not a line of a document") } else { cut_off(number) })?;
        if number == 1 {
            schema = schema_of(&line)?;
            names = Names::of_schema(schema);
            prices = ServicePrices::of_schema(schema);
        } else if line.name == "end" {
            let end: End =
                serde_json::from_str(line.value.get()).map_err(|_| bad(number, "this is not a valid last line"))?;
            let found = End { lines: count, sha256: Hash(sum.finalize().into()).to_string() };
            if end != found {
                return Err(bad(number, "the lines before this one were changed: their number or checksum differs"));
            }
            return match lines.next_line()? {
                None => Ok((count - 1, schema)),
                Some(_) => Err(bad(number + 1, "nothing may follow the last line")),
            };
        } else if !is_dropped(&line.name, schema) {
            let name = names.table(&line.name);
            let table = TABLES.iter().find(|table| table.name == name);
            let table = table.ok_or_else(|| bad(number, "this row belongs to an unknown table"))?;
            let mut row: Fields<'_> =
                serde_json::from_str(line.value.get()).map_err(|_| bad(number, "this is not a row of a table"))?;
            names.update(table.name, &mut row.0);
            let of_row = |error| Fault::of_row(number, 1, error);
            let price = prices.take(table.name, &mut row.0).map_err(of_row)?;
            tx.insert_document_row(table, &row.0).map_err(of_row)?;
            price.iter().flatten().try_for_each(|(table, row)| tx.insert_document_row(table, row)).map_err(of_row)?;
        }
        if !ended {
            return Err(cut_off(number));
        }
        sum.update(text);
        sum.update("\n");
        count = number;
        progress();
    }
}

/// Whether a later schema has no such table, and does not need it either.
fn is_dropped(table: &str, schema: u32) -> bool {
    const DROPPED: [(&str, u32); 1] = [("postpaid_start", 27)];
    DROPPED.iter().any(|(dropped, first_without)| *dropped == table && schema < *first_without)
}

fn cut_off(line: u64) -> Fault {
    Fault::of_file(line, 1, InputError::CutOff, "the document ends inside this line: it was cut off")
}

fn bad(line: u64, message: &str) -> Fault {
    Fault::of_file(line, 1, InputError::BadDocument, message)
}

/// The schema version of a document, from its first line.
///
/// Rejects other files, and documents of a newer program.
fn schema_of(line: &Line<'_>) -> Result<u32, Fault> {
    let message = "a document begins with a line like {\"ssgctl\":{\"document\":1,\"schema\":14}}";
    if line.name != "ssgctl" {
        return Err(bad(1, message));
    }
    let header: Header = serde_json::from_str(line.value.get()).map_err(|_| bad(1, message))?;
    if header.document > DOCUMENT_VERSION || header.schema > SCHEMA_VERSION {
        let Header { document, schema } = header;
        let message = format!(
            "the document has format {document} and schema {schema}, but this ssgctl supports up to {DOCUMENT_VERSION} and {SCHEMA_VERSION}; use a newer ssgctl"
        );
        return Err(bad(1, &message));
    }
    Ok(header.schema)
}

#[derive(Deserialize)]
struct Header {
    document: u32,
    schema: u32,
}

#[derive(Deserialize, PartialEq, Eq)]
struct End {
    lines: u64,
    sha256: String,
}

/// An object with one member.
struct Line<'a> {
    name: String,
    value: Cow<'a, RawValue>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Line<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields(mut members) = Fields::deserialize(deserializer)?;
        match (members.pop(), members.is_empty()) {
            (Some((name, value)), true) => Ok(Self { name, value }),
            _ => Err(serde::de::Error::custom("must have exactly one member")),
        }
    }
}

/// The members of an object in their original order.
struct Fields<'a>(Vec<(String, Cow<'a, RawValue>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Vec<(String, Cow<'de, RawValue>)>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    members.push((name, Cow::Borrowed(value)));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Members).map(Self)
    }
}
