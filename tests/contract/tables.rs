//! Tables for a terminal of some width: what may be shortened or left out, and what never is.

use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr;

use super::formats::{keys, rows, seeded};
use super::printed_lines::{Shape, printing};
use crate::support::cli::TestCli;

/// The widths are a quarter of a screen and the usual one; each line is tried with both, because layouts depend on the columns.
#[test]
fn no_line_is_wider_than_the_terminal_and_no_address_is_broken() {
    let cli = seeded();
    for (shape, line) in printing().filter(|(shape, _)| matches!(shape, Shape::List | Shape::Single | Shape::Sheet)) {
        let json = cli.ok(&format!("{line} --json"));
        for width in [40, 80] {
            let shown = cli.ok(&format!("{line} --width {width}"));
            for text in shown.lines() {
                // Only a single word, of which nothing may be lost, sticks out.
                let without_last = text.trim_end().rsplit_once(' ').map_or("", |(rest, _)| rest.trim_end());
                assert!(text.width() <= width || without_last.width() < width, "{line}, {width}: {text}");
            }
            let addresses = shown.split_whitespace().filter(|word| word.contains('@'));
            for address in addresses.map(|word| word.trim_matches(['<', '>', ',', ';'])) {
                assert!(json.contains(address.trim_end_matches('…')), "{line}, {width}: {address}");
                assert!(
                    *shape == Shape::Sheet || !address.ends_with('…') || line.contains("import"),
                    "{line}: {address}"
                );
            }
        }
    }
}

#[test]
fn a_table_says_which_columns_it_lacks() {
    let cli = seeded();
    let lines =
        ["balance history", "traffic list", "mail list", "audit list", "customer list", "smpp list", "report balances"];
    for line in lines {
        let all: BTreeSet<String> = keys(&rows(&cli, line)[0]).into_iter().collect();
        let wide = cli.ok(&format!("{line} --width 1000"));
        let whole: Vec<&str> = wide.lines().next().expect(line).split_whitespace().collect();
        for width in 30..100 {
            let table = cli.ok(&format!("{line} --width {width}"));
            let first = table.lines().next().expect(line);
            let headings: Vec<&str> = first.split_whitespace().collect();
            if headings.len() == 2 && !all.contains(headings[1]) {
                // A block for each record, which lacks nothing.
                continue;
            }
            let note = table.rsplit_once("not shown: ").map_or("", |(_, note)| note);
            let note = note.split(';').next().unwrap_or_default().replace('\n', " ");
            let left_out: Vec<&str> = note.split(", ").map(str::trim).filter(|key| !key.is_empty()).collect();
            let mut found: Vec<&str> = headings.iter().copied().chain(left_out).collect();
            let mut expected = whole.clone();
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{line}, {width}: {table}");
        }
    }
}

#[test]
fn fields_that_are_asked_for_are_never_left_out() {
    let cli = seeded();
    let fields = "id,at,customer,kind,amount,balance_after,unit,description,reference,key,actor";
    for width in [20, 60, 200] {
        let table = cli.ok(&format!("balance history --fields {fields} --width {width}"));
        assert!(fields.split(',').all(|key| table.contains(key)), "{width}: {table}");
        assert!(!table.contains("not shown"), "{width}: {table}");
    }
}

#[test]
fn a_customer_that_was_named_is_not_repeated() {
    let cli = seeded();
    for line in ["balance history", "contact list", "note list", "smpp list"] {
        assert!(cli.ok(&format!("{line} --width 200")).lines().next().expect(line).contains("customer"), "{line}");
        assert!(!cli.ok(&format!("{line} ABC --width 200")).lines().next().expect(line).contains("customer"), "{line}");
        assert!(cli.ok(&format!("{line} ABC")).lines().next().expect(line).contains("customer"), "{line} in a pipe");
    }
}

#[test]
fn what_is_longer_than_the_terminal_goes_through_a_pager() {
    let cli = TestCli::seeded();
    let run = |setup: &str, line: &str| {
        let script = format!("stty rows 6 cols 80; export PAGER='sed s/^/paged:/'; {setup} \"$0\" {line}");
        let (shown, code) = cli.script_at_terminal(&script).ends();
        assert_eq!(code, Some(0), "{line}: {shown}");
        shown
    };
    let paged = run("", "customer show ABC");
    assert!(paged.lines().all(|line| line.starts_with("paged:")), "{paged}");
    for (setup, line) in [
        ("", "customer show ABC --no-pager"),
        ("", "customer show ABC --json"),
        ("", "customer show ABC | cat"),
        ("", "customer list"),
        ("stty rows 60;", "customer show ABC"),
        ("export TERM=dumb;", "customer show ABC"),
        ("PAGER=;", "customer show ABC"),
    ] {
        assert!(!run(setup, line).contains("paged:"), "{setup} {line}");
    }
    // Leaving the pager early is no failure, and a pager that does not exist loses nothing.
    run("PAGER=true;", "audit list");
    assert!(run("PAGER=./no-such-pager;", "customer show ABC").contains("Asked for a second bind."));
}
