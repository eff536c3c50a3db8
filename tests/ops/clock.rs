//! A wrong clock: it dates no entry but its own, and nothing is posted after such an entry until an operator has looked.

use ssgctl::Error;
use ssgctl::model::{Money, Time, Unit};
use ssgctl::report;
use ssgctl::report::{Period, Statement};
use ssgctl::store::EntryFilter;

use crate::ops::traffic;
use crate::support::cli::TestCli;
use crate::support::fixture::{Fixture, adjustment, assert_refused, collect, valid};

const BEFORE: &str = "2026-11-24T12:00:00Z";
const WRONG: &str = "2040-01-01T00:00:00Z";
const AFTER: &str = "2026-11-25T12:00:00Z";

/// A ledger with an entry before the clock was wrong, one of the wrong clock, and two of another customer and of the same one
/// after the clock was corrected.
fn ledger_of_a_wrong_clock() -> Fixture {
    let mut fixture = Fixture::with_acme();
    fixture.customer("OTHER");
    fixture.at(BEFORE).credit("ACME", "1");
    fixture.at(WRONG).credit("ACME", "10");
    fixture.at(AFTER).store.accept_clock();
    fixture.credit("OTHER", "1000");
    fixture.at("2026-11-26T12:00:00Z").credit("ACME", "100");
    fixture
}

fn statement(fixture: &mut Fixture, from: &str, until: &str) -> Statement {
    let period = Period { from: valid(from), until: valid(until) };
    fixture.read(|now| report::statement(now, now.customer("ACME")?, Unit::Sms, period))
}

fn amounts(fixture: &mut Fixture, since: &str, until: &str) -> Vec<Money> {
    let filter = EntryFilter { since: Some(valid(since)), until: Some(valid(until)), ..EntryFilter::default() };
    let entries = fixture.read(|now| collect(|each| now.entries(&filter, each)));
    entries.iter().map(|entry| entry.posting.amount).collect()
}

#[test]
fn an_entry_keeps_the_time_of_the_clock_and_the_next_one_its_own() {
    let mut fixture = ledger_of_a_wrong_clock();
    let times: Vec<Time> = fixture.entries().iter().map(|entry| entry.at).collect();
    assert_eq!(times, [BEFORE, WRONG, AFTER, "2026-11-26T12:00:00Z"].map(valid));
}

#[test]
fn nothing_is_posted_after_an_entry_more_than_five_minutes_ahead_unless_the_clock_is_accepted() {
    let mut fixture = Fixture::with_acme();
    fixture.at(BEFORE).credit("ACME", "1");
    fixture.at("2026-11-24T11:55:00Z").credit("ACME", "1");
    fixture.at(BEFORE).credit("ACME", "1");
    let before = fixture.at("2026-11-24T11:54:59Z").dump();
    assert_refused!(fixture.adjust("ACME", &adjustment("1")), Error::ClockBehind { entry: 3, .. });
    assert_eq!(fixture.dump(), before);
    fixture.store.accept_clock();
    fixture.credit("ACME", "1");
    // Once is enough: the newest entry is not ahead any more.
    fixture.at("2026-11-24T11:55:00Z").credit("ACME", "1");
}

#[test]
fn a_repeated_key_returns_its_receipt_whatever_the_clock_says() {
    let mut fixture = Fixture::with_acme();
    let keyed = ssgctl::ops::balance::Adjustment { key: Some(valid("k")), ..adjustment("5") };
    fixture.at(WRONG).adjust("ACME", &keyed).unwrap();
    assert!(fixture.at(BEFORE).adjust("ACME", &keyed).unwrap().replayed);
}

#[test]
fn statements_balances_and_histories_follow_the_numbers_and_not_a_wrong_clock() {
    let mut fixture = ledger_of_a_wrong_clock();
    for (before, expected) in [
        (BEFORE, "0"),
        ("2026-11-24T12:00:01Z", "1"),
        // An entry of another customer proves that the one of the wrong clock was posted before.
        ("2026-11-25T12:00:01Z", "11"),
        ("2026-12-01T00:00:00Z", "111"),
        ("2041-01-01T00:00:00Z", "111"),
    ] {
        let balances = fixture.read(|now| report::balances_at(now, &now.customer("ACME")?, valid(before)));
        assert_eq!(balances[0].balance, valid(expected), "{before}");
    }
    let november = statement(&mut fixture, "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");
    assert_eq!((november.opening, november.entries.len(), november.closing), (valid("0"), 3, valid("111")));
    let december = statement(&mut fixture, "2026-12-01T00:00:00Z", "2050-01-01T00:00:00Z");
    assert_eq!((december.opening, december.entries.len(), december.closing), (valid("111"), 0, valid("111")));
    let first_half = amounts(&mut fixture, "2026-11-01T00:00:00Z", "2026-11-25T12:00:00Z");
    let second_half = amounts(&mut fixture, "2026-11-25T12:00:00Z", "2050-01-01T00:00:00Z");
    assert_eq!(first_half, ["1"].map(valid));
    assert_eq!(second_half, ["10", "1000", "100"].map(valid));
}

#[test]
fn the_check_names_entries_of_a_wrong_clock_and_finds_no_fault() {
    let mut fixture = ledger_of_a_wrong_clock();
    let report = fixture.read(|now| Ok(now.check()));
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let of_entries: Vec<&String> = report.warnings.iter().filter(|warning| warning.contains("entry")).collect();
    let expected = "entry 2 is dated 2040-01-01T00:00:00.000Z, but entry 3, which was posted later, is dated \
                    2026-11-25T12:00:00.000Z: the clock was wrong";
    assert_eq!(of_entries, [expected]);
}

#[test]
fn the_check_names_a_newest_entry_ahead_of_the_clock() {
    let mut fixture = Fixture::with_acme();
    fixture.at(WRONG).credit("ACME", "1");
    let warnings = |fixture: &mut Fixture, now: &str| {
        let mut report = ssgctl::store::CheckReport::default();
        fixture.read(|snapshot| {
            snapshot.check_clock(valid(now), &mut report);
            Ok(())
        });
        report.warnings
    };
    assert_eq!(warnings(&mut fixture, WRONG), [] as [&str; 0]);
    let found = warnings(&mut fixture, BEFORE);
    assert!(found.len() == 1 && found[0].starts_with("entry 1, the newest, is dated 2040-01-01"), "{found:?}");
}

#[test]
fn an_import_finds_out_before_its_first_row_that_its_charges_cannot_be_posted() {
    let mut fixture = traffic::fixture();
    fixture.at(WRONG).credit("ACME", "1");
    let before = traffic::state_of(fixture.at(BEFORE));
    let row = "m-1,2026-11-23T10:00:00Z,acme,+447700900123,delivered,1,\n";
    assert_refused!(traffic::import(&mut fixture, "a.csv", row), Error::ClockBehind { entry: 1, .. });
    assert_eq!(traffic::state_of(&mut fixture), before);
    fixture.store.accept_clock();
    traffic::import(&mut fixture, "a.csv", row).unwrap();
}

#[test]
fn every_command_that_posts_exits_5_until_the_clock_is_accepted() {
    let mut fixture = traffic::fixture();
    fixture.customer("OTHER");
    fixture.at("2100-01-01T00:00:00Z").credit("ACME", "100");
    let cli = TestCli::new();
    for file in [cli.database(), cli.key()] {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    }
    fixture.store.backup(&cli.database(), false).unwrap();
    std::fs::copy(fixture.folder.path().join("key"), cli.key()).unwrap();
    std::fs::write(cli.path("rows.csv"), "customer,amount,description\nACME,1,x\n").unwrap();
    let header = "message_id,submitted_at,system_id,destination,state,parts\n";
    let row = "m-1,2026-11-23T10:00:00Z,acme,+447700900123,delivered,1\n";
    std::fs::write(cli.path("cdr.csv"), format!("{header}{row}")).unwrap();
    let lines = [
        "balance adjust ACME 1 --description x",
        "balance transfer ACME OTHER 1 --description x",
        "balance reverse 1 --description x",
        "balance import rows.csv",
        "quick-create --organisation New --credit 5",
        "traffic import cdr.csv",
    ];
    for line in lines {
        let refused = cli.run(line);
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(5), ""), "{line}: {}", refused.stderr);
        assert!(refused.stderr.contains("error[wrong_clock]: entry 1 is dated 2100-01-01"), "{}", refused.stderr);
        assert!(refused.stderr.contains("--accept-clock"), "{}", refused.stderr);
        cli.ok(&format!("{line} --accept-clock --dry-run"));
    }
    let check = cli.run("db check");
    assert_eq!(check.code, Some(0));
    assert!(check.stderr.contains("warning: entry 1, the newest, is dated 2100-01-01"), "{}", check.stderr);
    cli.ok("balance adjust ACME 1 --description x --accept-clock");
    cli.ok("balance adjust ACME 1 --description x");
}
