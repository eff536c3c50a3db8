//! `ssgctl smpp show`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{SmppAccount, Unit};
use ssgctl::ops;

use crate::args::change::{ChangeArgs, ReasonArgs};
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, DetailView};

/// Show everything of an SMPP account
///
/// The numbers of its closed user group are counted here; `smpp cug` lists them.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp show abc_prod
  ssgctl smpp show abc_prod --reveal --reason 'customer on the phone'
  ssgctl smpp show abc_prod --reveal --json | jq -r .password")]
pub(crate) struct ShowArgs {
    /// System ID or short name
    #[arg(value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: String,

    /// Show the passwords too: its own, and the one before while that is taken; the audit log keeps that they were shown
    #[arg(long)]
    reveal: bool,

    #[command(flatten)]
    why: ReasonArgs,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    if !args.reveal {
        let shown = read(args, context)?;
        return context.output.view(view(&shown, None));
    }
    let vault = context.existing_vault()?;
    let shown = read(args, context)?;
    // A reveal is logged, so what could not be shown is refused before it.
    context.output.refuse_unknown_fields_of(&view(&shown, Some(("", None))))?;
    let change = ChangeArgs { dry_run: false, why: args.why.clone() };
    let revealed = context.write_unshown(&change, |tx| ops::smpp::reveal(tx, &vault, &args.account))?;
    let previous = revealed.previous.as_ref().map(|previous| previous.password.reveal());
    // As it is now: a password from before may be over since it was read.
    let shown = Shown { account: revealed.account, ..shown };
    context.output.view(view(&shown, Some((revealed.password.reveal(), previous))))
}

struct Shown {
    account: SmppAccount,
    /// What its service charges in.
    unit: Unit,
}

fn read(args: &ShowArgs, context: &mut Context) -> Result<Shown> {
    context.read(|snapshot| {
        let account = snapshot.smpp_account(&args.account)?;
        let unit = snapshot.service(account.details.service.as_str())?.unit;
        Ok(Shown { account, unit })
    })
}

/// The parts of the portal's SMPP dialog, in their order.
fn view(shown: &Shown, passwords: Option<(&str, Option<&str>)>) -> DetailView {
    let Shown { account, unit } = shown;
    let name = account.details.name.as_ref().map_or("", |name| name.as_str());
    let mut view = DetailView::new(&account.system_id, format!("{} {name}", account.system_id).trim());
    view.fields(
        "Main",
        account,
        &["customer", "system_id", "name", "short_name", "system_type", "address_range", "service"],
    );
    view.field("unit", Cell::text(unit.code()));
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
    view
}
