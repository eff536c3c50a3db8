//! Questions: only at a terminal, and never one too many. What would be asked elsewhere names its option.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::failures::check_error;
use crate::support::cli::{SSGCTL, TestCli};

/// What asks, and the option that answers instead.
const ASKING: &[(&str, &str)] = &[
    ("customer archive ABC", "--yes"),
    ("contact remove ABC 1", "--yes"),
    ("smpp archive abc_prod", "--yes"),
    ("smpp add ABC --ask-password", "--password-stdin"),
    ("smpp rotate-password abc --ask-password", "--password-stdin"),
    ("quick-create --organisation New --ask-password", "--password-stdin"),
    ("customer edit ABC --editor", "--editor"),
];

const SHOWS_CURSOR: &str = "\u{1b}[?25h";
const HIDES_CURSOR: &str = "\u{1b}[?25l";

/// An editor that is a shell script over the file in `$1`.
fn editor(cli: &TestCli, script: &str) -> String {
    let path = cli.path("editor");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("executable");
    path.to_str().expect("UTF-8").to_owned()
}

/// An editor whose file is newer than it was, as saved files are, however fast the script is.
fn saving(cli: &TestCli, script: &str) -> String {
    editor(cli, &format!("{script}\ntouch -d '+1 minute' \"$1\""))
}

#[test]
fn without_a_terminal_nothing_is_asked_and_the_option_is_named() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    for (line, option) in ASKING {
        for line in [(*line).to_owned(), format!("{line} --no-input")] {
            assert!(cli.run(&line).failed(2, &line).contains(option), "{line}");
            // A stdin that has an answer is no terminal either.
            assert!(cli.run_with_stdin(&line, "y\ny\n").failed(2, &line).contains(option), "{line}");
            let outcome = cli.run(&format!("{line} --json"));
            check_error(&outcome.error(&line), 2, false, &line);
        }
    }
    assert!(before == cli.dump());
}

#[test]
fn no_input_asks_nothing_at_a_terminal() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    for (line, option) in ASKING {
        for (line, environment) in
            [(format!("{line} --no-input"), [("A", "1")]), ((*line).to_owned(), [("SSGCTL_NO_INPUT", "1")])]
        {
            let (shown, code) = cli.at_terminal(&line, &environment).ends();
            assert_eq!(code, Some(2), "{line}: {shown}");
            assert!(shown.contains(option), "{line}: {shown}");
            assert!(!shown.contains(HIDES_CURSOR), "{line} asks");
        }
    }
    assert!(before == cli.dump());
}

#[test]
fn no_input_is_off_when_the_variable_says_so() {
    let cli = TestCli::seeded();
    for off in ["0", "false", "no", ""] {
        let mut session = cli.at_terminal("customer archive ABC", &[("SSGCTL_NO_INPUT", off)]);
        session.shows("Archive ABC");
        session.types("n\r");
        assert_eq!(session.ends().1, Some(5), "{off}");
    }
}

#[test]
fn no_and_return_change_nothing_and_yes_archives() {
    for (line, question) in [
        ("customer archive ABC", "Archive ABC and all their SMPP accounts?"),
        ("contact remove ABC 1", "Remove contact 1 of ABC?"),
        ("smpp archive abc_prod", "Archive SMPP accounts abc_prod?"),
    ] {
        let cli = TestCli::seeded();
        let before = cli.dump();
        for key in ["n\r", "No\r", "\r", "maybe\r\r"] {
            let mut session = cli.at_terminal(line, &[]);
            session.shows(question);
            session.types(key);
            let (shown, code) = session.ends();
            assert_eq!(code, Some(5), "{line}: {shown}");
            assert!(shown.contains("not confirmed") && !shown.contains(HIDES_CURSOR), "{line}: {shown:?}");
            assert!(before == cli.dump(), "{line} was done after a no");
        }
        let mut session = cli.at_terminal(line, &[]);
        session.shows(question);
        session.types("y\r");
        assert_eq!(session.ends().1, Some(0), "{line}");
        assert!(before != cli.dump(), "{line} was not done after a yes");
    }
    let cli = TestCli::seeded();
    assert_eq!(cli.at_terminal("customer archive ABC --yes", &[]).ends().1, Some(0), "--yes is asked nothing");
}

#[test]
fn an_interrupt_at_a_question_changes_nothing_and_gives_the_cursor_back() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    for (line, question) in [
        ("customer archive ABC", "Archive ABC"),
        ("smpp archive abc_prod", "Archive SMPP"),
        ("smpp add ABC --ask-password", "SMPP password"),
    ] {
        let mut session = cli.at_terminal(line, &[]);
        session.shows(question);
        session.send_control('c').expect("typed");
        let (shown, code) = session.ends();
        assert_eq!(code, Some(130), "{line}: {shown:?}");
        assert!(line.contains("password") || shown.contains(SHOWS_CURSOR), "{line} leaves no cursor: {shown:?}");
        assert!(before == cli.dump(), "{line} was done after an interrupt");
    }
}

#[test]
fn an_interrupt_while_a_password_is_typed_gives_the_echo_back() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    let script = "stty echo; trap : INT; \"$0\" smpp add ABC --ask-password; echo \"code $?\"; stty -a; echo done";
    let mut session = cli.script_at_terminal(script);
    session.shows("SMPP password");
    session.types("half");
    session.send_control('c').expect("typed");
    session.shows("code 130");
    let (shown, _) = session.ends();
    assert!(shown.contains(" echo "), "the terminal is left without an echo: {shown}");
    assert!(before == cli.dump());
}

#[test]
fn a_password_is_asked_twice_without_an_echo() {
    let cli = TestCli::seeded();
    let mut session = cli.at_terminal("smpp add ABC --system-id asked --ask-password --json", &[]);
    session.shows("SMPP password");
    session.types("s3cret!x\n");
    session.shows("Repeat the password");
    session.types("other\n");
    session.shows("The passwords do not match");
    session.shows("SMPP password");
    session.types("s3cret!x\n");
    session.shows("Repeat the password");
    session.types("s3cret!x\n");
    let (shown, code) = session.ends();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("s3cret!x") && !shown.contains("other"), "the password is echoed: {shown}");
    assert_eq!(cli.json("smpp show asked --reveal")["password"], "s3cret!x");
}

#[test]
fn a_change_in_the_editor_is_shown_asked_for_and_saved_once() {
    let cli = TestCli::seeded();
    let editor = saving(&cli, "sed -i 's/country = \"GB\"/country = \"FR\"/' \"$1\"");
    let before = cli.dump();
    for (key, code) in [("n\r", 5), ("y\r", 0)] {
        let mut session = cli.at_terminal("customer edit ABC --editor --reason moved", &[("EDITOR", &editor)]);
        session.shows("country: GB ");
        session.shows("Save?");
        session.types(key);
        let (shown, ended) = session.ends();
        assert_eq!(ended, Some(code), "{shown}");
        assert_eq!(before == cli.dump(), key == "n\r");
    }
    assert_eq!(cli.json("customer show ABC")["country"], "FR");
    let events = cli.json("audit list --desc --limit 1");
    assert_eq!(events[0]["changes"], serde_json::json!({"country": ["GB", "FR"]}), "{events}");
}

#[test]
fn an_invalid_text_is_reported_with_its_place_and_may_be_given_up() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    let editor = saving(&cli, "sed -i 's/country = \"GB\"/country = \"UKX\"/' \"$1\"");
    let mut session = cli.at_terminal("customer edit ABC --editor", &[("EDITOR", &editor)]);
    session.shows("ABC:2:11: ");
    session.shows("`UKX`");
    session.shows("Edit again?");
    session.types("y\r");
    session.shows("ABC:2:11: ");
    session.shows("Edit again?");
    session.types("n\r");
    let (shown, code) = session.ends();
    assert_eq!(code, Some(5), "{shown}");
    assert!(before == cli.dump());
}

#[test]
fn a_text_that_is_not_saved_or_not_changed_changes_nothing() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    for script in ["exit 0", "touch -d '+1 minute' \"$1\""] {
        let editor = editor(&cli, script);
        let (shown, code) = cli.at_terminal("customer edit ABC --editor", &[("EDITOR", &editor)]).ends();
        assert_eq!(code, Some(5), "{script}: {shown}");
        assert!(shown.contains("nothing was changed"), "{script}: {shown}");
    }
    assert!(before == cli.dump());
}

#[test]
fn who_leaves_the_editor_with_an_error_gives_up_whatever_was_saved() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    let editor = saving(&cli, "sed -i 's/country = \"GB\"/country = \"FR\"/' \"$1\"");
    fs::write(&editor, format!("{}exit 1\n", fs::read_to_string(&editor).expect("read"))).expect("written");
    let (shown, code) = cli.at_terminal("customer edit ABC --editor", &[("EDITOR", &editor)]).ends();
    assert_eq!(code, Some(5), "{shown}");
    assert!(shown.contains("exit status: 1; nothing was changed") && !shown.contains("Save?"), "{shown}");
    assert!(before == cli.dump());
}

#[test]
fn an_editor_that_is_not_there_is_named_and_changes_nothing() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    for (environment, named) in [
        ([("VISUAL", ""), ("EDITOR", "/none/at/all")], "the editor `/none/at/all`: No such file or directory"),
        ([("VISUAL", "  "), ("EDITOR", "/none/at/all --wait")], "the editor `/none/at/all`: No such file or directory"),
        ([("VISUAL", "'"), ("EDITOR", "")], "the editor `'`: "),
        ([("VISUAL", "''"), ("EDITOR", "")], "the editor `''`: it is empty"),
    ] {
        let (shown, code) = cli.at_terminal("customer edit ABC --editor", &environment).ends();
        assert_eq!(code, Some(10), "{environment:?}: {shown}");
        assert!(shown.contains(&format!("cannot run {named}")), "{environment:?}: {shown}");
        assert!(shown.contains("set VISUAL or EDITOR") && !shown.contains("os error"), "{environment:?}: {shown}");
    }
    assert!(before == cli.dump());
}

#[test]
fn a_concurrent_change_is_not_overwritten() {
    let cli = TestCli::seeded();
    let program = SSGCTL;
    let editor =
        saving(&cli, &format!("{program} customer edit ABC --country IE >/dev/null\nsed -i 's/\"GB\"/\"FR\"/' \"$1\""));
    let mut session = cli.at_terminal("customer edit ABC --editor", &[("EDITOR", &editor)]);
    session.shows("Save?");
    session.types("y\r");
    let (shown, code) = session.ends();
    assert_eq!(code, Some(4), "{shown}");
    assert_eq!(cli.json("customer show ABC")["country"], "IE");
}
