//! Takes out what an import brought: a file of the wrong account, or one that was understood wrongly.

use crate::error::{Error, Result, quoted};
use crate::model::{AccrualSource, AccruedCharge, Change, EntityKind, Import, ImportState, day_of};
use crate::ops::balance;
use crate::store::{KnownPrices, StoredMessage, Tx};
use crate::traffic::charging::by_balance;
use crate::traffic::totals::SumChanges;

/// Deletes the messages that an import brought, subtracts them from the sums, and gives back what it charged, whether
/// that is posted or not. The import stays, as reverted, and its file may be imported again.
///
/// # Errors
/// [`Error::Refused`] when the import is unfinished or reverted, when it changed messages of earlier imports, or when a later
/// import reported stored messages of its accounts and days again, or its messages were pruned.
pub fn revert(tx: &mut Tx<'_>, id: i64) -> Result<Import> {
    let import = tx.import(id)?;
    refuse_unless_last(tx, &import)?;
    tx.expect_many_steps()?;
    let days = import.days.map_or(0..0, |(first, last)| first..last + 1);
    for day in days {
        revert_day(tx, &import, day)?;
    }
    give_back(tx, &import)?;
    tx.note_reverted(id)?;
    let reverted = tx.import(id)?;
    let charges: Vec<String> =
        import.charges.iter().map(|(unit, sum)| format!("{} {unit}", unit.format(*sum))).collect();
    tx.record(
        &Change::new(EntityKind::Traffic, "revert", id, None)
            .field("file", (), import.manifest.file.as_str())
            .field("messages", (), import.tally.new)
            .field("charged", charges.join(", "), ()),
    )?;
    Ok(reverted)
}

/// Refuses an import that others build on, or that cannot be taken out without a trace.
fn refuse_unless_last(tx: &Tx<'_>, import: &Import) -> Result<()> {
    let id = import.id;
    let refused = |why: String| Err(Error::Refused(why));
    match import.state {
        ImportState::Unfinished => {
            return refused(format!(
                "import {id} is unfinished: import its file again, or close it, before it is reverted"
            ));
        }
        ImportState::Reverted => return refused(format!("import {id} is reverted already")),
        ImportState::Finished | ImportState::Closed => {}
    }
    let Some((first, _)) = import.days else { return Ok(()) };
    if let Some(pruned) = tx.pruned_before()?.filter(|pruned| first < *pruned) {
        return refused(format!("messages of import {id} were pruned, those before {}", day_of(pruned)));
    }
    if tx.changed_earlier_messages(import)? {
        return refused(format!(
            "import {id} changed messages of earlier imports, whose states before are not kept; correct it by adjustments"
        ));
    }
    if let Some(later) = tx.import_that_builds_on(import)? {
        let (later_id, file) = (later.id, quoted(&later.manifest.file));
        return refused(format!(
            "import {later_id} of {file} reported stored messages of the same accounts and days again: revert it first"
        ));
    }
    Ok(())
}

/// Takes out the messages of a day.
fn revert_day(tx: &mut Tx<'_>, import: &Import, day: i32) -> Result<()> {
    let (mut sums, mut prices) = (SumChanges::default(), KnownPrices::default());
    tx.messages_of_import(import.id, day, |StoredMessage { account_id, known, .. }| {
        let prices = prices.of(tx, known.import_id)?;
        sums.add((day, account_id), &known, prices, false).map(drop)
    })?;
    sums.packed()?.write(tx)?;
    tx.delete_runs(import.id, day)
}

/// Adds the opposite of what the import charged, with the differences of runs that repriced it, to what its balances have accrued.
fn give_back(tx: &mut Tx<'_>, import: &Import) -> Result<()> {
    let (mut charges, differences) = (tx.charges_of(import.id)?, tx.differences_of(import.id)?);
    for (account, charge) in &mut charges {
        if let Some(difference) = differences.get(&(account.account_id, account.unit)) {
            charge.amount = charge.amount.checked_add(*difference).ok_or(Error::Overflow { what: "the charge" })?;
        }
    }
    let opposite = |charge: AccruedCharge| {
        let amount = charge.amount.checked_neg().ok_or(Error::Overflow { what: "the charge" })?;
        let (messages, parts) = (charge.messages.saturating_neg(), charge.parts.saturating_neg());
        Ok(AccruedCharge { amount, messages, parts, ..charge })
    };
    let charges = by_balance(&charges)?.into_iter().map(opposite);
    balance::accrue(tx, AccrualSource::Revert(import.id), charges.collect::<Result<_>>()?)
}
