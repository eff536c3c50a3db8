//! What late and unordered reports cost: those of messages that are charged already, and those of one file on both sides of a change.

use ssgctl::model::PriceSource;
use ssgctl::ops::service::{self, ServiceChange};
use ssgctl::traffic::TrafficSummary;

use super::traffic::{request, row_faults, run};
use super::traffic_prices::{HEADER, fixture, set};
use super::traffic_reprice::euros;
use crate::support::fixture::{Fixture, valid};

/// Imports rows in batches of one size.
fn import(fixture: &mut Fixture, name: &str, rows: &str, batch: usize) -> ssgctl::Result<TrafficSummary> {
    let mut wanted = request(fixture, &format!("{name}.csv"), &format!("{HEADER}{rows}"));
    wanted.batch = batch;
    let summary = run(fixture, &wanted);
    assert_eq!(fixture.findings(), Vec::<String>::new());
    summary
}

fn demand_agreement(fixture: &mut Fixture) {
    let changed = ServiceChange { price_source: Some(PriceSource::MustAgree), ..ServiceChange::default() };
    fixture.write(|tx| service::edit(tx, "euro", changed)).unwrap();
}

fn row(id: &str, at: &str, state: &str, price: &str) -> String {
    format!("{id},2026-11-24T{at}Z,acme,+447700900123,{state},1,{price},\n")
}

#[test]
fn late_reports_of_charged_messages_need_not_agree_with_the_plan() {
    let mut fixture = fixture();
    demand_agreement(&mut fixture);
    import(&mut fixture, "a", &row("m", "10:00:00", "pending", "0.05"), 9).unwrap();
    // A correction, after which the price of the first report is not that of the plan; and gateways that report 0 with a receipt.
    set(&mut fixture, "std", "GB", "0.04", "");
    for (name, price) in [("b", "0.05"), ("c", "0"), ("d", "0.04")] {
        let summary = import(&mut fixture, name, &row("m", "10:00:00", "delivered", price), 9).unwrap();
        assert_eq!((summary.tally.new, summary.charges.len()), (0, 0), "{price}");
    }
    assert_eq!(euros(&mut fixture), "-0.05");
    // A new message next to it must agree.
    let rows = [row("m", "10:00:00", "delivered", "0"), row("n", "10:00:00", "delivered", "0.05")].concat();
    let faults = row_faults(import(&mut fixture, "e", &rows, 9));
    assert_eq!(faults, ["3:55 price: `0.05` is not 0.04, the price in the plan, which the service demands"]);
}

/// The earliest report decides what a message costs, so that is the price that must agree; each report has its own time.
#[test]
fn reports_of_one_file_that_must_agree_are_judged_by_what_is_charged() {
    for order in [[0, 1], [1, 0]] {
        for batch in [1, 9] {
            let mut fixture = fixture();
            demand_agreement(&mut fixture);
            set(&mut fixture, "std", "GB", "0.03", "2026-11-24T10:00:00Z");
            let reports = [row("m", "09:59:59", "pending", "0.05"), row("m", "10:00:01", "delivered", "0.05")];
            let rows: String = order.iter().map(|place| reports[*place].clone()).collect();
            let summary = import(&mut fixture, "a", &rows, batch).unwrap();
            assert_eq!((summary.tally.new, euros(&mut fixture).as_str()), (1, "-0.05"), "{order:?} {batch}");
        }
    }
}

#[test]
fn the_order_of_reports_on_both_sides_of_a_change_does_not_matter() {
    let reports = [
        row("m", "10:00:01", "delivered", ""),
        row("m", "09:59:59", "pending", ""),
        row("m", "10:00:05", "expired", ""),
        row("n", "10:00:00", "pending", ""),
    ];
    for order in [[0, 1, 2, 3], [1, 0, 3, 2], [2, 0, 1, 3], [3, 2, 1, 0]] {
        for batch in [1, 2, 9] {
            let mut fixture = fixture();
            set(&mut fixture, "std", "GB", "0.03", "2026-11-24T10:00:00Z");
            let rows: String = order.iter().map(|place| reports[*place].clone()).collect();
            let summary = import(&mut fixture, "a", &rows, batch).unwrap();
            assert_eq!(summary.charges, [(valid("EUR"), valid("0.08"))], "{order:?} {batch}");
            assert_eq!(euros(&mut fixture), "-0.08");
        }
    }
}

/// More rows than can wait for the end of the file.
#[test]
fn any_number_of_late_reports_of_charged_messages_is_imported() {
    const MESSAGES: usize = 100_003;
    let mut fixture = fixture();
    demand_agreement(&mut fixture);
    let rows = |state: &str, price: &str, ids: std::ops::Range<usize>| -> String {
        ids.map(|id| row(&format!("{id:032x}"), "10:00:00", state, price)).collect()
    };
    import(&mut fixture, "a", &rows("pending", "", 0..MESSAGES), MESSAGES).unwrap();
    let summary = import(&mut fixture, "b", &rows("delivered", "0", 0..MESSAGES), MESSAGES).unwrap();
    assert_eq!((summary.tally.updated, summary.charges.len()), (MESSAGES as u64, 0));
    // Of messages that are not charged, some wait until the end; all of them are refused.
    let result = import(&mut fixture, "c", &rows("delivered", "0", MESSAGES..2 * MESSAGES), MESSAGES);
    assert!(matches!(&result, Err(ssgctl::Error::Rows(faults)) if faults.count == MESSAGES as u64), "{result:?}");
}
