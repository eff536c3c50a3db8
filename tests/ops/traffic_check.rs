//! What `db check` says of traffic that does not fit together.

use super::traffic::{ONE, fixture, import};

#[test]
fn whatever_of_traffic_contradicts_the_rest_is_reported() {
    let no_sums_of =
        |day: &str| ["hour", "day"].map(|by| format!("traffic of {day}: the sums by {by} do not match the messages"));
    let no_sums = no_sums_of("2026-11-24");
    let [other_hours, other_days] = no_sums.clone();
    let differ = "traffic of acme on 2026-11-24: the sums by hour and by country differ".to_owned();
    let stray = "1 messages have invalid values, or an account that their import does not have".to_owned();
    let months = "traffic of 2026-11: the sums by month do not match its days".to_owned();
    let charge = "import 1 of `a.csv` did not charge the price of its messages".to_owned();
    let ledger = "import 1 of `a.csv` charged another amount than the ledger has".to_owned();
    let no_messages = "traffic of 2026-11-24: there are sums but no messages".to_owned();
    let of_next = no_sums_of("2026-11-25");
    let unreadable = "traffic: the database is damaged: column 3 of a row is out of range".to_owned();
    let cases: &[(&str, Vec<String>)] = &[
        // One hour later.
        ("UPDATE message SET packed = packed + 3600", vec![other_hours.clone()]),
        // Unknown instead of pending.
        ("UPDATE message SET packed = packed + (1 << 17)", no_sums.to_vec()),
        // To France.
        ("UPDATE message SET destination = 33612345678", vec![other_days.clone()]),
        // One part more.
        ("UPDATE message SET packed = packed + (1 << 21)", [&no_sums[..], std::slice::from_ref(&charge)].concat()),
        // Not charged.
        ("UPDATE message SET packed = packed - (1 << 20)", vec![other_days.clone(), charge.clone()]),
        // The last second and more.
        ("UPDATE message SET packed = packed | 86400", vec![stray.clone(), charge.clone()]),
        // A state that is none, and more parts than there can be.
        ("UPDATE message SET packed = packed | (7 << 17)", vec![unreadable.clone()]),
        ("UPDATE message SET packed = packed | (1 << 40)", vec![unreadable]),
        ("UPDATE message SET import_id = 2", vec![stray, charge.clone()]),
        ("UPDATE message SET day = day + 1", [&of_next[..], std::slice::from_ref(&no_messages)].concat()),
        ("DELETE FROM message", vec![no_messages, charge.clone()]),
        ("DELETE FROM traffic_daily", [&[months], &no_sums[..]].concat()),
        ("UPDATE traffic_daily SET hours = x'0a200302'", vec![differ, other_hours]),
        ("UPDATE import_account SET charge_e8 = 7", vec![charge.clone(), ledger]),
        ("UPDATE import_account SET price_e8 = 2 * price_e8", vec![other_days, charge]),
    ];
    for (sql, expected) in cases {
        let mut fixture = fixture();
        import(&mut fixture, "a.csv", ONE).unwrap();
        assert_eq!(fixture.findings(), Vec::<String>::new());
        assert!(fixture.raw().execute(sql, []).unwrap() > 0, "{sql}");
        assert_eq!(&fixture.findings(), expected, "{sql}");
    }
}
