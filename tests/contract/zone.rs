//! Tables show times in the zone in force and name it once; data has them in UTC.

use std::fs;

use serde_json::Value;
use ssgctl::model::{Time, Zone};

use super::formats::seeded;
use super::printed_lines::{Shape, printing};

/// No daylight saving time, and an offset that no other zone has: a time of it is no time of UTC.
const ZONE: &str = "Asia/Kathmandu";
const OFFSET_MINUTES: i64 = 5 * 60 + 45;

/// The times of a table in a pipe, such as `2026-11-24 14:36:41`.
fn times_in(text: &str) -> Vec<&str> {
    let has_shape = |found: &str| {
        let pattern = "0000-00-00 00:00:00".bytes();
        found.bytes().zip(pattern).all(|(byte, of)| if of == b'0' { byte.is_ascii_digit() } else { byte == of })
    };
    (0..text.len()).filter_map(|start| text.get(start..start + 19)).filter(|found| has_shape(found)).collect()
}

/// The times of a JSON value.
fn times_of(value: &Value, times: &mut Vec<Time>) {
    match value {
        Value::String(text) if text.ends_with('Z') => times.extend(text.parse::<Time>()),
        Value::Array(items) => items.iter().for_each(|item| times_of(item, times)),
        Value::Object(fields) => fields.values().for_each(|field| times_of(field, times)),
        _ => {}
    }
}

#[test]
fn every_table_shows_times_in_the_zone_in_force_and_names_it_once() {
    let cli = seeded();
    let zone: Zone = ZONE.parse().expect("a zone");
    for file in [cli.path(".config/ssgctl/config.toml"), cli.path("mail.toml")] {
        let text = fs::read_to_string(&file).unwrap_or_default();
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(&file, format!("{text}\n[defaults]\ntimezone = \"{ZONE}\"\n")).expect("written");
    }
    let mut with_times = 0;
    // What a change would print has the time of now, which differs from run to run. The one value of the others has no time.
    // The text of an email is as it was sent, with times of UTC. The name of SQLite's version has one.
    let skipped = |line: &str| line.contains(" -n") || line.starts_with("mail show") || *line == *"version";
    let reads = printing().filter(|(shape, line)| *shape != Shape::Value && !skipped(line));
    for (_, line) in reads {
        let table = cli.ok(line);
        let shown = times_in(&table);
        if shown.is_empty() {
            continue;
        }
        with_times += 1;
        // An invoice has a field with the zone of its days.
        let named = table.lines().filter(|line| line.contains(ZONE) && !line.starts_with("  timezone")).count();
        assert_eq!(named, 1, "{line}: the zone is named once: {table}");
        let mut times = Vec::new();
        times_of(&cli.json(line), &mut times);
        let local: Vec<String> = times.iter().map(|time| zone.for_reading(*time)).collect();
        let is_of_now = |time: &str| {
            // The time of the run itself, in an overview.
            let now = zone.for_reading(ssgctl::store::Clock::System.now());
            time.get(..13) == now.get(..13)
        };
        for time in shown {
            assert!(local.iter().any(|local| local == time) || is_of_now(time), "{line}: {time} is not in {local:?}");
        }
    }
    assert!(with_times > 20, "{with_times} commands have times in their tables");
    let named = cli.ok("note list --fields at");
    let utc: Time = cli.json("note list")[0]["at"].as_str().expect("a time").parse().expect("a time");
    let offset = jiff::SignedDuration::from_mins(OFFSET_MINUTES);
    let moved = Time::from_timestamp(utc.timestamp() + offset).for_reading();
    assert_eq!(named, format!("at ({ZONE})\n{moved}\n"));
}

#[test]
fn an_option_beats_the_configuration_and_data_stays_in_utc() {
    let cli = seeded();
    let history = |options: &str| cli.ok(&format!("balance history ABC --fields at {options}"));
    assert!(history("").starts_with("at\n"), "UTC needs no name");
    let tokyo = history("--timezone Asia/Tokyo");
    assert!(tokyo.starts_with("at (Asia/Tokyo)\n"), "{tokyo}");
    for format in ["--json", "--csv", "-o jsonl"] {
        assert_eq!(history(format), history(&format!("{format} --timezone Asia/Tokyo")));
    }
}

#[test]
fn times_in_a_file_without_a_zone_are_of_the_configured_one() {
    let cli = seeded();
    fs::create_dir_all(cli.path(".config/ssgctl")).expect("made");
    fs::write(cli.path(".config/ssgctl/config.toml"), "[defaults]\ntimezone = \"Asia/Tokyo\"\n").expect("written");
    let rows = "message_id,submitted_at,system_id,destination,state\nlocal,2026-11-03 09:00:00,abc_prod,+447700900123,delivered\n";
    fs::write(cli.path("local.csv"), rows).expect("written");
    let outcome = cli.run("traffic import local.csv --fields new");
    assert!(outcome.stderr.contains("read as times of Asia/Tokyo"), "{}", outcome.stderr);
    assert_eq!(cli.json("traffic show local")[0]["submitted_at"], "2026-11-03T00:00:00.000Z");
}
