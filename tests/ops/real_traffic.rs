//! Files as Jasmin's and Kannel's databases write them, made by `tests/peers/mariadb.py`: imported without a manual edit.

use std::fs;
use std::path::Path;

use ssgctl::formats::Quoting;
use ssgctl::model::{TrafficTally, Unit};
use ssgctl::traffic::{ImportRequest, ParseOptions, TrafficSummary};

use super::traffic::{fixture, options, request, run, state_of};
use crate::support::fixture::{Fixture, valid};

fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/traffic").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn take(fixture: &mut Fixture, name: &str, text: &[u8], options: ParseOptions) -> TrafficSummary {
    let request = ImportRequest { options, ..request(fixture, name, text) };
    run(fixture, &request).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

fn quoted(quoting: Option<Quoting>) -> ParseOptions {
    ParseOptions { quoting, ..options() }
}

fn by_reference() -> ParseOptions {
    ParseOptions { id_column: Some("dlr_url".to_owned()), id_pattern: Some("ref={id}&".parse().unwrap()), ..options() }
}

/// The messages that are stored, in a few words each.
fn messages(fixture: &mut Fixture) -> Vec<String> {
    state_of(fixture).remove("message").unwrap()
}

#[test]
fn a_submit_log_of_jasmin_is_the_same_however_it_was_exported() {
    let mut stored = Vec::new();
    for (name, quoting) in [
        ("jasmin-batch.tsv", None),
        ("jasmin-batch.tsv", Some(Quoting::None)),
        ("jasmin-outfile.csv", Some(Quoting::Backslash)),
        ("jasmin-python.csv", None),
    ] {
        let mut fixture = fixture();
        let summary = take(&mut fixture, name, &file(name), quoted(quoting));
        // A long message that came by SMPP is one row, and one message, a segment.
        assert_eq!(summary.tally, TrafficTally { new: 6, ..TrafficTally::default() }, "{name}");
        assert_eq!(summary.charges, [(Unit::Sms, valid("3")), (valid("EUR"), valid("0.0375"))], "{name}");
        assert_eq!(summary.ignored_columns, [], "{name}");
        stored.push(messages(&mut fixture));
    }
    assert!(stored.windows(2).all(|pair| pair[0] == pair[1]), "{stored:#?}");
}

#[test]
fn sent_sms_of_kannel_is_imported_by_its_row_numbers() {
    for (name, quoting) in [("kannel-batch.tsv", None), ("kannel-outfile.csv", Some(Quoting::Backslash))] {
        let mut fixture = fixture();
        let summary = take(&mut fixture, name, &file(name), quoted(quoting));
        assert_eq!(summary.tally, TrafficTally { new: 3, skipped: 5, ..TrafficTally::default() }, "{name}");
        assert_eq!(summary.charges, [(Unit::Sms, valid("2")), (valid("EUR"), valid("0.05"))], "{name}");
    }
}

#[test]
fn reports_of_kannel_join_their_messages_by_a_reference_of_the_site() {
    let text = file("kannel-batch.tsv");
    let mut together = fixture();
    let summary = take(&mut together, "a.tsv", &text, by_reference());
    assert_eq!((summary.tally.new, summary.tally.skipped), (3, 2));
    assert_eq!(summary.charges, [(Unit::Sms, valid("2")), (valid("EUR"), valid("0.05"))]);
    let stored = messages(&mut together);
    // The reports came after midnight, and are about messages of the day before.
    for (message, (id, state)) in
        stored.iter().zip([("r-1", "Delivered"), ("r-2", "Undeliverable"), ("r-3", "Pending")])
    {
        assert!(message.starts_with("20779 ") && message.contains(id) && message.contains(state), "{message}");
    }

    // The same when reports come in a later file than their messages.
    let (header, rows) = text.split_at(text.iter().position(|byte| *byte == b'\n').unwrap() + 1);
    let rows: Vec<&[u8]> = rows.split_inclusive(|byte| *byte == b'\n').collect();
    let (sent, reports): (Vec<&[u8]>, Vec<&[u8]>) =
        rows.into_iter().partition(|row| row.windows(4).any(|part| part == b"\tMT\t"));
    let mut apart = fixture();
    assert_eq!(take(&mut apart, "sent.tsv", &[header, &sent.concat()].concat(), by_reference()).tally.new, 3);
    let summary = take(&mut apart, "reports.tsv", &[header, &reports.concat()].concat(), by_reference());
    assert_eq!(summary.tally, TrafficTally { updated: 2, duplicate: 1, skipped: 2, ..TrafficTally::default() });
    assert_eq!(summary.charges, []);
    assert_eq!(messages(&mut apart), stored);
}
