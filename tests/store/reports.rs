//! Reports: what they sum up adds up, and each entry is in exactly one period of those that follow each other.

use jiff::ToSpan;
use jiff::civil::date;
use jiff::tz::TimeZone;
use ssgctl::model::{EntryKind, Money, Posting, Time, Unit};
use ssgctl::ops::balance::{self, Adjustment};
use ssgctl::ops::customer;
use ssgctl::report::{self, Period, ShareKind, Statement};
use ssgctl::store::{ArchiveFilter, BalanceFilter, BalanceSort};

use crate::support::fixture::{Fixture, NOON, adjustment, adjustment_in, by, reversal, transfer, valid};

/// Posts an adjustment at a given time.
fn post(fixture: &mut Fixture, time: &str, customer: &str, unit: &str, amount: &str) {
    let change = Adjustment { allow_negative: true, ..adjustment_in(unit, amount) };
    fixture.at(time).adjust(customer, &change).expect("posted");
}

fn statement(fixture: &mut Fixture, from: Time, until: Time) -> Statement {
    fixture.read(|now| report::statement(now, now.customer("ACME")?, Unit::Sms, Period { from, until }))
}

/// What a customer had just before a time, by unit.
fn had(fixture: &mut Fixture, before: &str) -> Vec<(String, Money, Option<i64>)> {
    let balances = fixture.read(|now| report::balances_at(now, &now.customer("ACME")?, valid(before)));
    balances.into_iter().map(|at| (at.unit.to_string(), at.balance, at.entry)).collect()
}

#[test]
fn a_balance_at_a_time_counts_what_was_before_it_and_not_what_was_at_it() {
    let mut fixture = Fixture::with_acme();
    post(&mut fixture, "2026-10-31T23:59:59.999Z", "ACME", "SMS", "10");
    post(&mut fixture, "2026-11-01T00:00:00Z", "ACME", "SMS", "5");
    post(&mut fixture, "2026-11-01T00:00:00Z", "ACME", "SMS", "-7");
    for (before, balance, entry) in [
        ("2026-10-31T23:59:59.999Z", "0", None),
        ("2026-11-01T00:00:00Z", "10", Some(1)),
        ("2026-11-01T00:00:00.001Z", "8", Some(3)),
        ("2100-01-01T00:00:00Z", "8", Some(3)),
        ("1970-01-01T00:00:00Z", "0", None),
    ] {
        assert_eq!(had(&mut fixture, before), [("SMS".to_owned(), valid(balance), entry)], "{before}");
    }
}

#[test]
fn a_balance_at_a_time_has_every_unit_of_today_and_no_other_customers_entries() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    post(&mut fixture, "2026-11-01T10:00:00Z", "ACME", "SMS", "10");
    post(&mut fixture, "2026-11-01T11:00:00Z", "GLOBEX", "SMS", "99");
    post(&mut fixture, "2026-11-02T10:00:00Z", "ACME", "EUR", "2.5");
    let sms = |balance| ("SMS".to_owned(), valid(balance), Some(1));
    assert_eq!(had(&mut fixture, "2026-11-02T00:00:00Z"), [("EUR".to_owned(), Money::ZERO, None), sms("10")]);
    assert_eq!(had(&mut fixture, "2026-11-03T00:00:00Z"), [("EUR".to_owned(), valid("2.5"), Some(3)), sms("10")]);
}

#[test]
fn a_statement_leads_from_the_opening_balance_by_its_entries_to_the_closing_one() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    for (time, customer, unit, amount) in [
        ("2026-10-31T23:59:59.999Z", "ACME", "SMS", "100"),
        ("2026-11-01T00:00:00Z", "ACME", "SMS", "50"),
        ("2026-11-05T12:00:00Z", "ACME", "EUR", "7"),
        ("2026-11-05T13:00:00Z", "GLOBEX", "SMS", "1000"),
        ("2026-11-30T23:59:59.999Z", "ACME", "SMS", "-30"),
    ] {
        post(&mut fixture, time, customer, unit, amount);
    }
    post(&mut fixture, "2026-12-01T00:00:00Z", "ACME", "SMS", "9");
    let november = statement(&mut fixture, valid("2026-11-01T00:00:00Z"), valid("2026-12-01T00:00:00Z"));
    assert_eq!((november.opening, november.closing), (valid("100"), valid("120")));
    let entries: Vec<i64> = november.entries.iter().map(|entry| entry.id).collect();
    assert_eq!(entries, [2, 5]);
    assert_eq!(november.totals, [(EntryKind::Adjustment, 2, valid("20"))]);
}

#[test]
fn the_totals_of_a_statement_are_by_kind_and_add_up() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    fixture.credit("ACME", "100");
    fixture.credit("ACME", "-10");
    let unit = Some(Unit::Sms);
    fixture.write(|tx| balance::transfer(tx, "ACME", "GLOBEX", &balance::Transfer { unit, ..transfer("30") })).unwrap();
    fixture.write(|tx| balance::reverse(tx, &reversal(2))).unwrap();
    let whole = statement(&mut fixture, valid("2026-11-24T00:00:00Z"), valid("2026-11-25T00:00:00Z"));
    let expected = [
        (EntryKind::Adjustment, 2, valid("90")),
        (EntryKind::Transfer, 1, valid("-30")),
        (EntryKind::Reversal, 1, valid("10")),
    ];
    assert_eq!(whole.totals, expected);
    let sum: i64 = whole.totals.iter().map(|(_, _, amount)| amount.e8()).sum();
    assert_eq!(whole.closing.e8(), whole.opening.e8() + sum);
    assert_eq!(Some(whole.closing), fixture.balance("ACME", Unit::Sms).map(|balance| balance.balance));
}

#[test]
fn a_period_of_nothing_has_the_balance_it_begins_with() {
    let mut fixture = Fixture::with_acme();
    post(&mut fixture, "2026-11-24T12:00:00Z", "ACME", "SMS", "10");
    for (time, balance) in [("2026-11-24T12:00:00Z", "0"), ("2026-11-24T12:00:00.001Z", "10")] {
        let empty = statement(&mut fixture, valid(time), valid(time));
        assert_eq!((empty.opening, empty.closing, empty.entries.len()), (valid(balance), valid(balance), 0));
    }
}

#[test]
fn days_add_up_to_their_month_in_every_zone_be_they_of_23_or_25_hours() {
    let mut fixture = Fixture::with_acme();
    let begin: Time = valid("2026-10-24T12:00:00Z");
    // Every 35 minutes over the ends of summer time, so that entries fall on midnights and around them in every zone; no two
    // of one amount.
    for step in 0..366_i64 {
        let time = begin.timestamp().checked_add((step * 35).minutes()).expect("in range");
        let amount = (step + 1).to_string();
        post(&mut fixture, &Time::from_timestamp(time).to_string(), "ACME", "SMS", &amount);
    }
    for (name, day_of_change) in [
        ("UTC", None),
        ("Europe/London", Some(25)),
        ("America/New_York", Some(25)),
        ("Asia/Kathmandu", None),
        ("Pacific/Kiritimati", None),
        ("America/Santiago", None),
    ] {
        let zone = TimeZone::get(name).expect(name);
        let midnight = |day: jiff::civil::Date| {
            Time::from_timestamp(day.to_zoned_datetime(zone.clone()).expect("a midnight").timestamp())
        };
        let mut day = date(2026, 10, 24);
        let end = date(2026, 11, 3);
        let whole = statement(&mut fixture, midnight(day), midnight(end));
        assert_eq!(whole.entries.len(), 366, "{name}");
        let (mut closing, mut entries, mut lengths) = (whole.opening, Vec::new(), Vec::new());
        while day < end {
            let next = day.tomorrow().expect("in range");
            let today = statement(&mut fixture, midnight(day), midnight(next));
            assert_eq!(today.opening, closing, "{name} {day}");
            lengths.push((midnight(next).timestamp() - midnight(day).timestamp()).as_hours());
            (closing, day) = (today.closing, next);
            entries.extend(today.entries);
        }
        assert_eq!(closing, whole.closing, "{name}");
        assert_eq!(entries, whole.entries, "{name}: every entry on exactly one day");
        let odd: Vec<i64> = lengths.into_iter().filter(|hours| *hours != 24).collect();
        assert_eq!(odd, Vec::from_iter(day_of_change), "{name}");
    }
}

#[test]
fn an_explanation_adds_up_to_each_balance() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    fixture.credit("ACME", "100");
    fixture.credit("ACME", "-10");
    fixture.write(|tx| balance::transfer(tx, "ACME", "GLOBEX", &transfer("30"))).unwrap();
    fixture.write(|tx| balance::reverse(tx, &reversal(2))).unwrap();
    fixture.at("2026-11-25T08:00:00Z").adjust("ACME", &adjustment("1")).unwrap();
    fixture.adjust("ACME", &adjustment_in("EUR", "2.5")).unwrap();
    let shares = fixture.read(|now| report::explain_balance(now, &now.customer("ACME")?, None, false));
    for (unit, balance) in [("SMS", "71"), ("EUR", "2.5")] {
        let own = shares.iter().filter(|share| share.unit == valid(unit));
        let sum: i64 = own.map(|share| share.added.unwrap().e8() + share.taken.unwrap().e8()).sum();
        assert_eq!(Money::from_e8(sum), valid(balance), "{unit}");
        assert_eq!(fixture.balance("ACME", valid(unit)).unwrap().balance, valid(balance));
    }
    let adjusted = shares
        .iter()
        .find(|s| s.unit == Unit::Sms && s.kind == ShareKind::Entries(EntryKind::Adjustment))
        .expect("a share");
    assert_eq!((adjusted.entries, adjusted.added, adjusted.taken), (3, Some(valid("101")), Some(valid("-10"))));
    assert_eq!((adjusted.first_at, adjusted.last_at), (valid("2026-11-24T12:00:00Z"), valid("2026-11-25T08:00:00Z")));
    let only = fixture.read(|now| report::explain_balance(now, &now.customer("ACME")?, Some(valid("EUR")), false));
    assert_eq!(only.len(), 1);
    let mut since = |time| {
        let shares = fixture.read(|now| report::explain_balance_since(now, &now.customer("ACME")?, None, valid(time)));
        let line = |s: &report::BalanceShare| {
            format!("{} {} {} {}", s.unit, s.kind.as_str(), s.added.unwrap(), s.taken.unwrap())
        };
        shares.iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(since("2026-11-25T00:00:00Z"), ["EUR adjustment 2.5 0", "SMS before 70 0", "SMS adjustment 1 0"]);
    assert_eq!(since("2026-11-26T00:00:00Z"), ["EUR before 2.5 0", "SMS before 71 0"]);
    assert_eq!(since("2026-11-01T00:00:00Z").len(), shares.len(), "there was nothing before");
}

#[test]
fn charges_are_distinguished_by_the_import_that_posted_them() {
    let mut fixture = Fixture::with_acme();
    fixture.credit("ACME", "1000");
    let mut charge = |amount: &str, import: &str| {
        let posting = Posting {
            unit: Unit::Sms,
            kind: EntryKind::Charge,
            amount: valid(amount),
            description: valid("traffic"),
            reference: Some(valid(import)),
            key: None,
            reverses: None,
        };
        fixture.write(|tx| tx.append_entry(&tx.customer("ACME")?, posting)).expect("charged");
    };
    charge("-30", "import 9");
    charge("-5", "import 10");
    charge("-7", "import 9");
    let mut lines = |by_import| {
        let shares = fixture.read(|now| report::explain_balance(now, &now.customer("ACME")?, None, by_import));
        let text = |share: &report::BalanceShare| {
            let import = share.reference.as_ref().map_or("", |reference| reference.as_str());
            format!("{} {import} {} {}", share.kind.as_str(), share.entries, share.taken.unwrap())
        };
        shares.iter().map(text).collect::<Vec<_>>()
    };
    assert_eq!(lines(false), ["adjustment  1 0", "charge  3 -42"]);
    assert_eq!(lines(true), ["adjustment  1 0", "charge import 9 2 -37", "charge import 10 1 -5"]);
}

#[test]
fn a_sum_of_entries_that_is_too_large_is_left_out_and_the_others_are_right() {
    let mut fixture = Fixture::with_acme();
    let most = Money::from_e8(i64::MAX).to_string();
    for amount in [most.as_str(), "-5", "5"] {
        fixture.adjust("ACME", &adjustment_in("EUR", amount)).expect("posted");
    }
    fixture.adjust("ACME", &adjustment_in("SMS", "7")).expect("posted");
    let shares = fixture.read(|now| report::explain_balance(now, &now.customer("ACME")?, None, false));
    let sums: Vec<_> = shares.iter().map(|share| (share.entries, share.added, share.taken)).collect();
    assert_eq!(sums, [(3, None, Some(valid("-5"))), (1, Some(valid("7")), Some(Money::ZERO))]);
}

#[test]
fn totals_part_credit_from_debt_in_each_unit() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    fixture.customer("GONE");
    let time = "2026-11-24T12:00:00Z";
    for (customer, unit, amount) in
        [("ACME", "SMS", "10"), ("GLOBEX", "SMS", "-3"), ("ACME", "EUR", "2.5"), ("GONE", "SMS", "100")]
    {
        post(&mut fixture, time, customer, unit, amount);
    }
    fixture.write(|tx| customer::archive(tx, "GONE")).unwrap();
    let mut totals = |archive_filter| {
        let filter = BalanceFilter {
            customer_id: None,
            archive_filter,
            unit: None,
            at_most: None,
            state: None,
            page: by(BalanceSort::Customer),
        };
        let totals = fixture.read(|now| report::totals_by_unit(now, &filter, valid(time)));
        totals.iter().map(|t| (t.unit.to_string(), t.balances, t.in_credit, t.overdrawn, t.total)).collect::<Vec<_>>()
    };
    let row = |unit: &str, balances, in_credit, overdrawn, total| {
        (unit.to_owned(), balances, Some(valid(in_credit)), Some(valid(overdrawn)), Some(valid(total)))
    };
    let eur = row("EUR", 1, "2.5", "0", "2.5");
    assert_eq!(totals(ArchiveFilter::Active), [eur.clone(), row("SMS", 2, "10", "-3", "7")]);
    assert_eq!(totals(ArchiveFilter::All), [eur, row("SMS", 3, "110", "-3", "107")]);
}

#[test]
fn a_sum_that_64_bits_cannot_hold_is_left_out_and_the_other_lines_are_there() {
    let mut fixture = Fixture::with_acme();
    fixture.customer("GLOBEX");
    let most = Money::from_e8(i64::MAX).to_string();
    for customer in ["ACME", "GLOBEX"] {
        post(&mut fixture, "2026-11-24T12:00:00Z", customer, "EUR", &most);
    }
    post(&mut fixture, "2026-11-24T12:00:00Z", "ACME", "SMS", "7");
    let filter = BalanceFilter { customer_id: None, ..BalanceFilter::of_customer(0) };
    let totals = fixture.read(|now| report::totals_by_unit(now, &filter, valid(NOON)));
    let sums: Vec<_> = totals.iter().map(|t| (t.unit.code(), t.balances, t.in_credit, t.overdrawn, t.total)).collect();
    let zero = Some(Money::ZERO);
    assert_eq!(sums, [("EUR", 2, None, zero, None), ("SMS", 1, Some(valid("7")), zero, Some(valid("7")))]);
    // A debt of the same size brings the total back into range.
    fixture.customer("OWING");
    post(&mut fixture, "2026-11-24T12:00:00Z", "OWING", "EUR", &format!("-{most}"));
    let totals = fixture.read(|now| report::totals_by_unit(now, &filter, valid(NOON)));
    assert_eq!((totals[0].in_credit, totals[0].total), (None, Some(Money::from_e8(i64::MAX))));
}
