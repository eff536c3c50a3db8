//! Invoices by email, from the command to the mail server: the parts that arrive are the bytes that were stored.

use std::fs;

use crate::mail::emails::Message;
use crate::support::cli::BILLING;
use crate::support::mail::MailFixture;
use crate::support::mail_server::{Fault, Server, Stage};

/// A customer with an address, and an issued invoice whose number is no file name.
fn fixture(server: &Server, settings: &str) -> MailFixture {
    let fixture = MailFixture::at(server);
    let series = "[invoice]\nseries = 'A/{year}-'\ncredit_note_series = 'CN-'\n";
    fixture.write_config(&format!("{}{BILLING}{series}{settings}", fixture.config()));
    fixture.ok("customer new --account-code ABC --organisation ABC --country GB --invoice-emails pay@abc.example");
    fixture.ok("customer edit ABC --vat-reg-no GB980780684 --invoice-address Leeds");
    fixture.ok("invoice new ABC --currency EUR --description Set-up --price 50");
    fixture.ok("invoice issue 1");
    fixture
}

#[test]
fn what_arrives_is_the_stored_pdf_and_the_xml_in_one_sound_message() {
    let server = Server::plain();
    let fixture = fixture(&server, "xml = 'ubl'\n");
    fixture.ok("invoice show 1 --pdf stored.pdf");
    fixture.ok("invoice show 1 --xml ubl --file stored.xml");
    fixture.ok("invoice send 1");
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    let email = Message::read(&taken[0].text);
    let number = fixture.cli.json("invoice show 1")["invoice"].as_str().expect("a number").to_owned();
    let name = number.replace('/', "-");
    let stored = |file: &str| fs::read(fixture.cli.path(file)).expect(file);
    let expected = [
        (format!("{name}.pdf"), "application/pdf".to_owned(), stored("stored.pdf")),
        (format!("{name}.xml"), "application/xml".to_owned(), stored("stored.xml")),
    ];
    assert!(email.attachments == expected, "{:?}", taken[0].text);
    assert!(email.text.contains(&number) && email.html.contains("60.00 EUR"), "{}", email.text);
    fixture.ok("mail show 1 --attachment 1 --file again.pdf");
    assert_eq!(stored("again.pdf"), stored("stored.pdf"));
    assert!(fixture.cli.json("invoice show 1")["sent_at"].is_string());
    // Nothing is sent twice.
    fixture.ok("invoice send 1");
    fixture.quiet_check();
    assert_eq!(server.taken().len(), 0);
}

#[test]
fn an_email_that_the_server_defers_leaves_the_invoice_unsent_until_a_check_sends_it() {
    let server = Server::plain();
    let fixture = fixture(&server, "");
    server.fault(Stage::Dot, "", Fault::Answer("451 later"));
    let outcome = fixture.cli.run("invoice send 1 --json");
    assert_eq!(outcome.code, Some(11), "{}", outcome.stderr);
    assert_eq!(fixture.cli.json("invoice list --unsent").as_array().map(Vec::len), Some(1));
    server.heal();
    let deferred = server.taken();
    fixture.wait_is_over();
    fixture.quiet_check();
    // The second attempt is the same message.
    assert_eq!(server.taken()[0].text, deferred[0].text);
    assert_eq!(fixture.cli.json("invoice list --unsent").as_array().map(Vec::len), Some(0));
}

#[test]
fn reminders_are_sent_once_and_the_last_one_proposes_what_to_disable() {
    let server = Server::plain();
    let fixture = fixture(&server, "reminders = ['+1d', '+7d']\n");
    fixture.ok("smpp add ABC --system-id abc_prod");
    assert_eq!(fixture.ok("invoice remind"), "", "nothing is due on the day of the issue");
    // The tests have no other clock than that of the machine.
    let day = "date('now', '-40 days')";
    let sql = format!(
        "DROP TRIGGER issued_invoice_is_never_changed; UPDATE issued_invoice SET issued_on = {day}, due_on = {day}"
    );
    fixture.cli.sql().execute_batch(&sql).expect("made overdue");
    let outcome = fixture.cli.run("invoice remind --fields customer,level,days_overdue,open,recipients");
    assert_eq!((outcome.code, server.taken().len()), (Some(0), 1), "{}", outcome.stderr);
    let line = "ABC       +7d              40  60.00  pay@abc.example";
    assert_eq!(outcome.stdout.lines().nth(1), Some(line), "{}", outcome.stdout);
    let proposal = "to stop its messages: ssgctl smpp disable abc_prod --reason '";
    assert!(outcome.stderr.contains(proposal), "{}", outcome.stderr);
    let again = fixture.cli.run("invoice remind");
    assert_eq!((again.code, again.stdout.as_str(), again.stderr.as_str()), (Some(0), "", ""));
    assert_eq!(fixture.cli.json("smpp show abc_prod")["enabled"], true);
    assert!(fixture.cli.json("invoice show 1")["sent_at"].is_null(), "a reminder does not send the invoice");
}
