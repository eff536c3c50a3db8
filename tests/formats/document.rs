//! The document of a whole database: it comes back byte for byte, and nothing that was changed in it does.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use ssgctl::import::document::import;
use ssgctl::model::{ContactDetails, CrossingCause, EmailState, EmailTemplate, EntityKind, Roles, Unit};
use ssgctl::ops::service::ServiceChange;
use ssgctl::report::document::document;
use ssgctl::store::vault::Vault;
use ssgctl::store::{EventFilter, OutboxFilter, SCHEMA_VERSION, TABLES};
use ssgctl::{Error, ops};

use crate::support::fixture::{Fixture, adjustment_in, assert_refused, cases, keyed, new_account, reversal, valid};
use crate::support::traffic::import_a_message;

pub fn written(fixture: &mut Fixture) -> String {
    fixture.read(|now| {
        let mut text = String::new();
        document(now, |line| {
            text.push_str(line);
            Ok::<_, Error>(())
        })?;
        Ok(text)
    })
}

/// Reads a document into a fixture; a fault of the document is reported with its line.
pub fn read(fixture: &mut Fixture, text: &str) -> Result<u64, String> {
    let mut tx = fixture.store.write(&fixture.origin).expect("lock");
    let taken = import(&mut tx, text.as_bytes(), || {}).map_err(|error| error.to_string())?;
    let rows = taken.map_err(|fault| format!("{}: {}", fault.line, fault.error))?;
    tx.commit().expect("committed");
    Ok(rows)
}

/// A document whose last line fits the others again.
pub fn sealed(text: &str) -> String {
    let body = text.split_once("{\"end\"").expect("a last line").0;
    let sum = ssgctl::model::Hash(Sha256::digest(body).into());
    format!("{body}{{\"end\":{{\"lines\":{},\"sha256\":\"{sum}\"}}}}\n", body.lines().count())
}

/// One act of a life of a database.
#[derive(Debug, Clone)]
enum Act {
    Customer(String),
    Contact(usize, String),
    Note(usize, String),
    Account(usize),
    Adjust(usize, i32, bool),
    Reverse(i64),
    Archive(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let text = || "[a-z\u{e9}\"\\\\,' ]{0,12}[a-z]";
    prop_oneof![
        text().prop_map(Act::Customer),
        (0..4_usize, text()).prop_map(|(who, name)| Act::Contact(who, name)),
        (0..4_usize, "[a-z\"\n ]{0,20}[a-z]").prop_map(|(who, text)| Act::Note(who, text)),
        (0..4_usize).prop_map(Act::Account),
        (0..4_usize, -50..100_i32, any::<bool>()).prop_map(|(who, amount, money)| Act::Adjust(who, amount, money)),
        (1..6_i64).prop_map(Act::Reverse),
        (0..4_usize).prop_map(Act::Archive),
    ]
}

/// Does an act, or leaves it where it is not possible.
fn live(fixture: &mut Fixture, number: usize, act: Act) {
    let code = |who: usize| format!("C{who}");
    let vault = Rc::clone(&fixture.vault);
    let _ = fixture.write(|tx| match act {
        Act::Customer(name) => {
            let code = (0..4).map(code).find(|code| tx.customer(code).is_err());
            let details = ssgctl::model::CustomerDetails::of(valid(&name));
            ops::customer::new(tx, code.map(|code| valid(&code)), details).map(drop)
        }
        Act::Contact(who, name) => {
            let details = ContactDetails { name: valid(&name), email: None, mobile: None, roles: Roles::default() };
            ops::contact::add(tx, &code(who), details).map(drop)
        }
        Act::Note(who, text) => ops::note::add(tx, &code(who), valid(&text)).map(drop),
        Act::Account(who) => {
            let new = new_account(&format!("account_{number}"));
            ops::smpp::add(tx, &vault, &code(who), new).map(drop)
        }
        Act::Adjust(who, amount, money) => {
            let unit = if money { "GBP" } else { "SMS" };
            let mut adjustment = adjustment_in(unit, &amount.to_string());
            adjustment.key = keyed(&format!("k{number}"), "1").key;
            ops::balance::adjust(tx, &code(who), &adjustment).map(drop)
        }
        Act::Reverse(entry) => ops::balance::reverse(tx, &reversal(entry)).map(drop),
        Act::Archive(who) => ops::customer::archive(tx, &code(who)).map(drop),
    });
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn any_database_comes_back_byte_for_byte(acts in proptest::collection::vec(act(), 0..25)) {
        let mut fixture = Fixture::new();
        live(&mut fixture, 0, Act::Customer("first".to_owned()));
        for (number, act) in acts.into_iter().enumerate() {
            live(&mut fixture, number, act);
        }
        let text = written(&mut fixture);
        let mut other = Fixture::new();
        prop_assert_eq!(read(&mut other, &text), Ok(text.lines().count() as u64 - 2));
        prop_assert_eq!(written(&mut other), text.clone());
        prop_assert_eq!(other.findings(), Vec::<String>::new());
        prop_assert_eq!(other.dump(), fixture.dump());
        prop_assert_eq!(sealed(&text), text);
    }
}

/// A database with something in it of most kinds.
fn lived_in() -> Fixture {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme");
    fixture.credit("ACME", "100");
    fixture.credit("ACME", "-30");
    fixture.write(|tx| ops::note::add(tx, "ACME", valid("two\nlines"))).expect("noted");
    fixture.write(|tx| import_a_message(tx, "acme")).expect("imported");
    fixture
}

/// Tables that documents leave out: traffic stands in two tables of plain numbers, from which its months follow; runs, index and
/// layers follow from messages, and the others from entries and events.
const DERIVED: [&str; 7] = [
    "traffic_monthly",
    "traffic_daily",
    "traffic_layer",
    "message_run",
    "message_index",
    "clock_set_back",
    "entry_sum",
];

#[test]
fn every_table_is_in_the_document() {
    let fixture = Fixture::new();
    let written: BTreeSet<&str> = TABLES.iter().map(|table| table.name).collect();
    let left_out = |name: &str| name.starts_with("sqlite_") || DERIVED.contains(&name);
    let mut there: BTreeSet<String> = fixture.dump().into_keys().filter(|name| !left_out(name)).collect();
    there.extend(["traffic_hour", "traffic_day"].map(str::to_owned));
    assert_eq!(written, there.iter().map(String::as_str).collect());
    assert_eq!(written.len(), TABLES.len());
}

#[test]
fn a_database_that_is_in_use_takes_no_document() {
    let mut fixture = lived_in();
    let text = written(&mut fixture);
    let before = fixture.dump();
    assert_eq!(read(&mut fixture, &text), Err("the database is not empty: it has rows of customer".to_owned()));
    assert_eq!(fixture.dump(), before);
    let mut other = Fixture::new();
    let renamed = ServiceChange { name: Some(valid("Other")), ..ServiceChange::default() };
    other.write(|tx| ops::service::edit(tx, "standard", renamed)).unwrap();
    assert!(read(&mut other, &text).unwrap_err().ends_with("it has rows of event"));
}

#[test]
fn a_document_that_was_cut_off_or_changed_leaves_nothing() {
    let mut fixture = lived_in();
    let text = written(&mut fixture);
    let mut other = Fixture::new();
    let before = other.dump();
    for cut in (0..text.len() - 1).step_by(97) {
        let line = text[..cut].lines().count() as u64 + 1;
        let fault = read(&mut other, &text[..cut]).expect_err("cut off");
        let reported: u64 = fault.split(':').next().and_then(|line| line.parse().ok()).expect("a line");
        assert!(reported <= line, "{fault}");
    }
    assert!(read(&mut other, &text.replace("two", "tow")).unwrap_err().contains("were changed: their number"));
    assert!(read(&mut other, &format!("{text}\n{text}")).unwrap_err().contains("nothing may follow"));
    assert_eq!(other.dump(), before);
}

/// The database packs them; a document is read by others.
#[test]
fn the_sums_of_traffic_stand_in_a_document_in_plain_numbers() {
    let mut fixture = lived_in();
    let text = written(&mut fixture);
    let of_traffic: Vec<&str> = text.lines().filter(|line| line.starts_with("{\"traffic")).collect();
    let counts = r#""pending":0,"unknown":0,"rejected":0,"expired":0,"undeliverable":0,"delivered":1,"parts":1"#;
    let expected = [
        format!(r#"{{"traffic_hour":{{"hour":480000,"account_id":1,{counts}}}}}"#),
        format!(
            r#"{{"traffic_day":{{"day":20000,"account_id":1,"country":"GB","unit":"SMS","price_id":1,{counts},"charge_e8":"100000000"}}}}"#
        ),
    ];
    assert_eq!(of_traffic, expected);
    let mut other = Fixture::new();
    read(&mut other, &text).unwrap();
    for table in ["traffic_daily", "traffic_monthly"] {
        assert_eq!(other.dump()[table], fixture.dump()[table], "{table}");
    }
}

/// A document whose last line is forged as well still fails on the ledger's hash chain, the sums or the rules of its values.
#[test]
fn a_document_that_contradicts_itself_is_refused() {
    let mut fixture = lived_in();
    let text = written(&mut fixture);
    let mut other = Fixture::new();
    let before = other.dump();
    for (from, to, said) in [
        ("\"amount_e8\":\"10000000000\"", "\"amount_e8\":\"10000000001\"", "is inconsistent"),
        ("\"balance_e8\":\"6900000000\"", "\"balance_e8\":\"9000000000\"", "is inconsistent"),
        ("\"amount_e8\":\"-100000000\"", "\"amount_e8\":\"-200000000\"", "is inconsistent"),
        ("\"accrued_from\":1", "\"accrued_from\":2", "is inconsistent"),
        ("\"description\":\"top-up\"", "\"description\":\"bonus\"", "is inconsistent"),
        ("\"organisation\":\"ACME\"", "\"organisation\":\"\"", "table customer refuses the row"),
        ("\"organisation\":\"ACME\"", "\"organisation\":\"A\\u202eB\"", "is inconsistent"),
        ("\"organisation\"", "\"organization\"", "table customer has no column `organization`"),
        ("{\"note\":", "{\"notes\":", "an unknown table"),
        (
            "\"delivered\":1,\"parts\":1}",
            "\"delivered\":2,\"parts\":1}",
            "the sums by quarter hour and by country differ",
        ),
        ("\"delivered\":1,\"parts\":1}", "\"delivered\":-1,\"parts\":1}", "count fewer messages than are stored"),
        ("\"delivered\":1,\"parts\":1}", "\"delivered\":1.5,\"parts\":1}", "traffic_hour.delivered cannot be"),
        (
            "\"second\":0",
            "\"second\":86400",
            "table message refuses the row: second, state, parts, network or charged is out",
        ),
        (
            "\"second\":0",
            "\"second\":\"0\"",
            "table message refuses the row: second, state, parts, network or charged is out",
        ),
        ("\"second\":0,", "", "table message refuses the row: second, state, parts, network or charged is out"),
        ("\"second\":0,", "\"packed\":0,", "table message has no column `packed`"),
        ("\"customer_id\":1", "\"customer_id\":7", "is inconsistent"),
        ("\"enabled\":1", "\"enabled\":\"yes\"", "table smpp_account"),
        ("\"enabled\":1", "\"enabled\":1.5", "cannot be `1.5`"),
        ("{\"hex\":\"", "{\"hex\":\"z", "cannot be"),
        ("\"document\":1", "\"document\":2", "use a newer ssgctl"),
        ("{\"ssgctl\":", "{\"other\":", "a document begins with"),
    ] {
        let forged = text.replace(from, to);
        assert_ne!(forged, text, "{from}");
        let fault = read(&mut other, &sealed(&forged)).expect_err(from);
        assert!(fault.contains(said), "{from}: {fault}");
        assert!(!fault.to_lowercase().contains("constraint"), "{fault}");
    }
    assert_eq!(other.dump(), before);
    assert_eq!(read(&mut other, &text), Ok(text.lines().count() as u64 - 2));
}

#[test]
fn an_account_of_a_document_opens_with_its_own_key_only() {
    let mut fixture = lived_in();
    let password = fixture.reveal("acme").unwrap().password;
    let text = written(&mut fixture);
    let mut other = Fixture::new();
    read(&mut other, &text).unwrap();
    assert_refused!(other.reveal("acme"), Error::Secret(_));
    other.vault = Rc::clone(&fixture.vault);
    assert!(other.reveal("acme").unwrap().password == password);
}

/// A file of the last program of schema 12.
fn of_schema_12(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/documents").join(name)
}

/// What that program's document becomes here.
fn from_schema_12() -> Fixture {
    let mut fixture = Fixture::new();
    let text = fs::read_to_string(of_schema_12("schema-12.jsonl")).expect("a document");
    assert_eq!(read(&mut fixture, &text), Ok(text.lines().count() as u64 - 2));
    fixture
}

/// It says the same in other words, and its ledger is not written anew.
#[test]
fn a_document_of_schema_12_is_imported_whole() {
    let mut fixture = from_schema_12();
    assert_eq!(fixture.findings(), Vec::<String>::new());
    fixture.read(|now| {
        assert_eq!(
            now.entry(17)?.hash.to_string(),
            "6c4d54144b840e5946dcf34bc859ea0b417cfc36c16497a8950d2d2fad32c5b9",
            "the head that an auditor may have noted"
        );
        let emails = now.emails_of(&OutboxFilter::default())?;
        for state in EmailState::ALL {
            assert!(emails.iter().any(|email| email.state == state), "{state}");
        }
        let recovered = emails.iter().filter(|email| email.content.template == EmailTemplate::Recovered);
        assert_eq!(recovered.map(|email| email.id).collect::<Vec<_>>(), [11, 12]);
        assert_eq!(emails[12].content.password_of, Some(1));
        assert_eq!(now.attempts(&emails[0])?.len(), 1);
        let (port, kim) = (now.customer("PORT")?, now.customer("KIM")?);
        let euros = Unit::from_code("EUR").expect("a currency");
        assert_eq!(now.crossings(port.id, euros)?[0].cause, CrossingCause::Thresholds);
        let warning = now.warning(&kim, Unit::Sms)?.expect("a warning").details;
        assert_eq!(warning.to, ["ops@kim.example", "sending@kim.example"].map(valid));
        assert!(warning.notify_customer && !warning.notify_recovery);
        let warning = now.warning(&port, euros)?.expect("a warning").details;
        assert_eq!(warning.internal, [valid("boss@northwind.example")]);
        let options = now.import(2)?.manifest.options;
        assert!(options.starts_with("{\"timezone\":\"Europe/Paris\",\"account\":null,"), "{options}");
        Ok(())
    });
}

#[test]
fn the_audit_log_of_schema_12_has_the_names_of_today() {
    let mut fixture = from_schema_12();
    let mut of = |entity| {
        let mut changes = Vec::new();
        fixture.read(|now| {
            now.events(&EventFilter { entities: vec![entity], ..EventFilter::default() }, |event| {
                changes.extend(event.change.fields.into_iter().map(|(field, _)| (event.change.action.clone(), field)));
                Ok::<_, Error>(())
            })
        });
        changes
    };
    let count = |changes: &[(String, String)], action: &str, field: &str| {
        changes.iter().filter(|(done, name)| done == action && name == field).count()
    };
    let balances = of(EntityKind::Balance);
    assert_eq!(count(&balances, "warn", "notify_customer"), 4, "of each warning when it was made");
    assert_eq!(count(&balances, "warn", "notify_recovery"), 4);
    assert_eq!(count(&of(EntityKind::Smpp), "handover", "contains_password"), 3);
    assert_eq!(count(&of(EntityKind::Email), "cancel", "state"), 2);
}

#[test]
fn passwords_of_schema_12_open_with_their_key() {
    let mut fixture = from_schema_12();
    let key = fixture.folder.path().join("schema-12.key");
    fs::copy(of_schema_12("schema-12.key"), &key).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fixture.vault = Rc::new(Vault::open_or_create(&key).unwrap());
    let revealed = fixture.reveal("port_prod").unwrap();
    assert!(revealed.password == valid("port-two"));
    assert!(revealed.previous.is_some_and(|previous| previous.password == valid("port-one")));
    assert!(fixture.reveal("abc_prod").unwrap().password == valid("s3cret!x"));
}

#[test]
fn a_document_of_schema_12_leaves_as_one_of_today() {
    let mut fixture = from_schema_12();
    let text = written(&mut fixture);
    assert!(text.starts_with(&format!("{{\"ssgctl\":{{\"document\":1,\"schema\":{SCHEMA_VERSION}}}}}\n")));
    let mut other = Fixture::new();
    read(&mut other, &text).unwrap();
    assert_eq!(other.dump(), fixture.dump());
    assert_eq!(written(&mut other), text);
}

/// Old names are for old documents.
#[test]
fn a_document_of_today_has_no_old_names() {
    let old = fs::read_to_string(of_schema_12("schema-12.jsonl")).unwrap();
    let mut fixture = Fixture::new();
    let fault = read(&mut fixture, &sealed(&old.replace("\"schema\":12}", "\"schema\":13}"))).unwrap_err();
    assert!(fault.contains("table warning has no column"), "{fault}");
}
