//! Files as Jasmin's and Kannel's databases write them, made by `tests/peers/mariadb.py` and by a real Kannel in
//! `tests/peers/kannel.py`: imported without a manual edit.

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

    // The same when reports come in a later file than their messages, but for the message of an account that `service` does not name.
    let (header, rows) = text.split_at(text.iter().position(|byte| *byte == b'\n').unwrap() + 1);
    let rows: Vec<&[u8]> = rows.split_inclusive(|byte| *byte == b'\n').collect();
    let (sent, reports): (Vec<&[u8]>, Vec<&[u8]>) =
        rows.into_iter().partition(|row| row.windows(4).any(|part| part == b"\tMT\t"));
    let mut apart = fixture();
    assert_eq!(take(&mut apart, "sent.tsv", &[header, &sent.concat()].concat(), by_reference()).tally.new, 3);
    let summary = take(&mut apart, "reports.tsv", &[header, &reports.concat()].concat(), by_reference());
    assert_eq!(summary.tally, TrafficTally { updated: 1, duplicate: 1, skipped: 3, ..TrafficTally::default() });
    assert_eq!(summary.charges, []);
    let apart = messages(&mut apart);
    assert_eq!((&apart[0], &apart[2]), (&stored[0], &stored[2]));
    assert!(apart[1].contains("r-2") && apart[1].contains("Pending"), "{}", apart[1]);
}

/// What a real Kannel wrote: HTTP messages of `acme`, one of them for the account `port`, and SMPP messages of `port` through
/// opensmppbox, whose reports name the user at the SMSC as their account.
#[test]
fn what_a_real_kannel_wrote_joins_its_reports_whatever_they_name_as_their_account() {
    let mut fixture = fixture();
    let summary = take(&mut fixture, "kannel.csv", &file("kannel-sqlite.csv"), by_reference());
    assert_eq!((summary.tally.new, summary.tally.rejected, summary.tally.skipped), (11, 0, 1));
    // One message of `acme` has two parts. What the SMSC refused was submitted by Kannel, and is charged.
    assert_eq!(summary.charges, [(Unit::Sms, valid("5")), (valid("EUR"), valid("0.35"))]);
    let stored = messages(&mut fixture);
    let state = |id: &str| {
        let of_id: Vec<&String> = stored.iter().filter(|message| message.contains(id)).collect();
        assert_eq!(of_id.len(), 1, "{id}: {of_id:?}");
        of_id[0].clone()
    };
    for (id, expected) in [
        ("r-1", "Delivered"),
        ("r-2", "Undeliverable"),
        ("r-3", "Rejected"),
        ("r-4", "Delivered"),
        ("sql_id:8", "Pending"),
    ] {
        assert!(state(id).contains(expected), "{}", state(id));
    }
    for (word, count) in [("Delivered", 5), ("Undeliverable", 2), ("Rejected", 2), ("Pending", 2)] {
        assert_eq!(stored.iter().filter(|message| message.contains(word)).count(), count, "{word}: {stored:#?}");
    }
    assert!(stored.iter().all(|message| !message.contains(';')), "an ID is one of a list: {stored:#?}");
}

#[test]
fn a_long_message_of_kannel_has_the_parts_of_its_text() {
    let mut fixture = fixture();
    let summary = take(&mut fixture, "kannel.csv", &file("kannel-sqlite.csv"), options());
    assert_eq!((summary.tally.new, summary.tally.skipped), (11, 13));
    assert_eq!(summary.charges, [(Unit::Sms, valid("5")), (valid("EUR"), valid("0.35"))]);
    // A site that writes no texts: a message is a part, as before.
    let text = String::from_utf8(file("kannel-sqlite.csv")).unwrap().replace("msgdata", "text");
    let mut fixture = super::traffic::fixture();
    let summary = take(&mut fixture, "kannel.csv", text.as_bytes(), options());
    assert_eq!(summary.charges, [(Unit::Sms, valid("4")), (valid("EUR"), valid("0.35"))]);
}

/// Two customers with one reference and number: the report is nobody's, rather than of the wrong one.
#[test]
fn a_report_that_may_be_of_two_accounts_is_skipped() {
    let text = "sql_id,momt,receiver,time,smsc_id,service,account,dlr_mask,dlr_url,boxc_id\n\
                1,MT,447700900123,1795390200,s,web,acme,31,ref=1,\n\
                2,MT,447700900123,1795390201,s,web,port,31,ref=1,\n\
                3,MT,447700900124,1795390201,s,web,port,31,ref=2,\n\
                4,DLR,447700900123,1795390300,s,web,kannel,1,ref=1,\n\
                5,DLR,447700900124,1795390300,s,web,kannel,1,ref=2,\n";
    let mut fixture = fixture();
    let summary = take(&mut fixture, "a.csv", text.as_bytes(), by_reference());
    assert_eq!((summary.tally.new, summary.tally.skipped), (3, 1));
    let delivered = messages(&mut fixture).into_iter().filter(|message| message.contains("Delivered")).count();
    assert_eq!(delivered, 1);
}
