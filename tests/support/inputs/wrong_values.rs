//! What no field takes: the wrong values of each option and argument, and valid lines to put them into.

use ssgctl::error::quoted;
use ssgctl::model::text::is_hidden;

const TEXTS: &[&str] = &["", "  ", "a\u{1b}[31mb", "a\nb", "a\u{7}", "a\u{202e}b", "a\u{200b}b", "a\u{9b}b", LONG];
const CODES: &[&str] = &["", ".a", "a b", "\u{c4}BC", "a/b", "a\u{1b}[31m", LONG];
const MONEY: &[&str] = &["", "1e5", "1,000", "1.123456789", "ten", "92233720369", ".5", "1.", "0x10", "\u{661}", "NaN"];
const NUMBERS: &[&str] = &["", "07700900123", "+4477", "ten", "4.47E+11", "+447700900123\u{1b}[31m"];
const MANY_NUMBERS: &[&str] = &["12", "+447700900123,12", "+447700900123,\u{1b}[31m"];
const EMAILS: &[&str] =
    &["", "billing", "a@b.example,c@d.example", "Ann <a@b.example>", "a@b.example\r\nBcc: c@d.example"];
const LIMITS: &[&str] = &["", "0", "ten", "1.5", "4294967296"];
const COUNTS: &[&str] = &["", "ten", "1.5", "18446744073709551616"];
const SWITCHES: &[&str] = &["", "maybe", "2"];
const TIMES: &[&str] = &["", "someday", "2026-13-01", "24", "\u{1b}[31m"];
const DAYS: &[&str] = &["", "yesterday", "2026-13-01", "2026-11-31", "7d", "2026-01-01T00:00:00Z"];
const URLS: &[&str] = &[
    "",
    "example",
    "file:///etc/passwd",
    "https://u:p@example.com/",
    "https://a b.example/",
    "https://a.example/\u{202e}",
];
const CHOICES: &[&str] = &["colour", "\u{1b}[31m"];
/// Longer than any text but a note may be.
pub const LONG: &str = match std::str::from_utf8(&[b'x'; 501]) {
    Ok(text) => text,
    Err(_) => "",
};
pub const LONGER_THAN_A_NOTE: &str = match std::str::from_utf8(&[b'x'; 4001]) {
    Ok(text) => text,
    Err(_) => "",
};

/// The wrong values of an option or argument.
pub fn wrong(name: &str) -> &'static [&'static str] {
    match name {
        "--organisation" | "--name" | "--contact-name" | "--company-reg-no" | "--vat-reg-no" | "--description"
        | "--reference" | "--buyer-reference" | "--quantity-unit" | "--key" | "--reason" | "--actor" => TEXTS,
        "--account-code" | "CODE" | "--manager" | "--system-id" | "--short-name" | "--service" => CODES,
        "--system-type" => &["", "a\"b", "thirteen-long", "a\u{1b}"],
        "--address-range" => &["", "a b", "a\u{1b}", LONG],
        "--country" => &["", "G", "ZZ", "12", "United Kingdom", "G\u{1b}"],
        "--phone" | "--mobile" | "--contact-mobile" => NUMBERS,
        "--cug" | "--mo-numbers" => MANY_NUMBERS,
        "--website" | "--mt-webhook" | "--dlr-webhook" | "--mo-webhook" => URLS,
        "--payment-terms-days" => &["", "366", "ten", "1.5", "99999999999"],
        "--invoice-emails" | "--to" | "--internal" => &["billing", "a@b.example,billing", "a@b.example,\u{1b}[31m"],
        "--invoice-address" => &["", "{\"a\" \"b\"}", "[1]", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11", "a\u{1b}[31m", LONG],
        "--email" | "--contact-email" | "ADDRESS" => EMAILS,
        "--roles" => &["boss", "billing,boss", "\u{1b}[31m"],
        "TEXT" => &["", "  ", "a\u{7}", "a\tb", "a\u{202e}b", LONGER_THAN_A_NOTE],
        "--enabled" | "--binding-enabled" | "--submit-enabled" | "--use-cug" => SWITCHES,
        "--max-tps" | "--max-binds" => LIMITS,
        "--allowed-ips" | "--add-ip" | "--remove-ip" => {
            &["", "192.0.2", "192.0.2.7/33", "192.0.2.7,example.com", "\u{1b}[31m"]
        }
        "AMOUNT" | "--credit" | "--price" | "--at-most" | "--upper" | "--lower" | "--warn-upper" | "--warn-lower"
        | "--amount" | "--credits" | "--net" | "--quantity" | "--expect-total" | "--default-price" | "PRICE" => MONEY,
        "MESSAGE" | "--id" => &["", "a b", "\u{e9}", "1.8E+14", "\u{1b}[31m"],
        "TEMPLATE" => &["letter", "LOW", "\u{1b}[31m"],
        "ID" | "IMPORT" | "EVENT" => &["ten", "1.5", "\u{1b}[31m"],
        "--currency" => &["", "XYZ", "SMS", "\u{20ac}", "G\u{1b}P"],
        "--first-day" | "--last-day" | "--on" => DAYS,
        "--line" => &["", "one", "1=", "1=x", "\u{1b}[31m"],
        "--buckets" => &["", "30", "0,0", "0,x", "\u{1b}[31m"],
        "--remove" | "PAYMENT" | "FEE" | "--attachment" | "--run" => &["", "ten", "1.5", "\u{1b}[31m"],
        "--unit" => &["", "XYZ", "gb", "\u{20ac}", "G\u{1b}P"],
        "--limit" | "ENTRY" | "--expect-rows" => COUNTS,
        "--host" => &["", "a b", "gateway:2775", "smpp://gateway", "\u{1b}[31m"],
        "--port" => &["", "0", "65536", "ten", "\u{1b}[31m"],
        "--timeout" => &["", "0", "301", "1.5", "\u{1b}[31m"],
        "--grace" => &["", "72", "1.5h", "91d", "\u{1b}[31m"],
        "--sha256" | "--expect-hash" => &["", "ten", "abc", "\u{1b}[31m"],
        "--map" => &["", "Client", "=organisation", "Client=", "\u{1b}[31m"],
        "--calling-code" => &["", "0", "999", "+44", "\u{1b}[31m"],
        "--map-state" => &["", "DLVRD", "DLVRD=", "DLVRD=gone", "\u{1b}[31m"],
        "--batch-rows" => &["", "0", "ten", "1000001"],
        "--before" | "--day" => &["", "someday", "2026-13-01", "24", "\u{1b}[31m"],
        "--expect-head" | "--since-head" => &["", "ten", "1:xyz", "1:abc"],
        "--period" | "--as-of" => &["", "someday", "2026-13", "24h", "\u{1b}[31m"],
        "--watch" => &["0", "ten", "1.5", "\u{1b}[31m"],
        "--width" => &["", "ten", "1.5", "65536"],
        "--wait" => &["", "ten", "1.5", "3601"],
        "--profile" => &["", "../uk", "UK", "a b", "\u{1b}[31m", LONG],
        "--minimum-notice" => &["", "7", "24h", "1.5d", "\u{1b}[31m"],
        "--since" | "--until" | "--at" | "--effective" | "--from" | "--last" | "--silent-for" | "--runs-out-within"
        | "TIME" => TIMES,
        "DESTINATION" | "--destination" => &["", "ZZ", "+0", "234", "+44x", "\u{1b}[31m"],
        "NUMBER" => &["", "4.47701E+11", "\u{1b}[31m"],
        "--network" => &["", "2341", "02341", "ten", "\u{1b}[31m"],
        "--timezone" => &["", "London", "+25:00", "\u{1b}[31m"],
        "--billing" | "--tax-category" | "--as" | "--basis" | "--bind" | "--by" | "--gateway" | "--kind"
        | "--match" | "--state" | "--role" | "--entity" | "--sort" | "--date-order" | "--price-source" | "--unset"
        | "--output" | "--color" | "--chart" | "--quoting" | "--encoding" | "--decimal-sign" | "--format" | "SHELL"
        | "ACTION" | "--without" | "--xml" => CHOICES,
        "--days-left" => &["", "0", "61", "3h", "\u{1b}[31m"],
        "--surge" => &["", "1", "1001", "5y", "\u{1b}[31m"],
        "--silent" => &["", "0h", "6", "8d", "\u{1b}[31m"],
        "--address" => &["", "192.0.2", "example.com", "192.0.2.0/24", "\u{1b}[31m"],
        "--per-second" => &["", "0", "101", "1.5", "\u{1b}[31m"],
        "--year" => &["", "26", "year", "9999", "\u{1b}[31m"],
        "--tolerance" => &["", "ten", "1.5", "86401", "\u{1b}[31m"],
        "--id-pattern" => &["", "ref=", "{id}", "a{id}b{id}", "a{id}\u{1b}{id}"],
        _ => &[],
    }
}

/// A valid line for every command that takes values. `NAME:value` is an argument; the name does not reach the program.
pub const LINES: &[&str] = &[
    "overview",
    "customer new --organisation New",
    "customer edit ABC",
    "customer show ABC",
    "customer list",
    "customer archive ABC --yes",
    "customer unarchive OLD",
    "customer import customers.csv",
    "customer export",
    "contact import contacts.csv",
    "contact export",
    "note import notes.csv",
    "note export",
    "balance export",
    "service import services.csv",
    "smpp import accounts.csv",
    "service export",
    "contact add ABC --name New",
    "contact edit ABC 1",
    "contact remove ABC 1 --yes",
    "contact list",
    "note add ABC TEXT:new",
    "note list",
    "smpp add ABC",
    "smpp edit abc_prod",
    "smpp show abc_prod --reveal",
    "smpp list",
    "smpp enable abc_prod",
    "smpp disable abc_prod",
    "smpp quick-create ABC",
    "smpp handover abc_prod --to a@b.example --config mail.toml",
    "smpp rotate-password abc_prod",
    "smpp export --gateway json --reveal",
    "smpp drift --gateway opensmppbox --file logins --hash --skip-unfit",
    "smpp push --gateway opensmppbox --file logins --skip-unfit --dry-run",
    "smpp probe abc_prod --host 127.0.0.1 --port 1",
    "smpp sweep --dry-run",
    "smpp cug abc_prod ACTION:add NUMBER|FILE:+447700900128",
    "smpp archive abc_prod --yes",
    "apply desired.toml --dry-run",
    "smpp unarchive xyz_old",
    "service new CODE:new --name New",
    "service edit uk",
    "service list",
    "plan new CODE:new --name New --unit EUR",
    "plan show uk",
    "plan list",
    "plan edit uk",
    "plan archive spare",
    "plan unarchive spent",
    "plan import prices.csv --plan uk --effective 2999-01-01",
    "plan export uk",
    "plan diff uk --from 2026-01-01",
    "price list uk",
    "price set uk DESTINATION:NG PRICE:0.2",
    "price withdraw spare DESTINATION:GB",
    "price lookup uk NUMBER:+447700900123",
    "plan notify standard --config mail.toml",
    "balance show ABC",
    "balance list",
    "balance adjust ABC --unit SMS AMOUNT:1 --description new",
    "balance limit ABC --unit SMS AMOUNT:1",
    "balance history",
    "balance at ABC TIME:2027-01-01",
    "balance explain ABC",
    "balance reverse ENTRY:1 --description new --allow-negative",
    "balance transfer ABC XYZ AMOUNT:1 --unit SMS --description new",
    "balance import rows.csv",
    "balance warn ABC --unit SMS",
    "balance check --status",
    "balance alerts ABC --unit SMS",
    "mail list",
    "mail show ID:1",
    "mail retry ID:1",
    "mail cancel ID:1",
    "mail preview TEMPLATE:test --config mail.toml",
    "mail test ADDRESS:a@b.example --config mail.toml",
    "invoice new ABC --currency EUR",
    "invoice line 1 --description New --price 1",
    "invoice run --period 2026-01 --config mail.toml",
    "invoice issue 1 --config mail.toml",
    "invoice send 2 --to a@b.example --config mail.toml",
    "invoice remind --config mail.toml",
    "invoice show 1 --config mail.toml",
    "invoice list",
    "invoice hold 1",
    "invoice release 1",
    "invoice cancel 1",
    "invoice credit 2 --reason wrong --config mail.toml",
    "invoice write-off 2 --description lost --config mail.toml",
    "fee add ABC --amount 1 --currency EUR --description New --monthly",
    "fee list",
    "fee end FEE:1",
    "invoice export . --to hledger --from 2020-01-01 --force",
    "payment record ABC AMOUNT:1 --currency EUR --config mail.toml",
    "payment import bank.csv --config mail.toml",
    "payment list",
    "payment allocate 2 --oldest --config mail.toml",
    "payment refund 2 --description back --config mail.toml",
    "payment reverse PAYMENT:2 --description bounced --config mail.toml",
    "report receivables",
    "report balances",
    "report forecast",
    "report statement ABC --unit SMS --from 2026-01-01",
    "traffic import traffic.csv",
    "traffic post",
    "traffic expire --before 2026-01-01",
    "traffic list",
    "traffic reconcile ABC traffic.csv --since 2001-01-01 --until 2001-01-02",
    "traffic show MESSAGE:shown",
    "traffic find --to +447700900123 --period 2026-11",
    "traffic close IMPORT:1",
    "traffic reprice --from 2026-01-01 --until 2026-02-01",
    "traffic revert IMPORT:2 --reason wrong",
    "traffic prune --before 2026-01-01 --yes",
    "report traffic --from 2026-01-01",
    "report usage --from 2026-01-01",
    "quick-create --organisation New",
    "audit list",
    "audit show EVENT:1",
    "audit bundle bundled --year 2020",
    "undo EVENT:2",
    "redo EVENT:28",
    "metrics",
    "export other.jsonl",
    "import everything.jsonl --db empty.db",
    "db init",
    "db path",
    "db check",
    "db head",
    "db migrate",
    "db backup copy.db",
    "db restore backup.db --db other.db",
    "config show",
    "config public-key",
    "verify signed.json --key operator.pub",
    "config path",
    "config check",
    "config get gateway.port",
    "config set gateway.port 2775",
    "config unset gateway.hosts --config mail.toml",
    "config init",
    "capabilities",
    "completions SHELL:bash",
    "man .",
    "version",
];

/// Options and arguments that name a file or something to look up, or take any text.
const FREE: &[&str] = &[
    "CUSTOMER",
    "INVOICE",
    "--invoice",
    "--number",
    "payment allocate PAYMENT",
    "payment refund PAYMENT",
    "ACCOUNT",
    "CONTACT",
    "SERVICE",
    "PLAN",
    "PLAN|ACCOUNT",
    "--plan",
    "--overlay",
    "FROM",
    "TO",
    "FILE",
    "FOLDER",
    "--customer",
    "--diff",
    "--held",
    "--read-with",
    "--prove",
    "verify --key",
    "--load-with",
    "NUMBER|FILE",
    "DIR|FILE",
    "--customer",
    "--account",
    "--svg",
    "--textfile",
    "KEY",
    "--pdf",
    "KEY VALUE|KEY=VALUE",
    "VALUE",
    "--search",
    "--recipient",
    "--html",
    "--subject",
    "--db",
    "--config",
    "--fields",
    "--file",
    "--from-json",
    "--ignore",
    "--password-file",
    "--rejects",
    "--id-column",
    "--key-column",
    "customer import --from",
    "contact import --from",
    "note import --from",
    "service import --from",
    "smpp import --from",
    "payment import --from",
    "balance history --actor",
    "audit list --actor",
    "audit list --action",
    "audit list --field",
    "traffic find --to",
    "smpp list --service",
    "report traffic --service",
    "report usage --service",
    "traffic reprice --service",
    "traffic reprice --plan",
];

/// Whether any value is well formed.
pub fn is_free(command: &str, name: &str) -> bool {
    FREE.contains(&name) || FREE.contains(&format!("{command} {name}").as_str())
}

/// The valid line of a command.
pub fn line_of(command: &str) -> &'static str {
    let line = LINES.iter().find(|line| format!("{line} ").starts_with(&format!("{command} ")));
    line.unwrap_or_else(|| unreachable!("`{command}` has no line here"))
}

/// The words of a line in which one option or argument has another value.
pub fn with_value(line: &str, name: &str, value: &str) -> Vec<String> {
    let mut filled = Vec::new();
    let mut given = false;
    let mut after_option = false;
    for text in line.split(' ') {
        match text.split_once(':') {
            _ if after_option => filled.push(value.into()),
            Some((argument, _)) if argument == name => {
                filled.push(value.into());
                given = true;
            }
            Some((_, usual)) => filled.push(usual.into()),
            None => filled.push(text.into()),
        }
        after_option = text == name;
        given |= after_option;
    }
    if !given {
        filled.extend([name.into(), value.into()]);
    }
    filled
}

/// Checks that a message names the field, shows the wrong value or that part of it which is wrong, states the rule, and is short
/// and clean.
#[track_caller]
pub fn check_refusal(name: &str, value: &str, message: &str) {
    let what = format!("{name} {value:?}");
    assert!(message.contains(name), "{what} does not name the field: {message}");
    // An enum of choices reports an empty value as a missing one.
    let mut parts = value.split(',').map(str::trim).chain([value]);
    assert!(parts.any(|part| message.contains(&quoted(part))), "{what} does not quote the value: {message}");
    assert!(!message.chars().any(is_hidden), "{what} emits what it should escape: {message:?}");
    assert!(message.chars().count() < 380, "{what} says too much: {message}");
    // What comes after the value, whatever other names the rule quotes.
    let rule = message.splitn(3, '`').last().unwrap_or_default();
    let states_it = ["must ", "is not in", "is not a date"].iter().any(|words| rule.contains(words));
    assert!(states_it, "{what} does not state the rule: {message}");
}
