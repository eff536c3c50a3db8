//! Charges of an import that are not in the ledger yet, by balance.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::error::{Error, Result, count};
use crate::model::{AccountPrice, Charge, EntryKind, Invalid, Posting, Reference, Unit, day_of};

/// What an import still has to post, and how its entries name it.
#[derive(Debug)]
pub(crate) struct UnpostedCharges {
    /// The charges of the accounts that share a balance, by customer and unit.
    pub(crate) balances: BTreeMap<(i64, Unit), Vec<(AccountPrice, Charge)>>,
    reference: Reference,
    period: String,
}

impl UnpostedCharges {
    /// Groups the charges of accounts by the balances that pay for them.
    pub(crate) fn of(
        import_id: i64,
        days: Option<(i32, i32)>,
        charges: impl Iterator<Item = Result<(AccountPrice, Charge)>>,
    ) -> Result<Self> {
        let mut balances: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for charge in charges {
            let (price, charge) = charge?;
            balances.entry((price.customer_id, price.unit)).or_default().push((price, charge));
        }
        let reference = parsed("reference", &format!("import {import_id}"))?;
        Ok(Self { balances, reference, period: period(days) })
    }

    /// No charges, and how the entries that give back those of an import name it.
    pub(crate) fn of_reverted(import_id: i64, days: Option<(i32, i32)>) -> Result<Self> {
        let reverted = format!("import {import_id} reverted");
        let period = format!("{}, {reverted}", period(days));
        Ok(Self { balances: BTreeMap::new(), reference: parsed("reference", &reverted)?, period })
    }

    /// The entry that takes a sum of charges from a balance.
    pub(crate) fn posting(&self, unit: Unit, sum: &Charge) -> Result<Posting> {
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

fn counted(number: i64, unit: &str) -> String {
    count(number.unsigned_abs(), unit)
}
