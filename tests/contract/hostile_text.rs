//! Text that would drive a terminal is refused where it comes in, and spelled out if it got in all the same.

use ssgctl::model::text::is_hidden;

use crate::support::cli::TestCli;

/// Escapes, controls, bidirectional marks, invisible characters, line breaks of other worlds.
const HOSTILE: &[&str] = &[
    "a\u{1b}[31mb",
    "a\u{1b}]0;b\u{7}",
    "a\u{9b}31mb",
    "a\u{8}b",
    "a\rb",
    "a\u{7f}b",
    "a\u{85}b",
    "a\u{202e}b",
    "a\u{2066}b",
    "a\u{200b}b",
    "a\u{200f}b",
    "a\u{2028}b",
    "a\u{feff}b",
    "a\u{ad}b",
    "a\u{2060}b",
    "a\u{e0041}b",
];

/// Every field that takes text, with a line that ends where the text goes.
const FIELDS: &[&str] = &[
    "customer new --organisation",
    "customer new --organisation A --account-code",
    "customer edit ABC --organisation",
    "customer edit ABC --company-reg-no",
    "customer edit ABC --vat-reg-no",
    "customer edit ABC --phone",
    "customer edit ABC --website",
    "customer edit ABC --invoice-emails",
    "customer edit ABC --country",
    "customer edit ABC --reason x --organisation",
    "customer edit ABC --country FR --reason",
    "customer edit ABC --country FR --actor",
    "contact add ABC --name",
    "contact add ABC --name A --email",
    "contact add ABC --name A --mobile",
    "contact edit ABC 1 --name",
    "note add ABC",
    "smpp add ABC --name",
    "smpp add ABC --system-id",
    "smpp add ABC --short-name",
    "smpp add ABC --system-type",
    "smpp add ABC --address-range",
    "smpp add ABC --mt-webhook",
    "smpp edit abc --name",
    "smpp edit abc --dlr-webhook",
    "service new",
    "service new s --name",
    "service edit uk --name",
    "balance adjust ABC 1 --unit SMS --description",
    "balance adjust ABC 1 --unit SMS --description x --reference",
    "balance adjust ABC 1 --unit SMS --description x --key",
    "balance reverse 1 --description",
    "balance transfer ABC XYZ 1 --unit SMS --description",
    "quick-create --organisation",
    "quick-create --organisation A --contact-name",
];

#[test]
fn hostile_text_is_refused_in_every_field() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    for field in FIELDS {
        for text in HOSTILE {
            let mut words = crate::support::cli::words(field);
            // `service new CODE` needs its other option for the code to be what is wrong.
            let rest: &[&str] = if *field == "service new" { &[*text, "--name", "A"] } else { &[*text] };
            words.extend(rest.iter().map(Into::into));
            let what = format!("{words:?}");
            let outcome = cli.run_words(&words);
            let error = outcome.failed(2, &what);
            assert!(!error.chars().any(|c| is_hidden(c) && c != '\n'), "{what}: {error:?}");
            assert!(error.contains("\\u{"), "{what} does not show what is wrong: {error}");
        }
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
    "audit list",
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

#[test]
fn what_got_into_the_database_all_the_same_is_spelled_out() {
    let mut shown = 0;
    for (table, column) in COLUMNS {
        let cli = TestCli::seeded();
        let sql = cli.sql();
        for trigger in ["note_is_never_changed", "entry_is_never_changed", "event_is_never_changed"] {
            sql.execute_batch(&format!("DROP TRIGGER {trigger}")).expect("dropped");
        }
        let hostile = "a\u{1b}[2J\u{202e}\u{9b}b";
        let update = format!("UPDATE {table} SET {column} = ?1 WHERE rowid = (SELECT min(rowid) FROM {table})");
        assert_eq!(sql.execute(&update, [hostile]).expect("tampered"), 1, "{table}.{column}");
        drop(sql);
        for line in READS {
            for format in ["table", "name", "table --fields id,command,version,subject,action"] {
                let outcome = cli.run(&format!("{line} -o {format}"));
                let what = format!("{table}.{column}: {line} -o {format}");
                assert!(
                    matches!(outcome.code, Some(0 | 2 | 3 | 7 | 8)),
                    "{what}: {:?} {}",
                    outcome.code,
                    outcome.stderr
                );
                let harmful = |c: char| c != '\n' && is_hidden(c);
                assert!(!outcome.stderr.contains(harmful), "{what}: {:?}", outcome.stderr);
                assert!(!outcome.stdout.contains(harmful), "{what}: {:?}", outcome.stdout);
                shown += usize::from(outcome.stdout.contains("\\u{1b}[2J\\u{202e}\\u{9b}b"));
            }
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
