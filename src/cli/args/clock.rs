//! The option of every command that posts ledger entries and may have to do so after a wrong clock.

use clap::Args;

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ClockArgs {
    /// Trust the clock, and post although the newest ledger entry is dated more than 5 minutes ahead of it
    #[arg(long)]
    pub(crate) accept_clock: bool,
}
