//! Any bytes at all as a gateway's answers to a probe.

#![no_main]

#[path = "../checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::answers(bytes));
