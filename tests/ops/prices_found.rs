//! Compiled prices agree with a slow look-up over the raw rows.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rusqlite::Connection;
use ssgctl::model::{
    Destination, MobileNetwork, Money, OverlayOwner, PlanDetails, PriceDestination, Prices, Time, time_of,
};
use ssgctl::ops::{plan, service};
use ssgctl::store::Tx;

use crate::support::fixture::{Fixture, cases, new_plan, new_service, valid};

/// The rows of prices as raw SQL has them: subject, value, second, ID.
type Rows = Vec<(i64, Option<i64>, i64, i64)>;

fn rows(connection: &Connection, sql: &str) -> Rows {
    let mut statement = connection.prepare(sql).expect(sql);
    let second = |text: Option<String>| text.map_or(i64::MIN, |text| valid::<Time>(&text).timestamp().as_second());
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, second(row.get(2)?), row.get(3)?)));
    rows.expect(sql).collect::<rusqlite::Result<_>>().expect(sql)
}

/// The value that counts for a subject: that with the latest time, of two with the same one the later recorded.
fn latest(rows: &Rows, subject: i64, second: i64) -> Option<i64> {
    let counting = rows.iter().filter(|row| row.0 == subject && row.2 <= second);
    counting.max_by_key(|row| (row.2, row.3)).and_then(|row| row.1)
}

/// A look-up as prose says it, over raw rows.
struct SlowPrices {
    /// Account, customer, first service.
    accounts: Vec<(i64, i64, i64)>,
    account_service: Rows,
    service_plan: Rows,
    customer_overlay: Rows,
    account_overlay: Rows,
    /// Plan, destination, price, second, ID.
    prices: BTreeMap<(i64, PriceDestination), Rows>,
}

impl SlowPrices {
    fn read(connection: &Connection) -> Self {
        let mut prices: BTreeMap<(i64, PriceDestination), Rows> = BTreeMap::new();
        let mut statement = connection.prepare("SELECT DISTINCT plan_id, destination FROM price").expect("valid");
        let keys = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))).expect("read");
        for key in keys {
            let (plan, destination) = key.expect("a row");
            let sql = format!(
                "SELECT plan_id, price_e8, effective_from, id FROM price WHERE plan_id = {plan} AND destination = '{destination}'"
            );
            prices.insert((plan, valid(&destination)), rows(connection, &sql));
        }
        let accounts = rows(connection, "SELECT id, customer_id, NULL, service_id FROM smpp_account");
        let of = |sql: &str| rows(connection, sql);
        Self {
            accounts: accounts.into_iter().map(|row| (row.0, row.1.expect("a customer"), row.3)).collect(),
            account_service: of("SELECT account_id, service_id, effective_from, id FROM account_service"),
            service_plan: of("SELECT service_id, plan_id, effective_from, id FROM service_plan"),
            customer_overlay: of(
                "SELECT customer_id, plan_id, effective_from, id FROM overlay WHERE customer_id IS NOT NULL",
            ),
            account_overlay: of(
                "SELECT account_id, plan_id, effective_from, id FROM overlay WHERE account_id IS NOT NULL",
            ),
            prices,
        }
    }

    /// Price and ID of its row.
    fn find(&self, account: i64, network: Option<MobileNetwork>, number: &str, second: i64) -> Option<(i64, i64)> {
        let (_, customer, first) = self.accounts.iter().find(|(id, ..)| *id == account)?;
        let service = latest(&self.account_service, account, second).unwrap_or(*first);
        let plans = [
            latest(&self.account_overlay, account, second),
            latest(&self.customer_overlay, *customer, second),
            latest(&self.service_plan, service, second),
        ];
        plans.into_iter().flatten().find_map(|plan| self.find_in(plan, network, number, second))
    }

    fn find_in(&self, plan: i64, network: Option<MobileNetwork>, number: &str, second: i64) -> Option<(i64, i64)> {
        let country = valid::<Destination>(number).country();
        let rank = |destination: &PriceDestination| match destination {
            PriceDestination::Network(of) => (Some(*of) == network).then_some(100),
            PriceDestination::Prefix(prefix) => {
                number.starts_with(&prefix.to_string()).then_some(10 + i64::from(prefix.length()))
            }
            PriceDestination::Country(of) => (country == Some(of.code())).then_some(2),
            PriceDestination::Default => Some(1),
        };
        let of_plan = self.prices.iter().filter(|((of, _), _)| *of == plan);
        let ranked = of_plan.filter_map(|((_, destination), rows)| {
            let counting = rows.iter().filter(|row| row.2 <= second).max_by_key(|row| (row.2, row.3))?;
            Some((rank(destination)?, counting.1?, counting.3))
        });
        ranked.max_by_key(|(rank, ..)| *rank).map(|(_, price, id)| (price, id))
    }
}

/// A row to record: of which table and subject, with which value, and from which second on.
type Recorded = (usize, i64, i64, usize, Option<i64>);

const DESTINATIONS: [&str; 12] =
    ["default", "default", "NG", "GB", "US", "CA", "+2348", "+234803", "+1", "+1202", "62130", "310260"];

fn record(tx: &mut Tx<'_>, (table, subject, value, destination, from): Recorded) -> ssgctl::Result<()> {
    let from = from.and_then(time_of);
    match table {
        0 => tx.record_service_plan(1 + subject, 1 + value, from),
        1 => tx.record_account_service(1 + subject, 1 + value % 3, from),
        2 => tx.record_overlay(OverlayOwner::Account(1 + subject), (value > 0).then_some(value), from),
        3 => tx.record_overlay(OverlayOwner::Customer(1 + subject % 2), (value > 0).then_some(value), from),
        _ => {
            let price = (value + subject > 0).then(|| Money::from_e8((value + 3 * subject) * 100_000_000));
            tx.record_price(1 + value, valid(DESTINATIONS[destination]), price, from).map(drop)
        }
    }
}

proptest! {
    #![proptest_config(cases(20))]

    /// 20 databases, each with 500 messages.
    #[test]
    fn prices_agree_with_a_slow_look_up_over_the_raw_rows(
        recorded in prop::collection::vec((0_usize..12, 0_i64..3, 0_i64..4, 0_usize..12, prop::option::of(0_i64..8)), 10..50),
        messages in prop::collection::vec((
            1_i64..4,
            prop::option::of(prop::sample::select(vec!["62130", "62120", "310260"])),
            prop::sample::select(vec!["+2348031234567", "+2347031234567", "+447700900123", "+12025550123", "+14165550123", "60606"]),
            0_i64..9,
        ), 500),
    ) {
        let mut fixture = Fixture::with_acme();
        fixture.customer("GLOBEX");
        for (customer, account) in [("ACME", "acme1"), ("ACME", "acme2"), ("GLOBEX", "globex1")] {
            fixture.account(customer, account);
        }
        let made = fixture.write(|tx| {
            ["two", "three"].iter().try_for_each(|code| service::new(tx, new_service(code, "SMS", "1")).map(drop))?;
            let details = PlanDetails { name: valid("Four") };
            plan::new(tx, new_plan(valid("four"), valid("SMS"), details, None))?;
            recorded.iter().try_for_each(|row| record(tx, *row))
        });
        made.expect("recorded");
        let slow = SlowPrices::read(&fixture.raw());
        let last = fixture.store.read().unwrap().prices_version().unwrap();
        let prices = fixture.read(|now| now.prices(last, None));
        let of_some = fixture.read(|now| now.prices(last, Some(&[2])));
        for (account, network, number, second) in &messages {
            let network = network.map(valid::<MobileNetwork>);
            let find = |prices: &Prices| {
                let found = prices.find(*account, network, &valid(number), *second);
                found.map(|found| (found.price.e8(), found.row_id))
            };
            let expected = slow.find(*account, network, number, *second);
            prop_assert_eq!(find(&prices), expected);
            if *account == 2 {
                prop_assert_eq!(find(&of_some), expected);
            }
        }
        prop_assert_eq!(fixture.findings(), Vec::<String>::new());
    }
}
