//! Changes to the sums of traffic, collected before they are written.

use crate::error::{Error, Result};
use crate::model::{AccountPrice, Message, MessageState, Money, StateCounts, Unit, month_of};
use crate::store::{AccountDay, DaySum, KnownMessage, MonthKey, PackedDays, QuarterSum, Tx};

/// Changes to the sums.
#[derive(Debug, Default)]
pub(crate) struct SumChanges(Vec<Change>);

/// One message more or less in the sums.
#[derive(Debug, Clone, Copy)]
struct Change {
    account_id: i64,
    charge: i64,
    day: i32,
    quarter: u8,
    /// Negative if the message is removed.
    parts: i32,
    country: [u8; 2],
    unit: Unit,
    state: MessageState,
    /// Plus or minus one.
    count: i8,
}

impl SumChanges {
    /// No changes yet, for about this many messages.
    pub(crate) fn of(messages: usize) -> Self {
        Self(Vec::with_capacity(messages))
    }

    /// Adds a new message; returns its charge.
    pub(crate) fn add_new(&mut self, message: &Message, account_price: &AccountPrice) -> Result<Money> {
        let charge =
            if message.state.is_sent() { charge(account_price, message.parts, message.price)? } else { Money::ZERO };
        self.0.push(Change {
            day: message.day,
            quarter: QuarterSum::of_second(message.second),
            account_id: message.account_id,
            country: message.destination.country_letters(),
            unit: account_price.unit,
            state: message.state,
            count: 1,
            parts: message.parts.into(),
            charge: charge.e8(),
        });
        Ok(charge)
    }

    /// Adds or removes a known message of a day and an account; returns its charge.
    pub(crate) fn add(
        &mut self,
        (day, account_id): (i32, i64),
        known: &KnownMessage,
        account_price: &AccountPrice,
        is_there: bool,
    ) -> Result<Money> {
        let count = if is_there { 1 } else { -1 };
        let charge = if known.charged { charge(account_price, known.parts, known.price)? } else { Money::ZERO };
        self.0.push(Change {
            day,
            quarter: QuarterSum::of_second(known.second),
            account_id,
            country: known.destination.country_letters(),
            unit: account_price.unit,
            state: known.state,
            count,
            parts: i32::from(count) * i32::from(known.parts),
            charge: i64::from(count) * charge.e8(),
        });
        Ok(charge)
    }

    /// The changes to each sum, encoded.
    pub(crate) fn packed(self) -> Result<Totals> {
        let mut days = PackedDays::default();
        let months = self.added_up(|of_day| days.add(of_day))?;
        days.end_day()?;
        Ok(Totals { days, months })
    }

    /// Passes the changes of each account and day to `each`, in order, and returns them by month.
    fn added_up(mut self, mut each: impl FnMut(&AccountDay) -> Result<()>) -> Result<Vec<(MonthKey, DaySum)>> {
        self.0.sort_unstable_by_key(|change| (change.day, change.account_id));
        let (mut of_day, mut by_month, mut month) = (AccountDay::default(), Vec::new(), 0);
        for changes in self.0.chunk_by(|one, next| (one.day, one.account_id) == (next.day, next.account_id)) {
            let Change { day, account_id, .. } = changes[0];
            if by_month.is_empty() || day != of_day.day {
                month = month_of(day);
            }
            of_day.begin(day, account_id);
            changes.iter().try_for_each(|change| change.add_to(&mut of_day))?;
            each(&of_day)?;
            let key = |unit| MonthKey { month, account_id, unit };
            by_month.extend(of_day.countries().iter().map(|country| (key(country.unit), country.sum)));
        }
        together(by_month)
    }
}

/// The changes to each sum in the order of their keys.
#[derive(Debug)]
pub(crate) struct Totals {
    days: PackedDays,
    months: Vec<(MonthKey, DaySum)>,
}

impl Totals {
    pub(crate) fn write(&self, tx: &mut Tx<'_>) -> Result<()> {
        tx.add_packed_days(&self.days)?;
        tx.add_to_months(&self.months)
    }
}

/// Adds up the changes of each month.
fn together(mut sums: Vec<(MonthKey, DaySum)>) -> Result<Vec<(MonthKey, DaySum)>> {
    sums.sort_by_key(|(key, _)| *key);
    let each = sums.chunk_by(|(one, _), (next, _)| one == next).map(|sums| {
        let mut total = DaySum::default();
        sums.iter().try_for_each(|(_, sum)| total.add(sum))?;
        Ok((sums[0].0, total))
    });
    each.collect()
}

impl Change {
    fn add_to(&self, of_day: &mut AccountDay) -> Result<()> {
        let mut counts = StateCounts::default();
        counts.add(self.state, self.count.into());
        let quarter = QuarterSum { quarter: self.quarter, counts, parts: self.parts.into() };
        of_day.add_messages(&quarter, self.country, self.unit, Money::from_e8(self.charge))
    }
}

/// The charge for a message that counts as sent.
pub(crate) fn charge(account_price: &AccountPrice, parts: u16, price: Option<Money>) -> Result<Money> {
    account_price.charge(parts, price).ok_or(Error::Overflow { what: "the charge of a message" })
}
