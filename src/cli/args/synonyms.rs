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
    ("balance", &["balances", "credits", "wallet", "wallets", "ledger"]),
    ("traffic", &["message", "messages", "sms", "cdr", "cdrs", "dlr", "dlrs"]),
    ("report", &["reports", "stats", "statistics"]),
    ("mail", &["mails", "email", "emails", "outbox"]),
    ("audit", &["log", "logs", "history", "events", "reflog", "blame"]),
    ("db", &["database", "sqlite"]),
    ("config", &["configuration", "setting", "settings"]),
];

/// What others call a command, and the commands that may be meant, the likeliest first.
const COMMANDS: &[(&[&str], &[&str])] = &[
    (&["add", "create", "new", "register", "insert", "make"], &["new", "add", "init", "adjust"]),
    (&["delete", "remove", "rm", "del", "destroy", "drop"], &["remove", "archive", "reverse", "prune"]),
    (&["ls", "all", "search", "find", "query", "index"], &["list"]),
    (
        &["get", "info", "view", "display", "details", "describe", "inspect", "cat", "status"],
        &["show", "list", "check"],
    ),
    (&["update", "change", "modify", "set", "rename", "alter", "patch"], &["edit", "adjust"]),
    (&["topup", "top-up", "credit", "debit", "deposit", "pay", "charge"], &["adjust"]),
    (&["password", "passwd", "reset-password", "change-password"], &["rotate-password"]),
    (&["upload", "load"], &["import"]),
    (&["download", "dump", "save"], &["export"]),
    (&["test", "connect", "ping"], &["probe"]),
    (&["send", "resend"], &["retry", "handover"]),
    (&["undo", "revert", "refund"], &["reverse"]),
    (&["move"], &["transfer"]),
    (&["alert", "threshold", "thresholds", "warning"], &["warn"]),
    (&["why"], &["alerts"]),
    (&["invoice", "bill"], &["statement"]),
    (&["undelete", "activate", "reactivate"], &["unarchive", "enable"]),
    (&["start", "unblock", "resume"], &["enable"]),
    (&["verify", "validate", "fsck"], &["check"]),
    (&["block", "suspend", "deactivate", "stop", "kill"], &["disable", "archive"]),
    (&["upgrade"], &["migrate"]),
    (&["log", "logs", "entries"], &["history", "list"]),
];

/// What others call an option, and the options that may be meant, the likeliest first.
const OPTIONS: &[(&[&str], &[&str])] = &[
    (&["name", "org", "company", "title"], &["organisation", "name"]),
    (&["format"], &["output"]),
    (&["code", "id"], &["account-code", "system-id"]),
    (&["tps", "rate", "throughput"], &["max-tps"]),
    (&["ip", "ips", "allow", "allowed-ip"], &["allowed-ips"]),
    (&["binds"], &["max-binds"]),
    (&["email", "mail"], &["contact-email", "email", "invoice-emails", "send-email"]),
    (&["mobile", "phone"], &["contact-mobile", "phone"]),
    (&["currency"], &["unit"]),
    (&["comment", "text", "message", "memo"], &["description", "reason"]),
    (&["ref"], &["reference"]),
    (&["threshold", "limit", "low"], &["upper"]),
    (&["critical"], &["lower"]),
    (&["day", "month", "date", "today", "yesterday", "when"], &["period", "from", "last"]),
    (&["since", "start", "begin", "after"], &["from", "last"]),
    (&["end", "before"], &["until"]),
    (&["filter", "query", "grep", "find"], &["search"]),
    (&["order", "order-by", "sort-by"], &["sort"]),
    (&["reverse", "descending"], &["desc"]),
    (&["columns", "column", "field"], &["fields"]),
    (&["group-by", "group"], &["by"]),
    (&["count", "max", "top", "max-count", "tail"], &["limit"]),
    (&["confirm", "assume-yes"], &["yes"]),
    (&["simulate", "check", "whatif"], &["dry-run"]),
    (&["database"], &["db"]),
    (&["overwrite", "replace"], &["force"]),
    (&["all-namespaces", "include-archived"], &["all"]),
    (&["author", "user", "as"], &["actor"]),
    (&["zone", "tz", "time-zone"], &["timezone"]),
];

/// Words for a command of the top level.
const TOP: &[(&[&str], &str)] = &[
    (&["status", "dashboard", "summary", "home", "health", "info", "ps", "top", "st"], "overview"),
    (&["rollback", "reset", "back"], "undo"),
    (&["onboard", "signup", "sign-up"], "quick-create"),
    (&["man-pages", "manual"], "man"),
    (&["completion", "autocomplete"], "completions"),
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
