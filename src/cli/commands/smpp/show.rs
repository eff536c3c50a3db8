//! `ssgctl smpp show`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::SmppAccount;
use ssgctl::ops;
use ssgctl::report::{self, AccountPricing};

use crate::args::change::{AuditArgs, ChangeArgs};
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, DetailView};

/// Show all details of an SMPP account
///
/// Shows the size of its closed user group; `smpp cug` lists the numbers.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp show abc_prod
  ssgctl smpp show abc_prod --reveal --reason 'customer on the phone'
  ssgctl smpp show abc_prod --reveal --json | jq -r .password")]
pub(crate) struct ShowArgs {
    /// System ID or short name
    #[arg(value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: String,

    /// Also show the password, and the previous one during its grace period; recorded in the audit log
    #[arg(long)]
    reveal: bool,

    #[command(flatten)]
    why: AuditArgs,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    if !args.reveal {
        let details = read(args, context)?;
        return context.output.view(view(&details, None));
    }
    let vault = context.existing_vault()?;
    let details = read(args, context)?;
    // Refuse unknown --fields before the reveal is logged.
    context.output.check_fields_of(&view(&details, Some(("", None))))?;
    let change = ChangeArgs { dry_run: false, audit: args.why.clone() };
    let revealed = context.transact(&change, |tx| ops::smpp::reveal(tx, &vault, &args.account))?;
    let previous = revealed.previous.as_ref().map(|previous| previous.password.reveal());
    // Show the account as revealed: the grace period may have ended since the first read.
    let details = AccountDetails { account: revealed.account, ..details };
    context.output.view(view(&details, Some((revealed.password.reveal(), previous))))
}

struct AccountDetails {
    account: SmppAccount,
    pricing: AccountPricing,
}

fn read(args: &ShowArgs, context: &mut Context) -> Result<AccountDetails> {
    context.read(|snapshot| {
        let account = snapshot.smpp_account(&args.account)?;
        let pricing = report::account_pricing(snapshot, &account)?;
        Ok(AccountDetails { account, pricing })
    })
}

/// The sections of the portal's SMPP dialog, in the same order.
fn view(details: &AccountDetails, passwords: Option<(&str, Option<&str>)>) -> DetailView {
    let AccountDetails { account, pricing } = details;
    let name = account.details.name.as_ref().map_or("", |name| name.as_str());
    let mut view = DetailView::new(&account.system_id, format!("{} {name}", account.system_id).trim());
    view.fields(
        "Main",
        account,
        &["customer", "system_id", "name", "short_name", "system_type", "address_range", "service"],
    );
    view.field("unit", Cell::text(pricing.service.unit.code()));
    view.field("plan", Cell::text(&pricing.service.plan));
    for (key, overlay) in [("overlay", &pricing.overlay), ("customer_overlay", &pricing.customer_overlay)] {
        match overlay {
            Some(plan) => view.field(key, Cell::text(plan)),
            None => view.data(key, Cell::Empty),
        }
    }
    view.planned(&pricing.planned);
    if let Some((password, previous)) = passwords {
        view.field("password", Cell::text(password));
        view.field("previous_password", Cell::maybe(previous));
    }
    match account.previous_password_until {
        Some(_) => view.more_fields(account, &["previous_password_until"]),
        None => view.data("previous_password_until", Cell::Empty),
    }
    view.fields("Switches", account, &["enabled", "binding_enabled", "submit_enabled", "use_cug"]);
    view.fields("Parameters", account, &["max_tps", "max_binds"]);
    view.fields("Security", account, &["allowed_ips", "cug_size"]);
    view.fields("Webhooks", account, &["mt_webhook", "dlr_webhook", "mo_webhook", "mo_numbers"]);
    view.fields("Other", account, &["status", "created_at", "updated_at", "archived_at"]);
    match &account.details.managed_by {
        Some(manager) => view.field("managed_by", Cell::text(manager)),
        None => view.data("managed_by", Cell::Empty),
    }
    view
}
