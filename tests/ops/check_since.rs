//! `db check --since-head`: what came after a head that was checked before is compared as the whole check does, and nothing else.

use ssgctl::model::{Chain, ChainEnd, Head};
use ssgctl::ops::balance::{self, DueCharges};
use ssgctl::traffic::{self, RepriceAccounts};

use super::traffic::{fixture, import};
use super::traffic_prices;
use super::traffic_reprice::{GB, of_november};
use crate::support::fixture::{Fixture, adjustment_in, reversal, valid};

fn head(fixture: &mut Fixture) -> Head {
    fixture.read(|now| {
        let head = now.head()?;
        Ok(head)
    })
}

fn findings_since(fixture: &mut Fixture, head: &Head) -> Vec<String> {
    fixture.read(|now| Ok(now.check_since(head).findings))
}

/// A head as a version printed it that had no chain of the audit log.
fn of_two_chains(head: &Head) -> Head {
    let ends = [Chain::Ledger, Chain::Accruals].map(|chain| head.end(chain).unwrap_or(ChainEnd::NONE));
    Head::new([ends[0], ends[1], ChainEnd::NONE, ChainEnd::NONE, ChainEnd::NONE], None)
}

/// Charges of a day that are posted, a head, and charges of another day that are accrued. Returns the head.
fn with_head() -> (Fixture, Head) {
    let mut fixture = fixture();
    fixture.at("2026-11-24T12:10:00Z").credit("ACME", "10");
    fixture.at("2026-11-24T12:20:00Z");
    import(&mut fixture, "a.csv", "a,2026-11-20T10:00:00Z,acme,+447700900123,delivered,2,\n").expect("imported");
    fixture.at("2026-11-24T12:30:00Z").write(|tx| balance::post_accrued(tx, DueCharges::All)).expect("posted");
    let head = head(&mut fixture);
    fixture.at("2026-11-24T13:00:00Z").credit("ACME", "20");
    fixture.credit("PORT", "30");
    let rows = "b,2026-11-23T10:00:00Z,acme,+447700900123,delivered,1,\n\
        c,2026-11-23T10:00:00Z,port,+447700900123,delivered,1,\n";
    import(&mut fixture, "b.csv", rows).expect("imported");
    (fixture, head)
}

/// Writes behind the program's back, past the triggers that guard the ledger.
fn forge(fixture: &Fixture, sql: &str) {
    let connection = fixture.raw();
    let mut triggers = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").expect("prepared");
    let triggers: Vec<String> =
        triggers.query_map([], |row| row.get(0)).expect("read").collect::<Result<_, _>>().expect("names");
    for trigger in triggers {
        connection.execute_batch(&format!("DROP TRIGGER {trigger}")).expect("dropped");
    }
    connection.execute_batch("PRAGMA foreign_keys = OFF").expect("off");
    connection.execute_batch(sql).expect(sql);
}

#[test]
fn a_fault_after_the_head_is_found() {
    for sql in [
        "UPDATE entry SET description = 'other' WHERE id = (SELECT max(id) FROM entry)",
        "UPDATE entry SET amount_e8 = 1, balance_after_e8 = 1 WHERE id = (SELECT max(id) FROM entry)",
        "DELETE FROM entry WHERE id = (SELECT max(id) FROM entry)",
        "DELETE FROM entry WHERE id = (SELECT max(id) - 1 FROM entry)",
        "UPDATE accrual SET at = '2026-11-24T13:30:00.000Z' WHERE id = (SELECT max(id) FROM accrual)",
        "UPDATE accrued_charge SET parts = 9 WHERE accrual_id = (SELECT max(id) FROM accrual)",
        "DELETE FROM accrued_charge WHERE accrual_id = (SELECT max(id) FROM accrual) AND unit = 'SMS'",
        "DELETE FROM event WHERE id = (SELECT max(id) - 1 FROM event)",
        "UPDATE event SET actor = 'kim' WHERE id = (SELECT max(id) FROM event)",
        "UPDATE message SET destination = 33612345678 WHERE day = 20780",
        "UPDATE message SET packed = packed + (1 << 21) WHERE day = 20780",
        "DELETE FROM message WHERE day = 20780",
        "DELETE FROM message_index WHERE day = 20780",
        "UPDATE message_run SET messages = 7 WHERE day = 20780",
        "DELETE FROM traffic_daily WHERE day = 20780",
        "DELETE FROM traffic_monthly",
        "UPDATE import_account SET charge_e8 = 7 WHERE import_id = 2",
        // What a balance is now is new, whenever it changed.
        "UPDATE balance SET balance_e8 = balance_e8 + 1 WHERE customer_id = 1",
        "UPDATE balance SET accrued_e8 = accrued_e8 + 1 WHERE customer_id = 2 AND unit = 'EUR'",
        "UPDATE customer SET updated_at = 'yesterday' WHERE id = 1",
    ] {
        let (mut fixture, head) = with_head();
        assert_eq!(findings_since(&mut fixture, &head), Vec::<String>::new());
        assert_eq!(findings_since(&mut fixture, &of_two_chains(&head)), Vec::<String>::new());
        forge(&fixture, sql);
        assert!(!findings_since(&mut fixture, &head).is_empty(), "{sql}");
        assert!(!findings_since(&mut fixture, &of_two_chains(&head)).is_empty(), "{sql}");
    }
}

#[test]
fn a_fault_before_the_head_is_left_to_the_whole_check() {
    for sql in [
        "UPDATE entry SET description = 'other' WHERE id = 1",
        "UPDATE event SET actor = 'kim' WHERE id = 1",
        "UPDATE accrual SET at = '2026-11-24T11:00:00.000Z' WHERE id = 1",
        "UPDATE accrued_charge SET parts = 9 WHERE accrual_id = 1",
        "UPDATE message SET destination = 33612345678 WHERE day = 20777",
        "DELETE FROM message_index WHERE day = 20777",
        "UPDATE import_account SET charge_e8 = 7 WHERE import_id = 1",
        "DELETE FROM entry_sum",
    ] {
        let (mut fixture, head) = with_head();
        forge(&fixture, sql);
        assert_eq!(findings_since(&mut fixture, &head), Vec::<String>::new(), "{sql}");
        assert!(!fixture.findings().is_empty(), "{sql}");
    }
}

#[test]
fn late_messages_of_an_earlier_day_have_all_of_it_compared() {
    let (mut fixture, head) = with_head();
    forge(&fixture, "UPDATE message SET destination = 33612345678 WHERE day = 20777");
    assert_eq!(findings_since(&mut fixture, &head), Vec::<String>::new());
    import(&mut fixture, "late.csv", "z,2026-11-20T11:00:00Z,acme,+447700900123,delivered,1,\n").unwrap();
    assert_eq!(
        findings_since(&mut fixture, &head),
        ["traffic of 2026-11-20: the sums by day do not match the messages"]
    );
}

#[test]
fn the_day_of_the_last_import_before_the_head_is_not_compared_again() {
    let mut fixture = fixture();
    import(&mut fixture, "a.csv", "a,2026-11-20T10:00:00Z,acme,+447700900123,delivered,2,\n").unwrap();
    fixture.at("2026-11-24T12:10:00Z");
    import(&mut fixture, "b.csv", "b,2026-11-21T10:00:00Z,acme,+447700900123,delivered,2,\n").unwrap();
    let head = head(&mut fixture);
    fixture.at("2026-11-24T12:20:00Z");
    import(&mut fixture, "c.csv", "c,2026-11-22T10:00:00Z,acme,+447700900123,delivered,2,\n").unwrap();
    forge(&fixture, "UPDATE message SET destination = 33612345678 WHERE day = 20778");
    assert_eq!(findings_since(&mut fixture, &head), Vec::<String>::new());
    forge(&fixture, "UPDATE message SET destination = 33612345678 WHERE day = 20779");
    assert_eq!(
        findings_since(&mut fixture, &head),
        ["traffic of 2026-11-22: the sums by day do not match the messages"]
    );
}

#[test]
fn charges_that_accrued_before_the_head_and_are_posted_after_it_are_compared_with_their_entry() {
    let mut fixture = fixture();
    import(&mut fixture, "a.csv", "a,2026-11-20T10:00:00Z,acme,+447700900123,delivered,2,\n").unwrap();
    let head = head(&mut fixture);
    fixture.at("2026-11-24T13:00:00Z").write(|tx| balance::post_accrued(tx, DueCharges::All)).unwrap();
    assert_eq!(findings_since(&mut fixture, &head), Vec::<String>::new());
    forge(&fixture, "UPDATE accrued_charge SET amount_e8 = amount_e8 + 1");
    assert!(!findings_since(&mut fixture, &head).is_empty());
}

/// A time of the day, and what is done then.
type Step<'a> = (&'a str, &'a dyn Fn(&mut Fixture));

#[test]
fn whatever_is_done_no_earlier_head_has_findings() {
    let mut fixture = traffic_prices::fixture();
    let mut heads = vec![Head::new([ChainEnd::NONE; 5], None)];
    let steps: [Step<'_>; 9] = [
        ("12:01", &|fixture| drop(fixture.adjust("ACME", &adjustment_in("EUR", "10")).expect("adjusted"))),
        ("12:02", &|fixture| drop(traffic_prices::import(fixture, "a", &[("2026-11-20T10:00:00Z", GB, "")]))),
        // The clock is set back.
        ("12:00", &|fixture| drop(fixture.adjust("ACME", &adjustment_in("EUR", "20")).expect("adjusted"))),
        ("12:03", &|fixture| drop(traffic_prices::import(fixture, "b", &[("2026-11-21T10:00:00Z", GB, "")]))),
        ("12:04", &|fixture| {
            traffic_prices::set(fixture, "std", "GB", "0.08", "2026-11-01T00:00:00Z");
            fixture.write(|tx| traffic::reprice(tx, &of_november(RepriceAccounts::All))).map(drop).expect("repriced");
        }),
        ("12:05", &|fixture| {
            fixture.write(|tx| balance::post_accrued(tx, DueCharges::All)).map(drop).expect("posted");
        }),
        ("12:06", &|fixture| drop(fixture.write(|tx| traffic::revert(tx, 1)).expect("reverted"))),
        ("12:07", &|fixture| drop(fixture.write(|tx| balance::reverse(tx, &reversal(1))).expect("reversed"))),
        ("12:08", &|fixture| {
            fixture.write(|tx| balance::set_credit_limit(tx, "ACME", Some(valid("EUR")), valid("5"))).expect("limit");
        }),
    ];
    for (time, step) in steps {
        step(fixture.at(&format!("2026-11-24T{time}:00Z")));
        for earlier in &heads {
            assert_eq!(findings_since(&mut fixture, earlier), Vec::<String>::new(), "{time} since {earlier:?}");
        }
        let head = head(&mut fixture);
        heads.extend([of_two_chains(&head), head]);
    }
    assert_eq!(fixture.findings(), Vec::<String>::new());
}
