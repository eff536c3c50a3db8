//! Readers and writers at once: one snapshot, one writer, no lost update.

use std::thread;
use std::time::Duration;

use ssgctl::Error;
use ssgctl::model::Money;
use ssgctl::ops::balance;
use ssgctl::store::{BalanceFilter, EntryFilter, Location};

use crate::support::fixture::{
    Fixture, NOON, adjustment, assert_refused, collect, every_customer, location, open, valid,
};

#[test]
fn a_reader_sees_one_moment_whatever_is_committed_meanwhile() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "10");
    let mut other = fixture.another_store(NOON);
    let snapshot = other.read().unwrap();
    let acme = snapshot.customer("ACME").unwrap();
    fixture.credit("ACME", "5");
    fixture.customer("GLOBEX");
    assert_eq!(collect(|each| snapshot.customers(&every_customer(), each)).unwrap().len(), 1);
    assert_eq!(collect(|each| snapshot.entries(&EntryFilter::default(), each)).unwrap().len(), 1);
    assert_eq!(snapshot.balances_of(&acme).unwrap()[0].balance, valid("10"));
    assert!(snapshot.check().findings.is_empty());
    drop(snapshot);
    assert_eq!(other.read().unwrap().balances_of(&acme).unwrap()[0].balance, valid("15"));
}

#[test]
fn a_bulk_writer_has_moved_what_it_committed_out_of_the_log_when_it_ends_and_helpers_read_it() {
    let mut fixture = Fixture::with_acme();
    let (acme, origin) = (fixture.read(|now| now.customer("ACME")), fixture.origin.clone());
    let size = |fixture: &Fixture| std::fs::metadata(fixture.store.path()).expect("a file").len();
    let before = size(&fixture);
    let mut writer = fixture.store.bulk_writer().unwrap();
    let mut helper = writer.helper().open().unwrap();
    for _ in 0..240 {
        writer.write(&origin, |tx| balance::adjust(tx, "ACME", &adjustment("1"))).unwrap();
    }
    assert_eq!(helper.read().unwrap().balances_of(&acme).unwrap()[0].balance, valid("240"));
    drop((helper, writer));
    let moved = size(&fixture);
    assert!(moved > before, "{moved}");
    fixture.credit("ACME", "1");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn the_lines_of_a_list_are_of_one_moment_though_each_is_handed_out_by_itself() {
    let mut fixture = Fixture::with_acme();
    for amount in ["1", "2", "3"] {
        fixture.credit("ACME", amount);
    }
    let mut other = fixture.another_store(NOON);
    let mut sum = Money::ZERO;
    let snapshot = other.read().unwrap();
    snapshot
        .entries(&EntryFilter::default(), |entry| {
            fixture.credit("ACME", "100");
            sum = sum.checked_add(entry.posting.amount).expect("small");
            Ok::<_, Error>(())
        })
        .unwrap();
    assert_eq!(sum, valid("6"));
}

#[test]
fn readers_wait_for_no_writer_and_see_nothing_uncommitted() {
    let mut fixture = Fixture::with_acme();
    let location = Location { wait: Duration::ZERO, ..location(&fixture.folder) };
    let mut reader = open(&location, NOON).unwrap();
    let mut tx = fixture.store.write(&fixture.origin).unwrap();
    balance::adjust(&mut tx, "ACME", &adjustment("10")).unwrap();
    let every = |reader: &mut ssgctl::store::Store| {
        let snapshot = reader.read().expect("snapshot");
        collect(|each| snapshot.balances(&BalanceFilter::of_customer(1), each)).expect("balances").len()
    };
    assert_eq!(every(&mut reader), 0);
    tx.commit().unwrap();
    assert_eq!(every(&mut reader), 1);
}

#[test]
fn a_lock_that_is_not_got_in_time_is_busy_and_says_how_long_it_waited() {
    let mut fixture = Fixture::with_acme();
    let wait = Duration::from_millis(50);
    let mut other = open(&Location { wait, ..location(&fixture.folder) }, NOON).unwrap();
    let tx = fixture.store.write(&fixture.origin).unwrap();
    assert_refused!(other.write(&fixture.origin), Error::Busy { waited } if *waited == wait);
    drop(tx);
    assert!(other.write(&fixture.origin).is_ok(), "a dropped transaction lets go of the lock");
}

#[test]
fn a_store_goes_on_after_a_transaction_that_was_dropped_or_failed() {
    let mut fixture = Fixture::with_acme();
    drop(fixture.store.write(&fixture.origin).unwrap());
    assert_refused!(fixture.adjust("ACME", &adjustment("-1")), Error::InsufficientBalance { .. });
    assert_eq!(fixture.credit("ACME", "1").id, 1);
}

#[test]
fn no_change_is_lost_when_many_write_at_once() {
    const WRITERS: usize = 4;
    const CHANGES: usize = 15;
    let mut fixture = Fixture::with_acme();
    let location = location(&fixture.folder);
    let origin = fixture.origin.clone();
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                let mut store = open(&location, NOON).expect("store");
                for _ in 0..CHANGES {
                    let mut tx = store.write(&origin).expect("lock");
                    balance::adjust(&mut tx, "ACME", &adjustment("1")).expect("credited");
                    tx.commit().expect("committed");
                }
            });
        }
    });
    assert_eq!(fixture.entries().len(), WRITERS * CHANGES);
    assert_eq!(fixture.credits("ACME"), valid("60"));
    assert!(fixture.findings().is_empty());
}
