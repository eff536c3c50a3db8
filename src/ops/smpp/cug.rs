//! Closed user groups: which numbers an account may reach when `use_cug` is on.

use serde_json::Value;

use crate::error::Result;
use crate::model::{Change, Msisdn, MsisdnSet, SmppAccount};
use crate::ops::active;
use crate::ops::smpp::event::change;
use crate::store::Tx;

/// The maximum of changed numbers that an audit record lists; for more it has only their count.
const LISTED_NUMBERS: u64 = 20;

/// The change of a closed user group.
#[derive(Debug, Clone)]
pub struct CugChange {
    pub account: SmppAccount,
    pub added: u64,
    pub removed: u64,
    /// Numbers to add that were in the group already, and numbers to remove that were not.
    pub unchanged: u64,
}

/// Adds numbers to an account's closed user group.
pub fn add_to_cug(tx: &mut Tx<'_>, name: &str, numbers: &MsisdnSet) -> Result<CugChange> {
    let account = active::smpp_account(tx, name)?;
    change_cug(tx, account, numbers, &MsisdnSet::default())
}

/// Removes numbers from an account's closed user group.
pub fn remove_from_cug(tx: &mut Tx<'_>, name: &str, numbers: &MsisdnSet) -> Result<CugChange> {
    let account = active::smpp_account(tx, name)?;
    change_cug(tx, account, &MsisdnSet::default(), numbers)
}

/// Replaces the numbers of an account's closed user group.
pub fn replace_cug(tx: &mut Tx<'_>, name: &str, numbers: &MsisdnSet) -> Result<CugChange> {
    let account = active::smpp_account(tx, name)?;
    let surplus = tx.cug_set(&account)?.without(numbers);
    change_cug(tx, account, numbers, &surplus)
}

/// Replaces the closed user group of an account by a short list, as an import of accounts has it.
pub fn set_cug(tx: &mut Tx<'_>, account: SmppAccount, numbers: &[Msisdn]) -> Result<SmppAccount> {
    let wanted = numbers.iter().cloned().collect();
    replace_cug(tx, account.system_id.as_str(), &wanted).map(|change| change.account)
}

fn change_cug(tx: &mut Tx<'_>, mut account: SmppAccount, add: &MsisdnSet, remove: &MsisdnSet) -> Result<CugChange> {
    let before = account.cug_size;
    let delta = CugDelta::apply(tx, &mut account, add, remove)?;
    if !delta.is_empty() {
        account.lifecycle.updated_at = tx.at();
        tx.touch_smpp_account(&account)?;
        tx.record(&delta.audit(change("edit", &account), before))?;
    }
    let (added, removed) = (delta.added.count, delta.removed.count);
    Ok(CugChange { account, added, removed, unchanged: add.len() + remove.len() - added - removed })
}

/// Fills the closed user group of a new account and returns its audit record with the numbers.
pub(super) fn fill(tx: &mut Tx<'_>, account: &mut SmppAccount, numbers: &[Msisdn], change: Change) -> Result<Change> {
    let numbers = numbers.iter().cloned().collect();
    let delta = CugDelta::apply(tx, account, &numbers, &MsisdnSet::default())?;
    Ok(if delta.is_empty() { change } else { delta.audit(change, 0) })
}

/// The numbers that were really added to and removed from a closed user group.
struct CugDelta {
    added: NumberTally,
    removed: NumberTally,
}

impl CugDelta {
    fn apply(tx: &mut Tx<'_>, account: &mut SmppAccount, add: &MsisdnSet, remove: &MsisdnSet) -> Result<Self> {
        let (mut added, mut removed) = (NumberTally::default(), NumberTally::default());
        for number in remove.iter() {
            if tx.delete_cug_number(account, &number)? {
                removed.add(&number);
            }
        }
        for number in add.iter() {
            if tx.insert_cug_number(account, &number)? {
                added.add(&number);
            }
        }
        account.cug_size = account.cug_size + added.count - removed.count;
        Ok(Self { added, removed })
    }

    fn is_empty(&self) -> bool {
        self.added.count + self.removed.count == 0
    }

    fn audit(&self, change: Change, size_before: u64) -> Change {
        let (added, removed) = (&self.added, &self.removed);
        if added.count + removed.count <= LISTED_NUMBERS {
            return change.field("cug", removed.list(), added.list());
        }
        let size_after = size_before + added.count - removed.count;
        change.field("cug_size", size_before, size_after).field("cug_removed", (), removed.count).field(
            "cug_added",
            (),
            added.count,
        )
    }
}

/// A count of numbers, and the first of them.
#[derive(Default)]
struct NumberTally {
    count: u64,
    listed: Vec<String>,
}

impl NumberTally {
    fn add(&mut self, number: &Msisdn) {
        self.count += 1;
        if self.count <= LISTED_NUMBERS {
            self.listed.push(number.to_string());
        }
    }

    fn list(&self) -> Value {
        if self.listed.is_empty() { Value::Null } else { self.listed.clone().into() }
    }
}
