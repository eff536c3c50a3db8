//! The last step: nothing is done, and nobody is written to, before a person has answered it with a word and Return.

use std::time::Duration;

use crate::support::cli::TestCli;

const REVIEW: &str = "Create this customer? (yes, no or change): ";

/// The command line that leaves little to ask, and the keys that answer the rest, up to the question about the email.
const LINE: &str = "quick-create --ask --config mail.toml --organisation New --account-code NEW \
    --vat-reg-no GB1 --invoice-address Leeds --system-id new_prod --contact-email new@new.example \
    --contact-name New --contact-mobile +447700900127 --country GB --billing prepaid --payment-terms-days 30 --invoice-emails pay@new.example --service uk --unit GBP --credit 5 --warn-upper 3 \
    --warn-lower 1 --max-tps 5 --allowed-ips 192.0.2.7 --cug=+447700900124 --mt-webhook https://new.example/ \
    --dlr-webhook https://new.example/ --mo-webhook https://new.example/";
const EMAIL: &str = "Send the customer an email (yes or no) [no]: ";

#[test]
fn keys_for_the_question_before_do_not_answer_the_last_one() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    // `y` with a Return too many, and answers that were typed far ahead, by a person who does not look.
    for keys in ["y\r\r", "yes\ryes\ry\r", "y\ry\r\r\r"] {
        let mut session = cli.at_terminal(LINE, &[]);
        session.shows(EMAIL);
        session.types(keys);
        session.shows("The details of the account and its password will be emailed to new@new.example.");
        session.shows(REVIEW);
        std::thread::sleep(Duration::from_millis(200));
        assert!(before == cli.dump(), "{keys:?} created the customer");
        session.types("n\r");
        let (shown, code) = session.ends();
        assert_eq!(code, Some(5), "{keys:?}: {shown}");
        assert!(before == cli.dump(), "{keys:?}");
    }
    assert_eq!(std::fs::read_dir(cli.path("emails")).expect("a folder").count(), 0, "an email was sent");
}

#[test]
fn the_last_step_has_no_default_and_takes_whole_words() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    for keys in ["\r", "\u{1b}[B\r", " \r", "nay\r", "yn\r", "yesno\r"] {
        let mut session = cli.at_terminal(LINE, &[]);
        session.shows(EMAIL);
        session.types("\r");
        session.shows("No email will be sent.");
        session.shows(REVIEW);
        session.types(keys);
        session.shows("answer yes, no or change");
        session.shows(REVIEW);
        session.types("no\r");
        let (shown, code) = session.ends();
        assert_eq!(code, Some(5), "{keys:?}: {shown}");
        assert!(before == cli.dump(), "{keys:?}");
    }
    let mut session = cli.at_terminal(LINE, &[]);
    session.shows(EMAIL);
    session.types("yes\r");
    session.shows(REVIEW);
    // A single key does nothing yet.
    session.types("y");
    std::thread::sleep(Duration::from_millis(200));
    assert!(before == cli.dump());
    session.types("\r");
    let (shown, code) = session.ends();
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(std::fs::read_dir(cli.path("emails")).expect("a folder").count(), 1);
}

#[test]
fn an_email_that_the_command_line_asks_for_is_in_the_summary_too() {
    let cli = TestCli::seeded();
    let mut session = cli.at_terminal("smpp quick-create ABC --ask --send-email --config mail.toml -n", &[]);
    session.shows("Service (type to search):");
    session.types("\r\r\r\r\r\r\r");
    session.shows("Dry run: no email will be sent to zoe@abc.example.");
    session.shows("Create this account? (yes, no or change): ");
    session.types("no\r");
    assert_eq!(session.ends().1, Some(5));
}

#[test]
fn a_wizard_that_is_cancelled_leaves_no_database() {
    let cli = TestCli::new();
    let mut session = cli.at_terminal("quick-create --organisation New --ask", &[]);
    session.shows("Account code");
    assert!(!cli.database().exists(), "the database was created before the first answer");
    session.types("\u{3}");
    assert_ne!(session.ends().1, Some(0));
    assert!(!cli.database().exists());
    assert!(cli.files().is_empty(), "{:?}", cli.files());
}

#[test]
fn a_less_than_sign_goes_back_from_every_list() {
    let cli = TestCli::seeded();
    let mut session = cli.at_terminal("smpp quick-create", &[]);
    session.shows("Customer: ");
    session.types("ABC\r");
    session.shows("Service (type to search):");
    session.types("<\r");
    session.shows("Customer [ABC]: ");
    session.types("\r");
    session.shows("Service (type to search):");
    session.types("\r\r\r\r\r\r\r");
    session.shows("Create this account? (yes, no or change): ");
    session.types("<\r");
    session.shows("Which answer (type to search):");
    session.types("<\r");
    session.shows("Create this account? (yes, no or change): ");
    session.types("no\r");
    assert_eq!(session.ends().1, Some(5));
}

#[test]
fn a_confirmation_ignores_keys_from_before_it_and_waits_for_return() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    // The keys arrive while the shell still sleeps.
    let mut session = cli.script_at_terminal("echo ready; sleep 1; \"$0\" customer archive ABC; echo \"code $?\"");
    session.shows("ready");
    session.types("y\ry\r");
    session.shows("Archive ABC and all their SMPP accounts? [y/N]: ");
    std::thread::sleep(Duration::from_millis(200));
    assert!(before == cli.dump(), "the keys from before were an answer");
    session.types("y");
    std::thread::sleep(Duration::from_millis(200));
    assert!(before == cli.dump(), "a single key was an answer");
    session.types("\r");
    session.shows("code 0");
    assert!(before != cli.dump());
}
