//! Plans that charge messages when they are delivered: what is charged, what is reserved until then, and what releases it.

use ssgctl::model::{EffectiveFrom, Import, Money, PlanBasis, PlanDetails, PriceSource};
use ssgctl::ops::plan::NewPlan;
use ssgctl::ops::service::ServiceChange;
use ssgctl::ops::{overlay, plan, service};
use ssgctl::store::MessageFilter;
use ssgctl::traffic::{self, ExpireAccounts, ExpireRequest, RepriceAccounts};

use super::traffic::{Quiet, request, row_faults, run};
use super::traffic_prices::{HEADER, fixture as fixture_of_submit, set};
use super::traffic_reprice::{of_november, reprice};
use crate::support::fixture::{Fixture, adjustment_in, assert_refused, valid};

pub const NUMBER: &str = "+447700900123";

/// ACME's account `acme` of the service `euro`, whose plan `dlr` charges delivered messages, at 0.05.
pub fn fixture() -> Fixture {
    let mut fixture = fixture_of_submit();
    add_plan(&mut fixture, "dlr", Some("0.05"));
    set_plan(&mut fixture, "dlr", EffectiveFrom::Beginning);
    fixture
}

/// Adds a plan that charges delivered messages.
pub fn add_plan(fixture: &mut Fixture, code: &str, default_price: Option<&str>) {
    let (details, default_price) = (PlanDetails { name: valid("Delivered") }, default_price.map(valid));
    let new = NewPlan { code: valid(code), unit: valid("EUR"), basis: PlanBasis::Delivered, details, default_price };
    fixture.write(|tx| plan::new(tx, new)).expect("plan");
}

/// Gives the service another plan.
pub fn set_plan(fixture: &mut Fixture, code: &str, effective_from: EffectiveFrom) {
    let changed = ServiceChange { plan: Some(code.to_owned()), effective_from, ..ServiceChange::default() };
    fixture.write(|tx| service::edit(tx, "euro", changed)).expect("plan");
}

/// Imports reports, each with an ID, a time on 2026-11-24, and a state.
fn import(fixture: &mut Fixture, name: &str, reports: &[(&str, &str, &str)]) -> Vec<String> {
    let rows = reports.iter().map(|(id, at, state)| format!("{id},2026-11-24T{at}Z,acme,{NUMBER},{state},1,,\n"));
    import_rows(fixture, name, &rows.collect::<String>())
}

/// Imports rows, and says what that charged.
fn import_rows(fixture: &mut Fixture, name: &str, rows: &str) -> Vec<String> {
    let wanted = request(fixture, &format!("{name}.csv"), &format!("{HEADER}{rows}"));
    let summary = run(fixture, &wanted).unwrap();
    assert_eq!(fixture.findings(), Vec::<String>::new());
    summary.charges.iter().map(|(unit, sum)| format!("{sum} {unit}")).collect()
}

/// The balance in euros, and what is reserved.
pub fn euros(fixture: &mut Fixture) -> (String, String) {
    let balance = fixture.balance("ACME", valid("EUR"));
    let sum = |of: fn(&ssgctl::model::Balance) -> Money| balance.as_ref().map_or(Money::ZERO, of).to_string();
    (sum(|balance| balance.balance), sum(|balance| balance.reserved))
}

fn assert_euros(fixture: &mut Fixture, balance: &str, reserved: &str) {
    assert_eq!(euros(fixture), (balance.to_owned(), reserved.to_owned()));
}

pub fn expire(fixture: &mut Fixture, before: &str, accounts: ExpireAccounts) -> Vec<String> {
    let wanted = ExpireRequest { before: valid(before), accounts };
    let expired = fixture.write(|tx| traffic::expire(tx, &wanted)).unwrap();
    assert_eq!(fixture.findings(), Vec::<String>::new());
    expired
        .iter()
        .map(|of| format!("{} {} {} {} {}", of.customer, of.unit, of.messages, of.parts, of.released))
        .collect()
}

fn revert(fixture: &mut Fixture, id: i64) -> ssgctl::Result<Import> {
    fixture.write(|tx| traffic::revert(tx, id))
}

#[test]
fn a_message_is_reserved_until_it_is_delivered_and_charged_once_at_the_price_of_its_submission() {
    let mut fixture = fixture();
    set(&mut fixture, "dlr", "GB", "0.03", "2026-11-24T00:00:00Z");
    set(&mut fixture, "dlr", "GB", "0.09", "2026-11-24T12:00:00Z");
    let none = Vec::<String>::new();
    assert_eq!(import(&mut fixture, "a", &[("m", "11:59:59", "pending"), ("n", "12:00:00", "unknown")]), none);
    assert_euros(&mut fixture, "0", "0.12");
    // The report comes when another price counts.
    assert_eq!(import(&mut fixture, "b", &[("m", "11:59:59", "delivered")]), ["0.03 EUR"]);
    assert_euros(&mut fixture, "-0.03", "0.09");
    for (name, state) in [("c", "delivered"), ("d", "pending"), ("e", "expired")] {
        assert_eq!(import(&mut fixture, name, &[("m", "11:59:59", state)]), none);
        assert_euros(&mut fixture, "-0.03", "0.09");
    }
    assert_eq!(import(&mut fixture, "f", &[("n", "12:00:00", "delivered")]), ["0.09 EUR"]);
    assert_euros(&mut fixture, "-0.12", "0");
}

#[test]
fn other_final_states_release_and_cost_nothing_unless_it_is_delivered_after_all() {
    for state in ["expired", "undeliverable", "rejected"] {
        let mut fixture = fixture();
        import(&mut fixture, "a", &[("m", "10:00:00", "pending"), ("n", "10:00:00", state)]);
        assert_euros(&mut fixture, "0", "0.05");
        import(&mut fixture, "b", &[("m", "10:00:00", state)]);
        assert_euros(&mut fixture, "0", "0");
        import(&mut fixture, "c", &[("m", "10:00:00", "pending")]);
        assert_euros(&mut fixture, "0", "0");
        assert_eq!(import(&mut fixture, "d", &[("m", "10:00:00", "delivered")]), ["0.05 EUR"]);
        assert_euros(&mut fixture, "-0.05", "0");
    }
}

#[test]
fn reports_of_one_file_charge_once_in_any_order_and_in_batches_of_any_size() {
    let reports = [("m", "10:00:00", "pending"), ("m", "10:00:00", "delivered"), ("m", "10:00:01", "expired")];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        for batch in [1, 2, 9] {
            let mut fixture = fixture();
            let rows = order.map(|place| reports[place]);
            let rows = rows.map(|(id, at, state)| format!("{id},2026-11-24T{at}Z,acme,{NUMBER},{state},1,,\n"));
            let mut wanted = request(&fixture, "a.csv", &format!("{HEADER}{}", rows.concat()));
            wanted.batch = batch;
            assert_eq!(run(&mut fixture, &wanted).unwrap().charges, [(valid("EUR"), valid("0.05"))]);
            assert_eq!(fixture.findings(), Vec::<String>::new());
            assert_euros(&mut fixture, "-0.05", "0");
        }
    }
}

#[test]
fn what_is_reserved_is_no_part_of_the_balance_and_counts_for_no_limit() {
    let mut fixture = fixture();
    fixture.adjust("ACME", &adjustment_in("EUR", "0.05")).unwrap();
    import(&mut fixture, "a", &[("m", "10:00:00", "pending"), ("n", "10:00:00", "pending")]);
    assert_euros(&mut fixture, "0.05", "0.1");
    fixture.adjust("ACME", &adjustment_in("EUR", "-0.05")).unwrap();
    assert_euros(&mut fixture, "0", "0.1");
}

#[test]
fn the_plan_that_has_the_price_of_a_message_decides_when_it_is_charged() {
    let mut fixture = fixture_of_submit();
    add_plan(&mut fixture, "dlr", None);
    set(&mut fixture, "dlr", "NG", "0.2", "");
    fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some("dlr"), None)).unwrap();
    let rows = "a,2026-11-24T10:00:00Z,acme,+2348012345678,pending,1,,\n\
                b,2026-11-24T10:00:00Z,acme,+447700900123,pending,1,,\n\
                c,2026-11-24T10:00:00Z,acme,+2348012345678,pending,1,0.07,\n\
                d,2026-11-24T10:00:00Z,acme,+447700900123,pending,1,0.01,\n";
    assert_eq!(import_rows(&mut fixture, "a", rows), ["0.06 EUR"]);
    // A price in the file changes the amount alone.
    assert_euros(&mut fixture, "-0.06", "0.27");
    assert_eq!(import_rows(&mut fixture, "b", &rows.replace("pending", "delivered")), ["0.27 EUR"]);
    assert_euros(&mut fixture, "-0.33", "0");
}

#[test]
fn a_service_that_changes_its_basis_charges_each_message_by_that_of_its_submission() {
    let mut fixture = fixture_of_submit();
    add_plan(&mut fixture, "dlr", Some("0.2"));
    set_plan(&mut fixture, "dlr", EffectiveFrom::Time(valid("2026-11-24T12:00:00Z")));
    let reports = [("m", "11:59:59", "pending"), ("n", "12:00:00", "pending"), ("o", "12:00:00", "expired")];
    assert_eq!(import(&mut fixture, "a", &reports), ["0.05 EUR"]);
    assert_euros(&mut fixture, "-0.05", "0.2");
    // An earlier time, at which messages were charged on submission.
    assert_eq!(import(&mut fixture, "b", &[("n", "11:59:58", "expired")]), ["0.05 EUR"]);
    assert_euros(&mut fixture, "-0.1", "0");
}

#[test]
fn an_import_without_charges_reserves_nothing_and_its_messages_are_never_charged() {
    let mut fixture = fixture();
    let text = format!("{HEADER}m,2026-11-24T10:00:00Z,acme,{NUMBER},pending,1,,\n");
    let mut wanted = request(&fixture, "a.csv", &text);
    wanted.charging = false;
    run(&mut fixture, &wanted).unwrap();
    assert_euros(&mut fixture, "0", "0");
    assert_eq!(import(&mut fixture, "b", &[("m", "10:00:00", "delivered")]), Vec::<String>::new());
    // It leaves what another import reserved, until it reports a delivery.
    import(&mut fixture, "c", &[("n", "10:00:00", "pending")]);
    for (name, state, reserved) in [("d", "unknown", "0.05"), ("e", "delivered", "0")] {
        let text = format!("{HEADER}n,2026-11-24T10:00:00Z,acme,{NUMBER},{state},1,,\n");
        let mut wanted = request(&fixture, &format!("{name}.csv"), &text);
        wanted.charging = false;
        run(&mut fixture, &wanted).unwrap();
        assert_eq!(fixture.findings(), Vec::<String>::new());
        assert_euros(&mut fixture, "0", reserved);
    }
}

#[test]
fn a_correction_counts_for_what_is_charged_later_and_what_is_reserved_keeps_its_price() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[("m", "10:00:00", "pending"), ("n", "10:00:00", "delivered")]);
    set(&mut fixture, "dlr", "GB", "0.04", "2026-11-01T00:00:00Z");
    assert_euros(&mut fixture, "-0.05", "0.05");
    // Only what was charged is repriced.
    let summary = reprice(&mut fixture, &of_november(RepriceAccounts::All)).unwrap();
    assert_eq!(summary.balances.iter().map(|of| (of.messages, of.after)).collect::<Vec<_>>(), [(1, valid("0.04"))]);
    assert_eq!(fixture.findings(), Vec::<String>::new());
    assert_euros(&mut fixture, "-0.04", "0.05");
    assert_eq!(import(&mut fixture, "b", &[("m", "10:00:00", "delivered")]), ["0.04 EUR"]);
    assert_euros(&mut fixture, "-0.08", "0");
    assert_eq!(reprice(&mut fixture, &of_november(RepriceAccounts::All)).unwrap().id, None);
}

#[test]
fn a_reverted_import_releases_what_it_reserved() {
    let mut fixture = fixture();
    import(
        &mut fixture,
        "a",
        &[("m", "10:00:00", "pending"), ("n", "10:00:00", "delivered"), ("o", "10:00:00", "expired")],
    );
    expire(&mut fixture, "2026-11-24T09:00:00Z", ExpireAccounts::All);
    assert_euros(&mut fixture, "-0.05", "0.05");
    revert(&mut fixture, 1).unwrap();
    assert_eq!(fixture.findings(), Vec::<String>::new());
    assert_euros(&mut fixture, "0", "0");
    import(
        &mut fixture,
        "a",
        &[("m", "10:00:00", "pending"), ("n", "10:00:00", "delivered"), ("o", "10:00:00", "expired")],
    );
    assert_euros(&mut fixture, "-0.05", "0.05");
    import(&mut fixture, "b", &[("m", "10:00:00", "delivered")]);
    assert_refused!(revert(&mut fixture, 2), ssgctl::Error::Refused(_));
    assert_refused!(revert(&mut fixture, 3), ssgctl::Error::Refused(_));
}

#[test]
fn expire_ends_what_was_submitted_before_a_time_and_a_later_delivery_wins() {
    let mut fixture = fixture();
    let reports = [("m", "10:00:00", "pending"), ("n", "10:00:01", "unknown"), ("o", "10:00:02", "pending")];
    import(&mut fixture, "a", &reports);
    assert_eq!(expire(&mut fixture, "2026-11-24T10:00:02Z", ExpireAccounts::All), ["ACME EUR 2 2 0.1"]);
    assert_euros(&mut fixture, "0", "0.05");
    assert_eq!(expire(&mut fixture, "2026-11-24T10:00:02Z", ExpireAccounts::All), Vec::<String>::new());
    // The same reports again, one that is no news, and one that it was delivered.
    import(&mut fixture, "b", &reports);
    assert_euros(&mut fixture, "0", "0.05");
    assert_eq!(import(&mut fixture, "c", &[("m", "10:00:00", "delivered")]), ["0.05 EUR"]);
    assert_euros(&mut fixture, "-0.05", "0.05");
    assert_eq!(expire(&mut fixture, "2026-11-25T00:00:00Z", ExpireAccounts::All), ["ACME EUR 1 1 0.05"]);
    assert_euros(&mut fixture, "-0.05", "0");
}

#[test]
fn expire_keeps_what_was_charged_on_submission_and_can_be_limited() {
    let mut fixture = fixture_of_submit();
    import(&mut fixture, "a", &[("m", "10:00:00", "pending"), ("n", "10:00:00", "delivered")]);
    assert_euros(&mut fixture, "-0.1", "0");
    fixture.customer("GLOBEX");
    let of = |name: &str| ExpireAccounts::Customer(name.to_owned());
    assert_eq!(expire(&mut fixture, "2026-11-25T00:00:00Z", of("GLOBEX")), Vec::<String>::new());
    assert_eq!(expire(&mut fixture, "2026-11-25T00:00:00Z", of("ACME")), ["ACME EUR 1 1 0"]);
    assert_euros(&mut fixture, "-0.1", "0");
    assert_eq!(import(&mut fixture, "b", &[("m", "10:00:00", "delivered")]), Vec::<String>::new());
    assert_euros(&mut fixture, "-0.1", "0");
}

#[test]
fn messages_are_not_pruned_while_something_is_reserved_for_them() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[("m", "10:00:00", "pending")]);
    let day = 20_781 + 1;
    let refused = fixture.write(|tx| traffic::forget_before(tx, day));
    assert_refused!(refused, ssgctl::Error::Reserved { .. });
    fixture.write(|tx| traffic::forget_before(tx, day - 1)).unwrap();
    expire(&mut fixture, "2026-11-25T00:00:00Z", ExpireAccounts::All);
    fixture.write(|tx| traffic::forget_before(tx, day)).unwrap();
    fixture.write(traffic::prune).unwrap();
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn an_interrupted_import_reserves_once() {
    let mut fixture = fixture();
    let states = ["pending", "delivered", "expired"];
    let row = |id: usize| format!("m{id},2026-11-24T10:00:0{id}Z,acme,{NUMBER},{},1,,\n", states[id % 3]);
    let text = format!("{HEADER}{}", (0..9).map(row).collect::<String>());
    let (wanted, origin) = (request(&fixture, "a.csv", &text), fixture.origin.clone());
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        traffic::import(&mut fixture.store, &origin, &wanted, None, &mut Quiet { commits_left: 2 })
    }));
    assert!(killed.is_err());
    assert_eq!(fixture.findings(), Vec::<String>::new());
    // What is written of it can be ended.
    expire(&mut fixture, "2026-11-24T10:00:01Z", ExpireAccounts::All);
    assert_eq!(run(&mut fixture, &wanted).unwrap().charges, [(valid("EUR"), valid("0.15"))]);
    assert_eq!(fixture.findings(), Vec::<String>::new());
    assert_euros(&mut fixture, "-0.15", "0.1");
}

#[test]
fn the_check_finds_a_forged_reservation_and_a_forged_basis() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[("m", "10:00:00", "pending"), ("n", "10:00:00", "delivered")]);
    let sql = fixture.raw();
    sql.execute_batch("UPDATE balance SET reserved_e8 = reserved_e8 + 1").unwrap();
    assert_eq!(
        fixture.findings(),
        ["balance ACME EUR has reserved 0.05000001, but its messages that may still be delivered cost something else"]
    );
    sql.execute_batch("UPDATE balance SET reserved_e8 = reserved_e8 - 1").unwrap();
    let forge = "UPDATE plan SET basis = 'submit' WHERE code = 'dlr'";
    assert!(sql.execute_batch(forge).is_err());
    sql.execute_batch(&format!("DROP TRIGGER plan_basis_is_never_changed; {forge}")).unwrap();
    assert_eq!(fixture.findings().len(), 1, "{:?}", fixture.findings());
}

#[test]
fn must_agree_compares_only_what_is_charged() {
    let mut fixture = fixture();
    let changed = ServiceChange { price_source: Some(PriceSource::MustAgree), ..ServiceChange::default() };
    fixture.write(|tx| service::edit(tx, "euro", changed)).unwrap();
    let row = |state: &str, price: &str| format!("m,2026-11-24T10:00:00Z,acme,{NUMBER},{state},1,{price},\n");
    assert_eq!(import_rows(&mut fixture, "a", &row("pending", "0")), Vec::<String>::new());
    assert_euros(&mut fixture, "0", "0.05");
    let wanted = request(&fixture, "b.csv", &format!("{HEADER}{}", row("delivered", "0.04")));
    assert_eq!(row_faults(run(&mut fixture, &wanted)).len(), 1);
    assert_eq!(import_rows(&mut fixture, "c", &row("delivered", "0.05")), ["0.05 EUR"]);
    assert_eq!(import_rows(&mut fixture, "d", &row("delivered", "0.05")), Vec::<String>::new());
}

#[test]
fn a_message_says_what_is_reserved_for_it() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[("m", "10:00:00", "pending"), ("n", "10:00:00", "delivered")]);
    let mut reserved = |id: &str| {
        let filter = MessageFilter { id: valid(id), account_id: None, from: None, until: None };
        let mut records = Vec::new();
        fixture.read(|now| {
            records = now.messages_with_id(&filter)?;
            Ok::<_, ssgctl::Error>(())
        });
        (records[0].reserved, records[0].charge)
    };
    assert_eq!(reserved("m"), (Some(valid("0.05")), Money::ZERO));
    assert_eq!(reserved("n"), (None, valid("0.05")));
}
