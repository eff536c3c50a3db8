//! The columns of SMPP accounts, and of the receipts of commands that set a password.

use ssgctl::model::{EmailState, Limit, OutboxEmail, Password, SmppAccount};

use crate::output::{Cell, Column, Row};

impl Row for SmppAccount {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("system_id", |a| Cell::text(&a.system_id)),
        Column::new("customer", |a| Cell::text(&a.customer)),
        Column::new("name", |a: &Self| Cell::maybe(a.details.name.as_ref())).text(),
        Column::detail("short_name", |a| Cell::maybe(a.details.short_name.as_ref())),
        Column::detail("system_type", |a| Cell::maybe(a.details.system_type.as_ref())),
        Column::detail("address_range", |a| Cell::maybe(a.details.address_range.as_ref())),
        Column::new("service", |a: &Self| Cell::text(&a.details.service)).minor(),
        Column::new("enabled", |a: &Self| Cell::Flag(a.details.enabled)).essential(),
        Column::detail("binding_enabled", |a| Cell::Flag(a.details.binding_enabled)),
        Column::detail("submit_enabled", |a| Cell::Flag(a.details.submit_enabled)),
        Column::detail("use_cug", |a| Cell::Flag(a.details.use_cug)),
        Column::detail("max_tps", |a| Cell::maybe_number(a.details.max_tps.map(Limit::get))),
        Column::detail("max_binds", |a| Cell::maybe_number(a.details.max_binds.map(Limit::get))),
        Column::detail("allowed_ips", |a| Cell::shown_list(&a.details.allowed_ips)),
        Column::detail("cug_size", |a| Cell::number(a.cug_size)),
        Column::detail("mt_webhook", |a| Cell::maybe(a.details.mt_webhook.as_ref())),
        Column::detail("dlr_webhook", |a| Cell::maybe(a.details.dlr_webhook.as_ref())),
        Column::detail("mo_webhook", |a| Cell::maybe(a.details.mo_webhook.as_ref())),
        Column::detail("mo_numbers", |a| Cell::list(&a.details.mo_numbers)),
        Column::detail("previous_password_until", |a| Cell::maybe_time(a.previous_password_until)),
        Column::new("status", |a: &Self| Cell::text(a.lifecycle.status().as_str())).state().minor(),
        Column::detail("created_at", |a| Cell::Time(a.lifecycle.created_at)),
        Column::detail("updated_at", |a| Cell::Time(a.lifecycle.updated_at)),
        Column::detail("archived_at", |a| Cell::maybe_time(a.lifecycle.archived_at)),
    ];
}

/// The receipt of `smpp add`, with the password only if it was generated: a password that was set is known already.
pub(super) struct AddReceipt {
    pub(super) account: SmppAccount,
    pub(super) generated: Option<Password>,
}

impl Row for AddReceipt {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |r| Cell::text(&r.account.customer)),
        Column::new("system_id", |r: &Self| Cell::text(&r.account.system_id)).essential(),
        Column::new("password", |r: &Self| Cell::maybe(r.generated.as_ref().map(Password::reveal))).essential(),
        Column::new("name", |r: &Self| Cell::maybe(r.account.details.name.as_ref())).text(),
        Column::detail("short_name", |r| Cell::maybe(r.account.details.short_name.as_ref())),
        Column::new("service", |r| Cell::text(&r.account.details.service)),
        Column::detail("max_tps", |r| Cell::maybe_number(r.account.details.max_tps.map(Limit::get))),
        Column::detail("max_binds", |r| Cell::maybe_number(r.account.details.max_binds.map(Limit::get))),
    ];
}

/// The receipt of `smpp quick-create`: what the customer needs, and the emails that were sent.
pub(super) struct QuickCreateReceipt {
    pub(super) account: SmppAccount,
    pub(super) generated: Option<Password>,
    pub(super) emails: Vec<OutboxEmail>,
}

impl Row for QuickCreateReceipt {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |r| Cell::text(&r.account.customer)),
        Column::new("system_id", |r: &Self| Cell::text(&r.account.system_id)).essential(),
        Column::new("password", |r: &Self| Cell::maybe(r.generated.as_ref().map(Password::reveal))).essential(),
        Column::new("service", |r| Cell::text(&r.account.details.service)),
        Column::detail("max_tps", |r| Cell::maybe_number(r.account.details.max_tps.map(Limit::get))),
        Column::detail("max_binds", |r| Cell::maybe_number(r.account.details.max_binds.map(Limit::get))),
        Column::detail("cug_size", |r| Cell::number(r.account.cug_size)),
        Column::detail("email_sent_to", |r| sent_to(&r.emails)),
    ];
}

/// The receipt of `smpp rotate-password`, with the new password only if it was generated.
pub(super) struct RotationReceipt {
    pub(super) account: SmppAccount,
    pub(super) generated: Option<Password>,
    pub(super) emails: Vec<OutboxEmail>,
}

impl Row for RotationReceipt {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |r| Cell::text(&r.account.customer)),
        Column::new("system_id", |r: &Self| Cell::text(&r.account.system_id)).essential(),
        Column::new("password", |r: &Self| Cell::maybe(r.generated.as_ref().map(Password::reveal))).essential(),
        Column::new("previous_password_until", |r| Cell::maybe_time(r.account.previous_password_until)),
        Column::detail("email_sent_to", |r| sent_to(&r.emails)),
    ];
}

/// The recipients whose emails were sent; the others wait in the outbox.
fn sent_to(emails: &[OutboxEmail]) -> Cell<'_> {
    Cell::emails(emails.iter().filter(|email| email.state == EmailState::Sent).map(|email| &email.recipient))
}
