//! Killed anywhere, imports of messages that are charged when they are delivered, and `traffic expire`, charge and release once.

use std::fmt::Write;
use std::fs;

use rusqlite::types::Value;

use crate::crash::import::{HEADER, assert_sound, daily_sums, rows};
use crate::support::cli::{Home, TestCli};
use crate::support::strace::{can_trace, kill};

/// What the commands write, without times and hashes that cover times.
const ENDS: &[&str] = &[
    "SELECT * FROM unpacked_message ORDER BY day, id, account_id",
    "SELECT * FROM traffic_monthly",
    "SELECT * FROM import_account",
    "SELECT id, file, state, rows, new, updated, duplicate, rejected FROM import",
    "SELECT * FROM accrued_charge",
    "SELECT customer_id, unit, balance_e8, accrued_e8, reserved_e8 FROM balance",
    "SELECT id, entity, action, subject, changes FROM event",
];

const EXPIRE: &str = "traffic expire --before 2026-11-15";

/// The second file reports half of the messages of the first as delivered.
const IMPORT: &str = "traffic import b.csv --batch-rows 7";

/// Two customers with an account each, and 40 messages of 20 days that are reserved.
fn before_run() -> Home {
    let cli = TestCli::new();
    cli.ok("db init");
    cli.ok("plan new dlr --name Delivered --unit EUR --basis delivered --default-price 0.05");
    cli.ok("service new dlr --name Delivered --plan dlr");
    for code in ["abc", "xyz"] {
        cli.ok(&format!("customer new --organisation {code} --account-code {code}"));
        cli.ok(&format!("smpp add {code} --system-id {code} --service dlr"));
    }
    for (name, state, step) in [("a.csv", "pending", 1), ("b.csv", "delivered", 2)] {
        let mut text = HEADER.to_owned();
        for n in (0..40).step_by(step) {
            let account = ["abc", "xyz"][n / 2 % 2];
            writeln!(text, "{n},2026-11-{:02}T10:00:00Z,{account},+44770090{n:04},{state},2", n % 20 + 1).unwrap();
        }
        fs::write(cli.path(name), text).unwrap();
    }
    cli.ok("traffic import a.csv");
    cli.contents()
}

fn state(cli: &TestCli) -> Vec<Vec<Vec<Value>>> {
    let database = cli.sql();
    ENDS.iter().map(|sql| rows(&database, sql)).chain([vec![daily_sums(cli)]]).collect()
}

#[test]
fn killed_before_any_write_each_command_charges_and_releases_once() {
    if !can_trace() {
        return;
    }
    let home = before_run();
    for (command, balances) in [
        (IMPORT, "customer,balance,reserved\nabc,-1.00,1.00\nxyz,-1.00,1.00\n"),
        (EXPIRE, "customer,balance,reserved\nabc,0.00,0.40\nxyz,0.00,0.80\n"),
    ] {
        let cli = home.restore();
        cli.ok(command);
        let clean = state(&cli);
        assert_eq!(cli.ok("balance list --csv --fields customer,balance,reserved"), balances);
        for call in ["pwrite64", "fsync,fdatasync"] {
            for place in 1.. {
                let cli = home.restore();
                let output = cli.tampered(&kill(call, place), command).output().unwrap();
                assert_sound(&cli);
                cli.ok(command);
                assert_sound(&cli);
                assert!(state(&cli) == clean, "{command} {call} {place}");
                if output.status.success() {
                    assert!(place > 1, "nothing was killed before {call}");
                    break;
                }
                assert!(place < 1_000, "the killing never ended");
            }
        }
    }
}
