//! Emails with account details: they contain the password when they are sent, and nothing stores it before or after.

use std::fs;

use super::emails::Message;
use crate::support::mail::MailFixture;
use crate::support::mail_server::{Fault, Server, Stage};

/// A password that needs care in HTML and on its way, and that no other text holds by accident.
const PASSWORD: &str = "<&'=\"x>.";

const LINE: &str = "quick-create --organisation 'ABC & Sons' --account-code ABC --contact-name Zo\u{eb} \
    --contact-email zoe@abc.example --system-id abc_prod --max-tps 50 --allowed-ips 192.0.2.7 --password-file password \
    --send-email";

fn fixture(server: &Server) -> MailFixture {
    let fixture = MailFixture::at(server);
    let gateway = "[gateway]\nhosts = ['smpp1.gateway.example', 'smpp2.gateway.example']\n\
        rest_url = 'https://rest.gateway.example/'\nadvice = 'Mind the <gap> & the dot.'\n";
    fixture.write_config(&format!("{}\n{gateway}", fixture.config()));
    fs::write(fixture.cli.path("password"), PASSWORD).expect("written");
    fixture
}

/// No file below the home folder but the one it came in holds the password, in any of the forms it travels in.
#[track_caller]
fn is_nowhere(fixture: &MailFixture) {
    fixture.ok("db backup copy.db --force");
    // A reader that stays keeps what is written from now on in the -wal file.
    let reader = fixture.cli.sql();
    reader.execute_batch("BEGIN; SELECT count(*) FROM outbox_email").expect("reading");
    fixture.ok("note add ABC 'something new'");
    let html = "&lt;&amp;&#x27;=&quot;x&gt;.";
    for file in fixture.cli.files().into_iter().filter(|file| !file.ends_with("password")) {
        let bytes = fs::read(&file).expect("read");
        for form in [PASSWORD, html] {
            let held = bytes.windows(form.len()).any(|window| window == form.as_bytes());
            assert!(!held, "{} holds the password", file.display());
        }
    }
}

#[test]
fn a_welcome_arrives_with_everything_that_the_customer_must_know() {
    let server = Server::plain();
    let fixture = fixture(&server);
    fixture.ok(LINE);
    let taken = server.taken();
    assert_eq!(taken.iter().map(|email| email.to.as_str()).collect::<Vec<_>>(), ["zoe@abc.example"]);
    let email = Message::read(&taken[0].text);
    assert_eq!(email.header("From"), "\"Example Billing\" <billing@gateway.example>");
    assert_eq!(email.header("Subject"), "Welcome to SMS gateway: your SMPP account abc_prod");
    let details = format!(
        "System ID: abc_prod\nPassword: {PASSWORD}\nHost: smpp1.gateway.example\nHost: smpp2.gateway.example\nPort: 2775\n\
         TLS port: 8775\nMax TPS: 50\nAllowed IPs: 192.0.2.7\n"
    );
    assert!(email.text.contains(&details), "{}", email.text);
    for expected in
        ["Dear ABC & Sons", "bind to two of the hosts", "https://rest.gateway.example/", "Mind the <gap> & the dot."]
    {
        assert!(email.text.contains(expected), "{expected}: {}", email.text);
    }
    assert!(email.html.contains("<td>&lt;&amp;&#x27;=&quot;x&gt;.</td>"), "{}", email.html);
    assert!(email.html.contains("Mind the &lt;gap&gt; &amp; the dot."), "{}", email.html);
    assert_eq!(fixture.emails(), ["welcome zoe@abc.example sent"]);
    is_nowhere(&fixture);
}

#[test]
fn a_pending_email_hides_the_password_and_contains_it_when_it_is_sent() {
    let server = Server::plain();
    let fixture = fixture(&server);
    server.fault(Stage::Greeting, "", Fault::Answer("421 closed"));
    let outcome = fixture.cli.run(&format!("{LINE} --csv --fields account_code,email_sent_to"));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(11), "account_code,email_sent_to\nABC,\n"));
    assert!(outcome.stderr.contains("error[mail_deferred]") && outcome.stderr.contains("421"), "{}", outcome.stderr);
    assert_eq!(fixture.emails(), ["welcome zoe@abc.example pending"]);
    is_nowhere(&fixture);
    assert!(fixture.ok("mail show 1").contains("Password: ********"));
    server.heal();
    fixture.wait_is_over();
    fixture.quiet_check();
    let taken = server.taken();
    assert!(Message::read(&taken[0].text).text.contains(&format!("Password: {PASSWORD}\n")));
    is_nowhere(&fixture);
}

#[test]
fn an_email_waits_for_the_key_of_its_password_and_others_do_not() {
    let server = Server::plain();
    let fixture = fixture(&server);
    server.fault(Stage::Greeting, "", Fault::Answer("421 closed"));
    assert_eq!(fixture.cli.run(LINE).code, Some(11));
    server.heal();
    fixture.wait_is_over();
    let elsewhere = fixture.cli.path("key-elsewhere");
    fs::rename(fixture.cli.key(), &elsewhere).expect("moved");
    fixture.customer("XYZ");
    fixture.sink("XYZ", "400");
    assert!(fixture.troubled_check(11).contains("key file"));
    assert_eq!(server.taken().len(), 2, "emails without a password");
    fs::rename(elsewhere, fixture.cli.key()).expect("moved");
    fixture.wait_is_over();
    fixture.quiet_check();
    assert!(server.taken()[0].text.contains("abc_prod"));
}

#[test]
fn a_server_that_repeats_what_it_was_sent_does_not_bring_the_password_into_the_outbox() {
    let server = Server::plain();
    let fixture = fixture(&server);
    server.fault(Stage::Dot, "", Fault::Answer("554 spam: Password: <&'=\"x>."));
    let outcome = fixture.cli.run(LINE);
    assert_eq!(outcome.code, Some(12), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("Password: ********") && !outcome.stderr.contains(PASSWORD), "{}", outcome.stderr);
    is_nowhere(&fixture);
}

#[test]
fn a_handover_contains_the_password_only_when_asked_to_and_leaves_other_emails_alone() {
    let server = Server::plain();
    let fixture = fixture(&server);
    fixture.ok(&LINE.replace(" --send-email", ""));
    fixture.customer("XYZ");
    fixture.sink("XYZ", "400");
    server.fault(Stage::Greeting, "", Fault::Answer("421 closed"));
    fixture.troubled_check(11);
    server.heal();
    fixture.wait_is_over();
    fixture.ok("smpp handover abc_prod --mail");
    fixture.ok("smpp handover abc_prod --to noc@abc.example --reveal");
    let taken = server.taken();
    let has_password: Vec<(&str, bool)> =
        taken.iter().map(|email| (email.to.as_str(), Message::read(&email.text).text.contains(PASSWORD))).collect();
    assert_eq!(has_password, [("zoe@abc.example", false), ("noc@abc.example", true)]);
    assert!(Message::read(&taken[0].text).text.contains("Password: sent to you separately"));
    fixture.quiet_check();
    let rest = server.taken();
    assert_eq!(
        rest.iter().map(|email| email.to.as_str()).collect::<Vec<_>>(),
        ["pay@xyz.example", "ops@gateway.example"]
    );
}

#[test]
fn while_a_check_sends_a_new_email_waits() {
    let server = Server::plain();
    let fixture = fixture(&server);
    fixture.ok("customer list");
    let mut lock = fixture.cli.database().into_os_string();
    lock.push(".check");
    let held = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&lock).expect("opened");
    held.lock().expect("locked");
    let outcome = fixture.cli.run(LINE);
    assert_eq!(outcome.code, Some(11), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("1 email waits for a later run: another run is sending"), "{}", outcome.stderr);
    drop(held);
    fixture.quiet_check();
    assert_eq!(fixture.emails(), ["welcome zoe@abc.example sent"]);
}

#[test]
fn a_new_password_arrives_and_with_it_how_long_the_old_one_works() {
    let server = Server::plain();
    let fixture = fixture(&server);
    fixture.ok(&LINE.replace(" --send-email", ""));
    let rotated = fixture.cli.json("smpp rotate-password abc_prod --mail --grace 7d");
    assert_eq!(rotated["email_sent_to"], serde_json::json!(["zoe@abc.example"]));
    let email = Message::read(&server.taken()[0].text);
    let password = rotated["password"].as_str().expect("a password");
    assert!(email.text.contains(&format!("Password: {password}\n")), "{}", email.text);
    let until = rotated["previous_password_until"].as_str().expect("a time").replace('T', " ");
    let text = email.text.replace('\n', " ");
    assert!(text.contains("Your previous password works until"), "{text}");
    assert!(text.contains(&format!("{} UTC.", &until[..19])), "{text}");
    // A dry run sends no email.
    fixture.ok("smpp rotate-password abc_prod --mail --end-previous --dry-run");
    assert!(server.taken().len() <= 1);
}
