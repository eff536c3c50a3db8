//! `traffic reprice`: messages of the past at the prices that are recorded now, of which only the difference is charged.

use ssgctl::model::{EffectiveFrom, Money, Unit};
use ssgctl::ops::service::{self, ServiceChange};
use ssgctl::traffic::{RepriceAccounts, RepriceRequest, RepriceSummary};
use ssgctl::{Error, traffic};

use super::traffic::{request, run};
use super::traffic_prices::{HEADER, fixture, import, set};
use crate::support::fixture::{Fixture, new_account, new_service, valid};

const GB: &str = "+447700900123";
const NG: &str = "+2348012345678";
const AT: &str = "2026-11-24T10:00:00Z";

pub fn of_november(accounts: RepriceAccounts) -> RepriceRequest {
    RepriceRequest { from: valid("2026-11-01T00:00:00Z"), until: valid("2026-12-01T00:00:00Z"), accounts, key: None }
}

/// Reprices, after which the database must be sound; a refusal must change nothing.
pub fn reprice(fixture: &mut Fixture, request: &RepriceRequest) -> ssgctl::Result<RepriceSummary> {
    let before = fixture.dump();
    let result = fixture.write(|tx| traffic::reprice(tx, request));
    if result.is_err() {
        assert!(fixture.dump() == before, "a refusal changed something");
    }
    assert_eq!(fixture.findings(), Vec::<String>::new());
    result
}

/// The differences of a run, such as `0.02 EUR`.
fn differences(summary: &RepriceSummary) -> String {
    let differences = summary.balances.iter().map(|balance| {
        let difference = balance.difference().expect("an amount");
        format!("{} {} {}", balance.messages, difference, balance.unit)
    });
    differences.collect::<Vec<_>>().join(", ")
}

#[track_caller]
fn repriced(fixture: &mut Fixture, accounts: RepriceAccounts) -> String {
    differences(&reprice(fixture, &of_november(accounts)).expect("repriced"))
}

pub fn euros(fixture: &mut Fixture) -> String {
    let balance = fixture.balance("ACME", valid::<Unit>("EUR"));
    balance.map_or(Money::ZERO, |balance| balance.balance).to_string()
}

/// The sums of days; the check compares them with those of months.
pub fn sums(fixture: &mut Fixture) -> Vec<String> {
    let mut sums = Vec::new();
    fixture.read(|now| {
        now.traffic_days(0..i32::MAX, |sum| {
            sums.push(format!("{sum:?}"));
            Ok::<_, Error>(())
        })
    });
    sums
}

#[test]
fn a_correction_of_the_past_takes_or_gives_back_the_difference_once() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[(AT, GB, ""), (AT, NG, ""), ("2026-11-30T10:20:00Z", GB, "")]).unwrap();
    assert_eq!(euros(&mut fixture), "-0.15");
    set(&mut fixture, "std", "GB", "0.08", "2026-11-01T00:00:00Z");
    let event = fixture.last_event().id;
    assert_eq!(repriced(&mut fixture, RepriceAccounts::All), "3 0.06 EUR");
    assert_eq!(euros(&mut fixture), "-0.21");
    let accrual = fixture.last_accrual().expect("an accrual");
    assert_eq!(accrual.reference(), "reprice 1");
    let recorded = fixture.last_event();
    assert_eq!((recorded.id, recorded.change.action.as_str()), (event + 1, "reprice"));
    assert_eq!(recorded.change.subject, "reprice 1");
    // Again, nothing differs and nothing is recorded.
    let dump = fixture.dump();
    assert_eq!(repriced(&mut fixture, RepriceAccounts::All), "3 0 EUR");
    assert!(fixture.dump() == dump);
    // Less than before gives back.
    set(&mut fixture, "std", "GB", "0.01", "2026-11-01T00:00:00Z");
    let summary = reprice(&mut fixture, &of_november(RepriceAccounts::All)).unwrap();
    let balance = &summary.balances[0];
    assert_eq!((balance.before, balance.after, balance.parts), (valid("0.21"), valid("0.07"), 3));
    assert_eq!((summary.id, differences(&summary).as_str()), (Some(2), "3 -0.14 EUR"));
    assert_eq!(euros(&mut fixture), "-0.07");
    fixture.write(|tx| ssgctl::ops::balance::post_accrued(tx, ssgctl::ops::balance::DueCharges::All)).unwrap();
    let entry = fixture.entries().pop().expect("an entry");
    assert_eq!(
        entry.posting.description.as_str(),
        "3 messages, 3 parts, of 2026-11-01 to 2026-11-30, import 1, reprices 1 to 2"
    );
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_run_covers_a_half_open_span_and_the_accounts_that_are_asked_for() {
    let mut fixture = fixture();
    fixture.customer("PORT");
    fixture.write(|tx| service::new(tx, new_service("other", "EUR", "0.05"))).expect("service");
    let mut account = new_account("port");
    account.details.service = valid("other");
    fixture.add_account("PORT", account).expect("account");
    let rows = ["acme", "port"].map(|account| {
        ["2026-11-24T09:59:59Z", "2026-11-24T10:00:00Z", "2026-11-24T10:59:59Z", "2026-11-24T11:00:00Z"]
            .map(|at| format!("{at},{at},{account},{GB},delivered,1,,\n"))
            .concat()
    });
    let wanted = request(&fixture, "a.csv", &format!("{HEADER}{}", rows.concat()));
    run(&mut fixture, &wanted).unwrap();
    for plan in ["std", "other"] {
        set(&mut fixture, plan, "GB", "0.06", "");
    }
    let mut hour = of_november(RepriceAccounts::All);
    (hour.from, hour.until) = (valid("2026-11-24T10:00:00Z"), valid("2026-11-24T11:00:00Z"));
    for (accounts, expected) in [
        (RepriceAccounts::Account("port".to_owned()), "2 0.02 EUR"),
        (RepriceAccounts::Customer("PORT".to_owned()), "2 0 EUR"),
        (RepriceAccounts::Service("other".to_owned()), "2 0 EUR"),
        (RepriceAccounts::Plan("special".to_owned()), ""),
        (RepriceAccounts::Plan("std".to_owned()), "2 0.02 EUR"),
        (RepriceAccounts::All, "2 0 EUR, 2 0 EUR"),
    ] {
        let summary = reprice(&mut fixture, &RepriceRequest { accounts: accounts.clone(), ..hour.clone() }).unwrap();
        assert_eq!(differences(&summary), expected, "{accounts:?}");
    }
    let ends_before = RepriceRequest { until: hour.from, ..hour };
    assert_eq!(refusal(reprice(&mut fixture, &ends_before)), "the period to reprice ends before it begins");
}

#[test]
fn imports_after_a_run_charge_by_what_is_recorded_and_later_runs_count_from_there() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[(AT, GB, "")]).unwrap();
    set(&mut fixture, "std", "GB", "0.08", "2026-11-01T00:00:00Z");
    assert_eq!(repriced(&mut fixture, RepriceAccounts::All), "1 0.03 EUR");
    assert_eq!(import(&mut fixture, "b", &[(AT, GB, "")]).unwrap(), "0.08 EUR");
    assert_eq!(repriced(&mut fixture, RepriceAccounts::All), "2 0 EUR");
    set(&mut fixture, "std", "GB", "0.09", "2026-11-01T00:00:00Z");
    // An import between the correction and the run.
    assert_eq!(import(&mut fixture, "c", &[(AT, GB, "")]).unwrap(), "0.09 EUR");
    assert_eq!(repriced(&mut fixture, RepriceAccounts::All), "3 0.02 EUR");
    assert_eq!(euros(&mut fixture), "-0.27");
}

#[test]
fn prices_of_files_imports_without_charges_and_rejected_messages_are_left_out() {
    let mut fixture = fixture();
    let row = |id: &str, state: &str, price: &str| format!("{id},{AT},acme,{GB},{state},2,{price},\n");
    let rows = [row("a", "delivered", "0.5"), row("b", "delivered", ""), row("c", "rejected", "")].concat();
    let wanted = request(&fixture, "a.csv", &format!("{HEADER}{rows}"));
    run(&mut fixture, &wanted).unwrap();
    let mut free = request(&fixture, "b.csv", &format!("{HEADER}{}", row("d", "delivered", "")));
    free.charging = false;
    run(&mut fixture, &free).unwrap();
    set(&mut fixture, "std", "GB", "0.06", "");
    assert_eq!(repriced(&mut fixture, RepriceAccounts::All), "1 0.02 EUR");
    // A service that takes prices of plans alone counts from now on.
    let source = ServiceChange { price_source: Some(ssgctl::model::PriceSource::Plan), ..ServiceChange::default() };
    fixture.write(|tx| service::edit(tx, "euro", source)).unwrap();
    assert_eq!(repriced(&mut fixture, RepriceAccounts::All), "1 0 EUR");
    assert_eq!(euros(&mut fixture), "-0.62");
}

#[test]
fn a_late_report_of_a_repriced_message_keeps_its_price() {
    let mut fixture = fixture();
    set(&mut fixture, "std", "GB", "0.03", "");
    let row = |at: &str, state: &str| format!("{HEADER}a,{at},acme,{GB},{state},1,,\n");
    let report = |fixture: &mut Fixture, name: &str, at: &str| {
        let wanted = request(fixture, name, &row(at, "delivered"));
        let summary = run(fixture, &wanted).unwrap();
        assert_eq!(fixture.findings(), Vec::<String>::new());
        (summary.tally.updated, summary.tally.duplicate, summary.charges.len())
    };
    let wanted = request(&fixture, "a.csv", &row("2026-11-24T10:00:05Z", "pending"));
    run(&mut fixture, &wanted).unwrap();
    set(&mut fixture, "std", "GB", "0.04", "2026-11-24T10:00:00Z");
    assert_eq!(repriced(&mut fixture, RepriceAccounts::All), "1 0.01 EUR");
    // Its import has the same price at the earlier time, the run has not: the state counts, the time does not.
    assert_eq!(report(&mut fixture, "b.csv", "2026-11-24T09:59:00Z"), (1, 0, 0));
    assert_eq!(euros(&mut fixture), "-0.04");
    // Both have.
    assert_eq!(report(&mut fixture, "c.csv", "2026-11-24T10:00:01Z"), (1, 0, 0));
    assert_eq!(report(&mut fixture, "d.csv", "2026-11-24T10:00:01Z"), (0, 1, 0));
    // A run of less than the day: the earlier time is outside of it.
    let later = RepriceRequest { from: valid("2026-11-24T10:00:01Z"), ..of_november(RepriceAccounts::All) };
    set(&mut fixture, "std", "GB", "0.05", "2026-11-24T10:00:00Z");
    assert_eq!(differences(&reprice(&mut fixture, &later).unwrap()), "1 0.01 EUR");
    assert_eq!(report(&mut fixture, "e.csv", "2026-11-24T10:00:00Z"), (0, 1, 0));
    assert_eq!(euros(&mut fixture), "-0.05");
}

#[test]
fn a_reverted_import_gives_back_what_its_messages_cost_after_the_run() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[(AT, GB, "")]).unwrap();
    let before = sums(&mut fixture);
    import(&mut fixture, "b", &[(AT, GB, ""), (AT, NG, "")]).unwrap();
    set(&mut fixture, "std", "GB", "0.08", "2026-11-01T00:00:00Z");
    assert_eq!(repriced(&mut fixture, RepriceAccounts::All), "3 0.06 EUR");
    fixture.write(|tx| traffic::revert(tx, 2)).unwrap();
    assert_eq!((euros(&mut fixture).as_str(), fixture.findings()), ("-0.08", Vec::new()));
    assert_eq!(sums(&mut fixture).len(), before.len());
    // What a run gives back of a free import is taken again.
    set(&mut fixture, "std", "GB", "0", "2026-11-01T00:00:00Z");
    import(&mut fixture, "c", &[("2026-11-25T10:00:00Z", GB, "")]).unwrap();
    set(&mut fixture, "std", "GB", "0.02", "2026-11-01T00:00:00Z");
    assert_eq!(repriced(&mut fixture, RepriceAccounts::All), "2 -0.04 EUR");
    fixture.write(|tx| traffic::revert(tx, 3)).unwrap();
    assert_eq!((euros(&mut fixture).as_str(), fixture.findings()), ("-0.02", Vec::new()));
}

#[test]
fn a_key_prints_its_first_result_and_refuses_other_parameters() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[(AT, GB, "")]).unwrap();
    set(&mut fixture, "std", "GB", "0.08", "");
    let keyed = RepriceRequest { key: Some(valid("november")), ..of_november(RepriceAccounts::All) };
    let first = reprice(&mut fixture, &keyed).unwrap();
    assert_eq!((differences(&first).as_str(), first.replayed), ("1 0.03 EUR", false));
    set(&mut fixture, "std", "GB", "0.09", "");
    let dump = fixture.dump();
    let again = reprice(&mut fixture, &keyed).unwrap();
    assert_eq!((again.id, &again.balances, again.replayed), (first.id, &first.balances, true));
    assert!(fixture.dump() == dump);
    let others = [
        (RepriceRequest { from: valid("2026-11-02T00:00:00Z"), ..keyed.clone() }, "from"),
        (RepriceRequest { until: valid("2026-11-30T00:00:00Z"), ..keyed.clone() }, "until"),
        (RepriceRequest { accounts: RepriceAccounts::Account("acme".to_owned()), ..keyed.clone() }, "accounts"),
    ];
    for (other, expected) in others {
        match reprice(&mut fixture, &other) {
            Err(Error::RepriceConflict { key, field }) => assert_eq!((key.as_str(), field), ("november", expected)),
            result => panic!("{result:?}"),
        }
    }
    // A run that changes nothing keeps its key too.
    let nothing =
        RepriceRequest { key: Some(valid("december")), ..of_november(RepriceAccounts::Plan("own".to_owned())) };
    assert!(!reprice(&mut fixture, &nothing).unwrap().replayed);
    assert!(reprice(&mut fixture, &nothing).unwrap().replayed);
}

#[test]
fn what_cannot_be_repriced_is_refused_and_changes_nothing() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[(AT, GB, ""), (AT, NG, "")]).unwrap();
    let withdrawn = ServiceChange {
        plan: Some("special".to_owned()),
        effective_from: EffectiveFrom::Beginning,
        ..ServiceChange::default()
    };
    set(&mut fixture, "special", "GB", "0.01", "");
    fixture.write(|tx| service::edit(tx, "euro", withdrawn)).unwrap();
    match reprice(&mut fixture, &of_november(RepriceAccounts::All)) {
        Err(Error::Unpriced { account, destination, .. }) => {
            assert_eq!((account.as_str(), destination.as_str()), ("acme", NG));
        }
        result => panic!("{result:?}"),
    }
    set(&mut fixture, "special", "NG", "0.01", "");
    // Another unit at the time of the messages, which `smpp edit` refuses.
    let service = |code: &str| {
        format!(
            "INSERT INTO account_service SELECT (SELECT max(id) + 1 FROM (SELECT id FROM price UNION ALL SELECT id FROM service_plan
                 UNION ALL SELECT id FROM account_service)), smpp_account.id, service.id, '2026-11-24T00:00:00.000Z', '{AT}'
             FROM smpp_account, service WHERE system_id = 'acme' AND code = '{code}'"
        )
    };
    fixture.raw().execute_batch(&service("standard")).unwrap();
    let why = refusal(reprice(&mut fixture, &of_november(RepriceAccounts::All)));
    assert!(why.contains("`acme` has a service in SMS now") && why.contains("charged in EUR"), "{why}");
    fixture.raw().execute_batch(&service("euro")).unwrap();
    assert_eq!(repriced(&mut fixture, RepriceAccounts::All), "2 -0.08 EUR");
    fixture.write(|tx| traffic::forget_before(tx, 20_762)).unwrap();
    match reprice(&mut fixture, &of_november(RepriceAccounts::All)) {
        Err(Error::Pruned { before }) => assert_eq!(before.to_string(), "2026-11-05"),
        result => panic!("{result:?}"),
    }
    let later = RepriceRequest { from: valid("2026-11-05T00:00:00Z"), ..of_november(RepriceAccounts::All) };
    assert_eq!(differences(&reprice(&mut fixture, &later).unwrap()), "2 0 EUR");
}

#[track_caller]
fn refusal(result: ssgctl::Result<RepriceSummary>) -> String {
    match result {
        Err(Error::Refused(why)) => why,
        result => panic!("{result:?}"),
    }
}

#[test]
fn a_span_with_messages_of_an_unfinished_import_is_refused() {
    let mut fixture = fixture();
    let rows: Vec<String> = (0..9).map(|id| format!("m{id},{AT},acme,{GB},delivered,1,,\n")).collect();
    let rows = rows.concat();
    let wanted = request(&fixture, "a.csv", &format!("{HEADER}{rows}"));
    let origin = fixture.origin.clone();
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut progress = super::traffic::Quiet { commits_left: 2 };
        traffic::import(&mut fixture.store, &origin, &wanted, None, &mut progress)
    }));
    assert!(killed.is_err());
    set(&mut fixture, "std", "GB", "0.08", "");
    let why = refusal(reprice(&mut fixture, &of_november(RepriceAccounts::All)));
    assert!(why.starts_with("import 1 of `a.csv` is unfinished"), "{why}");
    let october = RepriceRequest {
        from: valid("2026-10-01T00:00:00Z"),
        until: valid("2026-11-24T00:00:00Z"),
        ..of_november(RepriceAccounts::All)
    };
    assert_eq!(differences(&reprice(&mut fixture, &october).unwrap()), "");
    let wanted = request(&fixture, "a.csv", &format!("{HEADER}{rows}"));
    run(&mut fixture, &wanted).unwrap();
    assert_eq!(repriced(&mut fixture, RepriceAccounts::All), "9 0.27 EUR");
}

#[test]
fn the_check_finds_a_forged_difference_a_forged_result_and_a_forged_version() {
    for (forgery, finding) in [
        ("UPDATE reprice_account SET difference_e8 = 1", "did not take the difference of the prices of its messages"),
        ("DELETE FROM reprice_account", "differences of its accounts are not those of its result"),
        ("UPDATE reprice SET prices_version = 1", "did not take the difference of the prices of its messages"),
        ("UPDATE reprice SET until_second = from_second + 1", "did not take the difference of the prices"),
        ("UPDATE reprice_balance SET after_e8 = 9000000", "are not those of its result"),
        ("UPDATE accrued_charge SET amount_e8 = -1 WHERE accrual_id = 2", "are not those of what accrued"),
        (
            "UPDATE accrued_charge SET amount_e8 = -1 WHERE accrual_id = 2",
            "accrual 2, or the accrual before it, was changed",
        ),
    ] {
        let mut fixture = fixture();
        import(&mut fixture, "a", &[(AT, GB, "")]).unwrap();
        set(&mut fixture, "std", "GB", "0.08", "");
        assert_eq!(repriced(&mut fixture, RepriceAccounts::All), "1 0.03 EUR");
        let raw = fixture.raw();
        let mut triggers = raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").unwrap();
        let triggers: Vec<String> = triggers.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        for name in triggers {
            raw.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        raw.execute_batch(forgery).unwrap();
        let findings = fixture.findings();
        assert!(findings.iter().any(|found| found.contains(finding)), "{forgery}: {findings:?}");
    }
}

#[test]
fn messages_keep_the_price_of_the_last_run_when_they_are_shown() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[(AT, GB, "")]).unwrap();
    set(&mut fixture, "std", "GB", "0.08", "");
    repriced(&mut fixture, RepriceAccounts::All);
    let filter = ssgctl::store::MessageFilter { id: valid("a0"), account_id: None, from: None, until: None };
    let found = fixture.read(|now| now.messages_with_id(&filter)).remove(0);
    let price = found.plan_price.expect("a price");
    assert_eq!(found.reprice_id, Some(1));
    assert_eq!((found.charge, price.destination.to_string().as_str()), (valid("0.08"), "GB"));
}
