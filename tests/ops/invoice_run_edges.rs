//! The month's run at its edges: currencies, tax rates that change, fees from long ago, drafts of several runs, uncharged messages.

use std::fmt::Write as _;

use ssgctl::Error;
use ssgctl::model::Money;
use ssgctl::model::invoice::{DatedRate, DraftLine, FeeDetails};
use ssgctl::ops::invoice::{self, Invoicing, RunRequest};
use ssgctl::ops::service;
use ssgctl::traffic;

use super::invoice_run::{UK, become_postpaid, fee, fixture, import, month, run};
use super::{traffic as imports, traffic_delivered};
use crate::support::billing::invoicing;
use crate::support::fixture::{Fixture, assert_refused, new_account, new_service, valid};

fn run_with(fixture: &mut Fixture, invoicing: &Invoicing, day: &str) -> invoice::RunResult {
    let request = RunRequest { month: month(day), customers: Vec::new(), issue: true };
    fixture.write(|tx| invoice::run(tx, invoicing, &request)).expect("run")
}

#[test]
fn an_invoice_has_the_decimals_of_its_currency() {
    let mut fixture = fixture();
    let mut rows = String::new();
    for (code, unit, price) in [("yen", "JPY", "1.3"), ("dinar", "KWD", "0.0012345")] {
        fixture.write(|tx| service::new(tx, new_service(code, unit, price))).expect("service");
        let mut account = new_account(code);
        account.details.service = valid(code);
        fixture.add_account("ACME", account).expect("account");
        for (number, to) in [UK, "+33612345678"].into_iter().enumerate() {
            writeln!(rows, "{code}{number},2026-10-05T10:00:00Z,{code},{to},delivered,11,").expect("written");
        }
    }
    let request = imports::request(&fixture, "a.csv", &format!("{}{rows}", imports::HEADER));
    imports::run(&mut fixture, &request).expect("imported");
    let made = run(&mut fixture, "2026-10-01", true).unwrap().invoices;
    let found: Vec<(&str, Money, Money, Money)> = made
        .iter()
        .map(|made| {
            (made.currency.code(), made.net, made.issued.as_ref().unwrap().tax, made.issued.as_ref().unwrap().gross)
        })
        .collect();
    // 28.6 yen and 0.027159 dinars; a fifth of 28 yen is 5.6, and of 0.027 dinars 0.0054.
    let expected = [("JPY", "28", "6", "34"), ("KWD", "0.027", "0.005", "0.032")];
    assert_eq!(found, expected.map(|(code, net, tax, gross)| (code, valid(net), valid(tax), valid(gross))));
    for (name, lines) in [("1", ["14", "14"]), ("2", ["0.013", "0.014"])] {
        let mut nets: Vec<Money> = fixture.copy_of_invoice(name).lines.iter().map(|line| line.net).collect();
        nets.sort_unstable();
        assert_eq!(nets, lines.map(valid), "{name}");
    }
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn the_rate_is_that_of_the_last_day_of_the_month_whenever_it_is_billed() {
    for (change, rate, tax) in
        [("2026-10-15", "25", "0.08"), ("2026-10-31", "25", "0.08"), ("2026-11-01", "20", "0.07")]
    {
        let mut fixture = fixture();
        import(&mut fixture, "a", &[("1", "2026-10-05T10:00:00Z", UK, 100)]);
        let mut changed = invoicing();
        changed.rules.tax.standard.push(DatedRate { from: valid(change), rate: valid("25") });
        let made = run_with(&mut fixture, &changed, "2026-10-01").invoices.remove(0);
        assert_eq!(made.issued.as_ref().unwrap().tax, valid(tax), "{change}");
        assert_eq!(fixture.copy_of_invoice("1").taxes[0].rate, valid(rate), "{change}");
        assert_eq!(fixture.findings(), Vec::<String>::new());
    }
}

#[test]
fn a_fee_begins_within_twenty_years_and_an_older_one_does_not_hang_the_run() {
    let mut fixture = Fixture::with_buyer();
    for far in ["0001-01-01", "1976-11-24", "2206-10-01"] {
        let added = fixture.write(|tx| invoice::fee::add(tx, "ACME", &fee("1", true, far, None)));
        assert_refused!(added, Error::Invalid { field: "from", .. });
    }
    // As an older program took it.
    let old: FeeDetails = fee("1", true, "0001-01-01", Some("2026-10-31"));
    let acme = fixture.read(|now| now.customer("ACME"));
    fixture.write(|tx| tx.insert_fee(&acme, &old)).expect("inserted");
    let draft = run(&mut fixture, "2026-10-01", false).unwrap().invoices.remove(0);
    assert_eq!(draft.net, valid("241"), "twenty years and the month");
    assert!(run(&mut fixture, "2026-10-01", false).unwrap().invoices.is_empty());
}

#[test]
fn a_draft_before_another_is_cancelled_after_it() {
    let mut fixture = fixture();
    let rows = [("1", "2026-10-05T10:00:00Z", UK, 100), ("2", "2026-11-05T10:00:00Z", UK, 100)];
    import(&mut fixture, "a", &rows);
    fixture.at("2026-12-05T12:00:00Z");
    for day in ["2026-10-01", "2026-11-01"] {
        run(&mut fixture, day, false).unwrap();
    }
    let mut cancel = |name: &'static str| fixture.write(|tx| invoice::cancel(tx, name));
    assert_refused!(cancel("1"), Error::Refused(why) if why.ends_with("cancel draft 2 first"));
    cancel("2").unwrap();
    cancel("1").unwrap();
    run(&mut fixture, "2026-10-01", false).unwrap();
    run(&mut fixture, "2026-11-01", true).unwrap();
    let refused = fixture.write(|tx| invoice::cancel(tx, "3"));
    assert_refused!(refused, Error::Refused(why) if why.ends_with("issue 3 and credit it"));
}

#[test]
fn fees_are_billed_of_a_customer_of_whom_no_usage_is() {
    let mut fixture = fixture();
    import(&mut fixture, "a", &[("1", "2026-10-05T10:00:00Z", UK, 100)]);
    run(&mut fixture, "2026-10-01", true).unwrap();
    fixture.write(|tx| traffic::revert(tx, 1)).unwrap();
    fixture.write(|tx| invoice::fee::add(tx, "ACME", &fee("5", false, "2026-10-31", None))).unwrap();
    let made = run(&mut fixture, "2026-10-01", true).unwrap();
    assert_eq!((made.negative, made.invoices.len()), (vec![valid("ACME")], 1));
    assert_eq!(made.invoices[0].net, valid("5"));
}

/// The quantity, its unit, and the text of each line.
fn quantities(fixture: &mut Fixture, draft: i64) -> Vec<(Money, bool, String)> {
    let lines: Vec<DraftLine> = fixture.read(|now| now.invoice_lines(draft));
    let quantity = |line: DraftLine| {
        let text = line.description.as_str().replace("SMS to United Kingdom, ", "");
        (line.quantity, line.quantity_unit.is_some(), text)
    };
    lines.into_iter().map(quantity).collect()
}

#[test]
fn a_line_states_message_parts_only_where_all_of_them_were_charged() {
    let mut fixture = traffic_delivered::fixture();
    become_postpaid(&mut fixture, "ACME");
    let rows = "1,2026-10-05T10:00:00Z,acme,+447700900123,delivered,2,0.08,\n\
        2,2026-10-05T10:00:00Z,acme,+447700900123,undeliverable,5,0.20,\n\
        3,2026-10-05T10:00:00Z,acme,+33612345678,delivered,3,0.12,\n\
        4,2026-10-05T10:00:00Z,acme,+4915112345678,delivered,3,,\n\
        5,2026-10-05T10:00:00Z,acme,+4915112345678,undeliverable,7,,\n";
    let text = format!("{}{rows}", super::traffic_prices::HEADER);
    let request = imports::request(&fixture, "a.csv", &text);
    imports::run(&mut fixture, &request).expect("imported");
    let draft = run(&mut fixture, "2026-10-01", false).unwrap().invoices.remove(0);
    assert_eq!(draft.net, valid("0.35"));
    let expected = [
        (valid("3"), true, "SMS to France, account acme".to_owned()),
        (valid("3"), true, "SMS to Germany, account acme".to_owned()),
        (valid("1"), false, "account acme".to_owned()),
    ];
    let mut found = quantities(&mut fixture, draft.id);
    found.sort_by_key(|(_, counts, text)| (!counts, text.clone()));
    assert_eq!(found, expected);
    assert_eq!(fixture.findings(), Vec::<String>::new());
}
