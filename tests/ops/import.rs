//! Imports of adjustments: all or none, repeatable by their keys, and every fault reported with its line.

use ssgctl::ops::balance::{self, Adjustment, AdjustmentRow, Receipt};
use ssgctl::ops::customer;
use ssgctl::{Error, Result};

use crate::support::fixture::{Fixture, adjustment, assert_refused, keyed, valid};

fn import(fixture: &mut Fixture, rows: &[AdjustmentRow]) -> Result<Vec<Receipt>> {
    fixture.write(|tx| balance::import(tx, rows))
}

fn row(line: u64, customer: &str, adjustment: Adjustment) -> AdjustmentRow {
    AdjustmentRow { line, customer: customer.to_owned(), adjustment }
}

/// The places and sentences of the faults for which an import is refused.
fn faults(result: Result<Vec<Receipt>>) -> Vec<(u64, String)> {
    let Err(Error::Rows(faults)) = result else { unreachable!("{result:?}") };
    assert_eq!(faults.count, faults.first.len() as u64);
    faults.first.iter().map(|fault| (fault.line, fault.error.to_string())).collect()
}

#[test]
fn rows_are_posted_in_the_order_of_the_file() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    let rows = [row(2, "ACME", adjustment("10")), row(3, "globex", adjustment("5")), row(4, "ACME", adjustment("-10"))];
    let receipts = import(&mut fixture, &rows).unwrap();
    let posted: Vec<_> =
        receipts.iter().map(|r| (r.entry.id, r.entry.customer.to_string(), r.entry.balance_after)).collect();
    let expected = [(1, "ACME", "10"), (2, "GLOBEX", "5"), (3, "ACME", "0")];
    assert_eq!(posted, expected.map(|(id, customer, after)| (id, customer.to_owned(), valid(after))));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn one_row_that_is_refused_refuses_them_all_and_uses_up_no_key() {
    let mut fixture = Fixture::with_acme();
    let before = fixture.dump();
    let rows = [row(2, "ACME", keyed("k1", "10")), row(3, "ACME", keyed("k2", "-11"))];
    assert!(faults(import(&mut fixture, &rows))[0].1.contains("would leave -1"));
    assert_eq!(fixture.dump(), before);
    let corrected = [row(2, "ACME", keyed("k1", "10")), row(3, "ACME", keyed("k2", "-9"))];
    assert!(import(&mut fixture, &corrected).unwrap().iter().all(|receipt| !receipt.replayed));
}

#[test]
fn every_fault_is_reported_with_its_line_whatever_its_kind() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GONE");
    fixture.write(|tx| customer::archive(tx, "GONE")).unwrap();
    fixture.adjust("ACME", &keyed("used", "3")).unwrap();
    let rows = [
        row(2, "ACME", adjustment("10")),
        row(3, "ACNE", adjustment("1")),
        row(5, "GONE", adjustment("1")),
        row(7, "ACME", adjustment("0.5")),
        row(8, "ACME", keyed("used", "4")),
        row(9, "ACME", adjustment("-99")),
    ];
    let reported = faults(import(&mut fixture, &rows));
    let lines: Vec<u64> = reported.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 5, 7, 8, 9]);
    let words = ["no customer `ACNE`", "`GONE` is archived", "whole number", "key `used`", "-99 would leave -86"];
    for ((_, sentence), words) in reported.iter().zip(words) {
        assert!(sentence.contains(words), "{sentence}");
    }
    assert_eq!(fixture.credits("ACME"), valid("3"));
}

#[test]
fn a_file_imported_again_posts_what_is_new_and_replays_the_rest() {
    let mut fixture = Fixture::with_acme();
    let file = |amounts: &[(&str, &str)]| -> Vec<AdjustmentRow> {
        (2..).zip(amounts).map(|(line, (key, amount))| row(line, "ACME", keyed(key, amount))).collect()
    };
    let replayed = |receipts: Vec<Receipt>| receipts.iter().map(|receipt| receipt.replayed).collect::<Vec<_>>();
    assert_eq!(replayed(import(&mut fixture, &file(&[("a", "10"), ("b", "-10")])).unwrap()), [false, false]);
    let before = fixture.dump();
    assert_eq!(replayed(import(&mut fixture, &file(&[("b", "-10"), ("a", "10")])).unwrap()), [true, true]);
    assert_eq!(fixture.dump(), before);
    assert_eq!(
        replayed(import(&mut fixture, &file(&[("a", "10"), ("c", "1"), ("b", "-10")])).unwrap()),
        [true, false, true]
    );
    assert_eq!(fixture.credits("ACME"), valid("1"));
}

#[test]
fn a_key_that_stands_twice_in_a_file_is_posted_once_or_refused_as_it_would_be_in_two_files() {
    let mut fixture = Fixture::with_acme();
    let twice = [row(2, "ACME", keyed("k", "10")), row(3, "ACME", keyed("k", "10"))];
    let receipts = import(&mut fixture, &twice).unwrap();
    assert_eq!((receipts[0].replayed, receipts[1].replayed), (false, true));
    assert_eq!(receipts[0].entry, receipts[1].entry);
    let differing = [row(2, "ACME", keyed("l", "10")), row(3, "ACME", keyed("l", "11"))];
    assert_eq!(faults(import(&mut fixture, &differing))[0].0, 3);
    assert_eq!(fixture.credits("ACME"), valid("10"));
}

#[test]
fn of_very_many_faults_the_first_are_reported_and_all_are_counted() {
    let mut fixture = Fixture::with_acme();
    let rows: Vec<_> = (2..102).map(|line| row(line, &format!("NOBODY{line}"), adjustment("1"))).collect();
    assert_refused!(
        import(&mut fixture, &rows),
        Error::Rows(faults) if faults.count == 100 && faults.first.len() == 20 && faults.first[19].line == 21
    );
    // Rows of the same missing customer are one fault.
    let rows: Vec<_> = (2..102).map(|line| row(line, "NOBODY", adjustment("1"))).collect();
    assert_refused!(
        import(&mut fixture, &rows),
        Error::Rows(faults) if faults.count == 100 && faults.first.len() == 1 && faults.rows_of(&faults.first[0]) == 100
    );
}

#[test]
fn damage_is_no_fault_of_a_row_and_ends_the_import() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "1");
    fixture.raw().execute_batch("UPDATE balance SET balance_e8 = 5").unwrap();
    assert_refused!(import(&mut fixture, &[row(2, "ACME", adjustment("1"))]), Error::Damaged(_));
}

#[test]
fn a_file_without_rows_posts_nothing() {
    let mut fixture = Fixture::with_acme();
    assert!(import(&mut fixture, &[]).unwrap().is_empty());
}
