//! What a batch adds to the sums of traffic, gathered before it is written.

use crate::error::{Error, Result};
use crate::model::{HourTraffic, Message, MessageState, Money, StateCounts, Tariff, Unit};
use crate::store::{DayKey, DaySum, KnownMessage, Tx};

/// Changes of the sums by hour and by day.
#[derive(Debug, Default)]
pub(super) struct Sums(Vec<Change>);

/// One message more or less in the sums.
#[derive(Debug, Clone, Copy)]
struct Change {
    hour: i32,
    account_id: i64,
    country: &'static str,
    unit: Unit,
    state: MessageState,
    /// One, or one below zero.
    count: i64,
    parts: i64,
    charge: i64,
}

impl Sums {
    /// Adds a message as it is known, or takes it away.
    pub(super) fn add(
        &mut self,
        message: &Message,
        known: &KnownMessage,
        tariff: &Tariff,
        is_there: bool,
    ) -> Result<()> {
        let count = if is_there { 1 } else { -1 };
        self.0.push(Change {
            hour: message.day * 24 + (known.second / 3600).cast_signed(),
            account_id: message.account_id,
            country: known.destination.country().unwrap_or_default(),
            unit: tariff.unit,
            state: known.state,
            count,
            parts: count * i64::from(known.parts),
            charge: count * charge_of(known, tariff)?.e8(),
        });
        Ok(())
    }

    /// Writes all changes, in the order of their keys.
    pub(super) fn write(mut self, tx: &mut Tx<'_>) -> Result<()> {
        self.0.sort_unstable_by_key(|change| (change.hour, change.account_id));
        let hours: Vec<HourTraffic> = self
            .0
            .chunk_by(|one, next| (one.hour, one.account_id) == (next.hour, next.account_id))
            .map(|changes| {
                let (counts, parts) = counted(changes);
                HourTraffic { hour: changes[0].hour, account_id: changes[0].account_id, counts, parts }
            })
            .collect();
        tx.add_to_hours(&hours)?;
        drop(hours);
        self.0.sort_unstable_by_key(Change::day_key);
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
        tx.add_to_days(&days)
    }
}

impl Change {
    fn day_key(&self) -> DayKey {
        let Self { hour, account_id, country, unit, .. } = *self;
        DayKey { day: hour.div_euclid(24), account_id, country, unit }
    }
}

fn counted(changes: &[Change]) -> (StateCounts, i64) {
    let (mut counts, mut parts) = (StateCounts::default(), 0);
    for change in changes {
        counts.add(change.state, change.count);
        parts += change.parts;
    }
    (counts, parts)
}

/// What a message was charged; nothing when it was not.
pub(super) fn charge_of(known: &KnownMessage, tariff: &Tariff) -> Result<Money> {
    if !known.charged {
        return Ok(Money::ZERO);
    }
    tariff.charge(known.parts, known.price).ok_or(Error::Overflow { what: "the charge of a message" })
}
