//! Accrued charges: they count in the balance at once, and one entry a day posts them.

use proptest::prelude::*;
use ssgctl::model::{EntryKind, Level, Money, Unit};
use ssgctl::ops::balance::{self, DueCharges, PostedCharges, post_accrued};
use ssgctl::ops::warning;
use ssgctl::report::{self, HistoryLine, Period};
use ssgctl::store::EntryFilter;
use ssgctl::{Error, traffic};

use super::traffic::{ONE, fixture, import, request, run};
use super::warning::compose;
use crate::support::fixture::{Fixture, NOON, adjustment, assert_refused, cases, transfer, valid};

const TOMORROW: &str = "2026-11-25T00:00:00Z";
const LATER: &str = "2026-11-27T08:00:00Z";

/// A file with one message of two parts of ACME.
fn one(fixture: &mut Fixture, id: &str) {
    import(fixture, &format!("{id}.csv"), &ONE.replace("a,", &format!("{id},"))).unwrap();
}

fn post(fixture: &mut Fixture, due: DueCharges) -> PostedCharges {
    fixture.write(|tx| post_accrued(tx, due)).unwrap()
}

/// Kind, amount, balance after and description of the lines of ACME's history.
fn history(fixture: &mut Fixture, newest_first: bool, limit: Option<u64>) -> Vec<String> {
    let mut lines = Vec::new();
    fixture.read(|now| {
        let customer_id = Some(now.customer("ACME")?.id);
        let filter = EntryFilter { customer_id, newest_first, limit, ..EntryFilter::default() };
        report::history(now, &filter, |line| {
            lines.push(match line {
                HistoryLine::Entry(entry) => format!(
                    "{} {} {} {}",
                    entry.id,
                    entry.posting.amount,
                    entry.balance_after,
                    entry.posting.reference.map(|reference| reference.to_string()).unwrap_or_default()
                ),
                HistoryLine::Accrued(line) => {
                    format!("accrued {} {} {}", line.sum.amount, line.balance, line.sum.description())
                }
            });
            Ok::<_, Error>(())
        })
    });
    lines
}

#[test]
fn charges_count_at_once_and_one_entry_posts_those_of_a_day() {
    let mut fixture = fixture();
    fixture.credit("ACME", "100");
    for id in ["a", "b", "c"] {
        one(&mut fixture, id);
    }
    assert_eq!(fixture.entries().len(), 1, "nothing is posted yet");
    let acme = fixture.balance("ACME", Unit::Sms).unwrap();
    assert_eq!((acme.balance, acme.accrued), (valid("94"), valid("-6")));
    let accrued = "accrued -6 94 3 messages, 6 parts, of 2026-11-24, imports 1 to 3";
    assert_eq!(history(&mut fixture, false, None), ["1 100 100 ", accrued]);
    assert_eq!(history(&mut fixture, true, Some(1)), [accrued]);
    assert_eq!(post(&mut fixture, DueCharges::EarlierDays), PostedCharges::default(), "today is not over");
    assert_eq!(fixture.findings(), Vec::<String>::new());

    one(fixture.at(TOMORROW), "d");
    let entry = fixture.entries().pop().unwrap();
    assert_eq!((entry.posting.kind, entry.posting.amount), (EntryKind::Charge, valid("-6")));
    assert_eq!(entry.posting.reference, Some(valid("charges 2026-11-24")));
    assert_eq!(entry.posting.description, valid("3 messages, 6 parts, of 2026-11-24, imports 1 to 3"));
    assert_eq!(fixture.credits("ACME"), valid("92"));
    let lines =
        ["1 100 100 ", "2 -6 94 charges 2026-11-24", "accrued -2 92 1 message, 2 parts, of 2026-11-24, import 4"];
    assert_eq!(history(&mut fixture, false, None), lines);
    assert_eq!(fixture.findings(), Vec::<String>::new());

    let posted = post(&mut fixture, DueCharges::All);
    assert_eq!((posted.entries, posted.charges), (1, vec![(Unit::Sms, valid("2"))]));
    assert_eq!(post(&mut fixture, DueCharges::All), PostedCharges::default());
    assert_eq!(fixture.entries().len(), 3);
    assert_eq!(fixture.credits("ACME"), valid("92"));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn an_import_says_in_one_line_of_the_audit_log_what_it_charged() {
    let mut fixture = fixture();
    let before = fixture.events().len();
    let rows = format!("{ONE}b,2026-11-24T10:00:00Z,port,+447700900123,delivered,3,\n");
    import(&mut fixture, "a.csv", &rows).unwrap();
    let events = fixture.events();
    assert_eq!(events.len(), before + 1);
    assert_eq!(events[before].change.fields["charged"][1], "2 SMS, 0.15 EUR");
    post(&mut fixture, DueCharges::All);
    let posted = fixture.last_event().change;
    assert_eq!((posted.action.as_str(), posted.subject.as_str()), ("post", "PORT EUR"));
    assert_eq!(fixture.events().len(), before + 3, "one for each entry");
}

#[test]
fn a_manual_change_sees_what_is_accrued_and_its_entry_does_not_count_it() {
    let mut fixture = fixture();
    fixture.credit("ACME", "10");
    one(&mut fixture, "a");
    assert_refused!(fixture.adjust("ACME", &adjustment("-9")), Error::InsufficientBalance { .. });
    assert_refused!(
        fixture.write(|tx| balance::transfer(tx, "ACME", "PORT", &transfer("9"))),
        Error::InsufficientBalance { .. }
    );
    let receipt = fixture.adjust("ACME", &adjustment("-8")).unwrap();
    assert_eq!((receipt.entry.balance_after, receipt.balance), (valid("2"), Money::ZERO));
    let event = fixture.last_event().change;
    assert_eq!(event.fields["balance"], serde_json::json!(["8", "0"]));
    fixture.at(TOMORROW);
    one(&mut fixture, "b");
    assert_eq!(fixture.credits("ACME"), valid("-2"));
    let sums: Vec<Money> = fixture.entries().iter().map(|entry| entry.balance_after).collect();
    assert_eq!(sums, [valid("10"), valid("2"), valid::<Money>("0")]);
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

/// As of a time in the past, a balance has what had accrued by then, whether it is posted now or not.
#[test]
fn past_balances_and_statements_are_the_same_before_and_after_posting() {
    let mut fixture = fixture();
    fixture.at("2026-11-24T08:00:00Z").credit("ACME", "100");
    one(fixture.at(NOON), "a");
    one(fixture.at("2026-11-24T23:00:00Z"), "b");
    let seen = |fixture: &mut Fixture| {
        let at = ["2026-11-24T07:00:00Z", NOON, "2026-11-24T13:00:00Z", TOMORROW].map(|time| {
            let found = fixture.read(|now| report::balances_at(now, &now.customer("ACME")?, valid(time)));
            found.iter().map(|at| format!("{} {}", at.balance, at.accrued)).collect::<Vec<_>>().join(", ")
        });
        let period = Period { from: valid("2026-11-24T00:00:00Z"), until: valid(TOMORROW) };
        let statement = fixture.read(|now| report::statement(now, now.customer("ACME")?, Unit::Sms, period));
        let accrued = statement.accrued.map(|line| format!("{} {}", line.sum.amount, line.balance));
        (at, statement.opening, statement.entries.len(), statement.closing, accrued)
    };
    let before = seen(&mut fixture);
    assert_eq!(before.0, ["0 0", "100 0", "98 -2", "96 -4"]);
    assert_eq!((before.2, before.3, before.4.as_deref()), (1, valid("100"), Some("-4 96")));
    one(fixture.at(LATER), "c");
    assert_eq!(seen(&mut fixture), before);
    post(&mut fixture, DueCharges::All);
    assert_eq!(seen(&mut fixture), before);
    let period = Period { from: valid(TOMORROW), until: valid("2026-11-28T00:00:00Z") };
    let next = fixture.read(|now| report::statement(now, now.customer("ACME")?, Unit::Sms, period));
    assert_eq!((next.opening, next.closing, next.accrued), (valid("100"), valid("94"), None));
}

#[test]
fn an_explanation_has_a_line_for_each_import_whether_posted_or_not() {
    let mut fixture = fixture();
    fixture.credit("ACME", "100");
    for id in ["a", "b"] {
        one(&mut fixture, id);
    }
    one(fixture.at(TOMORROW), "c");
    let mut lines = |by_import| {
        let shares = fixture.read(|now| report::explain_balance(now, &now.customer("ACME")?, None, by_import));
        let text = |share: &report::BalanceShare| {
            let kind = share.kind.as_str();
            let import = share.reference.as_ref().map_or("", |reference| reference.as_str());
            format!("{kind} {import} {} {} {}", share.entries, share.added.unwrap(), share.taken.unwrap())
        };
        shares.iter().map(text).collect::<Vec<_>>()
    };
    assert_eq!(lines(false), ["adjustment  1 100 0", "charge  1 0 -4", "accrued  0 0 -2"]);
    assert_eq!(
        lines(true),
        ["adjustment  1 100 0", "charge import 1 1 0 -2", "charge import 2 1 0 -2", "accrued import 3 0 0 -2"]
    );
}

#[test]
fn an_import_is_reverted_whether_its_charges_are_posted_or_not() {
    for posted in [false, true] {
        let mut fixture = fixture();
        fixture.credit("ACME", "100");
        one(&mut fixture, "a");
        if posted {
            post(&mut fixture, DueCharges::All);
        }
        fixture.write(|tx| traffic::revert(tx, 1)).unwrap();
        assert_eq!(fixture.credits("ACME"), valid("100"));
        assert_eq!(fixture.findings(), Vec::<String>::new());
        one(&mut fixture, "a");
        assert_eq!(fixture.credits("ACME"), valid("98"));
        let shares = fixture.read(|now| report::explain_balance(now, &now.customer("ACME")?, None, true));
        let references = shares.iter().filter_map(|share| share.reference.as_ref().map(ToString::to_string));
        assert_eq!(references.collect::<Vec<_>>(), ["import 1", "import 1 reverted", "import 2"]);
        post(fixture.at(LATER), DueCharges::EarlierDays);
        let entries = fixture.entries().into_iter().skip(1).map(|entry| entry.posting.amount).collect::<Vec<_>>();
        // What was given back and charged again adds up to nothing, which needs no entry.
        assert_eq!(entries, [valid("-2")]);
        assert_eq!(fixture.findings(), Vec::<String>::new());
    }
}

#[test]
fn a_check_judges_with_what_is_accrued_and_the_crossing_stays_true_after_posting() {
    let mut fixture = super::warning::fixture();
    fixture.account("ACME", "acme");
    let rows: String = (0..101).map(|n| ONE.replace("a,", &format!("m{n},"))).collect();
    import(&mut fixture, "a.csv", &rows).unwrap();
    let judged = fixture.write(|tx| warning::check_balances(tx, &[], &compose)).unwrap();
    assert_eq!((judged.alerts[0].crossing.to, judged.alerts[0].crossing.balance), (Level::Lower, valid("-2")));
    assert_eq!(fixture.findings(), Vec::<String>::new());
    import(fixture.at(TOMORROW), "b.csv", &ONE.replace("a,", "b,")).unwrap();
    post(fixture.at(LATER), DueCharges::All);
    assert_eq!(fixture.findings(), Vec::<String>::new());
    fixture
        .raw()
        .execute_batch("DROP TRIGGER crossing_is_never_changed; UPDATE crossing SET accrual_id = NULL")
        .unwrap();
    assert_eq!(fixture.findings(), ["crossing 1 does not have the balance that its entry left"]);
}

#[test]
fn a_dry_run_accrues_and_posts_nothing() {
    let mut fixture = fixture();
    one(&mut fixture, "a");
    fixture.at(TOMORROW);
    let before = fixture.dump();
    let mut request = request(&fixture, "b.csv", &format!("{}{}", super::traffic::HEADER, ONE.replace("a,", "b,")));
    request.dry_run = true;
    assert_eq!(run(&mut fixture, &request).unwrap().charges, [(Unit::Sms, valid("2"))]);
    assert_eq!(fixture.dump(), before);
}

#[test]
fn a_forged_missing_or_doubled_accrual_is_found() {
    let changed = |id: u8| format!("accrual {id}, or the accrual before it, was changed after it was written");
    let other_amount =
        |id: u8, file: &str| format!("import {id} of `{file}` charged another amount than the ledger has");
    let accrued = |amount: &str| {
        format!("balance ACME SMS has accrued {amount}, but the charges that no entry posted differ from that")
    };
    let entry = "entry 1 does not have the amount of the accrued charges that it posts".to_owned();
    let sum = "balance ACME SMS is -6, but its entries add up to -4, and -3 is accrued".to_owned();
    let cases: &[(&str, Vec<String>)] = &[
        // Import 3 is not posted yet; imports 1 and 2 are.
        (
            "UPDATE accrued_charge SET amount_e8 = -300000000 WHERE accrual_id = 3",
            vec![changed(3), accrued("-2"), other_amount(3, "c.csv")],
        ),
        ("UPDATE accrued_charge SET messages = 7 WHERE accrual_id = 3", vec![changed(3)]),
        (
            "UPDATE accrued_charge SET amount_e8 = -300000000 WHERE accrual_id = 2",
            vec![changed(2), entry.clone(), other_amount(2, "b.csv")],
        ),
        ("DELETE FROM accrued_charge WHERE accrual_id = 1", vec![changed(1), entry, other_amount(1, "a.csv")]),
        (
            "DELETE FROM accrued_charge WHERE accrual_id = 3; DELETE FROM accrual WHERE id = 3",
            vec![accrued("-2"), other_amount(3, "c.csv")],
        ),
        ("UPDATE accrual SET at = '2026-11-20T00:00:00.000Z' WHERE id = 1", vec![changed(1)]),
        (
            "INSERT INTO accrual (id, import_id, reverted, at, hash) SELECT 4, 3, 1, at, hash FROM accrual WHERE id = 3;
             INSERT INTO accrued_charge SELECT 4, customer_id, unit, amount_e8, messages, parts FROM accrued_charge
                WHERE accrual_id = 3",
            vec![changed(4), accrued("-2"), other_amount(3, "c.csv")],
        ),
        ("UPDATE balance SET accrued_e8 = -300000000", vec![sum, accrued("-3")]),
        ("UPDATE balance SET accrued_from = 2", vec![accrued("-2")]),
        (
            "DELETE FROM posted_charge",
            vec!["entry 1 does not say which accrued charges it posts".to_owned(), accrued("-2")],
        ),
    ];
    for (sql, expected) in cases {
        let mut fixture = fixture();
        one(&mut fixture, "a");
        one(&mut fixture, "b");
        one(fixture.at(TOMORROW), "c");
        assert_eq!(fixture.findings(), Vec::<String>::new());
        let raw = fixture.raw();
        for table in ["accrual", "accrued_charge", "posted_charge"] {
            for what in ["changed", "deleted"] {
                let guard = format!("{table}_is_never_{what}");
                raw.execute_batch(&format!("DROP TRIGGER {guard}")).unwrap();
            }
        }
        raw.execute_batch(sql).unwrap();
        assert_eq!(&fixture.findings(), expected, "{sql}");
    }
}

#[test]
fn accruals_are_never_changed_deleted_or_replaced() {
    let mut fixture = fixture();
    one(&mut fixture, "a");
    one(fixture.at(TOMORROW), "b");
    let raw = fixture.raw();
    for sql in [
        "UPDATE accrual SET at = ''",
        "DELETE FROM accrual",
        "INSERT OR REPLACE INTO accrual SELECT * FROM accrual LIMIT 1",
        "UPDATE accrued_charge SET parts = 1",
        "DELETE FROM accrued_charge",
        "INSERT OR REPLACE INTO accrued_charge SELECT * FROM accrued_charge LIMIT 1",
        "UPDATE posted_charge SET last_accrual = 2",
        "DELETE FROM posted_charge",
        "INSERT OR REPLACE INTO posted_charge SELECT * FROM posted_charge LIMIT 1",
    ] {
        let refused = raw.execute_batch(sql).unwrap_err().to_string();
        assert!(refused.contains("append-only") || refused.contains("without gaps"), "{sql}: {refused}");
    }
}

/// What happens to a database.
#[derive(Debug, Clone, Copy)]
enum Step {
    Import(u8),
    Revert,
    Adjust(i8),
    NextDay,
    PostEarlier,
    PostAll,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1_u8..4).prop_map(Step::Import),
        1 => Just(Step::Revert),
        2 => (-9_i8..9).prop_map(Step::Adjust),
        2 => Just(Step::NextDay),
        1 => Just(Step::PostEarlier),
        1 => Just(Step::PostAll),
    ];
    proptest::collection::vec(step, 1..14)
}

proptest! {
    #![proptest_config(cases(24))]

    /// Whatever is imported, reverted, adjusted and posted in whatever order, a balance is its entries and what it has accrued, a
    /// past balance stays what it was, and the check finds nothing.
    #[test]
    fn a_balance_is_its_entries_and_what_it_has_accrued(steps in steps()) {
        let mut fixture = fixture();
        let (mut expected, mut day, mut imports) = (0_i64, 24_u32, Vec::new());
        let mut past: Vec<(String, i64)> = Vec::new();
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Import(parts) => {
                    let row = format!("m{number},2026-11-24T10:00:00Z,acme,+447700900123,delivered,{parts},\n");
                    let import = import(&mut fixture, &format!("{number}.csv"), &row).unwrap();
                    imports.push((import.import, i64::from(parts)));
                    expected -= i64::from(parts);
                }
                Step::Revert => if let Some((import, parts)) = imports.pop() {
                    fixture.write(|tx| traffic::revert(tx, import)).unwrap();
                    expected += parts;
                },
                Step::Adjust(0) => {}
                Step::Adjust(amount) => {
                    let change = balance::Adjustment { allow_negative: true, ..adjustment(&amount.to_string()) };
                    fixture.adjust("ACME", &change).unwrap();
                    expected += i64::from(amount);
                }
                Step::NextDay => {
                    day += 1;
                    let midnight = format!("2026-11-{day:02}T00:00:00Z");
                    past.push((midnight.clone(), expected));
                    fixture.at(&midnight);
                }
                Step::PostEarlier => drop(post(&mut fixture, DueCharges::EarlierDays)),
                Step::PostAll => drop(post(&mut fixture, DueCharges::All)),
            }
            prop_assert_eq!(fixture.credits("ACME"), Money::from_e8(expected * 100_000_000));
            let posted: i64 = fixture.entries().iter().map(|entry| entry.posting.amount.e8()).sum();
            let accrued = fixture.balance("ACME", Unit::Sms).map_or(0, |balance| balance.accrued.e8());
            prop_assert_eq!(posted + accrued, expected * 100_000_000);
        }
        prop_assert_eq!(fixture.findings(), Vec::<String>::new());
        for (midnight, balance) in past {
            let at = fixture.read(|now| report::balances_at(now, &now.customer("ACME")?, valid(&midnight)));
            let found = at.first().map_or(0, |at| at.balance.e8());
            prop_assert_eq!(found, balance * 100_000_000, "{}", midnight);
        }
    }
}
