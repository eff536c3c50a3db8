//! `traffic reconcile`: what a customer's file and the stored messages say differently.

use std::collections::BTreeMap;
use std::fs;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use ssgctl::model::{DifferenceKind, MessageDifference, Money};
use ssgctl::traffic::{self, ImportRequest, ParseOptions, ReconcileRequest, Reconciliation, Source};
use ssgctl::{Error, Result};

use super::traffic::{HEADER, Quiet, fixture, import, options, request, run};
use crate::support::fixture::{Fixture, assert_refused, cases, valid};

type Outcome = (Reconciliation, Vec<MessageDifference>);

/// Compares rows with the messages of PORT, whose account is in euros, and checks that nothing was written.
fn reconcile(fixture: &mut Fixture, rows: &str, change: impl FnOnce(&mut ReconcileRequest)) -> Result<Outcome> {
    let before = fixture.dump();
    let path = fixture.folder.path().join("theirs.csv");
    fs::write(&path, format!("{HEADER}{rows}")).expect("written");
    let source = Source::new("theirs.csv".to_owned(), fs::File::open(path).expect("opened")).expect("source");
    let mut request = ReconcileRequest {
        source,
        options: ParseOptions { is_compared: true, ..options() },
        customer: "PORT".to_owned(),
        period: None,
        tolerance: 60,
        by_id_only: false,
        ignored: Vec::new(),
        skip_invalid: false,
        sorted_in_memory: Some(7),
    };
    change(&mut request);
    let mut differences = Vec::new();
    let mut watch = Quiet { commits_left: 1 };
    let result = traffic::reconcile(&mut fixture.store, &request, &mut watch, |difference| {
        differences.push(difference.clone());
        Ok::<_, Error>(())
    });
    assert!(fixture.dump() == before, "something was written");
    Ok((result?, differences))
}

/// The fields that differ of each message, by its ID.
fn fields((_, differences): &Outcome) -> Vec<(String, String)> {
    let mut fields: Vec<_> = differences
        .iter()
        .map(|difference| {
            let id = &difference.ours.as_ref().or(difference.theirs.as_ref()).expect("a side").id;
            let kinds: Vec<&str> = difference.fields.iter().map(|kind| kind.as_str()).collect();
            (id.to_string(), kinds.join(","))
        })
        .collect();
    fields.sort();
    fields
}

/// The sums, such as `state 1: 0.05 0.05`.
fn sums((result, _): &Outcome) -> Vec<String> {
    let sums = result.sums.iter().map(|sum| {
        let kind = sum.kind.map_or("equal", DifferenceKind::as_str);
        format!("{kind} {}: {} {}", sum.messages, sum.ours, sum.theirs)
    });
    sums.collect()
}

/// A row of PORT.
fn row(id: &str, time: &str, destination: &str, rest: &str) -> String {
    format!("{id},2026-11-20T{time}Z,port,{destination},{rest}\n")
}

const NUMBER: &str = "+447700900123";

#[test]
fn each_kind_of_difference_is_found_with_its_money() {
    let mut fixture = fixture();
    let at = |minute: u32| format!("10:{minute:02}:00");
    let ours: String = [
        row("same", &at(0), NUMBER, "delivered,1,"),
        row("gone", &at(5), NUMBER, "delivered,3,"),
        row("parts", &at(10), NUMBER, "delivered,2,"),
        row("price", &at(15), NUMBER, "delivered,1,0.06"),
        row("state", &at(20), NUMBER, "delivered,1,"),
        row("number", &at(25), NUMBER, "delivered,1,"),
        row("time", &at(30), NUMBER, "delivered,1,"),
        row("two", &at(40), NUMBER, "pending,2,"),
        row("free", &at(45), NUMBER, "delivered,1,"),
    ]
    .concat();
    import(&mut fixture, "ours.csv", &ours).unwrap();
    // Another customer's messages are not compared.
    import(&mut fixture, "acme.csv", "same,2026-11-20T10:00:00Z,acme,+447700900123,delivered,1,\n").unwrap();
    let theirs: String = [
        row("same", "10:01:00", NUMBER, "delivered,1,"),
        row("new", &at(50), NUMBER, "delivered,2,"),
        row("parts", &at(10), NUMBER, "delivered,1,"),
        row("price", &at(15), NUMBER, "delivered,1,0.05"),
        row("state", &at(20), NUMBER, "expired,1,0.05"),
        row("number", &at(25), "+447700900124", "delivered,1,"),
        row("time", "10:31:01", NUMBER, "delivered,1,"),
        row("two", &at(40), NUMBER, "delivered,1,"),
        row("free", &at(45), NUMBER, "rejected,1,"),
    ]
    .concat();
    let outcome = reconcile(&mut fixture, &theirs, |_| ()).unwrap();
    let expected = [
        ("free", "state"),
        ("gone", "only_ours"),
        ("new", "only_theirs"),
        ("number", "destination"),
        ("parts", "parts"),
        ("price", "price"),
        ("state", "state"),
        ("time", "time"),
        ("two", "parts,state"),
    ];
    assert_eq!(fields(&outcome), expected.map(|(id, kinds)| (id.to_owned(), kinds.to_owned())));
    let expected = [
        "equal 1: 0.05 0.05",
        "only_ours 1: 0.15 0",
        "only_theirs 1: 0 0.1",
        "parts 2: 0.2 0.1",
        "price 1: 0.06 0.05",
        // What they call rejected costs nothing for them.
        "state 2: 0.1 0.05",
        "destination 1: 0.05 0.05",
        "time 1: 0.05 0.05",
    ];
    assert_eq!(sums(&outcome), expected);
    let (result, _) = &outcome;
    assert_eq!((result.ours, result.theirs, result.differences(), result.agrees()), (9, 9, 9, false));
    let without = reconcile(&mut fixture, &theirs, |request| {
        use DifferenceKind::{Destination, Parts, Price, State, Time};
        request.ignored = vec![Destination, Parts, Price, State, Time];
    });
    let expected = [("gone", "only_ours"), ("new", "only_theirs")];
    assert_eq!(fields(&without.unwrap()), expected.map(|(id, kinds)| (id.to_owned(), kinds.to_owned())));
}

#[test]
fn messages_with_other_ids_are_matched_by_number_parts_and_time() {
    let mut fixture = fixture();
    let ours = [
        row("a", "10:00:00", NUMBER, "delivered,1,"),
        row("b", "10:00:30", NUMBER, "delivered,1,"),
        row("c", "10:05:00", NUMBER, "delivered,2,"),
    ];
    import(&mut fixture, "ours.csv", &ours.concat()).unwrap();
    let theirs = [
        row("x1", "10:00:59", NUMBER, "delivered,1,"),
        row("x2", "10:01:30", NUMBER, "expired,1,"),
        row("x3", "10:05:00", NUMBER, "delivered,1,"),
    ];
    let outcome = reconcile(&mut fixture, &theirs.concat(), |_| ()).unwrap();
    let expected = [("b", "state"), ("c", "only_ours"), ("x3", "only_theirs")];
    assert_eq!(fields(&outcome), expected.map(|(id, kinds)| (id.to_owned(), kinds.to_owned())));
    assert_eq!(outcome.0.matched_by_time, 2);
    let by_id = reconcile(&mut fixture, &theirs.concat(), |request| request.by_id_only = true).unwrap();
    assert_eq!((by_id.0.differences(), by_id.0.matched_by_time), (6, 0));
}

#[test]
fn a_message_of_midnight_is_one_message_and_a_repeated_row_counts_once() {
    let mut fixture = fixture();
    let ours = "a,2026-11-20T23:59:58Z,port,+447700900123,delivered,1,\n\
                b,2026-11-19T12:00:00Z,port,+447700900123,delivered,1,\n\
                b,2026-11-22T12:00:00Z,port,+447700900123,delivered,1,\n";
    import(&mut fixture, "ours.csv", ours).unwrap();
    let theirs = "a,2026-11-21T00:00:01Z,port,+447700900123,pending,1,\n\
                  a,2026-11-21T00:00:01Z,port,+447700900123,delivered,1,\n\
                  b,2026-11-22T12:00:00Z,port,+447700900123,delivered,1,\n\
                  b,2026-11-22T12:00:00Z,port,+447700900123,delivered,2,\n";
    let outcome = reconcile(&mut fixture, theirs, |_| ()).unwrap();
    // The `b` of the 19th is of a day that the file does not have, and the second `b` of the 22nd is another message.
    assert_eq!(fields(&outcome), [("b".to_owned(), "only_theirs".to_owned())]);
    assert_eq!((outcome.0.repeats, outcome.0.ours, outcome.0.theirs), (1, 2, 3));
    let period = Some((valid("2026-11-19T00:00:00Z"), valid("2026-11-21T00:00:00Z")));
    let outcome = reconcile(&mut fixture, theirs, |request| request.period = period).unwrap();
    assert_eq!(fields(&outcome), [("b".to_owned(), "only_ours".to_owned())]);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let mut fixture = fixture();
    import(&mut fixture, "ours.csv", &row("a", "10:00:00", NUMBER, "delivered,1,")).unwrap();
    for (rows, expected) in [
        ("a,2026-11-20T10:00:00Z,acme,+447700900123,delivered,1,\n", "belongs to customer `ACME`"),
        ("a,2026-11-20T10:00:00Z,prot,+447700900123,delivered,1,\n", "no SMPP account `prot`"),
        ("a,2026-11-20T10:00:00Z,port,+447700900123,gone,1,\n", "is not a known state"),
    ] {
        let refused = reconcile(&mut fixture, rows, |_| ());
        let Err(Error::Rows(faults)) = &refused else { panic!("{refused:?}") };
        assert!(faults.first[0].error.to_string().contains(expected), "{}", faults.first[0].error);
        assert_refused!(reconcile(&mut fixture, rows, |request| request.skip_invalid = true), Error::Refused(_));
    }
    let rows = "a,2026-11-20T10:00:00Z,,+447700900123,delivered,1,\n";
    let of_other = reconcile(&mut fixture, rows, |request| request.options.account = Some("acme".to_owned()));
    assert_refused!(of_other, Error::Refused(_));
    let of_own = reconcile(&mut fixture, rows, |request| request.options.account = Some("port".to_owned())).unwrap();
    assert!(of_own.0.agrees());
    fixture.write(|tx| traffic::forget_before(tx, 20_780)).unwrap();
    let pruned = reconcile(&mut fixture, &row("a", "10:00:00", NUMBER, "delivered,1,"), |_| ());
    assert_refused!(pruned, Error::Pruned { .. });
}

/// One message more or less than a hundred-thousandth, with as much money.
#[test]
fn one_difference_in_a_hundred_thousand_is_tolerated() {
    let sum = |kind, messages, ours: &str, theirs: &str| ssgctl::model::DifferenceSum {
        kind,
        unit: valid("EUR"),
        messages,
        ours: valid(ours),
        theirs: valid(theirs),
    };
    let mut fixture = fixture();
    import(&mut fixture, "ours.csv", &row("a", "10:00:00", NUMBER, "delivered,1,")).unwrap();
    let (exact, _) = reconcile(&mut fixture, &row("a", "10:00:00", NUMBER, "delivered,1,"), |_| ()).unwrap();
    let with = |messages: u64, differing: u64, money: &str| Reconciliation {
        ours: messages,
        theirs: messages,
        sums: vec![
            sum(None, messages - differing, "5000", "5000"),
            sum(Some(DifferenceKind::State), differing, "0", money),
        ],
        ..exact.clone()
    };
    assert!(with(100_000, 1, "0.05").agrees());
    assert!(!with(99_999, 1, "0").agrees());
    assert!(!with(100_000, 2, "0").agrees());
    assert!(!with(100_000, 1, "0.05000001").agrees());
}

/// What is planted into a message.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Planted {
    Nothing,
    OnlyOurs,
    OnlyTheirs,
    Parts,
    Price,
    State,
    Destination,
    Time,
    OtherId,
    Repeated,
}

const ALL: [Planted; 10] = [
    Planted::Nothing,
    Planted::OnlyOurs,
    Planted::OnlyTheirs,
    Planted::Parts,
    Planted::Price,
    Planted::State,
    Planted::Destination,
    Planted::Time,
    Planted::OtherId,
    Planted::Repeated,
];

/// The rows of both sides for messages with something planted, and the differences that they have.
fn plant(messages: &[(Planted, i64, u16)]) -> (String, String, Vec<(String, String)>) {
    let begin: Timestamp = valid("2026-11-18T22:00:00Z");
    let (mut ours, mut theirs, mut expected) = (String::new(), String::new(), Vec::new());
    for (number, (planted, seconds, parts)) in messages.iter().enumerate() {
        let at = begin + SignedDuration::from_secs(seconds * 200 + i64::try_from(number).expect("few") % 130);
        let (id, to) = (format!("m{number}"), 447_700_000_000 + number);
        let row = |id: &str, at: Timestamp, to: usize, state: &str, parts: u16, price: &str| {
            format!("{id},{at},port,+{to},{state},{parts},{price}\n")
        };
        let usual = |id: &str| row(id, at, to, "delivered", *parts, "");
        let later = at + SignedDuration::from_secs(61);
        let (one, other, differs) = match planted {
            Planted::Nothing => (usual(&id), usual(&id), ""),
            Planted::OnlyOurs => (usual(&id), String::new(), "only_ours"),
            Planted::OnlyTheirs => (String::new(), usual(&id), "only_theirs"),
            Planted::Parts => (usual(&id), row(&id, at, to, "delivered", parts + 1, ""), "parts"),
            Planted::Price => (usual(&id), row(&id, at, to, "delivered", *parts, "0.04"), "price"),
            Planted::State => (usual(&id), row(&id, at, to, "expired", *parts, ""), "state"),
            Planted::Destination => (usual(&id), row(&id, at, to + 1_000_000, "delivered", *parts, ""), "destination"),
            Planted::Time => (usual(&id), row(&id, later, to, "delivered", *parts, ""), "time"),
            Planted::OtherId => (usual(&id), usual(&format!("x{number}")), ""),
            Planted::Repeated => (usual(&id), usual(&id).repeat(2), ""),
        };
        ours.push_str(&one);
        theirs.push_str(&other);
        if !differs.is_empty() {
            expected.push((id, differs.to_owned()));
        }
    }
    expected.sort();
    (ours, theirs, expected)
}

/// The period of everything that [`plant`] plants, apart from the edges of the file.
fn whole(request: &mut ReconcileRequest) {
    request.period = Some((valid("2026-11-17T00:00:00Z"), valid("2026-11-24T00:00:00Z")));
}

#[track_caller]
fn assert_found(messages: &[(Planted, i64, u16)], in_memory: usize) {
    let (ours, theirs, expected) = plant(messages);
    let mut fixture = fixture();
    let of_ours = ImportRequest { batch: 10_000, ..request(&fixture, "ours.csv", &format!("{HEADER}{ours}")) };
    run(&mut fixture, &of_ours).unwrap();
    let outcome = reconcile(&mut fixture, &theirs, |request| {
        whole(request);
        request.sorted_in_memory = Some(in_memory);
    })
    .unwrap();
    assert_eq!(fields(&outcome), expected);
    let (result, differences) = &outcome;
    assert_eq!(result.differences(), expected.len() as u64);
    let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, kind) in &expected {
        *counted.entry(kind).or_default() += 1;
    }
    let sums = result.sums.iter().filter_map(|sum| Some((sum.kind?.as_str(), sum.messages))).collect();
    assert_eq!(counted, sums);
    let total = |amounts: Vec<Money>| amounts.iter().map(|amount| amount.e8()).sum::<i64>();
    let of_differences = total(differences.iter().filter_map(|d| Some(d.ours.as_ref()?.amount)).collect());
    let of_sums = total(result.sums.iter().filter(|sum| sum.kind.is_some()).map(|sum| sum.ours).collect());
    assert_eq!(of_differences, of_sums);
    let charged = fixture.balance("PORT", valid("EUR")).map_or(0, |balance| -balance.balance.e8());
    assert_eq!(total(result.sums.iter().map(|sum| sum.ours).collect()), charged);
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn every_planted_difference_is_found_and_none_is_invented(
        messages in prop::collection::vec((prop::sample::select(&ALL[..]), 0..900_i64, 1..4_u16), 1..60),
        in_memory in 1..30_usize,
    ) {
        assert_found(&messages, in_memory);
    }
}

/// More rows than one thread reads, in many sorted runs.
#[test]
fn planted_differences_are_found_among_thirty_thousand_messages() {
    let messages: Vec<_> = (0..30_000_usize)
        .map(|number| {
            let planted = if number % 997 == 0 { ALL[number / 997 % ALL.len()] } else { Planted::Nothing };
            (
                planted,
                i64::try_from(number * 7_919 % 900).expect("small"),
                u16::try_from(number % 3 + 1).expect("small"),
            )
        })
        .collect();
    assert_found(&messages, 4_000);
}
