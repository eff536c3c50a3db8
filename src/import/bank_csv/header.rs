//! Finds the header of a bank's file. Many banks write lines about the account before it.

use crate::error::{Fault, Faults, InputError, quoted};
use crate::formats::RecordReader;
use crate::import::bank_csv::banks::BANKS;
use crate::import::bank_csv::{BankColumns, BankCsvOptions};
use crate::import::price_list::DateOrder;

/// How many lines may be before the header.
const MOST_LINES: u64 = 40;

/// A header that was found.
pub(super) struct FoundHeader {
    pub(super) columns: BankColumns,
    pub(super) date_order: Option<DateOrder>,
    /// Where it begins, in bytes and in lines.
    pub(super) begin: usize,
    pub(super) skipped: u64,
}

/// Finds the first line with all columns that are named, or with those of a known bank.
pub(super) fn find(text: &[u8], options: &BankCsvOptions) -> Result<FoundHeader, Faults> {
    // What is most likely meant as the header, to be named in the error.
    let mut longest: Vec<String> = Vec::new();
    let mut begin = 0;
    for skipped in 0..MOST_LINES {
        if begin >= text.len() {
            break;
        }
        // What is not a header at all, such as a line with an open quote, is one of the lines before it.
        if let Ok(records) = RecordReader::open(&text[begin..]) {
            let header = records.columns();
            if let Some((columns, date_order)) = columns_of(header, options) {
                records.reject_duplicates(|name| columns.names().any(|read| read == name))?;
                return Ok(FoundHeader { columns, date_order, begin, skipped });
            }
            if header.len() > longest.len() {
                longest = header.to_vec();
            }
        }
        begin += text[begin..].iter().position(|byte| *byte == b'\n').map_or(text.len() - begin, |end| end + 1);
    }
    Err(missing(&longest, options).into())
}

fn columns_of(header: &[String], options: &BankCsvOptions) -> Option<(BankColumns, Option<DateOrder>)> {
    let Some(columns) = &options.columns else {
        return BANKS.iter().find_map(|bank| bank.columns_of(header));
    };
    let has_all = columns.names().all(|name| header.iter().any(|column| column == name));
    has_all.then(|| (columns.clone(), None))
}

fn missing(header: &[String], options: &BankCsvOptions) -> Fault {
    if header.is_empty() {
        return Fault::of_file(1, 1, InputError::NoHeader, "the file has no header line");
    }
    let has = format!("the file has {}", header.join(", "));
    let message = match &options.columns {
        None => format!("no known bank has these columns; {has}"),
        Some(columns) => {
            let missing = columns.names().find(|name| !header.iter().any(|column| column == name));
            format!("no column {}; {has}", quoted(missing.unwrap_or_default()))
        }
    };
    Fault::of_file(1, 1, InputError::BadHeader, message)
}
