//! A day that comes in many files: each adds a run and a layer, and what the day says does not depend on it.

use std::fmt::Write;

use ssgctl::model::TrafficTally;

use super::traffic::{HEADER, fixture, request, run, state_of};
use crate::support::fixture::Fixture;

const FILES: u32 = 70;

/// A file of twelve messages in five minutes of a day; half of them again, with their final states, if `is_status`.
fn file(number: u32, is_status: bool) -> String {
    let mut text = HEADER.to_owned();
    for message in (0..12).filter(|message| !is_status || message % 2 == 0) {
        let (hour, minute) = (number / 12, number % 12 * 5);
        let (account, parts) = (if message % 2 == 0 { "acme" } else { "port" }, message % 3 + 1);
        let state = if is_status { "delivered" } else { "pending" };
        writeln!(
            text,
            "m{number}-{message},2026-11-24T{hour:02}:{minute:02}:{message:02}Z,{account},+4477009001{message:02},{state},{parts},"
        )
        .expect("written");
    }
    text
}

fn count(fixture: &Fixture, sql: &str) -> u32 {
    fixture.raw().query_row(sql, [], |row| row.get(0)).expect(sql)
}

#[test]
fn many_files_of_a_day_come_to_the_same_as_one_and_leave_few_layers() {
    let (mut one, mut many) = (fixture(), fixture());
    let all: String = (0..FILES).map(|number| file(number, false).replace(HEADER, "")).collect();
    let all_states: String = (0..FILES).map(|number| file(number, true).replace(HEADER, "")).collect();
    for (name, text) in [("one.csv", all), ("states.csv", all_states)] {
        let mut whole = request(&one, name, &format!("{HEADER}{text}"));
        whole.batch = 10_000;
        run(&mut one, &whole).expect("imported");
    }
    // The files of states follow theirs by some, and come in another order.
    for number in 0..FILES + 7 {
        if number < FILES {
            let mut new = request(&many, &format!("{number}.csv"), &file(number, false));
            new.batch = 100;
            let summary = run(&mut many, &new).expect("imported");
            assert_eq!(summary.tally, TrafficTally { new: 12, ..TrafficTally::default() });
        }
        if let Some(number) = number.checked_sub(7) {
            let states = request(&many, &format!("{number}-states.csv"), &file(number, true));
            let summary = run(&mut many, &states).expect("imported");
            assert_eq!(summary.tally, TrafficTally { updated: 6, ..TrafficTally::default() });
        }
    }
    assert_eq!(state_of(&mut one), state_of(&mut many));
    assert_eq!(count(&many, "SELECT count(*) FROM message_run"), FILES);
    for kind in ["index", "sums"] {
        let layers = count(&many, &format!("SELECT count(*) FROM traffic_layer WHERE kind = '{kind}'"));
        assert!(layers <= 21, "{layers} layers of {kind}");
    }
    // The same again is known, whichever layer it is in.
    let again = request(&many, "again.csv", &format!("{}\n", file(3, false)));
    assert_eq!(run(&mut many, &again).expect("imported").tally.duplicate, 12);
}
