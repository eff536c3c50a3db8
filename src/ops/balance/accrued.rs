//! Accrued charges: imports and runs of `traffic reprice` add them to balances, and one entry for each balance posts them later.

use std::str::FromStr;

use crate::error::{Error, Result};
use crate::model::{
    AccrualSource, AccruedCharge, AccruedSum, Balance, Change, Customer, EntityKind, EntryKind, Invalid, Money,
    Posting, Unit,
};
use crate::store::{Appended, Tx};

/// How many balances are posted at once where it does not matter how long that takes.
const AT_ONCE: usize = 1_000;

/// Which accrued charges to post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueCharges {
    /// Those of earlier days, so that a balance gets one entry a day.
    EarlierDays,
    All,
}

/// What was posted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostedCharges {
    pub entries: u64,
    /// The amount taken in each unit.
    pub charges: Vec<(Unit, Money)>,
}

impl PostedCharges {
    fn add(&mut self, unit: Unit, amount: Money) -> Result<()> {
        self.entries += 1;
        let place = self.charges.iter().position(|(known, _)| *known == unit).unwrap_or_else(|| {
            self.charges.push((unit, Money::ZERO));
            self.charges.len() - 1
        });
        let sum = &mut self.charges[place].1;
        let more = amount.checked_neg().and_then(|amount| sum.checked_add(amount));
        *sum = more.ok_or(Error::Overflow { what: "the sum of the charges" })?;
        Ok(())
    }
}

/// Adds charges to what balances have accrued. Charges of earlier days are posted first.
///
/// # Errors
/// [`Error::ClockBehind`] when the clock is wrong, [`Error::Damaged`] for a balance that is not what its entries say.
pub(crate) fn accrue(tx: &mut Tx<'_>, source: AccrualSource, charges: Vec<AccruedCharge>) -> Result<()> {
    if charges.is_empty() {
        return Ok(());
    }
    tx.refuse_wrong_clock_early()?;
    post_accrued(tx, DueCharges::EarlierDays)?;
    tx.accrue(source, charges)?;
    // An operator has accepted the clock. An entry of now shows that it is right, so that the next import needs no such word.
    if tx.last_entry()?.is_some_and(|last| last.at.is_ahead_of(tx.at())) {
        post_accrued(tx, DueCharges::All)?;
    }
    Ok(())
}

/// Posts accrued charges: one entry for each balance, whatever that leaves, and for archived customers too.
pub fn post_accrued(tx: &mut Tx<'_>, due: DueCharges) -> Result<PostedCharges> {
    let mut posted = PostedCharges::default();
    while !post_some(tx, due, AT_ONCE, &mut posted)? {}
    Ok(posted)
}

/// Posts what the next balances have accrued; says whether those were all. So a long list can be posted in several transactions,
/// between which others get their turn.
pub(crate) fn post_some(tx: &mut Tx<'_>, due: DueCharges, at_most: usize, posted: &mut PostedCharges) -> Result<bool> {
    let up_to = match due {
        DueCharges::EarlierDays => tx.last_accrual_not_of(tx.at())?,
        DueCharges::All => i64::MAX,
    };
    let sums = if up_to == 0 { Vec::new() } else { tx.accrued_up_to(up_to, at_most)? };
    let postings = sums.iter().map(|((customer_id, unit), sum)| {
        let customer = tx.customer_of(*customer_id)?;
        Ok((customer, posting(*unit, sum)?, sum))
    });
    let postings: Vec<(Customer, Posting, &AccruedSum)> = postings.collect::<Result<_>>()?;
    let charges = postings.iter().map(|(customer, posting, sum)| (customer, posting.clone(), *sum)).collect();
    let appended = tx.append_charges(charges)?;
    for ((customer, ..), Appended { entry, .. }) in postings.iter().zip(&appended) {
        posted.add(entry.posting.unit, entry.posting.amount)?;
        let subject = Balance::name_of(&customer.account_code, entry.posting.unit);
        let change = Change::new(EntityKind::Balance, "post", subject, Some(customer.id))
            .field("entry", (), entry.id)
            .field("amount", (), entry.posting.unit.format(entry.posting.amount))
            .field("description", (), entry.posting.description.as_str());
        tx.record(&change)?;
    }
    Ok(appended.len() < at_most)
}

/// The entry of accrued charges.
fn posting(unit: Unit, sum: &AccruedSum) -> Result<Posting> {
    Ok(Posting {
        unit,
        kind: EntryKind::Charge,
        amount: sum.amount,
        description: parsed("description", &sum.description())?,
        reference: Some(parsed("reference", &sum.reference())?),
        key: None,
        reverses: None,
    })
}

fn parsed<T: FromStr<Err = Invalid>>(field: &'static str, text: &str) -> Result<T> {
    text.parse().map_err(|rule| Error::invalid(field, text, rule))
}
