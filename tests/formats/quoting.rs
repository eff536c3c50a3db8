//! Tab-separated files of MySQL and of spreadsheets, in every importer.

use ssgctl::formats::{Quoting, RecordReader};
use ssgctl::import::adjustment::{adjustments, adjustments_quoted};
use ssgctl::import::contact::Contacts;
use ssgctl::import::cug::{numbers, numbers_quoted};
use ssgctl::import::note::Notes;
use ssgctl::import::service::Services;
use ssgctl::import::smpp_account::Accounts;
use ssgctl::import::{OnExisting, Owners};
use ssgctl::model::SmppDetails;

use crate::support::fixture::{Fixture, valid};
use crate::support::imports::{customers, put};

/// Two rows that CSV would take for one: a text begins with a quote in the first, and one ends with a quote in the second.
fn two(header: &str, first: &str, second: &str) -> String {
    format!("{header}\n{first}\n{second}\n")
}

#[test]
fn no_importer_takes_two_rows_of_mysql_for_one() {
    let mut fixture = Fixture::with_acme();
    let before = fixture.dump();
    let new = OnExisting::default();
    let text = two("organisation\taccount_code", "\"Ann\tANN", "Bob\"\tBOB");
    let mut faults = put(&mut fixture, text.as_bytes(), &mut customers(), new).unwrap_err();
    let text = two("name\tcustomer", "\"Ann\tACME", "Bob\"\tACME");
    faults.extend(put(&mut fixture, text.as_bytes(), &mut Contacts::default(), new).unwrap_err());
    let text = two("text\tcustomer", "\"Hi\tACME", "bye\"\tACME");
    faults.extend(put(&mut fixture, text.as_bytes(), &mut Notes::default(), new).unwrap_err());
    let text = two("name\tcode\tprice\tunit", "\"One\tone\t1\tEUR", "Two\"\ttwo\t1\tEUR");
    faults.extend(put(&mut fixture, text.as_bytes(), &mut Services, new).unwrap_err());
    let text = two("short_name\tcustomer\tsystem_id", "\"one\tACME\ta1", "two\"\tACME\ta2");
    let vault = std::rc::Rc::clone(&fixture.vault);
    let (defaults, owners) = (SmppDetails::of(valid("standard")), Owners::default());
    let mut accounts = Accounts { vault: &vault, defaults, owners, too_long: Vec::new(), long_passwords: Vec::new() };
    faults.extend(put(&mut fixture, text.as_bytes(), &mut accounts, new).unwrap_err());
    assert_eq!(faults.len(), 5);
    for fault in faults {
        assert!(fault.starts_with("2:1 spreadsheets and MySQL read a quote or backslash"), "{fault}");
    }
    assert!(before == fixture.dump());

    let payments = two("description\tcustomer\tamount", "\"Top-up\tACME\t5", "of May\"\tACME\t7");
    assert!(adjustments(payments.as_bytes()).is_err());
    let rows = adjustments_quoted(payments.as_bytes(), Some(Quoting::None)).unwrap().rows;
    assert_eq!(
        rows.iter().map(|row| row.adjustment.description.as_str()).collect::<Vec<_>>(),
        ["\"Top-up", "of May\""]
    );
    let members = two("name\tmsisdn", "\"Ann\t447700900123", "Bob\"\t447700900124");
    assert!(numbers(members.as_bytes()).is_err());
    assert_eq!(numbers_quoted(members.as_bytes(), Some(Quoting::None)).unwrap().rows, 2);
}

#[test]
fn spreadsheets_quote_tab_separated_text_and_nulls_of_mysql_are_empty() {
    let cells = |text: &str, quoting| {
        let mut rows = RecordReader::open_quoted(text.as_bytes(), quoting).unwrap();
        let row = rows.next_row().unwrap().unwrap();
        row.cells().map(|(_, text)| text.to_owned()).collect::<Vec<_>>()
    };
    // "Unicode text" of a spreadsheet, converted: a byte order mark, or CRLF.
    assert_eq!(cells("\u{feff}a\tb\n\"1 \"\"2\"\"\"\t3\n", None), ["1 \"2\"", "3"]);
    assert_eq!(cells("a\tb\r\n\"1\r\n2\"\t3\r\n", None), ["1\n2", "3"]);
    assert_eq!(cells("a\tb\n\"1\n2\"\tNULL\n", Some(Quoting::Csv)), ["1\n2", "NULL"]);
    assert_eq!(cells("a\tb\nNULL\t\\N\n", Some(Quoting::None)), ["", ""]);
    assert_eq!(cells("a,b\n\"NULL\",\\N\n", Some(Quoting::Backslash)), ["NULL", ""]);
}
