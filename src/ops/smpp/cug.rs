//! Closed user groups: which numbers an account may reach when `use_cug` is on.

use serde_json::Value;

use crate::error::Result;
use crate::model::{Change, Msisdn, MsisdnSet, SmppAccount};
use crate::ops::active;
use crate::ops::smpp::event::change;
use crate::store::Tx;

/// An event names the numbers that changed if there are at most so many, else it tells how many there were.
const NAMED: u64 = 20;

/// What became of a closed user group.
#[derive(Debug, Clone)]
pub struct CugChange {
    pub account: SmppAccount,
    pub added: u64,
    pub removed: u64,
    /// Numbers that were to be there, or not to be there, and were so already.
    pub unchanged: u64,
}

/// Adds numbers to an account's closed user group.
pub fn add_to_cug(tx: &mut Tx<'_>, name: &str, numbers: &MsisdnSet) -> Result<CugChange> {
    let account = active::smpp_account(tx, name)?;
    change_cug(tx, account, numbers, &MsisdnSet::default())
}

/// Takes numbers out of an account's closed user group.
pub fn remove_from_cug(tx: &mut Tx<'_>, name: &str, numbers: &MsisdnSet) -> Result<CugChange> {
    let account = active::smpp_account(tx, name)?;
    change_cug(tx, account, &MsisdnSet::default(), numbers)
}

/// Makes an account's closed user group hold these numbers and no others.
pub fn replace_cug(tx: &mut Tx<'_>, name: &str, numbers: &MsisdnSet) -> Result<CugChange> {
    let account = active::smpp_account(tx, name)?;
    let surplus = tx.cug_set(&account)?.without(numbers);
    change_cug(tx, account, numbers, &surplus)
}

/// The same for a few numbers, as they come with the rest of an account's details.
pub fn set_cug(tx: &mut Tx<'_>, account: SmppAccount, numbers: &[Msisdn]) -> Result<SmppAccount> {
    let wanted = numbers.iter().cloned().collect();
    replace_cug(tx, account.system_id.as_str(), &wanted).map(|done| done.account)
}

fn change_cug(tx: &mut Tx<'_>, mut account: SmppAccount, add: &MsisdnSet, remove: &MsisdnSet) -> Result<CugChange> {
    let before = account.cug_size;
    let steps = Steps::take(tx, &mut account, add, remove)?;
    if !steps.is_empty() {
        account.lifecycle.updated_at = tx.at();
        tx.touch_smpp_account(&account)?;
        tx.record(&steps.tell(change("edit", &account), before))?;
    }
    let (added, removed) = (steps.added.count, steps.removed.count);
    Ok(CugChange { account, added, removed, unchanged: add.len() + remove.len() - added - removed })
}

/// Fills the closed user group of an account just made; gives its event with what was filled in.
pub(super) fn fill(tx: &mut Tx<'_>, account: &mut SmppAccount, numbers: &[Msisdn], change: Change) -> Result<Change> {
    let numbers = numbers.iter().cloned().collect();
    let steps = Steps::take(tx, account, &numbers, &MsisdnSet::default())?;
    Ok(if steps.is_empty() { change } else { steps.tell(change, 0) })
}

/// What really changed of a closed user group.
struct Steps {
    added: TrafficTally,
    removed: TrafficTally,
}

impl Steps {
    fn take(tx: &mut Tx<'_>, account: &mut SmppAccount, add: &MsisdnSet, remove: &MsisdnSet) -> Result<Self> {
        let (mut added, mut removed) = (TrafficTally::default(), TrafficTally::default());
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

    fn tell(&self, change: Change, size_before: u64) -> Change {
        let (added, removed) = (&self.added, &self.removed);
        if added.count + removed.count <= NAMED {
            return change.field("cug", removed.named(), added.named());
        }
        let size_after = size_before + added.count - removed.count;
        change.field("cug_size", size_before, size_after).field("cug_removed", (), removed.count).field(
            "cug_added",
            (),
            added.count,
        )
    }
}

/// How many numbers there were, and the first of them.
#[derive(Default)]
struct TrafficTally {
    count: u64,
    first: Vec<String>,
}

impl TrafficTally {
    fn add(&mut self, number: &Msisdn) {
        self.count += 1;
        if self.count <= NAMED {
            self.first.push(number.to_string());
        }
    }

    fn named(&self) -> Value {
        if self.first.is_empty() { Value::Null } else { self.first.clone().into() }
    }
}
