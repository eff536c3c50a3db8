//! Every habit of programs and people that spoils a file, on every importer and in CSV and JSON lines: a file is imported with
//! all its rows, or refused and nothing of it is imported. Nothing is lost without a word.

use ssgctl::import::adjustment::{Adjustments, adjustments};
use ssgctl::import::contact::Contacts;
use ssgctl::import::cug::numbers;
use ssgctl::import::note::Notes;
use ssgctl::import::service::Services;
use ssgctl::import::smpp_account::Accounts;
use ssgctl::import::{IgnoredColumn, Importer, OnExisting, Owners};
use ssgctl::model::SmppDetails;

use crate::support::fixture::{Fixture, valid};
use crate::support::imports::{customers, take};

/// A kind of file with two valid rows.
struct Kind {
    name: &'static str,
    columns: &'static [&'static str],
    rows: [&'static [&'static str]; 2],
    /// Columns of codes, in which no word for "no value" and no damaged code is a value.
    codes: &'static [&'static str],
    /// Columns of text, in which only a program's words and errors of formulas are no value.
    texts: &'static [&'static str],
}

const KINDS: [Kind; 7] = [
    Kind {
        name: "customers",
        columns: &["account_code", "organisation", "company_reg_no", "vat_reg_no", "phone", "invoice_address"],
        rows: [
            &["A-1", "Ann & Co", "SC123", "GB123", "+447700900001", "1 High St"],
            &["B-2", "Bob's", "SC124", "GB124", "+447700900002", "2 High St"],
        ],
        codes: &["account_code", "company_reg_no", "vat_reg_no", "phone", "api_id"],
        texts: &["organisation", "invoice_address"],
    },
    Kind {
        name: "contacts",
        columns: &["customer", "name", "email", "mobile", "roles"],
        rows: [
            &["ACME", "Ann", "ann@acme.example", "+447700900001", "billing"],
            &["ACME", "Bob", "bob@acme.example", "+447700900002", ""],
        ],
        codes: &["customer", "mobile"],
        texts: &["name"],
    },
    Kind {
        name: "notes",
        columns: &["customer", "text", "author"],
        rows: [&["ACME", "Called", "ann"], &["ACME", "Called again", "bob"]],
        codes: &["customer"],
        texts: &["text", "author"],
    },
    Kind {
        name: "services",
        columns: &["code", "name", "unit", "price"],
        rows: [&["uk", "UK", "GBP", "0.03"], &["us", "US", "USD", "0.04"]],
        codes: &["code", "api_id"],
        texts: &["name"],
    },
    Kind {
        name: "accounts",
        columns: &["system_id", "customer", "name", "short_name", "password", "service", "cug", "mo_numbers"],
        rows: [
            &["acme_a", "ACME", "Ann", "ann", "s3cret", "standard", "+447700900001", ""],
            &["acme_b", "ACME", "Bob", "bob", "s3cr3t", "standard", "+447700900002", ""],
        ],
        codes: &["system_id", "customer", "short_name", "password", "service", "cug", "mo_numbers"],
        texts: &["name"],
    },
    Kind {
        name: "adjustments",
        columns: &["customer", "amount", "description", "unit", "reference", "key"],
        rows: [&["ACME", "5", "bank", "SMS", "R-1", "k1"], &["ACME", "6", "card", "SMS", "R-2", "k2"]],
        codes: &["customer", "reference", "key"],
        texts: &["description"],
    },
    Kind {
        name: "numbers",
        columns: &["msisdn", "comment"],
        rows: [&["+447700900001", "Ann"], &["+447700900002", "Bob"]],
        codes: &["msisdn"],
        texts: &[],
    },
];

/// Words that programs write for "no value", and errors of formulas.
const NEVER: [&str; 17] = [
    "NULL",
    "null",
    "\\N",
    "NaN",
    "nan",
    "<NA>",
    "(null)",
    "[NULL]",
    "<nil>",
    "undefined",
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "####",
    "Err:502",
];
/// What is no value in a column of codes.
const NO_CODES: [&str; 13] = [
    "None",
    "nil",
    "n/a",
    "-",
    "\u{2014}",
    "?",
    "1.23457E+11",
    "1,23457E+11",
    "1.2E11",
    "Mar-05",
    "01. Mrz",
    "1001.0",
    "447700900123.00",
];

/// A file in progress: names of columns, and rows of cells.
#[derive(Clone)]
struct File {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Kind {
    fn file(&self) -> File {
        let texts = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>();
        File { columns: texts(self.columns), rows: self.rows.iter().map(|row| texts(row)).collect() }
    }

    /// The rows that were imported and the columns that were not, or the faults. Nothing is saved.
    fn import(&self, fixture: &mut Fixture, bytes: &[u8]) -> Result<(u64, Vec<IgnoredColumn>), Vec<String>> {
        let said = |faults: ssgctl::error::Faults| {
            faults.first.iter().map(|fault| format!("{}:{} {}", fault.line, fault.column, fault.error)).collect()
        };
        let vault = std::rc::Rc::clone(&fixture.vault);
        match self.name {
            "customers" => taken(fixture, bytes, &mut customers()),
            "contacts" => taken(fixture, bytes, &mut Contacts::default()),
            "notes" => taken(fixture, bytes, &mut Notes::default()),
            "services" => taken(fixture, bytes, &mut Services),
            "accounts" => {
                let defaults = SmppDetails::of(valid("standard"));
                let (owners, too_long, long_passwords) = (Owners::default(), Vec::new(), Vec::new());
                taken(fixture, bytes, &mut Accounts { vault: &vault, defaults, owners, too_long, long_passwords })
            }
            "adjustments" => {
                adjustments(bytes).map(|Adjustments { rows, left_out }| (rows.len() as u64, left_out)).map_err(said)
            }
            _ => numbers(bytes).map(|numbers| (numbers.rows, numbers.left_out)).map_err(said),
        }
    }
}

fn taken<I: Importer>(
    fixture: &mut Fixture,
    bytes: &[u8],
    importer: &mut I,
) -> Result<(u64, Vec<IgnoredColumn>), Vec<String>> {
    let mut tx = fixture.store.write(&fixture.origin).expect("lock");
    let taken = take(&mut tx, bytes, importer, OnExisting::default()).expect("no fault beyond the file");
    let taken = taken.map_err(|faults| {
        faults.first.iter().map(|f| format!("{}:{} {}", f.line, f.column, f.error)).collect::<Vec<_>>()
    })?;
    assert_eq!(taken.tally.rows, taken.tally.new);
    Ok((taken.tally.rows, taken.tally.left_out))
}

impl File {
    /// The file with another cell in its second row, in a column that is added where it is missing.
    fn with(mut self, column: &str, cell: &str) -> Self {
        let index = self.columns.iter().position(|name| name == column).unwrap_or_else(|| {
            self.columns.push(column.to_owned());
            self.rows.iter_mut().for_each(|row| row.push(String::new()));
            self.columns.len() - 1
        });
        cell.clone_into(&mut self.rows[1][index]);
        self
    }

    fn renamed(mut self, column: &str, name: &str) -> Self {
        let place = self.columns.iter_mut().find(|other| *other == column).expect(column);
        name.clone_into(place);
        self
    }

    fn lines(&self, delimiter: &str, quote: &str) -> Vec<String> {
        let line = |cells: &Vec<String>| {
            let cells = cells.iter().map(|cell| match quote {
                _ if cell.contains(delimiter) || cell.contains('"') => format!("\"{}\"", cell.replace('"', "\"\"")),
                _ => format!("{quote}{cell}{quote}"),
            });
            cells.collect::<Vec<_>>().join(delimiter)
        };
        std::iter::once(&self.columns).chain(&self.rows).map(line).collect()
    }

    fn csv(&self) -> String {
        self.lines(",", "").join("\n") + "\n"
    }

    fn objects(&self) -> Vec<String> {
        let object = |row: &Vec<String>| {
            let fields = self.columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
            let fields = fields.map(|(name, cell)| (name.clone(), serde_json::Value::from(cell.as_str())));
            serde_json::Value::Object(fields.collect()).to_string()
        };
        self.rows.iter().map(object).collect()
    }
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn every_row_of_a_valid_file_is_imported_in_any_form() {
    let mut fixture = Fixture::with_acme();
    for kind in &KINDS {
        let file = kind.file();
        let mut forms: Vec<(String, Vec<u8>)> = Vec::new();
        // Tab-separated files with quotes are ambiguous and need `--quoting`, so they have none here.
        for (d, quote) in [(",", ""), (",", "\""), (";", ""), (";", "\""), ("\t", "")] {
            let lines = file.lines(d, quote);
            for (end, last) in [("\n", "\n"), ("\r\n", "\r\n"), ("\r", "\r"), ("\r", "\n"), ("\r\r\n", "\r\r\n")] {
                let text = lines.join(end) + last;
                forms.push((format!("{d:?} {quote} {end:?}"), text.clone().into_bytes()));
                forms.push((format!("utf16 {d:?} {end:?}"), utf16(&text)));
                forms.push((format!("bom {d:?} {end:?}"), format!("\u{feff}{text}").into_bytes()));
            }
            let [header, first, second] = &lines[..] else { panic!("three lines") };
            for text in [
                format!("{header}\r{first}\n{second}\r\n"),
                format!("{header}\n\n{first}\r\n \n{second}\n\n\n"),
                format!("{header}\n{first}\n{d}{d}\n{second}\n{d}{d}{d}{d}{d}{d}{d}\n"),
                format!("sep={d}\n{header}\n{first}\n{second}\n"),
                format!("{}\n{first}\n{second}\n", header.to_uppercase()),
                format!("{header}{d}{d}\n{first}{d}{d}\n{second}{d}{d}\n"),
                format!("{header}{d}x{d}x\n{first}{d}1{d}2\n{second}{d}{d}\n"),
            ] {
                forms.push((format!("{text:?}"), text.into_bytes()));
            }
        }
        let objects = file.objects();
        for end in ["\n", "\r\n", "\r", "\n\n"] {
            forms.push((format!("jsonl {end:?}"), (objects.join(end) + end).into_bytes()));
            forms.push((
                format!("json {end:?}"),
                format!("[{end}{}]{end}", objects.join(&format!(",{end}"))).into_bytes(),
            ));
        }
        for (form, bytes) in forms {
            let outcome = kind.import(&mut fixture, &bytes);
            assert!(matches!(outcome, Ok((2, _))), "{} {form}: {outcome:?}", kind.name);
        }
    }
}

#[test]
fn rows_that_run_together_are_never_one_row() {
    let mut fixture = Fixture::with_acme();
    for kind in &KINDS {
        let lines = kind.file().lines(",", "");
        let [header, first, second] = &lines[..] else { panic!("three lines") };
        for text in [format!("{header}\n{first}\r{second}\r"), format!("{header}\r\n{first}\r{second}\n")] {
            let outcome = kind.import(&mut fixture, text.as_bytes());
            assert!(outcome.is_err(), "{} {text:?}: {outcome:?}", kind.name);
        }
        let code = kind.codes[0];
        let column: Vec<String> = kind.file().rows.iter().map(|row| row[0].clone()).collect();
        let text = format!("{code}\n{}\n", column.join("\r"));
        let outcome = kind.import(&mut fixture, text.as_bytes());
        assert!(outcome.is_err(), "{} {text:?}: {outcome:?}", kind.name);
    }
}

#[test]
fn a_cell_without_a_value_is_refused_with_its_place() {
    let mut fixture = Fixture::with_acme();
    let before = fixture.dump();
    for kind in &KINDS {
        let everywhere = kind.codes.iter().chain(kind.texts).flat_map(|column| NEVER.map(|cell| (*column, cell)));
        let in_codes = kind.codes.iter().flat_map(|column| NO_CODES.map(|cell| (*column, cell)));
        for (column, cell) in everywhere.chain(in_codes) {
            let file = kind.file().with(column, cell);
            let forms = [
                (file.csv(), "3:"),
                (file.objects().join("\n"), "2:1 "),
                (format!("[{}]", file.objects().join(",\n")), "2:1 "),
            ];
            for (text, place) in forms {
                let faults = kind.import(&mut fixture, text.as_bytes()).expect_err(&format!("{}: {text}", kind.name));
                let is_said = faults[0].starts_with(place) && faults[0].contains(column);
                assert!(faults.len() == 1 && is_said, "{} {text}: {faults:?}", kind.name);
                assert!(column != "password" || !faults[0].contains(cell), "{faults:?}");
            }
        }
    }
    assert!(fixture.dump() == before, "something of a refused file was left");
}

#[test]
fn a_misspelt_column_is_refused_or_reported_with_its_field() {
    let mut fixture = Fixture::with_acme();
    for kind in &KINDS {
        for &column in kind.columns {
            for misspelt in [format!("{column}s"), column[..column.len() - 1].to_owned(), format!("{column}x")] {
                let file = kind.file().renamed(column, &misspelt);
                for text in [file.csv(), file.objects().join("\n")] {
                    let (rows, left_out) = match kind.import(&mut fixture, text.as_bytes()) {
                        Ok(imported) => imported,
                        Err(faults) => {
                            assert!(!faults.is_empty());
                            continue;
                        }
                    };
                    assert_eq!(rows, 2, "{} {text}", kind.name);
                    let has_value = kind.rows.iter().any(|row| {
                        kind.columns.iter().zip(*row).any(|(name, cell)| *name == column && !cell.is_empty())
                    });
                    let found = left_out.iter().find(|ignored| ignored.name == misspelt);
                    assert!(found.is_some() || !has_value, "{} {text}: {left_out:?}", kind.name);
                    if let (Some(found), true) = (found, kind.name != "numbers") {
                        assert_eq!(found.nearest, Some(column), "{} {text}", kind.name);
                    }
                }
            }
        }
    }
}

#[test]
fn a_field_that_occurs_twice_is_refused() {
    let mut fixture = Fixture::with_acme();
    for kind in &KINDS {
        let (code, cell) = (kind.columns[0], kind.rows[0][0]);
        for (first, second) in [(code.to_owned(), code.to_owned()), (code.to_uppercase(), code.to_owned())] {
            let lines = kind.file().renamed(code, &first).lines(",", "");
            let text = format!("{},{second}\n{},{cell}\n{},{cell}\n", lines[0], lines[1], lines[2]);
            let faults = kind.import(&mut fixture, text.as_bytes()).expect_err(&text);
            assert!(faults[0].contains("occurs twice in the header"), "{faults:?}");
            let object = format!("{{\"{first}\":\"{cell}\",\"{second}\":\"{cell}\"}}\n");
            let faults = kind.import(&mut fixture, object.as_bytes()).expect_err(&object);
            assert!(faults[0].contains("occurs twice"), "{faults:?}");
        }
    }
}
