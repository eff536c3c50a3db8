//! What a quick create made, as the customer must be told it.

use ssgctl::model::{EmailState, OutboxEmail, Warning};
use ssgctl::ops::quick_create::QuickCreateResult;

use crate::output::{Cell, Column, Row};

pub(super) struct Created {
    pub(super) made: QuickCreateResult,
    /// Whether the password was generated: only then is it shown.
    pub(super) generates: bool,
    /// The warning that was asked for.
    pub(super) warning: Option<Warning>,
    pub(super) emails: Vec<OutboxEmail>,
}

impl Row for Created {
    const NAME: &str = "account_code";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer_api_id", |c| Cell::text(&c.made.customer.api_id)),
        Column::new("system_id", |c| Cell::text(&c.made.credentials.account.system_id)),
        Column::new("password", |c| {
            if c.generates { Cell::text(c.made.credentials.password.reveal()) } else { Cell::Empty }
        }),
        Column::new("account_code", |c| Cell::text(&c.made.customer.account_code)),
        Column::detail("organisation", |c| Cell::text(&c.made.customer.details.organisation)),
        Column::detail("contact", |c| Cell::maybe_number(c.made.contact.as_ref().map(|contact| contact.id))),
        Column::detail("balance", |c| match &c.made.opening {
            Some(receipt) => Cell::amount(receipt.entry.posting.unit, receipt.entry.balance_after),
            None => Cell::Empty,
        }),
        Column::detail("unit", |c| match &c.made.opening {
            Some(receipt) => Cell::text(receipt.entry.posting.unit.code()),
            None => Cell::Empty,
        }),
        Column::detail("warn_upper", |c| {
            c.warning.as_ref().map_or(Cell::Empty, |warning| Cell::maybe_amount(warning.unit, warning.details.upper))
        }),
        Column::detail("warn_lower", |c| {
            c.warning.as_ref().map_or(Cell::Empty, |warning| Cell::maybe_amount(warning.unit, warning.details.lower))
        }),
        Column::detail("email_sent_to", |c| {
            let sent = c.emails.iter().filter(|email| email.state == EmailState::Sent);
            Cell::shown_list(sent.map(|email| &email.recipient))
        }),
    ];
}
