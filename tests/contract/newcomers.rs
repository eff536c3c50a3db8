//! Command lines that a person types who does not know the program yet, and the hint that each gets.

use std::collections::BTreeSet;

use crate::support::cli::TestCli;

/// Wrong command lines, and what the hint says.
const LINES: &[(&str, &str)] = &[
    // The wrong group, or none.
    ("customers list", "did you mean `ssgctl customer list`?"),
    ("customers ls", "did you mean `ssgctl customer list`?"),
    ("client show ABC", "did you mean `ssgctl customer show`?"),
    ("accounts list", "did you mean `ssgctl smpp list`?"),
    ("user add ABC", "did you mean `ssgctl smpp add`?"),
    ("email list", "did you mean `ssgctl mail list`?"),
    ("log", "did you mean `ssgctl audit list`?"),
    ("blame ABC", "did you mean `ssgctl audit list ABC`?"),
    ("invoices", "did you mean `ssgctl invoice list`?"),
    ("invoices ABC", "did you mean `ssgctl invoice list ABC`?"),
    ("bill ABC", "did you mean `ssgctl invoice list ABC`?"),
    ("client ABC", "did you mean `ssgctl customer show ABC`?"),
    ("account list", "did you mean `ssgctl smpp list`?"),
    ("bal ABC", "did you mean `ssgctl balance show ABC`?"),
    ("fees", "did you mean `ssgctl fee list`?"),
    ("sms", "did you mean `ssgctl traffic list`?"),
    ("tax", "did you mean `ssgctl config show`?"),
    ("mailq", "did you mean `ssgctl mail list`?"),
    ("stats", "did you mean `ssgctl report`?"),
    ("help customers", "did you mean `ssgctl customer`?"),
    ("backup", "did you mean `ssgctl db backup`?"),
    ("restore backup.db", "did you mean `ssgctl db restore`?"),
    ("init", "did you mean `ssgctl db init` or `ssgctl config init`?"),
    ("warn ABC --upper 100", "did you mean `ssgctl balance warn`?"),
    ("list customers", "the group comes first: `ssgctl customer list`"),
    ("add customer X", "the group comes first: `ssgctl customer new X`"),
    ("get customers", "the group comes first: `ssgctl customer list`"),
    ("describe customer ABC", "the group comes first: `ssgctl customer show ABC`"),
    ("delete customer ABC", "the group comes first: `ssgctl customer archive ABC`"),
    ("plans list", "did you mean `ssgctl plan list`?"),
    ("tariffs", "did you mean `ssgctl plan list`?"),
    ("overdue", "did you mean `ssgctl report receivables`?"),
    ("refill ABC 100", "did you mean `ssgctl balance adjust`?"),
    ("top-up ABC 100", "did you mean `ssgctl balance adjust`?"),
    ("pay ABC 100", "`ssgctl payment record` books what a customer paid for invoices, `ssgctl balance adjust` tops up"),
    (
        "credit ABC 100",
        "`ssgctl balance adjust` adds to a prepaid balance, `ssgctl invoice credit` makes a credit note",
    ),
    ("delete ABC", "the group comes first, such as `ssgctl customer archive ABC`"),
    ("edit ABC", "the group comes first, such as `ssgctl customer edit ABC`"),
    ("send +447700900123 hello", "ssgctl sends no messages; `ssgctl smpp handover` emails the login"),
    ("commit", "each command saves its change at once; `ssgctl audit list` has them"),
    ("psql", "make a copy with `ssgctl db backup`"),
    ("auth status", "there is no login"),
    ("tldr", "`ssgctl quick-create` asks for a first customer"),
    ("quit", "there is no session to leave"),
    ("topup ABC 100", "did you mean `ssgctl balance adjust`?"),
    ("search Kim", "did you mean `ssgctl customer list --search Kim`?"),
    ("find +44 7700 900123", "did you mean `ssgctl customer list --search '+44 7700 900123'`?"),
    ("rollback", "did you mean `ssgctl undo`?"),
    ("revert 5", "`ssgctl undo` takes back a change, `ssgctl traffic revert` an import of traffic"),
    ("onboard ABC", "did you mean `ssgctl quick-create`?"),
    ("serve", "there is no server to run; `ssgctl balance check` and `ssgctl traffic import` run from cron"),
    ("login", "there is no login"),
    ("audit log", "did you mean `ssgctl audit list`?"),
    ("list", "the group comes first, such as `ssgctl customer list`; `ssgctl --help` lists the groups"),
    ("foo bar", "`ssgctl --help` lists the commands"),
    ("quickcreate", "did you mean `quick-create`?"),
    // The wrong command of the group.
    ("customer create X", "did you mean `--organisation X`?"),
    ("customer delete ABC", "did you mean `ssgctl customer archive`? Records that the ledger needs are archived"),
    ("customer rm ABC", "did you mean `ssgctl customer archive`?"),
    ("customer get ABC", "did you mean `ssgctl customer show`?"),
    ("customer search ABC", "did you mean `ssgctl customer list`?"),
    ("customer rename ABC XYZ", "did you mean `ssgctl customer edit`?"),
    ("contact delete ABC 1", "did you mean `ssgctl contact remove`?"),
    ("smpp inspect abc_prod", "did you mean `ssgctl smpp show`?"),
    ("smpp stop abc_prod", "did you mean `ssgctl smpp disable`?"),
    ("balance why ABC", "did you mean `ssgctl balance alerts`?"),
    ("db upgrade", "did you mean `ssgctl db migrate`?"),
    ("smpp delete abc_prod", "did you mean `ssgctl smpp archive`?"),
    ("smpp password abc_prod", "did you mean `ssgctl smpp rotate-password`?"),
    ("service add direct", "`ssgctl help service new` has examples"),
    ("balance add ABC 100", "did you mean `ssgctl balance adjust`?"),
    ("balance topup ABC 100", "did you mean `ssgctl balance adjust`?"),
    ("balance delete 1", "did you mean `ssgctl balance reverse`? Entries of the ledger are reversed"),
    ("balance ABC", "the commands of `ssgctl balance` are show, list, adjust"),
    ("note ABC hello", "the commands of `ssgctl note` are add, list, import, export"),
    ("traffic upload x.csv", "did you mean `ssgctl traffic import`?"),
    ("report invoice ABC", "did you mean `ssgctl report statement`?"),
    ("db create", "did you mean `ssgctl db init`?"),
    ("db dump", "did you mean `ssgctl db backup`?"),
    ("config list", "did you mean `ssgctl config show`?"),
    ("config unknown", "the commands of `ssgctl config` are path, check, show, get"),
    ("invoice delete 1", "did you mean `ssgctl invoice cancel`?"),
    ("invoice pay 1", "`ssgctl payment record CUSTOMER AMOUNT --invoice 1` books a payment"),
    ("invoice print 1", "did you mean `ssgctl invoice show`?"),
    ("payment add ABC 100", "did you mean `ssgctl payment record`?"),
    ("fee delete 1", "did you mean `ssgctl fee end`?"),
    ("mail delete 1", "did you mean `ssgctl mail cancel`?"),
    ("price show uk", "did you mean `ssgctl price list`?"),
    ("price add uk ES 0.05", "did you mean `ssgctl price set`?"),
    ("price delete uk ES", "did you mean `ssgctl price withdraw`?"),
    ("smpp kick abc_prod", "did you mean `ssgctl smpp disable`?"),
    ("smpp reset abc_prod", "did you mean `ssgctl smpp rotate-password`?"),
    ("config edit", "edit the file that `ssgctl config path` prints"),
    ("config set timezone Europe/London", "did you mean `defaults.timezone`?"),
    // A typing error, of which at most a third differs.
    ("customer lsit", "did you mean `list`?"),
    ("customer lost", "did you mean `list`?"),
    ("customer lots", "the commands of `ssgctl customer` are new, edit"),
    ("customer list --serach A", "did you mean `--search`?"),
    // The wrong option.
    ("customer new --name X", "did you mean `--organisation`?"),
    ("customer new --organization X", "did you mean `--organisation`?"),
    ("customer new -organisation X", "options with a name have two dashes: `--organisation`"),
    ("customer new --organisation X --vat GB1", "did you mean `--vat-reg-no`?"),
    ("customer list --format json", "did you mean `-o json`?"),
    ("customer list -o yaml", "JSON is YAML too: `-o json`"),
    ("customer list -o wide", "`--fields` chooses the columns"),
    ("customer list --all-namespaces", "did you mean `--all`?"),
    ("audit list --author maria", "did you mean `--actor`?"),
    ("balance history ABC --yesterday", "did you mean `--period`?"),
    ("balance history ABC --date 2026-11-01", "did you mean `--period`?"),
    ("report traffic --for ABC", "did you mean `--customer`?"),
    ("report traffic ABC", "did you mean `--customer ABC`?"),
    ("balance history --for ABC", "CUSTOMER is not an option: the usage is `ssgctl balance history"),
    ("customer list -n 5", "did you mean `--limit`?"),
    ("customer list -10", "did you mean `--limit 10`?"),
    ("customer list -a", "did you mean `--all`?"),
    ("smpp add ABC --username new", "did you mean `--system-id`?"),
    ("balance adjust ABC 100 -m bonus", "did you mean `--description`?"),
    ("balance adjust ABC 100 --note bonus", "did you mean `--description`?"),
    ("balance adjust ABC 100 'a bonus'", "did you mean `--description 'a bonus'`?"),
    ("balance adjust ABC --amount 100", "AMOUNT is not an option: the usage is `ssgctl balance adjust"),
    ("customer edit ABC country IE", "did you mean `--country IE`?"),
    ("customer edit ABC country=IE", "did you mean `--country IE`?"),
    ("price set spain 0.05", "the usage is `ssgctl price set [OPTIONS] <PLAN> <DESTINATION> <PRICE>`"),
    ("price set uk spain 0.05", "the usage is `ssgctl price set"),
    ("customer list --filter A", "did you mean `--search`?"),
    ("contact add ABC --name Zoe --role billing", "did you mean `--roles`?"),
    ("smpp edit abc_prod --tps 50", "did you mean `--max-tps`?"),
    ("smpp edit abc_prod --password x", "`ssgctl smpp rotate-password ACCOUNT --password-stdin` reads one"),
    ("smpp edit abc_prod --max-tps -1", "write a negative value with an equals sign: `--max-tps=-1`"),
    (
        "balance show --customer ABC",
        "CUSTOMER is not an option: the usage is `ssgctl balance show [OPTIONS] <CUSTOMER>`",
    ),
    ("balance warn ABC --threshold 100", "did you mean `--upper`?"),
    ("report balances --customer ABC", "`ssgctl help report balances` lists the options"),
    // A missing value, a wrong order, missing quotes.
    (
        "customer show",
        "the usage is `ssgctl customer show [OPTIONS] <CUSTOMER>`; `ssgctl help customer show` has examples",
    ),
    ("customer new X", "did you mean `--organisation X`?"),
    ("customer new ABC Corp", "did you mean `--organisation 'ABC Corp'`?"),
    ("customer new --organisation ABC Corp", "put a value with spaces in quotes: `--organisation 'ABC Corp'`"),
    ("customer show abc corp", "put a value with spaces in quotes; the usage is"),
    ("customer list ABC", "did you mean `--search ABC`?"),
    ("contact add ABC Zoe", "did you mean `--name Zoe`?"),
    ("balance warn ABC 100", "did you mean `--upper 100`?"),
    (
        "balance adjust 100 ABC --description x",
        "--description <TEXT> <CUSTOMER> <AMOUNT>`; `ssgctl help balance adjust`",
    ),
    ("balance adjust ABC 100SMS --description x", "the unit is an option: `100 --unit SMS`"),
    ("balance adjust ABC '-5 eur' --description x", "the unit is an option: `-5 --unit EUR`"),
    ("smpp cug add abc_prod +447700900123", "the usage is `ssgctl smpp cug [OPTIONS] <ACCOUNT> <ACTION>"),
];

/// Wrong command lines whose message says it all.
const MESSAGES: &[(&str, &str)] = &[
    ("customer list --search A --search B", "error[usage]: --search can be given only once"),
    ("balance adjust ABC", "AMOUNT and --description <TEXT> are required"),
    ("balance transfer ABC", "TO, AMOUNT and --description <TEXT> are required"),
    ("balance adjust ABC 100", "--description <TEXT> is required"),
    ("customer new X", "unexpected argument `X`"),
    ("price set uk spain 0.05", "or digits such as +2348; Spain is ES"),
    ("customer list --limit ten", "`ten` must be a whole number"),
    ("customer list -o xml", "must be one of table, json, jsonl, csv, name"),
    ("balance adjust ABC 1,000 --description x", "without separators"),
    ("report traffic --last 7", "must be a span such as 90m, 24h"),
];

#[test]
fn a_wrong_command_line_gets_a_hint_that_helps() {
    let cli = TestCli::seeded();
    let before = cli.dump();
    for (line, hint) in LINES {
        let outcome = cli.run(line);
        let shown = outcome.failed(2, line);
        let given = shown.lines().find_map(|line| line.strip_prefix("ssgctl: hint: ")).unwrap_or_default();
        assert!(given.contains(hint), "{line}: {shown}");
        // Programs get the same hint.
        assert_eq!(cli.run(&format!("{line} --json")).error(line)["hint"], given, "{line}");
    }
    for (line, message) in MESSAGES {
        assert!(cli.run(line).failed(2, line).contains(message), "{line}: {}", cli.run(line).stderr);
    }
    assert!(before == cli.dump());
}

#[test]
fn a_group_without_a_command_names_its_commands() {
    let cli = TestCli::new();
    // Without anything else on the line, the parser prints the help of the group.
    let output = cli.command().env("SSGCTL_DB", "none.db").arg("report").output().expect("the program runs");
    let shown = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{shown}");
    assert!(shown.contains("`ssgctl report` needs a command"), "{shown}");
    assert!(shown.contains("the commands of `ssgctl report` are balances, forecast"), "{shown}");
}

#[test]
fn a_name_that_nothing_has_gets_the_customer_that_may_be_meant_or_a_search() {
    let cli = TestCli::seeded();
    cli.ok("customer new --organisation 'Kim Electronics Co., Ltd' --account-code KIM --phone +82212345678");
    cli.ok("contact add KIM --name Jo --email jo@kim.example --mobile +821012345678");
    for name in ["'Electronics Co'", "'kim elec'", "+82212345678", "+821012345678", "jo@kim.example", "KIMM"] {
        let line = format!("customer show {name}");
        assert_eq!(cli.run(&format!("{line} --json")).error(&line)["hint"], "did you mean `KIM`?", "{line}");
    }
    // More than one has it, or none.
    for (name, quoted) in [("Ltd", "Ltd"), ("'no such name'", "'no such name'")] {
        let hint = format!("`ssgctl customer list --search {quoted}` looks in names, addresses, contacts and notes");
        assert!(cli.run(&format!("customer show {name}")).failed(3, name).contains(&hint), "{name}");
    }
}

#[test]
fn a_hint_names_commands_that_exist() {
    let cli = TestCli::seeded();
    let mut names = BTreeSet::new();
    for (line, _) in LINES {
        let shown = cli.run(line).stderr;
        for command in shown.split('`').skip(1).step_by(2).filter_map(|quoted| quoted.strip_prefix("ssgctl ")) {
            let name: Vec<&str> = command
                .split(' ')
                .take_while(|word| !word.starts_with(['-', '[', '<']) && word.chars().any(char::is_lowercase))
                .collect();
            names.insert(name.join(" ").trim_start_matches("help ").to_owned());
        }
    }
    for name in names {
        cli.ok(&format!("{name} --help"));
    }
}

/// Command lines that are short for another, and that one.
const SHORT: &[(&str, &str)] = &[
    ("", "overview --fields customers,urgent"),
    ("status", "overview --fields customers,urgent"),
    ("dashboard", "overview --fields customers,urgent"),
    ("ABC", "customer show ABC"),
    ("abc", "customer show ABC"),
    ("show ABC", "customer show ABC"),
    ("customer ls", "customer list"),
    ("smpp ls ABC", "smpp list ABC"),
    ("contact new ABC --name Jo -n", "contact add ABC --name Jo -n"),
    ("contact create ABC --name Jo -n", "contact add ABC --name Jo -n"),
    ("plan add x --name X --unit EUR -n", "plan new x --name X --unit EUR -n"),
    ("show NOBODY", "customer show NOBODY"),
    ("report traffic --day 2026-11-24", "report traffic --period 2026-11-24"),
];

#[test]
fn a_short_command_line_does_what_the_long_one_does() {
    let cli = TestCli::seeded();
    for (short, long) in SHORT {
        let fields = if long.contains("--fields") { " --json --fields customers,urgent" } else { "" };
        let (short, long) = (
            cli.run(&format!("{short}{fields}")),
            cli.run(&format!("{long}{}", if fields.is_empty() { "" } else { " --json" })),
        );
        let seconds =
            |text: &str| text.lines().filter(|line| !line.contains("_at ")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!((short.code, seconds(&short.stdout)), (long.code, seconds(&long.stdout)), "{}", short.stderr);
        assert_eq!(short.stderr, long.stderr);
    }
    // The audit log has the command itself.
    cli.ok("contact create ABC --name Jo");
    assert_eq!(cli.json("audit list --desc --limit 1")[0]["command"], "contact add");
}

#[test]
fn without_customers_no_command_is_a_usage_error_with_the_help() {
    let cli = TestCli::new();
    assert!(cli.run("").failed(2, "no database").contains("Usage: ssgctl"));
    cli.ok("db init");
    assert!(cli.run("").failed(2, "no customers").contains("Usage: ssgctl"));
    assert!(cli.run("ABC").failed(2, "no such customer").contains("unknown command `ABC`"));
}
