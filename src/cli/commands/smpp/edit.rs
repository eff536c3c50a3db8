//! `ssgctl smpp edit`.

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCompleter;
use ssgctl::model::SmppDetails;
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::smpp::{DetailArgs, ip_ranges};
use crate::context::Context;
use crate::exit::Result;

/// Change an SMPP account
///
/// Lists given here replace the account's lists; --add-ip and --remove-ip change one of them item by item. The last
/// allowed address goes by --unset only, for without any the account may be used from anywhere.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp edit abc_prod --max-tps 100 --reason 'upgrade, ticket 4711'
  ssgctl smpp edit abc_prod --submit-enabled no
  ssgctl smpp edit abc_prod --add-ip 198.51.100.0/24 --remove-ip 192.0.2.7
  ssgctl smpp edit abc_prod --unset allowed_ips --unset max_binds")]
pub(crate) struct EditArgs {
    /// System ID or short name
    #[arg(value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: String,

    #[command(flatten)]
    details: DetailArgs,

    /// Let it bind from this IP address or network too; may be given several times
    #[arg(
        long,
        value_name = "IP",
        value_delimiter = ',',
        help_heading = "SMPP account",
        conflicts_with = "allowed_ips"
    )]
    add_ip: Vec<ip_ranges::Given>,

    /// Let it bind from this IP address or network no more; may be given several times
    #[arg(
        long,
        value_name = "IP",
        value_delimiter = ',',
        help_heading = "SMPP account",
        conflicts_with = "allowed_ips"
    )]
    remove_ip: Vec<ip_ranges::Given>,

    /// Empty this field; may be given several times
    #[arg(long, value_name = "FIELD", value_enum)]
    unset: Vec<Unset>,

    #[command(flatten)]
    change: ChangeArgs,
}

/// The fields of an SMPP account that can be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Unset {
    Name,
    ShortName,
    SystemType,
    AddressRange,
    MaxTps,
    MaxBinds,
    AllowedIps,
    Cug,
    MtWebhook,
    DlrWebhook,
    MoWebhook,
    MoNumbers,
}

impl Unset {
    fn apply(self, details: &mut SmppDetails) {
        match self {
            Self::Name => details.name = None,
            Self::ShortName => details.short_name = None,
            Self::SystemType => details.system_type = None,
            Self::AddressRange => details.address_range = None,
            Self::MaxTps => details.max_tps = None,
            Self::MaxBinds => details.max_binds = None,
            Self::AllowedIps => details.allowed_ips.clear(),
            Self::MtWebhook => details.mt_webhook = None,
            Self::DlrWebhook => details.dlr_webhook = None,
            Self::MoWebhook => details.mo_webhook = None,
            Self::MoNumbers => details.mo_numbers.clear(),
            // The closed user group is no detail; it has a deed of its own.
            Self::Cug => {}
        }
    }
}

pub(crate) fn run(args: EditArgs, context: &mut Context) -> Result<()> {
    let EditArgs { account: name, mut details, add_ip, remove_ip, unset, change } = args;
    details.tell_cut(context);
    ip_ranges::tell_cut(&add_ip, context);
    ip_ranges::tell_cut(&remove_ip, context);
    let emptied = unset.contains(&Unset::Cug).then(Vec::new);
    let cug = details.cug.take().map(|numbers| numbers.0).or(emptied);
    let account = context.write(&change, |tx| {
        let account = ops::smpp::edit(tx, &name, |account| {
            for field in unset {
                field.apply(account);
            }
            details.apply(account);
            ops::smpp::change_ip_ranges(account, &ip_ranges::of(&add_ip), &ip_ranges::of(&remove_ip))
        })?;
        match cug {
            Some(numbers) => ops::smpp::set_cug(tx, account, &numbers),
            None => Ok(account),
        }
    })?;
    context.output.row(&account)
}
