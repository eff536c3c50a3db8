//! Applies files of desired state: makes the database say what they say, in one transaction.
//!
//! ```text
//! plans ──▶ services ──▶ customers, each with balances, contacts, accounts ──▶ customers that no file names
//! ```
//!
//! Every change is made by the operation that a command makes it with, and noted as a row of the [`ApplyReview`]. A review is therefore
//! an apply whose transaction is dropped: both find the same, or fail alike. What no file names stays, unless the request prunes.

mod accounts;
mod contacts;
mod customers;
mod hand_edits;
mod lists;
mod review;
mod run;

use crate::error::Result;
use crate::formats::declared::{DeclaredFile, FileContent};
use crate::model::{DeclaredCustomer, EntityKind};
use crate::store::{Snapshot, Tx};

use hand_edits::ByHand;
use run::ApplyRun;

pub use review::{ApplyReview, HandEdit, ReviewAction, ReviewRow};
pub use run::{ApplyRequest, FileFault};

/// Whether a file names an SMPP account that does not exist, which will get a password.
pub fn has_new_accounts(snapshot: &Snapshot<'_>, files: &[DeclaredFile]) -> Result<bool> {
    for account in files.iter().filter_map(DeclaredFile::customer).flat_map(|customer| &customer.accounts) {
        if !snapshot.has_system_id(account.system_id.as_str())? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Applies files. The inner error is about them, and the caller must drop the transaction; the outer one is not, but for example
/// about the database.
pub fn apply(
    tx: &mut Tx<'_>,
    files: &[DeclaredFile],
    request: &ApplyRequest<'_>,
) -> Result<Result<ApplyReview, Vec<FileFault>>> {
    tx.expect_many_steps()?;
    let mut run = ApplyRun {
        last_event: tx.last_event()?,
        last_applied: tx.last_event_when_applied(&request.manager)?,
        tx,
        request,
        rows: Vec::new(),
        adopted: Vec::new(),
        faults: Vec::new(),
        by_hand: ByHand::Unmanaged,
    };
    run.lists(files)?;
    run.customers(files)?;
    if !run.faults.is_empty() {
        return Ok(Err(run.faults));
    }
    // A directory that lacks customers of these files is perhaps only a part of them.
    let is_unlisted = |row: &ReviewRow| row.action == ReviewAction::Unlisted && row.entity == EntityKind::Customer;
    if request.is_whole && !run.rows.iter().any(is_unlisted) {
        run.tx.flush_events()?;
        let last_event = run.tx.last_event()?;
        run.tx.set_applied(&request.manager, last_event)?;
    }
    Ok(Ok(ApplyReview::new(run.rows, run.adopted)))
}

impl DeclaredFile {
    /// The customer of the file, if it is one of a customer.
    fn customer(&self) -> Option<&DeclaredCustomer> {
        match &self.content {
            FileContent::Customer(customer, _) => Some(customer),
            FileContent::Lists { .. } => None,
        }
    }
}
