//! Changes to the sums of traffic, collected before they are written.

use foldhash::HashMap;

use crate::error::{Error, Result};
use crate::model::{
    ImportPrices, Message, MessageState, Money, PriceDetail, RatedMessage, Rating, StateCounts, Unit, Unrated, month_of,
};
use crate::store::{AccountDay, DaySum, KnownMessage, MonthKey, PackedDays, QuarterSum, Tx};

/// Changes to the sums, and to what is reserved.
#[derive(Debug, Default)]
pub(crate) struct SumChanges {
    changes: Vec<Change>,
    /// By account and unit.
    reserved: HashMap<(i64, Unit), Money>,
}

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
    detail: PriceDetail,
    state: MessageState,
    /// Plus or minus one.
    count: i8,
}

impl SumChanges {
    /// No changes yet, for about this many messages.
    pub(crate) fn of(messages: usize) -> Self {
        Self { changes: Vec::with_capacity(messages), ..Self::default() }
    }

    /// Adds a new message; returns what it costs if it is charged.
    pub(crate) fn add_new(&mut self, message: &Message, is_charged: bool, prices: &ImportPrices) -> Result<Rating> {
        self.push(&RatedMessage::of(message), (message.state, is_charged), prices, 1)
    }

    /// Adds or removes a known message of a day and an account, which was charged by the prices of an import; returns what it costs
    /// if it is charged.
    pub(crate) fn add(
        &mut self,
        (day, account_id): (i32, i64),
        known: &KnownMessage,
        prices: &ImportPrices,
        is_there: bool,
    ) -> Result<Rating> {
        let count = if is_there { 1 } else { -1 };
        self.push(&known.rated(day, account_id), (known.state, known.charged), prices, count)
    }

    fn push(
        &mut self,
        message: &RatedMessage<'_>,
        (state, is_charged): (MessageState, bool),
        prices: &ImportPrices,
        count: i8,
    ) -> Result<Rating> {
        let rating = rate(message, is_charged, prices)?;
        if let Some((unit, amount)) = prices.reservation(message, (state, is_charged)) {
            let reserved = self.reserved.entry((message.account_id, unit)).or_default();
            let changed = reserved.e8().checked_add(i64::from(count) * amount.e8());
            *reserved = Money::from_e8(changed.ok_or(Error::Overflow { what: "what is reserved" })?);
        }
        self.changes.push(Change {
            day: message.day(),
            quarter: QuarterSum::of_second(message.second_of_day()),
            account_id: message.account_id,
            country: message.destination.country_letters(),
            unit: rating.unit,
            detail: prices.detail(message, &rating),
            state,
            count,
            parts: i32::from(count) * i32::from(message.parts),
            charge: i64::from(count) * rating.charge.e8(),
        });
        Ok(rating)
    }

    /// The changes to each sum, encoded.
    pub(crate) fn packed(mut self) -> Result<Totals> {
        let reserved = std::mem::take(&mut self.reserved).into_iter().filter(|(_, amount)| *amount != Money::ZERO);
        let reserved = reserved.collect();
        let mut days = PackedDays::default();
        let months = self.added_up(|of_day| days.add(of_day))?;
        days.end_day()?;
        Ok(Totals { days, months, reserved })
    }

    /// Passes the changes of each account and day to `each`, in order, and returns them by month.
    fn added_up(mut self, mut each: impl FnMut(&AccountDay) -> Result<()>) -> Result<Vec<(MonthKey, DaySum)>> {
        self.changes.sort_unstable_by_key(|change| (change.day, change.account_id));
        let (mut of_day, mut by_month) = (AccountDay::default(), Vec::new());
        let (mut month, mut is_edge) = (0, false);
        for changes in self.changes.chunk_by(|one, next| (one.day, one.account_id) == (next.day, next.account_id)) {
            let Change { day, account_id, .. } = changes[0];
            if by_month.is_empty() || day != of_day.day {
                (month, is_edge) = (month_of(day), PriceDetail::has_quarters(day));
            }
            of_day.begin(day, account_id);
            changes.iter().try_for_each(|change| change.add_to(&mut of_day, is_edge))?;
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
    /// What is reserved, by account and unit.
    reserved: Vec<((i64, Unit), Money)>,
}

impl Totals {
    pub(crate) fn write(&self, tx: &mut Tx<'_>) -> Result<()> {
        tx.add_reserved(&self.reserved)?;
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
    fn add_to(&self, of_day: &mut AccountDay, has_quarters: bool) -> Result<()> {
        let mut counts = StateCounts::default();
        counts.add(self.state, self.count.into());
        let quarter = QuarterSum { quarter: self.quarter, counts, parts: self.parts.into() };
        let detail = if has_quarters { self.detail } else { self.detail.without_quarter() };
        of_day.add_messages(&quarter, (self.country, self.unit, detail), Money::from_e8(self.charge))
    }
}

/// What a message costs; nothing if it is not charged.
pub(crate) fn rate(message: &RatedMessage<'_>, is_charged: bool, prices: &ImportPrices) -> Result<Rating> {
    let rating = if is_charged {
        prices.rate(message)
    } else {
        let unit = prices.unit(message.account_id, message.second);
        unit.map(|unit| Rating { unit, charge: Money::ZERO, price_id: None })
    };
    rating.map_err(|why| match why {
        Unrated::Overflow => Error::Overflow { what: "the charge of a message" },
        Unrated::Account | Unrated::Price => {
            Error::Internal(format!("a message to {} has no price", message.destination))
        }
    })
}
