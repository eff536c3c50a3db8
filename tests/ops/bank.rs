//! Bank statements: what is recorded, once per key, and what is left for a person.

use ssgctl::Error;
use ssgctl::model::invoice::{BankEntry, BankOutcome, CreditorReference};
use ssgctl::ops::payment::{self, BankEntryResult, PaymentRequest, import_bank};

use crate::support::billing::{invoicing, paying, payment_of};
use crate::support::fixture::{Fixture, assert_refused, valid};

/// Money that came in, with what the payer wrote.
fn entry(key: &str, amount: &str, text: &str) -> BankEntry {
    BankEntry {
        key: key.to_owned(),
        is_returned: false,
        booked_on: valid("2026-11-23"),
        currency: valid("EUR"),
        amount: valid(amount),
        payer: None,
        payer_account: None,
        reference: None,
        text: text.to_owned(),
    }
}

fn import(fixture: &mut Fixture, entries: &[BankEntry]) -> Vec<BankEntryResult> {
    fixture.write(|tx| import_bank(tx, &invoicing(), entries)).expect("imported")
}

/// The outcome of an entry, and the invoices.
fn outcome(fixture: &mut Fixture, entry: BankEntry) -> (BankOutcome, String) {
    let result = import(fixture, &[entry]).remove(0);
    (result.outcome, result.invoices.join(","))
}

fn open(fixture: &mut Fixture, name: &str) -> String {
    fixture.invoice_now(name).issued.expect("issued").open().to_string()
}

#[test]
fn a_payment_that_names_an_invoice_settles_it_once() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["100"]);
    let entries = [entry("b-1", "70", "inv-2026-0001 thanks"), entry("b-2", "60", "INV-2026-0001")];
    let results = import(&mut fixture, &entries);
    // The first pays a part, the second more than the rest.
    let unallocated = |results: &[BankEntryResult]| -> Vec<String> {
        results.iter().map(|result| result.unallocated().expect("recorded").to_string()).collect()
    };
    assert_eq!(unallocated(&results), ["0", "10"]);
    assert_eq!(open(&mut fixture, "INV-2026-0001"), "0");
    let again = import(&mut fixture, &entries);
    assert!(again.iter().all(|result| result.outcome == BankOutcome::AlreadyRecorded), "{again:?}");
    assert_eq!(unallocated(&again), ["0", "10"]);
    let payment = results[0].payment.as_ref().expect("a payment");
    assert_eq!((payment.booking.booked_on, payment.customer.as_str()), (valid("2026-11-23"), "ACME"));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_pro_forma_that_is_paid_is_issued_and_its_top_up_posted() {
    let mut fixture = Fixture::with_buyer();
    let draft = fixture.pro_forma("5000", "200");
    let reference = Some(CreditorReference::of_invoice(draft.id).to_string());
    let part = BankEntry { reference: reference.clone(), ..entry("b-1", "100", "") };
    assert_eq!(outcome(&mut fixture, part), (BankOutcome::Recorded, draft.id.to_string()));
    assert_eq!(fixture.credits("ACME"), valid("0"));
    let rest = BankEntry { reference, ..entry("b-2", "140", "") };
    assert_eq!(outcome(&mut fixture, rest), (BankOutcome::Recorded, "INV-2026-0001".to_owned()));
    assert_eq!(fixture.credits("ACME"), valid("5000"));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn what_is_not_certain_is_left_and_changes_nothing() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["100"]);
    fixture.invoice(&["100"]);
    fixture.pay("120", paying(&["INV-2026-0001"])).unwrap();
    fixture.invoice(&["100"]);
    fixture.pro_forma("5000", "300");
    fixture.write(|tx| ssgctl::ops::invoice::hold(tx, "4")).expect("held");
    let dollars = BankEntry { currency: valid("USD"), ..entry("b", "120", "INV-2026-0002") };
    let tomorrow = BankEntry { booked_on: valid("2026-11-25"), ..entry("b", "120", "INV-2026-0002") };
    let held = BankEntry { reference: Some(CreditorReference::of_invoice(4).to_string()), ..entry("b", "360", "") };
    let both = "INV-2026-0002,INV-2026-0003";
    for (entry, expected, invoices) in [
        (entry("b", "120", "ACME"), BankOutcome::Several, both),
        (entry("b", "200", "INV-2026-0002 INV-2026-0003"), BankOutcome::Several, both),
        (dollars, BankOutcome::OtherCurrency, "INV-2026-0002"),
        (entry("b", "120", "INV-2026-0001"), BankOutcome::NotOpen, "INV-2026-0001"),
        // The amount and the customer fit the next invoice, but the payer names the paid one.
        (entry("b", "120", "ACME INV-2026-0001"), BankOutcome::NotOpen, "INV-2026-0001"),
        (tomorrow, BankOutcome::Refused, "INV-2026-0002"),
        (held, BankOutcome::Refused, "4"),
        (entry("b", "120", "no idea"), BankOutcome::Unmatched, ""),
        (entry("b", "99", "ACME"), BankOutcome::Unmatched, ""),
        // The number of a draft is a plain number, which anything may be.
        (entry("b", "360", "4"), BankOutcome::Unmatched, ""),
    ] {
        let text = format!("{entry:?}");
        assert_eq!(outcome(&mut fixture, entry), (expected, invoices.to_owned()), "{text}");
        assert!(expected.is_left());
    }
    let before = fixture.read(|now| Ok(now.last_receivable()?.map(|last| last.id)));
    assert_eq!(before, Some(4), "three invoices and a payment");
    // Exactly what is open of all that are named is no guess.
    let sum = entry("b", "240", "INV-2026-0002, INV-2026-0003");
    assert_eq!(outcome(&mut fixture, sum), (BankOutcome::Recorded, both.to_owned()));
    assert_eq!((open(&mut fixture, "INV-2026-0002"), open(&mut fixture, "INV-2026-0003")), ("0".into(), "0".into()));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn an_entry_that_is_refused_takes_no_other_with_it() {
    let mut fixture = Fixture::with_buyer();
    let first = fixture.pro_forma("5000", "200");
    let second = fixture.pro_forma("1000", "100");
    fixture
        .write(|tx| {
            ssgctl::ops::customer::edit(tx, "ACME", |details| {
                details.country = Some(valid("US"));
                Ok(())
            })
        })
        .expect("moved");
    let paying = |key: &str, id: i64, amount: &str| BankEntry {
        reference: Some(CreditorReference::of_invoice(id).to_string()),
        ..entry(key, amount, "")
    };
    // The tax of a customer abroad is not decided, so the pro-forma cannot be issued, but is still found by its reference.
    let results = import(&mut fixture, &[paying("b-1", first.id, "240")]);
    assert_eq!(results[0].outcome, BankOutcome::Refused);
    fixture
        .write(|tx| {
            ssgctl::ops::customer::edit(tx, "ACME", |details| {
                details.country = Some(valid("GB"));
                Ok(())
            })
        })
        .expect("back");
    fixture.write(|tx| ssgctl::ops::invoice::hold(tx, &first.id.to_string())).expect("held");
    let results = import(&mut fixture, &[paying("b-1", first.id, "240"), paying("b-2", second.id, "120")]);
    assert_eq!(
        results.iter().map(|result| result.outcome).collect::<Vec<_>>(),
        [BankOutcome::Refused, BankOutcome::Recorded]
    );
    assert!(results[0].why.as_ref().is_some_and(|why| why.contains("held")), "{results:?}");
    assert_eq!(fixture.credits("ACME"), valid("1000"));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_payment_that_was_recorded_by_hand_with_its_key_is_known() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["100"]);
    let request = PaymentRequest { key: Some(valid("b-1")), ..payment_of("50", paying(&[])) };
    fixture.write(|tx| payment::record(tx, &invoicing(), "ACME", &request)).expect("recorded");
    let known = outcome(&mut fixture, entry("b-1", "50", "INV-2026-0001"));
    assert_eq!(known, (BankOutcome::AlreadyRecorded, String::new()));
    let other = import(&mut fixture, &[entry("b-1", "51", "INV-2026-0001")]).remove(0);
    assert_eq!(other.outcome, BankOutcome::KeyConflict);
    assert_eq!(other.why.as_deref(), Some("its key belongs to receivable 2, a payment of -50.00 EUR"));
}

#[test]
fn a_payment_that_was_taken_back_names_the_payment_to_reverse() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["100"]);
    import(&mut fixture, &[entry("b-1", "120", "INV-2026-0001")]);
    let returned = BankEntry { is_returned: true, ..entry("b-1:returned", "120", "INV-2026-0001") };
    let result = import(&mut fixture, std::slice::from_ref(&returned)).remove(0);
    assert_eq!((result.outcome, result.payment.map(|payment| payment.id)), (BankOutcome::Returned, Some(2)));
    let reversal =
        payment::PaymentReversal { payment: 2, description: valid("back"), key: Some(valid("b-1:returned")) };
    fixture.write(|tx| payment::reverse(tx, &invoicing(), &reversal)).expect("reversed");
    assert_eq!(outcome(&mut fixture, returned), (BankOutcome::AlreadyRecorded, String::new()));
    assert_eq!(open(&mut fixture, "INV-2026-0001"), "120");
}

/// A wrong clock is no matter of one entry: nothing is recorded.
#[test]
fn a_wrong_clock_ends_the_import() {
    let mut fixture = Fixture::with_buyer();
    fixture.at("2027-11-24T12:00:00Z");
    fixture.invoice(&["100"]);
    fixture.at("2026-11-24T12:00:00Z");
    let refused = fixture.write(|tx| import_bank(tx, &invoicing(), &[entry("b-1", "120", "INV-2027-0001")]));
    assert_refused!(refused, Error::ClockBehind { .. });
}

/// Which of them was recorded before, or whether they are one payment, is for a person to say.
#[test]
fn a_second_entry_with_one_reference_is_left() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["100"]);
    fixture.invoice(&["100"]);
    let both = [entry("000000", "120", "INV-2026-0001"), entry("000000", "120", "INV-2026-0002")];
    for first in [BankOutcome::Recorded, BankOutcome::AlreadyRecorded] {
        let outcomes: Vec<BankOutcome> = import(&mut fixture, &both).iter().map(|result| result.outcome).collect();
        assert_eq!(outcomes, [first, BankOutcome::KeyConflict]);
    }
    assert_eq!(open(&mut fixture, "INV-2026-0002"), "120");
}
