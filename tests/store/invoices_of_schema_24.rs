//! Databases and documents of schema 24, which billed the usage of a customer from a first month on, and kept no hash of invoices.

use std::time::Duration;

use ssgctl::ops::invoice::{self, RunRequest};
use ssgctl::report::Month;
use ssgctl::store::{Location, SCHEMA_VERSION, Store};

use super::invoice_guards::{disarmed, fixture};
use crate::formats::document::{read, sealed, written};
use crate::support::billing::invoicing;
use crate::support::fixture::{Fixture, NOON, location, open, valid};

/// The database that schema 24 had of the fixture: with the table and without the column that schema 27 changes.
fn downgraded() -> Fixture {
    let mut fixture = fixture();
    let customer = fixture.read(|now| now.customer("USAGE")).id;
    let raw = disarmed(&fixture);
    let sql = format!(
        "DROP TABLE applied_tree;
         ALTER TABLE customer DROP COLUMN managed_by;
         ALTER TABLE smpp_account DROP COLUMN managed_by;
         DROP INDEX outbox_email_by_forecast_alert;
         ALTER TABLE outbox_email DROP COLUMN forecast_alert_id;
         DROP TABLE forecast_alert;
         ALTER TABLE warning DROP COLUMN days_left;
         ALTER TABLE warning DROP COLUMN surge;
         ALTER TABLE warning DROP COLUMN silent_hours;
         ALTER TABLE warning DROP COLUMN traffic_to_customer;
         DROP TABLE exported_entry;
         DROP TABLE export_file;
         DROP TABLE export_run;
         DROP TABLE reminder_hold;
         DROP TABLE invoice_email;
         DROP TABLE invoice_reminder;
         DROP TABLE outbox_attachment;
         DROP TABLE attached_file;
         ALTER TABLE usage_bill DROP COLUMN prepaid_e8;
         CREATE TABLE postpaid_start (customer_id INTEGER PRIMARY KEY REFERENCES customer (id), month TEXT NOT NULL) STRICT;
         INSERT INTO postpaid_start VALUES ({customer}, '2026-12-01');
         PRAGMA user_version = 24"
    );
    raw.execute_batch(&sql).expect("downgraded");
    fixture
}

#[test]
fn a_database_is_migrated_and_its_invoices_stay() {
    let old = downgraded();
    let folder = tempfile::tempdir().expect("folder");
    let place = Location { create: false, wait: Duration::ZERO, ..location(&folder) };
    old.raw().execute("VACUUM INTO ?1", [place.path.to_str()]).expect("copied");
    let migration = Store::migrate(&place).expect("migrated");
    assert_eq!((migration.from, migration.to), (24, SCHEMA_VERSION));
    let mut store = open(&place, NOON).expect("opened");
    let snapshot = store.read().expect("a snapshot");
    assert_eq!(snapshot.check().findings, Vec::<String>::new());
    let usage = snapshot.customer("USAGE").expect("a customer").id;
    let (_, bill) = snapshot.last_usage_bill(usage, valid("EUR")).expect("read").expect("a bill");
    assert_eq!((bill.usage, bill.prepaid), (valid("0.555"), valid("0")));
    drop(snapshot);
    let request = RunRequest { month: Month::of(valid("2026-10-01")), customers: Vec::new(), issue: true };
    let mut tx = store.write(&old.origin).expect("a transaction");
    assert!(invoice::run(&mut tx, &invoicing(), &request).expect("run").invoices.is_empty(), "nothing is billed again");
}

#[test]
fn a_document_is_imported_without_the_first_months() {
    let mut fixture = fixture();
    let now = written(&mut fixture).replace(&format!("\"schema\":{SCHEMA_VERSION}"), "\"schema\":24");
    let (start, rest) = now.split_once("{\"event\":").expect("events");
    let start = start.replace(",\"prepaid_e8\":\"0\"", "");
    let text =
        format!("{start}{{\"postpaid_start\":{{\"customer_id\":1,\"month\":\"2026-12-01\"}}}}\n{{\"event\":{rest}");
    let mut other = Fixture::new();
    read(&mut other, &sealed(&text)).expect("read");
    assert_eq!(written(&mut other), written(&mut fixture));
    let unknown = sealed(&text.replace("\"schema\":24", &format!("\"schema\":{SCHEMA_VERSION}")));
    let refused = read(&mut Fixture::new(), &unknown).expect_err("a table that does not exist");
    assert!(refused.contains("unknown table"), "{refused}");
}
