//! Payments: what they settle, once per key, and pro-formas that become invoices.

use std::collections::BTreeMap;
use std::thread;

use proptest::prelude::*;
use ssgctl::Error;
use ssgctl::model::Money;
use ssgctl::model::invoice::{Invoice, Receivable};
use ssgctl::ops::payment::{self, PaymentRequest, PaymentReversal, PaymentTarget, RefundRequest};
use ssgctl::report::{self, Age, ReceivablesQuestion};
use ssgctl::store::ReceivableFilter;

use crate::support::billing::{invoicing, paying, payment_of, writing_off};
use crate::support::fixture::{Fixture, NOON, assert_refused, cases, collect, valid};

const TODAY: &str = "2026-11-24";

fn refund(amount: Option<&str>) -> RefundRequest {
    let amount = amount.map(valid);
    RefundRequest { amount, on: None, description: valid("back"), reference: None, key: None }
}

fn reversal_of(payment: i64) -> PaymentReversal {
    PaymentReversal { payment, description: valid("bounced"), key: None }
}

fn receivables(fixture: &mut Fixture) -> Vec<Receivable> {
    fixture.read(|now| collect(|each| now.receivables(&ReceivableFilter::default(), each)))
}

#[test]
fn payments_settle_what_they_name_and_the_state_follows() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["100"]);
    fixture.invoice(&["50"]);
    fixture.pay("20", paying(&["INV-2026-0001"])).unwrap();
    assert_eq!(fixture.state_of("INV-2026-0001", TODAY), "partly_paid");
    assert_eq!(fixture.state_of("INV-2026-0001", "2026-12-08"), "partly_paid", "due on that day");
    assert_eq!(fixture.state_of("INV-2026-0001", "2026-12-09"), "overdue");
    // 100 is left of the first, 60 of the second: the rest stays.
    let receipt = fixture.pay("170", paying(&["INV-2026-0002", "INV-2026-0001"])).unwrap();
    assert_eq!(receipt.entry.unallocated(), valid("10"));
    assert_eq!(fixture.state_of("INV-2026-0001", "2027-01-01"), "paid");
    assert_eq!(fixture.state_of("INV-2026-0002", "2027-01-01"), "paid");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn the_oldest_are_those_due_first() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["100"]);
    fixture.at("2026-11-25T12:00:00Z");
    fixture.invoice(&["100"]);
    let receipt = fixture.pay("150", PaymentTarget::Oldest).unwrap();
    let open = |name: &str, fixture: &mut Fixture| fixture.invoice_now(name).issued.unwrap().open();
    assert_eq!(open("INV-2026-0001", &mut fixture), valid("0"));
    assert_eq!(open("INV-2026-0002", &mut fixture), valid("90"));
    assert_eq!(receipt.invoices.len(), 2);
}

#[test]
fn a_payment_is_booked_once_per_key_even_by_sixteen_at_once() {
    let mut fixture = Fixture::with_buyer();
    fixture.pro_forma("5000", "200");
    thread::scope(|scope| {
        for _ in 0..16 {
            let (mut store, origin) = (fixture.another_store(NOON), fixture.origin.clone());
            scope.spawn(move || {
                let request = PaymentRequest { key: Some(valid("bank-1")), ..payment_of("240", paying(&["1"])) };
                let mut tx = store.write(&origin).unwrap();
                let receipt = payment::record(&mut tx, &invoicing(), "ACME", &request).unwrap();
                tx.commit().unwrap();
                assert_eq!(receipt.invoices[0].name(), "INV-2026-0001");
            });
        }
    });
    assert_eq!(fixture.credits("ACME"), valid("5000"));
    assert_eq!(receivables(&mut fixture).len(), 2);
    let other = PaymentRequest { key: Some(valid("bank-1")), ..payment_of("241", paying(&["1"])) };
    let conflict = fixture.write(|tx| payment::record(tx, &invoicing(), "ACME", &other));
    assert_refused!(conflict, Error::KeyConflict { field: "amount", .. });
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_pro_forma_becomes_an_invoice_when_its_payments_cover_it() {
    let mut fixture = Fixture::with_buyer();
    fixture.pro_forma("5000", "200");
    assert_eq!(fixture.state_of("1", TODAY), "proforma");
    let part = fixture.pay("100", paying(&["1"])).unwrap();
    assert_eq!((part.entry.unallocated(), fixture.credits("ACME")), (valid("100"), Money::ZERO));
    assert_eq!(fixture.state_of("1", TODAY), "proforma");
    let rest = fixture.pay("150", paying(&["1"])).unwrap();
    assert_eq!(rest.entry.unallocated(), valid("10"));
    assert_eq!(fixture.credits("ACME"), valid("5000"));
    let copy = fixture.copy_of_invoice("INV-2026-0001");
    assert_eq!((copy.totals.paid, copy.totals.due), (valid("240"), Money::ZERO));
    assert_eq!(copy.lines[0].unit_price, valid("0.04"));
    assert_eq!(fixture.state_of("INV-2026-0001", "2030-01-01"), "paid");
    let entry = fixture.entries().pop().unwrap();
    assert_eq!(entry.posting.description.as_str(), "top-up, invoice INV-2026-0001, 200.00 EUR net");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn the_tax_of_a_payment_in_advance_is_that_of_its_day() {
    let mut fixture = Fixture::with_buyer();
    fixture.at("2027-01-03T12:00:00Z");
    let mut invoicing = invoicing();
    let rate = ssgctl::model::invoice::DatedRate { from: valid("2027-01-01"), rate: valid("22") };
    invoicing.rules.tax.standard.push(rate);
    fixture.pro_forma("5000", "100");
    let december = PaymentRequest { on: Some(valid("2026-12-31")), ..payment_of("120", paying(&["1"])) };
    let receipt = fixture.write(|tx| payment::record(tx, &invoicing, "ACME", &december)).unwrap();
    assert_eq!(receipt.entry.unallocated(), Money::ZERO);
    let copy = fixture.copy_of_invoice("INV-2027-0001");
    assert_eq!((copy.tax_point, copy.totals.tax), (Some(valid("2026-12-31")), valid("20")));
}

#[test]
fn a_reversed_payment_opens_what_it_settled_again() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["100"]);
    let payment = fixture.pay("120", paying(&["INV-2026-0001"])).unwrap().entry.id;
    let receipt = fixture.write(|tx| payment::reverse(tx, &invoicing(), &reversal_of(payment))).unwrap();
    assert_eq!(receipt.invoices[0].name(), "INV-2026-0001");
    assert_eq!(fixture.state_of("INV-2026-0001", TODAY), "unpaid");
    assert_eq!(fixture.read(|now| now.owed(now.customer("ACME")?.id, valid("EUR"))), valid("120"));
    let again = fixture.write(|tx| payment::reverse(tx, &invoicing(), &reversal_of(payment)));
    assert_refused!(again, Error::AlreadyReversed { .. });
    assert_refused!(
        fixture.write(|tx| payment::allocate(tx, &invoicing(), &payment.to_string(), &PaymentTarget::Oldest, None)),
        Error::Refused(_)
    );
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn what_is_left_of_a_payment_is_refunded_once() {
    let mut fixture = Fixture::with_buyer();
    let payment = fixture.pay("50", paying(&[])).unwrap().entry.id.to_string();
    let too_much = fixture.write(|tx| payment::refund(tx, &invoicing(), &payment, &refund(Some("50.01"))));
    assert_refused!(too_much, Error::Refused(why) if why == "50.00 EUR is left of receivable 1");
    fixture.write(|tx| payment::refund(tx, &invoicing(), &payment, &refund(Some("20")))).unwrap();
    fixture.write(|tx| payment::refund(tx, &invoicing(), &payment, &refund(None))).unwrap();
    let nothing = fixture.write(|tx| payment::refund(tx, &invoicing(), &payment, &refund(None)));
    assert_refused!(nothing, Error::Refused(_));
    let reversed = fixture.write(|tx| payment::reverse(tx, &invoicing(), &reversal_of(1)));
    assert_refused!(reversed, Error::Refused(why) if why.contains("was refunded"));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

/// A key books once, whatever it books: the same request is answered as the first time, any other is a conflict.
#[test]
fn refunds_and_reversals_are_booked_once_per_key() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["100"]);
    fixture.invoice(&["100"]);
    fixture.pay("150", paying(&["INV-2026-0001"])).unwrap();
    let keyed = RefundRequest { key: Some(valid("r-1")), ..refund(Some("20")) };
    let mut refunded =
        |request: &RefundRequest, credit: &str| fixture.write(|tx| payment::refund(tx, &invoicing(), credit, request));
    assert_eq!(refunded(&keyed, "3").unwrap().entry.id, 4);
    let again = refunded(&keyed, "3").unwrap();
    assert_eq!((again.entry.id, again.replayed), (4, true));
    let other = RefundRequest { description: valid("other"), ..keyed.clone() };
    assert_refused!(refunded(&other, "3"), Error::KeyConflict { what: "refund", field: "description", .. });
    let other = RefundRequest { on: Some(valid("2026-11-01")), ..keyed.clone() };
    assert_refused!(refunded(&other, "3"), Error::KeyConflict { field: "on", .. });
    fixture.pay("120", paying(&["INV-2026-0002"])).unwrap();
    let keyed = PaymentReversal { key: Some(valid("b-1")), ..reversal_of(5) };
    let first = fixture.write(|tx| payment::reverse(tx, &invoicing(), &keyed)).unwrap();
    let again = fixture.write(|tx| payment::reverse(tx, &invoicing(), &keyed)).unwrap();
    assert!(again.replayed && again.entry == first.entry);
    let names = |receipt: &payment::PaymentReceipt| receipt.invoices.iter().map(Invoice::name).collect::<Vec<_>>();
    assert_eq!((names(&again), names(&first)), (vec!["INV-2026-0002".to_owned()], vec!["INV-2026-0002".to_owned()]));
    let other = PaymentReversal { description: valid("other"), ..keyed };
    let conflict = fixture.write(|tx| payment::reverse(tx, &invoicing(), &other));
    assert_refused!(conflict, Error::KeyConflict { what: "reversal", field: "description", .. });
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_payment_is_positive_not_of_tomorrow_and_has_the_decimals_of_its_currency() {
    let mut fixture = Fixture::with_buyer();
    for amount in ["0", "-1", "0.001"] {
        assert_refused!(fixture.pay(amount, paying(&[])), Error::Invalid { field: "amount", .. });
    }
    let tomorrow = PaymentRequest { on: Some(valid("2026-11-25")), ..payment_of("1", paying(&[])) };
    let booked = fixture.write(|tx| payment::record(tx, &invoicing(), "ACME", &tomorrow));
    assert_refused!(booked, Error::Invalid { field: "on", .. });
}

#[test]
fn receivables_are_reported_by_age_as_they_were_on_a_day() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["100"]);
    fixture.at("2026-12-20T12:00:00Z");
    fixture.invoice(&["10"]);
    fixture.pay("30", paying(&["INV-2026-0001"])).unwrap();
    fixture.pay("5", paying(&[])).unwrap();
    let mut ages = |as_of: &str| -> Vec<(Age, Money)> {
        let zone = ssgctl::model::Zone::UTC;
        let question =
            ReceivablesQuestion { customer_id: None, as_of: valid(as_of), zone, buckets: vec![0, 30, 60, 90] };
        let amounts = fixture.read(|now| report::receivables_by_age(now, &question));
        amounts.into_iter().map(|amount| (amount.age, amount.open)).collect()
    };
    assert_eq!(ages("2026-11-30"), [(Age::NotDue, valid("120"))]);
    assert_eq!(ages("2026-12-19"), [(Age::Overdue(1, Some(30)), valid("120"))]);
    let today = [(Age::NotDue, valid("12")), (Age::Overdue(1, Some(30)), valid("90")), (Age::Unallocated, valid("-5"))];
    assert_eq!(ages("2026-12-20"), today);
}

/// What a random business does next.
#[derive(Debug, Clone)]
enum Act {
    Invoice(u32),
    ProForma(u32),
    Pay(u32, bool),
    Allocate(usize),
    Credit(usize, bool),
    WriteOff(usize),
    ReverseWriteOff(usize),
    Reverse(usize),
    Refund(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        3 => (1_u32..50_000).prop_map(Act::Invoice),
        1 => (1_u32..50_000).prop_map(Act::ProForma),
        4 => ((1_u32..80_000), any::<bool>()).prop_map(|(cents, oldest)| Act::Pay(cents, oldest)),
        2 => (0_usize..40).prop_map(Act::Allocate),
        2 => ((0_usize..40), any::<bool>()).prop_map(|(of, whole)| Act::Credit(of, whole)),
        1 => (0_usize..40).prop_map(Act::WriteOff),
        1 => (0_usize..40).prop_map(Act::ReverseWriteOff),
        1 => (0_usize..40).prop_map(Act::Reverse),
        1 => (0_usize..40).prop_map(Act::Refund),
    ];
    prop::collection::vec(act, 1..25)
}

fn cents(amount: u32) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
}

/// Does an act if the rules allow it. What they refuse changes nothing.
fn act(fixture: &mut Fixture, act: &Act) {
    let entry = |of: usize, fixture: &mut Fixture| {
        let count = receivables(fixture).len().max(1);
        (of % count + 1).to_string()
    };
    let _ = match act {
        Act::Invoice(amount) => {
            let third = cents(amount / 3 + 1);
            fixture.invoice(&[&cents(*amount), &third, "0.04"]);
            Ok(())
        }
        Act::ProForma(amount) => {
            let draft = fixture.pro_forma("100", &cents(*amount)).id.to_string();
            fixture.pay(&cents(amount * 6 / 5), paying(&[&draft])).map(drop)
        }
        Act::Pay(amount, oldest) => {
            let target = if *oldest { PaymentTarget::Oldest } else { paying(&[]) };
            fixture.pay(&cents(*amount), target).map(drop)
        }
        Act::Allocate(of) => {
            let entry = entry(*of, fixture);
            fixture.write(|tx| payment::allocate(tx, &invoicing(), &entry, &PaymentTarget::Oldest, None)).map(drop)
        }
        Act::Credit(of, whole) => {
            let lines: &[(u32, Option<&str>)] = if *whole { &[] } else { &[(1, Some("0.01")), (3, Some("0.03"))] };
            fixture.credit_invoice(&format!("INV-2026-{:04}", of % 12 + 1), lines).map(drop)
        }
        Act::WriteOff(of) => {
            let name = format!("INV-2026-{:04}", of % 12 + 1);
            let request = writing_off("lost", None);
            fixture.write(|tx| ssgctl::ops::invoice::write_off(tx, &invoicing(), &name, &request)).map(drop)
        }
        Act::ReverseWriteOff(of) => {
            let (name, request) = (format!("INV-2026-{:04}", of % 12 + 1), writing_off("pays", None));
            fixture.write(|tx| ssgctl::ops::invoice::reverse_write_off(tx, &invoicing(), &name, &request)).map(drop)
        }
        Act::Reverse(of) => {
            let entry = entry(*of, fixture).parse().unwrap();
            fixture.write(|tx| payment::reverse(tx, &invoicing(), &reversal_of(entry))).map(drop)
        }
        Act::Refund(of) => {
            let entry = entry(*of, fixture);
            fixture.write(|tx| payment::refund(tx, &invoicing(), &entry, &refund(None))).map(drop)
        }
    };
}

proptest! {
    #![proptest_config(cases(24))]

    /// Whatever a business does: nothing is allocated twice, what is owed is what is open less what is not allocated, and what is
    /// invoiced less what is credited is what was paid, written off and is open. All sums are made here from the rows.
    #[test]
    fn receivables_add_up(acts in acts()) {
        let mut fixture = Fixture::with_buyer();
        for next in &acts {
            act(&mut fixture, next);
        }
        prop_assert_eq!(fixture.findings(), Vec::<String>::new());
        let entries = receivables(&mut fixture);
        let mut allocated: BTreeMap<i64, i64> = BTreeMap::new();
        fixture.read(|now| now.allocations(|allocation| {
            *allocated.entry(allocation.credit).or_default() += allocation.amount.e8();
            *allocated.entry(allocation.debit).or_default() += allocation.amount.e8();
            Ok(())
        }));
        let (mut owed, mut open) = (0, 0);
        for entry in &entries {
            let amount = entry.booking.amount.e8();
            let used = allocated.get(&entry.id).copied().unwrap_or_default();
            prop_assert!((0..=amount.abs()).contains(&used), "{:?}", entry);
            prop_assert_eq!(entry.allocated.e8(), used);
            owed += amount;
            open += amount - amount.signum() * used;
        }
        prop_assert_eq!(owed, open);
        let last = fixture.read(|now| now.owed(now.customer("ACME")?.id, valid("EUR")));
        prop_assert_eq!(last.e8(), owed);
    }
}
