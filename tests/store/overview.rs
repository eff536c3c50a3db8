//! The overview: what it counts as low, and the traffic that it compares.

use ssgctl::model::{Billing, CustomerDetails, Level, StateCounts, Time, Unit};
use ssgctl::ops::balance::{self, Adjustment};
use ssgctl::ops::{customer, warning};
use ssgctl::report::{self, Overview};
use ssgctl::store::{AccountDay, QuarterSum, Tx};

use crate::support::fixture::{Fixture, NOON, adjustment, valid};

/// The day of [`NOON`], a Tuesday.
const TODAY: i32 = 20_781;

fn overview(fixture: &mut Fixture) -> Overview {
    let now: Time = valid(NOON);
    fixture.read(|snapshot| report::overview(snapshot, &valid("UTC"), now))
}

#[test]
fn a_balance_is_low_by_its_amount_and_the_urgent_ones_come_first() {
    let mut fixture = Fixture::new();
    // Customer, balance, upper and lower threshold.
    let balances = [
        ("HIGH", "101", Some("100"), Some("50")),
        ("EARLY", "100", Some("100"), Some("50")),
        ("URGENT", "50", Some("100"), Some("50")),
        ("OFF", "1", Some("100"), None),
        ("GONE", "1", Some("100"), None),
        ("NONE", "0", None, None),
        ("BELOW", "-7", None, None),
        ("AGREED", "-7", None, None),
        ("LATER", "-7", None, None),
    ];
    for (code, balance, upper, lower) in balances {
        fixture.customer(code);
        fixture.credit(code, "1000");
        let rest = format!("-{}", 1000 - balance.parse::<i64>().expect(balance));
        fixture.adjust(code, &Adjustment { allow_negative: true, ..adjustment(&rest) }).expect("taken");
        if upper.is_none() {
            continue;
        }
        let set = |tx: &mut Tx<'_>| {
            warning::set(tx, code, Unit::Sms, |details| {
                details.upper = upper.map(valid);
                details.lower = lower.map(valid);
                details.active = code != "OFF";
            })
        };
        fixture.write(set).expect(code);
    }
    fixture.write(|tx| customer::archive(tx, "GONE")).expect("archived");
    fixture.write(|tx| balance::set_credit_limit(tx, "AGREED", None, valid("10"))).expect("agreed");
    let edit = |details: &mut CustomerDetails| {
        details.billing = Billing::Postpaid;
        Ok(())
    };
    fixture.write(|tx| customer::edit(tx, "LATER", edit)).expect("edited");
    let overview = overview(&mut fixture);
    assert_eq!((overview.customers, overview.archived_customers), (8, 1));
    assert_eq!((overview.early_warnings, overview.urgent, overview.overdrawn), (1, 1, 1));
    let listed: Vec<_> = overview.low_balances.iter().map(|low| low.runway.balance.customer.to_string()).collect();
    assert_eq!(listed, ["URGENT", "BELOW", "EARLY"]);
    assert_eq!(overview.low_balances[1].level, Level::Ok, "it has no threshold");
}

#[test]
fn traffic_of_today_until_now_is_compared_with_the_same_hours_a_week_ago() {
    let mut fixture = Fixture::with_acme();
    let account = fixture.account("ACME", "acme_prod").id;
    // Day, quarter hour and messages: noon is the start of quarter hour 48, which counts to its end.
    for (day, quarter, messages) in [(0, 0, 5), (0, 48, 7), (0, 49, 100), (-7, 10, 10), (-7, 60, 100), (-1, 0, 100)] {
        let mut of_day = AccountDay::new(TODAY + day, account);
        let counts = StateCounts::new([0, 0, 0, 0, 0, messages]);
        of_day.add_quarter(&QuarterSum { quarter, counts, parts: messages }).expect("counted");
        fixture
            .write(|tx| {
                tx.add_to_days(&[of_day])?;
                tx.sum_up_months()
            })
            .expect("counted");
    }
    let traffic = overview(&mut fixture).traffic;
    assert_eq!((traffic.today.messages(), traffic.week_ago.messages()), (12, 10));
    assert_eq!(traffic.change_per_mille(), Some(200));
}
