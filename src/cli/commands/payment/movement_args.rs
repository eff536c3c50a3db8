//! What a payment and a refund have in common: when the money moved, and what identifies it.

use clap::Args;
use ssgctl::model::{Key, Reference};

use crate::args::clock::ClockArgs;
use crate::args::day::DayArg;

/// The options of a movement of money.
#[derive(Debug, Args)]
#[group(id = "movement")]
pub(super) struct MovementArgs {
    /// Day on which the money moved [default: today]
    #[arg(long, value_name = "DATE")]
    pub(super) on: Option<DayArg>,

    /// Reference in another system, such as that of the bank
    #[arg(long, value_name = "TEXT")]
    pub(super) reference: Option<Reference>,

    /// Idempotency key: record once, no matter how often the command is repeated
    #[arg(long, value_name = "KEY")]
    pub(super) key: Option<Key>,

    #[command(flatten)]
    pub(super) clock: ClockArgs,
}
