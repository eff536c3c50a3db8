//! Traffic: messages that the gateway reports are taken in once, summed up, and charged once for ever.
//!
//! An import is several transactions, so that others get their turn between them: [`Intake::begin`], [`Intake::take`] for
//! each batch of rows, [`Intake::finish`]. Whoever imports holds the lock of imports, so that what was looked up before the
//! first holds until the last.

mod close;
mod intake;
mod merge;
mod prune;
mod sums;

pub use close::close;
pub use intake::{Batch, Intake, Plan};
pub use merge::{Contradiction, contradictions};
pub use prune::{Pruned, forget_before, prune};
