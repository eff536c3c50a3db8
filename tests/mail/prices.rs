//! Emails about planned changes of prices, from the command to the server.

use super::emails::Message;
use crate::support::mail::MailFixture;
use crate::support::mail_server::Server;

/// ABC and XYZ with accounts of a plan whose price for Nigeria rises.
fn fixture(server: &Server) -> MailFixture {
    let fixture = MailFixture::at(server);
    for line in [
        "plan new EUR-STD --name Standard --unit EUR --default-price 0.05",
        "service new euro --name Euro --plan EUR-STD",
        "price set EUR-STD NG 0.04 --effective beginning",
        "price set EUR-STD NG 0.045 --effective 2099-12-01 --timezone Europe/London",
        "customer new --account-code ABC --organisation 'ABC & Sons' --invoice-emails pay@abc.example,books@abc.example",
        "customer new --account-code XYZ --organisation XYZ",
        "smpp add ABC --system-id abc --service euro",
        "smpp add XYZ --system-id xyz --service euro",
    ] {
        fixture.ok(line);
    }
    fixture
}

#[test]
fn customers_are_notified_once_by_the_next_check() {
    let server = Server::plain();
    let fixture = fixture(&server);
    let line = "plan notify EUR-STD --timezone Europe/London";
    let planned = fixture.cli.run(&format!("{line} --dry-run --json"));
    assert_eq!(planned.code, Some(12), "XYZ has no address: {}", planned.stderr);
    assert!(planned.stderr.contains("XYZ has no billing contact with an email address and no invoice email"));
    assert_eq!(fixture.outbox().len(), 0, "a dry run queues nothing");
    let outcome = fixture.cli.run(line);
    assert_eq!(outcome.code, Some(12), "XYZ has no address: {}", outcome.stderr);
    assert!(outcome.stdout.contains("ABC") && outcome.stdout.contains("XYZ"), "{}", outcome.stdout);
    assert_eq!((fixture.outbox().len(), server.connections()), (2, 0), "they wait for the check");
    fixture.ok("balance check");
    let taken = server.taken();
    let mut to: Vec<&str> = taken.iter().map(|email| email.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["books@abc.example", "pay@abc.example"]);
    let email = Message::read(&taken[0].text);
    assert_eq!(email.header("From"), "\"Example Billing\" <billing@gateway.example>");
    assert_eq!(email.header("Subject"), "SMS gateway: price changes for account ABC from 1 December 2099");
    let expected =
        "From 1 December 2099 at 00:00 (Europe/London):\n\n- Nigeria: 0.045 EUR (until then 0.04 EUR)\n\nThe time";
    assert!(email.text.contains(expected), "{}", email.text);
    assert!(email.text.contains("Dear ABC & Sons,") && email.html.contains("Dear ABC &amp; Sons,"), "{}", email.html);
    fixture.ok("customer edit XYZ --invoice-emails pay@xyz.example");
    fixture.ok(line);
    fixture.ok(line);
    fixture.ok("balance check");
    let taken = server.taken();
    assert_eq!(taken.iter().map(|email| email.to.as_str()).collect::<Vec<_>>(), ["pay@xyz.example"]);
}

#[test]
fn a_template_of_the_operator_comes_first_and_a_preview_shows_it() {
    let server = Server::plain();
    let fixture = fixture(&server);
    let built_in = fixture.ok("mail preview prices ABC");
    assert!(built_in.contains("- Nigeria: 0.045 EUR (until then 0.04 EUR)"), "{built_in}");
    let own = "Subject: {{ plan.code }}\n\n{% for period in periods %}{% for change in period.others %}\
        {{ change.code }}: {{ change.new }}{% endfor %}{% endfor %}";
    fixture.template("prices.txt", own);
    let preview = fixture.ok("mail preview prices ABC");
    assert_eq!(preview, "From: Example Billing <billing@gateway.example>\nSubject: EUR-STD\n\nNG: 0.045 EUR\n");
    fixture.template("prices.txt", "Subject: x\n\n{{ periods.day.first }");
    fixture.cli.run("plan notify EUR-STD").failed(13, "a broken template");
    assert_eq!(fixture.outbox().len(), 0);
    fixture.cli.run("mail preview prices nobody").failed(3, "no such customer");
    fixture.ok("price withdraw EUR-STD NG --effective 2099-12-01 --timezone Europe/London");
    fixture.ok("price set EUR-STD NG 0.04 --effective 2099-12-01 --timezone Europe/London");
    fixture.cli.run("mail preview prices ABC").failed(5, "nothing changes");
}

#[test]
fn without_mail_nothing_is_queued() {
    let server = Server::plain();
    let fixture = fixture(&server);
    fixture.write_config("[defaults]\n");
    fixture.cli.run("plan notify EUR-STD").failed(13, "no mail");
    assert_eq!(fixture.outbox().len(), 0);
}
