//! Files of desired state: customers, plans and services as TOML that people write and keep in git.
//!
//! A file is a customer, with its contacts, warnings and SMPP accounts, or a list of plans and services. `writer` writes what a person
//! would: fields that are empty or have their default are left out. `reader` reads strictly and reports every fault with its place;
//! `record` reads single values for it.

mod reader;
mod record;
mod writer;

pub use reader::{DeclaredFile, FileContent, Placed, TomlPlace, read};
pub use writer::{write_customer, write_plans, write_services};

/// The keys of each kind of table, in the order in which they are written.
mod keys {
    pub(super) const CUSTOMER: &[&str] = &[
        "account_code",
        "organisation",
        "country",
        "company_reg_no",
        "phone",
        "website",
        "vat_reg_no",
        "billing",
        "payment_terms_days",
        "invoice_emails",
        "invoice_address",
        "overlay",
        CREDIT_LIMIT,
        WARNING,
        CONTACT,
        SMPP,
    ];
    pub(super) const CREDIT_LIMIT: &str = "credit_limit";
    pub(super) const WARNING: &str = "warning";
    pub(super) const CONTACT: &str = "contact";
    pub(super) const SMPP: &str = "smpp";
    pub(super) const PLAN: &str = "plan";
    pub(super) const SERVICE: &str = "service";

    pub(super) const OF_WARNING: &[&str] = &[
        "upper",
        "lower",
        "days_left",
        "surge",
        "silent",
        "notify_customer",
        "to",
        "internal",
        "notify_recovery",
        "active",
        "traffic_to_customer",
    ];
    pub(super) const OF_CONTACT: &[&str] = &["name", "email", "mobile", "roles"];
    pub(super) const OF_ACCOUNT: &[&str] = &[
        "system_id",
        "name",
        "short_name",
        "service",
        "overlay",
        "system_type",
        "address_range",
        "enabled",
        "binding_enabled",
        "submit_enabled",
        "use_cug",
        "max_tps",
        "max_binds",
        "allowed_ips",
        "mt_webhook",
        "dlr_webhook",
        "mo_webhook",
        "mo_numbers",
    ];
    pub(super) const OF_PLAN: &[&str] = &["code", "name", "unit", "basis"];
    pub(super) const OF_SERVICE: &[&str] = &["code", "name", "plan", "price_source"];

    /// Keys that are never declared: why, and the command instead.
    pub(super) const NEVER: &[(&[&str], &str)] = &[
        (
            &["balance", "balances", "credit", "opening"],
            "a balance is the sum of its ledger; `ssgctl balance adjust` posts an entry",
        ),
        (
            &["ledger", "entry", "entries", "adjustment", "charge", "payment", "invoice", "fee"],
            "money is posted; see `ssgctl help balance` and `ssgctl help payment`",
        ),
        (
            &["password", "password_sealed", "secret", "key"],
            "readers of the files would know it; `ssgctl smpp rotate-password` sets a password",
        ),
        (
            &["cug", "cug_numbers"],
            "the numbers of a closed user group are a list of their own; `ssgctl smpp cug` imports them",
        ),
        (&["note", "notes"], "notes are only ever added; `ssgctl note add` adds one"),
        (
            &["price", "prices", "default_price"],
            "a price counts from a time; `ssgctl price set` or `ssgctl plan import` sets it",
        ),
        (&["api_id"], "an API ID is generated once"),
        (
            &["status", "archived_at", "created_at", "updated_at", "managed_by"],
            "it follows from the files; `ssgctl apply --prune` archives what no file names",
        ),
    ];
}
