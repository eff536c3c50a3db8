//! The options of every command that posts entries: description, reference, idempotency key, permission to overdraw.

use clap::Args;
use ssgctl::model::{Balance, Description, Key, Reference};
use ssgctl::ops::balance::Receipt;

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::context::Context;

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

/// Notes what the balances are, where charges are accrued: the balance after an entry is without them. After a dry run nothing is.
pub(super) fn note_accrued(context: &Context, change: &ChangeArgs, receipts: &[Receipt]) {
    for Receipt { entry, balance, .. } in receipts.iter().filter(|receipt| !receipt.replayed && !change.dry_run) {
        if *balance != entry.balance_after {
            let unit = entry.posting.unit;
            let (name, balance) = (Balance::name_of(&entry.customer, unit), unit.format(*balance));
            context.note(&format!("the balance {name} is {balance}, with charges that are not posted yet"));
        }
    }
}
