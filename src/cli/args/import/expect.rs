//! What a file must have to be taken for all of it: a file that was cut off cleanly shows nothing of that.

use clap::Args;
use ssgctl::error::{count, quoted};
use ssgctl::model::Hash;

use crate::args::input::Watch;
use crate::exit::{ErrorCode, Failure, Result};

/// What is known of a file beforehand.
#[derive(Debug, Args)]
#[command(next_help_heading = "Is it all there?")]
#[group(id = "expected")]
pub(crate) struct ExpectArgs {
    /// Refuse the file unless it has so many rows
    #[arg(long, value_name = "N")]
    expect_rows: Option<u64>,

    /// Refuse the file unless its bytes have this SHA-256
    #[arg(long, value_name = "HASH")]
    sha256: Option<Hash>,
}

impl ExpectArgs {
    /// Whether the file's bytes must be added up.
    pub(crate) fn is_summed(&self) -> bool {
        self.sha256.is_some()
    }

    /// Refuses a file that was read and is not as expected.
    pub(crate) fn check(&self, file: &str, rows: u64, watch: &Watch) -> Result<()> {
        let refused = |message| Err(Failure::new(ErrorCode::NotAsExpected, message));
        let file = quoted(file);
        match self.expect_rows {
            Some(expected) if expected != rows => {
                return refused(format!("{file} has {}, not {expected}", count(rows, "row")));
            }
            _ => {}
        }
        if self.is_summed() && watch.sum() != self.sha256 {
            return refused(format!("{file} has other bytes than those of that SHA-256"));
        }
        Ok(())
    }
}
