//! The schema and the one road that leads to it, for new files and old.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::Result;
use crate::store::sqlite::document_rows;

/// Marks a file as a database of this program: "SSGC" in `PRAGMA application_id`.
pub(in crate::store::sqlite) const APPLICATION_ID: u32 = 0x5353_4743;

/// Each step of the schema, in order. A step that was released is never edited; a new one is added.
const MIGRATIONS: [&str; SCHEMA_VERSION as usize] = [
    include_str!("../migrations/001_house.sql"),
    include_str!("../migrations/002_transfers.sql"),
    include_str!("../migrations/003_warnings.sql"),
    include_str!("../migrations/004_causes.sql"),
    include_str!("../migrations/005_smpp.sql"),
    include_str!("../migrations/006_passwords_in_letters.sql"),
    include_str!("../migrations/007_traffic.sql"),
    include_str!("../migrations/008_organisations.sql"),
    include_str!("../migrations/009_months.sql"),
    include_str!("../migrations/010_packed.sql"),
    include_str!("../migrations/011_month_blocks.sql"),
    include_str!("../migrations/012_told.sql"),
];

/// The schemas that pack traffic, which takes more than SQL.
const PACKED: u32 = 10;
const MONTH_BLOCKS: u32 = 11;
const TOLD: u32 = 12;

/// The schema that this program reads and writes, kept in `PRAGMA user_version`.
pub const SCHEMA_VERSION: u32 = 12;

/// Brings a database from whatever schema it has, none included, to the newest, in one transaction.
pub(in crate::store::sqlite) fn migrate(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    for (number, step) in (1_u32..).zip(MIGRATIONS).filter(|&(number, _)| number > found) {
        transaction.execute_batch(step)?;
        match number {
            PACKED => document_rows::pack(&transaction)?,
            MONTH_BLOCKS => document_rows::pack_months(&transaction)?,
            TOLD => document_rows::pack_messages(&transaction)?,
            _ => {}
        }
        transaction.pragma_update(None, "user_version", number)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    Ok(transaction.commit()?)
}

/// The schema that a database has.
pub(in crate::store::sqlite) fn version(connection: &Connection) -> Result<u32> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Money, StateCounts, Unit};
    use crate::store::sqlite::traffic::codec;
    use crate::store::{CountrySum, DaySum, HourSum, MonthKey};

    /// A database of the last schema that had rows for hours and days, with the traffic of two accounts.
    fn schema_9() -> Connection {
        let connection = Connection::open_in_memory().expect("opened");
        for step in &MIGRATIONS[..9] {
            connection.execute_batch(step).expect("a step");
        }
        connection.pragma_update(None, "user_version", 9).expect("noted");
        connection
            .execute_batch(
                "INSERT INTO traffic_hour VALUES (480023, 1, 0, 0, 0, 0, 1, 2, 4), (480024, 2, 1, 0, 0, 0, 0, 0, 1),
                    (480047, 1, 0, 0, 0, 0, 0, 300, 300);
                 INSERT INTO traffic_day VALUES (20000, 1, '', 'EUR', 0, 0, 0, 0, 1, 0, 1, 7),
                    (20000, 1, 'GB', 'SMS', 0, 0, 0, 0, 0, 2, 3, 300000000), (20001, 2, 'FR', 'SMS', 1, 0, 0, 0, 0, 0, 1, 100000000),
                    (20001, 1, 'FR', 'SMS', 0, 0, 0, 0, 0, 300, 300, 30000000000);
                 INSERT INTO traffic_month VALUES (657, 1, 'EUR', 0, 0, 0, 0, 1, 0, 1, 7),
                    (657, 1, 'SMS', 0, 0, 0, 0, 0, 302, 303, 30300000000), (657, 64, 'SMS', 1, 0, 0, 0, 0, 0, 1, 100000000),
                    (658, 1, 'SMS', 0, 0, 0, 0, 0, 0, 0, 0);
                 INSERT INTO message VALUES (20000, 'a', 1, 86399, 5, 447700900123, 65535, NULL, 1, 1),
                    (20000, x'00112233445566778899aabbccddeeff', 1, 0, 0, 'SHOP', 1, 7, 0, 2),
                    (20002, 'b', 2, 1, 2, 0, 2, NULL, 0, 1), (-1, 'c', 2, 1, 2, 0, 2, NULL, 0, 1);",
            )
            .expect("written");
        connection
    }

    #[test]
    fn rows_of_hours_and_days_are_packed_and_nothing_of_them_is_lost() {
        let mut connection = schema_9();
        migrate(&mut connection).expect("migrated");
        let mut statement =
            connection.prepare("SELECT day, account_id, hours, countries FROM traffic").expect("prepared");
        let mut rows = statement.query([]).expect("asked");
        let (mut hours, mut countries) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next().expect("read") {
            let (day, account): (i32, i64) = (row.get_unwrap(0), row.get_unwrap(1));
            let bytes: (Vec<u8>, Vec<u8>) = (row.get_unwrap(2), row.get_unwrap(3));
            hours.extend(codec::hours(&bytes.0).map(|hour| (day, account, hour.expect("an hour"))));
            countries.extend(codec::countries(&bytes.1).map(|country| (day, account, country.expect("a country"))));
        }
        let hour = |hour, numbers, parts| HourSum { hour, counts: StateCounts::new(numbers), parts };
        let expected = [
            (20_000, 1, hour(23, [0, 0, 0, 0, 1, 2], 4)),
            (20_001, 1, hour(23, [0, 0, 0, 0, 0, 300], 300)),
            (20_001, 2, hour(0, [1, 0, 0, 0, 0, 0], 1)),
        ];
        assert_eq!(hours, expected);
        let country = |country, unit, numbers, parts, e8| {
            let (counts, charge) = (StateCounts::new(numbers), Money::from_e8(e8));
            CountrySum { country, unit, sum: DaySum { counts, parts, charge } }
        };
        let euros = "EUR".parse().expect("a currency");
        let expected = [
            (20_000, 1, country([0; 2], euros, [0, 0, 0, 0, 1, 0], 1, 7)),
            (20_000, 1, country(*b"GB", Unit::Sms, [0, 0, 0, 0, 0, 2], 3, 300_000_000)),
            (20_001, 1, country(*b"FR", Unit::Sms, [0, 0, 0, 0, 0, 300], 300, 30_000_000_000)),
            (20_001, 2, country(*b"FR", Unit::Sms, [1, 0, 0, 0, 0, 0], 1, 100_000_000)),
        ];
        assert_eq!(countries, expected);
        let gone = "SELECT count(*) FROM sqlite_schema WHERE name IN ('traffic_hour', 'traffic_day')";
        assert_eq!(connection.query_row(gone, [], |row| row.get(0)), Ok(0));
    }

    #[test]
    fn rows_of_months_are_packed_by_blocks_of_accounts() {
        let mut connection = schema_9();
        migrate(&mut connection).expect("migrated");
        let mut statement = connection.prepare("SELECT month, block, sums FROM traffic_month").expect("prepared");
        let mut rows = statement.query([]).expect("asked");
        let mut months = Vec::new();
        while let Some(row) = rows.next().expect("read") {
            let (month, block, bytes): (i32, i64, Vec<u8>) = (row.get_unwrap(0), row.get_unwrap(1), row.get_unwrap(2));
            months.push((block, codec::months(month, block, &bytes).collect::<Result<Vec<_>, _>>().expect("sums")));
        }
        let month = |account_id, unit, numbers, parts, e8| {
            let (counts, charge) = (StateCounts::new(numbers), Money::from_e8(e8));
            (MonthKey { month: 657, account_id, unit }, DaySum { counts, parts, charge })
        };
        let euros = "EUR".parse().expect("a currency");
        let of_first = vec![
            month(1, euros, [0, 0, 0, 0, 1, 0], 1, 7),
            month(1, Unit::Sms, [0, 0, 0, 0, 0, 302], 303, 30_300_000_000),
        ];
        let of_other = vec![month(64, Unit::Sms, [1, 0, 0, 0, 0, 0], 1, 100_000_000)];
        assert_eq!(months, [(0, of_first), (2, of_other)]);
        let gone = "SELECT count(*) FROM sqlite_schema WHERE name = 'traffic_month_by_account'";
        assert_eq!(connection.query_row(gone, [], |row| row.get(0)), Ok(0));
    }

    #[test]
    fn messages_are_the_same_to_whoever_reads_their_columns() {
        let mut connection = schema_9();
        let messages = |connection: &Connection, from: &str| {
            let sql = format!(
                "SELECT group_concat(concat_ws('|', day, quote(id), account_id, second, state, quote(destination), parts,
                    quote(price_e8), charged, import_id), ' ') FROM {from}"
            );
            connection.query_row(&sql, [], |row| row.get::<_, String>(0)).expect("messages")
        };
        let before = messages(&connection, "message");
        migrate(&mut connection).expect("migrated");
        assert_eq!(messages(&connection, "plain_message"), before);
        assert_eq!(before.split(' ').count(), 4, "{before}");
    }

    #[test]
    fn a_message_that_is_none_of_ours_is_not_packed() {
        for damage in ["second = 86400", "state = 6", "charged = 2", "parts = 0", "parts = 65536"] {
            let mut connection = schema_9();
            connection.execute(&format!("UPDATE message SET {damage}"), []).expect("damaged");
            assert!(migrate(&mut connection).is_err(), "{damage}");
            assert_eq!(version(&connection).expect("read"), 9);
        }
    }

    #[test]
    fn sums_below_nothing_are_not_packed() {
        let mut connection = schema_9();
        connection.execute("UPDATE traffic_hour SET delivered = -1 WHERE hour = 480047", []).expect("damaged");
        assert!(migrate(&mut connection).is_err());
        assert_eq!(version(&connection).expect("read"), 9);
    }
}
