//! The wizard: what it asks, in which order, what it takes and refuses, and what it leaves when it is not let finish.

use serde_json::Value;

use super::terminal::Session;
use crate::support::cli::TestCli;

/// Every question of `quick-create`, and keys that answer it.
pub(super) const STEPS: &[(&str, &str)] = &[
    ("Organisation: ", "Caf\u{e9} 'du Port'\r"),
    ("Account code [made from the name]: ", "\r"),
    ("Country (type to search): ", "united kin\r"),
    ("VAT number [none]: ", "GB123\r"),
    ("Postal address (lines separated by semicolons) [none]: ", "1 Quai ; Marseille;\r"),
    ("Billing (prepaid or postpaid) [prepaid]: ", "Prepaid\r"),
    ("Payment terms (days) [as configured]: ", "14\r"),
    ("Invoice emails (separated by commas) [none]: ", "bills@port.example, ap@port.example\r"),
    ("Contact name [none]: ", "Zo\u{eb} N\u{fa}\u{f1}ez\r"),
    ("Contact email [none]: ", "zoe@port.example\r"),
    ("Contact mobile [none]: ", "+44 7700 900123\r"),
    ("Service (type to search):", "\u{1b}[B\r"),
    ("System ID [generated]: ", "cafe_prod\r"),
    ("Unit of the balance (SMS or a currency) [GBP]: ", "\r"),
    ("Opening balance [none]: ", "250.5\r"),
    ("Early warning (at or below) [none]: ", "50\r"),
    ("Urgent warning (at or below) [none]: ", "10\r"),
    ("Max TPS [no limit]: ", "50\r"),
    ("More settings (yes or no) [no]: ", "yes\r"),
    ("Allowed IPs (separated by commas) [any]: ", "192.0.2.7, 2001:db8::1/48\r"),
    ("Closed user group (phone numbers, separated by commas) [none]: ", "+447700900124;+447700900125\r"),
    ("MT webhook [none]: ", "https://port.example/mt\r"),
    ("DLR webhook [none]: ", "\r"),
    ("MO webhook [none]: ", "https://port.example/mo\r"),
    ("Send the customer an email (yes or no) [no]: ", "y\r"),
];
pub(super) const REVIEW: &str = "Create this customer? (yes, no or change): ";

/// The line that the answers make, as it is printed.
const SAME: &str = "--organisation 'Caf\u{e9} '\\''du Port'\\''' --country GB --vat-reg-no GB123 --invoice-address '1 Quai' \
    --invoice-address Marseille --billing prepaid --payment-terms-days 14 \
    --invoice-emails 'bills@port.example, ap@port.example' --contact-name 'Zo\u{eb} N\u{fa}\u{f1}ez' \
    --contact-email zoe@port.example --contact-mobile +447700900123 --service uk --system-id cafe_prod --unit GBP --credit 250.5 --warn-upper 50 \
    --warn-lower 10 --max-tps 50 --allowed-ips 192.0.2.7,2001:db8::/48 --cug +447700900124,+447700900125 \
    --mt-webhook https://port.example/mt --mo-webhook https://port.example/mo --send-email";

const SHOWS_CURSOR: &str = "\u{1b}[?25h";
const HIDES_CURSOR: &str = "\u{1b}[?25l";

/// A text as a session's reader shows it, which makes a character of every byte.
fn as_bytes(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

pub(super) fn answer(session: &mut Session, steps: &[(&str, &str)]) {
    for (question, keys) in steps {
        session.shows(&as_bytes(question));
        session.types(keys);
    }
}

/// What a customer has, without what is another each time.
fn lasting(cli: &TestCli, customer: &str) -> Value {
    let mut shown = cli.json(&format!("customer show {customer}"));
    strip(&mut shown);
    shown
}

fn strip(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Object(fields) => {
            fields.retain(|key, _| {
                !key.ends_with("_at")
                    && !matches!(key.as_str(), "api_id" | "account_code" | "system_id" | "customer" | "id")
            });
            fields.values_mut().for_each(strip);
        }
        _ => {}
    }
}

#[test]
fn every_answer_becomes_an_option_and_the_line_does_the_same_without_questions() {
    let cli = TestCli::seeded();
    let mut session = cli.at_terminal("quick-create --config mail.toml --fields account_code,email_sent_to", &[]);
    answer(&mut session, STEPS);
    session.shows(REVIEW);
    session.types("yes\r");
    let (shown, code) = session.ends();
    assert_eq!(code, Some(0), "{shown}");
    let line = format!("ssgctl quick-create --config mail.toml --fields account_code,email_sent_to {SAME}");
    assert!(shown.contains(&line), "{shown}");
    assert!(shown.trim_end().ends_with("zoe@port.example"), "{shown}");
    let asked = cli.ok("customer list --search port.example -o name");
    let other = TestCli::seeded();
    other.shell(&line).succeeded(&line);
    let typed = other.ok("customer list --search port.example -o name");
    assert_eq!(lasting(&cli, asked.trim()), lasting(&other, typed.trim()));
    let account = cli.json("smpp list --search CAF")[0].clone();
    assert_eq!(account["max_tps"], 50, "{account}");
    assert_eq!(account["cug_size"], 2, "{account}");
    assert_eq!(account["use_cug"], true, "{account}");
    assert_eq!(cli.json("mail list --recipient zoe@port")[0]["template"], "welcome");
}

#[test]
fn the_password_is_in_the_result_alone() {
    let cli = TestCli::seeded();
    let mut session = cli.at_terminal("quick-create --json --fields password --config mail.toml", &[]);
    answer(&mut session, STEPS);
    session.shows(REVIEW);
    session.types("yes\r");
    session.shows("\"password\":\"");
    let (rest, code) = session.ends();
    let password = &rest[..8];
    assert_eq!(code, Some(0), "{rest}");
    assert!(!rest[8..].contains(password), "{rest}");
}

#[test]
fn a_wrong_answer_is_reported_with_its_rule_and_asked_again() {
    let wrong: &[(usize, &[(&str, &str)])] = &[
        (
            0,
            &[
                ("", "an answer is required"),
                ("-", "an answer is required"),
                ("a\u{200b}b", "invisible"),
                (LONG, "has 201"),
            ],
        ),
        (5, &[("later", "must be")]),
        (6, &[("366", "must be 0 to 365"), ("ten", "must be 0 to 365")]),
        (7, &[("bills", "one email address")]),
        (8, &[("a\u{202e}b", "invisible"), ("a\u{9b}31mb", "control character")]),
        (9, &[("zoe", "one email address"), ("a@b.example,c@d.example", "one email address")]),
        (10, &[("07700900123", "calling code"), ("ten", "international number")]),
        (13, &[("XYZ", "ISO 4217"), ("pounds", "ISO 4217")]),
        (14, &[("1,000", "decimal number"), ("-5", "must not be negative"), ("0.123456789", "at most 8")]),
        (15, &[("1e3", "decimal number")]),
        (16, &[("51", "above the early warning, which is 50"), ("x", "decimal number")]),
        (17, &[("0", "must be 1 to"), ("many", "must be 1 to")]),
        (19, &[("192.0.2.7,10.0.0", "`10.0.0` must be an IP"), ("*", "must be an IP")]),
        (20, &[("+447700900124,12", "`12` must be")]),
        (21, &[("port.example", "http or https URL"), ("https://u:p@port.example/", "user name or password")]),
        (22, &[("ftp://port.example", "http or https URL")]),
        (23, &[("file:///etc/passwd", "http or https URL")]),
    ];
    let cli = TestCli::seeded();
    let before = cli.dump();
    let mut session = cli.at_terminal("quick-create --config mail.toml", &[]);
    for (at, (question, keys)) in STEPS.iter().enumerate() {
        for (text, rule) in wrong.iter().filter(|(step, _)| *step == at).flat_map(|(_, answers)| *answers) {
            session.shows(&as_bytes(question));
            session.types(&format!("{text}\r"));
            session.shows(&as_bytes(rule));
        }
        session.shows(&as_bytes(question));
        session.types(keys);
    }
    session.shows(REVIEW);
    session.types("no\r");
    let (shown, code) = session.ends();
    assert_eq!(code, Some(5), "{shown}");
    assert!(shown.contains("not confirmed; nothing was changed") && !shown.contains("without questions"), "{shown}");
    assert!(before == cli.dump());
}

/// Longer than any organisation may be.
const LONG: &str = match std::str::from_utf8(&[b'x'; 201]) {
    Ok(text) => text,
    Err(_) => "",
};

#[test]
fn going_back_asks_the_question_before_with_its_answer_standing() {
    let cli = TestCli::seeded();
    let mut session = cli.at_terminal("quick-create --config mail.toml", &[]);
    for (at, (question, keys)) in STEPS.iter().enumerate() {
        session.shows(&as_bytes(question));
        session.types("<\r");
        if at > 0 {
            session.shows(&as_bytes(STEPS[at - 1].0.split([' ', ':', '(']).next().expect("a word")));
            session.types("\r");
        }
        session.shows(&as_bytes(question));
        session.types(keys);
    }
    session.shows(REVIEW);
    session.types("yes\r");
    let (shown, code) = session.ends();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains(SAME), "{shown}");
}

#[test]
fn going_back_twice_revisits_the_answer_in_between() {
    let cli = TestCli::seeded();
    let mut session = cli.at_terminal("quick-create --config mail.toml -n", &[]);
    answer(&mut session, &[(STEPS[0].0, "First\r"), (STEPS[1].0, "<\r"), ("Organisation [First]: ", "Second\r")]);
    answer(&mut session, &[(STEPS[1].0, "MINE\r"), (STEPS[2].0, "<"), ("<  go back", "\r")]);
    answer(&mut session, &[("Account code [MINE]: ", "<\r"), ("Organisation [Second]: ", "\r")]);
    answer(&mut session, &[("Account code [MINE]: ", "\r"), (STEPS[2].0, "united kin\r")]);
    session.shows("VAT number");
    session.send_control('c').expect("typed");
    assert_eq!(session.ends().1, Some(130));
}

#[test]
fn what_was_wrong_goes_when_it_is_right_and_a_list_says_that_nothing_matches() {
    let cli = TestCli::seeded();
    let cleared_lines = |steps: &[(&str, &str)]| {
        let mut session = cli.at_terminal("quick-create --config mail.toml -n", &[]);
        answer(&mut session, steps);
        // What was typed goes too, and the answer stands in its place.
        let between = session.exp_string("Organisation: Right").expect("the answer is shown");
        (between.matches("\u{1b}[2K").count(), session)
    };
    let (lines, _) = cleared_lines(&[("Organisation: ", "Right\r")]);
    let (with_error, mut session) =
        cleared_lines(&[("Organisation: ", "-\r"), ("an answer is required", ""), ("Organisation: ", "Right\r")]);
    assert_eq!(with_error, lines + 1, "the line of the error is cleared too");
    answer(&mut session, &[(STEPS[1].0, "?\r"), ("derived from the organisation", "\r")]);
    answer(
        &mut session,
        &[(STEPS[2].0, "xyzzy"), ("no match; ? explains", "\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}?"), ("ISO 3166-1", "")],
    );
    session.send_control('c').expect("typed");
    assert_eq!(session.ends().1, Some(130));
}

#[test]
fn a_customer_is_found_by_a_part_of_what_is_known_of_it() {
    let cli = TestCli::seeded();
    cli.ok("customer new --organisation 'Kim Electronics' --account-code K1");
    cli.ok("customer new --organisation 'Kim Logistics' --account-code K2");
    let mut session = cli.at_terminal("smpp quick-create -n", &[]);
    answer(&mut session, &[("Customer: ", "nobody at all\r"), ("customer list --search", "kim\r")]);
    answer(&mut session, &[("K1  Kim Electronics", ""), ("K2  Kim Logistics", "log\r"), ("Customer: K2", "")]);
    session.send_control('c').expect("typed");
    assert_eq!(session.ends().1, Some(130));
}

#[test]
fn an_interrupt_at_any_question_changes_nothing_and_gives_the_terminal_back() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    let script = "stty echo; trap : INT; \"$0\" quick-create --config mail.toml; echo \"code $?\"; stty -a; echo done";
    for asked in 0..=STEPS.len() {
        let mut session = cli.script_at_terminal(script);
        answer(&mut session, &STEPS[..asked]);
        let question = STEPS.get(asked).map_or(REVIEW, |(question, _)| question);
        session.shows(&as_bytes(question));
        session.send_control('c').expect("typed");
        session.shows("code 130");
        let (shown, _) = session.ends();
        assert!(shown.contains(" echo ") && shown.contains(" icanon "), "at `{question}`: {shown}");
        assert!(!shown.contains(HIDES_CURSOR), "at `{question}`: {shown:?}");
        assert!(before == cli.dump(), "at `{question}`");
    }
}

#[test]
fn an_interrupt_in_a_list_shows_the_cursor_again() {
    let cli = TestCli::seeded();
    for asked in [2, 11, STEPS.len()] {
        let mut session = cli.at_terminal("quick-create --config mail.toml", &[]);
        answer(&mut session, &STEPS[..asked]);
        session.shows(STEPS.get(asked).map_or(REVIEW, |(question, _)| question));
        session.send_control('c').expect("typed");
        let (shown, code) = session.ends();
        assert_eq!(code, Some(130), "{shown:?}");
        assert!(shown.contains(SHOWS_CURSOR), "{shown:?}");
    }
}

#[test]
fn what_is_given_is_not_asked() {
    let cli = TestCli::seeded();
    let json = r#"{"organisation":"Mixed","contactEmail":"m@mixed.example","cugMobiles":"+447700900124"}"#;
    std::fs::write(cli.path("mixed.json"), json).expect("written");
    for line in [
        "quick-create --ask --organisation Mixed --contact-email m@mixed.example --cug=+447700900124",
        "quick-create --ask --from-json mixed.json",
    ] {
        let mut session = cli.at_terminal(&format!("{line} --country GB --service uk --credit 5 -n"), &[]);
        session.shows("Account code [made from the name]: ");
        session.types("\r\r\r\r\r\r");
        session.shows("Contact name [none]: ");
        session.types("\r\r");
        session.shows("System ID [generated]: ");
        session.types("\r");
        session.shows("Unit of the balance (SMS or a currency) [GBP]: ");
        session.types("\r\r");
        session.shows("Max TPS [no limit]: ");
        session.types("\r");
        session.shows("More settings (yes or no) [no]: ");
        session.types("y\r\r");
        session.shows("MT webhook");
        session.types("\r\r\r");
        session.shows(REVIEW);
        session.types("yes\r");
        let (shown, code) = session.ends();
        assert_eq!(code, Some(0), "{line}: {shown}");
        assert!(
            !shown.contains("--ask") && shown.contains("--country GB --service uk --credit 5 -n"),
            "{line}: {shown}"
        );
    }
}

#[test]
fn a_complete_command_line_at_a_terminal_is_asked_nothing() {
    let cli = TestCli::seeded();
    for line in [
        "quick-create --organisation Whole",
        "customer new --organisation Whole",
        "smpp add ABC",
        "smpp quick-create ABC --max-tps 7",
        "smpp quick-create ABC --no-input",
        "smpp quick-create ABC --system-id given",
    ] {
        let (shown, code) = cli.at_terminal(line, &[]).ends();
        assert_eq!(code, Some(0), "{line}: {shown}");
    }
}

#[test]
fn without_a_terminal_what_is_missing_is_named() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    for (line, option) in [
        ("quick-create", "--organisation <NAME> is required"),
        ("customer new", "--organisation <NAME> is required"),
        ("smpp add", "CUSTOMER is required"),
        ("smpp quick-create", "CUSTOMER is required"),
        ("quick-create --ask", "a terminal is required"),
        ("smpp quick-create ABC --ask", "a terminal is required"),
    ] {
        assert!(cli.run(line).failed(2, line).contains(option), "{line}");
        let (shown, code) = cli.at_terminal(&format!("{line} --no-input"), &[]).ends();
        assert!(code == Some(2) && shown.contains(option), "{line}: {shown}");
    }
    assert!(before == cli.dump());
}

#[test]
fn an_answer_can_be_changed_at_the_end_and_what_hangs_on_it_is_asked_again() {
    let cli = TestCli::seeded();
    let mut session = cli.at_terminal("quick-create --config mail.toml", &[]);
    answer(&mut session, STEPS);
    session.shows(REVIEW);
    // The unit, the fourteenth answer: credits have no half.
    session.types("change\r");
    session.shows("Which answer (type to search):");
    session.types(&("\u{1b}[B".repeat(13) + "\r"));
    session.shows("[GBP]: ");
    session.types("SMS\r");
    session.shows("Opening balance: `250.5` must be a whole number");
    session.shows("Opening balance [250.5]: ");
    session.types("300\r");
    session.shows(REVIEW);
    // Without an address nobody is written to.
    session.types("change\r");
    session.shows("Which answer (type to search):");
    session.types(&("\u{1b}[B".repeat(9) + "\r"));
    session.shows("Contact email [zoe@port.example]: ");
    session.types("-\r");
    session.shows(REVIEW);
    session.types("yes\r");
    let (shown, code) = session.ends();
    assert_eq!(code, Some(0), "{shown}");
    let line = shown.lines().find(|line| line.starts_with("ssgctl quick-create")).expect("the line");
    assert!(line.contains("--unit SMS --credit 300"), "{line}");
    assert!(!line.contains("--contact-email") && !line.contains("--send-email"), "{line}");
}

#[test]
fn a_customer_is_not_written_to_where_emails_cannot_be_sent() {
    let cli = TestCli::seeded();
    let mut session = cli.at_terminal("quick-create", &[]);
    session.shows("Cannot send the customer an email: no sender is configured");
    answer(&mut session, &STEPS[..STEPS.len() - 1]);
    session.shows(REVIEW);
    session.types("yes\r");
    assert_eq!(session.ends().1, Some(0));
    let mut session = cli.at_terminal("quick-create --ask --send-email --config mail.toml", &[]);
    answer(&mut session, &STEPS[..9]);
    session.shows("Contact email: ");
    session.types("\r");
    session.shows("an answer is required");
    session.send_control('c').expect("typed");
    assert_eq!(session.ends().1, Some(130));
}
