//! Dispatch: which emails a run sends, what it records of them, and what it leaves for the next run.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use ssgctl::mail::{
    AccountEmails, CheckOutcome, DispatchEvent, DispatchLock, Dispatcher, MailTransport, RoleConfig, SenderConfig,
    TemplateRenderer,
};
use ssgctl::model::{
    EmailCause, EmailState, EmailTemplate, Gateway, Level, OutboxEmail, OutgoingEmail, SendOutcome, Sender,
};
use ssgctl::ops::{outbox, smpp};
use ssgctl::store::vault::Vault;
use ssgctl::{Error, Result};

use super::traffic;
use super::warning::{THEM, US, bring_to, fixture, state, warn};
use crate::support::fixture::{Fixture, assert_refused, plain_email, valid};

/// A transport that remembers the recipients and texts that it was given, and answers what a test wants.
#[derive(Clone, Default)]
struct Recorder {
    sent: Rc<RefCell<Vec<(String, String)>>>,
    outcomes: Rc<RefCell<Vec<SendOutcome>>>,
    is_down: bool,
}

impl Recorder {
    fn answering(outcomes: &[SendOutcome]) -> Self {
        Self { outcomes: Rc::new(RefCell::new(outcomes.to_vec())), ..Self::default() }
    }

    fn recipients(&self) -> Vec<String> {
        self.sent.borrow().iter().map(|(recipient, _)| recipient.clone()).collect()
    }
}

impl MailTransport for Recorder {
    fn send(&mut self, outgoing: &OutgoingEmail) -> SendOutcome {
        let email = &outgoing.email;
        self.sent.borrow_mut().push((email.recipient.to_string(), email.content.text.clone()));
        let mut outcomes = self.outcomes.borrow_mut();
        if outcomes.is_empty() { SendOutcome::Sent } else { outcomes.remove(0) }
    }

    fn is_down(&self) -> bool {
        self.is_down
    }
}

pub fn renderer() -> TemplateRenderer {
    let sender = Sender { name: valid("Billing"), address: valid("billing@example.com"), reply_to: None };
    let billing = Some(RoleConfig { sender, signature: None });
    TemplateRenderer::new(
        SenderConfig { company: valid("Example"), service: valid("Example SMS"), sales: None, support: None, billing },
        None,
    )
}

/// Runs a dispatch; also says which events it reported, and whether it saved anything.
fn dispatch<T>(fixture: &mut Fixture, act: impl FnOnce(&mut Dispatcher<'_>) -> T) -> (T, Vec<&'static str>, bool) {
    let (key, origin) = (fixture.folder.path().join("key"), fixture.origin.clone());
    let mut events = Vec::new();
    let mut watch = |event: DispatchEvent<'_>| {
        events.push(match event {
            DispatchEvent::Checked(_) => "judged",
            DispatchEvent::Recorded(_) => "recorded",
        });
    };
    let mut dispatcher = Dispatcher {
        store: &mut fixture.store,
        origin: &origin,
        keys: &|| Vault::open(&key),
        run_time: Duration::from_mins(1),
        watch: &mut watch,
        committed: false,
    };
    let done = act(&mut dispatcher);
    let committed = dispatcher.committed;
    (done, events, committed)
}

fn check(fixture: &mut Fixture, transport: &Recorder) -> CheckOutcome {
    let connect = || Ok::<_, Error>(Box::new(transport.clone()) as Box<dyn MailTransport>);
    let (checked, ..) = dispatch(fixture, |dispatcher| dispatcher.check(&[valid(US)], &renderer(), connect));
    checked.expect("checked").expect("no other run")
}

fn queue(fixture: &mut Fixture, recipient: &str) -> OutboxEmail {
    let content = plain_email(EmailTemplate::Test);
    fixture.write(|tx| outbox::queue(tx, None, EmailCause::Command, &valid(recipient), &content)).expect("queued")
}

fn states(fixture: &mut Fixture) -> Vec<EmailState> {
    fixture.emails().iter().map(|email| email.state).collect()
}

#[test]
fn a_check_sends_one_email_to_each_recipient_of_a_crossing_and_the_next_check_none() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "50");
    let transport = Recorder::default();
    let CheckOutcome { run, findings, dispatched, .. } = check(&mut fixture, &transport);
    assert_eq!(transport.recipients(), [THEM, US]);
    assert_eq!((findings.alerts.len(), findings.unchecked.len()), (1, 0));
    assert_eq!((run.counts.crossings, run.counts.queued, run.counts.sent), (1, 2, 2));
    assert!(run.finished_at.is_some() && run.counts == dispatched.counts && dispatched.worst.is_none());
    let again = check(&mut fixture, &transport);
    assert_eq!((again.run.counts.crossings, again.run.counts.sent), (0, 0));
    assert_eq!(transport.recipients().len(), 2);
}

#[test]
fn events_come_in_the_order_in_which_things_are_saved() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "50");
    let connect = || Ok::<_, Error>(Box::new(Recorder::default()) as Box<dyn MailTransport>);
    let (checked, events, committed) =
        dispatch(&mut fixture, |dispatcher| dispatcher.check(&[valid(US)], &renderer(), connect));
    assert!(checked.is_ok() && committed);
    assert_eq!(events, ["judged", "recorded", "recorded"]);
}

#[test]
fn a_crossing_is_not_recorded_while_its_emails_could_not_be_sent() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "50");
    let connect = || Err(Error::Email("no transport".to_owned()));
    let (refused, events, committed) =
        dispatch(&mut fixture, |dispatcher| dispatcher.check(&[valid(US)], &renderer(), connect));
    assert_refused!(refused, Error::Email(_));
    assert!(events.is_empty() && !committed);
    assert_eq!((state(&mut fixture), fixture.emails().len()), (Level::Ok, 0));
    let transport = Recorder::default();
    check(&mut fixture, &transport);
    assert_eq!((state(&mut fixture), transport.recipients().len()), (Level::Upper, 2));
}

#[test]
fn the_transport_is_not_asked_for_when_there_is_nothing_to_send() {
    let mut fixture = fixture();
    let mut asked = false;
    let connect = || {
        asked = true;
        Err(Error::Email("no transport".to_owned()))
    };
    let (checked, ..) = dispatch(&mut fixture, |dispatcher| dispatcher.check(&[], &renderer(), connect));
    assert!(checked.expect("checked").is_some() && !asked);
    // A crossing that queues no email needs no transport either.
    warn(&mut fixture, |details| details.notify_customer = false).unwrap();
    bring_to(&mut fixture, "50");
    let connect = || Err(Error::Email("no transport".to_owned()));
    let (checked, ..) = dispatch(&mut fixture, |dispatcher| dispatcher.check(&[], &renderer(), connect));
    assert!(checked.is_ok());
    assert_eq!(state(&mut fixture), Level::Upper);
}

#[test]
fn only_one_process_dispatches_at_a_time() {
    let mut fixture = fixture();
    bring_to(&mut fixture, "50");
    let lock = DispatchLock::take(&fixture.store).unwrap().expect("free");
    assert!(DispatchLock::take(&fixture.store).unwrap().is_none());
    let mut transport = Recorder::default();
    let connect = || Ok::<_, Error>(Box::new(Recorder::default()) as Box<dyn MailTransport>);
    let (checked, events, committed) =
        dispatch(&mut fixture, |dispatcher| dispatcher.check(&[valid(US)], &renderer(), connect));
    assert!(checked.unwrap().is_none() && events.is_empty() && !committed);
    let content = plain_email(EmailTemplate::Test);
    let (sent, ..) = dispatch(&mut fixture, |dispatcher| dispatcher.send_once(&valid(US), &content, &mut transport));
    assert!(sent.unwrap().is_none() && transport.recipients().is_empty());
    assert!(fixture.emails().is_empty());
    drop(lock);
    assert!(DispatchLock::take_within(&fixture.store, Duration::ZERO).unwrap().is_some());
}

#[test]
fn the_worst_email_is_one_that_failed_before_one_that_is_uncertain_or_waits() {
    let mut fixture = Fixture::new();
    for recipient in ["a@example.com", "b@example.com", "c@example.com", "d@example.com"] {
        queue(&mut fixture, recipient);
    }
    let said = str::to_owned;
    let outcomes = [
        SendOutcome::Unanswered(said("hung up")),
        SendOutcome::Refused(said("550 no such user")),
        SendOutcome::Deferred(said("451 later")),
        SendOutcome::Sent,
    ];
    let CheckOutcome { run, dispatched, .. } = check(&mut fixture, &Recorder::answering(&outcomes));
    let counts = run.counts;
    assert_eq!((counts.sent, counts.deferred, counts.failed, counts.uncertain), (1, 1, 1, 1));
    let worst = dispatched.worst.expect("one failed");
    assert_eq!((worst.recipient.as_str(), worst.last_error.as_deref()), ("b@example.com", Some("550 no such user")));
}

#[test]
fn a_server_that_is_down_ends_the_run_and_the_rest_is_deferred() {
    let mut fixture = Fixture::new();
    for recipient in ["a@example.com", "b@example.com", "c@example.com"] {
        queue(&mut fixture, recipient);
    }
    let mut transport = Recorder::answering(&[SendOutcome::Deferred("refused".to_owned())]);
    transport.is_down = true;
    let outcome = check(&mut fixture, &transport);
    assert_eq!((outcome.run.counts.deferred, transport.recipients().len()), (3, 1));
    assert_eq!(states(&mut fixture), [EmailState::Pending; 3]);
}

#[test]
fn an_email_of_a_run_that_died_is_uncertain_at_the_next_check() {
    let mut fixture = Fixture::new();
    let email = queue(&mut fixture, "a@example.com");
    fixture.write(|tx| outbox::claim_one(tx, email)).unwrap();
    let transport = Recorder::default();
    let outcome = check(&mut fixture, &transport);
    assert!(transport.recipients().is_empty(), "it may have arrived");
    assert_eq!(outcome.run.counts.uncertain, 1);
    assert_eq!(outcome.dispatched.worst.expect("found").state, EmailState::Uncertain);
}

#[test]
fn an_email_sent_once_is_not_kept_for_a_later_run() {
    let mut fixture = Fixture::new();
    let content = plain_email(EmailTemplate::Test);
    for (outcome, state) in [
        (SendOutcome::Sent, EmailState::Sent),
        (SendOutcome::Deferred("451 later".to_owned()), EmailState::Cancelled),
        (SendOutcome::Unanswered("hung up".to_owned()), EmailState::Cancelled),
        (SendOutcome::Refused("550 no".to_owned()), EmailState::Failed),
    ] {
        let mut transport = Recorder::answering(&[outcome]);
        let (sent, ..) =
            dispatch(&mut fixture, |dispatcher| dispatcher.send_once(&valid(US), &content, &mut transport));
        let email = sent.unwrap().expect("no other run");
        assert_eq!((email.state, email.next_attempt_at), (state, None));
    }
}

#[test]
fn a_new_email_that_another_run_has_sent_meanwhile_is_not_sent_again() {
    let mut fixture = Fixture::new();
    let emails = ["a@example.com", "b@example.com", "c@example.com"].map(|recipient| queue(&mut fixture, recipient));
    let first = fixture.write(|tx| outbox::claim_one(tx, emails[0].clone())).unwrap();
    fixture.write(|tx| outbox::record(tx, first, &SendOutcome::Sent)).unwrap();
    fixture.write(|tx| outbox::cancel(tx, emails[2].id)).unwrap();
    let mut transport = Recorder::default();
    let (sent, ..) = dispatch(&mut fixture, |dispatcher| dispatcher.send_new(&emails, &mut transport));
    let outcome = sent.unwrap().expect("no other run");
    assert_eq!(transport.recipients(), ["b@example.com"]);
    assert_eq!((outcome.counts.sent, outcome.counts.deferred), (1, 0));
}

fn account_emails(transport: &Recorder) -> AccountEmails {
    let hosts = vec![valid("smpp.example.com")];
    let gateway = Gateway { hosts, ..Gateway::default() };
    AccountEmails { gateway, renderer: renderer(), transport: Box::new(transport.clone()) }
}

#[test]
fn an_account_email_contains_the_password_when_it_is_sent_and_stars_when_it_is_stored() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    let transport = Recorder::answering(&[SendOutcome::Sent]);
    let mut emails = account_emails(&transport);
    let to = [valid("tech@acme.example")];
    let (pack, queued) =
        fixture.write(|tx| emails.queue(tx, EmailTemplate::Handover, "acme1", Some(&to), true)).unwrap();
    assert_eq!(pack.account.system_id.as_str(), "acme1");
    let (sent, ..) = dispatch(&mut fixture, |dispatcher| emails.send(dispatcher, &queued));
    assert_eq!(sent.unwrap().expect("no other run").counts.sent, 1);
    let password = fixture.reveal("acme1").unwrap().password;
    assert!(transport.sent.borrow()[0].1.contains(&format!("Password: {}\n", password.reveal())));
    assert!(fixture.emails()[0].content.text.contains("Password: ********\n"));
}

#[test]
fn an_account_email_without_a_recipient_is_refused_and_changes_nothing() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    let emails = account_emails(&Recorder::default());
    let before = fixture.dump();
    let queued: Result<_> = fixture.write(|tx| emails.queue(tx, EmailTemplate::Handover, "acme1", None, false));
    assert_refused!(queued.map(drop), Error::NoRecipient { customer, .. } if customer.as_str() == "ACME");
    assert_eq!(fixture.dump(), before);
}

#[test]
fn a_check_deletes_passwords_whose_grace_period_is_over() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    let vault = Rc::clone(&fixture.vault);
    fixture.write(|tx| smpp::rotate(tx, &vault, "acme1", None, valid("30m"))).unwrap();
    let kept = |fixture: &Fixture| -> i64 {
        fixture.raw().query_row("SELECT count(*) FROM previous_password", [], |row| row.get(0)).unwrap()
    };
    check(&mut fixture, &Recorder::default());
    assert_eq!(kept(&fixture), 1);
    fixture.at("2026-11-24T12:30:00Z");
    check(&mut fixture, &Recorder::default());
    assert_eq!(kept(&fixture), 0);
}

/// A file with one message of ACME, imported at noon; the clock stands on the next day then.
fn charged_yesterday() -> Fixture {
    let mut fixture = fixture();
    fixture.account("ACME", "acme");
    traffic::import(&mut fixture, "a.csv", traffic::ONE).expect("imported");
    fixture.at("2026-11-25T00:05:00Z");
    fixture
}

#[test]
fn a_check_posts_the_charges_of_earlier_days_and_those_of_today_wait() {
    let mut fixture = charged_yesterday();
    traffic::import(&mut fixture, "b.csv", &traffic::ONE.replace("a,", "b,")).unwrap();
    let entries = fixture.entries().len();
    assert!(check(&mut fixture, &Recorder::default()).unposted.is_none());
    assert_eq!(fixture.entries().len(), entries, "the import has posted those of yesterday");
    for _ in 0..2 {
        assert!(check(fixture.at("2026-11-26T00:05:00Z"), &Recorder::default()).unposted.is_none());
        let last = fixture.entries().pop().unwrap().posting;
        assert_eq!((last.amount, last.reference), (valid("-2"), Some(valid("charges 2026-11-25"))));
        assert_eq!(fixture.entries().len(), entries + 1);
    }
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_check_that_cannot_post_still_warns() {
    let mut fixture = charged_yesterday();
    bring_to(&mut fixture, "50");
    fixture.raw().execute_batch("UPDATE balance SET accrued_e8 = accrued_e8 - 1, balance_e8 = balance_e8 - 1").unwrap();
    let transport = Recorder::default();
    let outcome = check(&mut fixture, &transport);
    assert!(matches!(outcome.unposted, Some(Error::Damaged(_))), "{:?}", outcome.unposted);
    assert_eq!(outcome.findings.alerts.len(), 1);
    assert!(transport.recipients().contains(&THEM.to_owned()));
}
