//! What became of a message: found by its ID whatever the day and the account, with what it was charged and by which file.

use ssgctl::model::{ImportState, Message, MessageId, MessageRecord, MessageState};
use ssgctl::ops;
use ssgctl::store::MessageFilter;

use super::traffic::{HEADER, fixture, import, request, run};
use crate::support::fixture::{Fixture, at_price, valid};
use crate::support::traffic::price_of;

const ID: &str = "4f1c6d1e-88a0-4b1c-9a55-2f6c0f6f3a10";

fn question(id: &str) -> MessageFilter {
    MessageFilter { id: valid(id), account_id: None, from: None, until: None }
}

fn ask(fixture: &mut Fixture, question: &MessageFilter) -> Vec<MessageRecord> {
    fixture.read(|now| now.messages_with_id(question))
}

/// Who, when, what, and for how much.
fn summaries(records: &[MessageRecord]) -> Vec<String> {
    let summary = |r: &MessageRecord| {
        let price = r.price.map(|price| price.to_string());
        format!(
            "{} {} {} {} {} {} {price:?} {} {} {} {}",
            r.submitted_at,
            r.system_id,
            r.customer,
            r.destination,
            r.state,
            r.parts,
            r.charge,
            r.unit,
            r.import_id,
            r.file
        )
    };
    records.iter().map(summary).collect()
}

#[test]
fn a_message_is_found_on_whatever_day_and_for_whatever_account() {
    let mut fixture = fixture();
    let rows = |day: &str| {
        format!(
            "{ID},{day}T10:00:05Z,acme,+447700900123,pending,2,\n{ID},{day}T23:59:59Z,port,88440,delivered,3,0.07\n\
             other,{day}T10:00:00Z,acme,+447700900123,pending,1,\n"
        )
    };
    import(&mut fixture, "a.csv", &rows("2026-11-24")).unwrap();
    import(&mut fixture, "b.csv", &rows("2025-02-28")).unwrap();
    let expected = [
        "2025-02-28T10:00:05.000Z acme ACME +447700900123 pending 2 None 2 SMS 2 b.csv",
        "2025-02-28T23:59:59.000Z port PORT 88440 delivered 3 Some(\"0.07\") 0.07 EUR 2 b.csv",
        "2026-11-24T10:00:05.000Z acme ACME +447700900123 pending 2 None 2 SMS 1 a.csv",
        "2026-11-24T23:59:59.000Z port PORT 88440 delivered 3 Some(\"0.07\") 0.07 EUR 1 a.csv",
    ];
    for form in [ID.to_owned(), ID.to_uppercase(), ID.replace('-', "")] {
        assert_eq!(summaries(&ask(&mut fixture, &question(&form))), expected);
    }
    assert_eq!(ask(&mut fixture, &question("nobody")), []);

    let port = fixture.read(|now| now.smpp_account("port")).id;
    let of_port = MessageFilter { account_id: Some(port), ..question(ID) };
    assert_eq!(summaries(&ask(&mut fixture, &of_port)), [expected[1], expected[3]]);
    // Half-open, to the second.
    for (from, until, found) in [
        (Some("2025-03-01T00:00:00Z"), None, &expected[2..]),
        (Some("2025-02-28T23:59:59Z"), Some("2026-11-24T10:00:05Z"), &expected[1..2]),
        (None, Some("2026-11-24T10:00:06Z"), &expected[..3]),
        (Some("2026-11-24T23:59:59.001Z"), None, &expected[..0]),
    ] {
        let between = MessageFilter { from: from.map(valid), until: until.map(valid), ..question(ID) };
        assert_eq!(summaries(&ask(&mut fixture, &between)), found, "{from:?} {until:?}");
    }
}

#[test]
fn the_charge_is_that_of_the_import_that_charged_it() {
    let mut fixture = fixture();
    let row = |id: &str, state: &str| format!("{id},2026-11-24T10:00:00Z,port,+447700900123,{state},3,\n");
    import(&mut fixture, "a.csv", &(row("sent", "pending") + &row("refused", "rejected") + &row("late", "rejected")))
        .unwrap();
    // What later messages cost changes nothing for these, whatever file charges them.
    fixture.write(|tx| ops::service::edit(tx, "euro", at_price("9"))).unwrap();
    import(&mut fixture, "b.csv", &(row("sent", "delivered") + &row("late", "expired"))).unwrap();
    let mut free = request(&fixture, "c.csv", &format!("{HEADER}{}", row("free", "delivered")));
    free.charging = false;
    run(&mut fixture, &free).unwrap();
    for (id, expected) in [
        ("sent", "delivered 3 None 0.15 EUR 1 a.csv"),
        ("refused", "rejected 3 None 0 EUR 1 a.csv"),
        ("late", "expired 3 None 0.15 EUR 2 b.csv"),
        ("free", "delivered 3 None 0 EUR 3 c.csv"),
    ] {
        let summaries = summaries(&ask(&mut fixture, &question(id)));
        assert!(summaries.len() == 1 && summaries[0].ends_with(expected), "{summaries:?}");
    }
    let all: ssgctl::model::Money = fixture.balance("PORT", valid("EUR")).unwrap().balance;
    assert_eq!(all, valid("-0.3"));
}

#[test]
fn a_message_of_an_unfinished_import_says_so() {
    let mut fixture = fixture();
    fixture
        .write(|tx| {
            let (account_price, prices) = price_of(tx, "acme", true)?;
            let days = ssgctl::store::AccountDays { account_price, first_day: 20_000, last_day: 20_000 };
            let manifest = ssgctl::model::Manifest {
                file: "half.csv".to_owned(),
                sha256: ssgctl::model::Hash([7; 32]),
                size: 100,
                dialect: "ssgctl".to_owned(),
                options: "{}".to_owned(),
                charging: true,
            };
            let plan = ssgctl::traffic::WritePlan::new(
                manifest,
                (vec![days], prices, Some(tx.prices_version()?)),
                std::collections::BTreeSet::new(),
                false,
            );
            let message = Message {
                day: 20_000,
                id: valid("m1"),
                account_id: account_price.account_id,
                second: 1,
                state: MessageState::Delivered,
                destination: valid("+447700900123"),
                parts: 1,
                price: None,
                network: None,
            };
            let batch = plan.batch(vec![message], ssgctl::model::TrafficTally::default())?;
            let mut import_run = ssgctl::traffic::ImportRun::begin(tx, std::sync::Arc::new(plan))?;
            import_run.take(tx, &batch)?;
            import_run.note_charges(tx, &[])
        })
        .unwrap();
    let records = ask(&mut fixture, &question("m1"));
    assert_eq!(records[0].import_state, ImportState::Unfinished);
    assert_eq!(records[0].id, valid::<MessageId>("m1"));
}
