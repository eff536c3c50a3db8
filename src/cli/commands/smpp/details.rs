//! The options for the details of SMPP accounts, shared by the commands that make and change them.

use clap::Args;
use clap::builder::BoolishValueParser;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{
    AddressRange, Limit, MsisdnList, Name, Password, ServiceCode, ShortName, SmppDetails, SystemId, SystemType, Webhook,
};
use ssgctl::ops::smpp::NewAccount;

use crate::args::completion;
use crate::commands::smpp::ip_ranges;
use crate::config::DefaultsSection;
use crate::context::Context;
use crate::exit::Result;

/// Details of an SMPP account; what is not given is not touched.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "SMPP account")]
#[group(id = "smpp_details")]
pub(crate) struct DetailArgs {
    /// Name of the account
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,

    /// Second name of the account, unique and easy to remember
    #[arg(long, value_name = "NAME")]
    short_name: Option<ShortName>,

    /// SMPP system type, at most 12 characters
    #[arg(long, value_name = "TYPE")]
    system_type: Option<SystemType>,

    /// SMPP address range, at most 40 characters
    #[arg(long, value_name = "PATTERN")]
    address_range: Option<AddressRange>,

    /// Code of the service it is sold
    #[arg(long, value_name = "SERVICE", add = ArgValueCompleter::new(completion::services))]
    pub(crate) service: Option<ServiceCode>,

    /// Whether it may do anything at all
    #[arg(long, value_name = "YES|NO", value_parser = BoolishValueParser::new())]
    enabled: Option<bool>,

    /// Whether it may bind
    #[arg(long, value_name = "YES|NO", value_parser = BoolishValueParser::new())]
    binding_enabled: Option<bool>,

    /// Whether it may submit messages
    #[arg(long, value_name = "YES|NO", value_parser = BoolishValueParser::new())]
    submit_enabled: Option<bool>,

    /// Whether it may reach only the numbers of its closed user group
    #[arg(long, value_name = "YES|NO", value_parser = BoolishValueParser::new())]
    use_cug: Option<bool>,

    /// Message parts a second; no limit when not given
    #[arg(long, value_name = "N")]
    max_tps: Option<Limit>,

    /// Binds at once; no limit when not given
    #[arg(long, value_name = "N")]
    max_binds: Option<Limit>,

    /// IP addresses and networks it may bind from, separated by commas; any when not given
    #[arg(long, value_name = "IP,…", value_delimiter = ',')]
    allowed_ips: Option<Vec<ip_ranges::Given>>,

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

    /// Numbers whose incoming messages go to it, separated by commas
    #[arg(long, value_name = "NUMBER,…")]
    mo_numbers: Option<MsisdnList>,
}

impl DetailArgs {
    /// Tells what is taken otherwise than it was given.
    pub(crate) fn tell_cut(&self, context: &Context) {
        ip_ranges::tell_cut(self.allowed_ips.as_deref().unwrap_or_default(), context);
    }

    /// A new account with what was given, and with what is usual where nothing was.
    ///
    /// Whoever gives a closed user group means it to hold, unless `--use-cug` says otherwise.
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

    /// Writes what was given into an account's details. The closed user group is no detail; see `ops::smpp::set_cug`.
    pub(crate) fn apply(self, details: &mut SmppDetails) {
        fn set<T>(field: &mut Option<T>, given: Option<T>) {
            if given.is_some() {
                *field = given;
            }
        }
        set(&mut details.name, self.name);
        set(&mut details.short_name, self.short_name);
        set(&mut details.system_type, self.system_type);
        set(&mut details.address_range, self.address_range);
        set(&mut details.max_tps, self.max_tps);
        set(&mut details.max_binds, self.max_binds);
        set(&mut details.mt_webhook, self.mt_webhook);
        set(&mut details.dlr_webhook, self.dlr_webhook);
        set(&mut details.mo_webhook, self.mo_webhook);
        details.service = self.service.unwrap_or(details.service.clone());
        details.enabled = self.enabled.unwrap_or(details.enabled);
        details.binding_enabled = self.binding_enabled.unwrap_or(details.binding_enabled);
        details.submit_enabled = self.submit_enabled.unwrap_or(details.submit_enabled);
        details.use_cug = self.use_cug.unwrap_or(details.use_cug);
        if let Some(networks) = self.allowed_ips {
            details.allowed_ips = ip_ranges::of(&networks);
        }
        if let Some(numbers) = self.mo_numbers {
            details.mo_numbers = numbers.0;
        }
    }
}
