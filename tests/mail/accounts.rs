//! Emails that hand accounts over: they tell the password when they arrive, and hold it nowhere before or after.

use std::fs;

use crate::desk::Desk;
use crate::letters::Message;
use crate::server::{Fault, Server, Stage};

/// A password that needs care in HTML and on its way, and that no other text holds by accident.
const PASSWORD: &str = "<&'=\"x>.";

const LINE: &str = "quick-create --organisation 'ABC & Sons' --account-code ABC --contact-name Zo\u{eb} \
    --contact-email zoe@abc.example --system-id abc_prod --max-tps 50 --allowed-ips 192.0.2.7 --password-file password \
    --send-email";

fn desk(server: &Server) -> Desk {
    let desk = Desk::at(server);
    let gateway = "[gateway]\nhosts = ['smpp1.gateway.example', 'smpp2.gateway.example']\n\
        rest_url = 'https://rest.gateway.example/'\nadvice = 'Mind the <gap> & the dot.'\n";
    desk.write_config(&format!("{}\n{gateway}", desk.config()));
    fs::write(desk.console.path("password"), PASSWORD).expect("written");
    desk
}

/// No file below the home folder but the one it came in holds the password, in any of the forms it travels in.
#[track_caller]
fn is_nowhere(desk: &Desk) {
    desk.ok("db backup copy.db --force");
    // A reader that stays keeps what is written from now on in the -wal file.
    let reader = desk.console.sql();
    reader.execute_batch("BEGIN; SELECT count(*) FROM outbox_email").expect("reading");
    desk.ok("note add ABC 'something new'");
    let html = "&lt;&amp;&#x27;=&quot;x&gt;.";
    for file in desk.console.files().into_iter().filter(|file| !file.ends_with("password")) {
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
    let desk = desk(&server);
    desk.ok(LINE);
    let taken = server.taken();
    assert_eq!(taken.iter().map(|email| email.to.as_str()).collect::<Vec<_>>(), ["zoe@abc.example"]);
    let email = Message::read(&taken[0].text);
    assert_eq!(email.header("From"), "\"Example Billing\" <billing@gateway.example>");
    assert_eq!(email.header("Subject"), "Welcome to SMS gateway: your SMPP account");
    let details = format!(
        "System ID: abc_prod\nPassword: {PASSWORD}\nHost: smpp1.gateway.example\nHost: smpp2.gateway.example\nPort: 2775\n\
         TLS port: 8775\nMax TPS: 50\nAllowed IPs: 192.0.2.7\n"
    );
    assert!(email.text.contains(&details), "{}", email.text);
    for told in
        ["Dear ABC & Sons", "bind to two of the hosts", "https://rest.gateway.example/", "Mind the <gap> & the dot."]
    {
        assert!(email.text.contains(told), "{told}: {}", email.text);
    }
    assert!(email.html.contains("<td>&lt;&amp;&#x27;=&quot;x&gt;.</td>"), "{}", email.html);
    assert!(email.html.contains("Mind the &lt;gap&gt; &amp; the dot."), "{}", email.html);
    assert_eq!(desk.emails(), ["welcome zoe@abc.example sent"]);
    is_nowhere(&desk);
}

#[test]
fn a_email_that_waits_holds_stars_and_tells_the_password_when_it_leaves() {
    let server = Server::plain();
    let desk = desk(&server);
    server.fault(Stage::Greeting, "", Fault::Answer("421 closed"));
    let outcome = desk.console.run(&format!("{LINE} --csv --fields account_code,email_sent_to"));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(11), "account_code,email_sent_to\nABC,\n"));
    assert!(outcome.stderr.contains("error[mail_deferred]") && outcome.stderr.contains("421"), "{}", outcome.stderr);
    assert_eq!(desk.emails(), ["welcome zoe@abc.example pending"]);
    is_nowhere(&desk);
    assert!(desk.ok("mail show 1").contains("Password: ********"));
    server.heal();
    desk.wait_is_over();
    desk.quiet_check();
    let taken = server.taken();
    assert!(Message::read(&taken[0].text).text.contains(&format!("Password: {PASSWORD}\n")));
    is_nowhere(&desk);
}

#[test]
fn a_email_waits_for_the_key_of_its_password_and_others_do_not() {
    let server = Server::plain();
    let desk = desk(&server);
    server.fault(Stage::Greeting, "", Fault::Answer("421 closed"));
    assert_eq!(desk.console.run(LINE).code, Some(11));
    server.heal();
    desk.wait_is_over();
    let elsewhere = desk.console.path("key-elsewhere");
    fs::rename(desk.console.key(), &elsewhere).expect("moved");
    desk.customer("XYZ");
    desk.sink("XYZ", "400");
    assert!(desk.troubled_check(11).contains("key file"));
    assert_eq!(server.taken().len(), 2, "emails that tell no password");
    fs::rename(elsewhere, desk.console.key()).expect("moved");
    desk.wait_is_over();
    desk.quiet_check();
    assert!(server.taken()[0].text.contains("abc_prod"));
}

#[test]
fn a_server_that_repeats_what_it_was_sent_does_not_bring_the_password_into_the_outbox() {
    let server = Server::plain();
    let desk = desk(&server);
    server.fault(Stage::Dot, "", Fault::Answer("554 spam: Password: <&'=\"x>."));
    let outcome = desk.console.run(LINE);
    assert_eq!(outcome.code, Some(12), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("Password: ********") && !outcome.stderr.contains(PASSWORD), "{}", outcome.stderr);
    is_nowhere(&desk);
}

#[test]
fn a_handover_tells_the_password_only_when_asked_to_and_leaves_other_emails_alone() {
    let server = Server::plain();
    let desk = desk(&server);
    desk.ok(&LINE.replace(" --send-email", ""));
    desk.customer("XYZ");
    desk.sink("XYZ", "400");
    server.fault(Stage::Greeting, "", Fault::Answer("421 closed"));
    desk.troubled_check(11);
    server.heal();
    desk.wait_is_over();
    desk.ok("smpp handover abc_prod --mail");
    desk.ok("smpp handover abc_prod --to noc@abc.example --reveal");
    let taken = server.taken();
    let told: Vec<(&str, bool)> =
        taken.iter().map(|email| (email.to.as_str(), Message::read(&email.text).text.contains(PASSWORD))).collect();
    assert_eq!(told, [("zoe@abc.example", false), ("noc@abc.example", true)]);
    assert!(Message::read(&taken[0].text).text.contains("Password: told to you separately"));
    desk.quiet_check();
    let rest = server.taken();
    assert_eq!(
        rest.iter().map(|email| email.to.as_str()).collect::<Vec<_>>(),
        ["pay@xyz.example", "ops@gateway.example"]
    );
}

#[test]
fn while_a_check_sends_a_new_email_waits() {
    let server = Server::plain();
    let desk = desk(&server);
    desk.ok("customer list");
    let mut lock = desk.console.database().into_os_string();
    lock.push(".check");
    let held = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&lock).expect("opened");
    held.lock().expect("locked");
    let outcome = desk.console.run(LINE);
    assert_eq!(outcome.code, Some(11), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("1 email waits for a later run: another run is sending"), "{}", outcome.stderr);
    drop(held);
    desk.quiet_check();
    assert_eq!(desk.emails(), ["welcome zoe@abc.example sent"]);
}

#[test]
fn a_new_password_arrives_and_with_it_how_long_the_old_one_works() {
    let server = Server::plain();
    let desk = desk(&server);
    desk.ok(&LINE.replace(" --send-email", ""));
    let rotated = desk.console.json("smpp rotate-password abc_prod --mail --grace 7d");
    assert_eq!(rotated["email_sent_to"], serde_json::json!(["zoe@abc.example"]));
    let email = Message::read(&server.taken()[0].text);
    let password = rotated["password"].as_str().expect("a password");
    assert!(email.text.contains(&format!("Password: {password}\n")), "{}", email.text);
    let until = rotated["previous_password_until"].as_str().expect("a time").replace('T', " ");
    let told = email.text.replace('\n', " ");
    assert!(told.contains("The password that you had before works until"), "{told}");
    assert!(told.contains(&format!("{} UTC.", &until[..19])), "{told}");
    // A rehearsal writes to nobody.
    desk.ok("smpp rotate-password abc_prod --mail --dry-run");
    assert!(server.taken().len() <= 1);
}
