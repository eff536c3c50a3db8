//! Telephone numbers, email addresses and names are stored in one spelling, and what can be meant differently is refused.

use ssgctl::import::OnExisting;

use crate::support::fixture::{Fixture, valid};
use crate::support::imports::put_customers;

#[test]
fn a_number_or_address_that_can_be_meant_differently_is_refused_in_csv_and_json() {
    let mut fixture = Fixture::new();
    for (country, phone, email, said) in [
        ("GB", "7700900123", "", "phone: `7700900123` is a national number; write +447700900123"),
        ("IN", "9123456789", "", "phone: `9123456789` is a national number; write +919123456789"),
        ("", "7700900123", "", "phone: `7700900123` must begin with + and a country calling code"),
        ("", "9123456789", "", "phone: `9123456789` must begin with + and a country calling code"),
        ("US", "+1 512 555 0123 / 0124", "", "phone: `+1 512 555 0123 / 0124` must be one number, not two"),
        ("", "+34 91 123 456", "", "phone: `+34 91 123 456` must have 9 digits after +34, has 8"),
        ("", "", "a@[192.0.2.1]", "`a@[192.0.2.1]` must have a domain name after the @"),
        ("", "", "foo@bar.com+1", "`foo@bar.com+1` must have only a-z, 0-9, hyphens"),
        ("Germany", "", "", "country: `Germany` must be a two-letter ISO 3166-1 code; Germany is DE"),
    ] {
        let csv = format!("organisation,country,phone,invoice_emails\nAcme,{country},{phone},{email}\n");
        let json = format!(
            r#"[{{"organisation":"Acme","country":"{country}","phone":"{phone}","invoice_emails":"{email}"}}]"#
        );
        for file in [csv, json] {
            let faults = put_customers(&mut fixture, &file, OnExisting::default()).unwrap_err();
            assert!(faults[0].contains(said), "{faults:?}");
        }
    }
}

#[test]
fn numbers_addresses_and_names_are_stored_in_one_spelling() {
    let mut fixture = Fixture::new();
    let file = |organisation: &str| {
        format!("organisation,phone,invoice_emails\n{organisation},+44 (0)20 7946 0018,user@m\u{fc}nchen.example\n")
    };
    put_customers(&mut fixture, &file("Acme\u{a0}Widgets  Ltd"), OnExisting::default()).unwrap();
    for organisation in ["Acme Widgets Ltd", "Acme\u{2009}Widgets\u{3000}Ltd"] {
        let tally = put_customers(&mut fixture, &file(organisation), OnExisting::default()).unwrap();
        assert_eq!(tally.counts(), [0, 0, 1, 0], "{organisation:?}");
    }
    let customer = fixture.read(|now| now.customers_named(&valid("Acme Widgets Ltd"))).remove(0);
    assert_eq!(customer.details.phone, Some(valid("+442079460018")));
    assert_eq!(customer.details.invoice_emails, [valid("user@xn--mnchen-3ya.example")]);
}

#[test]
fn what_an_earlier_version_stored_is_read_and_recognised() {
    let mut fixture = Fixture::new();
    put_customers(&mut fixture, "organisation,account_code\nAcme Widgets Ltd,ACME\n", OnExisting::default()).unwrap();
    let connection = rusqlite::Connection::open(fixture.path()).unwrap();
    let sql = "UPDATE customer SET organisation = 'Acme' || char(160) || 'Widgets Ltd', phone = '+4402079460018',
               invoice_emails = '[\"a@[192.0.2.1]\",\"b@b\u{fc}ro.example\"]'";
    connection.execute(sql, []).unwrap();
    let customer = fixture.read(|now| now.customer("ACME"));
    assert_eq!(customer.details.organisation, valid("Acme Widgets Ltd"));
    assert_eq!(customer.details.phone.map(|phone| phone.to_string()).as_deref(), Some("+4402079460018"));
    let emails: Vec<String> = customer.details.invoice_emails.iter().map(ToString::to_string).collect();
    assert_eq!(emails, ["a@[192.0.2.1]", "b@xn--bro-hoa.example"]);
    let tally = put_customers(&mut fixture, "organisation\nAcme Widgets Ltd\n", OnExisting::default()).unwrap();
    assert_eq!(tally.counts(), [0, 0, 1, 0]);
}
