//! Options that verify that a file is complete. A file that was truncated at a line break looks valid otherwise.

use clap::Args;
use ssgctl::error::{count, quoted};
use ssgctl::model::Hash;

use crate::args::input::InputMeter;
use crate::exit::{ErrorCode, Failure, Result};

/// What the sender of a file says about it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Verification")]
#[group(id = "expected")]
pub(crate) struct ExpectArgs {
    /// Refuse the file unless it has N rows
    #[arg(long, value_name = "N")]
    expect_rows: Option<u64>,

    /// Refuse the file unless it has this SHA-256
    #[arg(long, value_name = "HASH")]
    sha256: Option<Hash>,
}

impl ExpectArgs {
    /// Whether the file must be hashed.
    pub(crate) fn needs_checksum(&self) -> bool {
        self.sha256.is_some()
    }

    /// Refuses a file, after reading it, that is not as expected.
    pub(crate) fn check(&self, file: &str, rows: u64, meter: &InputMeter) -> Result<()> {
        let refused = |message| Err(Failure::new(ErrorCode::NotAsExpected, message));
        let file = quoted(file);
        match self.expect_rows {
            Some(expected) if expected != rows => {
                return refused(format!("{file} has {}, not {expected}", count(rows, "row")));
            }
            _ => {}
        }
        if self.needs_checksum() && meter.sha256() != self.sha256 {
            return refused(format!("{file} does not have that SHA-256"));
        }
        Ok(())
    }
}
