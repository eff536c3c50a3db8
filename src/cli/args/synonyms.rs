//! Words that people bring from other programs, and what they are called here.

use clap::Command;

/// Groups of commands, and what others call them.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "customer",
        &["customers", "client", "clients", "company", "companies", "organisation", "organisations", "tenant"],
    ),
    ("contact", &["contacts", "people", "person"]),
    ("note", &["notes", "comment", "comments"]),
    (
        "smpp",
        &["account", "accounts", "user", "users", "login", "logins", "esme", "bind", "binds", "session", "sessions"],
    ),
    ("service", &["services", "product", "products"]),
    ("plan", &["plans", "pricelist", "price-list", "tariff", "tariffs"]),
    ("price", &["prices", "rate", "rates"]),
    ("balance", &["balances", "bal", "credits", "wallet", "wallets", "ledger"]),
    ("invoice", &["invoices", "bill", "bills", "billing"]),
    ("payment", &["payments", "receipt", "receipts"]),
    ("fee", &["fees", "subscription", "subscriptions"]),
    ("traffic", &["message", "messages", "sms", "cdr", "cdrs", "dlr", "dlrs"]),
    ("report", &["reports", "stats", "statistics"]),
    ("mail", &["mails", "email", "emails", "outbox", "queue", "mailq"]),
    ("audit", &["log", "logs", "history", "events", "journal", "reflog", "blame"]),
    ("db", &["database", "sqlite"]),
    ("config", &["configuration", "setting", "settings", "tax", "taxes", "vat"]),
];

/// What others call a command, and the commands that may be meant, the likeliest first.
const COMMANDS: &[(&[&str], &[&str])] = &[
    (&["add", "create", "new", "register", "insert", "make"], &["new", "add", "init", "adjust", "record", "set"]),
    (
        &["delete", "remove", "rm", "del", "destroy", "drop"],
        &["remove", "archive", "reverse", "cancel", "end", "withdraw", "unset", "prune"],
    ),
    (&["ls", "list", "all", "search", "find", "query", "index", "queue"], &["list", "show"]),
    (
        &["get", "show", "info", "view", "display", "details", "describe", "inspect", "cat", "status"],
        &["show", "list", "check"],
    ),
    (&["update", "change", "modify", "set", "rename", "alter", "patch"], &["edit", "adjust"]),
    (&["topup", "top-up", "refill", "recharge", "credit", "debit", "deposit", "charge"], &["adjust"]),
    (&["pay", "receive", "settle"], &["record", "adjust"]),
    (&["password", "passwd", "reset", "reset-password", "change-password"], &["rotate-password"]),
    (&["upload", "load"], &["import"]),
    (&["download", "dump", "save", "copy"], &["export", "backup"]),
    (&["test", "connect", "ping"], &["probe"]),
    (&["send", "resend"], &["retry", "handover"]),
    (&["undo", "revert", "refund"], &["reverse"]),
    (&["move"], &["transfer"]),
    (&["alert", "threshold", "thresholds", "warning"], &["warn"]),
    (&["why"], &["alerts"]),
    (&["invoice", "bill", "statements"], &["statement"]),
    (&["print", "preview", "pdf"], &["show"]),
    (&["undelete", "activate", "reactivate"], &["unarchive", "enable"]),
    (&["start", "unblock", "resume"], &["enable"]),
    (&["verify", "validate", "fsck"], &["check"]),
    (&["block", "suspend", "deactivate", "stop", "kill", "kick", "unbind", "ban"], &["disable", "archive"]),
    (&["upgrade"], &["migrate"]),
    (&["log", "logs", "entries", "register"], &["history", "list"]),
];

/// What others call an option, and the options that may be meant, the likeliest first.
const OPTIONS: &[(&[&str], &[&str])] = &[
    (&["name", "org", "company", "title"], &["organisation", "name"]),
    (&["format"], &["output"]),
    (&["code", "id"], &["account-code", "system-id"]),
    (&["username", "user", "login", "sysid"], &["system-id", "actor"]),
    (&["for", "client", "of"], &["customer", "account"]),
    (&["tps", "rate", "throughput"], &["max-tps"]),
    (&["ip", "ips", "allow", "allowed-ip"], &["allowed-ips"]),
    (&["binds"], &["max-binds"]),
    (&["email", "mail"], &["contact-email", "email", "invoice-emails", "send-email", "search"]),
    (&["mobile", "phone"], &["contact-mobile", "phone"]),
    (&["currency"], &["unit"]),
    (&["comment", "text", "message", "memo", "note", "m"], &["description", "reason"]),
    (&["ref"], &["reference"]),
    (&["threshold", "limit", "low"], &["upper"]),
    (&["critical"], &["lower"]),
    (&["day", "month", "date", "today", "yesterday", "when"], &["period", "from", "last", "on", "since"]),
    (&["since", "start", "begin", "after"], &["from", "last"]),
    (&["end", "before"], &["until"]),
    (&["filter", "query", "grep", "find"], &["search"]),
    (&["order", "order-by", "sort-by"], &["sort"]),
    (&["reverse", "descending"], &["desc"]),
    (&["columns", "column", "field"], &["fields"]),
    (&["group-by", "group"], &["by"]),
    (&["count", "max", "top", "head", "max-count", "tail", "n", "first"], &["limit"]),
    (&["confirm", "assume-yes", "force"], &["yes"]),
    (&["simulate", "check", "whatif", "dryrun", "noop", "preview"], &["dry-run"]),
    (&["database"], &["db"]),
    (&["overwrite", "replace"], &["force"]),
    (&["all-namespaces", "include-archived", "a"], &["all"]),
    (&["author", "as"], &["actor"]),
    (&["zone", "tz", "time-zone"], &["timezone"]),
];

/// Words for a command of the top level.
const TOP: &[(&[&str], &str)] = &[
    (&["status", "dashboard", "summary", "home", "health", "info", "ps", "top", "st"], "overview"),
    (&["rollback", "reset", "back"], "undo"),
    (&["onboard", "signup", "sign-up"], "quick-create"),
    (&["man-pages", "manual"], "man"),
    (&["completion", "autocomplete"], "completions"),
    (&["overdue", "dunning", "debtors", "owed", "aging"], "report receivables"),
    (&["statements"], "report statement"),
    (&["reg"], "balance history"),
    (&["clone"], "db backup"),
];

/// Words that one command does not answer, and what to say about them.
const EXPLAINED: &[(&[&str], &str)] = &[
    (&["revert"], "`ssgctl undo` takes back a change, `ssgctl traffic revert` an import of traffic"),
    (
        &["serve", "server", "daemon", "start", "run", "cron", "crontab", "schedule"],
        "there is no server to run; `ssgctl balance check` and `ssgctl traffic import` run from cron",
    ),
    (
        &["auth", "logout", "whoami", "su", "sudo"],
        "there is no login: who may read the database file may use it; `ssgctl smpp list` has the accounts",
    ),
    (
        &["pay", "paid"],
        "`ssgctl payment record` books what a customer paid for invoices, `ssgctl balance adjust` tops up a prepaid balance",
    ),
    (
        &["credit", "credit-note", "credit-notes"],
        "`ssgctl balance adjust` adds to a prepaid balance, `ssgctl invoice credit` makes a credit note",
    ),
    (
        &["send", "resend"],
        "ssgctl sends no messages; `ssgctl smpp handover` emails the login of an account, `ssgctl mail retry` sends an email again",
    ),
    (
        &["commit", "checkout", "stash", "branch", "merge", "rebase"],
        "each command saves its change at once; `ssgctl audit list` has them, and `ssgctl undo` takes back the last one",
    ),
    (
        &["sql", "psql", "select", "shell", "tables", "schema", "vacuum"],
        "make a copy with `ssgctl db backup`, and open that with the sqlite3 shell; never the database in use",
    ),
    (&["exit", "quit", "q"], "there is no session to leave: each command is one line"),
    (
        &["tutorial", "tldr", "guide", "examples", "example"],
        "`ssgctl quick-create` asks for a first customer; the help of each command has examples, such as `ssgctl help customer list`",
    ),
];

/// Words for a command that does exactly the same in every group that has it.
const SAME: &[(&[&str], &[&str])] = &[(&["ls"], &["list"]), (&["add", "create", "new"], &["new", "add"])];

/// The group that a word names.
pub(super) fn group(word: &str) -> Option<&'static str> {
    GROUPS.iter().find(|(name, others)| *name == word || others.contains(&word)).map(|(name, _)| *name)
}

/// The command of the top level that a word names.
pub(super) fn top(word: &str) -> Option<&'static str> {
    TOP.iter().find(|(names, _)| names.contains(&word)).map(|(_, name)| *name)
}

/// What to say about a word that one command does not answer.
pub(super) fn explained(word: &str) -> Option<&'static str> {
    EXPLAINED.iter().find(|(names, _)| names.contains(&word)).map(|(_, text)| *text)
}

/// The command of a group that a word names.
pub(super) fn command_in<'a>(group: &'a Command, word: &str) -> Option<&'a str> {
    existing(group, word).or_else(|| meant(COMMANDS, word).into_iter().find_map(|name| existing(group, name)))
}

/// The command of a group that a word names, if it means nothing else.
pub(super) fn same_command_in<'a>(group: &'a Command, word: &str) -> Option<&'a str> {
    meant(SAME, word).into_iter().find_map(|name| existing(group, name))
}

/// The options that a name without its dashes may mean.
pub(super) fn options(name: &str) -> Vec<&'static str> {
    meant(OPTIONS, name)
}

fn meant(table: &[(&[&str], &[&'static str])], word: &str) -> Vec<&'static str> {
    table.iter().filter(|(names, _)| names.contains(&word)).flat_map(|(_, meant)| meant.iter().copied()).collect()
}

fn existing<'a>(group: &'a Command, name: &str) -> Option<&'a str> {
    group.get_subcommands().find(|command| command.get_name() == name).map(Command::get_name)
}
