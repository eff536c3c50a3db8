//! The option of every command that posts ledger entries and may have to do so after a wrong clock.

use clap::Args;

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ClockArgs {
    /// Post although the newest ledger entry is dated more than 5 minutes ahead of the clock, because the clock is right
    #[arg(long)]
    pub(crate) accept_clock: bool,
}
