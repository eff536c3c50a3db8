//! The contract with scripts, tried on the real program: what it prints, refuses, asks and keeps secret.
#![expect(clippy::expect_used, reason = "a helper that fails is a test that fails")]

mod completion;
mod concurrency;
mod console;
mod cron;
mod dry_run;
mod failures;
mod formats;
mod hostile;
mod oddities;
mod prompts;
mod secrets;
mod streams;
mod terminal;
mod tree;
mod values;
mod wizard;
mod wrong;
