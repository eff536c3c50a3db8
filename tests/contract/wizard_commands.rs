//! More of the wizard: other commands that ask, hostile keys, numbers and explanations.

use serde_json::Value;

use super::wizard::{REVIEW, STEPS, answer};
use crate::support::cli::{TestCli, words};

#[test]
fn an_account_for_a_customer_that_is_there_is_asked_for_likewise() {
    let cli = TestCli::seeded();
    let mut session = cli.at_terminal("smpp quick-create --config mail.toml -o name", &[]);
    session.shows("Customer: ");
    session.types("ABD\r");
    session.shows("no customer `ABD`; did you mean `ABC`?");
    session.types("OLD\r");
    session.shows("is archived");
    session.types("abc\r");
    session.shows("Service (type to search):");
    session.types("\r");
    answer(&mut session, &STEPS[17..]);
    session.shows("Create this account? (yes, no or change): ");
    session.types("y\r");
    let (shown, code) = session.ends();
    assert_eq!(code, Some(0), "{shown}");
    let line = "ssgctl smpp quick-create --config mail.toml -o name ABC --service standard --max-tps 50 \
        --allowed-ips 192.0.2.7,2001:db8::/48 --cug +447700900124,+447700900125 --mt-webhook https://port.example/mt \
        --mo-webhook https://port.example/mo --send-email";
    assert!(shown.contains(line), "{shown}");
    assert_eq!(cli.json("mail list --desc --limit 1")[0]["recipient"], "zoe@abc.example");
    let mut session = cli.at_terminal("smpp quick-create ABC", &[]);
    session.shows("Service (type to search):");
    session.send_control('c').expect("typed");
    assert_eq!(session.ends().1, Some(130));
}

#[test]
fn what_is_required_and_missing_is_asked_and_nothing_else() {
    let cli = TestCli::seeded();
    let mut session = cli.at_terminal("customer new --country FR --fields organisation,country", &[]);
    session.shows("Organisation: ");
    session.types("-5 Ltd\r");
    let (shown, code) = session.ends();
    assert!(code == Some(0) && shown.contains("-5 Ltd") && shown.contains("FR"), "{shown}");
    let mut session = cli.at_terminal("smpp add --max-tps 4 --csv --fields customer,max_tps", &[]);
    session.shows("Customer: ");
    session.types("XYZ\r");
    let (shown, code) = session.ends();
    assert!(code == Some(0) && shown.contains("XYZ,4"), "{shown}");
}

#[test]
fn keys_that_drive_terminals_and_keys_typed_ahead_do_no_harm() {
    let cli = TestCli::seeded();
    let mut session = cli.at_terminal("quick-create -n --json", &[]);
    session.shows("Organisation: ");
    session.types("\u{1b}]0;x\u{7}A\u{1b}[31m\u{8}\u{1b}[A\t\u{c}B\r");
    session.shows("Account code");
    session.types("\r");
    session.shows("Country (type to search): ");
    session.types("\r\r\r\r\r\rName\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r");
    session.shows(REVIEW);
    session.types("yes\r");
    let (shown, code) = session.ends();
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(shown.matches("--contact-name Name").count(), 1, "{shown}");
    let result = shown.lines().find(|line| line.starts_with('{')).expect("a result");
    let made: Value = serde_json::from_str(result).expect(result);
    let organisation = made["organisation"].as_str().expect("a name");
    assert!(organisation.chars().all(|c| !c.is_control()), "{organisation:?}");
    assert_eq!(words(organisation).len(), 1);
}

#[test]
fn a_question_is_numbered_and_explained_on_request() {
    let cli = TestCli::seeded();
    let mut session = cli.at_terminal("quick-create", &[]);
    session.shows("1 of 18  Organisation: ");
    session.types("?\r");
    session.shows("Legal or trading name");
    session.shows("1 of 18  Organisation: ");
    session.types("Asked\r");
    session.shows("2 of 18  Account code [made from the name]: ");
    session.types(&"\r".repeat(16));
    session.shows("18 of 18  More settings (yes or no) [no]: ");
    session.types("?\r");
    session.shows("IPs, closed user group, webhooks");
    session.types("y\r");
    session.shows("19 of 23  Allowed IPs");
    session.types("\r\r\r\r\r");
    session.shows(REVIEW);
    session.types("yes\r");
    let (shown, code) = session.ends();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("next: `ssgctl smpp handover "), "{shown}");
    assert!(!shown.contains("MORE") && !shown.contains("--account-code"), "{shown}");
}
