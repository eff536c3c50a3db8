//! The seeds of the fuzzer: each is what it is named after, and holds what the fuzzer asks of any bytes. `fuzz/README.md` says more.

#[path = "../../fuzz/checks.rs"]
mod checks;

use std::fs;
use std::path::Path;

use ssgctl::formats::RecordReader;
use ssgctl::traffic;

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
