//! The end of an import: what its messages cost is taken from balances.
//!
//! Of a large import that is several transactions, too, so that nobody waits for thousands of balances. What is posted is
//! noted with its accounts in the same transaction; an import that is interrupted here goes on with the others.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::error::{Error, Result, count};
use crate::model::{
    AccountPrice, Change, Charge, EntityKind, EntryKind, Import, ImportState, Invalid, Money, Posting, Reference,
    TrafficTally, Unit, day_of,
};
use crate::ops::balance;
use crate::store::Tx;
use crate::traffic::ImportRun;
use crate::traffic::batch::add;

/// How many balances are charged at once where it does not matter how long that takes.
const AT_ONCE: usize = 1_000;

/// What is still to be taken from balances, and how entries name the import.
#[derive(Debug)]
pub(crate) struct UnpostedCharges {
    /// By customer and unit: for which accounts.
    balances: BTreeMap<(i64, Unit), Vec<(AccountPrice, Charge)>>,
    reference: Reference,
    period: String,
}

impl UnpostedCharges {
    /// What is taken from a balance.
    fn posting(&self, unit: Unit, sum: &Charge) -> Result<Posting> {
        let (messages, parts) = (counted(sum.messages, "message"), counted(sum.parts, "part"));
        Ok(Posting {
            unit,
            kind: EntryKind::Charge,
            amount: sum.amount.checked_neg().ok_or(Error::Overflow { what: "the charge" })?,
            description: parsed("description", &format!("{messages}, {parts}, {}", self.period))?,
            reference: Some(self.reference.clone()),
            key: None,
            reverses: None,
        })
    }
}

impl ImportRun {
    /// Posts the charges of the next balances, one entry each; says whether that were all. Messages that were sent are charged
    /// whatever that leaves, to archived customers too.
    pub fn post_charges(&mut self, tx: &mut Tx<'_>, at_most: usize) -> Result<bool> {
        let mut unposted = match self.unposted.take() {
            Some(unposted) => unposted,
            None => self.unposted()?,
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
        tx.note_charges(self.id, &of_accounts)?;
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

    /// What is not posted yet.
    fn unposted(&self) -> Result<UnpostedCharges> {
        let mut balances: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (account_id, charge) in self.charges.iter().filter(|(account_id, _)| !self.posted.contains(account_id)) {
            let account_price = self.account_prices.get(account_id).copied();
            let account_price = account_price.ok_or_else(|| Error::Internal("a charge without a price".to_owned()))?;
            balances.entry((account_price.customer_id, account_price.unit)).or_default().push((account_price, *charge));
        }
        let reference = parsed("reference", &format!("import {}", self.id))?;
        Ok(UnpostedCharges { balances, reference, period: period(self.days) })
    }
}

fn parsed<T: FromStr<Err = Invalid>>(field: &'static str, text: &str) -> Result<T> {
    text.parse().map_err(|rule| Error::invalid(field, text, rule))
}

/// The days of an import in words.
fn period(days: Option<(i32, i32)>) -> String {
    match days {
        None => "no day".to_owned(),
        Some((first, last)) if first == last => format!("of {}", day_of(first)),
        Some((first, last)) => format!("of {} to {}", day_of(first), day_of(last)),
    }
}

fn counted(number: i64, noun: &str) -> String {
    count(number.unsigned_abs(), noun)
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
