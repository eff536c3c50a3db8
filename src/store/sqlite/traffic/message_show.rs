//! Finds messages by their ID or destination. The table is sorted by day, run and ID, so an ID is one seek for each run of each day,
//! and a destination a walk through the runs.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{Destination, MessageId, MessageRecord, Money, PlanPrice, Time, Unrated, day_of_second};
use crate::store::sqlite::filter::Query;
use crate::store::sqlite::traffic::messages::{COLUMNS, read};
use crate::store::sqlite::traffic::runs::runs_of_day;
use crate::store::{KnownMessage, Snapshot};

const SECONDS_A_DAY: i64 = 86_400;

/// The message to find. A gateway may reuse an ID on another day or for another account.
#[derive(Debug, Clone)]
pub struct MessageFilter {
    pub id: MessageId,
    pub account_id: Option<i64>,
    /// Only messages submitted at or after this time.
    pub from: Option<Time>,
    /// Only messages submitted before this time.
    pub until: Option<Time>,
}

/// Messages to find, of which at least the destination or the ID is known.
#[derive(Debug, Clone, Default)]
pub struct MessageSearch {
    pub destination: Option<Destination>,
    pub id: Option<MessageId>,
    pub customer_id: Option<i64>,
    pub account_id: Option<i64>,
    /// Only messages submitted at or after this time.
    pub from: Option<Time>,
    /// Only messages submitted before this time.
    pub until: Option<Time>,
}

/// The first and last day on which a message of a period may have been submitted. The time of day is compared with each message.
fn days(from: Option<Time>, until: Option<Time>) -> (i32, i32) {
    let day = |time: Time| day_of_second(time.timestamp().as_second());
    (from.map_or(i32::MIN, day), until.map_or(i32::MAX - 1, day))
}

fn is_within(time: Time, from: Option<Time>, until: Option<Time>) -> bool {
    from.is_none_or(|from| time >= from) && until.is_none_or(|until| time < until)
}

impl Snapshot<'_> {
    /// The messages that match the filter, by day and account.
    pub fn messages_with_id(&self, filter: &MessageFilter) -> Result<Vec<MessageRecord>> {
        let sql = format!(
            "SELECT account_id, {COLUMNS} FROM message
             WHERE day = ?1 AND run = ?2 AND id = ?3 AND (?4 IS NULL OR account_id = ?4)"
        );
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let (first, last) = days(filter.from, filter.until);
        let mut records = Vec::new();
        for day in self.days_with_messages(first, last)? {
            let mut of_day: Vec<(i64, KnownMessage)> = Vec::new();
            for (number, run) in runs_of_day(&self.transaction, day)? {
                let found = |row: &Row<'_>| Ok((row.get(0)?, read(row, 1, run.import_id)?));
                let messages = statement.query_map(params![day, number, filter.id, filter.account_id], found)?;
                of_day.extend(messages.collect::<rusqlite::Result<Vec<_>>>()?);
            }
            of_day.sort_by_key(|(account_id, _)| *account_id);
            for (account_id, known) in of_day {
                let record = self.record(filter.id.clone(), day, account_id, known)?;
                if is_within(record.submitted_at, filter.from, filter.until) {
                    records.push(record);
                }
            }
        }
        Ok(records)
    }

    /// The messages of a search, oldest first. It reads all messages of the days of the period, because they are stored in the order
    /// of their IDs.
    pub fn find_messages(&self, search: &MessageSearch) -> Result<Vec<MessageRecord>> {
        let (first, last) = days(search.from, search.until);
        let mut records = Vec::new();
        for day in self.days_with_messages(first, last)? {
            for (id, account_id, known) in self.found_on(search, day)? {
                let record = self.record(id, day, account_id, known)?;
                if is_within(record.submitted_at, search.from, search.until) {
                    records.push(record);
                }
            }
        }
        Ok(records)
    }

    /// The messages of a day, in the order of their times.
    fn found_on(&self, search: &MessageSearch, day: i32) -> Result<Vec<(MessageId, i64, KnownMessage)>> {
        let MessageSearch { destination, id, customer_id, account_id, .. } = search;
        let mut found = Vec::new();
        for (number, run) in runs_of_day(&self.transaction, day)? {
            let mut query = Query::default();
            query.when("day = ?", day);
            query.when("run = ?", number);
            query.when_some("id = ?", id.as_ref());
            query.when_some("destination = ?", destination.as_ref());
            query.when_some("account_id = ?", *account_id);
            query.when_some("account_id IN (SELECT id FROM smpp_account WHERE customer_id = ?)", *customer_id);
            let select = format!("SELECT id, account_id, {COLUMNS} FROM message");
            let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, read(row, 2, run.import_id)?));
            query.run_often(&self.transaction, &select, columns, |message| {
                found.push(message);
                Ok::<_, Error>(())
            })?;
        }
        found.sort_by_key(|(_, account_id, known): &(_, i64, KnownMessage)| (known.second, *account_id));
        Ok(found)
    }

    fn record(&self, id: MessageId, day: i32, account_id: i64, known: KnownMessage) -> Result<MessageRecord> {
        let second = i64::from(day) * SECONDS_A_DAY + i64::from(known.second);
        let damaged =
            |what: &str| Error::Damaged(format!("message `{id}` of {} has {what}", crate::model::day_of(day)));
        let submitted_at = Timestamp::from_second(second).map_err(|_| damaged("a day out of range"))?;
        let account: Option<(_, _)> = self
            .transaction
            .prepare_cached(
                "SELECT system_id, account_code FROM smpp_account JOIN customer ON customer.id = customer_id
                 WHERE smpp_account.id = ?1",
            )?
            .query_row([account_id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (system_id, customer) = account.ok_or_else(|| damaged("an account that does not exist"))?;
        let (import, prices) = (self.import(known.import_id)?, self.import_prices(known.import_id)?);
        let message = known.rated(day, account_id);
        let unit =
            prices.unit(account_id, message.second).map_err(|_| damaged("an account that its import does not have"))?;
        let reserved = prices.reservation(&message, (known.state, known.charged));
        let rating = if known.charged { Some(prices.rate(&message)) } else { None };
        let rating = rating.transpose().map_err(|why| match why {
            Unrated::Overflow => Error::Overflow { what: "the charge" },
            Unrated::Account | Unrated::Price => damaged("no price in its import"),
        })?;
        let reprice_id = rating.and_then(|_| prices.repricings_of(&message).next_back().map(|run| run.reprice_id));
        let price_id = rating.and_then(|rating| rating.price_id);
        let plan_price = price_id.map(|price_id| self.plan_price(price_id)).transpose()?;
        Ok(MessageRecord {
            submitted_at: Time::from_timestamp(submitted_at),
            system_id,
            customer,
            destination: known.destination,
            state: known.state,
            parts: known.parts,
            network: known.network,
            price: known.price,
            charge: rating.map_or(Money::ZERO, |rating| rating.charge),
            reserved: reserved.map(|(_, amount)| amount),
            unit,
            plan_price,
            reprice_id,
            import_id: known.import_id,
            import_state: import.state,
            file: import.manifest.file,
            id,
        })
    }

    /// The price of a plan with this ID.
    pub fn plan_price(&self, price_id: i64) -> Result<PlanPrice> {
        let sql =
            "SELECT plan.code, destination, price_e8 FROM price JOIN plan ON plan.id = plan_id WHERE price.id = ?1";
        let found = self.transaction.prepare_cached(sql)?.query_row([price_id], |row| {
            Ok(PlanPrice { price_id, plan: row.get(0)?, destination: row.get(1)?, price: row.get(2)? })
        });
        Ok(found?)
    }
}
