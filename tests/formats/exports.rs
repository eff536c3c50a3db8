//! What the program exports in any format, it imports again as it was: whatever the texts are made of.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use ssgctl::model::{ContactDetails, CustomerDetails, Roles};
use ssgctl::ops::{contact, customer, note};

use crate::support::cli::SSGCTL;
use crate::support::fixture::{Fixture, cases, valid};

/// What the program prints for a database, or what it makes of what it is given.
fn ssgctl(home: &Path, database: &Path, words: &[&str], stdin: &[u8]) -> Vec<u8> {
    let mut child = Command::new(SSGCTL)
        .env_clear()
        .env("HOME", home)
        .arg("--db")
        .arg(database)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    child.stdin.take().expect("stdin").write_all(stdin).expect("written");
    let output = child.wait_with_output().expect("ended");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A text that is valid, of characters that CSV, JSON and spreadsheets have their own ideas of.
fn text() -> impl Strategy<Value = String> {
    "['=+@\\-]{0,3}[a-z\u{e9}\u{65e5}\",;:|\\\\{}\\[\\]' ]{0,12}[a-z]"
}

pub fn customer() -> impl Strategy<Value = CustomerDetails> {
    let words = (text(), proptest::option::of(text()), proptest::option::of(text()));
    let lists =
        (proptest::collection::vec(text(), 0..4), proptest::collection::vec("[a-z]{1,8}@[a-z]{1,8}\\.example", 0..3));
    (words, lists, proptest::option::of(0..=365_u32)).prop_map(|((name, number, vat), (lines, emails), terms)| {
        let mut details = CustomerDetails::of(valid(&name));
        details.company_reg_no = number.map(|text| valid(&text));
        details.vat_reg_no = vat.map(|text| valid(&text));
        details.payment_terms_days = terms.map(|days| valid(&days.to_string()));
        details.invoice_emails = emails.iter().map(|email| valid(email)).collect();
        details.invoice_address = ssgctl::model::PostalAddress::from_lines(lines).ok();
        details
    })
}

/// A person, who may share name and address with others.
pub fn person() -> impl Strategy<Value = ContactDetails> {
    let name = prop_oneof![text(), "(Ann|Bob)"];
    (name, proptest::option::of("(ann|office)@a\\.example"), proptest::option::of("\\+44770090012[3-5]")).prop_map(
        |(name, email, mobile)| ContactDetails {
            name: valid(&name),
            email: email.map(|text| valid(&text)),
            mobile: mobile.map(|text| valid(&text)),
            roles: Roles::default(),
        },
    )
}

/// Some people, no two of whom are alike.
fn people() -> impl Strategy<Value = Vec<ContactDetails>> {
    proptest::collection::vec(person(), 1..6).prop_map(|people| {
        let mut kept: Vec<ContactDetails> = Vec::new();
        for person in people {
            if !kept.contains(&person) {
                kept.push(person);
            }
        }
        kept
    })
}

/// The columns of an export of customers but for the last.
const WITHOUT_STATUS: &str = "account_code,organisation,country,company_reg_no,phone,website,vat_reg_no,payment_terms_days,\
    invoice_emails,invoice_address,api_id";

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn exports_come_back_as_they_were(
        customers in proptest::collection::vec((customer(), people(), "[a-z\u{e9}=', \n]{0,20}[a-z]", any::<bool>()), 1..6),
        format in proptest::sample::select(vec!["csv", "json", "jsonl"]),
    ) {
        let mut fixture = Fixture::new();
        for (place, (details, people, remark, is_archived)) in customers.into_iter().enumerate() {
            let code = format!("C{place}");
            fixture.write(|tx| {
                customer::new(tx, Some(valid(&code)), details)?;
                people.into_iter().try_for_each(|person| contact::add(tx, &code, person).map(drop))?;
                note::add(tx, &code, valid(&remark))?;
                if is_archived { customer::archive(tx, &code).map(drop) } else { Ok(()) }
            }).unwrap();
        }
        let home = tempfile::tempdir().unwrap();
        let (here, there) = (fixture.path(), home.path().join("other.db"));
        ssgctl(home.path(), &there, &["db", "init"], b"");
        // An archived customer accepts nothing new, so it is archived after its records are added.
        let active = ["customer", "export", "-o", format, "--fields", WITHOUT_STATUS];
        let active = ssgctl(home.path(), &here, &active, b"");
        ssgctl(home.path(), &there, &["customer", "import", "-"], &active);
        for entity in ["service", "contact", "note", "customer"] {
            let exported = ssgctl(home.path(), &here, &[entity, "export", "-o", format], b"");
            ssgctl(home.path(), &there, &[entity, "import", "-", "--update"], &exported);
            let fields: &[&str] = if entity == "service" { &["--fields", "code,name,unit,price"] } else { &[] };
            let again = |database: &Path| ssgctl(home.path(), database, &[&[entity, "export", "-o", format], fields].concat(), b"");
            prop_assert_eq!(String::from_utf8(again(&there)), String::from_utf8(again(&here)));
            // Here, where all of it is already, it changes nothing.
            let sum = ssgctl(home.path(), &here, &[entity, "import", "-", "--csv", "--no-headers"], &exported);
            let sum = String::from_utf8(sum).unwrap();
            prop_assert!(sum.contains(",0,0,") && sum.trim_end().ends_with(",0"), "{}: {}", entity, sum);
        }
    }
}
