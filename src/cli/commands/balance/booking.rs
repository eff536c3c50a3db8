//! The options of every command that posts entries: description, reference, idempotency key, permission to overdraw.

use clap::Args;
use ssgctl::model::{Description, Key, Reference};

use crate::args::clock::ClockArgs;

#[derive(Debug, Clone, Args)]
pub(super) struct BookingArgs {
    /// Why the balance changes; shown in histories and statements
    #[arg(long, value_name = "TEXT")]
    pub(super) description: Description,

    /// Reference in another system, such as an invoice number
    #[arg(long, value_name = "TEXT")]
    pub(super) reference: Option<Reference>,

    /// Idempotency key: post once, no matter how often the command is repeated
    #[arg(long, value_name = "KEY")]
    pub(super) key: Option<Key>,

    /// Post even if a balance falls below its credit limit
    #[arg(long)]
    pub(super) allow_negative: bool,

    #[command(flatten)]
    pub(super) clock: ClockArgs,
}
