//! Issued invoices and receivables are never changed: SQLite refuses it, and what is changed by force is found.

use rusqlite::Connection;

use ssgctl::model::invoice::{AccountingProgram, ExportFile, FeeDetails};
use ssgctl::model::{Billing, CustomerDetails};
use ssgctl::ops::invoice::{self, ExportRequest, RunRequest, record_export, select_for_export};
use ssgctl::ops::{customer, service};
use ssgctl::report::Month;

use crate::support::billing::{invoicing, paying};
use crate::support::fixture::{Fixture, NOON, location, new_account, new_service, open, valid};
use crate::support::traffic::import_message;

/// Two invoices, one of them a paid top-up, a credit note in part, and a payment of which a part is left.
pub(crate) fn fixture() -> Fixture {
    let mut fixture = Fixture::with_buyer();
    add_invoices(&mut fixture);
    fixture
}

/// Adds them to a database whose customer ACME is in Great Britain.
pub(crate) fn add_invoices(fixture: &mut Fixture) {
    fixture.invoice(&["100", "50"]);
    let pro_forma = fixture.pro_forma("5000", "200").id.to_string();
    fixture.pay("250", paying(&[&pro_forma])).expect("paid");
    fixture.invoice(&["10"]);
    fixture.credit_invoice("INV-2026-0001", &[(1, Some("10"))]).expect("credited");
    fixture.pay("30", paying(&["INV-2026-0001"])).expect("paid");
    bill_usage(fixture);
    export(fixture);
}

/// Exports what was issued and paid.
fn export(fixture: &mut Fixture) {
    let request = ExportRequest {
        program: AccountingProgram::Hledger,
        first_day: valid("2026-01-01"),
        last_day: valid("2026-12-31"),
        again: false,
    };
    let file = ExportFile { name: "hledger.journal".to_owned(), content: "commodity EUR\n".to_owned() };
    let exported = fixture.write(|tx| {
        let selection = select_for_export(tx, &request)?;
        record_export(tx, &request, &selection, &[file])
    });
    exported.expect("exported");
}

/// Bills a message of October 2024, and a fee, to another customer.
fn bill_usage(fixture: &mut Fixture) {
    fixture.customer("USAGE");
    fixture.write(|tx| service::new(tx, new_service("euro", "EUR", "0.555"))).expect("service");
    let mut account = new_account("usage");
    account.details.service = valid("euro");
    fixture.add_account("USAGE", account).expect("account");
    fixture.write(|tx| import_message(tx, "usage", 9)).expect("import");
    let postpaid = |details: &mut CustomerDetails| {
        details.billing = Billing::Postpaid;
        details.country = Some(valid("GB"));
        Ok(())
    };
    fixture.write(|tx| customer::edit(tx, "USAGE", postpaid)).expect("postpaid");
    let first_day = valid("2024-10-01");
    let fee = FeeDetails {
        currency: valid("EUR"),
        description: valid("Number rental"),
        amount: valid("20"),
        monthly: false,
        first_day,
        last_day: None,
    };
    fixture.write(|tx| invoice::fee::add(tx, "USAGE", &fee)).expect("fee");
    let request = RunRequest { month: Month::of(first_day), customers: Vec::new(), issue: true };
    let made = fixture.write(|tx| invoice::run(tx, &invoicing(), &request)).expect("run");
    assert_eq!(made.invoices.len(), 1);
}

pub(crate) fn disarmed(fixture: &Fixture) -> Connection {
    let raw = fixture.raw();
    let triggers: Vec<String> = {
        let mut statement = raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.collect::<rusqlite::Result<_>>().unwrap()
    };
    for name in &triggers {
        raw.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    raw.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").unwrap();
    raw
}

#[test]
fn what_is_issued_or_booked_is_never_changed_deleted_or_replaced_not_even_by_sql() {
    let fixture = fixture();
    let raw = fixture.raw();
    let before = fixture.dump();
    for table in ["receivable", "allocation", "issued_invoice", "invoice", "usage_bill", "billed_usage", "billed_fee"] {
        let key = if ["receivable", "allocation", "invoice"].contains(&table) { "id" } else { "invoice_id" };
        for sql in [
            format!("UPDATE {table} SET {key} = {key}"),
            format!("DELETE FROM {table}"),
            format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}"),
            format!("UPDATE OR REPLACE {table} SET {key} = {key} WHERE {key} > 0"),
        ] {
            assert!(raw.execute_batch(&sql).is_err(), "{sql}");
        }
    }
    for table in ["export_run", "export_file", "exported_entry"] {
        let key = if table == "export_run" { "id" } else { "run_id" };
        for sql in [
            format!("UPDATE {table} SET {key} = {key}"),
            format!("DELETE FROM {table}"),
            format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}"),
        ] {
            assert!(raw.execute_batch(&sql).is_err(), "{sql}");
        }
    }
    for sql in [
        "UPDATE invoice_line SET net_e8 = 1",
        "DELETE FROM invoice_line",
        "INSERT INTO invoice_line
        SELECT invoice_id, 9, description, NULL, NULL, 1, NULL, 1, 1, NULL FROM invoice_line",
    ] {
        assert!(raw.execute_batch(sql).is_err(), "{sql}");
    }
    assert_eq!(fixture.dump(), before);
}

#[test]
fn whatever_is_changed_behind_the_programs_back_is_found() {
    let fixture = fixture();
    let number = "UPDATE issued_invoice SET number = 'INV-2026-0009', counter = 9 WHERE number = 'INV-2026-0003'";
    for (sql, finding) in [
        (number, "the series INV-2026- has a hole before INV-2026-0009"),
        ("DELETE FROM issued_invoice WHERE number = 'INV-2026-0003'", "issued invoice INV-2026-0003, which is not in"),
        ("DELETE FROM receivable WHERE id = (SELECT max(id) FROM receivable)", "is not in the ledger of receivables"),
        ("UPDATE receivable SET amount_e8 = 1 WHERE id = 1", "receivable 1, or the one before it, was changed"),
        ("UPDATE receivable SET balance_after_e8 = 1 WHERE id = 2", "receivable 2 states a wrong sum"),
        (
            "UPDATE issued_invoice SET gross_e8 = gross_e8 + 1000000 WHERE invoice_id = 1",
            "differs from its issued copy",
        ),
        ("UPDATE issued_invoice SET pdf = x'00' WHERE invoice_id = 1", "INV-2026-0001 has a PDF that was changed"),
        ("UPDATE issued_invoice SET pdf = NULL WHERE invoice_id = 1", "INV-2026-0001 has a PDF that was changed"),
        (
            "UPDATE issued_invoice SET copy = replace(copy, 'ACME', 'OTHER') WHERE invoice_id = 1",
            "INV-2026-0001 has an issued copy that was changed",
        ),
        (
            "UPDATE issued_invoice SET entry_id = NULL WHERE entry_id IS NOT NULL",
            "does not have the entry of its top-up",
        ),
        ("UPDATE invoice_line SET net_e8 = net_e8 + 1000000 WHERE invoice_id = 1", "differs from its issued copy"),
        ("UPDATE allocation SET amount_e8 = 99900000000 WHERE id = 1", "allocation 1 allocates more of receivable"),
        ("UPDATE allocation SET amount_e8 = amount_e8 + 1 WHERE id = 1", "allocation 1, or the one before it, was"),
        ("DELETE FROM allocation WHERE id = 1", "allocation 1 is missing"),
        ("UPDATE billed_usage SET charge_e8 = 1", "bills other usage than it says"),
        ("DELETE FROM billed_usage", "bills other usage than it says"),
        ("UPDATE usage_bill SET carried_before_e8 = 1", "does not carry on what the one before left"),
        ("INSERT INTO billed_fee SELECT 1, fee_id, first_day, last_day, net_e8 FROM billed_fee", "fee 1 has days"),
        ("DELETE FROM traffic_monthly", "customer USAGE was charged another amount in EUR than its traffic says"),
        ("DELETE FROM usage_bill", "does not have the entry of its top-up or usage"),
        (
            "UPDATE issued_invoice SET entry_id = NULL WHERE number = 'INV-2026-0004'",
            "takes usage out of a balance without an invoice",
        ),
        ("UPDATE issued_invoice SET timezone = 'Asia/Tokyo' WHERE invoice_id = 1", "of more than one time zone"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let copy = location(&folder);
        fixture.store.backup(&copy.path, false).unwrap();
        let forged = Fixture { folder, store: open(&copy, NOON).unwrap(), ..self::fixture() };
        disarmed(&forged).execute_batch(sql).unwrap();
        let findings = open(&copy, NOON).unwrap().read().unwrap().check().findings;
        assert!(findings.iter().any(|found| found.contains(finding)), "{sql}: {findings:#?}");
    }
}

#[test]
fn a_document_takes_invoices_and_receivables_along() {
    let mut fixture = fixture();
    let text = crate::formats::document::written(&mut fixture);
    let mut other = Fixture::new();
    crate::formats::document::read(&mut other, &text).expect("read");
    assert_eq!(other.findings(), Vec::<String>::new());
    assert_eq!(crate::formats::document::written(&mut other).lines().count(), text.lines().count());
    assert_eq!(other.copy_of_invoice("INV-2026-0002"), fixture.copy_of_invoice("INV-2026-0002"));
}
