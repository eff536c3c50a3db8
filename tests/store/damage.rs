//! Damage: whatever happens to a file, it is found, and nothing panics over it.

use std::fs;
use std::sync::Arc;

use ssgctl::Error;
use ssgctl::model::{ContactDetails, ForecastCause, ForecastFigures, ForecastKind};
use ssgctl::ops::balance::{self, DueCharges};
use ssgctl::ops::invoice::{self, InvoiceMailing, SendRequest};
use ssgctl::ops::price::{self, NewPrice};
use ssgctl::ops::smpp::NewAccount;
use ssgctl::ops::{contact, outbox, overlay, service, smpp};
use ssgctl::store::{ForecastKey, Location, OutboxFilter, SmppFilter};
use ssgctl::traffic::{self, RepriceAccounts, RepriceRequest};

use super::{invoice_guards, ledger_guards};
use crate::ops::invoice_emails::mailing;
use crate::support::billing::invoicing;
use crate::support::fixture::{Fixture, NOON, collect, every_customer, new_account, new_service, open, valid};
use crate::support::traffic::import_a_message;

/// A database with something in each table, as bytes.
fn sound() -> Vec<u8> {
    let mut fixture = ledger_guards::fixture();
    let british = |details: &mut ssgctl::model::CustomerDetails| {
        details.country = Some(valid("GB"));
        details.invoice_emails = vec![valid("pay@acme.example")];
        Ok(())
    };
    fixture.write(|tx| ssgctl::ops::customer::edit(tx, "ACME", british)).expect("country");
    invoice_guards::add_invoices(&mut fixture);
    add_emails(&mut fixture);
    let account = NewAccount { cug: vec![valid("+447700900123")], ..new_account("acme1") };
    fixture.add_account("ACME", account).expect("account");
    fixture.write(|tx| service::new(tx, new_service("premium", "SMS", "2"))).expect("service");
    fixture.write(|tx| smpp::set_service(tx, "acme1", "premium", Some(valid(NOON)))).expect("service of account");
    fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some("premium"), None)).expect("overlay");
    let vault = std::rc::Rc::clone(&fixture.vault);
    fixture.write(|tx| smpp::rotate(tx, &vault, "acme1", None, valid("1h"))).expect("rotated");
    let person = ContactDetails { name: valid("Jo"), email: None, mobile: None, roles: valid("billing") };
    // A minute before the events above: the clock was set back.
    fixture.at("2026-11-24T11:59:00Z").write(|tx| contact::add(tx, "ACME", person)).expect("contact");
    fixture.write(outbox::begin_run).expect("run");
    fixture.write(|tx| import_a_message(tx, "acme1")).expect("import");
    for plan in ["premium", "standard"] {
        let new = NewPrice { destination: valid("GB"), price: valid("3"), effective_from: None, until: None };
        fixture.write(|tx| price::set(tx, plan, new)).expect("price");
    }
    let (from, until) = (valid("2024-10-04T00:00:00Z"), valid("2024-10-05T00:00:00Z"));
    let run = RepriceRequest { from, until, accounts: RepriceAccounts::All, key: Some(valid("october")) };
    fixture.write(|tx| traffic::reprice(tx, &run)).expect("reprice");
    fixture.write(|tx| tx.record_price_notice(1, 1)).expect("notice");
    fixture.write(|tx| tx.set_applied(&valid("apply"), 1)).expect("applied");
    fixture.write(|tx| balance::post_accrued(tx, DueCharges::All)).expect("post");
    fixture.write(|tx| traffic::forget_before(tx, 10)).expect("prune");
    let empty: Vec<String> =
        fixture.dump().into_iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table).collect();
    assert!(empty.is_empty(), "nothing is in {empty:?}");
    let copy = fixture.folder.path().join("copy.db");
    // What a table that is gone left free holds nothing, and no damage to it is found.
    fixture.raw().execute_batch("VACUUM").expect("vacuum");
    fixture.store.backup(&copy, false).expect("backup");
    fs::read(copy).expect("read")
}

/// Sends an invoice with its XML, reminds of another, stops the reminders of the first, and records a forecast.
fn add_emails(fixture: &mut Fixture) {
    let mailing = InvoiceMailing { make_xml: Some(Arc::new(|_| Ok("<Invoice/>".to_owned()))), ..mailing() };
    let request = SendRequest { to: Some(vec![valid("pay@acme.example")]), again: false };
    let emails = fixture.write(|tx| {
        invoice::send(tx, &invoicing(), &mailing, "INV-2026-0001", &request)?;
        invoice::hold(tx, "INV-2026-0001")?;
        let key = ForecastKey { warning: None, kind: ForecastKind::NoTraffic, account_id: None };
        tx.insert_forecast_alert(key, true, ForecastCause::Check, &ForecastFigures::default())
    });
    emails.expect("emails");
    fixture.at("2026-12-24T12:00:00Z");
    fixture.write(|tx| invoice::remind(tx, &invoicing(), &mailing, &[valid("+1d")], None)).expect("reminders");
    fixture.at(NOON);
}

/// Everything that is wrong with a database of these bytes.
fn faults(bytes: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("test.db");
    fs::write(&path, bytes).expect("written");
    let location = Location { path, create: false, wait: std::time::Duration::ZERO };
    let mut store = match open(&location, NOON) {
        Ok(store) => store,
        Err(error) => return vec![error.to_string()],
    };
    let snapshot = match store.read() {
        Ok(snapshot) => snapshot,
        Err(error) => return vec![error.to_string()],
    };
    // Lists of a damaged file may fail, and must not panic.
    let _ = collect(|each| snapshot.customers(&every_customer(), each));
    let _ = collect(|each| snapshot.smpp_accounts(&SmppFilter::of_customer(1), each));
    let _ = snapshot.emails_of(&OutboxFilter::default());
    let _ = snapshot.unrecorded_crossings();
    snapshot.check().findings
}

#[test]
fn a_sound_file_has_no_faults() {
    assert_eq!(faults(&sound()), Vec::<String>::new());
}

#[test]
fn a_page_that_was_overwritten_is_found_wherever_it_is() {
    const PAGE: usize = 4096;
    let sound = sound();
    for at in (0..sound.len()).step_by(PAGE) {
        for filling in [0x00, 0xa5, 0xff] {
            let mut damaged = sound.clone();
            damaged[at..at + PAGE].fill(filling);
            assert!(!faults(&damaged).is_empty(), "page {} filled with {filling:02x}", at / PAGE + 1);
        }
    }
}

#[test]
fn a_file_that_was_cut_is_found() {
    let sound = sound();
    for part in 1..8 {
        assert!(!faults(&sound[..sound.len() * part / 8]).is_empty(), "{part} eighths");
    }
}

#[test]
fn a_value_that_breaks_its_rule_is_damage_and_not_a_guess() {
    for (damage, name) in [
        ("UPDATE customer SET phone = '+1' WHERE id = 1", "ACME"),
        ("UPDATE customer SET country = 'XX' WHERE id = 1", "ACME"),
        ("UPDATE customer SET invoice_emails = '[\"no address\"]' WHERE id = 1", "ACME"),
        ("UPDATE customer SET created_at = 'yesterday' WHERE id = 1", "ACME"),
    ] {
        let mut fixture = Fixture::with_acme();
        fixture.raw().execute_batch(damage).unwrap();
        let snapshot = fixture.store.read().unwrap();
        assert!(matches!(snapshot.customer(name), Err(Error::Damaged(_))), "{damage}");
        assert!(!snapshot.check().findings.is_empty(), "{damage}");
    }
}

#[test]
fn a_warning_or_email_that_breaks_its_rule_is_found() {
    for damage in [
        "UPDATE warning SET customer_recipients = '[\"no address\"]'",
        "UPDATE warning SET unit = 'QQQ' WHERE customer_id = 1",
        "UPDATE outbox_email SET recipient = 'nobody' WHERE id = 1",
        "UPDATE outbox_email SET template = 'love' WHERE id = 1",
        "UPDATE outbox_email SET created_at = 'yesterday' WHERE id = 1",
        "UPDATE outbox_attempt SET number = 7 WHERE email_id = 1",
        "INSERT INTO smpp_account SELECT 9, 1, 'acme9', zeroblob(50), NULL, NULL, NULL, NULL, 1, 1, 1, 1, 1, NULL, NULL, '[]',
            NULL, NULL, NULL, '[]', '2026-11-24T12:00:00.000Z', '2026-11-24T12:00:00.000Z', NULL, 0, NULL;
         INSERT INTO cug_number VALUES (9, '+1')",
    ] {
        let mut fixture = ledger_guards::fixture();
        fixture.raw().execute_batch(&format!("PRAGMA foreign_keys = OFF; {damage}")).unwrap();
        assert!(!fixture.findings().is_empty(), "{damage}");
    }
}

#[test]
fn a_row_whose_owner_is_gone_is_found() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    fixture.raw().execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM customer").unwrap();
    let findings = fixture.findings().join("\n");
    assert!(findings.contains("smpp_account 1 refers to a customer that does not exist"), "{findings}");
}

#[test]
fn an_account_in_use_whose_customer_is_archived_is_found() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    fixture.raw().execute_batch("UPDATE customer SET archived_at = updated_at").unwrap();
    assert_eq!(fixture.findings(), ["SMPP account acme1 does not follow the archiving of its customer ACME"]);
}

#[test]
fn every_kind_of_fault_is_found_in_one_run() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "1");
    fixture.account("ACME", "acme1");
    fixture
        .raw()
        .execute_batch(
            "DROP TRIGGER entry_is_never_changed; DROP TRIGGER event_is_never_deleted;
             UPDATE customer SET phone = '+1'; UPDATE smpp_account SET mo_numbers = '[\"none\"]';
             UPDATE entry SET description = 'other'; UPDATE balance SET balance_e8 = 7; DELETE FROM event WHERE id = 2",
        )
        .unwrap();
    let findings = fixture.findings().join("\n");
    for part in ["customers:", "SMPP accounts:", "entry 1", "balance ACME SMS", "event 2 is missing"] {
        assert!(findings.contains(part), "no word of {part} in:\n{findings}");
    }
}
