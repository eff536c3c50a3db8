//! What files of traffic have besides sound rows: words for no value, MySQL's quoting, other accounts, odd times, unknown columns.

use ssgctl::Error;
use ssgctl::formats::Quoting;
use ssgctl::model::TrafficTally;
use ssgctl::traffic::{ImportRequest, ParseOptions, TrafficSummary, UnreadColumn};

use super::traffic::{HEADER, ONE, fixture, import, options, request, row_faults, run, state_of};
use crate::support::fixture::{Fixture, assert_refused, valid};

const JASMIN: &str = "msgid,source_connector,routed_cid,source_addr,destination_addr,rate,charge,pdu_count,short_message,\
                      binary_message,status,uid,trials,created_at,status_at";

fn with_options(fixture: &Fixture, text: &(impl AsRef<[u8]> + ?Sized), options: ParseOptions) -> ImportRequest {
    ImportRequest { options, ..request(fixture, "a.csv", text) }
}

fn take(fixture: &mut Fixture, text: &(impl AsRef<[u8]> + ?Sized)) -> ssgctl::Result<TrafficSummary> {
    let request = request(fixture, "a.csv", text);
    run(fixture, &request)
}

fn new(count: u64) -> TrafficTally {
    TrafficTally { new: count, ..TrafficTally::default() }
}

/// The messages that are stored, in a few words each.
fn messages(fixture: &mut Fixture) -> Vec<String> {
    state_of(fixture).remove("message").unwrap_or_default()
}

#[test]
fn words_for_no_value_are_not_values() {
    let mut fixture = fixture();
    for word in ["NULL", "null", "\\N", "#N/A", "None", "nan"] {
        let id = row_faults(import(&mut fixture, "a.csv", &ONE.replace("a,2026", &format!("{word},2026"))));
        assert_eq!(id, ["2:1 message_id is needed"], "{word}");
        let destination = row_faults(import(&mut fixture, "a.csv", &ONE.replace("+447700900123", word)));
        assert_eq!(destination, ["2:29 destination is needed"], "{word}");
        let time = row_faults(import(&mut fixture, "a.csv", &ONE.replace("2026-11-24T10:00:00Z", word)));
        assert_eq!(time, ["2:3 submitted_at is needed"], "{word}");
        let account = row_faults(import(&mut fixture, "a.csv", &ONE.replace("acme", word)));
        assert_eq!(account, ["2:24 system_id is needed"], "{word}");
        let state = row_faults(import(&mut fixture, "a.csv", &ONE.replace("pending", word)));
        assert_eq!(state, ["2:43 state is needed"], "{word}");
    }
    // Parts and prices are absent, and an ID may begin like such a word.
    for (id, word) in [("NULL-1", "NULL"), ("null2", "\\N"), ("nano", "nan"), ("n/a.", "#N/A")] {
        let row = format!("{id},2026-11-24T10:00:00Z,port,+447700900123,pending,{word},{word}\n");
        let summary = import(&mut fixture, "c.csv", &row).unwrap();
        assert_eq!(summary.charges, [(valid("EUR"), valid("0.05"))], "{row}");
    }
    // A message that was rejected before it got an ID.
    let rejected = ONE.replace("a,2026", "NULL,2026").replace("pending", "rejected");
    assert_eq!(import(&mut fixture, "d.csv", &rejected).unwrap().tally.rejected, 1);
}

#[test]
fn an_account_may_be_called_like_a_word_for_no_value() {
    let mut fixture = fixture();
    fixture.account("ACME", "none");
    assert_eq!(import(&mut fixture, "a.csv", &ONE.replace("acme", "none")).unwrap().tally, new(1));
}

#[test]
fn bytes_invisible_characters_and_spoilt_numbers_are_not_destinations_or_ids() {
    let mut fixture = fixture();
    let before = fixture.dump();
    for text in ["\\x343437373030393030313233", "44770\u{200b}0900123", "447700900123.0"] {
        let faults = row_faults(import(&mut fixture, "a.csv", &ONE.replace("+447700900123", text)));
        assert!(faults[0].starts_with("2:29 destination: "), "{faults:?}");
    }
    let faults = row_faults(import(&mut fixture, "a.csv", &ONE.replace("a,2026", "179553100123456.0,2026")));
    assert!(faults[0].starts_with("2:1 message_id: `179553100123456.0` must not be a whole number"), "{faults:?}");
    assert!(before == fixture.dump());
}

#[test]
fn a_quote_in_what_mysql_prints_swallows_no_row() {
    let mut fixture = fixture();
    let row = |id: &str, text: &str| {
        format!(
            "{id}\tsmppsapi\tcid\tABC\t447700900123\t0.0000000\tNULL\tNULL\t{text}\tNULL\tESME_ROK\tacme\t1\t2026-11-24 10:00:00\tNULL\n"
        )
    };
    let rows = [row("m-1", "\"Hello"), row("m-2", "C:\\\\new\\tx\\ny\\0"), row("m-3", "bye\"")].concat();
    let summary = take(&mut fixture, &format!("{}\n{rows}", JASMIN.replace(',', "\t"))).unwrap();
    assert_eq!((summary.dialect, summary.tally), ("jasmin", new(3)));
    assert_eq!(fixture.credits("ACME"), valid("-3"));
}

#[test]
fn a_tab_separated_file_that_may_be_of_a_spreadsheet_or_of_mysql_needs_a_word() {
    let mut fixture = fixture();
    let header = format!("{},note", HEADER.trim_end()).replace(',', "\t");
    let row = |id: &str, note: &str| {
        format!("{}\t{note}\n", ONE.replace("a,2026", &format!("{id},2026")).trim_end().replace(',', "\t"))
    };
    let text = format!("{header}\n{}{}{}", row("m-1", "\"Hello"), row("m-2", "middle"), row("m-3", "bye\""));
    let faults = row_faults(take(&mut fixture, &text));
    assert!(faults[0].starts_with("2:56 spreadsheets and MySQL read a quote or backslash"), "{faults:?}");
    let mysql = ParseOptions { quoting: Some(Quoting::None), ..options() };
    let request = with_options(&fixture, &text, mysql);
    assert_eq!(run(&mut fixture, &request).unwrap().tally, new(3));
    // With CRLF it is of a spreadsheet, in which a quoted text may have a line break.
    let text = format!("{header}\n{}", row("m-4", "\"one\ntwo, \"\"three\"\"\"")).replace('\n', "\r\n");
    assert_eq!(take(&mut fixture, &text).unwrap().tally, new(1));
}

#[test]
fn mysqls_outfile_needs_a_word() {
    let mut fixture = fixture();
    let row = "\"m-1\",\"httpapi\",\"cid\",\"ABC\",\"447700900123\",0.0000000,0.0000000,2,\"say \\\"hi\\\", \\\ntwo\",\\N,\"ESME_ROK\",\
               \"acme\",1,\"2026-11-24 10:00:00\",\\N\n";
    let text = format!("{JASMIN}\n{row}{}", row.replace("m-1", "m-2"));
    assert!(row_faults(take(&mut fixture, &text))[0].contains("closing quote"));
    let outfile = ParseOptions { quoting: Some(Quoting::Backslash), ..options() };
    let request = with_options(&fixture, &text, outfile);
    assert_eq!(run(&mut fixture, &request).unwrap().tally, new(2));
    assert_eq!(fixture.credits("ACME"), valid("-4"));
}

#[test]
fn columns_that_are_not_read_may_have_any_bytes() {
    let mut fixture = fixture();
    let row = |text: &[u8], uid: &[u8]| {
        [
            &b"m-1,httpapi,cid,ABC,447700900123,0E-7,0E-7,1,"[..],
            text,
            b",,CommandStatus.ESME_ROK,",
            uid,
            b",1,2026-11-24 10:00:00,\n",
        ]
        .concat()
    };
    let file = |row: Vec<u8>| [format!("{JASMIN}\n").into_bytes(), row].concat();
    assert_eq!(take(&mut fixture, &file(row(b"caf\xe9 \x00\x1b", b"port"))).unwrap().tally, new(1));
    assert_eq!(messages(&mut fixture).len(), 1);
    let faults = row_faults(take(&mut fixture, &file(row(b"", b"acm\xe9"))));
    assert!(faults[0].starts_with("2:71 no SMPP account"), "{faults:?}");
}

#[test]
fn prices_of_other_programs_may_have_exact_exponents() {
    let mut fixture = fixture();
    let row = |id: &str, charge: &str| {
        format!("{id},httpapi,cid,ABC,447700900123,0E-7,{charge},1,x,,1,port,1,2026-11-24 10:00:00,\n")
    };
    let rows = [row("m-1", "0E-7"), row("m-2", "1.25E-2"), row("m-3", "1E-7")].concat();
    let summary = take(&mut fixture, &format!("{JASMIN}\n{rows}")).unwrap();
    assert_eq!(summary.charges, [(valid("EUR"), valid("0.0125001"))]);
    for spoilt in ["1.23457E+11", "1E2"] {
        let faults = row_faults(take(&mut fixture, &format!("{JASMIN}\n{}", row("m-4", spoilt))));
        assert!(faults[0].contains("charge: "), "{faults:?}");
    }
    let faults = row_faults(import(&mut fixture, "a.csv", &ONE.replace(",2,\n", ",2,1E-2\n")));
    assert!(faults[0].contains("price: `1E-2`"), "{faults:?}");
}

#[test]
fn a_file_for_one_account_that_names_another_is_refused_unless_that_is_meant() {
    let mut fixture = fixture();
    let rows =
        format!("{ONE}{}{}", ONE.replace("a,2026", "b,2026"), ONE.replace("a,2026", "c,2026").replace("acme", "port"));
    let text = format!("{HEADER}{rows}");
    let for_acme = || ParseOptions { account: Some("acme".to_owned()), ..options() };
    let one_account = with_options(&fixture, &text, for_acme());
    let faults = row_faults(run(&mut fixture, &one_account));
    assert_eq!(faults, ["4:24 account `acme` contradicts the file: this row belongs to `port`"]);
    // Also where the row names no account that exists, and where faults are left out.
    let unknown = with_options(&fixture, &text.replace("port", "nobody"), for_acme());
    let unknown = ImportRequest { skip_invalid: true, ..unknown };
    assert!(row_faults(run(&mut fixture, &unknown))[0].contains("belongs to `nobody`"));
    let meant = with_options(&fixture, &text, ParseOptions { override_account: true, ..for_acme() });
    assert_eq!(run(&mut fixture, &meant).unwrap().tally, new(3));
    assert_eq!(fixture.credits("ACME"), valid("-6"));
}

#[test]
fn a_file_that_was_imported_for_its_own_accounts_is_refused_for_another() {
    let mut fixture = fixture();
    let text = "account_id,message_id,direction,to,date_received,status,currency,total_price\n\
                ac01,x-1,outbound,447700900123,2026-11-24 09:00:00 +0000,delivered,EUR,0.05\n";
    let of = |account: &str| ParseOptions { account: Some(account.to_owned()), ..options() };
    let first = with_options(&fixture, text, of("acme"));
    assert_eq!(run(&mut fixture, &first).unwrap().tally, new(1));
    let second = with_options(&fixture, text, of("port"));
    assert_refused!(run(&mut fixture, &second), Error::KnownFile { import: 1, .. });
    let meant = with_options(&fixture, text, ParseOptions { override_account: true, ..of("port") });
    assert_eq!(run(&mut fixture, &meant).unwrap().tally, new(1));
    // The account of a vendor is not one of ours, unless it is called like one.
    let other = with_options(&fixture, &text.replace("ac01", "port").replace("x-1", "x-2"), of("acme"));
    assert!(row_faults(run(&mut fixture, &other))[0].contains("belongs to `port`"));
}

#[test]
fn kannels_rows_are_messages_of_their_service_by_the_only_column_that_is_unique() {
    let header = "sql_id\tmomt\tsender\treceiver\ttime\tsmsc_id\tservice\taccount\tid\tdlr_url\tboxc_id\n";
    let row = |id: u32, momt: &str, account: &str, reference: &str| {
        format!(
            "{id}\t{momt}\tABC\t447700900123\t1795514400\tsmsc\tport\t{account}\tNULL\thttp://h/dlr?ref={reference}&s=%d\tNULL\n"
        )
    };
    let rows = [
        row(1, "MT", "NULL", "r-1"),
        row(2, "MT", "NULL", "r-2"),
        row(3, "MT", "acme", "r-3"),
        row(4, "DLR", "NULL", "r-1"),
    ];
    let text = format!("{header}{}", rows.concat());
    let mut fixture = fixture();
    let summary = take(&mut fixture, &text).unwrap();
    assert_eq!(summary.tally, TrafficTally { new: 3, skipped: 1, ..TrafficTally::default() });
    assert_eq!(fixture.credits("ACME"), valid("-1"));
    assert_eq!(fixture.balance("PORT", valid("EUR")).unwrap().balance, valid("-0.1"));
    let mut by_reference = self::fixture();
    let id = ParseOptions {
        id_column: Some("dlr_url".to_owned()),
        id_pattern: Some("ref={id}&".parse().unwrap()),
        ..options()
    };
    let request = with_options(&by_reference, &text, id);
    assert_eq!(run(&mut by_reference, &request).unwrap().tally.new, 3);
    assert!(messages(&mut by_reference)[0].contains(" r-1 "), "{:?}", messages(&mut by_reference));
    // The same file with other IDs would charge all of its messages once more.
    assert_refused!(take(&mut by_reference, &text), Error::Refused(why) if why.contains("with other message IDs"));
}

#[test]
fn a_column_that_is_missing_or_misspelt_does_not_pass_unseen() {
    let mut fixture = fixture();
    let faults = row_faults(take(&mut fixture, &format!("{HEADER}{ONE}").replace("state", "sate")));
    assert!(faults[0].starts_with("1:1 a file of ssgctl needs a column `state`"), "{faults:?}");
    let column = |name: &str, nearest| UnreadColumn { name: name.to_owned(), nearest };
    for (right, wrong) in [("parts", "part"), ("price", "prize")] {
        let text =
            format!("{HEADER}{ONE}").replace(right, wrong).replacen('\n', ",colour\n", 1).replace(",2,\n", ",2,,red\n");
        let faults = row_faults(take(&mut fixture, &text));
        let why = format!("1:1 the column `{wrong}` is not imported, and the header has no column `{right}`");
        assert_eq!(faults, [why]);
        let meant = ParseOptions { unread_columns: vec![wrong.to_uppercase()], ..options() };
        let request = ImportRequest { dry_run: true, ..with_options(&fixture, &text, meant) };
        let summary = run(&mut fixture, &request).unwrap();
        assert_eq!(summary.ignored_columns, [column(wrong, Some(right)), column("colour", None)]);
    }
    // The columns that a vendor's file is known to have are not listed.
    let jasmin = format!("{JASMIN},extra\nm-1,a,b,c,447700900123,0,0,1,x,,ESME_ROK,acme,1,2026-11-24 10:00:00,,y\n");
    let mut other = self::fixture();
    assert_eq!(take(&mut other, &jasmin).unwrap().ignored_columns, [column("extra", None)]);
}

#[test]
fn rows_of_one_misspelt_account_are_one_fault_that_names_the_nearest() {
    let mut fixture = fixture();
    let rows: String = (0..966).map(|n| ONE.replace("a,2026", &format!("m{n},2026")).replace("acme", "acne")).collect();
    let Err(Error::Rows(faults)) = import(&mut fixture, "a.csv", &rows) else { panic!("refused") };
    assert_eq!((faults.count, faults.first.len(), faults.rows_of(&faults.first[0])), (966, 1, 966));
    let Error::NotFound { name, nearest, .. } = &*faults.first[0].error else { panic!("{faults:?}") };
    assert_eq!((faults.first[0].line, name.as_str(), nearest.as_deref()), (2, "acne", Some("acme")));
}

#[test]
fn times_that_cannot_be_are_refused_and_old_ones_noted() {
    let mut fixture = fixture();
    for (time, why) in [
        ("1970-01-01T00:00:00Z", "before the year 2000"),
        ("1999-12-31T23:59:59Z", "before the year 2000"),
        ("2062-11-24T10:00:00Z", "more than a week in the future"),
        ("2026-12-02T12:00:01Z", "more than a week in the future"),
    ] {
        let faults = row_faults(import(&mut fixture, "a.csv", &ONE.replace("2026-11-24T10:00:00Z", time)));
        assert!(faults[0].contains(why), "{faults:?}");
    }
    assert!(!import(&mut fixture, "a.csv", &ONE.replace("2026-11-24", "2025-11-25")).unwrap().has_old_messages);
    assert!(import(&mut fixture, "b.csv", &ONE.replace("2026-11-24", "2025-11-21")).unwrap().has_old_messages);
}

#[test]
fn messages_of_other_channels_and_those_that_wait_are_skipped_in_files_of_twilio() {
    let mut fixture = fixture();
    let header =
        "From,To,Body,Status,SentDate,ApiVersion,NumSegments,ErrorCode,AccountSid,Sid,Direction,Price,PriceUnit";
    let row = |to: &str, status: &str, sent: &str, n: u32| {
        format!("+15005550006,{to},Hi,{status},{sent},2010-04-01,1,,acme,SM{n:032x},outbound-api,-0.04,USD\n")
    };
    let rows = [
        row("whatsapp:+447700900123", "delivered", "2026-11-24T10:00:00Z", 1),
        row("messenger:100001", "sent", "2026-11-24T10:00:00Z", 2),
        row("+447700900123", "queued", "", 3),
        row("+447700900123", "scheduled", "", 4),
        row("+447700900123", "sent", "2026-11-24T10:00:00Z", 5),
    ];
    let summary = take(&mut fixture, &format!("{header}\n{}", rows.concat())).unwrap();
    assert_eq!(summary.tally, TrafficTally { new: 1, skipped: 4, ..TrafficTally::default() });
    let faults = row_faults(take(&mut fixture, &format!("{header}\n{}", row("+447700900123", "delivered", "", 6))));
    assert!(faults[0].ends_with("SentDate is needed"), "{faults:?}");
}

#[test]
fn ids_that_differ_in_hex_case_are_other_messages_unless_the_gateway_writes_both() {
    let rows = format!("{}{}", ONE.replace("a,2026", "7A3F,2026"), ONE.replace("a,2026", "7a3f,2026"));
    let mut exact = fixture();
    assert_eq!(import(&mut exact, "a.csv", &rows).unwrap().tally, new(2));
    let mut folded = fixture();
    let request =
        with_options(&folded, &format!("{HEADER}{rows}"), ParseOptions { ignores_hex_case: true, ..options() });
    assert_eq!(run(&mut folded, &request).unwrap().tally, TrafficTally { duplicate: 1, ..new(1) });
    // Other IDs keep their case.
    let other = format!("{HEADER}{}{}", ONE.replace("a,2026", "7A3G,2026"), ONE.replace("a,2026", "7a3g,2026"));
    let request = with_options(&folded, &other, ParseOptions { ignores_hex_case: true, ..options() });
    assert_eq!(run(&mut folded, &request).unwrap().tally, new(2));
}
