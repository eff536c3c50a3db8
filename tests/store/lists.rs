//! Lists: filters, orders, limits, and searches for text that means something to SQL.

use ssgctl::model::{ContactDetails, CustomerDetails, SmppAccount, Unit};
use ssgctl::ops::balance::Adjustment;
use ssgctl::ops::{contact, customer, note, service, smpp};
use ssgctl::store::{
    ArchiveFilter, BalanceFilter, BalanceSort, ContactFilter, ContactSort, CustomerFilter, CustomerSort, EntryFilter,
    NoteFilter, NoteSort, Page, ServiceFilter, ServiceSort, SmppFilter, SmppSort,
};

use crate::support::fixture::{
    Fixture, NOON, adjustment_in, by, collect, every_customer, new_account, new_service, valid,
};

/// Makes a customer of an organisation, under a code, in a country.
fn add(fixture: &mut Fixture, code: &str, organisation: &str, country: Option<&str>) {
    let details = CustomerDetails { country: country.map(valid), ..CustomerDetails::of(valid(organisation)) };
    fixture.write(|tx| customer::new(tx, Some(valid(code)), details)).expect("customer");
}

fn codes(fixture: &mut Fixture, filter: &CustomerFilter) -> Vec<String> {
    let found = fixture.read(|now| collect(|each| now.customers(filter, each)));
    found.iter().map(|customer| customer.account_code.to_string()).collect()
}

fn searched(fixture: &mut Fixture, text: &str) -> Vec<String> {
    codes(fixture, &CustomerFilter { search: Some(text.to_owned()), ..every_customer() })
}

/// Three customers whose every order is another.
fn three() -> Fixture {
    let mut fixture = Fixture::new();
    add(&mut fixture, "b", "apple", Some("GB"));
    add(fixture.at("2026-11-24T12:00:01Z"), "C", "Banana", None);
    add(fixture.at("2026-11-24T12:00:02Z"), "a", "cherry", Some("FR"));
    let touch = |details: &mut CustomerDetails| {
        details.phone = Some(valid("+447700900123"));
        Ok(())
    };
    fixture.at("2026-11-24T12:00:03Z").write(|tx| customer::edit(tx, "C", touch)).expect("edited");
    fixture
}

#[test]
fn customers_come_in_the_order_asked_for_either_way() {
    let mut fixture = three();
    for (sort, expected) in [
        (CustomerSort::AccountCode, ["a", "b", "C"]),
        (CustomerSort::Organisation, ["b", "C", "a"]),
        (CustomerSort::Country, ["C", "a", "b"]),
        (CustomerSort::CreatedAt, ["b", "C", "a"]),
        (CustomerSort::UpdatedAt, ["b", "a", "C"]),
    ] {
        let mut expected = expected.map(str::to_owned);
        for descending in [false, true] {
            let page = Page { sort, descending, limit: None };
            assert_eq!(codes(&mut fixture, &CustomerFilter { page, ..every_customer() }), expected, "{sort:?}");
            expected.reverse();
        }
    }
}

#[test]
fn a_limit_gives_the_first_rows_and_may_be_as_large_as_it_likes() {
    let mut fixture = three();
    for (limit, expected) in [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (u64::MAX, 3)] {
        let page = Page { limit: Some(limit), ..by(CustomerSort::AccountCode) };
        let found = codes(&mut fixture, &CustomerFilter { page, ..every_customer() });
        assert_eq!(found, ["a", "b", "C"][..expected], "{limit}");
    }
}

#[test]
fn customers_of_a_country_are_found() {
    let mut fixture = three();
    let filter = CustomerFilter { country: Some(valid("gb")), ..every_customer() };
    assert_eq!(codes(&mut fixture, &filter), ["b"]);
    let filter = CustomerFilter { country: Some(valid("DE")), ..every_customer() };
    assert_eq!(codes(&mut fixture, &filter), Vec::<String>::new());
}

#[test]
fn text_that_means_something_to_sql_means_itself() {
    let mut fixture = Fixture::new();
    let odd = [
        ("percent", "100% Ltd"),
        ("underscore", "under_score"),
        ("backslash", "back\\slash"),
        ("apostrophe", "O'Neil"),
        ("quote", "the \"Quote\""),
        ("bracket", "[a-z]*?"),
        ("plain", "100 Ltd underscore backslash ONeil"),
        ("question", "what?1"),
    ];
    for (code, organisation) in odd {
        add(&mut fixture, code, organisation, None);
    }
    for (text, expected) in [
        ("%", "percent"),
        ("0%", "percent"),
        ("r_s", "underscore"),
        ("k\\s", "backslash"),
        ("'", "apostrophe"),
        ("O'N", "apostrophe"),
        ("\"", "quote"),
        ("[a-z]*", "bracket"),
        ("?1", "question"),
    ] {
        assert_eq!(searched(&mut fixture, text), [expected], "{text}");
    }
    for nothing in ["%%", "__", "\\\\", "' OR '1'='1", "%' --"] {
        assert_eq!(searched(&mut fixture, nothing), Vec::<String>::new(), "{nothing}");
    }
}

#[test]
fn a_search_ignores_the_case_of_ascii_emails_and_how_accents_are_encoded() {
    let mut fixture = Fixture::new();
    add(&mut fixture, "cafe", "Café Zürich 株式会社", None);
    add(&mut fixture, "other", "Cafe Zurich", None);
    for text in ["café", "CAFé", "cafe\u{301}", "zürich", "zu\u{308}rich", "株式", "é Z"] {
        assert_eq!(searched(&mut fixture, text), ["cafe"], "{text}");
    }
}

#[test]
fn a_search_of_any_length_is_answered() {
    let mut fixture = three();
    for length in [999, 1000, 5000, 100_000] {
        assert_eq!(searched(&mut fixture, &"x".repeat(length)), Vec::<String>::new(), "{length}");
        assert_eq!(searched(&mut fixture, &"%".repeat(length)), Vec::<String>::new(), "{length}");
    }
}

#[test]
fn a_search_looks_at_invoice_emails_and_not_at_how_they_are_stored() {
    let mut fixture = Fixture::with_acme();
    let set = |details: &mut CustomerDetails| {
        details.invoice_emails = vec![valid("billing@example.com"), valid("b@example.com")];
        Ok(())
    };
    fixture.write(|tx| customer::edit(tx, "ACME", set)).unwrap();
    assert_eq!(searched(&mut fixture, "BILLING@"), ["ACME"]);
    for stored in ["\"", "[", "\",\""] {
        assert_eq!(searched(&mut fixture, stored), Vec::<String>::new(), "{stored}");
    }
}

#[test]
fn customers_are_found_by_their_contacts_but_not_by_removed_ones() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    let jo = ContactDetails {
        name: valid("Jo Doe"),
        email: Some(valid("jd@example.com")),
        mobile: Some(valid("+447700900123")),
        roles: valid("billing"),
    };
    fixture.write(|tx| contact::add(tx, "ACME", jo)).unwrap();
    let api_id = fixture.read(|now| now.customer("ACME")).api_id;
    let numbers =
        ["7700900", "07700 900123", "07700.900.123", "(07700) 900-123", "0044 7700 900123", "+44 (0)7700 900123"];
    for text in ["jo doe", "JD@", api_id.as_str()].into_iter().chain(numbers) {
        assert_eq!(searched(&mut fixture, text), ["ACME"], "{text}");
    }
    fixture.write(|tx| contact::remove(tx, "ACME", "1")).unwrap();
    assert_eq!(searched(&mut fixture, "jo doe"), Vec::<String>::new());
}

#[test]
fn contacts_are_found_by_role_and_text_and_come_in_order() {
    let mut fixture = Fixture::with_acme();
    for (name, email, roles) in [("zoe", "a@example.com", "billing,technical"), ("Adam", "Z@example.com", "billing")] {
        let person = ContactDetails { name: valid(name), email: Some(valid(email)), mobile: None, roles: valid(roles) };
        fixture.write(|tx| contact::add(tx, "ACME", person)).unwrap();
    }
    let any = |sort| ContactFilter {
        customer_id: None,
        archive_filter: ArchiveFilter::Active,
        role: None,
        search: None,
        page: by(sort),
    };
    let mut names = |filter: &ContactFilter| -> Vec<String> {
        let found = fixture.read(|now| collect(|each| now.contacts(filter, each)));
        found.iter().map(|contact| contact.details.name.to_string()).collect()
    };
    assert_eq!(names(&any(ContactSort::Id)), ["zoe", "Adam"]);
    assert_eq!(names(&any(ContactSort::Name)), ["Adam", "zoe"]);
    assert_eq!(names(&any(ContactSort::Email)), ["zoe", "Adam"]);
    let filter = ContactFilter { role: Some(valid("technical")), ..any(ContactSort::Id) };
    assert_eq!(names(&filter), ["zoe"]);
    let filter = ContactFilter { search: Some("z@".to_owned()), ..any(ContactSort::Id) };
    assert_eq!(names(&filter), ["Adam"]);
}

#[test]
fn accounts_are_found_by_customer_service_switch_and_text() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    let premium = fixture.write(|tx| service::new(tx, new_service("premium", "SMS", "2"))).unwrap();
    fixture.account("ACME", "one_A");
    let mut new = new_account("two");
    new.details.service = valid("premium");
    new.details.short_name = Some(valid("Prod"));
    new.details.allowed_ips = vec![valid("192.0.2.7")];
    fixture.add_account("GLOBEX", new).unwrap();
    fixture.write(|tx| smpp::set_enabled(tx, "two", false)).unwrap();
    let any = || SmppFilter {
        customer_id: None,
        archive_filter: ArchiveFilter::Active,
        service_id: None,
        enabled: None,
        without_ip_limit: false,
        search: None,
        page: by(SmppSort::SystemId),
    };
    let ids = |accounts: Vec<SmppAccount>| accounts.iter().map(|a| a.system_id.to_string()).collect::<Vec<_>>();
    let mut found = |filter: SmppFilter| ids(fixture.read(|now| collect(|each| now.smpp_accounts(&filter, each))));
    assert_eq!(found(any()), ["one_A", "two"]);
    assert_eq!(found(SmppFilter { customer_id: Some(2), ..any() }), ["two"]);
    assert_eq!(found(SmppFilter { service_id: Some(premium.id), ..any() }), ["two"]);
    assert_eq!(found(SmppFilter { enabled: Some(true), ..any() }), ["one_A"]);
    assert_eq!(found(SmppFilter { without_ip_limit: true, ..any() }), ["one_A"]);
    for (text, expected) in [("e_a", "one_A"), ("PROD", "two"), ("glob", "two")] {
        assert_eq!(found(SmppFilter { search: Some(text.to_owned()), ..any() }), [expected], "{text}");
    }
}

#[test]
fn balances_are_found_by_unit_and_by_what_is_left() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    for (customer, unit, amount) in [("ACME", "SMS", "10"), ("ACME", "EUR", "20"), ("GLOBEX", "SMS", "-5")] {
        let change = Adjustment { allow_negative: true, ..adjustment_in(unit, amount) };
        fixture.adjust(customer, &change).unwrap();
    }
    let any = |sort| BalanceFilter {
        customer_id: None,
        archive_filter: ArchiveFilter::Active,
        unit: None,
        at_most: None,
        state: None,
        page: by(sort),
    };
    let mut found = |filter: BalanceFilter| -> Vec<String> {
        let balances = fixture.read(|now| collect(|each| now.balances(&filter, each)));
        balances.iter().map(|b| format!("{} {} {}", b.customer, b.balance, b.unit)).collect()
    };
    assert_eq!(found(any(BalanceSort::Customer)), ["ACME 20 EUR", "ACME 10 SMS", "GLOBEX -5 SMS"]);
    assert_eq!(found(any(BalanceSort::Balance)), ["GLOBEX -5 SMS", "ACME 10 SMS", "ACME 20 EUR"]);
    let unit = Some(valid("EUR"));
    assert_eq!(found(BalanceFilter { unit, ..any(BalanceSort::Customer) }), ["ACME 20 EUR"]);
    for (at_most, count) in [("-5.00000001", 0), ("-5", 1), ("9", 1), ("10", 2), ("20", 3)] {
        let filter = BalanceFilter { at_most: Some(valid(at_most)), ..any(BalanceSort::Customer) };
        assert_eq!(found(filter).len(), count, "{at_most}");
    }
}

#[test]
fn entries_of_a_period_are_those_from_its_beginning_up_to_its_end() {
    let mut fixture = Fixture::with_acme();
    for time in ["2026-11-24T23:59:59.999Z", "2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z"] {
        fixture.at(time).credit("ACME", "1");
    }
    let mut found = |since: Option<&str>, until: Option<&str>| -> Vec<i64> {
        let filter = EntryFilter { since: since.map(valid), until: until.map(valid), ..EntryFilter::default() };
        fixture.read(|now| collect(|each| now.entries(&filter, each))).iter().map(|entry| entry.id).collect()
    };
    assert_eq!(found(None, None), [1, 2, 3]);
    assert_eq!(found(Some("2026-11-25T00:00:00Z"), Some("2026-11-26T00:00:00Z")), [2]);
    assert_eq!(found(Some("2026-11-24T23:59:59.999Z"), Some("2026-11-25T00:00:00Z")), [1]);
    assert_eq!(found(None, Some("2026-11-24T23:59:59.999Z")), Vec::<i64>::new());
}

#[test]
fn entries_are_found_by_customer_unit_kind_and_actor_and_come_newest_first_if_asked() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    fixture.adjust("ACME", &adjustment_in("SMS", "1")).unwrap();
    fixture.adjust("GLOBEX", &adjustment_in("EUR", "1")).unwrap();
    fixture.at(NOON).origin.actor = valid("sam");
    fixture.adjust("GLOBEX", &adjustment_in("SMS", "1")).unwrap();
    let mut found = |filter: EntryFilter| -> Vec<i64> {
        fixture.read(|now| collect(|each| now.entries(&filter, each))).iter().map(|entry| entry.id).collect()
    };
    let any = EntryFilter::default;
    assert_eq!(found(EntryFilter { customer_id: Some(2), ..any() }), [2, 3]);
    assert_eq!(found(EntryFilter { customer_id: Some(2), newest_first: true, ..any() }), [3, 2]);
    assert_eq!(found(EntryFilter { customer_id: Some(2), newest_first: true, limit: Some(1), ..any() }), [3]);
    assert_eq!(found(EntryFilter { unit: Some(Unit::Sms), ..any() }), [1, 3]);
    assert_eq!(found(EntryFilter { actor: Some("sam".to_owned()), ..any() }), [3]);
    assert_eq!(found(EntryFilter { kind: Some(valid("charge")), ..any() }), Vec::<i64>::new());
    assert_eq!(found(EntryFilter { newest_first: true, limit: Some(2), ..any() }), [3, 2]);
}

#[test]
fn notes_and_services_are_found_by_text() {
    let mut fixture = Fixture::with_acme();
    for text in ["paid 50%\nby bank", "called"] {
        fixture.write(|tx| note::add(tx, "ACME", valid(text))).unwrap();
    }
    let page = by(NoteSort::Id);
    let filter = NoteFilter {
        customer_id: Some(1),
        archive_filter: ArchiveFilter::Active,
        search: Some("%\nBY".to_owned()),
        page,
    };
    assert_eq!(fixture.read(|now| collect(|each| now.notes(&filter, each))).len(), 1);
    for (unit, search, count) in
        [(Unit::Sms, None, 1), (valid("EUR"), None, 0), (Unit::Sms, Some("STAND"), 1), (Unit::Sms, Some("x"), 0)]
    {
        let search = search.map(str::to_owned);
        let filter = ServiceFilter { unit: Some(unit), search, page: by(ServiceSort::Code) };
        assert_eq!(fixture.read(|now| collect(|each| now.services(&filter, each))).len(), count, "{filter:?}");
    }
}

#[test]
fn customers_are_found_by_their_address_notes_numbers_and_system_ids() {
    let mut fixture = three();
    let details = |details: &mut CustomerDetails| {
        details.invoice_address = Some(valid("12 Leith Walk\nEdinburgh"));
        Ok(())
    };
    fixture.write(|tx| customer::edit(tx, "a", details)).expect("edited");
    fixture.write(|tx| note::add(tx, "b", valid("moves to Glasgow"))).expect("noted");
    fixture.account("b", "kim_prod");
    for (text, found) in [
        ("edinburgh", "a"),
        ("leith walk", "a"),
        // How the lines are stored is not searched.
        (r#"Walk","Edin"#, ""),
        ("GLASGOW", "b"),
        ("kim_", "b"),
        ("+447700900123", "C"),
        ("7700 900123", "C"),
        ("+44 (7700) 900-123", "C"),
        ("+44 7700 900124", ""),
    ] {
        assert_eq!(searched(&mut fixture, text).join(" "), found, "{text}");
    }
}
