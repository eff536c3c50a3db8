//! Every command that writes has a dry run: it prints the same result and leaves every byte of the database unchanged.

use std::sync::OnceLock;

use serde_json::Value;

use super::command_tree::commands;
use crate::support::cli::{Home, TestCli};

/// Every command that writes to the database, with a line on which it does. Those with two runs show what the first left.
pub const WRITES: &[&str] = &[
    "customer new --organisation New --account-code NEW",
    "customer edit ABC --country IE --unset phone",
    "customer archive ABC XYZ --yes",
    "customer unarchive OLD",
    "customer import customers.csv --plan",
    "contact import contacts.csv --plan",
    "note import notes.csv --plan",
    "service import services.csv --plan",
    "smpp import accounts.csv --plan",
    "contact add ABC --name New --email new@abc.example",
    "contact edit ABC zoe@abc.example --name New",
    "contact remove ABC 1 --yes",
    "note add ABC new",
    "smpp add ABC --system-id new --cug +447700900127",
    "smpp quick-create ABC --system-id new --cug +447700900127",
    "smpp edit abc --max-tps 7 --cug +447700900128",
    "smpp enable xyz_new",
    "smpp disable abc",
    "smpp export --gateway json --file accounts.json",
    "smpp rotate-password abc --grace 0",
    "smpp cug abc add +447700900128 +447700900129",
    "smpp cug abc import numbers.txt --replace",
    "smpp archive abc --yes",
    "smpp unarchive xyz_old",
    "service new new --name New --unit EUR --price 0.05",
    "service edit uk --price 0.04",
    "plan new new --name New --unit EUR --default-price 0.05",
    "plan edit uk --name New",
    "plan archive spare",
    "plan unarchive spent",
    "price set uk NG 0.2 --effective 2999-01-01",
    "price withdraw spare GB --effective 2999-01-01",
    "plan notify standard --config mail.toml",
    "balance adjust ABC -30 --unit SMS --description used --key k-2",
    "balance limit ABC 50 --unit GBP",
    "balance reverse 2 --description wrong --key r-2",
    "balance transfer ABC XYZ 40 --unit SMS --description moved --key t-1",
    "balance warn ABC --unit SMS --upper 300",
    "invoice new ABC --currency EUR --description New --price 1",
    "invoice line 1 --description New --price 1",
    "invoice run --period 2026-01 --config mail.toml",
    "invoice issue 1 --config mail.toml",
    "invoice hold 1",
    "invoice release 3",
    "invoice cancel 1",
    "invoice credit 2 --config mail.toml --reason wrong",
    "invoice write-off 2 --description lost --config mail.toml --key off",
    "fee add ABC --amount 1 --currency EUR --description New",
    "fee end 1",
    "payment record ABC 1 --currency EUR --config mail.toml",
    "payment import bank.csv --config mail.toml",
    "invoice export . --to hledger --from 2020-01-01 --force",
    "payment allocate 2 --oldest --config mail.toml",
    "payment refund 2 --description back --config mail.toml",
    "payment reverse 2 --description bounced --config mail.toml",
    "mail retry 2",
    "mail cancel 1",
    "balance import rows.csv",
    "balance import rows.csv --receipts",
    "traffic import traffic.csv",
    "traffic post",
    "traffic expire --before 2026-12-01",
    "traffic close 1",
    "traffic reprice --from 2026-11-02 --until 2026-11-03 --key november",
    "traffic revert 2 --reason wrong",
    "traffic prune --before 2026-01-01 --yes",
    "apply desired.toml --yes",
    "undo 2",
    "redo",
    "quick-create --organisation Quick --account-code QUICK --system-id quick --credit 9 --contact-email q@q.example",
];

/// Commands that write nothing that could be taken back, and so have no dry run.
const OTHERS: &[&str] = &[
    "overview",
    "customer show",
    "customer list",
    "customer export",
    "contact export",
    "note export",
    "balance export",
    "service export",
    // Its dry run lists the customers whom it touches, too.
    "plan import",
    "plan export",
    "plan diff",
    "plan list",
    "plan show",
    "price list",
    "price lookup",
    "contact list",
    "note list",
    // With --reveal it leaves an event; a dry run that shows the password would be a reveal without one.
    "smpp show",
    // Its dry run lists the emails that it would queue, which a run then sends.
    "smpp handover",
    "smpp list",
    "smpp drift",
    // Its dry run shows what differs, and its results are those of the gateway.
    "smpp push",
    // What was sent to a gateway cannot be taken back.
    "smpp probe",
    "smpp sweep",
    "service list",
    "balance show",
    "balance list",
    "balance history",
    "balance at",
    // Its dry run lists the emails that it would queue; see below.
    "balance check",
    "balance alerts",
    "mail list",
    "mail show",
    "mail preview",
    // An email that was sent cannot be taken back.
    "mail test",
    "balance explain",
    // Its dry run lists the emails that it would queue, which a run then sends.
    "invoice send",
    // No invoice here is overdue; the transcript has its dry run.
    "invoice remind",
    "invoice show",
    "invoice list",
    "fee list",
    "payment list",
    "report receivables",
    "report balances",
    "report statement",
    "report forecast",
    "traffic list",
    "traffic reconcile",
    "traffic show",
    "traffic find",
    "report traffic",
    "report usage",
    "audit list",
    "audit show",
    // It writes a folder of its own.
    "audit bundle",
    "metrics",
    "export",
    // Into an empty database, with the audit log that it had; its dry run is tested below.
    "import",
    "db init",
    "db path",
    "db check",
    "db head",
    // Its backup is the way back.
    "db migrate",
    "db backup",
    "db restore",
    "config check",
    "config show",
    "capabilities",
    "config public-key",
    "verify",
    "config path",
    "config get",
    // They change the configuration file, not the database.
    "config set",
    "config unset",
    "config init",
    "completions",
    "man",
    "version",
];

/// A home folder in which each of them has something to change.
pub fn seeded() -> TestCli {
    static SEEDED: OnceLock<Home> = OnceLock::new();
    TestCli::copy_of(&SEEDED, || {
        let cli = TestCli::seeded();
        cli.ok("smpp add XYZ --system-id xyz_new --enabled no");
        cli.add_plans();
        cli.interrupt_import();
        cli.import_a_message();
        let row = "message_id,submitted_at,system_id,destination,state\nm,2026-11-02T10:00:00Z,xyz_new,+447700900123,delivered\n";
        std::fs::write(cli.path("charged.csv"), row).expect("written");
        cli.ok("traffic import charged.csv");
        // Usage of a postpaid customer, which no invoice bills.
        cli.ok("smpp add XYZ --system-id xyz_gbp --service uk");
        cli.ok("customer edit XYZ --billing postpaid --country GB");
        let row = "message_id,submitted_at,system_id,destination,state\ng,2026-01-02T10:00:00Z,xyz_gbp,+447700900123,delivered\n";
        std::fs::write(cli.path("usage.csv"), row).expect("written");
        cli.ok("traffic import usage.csv");
        // A change of which its customers, all of whom have an address, can be notified.
        cli.ok("customer edit XYZ --invoice-emails pay@xyz.example");
        cli.ok("price set standard default 2 --effective 2099-01-01");
        // When a test comes to email 1, its next attempt may be due already, which leaves nothing to retry.
        let queued = cli.run("smpp handover abc --mail --config broken.toml");
        assert_eq!(queued.code, Some(11), "{}", queued.stderr);
        cli.ok("mail cancel 2");
        // For whom the tests act.
        for (actor, option) in [("", "--website xyz.example"), (" --actor alice", "--country IE")] {
            cli.ok(&format!("customer edit XYZ {option}{actor}"));
            cli.ok(&format!("undo{actor}"));
        }
        cli
    })
}

/// The result without what is another each time: times, generated identifiers, and the entry's hash over them.
fn lasting(mut value: Value) -> Value {
    match &mut value {
        Value::Array(items) => items.iter_mut().for_each(|item| *item = lasting(item.take())),
        Value::Object(fields) => fields.retain(|key, value| {
            let is_new = key.ends_with("_at")
                || matches!(key.as_str(), "at" | "effective_from" | "hash" | "password" | "api_id" | "customer_api_id");
            assert!(key != "password" || value.as_str().is_some_and(|text| text.len() == 8));
            !is_new
        }),
        _ => {}
    }
    value
}

#[test]
fn every_command_writes_with_its_options_or_does_not_write() {
    for command in commands() {
        let has = |option: &str| command.parameter(option).is_some();
        let command = &command.name;
        let writes = WRITES.iter().any(|line| format!("{line} ").starts_with(&format!("{command} ")));
        assert!(
            writes != OTHERS.contains(&command.as_str()),
            "`{command}` has a line among writes or others, not both"
        );
        let is_logged = writes
            || matches!(
                command.as_str(),
                "smpp show"
                    | "smpp handover"
                    | "smpp probe"
                    | "smpp push"
                    | "smpp sweep"
                    | "balance check"
                    | "invoice send"
                    | "invoice remind"
                    | "mail show"
                    | "mail test"
                    | "plan import"
            );
        let has_dry_run = writes
            || matches!(
                command.as_str(),
                "balance check"
                    | "invoice send"
                    | "invoice remind"
                    | "import"
                    | "smpp handover"
                    | "smpp push"
                    | "smpp sweep"
                    | "plan import"
                    | "config set"
                    | "config unset"
            );
        assert_eq!(has("--dry-run"), has_dry_run, "`{command}` --dry-run");
        assert_eq!(has("--reason"), is_logged, "`{command}` --reason");
        assert_eq!(has("--actor") && has("--reason"), is_logged, "`{command}` --actor");
    }
}

#[test]
fn a_dry_run_shows_the_result_and_changes_nothing() {
    for line in WRITES {
        let cli = seeded();
        let before = cli.dump();
        let dry = cli.run(&format!("{line} --dry-run --json"));
        assert!(before == cli.dump(), "{line} --dry-run changed something");
        let noted = dry.stderr.lines().last();
        assert_eq!(noted, Some("ssgctl: dry run: nothing was saved"), "{line}: {}", dry.stderr);
        let dry_result: Value = serde_json::from_str(&dry.succeeded(line)).expect(line);
        assert_eq!(cli.run(&format!("{line} -n -q")).stderr, "", "{line}");
        assert!(before == cli.dump(), "{line} -n changed something");
        let done = cli.json(line);
        assert!(before != cli.dump(), "{line} changes nothing, so this test proves nothing");
        assert_eq!(lasting(dry_result), lasting(done), "{line}");
    }
}

#[test]
fn a_dry_run_of_a_check_lists_its_emails_and_neither_queues_nor_sends_them() {
    let cli = seeded();
    cli.ok("balance adjust ABC -60 --unit SMS --description used");
    let before = cli.dump();
    let emails = || std::fs::read_dir(cli.path("emails")).map(Iterator::count).ok();
    let dry_result = cli.json("balance check --config mail.toml --dry-run");
    assert_eq!(dry_result[0]["email"], "low-lower", "{dry_result}");
    assert!(before == cli.dump());
    assert_eq!(emails(), Some(0));
    cli.ok("balance check --config mail.toml");
    assert_eq!(cli.json("mail list --state sent")[0]["template"], "low-lower");
    assert_eq!(emails(), Some(1));
}

#[test]
fn a_dry_run_of_a_whole_import_leaves_the_database_empty() {
    let cli = seeded();
    let dry_result = cli.json("import everything.jsonl --db empty.db --dry-run");
    assert_eq!(cli.json("customer list --all --db empty.db"), serde_json::json!([]));
    assert_eq!(dry_result, cli.json("import everything.jsonl --db empty.db"));
    assert_eq!(cli.ok("export - --db empty.db"), std::fs::read_to_string(cli.path("everything.jsonl")).unwrap());
}

#[test]
fn a_dry_run_fails_as_the_operation_would() {
    let cli = seeded();
    let before = cli.dump();
    for line in [
        "customer new --organisation New --account-code ABC",
        "customer edit OLD --country GB",
        "contact remove ABC 99 --yes",
        "balance adjust ABC -500 --unit SMS --description used",
        "balance adjust ABC 7 --unit SMS --description used --key k-1",
        "smpp add NOBODY",
        "service edit standard --price 0.5",
    ] {
        let dry = cli.run(&format!("{line} --dry-run"));
        let done = cli.run(line);
        assert!(done.code != Some(0), "{line} succeeds, so this test proves nothing");
        assert_eq!((dry.code, dry.stderr), (done.code, done.stderr), "{line}");
    }
    assert!(before == cli.dump());
}

#[test]
fn reason_and_actor_reach_the_audit_log() {
    for line in WRITES {
        let cli = seeded();
        let last = cli.json("audit list --desc --limit 1")[0]["id"].clone();
        let line = line.trim_end_matches(" --reason wrong");
        cli.ok(&format!("{line} --reason 'ticket 4711' --actor alice"));
        let events = cli.json("audit list --charges");
        let new: Vec<&Value> =
            events.as_array().expect(line).iter().filter(|event| event["id"].as_i64() > last.as_i64()).collect();
        assert!(!new.is_empty(), "{line} left no event");
        for event in new {
            assert_eq!(
                (&event["reason"], &event["actor"]),
                (&"ticket 4711".into(), &"alice".into()),
                "{line}: {event}"
            );
            assert!(line.starts_with(event["command"].as_str().expect(line)), "{line}: {event}");
        }
    }
}

#[test]
fn the_environment_names_the_actor_and_the_option_comes_before_it() {
    let cli = TestCli::seeded();
    let author = |arguments: &[&str]| {
        let mut command = cli.command();
        let output =
            command.env("SSGCTL_ACTOR", "bob").args(["note", "add", "ABC", "new", "--json"]).args(arguments).output();
        let note: Value = serde_json::from_slice(&output.expect("the program runs").stdout).expect("JSON");
        note["author"].clone()
    };
    assert_eq!(author(&[]), "bob");
    assert_eq!(author(&["--actor", "alice"]), "alice");
}
