//! What an import of customers makes, changes, leaves alone and refuses.

use ssgctl::import::customer::{Customers, Match};
use ssgctl::import::{OnExisting, Verdict};
use ssgctl::model::{Customer, Status};
use ssgctl::ops::customer;

use crate::support::fixture::{Fixture, collect, valid};
use crate::support::imports::{SKIP, UNSET, UPDATE, customers, put, put_customers};

const FILE: &str = "account_code,organisation,country,payment_terms_days,invoice_emails,invoice_address
ACME,Acme Ltd,GB,30,\"a@acme.example, b@acme.example\",\"1 High Street
Leeds\"
PORT,Café du Port,fr,,,
";

fn get(fixture: &mut Fixture, name: &str) -> Customer {
    fixture.read(|now| now.customer(name))
}

#[test]
fn a_file_makes_customers_once() {
    let mut fixture = Fixture::new();
    let taken = put_customers(&mut fixture, FILE, OnExisting::default()).unwrap();
    assert_eq!(taken.counts(), [2, 0, 0, 0]);
    assert_eq!(taken.plan[0], (2, Verdict::New, "ACME".to_owned()));
    assert_eq!(taken.plan[1].0, 4, "a row is named by the physical line on which it begins");
    let acme = get(&mut fixture, "acme");
    assert_eq!(acme.details.invoice_emails.len(), 2);
    assert_eq!(acme.details.invoice_address.unwrap().to_string(), "1 High Street\nLeeds");
    assert_eq!(get(&mut fixture, "PORT").details.country, Some(valid("FR")));
    let before = fixture.dump();
    assert_eq!(put_customers(&mut fixture, FILE, UPDATE).unwrap().counts(), [0, 0, 2, 0]);
    assert_eq!(fixture.dump(), before, "what changes nothing leaves no trace");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn json_and_json_lines_say_what_csv_says() {
    let lines = r#"{"account_code":"ACME","organisation":"Acme Ltd","country":"GB","payment_terms_days":30,"invoice_emails":["a@acme.example","b@acme.example"],"invoice_address":["1 High Street","Leeds"]}
{"account_code":"PORT","organisation":"Café du Port","country":"fr","invoice_emails":[],"invoice_address":null}
"#;
    let array = format!("[{}]", lines.trim().replace('\n', ",\n"));
    for text in [lines, &array] {
        let mut fixture = Fixture::new();
        put_customers(&mut fixture, FILE, OnExisting::default()).unwrap();
        assert_eq!(put_customers(&mut fixture, text, OnExisting::default()).unwrap().counts(), [0, 0, 2, 0]);
    }
}

#[test]
fn what_differs_is_a_conflict_unless_it_is_to_be_changed() {
    let mut fixture = Fixture::new();
    put_customers(&mut fixture, FILE, OnExisting::default()).unwrap();
    let other = FILE.replace(",GB,", ",IE,").replace("Leeds", "York");
    let before = fixture.dump();
    let faults = put_customers(&mut fixture, &other, OnExisting::default()).unwrap_err();
    assert_eq!(faults, ["2:1 customer `ACME` already exists and differs in country, invoice_address"]);
    assert_eq!(fixture.dump(), before);
    assert_eq!(put_customers(&mut fixture, &other, UPDATE).unwrap().counts(), [0, 1, 1, 0]);
    let event = fixture.last_event();
    assert_eq!((event.change.action.as_str(), event.change.subject.as_str()), ("edit", "ACME"));
    assert_eq!(event.change.fields.keys().collect::<Vec<_>>(), ["country", "invoice_address"]);
}

#[test]
fn an_absent_column_and_an_empty_cell_leave_a_field_alone() {
    let mut fixture = Fixture::new();
    put_customers(&mut fixture, FILE, OnExisting::default()).unwrap();
    let text = "account_code,country,invoice_emails\nacme,,\n";
    assert_eq!(put_customers(&mut fixture, text, UPDATE).unwrap().counts(), [0, 0, 1, 0]);
    assert_eq!(put_customers(&mut fixture, text, UNSET).unwrap().counts(), [0, 1, 0, 0]);
    let acme = get(&mut fixture, "ACME").details;
    assert_eq!((acme.country, acme.invoice_emails.len()), (None, 0));
    assert_eq!(acme.payment_terms_days, Some(valid("30")), "a column that is not there empties nothing");
}

#[test]
fn what_is_usual_holds_where_the_file_has_no_column_for_it() {
    let mut fixture = Fixture::new();
    let usual = |details: &mut ssgctl::model::CustomerDetails| details.country = Some(valid("SE"));
    let mut importer = Customers { defaults: &usual, ..customers() };
    let text = "organisation,country\nA,\nB,GB\n";
    put(&mut fixture, text.as_bytes(), &mut importer, OnExisting::default()).unwrap();
    put(&mut fixture, b"organisation\nC\n", &mut importer, OnExisting::default()).unwrap();
    let countries = fixture.read(|now| {
        let filter = crate::support::fixture::every_customer();
        collect(|each| now.customers(&filter, |customer| each(customer.details)))
    });
    let mut countries: Vec<_> =
        countries.into_iter().map(|d| (d.organisation.to_string(), d.country.map(|c| c.to_string()))).collect();
    countries.sort();
    let expected = [("A", None), ("B", Some("GB")), ("C", Some("SE"))];
    assert_eq!(countries, expected.map(|(name, country)| (name.to_owned(), country.map(str::to_owned))));
}

#[test]
fn a_customer_is_found_by_code_else_by_api_id_else_by_name() {
    let mut fixture = Fixture::new();
    put_customers(&mut fixture, FILE, OnExisting::default()).unwrap();
    let api_id = get(&mut fixture, "ACME").api_id;
    for text in [
        "account_code,country\naCmE,GB\n".to_owned(),
        format!("api_id,country\n{},GB\n", api_id.as_str().to_uppercase()),
        "organisation,country\nacme ltd,GB\n".to_owned(),
    ] {
        let taken = put_customers(&mut fixture, &text, UPDATE).unwrap();
        assert_eq!(taken.plan[0].2, "ACME", "{text}");
    }
    // The name now has the upper and lower case of the file.
    assert_eq!(get(&mut fixture, "ACME").details.organisation.as_str(), "acme ltd");
    let mut by_name = Customers { key: Match::Organisation, ..customers() };
    let faults = put(&mut fixture, b"account_code,organisation\nOTHER,acme ltd\n", &mut by_name, UPDATE).unwrap_err();
    assert_eq!(faults, ["2:1 customer `ACME` has another account_code than `OTHER`, and it never changes"]);
    let other = "01a20eba-0000-7000-8000-000000000000";
    let text = format!("account_code,api_id\nACME,{other}\n");
    let faults = put_customers(&mut fixture, &text, UPDATE).unwrap_err();
    assert_eq!(faults, [format!("2:6 customer `ACME` has another api_id than `{other}`, and it never changes")]);
}

#[test]
fn names_that_are_not_valid_are_reported() {
    let mut fixture = Fixture::new();
    put_customers(&mut fixture, "account_code,organisation\nA,Same\nB,Same\n", OnExisting::default()).unwrap();
    let faults = put_customers(&mut fixture, "organisation\nSame\n", OnExisting::default()).unwrap_err();
    assert_eq!(faults, ["2:1 `Same` fits more than one customer: A, B"]);
    let faults =
        put_customers(&mut fixture, "organisation,country\nNew,GB\nnew,IE\n", OnExisting::default()).unwrap_err();
    assert!(
        faults[0].starts_with("3:1 customer `NEW") && faults[0].ends_with("differs in organisation, country"),
        "{faults:?}"
    );
    let faults = put_customers(&mut fixture, "account_code,organisation\n,\nC,\n", OnExisting::default()).unwrap_err();
    assert_eq!(faults, ["3:3 organisation is needed"], "a row of nothing but separators is no row");
    let faults = put_customers(&mut fixture, "name,country\nx,GB\n", OnExisting::default()).unwrap_err();
    assert_eq!(faults, ["1:1 the header has no column `organisation`; it has `name,country`"]);
}

#[test]
fn an_api_id_from_elsewhere_is_kept_and_never_taken_twice() {
    let mut fixture = Fixture::new();
    let id = "01a20eba-0000-7000-8000-000000000000";
    put_customers(&mut fixture, &format!("account_code,organisation,api_id\nA,A,{id}\n"), OnExisting::default())
        .unwrap();
    assert_eq!(get(&mut fixture, "A").api_id.as_str(), id);
    let text = format!("account_code,organisation,api_id\nB,B,{id}\n");
    let faults = put_customers(&mut fixture, &text, OnExisting::default()).unwrap_err();
    assert_eq!(faults, [format!("2:1 api_id `{id}` belongs to another customer")]);
}

#[test]
fn archived_customers_come_and_stay_archived() {
    let mut fixture = Fixture::new();
    let text = "account_code,organisation,status\nOLD,Old,archived\nNEW,New,active\n";
    put_customers(&mut fixture, text, OnExisting::default()).unwrap();
    assert_eq!(get(&mut fixture, "OLD").lifecycle.status(), Status::Archived);
    assert_eq!(put_customers(&mut fixture, text, OnExisting::default()).unwrap().counts(), [0, 0, 2, 0]);
    let faults = put_customers(&mut fixture, "account_code,country\nOLD,GB\n", UPDATE).unwrap_err();
    assert_eq!(faults, ["2:1 customer `OLD` is archived"]);
    let swapped = text.replace("archived", "x").replace("active", "archived").replace(",x", ",active");
    assert_eq!(put_customers(&mut fixture, &swapped, OnExisting::default()).unwrap_err().len(), 2);
    assert_eq!(put_customers(&mut fixture, &swapped, UPDATE).unwrap().counts(), [0, 2, 0, 0]);
    assert_eq!(get(&mut fixture, "OLD").lifecycle.status(), Status::Active);
    assert_eq!(get(&mut fixture, "NEW").lifecycle.status(), Status::Archived);
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn people_in_the_row_of_a_customer_become_contacts() {
    let mut fixture = Fixture::new();
    let text = "organisation,contact_name,contact_email,contact_2_name,contact_2_roles\nAcme,Ann,ann@acme.example,Bob,billing\n";
    put_customers(&mut fixture, text, OnExisting::default()).unwrap();
    let people = |fixture: &mut Fixture| {
        fixture.read(|now| {
            let acme = now.customers_named(&valid("Acme"))?.remove(0);
            Ok(now.contacts_of(&acme)?.into_iter().map(|c| c.details.name.to_string()).collect::<Vec<_>>())
        })
    };
    assert_eq!(people(&mut fixture), ["Ann", "Bob"]);
    assert_eq!(put_customers(&mut fixture, text, OnExisting::default()).unwrap().counts(), [0, 0, 1, 0]);
    let other = text.replace("Ann,", "Anna,");
    assert!(
        put_customers(&mut fixture, &other, OnExisting::default()).unwrap_err()[0].ends_with("differs in contacts")
    );
    assert_eq!(put_customers(&mut fixture, &other, UPDATE).unwrap().counts(), [0, 1, 0, 0]);
    assert_eq!(people(&mut fixture), ["Anna", "Bob"]);
}

#[test]
fn all_faults_of_a_file_are_reported_in_their_order_and_nothing_is_imported() {
    let mut fixture = Fixture::with_acme();
    let before = fixture.dump();
    let text =
        "account_code,organisation,country,phone\nA,Fine,GB,\nacme,Other,GB,\nB,Bad,ZZ,\nC,Short\nD,Cut,GB,\"+44";
    let faults = put_customers(&mut fixture, text, OnExisting::default()).unwrap_err();
    let places: Vec<&str> = faults.iter().map(|fault| fault.split(' ').next().unwrap()).collect();
    assert_eq!(places, ["3:1", "4:7", "5:3", "6:10"], "{faults:?}");
    assert_eq!(fixture.dump(), before);
    let many = format!("account_code,organisation,country\n{}", "A,B,ZZ\n".repeat(50));
    assert_eq!(put_customers(&mut fixture, &many, OnExisting::default()).unwrap_err().len(), 20);
}

#[test]
fn of_a_row_that_is_skipped_nothing_is_left() {
    let mut fixture = Fixture::new();
    let made = |tx: &mut ssgctl::store::Tx<'_>, customer: &Customer| {
        if customer.account_code.as_str() == "B" { customer::archive(tx, "nobody").map(drop) } else { Ok(()) }
    };
    let mut importer = Customers { after_create: &made, ..customers() };
    let text = "account_code,organisation,country\nA,A,GB\nB,B,GB\nC,C,ZZ\nD,D\nE,E,GB\n";
    let taken = put(&mut fixture, text.as_bytes(), &mut importer, SKIP).unwrap();
    assert_eq!(taken.counts(), [2, 0, 0, 3]);
    let codes = fixture.read(|now| {
        collect(|each| now.customers(&crate::support::fixture::every_customer(), |c| each(c.account_code.to_string())))
    });
    assert_eq!(codes, ["A", "E"]);
    assert_eq!(fixture.events().len(), 2, "the audit log has no gap and nothing of what was skipped");
    assert_eq!(fixture.findings(), Vec::<String>::new());
    let cut = "account_code,organisation\nF,F\nG,\"G";
    assert_eq!(
        put_customers(&mut fixture, cut, SKIP).unwrap_err().len(),
        1,
        "a file that was cut off is never skipped over"
    );
}

#[test]
fn what_is_not_imported_is_counted() {
    let mut fixture = Fixture::new();
    let text = "organisation,Fax,created_at,refused_because,Colour\nA,1,2024,x,\nB,2,,,red\nC,,,,\n";
    let tally = put_customers(&mut fixture, text, OnExisting::default()).unwrap().tally;
    let left_out: Vec<_> = tally.left_out.iter().map(|column| (column.name.as_str(), column.rows)).collect();
    assert_eq!(left_out, [("Fax", 2), ("Colour", 1)]);
}

#[test]
fn spreadsheets_ways_of_saving_text_are_all_read() {
    let semicolons = "account_code;organisation;country\r\nA;Café, \"du Port\";FR\r\n"
        .replace("Café, \"du Port\"", "\"Café, \"\"du Port\"\"\"");
    let tabs = semicolons.replace(';', "\t");
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    for bytes in [
        semicolons.clone().into_bytes(),
        format!("\u{feff}{tabs}").into_bytes(),
        utf16(&tabs, false),
        utf16(&semicolons, true),
    ] {
        let mut fixture = Fixture::new();
        put(&mut fixture, &bytes, &mut customers(), OnExisting::default()).unwrap();
        assert_eq!(get(&mut fixture, "A").details.organisation.as_str(), "Café, \"du Port\"");
    }
    let mut fixture = Fixture::new();
    for (bytes, said) in [
        (&b"\x1f\x8b\x08"[..], "1:1 the file is compressed; unpack it first"),
        (b"PK\x03\x04", "1:1 the file is a workbook or an archive; save it as CSV in UTF-8"),
        (b"organisation\nCaf\xe9\n", "2:4 the file is not UTF-8 here; save it as CSV in UTF-8"),
        (
            &[utf16("organisation\n", false), vec![0, 0xd8, 10, 0]].concat(),
            "2:1 the file begins as UTF-16 and is not valid UTF-16 here: it was damaged or cut off",
        ),
    ] {
        assert_eq!(put(&mut fixture, bytes, &mut customers(), OnExisting::default()).unwrap_err(), [said]);
    }
}

#[test]
fn what_a_spreadsheet_spoilt_is_reported() {
    let mut fixture = Fixture::new();
    for (cell, said) in [
        ("GB,4.47E+11,,", "2:7 phone: `4.47E+11` has lost its last digits"),
        ("GB,7700900123,,", "2:7 phone: `7700900123` is a national number; write +447700900123"),
        ("GB,447700900123.0,,", "2:7 phone: `447700900123.0` was converted to a decimal by a spreadsheet"),
        ("GB,,01-Mar,", "2:8 company_reg_no: `01-Mar` was converted to a date"),
        ("GB,,,9E+9", "2:9 vat_reg_no: `9E+9` has lost its last digits"),
    ] {
        let text =
            format!("organisation,country,phone,company_reg_no,vat_reg_no\nAcme,{cell}\n").replace("Acme,GB", "Ac,GB");
        let faults = put_customers(&mut fixture, &text, OnExisting::default()).unwrap_err();
        assert!(faults[0].starts_with(said), "{faults:?}");
    }
    let json = r#"[{"organisation":"Acme","country":"GB","phone":"447700900123"}]"#;
    put_customers(&mut fixture, json, OnExisting::default()).unwrap();
    let json = r#"[{"organisation":"Acme","country":"GB","company_reg_no":"01-Mar"}]"#;
    let faults = put_customers(&mut fixture, json, OnExisting::default()).unwrap_err();
    assert!(faults[0].starts_with("1:2 company_reg_no: `01-Mar` was converted to a date"), "{faults:?}");
}
