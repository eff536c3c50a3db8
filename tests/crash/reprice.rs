//! Killed anywhere, `traffic reprice` charges all differences or none, and the same command again ends where a clean run ends.

use std::fmt::Write;
use std::fs;

use rusqlite::types::Value;

use crate::crash::import::{HEADER, assert_sound, daily_sums, rows};
use crate::support::cli::{Home, TestCli};
use crate::support::strace::{can_trace, kill};

/// What a run writes, without times and hashes that cover times.
const ENDS: &[&str] = &[
    "SELECT id, key, from_second, until_second, prices_version FROM reprice",
    "SELECT * FROM reprice_account",
    "SELECT * FROM reprice_balance",
    "SELECT * FROM traffic_monthly",
    "SELECT id, import_id, reverted, reprice_id FROM accrual",
    "SELECT * FROM accrued_charge",
    "SELECT customer_id, unit, balance_e8, accrued_e8, accrued_from FROM balance",
    "SELECT id, entity, action, subject, changes FROM event",
];

const REPRICE: &str = "traffic reprice --from 2026-11-01 --until 2026-12-01";

/// Two customers with an account each, messages of 20 days, and a price that was corrected after they were charged.
fn before_run() -> Home {
    let cli = TestCli::new();
    cli.ok("service new euro --name Euro --unit EUR --price 0.05");
    for code in ["abc", "xyz"] {
        cli.ok(&format!("customer new --organisation {code} --account-code {code}"));
        cli.ok(&format!("smpp add {code} --system-id {code} --service euro"));
    }
    let mut text = HEADER.to_owned();
    for n in 0..40 {
        let account = ["abc", "xyz"][n % 2];
        writeln!(text, "{n},2026-11-{:02}T10:00:00Z,{account},+44770090{n:04},delivered,2", n % 20 + 1).unwrap();
    }
    fs::write(cli.path("a.csv"), text).unwrap();
    cli.ok("traffic import a.csv");
    cli.ok("price set euro GB 0.04 --effective 2026-11-05");
    cli.contents()
}

fn state(cli: &TestCli) -> Vec<Vec<Vec<Value>>> {
    let database = cli.sql();
    ENDS.iter().map(|sql| rows(&database, sql)).chain([vec![daily_sums(cli)]]).collect()
}

#[test]
fn killed_before_any_write_a_run_is_done_once_by_the_same_command() {
    if !can_trace() {
        return;
    }
    let home = before_run();
    let cli = home.restore();
    let before = state(&cli);
    cli.ok(REPRICE);
    let clean = state(&cli);
    assert_eq!(cli.ok("balance list --csv --fields customer,balance"), "customer,balance\nabc,-1.68\nxyz,-1.68\n");
    for call in ["pwrite64", "fsync,fdatasync", "write"] {
        for place in 1.. {
            let cli = home.restore();
            let output = cli.tampered(&kill(call, place), REPRICE).output().unwrap();
            assert_sound(&cli);
            let found = state(&cli);
            assert!(found == before || found == clean, "{call} {place}");
            cli.ok(REPRICE);
            assert_sound(&cli);
            assert!(state(&cli) == clean, "{call} {place}");
            if output.status.success() {
                assert!(place > 1, "nothing was killed before {call}");
                break;
            }
            assert!(place < 1_000, "the killing never ended");
        }
    }
}
