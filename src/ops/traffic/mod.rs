//! Traffic: messages that the gateway reports are taken in once, summed up, and charged once for ever.
//!
//! An import is several transactions, so that others get their turn between them: [`Intake::begin`], [`Intake::take`] for
//! each batch of rows, [`Intake::post_charges`] for some balances each, and [`Intake::finish`]. Whoever imports holds the lock of
//! imports, so that what was looked up before the first holds until the last.

mod batch;
mod charging;
mod close;
mod intake;
mod merge;
mod prune;
mod sums;

pub use batch::{Batch, Plan, in_order};
pub use close::close;
pub use intake::Intake;
pub use merge::{Comparison, Contradiction, KnownTariffs, compare};
pub use prune::{Pruned, forget_before, prune};
