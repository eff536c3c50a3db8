//! Customers: names that last for ever, edits, archiving and bringing back.

use ssgctl::Error;
use ssgctl::model::{ApiId, Billing, CustomerDetails, EntityKind, PostalAddress, Status};
use ssgctl::ops::{balance, contact, customer, note, smpp};
use ssgctl::store::{
    ArchiveFilter, BalanceFilter, BalanceSort, ContactFilter, ContactSort, CustomerFilter, NoteFilter, NoteSort,
    SmppFilter, SmppSort,
};

use super::contact::person;
use crate::support::fixture::{
    Fixture, adjustment, assert_refused, by, collect, every_customer, new_account, set, valid,
};

fn of(organisation: &str) -> CustomerDetails {
    CustomerDetails::of(valid(organisation))
}

#[test]
fn codes_stay_reserved_for_ever_in_any_case() {
    let mut fixture = Fixture::new();
    fixture.customer("Acme");
    fixture.write(|tx| customer::archive(tx, "Acme")).unwrap();
    for code in ["Acme", "ACME", "acme"] {
        assert_refused!(
            fixture.write(|tx| customer::new(tx, Some(valid(code)), of("Another"))),
            Error::Exists { entity: EntityKind::Customer, field: "account_code", .. }
        );
    }
}

#[test]
fn a_code_is_kept_as_written() {
    let mut fixture = Fixture::new();
    fixture.customer("aCMe.1_x-Y");
    assert_eq!(fixture.read(|now| now.customer("ACME.1_X-y")).account_code.as_str(), "aCMe.1_x-Y");
}

#[test]
fn a_customer_without_a_code_gets_one_of_its_organisations_emails_and_three_digits() {
    let mut fixture = Fixture::new();
    for (organisation, stem) in [("Abc Corp", "ABCCORP"), ("Café du Port SARL", "CAFEDUPO"), ("株式会社", "CUST")]
    {
        let made = fixture.write(|tx| customer::new(tx, None, of(organisation))).unwrap();
        let digits = made.account_code.as_str().strip_prefix(stem).expect(stem);
        assert!(digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()), "{}", made.account_code);
    }
}

#[test]
fn a_longer_code_is_made_when_all_short_ones_are_taken() {
    let mut fixture = Fixture::new();
    fixture
        .write(|tx| {
            for number in 0..1000 {
                customer::new(tx, Some(valid(&format!("acme{number:03}"))), of("Acme"))?;
            }
            Ok(())
        })
        .unwrap();
    let made = fixture.write(|tx| customer::new(tx, None, of("Acme"))).unwrap();
    assert_eq!(made.account_code.as_str().len(), "ACME".len() + 4);
}

#[test]
fn a_customer_is_named_by_code_in_any_case_or_by_api_id() {
    let mut fixture = Fixture::new();
    let made = fixture.customer("Acme");
    for name in ["Acme", "ACME", "acme", made.api_id.as_str(), &made.api_id.as_str().to_uppercase()] {
        assert_eq!(fixture.read(|now| now.customer(name)), made, "{name}");
    }
}

#[test]
fn a_name_that_is_not_there_brings_the_nearest_that_is() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    let snapshot = fixture.store.read().unwrap();
    assert_refused!(snapshot.customer("acne"), Error::NotFound { nearest: Some(near), .. } if near == "ACME");
    assert_refused!(snapshot.customer("globx"), Error::NotFound { nearest: Some(near), .. } if near == "GLOBEX");
    assert_refused!(snapshot.customer("zzzzzzzz"), Error::NotFound { nearest: None, .. });
    assert_refused!(snapshot.customer(""), Error::NotFound { .. });
}

#[test]
fn api_ids_are_unlike_each_other() {
    let mut fixture = Fixture::new();
    assert_ne!(fixture.customer("ONE").api_id, fixture.customer("TWO").api_id);
}

#[test]
fn every_field_is_stored_and_read_back_as_it_was_given_at_its_longest() {
    let mut fixture = Fixture::new();
    let details = CustomerDetails {
        organisation: valid(&"é".repeat(200)),
        country: Some(valid("gb")),
        company_reg_no: Some(valid(&"9".repeat(40))),
        phone: Some(valid("+44 131 496 0000")),
        website: Some(valid("www.example.com")),
        vat_reg_no: Some(valid(&"V".repeat(40))),
        payment_terms_days: Some(valid("365")),
        invoice_emails: vec![valid("a@example.com"), valid("b@example.com")],
        invoice_address: Some(PostalAddress::from_lines((0..10).map(|_| "s".repeat(200))).unwrap()),
        billing: Billing::Postpaid,
        managed_by: Some(valid(&"m".repeat(32))),
    };
    let made = fixture.write(|tx| customer::new(tx, Some(valid(&"C".repeat(32))), details.clone())).unwrap();
    let found = fixture.read(|now| now.customer(made.account_code.as_str()));
    assert_eq!(found, made);
    assert_eq!(found.details, details);
    assert_eq!(found.details.country.as_ref().map(ToString::to_string).as_deref(), Some("GB"));
}

#[test]
fn an_edit_changes_what_it_says_and_when_and_nothing_else() {
    let mut fixture = Fixture::new();
    let made = fixture.customer("ACME");
    fixture.at("2026-11-25T08:00:00Z");
    let edit = |details: &mut CustomerDetails| {
        details.phone = Some(valid("+441314960000"));
        Ok(())
    };
    let edited = fixture.write(|tx| customer::edit(tx, "acme", edit)).unwrap();
    let mut expected = made.clone();
    expected.details.phone = Some(valid("+441314960000"));
    expected.lifecycle.updated_at = valid("2026-11-25T08:00:00Z");
    assert_eq!(edited, expected);
    assert_eq!(fixture.read(|now| now.customer("ACME")), expected);
}

#[test]
fn an_edit_that_changes_nothing_leaves_no_trace() {
    let mut fixture = Fixture::with_acme();
    fixture.at("2026-11-25T08:00:00Z");
    let before = fixture.dump();
    fixture.write(|tx| customer::edit(tx, "ACME", |_| Ok(()))).unwrap();
    let read = fixture.read(|now| now.customer("ACME")).details;
    fixture.write(|tx| customer::replace(tx, "ACME", &read, read.clone())).unwrap();
    assert_eq!(fixture.dump(), before);
}

#[test]
fn an_edit_that_is_refused_by_its_author_changes_nothing() {
    let mut fixture = Fixture::with_acme();
    let before = fixture.dump();
    let refuse = |details: &mut CustomerDetails| {
        details.organisation = valid("Other");
        Err(Error::Refused("no".to_owned()))
    };
    assert_refused!(fixture.write(|tx| customer::edit(tx, "ACME", refuse)), Error::Refused(_));
    assert_eq!(fixture.dump(), before);
}

#[test]
fn details_that_changed_meanwhile_are_not_overwritten() {
    let mut fixture = Fixture::with_acme();
    let read = fixture.read(|now| now.customer("ACME")).details;
    let theirs = of("Theirs");
    fixture.write(|tx| customer::replace(tx, "ACME", &read, theirs.clone())).unwrap();
    assert_refused!(
        fixture.write(|tx| customer::replace(tx, "ACME", &read, of("Ours"))),
        Error::ChangedMeanwhile { entity: EntityKind::Customer, .. }
    );
    assert_eq!(fixture.read(|now| now.customer("ACME")).details, theirs);
}

#[test]
fn an_archived_customer_takes_no_change_but_to_be_unarchived() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    fixture.credit("ACME", "10");
    fixture.write(|tx| contact::add(tx, "ACME", person("Jo"))).unwrap();
    let details = fixture.write(|tx| customer::archive(tx, "ACME")).unwrap().details;
    let before = fixture.dump();
    macro_rules! refused {
        ($operation:expr) => {
            assert_refused!(fixture.write($operation), Error::Archived { .. })
        };
    }
    refused!(|tx| customer::edit(tx, "ACME", |details| {
        details.organisation = valid("Other");
        Ok(())
    }));
    refused!(|tx| customer::replace(tx, "ACME", &details, of("Other")));
    refused!(|tx| customer::archive(tx, "ACME"));
    refused!(|tx| contact::add(tx, "ACME", person("Other")));
    refused!(|tx| contact::edit(tx, "ACME", "1", |contact| contact.name = valid("Other")));
    refused!(|tx| contact::remove(tx, "ACME", "1"));
    refused!(|tx| note::add(tx, "ACME", valid("note")));
    refused!(|tx| balance::adjust(tx, "ACME", &adjustment("1")));
    refused!(|tx| balance::set_credit_limit(tx, "ACME", None, valid("1")));
    refused!(|tx| smpp::edit(tx, "acme1", set(|account| account.use_cug = true)));
    refused!(|tx| smpp::set_enabled(tx, "acme1", false));
    refused!(|tx| smpp::archive(tx, "acme1"));
    refused!(|tx| smpp::unarchive(tx, "acme1"));
    let account = fixture.read(|now| now.smpp_account("acme1"));
    refused!(|tx| smpp::set_cug(tx, account, &[valid("+447700900123")]));
    assert_refused!(fixture.add_account("ACME", new_account("acme2")), Error::Archived { .. });
    assert_eq!(fixture.dump(), before);
    fixture.write(|tx| customer::unarchive(tx, "ACME")).unwrap();
    fixture.credit("ACME", "1");
}

#[test]
fn an_archived_customer_takes_no_credit() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "10");
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_refused!(
        fixture.adjust("ACME", &adjustment("1")),
        Error::Archived { entity: EntityKind::Customer, name, .. } if name == "ACME"
    );
    assert_eq!(fixture.credits("ACME"), valid("10"));
}

#[test]
fn unarchiving_restores_exactly_the_accounts_that_archiving_took() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    for id in ["by_itself", "with_1", "with_2"] {
        fixture.account("ACME", id);
    }
    fixture.account("GLOBEX", "stranger");
    fixture.write(|tx| smpp::archive(tx, "by_itself")).unwrap();
    let status = |fixture: &mut Fixture, id: &str| fixture.read(|now| now.smpp_account(id)).lifecycle.status();
    for _ in 0..2 {
        fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
        for id in ["by_itself", "with_1", "with_2"] {
            assert_eq!(status(&mut fixture, id), Status::Archived, "{id}");
        }
        assert_eq!(status(&mut fixture, "stranger"), Status::Active);
        fixture.write(|tx| customer::unarchive(tx, "ACME")).unwrap();
        for id in ["with_1", "with_2", "stranger"] {
            assert_eq!(status(&mut fixture, id), Status::Active, "{id}");
        }
        assert_eq!(status(&mut fixture, "by_itself"), Status::Archived);
        assert!(fixture.findings().is_empty());
    }
    fixture.write(|tx| smpp::unarchive(tx, "by_itself")).unwrap();
    assert_eq!(status(&mut fixture, "by_itself"), Status::Active);
}

#[test]
fn archiving_and_back_changes_no_switch_no_detail_no_balance_and_no_name() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    fixture.credit("ACME", "10");
    fixture.write(|tx| smpp::edit(tx, "acme1", set(|account| account.binding_enabled = false))).unwrap();
    let customer = fixture.read(|now| now.customer("ACME"));
    let account = fixture.read(|now| now.smpp_account("acme1"));
    fixture.at("2026-11-25T08:00:00Z");
    let archived = fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    assert_eq!(archived.lifecycle.archived_at, Some(valid("2026-11-25T08:00:00Z")));
    assert_eq!(fixture.read(|now| now.customer("ACME")), archived);
    fixture.write(|tx| customer::unarchive(tx, "ACME")).unwrap();
    let back = fixture.read(|now| now.customer("ACME"));
    assert_eq!(
        (back.account_code, back.api_id, back.details),
        (customer.account_code, customer.api_id, customer.details)
    );
    assert_eq!((back.lifecycle.created_at, back.lifecycle.archived_at), (customer.lifecycle.created_at, None));
    assert_eq!(fixture.read(|now| now.smpp_account("acme1")).details, account.details);
    assert_eq!(fixture.credits("ACME"), valid("10"));
}

#[test]
fn only_what_is_archived_can_be_unarchived() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme1");
    assert_refused!(
        fixture.write(|tx| customer::unarchive(tx, "ACME")),
        Error::NotArchived { entity: EntityKind::Customer, .. }
    );
    assert_refused!(
        fixture.write(|tx| smpp::unarchive(tx, "acme1")),
        Error::NotArchived { entity: EntityKind::Smpp, .. }
    );
}

#[test]
fn an_archived_customer_leaves_every_list_and_is_shown_by_name() {
    let mut fixture = Fixture::new();
    for code in ["ACME", "GLOBEX"] {
        fixture.customer(code);
        fixture.account(code, code);
        fixture.credit(code, "10");
        fixture.write(|tx| contact::add(tx, code, person("Jo"))).unwrap();
        fixture.write(|tx| note::add(tx, code, valid("note"))).unwrap();
    }
    fixture.write(|tx| customer::archive(tx, "ACME")).unwrap();
    for (archive_filter, expected) in [
        (ArchiveFilter::Active, vec!["GLOBEX"]),
        (ArchiveFilter::Archived, vec!["ACME"]),
        (ArchiveFilter::All, vec!["ACME", "GLOBEX"]),
    ] {
        assert_eq!(customers_in_every_list(&mut fixture, archive_filter), vec![expected; 5], "{archive_filter:?}");
    }
    assert_eq!(fixture.read(|now| now.customer("acme")).lifecycle.status(), Status::Archived);
    assert_eq!(fixture.read(|now| now.smpp_account("ACME")).lifecycle.status(), Status::Archived);
}

/// The account codes that stand in the lists of customers, contacts, notes, SMPP accounts and balances.
fn customers_in_every_list(fixture: &mut Fixture, archive_filter: ArchiveFilter) -> Vec<Vec<String>> {
    fixture.read(|now| {
        let customers = CustomerFilter { archive_filter, ..every_customer() };
        let contacts = ContactFilter {
            customer_id: None,
            archive_filter,
            role: None,
            search: None,
            page: by(ContactSort::Customer),
        };
        let notes = NoteFilter { customer_id: None, archive_filter, search: None, page: by(NoteSort::Customer) };
        let page = by(SmppSort::Customer);
        let accounts = SmppFilter { archive_filter, page, ..SmppFilter::every() };
        let page = by(BalanceSort::Customer);
        let balances =
            BalanceFilter { customer_id: None, archive_filter, unit: None, at_most: None, state: None, page };
        Ok(vec![
            collect(|each| now.customers(&customers, each))?
                .iter()
                .map(|found| found.account_code.to_string())
                .collect(),
            collect(|each| now.contacts(&contacts, each))?.iter().map(|found| found.customer.to_string()).collect(),
            collect(|each| now.notes(&notes, each))?.iter().map(|found| found.customer.to_string()).collect(),
            collect(|each| now.smpp_accounts(&accounts, each))?
                .iter()
                .map(|found| found.customer.to_string())
                .collect(),
            collect(|each| now.balances(&balances, each))?.iter().map(|found| found.customer.to_string()).collect(),
        ])
    })
}

#[test]
fn an_api_id_is_a_lower_case_uuid() {
    let id = ApiId::generate();
    assert_eq!(id.as_str().len(), 36);
    assert_eq!(id.as_str(), id.as_str().to_lowercase());
    assert_eq!(valid::<ApiId>(&id.as_str().to_uppercase()), id);
}

#[test]
fn customers_that_look_alike_are_found_whether_in_use_or_archived() {
    let mut fixture = Fixture::new();
    let mut made = |code: &str, organisation: &str| {
        fixture.write(|tx| customer::new(tx, Some(valid(code)), of(organisation))).unwrap()
    };
    let blue = made("BLUE", "Blue Inc");
    made("GREEN", "Green Inc");
    for (code, organisation) in [("B1", "B\u{406}ue Inc"), ("B2", "BLUE INC"), ("B3", "blue inc"), ("B4", "Blue Inc")] {
        made(code, organisation);
    }
    fixture.write(|tx| customer::archive(tx, "B1")).unwrap();
    let (first, number) = fixture.read(|now| customer::confusable_names(now, &blue, 2));
    let codes: Vec<&str> = first.iter().map(|customer| customer.account_code.as_str()).collect();
    assert_eq!((codes, number), (vec!["B2", "B3"], 4));
    let green = fixture.read(|now| now.customer("GREEN"));
    assert_eq!(fixture.read(|now| customer::confusable_names(now, &green, 2)).1, 0);
}

#[test]
fn who_only_reads_may_name_a_customer_by_its_organisation_or_the_beginning_of_its_code() {
    let mut fixture = Fixture::new();
    for (code, organisation) in [("KIM331", "Kim Ltd"), ("LEE100", "Lee Ltd"), ("LEE200", "Lee Ltd"), ("L", "Kim")] {
        let details = CustomerDetails::of(valid(organisation));
        fixture.write(|tx| customer::new(tx, Some(valid(code)), details)).expect(code);
    }
    fixture.account("KIM331", "kim_prod");
    fixture.account("LEE100", "lee_prod");
    let mut found = |name: &str| {
        let snapshot = fixture.store.read().expect("snapshot");
        snapshot.customer(name).map(|customer| customer.account_code.to_string()).map_err(|error| error.to_string())
    };
    for (name, code) in
        [("kim331", "KIM331"), ("kim", "L"), ("KIM ltd", "KIM331"), ("kI", "KIM331"), ("lee1", "LEE100"), ("l", "L")]
    {
        assert_eq!(found(name).as_deref(), Ok(code), "{name}");
    }
    for name in ["lee", "Lee Ltd", "k", "", "kim%"] {
        assert_eq!(found(name), Err(format!("no customer `{name}`")), "{name}");
    }
    assert_eq!(found("kim_prod"), Err("no customer `kim_prod`: it is an SMPP account of `KIM331`".to_owned()));
    // Who writes must name it in full, and is offered the code.
    for name in ["Kim Ltd", "ki"] {
        let refused = fixture.write(|tx| customer::archive(tx, name));
        assert_refused!(refused, Error::NotFound { nearest: Some(nearest), .. } if nearest == "KIM331");
    }
    let refused = fixture.read(|now| Ok(now.smpp_account("lee100")));
    assert_refused!(refused, Error::NotFound { nearest: Some(nearest), .. } if nearest == "lee_prod");
}
