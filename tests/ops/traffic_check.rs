//! What `db check` says of traffic that does not fit together.

use super::traffic::{ONE, fixture, import};

#[test]
fn whatever_of_traffic_contradicts_the_rest_is_reported() {
    let no_sums_of = |day: &str| {
        ["quarter hour", "day"].map(|by| format!("traffic of {day}: the sums by {by} do not match the messages"))
    };
    let no_sums = no_sums_of("2026-11-24");
    let [other_hours, other_days] = no_sums.clone();
    let differ = "traffic of acme on 2026-11-24: the sums by quarter hour and by country differ".to_owned();
    let stray = "1 messages have invalid values, or an account that their import does not have".to_owned();
    let months = "traffic of 2026-11: the sums by month do not match its days".to_owned();
    let charge = "import 1 of `a.csv` did not charge the price of its messages".to_owned();
    let ledger = "import 1 of `a.csv` charged another amount than the ledger has".to_owned();
    let not_together = "traffic of 2026-11-24: the sums of all accounts are not those of each".to_owned();
    let other_index = "traffic of 2026-11-24: the index does not match the messages".to_owned();
    let other_runs = "traffic of 2026-11-24: the runs do not have the messages that were written".to_owned();
    let twice = "traffic of 2026-11-24: 1 messages are stored more than once".to_owned();
    let no_messages = "traffic of 2026-11-24: there are sums but no messages".to_owned();
    let unreadable = "traffic: the database is damaged: column 4 of a row is out of range".to_owned();
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
        ("UPDATE message SET import_id = 2", vec![stray.clone(), charge.clone()]),
        (
            "UPDATE message SET day = day + 1",
            vec![
                "traffic of 2026-11-25: the index does not match the messages".to_owned(),
                other_runs.clone(),
                "traffic of 2026-11-25: the runs do not have the messages that were written".to_owned(),
                stray.clone(),
                no_messages.clone(),
                charge.clone(),
            ],
        ),
        ("DELETE FROM message", vec![other_runs.clone(), no_messages, charge.clone()]),
        ("DELETE FROM traffic_daily", [&[months], &no_sums[..]].concat()),
        (
            // Delivered instead of pending.
            "UPDATE traffic_daily SET sums = CAST(x'0003286004' || substr(sums, 6) AS BLOB) WHERE first = 1",
            vec![differ, not_together.clone(), other_hours],
        ),
        ("DELETE FROM traffic_daily WHERE first = 0", vec![not_together]),
        ("UPDATE message_index SET first = first + 1", vec![other_index.clone()]),
        ("DELETE FROM message_index", vec![other_index.clone()]),
        ("UPDATE message_run SET messages = 7", vec![other_runs]),
        (
            "INSERT INTO message_run VALUES (20781, 9, 1, 1);
             INSERT INTO message SELECT day, 9, id, account_id, packed, destination, price_e8, NULL FROM message",
            [&[other_index.clone(), twice], &no_sums[..], std::slice::from_ref(&charge)].concat(),
        ),
        ("UPDATE import_account SET charge_e8 = 7", vec![charge.clone(), ledger]),
        (
            "DROP TRIGGER price_is_never_changed; UPDATE price SET price_e8 = 2 * price_e8 WHERE id = 1",
            vec![other_days, charge],
        ),
    ];
    for (sql, expected) in cases {
        let mut fixture = fixture();
        import(&mut fixture, "a.csv", ONE).unwrap();
        assert_eq!(fixture.findings(), Vec::<String>::new());
        fixture.raw().execute_batch(sql).unwrap();
        assert_eq!(&fixture.findings(), expected, "{sql}");
    }
}
