//! Any bytes at all as a file that comes in: no reader may panic, go on for ever, or name a line that the file does not have.
//!
//! `cargo +nightly fuzz run files`, from the folder above. `tests/files/mutation.rs` does the same for a while in every test run.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ssgctl::ingest::{Dialect, Rows, balance, cug};

fuzz_target!(|bytes: &[u8]| {
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64 + 2;
    let check = |line: u64| assert!((1..=lines).contains(&line), "line {line} of {lines}");
    match Rows::open(bytes) {
        Err(fault) => check(fault.line),
        Ok(mut rows) => {
            let _ = Dialect::of_header(rows.columns());
            loop {
                match rows.next_row() {
                    Ok(None) => break,
                    Ok(Some(row)) => check(row.line()),
                    Err(fault) => {
                        check(fault.line);
                        if fault.ends_file {
                            break;
                        }
                    }
                }
            }
        }
    }
    for faults in [balance::adjustments(bytes).err(), cug::numbers(bytes).err()].into_iter().flatten() {
        faults.first.iter().for_each(|fault| check(fault.line));
    }
});
