//! How the result of `quick-create` is printed: the values that the customer needs first.

use ssgctl::model::{EmailState, OutboxEmail, Warning};
use ssgctl::ops::quick_create::QuickCreateResult;

use crate::output::{Cell, Column, Row};

pub(super) struct CreatedCustomer {
    pub(super) entities: QuickCreateResult,
    /// Whether the password was generated. One that the user chose is not printed.
    pub(super) shows_password: bool,
    /// The warning set by `--warn-upper` and `--warn-lower`.
    pub(super) warning: Option<Warning>,
    pub(super) emails: Vec<OutboxEmail>,
}

impl Row for CreatedCustomer {
    const NAME: &str = "account_code";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer_api_id", |c| Cell::text(&c.entities.customer.api_id)),
        Column::new("system_id", |c| Cell::text(&c.entities.credentials.account.system_id)),
        Column::new("password", |c| {
            if c.shows_password { Cell::text(c.entities.credentials.password.reveal()) } else { Cell::Empty }
        }),
        Column::new("account_code", |c| Cell::text(&c.entities.customer.account_code)),
        Column::detail("organisation", |c: &Self| Cell::text(&c.entities.customer.details.organisation)).text(),
        Column::detail("contact", |c: &Self| Cell::maybe_number(c.entities.contact.as_ref().map(|contact| contact.id)))
            .id(),
        Column::detail("balance", |c| match &c.entities.opening {
            Some(receipt) => Cell::amount(receipt.entry.posting.unit, receipt.entry.balance_after),
            None => Cell::Empty,
        }),
        Column::detail("unit", |c| match &c.entities.opening {
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
            Cell::emails(sent.map(|email| &email.recipient))
        }),
    ];
}
