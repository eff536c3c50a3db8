//! The options of every booking by hand: why, under which names, and how far.

use clap::Args;
use ssgctl::model::{Description, Key, Reference};

#[derive(Debug, Clone, Args)]
pub(super) struct BookingArgs {
    /// Why: the first thing that is read when the customer asks
    #[arg(long, value_name = "TEXT")]
    pub(super) description: Description,

    /// Name in somebody else's books, such as an invoice number
    #[arg(long, value_name = "TEXT")]
    pub(super) reference: Option<Reference>,

    /// Book it once under this key, however often it is repeated
    #[arg(long, value_name = "KEY")]
    pub(super) key: Option<Key>,

    /// Book it even if a balance sinks below its credit limit
    #[arg(long)]
    pub(super) allow_negative: bool,
}
