//! Parses files of telephone numbers: one number per line, or a CSV column or JSON field named `msisdn`, `mobile`, `number` or
//! `phone`.

use std::io::BufRead;
use std::iter;

use crate::error::{Error, Fault, Faults, InputError, quoted};
use crate::formats::cell_damage::CellDamage;
use crate::formats::csv::{BlankText, Lines};
use crate::formats::{InputRow, Quoting, RecordReader, spreadsheet};
use crate::import::IgnoredColumn;
use crate::import::left_out::LeftOut;
use crate::model::{Msisdn, MsisdnSet};

/// Names of the column with the numbers; the first one present is used.
const NAMES: [&str; 4] = ["msisdn", "mobile", "number", "phone"];

/// The numbers of a file.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    pub set: MsisdnSet,
    /// The number of rows, including duplicates.
    pub rows: u64,
    /// Columns that are not imported although rows have a value there.
    pub left_out: Vec<IgnoredColumn>,
}

/// Parses a whole file of numbers, or reports all its faults.
pub fn numbers(input: impl BufRead) -> Result<Numbers, Faults> {
    numbers_quoted(input, None)
}

/// The same of a file whose CSV has this quoting.
pub fn numbers_quoted(input: impl BufRead, quoting: Option<Quoting>) -> Result<Numbers, Faults> {
    let mut faults = Faults::default();
    let mut rows = 0;
    let mut list = match List::open(input, quoting) {
        Ok(list) => Some(list),
        Err(fault) => {
            faults.add(fault);
            None
        }
    };
    let set = iter::from_fn(|| {
        loop {
            match list.as_mut()?.next_number() {
                Ok(number) => {
                    rows += u64::from(number.is_some());
                    return number;
                }
                Err(fault) => {
                    if !faults.add(fault) {
                        return None;
                    }
                }
            }
        }
    })
    .collect();
    let left_out = list.map(List::left_out).unwrap_or_default();
    faults.unless_any(Numbers { set, rows, left_out })
}

fn is_name(column: &str) -> bool {
    NAMES.contains(&column)
}

enum List<R> {
    Plain(Lines<R>),
    RecordReader(RecordReader<R>, LeftOut),
}

impl<R: BufRead> List<R> {
    /// A file whose first character can begin a number is a plain list; any other file is CSV or JSON.
    fn open(input: R, quoting: Option<Quoting>) -> Result<Self, Fault> {
        let mut lines = Lines::open(input)?;
        if lines.starts_with_any(b"+(0123456789")? {
            return Ok(Self::Plain(lines.split_at_cr()));
        }
        let mut rows = RecordReader::of_lines(lines, quoting)?;
        rows.fold_case(is_name);
        rows.reject_duplicates(is_name)?;
        let columns = rows.columns();
        if !columns.is_empty() && !columns.iter().any(|column| NAMES.contains(&column.as_str())) {
            let message =
                format!("the header has no column {}; it has {}", quoted(NAMES[0]), quoted(columns.join(",")));
            return Err(Fault::of_file(1, 1, InputError::BadHeader, message));
        }
        // Only one column is read. JSON rows may have different ones.
        let used = NAMES.into_iter().find(|name| columns.iter().any(|column| column == name));
        let left_out = LeftOut::of(columns, move |name| used.map_or_else(|| is_name(name), |used| used == name));
        Ok(Self::RecordReader(rows, left_out))
    }

    fn left_out(self) -> Vec<IgnoredColumn> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::RecordReader(_, left_out) => left_out.columns(&[], &[]),
        }
    }

    fn next_number(&mut self) -> Result<Option<Msisdn>, Fault> {
        match self {
            Self::Plain(lines) => next_line(lines),
            Self::RecordReader(rows, left_out) => {
                let Some(row) = rows.next_row()? else { return Ok(None) };
                left_out.record(&row, None);
                number_of(&row).map(Some)
            }
        }
    }
}

/// The number on the next line that is not blank.
fn next_line<R: BufRead>(lines: &mut Lines<R>) -> Result<Option<Msisdn>, Fault> {
    let mut blank = BlankText::default();
    loop {
        let at = lines.number() + 1;
        let Some((line, _)) = lines.next_line()? else { return Ok(None) };
        let text = line.trim();
        if text.is_empty() {
            blank.add(line, at)?;
            continue;
        }
        let column = line.chars().take_while(|c| c.is_whitespace()).count() as u64 + 1;
        if let Some(damage) = CellDamage::of_code(text) {
            let message = format!("{}: {} {damage}", NAMES[0], quoted(text));
            return Err(Fault::of_row(at, column, Error::Input { code: InputError::BadValue, message }));
        }
        let number = text.parse().map_err(|rule| Fault::of_row(at, column, Error::invalid(NAMES[0], text, rule)));
        return number.map(Some);
    }
}

fn number_of(row: &InputRow) -> Result<Msisdn, Fault> {
    let name = NAMES.into_iter().find(|name| row.names().any(|other| other == *name)).unwrap_or(NAMES[0]);
    spreadsheet::check(row, |column| column == name)?;
    row.required(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(file: &str) -> Vec<String> {
        numbers(file.as_bytes()).expect("valid").set.iter().map(|number| number.to_string()).collect()
    }

    fn faults(file: &str) -> Vec<String> {
        let faults = numbers(file.as_bytes()).expect_err("faults").first;
        faults.iter().map(|fault| format!("{}:{} {}", fault.line, fault.column, fault.error)).collect()
    }

    #[test]
    fn lists_csv_and_json_lines_parse_to_the_same_numbers() {
        for file in [
            "+447700900124\n00447700900123\n\n 44 (7700) 900-124\r\n",
            "\u{feff}(+44) 7700 900124\n+447700900123",
            "name,msisdn\nJo,+447700900124\n\"Al, ex\",0044-7700-900123\n",
            "mobile;name\n'+447700900124;Jo\n447700900123;Al\n",
            "{\"msisdn\":\"+447700900124\"}\n{\"name\":\"Jo\",\"msisdn\":447700900123}\n",
        ] {
            assert_eq!(texts(file), ["+447700900123", "+447700900124"], "{file}");
        }
        assert_eq!(numbers("+447700900124\n447700900124".as_bytes()).expect("valid").rows, 2);
        assert_eq!(texts("msisdn\n"), Vec::<String>::new());
    }

    #[test]
    fn cr_line_ends_separate_numbers() {
        for text in [
            "447700900001\r447700900002\r",
            "447700900001\r447700900002\n",
            "msisdn,name\r447700900001,Ann\r447700900002,Bob\n",
            "MSISDN\r447700900001\r447700900002\r",
            "{\"msisdn\":\"447700900001\"}\r{\"msisdn\":\"447700900002\"}\n",
        ] {
            assert_eq!(numbers(text.as_bytes()).expect(text).rows, 2, "{text:?}");
        }
        for text in ["msisdn\n447700900001\r447700900002\n", "msisdn,name\n447700900001,Ann\r447700900002,Bob\n"] {
            assert_eq!(numbers(text.as_bytes()).expect_err(text).count, 1, "{text:?}");
        }
        let read = numbers("msisdn,mobile\n447700900001,447700900002\n".as_bytes()).expect("valid");
        assert_eq!(read.left_out[0].name, "mobile");
    }

    #[test]
    fn every_fault_is_reported_with_its_position() {
        let found = faults("+447700900124\n  07700900123\n4477x\n");
        assert!(found[0].starts_with("2:3 msisdn: `07700900123` must"), "{found:?}");
        assert!(found[1].starts_with("3:1 msisdn: `4477x` must"), "{found:?}");
        let found = faults("name,msisdn\nJo,12\nAl,\n");
        assert!(found[0].starts_with("2:4 msisdn: `12` must"), "{found:?}");
        assert!(found[1].starts_with("3:4 msisdn is needed"), "{found:?}");
        assert_eq!(faults("name\nJo\n"), ["1:1 the header has no column `msisdn`; it has `name`"]);
        assert_eq!(faults("{\"name\":\"Jo\"}\n"), ["1:1 msisdn is needed"]);
        assert!(faults("+447700900124\n\u{0}\n")[0].contains("NUL"));
        assert!(faults("")[0].starts_with("1:1 the file is empty"));
    }
}
