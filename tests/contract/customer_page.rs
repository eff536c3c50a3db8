//! The page of a customer at a terminal: one screen with what a call needs.

use std::fs;

use jiff::ToSpan;
use ssgctl::store::Clock;
use unicode_width::UnicodeWidthStr;

use crate::support::cli::TestCli;

/// A customer with more of everything than a screen has room for.
fn busy_customer() -> TestCli {
    let cli = TestCli::seeded();
    cli.ok("balance warn ABC --unit SMS --upper 500 --lower 50");
    for number in 1..=7 {
        cli.ok(&format!("contact add ABC --name 'Person {number}' --email person{number}@abc.example"));
        cli.ok(&format!("note add ABC 'Call number {number}: {}'", "asked about the delivery of messages ".repeat(5)));
        cli.ok(&format!("smpp add ABC --system-id quiet_{number}"));
    }
    cli.ok("smpp disable quiet_1");
    let now = Clock::System.now().timestamp();
    let mut rows = "message_id,submitted_at,system_id,destination,state,parts\n".to_owned();
    for (day, system_id) in [(1, "abc_prod"), (2, "abc_prod"), (20, "quiet_7")] {
        let at = now.checked_sub((24 * day).hours()).expect("a time").strftime("%FT%TZ");
        for state in ["delivered", "delivered", "expired"] {
            rows.push_str(&format!("{day}-{state}-{},{at},{system_id},+447700900123,{state},1\n", rows.len()));
        }
    }
    fs::write(cli.path("recent.csv"), rows).expect("written");
    cli.ok("traffic import recent.csv");
    cli
}

#[test]
fn a_call_needs_one_screen() {
    let cli = busy_customer();
    let page = cli.ok("customer show abc --width 80");
    let lines: Vec<&str> = page.lines().collect();
    assert!(lines.iter().all(|line| line.width() <= 80), "{page}");
    assert_eq!(lines[0], "ABC Corp  ABC  active");
    let balances: Vec<&&str> = lines.iter().filter(|line| line.contains(" SMS")).collect();
    assert!(balances[0].starts_with("91 SMS, ") && balances[0].contains(" left at "), "{page}");
    assert!(balances[0].ends_with("early warning (warns at 500 and 50)"), "{page}");
    assert!(lines.len() < 24, "a terminal of 24 lines has room for it and for a prompt: {page}");
    assert!(page.contains("12.50 GBP, no warning set\n"), "{page}");
    assert!(page.contains("\ninvoices: 24.00 EUR open, 4.00 unallocated, 55.00 in drafts\n"), "{page}");
    let traffic = lines.iter().find(|line| line.contains("messages in 30 days")).expect("traffic");
    assert_eq!(traffic.matches('█').count(), 3, "three days with messages: {traffic}");
    assert!(traffic.ends_with("9 messages in 30 days, 66.6 % delivered"), "{traffic}");
    assert_eq!(traffic.split(' ').next().expect("days").chars().count(), 30, "{traffic}");
}

#[test]
fn the_newest_notes_are_shown_and_silent_accounts_share_a_line() {
    let cli = busy_customer();
    for width in [60, 80, 109, 110, 160, 250] {
        let page = cli.ok(&format!("customer show ABC --width {width}"));
        assert!(page.lines().all(|line| line.width() <= width), "{width}: {page}");
        assert!(page.contains("Call number 7:") && page.contains("Call number 3:"), "{width}: {page}");
        assert!(!page.contains("Call number 2:") && page.contains("3 older: ssgctl note list ABC"), "{width}: {page}");
        assert!(page.find("Call number 7:") < page.find("Call number 3:"), "newest first: {page}");
        assert!(page.contains("6 more: ssgctl contact list ABC"), "{width}: {page}");
        assert!(page.contains("6 silent for 30 days: quiet_1, quiet_2,"), "{width}: {page}");
        assert!(page.find("abc_prod") < page.find("quiet_7"), "busiest first: {page}");
        let is_wide = page.lines().any(|line| line.starts_with("Details") && line.contains("Contacts"));
        assert_eq!(is_wide, width >= 110, "{width}: {page}");
    }
}

#[test]
fn what_is_empty_is_left_out() {
    let cli = TestCli::seeded();
    let page = cli.ok("customer show XYZ --width 80");
    for absent in ["Contacts", "Notes", "phone", "invoice", "archived_at:", "not shown"] {
        assert!(!page.contains(absent), "{absent}: {page}");
    }
    assert!(page.contains("no balance\nno messages in 30 days\n"), "{page}");
    // Few accounts have a line each, with the reason why one does not work.
    let account = page.lines().find(|line| line.contains("xyz_old")).expect("an account");
    assert!(account.ends_with("archived"), "{page}");
    assert!(cli.ok("customer show OLD --width 80").starts_with("Old Ltd  OLD  archived\n"));
}

#[test]
fn pipes_and_chosen_fields_have_all_fields_in_sections() {
    let cli = TestCli::seeded();
    let sections = cli.ok("customer show ABC");
    assert!(sections.starts_with("ABC ABC Corp\n\nCompany\n") && sections.contains("  archived_at"), "{sections}");
    let chosen = cli.ok("customer show ABC --fields phone,archived_at --width 80");
    assert!(chosen.contains("Company\n  phone  +447700900123\n") && chosen.contains("archived_at"), "{chosen}");
}
