//! Thousands of damaged files: none makes the program panic, none is half imported, and every fault names a line of the file.

use ssgctl::import::Owners;
use ssgctl::import::contact::Contacts;
use ssgctl::import::smpp_account::Accounts;
use ssgctl::import::{Importer, OnExisting};
use ssgctl::import::{adjustment, document};
use ssgctl::model::SmppDetails;
use ssgctl::report;

use crate::support::fixture::{Fixture, valid};
use crate::support::imports::{Dice, SKIP, UPDATE, customers, take};

const CSV: &str = "account_code,organisation,country,phone,invoice_emails,invoice_address,status
ACME,\"Acme, Ltd\",GB,+447700900123,\"a@acme.example, b@acme.example\",\"1 High \"\"Street\"\"
Leeds\",active
PORT,Café du Port,FR,,,,archived
'=X,'=Formula,GB,,,,
";
const JSON: &str = r#"[{"account_code":"ACME","organisation":"Acme \"Ltd\"","invoice_emails":["a@acme.example"],"payment_terms_days":30},
 {"account_code":"PORT","organisation":"Café","country":null}]"#;
const JSONL: &str =
    "{\"account_code\":\"ACME\",\"organisation\":\"Acme\"}\n{\"organisation\":\"Caf\\u00e9\",\"country\":\"FR\"}\n";
const QUICKBOOKS: &str = "Name,Company,Customer Type,Email,Phone,Mobile,Fax,Website,Street,City,State,ZIP,Country,Opening Balance,Date,Resale Number\r
Globex,\"Globex, Inc\",Retail,h@globex.example,+1 650 555 0199,,,globex.example,\"1 Finch St.\r\nSuite 2\",Cypress,CA,94326,USA,1.00,11/24/2026,\r\n";
const CONTACTS: &str = "customer;name;email;roles\nACME;Zoë;zoe@acme.example;billing, technical\nACME;Max;;\n";
const ACCOUNTS: &str =
    "system_id\tcustomer\tpassword\tallowed_ips\tenabled\nacme\tACME\ts3cret\t192.0.2.7, 10.0.0.0/8\tyes\n";
const ADJUSTMENTS: &str =
    "customer,amount,unit,description,key\nACME,5,SMS,\"bank, transfer\",k1\nACME,-1.5,GBP,card,k2\n";

/// The bytes with one to four wounds.
pub(super) fn wounded(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    const INSERTED: [&[u8]; 12] =
        [b"\"", b",", b"\n", b"\r", b"\0", b"\xff", b"'", b"=", b"{", b"]", b"\xe2\x80\xae", b"9999999999"];
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(bytes.len().max(1));
        match dice.roll(6) {
            _ if bytes.is_empty() => break,
            0 => bytes[at] ^= 1 << dice.roll(8),
            1 => bytes.truncate(at),
            2 => drop(bytes.remove(at)),
            3 => drop(bytes.splice(at..at, INSERTED[dice.roll(INSERTED.len())].iter().copied())),
            4 => {
                let end = (at + 1 + dice.roll(40)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                let end = (at + 1 + dice.roll(20)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
    }
    bytes
}

/// A file as UTF-16.
fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// How many lines a file may be said to have: its own, and the end behind them.
fn lines(bytes: &[u8]) -> u64 {
    bytes.split(|byte| *byte == b'\n').count() as u64 + 1
}

/// Reads damaged files, and drops whatever they would have done.
fn survives<I: Importer>(fixture: &mut Fixture, sound: &[u8], importer: &mut I, seed: u64, rounds: u32) {
    let mut dice = Dice(seed);
    let mut refused = 0;
    for _ in 0..rounds {
        let bytes = wounded(sound, &mut dice);
        let on_existing = [OnExisting::default(), UPDATE, SKIP][dice.roll(3)];
        let mut tx = fixture.store.write(&fixture.origin).expect("lock");
        match take(&mut tx, &bytes, importer, on_existing).expect("no fault beyond the file") {
            Ok(taken) => {
                let [new, changed, same, skipped] = taken.counts();
                assert_eq!(new + changed + same + skipped, taken.plan.len() as u64);
                assert!(taken.plan.iter().all(|(line, ..)| *line <= lines(&bytes)));
            }
            Err(faults) => {
                refused += 1;
                for fault in &faults.first {
                    let shown = String::from_utf8_lossy(&bytes);
                    assert!(
                        (1..=lines(&bytes)).contains(&fault.line),
                        "line {} of {shown:?}: {}",
                        fault.line,
                        fault.error
                    );
                    assert!(fault.column >= 1);
                }
            }
        }
    }
    assert!(refused > rounds / 4, "only {refused} of {rounds} damaged files were refused");
}

#[test]
fn damaged_files_of_customers_are_survived() {
    let mut fixture = Fixture::with_acme();
    let before = fixture.dump();
    for (seed, text) in (1..).zip([CSV, JSON, JSONL, QUICKBOOKS]) {
        survives(&mut fixture, text.as_bytes(), &mut customers(), seed, 700);
    }
    survives(&mut fixture, &utf16(&CSV.replace('\n', "\r\n")), &mut customers(), 9, 300);
    assert!(fixture.dump() == before, "something of a damaged file was left");
}

#[test]
fn damaged_files_of_contacts_and_accounts_are_survived() {
    let mut fixture = Fixture::with_acme();
    let vault = std::rc::Rc::clone(&fixture.vault);
    let before = fixture.dump();
    survives(&mut fixture, CONTACTS.as_bytes(), &mut Contacts::default(), 11, 500);
    let mut accounts = Accounts {
        vault: &vault,
        defaults: SmppDetails::of(valid("standard")),
        owners: Owners::default(),
        too_long: Vec::new(),
        long_passwords: Vec::new(),
    };
    survives(&mut fixture, ACCOUNTS.as_bytes(), &mut accounts, 12, 500);
    assert!(fixture.dump() == before, "something of a damaged file was left");
}

#[test]
fn damaged_files_of_adjustments_are_survived() {
    let mut dice = Dice(21);
    for _ in 0..1_000 {
        let bytes = wounded(ADJUSTMENTS.as_bytes(), &mut dice);
        if let Err(faults) = adjustment::adjustments(&*bytes) {
            assert!(faults.first.iter().all(|fault| (1..=lines(&bytes)).contains(&fault.line)), "{faults:?}");
        }
    }
}

#[test]
fn damaged_documents_are_refused() {
    let mut fixture = Fixture::with_acme();
    fixture.account("ACME", "acme");
    fixture.credit("ACME", "100");
    let sound = fixture.read(|now| {
        let mut text = String::new();
        report::document::document(now, |line| {
            text.push_str(line);
            Ok::<_, ssgctl::Error>(())
        })?;
        Ok(text)
    });
    let mut other = Fixture::new();
    let before = other.dump();
    let mut dice = Dice(31);
    for _ in 0..400 {
        let bytes = wounded(sound.as_bytes(), &mut dice);
        let mut tx = other.store.write(&other.origin).expect("lock");
        let outcome = document::import(&mut tx, &*bytes, || {}).expect("no fault beyond the document");
        match outcome {
            Err(fault) => assert!((1..=lines(&bytes)).contains(&fault.line), "{}", fault.error),
            Ok(_) => {
                assert!(String::from_utf8_lossy(&bytes).trim_end() == sound.trim_end(), "a damaged document was taken");
            }
        }
    }
    assert!(other.dump() == before);
}
