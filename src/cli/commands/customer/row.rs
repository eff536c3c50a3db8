//! The columns of customers and of the recent traffic of their SMPP accounts.

use ssgctl::model::{Customer, PaymentTerms, Unit};
use ssgctl::report::{CustomerReceivables, RecentTraffic};

use crate::output::{Cell, Column, Row};

impl Row for Customer {
    const NAME: &str = "account_code";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("account_code", |c| Cell::text(&c.account_code)),
        Column::new("organisation", |c: &Self| Cell::text(&c.details.organisation)).text().essential(),
        Column::new("country", |c| Cell::maybe(c.details.country.as_ref())),
        Column::detail("company_reg_no", |c| Cell::maybe(c.details.company_reg_no.as_ref())),
        Column::detail("phone", |c| Cell::maybe(c.details.phone.as_ref())),
        Column::detail("website", |c| Cell::maybe(c.details.website.as_ref())),
        Column::detail("vat_reg_no", |c| Cell::maybe(c.details.vat_reg_no.as_ref())),
        Column::detail("payment_terms_days", |c| {
            Cell::maybe_number(c.details.payment_terms_days.map(PaymentTerms::days))
        }),
        Column::detail("invoice_emails", |c| Cell::emails(&c.details.invoice_emails)),
        Column::detail("invoice_address", |c| match &c.details.invoice_address {
            Some(address) => Cell::Lines(address.lines().map(Into::into).collect()),
            None => Cell::Empty,
        }),
        Column::detail("billing", |c| Cell::text(c.details.billing.as_str())),
        Column::detail("api_id", |c| Cell::text(&c.api_id)),
        Column::new("status", |c: &Self| Cell::text(c.lifecycle.status().as_str())).state(),
        Column::detail("created_at", |c| Cell::Time(c.lifecycle.created_at)),
        Column::new("updated_at", |c: &Self| Cell::Time(c.lifecycle.updated_at)).minor(),
        Column::detail("archived_at", |c| Cell::maybe_time(c.lifecycle.archived_at)),
    ];
}

/// The recent traffic of one SMPP account, or the total of all accounts of a customer.
impl Row for RecentTraffic {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("system_id", |t| t.system_id.as_ref().map_or(Cell::text("total"), Cell::text)),
        Column::new("last_24h", |t: &Self| Cell::number(t.day.messages())).minor(),
        Column::new("rate_24h", |t: &Self| Cell::percent(t.day.delivered_per_mille())).minor(),
        Column::new("last_7d", |t| Cell::number(t.week.messages())),
        Column::new("rate_7d", |t| Cell::percent(t.week.delivered_per_mille())),
        Column::new("last_30d", |t| Cell::number(t.month.messages())),
        Column::new("rate_30d", |t| Cell::percent(t.month.delivered_per_mille())),
    ];
}

impl Row for CustomerReceivables {
    const NAME: &str = "currency";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("currency", |r| Cell::text(r.currency.code())),
        Column::new("open", |r| Cell::amount(Unit::Currency(r.currency), r.open)),
        Column::new("overdue", |r| Cell::amount(Unit::Currency(r.currency), r.overdue)),
        Column::new("unallocated", |r| Cell::amount(Unit::Currency(r.currency), r.unallocated)),
        Column::new("drafts", |r| Cell::amount(Unit::Currency(r.currency), r.drafts)),
        Column::new("usage", |r| Cell::amount(Unit::Currency(r.currency), r.usage)),
    ];
}
