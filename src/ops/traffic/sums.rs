//! What a batch adds to the sums of traffic, gathered before it is written.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::model::{Message, Money, StateCounts, Tariff};
use crate::store::{DayKey, KnownMessage, Tx};

/// Changes of the sums by hour and by day.
#[derive(Debug, Default)]
pub(super) struct Sums {
    hours: HashMap<(i32, i64), (StateCounts, i64)>,
    days: HashMap<DayKey, (StateCounts, i64, i64)>,
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
        let sign = if is_there { 1 } else { -1 };
        let parts = sign * i64::from(known.parts);
        let charge = charge_of(known, tariff)?.e8();
        let hour = message.day * 24 + (known.second / 3600).cast_signed();
        let of_hour = self.hours.entry((hour, message.account_id)).or_default();
        of_hour.0.add(known.state, sign);
        of_hour.1 += parts;
        let country = known.destination.country().unwrap_or_default();
        let key = DayKey { day: message.day, account_id: message.account_id, country, unit: tariff.unit };
        let of_day = self.days.entry(key).or_default();
        of_day.0.add(known.state, sign);
        of_day.1 += parts;
        of_day.2 = of_day.2.checked_add(sign * charge).ok_or(Error::Overflow { what: "the charge of a day" })?;
        Ok(())
    }

    /// Writes all changes, in the order of their keys.
    pub(super) fn write(self, tx: &mut Tx<'_>) -> Result<()> {
        let mut hours: Vec<_> = self.hours.into_iter().collect();
        hours.sort_unstable_by_key(|(key, _)| *key);
        for ((hour, account_id), (counts, parts)) in hours {
            tx.add_to_hour(hour, account_id, counts, parts)?;
        }
        let mut days: Vec<_> = self.days.into_iter().collect();
        days.sort_unstable_by_key(|(key, _)| *key);
        for (key, (counts, parts, charge)) in days {
            tx.add_to_day(key, counts, parts, Money::from_e8(charge))?;
        }
        Ok(())
    }
}

/// What a message was charged; nothing when it was not.
pub(super) fn charge_of(known: &KnownMessage, tariff: &Tariff) -> Result<Money> {
    if !known.charged {
        return Ok(Money::ZERO);
    }
    tariff.charge(known.parts, known.price).ok_or(Error::Overflow { what: "the charge of a message" })
}
