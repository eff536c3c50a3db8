//! What an operator sees of warnings and emails, and does about them.

use std::fs;

use crate::support::cli::TestCli;
use crate::support::mail::{MailFixture, ROLES};
use crate::support::mail_server::{Fault, Server, Stage};

#[test]
fn a_check_without_a_configuration_and_with_nothing_to_say_is_silent() {
    let fixture = MailFixture::with_mail("");
    fs::remove_file(fixture.cli.config()).expect("removed");
    fixture.quiet_check();
    fixture.customer("ABC");
    fixture.quiet_check();
}

#[test]
fn a_crossing_is_recorded_only_when_it_can_be_reported_and_is_reported_when_it_can() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    let config = fixture.config();
    fixture.customer("ABC");
    fixture.sink("ABC", "400");
    let mute = [
        (String::new(), "no sender is configured"),
        (ROLES.to_owned(), "does not set an email transport"),
        (config.replace("timeout_seconds", "login = 'x'\ntimeout_seconds"), "no password"),
        (
            config.replace("smtp://", "smtps://").replace("timeout", "login = 'x'\npassword_file = '/none'\ntimeout"),
            "/none",
        ),
    ];
    for (text, why) in mute {
        fixture.write_config(&text);
        let said = fixture.troubled_check(13);
        assert!(said.contains(why), "{why}: {said}");
        assert_eq!((fixture.crossings(), fixture.outbox().len()), (0, 0), "{why}");
        fixture.cli.run("balance check --status").failed(3, why);
    }
    fixture.write_config(&config);
    fixture.quiet_check();
    assert_eq!(server.taken().len(), 2);
}

#[test]
fn a_dry_run_shows_every_email_and_saves_and_sends_nothing() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    fixture.sink("ABC", "50");
    let before = fixture.cli.dump();
    let outcome = fixture.cli.run("balance check --dry-run -o json");
    let rows: serde_json::Value = serde_json::from_str(&outcome.stdout).expect(&outcome.stderr);
    let emails: Vec<_> = rows.as_array().expect("rows").iter().map(|row| (&row["email"], &row["recipient"])).collect();
    assert_eq!(emails.len(), 2, "{rows}");
    assert_eq!((emails[0].0, emails[0].1), (&"low-lower".into(), &"pay@abc.example".into()));
    assert_eq!((emails[1].0, emails[1].1), (&"internal".into(), &"ops@gateway.example".into()));
    assert!(outcome.stderr.contains("nothing was saved"), "{}", outcome.stderr);
    assert_eq!(fixture.cli.dump(), before);
    assert_eq!(server.connections(), 0);
}

#[test]
fn the_status_shows_when_the_check_last_ran_and_with_what_result() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    let never = fixture.cli.run("balance check --status");
    assert!(never.failed(3, "status").contains("never run"));
    fixture.sink("ABC", "400");
    server.fault(Stage::Rcpt, "pay@", Fault::Answer("550 unknown"));
    fixture.troubled_check(12);
    let status = fixture.cli.json("balance check --status");
    let status = status.as_array().map_or(&status, |rows| &rows[0]);
    for (key, count) in [("crossings", 1), ("queued", 2), ("sent", 1), ("failed", 1), ("deferred", 0), ("uncertain", 0)]
    {
        assert_eq!(status[key], count, "{key}: {status}");
    }
    assert!(status["finished_at"].is_string(), "{status}");
    fixture.quiet_check();
    let again = fixture.cli.json("balance check --status");
    let again = again.as_array().map_or(&again, |rows| &rows[0]);
    assert_eq!(again["sent"], 0, "{again}");
}

#[test]
fn a_check_reports_as_json_what_it_did() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    fixture.sink("ABC", "400");
    let did = fixture.cli.json("balance check");
    let did = did.as_array().map_or(&did, |rows| &rows[0]);
    assert_eq!((&did["crossings"], &did["queued"], &did["sent"]), (&1.into(), &2.into(), &2.into()), "{did}");
}

#[test]
fn a_failed_email_is_sent_when_an_operator_says_so() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    fixture.sink("ABC", "400");
    server.fault(Stage::Rcpt, "pay@", Fault::Answer("550 unknown"));
    fixture.troubled_check(12);
    server.heal();
    server.taken();
    let listed = fixture.ok("mail list --state failed -o name");
    assert_eq!(listed.lines().count(), 1);
    fixture.ok(&format!("mail retry {} --reason 'mailbox is back'", listed.trim()));
    fixture.quiet_check();
    assert_eq!(server.taken().len(), 1);
    for command in ["retry", "cancel"] {
        fixture.cli.run(&format!("mail {command} {}", listed.trim())).failed(5, command);
    }
    let shown = fixture.cli.json(&format!("mail show {}", listed.trim()));
    let outcomes: Vec<_> = shown["attempts_made"].as_array().expect("attempts").iter().map(|a| &a["outcome"]).collect();
    assert_eq!(outcomes, ["refused", "sent"]);
    assert!(fixture.ok("audit list").contains("mailbox is back"));
}

#[test]
fn a_cancelled_email_is_not_sent() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    fixture.sink("ABC", "400");
    server.fault(Stage::Greeting, "", Fault::Answer("421 closed"));
    fixture.troubled_check(11);
    server.heal();
    fixture.ok("mail cancel 1 2 --reason 'notified by telephone'");
    fixture.wait_is_over();
    fixture.quiet_check();
    assert_eq!(server.taken().len(), 0);
    assert!(fixture.emails().iter().all(|email| email.ends_with("cancelled")));
    fixture.ok("mail retry 1");
    fixture.quiet_check();
    assert_eq!(server.taken().len(), 1);
}

#[test]
fn an_uncertain_email_is_retried_and_cancelled_like_a_failed_one() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    fixture.sink("ABC", "400");
    server.fault(Stage::Dot, "", Fault::Drop);
    fixture.troubled_check(12);
    server.heal();
    server.taken();
    fixture.ok("mail cancel 1");
    fixture.ok("mail retry 2");
    fixture.quiet_check();
    assert_eq!(server.taken().len(), 1);
    assert_eq!(fixture.emails(), ["low-upper pay@abc.example cancelled", "internal ops@gateway.example sent"]);
}

#[test]
fn a_test_email_goes_now_and_is_not_kept_for_later() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.ok("mail test me@example.com");
    assert_eq!(server.taken().len(), 1);
    for (stage, fault) in [
        (Stage::Greeting, Fault::Answer("421 closed")),
        (Stage::Rcpt, Fault::Answer("550 unknown")),
        (Stage::Rcpt, Fault::Answer("451 later")),
        (Stage::Dot, Fault::Drop),
    ] {
        server.fault(stage, "", fault);
        let outcome = fixture.cli.run("mail test me@example.com");
        assert_eq!(outcome.code, Some(12), "{stage:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("was not sent"), "{stage:?}: {}", outcome.stderr);
        server.heal();
        server.taken();
        fixture.wait_is_over();
        fixture.quiet_check();
        assert_eq!(server.taken().len(), 0, "{stage:?}");
    }
}

#[test]
fn a_preview_is_the_email_that_would_be_sent_and_sends_nothing() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    fixture.sink("ABC", "50");
    for (kind, words) in [
        ("low-upper", "early warning"),
        ("low-lower", "urgent"),
        ("internal", "pay@abc.example"),
        ("recovered", "recovered"),
    ] {
        let text = fixture.ok(&format!("mail preview {kind} ABC"));
        assert!(text.starts_with("From: Example Billing <billing@gateway.example>\nSubject: "), "{text}");
        assert!(text.contains(words), "{kind}: {text}");
        assert!(text.lines().all(|line| line.chars().count() <= 78), "{text}");
        let file = format!("{kind}.html");
        fixture.ok(&format!("mail preview {kind} ABC --html {file}"));
        assert!(fs::read_to_string(fixture.cli.path(&file)).expect("written").starts_with("<!DOCTYPE html>"));
        fixture.cli.run(&format!("mail preview {kind} ABC --html {file}")).failed(4, "an existing file");
    }
    assert_eq!((fixture.outbox().len(), server.connections()), (0, 0));
}

#[test]
fn alerts_names_the_threshold_the_recipients_and_what_became_of_each_email() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    assert!(fixture.ok("balance alerts ABC").contains("above its thresholds"));
    fixture.sink("ABC", "400");
    assert!(fixture.ok("balance alerts ABC").contains("the next check will report the crossing"));
    server.fault(Stage::Rcpt, "pay@", Fault::Answer("550 unknown"));
    fixture.troubled_check(12);
    let why = fixture.ok("balance alerts ABC");
    assert!(why.contains("1 of 2 emails") && why.contains("unknown") && why.contains("pay@abc.example"), "{why}");
    fixture.ok("balance warn ABC --off");
    assert!(fixture.ok("balance alerts ABC").contains("switched off"));
}

#[test]
fn a_folder_gets_each_email_as_a_private_file() {
    let fixture = MailFixture::with_mail("");
    let folder = fixture.cli.path("emails");
    fixture.configure(&format!("transport = 'folder:{}'", folder.display()));
    fixture.customer("ABC");
    fixture.sink("ABC", "400");
    fixture.quiet_check();
    fixture.quiet_check();
    let mut files: Vec<_> = fs::read_dir(&folder).expect("a folder").map(|file| file.expect("a file").path()).collect();
    files.sort();
    assert_eq!(files.len(), 2);
    let text = fs::read_to_string(&files[0]).expect("read");
    assert!(text.contains("To: pay@abc.example\r\n"), "{text}");
}

#[test]
fn an_address_of_an_earlier_version_that_cannot_be_sent_to_is_named_and_its_emails_fail() {
    let cli = TestCli::seeded();
    let rule = "email cannot be sent to `foo@bar.com+1`: it must have only a-z, 0-9, hyphens and points in its domain";
    cli.sql().execute_batch("UPDATE contact SET email = 'foo@bar.com+1'").expect("updated");
    let check = cli.run("db check");
    assert_eq!(check.code, Some(0), "{}", check.stderr);
    assert!(check.stderr.contains(&format!("warning: contact 1 of ABC: {rule}")), "{}", check.stderr);
    let config = fs::read_to_string(cli.path("mail.toml")).expect("read");
    for (transport, id) in [("folder:emails", "x"), ("sendmail:/bin/true", "y")] {
        let text = config.replace("folder:emails", transport);
        fs::write(cli.path("other.toml"), text).expect("written");
        let sent = cli.run(&format!("smpp quick-create ABC --send-email --config other.toml --system-id {id}"));
        assert_eq!(sent.code, Some(12), "{transport}: {}", sent.stderr);
        let email = &cli.json("mail list --desc --limit 1 --fields state,last_error")[0];
        assert_eq!((&email["state"], &email["last_error"]), (&"failed".into(), &rule.into()), "{transport}");
    }
}

#[test]
fn people_read_the_letters_of_a_domain_and_programs_its_ascii_form() {
    let cli = TestCli::seeded();
    cli.ok("contact add ABC --name Max --email max@m\u{fc}nchen.example --roles billing");
    cli.ok("customer edit ABC --invoice-emails a@m\u{fc}nchen.example,b@b.example");
    for line in ["contact list ABC", "customer show ABC", "balance alerts ABC --unit SMS"] {
        let shown = cli.run(line).stdout;
        assert!(!shown.contains("xn--"), "{line}: {shown}");
        assert!(line.starts_with("balance") || shown.contains("@m\u{fc}nchen.example"), "{line}: {shown}");
        let data = cli.run(&format!("{line} --json")).stdout;
        assert!(!data.contains("m\u{fc}nchen"), "{line}: {data}");
        assert!(line.starts_with("balance") || data.contains("@xn--mnchen-3ya.example"), "{line}: {data}");
    }
    assert!(cli.ok("contact list ABC --csv").contains("max@xn--mnchen-3ya.example"));
}
