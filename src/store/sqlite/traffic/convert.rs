//! Converts the traffic of a database of an older schema, day by day, so that the file does not become twice as large; and
//! completes the traffic of a document.

use foldhash::{HashMap, HashMapExt};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::error::{Error, Result};
use crate::model::{MessageState, Money, PriceDetail, StateCounts, Unit};
use crate::store::sqlite::traffic::blob;
use crate::store::sqlite::traffic::fingerprint::fingerprint;
use crate::store::sqlite::traffic::message_index::{add_to_index, entry};
use crate::store::sqlite::traffic::monthly::sum_up_months;
use crate::store::sqlite::traffic::numbers::Unpacker;
use crate::store::sqlite::traffic::packed_message::PackedMessage;
use crate::store::sqlite::traffic::sums::add_to_days;
use crate::store::{AccountDay, CountrySum, DaySum, QuarterSum};

/// Converts messages and sums: the messages that an import brought to a day become a run, and sums of hours become sums of quarter
/// hours where there are still messages. On days whose messages were pruned, the first quarter has what is known of the hour.
pub(in crate::store::sqlite) fn convert_traffic(connection: &Connection) -> Result<()> {
    each_day(connection, "message_of_schema_15", |day| {
        // An import is the run of its number.
        connection.execute(
            "INSERT INTO message SELECT day, import_id, id, account_id, packed, destination, price_e8, NULL
             FROM message_of_schema_15 WHERE day = ?1 ORDER BY import_id, id, account_id",
            [day],
        )?;
        connection.execute("DELETE FROM message_of_schema_15 WHERE day = ?1", [day])?;
        index_day(connection, day)
    })?;
    each_day(connection, "traffic_daily_of_schema_15", |day| {
        let mut sums = old_sums(connection, day)?;
        spread_hours(connection, day, &mut sums)?;
        add_to_days(connection, &sums)?;
        Ok(connection.execute("DELETE FROM traffic_daily_of_schema_15 WHERE day = ?1", [day]).map(drop)?)
    })?;
    connection.execute_batch("DROP TABLE message_of_schema_15; DROP TABLE traffic_daily_of_schema_15")?;
    sum_up_months(connection)
}

/// Calls `each` with every day of a table whose key begins with the day.
fn each_day(connection: &Connection, table: &str, mut each: impl FnMut(i32) -> Result<()>) -> Result<()> {
    let mut next = connection.prepare(&format!("SELECT day FROM {table} WHERE day > ?1 ORDER BY day LIMIT 1"))?;
    let mut done = i32::MIN;
    while let Some(day) = next.query_row([done], |row| row.get(0)).optional()? {
        each(day)?;
        done = day;
    }
    Ok(())
}

/// Notes the runs of a day whose messages are stored in runs by the numbers of their imports, and adds them to the index.
fn index_day(connection: &Connection, day: i32) -> Result<()> {
    connection.execute(
        "INSERT INTO message_run SELECT day, run, run, count(*) FROM message WHERE day = ?1 GROUP BY run",
        [day],
    )?;
    let mut statement = connection.prepare_cached("SELECT id, account_id, run FROM message WHERE day = ?1")?;
    let mut rows = statement.query([day])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(entry(fingerprint(&row.get(0)?, row.get(1)?), row.get(2)?));
    }
    entries.sort_unstable();
    add_to_index(connection, day, &entries)
}

/// Does the same for every day, after the messages of a document were inserted.
pub(in crate::store::sqlite) fn index_messages(connection: &Connection) -> Result<()> {
    each_day(connection, "message", |day| index_day(connection, day))
}

/// Replaces sums of hours by sums of quarter hours on a day that has messages.
pub(in crate::store::sqlite) fn spread_hours(connection: &Connection, day: i32, sums: &mut [AccountDay]) -> Result<()> {
    let mut exact: HashMap<i64, AccountDay> = HashMap::new();
    let mut statement = connection.prepare_cached("SELECT account_id, packed FROM message WHERE day = ?1")?;
    let mut rows = statement.query([day])?;
    while let Some(row) = rows.next()? {
        let (account_id, PackedMessage { second, state, parts, .. }) = (row.get(0)?, row.get(1)?);
        let mut counts = StateCounts::default();
        counts.add(state, 1);
        let of_day = exact.entry(account_id).or_insert_with(|| AccountDay::new(day, account_id));
        of_day.add_quarter(&QuarterSum { quarter: QuarterSum::of_second(second), counts, parts: parts.into() })?;
    }
    for of_day in sums {
        exact.get(&of_day.account_id).into_iter().for_each(|exact| of_day.spread_hours(exact));
    }
    Ok(())
}

/// The sums of a day as schema 13 stored them; those of an hour as if they were of its first quarter.
fn old_sums(connection: &Connection, day: i32) -> Result<Vec<AccountDay>> {
    let mut statement = connection.prepare_cached(
        "SELECT account_id, hours, countries FROM traffic_daily_of_schema_15 WHERE day = ?1 ORDER BY account_id",
    )?;
    let mut rows = statement.query([day])?;
    let mut sums = Vec::new();
    while let Some(row) = rows.next()? {
        let mut of_day = AccountDay::new(day, row.get(0)?);
        add_old(row, &mut of_day)?;
        sums.push(of_day);
    }
    Ok(sums)
}

fn add_old(row: &Row<'_>, of_day: &mut AccountDay) -> Result<()> {
    let unreadable = || {
        let (account_id, day) = (of_day.account_id, crate::model::day_of(of_day.day));
        Error::Damaged(format!("the traffic of SMPP account {account_id} on {day} cannot be read"))
    };
    let (mut hours, mut countries) = (Vec::new(), Vec::new());
    let mut unpacker = Unpacker::of(blob(row, 1)?);
    while !unpacker.is_at_end() {
        hours.push(old_hour(&mut unpacker).ok_or_else(unreadable)?);
    }
    let mut unpacker = Unpacker::of(blob(row, 2)?);
    while !unpacker.is_at_end() {
        countries.push(old_country(&mut unpacker).ok_or_else(unreadable)?);
    }
    hours.iter().try_for_each(|hour| of_day.add_quarter(hour))?;
    countries.iter().try_for_each(|country| of_day.add_country(country))
}

fn old_hour(unpacker: &mut Unpacker<'_>) -> Option<QuarterSum> {
    let [hour] = *unpacker.take::<1>()?;
    let (counts, parts) = old_counts(unpacker)?;
    (hour < QuarterSum::A_DAY / 4).then_some(QuarterSum { quarter: hour * 4, counts, parts })
}

fn old_country(unpacker: &mut Unpacker<'_>) -> Option<CountrySum> {
    let country = *unpacker.take::<2>()?;
    let unit = Unit::from_code(str::from_utf8(unpacker.take::<3>()?).ok()?)?;
    let (counts, parts) = old_counts(unpacker)?;
    let charge = Money::from_e8(old_number(unpacker)?);
    Some(CountrySum { country, unit, detail: PriceDetail::default(), sum: DaySum { counts, parts, charge } })
}

fn old_counts(unpacker: &mut Unpacker<'_>) -> Option<(StateCounts, i64)> {
    let [present] = *unpacker.take::<1>()?;
    let mut counts = StateCounts::default();
    for state in MessageState::ALL {
        if present & (1 << state.number()) != 0 {
            counts.add(state, old_number(unpacker)?);
        }
    }
    Some((counts, old_number(unpacker)?))
}

fn old_number(unpacker: &mut Unpacker<'_>) -> Option<i64> {
    i64::try_from(unpacker.number(u64::MAX)?).ok()
}
