//! Converts the sums of traffic between their packed form and that of documents, which have two tables of plain numbers.
//!
//! `traffic_hour` has a row for each account and each quarter of an hour, whose column `minute` is left out for the first one;
//! `traffic_day` has one for each day, account, country, unit and price. An import collects them in temporary tables and packs them at
//! its end, because one packed row needs all rows of its day. Documents of schema 13 and older have sums of whole hours.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row};

use crate::error::Result;
use crate::model::{Country, DayTraffic, MessageState, MobileNetwork, Money, PriceDetail, QuarterTraffic, StateCounts};
use crate::store::sqlite::traffic::spread_hours;
use crate::store::sqlite::traffic::sums::add_to_days;
use crate::store::{AccountDay, CountrySum, DaySum, QuarterSum};

/// Creates the two temporary tables.
pub(super) fn create(connection: &Connection) -> Result<()> {
    Ok(connection.execute_batch(
        "CREATE TEMP TABLE traffic_hour (
            hour INTEGER NOT NULL,
            minute INTEGER NOT NULL DEFAULT 0 CHECK (minute IN (0, 15, 30, 45)),
            account_id INTEGER NOT NULL,
            pending INTEGER NOT NULL, unknown INTEGER NOT NULL, rejected INTEGER NOT NULL, expired INTEGER NOT NULL,
            undeliverable INTEGER NOT NULL, delivered INTEGER NOT NULL, parts INTEGER NOT NULL,
            PRIMARY KEY (hour, minute, account_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TEMP TABLE traffic_day (
            day INTEGER NOT NULL, account_id INTEGER NOT NULL, country TEXT NOT NULL, unit TEXT NOT NULL,
            pending INTEGER NOT NULL, unknown INTEGER NOT NULL, rejected INTEGER NOT NULL, expired INTEGER NOT NULL,
            undeliverable INTEGER NOT NULL, delivered INTEGER NOT NULL, parts INTEGER NOT NULL,
            charge_e8 INTEGER NOT NULL,
            price_id INTEGER NOT NULL DEFAULT 0, network INTEGER NOT NULL DEFAULT 0, quarter INTEGER NOT NULL DEFAULT -1,
            PRIMARY KEY (day, account_id, country, unit, price_id, network, quarter)
        ) STRICT, WITHOUT ROWID;",
    )?)
}

/// A row of `traffic_hour` in a document.
pub(super) fn quarter_as_json(sum: &QuarterTraffic) -> String {
    let QuarterTraffic { quarter, account_id, counts, parts } = sum;
    let (hour, minute) = (quarter.div_euclid(4), quarter.rem_euclid(4) * 15);
    let minute = if minute == 0 { String::new() } else { format!("\"minute\":{minute},") };
    format!("{{\"hour\":{hour},{minute}\"account_id\":{account_id},{},\"parts\":{parts}}}", counts_as_json(counts))
}

/// A row of `traffic_day` in a document.
pub(super) fn day_as_json(sum: &DayTraffic) -> String {
    let DayTraffic { day, account_id, country, unit, detail, counts, parts, charge } = sum;
    let country = country.as_ref().map(Country::as_str).unwrap_or_default();
    let numbers = [
        ("price_id", detail.price_id),
        ("network", detail.network.map(|network| network.number().into())),
        ("quarter", detail.quarter.map(i64::from)),
    ];
    let numbers = numbers.into_iter().filter_map(|(name, number)| Some(format!("\"{name}\":{},", number?)));
    let detail: String = numbers.collect();
    format!(
        "{{\"day\":{day},\"account_id\":{account_id},\"country\":\"{country}\",\"unit\":\"{unit}\",{detail}{},\"parts\":{parts},\"charge_e8\":\"{}\"}}",
        counts_as_json(counts),
        charge.e8()
    )
}

fn counts_as_json(counts: &StateCounts) -> String {
    let counts = MessageState::ALL.map(|state| format!("\"{state}\":{}", counts.of(state)));
    counts.join(",")
}

/// Packs the two tables into `traffic_daily`, day by day, and drops them. `of_hours` says that the sums are of whole hours.
pub(super) fn pack(connection: &Connection, of_hours: bool) -> Result<()> {
    let mut next = connection.prepare(
        "SELECT min(coalesce((SELECT min(day) FROM traffic_day WHERE day > ?1), ?2),
            coalesce((SELECT min(hour) FROM traffic_hour WHERE hour >= (?1 + 1) * 24) / 24, ?2))",
    )?;
    let mut done = i32::MIN;
    loop {
        let day: i32 = next.query_row((done, i32::MAX), |row| row.get(0))?;
        if day == i32::MAX {
            break;
        }
        let mut accounts: Vec<AccountDay> = day_of_rows(connection, day)?.into_values().collect();
        accounts.iter().try_for_each(AccountDay::refuse_negative)?;
        if of_hours {
            spread_hours(connection, day, &mut accounts)?;
        }
        add_to_days(connection, &accounts)?;
        done = day;
    }
    drop(next);
    Ok(connection.execute_batch("DROP TABLE traffic_hour; DROP TABLE traffic_day;")?)
}

/// The sums of a day, by account.
fn day_of_rows(connection: &Connection, day: i32) -> Result<BTreeMap<i64, AccountDay>> {
    let mut accounts = BTreeMap::new();
    let mut statement = connection.prepare_cached(
        "SELECT pending, unknown, rejected, expired, undeliverable, delivered, parts, account_id, (hour - ?1 * 24) * 4 + minute / 15
         FROM traffic_hour WHERE hour BETWEEN ?1 * 24 AND ?1 * 24 + 23",
    )?;
    let mut rows = statement.query([day])?;
    while let Some(row) = rows.next()? {
        let (account_id, quarter) = (row.get(7)?, row.get(8)?);
        let of_day = accounts.entry(account_id).or_insert_with(|| AccountDay::new(day, account_id));
        of_day.add_quarter(&QuarterSum { quarter, counts: counts(row)?, parts: row.get(6)? })?;
    }
    let mut statement = connection.prepare_cached(
        "SELECT pending, unknown, rejected, expired, undeliverable, delivered, parts, account_id, country, unit, charge_e8,
            nullif(price_id, 0), nullif(network, 0), nullif(quarter, -1)
         FROM traffic_day WHERE day = ?1",
    )?;
    let mut rows = statement.query([day])?;
    while let Some(row) = rows.next()? {
        let (account_id, charge): (i64, Money) = (row.get(7)?, row.get(10)?);
        let sum = DaySum { counts: counts(row)?, parts: row.get(6)?, charge };
        let of_day = accounts.entry(account_id).or_insert_with(|| AccountDay::new(day, account_id));
        let network: Option<u32> = row.get(12)?;
        let detail = PriceDetail {
            price_id: row.get(11)?,
            network: network.and_then(MobileNetwork::from_number),
            quarter: row.get(13)?,
        };
        of_day.add_country(&CountrySum { country: country(row, 8)?, unit: row.get(9)?, detail, sum })?;
    }
    Ok(accounts)
}

/// Reads the counts by state, which are the first six columns.
fn counts(row: &Row<'_>) -> rusqlite::Result<StateCounts> {
    Ok(StateCounts::new([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?]))
}

/// Reads a country code; two zero bytes for an empty text.
fn country(row: &Row<'_>, column: usize) -> Result<[u8; 2]> {
    let text: String = row.get(column)?;
    if text.is_empty() {
        return Ok([0; 2]);
    }
    let code: Country = row.get(column)?;
    Ok(code.as_str().as_bytes().try_into().unwrap_or_default())
}
