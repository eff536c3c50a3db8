//! Files of other programs at length, as messy as they come: imported, imported again, changed, and imported once more.

use std::fmt::Write;

use ssgctl::import::OnExisting;
use ssgctl::model::Status;

use crate::support::fixture::Fixture;
use crate::support::imports::{Dice, UPDATE, put_customers};

const ROWS: usize = 1_000;

const FIRST: [&str; 8] = ["Ann", "Zoë", "Bob", "José", "Mary Jane", "Łukasz", "O'Neil", "Søren"];
const LAST: [&str; 6] = ["Archer", "Núñez", "Baker", "d'Arc", "Smith-Jones", "Żak"];
const CITIES: [&str; 5] = ["Leeds", "Saint-Étienne", "Bayshore", "Köln", "\"The\" Hague"];

/// A cell as programs write it: in quotes when it must be, and sometimes when it need not.
fn cell(dice: &mut Dice, text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) || dice.roll(9) == 0 {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// A CSV file of rows of cells, with a byte order mark and CRLF line ends, as spreadsheets write it.
fn file(dice: &mut Dice, header: &str, rows: &[Vec<String>]) -> String {
    let mut text = format!("\u{feff}{header}\r\n");
    for row in rows {
        let cells: Vec<String> = row.iter().map(|text| cell(dice, text)).collect();
        write!(text, "{}\r\n", cells.join(",")).unwrap();
    }
    text
}

fn maybe(dice: &mut Dice, text: impl ToString) -> String {
    if dice.roll(3) == 0 { String::new() } else { text.to_string() }
}

/// Imports a file of N customers, then again, then changed, then changed with `--on-existing update`.
fn archive_filter(dialect: &str, text: &str, from: &str, to: &str, left_out: &str) -> Fixture {
    let mut fixture = Fixture::new();
    let taken = put_customers(&mut fixture, text, OnExisting::default())
        .unwrap_or_else(|faults| panic!("{dialect}: {faults:?}"));
    assert_eq!(taken.counts(), [ROWS as u64, 0, 0, 0], "{dialect}");
    assert!(
        taken.tally.left_out.iter().any(|column| column.name == left_out && column.rows > 0),
        "{dialect}: {:?}",
        taken.tally
    );
    let before = fixture.dump();
    assert_eq!(put_customers(&mut fixture, text, UPDATE).unwrap().counts(), [0, 0, ROWS as u64, 0], "{dialect}");
    assert!(before == fixture.dump(), "{dialect}: a file that was imported already left a trace");
    let changed = text.matches(from).count();
    assert!(changed > 9, "{dialect}: {from} is in no {changed} rows");
    let other = text.replace(from, to);
    let conflicts = put_customers(&mut fixture, &other, OnExisting::default()).unwrap_err();
    assert!(conflicts.len() == 20 || conflicts.len() == changed, "{dialect}: {conflicts:?}");
    assert!(before == fixture.dump(), "{dialect}: a refused file left a trace");
    let counts = put_customers(&mut fixture, &other, UPDATE).unwrap().counts();
    assert_eq!(counts, [0, changed as u64, (ROWS - changed) as u64, 0], "{dialect}");
    assert_eq!(fixture.findings(), Vec::<String>::new());
    fixture
}

const XERO: &str = "ContactName,AccountNumber,EmailAddress,FirstName,LastName,POAttentionTo,POAddressLine1,POAddressLine2,\
    POAddressLine3,POAddressLine4,POCity,PORegion,POPostalCode,POCountry,SAAttentionTo,SAAddressLine1,SAAddressLine2,\
    SAAddressLine3,SAAddressLine4,SACity,SARegion,SAPostalCode,SACountry,PhoneNumber,FaxNumber,MobileNumber,DDINumber,\
    SkypeName,BankAccountName,BankAccountNumber,BankAccountParticulars,TaxNumberName,TaxNumber,\
    AccountsReceivableTaxCodeName,AccountsPayableTaxCodeName,Website,LegalName,Discount,CompanyNumber,DueDateBillDay,\
    DueDateBillTerm,DueDateSalesDay,DueDateSalesTerm,SalesAccount,PurchasesAccount,TrackingName1,SalesTrackingOption1,\
    PurchasesTrackingOption1,TrackingName2,SalesTrackingOption2,PurchasesTrackingOption2,BrandingTheme,\
    DefaultTaxBillsName,DefaultTaxSalesName,Person1FirstName,Person1LastName,Person1Email,Person1IncludeInEmails";

/// The contacts of Xero; the older variant has a `*` and other names for a few columns.
fn xero(is_old: bool) -> String {
    let mut dice = Dice(if is_old { 1 } else { 2 });
    let header = if is_old {
        let old = XERO.replace("TaxNumberName,", "").replace("IncludeInEmails", "IncludeInEmail");
        format!("*{}", old.replace("TaxBillsName", "TaxBills").replace("TaxSalesName", "TaxSales"))
    } else {
        XERO.to_owned()
    };
    let names: Vec<&str> = header.split(',').map(|name| name.trim_start_matches('*')).collect();
    let mut rows = Vec::new();
    for number in 0..ROWS {
        let (first, last) = (*dice.pick(&FIRST), *dice.pick(&LAST));
        let code = maybe(&mut dice, format!("X-{number}"));
        let (city, fax) = (maybe(&mut dice, CITIES[number % 5]), maybe(&mut dice, "0113 496 0001"));
        let (terms, kind) = [("30", "Days After"), ("20", "Following Month"), ("", "")][dice.roll(3)];
        let email = maybe(&mut dice, format!("accounts{number}@x.example"));
        let country = *dice.pick(&["United Kingdom", "France", "USA", ""]);
        let value = |name: &str| match name {
            "ContactName" => format!("{first} & {last}, \"No. {number}\""),
            "AccountNumber" => code.clone(),
            "EmailAddress" => email.clone(),
            "FirstName" => first.to_owned(),
            "LastName" => last.to_owned(),
            "POAddressLine1" => format!("{number} High Street\nUnit {}", number % 7),
            "POCity" => city.clone(),
            "POCountry" => country.to_owned(),
            "FaxNumber" => fax.clone(),
            "PhoneNumber" => format!("+44 113 496 {:04}", number % 10_000),
            "TaxNumber" => format!("GB{number:09}"),
            "Website" => "www.x.example".to_owned(),
            "DueDateSalesDay" => terms.to_owned(),
            "DueDateSalesTerm" => kind.to_owned(),
            "Person1FirstName" => "Pat".to_owned(),
            "Person1LastName" => format!("Person {number}"),
            "Person1Email" => format!("pat{number}@x.example"),
            "Person1IncludeInEmail" | "Person1IncludeInEmails" => "TRUE".to_owned(),
            _ => String::new(),
        };
        rows.push(names.iter().map(|name| value(name)).collect());
    }
    file(&mut dice, &header, &rows)
}

#[test]
fn contacts_of_xero_in_both_variants() {
    for is_old in [true, false] {
        let text = xero(is_old);
        let mut fixture = archive_filter("xero", &text, "2 High Street", "2 Low Street", "FaxNumber");
        let people = fixture.read(|now| now.contacts_of(&now.customer("X-7").or_else(|_| now.customer("X-8"))?));
        assert_eq!(people.len(), 2, "{people:?}");
        assert_eq!(people[1].details.roles.iter().map(ssgctl::model::Role::as_str).collect::<Vec<_>>(), ["billing"]);
    }
}

#[test]
fn customers_of_quickbooks() {
    let mut dice = Dice(3);
    let header = "Name,Company,Customer Type,Email,Phone,Mobile,Fax,Website,Street,City,State,ZIP,Country,Opening Balance,Date,Resale Number";
    let mut rows = Vec::new();
    for number in 0..ROWS {
        let name = format!("{} {} {number}", dice.pick(&FIRST), dice.pick(&LAST));
        let company = if dice.roll(2) == 0 { name.clone() } else { format!("{name}, Inc.") };
        let email = maybe(&mut dice, format!("q{number}@q.example"));
        let phone = maybe(&mut dice, format!("+1 (650) 555-{:04}", number % 10_000));
        let website = maybe(&mut dice, format!("https://q{number}.example"));
        rows.push(vec![
            name,
            company,
            "Retail".to_owned(),
            email,
            phone,
            String::new(),
            String::new(),
            website,
            format!("{number} Finch St.\nSuite \"{}\"", number % 3),
            CITIES[number % 5].to_owned(),
            "CA".to_owned(),
            format!("{:05}", 94_000 + number),
            "United States".to_owned(),
            "239.00".to_owned(),
            "11/24/2026".to_owned(),
            String::new(),
        ]);
    }
    let text = file(&mut dice, header, &rows);
    let mut fixture = archive_filter("quickbooks", &text, ",Bayshore,", ",Bayview,", "Opening Balance");
    let customer = fixture.read(|now| Ok(now.customers_named(&crate::support::fixture::valid(&rows[2][0]))?.remove(0)));
    let address = customer.details.invoice_address.unwrap().to_string();
    assert!(address.ends_with("Suite \"2\"\nBayview CA 94002\nUnited States"), "{address}");
}

#[test]
fn customers_of_stripe() {
    let mut dice = Dice(4);
    let header = "id,Description,Email,Name,Created (UTC),Delinquent,Plan,Total Spend,tier (metadata)";
    let mut rows = Vec::new();
    for number in 0..ROWS {
        let name = maybe(&mut dice, format!("{} {number}", dice_name(number)));
        let description = if number % 4 == 0 { "Old, loyal".to_owned() } else { String::new() };
        rows.push(vec![
            format!("cus_{number:014}"),
            description,
            format!("s{number}@s.example"),
            name,
            "2024-01-02 11:12".to_owned(),
            "false".to_owned(),
            String::new(),
            "12.00".to_owned(),
            ["gold", "silver", ""][number % 3].to_owned(),
        ]);
    }
    let text = file(&mut dice, header, &rows);
    let mut fixture = archive_filter("stripe", &text, "99@s.example", "99@t.example", "tier (metadata)");
    assert_eq!(fixture.read(|now| now.customer("cus_00000000000007")).details.invoice_emails.len(), 1);
}

fn dice_name(number: usize) -> String {
    format!("{} \"{}\"", FIRST[number % 8], LAST[number % 6])
}

#[test]
fn clients_of_whmcs() {
    let mut dice = Dice(5);
    let header = "id,uuid,firstname,lastname,companyname,email,address1,address2,city,state,postcode,country,phonenumber,\
        tax_id,currency,credit,groupid,status,datecreated,notes,billingcid,language";
    let mut rows = Vec::new();
    for number in 0..ROWS {
        let company = maybe(&mut dice, format!("{} Ltd {number}", dice_name(number)));
        rows.push(vec![
            number.to_string(),
            format!("018f3b1e-0000-7000-8000-{number:012}"),
            (*dice.pick(&FIRST)).to_owned(),
            format!("{} {number}", dice.pick(&LAST)),
            company,
            format!("w{number}@w.example"),
            // Of those that are archived nothing may change.
            format!("{number} {}", if number % 3 == 2 { "Rue Neuve" } else { "Quai du Port" }),
            String::new(),
            CITIES[number % 5].to_owned(),
            String::new(),
            "34200".to_owned(),
            "FR".to_owned(),
            format!("+33.4123{number:05}"),
            String::new(),
            "1".to_owned(),
            "0.00".to_owned(),
            "0".to_owned(),
            ["Active", "Inactive", "Closed"][number % 3].to_owned(),
            "2020-02-29".to_owned(),
            "said: \"call\nback\"".to_owned(),
            String::new(),
            "french".to_owned(),
        ]);
    }
    let text = file(&mut dice, header, &rows);
    let mut fixture = archive_filter("whmcs", &text, "7 Quai du Port", "7 Quai du Nord", "credit");
    let closed = fixture.read(|now| now.customer("018f3b1e-0000-7000-8000-000000000002"));
    assert_eq!(closed.lifecycle.status(), Status::Archived);
}

#[test]
fn two_people_of_one_name_are_never_one_customer() {
    let mut fixture = Fixture::new();
    let two = "id,firstname,lastname,companyname,email,address1,phonenumber\n\
        1,Jane,Doe,,jane@a.example,1 High St,\n2,Jane,Doe,,jane@b.example,2 High St,\n";
    for on_existing in [OnExisting::default(), UPDATE] {
        let faults = put_customers(&mut fixture, two, on_existing).unwrap_err();
        assert_eq!(
            faults,
            ["3:3 `Jane Doe` fits more than one customer: the one on line 2, the one on line 3"],
            "{on_existing:?}"
        );
    }
    // The same row twice is one person, and so is one who comes again with another address in a later file.
    let same = "id,firstname,lastname,companyname,email,address1,phonenumber\n\
        1,Jane,Doe,,jane@a.example,1 High St,\n1,Jane,Doe,,jane@a.example,1 High St,\n";
    assert_eq!(put_customers(&mut fixture, same, OnExisting::default()).unwrap().counts(), [1, 0, 1, 0]);
    let moved = same.replace("1 High St", "3 High St");
    assert_eq!(put_customers(&mut fixture, &moved, UPDATE).unwrap().counts(), [0, 1, 1, 0]);
}
