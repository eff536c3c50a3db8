//! Options for the details of SMPP accounts, shared by the commands that create and change them.

use clap::Args;
use clap::builder::BoolishValueParser;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{
    AddressRange, Limit, MoNumberList, MsisdnList, Name, Password, ServiceCode, ShortName, SmppDetails, SystemId,
    SystemType, Webhook,
};
use ssgctl::ops::smpp::NewAccount;

use crate::args::completion;
use crate::commands::smpp::ip_ranges;
use crate::config::DefaultsSection;
use crate::context::Context;
use crate::exit::Result;

/// Details of an SMPP account. Options that are not given leave their fields unchanged.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "SMPP account")]
#[group(id = "smpp_details")]
pub(crate) struct DetailArgs {
    /// Name of the account
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,

    /// Short name: a second, unique name that is easy to remember
    #[arg(long, value_name = "NAME")]
    short_name: Option<ShortName>,

    /// SMPP system type, at most 12 characters
    #[arg(long, value_name = "TYPE")]
    system_type: Option<SystemType>,

    /// SMPP address range, at most 40 characters
    #[arg(long, value_name = "PATTERN")]
    address_range: Option<AddressRange>,

    /// Code of the service that charges the account
    #[arg(long, value_name = "SERVICE", add = ArgValueCompleter::new(completion::services))]
    pub(crate) service: Option<ServiceCode>,

    /// Whether the account is enabled
    #[arg(long, value_name = "YES|NO", value_parser = BoolishValueParser::new())]
    enabled: Option<bool>,

    /// Whether the account may bind
    #[arg(long, value_name = "YES|NO", value_parser = BoolishValueParser::new())]
    binding_enabled: Option<bool>,

    /// Whether the account may submit messages
    #[arg(long, value_name = "YES|NO", value_parser = BoolishValueParser::new())]
    submit_enabled: Option<bool>,

    /// Whether the account may send only to its closed user group
    #[arg(long, value_name = "YES|NO", value_parser = BoolishValueParser::new())]
    use_cug: Option<bool>,

    /// Maximum number of message parts per second
    #[arg(long, value_name = "N")]
    max_tps: Option<Limit>,

    /// Maximum number of simultaneous binds
    #[arg(long, value_name = "N")]
    max_binds: Option<Limit>,

    /// IP addresses and ranges allowed to bind, separated by commas [default: any]
    #[arg(long, value_name = "IP,…", value_delimiter = ',')]
    allowed_ips: Option<Vec<ip_ranges::IpRangeArg>>,

    /// Numbers of the closed user group, separated by commas
    #[arg(long, value_name = "NUMBER,…")]
    pub(crate) cug: Option<MsisdnList>,

    /// URL called for each message submitted
    #[arg(long, value_name = "URL")]
    mt_webhook: Option<Webhook>,

    /// URL called for each delivery receipt
    #[arg(long, value_name = "URL")]
    dlr_webhook: Option<Webhook>,

    /// URL called for each incoming message
    #[arg(long, value_name = "URL")]
    mo_webhook: Option<Webhook>,

    /// Numbers and short codes whose incoming messages the account receives, separated by commas
    #[arg(long, value_name = "NUMBER,…")]
    mo_numbers: Option<MoNumberList>,
}

impl DetailArgs {
    /// Prints a note for each IP range whose host bits were cleared.
    pub(crate) fn note_cleared_host_bits(&self, context: &Context) {
        ip_ranges::note_cleared_host_bits(self.allowed_ips.as_deref().unwrap_or_default(), context);
    }

    /// A new account with these details, and with the configured defaults for the others.
    ///
    /// `--cug` also turns on the closed user group, unless `--use-cug no` is given.
    pub(crate) fn new_account(
        mut self,
        system_id: Option<SystemId>,
        password: Option<Password>,
        defaults: &DefaultsSection,
    ) -> Result<NewAccount> {
        let cug = self.cug.take().unwrap_or_default().0;
        let mut details = SmppDetails::of(defaults.service()?);
        details.use_cug = !cug.is_empty();
        details.max_tps = defaults.max_tps;
        details.max_binds = defaults.max_binds;
        self.apply(&mut details);
        Ok(NewAccount { system_id, password, details, cug })
    }

    /// Changes the details for which an option was given. The closed user group is stored separately; see
    /// `ops::smpp::set_cug`.
    pub(crate) fn apply(self, details: &mut SmppDetails) {
        details.name = self.name.or(details.name.take());
        details.short_name = self.short_name.or(details.short_name.take());
        details.system_type = self.system_type.or(details.system_type.take());
        details.address_range = self.address_range.or(details.address_range.take());
        details.max_tps = self.max_tps.or(details.max_tps.take());
        details.max_binds = self.max_binds.or(details.max_binds.take());
        details.mt_webhook = self.mt_webhook.or(details.mt_webhook.take());
        details.dlr_webhook = self.dlr_webhook.or(details.dlr_webhook.take());
        details.mo_webhook = self.mo_webhook.or(details.mo_webhook.take());
        details.service = self.service.unwrap_or(details.service.clone());
        details.enabled = self.enabled.unwrap_or(details.enabled);
        details.binding_enabled = self.binding_enabled.unwrap_or(details.binding_enabled);
        details.submit_enabled = self.submit_enabled.unwrap_or(details.submit_enabled);
        details.use_cug = self.use_cug.unwrap_or(details.use_cug);
        if let Some(ranges) = self.allowed_ips {
            details.allowed_ips = ip_ranges::ranges(&ranges);
        }
        if let Some(numbers) = self.mo_numbers {
            details.mo_numbers = numbers.0;
        }
    }
}
