//! The seeds of the fuzzer: each is what it is named after, and holds what the fuzzer asks of any bytes. `fuzz/README.md` says more.

#[path = "../../fuzz/checks.rs"]
mod checks;

use std::fs;
use std::path::Path;

use ssgctl::formats::RecordReader;
use ssgctl::traffic;

use crate::formats::mutation::wounded;
use crate::support::imports::Dice;

/// The seeds of a folder with their names.
fn seeds(folder: &str) -> Vec<(String, Vec<u8>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(folder);
    let files = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap())).collect()
}

#[test]
fn seeds_of_customers_hold() {
    let seeds = seeds("customers");
    assert!(seeds.len() >= 8);
    for (name, bytes) in seeds {
        let mut rows = RecordReader::open(&*bytes).unwrap();
        assert!(rows.next_row().unwrap().is_some(), "{name}");
        checks::files(&bytes);
        checks::customers(&bytes);
    }
}

#[test]
fn seeds_of_traffic_hold_and_are_of_every_dialect() {
    let seeds = seeds("traffic");
    for dialect in traffic::DIALECTS {
        assert!(seeds.iter().any(|(name, _)| name.starts_with(dialect.name)), "no seed of {}", dialect.name);
    }
    for (_, bytes) in seeds {
        checks::files(&bytes);
        checks::traffic(&bytes);
    }
}

/// Holds a check to the seeds of a folder and to damaged copies of each.
fn seeds_hold(folder: &str, copies: u64, check: fn(&[u8])) {
    let seeds = seeds(folder);
    assert!(!seeds.is_empty(), "{folder}");
    let mut dice = Dice(41);
    for (_, bytes) in seeds {
        check(&bytes);
        (0..copies).for_each(|_| check(&wounded(&bytes, &mut dice)));
    }
}

#[test]
fn lists_of_prices_hold_whatever_happened_to_them() {
    seeds_hold("prices", 500, checks::prices);
}

#[test]
fn bank_statements_hold_whatever_happened_to_them() {
    seeds_hold("banks", 200, checks::banks);
}

#[test]
fn what_gateways_hold_is_read_whatever_happened_to_it() {
    seeds_hold("gateways", 500, checks::gateways);
}

#[test]
fn documents_hold_whatever_happened_to_them() {
    seeds_hold("documents", 300, checks::documents);
}

#[test]
fn damaged_answers_of_a_gateway_end_a_probe() {
    seeds_hold("answers", 100, checks::answers);
}
