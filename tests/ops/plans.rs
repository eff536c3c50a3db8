//! Price plans: who uses them, from when, and in which unit.

use ssgctl::Error;
use ssgctl::model::{EffectiveFrom, EntityKind, PlanDetails, PriceSource, Unit};
use ssgctl::ops::service::{self, NewService, ServiceChange, ServicePricing};
use ssgctl::ops::{overlay, plan, price, smpp};
use ssgctl::report::{account_pricing, customer_pricing, plan_uses, service_outlook};

use super::prices::fixture;
use crate::support::fixture::{Fixture, NOON, assert_refused, at_price, new_account, new_plan, new_service, valid};
use crate::support::traffic::import_a_message;

const DECEMBER: &str = "2026-12-01T00:00:00Z";

fn plan_in(fixture: &mut Fixture, code: &str, unit: &str) {
    let details = PlanDetails { name: valid("Plan") };
    fixture.write(|tx| plan::new(tx, new_plan(valid(code), valid(unit), details, Some(valid("2"))))).expect("plan");
}

fn with_plan(code: &str, plan: &str) -> NewService {
    NewService { unit: None, pricing: ServicePricing::Plan(plan.to_owned()), ..new_service(code, "EUR", "1") }
}

fn change_of_plan(plan: &str, from: &str) -> ServiceChange {
    ServiceChange {
        plan: Some(plan.to_owned()),
        effective_from: EffectiveFrom::Time(valid(from)),
        ..ServiceChange::default()
    }
}

/// What is planned for an account, as it is shown.
fn planned(fixture: &mut Fixture, account: &str) -> Vec<String> {
    let pricing = fixture.read(|now| account_pricing(now, &now.smpp_account(account)?));
    pricing.planned.iter().map(ToString::to_string).collect()
}

#[test]
fn a_service_gets_a_plan_of_its_own_or_shares_one() {
    let mut fixture = Fixture::new();
    let own = fixture.write(|tx| service::new(tx, new_service("own", "EUR", "0.05"))).unwrap();
    assert_eq!((own.plan.as_str(), own.price), ("own", Some(valid("0.05"))));
    assert_eq!(own.details.price_source, PriceSource::File);
    let shared = fixture.write(|tx| service::new(tx, with_plan("shared", "OWN"))).unwrap();
    assert_eq!((shared.plan.as_str(), shared.unit, shared.price), ("own", valid("EUR"), own.price));
    assert_refused!(
        fixture.write(|tx| service::edit(tx, "shared", at_price("1"))),
        Error::SharedPlan { plan, user } if plan.as_str() == "own" && user == "service `own`"
    );
    let other = NewService { unit: Some(Unit::Sms), ..with_plan("sms", "own") };
    assert_refused!(fixture.write(|tx| service::new(tx, other)), Error::Refused(_));
    assert_refused!(
        fixture.write(|tx| service::new(tx, with_plan("x", "onw"))),
        Error::NotFound { entity: EntityKind::Plan, nearest: Some(near), .. } if near == "own"
    );
    plan_in(&mut fixture, "TAKEN", "EUR");
    assert_refused!(
        fixture.write(|tx| service::new(tx, new_service("taken", "EUR", "1"))),
        Error::Exists { entity: EntityKind::Plan, field: "code", .. }
    );
}

#[test]
fn a_price_or_plan_of_a_service_can_be_planned() {
    let mut fixture = fixture();
    let later = ServiceChange { effective_from: EffectiveFrom::Time(valid(DECEMBER)), ..at_price("0.08") };
    let now = fixture.write(|tx| service::edit(tx, "euro", later)).unwrap();
    assert_eq!(now.price, Some(valid("0.07")));
    plan_in(&mut fixture, "EUR-2027", "EUR");
    fixture.write(|tx| service::edit(tx, "euro", change_of_plan("EUR-2027", "2027-01-01T00:00:00Z"))).unwrap();
    assert_eq!(planned(&mut fixture, "acme1"), ["from 2027-01-01 00:00:00 UTC: plan EUR-2027 of service euro"]);
    for (at, plan, price) in
        [(NOON, "EUR-STD", "0.07"), (DECEMBER, "EUR-STD", "0.08"), ("2027-01-01T00:00:00Z", "EUR-2027", "2")]
    {
        let service = fixture.at(at).read(|now| now.service("euro"));
        assert_eq!((service.plan.as_str(), service.price), (plan, Some(valid(price))), "{at}");
    }
    let other = fixture.write(|tx| service::edit(tx, "euro", change_of_plan("standard", NOON)));
    assert_refused!(other, Error::Refused(_));
    assert!(fixture.findings().is_empty());
}

#[test]
fn the_service_of_an_account_can_be_planned() {
    let mut fixture = fixture();
    fixture.write(|tx| service::new(tx, new_service("other", "EUR", "0.09"))).unwrap();
    let account = fixture.write(|tx| smpp::set_service(tx, "acme1", "OTHER", Some(valid(DECEMBER)))).unwrap();
    assert_eq!(account.details.service.as_str(), "euro");
    assert_eq!(planned(&mut fixture, "acme1"), ["from 2026-12-01 00:00:00 UTC: service other"]);
    let before = fixture.dump();
    fixture.write(|tx| smpp::set_service(tx, "acme1", "other", Some(valid(DECEMBER)))).unwrap();
    assert_eq!(fixture.dump(), before, "the same again is no change");
    let account = fixture.at(DECEMBER).read(|now| now.smpp_account("acme1"));
    assert_eq!(account.details.service.as_str(), "other");
}

#[test]
fn an_account_with_messages_gets_no_service_of_another_unit_in_the_past() {
    let mut fixture = fixture();
    fixture.account("ACME", "credits");
    // The message is of 2024-10-04.
    fixture.write(|tx| import_a_message(tx, "credits")).unwrap();
    for from in [None, Some(valid("2024-10-04T00:00:00Z"))] {
        assert_refused!(fixture.write(|tx| smpp::set_service(tx, "credits", "euro", from)), Error::Refused(_));
    }
    fixture.write(|tx| smpp::set_service(tx, "credits", "euro", Some(valid("2024-10-05T00:00:00Z")))).unwrap();
}

#[test]
fn an_overlay_has_the_unit_of_the_plans_it_covers() {
    let mut fixture = fixture();
    fixture.account("ACME", "credits");
    assert_refused!(
        fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some("EUR-NG"), None)),
        Error::Refused(why)
            if why == "SMPP account `credits` is charged in SMS, but plan `EUR-NG` has prices in EUR"
    );
    fixture.write(|tx| overlay::set_of_account(tx, "acme1", Some("EUR-NG"), None)).unwrap();
    assert_refused!(
        fixture.write(|tx| smpp::set_service(tx, "acme1", "standard", Some(valid(DECEMBER)))),
        Error::Refused(_)
    );
    // Once the overlay ends, the account may have a service of another unit.
    fixture.write(|tx| overlay::set_of_account(tx, "acme1", None, Some(valid(DECEMBER)))).unwrap();
    fixture.write(|tx| smpp::set_service(tx, "acme1", "standard", Some(valid(DECEMBER)))).unwrap();
    assert!(fixture.findings().is_empty());
    fixture.raw().execute_batch("UPDATE plan SET unit = 'GBP' WHERE code = 'EUR-NG'").unwrap();
    assert!(fixture.findings().iter().any(|finding| finding.contains("acme1 is charged in EUR")));
}

#[test]
fn a_new_account_fits_the_overlay_of_its_customer() {
    let mut fixture = fixture();
    fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some("EUR-NG"), None)).unwrap();
    assert_refused!(fixture.add_account("ACME", new_account("credits")), Error::Refused(_));
    let overlay = fixture.read(|now| customer_pricing(now, &now.customer("ACME")?)).overlay;
    assert_eq!(overlay, Some(valid("EUR-NG")));
}

#[test]
fn a_plan_in_use_is_not_archived() {
    let mut fixture = fixture();
    let archive = |fixture: &mut Fixture, plan: &str| fixture.write(|tx| plan::archive(tx, plan));
    assert_refused!(archive(&mut fixture, "EUR-STD"), Error::Refused(why) if why == "plan `EUR-STD` is used by service `euro`");
    fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some("EUR-NG"), Some(valid(DECEMBER)))).unwrap();
    assert_refused!(archive(&mut fixture, "EUR-NG"), Error::Refused(_));
    let uses = fixture.read(|now| plan_uses(now, now.plan("EUR-NG")?.id));
    assert_eq!((uses[0].user.to_string(), uses[0].from), ("customer `ACME`".to_owned(), Some(valid(DECEMBER))));
    fixture.write(|tx| overlay::set_of_customer(tx, "ACME", None, Some(valid(DECEMBER)))).unwrap();
    archive(&mut fixture, "EUR-NG").unwrap();
    assert_refused!(archive(&mut fixture, "EUR-NG"), Error::Archived { again: true, .. });
    assert_refused!(
        fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some("EUR-NG"), None)),
        Error::Archived { entity: EntityKind::Plan, .. }
    );
    fixture.write(|tx| plan::unarchive(tx, "EUR-NG")).unwrap();
    assert_refused!(fixture.write(|tx| plan::unarchive(tx, "EUR-NG")), Error::NotArchived { .. });
}

/// The rows of prices, plans of services, services of accounts and overlays, and of the audit log.
fn recorded(fixture: &Fixture) -> Vec<i64> {
    let sql = fixture.raw();
    let count = |table: &str| sql.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
    ["price", "service_plan", "account_service", "overlay", "event"].map(count).to_vec()
}

#[test]
fn instructions_that_change_nothing_are_not_recorded() {
    let mut fixture = fixture();
    plan_in(&mut fixture, "NEXT", "EUR");
    let december = Some(valid(DECEMBER));
    let january = Some(valid("2027-01-01T00:00:00Z"));
    let plan_from =
        |from| ServiceChange { plan: Some("NEXT".to_owned()), effective_from: from, ..ServiceChange::default() };
    fixture.write(|tx| service::edit(tx, "euro", plan_from(EffectiveFrom::Time(valid(DECEMBER))))).unwrap();
    let dear = NewService { pricing: ServicePricing::Price(valid("1")), ..new_service("dear", "EUR", "1") };
    fixture.write(|tx| service::new(tx, dear)).unwrap();
    fixture.write(|tx| smpp::set_service(tx, "acme1", "dear", december)).unwrap();
    fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some("EUR-NG"), december)).unwrap();
    fixture.write(|tx| overlay::set_of_account(tx, "acme1", Some("EUR-NG"), december)).unwrap();
    let ng =
        |from, until| price::NewPrice { destination: valid("NG"), price: valid("0.05"), effective_from: from, until };
    fixture.write(|tx| price::set(tx, "EUR-STD", ng(december, None))).unwrap();
    let before = recorded(&fixture);
    // What is planned already, at its time and after it; and what counts today.
    for from in [december, january] {
        fixture.write(|tx| price::set(tx, "EUR-STD", ng(from, None))).unwrap();
        fixture.write(|tx| price::set(tx, "EUR-STD", ng(from, Some(valid("2028-01-01T00:00:00Z"))))).unwrap();
        fixture.write(|tx| smpp::set_service(tx, "acme1", "dear", from)).unwrap();
        fixture.write(|tx| overlay::set_of_customer(tx, "ACME", Some("EUR-NG"), from)).unwrap();
        fixture.write(|tx| overlay::set_of_account(tx, "acme1", Some("EUR-NG"), from)).unwrap();
        let from = from.map_or(EffectiveFrom::Now, EffectiveFrom::Time);
        fixture.write(|tx| service::edit(tx, "euro", plan_from(from))).unwrap();
        let same = ServiceChange { price: Some(valid("1")), effective_from: from, ..ServiceChange::default() };
        fixture.write(|tx| service::edit(tx, "dear", same)).unwrap();
    }
    fixture.write(|tx| smpp::set_service(tx, "acme1", "euro", Some(valid(NOON)))).unwrap();
    fixture.write(|tx| overlay::set_of_customer(tx, "ACME", None, Some(valid(NOON)))).unwrap();
    fixture.write(|tx| overlay::set_of_account(tx, "acme1", None, None)).unwrap();
    assert_eq!(recorded(&fixture), before);
}

#[test]
fn a_service_says_which_plan_and_price_are_planned() {
    let mut fixture = fixture();
    plan_in(&mut fixture, "NEXT", "EUR");
    let at = |day: &str| EffectiveFrom::Time(valid(&format!("2026-12-{day}T00:00:00Z")));
    let price = |price: &str, day| ServiceChange {
        price: Some(valid(price)),
        effective_from: at(day),
        ..ServiceChange::default()
    };
    fixture.write(|tx| service::edit(tx, "euro", price("0.08", "01"))).unwrap();
    let next = ServiceChange { plan: Some("NEXT".to_owned()), effective_from: at("10"), ..ServiceChange::default() };
    fixture.write(|tx| service::edit(tx, "euro", next)).unwrap();
    fixture.write(|tx| service::edit(tx, "euro", price("3", "20"))).unwrap();
    // A price of the first plan that begins when the service has the other one.
    let late = price::NewPrice {
        destination: valid("default"),
        price: valid("9"),
        effective_from: Some(valid("2026-12-15T00:00:00Z")),
        until: None,
    };
    fixture.write(|tx| price::set(tx, "EUR-STD", late)).unwrap();
    let planned = fixture.read(|now| Ok::<_, Error>(service_outlook(now, now.service("euro")?)?.planned));
    let planned: Vec<String> = planned.iter().map(ToString::to_string).collect();
    assert_eq!(
        planned,
        [
            "from 2026-12-01 00:00:00 UTC: price 0.08",
            "from 2026-12-10 00:00:00 UTC: plan NEXT",
            "from 2026-12-20 00:00:00 UTC: price 3.00",
        ]
    );
}
