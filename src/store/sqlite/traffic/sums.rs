//! The daily sums in `traffic_daily`: each batch adds a layer to each of its days, and layers are merged where there are many.

use std::ops::Range;

use rusqlite::{Connection, Row};

use crate::error::{Error, Result};
use crate::model::{DayTraffic, QuarterTraffic};
use crate::store::sqlite::bulk_insert::write_rows;
use crate::store::sqlite::traffic::blob;
use crate::store::sqlite::traffic::codec;
use crate::store::sqlite::traffic::layers::{Layer, LayerKind, add_layer, layers_of, remove_layers, to_merge};
use crate::store::sqlite::traffic::packed_days::{
    ALL_ACCOUNTS, PackedAccount, PackedDay, PackedDays, accounts_of, unreadable,
};
use crate::store::{AccountDay, CountrySum, QuarterSum, Snapshot, Tx};

/// Quarter hours of a day.
pub(super) const A_DAY: i32 = QuarterSum::A_DAY as i32;

/// Encoded sums of a day from several layers, to be read by account.
#[derive(Debug, Default)]
struct DayBuffer {
    bytes: Vec<u8>,
    /// For each account of each layer, where its quarter hours begin, where they end, and where its countries end.
    accounts: Vec<(i64, [usize; 3])>,
}

impl DayBuffer {
    /// Reads some layers of a day; all accounts together are one of the accounts.
    fn read(connection: &Connection, day: i32, layers: &[Layer]) -> Result<Self> {
        let mut buffer = Self::default();
        let mut statement =
            connection.prepare_cached("SELECT day, first, sums FROM traffic_daily WHERE day = ?1 AND layer = ?2")?;
        for layer in layers {
            let mut rows = statement.query((day, layer.number))?;
            while let Some(row) = rows.next()? {
                accounts_of_row(row, |account| {
                    buffer.add(&account);
                    Ok::<_, Error>(())
                })?;
            }
        }
        // Each layer is sorted, and this sort takes sorted stretches as they are.
        buffer.accounts.sort_by_key(|(account_id, _)| *account_id);
        Ok(buffer)
    }

    fn add(&mut self, account: &PackedAccount<'_>) {
        let begin = self.bytes.len();
        self.bytes.extend_from_slice(account.quarters);
        let middle = self.bytes.len();
        self.bytes.extend_from_slice(account.countries);
        self.accounts.push((account.account_id, [begin, middle, self.bytes.len()]));
    }

    /// Passes the sums of each account to `each`, in order; those without messages are left out.
    fn each<E: From<Error>>(&self, day: i32, mut each: impl FnMut(&AccountDay) -> Result<(), E>) -> Result<(), E> {
        let mut of_day = AccountDay::default();
        for same in self.accounts.chunk_by(|one, next| one.0 == next.0) {
            self.add_up(day, same, &mut of_day)?;
            if !of_day.is_empty() {
                each(&of_day)?;
            }
        }
        Ok(())
    }

    /// The sums of an account in all layers that have it.
    fn add_up(&self, day: i32, same: &[(i64, [usize; 3])], of_day: &mut AccountDay) -> Result<()> {
        let account_id = same[0].0;
        of_day.begin(day, account_id);
        for (_, place) in same {
            let (quarters, countries) = self.packed(place);
            PackedAccount { day, account_id, quarters, countries }.add_to(of_day)?;
        }
        of_day.remove_empty();
        Ok(())
    }

    /// The encoded quarter hours and countries of an account in a layer.
    fn packed(&self, [begin, middle, end]: &[usize; 3]) -> (&[u8], &[u8]) {
        (&self.bytes[*begin..*middle], &self.bytes[*middle..*end])
    }

    /// One layer with the sums of all. What only one layer has is copied as it is: where files are small, that is most of them.
    fn merged(&self, day: i32) -> Result<PackedDay> {
        let (mut merged, mut of_day) = (PackedDay::new(day), AccountDay::default());
        for same in self.accounts.chunk_by(|one, next| one.0 == next.0) {
            match same {
                [(account_id, place)] if *account_id != ALL_ACCOUNTS => {
                    let (quarters, countries) = self.packed(place);
                    merged.push_packed(*account_id, quarters, countries);
                }
                _ => {
                    self.add_up(day, same, &mut of_day)?;
                    if of_day.account_id == ALL_ACCOUNTS {
                        merged.add_together(&of_day)?;
                    } else if !of_day.is_empty() {
                        merged.push(&of_day)?;
                    }
                }
            }
        }
        merged.end()?;
        Ok(merged)
    }

    /// The same, without the sums that are zero.
    fn merged_without_zeros(&self, day: i32) -> Result<PackedDay> {
        let mut merged = PackedDay::new(day);
        self.each(day, |of_day| if of_day.account_id == ALL_ACCOUNTS { Ok(()) } else { merged.add(of_day) })?;
        merged.end()?;
        Ok(merged)
    }
}

/// Passes the accounts of a row, whose first columns are day, first account and sums, to `each`.
pub(super) fn accounts_of_row<E: From<Error>>(
    row: &Row<'_>,
    mut each: impl FnMut(PackedAccount<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let key = || Ok::<_, rusqlite::Error>((row.get(0)?, row.get(1)?));
    let (day, first) = key().map_err(Error::from)?;
    accounts_of(day, first, blob(row, 2)?).try_for_each(|account| each(account?))
}

/// Passes the sums of every account of a day to `each`, by account.
pub(super) fn account_days<E: From<Error>>(
    connection: &Connection,
    day: i32,
    mut each: impl FnMut(&AccountDay) -> Result<(), E>,
) -> Result<(), E> {
    account_days_and_total(
        connection,
        day,
        |of_day| {
            if of_day.account_id == ALL_ACCOUNTS { Ok(()) } else { each(of_day) }
        },
    )
}

/// The same, and before them the stored sums of all accounts, as account 0.
pub(in crate::store::sqlite) fn account_days_and_total<E: From<Error>>(
    connection: &Connection,
    day: i32,
    mut each: impl FnMut(&AccountDay) -> Result<(), E>,
) -> Result<(), E> {
    let layers = layers_of(connection, LayerKind::Sums, day)?;
    DayBuffer::read(connection, day, &layers)?.each(day, &mut each)
}

impl Snapshot<'_> {
    /// Passes the sums of every account and day of a half-open range to `each`, by day and account.
    pub fn account_days<E: From<Error>>(
        &self,
        days: Range<i32>,
        mut each: impl FnMut(&AccountDay) -> Result<(), E>,
    ) -> Result<(), E> {
        for day in self.days_with_traffic(days.start, days.end.saturating_sub(1))? {
            account_days(&self.transaction, day, &mut each)?;
        }
        Ok(())
    }

    /// Passes every sum of a quarter hour of a half-open range of days to `each`, by quarter hour and account.
    pub fn traffic_quarters<E: From<Error>>(
        &self,
        days: Range<i32>,
        mut each: impl FnMut(QuarterTraffic) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut of_day, mut day): (Vec<QuarterTraffic>, _) = (Vec::new(), i32::MIN);
        let mut hand_out = |of_day: &mut Vec<QuarterTraffic>| {
            // They arrive by account.
            of_day.sort_by_key(|sum| sum.quarter);
            of_day.drain(..).try_for_each(&mut each)
        };
        self.account_days(days, |account| {
            if account.day > day {
                day = account.day;
                hand_out(&mut of_day)?;
            }
            of_day.extend(account.quarters().iter().map(|QuarterSum { quarter, counts, parts }| QuarterTraffic {
                quarter: day * A_DAY + i32::from(*quarter),
                account_id: account.account_id,
                counts: *counts,
                parts: *parts,
            }));
            Ok::<_, E>(())
        })?;
        hand_out(&mut of_day)
    }

    /// Passes every daily sum of a half-open range to `each`, by day, account, country, unit and price.
    pub fn traffic_days<E: From<Error>>(
        &self,
        days: Range<i32>,
        mut each: impl FnMut(DayTraffic) -> Result<(), E>,
    ) -> Result<(), E> {
        self.account_days(days, |account| {
            account.countries().iter().try_for_each(|CountrySum { country, unit, detail, sum }| {
                let letters = str::from_utf8(country).ok().filter(|_| *country != [0; 2]);
                let country = letters.map(|code| code.parse().map_err(|rule| Error::invalid("country", code, rule)));
                each(DayTraffic {
                    day: account.day,
                    account_id: account.account_id,
                    country: country.transpose()?,
                    unit: *unit,
                    detail: *detail,
                    counts: sum.counts,
                    parts: sum.parts,
                    charge: sum.charge,
                })
            })
        })
    }
}

/// Passes the quarter hours of an account, counted since 1970, to `each`.
pub(super) fn quarters_of<E: From<Error>>(
    account: &PackedAccount<'_>,
    mut each: impl FnMut(i32, QuarterSum) -> Result<(), E>,
) -> Result<(), E> {
    let PackedAccount { day, account_id, quarters, .. } = *account;
    codec::quarters(quarters).try_for_each(|quarter| {
        let quarter = quarter.map_err(unreadable(account_id, day))?;
        each(day * A_DAY + i32::from(quarter.quarter), quarter)
    })
}

/// Adds to the sums of days and accounts, in the order of days and accounts, each at most once.
pub(in crate::store::sqlite) fn add_to_days(connection: &Connection, sums: &[AccountDay]) -> Result<()> {
    let mut packed = PackedDays::default();
    sums.iter().try_for_each(|of_day| packed.add(of_day))?;
    packed.end_day()?;
    add_packed(connection, &packed)
}

fn add_packed(connection: &Connection, sums: &PackedDays) -> Result<()> {
    for of_day in &sums.days {
        write_layer(connection, of_day, of_day.accounts)?;
        while let Some(layers) = to_merge(&layers_of(connection, LayerKind::Sums, of_day.day)?) {
            let merged = DayBuffer::read(connection, of_day.day, &layers)?.merged(of_day.day)?;
            replace(connection, &layers, &merged)?;
        }
    }
    Ok(())
}

/// Merges all layers of a day, so that sums that cancel each other leave nothing.
pub(super) fn merge_all(connection: &Connection, day: i32) -> Result<()> {
    let layers = layers_of(connection, LayerKind::Sums, day)?;
    replace(connection, &layers, &DayBuffer::read(connection, day, &layers)?.merged_without_zeros(day)?)
}

/// Replaces some layers of a day by one.
fn replace(connection: &Connection, layers: &[Layer], merged: &PackedDay) -> Result<()> {
    let day = merged.day;
    let mut remove = connection.prepare_cached("DELETE FROM traffic_daily WHERE day = ?1 AND layer = ?2")?;
    for layer in layers {
        remove.execute((day, layer.number))?;
    }
    remove_layers(connection, LayerKind::Sums, day, layers)?;
    // What was added counts, not what it has come to: or the layer would be merged again and again with small ones.
    let size = layers.iter().map(|layer| layer.size).sum::<i64>();
    write_layer(connection, merged, usize::try_from(size).unwrap_or(usize::MAX))
}

fn write_layer(connection: &Connection, of_day: &PackedDay, size: usize) -> Result<()> {
    if of_day.rows.is_empty() {
        return Ok(());
    }
    let layer = add_layer(connection, LayerKind::Sums, of_day.day, size)?;
    let insert =
        |rows: usize| format!("INSERT OR FAIL INTO traffic_daily VALUES {}", vec!["(?,?,?,?)"; rows].join(","));
    write_rows(connection, &of_day.rows, insert, |statement, row| {
        statement.bind(of_day.day)?;
        statement.bind(layer)?;
        statement.bind(row.first)?;
        statement.bind(&row.bytes)
    })
}

impl Tx<'_> {
    /// Adds to the sums of days and accounts, in the order of days and accounts, each at most once. Negative counts subtract.
    pub fn add_to_days(&mut self, sums: &[AccountDay]) -> Result<()> {
        add_to_days(&self.transaction, sums)
    }

    /// Adds encoded sums.
    pub fn add_packed_days(&mut self, sums: &PackedDays) -> Result<()> {
        add_packed(&self.transaction, sums)
    }
}
