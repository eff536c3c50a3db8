//! Tests of the reader of CSV records, in both of its ways and in blocks.

use super::*;
use crate::formats::csv::{BlockRecords, Blocks};
use proptest::prelude::*;

/// Everything that a text has: its rows as texts, or the first fault as `line:column code`.
fn read(text: &str) -> Result<Vec<Vec<String>>, String> {
    let read = read_as(text, false);
    assert_eq!(read, read_as(text, true), "both ways of reading say the same");
    Ok(read?.into_iter().map(|row| row.into_iter().map(|(text, _)| text).collect()).collect())
}

/// The same with the place of every field, in one of the two ways.
fn read_as(text: &str, always_assemble: bool) -> Result<Vec<Vec<(String, Place)>>, String> {
    let mut records = Records::open(Lines::open(text.as_bytes()).map_err(as_text)?).map_err(as_text)?;
    records.always_assemble = always_assemble;
    let header = records.current();
    let mut rows = vec![header.fields().map(|name| name.trim().to_owned()).zip(header.places()).collect()];
    while let Some(record) = records.next_record().map_err(as_text)? {
        rows.push(record.fields().map(str::to_owned).zip(record.places()).collect());
    }
    Ok(rows)
}

/// The same in blocks of about this many bytes.
fn read_in_blocks(text: &str, size: usize) -> Result<Vec<Vec<(String, Place)>>, String> {
    let records = Records::open(Lines::open(text.as_bytes()).map_err(as_text)?).map_err(as_text)?;
    let header = records.current();
    let mut rows = vec![header.fields().map(|name| name.trim().to_owned()).zip(header.places()).collect()];
    let (layout, lines) = records.into_lines();
    let blocks = Blocks::new(lines, layout.quoting);
    let mut blocks = blocks.of_size(size, 24);
    while let Some(block) = blocks.next_block().expect("read") {
        let mut records = BlockRecords::new(&layout, &block);
        while let Some(record) = records.next_record().map_err(as_text)? {
            rows.push(record.fields().map(str::to_owned).zip(record.places()).collect());
        }
    }
    Ok(rows)
}

fn as_text(fault: Fault) -> String {
    match *fault.error {
        Error::Input { code, .. } => format!("{}:{} {code:?}", fault.line, fault.column),
        other => other.to_string(),
    }
}

#[test]
fn quotes_commas_and_line_ends_are_kept() {
    let rows = read("\u{feff}a, b\r\n\"one, \"\"two\"\"\",\"x\r\ny\"\r\n\r\n,\r\n1,\r\n").expect("valid");
    assert_eq!(rows, [vec!["a", "b"], vec!["one, \"two\"", "x\ny"], vec!["1", ""]]);
}

#[test]
fn blanks_before_a_quoted_field_are_left_out() {
    let rows = read_as("a, b\n1,  \"2, \"\"3\"\"\"\n \"x\",y\n", false).expect("valid");
    let texts: Vec<Vec<&str>> =
        rows[1..].iter().map(|row| row.iter().map(|(text, _)| text.as_str()).collect()).collect();
    assert_eq!(texts, [["1", "2, \"3\""], ["x", "y"]]);
    assert_eq!(rows[1][1].1, Place { line: 2, column: 5 });
}

#[test]
fn semicolons_and_tabs_separate_when_the_header_says_so() {
    assert_eq!(read("a;b\n1,5;2\n").expect("valid")[1], ["1,5", "2"]);
    assert_eq!(read("a\tb\n1\t\n").expect("valid")[1], ["1", ""]);
}

#[test]
fn a_file_with_cr_line_ends_has_the_same_rows() {
    let rows = read("a,b\n1,2\n3,\"x\ny\"\n").expect("valid");
    for text in ["a,b\r1,2\r3,\"x\ry\"\r", "a,b\r1,2\r3,\"x\ry\"\n", "a,b\r1,2\n3,\"x\r\ny\"\r\n"] {
        assert_eq!(read(text).expect(text), rows);
    }
    // Other lines are not split at a CR, which may be part of a text, but never become one row.
    for text in ["a,b\n1,2\r3,4\n", "a,b\r\n1,2\r3,4\r\n"] {
        assert_eq!(read(text).expect_err(text), "2:7 BadRow");
    }
}

#[test]
fn a_first_line_may_name_the_separator() {
    for text in ["sep=;\na;b\n1,5;2\n", "\"sep=;\"\r\na;b\r\n1,5;2\r\n", "SEP=;\ra;b\r1,5;2\r"] {
        assert_eq!(read(text).expect("valid")[..], [["a", "b"], ["1,5", "2"]], "{text:?}");
    }
    assert_eq!(read("sep=|\na|b\n1|2\n").expect("valid")[1], ["1", "2"]);
}

#[test]
fn a_column_name_is_one_visible_line() {
    let text = "a,\"b\n(GBP)\",,\n1,2,3,4\n";
    let records = Records::open(Lines::open(text.as_bytes()).expect("open")).expect("valid");
    assert_eq!(records.columns(), ["a", "b (GBP)", "column 3", "column 4"]);
    assert_eq!(read("a,\"b\rc\"\n1,2\n").expect_err("control"), "1:3 BadHeader");
}

#[test]
fn blank_blocks_are_bounded() {
    let text = format!("a,b\n{}1,2\n", format!("{}\n", " ".repeat(4095)).repeat(4_352));
    let (_, lines) = Records::open(Lines::open(text.as_bytes()).expect("open")).expect("valid").into_lines();
    let mut blocks = Blocks::new(lines, None);
    let fault = loop {
        match blocks.next_block() {
            Ok(Some(_)) => {}
            Ok(None) => unreachable!("read to the end"),
            Err(fault) => break fault,
        }
    };
    assert!(as_text(fault).ends_with("TooLong"));
}

/// An input whose end is missing, as a decompressor reports it.
#[derive(Debug)]
struct Cut<'a>(&'a [u8]);

impl std::io::Read for Cut<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_empty() { Err(std::io::ErrorKind::UnexpectedEof.into()) } else { self.0.read(buffer) }
    }
}

#[test]
fn compressed_text_without_its_end_was_cut_off() {
    let mut records = Records::open(Lines::open(std::io::BufReader::new(Cut(b"a,b\n"))).expect("open")).expect("valid");
    assert_eq!(as_text(records.next_record().expect_err("cut off")), "2:1 CutOff");
    assert_eq!(as_text(Lines::open(std::io::BufReader::new(Cut(b""))).expect_err("cut off")), "1:1 CutOff");
}

#[test]
fn every_fault_is_named_by_line_and_column() {
    let faults = [
        ("", "1:1 NoHeader"),
        ("a,b", "1:1 CutOff"),
        ("a,a\n", "1:3 BadHeader"),
        ("a,b\n1,2\n1,2,3\n", "3:5 BadRow"),
        ("a,b\n1\n2,3\n", "2:1 BadRow"),
        ("a,b\n1,2\n1", "3:1 CutOff"),
        ("a,b,c\n1,2,3\n,", "3:2 CutOff"),
        ("a,b\n1,\"2\n3,4\n", "2:3 CutOff"),
        ("a,b\n1,x\"y\"\n", "2:4 BadQuote"),
        ("a,b\n1,\"x\"y\n", "2:6 BadQuote"),
        ("a,b\n1,\0\n", "2:3 BadEncoding"),
    ];
    for (text, fault) in faults {
        assert_eq!(read(text).expect_err(text), fault, "{text:?}");
    }
}

#[test]
fn text_that_is_not_utf8_is_rejected() {
    for bytes in [&b"\x1f\x8b\x08"[..], b"\xff\xfea\0", b"a,b\n1,\xe9\n"] {
        let outcome = Lines::open(bytes).and_then(Records::open).and_then(|mut records| records.next_row());
        assert!(outcome.is_err(), "{bytes:?}");
    }
}

#[test]
fn a_field_and_a_line_are_bounded() {
    let long = "x".repeat(LONGEST_FIELD + 1);
    assert_eq!(read(&format!("a,b\n1,{long}\n")).expect_err("too long"), format!("2:{} TooLong", LONGEST_FIELD + 3));
    // Line ends inside quotes count as well.
    assert_eq!(
        read(&format!("a,b\n1,\"{}\"\n", "\n".repeat(LONGEST_FIELD + 1))).expect_err("too long"),
        format!("{}:1 TooLong", LONGEST_FIELD + 2)
    );
    assert!(
        read(&format!("a,b\n{}1,2\n", format!("{}\n", " ".repeat(4095)).repeat(4097)))
            .expect_err("too long")
            .ends_with("TooLong")
    );
    let quoted = "line\n".repeat(LONGEST_FIELD / 5 + 1);
    assert!(read(&format!("a,b\n1,\"{quoted}\"\n")).expect_err("too long").ends_with("TooLong"));
}

/// The rows of a file with a quoting, read in order and in blocks.
fn quoted(text: &str, quoting: Quoting) -> Vec<Vec<String>> {
    let open = || Records::open_any(Lines::open(text.as_bytes()).expect("text"), Some(quoting)).expect("header");
    let (mut records, mut rows) = (open(), Vec::new());
    while let Some(row) = records.next_row().expect("row") {
        rows.push(row.cells().map(|(_, text)| text.to_owned()).collect::<Vec<_>>());
    }
    for size in 1..40 {
        let (layout, lines) = open().into_lines();
        let (mut blocks, mut again) = (Blocks::new(lines, layout.quoting).of_size(size, 400), Vec::new());
        while let Some(block) = blocks.next_block().expect("read") {
            let mut records = Records::of_lines(&layout, Lines::after(block.lines_before, &block.text));
            while let Some(record) = records.next_record().expect("record") {
                let unless_null = |text: &str| if text == NULL { String::new() } else { text.to_owned() };
                again.push(record.fields().map(unless_null).collect::<Vec<_>>());
            }
        }
        assert_eq!(again, rows, "in blocks of {size} bytes");
    }
    rows
}

#[test]
fn mysqls_batch_output_has_no_quotes() {
    // A text that begins with a quote, and one in a later row that ends with one: CSV would take all between for one field.
    let text = "id\ttext\tstate\n1\t\"Hello\tsent\n2\tC:\\\\new\\tx\\ny\tNULL\n3\tbye\"\tsent\n";
    let rows = quoted(text, Quoting::None);
    assert_eq!(rows, [["1", "\"Hello", "sent"], ["2", "C:\\new\tx\ny", ""], ["3", "bye\"", "sent"]]);
}

#[test]
fn mysqls_outfile_escapes_with_backslashes() {
    let text = "id,text,state\n1,\"say \\\"hi\\\", you\",\"sent\"\n2,\"one\\\ntwo\\\\\",\\N\nNULL,\"\",NULL\n";
    let rows = quoted(text, Quoting::Backslash);
    assert_eq!(rows, [["1", "say \"hi\", you", "sent"], ["2", "one\ntwo\\", ""], ["", "", ""]]);
    let unenclosed = "id\ttext\n1\tone\\\ntwo\\\tthree\n2\t\\N\n";
    assert_eq!(quoted(unenclosed, Quoting::None), [["1", "one\ntwo\tthree"], ["2", ""]]);
}

#[test]
fn a_file_with_tabs_is_refused_where_its_quoting_matters_and_is_unclear() {
    let rows = "1\tplain\n2\t\"Hello\n3\tbye\"\n";
    assert_eq!(read(&format!("id\ttext\n{rows}")).expect_err("unclear"), "3:3 BadQuote");
    assert_eq!(read("id\ttext\n1\tC:\\new\n").expect_err("unclear"), "2:5 BadQuote");
    // Spreadsheets write CRLF, or a byte order mark.
    for text in ["id\ttext\r\n1\t\"a \"\"b\"\"\"\r\n", "\u{feff}id\ttext\n1\t\"a \"\"b\"\"\"\n"] {
        assert_eq!(read(text).expect("of a spreadsheet")[1], ["1", "a \"b\""]);
    }
}

#[test]
fn any_bytes_are_taken_only_on_request_and_never_in_the_header() {
    let text = b"id,text\n1,caf\xe9\n2,\x00a\n";
    let open = || Records::open(Lines::open(&text[..]).expect("text")).expect("header");
    assert!(open().next_row().is_err());
    let mut records = open();
    records.take_any_bytes();
    for expected in ["caf\u{fffd}", "\u{fffd}a"] {
        let row = records.next_row().expect("any bytes").expect("a row");
        assert_eq!(row.cells().map(|(_, text)| text.to_owned()).nth(1).as_deref(), Some(expected));
    }
    assert!(Lines::open(&b"id,caf\xe9\n"[..]).and_then(Records::open).is_err());
}

proptest! {
    #[test]
    fn written_rows_round_trip(rows in proptest::collection::vec(
        proptest::collection::vec("[a-z,;\"' \n]{0,12}", 3), 1..8)
    ) {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(["a", "b", "c"]).expect("written");
        for row in &rows {
            writer.write_record(row).expect("written");
        }
        let text = String::from_utf8(writer.into_inner().expect("written")).expect("UTF-8");
        // Rows of nothing but blanks are skipped.
        let rows: Vec<_> = rows.into_iter().filter(|row| row.iter().any(|text| !text.trim_matches(' ').is_empty())).collect();
        prop_assert_eq!(&read(&text).expect("valid")[1..], &rows[..]);
    }

    #[test]
    fn no_text_makes_the_reader_panic_or_go_on_for_ever(text in "[a,;\"\n\r\u{e9}]{0,60}") {
        let _ = read(&text);
    }

    #[test]
    fn rows_with_and_without_quotes_are_reported_alike(text in "(a,b\n)([ab\u{e9}\t ]{0,3},[b\"]{0,2}[,b]{0,2}\r?\n){0,8}") {
        let _ = read(&text);
    }

    #[test]
    fn parallel_blocks_have_the_same_rows(
        text in "(a,b\n)(([ab\u{e9}]{0,3}| ?\"([a,\n]|\"\"){0,6}\"),b?\r?\n){0,8}([a,\"\n]{0,9})", size in 1..40_usize
    ) {
        prop_assert_eq!(read_in_blocks(&text, size), read_as(&text, false));
    }

    #[test]
    fn a_file_cut_off_inside_its_last_row_is_detected(cut in 0..7_usize) {
        let whole = "a,b\n1,2\nxx,\"yy\",zz\n".replace(",zz", "");
        let text = &whole[..whole.len() - 1 - cut];
        // Cut at the end of a field the row is complete but for its line end, which CSV does not ask for.
        let complete = text.ends_with("\"yy\"") || text.ends_with(',');
        prop_assert_eq!(read(text).is_err(), !complete, "{}", text);
    }
}
