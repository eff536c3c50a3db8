//! Exports to accounting programs: each document once per program, by one run at a time, and a run as it was.

use std::thread;

use ssgctl::model::invoice::{AccountingProgram, ExportFile, ExportRun};
use ssgctl::ops::invoice::{ExportRequest, ExportSelection, record_export, select_for_export};
use ssgctl::ops::payment;

use crate::support::billing::{invoicing, paying};
use crate::support::fixture::{Fixture, NOON, valid};

fn request(program: AccountingProgram, again: bool) -> ExportRequest {
    ExportRequest { program, first_day: valid("2026-11-01"), last_day: valid("2026-11-30"), again }
}

fn select(fixture: &mut Fixture, program: AccountingProgram, again: bool) -> ExportSelection {
    fixture.read(|now| select_for_export(now, &request(program, again)))
}

/// What is selected, by the names of documents and the numbers of payments, and what is to be entered by hand.
fn named(selection: &ExportSelection) -> (Vec<String>, Vec<i64>, Vec<i64>) {
    (
        selection.documents.iter().map(ssgctl::model::invoice::Invoice::name).collect(),
        selection.payments.iter().map(|payment| payment.id).collect(),
        selection.by_hand.iter().map(|entry| entry.id).collect(),
    )
}

fn export(fixture: &mut Fixture, program: AccountingProgram) -> ExportRun {
    let request = request(program, false);
    let files = [ExportFile { name: "a.csv".to_owned(), content: "number\r\nINV-2026-0001\r\n".to_owned() }];
    fixture
        .write(|tx| {
            let selection = select_for_export(tx, &request)?;
            record_export(tx, &request, &selection, &files)
        })
        .expect("exported")
}

#[test]
fn each_document_is_exported_to_a_program_once() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["100"]);
    fixture.credit_invoice("INV-2026-0001", &[(1, Some("10"))]).expect("credited");
    fixture.pay("50", paying(&["INV-2026-0001"])).expect("paid");
    let invoices = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let both = invoices(&["INV-2026-0001", "CN-2026-0001"]);
    let hledger = AccountingProgram::Hledger;
    assert_eq!(named(&select(&mut fixture, hledger, false)), (both.clone(), vec![3], vec![]));
    assert_eq!(named(&select(&mut fixture, AccountingProgram::Xero, false)), (both.clone(), vec![], vec![]));
    let quickbooks = named(&select(&mut fixture, AccountingProgram::Quickbooks, false));
    assert_eq!(quickbooks, (invoices(&["INV-2026-0001"]), vec![], vec![2]));
    let first = export(&mut fixture, hledger);
    assert_eq!((first.id, first.program), (1, hledger));
    // Nothing is left for the same program; another has not seen any of it.
    let again = select(&mut fixture, hledger, false);
    assert!(again.is_empty());
    assert_eq!((again.exported_before, again.last_run), (3, Some(1)));
    assert_eq!(named(&select(&mut fixture, AccountingProgram::Sage50, false)), (both.clone(), vec![3], vec![]));
    // What came since is exported, and with `again` everything.
    fixture.invoice(&["20"]);
    fixture.write(|tx| payment::reverse(tx, &invoicing(), &reversal(3))).expect("reversed");
    assert_eq!(named(&select(&mut fixture, hledger, false)), (invoices(&["INV-2026-0002"]), vec![5], vec![]));
    let all = invoices(&["INV-2026-0001", "CN-2026-0001", "INV-2026-0002"]);
    assert_eq!(named(&select(&mut fixture, hledger, true)), (all.clone(), vec![3, 5], vec![]));
    // A payment that was reversed can be imported into Sage 50, but its reversal cannot.
    assert_eq!(named(&select(&mut fixture, AccountingProgram::Sage50, false)), (all, vec![3], vec![5]));
    let runs = fixture.read(|now| now.exports_of(1));
    assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [1]);
    let files = fixture.read(|now| now.export_files(1));
    assert_eq!(files[0].content, "number\r\nINV-2026-0001\r\n");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

fn reversal(payment: i64) -> payment::PaymentReversal {
    payment::PaymentReversal { payment, description: valid("bounced"), key: None }
}

#[test]
fn of_two_exports_at_once_one_has_the_documents() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["100"]);
    let request = request(AccountingProgram::Xero, false);
    let exported: usize = thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| {
                let (mut store, origin) = (fixture.another_store(NOON), fixture.origin.clone());
                scope.spawn(move || {
                    let mut tx = store.write(&origin).expect("lock");
                    let selection = select_for_export(&tx, &request).expect("selected");
                    if !selection.is_empty() {
                        record_export(&mut tx, &request, &selection, &[]).expect("recorded");
                    }
                    tx.commit().expect("committed");
                    selection.documents.len()
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("joined")).sum()
    });
    assert_eq!(exported, 1);
    assert_eq!(fixture.read(|now| now.exports_of(1)).len(), 1);
}
