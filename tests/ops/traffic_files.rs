//! Kinds of files of traffic: whose they are, and what their words and prices mean.

use std::collections::BTreeMap;

use ssgctl::Error;
use ssgctl::ingest::traffic::Dialect;

use crate::support::{assert_refused, valid};
use crate::traffic::{HEADER, ONE, import, request, run, scene, state_of, tally, told};

#[test]
fn another_kind_of_file_for_the_same_accounts_and_days_needs_a_word() {
    let mut scene = scene();
    import(&mut scene, "a.csv", ONE).unwrap();
    let vonage = "account_id,message_id,direction,to,date_received,status,currency,total_price\n\
                  acme,x-1,outbound,447700900123,2026-11-24 09:00:00 +0000,delivered,EUR,0.05\n";
    let mut other = request(&scene, "v.csv", vonage);
    assert_refused!(run(&mut scene, &other), Error::Refused(why) if why.contains("`acme` from 2026-11-24"));
    other.allow_overlap = true;
    assert_eq!(run(&mut scene, &other).unwrap().tally, tally(1, 0, 0));
    let next_day = request(&scene, "w.csv", &vonage.replace("11-24", "11-25"));
    run(&mut scene, &next_day).unwrap();
}

#[test]
fn a_price_in_another_currency_is_refused_unless_prices_are_ignored() {
    let mut scene = scene();
    let text = "account_id,message_id,direction,to,date_received,status,currency,total_price\n\
                port,x-1,outbound,447700900123,2026-11-24 09:00:00 +0000,delivered,USD,0.05\n";
    let mut dollars = request(&scene, "v.csv", text);
    let told = told(run(&mut scene, &dollars));
    assert!(told[0].starts_with("2:68 currency: `USD` is not EUR"), "{told:?}");
    dollars.meaning.ignores_prices = true;
    assert_eq!(run(&mut scene, &dollars).unwrap().charges, [(valid("EUR"), valid("0.05"))]);
}

#[test]
fn a_word_can_be_given_its_meaning_and_a_dialect_be_named() {
    let mut scene = scene();
    let text = format!("{HEADER}{}", ONE.replace("pending", "DLVRD"));
    let mut odd = request(&scene, "a.csv", &text);
    odd.meaning.words = BTreeMap::from([("dlvrd".to_owned(), valid("delivered"))]);
    odd.meaning.dialect = Dialect::named("ssgctl");
    odd.dry_run = true;
    assert_eq!(run(&mut scene, &odd).unwrap().tally, tally(1, 0, 0));
    odd.dry_run = false;
    run(&mut scene, &odd).unwrap();
    assert!(state_of(&mut scene)["message"][0].contains("Delivered"));
    odd.meaning.dialect = Dialect::named("twilio");
    assert!(told(run(&mut scene, &odd))[0].starts_with("1:1 a file of twilio needs a column `Sid`"));
}
