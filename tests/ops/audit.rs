//! The audit log: one event for every change, none for what was not done, and no secret in it.

use std::os::unix::fs::MetadataExt;
use std::rc::Rc;

use serde_json::json;
use ssgctl::Result;
use ssgctl::model::{
    CustomerDetails, EmailState, EmailTemplate, EntityKind, Gateway, Grace, PlanDetails, SendOutcome, Unit,
};
use ssgctl::ops::balance::DueCharges;
use ssgctl::ops::price::NewPrice;
use ssgctl::ops::quick_create::{QuickCreate, quick_create};
use ssgctl::ops::smpp::NewAccount;
use ssgctl::ops::{
    balance, contact, customer, handover, note, outbox, overlay, plan, price, price_notice, service, smpp, warning,
};
use ssgctl::report::{NoticeQuestion, PriceNotice};
use ssgctl::store::vault::Vault;
use ssgctl::store::{EventFilter, Tx};
use ssgctl::traffic::{self, RepriceAccounts, RepriceRequest};

use super::contact::person;
use crate::support::cli::{Outcome, TestCli, words};
use crate::support::fixture::{
    Fixture, NOON, adjustment, at_price, collect, new_account, new_plan, new_service, plain_email, reversal, set, valid,
};
use crate::support::traffic::import_a_message;

type Operation = fn(&mut Tx<'_>, &Vault) -> Result<()>;

/// Every operation, in an order in which each is allowed, with the entity, action and subject that its event must name.
const OPERATIONS: &[(EntityKind, &str, &str, Operation)] = &[
    (EntityKind::Customer, "new", "ACME", |tx, _| {
        customer::new(tx, Some(valid("ACME")), CustomerDetails::of(valid("Acme"))).map(drop)
    }),
    (EntityKind::Customer, "edit", "ACME", |tx, _| {
        let rename = |details: &mut CustomerDetails| {
            details.organisation = valid("Acme Ltd");
            Ok(())
        };
        customer::edit(tx, "ACME", rename).map(drop)
    }),
    (EntityKind::Customer, "edit", "ACME", |tx, _| {
        let read = tx.customer("ACME")?.details;
        customer::replace(tx, "ACME", &read, CustomerDetails::of(valid("Acme"))).map(drop)
    }),
    (EntityKind::Contact, "add", "ACME 1", |tx, _| contact::add(tx, "ACME", person("Jo")).map(drop)),
    (EntityKind::Contact, "edit", "ACME 1", |tx, _| {
        contact::edit(tx, "ACME", "1", |details| details.name = valid("Sam")).map(drop)
    }),
    (EntityKind::Contact, "remove", "ACME 1", |tx, _| contact::remove(tx, "ACME", "1").map(drop)),
    (EntityKind::Note, "add", "ACME 1", |tx, _| note::add(tx, "ACME", valid("note")).map(drop)),
    (EntityKind::Service, "new", "premium", |tx, _| service::new(tx, new_service("premium", "SMS", "2")).map(drop)),
    (EntityKind::Service, "edit", "premium", |tx, _| service::edit(tx, "premium", at_price("3")).map(drop)),
    (EntityKind::Plan, "new", "LIST", |tx, _| {
        plan::new(tx, new_plan(valid("LIST"), Unit::Sms, PlanDetails { name: valid("List") }, Some(valid("2"))))
            .map(drop)
    }),
    (EntityKind::Plan, "edit", "LIST", |tx, _| plan::edit(tx, "LIST", |details| details.name = valid("L")).map(drop)),
    (EntityKind::Plan, "archive", "LIST", |tx, _| plan::archive(tx, "LIST").map(drop)),
    (EntityKind::Plan, "unarchive", "LIST", |tx, _| plan::unarchive(tx, "LIST").map(drop)),
    (EntityKind::Price, "set", "LIST NG", |tx, _| {
        let (destination, until) = (valid("NG"), Some(valid("2027-01-01T00:00:00Z")));
        price::set(tx, "LIST", NewPrice { destination, price: valid("3"), effective_from: None, until }).map(drop)
    }),
    (EntityKind::Price, "withdraw", "LIST NG", |tx, _| price::withdraw(tx, "LIST", valid("NG"), None).map(drop)),
    (EntityKind::Customer, "edit", "ACME", |tx, _| overlay::set_of_customer(tx, "ACME", Some("LIST"), None).map(drop)),
    (EntityKind::Smpp, "add", "acme1", |tx, vault| smpp::add(tx, vault, "ACME", new_account("acme1")).map(drop)),
    (EntityKind::Smpp, "edit", "acme1", |tx, _| {
        smpp::edit(tx, "acme1", set(|account| account.name = Some(valid("Prod")))).map(drop)
    }),
    (EntityKind::Smpp, "edit", "acme1", |tx, _| smpp::set_service(tx, "acme1", "premium", None).map(drop)),
    (EntityKind::Smpp, "edit", "acme1", |tx, _| overlay::set_of_account(tx, "acme1", Some("LIST"), None).map(drop)),
    (EntityKind::Smpp, "disable", "acme1", |tx, _| smpp::set_enabled(tx, "acme1", false).map(drop)),
    (EntityKind::Smpp, "enable", "acme1", |tx, _| smpp::set_enabled(tx, "acme1", true).map(drop)),
    (EntityKind::Smpp, "edit", "acme1", |tx, _| {
        let account = tx.smpp_account("acme1")?;
        smpp::set_cug(tx, account, &[valid("+447700900123")]).map(drop)
    }),
    (EntityKind::Smpp, "reveal", "acme1", |tx, vault| smpp::reveal(tx, vault, "acme1").map(drop)),
    (EntityKind::Smpp, "rotate-password", "acme1", |tx, vault| {
        smpp::rotate(tx, vault, "acme1", None, Grace::default()).map(drop)
    }),
    (EntityKind::Smpp, "end-grace", "acme1", |tx, _| smpp::end_grace(tx, "acme1").map(drop)),
    (EntityKind::Smpp, "rotate-password", "acme1", |tx, vault| {
        smpp::rotate(tx, vault, "acme1", None, Grace::default()).map(drop)
    }),
    (EntityKind::Smpp, "handover", "acme1", |tx, _| {
        let pack = handover::details(tx, "acme1", &Gateway::default(), tx.at())?;
        let emails = handover::queue(tx, &pack, &[valid("jo@acme.example")], &plain_email(EmailTemplate::Handover))?;
        emails.iter().try_for_each(|email| tx.set_email_state(email, EmailState::Cancelled, None, None))
    }),
    (EntityKind::Smpp, "export", "jasmin", |tx, _| smpp::export(tx, Some("ACME"), "jasmin", 1)),
    (EntityKind::Smpp, "archive", "acme1", |tx, _| smpp::archive(tx, "acme1").map(drop)),
    (EntityKind::Smpp, "unarchive", "acme1", |tx, _| smpp::unarchive(tx, "acme1").map(drop)),
    (EntityKind::Balance, "adjust", "ACME SMS", |tx, _| balance::adjust(tx, "ACME", &adjustment("10")).map(drop)),
    (EntityKind::Balance, "limit", "ACME SMS", |tx, _| {
        balance::set_credit_limit(tx, "ACME", None, valid("5")).map(drop)
    }),
    (EntityKind::Balance, "reverse", "ACME SMS", |tx, _| balance::reverse(tx, &reversal(1)).map(drop)),
    (EntityKind::Balance, "warn", "ACME SMS", |tx, _| {
        warning::set(tx, "ACME", Unit::Sms, |thresholds| {
            thresholds.upper = Some(valid("100"));
            thresholds.to = vec![valid("jo@acme.example")];
        })
        .map(drop)
    }),
    (EntityKind::Email, "retry", "1", |tx, _| {
        // The check itself leaves no event; what an operator does about its emails does.
        run_of_the_check(tx)?;
        outbox::retry(tx, 1).map(drop)
    }),
    (EntityKind::Email, "cancel", "1", |tx, _| outbox::cancel(tx, 1).map(drop)),
    (EntityKind::Traffic, "import", "1", |tx, _| import_a_message(tx, "acme1")),
    (EntityKind::Price, "set", "LIST GB", |tx, _| {
        let new = NewPrice { destination: valid("GB"), price: valid("3"), effective_from: None, until: None };
        price::set(tx, "LIST", new).map(drop)
    }),
    (EntityKind::Traffic, "reprice", "reprice 1", |tx, _| {
        let (from, until) = (valid("2024-10-04T00:00:00Z"), valid("2024-10-05T00:00:00Z"));
        let run = RepriceRequest { from, until, accounts: RepriceAccounts::All, key: None };
        traffic::reprice(tx, &run).map(drop)
    }),
    (EntityKind::Balance, "post", "ACME SMS", |tx, _| balance::post_accrued(tx, DueCharges::All).map(drop)),
    (EntityKind::Traffic, "prune", "1970-01-11", |tx, _| traffic::forget_before(tx, 10)),
    (EntityKind::Customer, "edit", "ACME", |tx, _| {
        let invoice_emails = vec![valid("pay@acme.example")];
        customer::edit(tx, "ACME", |details| {
            details.invoice_emails = invoice_emails;
            Ok(())
        })
        .map(drop)
    }),
    (EntityKind::Customer, "notify", "ACME", |tx, _| {
        let (plan, from) = (tx.plan("LIST")?, valid("2027-02-01T00:00:00Z"));
        tx.record_price(plan.id, valid("GB"), Some(valid("5")), Some(from))?;
        let compose = |_: &PriceNotice| Ok(plain_email(EmailTemplate::Prices));
        price_notice::notify(tx, "LIST", NoticeQuestion::default(), None, &compose).map(drop)
    }),
];

/// A run of the check, which leaves no event: crossings and emails are a trail of their own.
fn run_of_the_check(tx: &mut Tx<'_>) -> Result<()> {
    outbox::begin_run(tx)?;
    warning::check_balances(tx, &[], &|notice| Ok(plain_email(notice.kind)))?;
    for email in crate::support::fixture::claim(tx, 10)? {
        outbox::record(tx, email, &SendOutcome::Deferred("closed".to_owned()))?;
    }
    Ok(())
}

#[test]
fn every_change_leaves_one_event_with_who_when_why_and_of_what() {
    let mut fixture = Fixture::new();
    let vault = Rc::clone(&fixture.vault);
    for (number, (entity, action, subject, operation)) in (1..).zip(OPERATIONS) {
        fixture.write(|tx| operation(tx, &vault)).unwrap();
        let events = fixture.events();
        assert_eq!(events.len(), number, "after {entity} {action}");
        let event = &events[number - 1];
        assert_eq!((event.change.entity, event.change.action.as_str()), (*entity, *action));
        assert_eq!(event.change.subject, *subject);
        assert_eq!(event.customer.as_ref().map(ToString::to_string), owner(*entity));
        assert_eq!((event.at, &event.origin), (valid(NOON), &fixture.origin));
    }
    assert!(fixture.findings().is_empty());
}

/// The customer of every event of a kind here. Services, plans, prices and imports of traffic belong to no customer.
fn owner(entity: EntityKind) -> Option<String> {
    (!matches!(entity, EntityKind::Service | EntityKind::Plan | EntityKind::Price | EntityKind::Traffic))
        .then(|| "ACME".to_owned())
}

/// Tables into which no operation here writes: the clock stands still, so it is not set back, and invoices, payments and fees have
/// tests of their own in `ops::invoice`, `ops::payment` and `ops::invoice_run`. Files are applied in `ops::apply`.
const ELSEWHERE: &[&str] = &[
    "applied_tree",
    "attached_file",
    "clock_set_back",
    "export_file",
    "export_run",
    "exported_entry",
    "forecast_alert",
    "allocation",
    "billed_fee",
    "billed_usage",
    "fee",
    "invoice",
    "invoice_email",
    "invoice_line",
    "invoice_reminder",
    "issued_invoice",
    "outbox_attachment",
    "receivable",
    "reminder_hold",
    "usage_bill",
];

#[test]
fn a_dropped_transaction_leaves_nothing() {
    let mut fixture = Fixture::new();
    let vault = Rc::clone(&fixture.vault);
    let before = fixture.dump();
    let mut tx = fixture.store.write(&fixture.origin).unwrap();
    for (_, _, _, operation) in OPERATIONS {
        operation(&mut tx, &vault).unwrap();
    }
    drop(tx);
    assert_eq!(fixture.dump(), before);
    fixture.write(|tx| OPERATIONS.iter().try_for_each(|(_, _, _, operation)| operation(tx, &vault))).unwrap();
    let after = fixture.dump();
    let written = after.iter().filter(|(table, _)| !ELSEWHERE.contains(&table.as_str()));
    let untouched: Vec<&String> = written.filter(|(table, rows)| before[*table] == **rows).map(|(t, _)| t).collect();
    assert!(untouched.is_empty(), "the operations above write nothing into {untouched:?}");
}

#[test]
fn an_event_has_each_changed_field_before_and_after() {
    let mut fixture = Fixture::with_acme();
    let change = |details: &mut CustomerDetails| {
        details.organisation = valid("Acme Ltd");
        details.country = Some(valid("gb"));
        details.invoice_emails = vec![valid("a@example.com")];
        Ok(())
    };
    fixture.write(|tx| customer::edit(tx, "ACME", change)).unwrap();
    assert_eq!(
        json!(fixture.last_event().change.fields),
        json!({"organisation": ["ACME", "Acme Ltd"], "country": [null, "GB"], "invoice_emails": [[], ["a@example.com"]]})
    );
    fixture.credit("ACME", "10");
    fixture.credit("ACME", "-4");
    let event = fixture.last_event();
    assert_eq!(event.change.fields["balance"], json!(["10", "6"]));
    assert_eq!(event.change.fields["entry"], json!([null, 2]));
    assert_eq!(event.change.fields["description"], json!([null, "top-up"]));
}

#[test]
fn archiving_leaves_one_event_for_the_customer_and_one_for_each_account_that_it_takes() {
    let mut fixture = Fixture::with_acme();
    for id in ["one", "two", "gone"] {
        fixture.account("ACME", id);
    }
    fixture.write(|tx| smpp::archive(tx, "gone")).unwrap();
    for operation in [customer::archive, customer::unarchive] {
        let known = fixture.events().len();
        fixture.write(|tx| operation(tx, "ACME")).unwrap();
        let subjects: Vec<String> = fixture.events().drain(known..).map(|event| event.change.subject).collect();
        assert_eq!(subjects, ["ACME", "one", "two"]);
    }
}

#[test]
fn a_quick_create_leaves_the_event_of_each_of_its_parts() {
    let mut fixture = Fixture::new();
    let vault = Rc::clone(&fixture.vault);
    let new = QuickCreate {
        account_code: Some(valid("ACME")),
        customer: CustomerDetails::of(valid("Acme")),
        contact: Some(person("Jo")),
        account: new_account("acme1"),
        opening: Some(adjustment("10")),
    };
    fixture.write(|tx| quick_create(tx, &vault, new)).unwrap();
    let logged: Vec<_> = fixture.events().into_iter().map(|event| (event.change.entity, event.change.action)).collect();
    let expected = [
        (EntityKind::Customer, "new"),
        (EntityKind::Contact, "add"),
        (EntityKind::Smpp, "add"),
        (EntityKind::Balance, "adjust"),
    ];
    assert_eq!(logged, expected.map(|(entity, action)| (entity, action.to_owned())));
}

#[test]
fn no_secret_is_in_an_event() {
    let mut fixture = Fixture::with_acme();
    let new = NewAccount { password: Some(valid("hunter2!")), ..new_account("acme1") };
    fixture.add_account("ACME", new).unwrap();
    let generated = fixture.add_account("ACME", new_account("acme2")).unwrap().password;
    fixture.reveal("acme1").unwrap();
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    let log = fixture.dump()["event"].join("\n");
    assert!(log.contains("acme1") && log.contains("acme2"));
    assert!(!log.contains("hunter2!") && !log.contains(generated.reveal()) && !log.contains("password"), "{log}");
}

#[test]
fn a_password_does_not_print_itself() {
    let mut fixture = Fixture::with_acme();
    let new = NewAccount { password: Some(valid("hunter2!")), ..new_account("acme1") };
    assert!(!format!("{new:?}").contains("hunter2!"));
    let credentials = fixture.add_account("ACME", new).unwrap();
    assert!(!format!("{credentials:?}").contains("hunter2!"));
}

#[test]
fn events_are_listed_in_the_order_in_which_they_happened_whatever_the_clock_says() {
    let mut fixture = Fixture::new();
    for (time, code) in [("2026-01-01T00:00:00Z", "ONE"), ("1970-01-01T00:00:00Z", "TWO"), (NOON, "THREE")] {
        fixture.at(time).customer(code);
    }
    let logged: Vec<String> = fixture.events().into_iter().map(|event| event.change.subject).collect();
    assert_eq!(logged, ["ONE", "TWO", "THREE"]);
}

#[test]
fn events_are_found_by_customer_entity_subject_actor_and_period() {
    let mut fixture = Fixture::with_acme();
    fixture.at("2026-11-25T00:00:00Z").origin.actor = valid("sam");
    fixture.customer("GLOBEX");
    fixture.credit("GLOBEX", "1");
    let globex = fixture.read(|now| now.customer("GLOBEX")).id;
    let mut found = |filter: EventFilter| -> Vec<i64> {
        let events = fixture.read(|now| collect(|each| now.events(&filter, each)));
        events.iter().map(|event| event.id).collect()
    };
    let any = EventFilter::default;
    assert_eq!(found(EventFilter { customer_id: Some(globex), ..any() }), [2, 3]);
    assert_eq!(found(EventFilter { entities: vec![EntityKind::Balance], ..any() }), [3]);
    assert_eq!(found(EventFilter { subject: Some("acme".to_owned()), ..any() }), [1]);
    assert_eq!(found(EventFilter { actor: Some("sam".to_owned()), ..any() }), [2, 3]);
    assert_eq!(found(EventFilter { since: Some(valid("2026-11-25T00:00:00Z")), ..any() }), [2, 3]);
    assert_eq!(found(EventFilter { until: Some(valid("2026-11-25T00:00:00Z")), ..any() }), [1]);
    assert_eq!(found(EventFilter { newest_first: true, limit: Some(2), ..any() }), [3, 2]);
}

#[test]
fn lines_of_many_steps_come_with_the_commit_numbered_without_a_gap_and_none_of_what_was_undone() {
    let mut fixture = Fixture::new();
    let before = fixture.events().len();
    let new =
        |tx: &mut Tx<'_>, code: &str| customer::new(tx, Some(valid(code)), CustomerDetails::of(valid(code))).map(drop);
    let codes: Vec<String> = (0..50).map(|number| format!("C{number}")).collect();
    fixture
        .write(|tx| {
            tx.expect_many_steps()?;
            for code in &codes {
                tx.attempt(|tx| new(tx, code))??;
                // What is undone had written its line before it failed.
                let undone = tx.attempt(|tx| new(tx, "UNDONE").and_then(|()| new(tx, code)))?;
                assert!(undone.is_err());
            }
            Ok(())
        })
        .unwrap();
    let events = fixture.events();
    assert!(events.iter().map(|event| event.id).eq((1..).take(events.len())));
    let logged: Vec<&str> = events[before..].iter().map(|event| event.change.subject.as_str()).collect();
    assert_eq!(logged, codes);
    fixture
        .write(|tx| tx.expect_many_steps().and_then(|()| new(tx, "DROPPED")).and_then(|()| new(tx, "C1")))
        .unwrap_err();
    assert_eq!(fixture.events().len(), events.len());
}

#[test]
fn whoever_an_actor_claims_to_be_the_user_id_and_the_user_of_sudo_are_recorded_next_to_it() {
    let cli = TestCli::new();
    for line in ["customer new --account-code ABC --organisation ABC", "balance adjust ABC 5 --description x"] {
        let mut command = cli.command();
        command.args(words(line)).env("SUDO_USER", "alice").env("SSGCTL_ACTOR", "mallory");
        Outcome::from(command.output().unwrap()).succeeded(line);
    }
    cli.ok("balance adjust ABC 5 --description y");
    let own = std::fs::metadata(cli.database()).unwrap().uid();
    for line in ["audit list --entity balance", "balance history"] {
        let rows = cli.json(line);
        assert_eq!(
            (&rows[0]["actor"], &rows[0]["uid"], &rows[0]["sudo_user"]),
            (&"mallory".into(), &own.into(), &"alice".into())
        );
        assert_eq!((&rows[1]["uid"], &rows[1]["sudo_user"]), (&own.into(), &serde_json::Value::Null));
    }
    // It is part of the hash, and of the document.
    cli.ok("db check");
    cli.ok("export all.jsonl");
    cli.ok("import all.jsonl --db copy.db");
    assert_eq!(cli.ok("db head --db copy.db -o name"), cli.ok("db head -o name"));
    let forged = "DROP TRIGGER entry_is_never_changed; UPDATE entry SET sudo_user = 'bob' WHERE id = 1";
    cli.sql().execute_batch(forged).unwrap();
    assert_eq!(cli.run("db check").code, Some(7));
}
