//! SMPP accounts: names, switches, closed user groups, archiving, passwords.

use std::collections::BTreeSet;

use ssgctl::Error;
use ssgctl::model::{EntityKind, IpRange, Msisdn, Password, SmppAccount, SmppDetails, Status, SystemId};
use ssgctl::ops::{customer, smpp};

use crate::support::fixture::{Fixture, assert_refused, new_account, set, valid};

const ALICE: &str = "+447700900001";
const BOB: &str = "+447700900002";
const CAROL: &str = "+447700900003";

fn named(system_id: &str, short_name: &str) -> smpp::NewAccount {
    let mut new = new_account(system_id);
    new.details.short_name = Some(valid(short_name));
    new
}

fn cug(fixture: &mut Fixture, name: &str) -> Vec<String> {
    fixture.read(|now| now.cug(&now.smpp_account(name)?)).iter().map(ToString::to_string).collect()
}

fn set_cug(fixture: &mut Fixture, name: &str, numbers: &[&str]) -> ssgctl::Result<SmppAccount> {
    let numbers: Vec<Msisdn> = numbers.iter().map(|number| valid(number)).collect();
    fixture.write(|tx| {
        let account = tx.smpp_account(name)?;
        smpp::set_cug(tx, account, &numbers)
    })
}

#[test]
fn system_ids_stay_reserved_for_ever() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    fixture.account("ACME", "acme1");
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_refused!(
        fixture.add_account("GLOBEX", new_account("acme1")),
        Error::Exists { entity: EntityKind::Smpp, field: "system_id", .. }
    );
}

#[test]
fn case_matters_in_system_ids_as_it_does_to_the_gateway() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme");
    fixture.account("ACME", "Acme");
    assert_eq!(fixture.read(|now| now.smpp_account("acme")).system_id.as_str(), "acme");
    assert_eq!(fixture.read(|now| now.smpp_account("Acme")).system_id.as_str(), "Acme");
    assert_refused!(
        fixture.store.read().unwrap().smpp_account("ACME"),
        Error::NotFound { nearest: Some(near), .. } if near.eq_ignore_ascii_case("acme")
    );
}

#[test]
fn a_short_name_names_one_account_in_any_case() {
    let mut fixture = Fixture::with_acme();
    fixture.add_account("ACME", named("acme1", "Prod")).unwrap();
    assert_eq!(fixture.read(|now| now.smpp_account("PROD")).system_id.as_str(), "acme1");
    for taken in [named("acme2", "prod"), new_account("prod"), new_account("PROD")] {
        assert_refused!(fixture.add_account("ACME", taken), Error::Exists { entity: EntityKind::Smpp, .. });
    }
    fixture.account("ACME", "acme2");
    for name in ["prod", "acme1", "ACME1"] {
        assert_refused!(
            fixture.write(|tx| smpp::edit(tx, "acme2", set(|account| account.short_name = Some(valid(name))))),
            Error::Exists { entity: EntityKind::Smpp, field: "short_name", .. }
        );
    }
}

#[test]
fn an_account_may_have_its_own_system_id_as_its_short_name() {
    let mut fixture = Fixture::with_acme();
    fixture.add_account("ACME", named("one", "one")).unwrap();
    fixture.account("ACME", "two");
    fixture.write(|tx| smpp::edit(tx, "two", set(|account| account.short_name = Some(valid("TWO"))))).unwrap();
    for name in ["one", "ONE", "two", "TWO"] {
        let found = fixture.read(|now| now.smpp_account(name));
        assert_eq!(found.system_id.as_str(), name.to_lowercase(), "{name}");
    }
}

#[test]
fn a_short_name_may_change_its_case_and_be_given_up() {
    let mut fixture = Fixture::with_acme();
    fixture.add_account("ACME", named("acme1", "prod")).unwrap();
    fixture.write(|tx| smpp::edit(tx, "prod", set(|account| account.short_name = Some(valid("Prod"))))).unwrap();
    fixture.write(|tx| smpp::edit(tx, "prod", set(|account| account.short_name = None))).unwrap();
    fixture.add_account("ACME", named("acme2", "prod")).unwrap();
}

#[test]
fn an_account_without_a_system_id_gets_one_of_fifteen_emails_and_digits() {
    let mut fixture = Fixture::with_acme();
    let mut drawn = BTreeSet::new();
    for _ in 0..20 {
        let account =
            fixture.add_account("ACME", smpp::NewAccount { system_id: None, ..new_account("unused") }).unwrap();
        drawn.insert(account.account.system_id.to_string());
    }
    assert_eq!(drawn.len(), 20);
    assert!(drawn.iter().all(|id| id.len() == 15 && id.bytes().all(|b| b.is_ascii_alphanumeric())), "{drawn:?}");
}

#[test]
fn an_account_without_a_password_gets_one_of_eight_characters() {
    let mut fixture = Fixture::with_acme();
    let one = fixture.add_account("ACME", new_account("one")).unwrap().password;
    let two = fixture.add_account("ACME", new_account("two")).unwrap().password;
    assert_eq!(one.reveal().len(), 8);
    assert_ne!(one, two);
}

#[test]
fn a_password_is_revealed_as_it_was_given_and_to_an_archived_account_too() {
    let mut fixture = Fixture::with_acme();
    let password: Password = valid("hunter2!");
    let new = smpp::NewAccount { password: Some(password.clone()), ..named("acme1", "prod") };
    assert_eq!(fixture.add_account("ACME", new).unwrap().password, password);
    assert_eq!(fixture.reveal("PROD").unwrap().password, password);
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_eq!(fixture.reveal("acme1").unwrap().password, password);
}

#[test]
fn revealing_a_password_is_logged() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    fixture.reveal("acme1").unwrap();
    let event = fixture.last_event();
    assert_eq!((event.change.action.as_str(), event.change.subject.as_str()), ("reveal", "acme1"));
    assert_eq!(event.origin, fixture.origin);
}

#[test]
fn a_service_that_is_not_there_is_refused() {
    let mut fixture = Fixture::with_acme();
    let mut new = new_account("acme1");
    new.details.service = valid("standart");
    assert_refused!(
        fixture.add_account("ACME", new),
        Error::NotFound { entity: EntityKind::Service, nearest: Some(near), .. } if near == "standard"
    );
    fixture.account("ACME", "acme1");
    assert_refused!(
        fixture.write(|tx| smpp::edit(tx, "acme1", set(|account| account.service = valid("none")))),
        Error::NotFound { entity: EntityKind::Service, .. }
    );
}

#[test]
fn every_field_is_stored_and_read_back_as_it_was_given_at_its_longest() {
    let mut fixture = Fixture::with_acme();
    let details = SmppDetails {
        name: Some(valid(&"é".repeat(100))),
        short_name: Some(valid(&"s".repeat(40))),
        system_type: Some(valid(&"t".repeat(12))),
        address_range: Some(valid(&"^".repeat(40))),
        service: valid("standard"),
        enabled: false,
        binding_enabled: true,
        submit_enabled: false,
        use_cug: true,
        max_tps: Some(valid("1000000")),
        max_binds: Some(valid("1")),
        allowed_ips: vec![valid("192.0.2.0/24"), valid("2001:db8::1")],
        mt_webhook: Some(valid("https://example.com/mt")),
        dlr_webhook: Some(valid("https://example.com/dlr?id=%s")),
        mo_webhook: Some(valid("http://example.com/mo")),
        mo_numbers: vec![valid(BOB), valid(ALICE)],
        managed_by: Some(valid(&"m".repeat(32))),
    };
    let new = smpp::NewAccount { details: details.clone(), cug: vec![valid(ALICE)], ..new_account("acme1") };
    let added = fixture.add_account("ACME", new).unwrap().account;
    let found = fixture.read(|now| now.smpp_account("acme1"));
    assert_eq!(found, added);
    assert_eq!((found.details, found.cug_size), (details, 1));
}

#[test]
fn the_switches_are_independent_of_each_other_and_of_archiving() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    for bits in 0..16_u8 {
        let switches = [1, 2, 4, 8].map(|bit| bits & bit != 0);
        let switch = |account: &mut SmppDetails| {
            [account.enabled, account.binding_enabled, account.submit_enabled, account.use_cug] = switches;
        };
        fixture.write(|tx| smpp::edit(tx, "acme1", set(switch))).unwrap();
        fixture.write(|tx| smpp::archive(tx, "acme1")).unwrap();
        fixture.write(|tx| smpp::unarchive(tx, "acme1")).unwrap();
        let found = fixture.read(|now| now.smpp_account("acme1")).details;
        let now = [found.enabled, found.binding_enabled, found.submit_enabled, found.use_cug];
        assert_eq!(now, switches, "{bits:04b}");
    }
}

#[test]
fn disabling_and_enabling_turn_one_switch_only() {
    let mut fixture = Fixture::with_acme();
    let made = fixture.account("ACME", "acme1").details;
    let disabled = fixture.write(|tx| smpp::set_enabled(tx, "acme1", false)).unwrap().details;
    assert_eq!(disabled, SmppDetails { enabled: false, ..made.clone() });
    assert_eq!(fixture.last_event().change.action, "disable");
    assert_eq!(fixture.write(|tx| smpp::set_enabled(tx, "acme1", true)).unwrap().details, made);
    assert_eq!(fixture.last_event().change.action, "enable");
}

#[test]
fn an_edit_that_changes_nothing_leaves_no_trace() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    set_cug(&mut fixture, "acme1", &[ALICE, BOB]).unwrap();
    fixture.at("2026-11-25T08:00:00Z");
    let before = fixture.dump();
    fixture.write(|tx| smpp::edit(tx, "acme1", set(|account| account.service = valid("STANDARD")))).unwrap();
    fixture.write(|tx| smpp::set_enabled(tx, "acme1", true)).unwrap();
    set_cug(&mut fixture, "acme1", &[BOB, ALICE, BOB]).unwrap();
    assert_eq!(fixture.dump(), before);
}

fn networks(account: &SmppAccount) -> Vec<String> {
    account.details.allowed_ips.iter().map(ToString::to_string).collect()
}

#[test]
fn networks_are_added_and_removed_one_by_one() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    let mut change = |add: &[&str], remove: &[&str]| {
        let read = |texts: &[&str]| -> Vec<IpRange> { texts.iter().map(|text| valid(text)).collect() };
        let (add, remove) = (read(add), read(remove));
        fixture.write(|tx| smpp::edit(tx, "acme1", |account| smpp::change_ip_ranges(account, &add, &remove)))
    };
    assert_eq!(
        networks(&change(&["192.0.2.7", "10.1.2.3/8", "192.0.2.7/32"], &[]).unwrap()),
        ["192.0.2.7", "10.0.0.0/8"]
    );
    assert_eq!(networks(&change(&["192.0.2.7"], &[]).unwrap()), ["192.0.2.7", "10.0.0.0/8"]);
    assert_refused!(change(&[], &["192.0.2.8"]), Error::Refused(message) if message.contains("`192.0.2.8` is not among"));
    assert_refused!(change(&[], &["192.0.2.7", "192.0.2.7"]), Error::Refused(_));
    assert_eq!(networks(&change(&["2001:db8::1"], &["10.0.0.0/8"]).unwrap()), ["192.0.2.7", "2001:db8::1"]);
    assert_refused!(
        change(&[], &["192.0.2.7", "2001:db8::1"]),
        Error::Refused(message) if message.contains("from anywhere")
    );
    assert_eq!(networks(&change(&["192.0.2.9"], &["192.0.2.7", "2001:db8::1"]).unwrap()), ["192.0.2.9"]);
}

#[test]
fn what_stands_twice_in_a_list_is_folded() {
    let mut fixture = Fixture::with_acme();
    let mut new = new_account("acme1");
    new.details.allowed_ips = vec![valid("192.0.2.7"), valid("10.0.0.1/8"), valid("10.0.0.0/8"), valid("192.0.2.7")];
    new.details.mo_numbers = vec![valid(BOB), valid(ALICE), valid(BOB)];
    let added = fixture.add_account("ACME", new).unwrap().account;
    assert_eq!(networks(&added), ["192.0.2.7", "10.0.0.0/8"]);
    assert_eq!(added.details.mo_numbers, [valid(BOB), valid(ALICE)]);
    assert_eq!(fixture.read(|now| now.smpp_account("acme1")), added);
}

#[test]
fn a_system_id_from_elsewhere_is_kept_at_its_length() {
    let mut fixture = Fixture::with_acme();
    let id = "x".repeat(64);
    let new = smpp::NewAccount { system_id: Some(SystemId::kept(&id).unwrap()), ..new_account("unused") };
    assert_eq!(fixture.add_account("ACME", new).unwrap().account.system_id.as_str(), id);
    fixture.reveal(&id).unwrap();
    assert!(fixture.findings().is_empty());
}

#[test]
fn an_edit_says_when_the_account_changed() {
    let mut fixture = Fixture::with_acme();
    let made = fixture.account("ACME", "acme1");
    fixture.at("2026-11-25T08:00:00Z");
    let edited =
        fixture.write(|tx| smpp::edit(tx, "acme1", set(|account| account.max_tps = Some(valid("50"))))).unwrap();
    assert_eq!(edited.lifecycle.updated_at, valid("2026-11-25T08:00:00Z"));
    assert_eq!(edited.lifecycle.created_at, made.lifecycle.created_at);
    assert_eq!(fixture.read(|now| now.smpp_account("acme1")), edited);
}

#[test]
fn setting_a_closed_user_group_replaces_it_and_says_when() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    set_cug(&mut fixture, "acme1", &[BOB, ALICE]).unwrap();
    assert_eq!(cug(&mut fixture, "acme1"), [ALICE, BOB]);
    fixture.at("2026-11-25T08:00:00Z");
    let changed = set_cug(&mut fixture, "acme1", &[CAROL, BOB]).unwrap();
    assert_eq!(cug(&mut fixture, "acme1"), [BOB, CAROL]);
    assert_eq!(fixture.last_event().change.fields["cug"], serde_json::json!([[ALICE], [CAROL]]));
    assert_eq!((changed.cug_size, changed.lifecycle.updated_at), (2, valid("2026-11-25T08:00:00Z")));
    assert_eq!(fixture.read(|now| now.smpp_account("acme1")), changed);
    assert_eq!(set_cug(&mut fixture, "acme1", &[]).unwrap().cug_size, 0);
}

#[test]
fn closed_user_groups_are_each_accounts_own() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "one");
    fixture.account("ACME", "two");
    set_cug(&mut fixture, "one", &[ALICE, BOB]).unwrap();
    set_cug(&mut fixture, "two", &[ALICE]).unwrap();
    set_cug(&mut fixture, "one", &[]).unwrap();
    assert_eq!(cug(&mut fixture, "two"), [ALICE]);
}

#[test]
fn an_archived_account_takes_no_change_but_to_be_unarchived() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    fixture.write(|tx| smpp::archive(tx, "acme1")).unwrap();
    let before = fixture.dump();
    let archived = |name: &str| name == "acme1";
    assert_refused!(
        fixture.write(|tx| smpp::edit(tx, "acme1", set(|account| account.use_cug = true))),
        Error::Archived { entity: EntityKind::Smpp, name, .. } if archived(name)
    );
    assert_refused!(fixture.write(|tx| smpp::set_enabled(tx, "acme1", false)), Error::Archived { .. });
    assert_refused!(fixture.write(|tx| smpp::archive(tx, "acme1")), Error::Archived { .. });
    assert_refused!(set_cug(&mut fixture, "acme1", &[ALICE]), Error::Archived { .. });
    assert_eq!(fixture.dump(), before);
    fixture.write(|tx| smpp::unarchive(tx, "acme1")).unwrap();
    assert_eq!(fixture.read(|now| now.smpp_account("acme1")).lifecycle.status(), Status::Active);
}

#[test]
fn an_account_is_not_brought_back_while_its_customer_is_archived() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_refused!(
        fixture.write(|tx| smpp::unarchive(tx, "acme1")),
        Error::Archived { entity: EntityKind::Customer, name, .. } if name == "ACME"
    );
}

#[test]
fn a_closed_user_group_given_with_a_new_account_is_in_the_event_that_made_it() {
    let mut fixture = Fixture::with_acme();
    let numbers = ["+447700900123", "+447700900124", "+447700900123"].map(valid);
    let new = smpp::NewAccount { cug: numbers.to_vec(), ..new_account("acme1") };
    assert_eq!(fixture.add_account("ACME", new).unwrap().account.cug_size, 2);
    let event = fixture.last_event();
    assert_eq!((event.change.action.as_str(), fixture.events().len()), ("add", 2));
    assert_eq!(event.change.fields["cug"], serde_json::json!([null, ["+447700900123", "+447700900124"]]));
    let account = fixture.read(|now| now.smpp_account("acme1"));
    assert_eq!((account.cug_size, account.lifecycle.updated_at), (2, account.lifecycle.created_at));
}
