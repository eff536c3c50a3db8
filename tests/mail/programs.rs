//! Emails handed to a local mail program.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::support::mail::MailFixture;

/// A mail fixture whose mail program is a shell script, with one customer whose balance has just sunk; internal recipients get nothing.
fn fixture(script: &str) -> MailFixture {
    let fixture = MailFixture::with_mail("timeout_seconds = 1");
    let program = replace(&fixture, script);
    fixture.write_config(
        &fixture.config().replace("internal =", "#internal =").replace(
            "timeout_seconds = 1",
            &format!("timeout_seconds = 1\ntransport = 'sendmail:{}'", program.display()),
        ),
    );
    fixture.customer("ABC");
    fixture.sink("ABC", "400");
    fixture
}

fn replace(fixture: &MailFixture, script: &str) -> PathBuf {
    let program = fixture.cli.path("sendmail");
    // Write a new file and rename it: a program that still runs cannot be overwritten.
    let draft = fixture.cli.path("sendmail.new");
    fs::write(&draft, format!("#!/bin/sh\n{script}\n")).expect("written");
    fs::set_permissions(&draft, Permissions::from_mode(0o700)).expect("made a program");
    fs::rename(&draft, &program).expect("moved");
    program
}

#[test]
fn the_program_gets_sender_recipient_and_email() {
    let fixture = fixture("printf '%s\\n' \"$@\" > arguments; cat > email");
    fixture.quiet_check();
    let read = |name: &str| fs::read_to_string(fixture.cli.path(name)).expect("read");
    assert_eq!(read("arguments"), "-i\n-oep\n-f\nbilling@gateway.example\n--\npay@abc.example\n");
    assert!(read("email").starts_with("From: ") && read("email").contains("\r\nTo: pay@abc.example\r\n"));
    assert_eq!(fixture.emails(), ["low-upper pay@abc.example sent"]);
}

#[test]
fn its_exit_code_decides_what_becomes_of_the_email() {
    let ends = [
        ("cat >/dev/null; exit 75", 11, "pending", "exited with code 75"),
        ("exit 75", 11, "pending", "exited with code 75"),
        ("cat >/dev/null; exit 1", 11, "pending", "exited with code 1"),
        ("exit 0", 11, "pending", "did not read the email"),
        ("cat >/dev/null; exit 67", 12, "failed", "exited with code 67"),
        ("cat >/dev/null; exit 65", 12, "failed", "exited with code 65"),
        ("exec sleep 600", 12, "uncertain", "did not exit in time"),
        ("cat >/dev/null; kill -9 $$", 12, "uncertain", "was killed"),
    ];
    for (script, code, state, why) in ends {
        let fixture = fixture(script);
        let said = fixture.troubled_check(code);
        assert!(said.contains(why), "{script}: {said}");
        assert_eq!(fixture.emails(), [format!("low-upper pay@abc.example {state}")], "{script}");
    }
}

#[test]
fn a_program_that_is_missing_or_no_program_puts_emails_off_until_it_is_there() {
    let fixture = fixture("cat > email");
    let program = fixture.cli.path("sendmail");
    fs::set_permissions(&program, Permissions::from_mode(0o600)).expect("changed");
    assert!(fixture.troubled_check(11).contains("cannot run"));
    fs::remove_file(&program).expect("removed");
    fixture.wait_is_over();
    assert!(fixture.troubled_check(11).contains("cannot run"));
    replace(&fixture, "cat > email");
    fixture.wait_is_over();
    fixture.quiet_check();
    assert_eq!(fixture.emails(), ["low-upper pay@abc.example sent"]);
}

#[test]
fn a_large_email_does_not_wait_for_a_program_that_does_not_read() {
    let fixture = fixture("exec sleep 600");
    fixture.template("low-upper.html", &"a line that is repeated\n".repeat(10_000));
    fixture.troubled_check(12);
    assert_eq!(fixture.emails(), ["low-upper pay@abc.example uncertain"]);
    replace(&fixture, "head -c 10 >/dev/null; exit 0");
    fixture.wait_is_over();
    fixture.troubled_check(12);
    replace(&fixture, "cat > email");
    fixture.wait_is_over();
    fixture.quiet_check();
    assert!(fs::metadata(fixture.cli.path("email")).expect("there").len() > 200_000);
}

#[test]
fn what_the_program_says_on_stderr_is_in_the_error_and_kept_short() {
    let fixture = fixture("cat >/dev/null; echo 'sendmail: queue is full' >&2; exit 75");
    let said = fixture.troubled_check(11);
    assert!(said.contains("exited with code 75: sendmail: queue is full"), "{said}");
    replace(&fixture, "cat >/dev/null; yes 'much ado' >&2; exit 75");
    fixture.wait_is_over();
    let said = fixture.troubled_check(11);
    assert!(said.contains("exited with code 75: much ado much ado") && said.len() < 1000, "{said}");
}

#[test]
fn a_program_that_takes_too_long_is_killed_with_everything_it_started() {
    let fixture = fixture("sh -c 'echo $$ > child; exec sleep 600' & wait");
    fixture.troubled_check(12);
    assert_is_gone(&fixture, "child");
}

#[test]
fn a_password_command_is_limited_in_time_and_output_and_its_complaint_is_printed() {
    let fixture = fixture("cat >/dev/null");
    let try_out = |command: &str| {
        fixture.configure(&format!(
            "transport = 'smtps://localhost:1'\nlogin = 'gateway'\ntimeout_seconds = 1\npassword_command = \"{command}\""
        ));
        fixture.cli.run("mail test me@example.com").failed(13, command).to_owned()
    };
    assert!(try_out("yes").contains("printed 16 KiB or more"));
    let said = try_out("echo the vault is sealed >&2; exit 3");
    assert!(said.contains("password_command: exited with code 3: the vault is sealed"), "{said}");
    assert!(try_out("sh -c 'echo $$ > child; exec sleep 600' & wait").contains("timed out"));
    assert_is_gone(&fixture, "child");
}

/// Asserts that the process whose number is in a file has ended. A process that was killed may take a moment to be gone.
fn assert_is_gone(fixture: &MailFixture, file: &str) {
    let number = fs::read_to_string(fixture.cli.path(file)).expect("it was started");
    let state = || fs::read_to_string(format!("/proc/{}/stat", number.trim())).unwrap_or_default();
    let is_gone = || state().is_empty() || state().contains(") Z ");
    let gone = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        is_gone()
    });
    assert!(gone, "{}", state());
}
