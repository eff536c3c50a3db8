//! Trees of desired state: exported, edited, applied, and a database with something of everything that they declare.

use std::rc::Rc;

use ssgctl::formats::declared::{DeclaredFile, read, write_customer, write_plans, write_services};
use ssgctl::import::apply::{ApplyRequest, ApplyReview, FileFault, ReviewRow, apply};
use ssgctl::model::{
    ContactDetails, CustomerDetails, DeclaredCustomer, Limit, Money, PlanDetails, Unit, WarningDetails,
};
use ssgctl::ops::{balance, contact, customer, overlay, plan, service, smpp, warning};
use ssgctl::report;
use ssgctl::store::{CustomerFilter, Snapshot, Tx};
use ssgctl::{Error, Result};

use crate::support::fixture::{Fixture, new_plan, new_service, set, valid};

/// Files as name and text.
pub type Tree = Vec<(String, String)>;

/// The files that an export writes.
pub fn exported(fixture: &mut Fixture) -> Tree {
    fixture.read(|now| {
        let mut tree = vec![
            ("plans.toml".to_owned(), write_plans(&report::declared_plans(now)?)),
            ("services.toml".to_owned(), write_services(&report::declared_services(now)?)),
        ];
        now.customers(&CustomerFilter::default(), |customer| {
            let text = write_customer(&report::declared_customer(now, &customer)?);
            tree.push((format!("{}.toml", customer.account_code), text));
            Ok::<_, Error>(())
        })?;
        Ok(tree)
    })
}

pub fn files(tree: &Tree) -> Vec<DeclaredFile> {
    tree.iter().map(|(name, text)| read(name, text, &valid("standard")).expect(text)).collect()
}

/// How a tree is applied.
#[derive(Clone, Copy)]
pub struct How {
    pub prune: bool,
    pub dry: bool,
}

pub const RUN: How = How { prune: false, dry: false };
pub const PRUNE: How = How { prune: true, dry: false };
pub const DRY: How = How { prune: false, dry: true };

pub fn attempt(fixture: &mut Fixture, tree: &Tree, how: How) -> Result<ApplyReview, Vec<String>> {
    let vault = Rc::clone(&fixture.vault);
    let request = ApplyRequest { manager: valid("apply"), prune: how.prune, is_whole: true, vault: Some(&vault) };
    "apply".clone_into(&mut fixture.origin.command);
    let mut tx = fixture.store.write(&fixture.origin).expect("transaction");
    let review = apply(&mut tx, &files(tree), &request).expect("applied");
    "fixture".clone_into(&mut fixture.origin.command);
    let text =
        |FileFault { file, fault }: FileFault| format!("{file}:{}:{}: {}", fault.line, fault.column, fault.error);
    let review = review.map_err(|faults| faults.into_iter().map(text).collect::<Vec<_>>())?;
    if !how.dry {
        tx.commit().expect("committed");
    }
    Ok(review)
}

pub fn applied(fixture: &mut Fixture, tree: &Tree, how: How) -> ApplyReview {
    attempt(fixture, tree, how).expect("valid files")
}

/// Each row in a line: action, entity, name, changes, and who made it by hand.
pub fn lines(review: &ApplyReview) -> Vec<String> {
    let line = |row: &ReviewRow| {
        let hand =
            row.hand_edit.as_ref().map(|edit| format!(" by {} in {}", edit.actor, edit.event)).unwrap_or_default();
        format!("{} {} {} {}{hand}", row.action, row.entity.as_str(), row.name, row.fields.as_str())
    };
    review.rows.iter().map(line).collect()
}

/// Changes a text of a file.
pub fn edited(tree: &Tree, file: &str, from: &str, to: &str) -> Tree {
    let mut tree = tree.clone();
    let (_, text) = tree.iter_mut().find(|(name, _)| name == file).expect(file);
    assert!(text.contains(from), "{text}");
    *text = text.replace(from, to);
    tree
}

/// A customer with something of each kind.
pub fn with_everything() -> Fixture {
    let mut fixture = Fixture::with_acme();
    fixture.write(fill).expect("filled");
    fixture.account("ACME", "acme_prod");
    fixture
        .write(|tx| {
            smpp::edit(
                tx,
                "acme_prod",
                set(|details| {
                    details.max_tps = Some(valid::<Limit>("50"));
                    details.allowed_ips = vec![valid("192.0.2.7"), valid("2001:db8::/48")];
                    details.address_range = Some(valid("^\\+44.*"));
                    details.submit_enabled = false;
                }),
            )
        })
        .expect("edited");
    fixture.at("2026-11-24T12:10:00Z");
    fixture
}

pub fn fill(tx: &mut Tx<'_>) -> Result<()> {
    let new = new_plan(valid("uk"), Unit::Sms, PlanDetails { name: valid("UK") }, Some(Money::ONE));
    plan::new(tx, new)?;
    service::new(tx, new_service("premium", "EUR", "0.05"))?;
    customer::edit(tx, "ACME", |details: &mut CustomerDetails| {
        details.country = Some(valid("GB"));
        details.invoice_address = Some(valid("1 High Street\nLeeds"));
        details.payment_terms_days = Some(valid("30"));
        Ok(())
    })?;
    contact::add(
        tx,
        "ACME",
        ContactDetails {
            name: valid("Ann \"A\" Clark"),
            email: Some(valid("ann@acme.example")),
            mobile: None,
            roles: valid("billing,technical"),
        },
    )?;
    balance::set_credit_limit(tx, "ACME", Some(Unit::Sms), valid("100"))?;
    warning::set(tx, "ACME", Unit::Sms, |details: &mut WarningDetails| {
        details.upper = Some(valid("500"));
        details.internal = vec![valid("ops@north.example")];
        details.days_left = Some(valid("3d"));
        details.surge = Some(valid("5x"));
        details.silent = Some(valid("6h"));
        details.traffic_to_customer = true;
        details.notify_recovery = false;
    })?;
    overlay::set_of_customer(tx, "ACME", Some("uk"), Some(tx.at().whole_second())).map(drop)
}

/// What the files declare of a database.
pub fn declared(now: &Snapshot<'_>, code: &str) -> Result<DeclaredCustomer> {
    report::declared_customer(now, &now.customer(code)?)
}
