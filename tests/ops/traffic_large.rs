//! A file that is large enough to be read by several threads means the same as if one had read it, and one whose rows are kept on
//! disk the same as one whose rows are kept in memory.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use ssgctl::model::TrafficTally;
use ssgctl::ops::smpp::NewAccount;
use ssgctl::traffic;
use ssgctl::traffic::ExpectedTotals;

use super::traffic::{HEADER, Quiet, fixture, request, row_faults, run, state_of};
use crate::support::fixture::{Fixture, new_account, valid};

/// More than are kept in memory; a quarter of them is less.
const ROWS: u64 = 40_000;

/// The fixture with one account more, that has a short name, too.
fn fixture_with_short_name() -> Fixture {
    let mut fixture = fixture();
    let mut named = new_account("acme-2");
    named.details.short_name = Some(valid("Marketing"));
    fixture.add_account("ACME", NewAccount { ..named }).expect("account");
    fixture
}

/// A row of one of three accounts, of which one is named by its short name. Now and then it goes over two lines.
fn row(number: u64) -> String {
    let account = ["acme", "port", "mARKETING"][usize::try_from(number % 3).expect("small")];
    let (day, second, price) = (number / 2_000 + 1, number % 60, if number % 3 == 1 { "0.02" } else { "" });
    let id = if goes_over_two_lines(number) { format!("\"m{number}\n\"") } else { format!("message-{number}") };
    let time = format!("2026-11-{day:02}T10:00:{second:02}Z");
    format!("{id},{time},{account},+4477009{number:05},delivered,{},{price}\n", number % 2 + 1)
}

fn goes_over_two_lines(number: u64) -> bool {
    number % 1_000 == 7
}

/// The line on which a row begins.
fn line(number: u64) -> u64 {
    2 + number + (0..number).filter(|number| goes_over_two_lines(*number)).count() as u64
}

/// A file of rows.
fn text(rows: impl Iterator<Item = u64>) -> String {
    HEADER.to_owned() + &rows.map(row).collect::<String>()
}

#[test]
fn rows_are_charged_as_those_of_small_files_are() {
    let (mut fixture, mut other) = (fixture_with_short_name(), fixture_with_short_name());
    let mut large = request(&fixture, "large.csv", &text(0..ROWS));
    large.batch = 30_000;
    large.expected = ExpectedTotals { rows: Some(ROWS), total: Some(valid("266.66")), sha256: None };
    let summary = run(&mut fixture, &large).unwrap();
    assert_eq!(summary.tally, TrafficTally { new: ROWS, ..TrafficTally::default() });
    for begin in (0..ROWS).step_by(10_000) {
        let mut small = request(&other, &format!("{begin}.csv"), &text(begin..begin + 10_000));
        small.batch = 10_000;
        run(&mut other, &small).unwrap();
    }
    assert_eq!(state_of(&mut fixture), state_of(&mut other));
    for unit in ["SMS", "EUR"] {
        let code = if unit == "SMS" { "ACME" } else { "PORT" };
        let balances = [&mut fixture, &mut other].map(|fixture| fixture.balance(code, valid(unit)).unwrap().balance);
        assert_eq!(balances[0], balances[1], "{unit}");
    }
}

#[test]
fn every_fault_is_reported_with_its_line_in_the_order_of_the_file() {
    let mut fixture = fixture_with_short_name();
    let before = fixture.dump();
    let faulty = [(10, "acme", "nobody"), (20_000, "delivered", "gone"), (39_000, ",1,", ",256,")];
    let mut rows: Vec<String> = (0..ROWS).map(row).collect();
    for (number, right, wrong) in faulty {
        rows[number] = row(number as u64 / 3 * 3).replacen(right, wrong, 1);
    }
    let refused = request(&fixture, "faulty.csv", &format!("{HEADER}{}", rows.concat()));
    let places: Vec<String> = row_faults(run(&mut fixture, &refused))
        .iter()
        .map(|fault| fault.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    let expected = [(10, "no"), (20_000, "state:"), (39_000, "parts:")];
    for (place, (number, begin)) in places.iter().zip(expected) {
        let (at, what) = place.split_once(' ').expect("a place");
        assert_eq!((at.split(':').next(), what), (Some(&*line(number).to_string()), begin), "{places:?}");
    }
    assert_eq!(places.len(), 3);

    let whole = text(0..ROWS);
    let cut = request(&fixture, "cut.csv", &whole[..whole.len() - 20]);
    let faults_of_cut = row_faults(run(&mut fixture, &cut));
    assert!(
        faults_of_cut.len() == 1 && faults_of_cut[0].starts_with(&format!("{}:", line(ROWS - 1))),
        "{faults_of_cut:?}"
    );

    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(whole.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let cut = request(&fixture, "cut.csv.gz", &packed[..packed.len() * 3 / 4]);
    let faults_of_cut = row_faults(run(&mut fixture, &cut));
    assert!(
        faults_of_cut.len() == 1 && faults_of_cut[0].contains("the compressed file is cut off or damaged here"),
        "{faults_of_cut:?}"
    );
    let broken_at: u64 = faults_of_cut[0].split(':').next().and_then(|line| line.parse().ok()).expect("a line");
    assert!((line(ROWS / 2)..line(ROWS)).contains(&broken_at), "{broken_at}");
    assert_eq!(fixture.dump(), before);
}

#[test]
fn messages_far_apart_that_contradict_each_other_are_reported_with_both_lines() {
    let mut fixture = fixture_with_short_name();
    let before = fixture.dump();
    let mut rows: Vec<String> = (0..ROWS).map(row).collect();
    rows[39_000] = row(3).replace(",2,", ",1,");
    let refused = request(&fixture, "twice.csv", &format!("{HEADER}{}", rows.concat()));
    let (first, second) = (line(3), line(39_000));
    let expected =
        format!("{second}:1 message `message-3` was reported differently before, on line {first} (parts differs)");
    assert_eq!(row_faults(run(&mut fixture, &refused)), [expected]);
    assert_eq!(fixture.dump(), before);
}

#[test]
fn messages_that_stand_twice_are_found_where_there_are_more_than_the_size_of_the_file_lets_expect() {
    let short = |number: u64, destination: u64| format!("m{number},2026-11-20 10:00,acme,{destination},pending,,\n");
    let rows: String = (0..3_000).map(|number| short(number, 1)).collect();
    let mut fixture = fixture();
    let again = request(&fixture, "otherwise.csv", &format!("{HEADER}{rows}{}", short(5, 2)));
    let expected = "3002:1 message `m5` was reported differently before, on line 7 (destination differs)";
    assert_eq!(row_faults(run(&mut fixture, &again)), [expected]);
    let mut again = request(&fixture, "again.csv", &format!("{HEADER}{rows}{}", short(5, 1)));
    again.batch = 1_000;
    let summary = run(&mut fixture, &again).unwrap();
    assert_eq!(summary.tally, TrafficTally { new: 3_000, duplicate: 1, ..TrafficTally::default() });
}

/// Several threads compare, each some days at a time.
#[test]
fn known_messages_of_large_files_are_updated_once_and_their_contradictions_are_always_the_same() {
    let mut fixture = fixture_with_short_name();
    let pending = text(0..ROWS).replace(",delivered,", ",pending,");
    let of_batches = |fixture: &mut Fixture, name: &str, text: &str| {
        let mut file = request(fixture, name, text);
        file.batch = 3_000;
        run(fixture, &file)
    };
    of_batches(&mut fixture, "pending.csv", &pending).unwrap();
    let delivered = of_batches(&mut fixture, "delivered.csv", &text(0..ROWS)).unwrap();
    assert_eq!((delivered.tally.updated, delivered.charges.len()), (ROWS, 0));
    let state = state_of(&mut fixture);
    let again = of_batches(&mut fixture, "again.csv", &format!("{}\n", text(0..ROWS))).unwrap();
    assert_eq!(again.tally, TrafficTally { duplicate: ROWS, ..TrafficTally::default() });
    assert_eq!(state_of(&mut fixture), state);

    let before = fixture.dump();
    let otherwise =
        |number: u64| if number % 1_500 == 3 { row(number).replacen("+4477", "+4478", 1) } else { row(number) };
    let contradictory = HEADER.to_owned() + &(0..ROWS).map(otherwise).collect::<String>();
    let mut faults_now = || row_faults(of_batches(&mut fixture, "otherwise.csv", &contradictory));
    let first = faults_now();
    let lines: Vec<String> = (0..20).map(|nth| format!("{}:1 message", line(3 + nth * 1_500))).collect();
    assert_eq!(first.len(), 20);
    assert!(first.iter().zip(&lines).all(|(row_faults, line)| row_faults.starts_with(line)), "{first:?}");
    assert_eq!(faults_now(), first);
    assert_eq!(fixture.dump(), before);
}

#[test]
fn refused_rows_are_written_in_the_order_of_the_file() {
    let mut fixture = fixture_with_short_name();
    let is_faulty = |number: &u64| number.is_multiple_of(7_000);
    let faulty = |number| row(number).replace("delivered", "gone");
    let rows: String = (0..ROWS).map(|number| if is_faulty(&number) { faulty(number) } else { row(number) }).collect();
    let mut file = request(&fixture, "faulty.csv", &format!("{HEADER}{rows}"));
    (file.skip_invalid, file.batch) = (true, 50_000);
    let (origin, mut rejects) = (fixture.origin.clone(), Vec::new());
    let watch = &mut Quiet { commits_left: 9 };
    let summary = traffic::import(&mut fixture.store, &origin, &file, Some(&mut rejects), watch).unwrap();
    assert_eq!((summary.tally.new, summary.tally.refused), (ROWS - 6, 6));
    let mut expected = HEADER.replace('\n', ",refused_because\n");
    for number in (0..ROWS).filter(is_faulty) {
        let why = format!("line {}: state: `gone` is not a known state", line(number));
        expected += &format!("{},{why}\n", faulty(number).trim_end());
    }
    assert_eq!(String::from_utf8(rejects).unwrap(), expected);
}
