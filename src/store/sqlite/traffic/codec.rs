//! Encodes the sums in `traffic_daily` and `traffic_monthly` in a few bytes for each hour, country or month.
//! `schema/001_initial.sql` specifies the format.

use crate::error::{Error, Result};
use crate::model::{MessageState, Money, StateCounts, Unit};
use crate::store::{AccountDay, CountrySum, DaySum, HourSum, MonthKey};

/// The largest number of messages or parts that one sum may have. Below it, sums of many sums cannot overflow.
const MOST: u64 = 1 << 48;

/// Number of accounts with neighbouring IDs whose monthly sums share a row.
const BLOCK: i64 = 32;

/// The bytes are not what [`Packer`] writes. The caller adds which row they are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Unreadable;

/// Encodes sums one after the other.
#[derive(Debug, Default)]
struct Packer {
    bytes: Vec<u8>,
}

impl Packer {
    /// Adds hours, which must be in order; those without messages are left out.
    fn hours(&mut self, hours: &[HourSum]) -> Result<()> {
        hours.iter().filter(|sum| !sum.counts.is_empty()).try_for_each(|sum| {
            self.bytes.push(sum.hour);
            self.counts(&sum.counts, sum.parts)
        })
    }

    /// Adds countries, which must be in order; those without messages are left out.
    fn countries(&mut self, countries: &[CountrySum]) -> Result<()> {
        let mut present = countries.iter().filter(|country| !country.sum.counts.is_empty());
        present.try_for_each(|CountrySum { country, unit, sum }| {
            self.bytes.extend_from_slice(country);
            self.charged(*unit, sum)
        })
    }

    /// Adds the monthly sums of a block, which must be in order; those without messages are left out.
    fn months(&mut self, sums: &[(MonthKey, DaySum)]) -> Result<()> {
        let mut present = sums.iter().filter(|(_, sum)| !sum.counts.is_empty());
        present.try_for_each(|(MonthKey { account_id, unit, .. }, sum)| {
            self.bytes.push(account_id.rem_euclid(BLOCK).to_le_bytes()[0]);
            self.charged(*unit, sum)
        })
    }

    fn charged(&mut self, unit: Unit, sum: &DaySum) -> Result<()> {
        self.bytes.extend_from_slice(unit.code().as_bytes());
        self.counts(&sum.counts, sum.parts)?;
        self.number(sum.charge.e8(), u64::MAX)
    }

    fn counts(&mut self, counts: &StateCounts, parts: i64) -> Result<()> {
        let numbers = counts.numbers();
        let present = numbers.iter().rev().fold(0, |bits, count| bits << 1 | u8::from(*count != 0));
        self.bytes.push(present);
        numbers.into_iter().filter(|count| *count != 0).chain([parts]).try_for_each(|count| self.number(count, MOST))
    }

    /// Adds an unsigned LEB128 number: seven bits a byte, the lowest first; all bytes but the last have their highest bit set.
    fn number(&mut self, number: i64, most: u64) -> Result<()> {
        let mut rest = u64::try_from(number).map_err(|_| {
            Error::Damaged("the sums of traffic count fewer messages than are stored; run `ssgctl db check`".to_owned())
        })?;
        if rest > most {
            return Err(Error::Overflow { what: "the traffic of a day" });
        }
        while rest >= 0x80 {
            self.bytes.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        self.bytes.push(rest.to_le_bytes()[0]);
        Ok(())
    }
}

/// Encoded sums of accounts and days, each account and day once. Most days of an import have no sums yet, so theirs are written
/// without being decoded again.
#[derive(Debug, Default)]
pub struct PackedDays {
    pub(in crate::store::sqlite) rows: Vec<PackedDay>,
    packer: Packer,
}

/// An account and day of [`PackedDays`], and where its bytes are.
#[derive(Debug)]
pub(in crate::store::sqlite) struct PackedDay {
    pub(in crate::store::sqlite) day: i32,
    pub(in crate::store::sqlite) account_id: i64,
    begin: usize,
    middle: usize,
    end: usize,
}

impl PackedDays {
    /// Adds the sums of an account and day; `false` if it has no messages.
    ///
    /// # Errors
    /// [`Error::Damaged`] when a sum is negative.
    pub fn add(&mut self, of_day: &AccountDay) -> Result<bool> {
        let begin = self.packer.bytes.len();
        self.packer.hours(of_day.hours())?;
        let middle = self.packer.bytes.len();
        self.packer.countries(of_day.countries())?;
        let end = self.packer.bytes.len();
        if begin < end {
            self.rows.push(PackedDay { day: of_day.day, account_id: of_day.account_id, begin, middle, end });
        }
        Ok(begin < end)
    }

    /// The encoded hours of a row.
    pub(in crate::store::sqlite) fn hours(&self, row: &PackedDay) -> &[u8] {
        &self.packer.bytes[row.begin..row.middle]
    }

    /// The encoded countries of a row.
    pub(in crate::store::sqlite) fn countries(&self, row: &PackedDay) -> &[u8] {
        &self.packer.bytes[row.middle..row.end]
    }
}

/// The block of accounts that an account belongs to.
pub(in crate::store::sqlite) fn block_of(account_id: i64) -> i64 {
    account_id.div_euclid(BLOCK)
}

/// Encodes the monthly sums of a block of accounts, which must be in order; those without messages are left out.
pub(in crate::store::sqlite) fn pack_months(sums: &[(MonthKey, DaySum)]) -> Result<Vec<u8>> {
    let mut packer = Packer::default();
    packer.months(sums)?;
    Ok(packer.bytes)
}

/// Decodes what [`pack_months`] wrote for a month and a block.
pub(in crate::store::sqlite) fn months(
    month: i32,
    block: i64,
    bytes: &[u8],
) -> impl Iterator<Item = Result<(MonthKey, DaySum), Unreadable>> {
    let mut unpacker = Unpacker { rest: bytes };
    std::iter::from_fn(move || unpacker.next(|unpacker| unpacker.month(month, block)))
}

/// Decodes what [`Packer::hours`] wrote.
pub(in crate::store::sqlite) fn hours(bytes: &[u8]) -> impl Iterator<Item = Result<HourSum, Unreadable>> {
    let mut unpacker = Unpacker { rest: bytes };
    std::iter::from_fn(move || unpacker.next(Unpacker::hour))
}

/// Decodes what [`Packer::countries`] wrote.
pub(in crate::store::sqlite) fn countries(bytes: &[u8]) -> impl Iterator<Item = Result<CountrySum, Unreadable>> {
    let mut unpacker = Unpacker { rest: bytes };
    std::iter::from_fn(move || unpacker.next(Unpacker::country))
}

struct Unpacker<'a> {
    rest: &'a [u8],
}

impl<'a> Unpacker<'a> {
    /// Decodes the next item, if there is one. After an error there are no more items.
    fn next<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Result<T, Unreadable>> {
        if self.rest.is_empty() {
            return None;
        }
        let read = read(self).ok_or(Unreadable);
        if read.is_err() {
            self.rest = &[];
        }
        Some(read)
    }

    fn hour(&mut self) -> Option<HourSum> {
        let [hour] = *self.take::<1>()?;
        let (counts, parts) = self.counts()?;
        (hour < 24).then_some(HourSum { hour, counts, parts })
    }

    fn country(&mut self) -> Option<CountrySum> {
        let country = *self.take::<2>()?;
        let (unit, sum) = self.charged()?;
        let is_country = country == [0; 2] || country.iter().all(u8::is_ascii_uppercase);
        is_country.then_some(CountrySum { country, unit, sum })
    }

    fn month(&mut self, month: i32, block: i64) -> Option<(MonthKey, DaySum)> {
        let [place] = *self.take::<1>()?;
        let account_id = block.checked_mul(BLOCK)?.checked_add(place.into())?;
        let (unit, sum) = self.charged()?;
        (i64::from(place) < BLOCK).then_some((MonthKey { month, account_id, unit }, sum))
    }

    fn charged(&mut self) -> Option<(Unit, DaySum)> {
        let unit = Unit::from_code(str::from_utf8(self.take::<3>()?).ok()?)?;
        let (counts, parts) = self.counts()?;
        let charge = Money::from_e8(i64::try_from(self.number(u64::MAX)?).ok()?);
        Some((unit, DaySum { counts, parts, charge }))
    }

    fn counts(&mut self) -> Option<(StateCounts, i64)> {
        let [present] = *self.take::<1>()?;
        let mut counts = StateCounts::default();
        for state in MessageState::ALL {
            if present & (1 << state.number()) != 0 {
                counts.add(state, self.number(MOST)?.cast_signed());
            }
        }
        let is_known = present != 0 && u32::from(present).ilog2() < u32::try_from(MessageState::ALL.len()).ok()?;
        let parts = self.number(MOST)?.cast_signed();
        is_known.then_some((counts, parts))
    }

    fn number(&mut self, most: u64) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let [byte] = *self.take::<1>()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return (number <= most).then_some(number);
            }
        }
        None
    }

    fn take<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts() -> impl Strategy<Value = StateCounts> {
        let number = prop_oneof![Just(0), 1..200_i64, 1..=MOST.cast_signed()];
        let counts = proptest::array::uniform6(number).prop_map(StateCounts::new);
        counts.prop_filter("there are messages", |counts| !counts.is_empty())
    }

    fn hour() -> impl Strategy<Value = HourSum> {
        let fields = (0..24_u8, counts(), 0..=MOST.cast_signed());
        fields.prop_map(|(hour, counts, parts)| HourSum { hour, counts, parts })
    }

    fn charged() -> impl Strategy<Value = (Unit, DaySum)> {
        let unit = prop_oneof![Just(Unit::Sms), Just("EUR".parse().expect("a currency"))];
        (unit, counts(), 0..=MOST.cast_signed(), 0..=i64::MAX)
            .prop_map(|(unit, counts, parts, charge)| (unit, DaySum { counts, parts, charge: Money::from_e8(charge) }))
    }

    fn country() -> impl Strategy<Value = CountrySum> {
        let country = prop_oneof![Just([0; 2]), Just(*b"GB"), Just(*b"FR")];
        (country, charged()).prop_map(|(country, (unit, sum))| CountrySum { country, unit, sum })
    }

    fn month() -> impl Strategy<Value = (MonthKey, DaySum)> {
        let account_ids = BLOCK * 7..BLOCK * 8;
        (account_ids, charged()).prop_map(|(account_id, (unit, sum))| (MonthKey { month: 682, account_id, unit }, sum))
    }

    proptest! {
        #[test]
        fn what_is_packed_is_read_again(
            some_hours in proptest::collection::vec(hour(), 0..30),
            some_countries in proptest::collection::vec(country(), 0..9),
            some_months in proptest::collection::vec(month(), 0..40),
        ) {
            let mut packer = Packer::default();
            packer.hours(&some_hours).expect("packed");
            let read: Result<Vec<HourSum>, _> = hours(&packer.bytes).collect();
            prop_assert_eq!(read, Ok(some_hours));
            let mut packer = Packer::default();
            packer.countries(&some_countries).expect("packed");
            let read: Result<Vec<CountrySum>, _> = countries(&packer.bytes).collect();
            prop_assert_eq!(read, Ok(some_countries));
            let bytes = pack_months(&some_months).expect("packed");
            let read: Result<Vec<_>, _> = months(682, 7, &bytes).collect();
            prop_assert_eq!(read, Ok(some_months));
        }

        #[test]
        fn whatever_the_bytes_are_reading_ends(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            prop_assert!(hours(&bytes).count() <= bytes.len());
            prop_assert!(countries(&bytes).count() <= bytes.len());
            prop_assert!(months(0, 0, &bytes).count() <= bytes.len());
        }
    }

    #[test]
    fn a_quiet_hour_takes_four_bytes_and_sums_below_nothing_are_refused() {
        let mut packer = Packer::default();
        let hour = |count| HourSum { hour: 23, counts: StateCounts::new([0, 0, 0, 0, 0, count]), parts: 2 };
        packer.hours(&[hour(1)]).expect("packed");
        assert_eq!(packer.bytes, [23, 0b10_0000, 1, 2]);
        assert!(matches!(packer.hours(&[hour(-1)]), Err(Error::Damaged(_))));
        assert!(matches!(packer.hours(&[hour(i64::MAX)]), Err(Error::Overflow { .. })));
        assert_eq!(hours(&[24, 1, 1, 1]).collect::<Vec<_>>(), [Err(Unreadable)]);
        assert_eq!(hours(&[3, 0b100_0000, 1, 1, 1]).collect::<Vec<_>>(), [Err(Unreadable)]);
        assert_eq!(
            hours(&[3, 1, 1, 1, 4, 1]).collect::<Vec<_>>(),
            [Ok(HourSum { hour: 3, counts: StateCounts::new([1, 0, 0, 0, 0, 0]), parts: 1 }), Err(Unreadable)]
        );
        assert_eq!(months(682, 7, b"\x20SMS\x01\x01\x01\x01").collect::<Vec<_>>(), [Err(Unreadable)]);
        assert_eq!(months(682, i64::MAX, b"\x1fSMS\x01\x01\x01\x01").collect::<Vec<_>>(), [Err(Unreadable)]);
    }
}
