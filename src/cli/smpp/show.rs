//! `ssgctl smpp show`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{Msisdn, SmppAccount};
use ssgctl::ops;

use crate::change::{ChangeArgs, WhyArgs};
use crate::complete;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Sheet};

/// Show everything of an SMPP account
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp show abc_prod
  ssgctl smpp show abc_prod --reveal --reason 'customer on the phone'
  ssgctl smpp show abc_prod --reveal --json | jq -r .password")]
pub(crate) struct ShowArgs {
    /// System ID or short name
    #[arg(value_name = "ACCOUNT", add = ArgValueCompleter::new(complete::accounts))]
    account: String,

    /// Show the password too; the audit log keeps that it was shown
    #[arg(long)]
    reveal: bool,

    #[command(flatten)]
    why: WhyArgs,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    if !args.reveal {
        let (account, cug) = read(args, context)?;
        return context.output.sheet(sheet(&account, &cug, None));
    }
    let vault = context.existing_vault()?;
    let (account, cug) = read(args, context)?;
    // A reveal is logged, so what could not be shown is refused before it.
    context.output.refuse_unknown_fields_of(&sheet(&account, &cug, Some("")))?;
    let change = ChangeArgs { dry_run: false, why: args.why.clone() };
    let revealed = context.write_unshown(&change, |tx| ops::smpp::reveal(tx, &vault, &args.account))?;
    context.output.sheet(sheet(&account, &cug, Some(revealed.password.reveal())))
}

fn read(args: &ShowArgs, context: &mut Context) -> Result<(SmppAccount, Vec<Msisdn>)> {
    context.read(|snapshot| {
        let account = snapshot.smpp_account(&args.account)?;
        let cug = snapshot.cug(&account)?;
        Ok((account, cug))
    })
}

/// The parts of the portal's SMPP dialog, in their order.
fn sheet(account: &SmppAccount, cug: &[Msisdn], password: Option<&str>) -> Sheet {
    let name = account.details.name.as_ref().map_or("", |name| name.as_str());
    let mut sheet = Sheet::new(&account.system_id, format!("{} {name}", account.system_id).trim());
    sheet.fields(
        "Main",
        account,
        &["customer", "system_id", "name", "short_name", "system_type", "address_range", "service"],
    );
    if let Some(password) = password {
        sheet.field("password", Cell::text(password));
    }
    sheet.fields("Switches", account, &["enabled", "binding_enabled", "submit_enabled", "use_cug"]);
    sheet.fields("Parameters", account, &["max_tps", "max_binds"]);
    sheet.fields("Security", account, &["allowed_ips", "cug_size"]);
    sheet.field("cug", Cell::list(cug));
    sheet.fields("Webhooks", account, &["mt_webhook", "dlr_webhook", "mo_webhook", "mo_numbers"]);
    sheet.fields("Other", account, &["status", "created_at", "updated_at", "archived_at"]);
    sheet
}
