//! Encodes the sums of days as rows of `traffic_daily`, each of which holds some accounts. `schema/016_layers.sql` specifies the
//! format.

use crate::error::{Error, Result};
use crate::model::day_of;
use crate::store::AccountDay;
use crate::store::sqlite::traffic::codec::{UnpackError, Unreadable, add_countries, add_quarters, next, unpack};
use crate::store::sqlite::traffic::numbers::{Unpacker, add_number};

/// The account whose sums are those of all accounts together.
pub(in crate::store::sqlite) const ALL_ACCOUNTS: i64 = 0;

/// About the size of a row in bytes. SQLite moves the end of a longer one to a page of its own.
const ROW: usize = 900;

/// Encoded sums to add to days. An import encodes them in the thread that prepares a batch.
#[derive(Debug, Default)]
pub struct PackedDays {
    pub(super) days: Vec<PackedDay>,
}

/// The sums of a day.
#[derive(Debug)]
pub(super) struct PackedDay {
    pub(super) day: i32,
    /// The number of accounts.
    pub(super) accounts: usize,
    pub(super) rows: Vec<PackedRow>,
    /// The sums of all accounts.
    together: AccountDay,
}

/// The sums of neighbouring accounts.
#[derive(Debug)]
pub(super) struct PackedRow {
    pub(super) first: i64,
    pub(super) bytes: Vec<u8>,
    last: i64,
}

impl PackedDays {
    /// Adds the sums of an account and day, which must come in the order of days and accounts, each once.
    pub fn add(&mut self, of_day: &AccountDay) -> Result<()> {
        if self.days.last().is_none_or(|last| last.day != of_day.day) {
            self.end_day()?;
            self.days.push(PackedDay::new(of_day.day));
        }
        self.days.last_mut().map_or(Ok(()), |day| day.add(of_day))
    }

    /// Completes the last day. Call it after the last account.
    pub fn end_day(&mut self) -> Result<()> {
        self.days.last_mut().map_or(Ok(()), PackedDay::end)
    }
}

impl PackedDay {
    pub(super) fn new(day: i32) -> Self {
        Self { day, accounts: 0, rows: Vec::new(), together: AccountDay::new(day, ALL_ACCOUNTS) }
    }

    /// Adds the sums of the next account.
    pub(super) fn add(&mut self, of_day: &AccountDay) -> Result<()> {
        self.add_together(of_day)?;
        self.accounts += 1;
        self.push(of_day)
    }

    /// Adds the sums of all accounts together.
    pub(super) fn end(&mut self) -> Result<()> {
        let mut together = std::mem::take(&mut self.together);
        together.remove_empty();
        if !together.is_empty() {
            self.push(&together)?;
        }
        Ok(())
    }

    /// Adds to the sums of all accounts together.
    pub(super) fn add_together(&mut self, of_all: &AccountDay) -> Result<()> {
        self.together.add_without_details(of_all)
    }

    /// Adds the sums of the next account, which do not count among those of all accounts.
    pub(super) fn push(&mut self, of_day: &AccountDay) -> Result<()> {
        let mut bytes = Vec::new();
        add_quarters(&mut bytes, of_day.quarters())?;
        let middle = bytes.len();
        add_countries(&mut bytes, of_day.countries())?;
        let (quarters, countries) = bytes.split_at(middle);
        self.push_packed(of_day.account_id, quarters, countries);
        Ok(())
    }

    /// The same, with sums that are encoded already.
    pub(super) fn push_packed(&mut self, account_id: i64, quarters: &[u8], countries: &[u8]) {
        let is_full = |row: &PackedRow| row.bytes.len() >= ROW || account_id <= row.last;
        if self.rows.last().is_none_or(is_full) {
            let bytes = Vec::with_capacity(ROW + ROW / 8);
            self.rows.push(PackedRow { first: account_id, bytes, last: account_id });
        }
        let Some(row) = self.rows.last_mut() else { return };
        add_number(&mut row.bytes, account_id.abs_diff(row.last));
        row.last = account_id;
        for part in [quarters, countries] {
            add_number(&mut row.bytes, part.len() as u64);
            row.bytes.extend_from_slice(part);
        }
    }
}

/// The encoded sums of an account and day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::sqlite) struct PackedAccount<'a> {
    pub(in crate::store::sqlite) day: i32,
    pub(in crate::store::sqlite) account_id: i64,
    pub(in crate::store::sqlite) quarters: &'a [u8],
    pub(in crate::store::sqlite) countries: &'a [u8],
}

impl PackedAccount<'_> {
    /// Adds its sums to those of a day.
    pub(super) fn add_to(&self, of_day: &mut AccountDay) -> Result<()> {
        unpack(of_day, self.quarters, self.countries).map_err(|error| match error {
            UnpackError::Unreadable => unreadable(self.account_id, self.day)(Unreadable),
            UnpackError::Other(error) => error,
        })
    }
}

/// The accounts of a row.
pub(in crate::store::sqlite) fn accounts_of(
    day: i32,
    first: i64,
    bytes: &[u8],
) -> impl Iterator<Item = Result<PackedAccount<'_>>> {
    let (mut unpacker, mut last) = (Unpacker::of(bytes), first);
    std::iter::from_fn(move || {
        let read = next(&mut unpacker, |unpacker| {
            last = last.checked_add_unsigned(unpacker.number(u64::MAX)?)?;
            let (quarters, countries) = (unpacker.take_part()?, unpacker.take_part()?);
            Some(PackedAccount { day, account_id: last, quarters, countries })
        });
        read.map(|read| read.map_err(unreadable(last, day)))
    })
}

/// The error for sums that cannot be decoded.
pub(in crate::store::sqlite) fn unreadable(account_id: i64, day: i32) -> impl FnOnce(Unreadable) -> Error {
    move |Unreadable| {
        let day = day_of(day);
        Error::Damaged(match account_id {
            ALL_ACCOUNTS => format!("the traffic of {day} cannot be read"),
            _ => format!("the traffic of SMPP account {account_id} on {day} cannot be read"),
        })
    }
}
