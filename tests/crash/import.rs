//! Killed anywhere, an import of traffic leaves a sound database, and the same command again ends where a clean run ends.
//!
//! The system call tracer `strace` does some of the killing; where it is not installed, or may not trace, that test passes.

use std::fmt::Write;
use std::fs;
use std::time::Duration;

use jiff::tz::TimeZone;
use rusqlite::Connection;
use rusqlite::types::Value;
use ssgctl::store::{AccountDay, Clock, Location, Store};
use ssgctl::traffic::{ExpectedTotals, ImportRequest, ParseOptions, Source};
use ssgctl::{Error, traffic};

use crate::ops::traffic::Quiet;
use crate::support::cli::{Home, SSGCTL, TestCli};
use crate::support::fixture::origin;
use crate::support::strace::{can_trace, kill};

/// What must be the same however often an import was interrupted: everything but times, hashes that cover times, and how messages
/// and sums are divided into runs and layers, which depends on the batches.
const ENDS: &[&str] = &[
    "SELECT * FROM unpacked_message ORDER BY day, id, account_id",
    "SELECT * FROM traffic_monthly",
    "SELECT * FROM import_account",
    "SELECT id, file, state, rows, new, updated, duplicate, rejected FROM import",
    "SELECT id, import_id, reverted, reprice_id FROM accrual",
    "SELECT * FROM accrued_charge",
    "SELECT id, customer_id, unit, kind, amount_e8, balance_after_e8, description, reference FROM entry",
    "SELECT * FROM posted_charge",
    "SELECT customer_id, unit, balance_e8, accrued_e8, accrued_from FROM balance",
    "SELECT id, entity, action, subject, changes FROM event",
];

pub(super) const HEADER: &str = "message_id,submitted_at,system_id,destination,state,parts\n";

/// Two customers with an account each that have accrued charges of an earlier day, and a file `a.csv` with rows of both, some of
/// them twice.
fn before_import(rows: u32) -> Home {
    let cli = TestCli::new();
    for code in ["abc", "xyz"] {
        cli.ok(&format!("customer new --organisation {code} --account-code {code}"));
        cli.ok(&format!("smpp add {code} --system-id {code}"));
    }
    accrue_on_an_earlier_day(&cli);
    let mut text = HEADER.to_owned();
    for n in 0..rows {
        let id = n % (rows - rows / 7);
        let account = ["abc", "xyz"][id as usize % 2];
        let state = if n == id { "pending" } else { "delivered" };
        writeln!(text, "{id},2026-11-{:02}T10:00:00Z,{account},+44770090{id:04},{state},2", id % 20 + 1).unwrap();
    }
    fs::write(cli.path("a.csv"), text).unwrap();
    cli.contents()
}

fn accrue_on_an_earlier_day(cli: &TestCli) {
    let row = |code| format!("before-{code},2026-11-22T10:00:00Z,{code},+447700900001,delivered,3\n");
    let path = cli.path("before.csv");
    fs::write(&path, format!("{HEADER}{}{}", row("abc"), row("xyz"))).unwrap();
    let request = ImportRequest {
        source: Source::new("before.csv".to_owned(), fs::File::open(path).unwrap()).unwrap(),
        options: ParseOptions::in_zone(TimeZone::UTC),
        charging: true,
        allow_overlap: false,
        skip_invalid: false,
        expected: ExpectedTotals::default(),
        batch: 10,
        dry_run: false,
    };
    let location = Location { path: cli.database(), create: false, wait: Duration::from_secs(5) };
    let mut store = Store::open(&location, Clock::Fixed("2026-11-22T12:00:00Z".parse().unwrap())).unwrap();
    traffic::import(&mut store, &origin(), &request, None, &mut Quiet { commits_left: 9 }).unwrap();
    store.close().unwrap();
}

fn import(batch: u32) -> String {
    format!("traffic import a.csv --batch-rows {batch}")
}

/// Checks that the whole database is sound, and returns what there is to warn of, such as an import that is unfinished.
#[track_caller]
pub(super) fn assert_sound(cli: &TestCli) -> Vec<String> {
    let location = Location { path: cli.database(), create: false, wait: Duration::from_secs(5) };
    let report = Store::open(&location, Clock::System).unwrap().read().unwrap().check();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    // The charges of an earlier day were made with the clock of that day.
    report.warnings.into_iter().filter(|warning| !warning.starts_with("the clock was set back")).collect()
}

/// Completes the import, and reads the whole database, which must be sound before and after.
#[track_caller]
fn completed(cli: &TestCli, batch: u32) -> Vec<Vec<Vec<Value>>> {
    assert_sound(cli);
    cli.ok(&import(batch));
    assert_eq!(assert_sound(cli), [""; 0]);
    let database = cli.sql();
    ENDS.iter().map(|sql| rows(&database, sql)).chain([vec![daily_sums(cli)]]).collect()
}

/// The sums of each account and day.
pub(super) fn daily_sums(cli: &TestCli) -> Vec<Value> {
    let location = Location { path: cli.database(), create: false, wait: Duration::from_secs(5) };
    let (mut store, mut sums) = (Store::open(&location, Clock::System).unwrap(), Vec::new());
    let each = |of_day: &AccountDay| {
        sums.push(Value::Text(format!("{of_day:?}")));
        Ok::<_, Error>(())
    };
    store.read().unwrap().account_days(0..i32::MAX, each).unwrap();
    sums
}

pub(super) fn rows(database: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = database.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
    rows.collect::<rusqlite::Result<_>>().unwrap()
}

#[test]
fn killed_before_any_write_an_import_is_completed_by_the_same_command() {
    if !can_trace() {
        return;
    }
    let home = before_import(40);
    let clean = completed(&home.restore(), 15);
    for call in ["pwrite64", "fsync,fdatasync", "write"] {
        for place in 1.. {
            let cli = home.restore();
            let output = cli.tampered(&kill(call, place), &import(15)).output().unwrap();
            assert!(completed(&cli, 15) == clean, "{call} {place}");
            if output.status.success() {
                assert!(place > 1, "nothing was killed before {call}");
                break;
            }
            assert!(place < 5_000, "the killing never ended");
        }
    }
}

#[test]
fn killed_again_and_again_an_import_ends_where_a_clean_run_ends() {
    let home = before_import(6_000);
    let clean = completed(&home.restore(), 200);
    let cli = home.restore();
    let mut kills = 0;
    for attempt in 0..50_u64 {
        let mut child = cli.start(&import(200));
        // From early to late, in no order.
        std::thread::sleep(Duration::from_millis(attempt * 37 % 400 + 50));
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            break;
        }
        kills += 1;
    }
    assert!(completed(&cli, 200) == clean, "after {kills} kills");
}

#[test]
fn where_the_rows_of_a_file_have_no_room_nothing_is_imported_and_nothing_stays() {
    let home = before_import(80_000);
    let clean = completed(&home.restore(), 30_000);
    let cli = home.restore();
    let others_than_the_database = || {
        let names = fs::read_dir(cli.database().parent().unwrap()).unwrap();
        let names = names.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !name.starts_with("ssgctl.db")).collect::<Vec<_>>()
    };
    let nothing: [String; 0] = [];
    // Room for the rows that are kept in memory, and for few more.
    let mut limited = cli.program("bash");
    limited.args(["-c", "ulimit -f 1100; exec \"$@\"", "bash", SSGCTL, "traffic", "import", "a.csv"]);
    let output = limited.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(10), "{stderr}");
    assert!(stderr.contains("cannot keep the rows of the file, some 40 bytes each, next to "), "{stderr}");
    assert_eq!(others_than_the_database(), nothing);
    assert_eq!(cli.ok("traffic list --csv --no-headers --fields file"), "before.csv\n");
    if can_trace() {
        for place in [1, 3] {
            assert!(!cli.tampered(&kill("write", place), "traffic import a.csv").output().unwrap().status.success());
            assert_eq!(others_than_the_database(), nothing, "{place}");
        }
    }
    assert!(completed(&cli, 30_000) == clean);
}

#[test]
fn imports_of_overlapping_files_at_once_end_where_they_end_one_after_the_other() {
    let cli = before_import(600).restore();
    let text = fs::read_to_string(cli.path("a.csv")).unwrap();
    let (header, body) = text.split_once('\n').unwrap();
    let lines: Vec<&str> = body.lines().collect();
    for (name, range) in [("b.csv", 0..400), ("c.csv", 200..600), ("d.csv", 100..500)] {
        fs::write(cli.path(name), format!("{header}\n{}\n", lines[range].join("\n"))).unwrap();
    }
    let imports =
        ["b.csv", "c.csv", "d.csv", "a.csv"].map(|name| cli.start(&format!("traffic import {name} --batch-rows 50")));
    for mut import in imports {
        assert!(import.wait().unwrap().success());
    }
    // 515 messages of two parts, and one of three for each.
    assert_eq!(cli.ok("balance list --csv --fields customer,balance"), "customer,balance\nabc,-519\nxyz,-517\n");
    assert_sound(&cli);
}

/// The entries of accrued charges, by reference.
fn posted(cli: &TestCli) -> Vec<Vec<Value>> {
    rows(&cli.sql(), "SELECT reference, customer_id, amount_e8 FROM entry ORDER BY id")
}

#[test]
fn killed_before_any_write_a_posting_is_done_once_by_the_same_command() {
    if !can_trace() {
        return;
    }
    let home = before_import(10);
    let cli = home.restore();
    cli.ok("traffic post");
    let clean = posted(&cli);
    assert_eq!(clean.len(), 2);
    for call in ["pwrite64", "fsync,fdatasync", "write"] {
        for place in 1.. {
            let cli = home.restore();
            let output = cli.tampered(&kill(call, place), "traffic post").output().unwrap();
            assert_sound(&cli);
            cli.ok("traffic post");
            assert_sound(&cli);
            assert!(posted(&cli) == clean, "{call} {place}");
            if output.status.success() {
                assert!(place > 1, "nothing was killed before {call}");
                break;
            }
            assert!(place < 1_000, "the killing never ended");
        }
    }
}

#[test]
fn an_import_a_check_and_a_posting_at_once_post_the_charges_of_an_earlier_day_once() {
    let cli = before_import(300).restore();
    let lines =
        ["balance check", "traffic import a.csv --batch-rows 20", "traffic post", "balance check", "traffic post"];
    let started: Vec<_> = lines.iter().map(|line| (line, cli.start(line))).collect();
    for (line, mut child) in started {
        assert!(child.wait().unwrap().success(), "{line}");
    }
    assert_sound(&cli);
    cli.ok("traffic post");
    let earlier =
        "SELECT customer_id, amount_e8 FROM entry WHERE reference = 'charges 2026-11-22' ORDER BY customer_id";
    let charges = [1, 2].map(|customer| vec![Value::Integer(customer), Value::Integer(-300_000_000)]);
    assert_eq!(rows(&cli.sql(), earlier), charges);
    assert_eq!(rows(&cli.sql(), "SELECT sum(accrued_e8) FROM balance"), [[Value::Integer(0)]]);
    assert_sound(&cli);
}
