//! `ssgctl smpp export` without a gateway: the columns of `smpp import`, without passwords.

use ssgctl::error::{count, quoted};
use ssgctl::model::{Limit, Msisdn, SmppAccount};
use ssgctl::store::SmppFilter;

use crate::args::export;
use crate::args::export::ExportArgs;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// The largest closed user group that fits into one cell of a file that `smpp import` can read, with room to spare.
const MAX_CELL_NUMBERS: u64 = 3_000;

/// An account with its closed user group.
struct AccountWithCug {
    account: SmppAccount,
    cug: Vec<Msisdn>,
}

impl Row for AccountWithCug {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("system_id", |a| Cell::text(&a.account.system_id)),
        Column::new("customer", |a| Cell::text(&a.account.customer)),
        Column::new("name", |a: &Self| Cell::maybe(a.account.details.name.as_ref())).text(),
        Column::new("short_name", |a| Cell::maybe(a.account.details.short_name.as_ref())),
        Column::new("system_type", |a| Cell::maybe(a.account.details.system_type.as_ref())),
        Column::new("address_range", |a| Cell::maybe(a.account.details.address_range.as_ref())),
        Column::new("service", |a| Cell::text(&a.account.details.service)),
        Column::new("enabled", |a| Cell::Flag(a.account.details.enabled)),
        Column::new("binding_enabled", |a| Cell::Flag(a.account.details.binding_enabled)),
        Column::new("submit_enabled", |a| Cell::Flag(a.account.details.submit_enabled)),
        Column::new("use_cug", |a| Cell::Flag(a.account.details.use_cug)),
        Column::new("max_tps", |a| Cell::maybe_number(a.account.details.max_tps.map(Limit::get))),
        Column::new("max_binds", |a| Cell::maybe_number(a.account.details.max_binds.map(Limit::get))),
        Column::new("allowed_ips", |a| Cell::shown_list(&a.account.details.allowed_ips)),
        Column::new("cug", |a| Cell::list(&a.cug)),
        Column::new("mt_webhook", |a| Cell::maybe(a.account.details.mt_webhook.as_ref())),
        Column::new("dlr_webhook", |a| Cell::maybe(a.account.details.dlr_webhook.as_ref())),
        Column::new("mo_webhook", |a| Cell::maybe(a.account.details.mo_webhook.as_ref())),
        Column::new("mo_numbers", |a| Cell::list(&a.account.details.mo_numbers)),
        Column::new("status", |a: &Self| Cell::text(a.account.lifecycle.status().as_str())).state(),
    ];
}

/// Exports the accounts of one customer, or of all.
pub(super) fn export(customer: Option<&str>, args: &ExportArgs, context: &mut Context) -> Result<()> {
    let mut too_many = Vec::new();
    export::run(context, args, ssgctl::import::smpp_account::FIELDS, |snapshot, rows| {
        let customer_id = customer.map(|name| snapshot.customer(name)).transpose()?.map(|customer| customer.id);
        let filter = SmppFilter { customer_id, archive_filter: args.archive_filter(), ..SmppFilter::default() };
        snapshot.smpp_accounts(&filter, |account| {
            let mut cug = Vec::new();
            if account.cug_size <= MAX_CELL_NUMBERS {
                cug = snapshot.cug(&account)?;
            } else {
                too_many.push((account.system_id.clone(), account.cug_size));
            }
            rows.row(AccountWithCug { account, cug })
        })
    })?;
    for (system_id, size) in too_many {
        let (account, size) = (quoted(&system_id), count(size, "number"));
        Context::warn(&format!(
            "the closed user group of {account} has {size}, too many for a cell; use `ssgctl smpp cug {system_id} list`"
        ));
    }
    Ok(())
}
