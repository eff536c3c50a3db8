//! Encodes the sums in `traffic_daily` and `traffic_monthly` in a few bytes for each quarter hour, country or month.
//! `schema/016_layers.sql` specifies the format, and `schema/019_prices.sql` the details of prices.

use crate::error::{Error, Result};
use crate::model::{MessageState, MobileNetwork, Money, PriceDetail, StateCounts, Unit};
use crate::store::sqlite::traffic::numbers::{Unpacker, add_number};
use crate::store::{AccountDay, CountrySum, DaySum, MonthKey, QuarterSum};

/// The largest number of messages or parts that one sum may have. Below it, sums of many sums cannot overflow.
const MOST: u64 = 1 << 48;

/// Number of accounts with neighbouring IDs whose monthly sums share a row.
const BLOCK: i64 = 32;

/// One bit for each state.
const STATES: u8 = (1 << MessageState::ALL.len()) - 1;
/// There is one message in one state, and its number is left out.
const ONE_MESSAGE: u8 = 1 << 6;
/// There are as many parts as messages, and their number is left out.
const ONE_PART_EACH: u8 = 1 << 7;

/// A country code whose first byte has this bit is followed by the ID of a price and by a network, one whose second byte has it
/// by a quarter hour.
const HAS_DETAIL: u8 = 1 << 7;

/// The bytes are not what this module writes. The caller adds which row they are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Unreadable;

/// Adds quarter hours, which must be in order; those without messages are left out.
pub(super) fn add_quarters(bytes: &mut Vec<u8>, quarters: &[QuarterSum]) -> Result<()> {
    let present = |sum: &&QuarterSum| !sum.counts.is_empty() || sum.parts != 0;
    quarters.iter().filter(present).try_for_each(|sum| {
        bytes.push(sum.quarter);
        add_counts(bytes, &sum.counts, sum.parts)
    })
}

/// Adds countries, which must be in order; those without messages are left out.
pub(super) fn add_countries(bytes: &mut Vec<u8>, countries: &[CountrySum]) -> Result<()> {
    let present = |country: &&CountrySum| country.sum != DaySum::default();
    countries.iter().filter(present).try_for_each(|CountrySum { country, unit, detail, sum }| {
        let PriceDetail { price_id, network, quarter } = *detail;
        let has_price = price_id.is_some() || network.is_some();
        let marks = [has_price, quarter.is_some()].map(|has| if has { HAS_DETAIL } else { 0 });
        bytes.extend_from_slice(&[country[0] | marks[0], country[1] | marks[1]]);
        if has_price {
            add_number(bytes, price_id.unwrap_or_default().unsigned_abs());
            add_number(bytes, network.map_or(0, MobileNetwork::number).into());
        }
        bytes.extend(quarter);
        add_charged(bytes, *unit, sum)
    })
}

fn add_charged(bytes: &mut Vec<u8>, unit: Unit, sum: &DaySum) -> Result<()> {
    bytes.extend_from_slice(unit.code().as_bytes());
    add_counts(bytes, &sum.counts, sum.parts)?;
    add_signed(bytes, sum.charge.e8());
    Ok(())
}

fn add_counts(bytes: &mut Vec<u8>, counts: &StateCounts, parts: i64) -> Result<()> {
    let numbers = counts.numbers();
    let mut head = numbers.iter().rev().fold(0, |bits, count| bits << 1 | u8::from(*count != 0));
    let is_one_message = head.is_power_of_two() && counts.total() == 1;
    let is_one_part_each = parts == counts.total();
    head |= if is_one_message { ONE_MESSAGE } else { 0 } | if is_one_part_each { ONE_PART_EACH } else { 0 };
    bytes.push(head);
    let counts = numbers.into_iter().filter(|count| *count != 0 && !is_one_message);
    counts.chain((!is_one_part_each).then_some(parts)).try_for_each(|number| {
        if number.unsigned_abs() > MOST {
            return Err(Error::Overflow { what: "the traffic of a day" });
        }
        add_signed(bytes, number);
        Ok(())
    })
}

/// Adds a number that may be negative: twice the number, or one less than twice what it is below zero.
fn add_signed(bytes: &mut Vec<u8>, number: i64) {
    add_number(bytes, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

/// The block of accounts that an account belongs to.
pub(in crate::store::sqlite) fn block_of(account_id: i64) -> i64 {
    account_id.div_euclid(BLOCK)
}

/// Encodes the monthly sums of a block of accounts, which must be in order; those without messages are left out.
///
/// # Errors
/// [`Error::Damaged`] when a sum is negative.
pub(in crate::store::sqlite) fn pack_months(sums: &[(MonthKey, DaySum)]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let present = sums.iter().filter(|(_, sum)| *sum != DaySum::default());
    present.into_iter().try_for_each(|(MonthKey { account_id, unit, .. }, sum)| {
        sum.refuse_negative()?;
        bytes.push(account_id.rem_euclid(BLOCK).to_le_bytes()[0]);
        add_charged(&mut bytes, *unit, sum)
    })?;
    Ok(bytes)
}

/// Decodes what [`pack_months`] wrote for a month and a block.
pub(in crate::store::sqlite) fn months(
    month: i32,
    block: i64,
    bytes: &[u8],
) -> impl Iterator<Item = Result<(MonthKey, DaySum), Unreadable>> {
    let mut unpacker = Unpacker::of(bytes);
    std::iter::from_fn(move || next(&mut unpacker, |unpacker| unpacker.month(month, block)))
}

/// Decodes what [`add_quarters`] wrote.
pub(in crate::store::sqlite) fn quarters(bytes: &[u8]) -> impl Iterator<Item = Result<QuarterSum, Unreadable>> {
    let mut unpacker = Unpacker::of(bytes);
    std::iter::from_fn(move || next(&mut unpacker, Unpacker::quarter))
}

/// Decodes what [`add_countries`] wrote.
pub(in crate::store::sqlite) fn countries(bytes: &[u8]) -> impl Iterator<Item = Result<CountrySum, Unreadable>> {
    let mut unpacker = Unpacker::of(bytes);
    std::iter::from_fn(move || next(&mut unpacker, Unpacker::country))
}

/// Decodes quarter hours and countries into an empty day.
pub(super) fn unpack(of_day: &mut AccountDay, quarter_bytes: &[u8], country_bytes: &[u8]) -> Result<(), UnpackError> {
    quarters(quarter_bytes).try_for_each(|quarter| Ok::<_, UnpackError>(of_day.add_quarter(&quarter?)?))?;
    countries(country_bytes).try_for_each(|country| Ok(of_day.add_country(&country?)?))
}

/// Why sums cannot be decoded into a day.
#[derive(Debug)]
pub(super) enum UnpackError {
    Unreadable,
    Other(Error),
}

impl From<Unreadable> for UnpackError {
    fn from(_: Unreadable) -> Self {
        Self::Unreadable
    }
}

impl From<Error> for UnpackError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Reads the next item, if there is one. After an error there are no more items.
pub(super) fn next<'a, T>(
    unpacker: &mut Unpacker<'a>,
    read: impl FnOnce(&mut Unpacker<'a>) -> Option<T>,
) -> Option<Result<T, Unreadable>> {
    if unpacker.is_at_end() {
        return None;
    }
    let read = read(unpacker).ok_or(Unreadable);
    if read.is_err() {
        unpacker.end();
    }
    Some(read)
}

impl Unpacker<'_> {
    fn quarter(&mut self) -> Option<QuarterSum> {
        let [quarter] = *self.take::<1>()?;
        let (counts, parts) = self.counts()?;
        (quarter < QuarterSum::A_DAY).then_some(QuarterSum { quarter, counts, parts })
    }

    fn country(&mut self) -> Option<CountrySum> {
        let marked = *self.take::<2>()?;
        let (country, has_detail) = (marked.map(|byte| byte & !HAS_DETAIL), marked.map(|byte| byte & HAS_DETAIL != 0));
        let mut detail = PriceDetail::default();
        if has_detail[0] {
            detail.price_id = i64::try_from(self.number(i64::MAX.unsigned_abs())?).ok().filter(|id| *id != 0);
            let network = u32::try_from(self.number(u32::MAX.into())?).ok()?;
            detail.network = if network == 0 { None } else { Some(MobileNetwork::from_number(network)?) };
        }
        if has_detail[1] {
            let [quarter] = *self.take::<1>()?;
            detail.quarter = Some(quarter).filter(|quarter| *quarter < QuarterSum::A_DAY);
            detail.quarter?;
        }
        let (unit, sum) = self.charged()?;
        let is_country = country == [0; 2] || country.iter().all(u8::is_ascii_uppercase);
        is_country.then_some(CountrySum { country, unit, detail, sum })
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
        let charge = Money::from_e8(self.signed(u64::MAX)?);
        Some((unit, DaySum { counts, parts, charge }))
    }

    fn counts(&mut self) -> Option<(StateCounts, i64)> {
        let [head] = *self.take::<1>()?;
        let mut counts = StateCounts::default();
        for state in MessageState::ALL {
            if head & STATES & (1 << state.number()) != 0 {
                counts.add(state, if head & ONE_MESSAGE == 0 { self.signed(MOST)? } else { 1 });
            }
        }
        let parts = if head & ONE_PART_EACH == 0 { self.signed(MOST)? } else { counts.total() };
        Some((counts, parts))
    }

    fn signed(&mut self, most: u64) -> Option<i64> {
        let number = self.number(u64::MAX)?;
        let signed = (number >> 1).cast_signed() ^ -(number & 1).cast_signed();
        (signed.unsigned_abs() <= most).then_some(signed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts() -> impl Strategy<Value = StateCounts> {
        let most = MOST.cast_signed();
        let number = prop_oneof![Just(0), Just(1), -200..200_i64, -most..=most];
        let counts = proptest::array::uniform6(number).prop_map(StateCounts::new);
        counts.prop_filter("there are messages", |counts| !counts.is_empty())
    }

    fn parts(counts: StateCounts) -> impl Strategy<Value = (StateCounts, i64)> {
        let all = counts.total().clamp(-MOST.cast_signed(), MOST.cast_signed());
        prop_oneof![Just(all), -MOST.cast_signed()..=MOST.cast_signed()].prop_map(move |parts| (counts, parts))
    }

    fn quarter() -> impl Strategy<Value = QuarterSum> {
        (0..96_u8, counts().prop_flat_map(parts)).prop_map(|(quarter, (counts, parts))| QuarterSum {
            quarter,
            counts,
            parts,
        })
    }

    fn charged() -> impl Strategy<Value = (Unit, DaySum)> {
        let unit = prop_oneof![Just(Unit::Sms), Just("EUR".parse().expect("a currency"))];
        (unit, counts().prop_flat_map(parts), any::<i64>())
            .prop_map(|(unit, (counts, parts), e8)| (unit, DaySum { counts, parts, charge: Money::from_e8(e8) }))
    }

    fn country() -> impl Strategy<Value = CountrySum> {
        let country = prop_oneof![Just([0; 2]), Just(*b"GB"), Just(*b"FR")];
        (country, detail(), charged()).prop_map(|(country, detail, (unit, sum))| CountrySum {
            country,
            unit,
            detail,
            sum,
        })
    }

    fn detail() -> impl Strategy<Value = PriceDetail> {
        let network = (20_000..79_999_u32).prop_map(|number| MobileNetwork::from_number(number).expect("a network"));
        let (price_id, quarter) = (proptest::option::of(1..=i64::MAX), proptest::option::of(0..96_u8));
        (price_id, proptest::option::of(network), quarter).prop_map(|(price_id, network, quarter)| PriceDetail {
            price_id,
            network,
            quarter,
        })
    }

    fn month() -> impl Strategy<Value = (MonthKey, DaySum)> {
        let account_ids = BLOCK * 7..BLOCK * 8;
        (account_ids, charged()).prop_map(|(account_id, (unit, sum))| {
            let counts = StateCounts::new(sum.counts.numbers().map(|count| count.abs() | 1));
            let sum = DaySum { counts, parts: sum.parts.abs(), charge: Money::from_e8(sum.charge.e8() & i64::MAX) };
            (MonthKey { month: 682, account_id, unit }, sum)
        })
    }

    proptest! {
        #[test]
        fn what_is_packed_is_read_again(
            some_quarters in proptest::collection::vec(quarter(), 0..30),
            some_countries in proptest::collection::vec(country(), 0..9),
            some_months in proptest::collection::vec(month(), 0..40),
        ) {
            let mut bytes = Vec::new();
            add_quarters(&mut bytes, &some_quarters).expect("packed");
            let read: Result<Vec<QuarterSum>, _> = quarters(&bytes).collect();
            prop_assert_eq!(read, Ok(some_quarters));
            let mut bytes = Vec::new();
            add_countries(&mut bytes, &some_countries).expect("packed");
            let read: Result<Vec<CountrySum>, _> = countries(&bytes).collect();
            prop_assert_eq!(read, Ok(some_countries));
            let bytes = pack_months(&some_months).expect("packed");
            let read: Result<Vec<_>, _> = months(682, 7, &bytes).collect();
            prop_assert_eq!(read, Ok(some_months));
        }

        #[test]
        fn whatever_the_bytes_are_reading_ends(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            prop_assert!(quarters(&bytes).count() <= bytes.len());
            prop_assert!(countries(&bytes).count() <= bytes.len());
            prop_assert!(months(0, 0, &bytes).count() <= bytes.len());
        }
    }

    #[test]
    fn a_quiet_quarter_hour_takes_two_bytes_and_months_below_nothing_are_refused() {
        let mut bytes = Vec::new();
        let quarter =
            |count, parts| QuarterSum { quarter: 95, counts: StateCounts::new([0, 0, 0, 0, 0, count]), parts };
        add_quarters(&mut bytes, &[quarter(1, 1), quarter(1, 2), quarter(-3, -3), quarter(0, 0)]).expect("packed");
        assert_eq!(bytes, [95, 0b1110_0000, 95, 0b0110_0000, 4, 95, 0b1010_0000, 5]);
        assert!(matches!(add_quarters(&mut bytes, &[quarter(i64::MAX, 1)]), Err(Error::Overflow { .. })));
        assert_eq!(quarters(&[96, 0b1110_0000]).collect::<Vec<_>>(), [Err(Unreadable)]);
        assert_eq!(
            quarters(&[3, 0b1100_0001, 4, 1]).collect::<Vec<_>>(),
            [Ok(QuarterSum { quarter: 3, counts: StateCounts::new([1, 0, 0, 0, 0, 0]), parts: 1 }), Err(Unreadable)]
        );
        let key = MonthKey { month: 682, account_id: 7, unit: Unit::Sms };
        let negative = DaySum { counts: StateCounts::new([-1, 2, 0, 0, 0, 0]), ..DaySum::default() };
        assert!(matches!(pack_months(&[(key, negative)]), Err(Error::Damaged(_))));
        assert_eq!(months(682, 7, b"\x20SMS\xc1\x02").collect::<Vec<_>>(), [Err(Unreadable)]);
        assert_eq!(months(682, i64::MAX, b"\x1fSMS\xc1\x02").collect::<Vec<_>>(), [Err(Unreadable)]);
    }
}
