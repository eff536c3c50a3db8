//! Text that would drive a terminal is refused where it comes in, and spelled out if it got in all the same.

use ssgctl::model::text::is_hidden;

use crate::support::cli::TestCli;
use crate::support::inputs::hostile_text::{FIELDS, HOSTILE, with_text};

/// Each field with one of the texts, and each text in some field. All texts in all fields are parsed in one process by
/// `src/cli/commands/parsing.rs`.
#[test]
fn hostile_text_is_refused_in_every_field() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    for (line, text) in FIELDS.iter().zip(HOSTILE.iter().cycle()) {
        let words = with_text(line, text);
        let what = format!("{words:?}");
        let outcome = cli.run_words(&words);
        let error = outcome.failed(2, &what);
        assert!(!error.chars().any(|c| is_hidden(c) && c != '\n'), "{what}: {error:?}");
        assert!(error.contains("\\u{"), "{what} does not show what is wrong: {error}");
    }
    assert!(before == cli.dump());
}

#[test]
fn an_address_line_and_a_multi_line_note_hide_nothing() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    for text in HOSTILE.iter().filter(|text| !matches!(**text, "a\rb" | "a\u{85}b" | "a\u{2028}b")) {
        for address in [text.to_string(), format!("{{\"{text}\"}}"), format!("one\n{text}")] {
            let words = ["customer", "edit", "ABC", "--invoice-address", &address];
            cli.run_words(&words).failed(2, &format!("{words:?}"));
        }
        cli.run_with_stdin("note add ABC --file -", format!("one\n{text}\n")).failed(6, text);
    }
    assert!(before == cli.dump());
}

/// The lists and detail views that show what the database holds.
const READS: &[&str] = &[
    "customer list --all",
    "customer show ABC",
    "contact list",
    "note list",
    "smpp list --all",
    "smpp show abc_prod",
    "smpp cug abc_prod list",
    "service list",
    "balance list",
    "balance history",
    "report statement ABC --unit SMS --from 2020-01-01",
    "db check",
];

/// Columns of text, and where to put a hostile one behind the program's back.
const COLUMNS: &[(&str, &str)] = &[
    ("customer", "organisation"),
    ("customer", "account_code"),
    ("customer", "website"),
    ("customer", "company_reg_no"),
    ("contact", "name"),
    ("contact", "email"),
    ("note", "text"),
    ("note", "author"),
    ("service", "name"),
    ("service", "code"),
    ("smpp_account", "name"),
    ("smpp_account", "system_id"),
    ("smpp_account", "system_type"),
    ("smpp_account", "mt_webhook"),
    ("entry", "description"),
    ("entry", "reference"),
    ("entry", "actor"),
    ("entry", "reason"),
    ("entry", "command"),
    ("entry", "version"),
    ("event", "actor"),
    ("event", "reason"),
    ("event", "command"),
    ("event", "version"),
    ("event", "action"),
    ("event", "subject"),
    ("event", "entity"),
];

/// Where a text that no field takes is shown all the same. Elsewhere the row that has it is reported as damaged.
const SHOWING: &[&str] = &["audit list", "audit list -o name", "audit list --fields id,command,version,subject,action"];

/// Every column in every read, which has one of two formats; both meet every column and every read. The cell that a format
/// escapes knows neither.
#[test]
fn what_got_into_the_database_all_the_same_is_spelled_out() {
    let mut shown = 0;
    for (number, (table, column)) in COLUMNS.iter().enumerate() {
        let cli = TestCli::seeded();
        let sql = cli.sql();
        for trigger in ["note_is_never_changed", "entry_is_never_changed", "event_is_never_changed"] {
            sql.execute_batch(&format!("DROP TRIGGER {trigger}")).expect("dropped");
        }
        let hostile = "a\u{1b}[2J\u{202e}\u{9b}b";
        let update = format!("UPDATE {table} SET {column} = ?1 WHERE rowid = (SELECT min(rowid) FROM {table})");
        assert_eq!(sql.execute(&update, [hostile]).expect("tampered"), 1, "{table}.{column}");
        drop(sql);
        let reads = READS.iter().zip(["table", "name"].into_iter().cycle().skip(number));
        let reads = reads.map(|(line, format)| format!("{line} -o {format}"));
        for line in reads.chain(SHOWING.iter().map(ToString::to_string)) {
            let what = format!("{table}.{column}: {line}");
            let outcome = cli.run(&line);
            assert!(matches!(outcome.code, Some(0 | 2 | 3 | 7 | 8)), "{what}: {:?} {}", outcome.code, outcome.stderr);
            let harmful = |c: char| c != '\n' && is_hidden(c);
            assert!(!outcome.stderr.contains(harmful), "{what}: {:?}", outcome.stderr);
            assert!(!outcome.stdout.contains(harmful), "{what}: {:?}", outcome.stdout);
            shown += usize::from(outcome.stdout.contains("\\u{1b}[2J\\u{202e}\\u{9b}b"));
        }
    }
    assert!(shown > 5, "the text was shown only {shown} times, so this test proves little");
}

#[test]
fn a_hostile_name_in_a_question_or_a_path_is_spelled_out() {
    let cli = TestCli::seeded();
    for words in [
        ["customer", "show", "a\u{1b}[2J\u{202e}"].as_slice(),
        &["customer", "archive", "a\u{1b}[2J\u{202e}"],
        &["customer", "archive", "a\u{1b}[2J\u{202e}", "--yes"],
        &["contact", "remove", "ABC", "\u{1b}[2J"],
        &["smpp", "archive", "a\u{1b}[2J"],
        &["customer", "list", "--db", "a\u{1b}[2J"],
        &["customer", "list", "--config", "a\u{1b}[2J"],
        &["note", "add", "ABC", "--file", "a\u{1b}[2J"],
        &["db", "backup", "none/a\u{1b}[2J"],
        &["man", "logins/a\u{1b}[2J"],
        &["a\u{1b}[2J"],
        &["customer", "a\u{1b}[2J"],
        &["customer", "list", "--fields", "a\u{1b}[2J"],
    ] {
        let outcome = cli.run_words(words);
        assert!(!matches!(outcome.code, Some(0) | None), "{words:?}");
        assert!(outcome.stderr.contains("\\u{1b}[2J"), "{words:?}: {:?}", outcome.stderr);
        assert!(!outcome.stderr.contains(|c| c != '\n' && is_hidden(c)), "{words:?}: {:?}", outcome.stderr);
    }
}
