//! `ssgctl smpp edit`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{EffectiveFrom, SmppAccount, SmppDetails, Unit};
use ssgctl::store::Tx;
use ssgctl::{ops, report};

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::effective::{EffectiveArgs, OverlayPlan};
use crate::args::unset::unset_fields;
use crate::commands::smpp::{DetailArgs, ip_ranges};
use crate::context::Context;
use crate::exit::Result;
use crate::output::FieldKeys;

/// Change an SMPP account
///
/// Options with lists replace the whole list; --add-ip and --remove-ip change single addresses. To remove
/// the last allowed address, use `--unset allowed_ips`: without any, the account may bind from anywhere.
///
/// --service and --overlay count for messages that are submitted from now on or, with --effective, from another time on.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp edit abc_prod --max-tps 100 --reason 'upgrade, ticket 4711'
  ssgctl smpp edit abc_prod --submit-enabled no
  ssgctl smpp edit abc_prod --add-ip 198.51.100.0/24 --remove-ip 192.0.2.7
  ssgctl smpp edit abc_prod --unset allowed_ips --unset max_binds
  ssgctl smpp edit abc_prod --service premium --effective 2026-12-01 --timezone Europe/London
  ssgctl smpp edit abc_prod --overlay ABC-NG")]
pub(crate) struct EditArgs {
    /// System ID or short name
    #[arg(value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: String,

    #[command(flatten)]
    details: DetailArgs,

    /// Also allow binds from this IP address or range; may be repeated
    #[arg(
        long,
        value_name = "IP",
        value_delimiter = ',',
        help_heading = "SMPP account",
        conflicts_with = "allowed_ips"
    )]
    add_ip: Vec<ip_ranges::IpRangeArg>,

    /// Stop allowing binds from this IP address or range; may be repeated
    #[arg(
        long,
        value_name = "IP",
        value_delimiter = ',',
        help_heading = "SMPP account",
        conflicts_with = "allowed_ips"
    )]
    remove_ip: Vec<ip_ranges::IpRangeArg>,

    /// Plan that is asked for prices before the plan of the service, or `none`
    #[arg(long, value_name = "PLAN|none", help_heading = "SMPP account", add = ArgValueCompleter::new(completion::plans))]
    overlay: Option<OverlayPlan>,

    #[command(flatten)]
    effective: EffectiveArgs,

    /// Clear this field; may be repeated
    #[arg(long, value_name = "FIELD", value_enum)]
    unset: Vec<Unset>,

    #[command(flatten)]
    change: ChangeArgs,
}

unset_fields! {
    /// The fields of an SMPP account that can be cleared. The closed user group is stored apart from the details.
    enum Unset of SmppDetails {
        Name => name,
        ShortName => short_name,
        SystemType => system_type,
        AddressRange => address_range,
        MaxTps => max_tps,
        MaxBinds => max_binds,
        AllowedIps => allowed_ips,
        MtWebhook => mt_webhook,
        DlrWebhook => dlr_webhook,
        MoWebhook => mo_webhook,
        MoNumbers => mo_numbers,
        ManagedBy => managed_by,
    }
    other Cug
}

/// The unit that messages of an account are charged in.
fn unit_of(tx: &Tx<'_>, account: &SmppAccount) -> ssgctl::Result<Unit> {
    Ok(tx.service(account.details.service.as_str())?.unit)
}

pub(crate) fn run(args: EditArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&SmppAccount::keys())?;
    let is_about_prices = args.details.service.is_some() || args.overlay.is_some();
    let from = args.effective.of("--service or --overlay", is_about_prices, context)?;
    let EditArgs { account: name, mut details, add_ip, remove_ip, overlay, unset, change, .. } = args;
    details.note_cleared_host_bits(context);
    ip_ranges::note_cleared_host_bits(&add_ip, context);
    ip_ranges::note_cleared_host_bits(&remove_ip, context);
    let cleared = unset.contains(&Unset::Cug).then(Vec::new);
    let cug = details.cug.take().map(|numbers| numbers.0).or(cleared);
    // A service that counts from another time than now is recorded on its own.
    let planned_service = details.service.take_if(|_| from != EffectiveFrom::Now);
    let (account, planned, change_of_unit) = context.transact(&change, |tx| {
        let unit = unit_of(tx, &tx.smpp_account(&name)?)?;
        let from = from.time(tx.at());
        if let Some(service) = &planned_service {
            ops::smpp::set_service(tx, &name, service.as_str(), from)?;
        }
        let account = ops::smpp::edit(tx, &name, |account| {
            for field in unset {
                field.clear(account);
            }
            details.apply(account);
            ops::smpp::change_ip_ranges(account, &ip_ranges::ranges(&add_ip), &ip_ranges::ranges(&remove_ip))
        })?;
        if let Some(OverlayPlan(plan)) = overlay {
            ops::overlay::set_of_account(tx, &name, plan.as_deref(), from)?;
        }
        let account = match cug {
            Some(numbers) => ops::smpp::set_cug(tx, account, &numbers)?,
            None => account,
        };
        let planned = report::account_pricing(tx, &account)?.planned;
        let next = match &planned_service {
            Some(service) => tx.service(service.as_str())?.unit,
            None => unit_of(tx, &account)?,
        };
        let has_balance = tx.balance(&tx.customer_of(account.customer_id)?, next)?.is_some();
        Ok::<_, ssgctl::Error>((account, planned, (next != unit).then_some((unit, next, has_balance))))
    })?;
    if let Some((before, next, has_balance)) = change_of_unit {
        let (id, customer) = (&account.system_id, &account.customer);
        let lacks = if has_balance { String::new() } else { format!("; {customer} has no balance in {next} yet") };
        Context::warn(&format!(
            "messages of {id} are charged to the {next} balance instead of the {before} balance{lacks}"
        ));
    }
    if is_about_prices {
        for planned in planned {
            context.note(&planned.to_string());
        }
    }
    context.output.row(&account)
}
