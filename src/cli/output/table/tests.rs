//! Tests of the layout of tables.

use super::*;

const VALUE: ColumnLayout = ColumnLayout::new(ColumnKind::Value);

fn imports(width: Option<u16>) -> Page {
    let file = ColumnLayout::new(ColumnKind::File);
    let any = ColumnLayout { only_if_any: true, ..VALUE };
    let columns = [
        ("import", ColumnLayout::new(ColumnKind::Id)),
        ("file", file),
        ("read", VALUE),
        ("updated", any),
        ("refused", any),
        ("charge", ColumnLayout { need: ColumnNeed::Essential, ..VALUE }),
        ("reason", VALUE),
    ];
    let mut page = Page::new(columns.into_iter(), width);
    for (id, read, updated, charge) in [(1_000, 1_000_000, 0, "7310.747872"), (1_001, 12, 3, "-1001493")] {
        let begin = [Cell::number(id), Cell::text("/var/lib/gateway/2026-11.csv")];
        let counts = [read, updated, 0].map(Cell::number);
        page.add(begin.into_iter().chain(counts).chain([Cell::Amount(charge.to_owned()), Cell::Empty]));
    }
    page
}

#[test]
fn a_terminal_gets_what_people_read() {
    let LaidOut { lines, shown, left_out } = imports(Some(60)).lay_out(true, false);
    assert_eq!(
        lines,
        [
            "import  file              read  updated             charge",
            "  1000  2026-11.csv  1,000,000        0       7,310.747872",
            "  1001  2026-11.csv         12        3  -1,001,493",
        ]
    );
    assert_eq!(shown, ["import", "file", "read", "updated", "charge"]);
    assert!(left_out.is_empty(), "columns without values are not worth a note: {left_out:?}");
}

#[test]
fn a_pipe_gets_everything() {
    let lines = imports(None).lay_out(true, false).lines;
    assert_eq!(
        lines,
        [
            "import  file                             read  updated  refused       charge  reason",
            "  1000  /var/lib/gateway/2026-11.csv  1000000        0        0  7310.747872",
            "  1001  /var/lib/gateway/2026-11.csv       12        3        0     -1001493",
        ]
    );
}

#[test]
fn a_table_that_does_not_fit_names_what_it_lacks_and_becomes_blocks_at_last() {
    let narrow = imports(Some(45)).lay_out(true, false);
    assert_eq!(narrow.left_out, ["read", "updated"]);
    assert!(narrow.lines.iter().all(|line| line.width() <= 45), "{narrow:#?}");
    let blocks = imports(Some(20)).lay_out(true, false);
    assert_eq!(blocks.shown, Vec::<&str>::new());
    assert_eq!(blocks.lines[..3], ["import   1000", "file     2026-11.csv", "read     1,000,000"]);
    assert!(blocks.lines.contains(&String::new()), "an empty line between records: {blocks:#?}");
}

#[test]
fn columns_that_were_asked_for_are_all_shown() {
    let mut page = imports(Some(100));
    page.show_all();
    assert!(page.lay_out(true, false).lines[0].ends_with("reason"));
    let mut page = imports(Some(45));
    page.show_all();
    assert!(page.lay_out(true, false).shown.is_empty(), "blocks lose nothing");
}

#[test]
fn a_redundant_column_is_left_out_on_terminals_only() {
    for (width, is_shown) in [(None, true), (Some(100), false)] {
        let mut page = imports(width);
        page.omit("file");
        assert_eq!(page.lay_out(true, false).shown.contains(&"file"), is_shown);
    }
}

#[test]
fn totals_are_set_apart_and_states_have_colours() {
    let columns = [("state", ColumnLayout::new(ColumnKind::State)), ("messages", VALUE)];
    let page = |width| {
        let mut page = Page::new(columns.into_iter(), width);
        page.add([Cell::text("delivered"), Cell::number(5)].into_iter());
        page.add_total([Cell::text("total"), Cell::number(5)].into_iter());
        page
    };
    let lines = page(Some(80)).lay_out(true, false).lines;
    assert_eq!(lines, ["state      messages", "delivered         5", "───────────────────", "total             5"]);
    assert_eq!(page(None).lay_out(true, false).lines.len(), 3);
    let lines = page(Some(80)).lay_out(true, true).lines;
    assert_eq!(lines[1], "\u{1b}[32mdelivered\u{1b}[0m         5");
    assert!(lines[3].starts_with("\u{1b}[1mtotal"), "{lines:?}");
}

#[test]
fn wide_characters_and_empty_lines_keep_columns_aligned() {
    let mut page = Page::new([("組織", VALUE), ("balance", VALUE), ("at", VALUE)].into_iter(), None);
    for (text, number) in ["Café 日本 Ltd", "", "a\nlonger\n\ntext"].into_iter().zip([5, -1_000, 70]) {
        page.add([Cell::text(text), Cell::number(number), Cell::text(text)].into_iter());
    }
    let lines = page.lay_out(true, false).lines;
    assert_eq!(lines[1], "Café 日本 Ltd        5  Café 日本 Ltd");
    assert_eq!(
        lines[3..],
        ["a                   70  a", "longer                  longer", "", "text                    text"]
    );
}

#[test]
fn the_zone_is_named_once() {
    let columns = [("id", VALUE), ("begun_at", VALUE), ("ended_at", VALUE)];
    let page = |width| {
        let mut page = Page::new(columns.into_iter(), width);
        page.in_zone(&"Europe/London".parse().expect("zone"), false);
        let time = || Cell::Time("2026-07-24T14:36:41Z".parse().expect("time"));
        page.add([Cell::number(1), time(), time()].into_iter());
        page
    };
    let lines = |width| page(width).lay_out(true, false).lines;
    assert_eq!(
        lines(Some(80)),
        ["id  begun_at (Europe/London)  ended_at", " 1  2026-07-24 15:36          2026-07-24 15:36"]
    );
    assert_eq!(lines(None)[0], "id  begun_at (Europe/London)  ended_at");
    let narrow = page(Some(40)).lay_out(true, false);
    assert_eq!((narrow.lines[0].as_str(), narrow.left_out), ("id  begun_at (Europe/London)", vec!["ended_at"]));
    let mut blocks = page(Some(44));
    blocks.show_all();
    assert_eq!(blocks.lay_out(true, false).lines[1], "begun_at  2026-07-24 15:36 (Europe/London)");
    let mut below_a_title = page(None);
    below_a_title.in_zone(&"Europe/London".parse().expect("zone"), true);
    assert_eq!(below_a_title.lay_out(true, false).lines[0], "id  begun_at             ended_at");
}
