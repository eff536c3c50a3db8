//! A login is sent only to a server that has proved its identity.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use crate::support::authority::{Authority, self_signed};
use crate::support::cli::{Outcome, words};
use crate::support::mail::MailFixture;
use crate::support::mail_server::{Fault, Server, Stage, base64};

const PASSWORD: &str = "open sesame";

/// A mail fixture that logs in at a server, with this source of the password.
fn fixture(server: &Server, scheme: &str, password: &str) -> MailFixture {
    let port = server.port();
    MailFixture::with_mail(&format!(
        "transport = '{scheme}://localhost:{port}'\nlogin = 'gateway'\ntimeout_seconds = 5\n{password}"
    ))
}

/// Sends a test email, trusting an authority.
fn try_out(fixture: &MailFixture, authority: &Authority) -> Outcome {
    fixture.trusting(&authority.pem).args(words("mail test me@example.com")).output().expect("run").into()
}

/// Whether the password was ever said, in any of the forms in which a login is.
fn received_login(server: &Server) -> bool {
    let forms = [PASSWORD.to_owned(), base64(PASSWORD), base64(&format!("\0gateway\0{PASSWORD}"))];
    server.heard().iter().any(|line| forms.iter().any(|form| line.contains(form)))
}

#[test]
fn a_login_travels_over_verified_tls_and_the_email_after_it() {
    let authority = Authority::new();
    for (scheme, implicit) in [("smtp+starttls", false), ("smtps", true)] {
        let server = Server::secure(authority.vouch_for("localhost"), implicit);
        let fixture = fixture(&server, scheme, &format!("password = '{PASSWORD}'"));
        let outcome = try_out(&fixture, &authority);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{scheme}");
        assert_eq!(server.taken().len(), 1);
        let heard = server.heard();
        let first_secret = heard.iter().find(|line| line.contains("AUTH")).expect("a login");
        assert!(first_secret.starts_with("TLS AUTH PLAIN") && received_login(&server), "{heard:?}");
        assert!(heard.iter().filter(|line| line.contains("MAIL")).all(|line| line.starts_with("TLS ")), "{heard:?}");
    }
}

#[test]
fn a_server_that_only_asks_question_by_question_is_answered() {
    let authority = Authority::new();
    let server = Server::secure(authority.vouch_for("localhost"), true);
    server.fault(Stage::Ehlo, "", Fault::Answer("250-loopback\r\n250 AUTH LOGIN"));
    let fixture = fixture(&server, "smtps", &format!("password = '{PASSWORD}'"));
    try_out(&fixture, &authority).succeeded("mail test");
    assert!(server.heard().contains(&format!("TLS {}", base64(PASSWORD))));
}

#[test]
fn a_server_that_cannot_prove_who_it_is_learns_no_password_and_gets_no_email() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let servers = [
        (self_signed(), "the certificate is self-signed: its subject is "),
        (stranger.vouch_for("localhost"), "the certificate has an unknown issuer: "),
        (authority.vouch_for("elsewhere.example"), "the certificate is for another host name"),
    ];
    for (shown, what) in servers {
        for (scheme, implicit) in [("smtp+starttls", false), ("smtps", true)] {
            let server = Server::secure(Arc::clone(&shown), implicit);
            let fixture = fixture(&server, scheme, &format!("password = '{PASSWORD}'"));
            let outcome = try_out(&fixture, &authority);
            assert_eq!(outcome.code, Some(12), "{what}, {scheme}: {}", outcome.stderr);
            assert!(outcome.stderr.contains(what), "{what}, {scheme}: {}", outcome.stderr);
            assert!(!received_login(&server) && server.taken().is_empty(), "{what}, {scheme}");
            assert!(!server.heard().iter().any(|line| line.contains("AUTH") || line.contains("MAIL")));
        }
    }
}

#[test]
fn certificates_to_trust_that_are_missing_are_reported() {
    let server = Server::secure(Authority::new().vouch_for("localhost"), true);
    let fixture = fixture(&server, "smtps", &format!("password = '{PASSWORD}'"));
    let missing = fixture.cli.path("missing.pem");
    let mut command = fixture.trusting(&Authority::new().pem);
    let run = command.env("SSL_CERT_FILE", &missing).args(words("mail test me@example.com")).output();
    let outcome: Outcome = run.expect("run").into();
    assert_eq!(outcome.code, Some(13), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("SSL_CERT_FILE names") && outcome.stderr.contains("no file at"),
        "{}",
        outcome.stderr
    );
    assert_eq!(server.connections(), 0);
}

#[test]
fn tls_that_is_asked_for_and_missing_is_not_done_without() {
    let authority = Authority::new();
    let refusals = [
        (Stage::Ehlo, "250 loopback", "STARTTLS is not supported"),
        (Stage::Ehlo, "250-loopback\r\n250 AUTH PLAIN", "STARTTLS is not supported"),
        (Stage::StartTls, "454 not now", "not now"),
        (Stage::StartTls, "502 no", "no"),
    ];
    for (stage, answer, why) in refusals {
        let server = Server::secure(authority.vouch_for("localhost"), false);
        server.fault(stage, "", Fault::Answer(answer));
        let fixture = fixture(&server, "smtp+starttls", &format!("password = '{PASSWORD}'"));
        let outcome = try_out(&fixture, &authority);
        assert_eq!(outcome.code, Some(12), "{answer}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(why), "{answer}: {}", outcome.stderr);
        assert!(!received_login(&server) && server.taken().is_empty(), "{answer}");
    }
    let server = Server::plain();
    let fixture = fixture(&server, "smtp", &format!("password = '{PASSWORD}'"));
    let outcome = try_out(&fixture, &authority);
    assert!(outcome.failed(13, "plain").contains("over TLS only"));
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_wrong_password_puts_emails_off_and_is_repeated_nowhere() {
    let authority = Authority::new();
    let server = Server::secure(authority.vouch_for("localhost"), true);
    let fixture = fixture(&server, "smtps", "password = 'swordfish'");
    fixture.customer("ABC");
    fixture.sink("ABC", "400");
    let check =
        |line: &str| -> Outcome { fixture.trusting(&authority.pem).args(words(line)).output().expect("run").into() };
    let outcome = check("balance check -v");
    assert_eq!(outcome.code, Some(11), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("535"), "{}", outcome.stderr);
    assert_eq!(server.taken().len(), 0);
    let mut printed = vec![outcome.stdout, outcome.stderr];
    for line in [
        "config show -o json",
        "mail list -o json",
        "mail show 1 -o json",
        "balance alerts ABC -o json",
        "audit list -o json",
    ] {
        printed.push(check(line).succeeded(line));
    }
    printed.push(format!("{:?}", fixture.cli.dump()));
    for text in printed {
        assert!(!text.contains("swordfish") && !text.contains(&base64("swordfish")), "{text}");
        assert!(!text.contains(&base64("\0gateway\0swordfish")), "{text}");
    }
}

#[test]
fn a_password_comes_from_the_environment_a_private_file_or_a_command() {
    let authority = Authority::new();
    let server = Server::secure(authority.vouch_for("localhost"), true);
    let fixture = fixture(&server, "smtps", "password_command = \"printf 'open sesame\\n'\"");
    try_out(&fixture, &authority).succeeded("command");

    let file = fixture.cli.path("password");
    let port = server.port();
    let base = format!("transport = 'smtps://localhost:{port}'\nlogin = 'gateway'\ntimeout_seconds = 1");
    fixture.configure(&format!("{base}\npassword_file = '{}'", file.display()));
    let missing = try_out(&fixture, &authority);
    assert!(missing.failed(13, "no file").contains("cannot read the password file"));
    fs::write(&file, format!("{PASSWORD}\n")).expect("written");
    for mode in [0o644, 0o640, 0o602] {
        fs::set_permissions(&file, Permissions::from_mode(mode)).expect("changed");
        assert!(try_out(&fixture, &authority).failed(13, "open file").contains("error[unsafe_file]"), "{mode:o}");
    }
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("changed");
    try_out(&fixture, &authority).succeeded("file");

    fixture.configure(&base);
    assert!(try_out(&fixture, &authority).failed(13, "none").contains("no password"));
    let mut command = fixture.trusting(&authority.pem);
    let outcome = command.env("SSGCTL_SMTP_PASSWORD", PASSWORD).args(words("mail test me@example.com")).output();
    Outcome::from(outcome.expect("run")).succeeded("environment");

    for (command, why) in
        [("exit 3", "exited with code 3"), ("sleep 600", "timed out"), ("printf '\\377'", "did not print UTF-8 text")]
    {
        fixture.configure(&format!("{base}\npassword_command = \"{}\"", command.replace('\\', "\\\\")));
        let outcome = try_out(&fixture, &authority);
        assert!(outcome.failed(13, command).contains(why), "{command}: {}", outcome.stderr);
    }
    assert_eq!(server.taken().len(), 3);
}

#[test]
fn a_configuration_with_a_password_that_others_can_read_is_refused() {
    let fixture = MailFixture::with_mail("transport = 'smtps://localhost'\nlogin = 'gateway'\npassword = 'swordfish'");
    fixture.ok("customer list");
    fs::set_permissions(fixture.cli.config(), Permissions::from_mode(0o644)).expect("changed");
    for line in ["balance check", "config show", "mail test me@example.com"] {
        let outcome = fixture.cli.run(line);
        let said = outcome.failed(13, line);
        assert!(said.contains("error[unsafe_file]") && !said.contains("swordfish"), "{line}: {said}");
    }
}
