//! A crossing sends one email to each recipient, no matter how often or how many checks run at once.

use crate::support::mail::MailFixture;
use crate::support::mail_server::{Fault, Server, Stage};

/// Kind by subject, and recipient, of the emails that a server took, sorted.
fn received(server: &Server) -> Vec<String> {
    let mut received: Vec<String> = server
        .taken()
        .iter()
        .map(|taken| {
            let subject = taken.text.lines().find_map(|line| line.strip_prefix("Subject: ")).expect("a subject");
            let kind = match subject {
                subject if subject.contains("threshold") => "internal",
                subject if subject.contains("low balance") => "upper",
                subject if subject.contains("urgent") => "lower",
                _ => "clear",
            };
            format!("{kind} {}", taken.to)
        })
        .collect();
    received.sort();
    received
}

#[test]
fn a_customer_that_sinks_recovers_and_sinks_again_gets_each_email_once_over_twenty_checks() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    fixture.quiet_check();
    let upper = ["internal ops@gateway.example", "upper pay@abc.example"];
    let lower = ["internal ops@gateway.example", "lower pay@abc.example"];
    let clear = ["clear ops@gateway.example", "clear pay@abc.example"];
    for (balance, expected) in [("500", upper), ("100", lower), ("501", clear), ("499", upper), ("-3", lower)] {
        fixture.sink("ABC", balance);
        for check in 0..4 {
            fixture.quiet_check();
            let expected = if check == 0 { expected.to_vec() } else { Vec::new() };
            assert_eq!(received(&server), expected, "at {balance}, check {check}");
        }
    }
    assert!(fixture.outbox().iter().all(|email| email.state == "sent"));
}

#[test]
fn two_checks_at_the_same_instant_send_no_email_twice() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    for code in ["AAA", "BBB", "CCC"] {
        fixture.customer(code);
    }
    for (round, balance) in ["400", "90", "900", "300", "20"].into_iter().enumerate() {
        for code in ["AAA", "BBB", "CCC"] {
            fixture.sink(code, balance);
        }
        let checks: Vec<_> = (0..3).map(|_| fixture.start_check()).collect();
        for check in checks {
            let output = check.wait_with_output().expect("ended");
            assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        }
        let mut received = received(&server);
        assert_eq!(received.len(), 6, "round {round}: {received:?}");
        received.dedup();
        // One internal address appears three times.
        assert_eq!(received.len(), 4, "round {round}: {received:?}");
    }
}

#[test]
fn a_check_during_another_says_so_only_when_asked_and_does_nothing() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    fixture.sink("ABC", "400");
    server.fault(Stage::Dot, "", Fault::Hang);
    let first = fixture.start_check();
    server.until_it_hangs();
    fixture.quiet_check();
    let verbose = fixture.cli.run("balance check --verbose");
    assert_eq!(verbose.code, Some(0));
    assert!(verbose.stderr.contains("another check is running"), "{}", verbose.stderr);
    let busy = fixture.cli.run("mail test me@example.com");
    assert!(busy.failed(9, "mail test").contains("another run is sending emails"));
    server.heal();
    server.hang_up();
    assert_eq!(first.wait_with_output().expect("ended").status.code(), Some(12));
    assert_eq!(fixture.outbox().len(), 2);
}

#[test]
fn both_thresholds_crossed_between_two_checks_give_only_the_urgent_email() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    fixture.sink("ABC", "50");
    fixture.quiet_check();
    assert_eq!(received(&server), ["internal ops@gateway.example", "lower pay@abc.example"]);
    fixture.sink("ABC", "300");
    fixture.quiet_check();
    assert_eq!(received(&server), Vec::<String>::new(), "between the thresholds there is nothing new to report");
}

#[test]
fn the_warnings_addresses_come_before_billing_contacts_and_these_before_invoice_emails() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    let sent_at = |balance: &str| {
        fixture.sink("ABC", balance);
        fixture.quiet_check();
        let mut received = received(&server);
        received.retain(|email| !email.starts_with("clear"));
        received
    };
    assert_eq!(sent_at("50"), ["internal ops@gateway.example", "lower pay@abc.example"]);
    sent_at("900");
    fixture.ok("contact add ABC --name Zoe --email zoe@abc.example --roles billing");
    fixture.ok("contact add ABC --name Tom --email tom@abc.example --roles technical");
    assert_eq!(sent_at("50"), ["internal ops@gateway.example", "lower zoe@abc.example"]);
    sent_at("900");
    fixture.ok("balance warn ABC --to a@abc.example,b@abc.example --internal us@gateway.example");
    assert_eq!(sent_at("50"), ["internal us@gateway.example", "lower a@abc.example", "lower b@abc.example"]);
    sent_at("900");
    fixture.ok("balance warn ABC --no-customer");
    assert_eq!(sent_at("50"), ["internal us@gateway.example"]);
}

#[test]
fn a_customer_without_an_address_is_a_matter_for_a_person_once() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    fixture.ok("customer edit ABC --unset invoice_emails");
    fixture.sink("ABC", "50");
    let said = fixture.troubled_check(12);
    assert!(
        said.contains("ABC is at or below its urgent threshold") && said.contains("a warning has no recipient"),
        "{said}"
    );
    assert_eq!(received(&server), ["internal ops@gateway.example"]);
    fixture.quiet_check();
}

#[test]
fn a_customer_whose_data_breaks_a_rule_is_named_and_all_others_are_notified() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    for code in ["BAD", "FINE"] {
        fixture.customer(code);
        fixture.sink(code, "50");
    }
    fixture.cli.sql().execute("UPDATE customer SET phone = '+1' WHERE account_code = 'BAD'", []).expect("broken");
    for emails in [vec!["internal ops@gateway.example", "lower pay@fine.example"], vec![]] {
        let outcome = fixture.check();
        let said = outcome.failed(8, "balance check");
        assert!(
            said.contains("BAD SMS cannot be checked") && said.contains("1 balance could not be checked"),
            "{said}"
        );
        assert_eq!(received(&server), emails);
    }
    fixture.cli.run("balance check --dry-run").failed(8, "balance check --dry-run");
    fixture.cli.sql().execute("UPDATE customer SET phone = NULL", []).expect("repaired");
    fixture.quiet_check();
    assert_eq!(received(&server), ["internal ops@gateway.example", "lower pay@bad.example"]);
}

#[test]
fn what_is_switched_off_or_archived_rests() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    for code in ["OFF", "OLD", "NIX"] {
        fixture.customer(code);
        fixture.sink(code, "50");
    }
    fixture.ok("balance warn OFF --off");
    fixture.ok("customer archive OLD --yes");
    fixture.ok("balance warn NIX --unset lower --unset upper");
    fixture.quiet_check();
    assert_eq!((server.connections(), fixture.crossings()), (0, 0));
    fixture.ok("balance warn OFF --on");
    fixture.ok("customer unarchive OLD --yes");
    fixture.quiet_check();
    let internal = "internal ops@gateway.example";
    assert_eq!(received(&server), [internal, internal, "lower pay@off.example", "lower pay@old.example"]);
}

#[test]
fn the_recovery_email_goes_to_those_who_were_warned_and_to_nobody_when_it_is_switched_off() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    fixture.ok("balance warn ABC --to a@abc.example,b@abc.example");
    server.fault(Stage::Rcpt, "b@abc.example", Fault::Answer("550 no such person"));
    fixture.sink("ABC", "400");
    fixture.troubled_check(12);
    assert_eq!(received(&server).len(), 2);
    fixture.ok("balance warn ABC --to a@abc.example,new@abc.example");
    fixture.sink("ABC", "900");
    fixture.quiet_check();
    assert_eq!(received(&server), ["clear a@abc.example", "clear ops@gateway.example"]);
    fixture.ok("balance warn ABC --no-recovery");
    fixture.sink("ABC", "400");
    fixture.quiet_check();
    assert_eq!(received(&server).len(), 3);
    fixture.sink("ABC", "900");
    fixture.quiet_check();
    assert_eq!(received(&server), Vec::<String>::new());
    assert_eq!(fixture.crossings(), 4);
}

#[test]
fn an_email_that_no_run_has_begun_to_send_is_cancelled_when_the_balance_recovers() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    server.fault(Stage::Greeting, "", Fault::Answer("421 closed for today"));
    fixture.sink("ABC", "400");
    fixture.troubled_check(11);
    fixture.sink("ABC", "900");
    server.heal();
    fixture.wait_is_over();
    fixture.quiet_check();
    assert_eq!(received(&server), Vec::<String>::new(), "nobody was warned, so there is nothing to clear");
    assert_eq!(fixture.emails(), ["low-upper pay@abc.example cancelled", "internal ops@gateway.example cancelled"]);
}
