//! Undo and redo: the inverse of a command as new events, refused where it would lose something.

use std::rc::Rc;

use serde_json::json;
use ssgctl::Result;
use ssgctl::model::{Billing, CustomerDetails, Event, Money, PlanDetails, PostalAddress, Unit};
use ssgctl::ops::quick_create::{QuickCreate, quick_create};
use ssgctl::ops::undo::{UndoError, UndoneAct, redo, undo};
use ssgctl::ops::{balance, contact, customer, note, payment, plan, service, smpp, warning};
use ssgctl::store::Tx;
use ssgctl::store::vault::Vault;

use super::contact::person;
use crate::support::billing::{invoicing, paying, payment_of};
use crate::support::fixture::{Fixture, at_price, new_account, new_plan, new_service, set, valid};

/// Runs an undo or redo in a transaction of its own, named as on the command line.
fn run(
    fixture: &mut Fixture,
    command: &str,
    operation: impl FnOnce(&mut Tx<'_>) -> Result<UndoneAct, UndoError>,
) -> Result<Vec<Event>, String> {
    command.clone_into(&mut fixture.origin.command);
    let mut tx = fixture.store.write(&fixture.origin).expect("transaction");
    let done = operation(&mut tx);
    "fixture".clone_into(&mut fixture.origin.command);
    match done {
        Ok(undone) => {
            tx.commit().expect("committed");
            Ok(undone.changes)
        }
        Err(UndoError::Refused { message, instead } | UndoError::ChangedSince { message, instead }) => {
            Err(format!("{message}; {}", instead.unwrap_or_default()))
        }
        Err(UndoError::Error(error)) => Err(error.to_string()),
    }
}

fn undone(fixture: &mut Fixture, event: Option<i64>) -> Result<Vec<Event>, String> {
    run(fixture, "undo", |tx| undo(tx, event))
}

fn redone(fixture: &mut Fixture, event: Option<i64>) -> Result<Vec<Event>, String> {
    run(fixture, "redo", |tx| redo(tx, event))
}

fn country(fixture: &mut Fixture, to: &str) {
    fixture
        .write(|tx| {
            customer::edit(tx, "ACME", |details| {
                details.country = Some(valid(to));
                Ok(())
            })
        })
        .expect("edited");
}

#[test]
fn the_first_address_is_undone_and_redone() {
    let mut fixture = Fixture::with_acme();
    let set_to = |fixture: &mut Fixture, address: Option<PostalAddress>| {
        let edited = fixture.write(|tx| {
            customer::edit(tx, "ACME", |details| {
                details.invoice_address = address;
                Ok(())
            })
        });
        edited.expect("edited");
    };
    let address = |fixture: &mut Fixture| fixture.read(|now| now.customer("ACME")).details.invoice_address;
    set_to(&mut fixture, None);
    // What one command changes at one time is undone as one.
    fixture.at("2026-11-24T13:00:00Z");
    set_to(&mut fixture, Some(valid("2 High Street")));
    let edited = fixture.last_event().id;
    undone(&mut fixture, Some(edited)).expect("undone");
    assert_eq!(address(&mut fixture), None);
    redone(&mut fixture, None).expect("redone");
    assert_eq!(address(&mut fixture), Some(valid("2 High Street")));
}

fn country_now(fixture: &mut Fixture) -> Option<String> {
    fixture.read(|now| now.customer("ACME")).details.country.map(|country| country.to_string())
}

/// A clock that moves on, because the events of a command are those of one time.
fn later(fixture: &mut Fixture, minutes: u8) {
    fixture.at(&format!("2026-11-24T13:{minutes:02}:00Z"));
}

#[test]
fn the_last_edit_is_taken_back_by_a_new_event_that_names_it_and_redo_brings_it_back() {
    let mut fixture = Fixture::with_acme();
    later(&mut fixture, 1);
    country(&mut fixture, "GB");
    later(&mut fixture, 2);
    country(&mut fixture, "IE");
    later(&mut fixture, 3);
    let events = undone(&mut fixture, None).unwrap();
    assert_eq!(country_now(&mut fixture).as_deref(), Some("GB"));
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.id, event.change.action.as_str()), (4, "edit"));
    assert_eq!(
        serde_json::Value::Object(event.change.fields.clone()),
        json!({"country": ["IE", "GB"], "undoes": [null, 3]})
    );
    // The next one takes back the edit before.
    later(&mut fixture, 4);
    undone(&mut fixture, None).unwrap();
    assert_eq!(country_now(&mut fixture), None);
    // Redo goes the same way back, and undo forward again.
    later(&mut fixture, 5);
    redone(&mut fixture, None).unwrap();
    assert_eq!(country_now(&mut fixture).as_deref(), Some("GB"));
    later(&mut fixture, 6);
    redone(&mut fixture, Some(3)).unwrap();
    assert_eq!(country_now(&mut fixture).as_deref(), Some("IE"));
    later(&mut fixture, 7);
    assert!(redone(&mut fixture, None).unwrap_err().contains("nothing to redo by `jo`"));
    undone(&mut fixture, Some(3)).unwrap();
    assert_eq!(country_now(&mut fixture).as_deref(), Some("GB"));
    assert!(fixture.findings().is_empty());
}

#[test]
fn what_was_changed_since_is_not_overwritten_and_the_refusal_says_by_whom() {
    let mut fixture = Fixture::with_acme();
    later(&mut fixture, 1);
    country(&mut fixture, "GB");
    later(&mut fixture, 2);
    fixture.origin.actor = valid("maria");
    country(&mut fixture, "IE");
    fixture.origin.actor = valid("jo");
    later(&mut fixture, 3);
    let before = fixture.dump();
    assert_eq!(
        undone(&mut fixture, Some(2)).unwrap_err(),
        "`country` of `ACME` was changed since event 2 by maria at 2026-11-24 13:02 UTC, event 3; undo event 3 first, or set the \
         field yourself"
    );
    assert!(before == fixture.dump());
    // Once that is undone, the first can be.
    undone(&mut fixture, Some(3)).unwrap();
    later(&mut fixture, 4);
    undone(&mut fixture, Some(2)).unwrap();
    assert_eq!(country_now(&mut fixture), None);
    assert!(undone(&mut fixture, Some(2)).unwrap_err().contains("was undone by jo at 2026-11-24 13:04 UTC"));
}

#[test]
fn each_kind_of_change_is_taken_back_and_brought_back() {
    type Operation = fn(&mut Tx<'_>, &Vault) -> Result<()>;
    let changes: &[(&str, Operation)] = &[
        ("archive a customer", |tx, _| customer::archive(tx, "ACME").map(drop)),
        ("edit an account", |tx, _| {
            smpp::edit(tx, "acme_prod", set(|details| details.max_tps = Some(valid("7")))).map(drop)
        }),
        ("disable an account", |tx, _| smpp::set_enabled(tx, "acme_prod", false).map(drop)),
        ("archive an account", |tx, _| smpp::archive(tx, "acme_prod").map(drop)),
        ("add numbers", |tx, _| {
            smpp::add_to_cug(tx, "acme_prod", &[valid("+447700900123")].into_iter().collect()).map(drop)
        }),
        ("edit a contact", |tx, _| contact::edit(tx, "ACME", "1", |details| details.name = valid("Sam")).map(drop)),
        ("remove a contact", |tx, _| contact::remove(tx, "ACME", "1").map(drop)),
        ("edit a service", |tx, _| service::edit(tx, "premium", at_price("3")).map(drop)),
        ("edit a plan", |tx, _| plan::edit(tx, "LIST", |details| details.name = valid("Other")).map(drop)),
        ("archive a plan", |tx, _| plan::archive(tx, "LIST").map(drop)),
        ("limit a balance", |tx, _| balance::set_credit_limit(tx, "ACME", Some(Unit::Sms), valid("5")).map(drop)),
        ("set a threshold", |tx, _| {
            warning::set(tx, "ACME", Unit::Sms, |details| details.upper = Some(valid("50"))).map(drop)
        }),
    ];
    for (name, operation) in changes {
        let mut fixture = Fixture::with_acme();
        fixture.account("ACME", "acme_prod");
        fixture.credit("ACME", "100");
        fixture
            .write(|tx| {
                contact::add(tx, "ACME", person("Jo"))?;
                service::new(tx, new_service("premium", "SMS", "2"))?;
                plan::new(
                    tx,
                    new_plan(valid("LIST"), Unit::Sms, PlanDetails { name: valid("List") }, Some(valid("2"))),
                )?;
                warning::set(tx, "ACME", Unit::Sms, |details| details.upper = Some(valid("20")))
            })
            .expect(name);
        let before = state(&mut fixture);
        later(&mut fixture, 1);
        let vault = Rc::clone(&fixture.vault);
        fixture.write(|tx| operation(tx, &vault)).expect(name);
        let after = state(&mut fixture);
        assert_ne!(before, after, "{name}");
        later(&mut fixture, 2);
        undone(&mut fixture, None).expect(name);
        assert_eq!(state(&mut fixture), before, "{name}");
        later(&mut fixture, 3);
        redone(&mut fixture, None).expect(name);
        assert_eq!(state(&mut fixture), after, "{name}");
        assert_eq!(fixture.findings(), Vec::<String>::new(), "{name}");
    }
}

/// What a person sees of the records, without times.
fn state(fixture: &mut Fixture) -> String {
    fixture.read(|now| {
        let customer = now.customer("ACME")?;
        let account = now.smpp_account("acme_prod")?;
        let contact = now.contact(&customer, "1").map(|contact| contact.details).ok();
        let service = now.service("premium")?;
        let price = (service.details, service.price);
        let plan = now.plan("LIST")?;
        let balance = now.balance(&customer, Unit::Sms)?;
        let numbers = now.cug_set(&account)?;
        Ok(format!(
            "{:?} {} {:?} {} {} {contact:?} {price:?} {:?} {} {:?} {:?}",
            customer.details,
            customer.lifecycle.archived_at.is_some(),
            account.details,
            account.lifecycle.archived_at.is_some(),
            numbers.len(),
            plan.details,
            plan.archived_at.is_some(),
            balance.map(|balance| (balance.balance, balance.credit_limit)),
            now.warning(&customer, Unit::Sms)?.map(|warning| warning.details),
        ))
    })
}

#[test]
fn a_new_customer_with_everything_that_came_with_it_is_archived() {
    let mut fixture = Fixture::new();
    let vault = Rc::clone(&fixture.vault);
    let request = QuickCreate {
        account_code: Some(valid("ACME")),
        customer: CustomerDetails::of(valid("Acme")),
        contact: Some(person("Jo")),
        account: new_account("acme_prod"),
        opening: None,
    };
    fixture.write(|tx| quick_create(tx, &vault, request)).unwrap();
    later(&mut fixture, 1);
    let events = undone(&mut fixture, None).unwrap();
    assert!(events.iter().any(|event| event.change.action == "archive"), "{events:?}");
    assert!(fixture.read(|now| now.customer("ACME")).lifecycle.archived_at.is_some());
    assert!(fixture.read(|now| now.smpp_account("acme_prod")).lifecycle.archived_at.is_some());
    later(&mut fixture, 2);
    redone(&mut fixture, None).unwrap();
    assert!(fixture.read(|now| now.customer("ACME")).lifecycle.archived_at.is_none());
    assert!(fixture.read(|now| now.smpp_account("acme_prod")).lifecycle.archived_at.is_none());
}

#[test]
fn money_is_not_undone_but_reversed_and_the_refusal_says_how() {
    let mut fixture = Fixture::with_acme();
    later(&mut fixture, 1);
    let entry = fixture.credit("ACME", "100").id;
    later(&mut fixture, 2);
    let event = fixture.last_event().id;
    let refused = undone(&mut fixture, None).unwrap_err();
    assert_eq!(
        refused,
        format!(
            "event {event} posted entry {entry}, and entries of the ledger are reversed; \
             `ssgctl balance reverse {entry} --description TEXT`"
        )
    );
    assert_eq!(fixture.credits("ACME"), valid::<Money>("100"));
}

#[test]
fn notes_and_passwords_are_refused_with_what_to_do_instead() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme_prod");
    later(&mut fixture, 1);
    fixture.write(|tx| note::add(tx, "ACME", valid("called"))).unwrap();
    let event = fixture.last_event().id;
    later(&mut fixture, 2);
    assert!(undone(&mut fixture, Some(event)).unwrap_err().ends_with("`ssgctl note add ACME TEXT` corrects it"));
    assert_eq!(undone(&mut fixture, Some(4711)).unwrap_err(), "no event `4711`");
    let mut other = Fixture::with_acme();
    other.origin.actor = valid("maria");
    assert!(undone(&mut other, None).unwrap_err().contains("nothing to undo by `maria`"));
}

/// One inverse for each customer in one transaction, and again for the way back.
#[test]
fn an_import_of_ten_thousand_customers_is_undone_as_one_and_brought_back() {
    const CUSTOMERS: usize = 10_000;
    let mut fixture = Fixture::with_acme();
    later(&mut fixture, 1);
    fixture
        .write(|tx| {
            tx.expect_many_steps()?;
            (0..CUSTOMERS).try_for_each(|number| {
                let details = CustomerDetails::of(valid(&format!("Customer {number}")));
                customer::new(tx, Some(valid(&format!("C{number}"))), details).map(drop)
            })
        })
        .unwrap();
    let active = |fixture: &mut Fixture| fixture.read(|now| Ok(now.count_customers()?.0));
    assert_eq!(active(&mut fixture), 1 + CUSTOMERS as u64);
    later(&mut fixture, 2);
    // Any event of the import stands for all of it.
    assert_eq!(undone(&mut fixture, Some(77)).unwrap().len(), CUSTOMERS);
    assert_eq!(active(&mut fixture), 1);
    later(&mut fixture, 3);
    assert_eq!(redone(&mut fixture, None).unwrap().len(), CUSTOMERS);
    assert_eq!(active(&mut fixture), 1 + CUSTOMERS as u64);
}

#[test]
fn how_a_customer_pays_is_undone_both_ways() {
    let mut fixture = Fixture::with_acme();
    let set = |fixture: &mut Fixture, billing: Billing| {
        let edit = |details: &mut CustomerDetails| {
            details.billing = billing;
            Ok(())
        };
        fixture.write(|tx| customer::edit(tx, "ACME", edit)).expect("edited");
    };
    let now = |fixture: &mut Fixture| fixture.read(|now| now.customer("ACME")).details.billing;
    for (hour, from, to) in [(13, Billing::Prepaid, Billing::Postpaid), (14, Billing::Postpaid, Billing::Prepaid)] {
        // Changes of one instant are one command.
        set(fixture.at(&format!("2026-11-24T{hour}:00:00Z")), from);
        set(fixture.at(&format!("2026-11-24T{hour}:01:00Z")), to);
        fixture.at(&format!("2026-11-24T{hour}:02:00Z"));
        undone(&mut fixture, None).expect("undone");
        assert_eq!(now(&mut fixture), from);
        redone(&mut fixture, None).expect("redone");
        assert_eq!(now(&mut fixture), to);
    }
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn the_first_warning_of_a_balance_is_undone_without_a_trace_that_looks_like_a_fault() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "100");
    fixture.at("2026-11-24T13:00:00Z");
    fixture.write(|tx| warning::set(tx, "ACME", Unit::Sms, |details| details.upper = Some(valid("50")))).expect("set");
    undone(&mut fixture, None).expect("undone");
    assert_eq!(fixture.findings(), Vec::<String>::new());
    redone(&mut fixture, None).expect("redone");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn invoices_payments_and_fees_are_refused_with_what_to_do_instead() {
    let mut fixture = Fixture::with_buyer();
    let refusal = |fixture: &mut Fixture| undone(fixture, None).expect_err("refused");
    fixture.at("2026-11-24T13:00:00Z").draft(&["10"]);
    assert!(refusal(&mut fixture).contains("`ssgctl invoice cancel 1`"));
    fixture.at("2026-11-24T14:00:00Z").issue(1).expect("issued");
    assert!(refusal(&mut fixture).contains("`ssgctl invoice credit NUMBER --reason TEXT`"));
    let request = payment_of("5", paying(&[]));
    let pay = |tx: &mut Tx<'_>| payment::record(tx, &invoicing(), "ACME", &request).map(drop);
    fixture.at("2026-11-24T15:00:00Z").write(pay).expect("paid");
    assert!(refusal(&mut fixture).contains("`ssgctl payment reverse 2 --description TEXT`"));
}
