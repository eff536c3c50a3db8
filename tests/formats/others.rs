//! Imports of contacts, notes, services and SMPP accounts.

use ssgctl::gateway::GatewayProduct;
use ssgctl::import::OnExisting;
use ssgctl::import::Owners;
use ssgctl::import::contact::Contacts;
use ssgctl::import::note::Notes;
use ssgctl::import::service::Services;
use ssgctl::import::smpp_account::Accounts;
use ssgctl::model::SmppDetails;
use ssgctl::ops::smpp;

use crate::support::fixture::{Fixture, valid};
use crate::support::imports::{UNSET, UPDATE, put};

#[test]
fn people_are_known_by_address_and_else_by_name() {
    let mut fixture = Fixture::with_acme();
    let text = b"customer,name,email,roles\nACME,Ann,ann@acme.example,billing\nACME,Bob,,\n";
    assert_eq!(
        put(&mut fixture, text, &mut Contacts::default(), OnExisting::default()).unwrap().counts(),
        [2, 0, 0, 0]
    );
    assert_eq!(
        put(&mut fixture, text, &mut Contacts::default(), OnExisting::default()).unwrap().counts(),
        [0, 0, 2, 0]
    );
    let moved = b"customer,name,email\nacme,Anna,ANN@acme.example\nACME,Bob,bob@acme.example\n";
    assert_eq!(put(&mut fixture, moved, &mut Contacts::default(), OnExisting::default()).unwrap_err().len(), 2);
    assert_eq!(put(&mut fixture, moved, &mut Contacts::default(), UPDATE).unwrap().counts(), [0, 2, 0, 0]);
    let unset = b"customer,email,roles\nACME,ann@acme.example,\n";
    assert_eq!(put(&mut fixture, unset, &mut Contacts::default(), UNSET).unwrap().counts(), [0, 1, 0, 0]);
    let nobody = put(&mut fixture, b"customer,name\nACNE,x\n", &mut Contacts::default(), UPDATE).unwrap_err();
    assert_eq!(nobody, ["2:1 no customer `ACNE`"]);
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_note_keeps_its_author_and_time_and_comes_once() {
    let mut fixture = Fixture::with_acme();
    let text = b"customer,text,at,author\nACME,Old,2020-02-29T12:00:00Z,portal\nACME,New,,\n";
    assert_eq!(put(&mut fixture, text, &mut Notes::default(), OnExisting::default()).unwrap().counts(), [2, 0, 0, 0]);
    assert_eq!(put(&mut fixture, text, &mut Notes::default(), OnExisting::default()).unwrap().counts(), [0, 0, 2, 0]);
    let notes = fixture.read(|now| now.notes_with_text(&now.customer("ACME")?, &valid("Old")));
    assert_eq!((notes[0].author.as_str(), notes[0].at), ("portal", valid("2020-02-29T12:00:00Z")));
    let future = put(&mut fixture, b"customer,text,at\nACME,x,2030-01-01T00:00:00Z\n", &mut Notes::default(), UPDATE)
        .unwrap_err();
    assert!(future[0].starts_with("2:8 at: ") && future[0].ends_with("must not be in the future"), "{future:?}");
}

#[test]
fn a_service_keeps_its_unit_and_api_id() {
    let mut fixture = Fixture::new();
    let text = b"code,name,unit,price\nuk,UK,GBP,0.0325\nstandard,Standard,SMS,1\n";
    assert_eq!(put(&mut fixture, text, &mut Services, OnExisting::default()).unwrap().counts(), [1, 0, 1, 0]);
    let dearer = b"code,price\nUK,0.04\n";
    assert_eq!(put(&mut fixture, dearer, &mut Services, OnExisting::default()).unwrap_err().len(), 1);
    assert_eq!(put(&mut fixture, dearer, &mut Services, UPDATE).unwrap().counts(), [0, 1, 0, 0]);
    for text in ["code,unit\nuk,EUR\n", "code,api_id\nuk,01a20eba-0000-7000-8000-000000000000\n"] {
        assert!(put(&mut fixture, text.as_bytes(), &mut Services, UPDATE).unwrap_err()[0].ends_with("never changes"));
    }
}

#[test]
fn an_account_keeps_its_owner_and_takes_its_password_from_the_file() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    let vault = std::rc::Rc::clone(&fixture.vault);
    let mut accounts = Accounts {
        vault: &vault,
        defaults: SmppDetails::of(valid("standard")),
        owners: Owners::default(),
        too_long: Vec::new(),
        long_passwords: Vec::new(),
    };
    let text = b"system_id,customer,password,enabled,cug,status\nacme,ACME,s3cret,no,+447700900123,\n\
        an_old_and_long_system_id,ACME,,,,archived\n";
    assert_eq!(put(&mut fixture, text, &mut accounts, OnExisting::default()).unwrap().counts(), [2, 0, 0, 0]);
    assert_eq!(put(&mut fixture, text, &mut accounts, OnExisting::default()).unwrap().counts(), [0, 0, 2, 0]);
    assert_eq!(accounts.too_long.len(), 1);
    assert_eq!(fixture.reveal("acme").unwrap().password.reveal(), "s3cret");
    let account = fixture.read(|now| now.smpp_account("acme"));
    assert_eq!((account.details.enabled, account.details.use_cug, account.cug_size), (false, true, 1));
    let other = b"system_id,customer,password,max_tps,cug\nacme,ACME,n3w,9,+447700900124\n";
    let faults = put(&mut fixture, other, &mut accounts, OnExisting::default()).unwrap_err();
    assert_eq!(faults, ["2:1 SMPP account `acme` already exists and differs in max_tps, cug_size, password"]);
    put(&mut fixture, other, &mut accounts, UPDATE).unwrap();
    assert_eq!(fixture.reveal("acme").unwrap().password.reveal(), "n3w");
    let moved = put(&mut fixture, b"system_id,customer\nacme,GLOBEX\n", &mut accounts, UPDATE).unwrap_err();
    assert_eq!(moved, ["2:6 SMPP account `acme` has another customer than `GLOBEX`, and it never changes"]);
    let other = b"system_id,customer,password\nacme,ACME,an0ther\n";
    let faults = put(&mut fixture, other, &mut accounts, UPDATE).unwrap_err();
    let until = "2026-11-27T12:00:00.000Z";
    let refused =
        format!("2:1 the previous password of SMPP account `acme` is valid until {until}, and this would end it");
    assert_eq!(faults, [refused]);
    assert_eq!(fixture.reveal("acme").unwrap().previous.unwrap().password.reveal(), "s3cret");
    let kept = b"system_id,customer,password\nlong,ACME,longer-than-8\n";
    put(&mut fixture, kept, &mut accounts, OnExisting::default()).unwrap();
    assert_eq!(put(&mut fixture, kept, &mut accounts, OnExisting::default()).unwrap().counts(), [0, 0, 1, 0]);
    assert_eq!(accounts.long_passwords.iter().map(ToString::to_string).collect::<Vec<_>>(), ["long"]);
    assert_eq!(fixture.reveal("long").unwrap().password.reveal(), "longer-than-8");
    let vault = std::rc::Rc::clone(&fixture.vault);
    let credentials = fixture.read(|now| smpp::credentials(now, &vault, None, valid("2026-11-24T12:00:00Z")));
    for product in [GatewayProduct::Opensmppbox, GatewayProduct::Jasmin, GatewayProduct::Ksmppd] {
        let unfit = product.export(&credentials, &ssgctl::gateway::ExportOptions::default()).unfit;
        let unfit: Vec<_> = unfit.iter().map(|account| (account.system_id.as_str(), account.reason.as_str())).collect();
        assert_eq!(unfit, [("long", "the password is too long for a bind")], "{}", product.name());
    }
    let wrong = put(&mut fixture, b"customer,password\nACME,not a s3cret\n", &mut accounts, UPDATE).unwrap_err();
    assert!(!wrong[0].contains("s3cret"), "{wrong:?}");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn rows_of_an_archived_customer_are_taken_where_they_change_nothing() {
    let mut fixture = Fixture::with_acme();
    let vault = std::rc::Rc::clone(&fixture.vault);
    let mut accounts = Accounts {
        vault: &vault,
        defaults: SmppDetails::of(valid("standard")),
        owners: Owners::default(),
        too_long: Vec::new(),
        long_passwords: Vec::new(),
    };
    let people = "customer,name,email,mobile,roles\nACME,Ann,ann@acme.example,+447700900123,billing\nACME,Bob,,,\n";
    let notes = "customer,at,author,text\nACME,2020-02-29T12:00:00Z,portal,Old\n";
    let logins = "system_id,customer,password,max_tps,allowed_ips,cug,status\n\
        acme,ACME,s3cret,9,192.0.2.7,+447700900123,\ngone,ACME,,,,,archived\n";
    put(&mut fixture, people.as_bytes(), &mut Contacts::default(), OnExisting::default()).unwrap();
    put(&mut fixture, notes.as_bytes(), &mut Notes::default(), OnExisting::default()).unwrap();
    put(&mut fixture, logins.as_bytes(), &mut accounts, OnExisting::default()).unwrap();
    fixture.write(|tx| ssgctl::ops::customer::archive(tx, "ACME")).unwrap();
    let before = fixture.dump();

    // Its accounts were archived with it.
    let logins = logins.replace("900123,\n", "900123,archived\n");
    for on_existing in [OnExisting::default(), UPDATE, UNSET] {
        let taken = [
            put(&mut fixture, people.as_bytes(), &mut Contacts::default(), on_existing).unwrap(),
            put(&mut fixture, notes.as_bytes(), &mut Notes::default(), on_existing).unwrap(),
            put(&mut fixture, logins.as_bytes(), &mut accounts, on_existing).unwrap(),
        ];
        assert_eq!(taken.map(|taken| taken.counts()), [[0, 0, 2, 0], [0, 0, 1, 0], [0, 0, 2, 0]]);
    }
    for people in
        [people.replace("Bob", "Rob"), people.replace("ann@", "anna@"), people.replace("billing", "technical")]
    {
        let faults = put(&mut fixture, people.as_bytes(), &mut Contacts::default(), UPDATE).unwrap_err();
        assert!(faults.len() == 1 && faults[0].ends_with(":1 customer `ACME` is archived"), "{faults:?}");
    }
    let faults = put(&mut fixture, notes.replace("Old", "New").as_bytes(), &mut Notes::default(), UPDATE).unwrap_err();
    assert_eq!(faults, ["2:1 customer `ACME` is archived"]);
    for logins in [logins.replace(",9,", ",8,"), logins.replace("s3cret", "n3w"), logins.replace("900123", "900124")] {
        let faults = put(&mut fixture, logins.as_bytes(), &mut accounts, UPDATE).unwrap_err();
        assert_eq!(faults, ["2:1 SMPP account `acme` is archived"]);
    }
    let faults = put(&mut fixture, logins.replace("gone", "new").as_bytes(), &mut accounts, UPDATE).unwrap_err();
    assert_eq!(faults, ["3:1 customer `ACME` is archived"]);
    assert!(fixture.dump() == before, "a refused row left a trace");
}
