//! Killed before any state-changing system call, a payment in advance is wholly there or wholly absent: payment, invoice, top-up.

use std::fs;

use crate::support::cli::{Home, TestCli};
use crate::support::strace::{can_trace, kill};

const PAY: &str = "payment record ABC 240 --currency EUR --invoice 1 --key bank-1 --config c.toml";

fn with_pro_forma() -> Home {
    let cli = TestCli::new();
    let config = "[tax]\ncountry = \"GB\"\nvat_number = \"GB123456789\"\nstandard = [{ from = \"2011-01-04\", rate = \"20\" }]\n[seller]\nname = \"Northwind\"\n";
    fs::write(cli.path("c.toml"), config).unwrap();
    cli.ok("customer new --organisation ABC --account-code ABC --country GB");
    cli.ok("invoice new ABC --currency EUR --credits 5000 --net 200");
    cli.contents()
}

/// The number of payments, of invoices, and of entries of the balance.
fn counts(cli: &TestCli) -> [i64; 3] {
    let database = cli.sql();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get(0)).unwrap();
    [
        count("SELECT count(*) FROM receivable WHERE kind = 'payment'"),
        count("SELECT count(*) FROM issued_invoice"),
        count("SELECT count(*) FROM entry"),
    ]
}

#[test]
fn killed_before_any_write_a_payment_in_advance_is_whole_or_absent() {
    if !can_trace() {
        return;
    }
    let home = with_pro_forma();
    let mut kills = 0;
    for call in home.restore().state_changing_calls(PAY) {
        for place in 1..500 {
            let cli = home.restore();
            let output = cli.tampered(&kill(&call, place), PAY).output().unwrap();
            let left = counts(&cli);
            assert!([[0; 3], [1; 3]].contains(&left), "{call} {place}: {left:?}");
            assert_eq!(cli.run("db check").code, Some(0), "{call} {place}");
            cli.ok(PAY);
            assert_eq!(counts(&cli), [1; 3], "{call} {place}: the same command again");
            if output.status.success() {
                break;
            }
            kills += 1;
        }
    }
    assert!(kills > 10, "{kills} kills");
}

const RUN: &str = "invoice run --period 2026-10 --issue --config c.toml";

fn with_usage() -> Home {
    let cli = with_pro_forma().restore();
    let rows = "message_id,submitted_at,system_id,destination,state,parts\n\
        1,2026-10-05T10:00:00Z,abc,+447700900123,delivered,10\n2,2026-10-06T10:00:00Z,xyz,+33612345678,delivered,3\n";
    fs::write(cli.path("a.csv"), rows).unwrap();
    cli.ok("service new euro --name Euro --unit EUR --price 0.0333");
    cli.ok("customer edit ABC --billing postpaid");
    cli.ok("customer new --organisation XYZ --account-code XYZ --country GB --billing postpaid");
    for customer in ["ABC", "XYZ"] {
        cli.ok(&format!("smpp add {customer} --system-id {} --service euro", customer.to_lowercase()));
    }
    cli.ok("traffic import a.csv");
    cli.contents()
}

#[test]
fn killed_before_any_write_a_run_bills_all_or_none_and_again_ends_in_the_same() {
    if !can_trace() {
        return;
    }
    let home = with_usage();
    let clean = home.restore();
    let before = counts(&clean);
    clean.ok(RUN);
    let after = counts(&clean);
    assert_eq!(after[1], 2);
    let mut kills = 0;
    for call in home.restore().state_changing_calls(RUN) {
        for place in 1..500 {
            let cli = home.restore();
            let output = cli.tampered(&kill(&call, place), RUN).output().unwrap();
            let left = counts(&cli);
            assert!([before, after].contains(&left), "{call} {place}: {left:?}");
            cli.ok(RUN);
            assert_eq!(counts(&cli), after, "{call} {place}: the same command again");
            assert_eq!(cli.run("db check").code, Some(0), "{call} {place}");
            if output.status.success() {
                break;
            }
            kills += 1;
        }
    }
    assert!(kills > 10, "{kills} kills");
}
