//! Invoices: drafts, numbers without holes, copies that never change, credit notes.

use std::thread;

use ssgctl::Error;
use ssgctl::model::Unit;
use ssgctl::model::invoice::{InvoiceDetails, TaxCategory, TaxUndecided};
use ssgctl::ops::balance;
use ssgctl::ops::customer;
use ssgctl::ops::invoice::{self, IssueRequest, NewDraft};

use crate::support::billing::{credit_request, invoicing, line, paying, writing_off};
use crate::support::fixture::{Fixture, NOON, assert_refused, reversal, valid};

const TODAY: &str = "2026-11-24";

#[test]
fn a_draft_takes_no_number_and_a_cancelled_one_is_never_issued() {
    let mut fixture = Fixture::with_buyer();
    let (first, cancelled, third) = (fixture.draft(&["10"]), fixture.draft(&["20"]), fixture.draft(&["30"]));
    fixture.write(|tx| invoice::cancel(tx, &cancelled.id.to_string())).unwrap();
    assert_eq!(fixture.state_of(&cancelled.id.to_string(), TODAY), "cancelled");
    assert_refused!(fixture.issue(cancelled.id), Error::Refused(why) if why == "draft 2 is cancelled");
    assert_eq!(fixture.issue(third.id).unwrap().name(), "INV-2026-0001");
    assert_eq!(fixture.issue(first.id).unwrap().name(), "INV-2026-0002");
    assert_refused!(fixture.issue(first.id), Error::Refused(why) if why.contains("INV-2026-0002 was issued"));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_held_draft_is_issued_after_its_release() {
    let mut fixture = Fixture::with_buyer();
    let draft = fixture.draft(&["10"]);
    let name = draft.id.to_string();
    fixture.write(|tx| invoice::hold(tx, &name)).unwrap();
    assert_eq!(fixture.state_of(&name, TODAY), "hold");
    assert_refused!(fixture.issue(draft.id), Error::Refused(why) if why == "draft 1 is on hold");
    fixture.write(|tx| invoice::release(tx, &name)).unwrap();
    assert!(fixture.issue(draft.id).is_ok());
}

#[test]
fn a_refused_issue_takes_no_number() {
    let mut fixture = Fixture::with_buyer();
    let empty = fixture.draft(&[]);
    assert_refused!(fixture.issue(empty.id), Error::Refused(why) if why == "draft 1 has no lines");
    let negative = fixture.draft(&["10", "-11"]);
    assert_refused!(fixture.issue(negative.id), Error::Refused(why) if why.contains("has a total of -1.20"));
    assert_eq!(fixture.invoice(&["1"]).name(), "INV-2026-0001");
}

#[test]
fn sixteen_at_once_leave_no_hole_and_no_number_twice() {
    let mut fixture = Fixture::with_buyer();
    let drafts: Vec<i64> = (0..48).map(|_| fixture.draft(&["10"]).id).collect();
    thread::scope(|scope| {
        for part in drafts.chunks(3) {
            let (mut store, origin) = (fixture.another_store(NOON), fixture.origin.clone());
            scope.spawn(move || {
                for draft in part {
                    let mut tx = store.write(&origin).unwrap();
                    let issued = invoice::issue(&mut tx, &invoicing(), &draft.to_string(), &IssueRequest::default());
                    // Every third one is dropped and tried again: what it took is free again.
                    if draft % 3 == 0 {
                        drop(tx);
                        let mut tx = store.write(&origin).unwrap();
                        invoice::issue(&mut tx, &invoicing(), &draft.to_string(), &IssueRequest::default()).unwrap();
                        tx.commit().unwrap();
                    } else {
                        issued.unwrap();
                        tx.commit().unwrap();
                    }
                }
            });
        }
    });
    let mut counters: Vec<i64> =
        drafts.iter().map(|draft| fixture.invoice_now(&draft.to_string()).issued.expect("issued").counter).collect();
    counters.sort_unstable();
    assert_eq!(counters, (1..=48).collect::<Vec<i64>>());
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_year_has_a_series_of_its_own() {
    let mut fixture = Fixture::with_buyer();
    assert_eq!(fixture.invoice(&["1"]).name(), "INV-2026-0001");
    fixture.at("2026-12-31T23:59:59Z");
    assert_eq!(fixture.invoice(&["1"]).name(), "INV-2026-0002");
    fixture.at("2027-01-01T00:00:00Z");
    assert_eq!(fixture.invoice(&["1"]).name(), "INV-2027-0001");
}

#[test]
fn a_number_of_another_system_begins_a_series_and_nothing_else() {
    let mut fixture = Fixture::with_buyer();
    let number = |number: &str| IssueRequest { number: Some(number.to_owned()), ..IssueRequest::default() };
    let (first, second) = (fixture.draft(&["1"]).id.to_string(), fixture.draft(&["1"]).id.to_string());
    let mut issue = |name: &str, request| fixture.write(|tx| invoice::issue(tx, &invoicing(), name, &request));
    assert_refused!(issue(&first, number("2026/118")), Error::Invalid { field: "number", .. });
    assert_eq!(issue(&first, number("INV-2026-0118")).unwrap().name(), "INV-2026-0118");
    assert_refused!(issue(&second, number("INV-2026-0120")), Error::Invalid { field: "number", .. });
    assert_eq!(issue(&second, number("INV-2026-0119")).unwrap().name(), "INV-2026-0119");
    assert_eq!(fixture.invoice(&["1"]).name(), "INV-2026-0120");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn an_issued_invoice_says_what_it_said_whatever_becomes_of_the_record_and_the_settings() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["10.005", "2.50"]);
    let before = fixture.copy_of_invoice("INV-2026-0001");
    assert_eq!((before.buyer.name.as_str(), before.totals.gross), ("ACME", valid("15.01")));
    let rename = |details: &mut ssgctl::model::CustomerDetails| {
        details.organisation = valid("Renamed");
        details.country = Some(valid("DE"));
        Ok(())
    };
    fixture.write(|tx| customer::edit(tx, "ACME", rename)).unwrap();
    assert_eq!(fixture.copy_of_invoice("INV-2026-0001"), before);
    // The credit note copies the invoice, and not today's record.
    let note = fixture.credit_invoice("INV-2026-0001", &[]).unwrap();
    let copy = fixture.copy_of_invoice(&note.name());
    assert_eq!((copy.buyer, copy.taxes, copy.totals.gross), (before.buyer, before.taxes, before.totals.gross));
    assert_eq!(copy.credits.map(|credits| credits.number).as_deref(), Some("INV-2026-0001"));
    assert_eq!(fixture.state_of("INV-2026-0001", TODAY), "credited");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn tax_that_is_not_decided_refuses_the_issue_until_a_category_is_chosen() {
    let mut fixture = Fixture::with_buyer();
    let abroad = |details: &mut ssgctl::model::CustomerDetails| {
        details.country = Some(valid("US"));
        Ok(())
    };
    fixture.write(|tx| customer::edit(tx, "ACME", abroad)).unwrap();
    let draft = fixture.draft(&["10"]);
    assert_refused!(fixture.issue(draft.id), Error::TaxUndecided { reason: TaxUndecided::NoVatNumber, .. });
    let request = IssueRequest { tax_category: Some(TaxCategory::OutsideScope), ..IssueRequest::default() };
    let issued = fixture.write(|tx| invoice::issue(tx, &invoicing(), "1", &request)).unwrap();
    assert_eq!(issued.details.tax_category, Some(TaxCategory::OutsideScope));
    let decision = fixture.read(|now| Ok(now.issued_documents(1)?.tax_decision));
    assert!(decision.contains(r#""reason":"chosen""#) && decision.contains(r#""buyer_country":"US""#), "{decision}");
}

#[test]
fn the_time_zone_of_dates_cannot_change_after_the_first_invoice() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["1"]);
    let draft = fixture.draft(&["1"]);
    let mut moved = invoicing();
    moved.rules.zone = valid("Europe/London");
    let issued = fixture.write(|tx| invoice::issue(tx, &moved, &draft.id.to_string(), &IssueRequest::default()));
    assert_refused!(issued, Error::Refused(why) if why.contains("have dates of UTC"));
}

#[test]
fn amounts_have_the_decimals_of_their_currency() {
    let mut fixture = Fixture::with_buyer();
    for (currency, price, gross) in [("JPY", "100.5", "121"), ("KWD", "1.0005", "1.201"), ("EUR", "0.125", "0.16")] {
        let lines = vec![line("service", price)];
        let draft = NewDraft { currency: valid(currency), details: InvoiceDetails::default(), lines };
        let draft = fixture.write(|tx| invoice::new(tx, "ACME", draft)).unwrap();
        let issued = fixture.issue(draft.id).unwrap();
        assert_eq!(issued.issued.unwrap().gross, valid(gross), "{currency}");
    }
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn credit_notes_of_parts_add_up_to_the_invoice_and_never_to_more() {
    let mut fixture = Fixture::with_buyer();
    // The tax of the three lines is 0.02, and that of each alone 0.01.
    let issued = fixture.invoice(&["0.04", "0.04", "0.04"]).issued.unwrap();
    assert_eq!(issued.gross, valid("0.14"));
    assert_refused!(fixture.credit_invoice("INV-2026-0001", &[(4, None)]), Error::Refused(_));
    assert_refused!(fixture.credit_invoice("INV-2026-0001", &[(1, Some("0.05"))]), Error::Refused(_));
    assert_refused!(fixture.credit_invoice("INV-2026-0001", &[(1, Some("-0.01"))]), Error::Refused(_));
    fixture.credit_invoice("INV-2026-0001", &[(1, None)]).unwrap();
    fixture.credit_invoice("INV-2026-0001", &[(2, Some("0.03"))]).unwrap();
    assert_refused!(fixture.credit_invoice("INV-2026-0001", &[(1, None)]), Error::Refused(_));
    fixture.credit_invoice("INV-2026-0001", &[]).unwrap();
    let invoice = fixture.invoice_now("INV-2026-0001").issued.unwrap();
    assert_eq!((invoice.credited, invoice.open()), (valid("0.14"), valid("0")));
    assert_refused!(
        fixture.credit_invoice("INV-2026-0001", &[]),
        Error::Refused(why) if why == "invoice INV-2026-0001 is credited in full"
    );
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_top_up_that_is_credited_leaves_the_balance_and_is_reversed_by_nothing_else() {
    let mut fixture = Fixture::with_buyer();
    let draft = fixture.pro_forma("5000", "200");
    assert_refused!(fixture.issue(draft.id), Error::Refused(why) if why.contains("is a pro-forma"));
    let request = IssueRequest { credit_balance: true, ..IssueRequest::default() };
    let issued = fixture.write(|tx| invoice::issue(tx, &invoicing(), "1", &request)).unwrap();
    assert_eq!(fixture.credits("ACME"), valid("5000"));
    let entry = issued.issued.unwrap().entry.unwrap();
    assert_refused!(
        fixture.write(|tx| balance::reverse(tx, &reversal(entry))),
        Error::Refused(why) if why.contains("was posted by INV-2026-0001")
    );
    // Used credits cannot be taken back, unless the operator insists.
    let used = crate::support::fixture::adjustment("-1");
    fixture.adjust("ACME", &used).unwrap();
    assert_refused!(fixture.credit_invoice("INV-2026-0001", &[]), Error::InsufficientBalance { .. });
    let insist = invoice::CreditRequest { allow_negative: true, ..credit_request(&[]) };
    fixture.write(|tx| invoice::credit(tx, &invoicing(), "INV-2026-0001", &insist)).unwrap();
    assert_eq!(fixture.balance("ACME", Unit::Sms).unwrap().balance, valid("-1"));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn the_lines_of_a_draft_change_and_those_of_an_invoice_do_not() {
    let mut fixture = Fixture::with_buyer();
    let draft = fixture.draft(&["10"]);
    let name = draft.id.to_string();
    let added = fixture.write(|tx| invoice::add_line(tx, &name, line("more", "5"))).unwrap();
    assert_eq!(added.net, valid("15"));
    let removed = fixture.write(|tx| invoice::remove_line(tx, &name, 1)).unwrap();
    assert_eq!(removed.net, valid("5"));
    assert_refused!(fixture.write(|tx| invoice::remove_line(tx, &name, 2)), Error::Refused(_));
    fixture.issue(draft.id).unwrap();
    assert_refused!(fixture.write(|tx| invoice::add_line(tx, &name, line("more", "5"))), Error::Refused(_));
    let zero = invoice::NewLine { quantity: valid("0"), ..line("none", "1") };
    let other = fixture.draft(&["1"]).id.to_string();
    assert_refused!(fixture.write(|tx| invoice::add_line(tx, &other, zero)), Error::Invalid { field: "quantity", .. });
}

#[test]
fn what_is_written_off_is_no_longer_open() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["100"]);
    fixture.pay("20", paying(&["INV-2026-0001"])).unwrap();
    let write_off = |tx: &mut ssgctl::store::Tx<'_>| {
        invoice::write_off(tx, &invoicing(), "INV-2026-0001", &writing_off("insolvent", None))
    };
    let issued = fixture.write(write_off).unwrap().issued.unwrap();
    assert_eq!((issued.written_off, issued.open()), (valid("100"), valid("0")));
    assert_eq!(fixture.state_of("INV-2026-0001", "2027-01-01"), "written_off");
    assert_refused!(fixture.write(write_off), Error::Refused(_));
    assert_refused!(fixture.pay("1", paying(&["INV-2026-0009"])), Error::NotFound { .. });
    let late = fixture.pay("1", paying(&["INV-2026-0001"])).unwrap();
    assert_eq!(late.entry.unallocated(), valid("1"), "a payment after the write-off stays unallocated");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn what_was_written_off_is_open_again_when_that_is_reversed() {
    let mut fixture = Fixture::with_buyer();
    fixture.invoice(&["100"]);
    let number = "INV-2026-0001";
    let (off, back) = (writing_off("insolvent", Some("off")), writing_off("pays", Some("back")));
    let reverse = |tx: &mut ssgctl::store::Tx<'_>| invoice::reverse_write_off(tx, &invoicing(), number, &back);
    assert_refused!(fixture.write(reverse), Error::Refused(why) if why.contains("nothing is written off"));
    for _ in 0..2 {
        fixture.write(|tx| invoice::write_off(tx, &invoicing(), number, &off)).expect("written off");
    }
    for _ in 0..2 {
        let issued = fixture.write(reverse).expect("reversed").issued.unwrap();
        assert_eq!((issued.written_off, issued.open()), (valid("0"), valid("120")));
    }
    let last = fixture.read(|now| Ok(now.last_receivable()?.map(|last| last.id)));
    assert_eq!(last, Some(3), "each was booked once");
    let other = writing_off("other", Some("off"));
    let conflict = fixture.write(|tx| invoice::write_off(tx, &invoicing(), number, &other));
    assert_refused!(conflict, Error::KeyConflict { field: "description", .. });
    let conflict = fixture.write(|tx| invoice::reverse_write_off(tx, &invoicing(), number, &off));
    assert_refused!(conflict, Error::KeyConflict { field: "invoice", .. });
    let event = fixture.last_event().change;
    assert_eq!((event.action.as_str(), event.subject.as_str()), ("reverse_write_off", number));
    fixture.pay("120", paying(&[number])).unwrap();
    assert_eq!(fixture.state_of(number, "2027-01-01"), "paid");
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn a_credit_note_takes_the_place_of_what_was_written_off_and_credits_only_what_was_paid() {
    for (lines, left, written_off, state) in [
        (&[][..], "50", "0", "credited"),
        (&[(1, Some("20"))], "0", "46", "written_off"),
        (&[(1, Some("60"))], "2", "0", "paid"),
    ] {
        let mut fixture = Fixture::with_buyer();
        fixture.invoice(&["100"]);
        let number = "INV-2026-0001";
        fixture.pay("50", paying(&[number])).unwrap();
        let off = writing_off("insolvent", None);
        fixture.write(|tx| invoice::write_off(tx, &invoicing(), number, &off)).unwrap();
        let note = fixture.credit_invoice(number, lines).unwrap().issued.unwrap();
        assert_eq!(fixture.read(|now| now.receivable(note.receivable)).unallocated(), valid(left), "{lines:?}");
        let issued = fixture.invoice_now(number).issued.unwrap();
        assert_eq!((issued.written_off, issued.open()), (valid(written_off), valid("0")), "{lines:?}");
        assert_eq!(fixture.state_of(number, "2027-01-01"), state, "{lines:?}");
        assert_eq!(fixture.findings(), Vec::<String>::new());
    }
}

#[test]
fn a_top_up_has_no_more_decimals_than_its_currency_and_costs_something() {
    let line = |amount: &str, net: &str| {
        let top_up = ssgctl::model::invoice::TopUp { unit: valid("EUR"), amount: valid(amount) };
        invoice::top_up_line(top_up, valid(net), valid("EUR")).map(drop)
    };
    assert!(line("5.01", "5.01").is_ok());
    for (amount, net) in [("5.001", "5.00"), ("5.00", "5.009"), ("0.004", "0.00"), ("5", "0"), ("5", "-5")] {
        assert!(matches!(line(amount, net), Err(Error::Invalid { .. })), "{amount} for {net}");
    }
}
