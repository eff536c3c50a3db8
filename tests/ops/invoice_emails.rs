//! Emails of invoices: once to each recipient, with the stored PDF, and sent when the server accepts them.

use std::sync::Arc;
use std::thread;

use ssgctl::model::invoice::{Invoice, InvoiceEmailKind};
use ssgctl::model::{AttachedFile, EmailState, OutboxEmail, SendOutcome};
use ssgctl::ops::invoice::{self, InvoiceMailing, Invoicing, QueuedInvoice, SendRequest};
use ssgctl::ops::{customer, outbox, payment};
use ssgctl::store::InvoiceFilter;
use ssgctl::{Error, Result};

use crate::ops::dispatch::renderer;
use crate::support::billing::{invoicing, paying, payment_of};
use crate::support::fixture::{Fixture, assert_refused, collect, valid};

pub fn mailing() -> InvoiceMailing {
    let renderer = renderer();
    InvoiceMailing { compose: Arc::new(move |notice| renderer.compose_invoice(notice)), make_xml: None }
}

/// ACME, whose invoices go to two addresses.
pub fn fixture() -> Fixture {
    let mut fixture = Fixture::with_buyer();
    set_addresses(&mut fixture, &["pay@acme.example", "cfo@acme.example"]);
    fixture
}

fn set_addresses(fixture: &mut Fixture, addresses: &[&str]) {
    let addresses = addresses.iter().map(|address| valid(address)).collect();
    let edited = fixture.write(|tx| {
        customer::edit(tx, "ACME", |details| {
            details.invoice_emails = addresses;
            Ok(())
        })
    });
    edited.expect("edited");
}

fn send_with(
    fixture: &mut Fixture,
    mailing: &InvoiceMailing,
    name: &str,
    request: &SendRequest,
) -> Result<Vec<QueuedInvoice>> {
    fixture.write(|tx| invoice::send(tx, &invoicing(), mailing, name, request))
}

fn send(fixture: &mut Fixture, name: &str) -> Vec<QueuedInvoice> {
    send_with(fixture, &mailing(), name, &SendRequest::default()).expect("queued")
}

/// `recipient replayed` of each email.
fn shown(queued: &[QueuedInvoice]) -> Vec<String> {
    queued.iter().map(|queued| format!("{} {}", queued.email.recipient, queued.replayed)).collect()
}

pub fn conclude(fixture: &mut Fixture, email: i64, outcome: &SendOutcome) -> OutboxEmail {
    let concluded = fixture.write(|tx| {
        let email = tx.email(email)?;
        let email = outbox::claim_one(tx, email)?;
        outbox::record(tx, email, outcome)
    });
    concluded.expect("recorded")
}

fn files(fixture: &mut Fixture, email: i64) -> Vec<AttachedFile> {
    fixture.read(|now| now.attached_files(email))
}

fn unsent(fixture: &mut Fixture) -> Vec<String> {
    let filter = InvoiceFilter { is_sent: Some(false), ..InvoiceFilter::default() };
    let invoices: Vec<Invoice> = fixture.read(|now| collect(|each| now.invoices(&filter, each)));
    invoices.iter().map(Invoice::name).collect()
}

#[test]
fn each_recipient_gets_an_invoice_once_unless_another_copy_is_asked_for() {
    let mut fixture = fixture();
    let name = fixture.invoice(&["50"]).name();
    assert_eq!(shown(&send(&mut fixture, &name)), ["pay@acme.example false", "cfo@acme.example false"]);
    let before = fixture.dump();
    assert_eq!(shown(&send(&mut fixture, &name)), ["pay@acme.example true", "cfo@acme.example true"]);
    assert_eq!(fixture.dump(), before, "nothing is recorded, not even in the audit log");
    set_addresses(&mut fixture, &["cfo@acme.example", "new@acme.example"]);
    assert_eq!(shown(&send(&mut fixture, &name)), ["cfo@acme.example true", "new@acme.example false"]);
    let again = SendRequest { to: Some(vec![valid("cfo@acme.example")]), again: true };
    assert_eq!(shown(&send_with(&mut fixture, &mailing(), &name, &again).unwrap()), ["cfo@acme.example false"]);
    // What failed for good did not arrive.
    conclude(&mut fixture, 1, &SendOutcome::Refused("550 no such user".to_owned()));
    let to = SendRequest { to: Some(vec![valid("pay@acme.example")]), again: false };
    assert_eq!(shown(&send_with(&mut fixture, &mailing(), &name, &to).unwrap()), ["pay@acme.example false"]);
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn an_invoice_is_sent_when_the_server_accepts_it_and_not_before() {
    let mut fixture = fixture();
    let name = fixture.invoice(&["50"]).name();
    let other = fixture.invoice(&["20"]).name();
    assert_eq!(unsent(&mut fixture), [name.clone(), other.clone()]);
    let emails = send(&mut fixture, &name);
    let sent_at = |fixture: &mut Fixture| fixture.invoice_now(&name).sent_at;
    assert_eq!(sent_at(&mut fixture), None);
    fixture.at("2026-11-24T12:01:00Z");
    conclude(&mut fixture, emails[0].email.id, &SendOutcome::Refused("550".to_owned()));
    assert_eq!((sent_at(&mut fixture), unsent(&mut fixture).len()), (None, 2));
    fixture.at("2026-11-24T12:02:00Z");
    conclude(&mut fixture, emails[1].email.id, &SendOutcome::Sent);
    assert_eq!(sent_at(&mut fixture), Some(valid("2026-11-24T12:02:00Z")));
    assert_eq!(unsent(&mut fixture), [other]);
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn credit_notes_and_invoices_have_the_stored_pdf_and_the_configured_xml() {
    let mut fixture = fixture();
    let name = fixture.invoice(&["50"]).name();
    let note = fixture.credit_invoice(&name, &[]).unwrap().name();
    let with_xml =
        InvoiceMailing { make_xml: Some(Arc::new(|copy| Ok(format!("<x>{}</x>", copy.totals.gross)))), ..mailing() };
    for (name, template) in [(&name, "invoice"), (&note, "credit-note")] {
        let queued = send_with(&mut fixture, &with_xml, name, &SendRequest::default()).unwrap();
        assert_eq!(queued[0].email.content.template.as_str(), template);
        let files = files(&mut fixture, queued[0].email.id);
        let shown: Vec<(&str, &str, &[u8])> =
            files.iter().map(|file| (file.file_name.as_str(), file.media_type.as_str(), &*file.bytes)).collect();
        let (pdf, xml) = (format!("{name}.pdf"), format!("{name}.xml"));
        assert_eq!(
            shown,
            [(pdf.as_str(), "application/pdf", name.as_bytes()), (&xml, "application/xml", b"<x>60</x>")]
        );
        let text = &queued[0].email.content.text;
        assert!(text.contains("60.00 EUR") && text.contains(name.as_str()), "{text}");
    }
}

#[test]
fn what_cannot_be_sent_is_refused_and_queues_nothing() {
    let mut fixture = fixture();
    let (draft, name) = (fixture.draft(&["50"]).name(), fixture.invoice(&["50"]).name());
    let (held, cancelled) = (fixture.pro_forma("10", "5").name(), fixture.pro_forma("10", "5").name());
    fixture.write(|tx| invoice::hold(tx, &held)).unwrap();
    fixture.write(|tx| invoice::cancel(tx, &cancelled)).unwrap();
    let before = fixture.dump();
    for name in [&draft, &held, &cancelled] {
        assert_refused!(
            send_with(&mut fixture, &mailing(), name, &SendRequest::default()),
            Error::Refused(reason) if reason.starts_with(&format!("draft {name} "))
        );
    }
    let no_xml = InvoiceMailing { make_xml: Some(Arc::new(|_| Err("BR-10".to_owned()))), ..mailing() };
    assert_refused!(
        send_with(&mut fixture, &no_xml, &name, &SendRequest::default()),
        Error::Refused(reason) if reason.ends_with("has no XML by EN 16931: BR-10")
    );
    assert_eq!(fixture.dump(), before);
    let compose: invoice::ComposeNotice = Arc::new(|_| Err(Error::Email("template invoice.txt: broken".to_owned())));
    let broken = InvoiceMailing { compose, ..mailing() };
    let sent = fixture.write(|tx| {
        let invoice = tx.invoice(&name)?;
        invoice::send_if_possible(tx, &invoicing(), &broken, &invoice)
    });
    assert_eq!(sent.unwrap(), []);
    set_addresses(&mut fixture, &[]);
    assert_refused!(
        send_with(&mut fixture, &mailing(), &name, &SendRequest::default()),
        Error::NoRecipient { customer, of_invoice: true } if customer.as_str() == "ACME"
    );
    let sent = fixture.write(|tx| {
        let invoice = tx.invoice(&name)?;
        invoice::send_if_possible(tx, &invoicing(), &mailing(), &invoice)
    });
    assert_eq!(sent.unwrap(), []);
    assert!(fixture.emails().is_empty());
}

fn with_mailing() -> Invoicing {
    Invoicing { mailing: Some(mailing()), ..invoicing() }
}

#[test]
fn a_paid_pro_forma_queues_its_invoice_in_the_transaction_of_the_payment_once_per_key() {
    let mut fixture = fixture();
    let id = fixture.pro_forma("5000", "200").id.to_string();
    let mut request = payment_of("240", paying(&[&id]));
    request.key = Some(valid("bank-1"));
    for _ in 0..2 {
        fixture.write(|tx| payment::record(tx, &with_mailing(), "ACME", &request)).unwrap();
    }
    let emails = fixture.emails();
    assert_eq!(emails.len(), 2);
    let text = emails[0].content.text.replace('\n', " ");
    assert!(text.contains("It is paid: nothing is due. 5000 SMS credits were added to your balance."), "{text}");
    assert_eq!(files(&mut fixture, 1)[0].bytes, b"INV-2026-0001");
    let invoice = fixture.invoice_now("INV-2026-0001");
    let about = fixture.read(|now| now.invoice_emails(invoice.id));
    assert!(about.iter().all(|email| email.kind == InvoiceEmailKind::Document));
    // A part of the amount issues nothing, so there is nothing to send.
    let part = fixture.pro_forma("5000", "200").id.to_string();
    fixture.write(|tx| payment::record(tx, &with_mailing(), "ACME", &payment_of("1", paying(&[&part])))).unwrap();
    assert_eq!(fixture.emails().len(), 2);
    // Without an address, the payment counts all the same.
    set_addresses(&mut fixture, &[]);
    fixture.write(|tx| payment::record(tx, &with_mailing(), "ACME", &payment_of("239", paying(&[&part])))).unwrap();
    assert_eq!((fixture.emails().len(), fixture.state_of(&part, "2026-11-24")), (2, "paid"));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_pro_forma_is_sent_as_it_was_and_its_waiting_email_is_cancelled_when_it_is_paid() {
    let mut fixture = fixture();
    let id = fixture.pro_forma("5000", "200").id.to_string();
    let make_pdf: invoice::MakePdf = Arc::new(|_, copy| Ok(Some(copy.payment.reference.to_string().into_bytes())));
    let proforma = Invoicing { make_pdf, ..invoicing() };
    let queued = fixture.write(|tx| invoice::send(tx, &proforma, &mailing(), &id, &SendRequest::default())).unwrap();
    let files = files(&mut fixture, queued[0].email.id);
    assert_eq!((files[0].file_name.as_str(), files.len()), ("pro-forma-1.pdf", 1));
    conclude(&mut fixture, queued[0].email.id, &SendOutcome::Sent);
    assert!(fixture.invoice_now(&id).sent_at.is_some());
    fixture.pay("240", paying(&[&id])).unwrap();
    assert_eq!(fixture.invoice_now(&id).sent_at, None, "the invoice itself was not sent");
    let waiting = queued[1].email.clone();
    assert!(fixture.write(|tx| invoice::cancel_outdated_email(tx, &waiting)).unwrap());
    let email = fixture.read(|now| now.email(waiting.id));
    assert_eq!((email.state, email.last_error.as_deref()), (EmailState::Cancelled, Some("the pro-forma was paid")));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_lost_email_of_an_invoice_is_found() {
    for (change, finding) in [
        ("DELETE FROM invoice_email WHERE email_id = 1", "invoice INV-2026-0001 has 1 emails, but the audit log has 2"),
        ("DELETE FROM invoice_email WHERE email_id = 1", "email 1 is not about an invoice"),
        ("UPDATE invoice_email SET invoice_id = 2 WHERE email_id = 1", "email 1 does not have the PDF of its invoice"),
        ("UPDATE outbox_email SET template = 'test' WHERE id = 1", "email 1 does not match its invoice"),
        ("UPDATE outbox_email SET customer_id = NULL WHERE id = 1", "email 1 does not match its invoice"),
    ] {
        let mut fixture = fixture();
        let name = fixture.invoice(&["50"]).name();
        fixture.invoice(&["20"]);
        send(&mut fixture, &name);
        fixture.raw().execute_batch(change).unwrap();
        let findings = fixture.findings().join("\n");
        assert!(findings.contains(finding), "{change}: {findings}");
    }
}

#[test]
fn six_at_once_send_an_invoice_and_its_reminder_once() {
    const OVERDUE: &str = "2026-12-09T12:00:00Z";
    let mut fixture = fixture();
    let name = fixture.invoice(&["50"]).name();
    fixture.at(OVERDUE);
    thread::scope(|scope| {
        for _ in 0..6 {
            let (mut store, origin, name) = (fixture.another_store(OVERDUE), fixture.origin.clone(), name.clone());
            scope.spawn(move || {
                let mut tx = store.write(&origin).unwrap();
                invoice::send(&mut tx, &invoicing(), &mailing(), &name, &SendRequest::default()).unwrap();
                invoice::remind(&mut tx, &invoicing(), &mailing(), &[valid("+1d")], None).unwrap();
                tx.commit().unwrap();
            });
        }
    });
    let templates: Vec<&str> = fixture.emails().iter().map(|email| email.content.template.as_str()).collect();
    assert_eq!(templates, ["invoice", "invoice", "reminder", "reminder"]);
    assert_eq!(fixture.findings(), Vec::<String>::new());
}
