//! `metrics`: the figures, and the file that is replaced in one step.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use ssgctl::store::Clock;

use crate::support::cli::TestCli;

#[test]
fn the_figures_count_what_needs_attention() {
    let cli = TestCli::seeded();
    cli.ok("balance warn ABC --unit SMS --upper 500 --lower 50");
    cli.ok("balance warn ABC --unit GBP --upper 100 --lower 50");
    cli.ok("customer new --account-code LOW --organisation Low");
    cli.ok("balance adjust LOW -10 --description x --allow-negative");
    let text = cli.ok("metrics");
    for line in [
        "ssgctl_up 1",
        "ssgctl_balances 3",
        "ssgctl_low_balances{level=\"early_warning\"} 1",
        "ssgctl_low_balances{level=\"urgent\"} 1",
        "ssgctl_forecast_alerts{kind=\"surge\"} 0",
        // It has no threshold.
        "ssgctl_overdrawn_balances 1",
        "ssgctl_emails{state=\"failed\"} 0",
        "ssgctl_unfinished_imports 0",
        "# TYPE ssgctl_low_balances gauge",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    assert!(!text.contains("ssgctl_days_left"), "{text}");
    cli.ok("balance check --config mail.toml");
    let text = cli.ok("metrics --per-customer");
    assert!(text.contains("\nssgctl_last_check_timestamp_seconds 1"), "{text}");
    // Every sample has a type before it, and each line is a comment or a name and a number.
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').expect(line);
        assert!(value.parse::<i64>().is_ok(), "{line}");
        let name = name.split('{').next().expect(line);
        assert!(text.contains(&format!("# TYPE {name} gauge\n")), "{line}");
    }
}

#[test]
fn the_last_backup_is_known_whoever_made_it() {
    let cli = TestCli::seeded();
    let last = || {
        let text = cli.ok("metrics");
        let line = text.lines().find_map(|line| line.strip_prefix("ssgctl_last_backup_timestamp_seconds "));
        line.map(|seconds| seconds.parse::<i64>().expect("a number"))
    };
    let stamp = format!("{}.backed-up", cli.ok("db path").trim_end());
    // The database of this test was backed up while it was made.
    fs::remove_file(&stamp).expect("removed");
    assert_eq!(last(), None);
    let before = Clock::System.now().timestamp().as_second();
    cli.ok("db backup copy.db");
    assert!(last() >= Some(before), "{:?}", last());
    // A backup that failed is none.
    cli.run("db backup copy.db").failed(4, "it exists");
    // Another program says so by the time of the file.
    let stamp = fs::File::options().write(true).open(stamp).expect("a stamp");
    stamp.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_790_000_000)).expect("touched");
    assert_eq!(last(), Some(1_790_000_000));
    assert_eq!(cli.json("overview")["last_backup_at"], "2026-09-21T14:13:20.000Z");
}

#[test]
fn days_left_are_given_for_each_customer_on_request() {
    let cli = TestCli::seeded();
    let now = Clock::System.now().timestamp();
    let day_before = now.checked_sub(jiff::SignedDuration::from_hours(30)).expect("a time").strftime("%FT%TZ");
    let rows = format!(
        "message_id,submitted_at,system_id,destination,state\nm-1,{day_before},abc_prod,+447700900123,delivered\n"
    );
    fs::write(cli.path("recent.csv"), rows).expect("written");
    cli.ok("traffic import recent.csv");
    let text = cli.ok("metrics --per-customer");
    assert!(text.contains("ssgctl_days_left{customer=\"ABC\",unit=\"SMS\"} "), "{text}");
    assert!(text.contains("ssgctl_last_import_refused_rows 0\n"), "{text}");
}

#[test]
fn the_file_is_replaced_whole_and_says_when_the_figures_cannot_be_read() {
    let cli = TestCli::seeded();
    assert_eq!(cli.ok("metrics --textfile ssgctl.prom"), "");
    let before = fs::read_to_string(cli.path("ssgctl.prom")).expect("read");
    assert!(before.starts_with("# HELP ssgctl_up"), "{before}");
    let mode = fs::metadata(cli.path("ssgctl.prom")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o444, 0o444, "the collector runs as another user");
    let success = before.lines().find(|line| line.starts_with("ssgctl_metrics_last_success")).expect("a time");
    cli.run("metrics --textfile ssgctl.prom --db missing.db").failed(3, "metrics");
    let after = fs::read_to_string(cli.path("ssgctl.prom")).expect("read");
    assert!(after.contains("\nssgctl_up 0\n") && after.contains(success), "{after}");
    let left = fs::read_dir(cli.home()).expect("a folder").filter_map(Result::ok);
    let left: Vec<_> = left.filter(|entry| entry.file_name().to_string_lossy().contains(".prom.")).collect();
    assert!(left.is_empty(), "{left:?}");
    cli.run("metrics --textfile ssgctl.txt").failed(2, "metrics");
    cli.run("metrics --textfile nowhere/ssgctl.prom").failed(10, "metrics");
}
