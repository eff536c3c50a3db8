//! What messages add to the sums of traffic, gathered before it is written.

use crate::error::{Error, Result};
use crate::model::{Destination, HourTraffic, Message, MessageState, Money, StateCounts, Tariff, Unit, month_of};
use crate::store::{DayKey, DaySum, KnownMessage, MonthKey, Tx};

/// Changes of the sums.
#[derive(Debug, Default)]
pub(super) struct Sums(Vec<Change>);

/// One message more or less in the sums.
#[derive(Debug, Clone, Copy)]
struct Change {
    account_id: i64,
    charge: i64,
    hour: i32,
    /// Below zero where the message is taken away.
    parts: i32,
    country: [u8; 2],
    unit: Unit,
    state: MessageState,
    /// One, or one below zero.
    count: i8,
}

impl Sums {
    /// Nothing yet, of so many messages.
    pub(super) fn of(messages: usize) -> Self {
        Self(Vec::with_capacity(messages))
    }

    /// Adds a message that is not known yet; gives what it is charged.
    pub(super) fn add_new(&mut self, message: &Message, tariff: &Tariff) -> Result<Money> {
        let charge = if message.state.is_sent() { charge(tariff, message.parts, message.price)? } else { Money::ZERO };
        self.0.push(Change {
            hour: message.hour(),
            account_id: message.account_id,
            country: country(&message.destination),
            unit: tariff.unit,
            state: message.state,
            count: 1,
            parts: message.parts.into(),
            charge: charge.e8(),
        });
        Ok(charge)
    }

    /// Adds a message as it is known, or takes it away; gives what it is charged.
    pub(super) fn add(
        &mut self,
        message: &Message,
        known: &KnownMessage,
        tariff: &Tariff,
        is_there: bool,
    ) -> Result<Money> {
        let count = if is_there { 1 } else { -1 };
        let charge = if known.charged { charge(tariff, known.parts, known.price)? } else { Money::ZERO };
        self.0.push(Change {
            hour: message.day * 24 + (known.second / 3600).cast_signed(),
            account_id: message.account_id,
            country: country(&known.destination),
            unit: tariff.unit,
            state: known.state,
            count,
            parts: i32::from(count) * i32::from(known.parts),
            charge: i64::from(count) * charge.e8(),
        });
        Ok(charge)
    }

    /// All changes of each sum together.
    pub(super) fn added_up(mut self) -> Result<Totals> {
        self.0.sort_unstable_by_key(|change| (change.hour, change.account_id));
        let hours = self
            .0
            .chunk_by(|one, next| (one.hour, one.account_id) == (next.hour, next.account_id))
            .map(|changes| {
                let (counts, parts) = counted(changes);
                HourTraffic { hour: changes[0].hour, account_id: changes[0].account_id, counts, parts }
            })
            .collect();
        for of_day in self.0.chunk_by_mut(|one, next| one.day() == next.day()) {
            of_day.sort_unstable_by_key(|change| (change.account_id, change.country, change.unit));
        }
        let days: Vec<(DayKey, DaySum)> = self
            .0
            .chunk_by(|one, next| one.day_key() == next.day_key())
            .map(|changes| {
                let (counts, parts) = counted(changes);
                let charge = changes.iter().try_fold(0_i64, |sum, change| sum.checked_add(change.charge));
                let charge = charge.map(Money::from_e8).ok_or(Error::Overflow { what: "the charge of a day" })?;
                Ok((changes[0].day_key(), DaySum { counts, parts, charge }))
            })
            .collect::<Result<_>>()?;
        Ok(Totals { months: months(&days)?, hours, days })
    }
}

/// What is added to each sum, in the order of their keys.
#[derive(Debug, Default)]
pub(super) struct Totals {
    hours: Vec<HourTraffic>,
    days: Vec<(DayKey, DaySum)>,
    months: Vec<(MonthKey, DaySum)>,
}

impl Totals {
    pub(super) fn write(&self, tx: &mut Tx<'_>) -> Result<()> {
        tx.add_to_hours(&self.hours)?;
        tx.add_to_days(&self.days)?;
        tx.add_to_months(&self.months)
    }
}

/// The sums of days by months, countries together.
fn months(days: &[(DayKey, DaySum)]) -> Result<Vec<(MonthKey, DaySum)>> {
    let mut by_month: Vec<(MonthKey, &DaySum)> = Vec::with_capacity(days.len());
    for of_day in days.chunk_by(|(one, _), (next, _)| one.day == next.day) {
        let month = month_of(of_day[0].0.day);
        by_month.extend(
            of_day.iter().map(|(key, sum)| (MonthKey { month, account_id: key.account_id, unit: key.unit }, sum)),
        );
    }
    by_month.sort_by_key(|(key, _)| *key);
    by_month
        .chunk_by(|(one, _), (next, _)| one == next)
        .map(|sums| {
            let mut total = DaySum::default();
            for (_, sum) in sums {
                total.counts.add_all(&sum.counts);
                total.parts += sum.parts;
                total.charge =
                    total.charge.checked_add(sum.charge).ok_or(Error::Overflow { what: "the charge of a month" })?;
            }
            Ok((sums[0].0, total))
        })
        .collect()
}

impl Change {
    fn day(&self) -> i32 {
        self.hour.div_euclid(24)
    }

    fn day_key(&self) -> DayKey {
        let Self { account_id, country, unit, .. } = *self;
        DayKey { day: self.day(), account_id, country, unit }
    }
}

fn counted(changes: &[Change]) -> (StateCounts, i64) {
    let (mut counts, mut parts) = (StateCounts::default(), 0);
    for change in changes {
        counts.add(change.state, change.count.into());
        parts += i64::from(change.parts);
    }
    (counts, parts)
}

/// The two letters of its country; zeros where it has none.
fn country(destination: &Destination) -> [u8; 2] {
    destination.country().and_then(|country| country.as_bytes().try_into().ok()).unwrap_or_default()
}

/// What a message that counts as sent is charged.
pub(super) fn charge(tariff: &Tariff, parts: u16, price: Option<Money>) -> Result<Money> {
    tariff.charge(parts, price).ok_or(Error::Overflow { what: "the charge of a message" })
}
