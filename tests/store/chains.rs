//! The hash chains: the form of their hashes, and their ends that were kept elsewhere.

use sha2::{Digest, Sha256};
use ssgctl::model::{Chain, Head};
use ssgctl::store::CheckReport;

use crate::store::ledger_guards::{Copy, fixture, original};
use crate::support::fixture::{Fixture, adjustment_in, keyed};
use crate::support::traffic::import_message;

#[test]
fn the_chain_of_entries_is_bound_to_what_is_promised_of_it() {
    // Anybody can recompute the first hash: SHA-256 of one line of JSON (see store/sqlite/chain.rs). A change of its form
    // would make every ledger that exists look forged.
    let mut fixture = Fixture::with_acme();
    let entry = fixture.adjust("ACME", &keyed("k1", "250")).unwrap().entry;
    let line = format!(
        "{{\"previous\":\"{}\",\"id\":1,\"customer_id\":1,\"unit\":\"SMS\",\"kind\":\"adjustment\",\"amount_e8\":25000000000,\
         \"balance_after_e8\":25000000000,\"description\":\"top-up\",\"reference\":null,\"key\":\"k1\",\"reverses\":null,\
         \"actor\":\"jo\",\"uid\":1000,\"reason\":\"ticket 4711\",\"command\":\"fixture\",\"version\":\"0.0.0\",\
         \"at\":\"2026-11-24T12:00:00.000Z\"}}",
        "0".repeat(64)
    );
    assert_eq!(entry.hash.0, <[u8; 32]>::from(Sha256::digest(line)));
}

#[test]
fn the_chain_of_accruals_is_bound_to_what_is_promised_of_it() {
    // As for entries: see store/sqlite/ledger/accrual_chain.rs.
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    fixture.write(|tx| import_message(tx, "acme1", 1)).unwrap();
    let lines = format!(
        "{{\"previous\":\"{}\",\"id\":1,\"import_id\":1,\"reverted\":false,\"at\":\"2026-11-24T12:00:00.000Z\"}}\n\
         1 SMS -100000000 1 1\n",
        "0".repeat(64)
    );
    let accrual = fixture.last_accrual().unwrap();
    assert_eq!(accrual.hash.0, <[u8; 32]>::from(Sha256::digest(lines)));
}

#[test]
fn the_chain_of_events_is_bound_to_what_is_promised_of_it() {
    // As for entries: see store/sqlite/audit_chain.rs.
    let mut fixture = Fixture::new();
    fixture.customer("ACME");
    let [changes, hash]: [Vec<u8>; 2] = fixture
        .raw()
        .query_row("SELECT CAST(changes AS BLOB), hash FROM event WHERE id = 1", [], |row| {
            Ok([row.get(0)?, row.get(1)?])
        })
        .unwrap();
    let changes = serde_json::Value::from(String::from_utf8(changes).unwrap());
    let line = format!(
        "{{\"previous\":\"{}\",\"id\":1,\"at\":\"2026-11-24T12:00:00.000Z\",\"actor\":\"jo\",\"uid\":1000,\
         \"reason\":\"ticket 4711\",\"command\":\"fixture\",\"version\":\"0.0.0\",\"entity\":\"customer\",\
         \"action\":\"new\",\"subject\":\"ACME\",\"customer_id\":1,\"changes\":{changes}}}",
        "0".repeat(64)
    );
    assert_eq!(hash, Sha256::digest(line).as_slice());
}

#[test]
fn a_chain_whose_end_was_cut_off_or_written_anew_does_not_fit_its_head() {
    let mut fixture = fixture();
    fixture.account("ACME", "acme1");
    fixture.write(|tx| import_message(tx, "acme1", 1)).unwrap();
    let head = fixture.store.read().unwrap().head().unwrap();
    assert_eq!(head.to_string().parse::<Head>().unwrap().to_string(), head.to_string());
    let original = original(&fixture);
    for (chain, table) in [(Chain::Ledger, "entry"), (Chain::Accruals, "accrual"), (Chain::Audit, "event")] {
        let end = head.end(chain).unwrap();
        for (damage, what) in [
            (format!("DELETE FROM {table} WHERE id = {}", end.id), format!("{table} {} does not exist", end.id)),
            (
                format!("UPDATE {table} SET hash = zeroblob(32) WHERE id = {}", end.id),
                format!("{table} {} does not have the expected hash", end.id),
            ),
        ] {
            let copy = Copy::disarmed(&original);
            copy.connection().execute_batch(&damage).unwrap();
            let mut report = CheckReport::default();
            copy.open().read().unwrap().check_head(&head, &mut report);
            assert!(
                matches!(&report.findings[..], [found] if found.starts_with(&what)),
                "{damage}: {:?}",
                report.findings
            );
        }
    }
    // What was added since changes nothing of it, and a head of a version without a chain of events is one.
    fixture.adjust("ACME", &adjustment_in("EUR", "1")).unwrap();
    let shorter = head.to_string().rsplitn(3, ':').last().unwrap().to_owned();
    for head in [head, shorter.parse().unwrap()] {
        let mut report = CheckReport::default();
        fixture.store.read().unwrap().check_head(&head, &mut report);
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }
}
