//! Whatever a server does at whatever stage, what is known of an email is written down, and no email waits for another's fate.

use std::collections::BTreeSet;

use crate::support::mail::MailFixture;
use crate::support::mail_server::{Fault, Server, Stage};

/// A mail fixture whose one customer has just sunk past its early threshold. It has one recipient, and internal recipients get nothing.
fn sunk(server: &Server) -> MailFixture {
    let fixture = MailFixture::at(server);
    fixture.write_config(&fixture.config().replace("internal", "#internal"));
    fixture.customer("ABC");
    fixture.sink("ABC", "400");
    fixture
}

/// The Message-IDs of the emails that a server took.
fn message_ids(server: &Server) -> Vec<String> {
    let of = |text: &str| text.lines().find(|line| line.starts_with("Message-ID: ")).expect("an ID").to_owned();
    server.taken().iter().map(|taken| of(&taken.text)).collect()
}

#[test]
fn what_is_not_about_the_email_or_not_for_good_is_tried_again() {
    let faults = [
        (Stage::Greeting, Fault::Answer("421 later"), "421"),
        (Stage::Greeting, Fault::Answer("554 never"), "554"),
        (Stage::Greeting, Fault::Drop, ""),
        (Stage::Greeting, Fault::Hang, "no answer in time"),
        (Stage::Ehlo, Fault::Answer("421 later"), "421"),
        (Stage::Ehlo, Fault::Answer("502 no"), "502"),
        (Stage::Ehlo, Fault::Drop, ""),
        (Stage::Mail, Fault::Answer("451 later"), "451"),
        (Stage::Mail, Fault::Answer("530 log in first"), "530"),
        (Stage::Mail, Fault::Drop, ""),
        (Stage::Mail, Fault::Hang, "no answer in time"),
        (Stage::Rcpt, Fault::Answer("451 greylisted"), "451"),
        (Stage::Rcpt, Fault::Drop, ""),
        (Stage::Data, Fault::Answer("451 later"), "451"),
        (Stage::Data, Fault::Drop, ""),
        (Stage::Dot, Fault::Answer("452 disk full"), "452"),
    ];
    let server = Server::plain();
    for (stage, fault, word) in faults {
        let fixture = sunk(&server);
        server.fault(stage, "", fault);
        let what = format!("{stage:?} {fault:?}");
        let said = fixture.troubled_check(11);
        assert!(said.contains("1 email could not be sent") && said.contains(word), "{what}: {said}");
        assert_eq!(fixture.emails(), ["low-upper pay@abc.example pending"], "{what}");
        server.taken();
        server.heal();
        fixture.quiet_check();
        assert_eq!(server.taken().len(), 0, "{what}: it waits for its time");
        fixture.wait_is_over();
        fixture.quiet_check();
        assert_eq!(server.taken().len(), 1, "{what}");
        assert_eq!(fixture.emails(), ["low-upper pay@abc.example sent"], "{what}");
    }
}

#[test]
fn what_the_server_refuses_for_good_fails_and_is_never_tried_again() {
    let server = Server::plain();
    for (stage, answer) in [(Stage::Rcpt, "550 no such person"), (Stage::Data, "554 no"), (Stage::Dot, "554 spam")] {
        let fixture = sunk(&server);
        server.fault(stage, "", Fault::Answer(answer));
        let said = fixture.troubled_check(12);
        assert!(said.contains("1 email failed") && said.contains(&answer[4..]), "{said}");
        server.heal();
        server.taken();
        fixture.wait_is_over();
        fixture.quiet_check();
        assert_eq!(server.taken().len(), 0, "{stage:?}");
        assert_eq!(fixture.emails(), ["low-upper pay@abc.example failed"]);
    }
}

#[test]
fn an_email_whose_fate_is_unknown_is_sent_once_more_with_its_message_id_and_never_again() {
    for fault in [Fault::Drop, Fault::Hang, Fault::Drip] {
        let server = Server::plain();
        let fixture = sunk(&server);
        server.fault(Stage::Dot, "", fault);
        let said = fixture.troubled_check(12);
        assert!(said.contains("1 uncertain"), "{fault:?}: {said}");
        let first = message_ids(&server);
        fixture.troubled_check(12);
        assert_eq!((first.len(), server.taken().len()), (1, 0), "{fault:?}: not again so soon");
        fixture.wait_is_over();
        fixture.troubled_check(12);
        assert_eq!(message_ids(&server), first, "{fault:?}");
        server.heal();
        for _ in 0..2 {
            fixture.wait_is_over();
            fixture.troubled_check(12);
        }
        assert_eq!(server.taken().len(), 0, "{fault:?}: never a third time");
        assert_eq!(fixture.emails(), ["low-upper pay@abc.example uncertain"]);
    }
}

#[test]
fn a_second_sending_that_is_answered_settles_the_matter() {
    let server = Server::plain();
    let fixture = sunk(&server);
    server.fault(Stage::Dot, "", Fault::Drop);
    fixture.troubled_check(12);
    server.heal();
    server.fault(Stage::Mail, "", Fault::Answer("451 later"));
    fixture.wait_is_over();
    fixture.troubled_check(12);
    assert_eq!(fixture.emails(), ["low-upper pay@abc.example uncertain"], "it may have been sent the first time");
    server.heal();
    fixture.wait_is_over();
    fixture.quiet_check();
    assert_eq!(fixture.emails(), ["low-upper pay@abc.example sent"]);
    assert_eq!(message_ids(&server).into_iter().collect::<BTreeSet<_>>().len(), 1);
}

#[test]
fn a_connection_lost_in_the_middle_of_an_email_leaves_no_doubt() {
    let server = Server::plain();
    let fixture = sunk(&server);
    fixture.write_config(&fixture.config().replace("timeout_seconds = 1", "timeout_seconds = 30"));
    fixture.template("low-upper.html", "{% for line in range(60000) %}a line of some eighty characters, more than a connection holds back unread\n{% endfor %}");
    server.fault(Stage::Data, "", Fault::Cut);
    fixture.troubled_check(11);
    assert_eq!(fixture.emails(), ["low-upper pay@abc.example pending"]);
}

#[test]
fn a_run_killed_while_the_server_keeps_its_answer_leaves_that_email_uncertain_and_no_other() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    for code in ["AAA", "BBB", "CCC"] {
        fixture.customer(code);
        fixture.sink(code, "400");
    }
    server.fault(Stage::Dot, "pay@bbb.example", Fault::Hang);
    let mut run = fixture.start_check();
    server.until_it_hangs();
    run.kill().expect("killed");
    run.wait().expect("ended");
    let held = server.taken().pop().expect("the email that was being sent");
    server.heal();
    let said = fixture.troubled_check(12);
    assert!(said.contains("1 uncertain"), "{said}");
    let uncertain: Vec<String> = fixture.emails().into_iter().filter(|email| !email.ends_with("sent")).collect();
    assert_eq!(uncertain, ["low-upper pay@bbb.example uncertain"]);
    let others: BTreeSet<String> = server.taken().into_iter().map(|taken| taken.to).collect();
    assert!(!others.contains("pay@bbb.example") && others.contains("pay@ccc.example"), "{others:?}");
    fixture.wait_is_over();
    fixture.quiet_check();
    let again = server.taken();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].text, held.text, "the email is the same to the last byte");
    fixture.wait_is_over();
    fixture.quiet_check();
    assert_eq!(server.taken().len(), 0);
    assert!(fixture.emails().iter().all(|email| email.ends_with(" sent")));
}

#[test]
fn a_server_that_keeps_a_check_waiting_keeps_no_other_command_waiting() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("AAA");
    fixture.sink("AAA", "400");
    server.fault(Stage::Dot, "pay@aaa.example", Fault::Hang);
    let mut run = fixture.start_check();
    server.until_it_hangs();
    fixture.ok("balance adjust AAA 5 --description top-up --key while-it-waits --wait 0");
    assert!(run.try_wait().expect("asked").is_none(), "the check is over, so the command did not run next to it");
    run.kill().expect("killed");
    run.wait().expect("ended");
}

#[test]
fn one_bad_recipient_blocks_nobody_else() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    fixture.ok("balance warn ABC --to a@x.example,b@x.example,c@x.example,d@x.example,e@x.example,f@x.example");
    fixture.sink("ABC", "400");
    server.fault(Stage::Rcpt, "a@x.example", Fault::Answer("550 unknown"));
    server.fault(Stage::Rcpt, "b@x.example", Fault::Answer("450 busy"));
    server.fault(Stage::Rcpt, "c@x.example", Fault::Hang);
    server.fault(Stage::Rcpt, "e@x.example", Fault::Drip);
    server.fault(Stage::Dot, "d@x.example", Fault::Drop);
    fixture.troubled_check(12);
    let states = ["a@x.example failed", "b@x.example pending", "c@x.example pending", "d@x.example uncertain"];
    let emails = fixture.emails();
    for state in states.into_iter().chain(["e@x.example pending", "f@x.example sent"]) {
        assert!(emails.contains(&format!("low-upper {state}")), "{state}: {emails:?}");
    }
    assert!(emails.contains(&"internal ops@gateway.example sent".to_owned()));
}

#[test]
fn one_connection_serves_many_emails_and_a_lost_one_is_replaced_without_a_loss() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    for code in ["AAA", "BBB", "CCC"] {
        fixture.customer(code);
        fixture.sink(code, "400");
    }
    fixture.quiet_check();
    assert_eq!((server.taken().len(), server.connections()), (6, 1));
    for code in ["AAA", "BBB", "CCC"] {
        fixture.sink(code, "50");
    }
    server.fault(Stage::Dot, "", Fault::Last);
    fixture.quiet_check();
    assert_eq!((server.taken().len(), server.connections()), (6, 7), "a server may close after each email");
    server.heal();
    for code in ["AAA", "BBB", "CCC"] {
        fixture.sink(code, "900");
    }
    server.fault(Stage::Rcpt, "pay@aaa.example", Fault::Answer("450 busy"));
    server.fault(Stage::Rset, "", Fault::Drop);
    fixture.troubled_check(11);
    assert_eq!((server.taken().len(), server.connections()), (5, 9), "or after an email that it did not take");
}

#[test]
fn emails_for_which_there_is_no_server_or_no_time_wait_and_say_so() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    for code in ["AAA", "BBB"] {
        fixture.customer(code);
        fixture.sink(code, "400");
    }
    server.fault(Stage::Greeting, "", Fault::Answer("421 closed"));
    let said = fixture.troubled_check(11);
    assert!(said.contains("4 emails could not be sent"), "{said}");
    assert_eq!(server.connections(), 1, "a server that is down is not asked for each email");
    server.heal();
    fixture
        .configure(&format!("transport = 'smtp://127.0.0.1:{}'\ntimeout_seconds = 2\nrun_seconds = 1", server.port()));
    server.fault(Stage::Rcpt, "", Fault::Hang);
    fixture.wait_is_over();
    let said = fixture.troubled_check(11);
    assert!(said.contains("4 emails could not be sent"), "{said}");
    assert_eq!(server.connections(), 2, "a run begins no email when its time is over");
}

#[test]
fn a_run_killed_before_any_server_was_offered_an_email_leaves_all_of_them_pending() {
    for stage in [Stage::Greeting, Stage::Ehlo] {
        let server = Server::plain();
        let fixture = sunk(&server);
        server.fault(stage, "", Fault::Hang);
        for _ in 0..2 {
            let mut run = fixture.start_check();
            server.until_it_hangs();
            run.kill().expect("killed");
            run.wait().expect("ended");
            server.hang_up();
            server.forget_who_hangs();
        }
        let attempts: i64 =
            fixture.cli.sql().query_row("SELECT attempts FROM outbox_email", [], |row| row.get(0)).expect("an email");
        assert_eq!(
            (fixture.emails(), attempts),
            (vec!["low-upper pay@abc.example pending".to_owned()], 0),
            "{stage:?}"
        );
        server.heal();
        fixture.quiet_check();
        assert_eq!(server.taken().len(), 1, "{stage:?}");
    }
}

#[test]
fn an_uncertain_email_keeps_exit_code_12_until_an_operator_retries_or_cancels_it() {
    for command in ["mail cancel 1", "mail retry 1"] {
        let server = Server::plain();
        let fixture = sunk(&server);
        server.fault(Stage::Dot, "", Fault::Drop);
        fixture.troubled_check(12);
        fixture.wait_is_over();
        fixture.troubled_check(12);
        server.heal();
        for _ in 0..2 {
            let said = fixture.troubled_check(12);
            assert!(said.contains("1 email may not have arrived: email 1"), "{said}");
        }
        fixture.ok(command);
        fixture.quiet_check();
    }
}

#[test]
fn an_email_that_waits_goes_to_the_address_that_was_corrected_since() {
    let server = Server::plain();
    let fixture = MailFixture::at(&server);
    fixture.customer("ABC");
    fixture.sink("ABC", "400");
    server.fault(Stage::Rcpt, "", Fault::Answer("450 unknown for now"));
    fixture.troubled_check(11);
    server.heal();
    fixture.ok("customer edit ABC --invoice-emails right@abc.example");
    fixture.write_config(&fixture.config().replace("ops@gateway.example", "desk@gateway.example"));
    fixture.wait_is_over();
    fixture.quiet_check();
    let to: Vec<String> = server.taken().into_iter().map(|taken| taken.to).collect();
    assert_eq!(to, ["right@abc.example", "desk@gateway.example"]);
    assert_eq!(fixture.emails(), ["low-upper right@abc.example sent", "internal desk@gateway.example sent"]);
    let events = fixture.cli.json("audit list --entity email");
    assert_eq!(events[0]["action"], "readdress");
    fixture.ok("db check");
}

#[test]
fn an_email_to_an_address_that_was_removed_is_cancelled_and_one_to_a_failed_address_can_be_retried() {
    let server = Server::plain();
    let fixture = sunk(&server);
    fixture.ok("balance warn ABC --to gone@abc.example,wrong@abc.example,good@abc.example");
    fixture.sink("ABC", "900");
    server.fault(Stage::Rcpt, "gone@abc.example", Fault::Answer("450 later"));
    server.fault(Stage::Rcpt, "wrong@abc.example", Fault::Answer("550 unknown"));
    fixture.quiet_check();
    fixture.sink("ABC", "400");
    fixture.troubled_check(12);
    server.heal();
    server.taken();
    fixture.ok("balance warn ABC --to right@abc.example,good@abc.example");
    let failed = fixture.cli.json("mail list --state failed");
    fixture.ok(&format!("mail retry {}", failed[0]["id"]));
    fixture.wait_is_over();
    fixture.quiet_check();
    let to: Vec<String> = server.taken().into_iter().map(|taken| taken.to).collect();
    assert_eq!(to, ["right@abc.example"]);
    assert!(fixture.emails().contains(&"low-upper wrong@abc.example cancelled".to_owned()), "{:?}", fixture.emails());
}
