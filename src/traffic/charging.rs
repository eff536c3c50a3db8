//! The end of an import: its charges are posted, one entry for each balance.
//!
//! A large import posts them in several transactions, so that other writers do not wait for thousands of balances. Each
//! transaction records which accounts it has charged; an interrupted import goes on with the others.

use crate::error::{Error, Result};
use crate::model::{Change, Charge, EntityKind, Import, ImportState, Money, TrafficTally};
use crate::ops::balance;
use crate::store::Tx;
use crate::traffic::batch::add;
use crate::traffic::import_run::ImportRun;
use crate::traffic::unposted_charges::UnpostedCharges;

/// How many balances are charged at once where it does not matter how long that takes.
const AT_ONCE: usize = 1_000;

impl ImportRun {
    /// Posts the charges of the next balances, one entry each; says whether that were all. Messages that were sent are charged
    /// whatever that leaves, to archived customers too.
    pub fn post_charges(&mut self, tx: &mut Tx<'_>, at_most: usize) -> Result<bool> {
        let mut unposted = match self.unposted.take() {
            Some(unposted) => unposted,
            None => self.unposted_charges()?,
        };
        let (mut due, mut of_accounts) = (Vec::new(), Vec::new());
        for _ in 0..at_most {
            let Some(((customer_id, unit), charges)) = unposted.balances.pop_first() else { break };
            let mut sum = Charge::default();
            charges.iter().try_for_each(|(_, charge)| add(&mut sum, charge))?;
            if sum.amount != Money::ZERO {
                due.push((tx.customer_of(customer_id)?, unposted.posting(unit, &sum)?));
            }
            of_accounts.extend(charges);
        }
        self.note_charges(tx, &of_accounts)?;
        balance::post_each(tx, "charge", due)?;
        let is_done = unposted.balances.is_empty();
        self.unposted = Some(unposted);
        Ok(is_done)
    }

    /// Posts what is left of the charges, and notes that the import has ended.
    pub fn finish(&mut self, tx: &mut Tx<'_>, state: ImportState) -> Result<Import> {
        while !self.post_charges(tx, AT_ONCE)? {}
        tx.end_import(self.id, state)?;
        let import = tx.import(self.id)?;
        tx.record(&change_of(&import, if state == ImportState::Closed { "close" } else { "import" }))?;
        Ok(import)
    }

    /// The charges that no earlier transaction posted.
    fn unposted_charges(&self) -> Result<UnpostedCharges> {
        let charges = self.charges.iter().filter(|(account_id, _)| !self.posted.contains(account_id));
        let charges = charges.map(|(account_id, charge)| {
            let price = self.account_prices.get(account_id).copied();
            Ok((price.ok_or_else(|| Error::Internal("a charge without a price".to_owned()))?, *charge))
        });
        UnpostedCharges::of(self.id, self.days, charges)
    }
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
