//! Rows of `ssgctl balance check --dry-run`: the emails that a check would queue.

use ssgctl::model::{AccountCode, Crossing, ForecastAlert, Money, OutboxEmail, SystemId, Unit};

use crate::output::{Cell, Column, Row};

/// A crossing or a forecast, and one of the emails that would be queued for it.
pub(super) struct PlannedEmail {
    /// `None` if nobody's traffic was imported.
    of: Option<(AccountCode, Unit)>,
    account: Option<SystemId>,
    balance: Option<Money>,
    from: &'static str,
    to: &'static str,
    email: Option<OutboxEmail>,
}

impl PlannedEmail {
    pub(super) fn of_crossing(crossing: &Crossing, email: Option<OutboxEmail>) -> Self {
        Self {
            of: Some((crossing.customer.clone(), crossing.unit)),
            account: None,
            balance: Some(crossing.balance),
            from: crossing.from.as_str(),
            to: crossing.to.as_str(),
            email,
        }
    }

    pub(super) fn of_forecast(alert: &ForecastAlert, email: Option<OutboxEmail>) -> Self {
        let kind = alert.kind.as_str();
        let (from, to) = if alert.raised { ("ok", kind) } else { (kind, "ok") };
        Self { of: alert.of.clone(), account: alert.account.clone(), balance: alert.figures.balance, from, to, email }
    }
}

/// One row per email, or a single row for what has no emails.
pub(super) fn planned<T>(
    of: &T,
    emails: Vec<OutboxEmail>,
    row: impl Fn(&T, Option<OutboxEmail>) -> PlannedEmail,
) -> Vec<PlannedEmail> {
    if emails.is_empty() {
        return vec![row(of, None)];
    }
    emails.into_iter().map(|email| row(of, Some(email))).collect()
}

impl Row for PlannedEmail {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |p| p.of.as_ref().map_or(Cell::Empty, |(customer, _)| Cell::text(customer))),
        Column::new("balance", |p| match (&p.of, p.balance) {
            (Some((_, unit)), Some(balance)) => Cell::amount(*unit, balance),
            _ => Cell::Empty,
        }),
        Column::new("unit", |p| p.of.as_ref().map_or(Cell::Empty, |(_, unit)| Cell::text(unit.code()))),
        Column::new("from", |p: &Self| Cell::text(p.from)).state().essential(),
        Column::new("to", |p: &Self| Cell::text(p.to)).state().essential(),
        Column::new("email", |p: &Self| {
            p.email.as_ref().map_or(Cell::Empty, |email| Cell::text(email.content.template.as_str()))
        })
        .minor(),
        Column::new("recipient", |p: &Self| Cell::maybe_email(p.email.as_ref().map(|email| &email.recipient)))
            .essential(),
        Column::new("system_id", |p: &Self| {
            p.account.as_ref().map_or(Cell::Empty, |account| Cell::text(account.as_str()))
        })
        .minor(),
        Column::detail("subject", |p: &Self| {
            p.email.as_ref().map_or(Cell::Empty, |email| Cell::text(&email.content.subject))
        })
        .text(),
    ];
}
