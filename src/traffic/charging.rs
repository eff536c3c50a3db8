//! The end of an import: its charges accrue in their balances, in the transaction that ends it.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{
    AccountPrice, AccrualSource, AccruedCharge, Change, Charge, EntityKind, Import, ImportState, Money, TrafficTally,
    Unit,
};
use crate::ops::balance;
use crate::store::Tx;
use crate::traffic::batch::add;
use crate::traffic::import_run::ImportRun;

impl ImportRun {
    /// Adds the charges to what the balances have accrued, and notes that the import has ended. Messages that were sent are charged
    /// whatever that leaves, to archived customers too.
    pub fn finish(&mut self, tx: &mut Tx<'_>, state: ImportState) -> Result<Import> {
        let charges = self.charges_of_accounts(tx)?;
        self.note_charges(tx, &charges)?;
        balance::accrue(tx, AccrualSource::Import(self.id), by_balance(&charges)?)?;
        tx.end_import(self.id, state)?;
        let import = tx.import(self.id)?;
        tx.record(&change_of(&import, if state == ImportState::Closed { "close" } else { "import" }))?;
        Ok(import)
    }

    /// The charges by account, without those that schema 17 posted before the import was interrupted.
    fn charges_of_accounts(&self, tx: &Tx<'_>) -> Result<Vec<(AccountPrice, Charge)>> {
        let accounts = self.accounts(tx)?;
        let charges = self.charges.iter().filter(|(account_and_unit, _)| !self.posted.contains(account_and_unit));
        let charges = charges.map(|(account_and_unit, charge)| {
            let account = accounts.get(account_and_unit).copied();
            Ok((account.ok_or_else(|| Error::Internal("a charge without an account".to_owned()))?, *charge))
        });
        charges.collect()
    }
}

/// Adds up the charges of the accounts that share a balance, without those that are zero.
pub(crate) fn by_balance(charges: &[(AccountPrice, Charge)]) -> Result<Vec<AccruedCharge>> {
    let mut balances: BTreeMap<(i64, Unit), Charge> = BTreeMap::new();
    for (price, charge) in charges {
        add(balances.entry((price.customer_id, price.unit)).or_default(), charge)?;
    }
    let taken = balances.into_iter().filter(|(_, charge)| charge.amount != Money::ZERO);
    let taken = taken.map(|((customer_id, unit), Charge { messages, parts, amount })| {
        let amount = amount.checked_neg().ok_or(Error::Overflow { what: "the charge" })?;
        Ok(AccruedCharge { customer_id, unit, amount, messages, parts })
    });
    taken.collect()
}

fn change_of(import: &Import, action: &str) -> Change {
    let TrafficTally { new, updated, duplicate, rejected, skipped, refused } = import.tally;
    let charges: Vec<String> =
        import.charges.iter().map(|(unit, sum)| format!("{} {unit}", unit.format(*sum))).collect();
    let counts = [
        ("new", new),
        ("updated", updated),
        ("duplicate", duplicate),
        ("rejected", rejected),
        ("skipped", skipped),
        ("refused", refused),
    ];
    let change = Change::new(EntityKind::Traffic, action, import.id, None)
        .field("file", (), import.manifest.file.as_str())
        .field("sha256", (), import.manifest.sha256.to_string())
        .field("charged", (), charges.join(", "));
    counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .fold(change, |change, (name, count)| change.field(name, (), count))
}
