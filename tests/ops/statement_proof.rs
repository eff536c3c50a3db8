//! Signed statements: what holds is verified from the text alone, and every edit is found.

use serde_json::Value;
use ssgctl::model::{Unit, Zone};
use ssgctl::ops::balance;
use ssgctl::report::{self, Period, ProofBreak, prove_statement, verify_statement};
use ssgctl::store::signing::SigningKey;

use super::traffic::{fixture, import};
use crate::support::fixture::{Fixture, adjustment_in, valid};

fn key(fixture: &Fixture, name: &str) -> SigningKey {
    SigningKey::open_or_create(&fixture.folder.path().join(name)).expect("a key")
}

/// The proof of the statement of PORT in euros, with entries of two days, those of another customer in between, and accrued charges.
fn proof() -> (Fixture, SigningKey, String) {
    let mut fixture = fixture();
    let key = key(&fixture, "signing.key");
    fixture.adjust("PORT", &adjustment_in("EUR", "100")).expect("adjusted");
    fixture.adjust("ACME", &adjustment_in("SMS", "7")).expect("adjusted");
    fixture.adjust("PORT", &adjustment_in("EUR", "-12.5")).expect("adjusted");
    fixture.at("2026-11-25T12:00:00Z");
    fixture.adjust("PORT", &adjustment_in("EUR", "0.07")).expect("adjusted");
    fixture.adjust("PORT", &adjustment_in("EUR", "5")).expect("adjusted");
    import(&mut fixture, "a.csv", "a,2026-11-25T10:00:00Z,port,+447700900123,delivered,3,\n").unwrap();
    let text = prove(&mut fixture, &key);
    (fixture, key, text)
}

fn prove(fixture: &mut Fixture, key: &SigningKey) -> String {
    let period = Period { from: valid("2026-11-01T00:00:00Z"), until: valid("2026-12-01T00:00:00Z") };
    fixture.read(|now| {
        let statement = report::statement(now, now.customer("PORT")?, valid::<Unit>("EUR"), period)?;
        prove_statement(now, &statement, &valid::<Zone>("Europe/London"), key)
    })
}

/// The break that is found in a statement which was edited and signed again.
fn break_of(key: &SigningKey, statement: &Value) -> Option<String> {
    let text = serde_json::to_string_pretty(statement).unwrap();
    let signature = key.sign(text.as_bytes());
    let proof = format!("{{\"statement\": {text}, \"signature\": \"{signature}\"}}");
    verify_statement(&proof, &key.public()).unwrap().err().map(|ProofBreak(reason)| reason)
}

fn statement_of(text: &str) -> Value {
    serde_json::from_str::<Value>(text).unwrap()["statement"].take()
}

/// Paths to all amounts of money.
fn amounts(value: &Value, path: &str, found: &mut Vec<String>) {
    const MONEY: [&str; 6] = ["opening_balance", "closing_balance", "accrued", "balance", "amount", "balance_after"];
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let path = format!("{path}/{key}");
                if MONEY.contains(&key.as_str()) { found.push(path) } else { amounts(value, &path, found) }
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| amounts(item, &format!("{path}/{index}"), found));
        }
        _ => {}
    }
}

#[test]
fn a_proof_is_verified_from_its_text_and_by_no_other_key() {
    let (mut fixture, key, text) = proof();
    let statement = verify_statement(&text, &key.public()).unwrap().expect("it holds");
    assert_eq!((statement.opening_balance.as_str(), statement.closing_balance.as_str()), ("0.00", "92.57"));
    assert_eq!((statement.accrued.as_str(), statement.balance.as_str()), ("-0.15", "92.42"));
    let ids: Vec<i64> = statement.entries.iter().map(|entry| entry.id).collect();
    assert_eq!((ids, statement.head.id), (vec![1, 3, 4, 5], 5));
    let other = self::key(&fixture, "other.key");
    assert!(verify_statement(&text, &other.public()).unwrap().is_err());
    // A later statement has the entry that the accrued charges became.
    fixture.write(|tx| balance::post_accrued(tx, balance::DueCharges::All)).unwrap();
    let later = prove(&mut fixture, &key);
    let statement = verify_statement(&later, &key.public()).unwrap().expect("it holds");
    assert_eq!((statement.closing_balance.as_str(), statement.entries.len()), ("92.42", 5));
}

/// Each byte of the statement and of its signature, replaced by another digit, letter or blank.
#[test]
fn every_changed_byte_of_a_proof_is_found() {
    let (_, key, text) = proof();
    let begin = text.find("{\n  \"format\"").expect("the statement");
    let end = text.rfind('"').expect("the end of the signature");
    let between = text.find("\n\"signature\"").expect("the signature");
    let signature = between + "\n\"signature\": \"".len();
    // The comma and the line end between the two are no part of either.
    for at in (begin..between - 1).chain(signature..end) {
        for other in [b'0', b'9', b' ', b'x'] {
            let mut bytes = text.clone().into_bytes();
            // Hexadecimal digits have the same meaning in either case; a digit is another one.
            if bytes[at] == other || !bytes[at].is_ascii() {
                continue;
            }
            bytes[at] = other;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let holds = matches!(verify_statement(&changed, &key.public()), Ok(Ok(_)));
            assert!(!holds, "byte {at} as {:?}: {}", char::from(other), &changed[at.saturating_sub(40)..at + 10]);
        }
    }
}

/// Even with the operator's key, no amount can be changed so that the sums and hashes hold.
#[test]
fn an_amount_that_is_changed_and_signed_again_is_named() {
    let (_, key, text) = proof();
    let statement = statement_of(&text);
    assert_eq!(break_of(&key, &statement), None);
    let mut paths = Vec::new();
    amounts(&statement, "", &mut paths);
    assert_eq!(paths.len(), 4 + 1 + 2 + 2 * 4, "{paths:?}");
    for path in paths {
        let mut changed = statement.clone();
        let amount = changed.pointer_mut(&path).expect("an amount");
        let text = amount.as_str().expect("a text").to_owned();
        // Each of them is another amount, or none.
        for other in [format!("{text}1"), format!("1{text}"), format!("{text}x"), "x".to_owned()] {
            *changed.pointer_mut(&path).expect("an amount") = other.clone().into();
            let found = break_of(&key, &changed);
            assert!(found.is_some(), "{path} as {other}");
        }
    }
}

#[test]
fn entries_that_are_left_out_moved_or_rewritten_are_named() {
    let (_, key, text) = proof();
    let statement = statement_of(&text);
    let edit = |change: &dyn Fn(&mut Value)| {
        let mut changed = statement.clone();
        change(&mut changed);
        break_of(&key, &changed)
    };
    assert_eq!(
        edit(&|s| s["closing_balance"] = "90.00".into()).unwrap(),
        "the closing balance is 90.00, but the entries lead to 92.57"
    );
    assert!(edit(&|s| drop(s["entries"].as_array_mut().unwrap().remove(1))).unwrap().contains("entry 4 leaves"));
    assert!(edit(&|s| s["entries"].as_array_mut().unwrap().swap(0, 1)).is_some());
    for field in ["at", "kind", "description", "actor", "command", "version"] {
        assert!(edit(&|s| s["entries"][0][field] = "2026-11-24T12:00:01Z".into()).is_some(), "{field}");
    }
    assert_eq!(
        edit(&|s| s["entries"][0]["description"] = "gift".into()).unwrap(),
        "the hash of entry 1 is not that of its content"
    );
    for field in ["previous", "hash"] {
        assert!(edit(&|s| s["entries"][2][field] = "00".repeat(32).into()).is_some(), "{field}");
    }
    assert!(edit(&|s| s["days"][0]["day"] = "2026-11-23".into()).is_some());
    assert!(edit(&|s| s["days"].as_array_mut().unwrap().clear()).is_some());
    assert!(edit(&|s| s["totals"][0]["entries"] = 3.into()).is_some());
}

#[test]
fn what_is_not_a_proof_is_bad_input() {
    let (_, key, text) = proof();
    for wrong in [
        String::new(),
        "{}".to_owned(),
        text.replace("\"signature\"", "\"sign\""),
        text.replace("ssgctl-statement-1", "ssgctl-statement-2"),
        text.replace("\"format\"", "\"unknown\": 1, \"format\""),
        text.replacen("{\n", "{\n\"signature\": \"\",\n", 1),
        format!("{text}{text}"),
    ] {
        assert!(verify_statement(&wrong, &key.public()).is_err(), "{wrong}");
    }
}
