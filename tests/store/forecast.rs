//! Forecasts: balances that will soon be empty, surges and silence, against what is usual at that time of the week.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};
use ssgctl::model::{DaysAhead, Time};
use ssgctl::ops::balance::Adjustment;
use ssgctl::report::{FindingKind, ForecastFinding, ForecastQuestion, forecast};
use ssgctl::traffic::ImportRequest;

use crate::ops::traffic::{HEADER, fixture, request, run};
use crate::support::fixture::{Fixture, adjustment_in, valid};

/// Four weeks and some days of PORT's office traffic, from Monday the 5th of October on: 10 messages in each hour from 8 to 17 on
/// Monday to Friday, 1 on Saturday at noon. ACME sends one message every hour of every day.
pub fn office(until: &str) -> (Fixture, String) {
    let (begin, until): (Timestamp, Timestamp) = (valid("2026-10-05T00:00:00Z"), valid(until));
    let mut rows = String::new();
    for hour in 0.. {
        let at = begin + SignedDuration::from_hours(hour);
        if at >= until {
            break;
        }
        let (weekday, of_day) = (hour / 24 % 7, hour % 24);
        let _ = writeln!(rows, "acme{hour},{at},acme,+447700900123,delivered,1,");
        let messages = match (weekday, of_day) {
            (0..=4, 8..=17) => 10,
            (5, 12) => 1,
            _ => 0,
        };
        for number in 0..messages {
            let _ = writeln!(rows, "port{hour}-{number},{at},port,+447700900123,delivered,1,");
        }
    }
    (fixture(), rows)
}

pub fn add(fixture: &mut Fixture, name: &str, rows: &str) {
    let import = ImportRequest { batch: 100_000, ..request(fixture, name, &format!("{HEADER}{rows}")) };
    run(fixture, &import).expect("imported");
}

fn found(fixture: &mut Fixture, at: &str, question: &ForecastQuestion) -> Vec<ForecastFinding> {
    let now: Time = valid(at);
    fixture.at(at);
    fixture.read(|snapshot| Ok(forecast(snapshot, question, now)?.findings))
}

fn names(findings: &[ForecastFinding]) -> Vec<(FindingKind, &str)> {
    findings.iter().map(|finding| (finding.kind, finding.account.as_ref().map_or("", |id| id.as_str()))).collect()
}

fn all() -> ForecastQuestion {
    ForecastQuestion { days_left: None, surge: Some(valid("5x")), silent: Some(valid("6h")) }
}

#[test]
fn a_stolen_password_is_found_within_the_hour_and_usual_traffic_is_not() {
    // Monday, a usual morning.
    let (mut fixture, rows) = office("2026-11-09T10:00:00Z");
    add(&mut fixture, "usual.csv", &rows);
    assert_eq!(names(&found(&mut fixture, "2026-11-09T10:05:00Z", &all())), []);
    // Five hundred messages within ten minutes, where ten an hour are usual.
    let surge: Vec<String> = (0..500)
        .map(|number| format!("x{number},2026-11-09T10:0{}:00Z,port,+2348012345678,delivered,1,\n", number / 60))
        .collect();
    add(&mut fixture, "surge.csv", &surge.concat());
    let findings = found(&mut fixture, "2026-11-09T10:15:00Z", &all());
    assert_eq!(names(&findings), [(FindingKind::Surge, "port")]);
    assert_eq!((findings[0].figures.recent, findings[0].figures.usual), (Some(500), Some(10)));
    // A hundred times is more than it was.
    let question = ForecastQuestion { surge: Some(valid("100x")), ..all() };
    assert_eq!(names(&found(&mut fixture, "2026-11-09T10:15:00Z", &question)), []);
}

#[test]
fn the_lull_of_a_weekend_is_not_silence_and_a_silent_tuesday_is() {
    // Saturday evening and Sunday noon: ACME goes on, PORT never sends then.
    for until in ["2026-11-07T20:00:00Z", "2026-11-08T12:00:00Z", "2026-11-09T06:00:00Z"] {
        let (mut fixture, rows) = office(until);
        add(&mut fixture, "usual.csv", &rows);
        assert_eq!(names(&found(&mut fixture, until, &all())), [], "{until}");
    }
    // On Tuesday, PORT's last message was at half past eight on Monday.
    let (mut fixture, rows) = office("2026-11-10T16:00:00Z");
    let is_kept = |row: &&str| !row.contains(",port,") || row.split(',').nth(1) < Some("2026-11-10T09:00:00Z");
    let rows: Vec<&str> = rows.lines().filter(is_kept).collect();
    add(&mut fixture, "silent.csv", &(rows.join("\n") + "\n"));
    let findings = found(&mut fixture, "2026-11-10T16:05:00Z", &all());
    assert_eq!(names(&findings), [(FindingKind::Silent, "port")]);
    assert_eq!((findings[0].figures.usual, findings[0].figures.recent), (Some(60), Some(0)));
    // If nothing was imported since, the account cannot be told from a late file, and an account that is off is not missed.
    assert_eq!(names(&found(&mut fixture, "2026-11-13T16:00:00Z", &all())), []);
    fixture
        .write(|tx| {
            ssgctl::ops::smpp::edit(tx, "port", |details| {
                details.enabled = false;
                Ok(())
            })
        })
        .expect("disabled");
    assert_eq!(names(&found(&mut fixture, "2026-11-10T16:05:00Z", &all())), []);
}

#[test]
fn messages_dated_ahead_do_not_move_the_time_until_which_traffic_is_known() {
    let (mut fixture, rows) = office("2026-11-09T10:00:00Z");
    add(&mut fixture, "usual.csv", &rows);
    let at = "2026-11-09T10:05:00Z";
    fixture.at(at);
    add(&mut fixture, "ahead.csv", "ahead,2026-11-09T23:00:00Z,acme,+447700900123,delivered,1,\n");
    let known = fixture.read(|snapshot| Ok(forecast(snapshot, &all(), valid(at))?.known_until));
    assert_eq!(known, Some(valid("2026-11-09T09:15:00Z")));
}

#[test]
fn an_overdrawn_balance_is_found_whether_it_is_used_or_not() {
    let (mut fixture, _) = office("2026-10-05T00:00:00Z");
    let taken = Adjustment { allow_negative: true, ..adjustment_in("EUR", "-5") };
    fixture.adjust("PORT", &taken).expect("taken");
    let question = ForecastQuestion { days_left: DaysAhead::new(1), ..ForecastQuestion::default() };
    let findings = found(&mut fixture, "2026-11-06T12:00:00Z", &question);
    assert_eq!(names(&findings), [(FindingKind::Overdrawn, "")]);
    assert_eq!((findings[0].customer.as_str(), findings[0].figures.at), ("PORT", None));
}

#[test]
fn a_balance_is_forecast_by_the_days_of_the_week() {
    let (mut fixture, rows) = office("2026-11-06T00:00:00Z");
    add(&mut fixture, "usual.csv", &rows);
    // 100 messages at 0.05 are 5 a day, and 0.05 on Saturday. On Friday at noon, 2.5 are left for Friday.
    let charged = -fixture.balance("PORT", valid("EUR")).expect("a balance").balance.e8();
    let wanted = charged + 100_000_000 * 5;
    let amount = ssgctl::model::Money::from_e8(wanted).to_string();
    fixture.adjust("PORT", &adjustment_in("EUR", &amount)).expect("credited");
    let question = |days| ForecastQuestion { days_left: Some(valid(days)), ..ForecastQuestion::default() };
    let at = "2026-11-06T12:00:00Z";
    // Five are left: 2.5 on Friday, 0.05 on Saturday, nothing on Sunday, and 2.45 until noon of Monday.
    // ACME has no money at all.
    let kinds = |findings: Vec<ForecastFinding>| findings.iter().map(|finding| finding.kind).collect::<Vec<_>>();
    assert_eq!(kinds(found(&mut fixture, at, &question("2d"))), [FindingKind::Overdrawn]);
    let findings = found(&mut fixture, at, &question("3d"));
    let port = findings.iter().find(|finding| finding.customer.as_str() == "PORT").expect("found");
    assert_eq!((port.kind, port.figures.at), (FindingKind::DaysLeft, Some(valid("2026-11-09T11:45:36Z"))));
}
