//! Attachments of emails: stored once, sent as they were stored, and not sent when they were changed.

use ssgctl::Error;
use ssgctl::mail::as_mime;
use ssgctl::model::{
    AttachedFile, Attachment, AttachmentContent, EmailCause, EmailTemplate, OutboxEmail, OutgoingEmail,
};
use ssgctl::ops::outbox;

use crate::formats::document;
use crate::support::fixture::{Fixture, assert_refused, plain_email, valid};

/// Every byte, and line ends that a mail server might change.
fn bytes() -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..=255).collect();
    bytes.extend_from_slice(b"\r\n.\r\nFrom here\n\n--=_mixed-\r\n");
    bytes
}

fn attachment(file_name: &str) -> Attachment {
    let content = AttachmentContent::Bytes(bytes());
    Attachment { file_name: file_name.to_owned(), media_type: "application/pdf", content }
}

/// An email to an address with two attachments, the second of which is the PDF of an issued invoice.
fn queued(fixture: &mut Fixture, recipient: &str) -> OutboxEmail {
    let invoice = fixture.invoice(&["50"]);
    let email = fixture.write(|tx| {
        let email = outbox::queue(tx, None, EmailCause::Command, &valid(recipient), &plain_email(EmailTemplate::Test))?;
        let booked = tx.receivable(invoice.issued.as_ref().expect("issued").receivable)?;
        let hash = booked.booking.documents.and_then(|documents| documents.pdf).expect("a PDF");
        let content = AttachmentContent::IssuedPdf(invoice.id, hash);
        let issued = Attachment { file_name: "i.pdf".to_owned(), media_type: "application/pdf", content };
        tx.insert_attachments(email.id, &[attachment("Zażółć 7.pdf"), issued])?;
        Ok(email)
    });
    email.expect("queued")
}

fn files(fixture: &mut Fixture, email: i64) -> Vec<AttachedFile> {
    fixture.read(|now| now.attached_files(email))
}

#[test]
fn equal_files_are_stored_once_and_an_issued_pdf_not_again() {
    let mut fixture = Fixture::with_buyer();
    let (one, other) = (queued(&mut fixture, "a@acme.example"), queued(&mut fixture, "b@acme.example"));
    let stored: i64 =
        fixture.raw().query_row("SELECT count(*) FROM attached_file", [], |row| row.get(0)).expect("a number");
    assert_eq!(stored, 1);
    for (email, number) in [(one.id, "INV-2026-0001"), (other.id, "INV-2026-0002")] {
        let files = files(&mut fixture, email);
        assert_eq!(files.iter().map(|file| file.bytes.clone()).collect::<Vec<_>>(), [bytes(), number.into()]);
        let listed = fixture.read(|now| now.attachments(email));
        assert_eq!(listed.iter().map(|listed| listed.size).collect::<Vec<_>>(), [284, 13]);
    }
    assert_refused!(fixture.store.read().unwrap().attached_file(one.id, 3), Error::Invalid { .. });
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_document_of_the_database_has_them() {
    let mut fixture = Fixture::with_buyer();
    let email = queued(&mut fixture, "a@acme.example");
    let text = document::written(&mut fixture);
    let mut copy = Fixture::new();
    document::read(&mut copy, &text).unwrap();
    assert_eq!(files(&mut copy, email.id), files(&mut fixture, email.id));
    assert_eq!(document::written(&mut copy), text);
    assert_eq!(copy.findings(), Vec::<String>::new());
}

#[test]
fn a_changed_attachment_is_found_and_cannot_be_read() {
    for (change, finding) in [
        ("UPDATE attached_file SET content = x'00'", "attachment 1 of email 1 was changed"),
        ("UPDATE issued_invoice SET pdf = x'00'", "attachment 2 of email 1 was changed"),
        ("DELETE FROM outbox_attachment WHERE position = 1", "email 1 has lost an attachment"),
    ] {
        let mut fixture = Fixture::with_buyer();
        let email = queued(&mut fixture, "a@acme.example");
        let raw = fixture.raw();
        assert!(raw.execute_batch(change).is_err(), "{change}");
        for trigger in
            ["attached_file_is_never_changed", "issued_invoice_is_never_changed", "outbox_attachment_is_never_deleted"]
        {
            raw.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
        }
        raw.execute_batch(change).unwrap();
        let findings = fixture.findings().join("\n");
        assert!(findings.contains(finding), "{change}: {findings}");
        if finding.contains("was changed") {
            assert_refused!(fixture.store.read().unwrap().attached_files(email.id), Error::Damaged(_));
        }
    }
}

#[test]
fn the_message_keeps_the_bodies_together_and_names_files_in_any_letters() {
    let mut fixture = Fixture::with_buyer();
    let email = queued(&mut fixture, "a@acme.example");
    let outgoing = OutgoingEmail { attachments: files(&mut fixture, email.id), email };
    let message = String::from_utf8(as_mime(&outgoing).unwrap().formatted()).unwrap();
    let at = |text: &str| message.find(text).unwrap_or_else(|| panic!("{text} in {message}"));
    let places = [
        "Content-Type: multipart/mixed;",
        "Content-Type: multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
        "filename*0*=utf-8''Za%C5%BC%C3%B3%C5%82%C4%87%207.pdf",
        "filename=\"i.pdf\"",
    ];
    assert!(places.map(at).is_sorted(), "{message}");
    assert!(message.is_ascii() && message.split("\r\n").all(|line| line.len() <= 78), "{message}");
    // A reader compares boundaries with the beginning of a line, so none may begin with another.
    let boundaries: Vec<&str> =
        message.split("boundary=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(boundaries.len(), 2);
    assert!(!boundaries[0].starts_with(boundaries[1]) && !boundaries[1].starts_with(boundaries[0]), "{boundaries:?}");
    // The same email always gives the same bytes.
    assert_eq!(as_mime(&outgoing).unwrap().formatted(), message.into_bytes());
}
