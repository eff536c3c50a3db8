//! The arguments of traffic reports that group and filter: `--by`, `--customer`, `--account`, `--service`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use clap_complete::ArgValueCompleter;
use ssgctl::report::{Grain, TrafficGroup};
use ssgctl::store::{Snapshot, TrafficFilter};

use crate::args::completion;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// The options that select traffic.
#[derive(Debug, Args)]
pub(crate) struct TrafficFilterArgs {
    /// Only traffic of this customer, by account code or API ID
    #[arg(long, value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: Option<String>,

    /// Only traffic of this SMPP account, by system ID or short name
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: Option<String>,

    /// Only traffic of SMPP accounts with this service
    #[arg(long, value_name = "SERVICE", add = ArgValueCompleter::new(completion::services))]
    service: Option<String>,
}

impl TrafficFilterArgs {
    pub(crate) fn filter(&self, snapshot: &Snapshot<'_>) -> ssgctl::Result<TrafficFilter> {
        let customer = self.customer.as_ref().map(|name| snapshot.customer(name)).transpose()?;
        let account = self.account.as_ref().map(|name| snapshot.smpp_account(name)).transpose()?;
        let service = self.service.as_ref().map(|name| snapshot.service(name)).transpose()?;
        Ok(TrafficFilter {
            customer_id: customer.map(|customer| customer.id),
            account_id: account.map(|account| account.id),
            service_id: service.map(|service| service.id),
        })
    }

    /// The title of a drawing.
    pub(super) fn title(&self) -> String {
        let names = [&self.customer, &self.account, &self.service].into_iter().flatten();
        let names: Vec<&str> = names.map(String::as_str).collect();
        if names.is_empty() { "SMS traffic".to_owned() } else { format!("SMS traffic of {}", names.join(", ")) }
    }
}

/// The values of `--by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum By {
    Hour,
    Day,
    Month,
    Customer,
    Account,
    Service,
    Country,
    Network,
    Destination,
    Price,
    State,
}

impl By {
    /// Parses the groups that traffic has. What messages cost is usage.
    pub(super) fn of_traffic() -> impl TypedValueParser<Value = Self> {
        Self::one_of(["hour", "day", "month", "customer", "account", "service", "country", "network", "state"])
    }

    /// Parses the groups that usage has. Charges are summed by UTC day, so there is no hour; nor are they split by
    /// state.
    pub(super) fn of_usage() -> impl TypedValueParser<Value = Self> {
        Self::one_of(["day", "month", "customer", "account", "service", "country", "network", "destination", "price"])
    }

    fn one_of<const N: usize>(names: [&'static str; N]) -> impl TypedValueParser<Value = Self> {
        PossibleValuesParser::new(names).try_map(|name| Self::from_str(&name, false))
    }

    /// The unit of time among the groups, of which at most one is allowed.
    pub(super) fn grain_of(groups: &[Self]) -> Result<Option<Grain>> {
        let grains: Vec<Grain> = distinct(groups).into_iter().filter_map(Self::grain).collect();
        if grains.len() > 1 {
            return Err(Failure::usage("--by takes only one of hour, day and month").field("by"));
        }
        Ok(grains.first().copied())
    }

    fn grain(self) -> Option<Grain> {
        match self {
            Self::Hour => Some(Grain::Hour),
            Self::Day => Some(Grain::Day),
            Self::Month => Some(Grain::Month),
            _ => None,
        }
    }

    pub(super) fn group(self) -> TrafficGroup {
        match self {
            Self::Hour | Self::Day | Self::Month => TrafficGroup::Time,
            Self::Customer => TrafficGroup::Customer,
            Self::Account => TrafficGroup::Account,
            Self::Service => TrafficGroup::Service,
            Self::Country => TrafficGroup::Country,
            Self::Network => TrafficGroup::Network,
            Self::Destination => TrafficGroup::Destination,
            Self::Price => TrafficGroup::Price,
            Self::State => TrafficGroup::State,
        }
    }

    /// The columns of the group.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Hour => &["hour"],
            Self::Day => &["day"],
            Self::Month => &["month"],
            Self::Customer => &["customer"],
            Self::Account => &["system_id"],
            Self::Service => &["service"],
            Self::Country => &["country"],
            Self::Network => &["network"],
            // A price is shown with what it is for, and a destination with its price.
            Self::Destination | Self::Price => &["plan", "destination", "price"],
            Self::State => &["state"],
        }
    }
}

/// The groups in their order, without repetitions.
pub(super) fn distinct(all: &[By]) -> Vec<By> {
    let mut groups = Vec::new();
    for by in all {
        if !groups.contains(by) {
            groups.push(*by);
        }
    }
    groups
}

/// The columns of the groups. An account belongs to one customer, so formats without a width limit show the customer,
/// too.
pub(super) fn keys_of(groups: &[By], context: &Context) -> Vec<&'static str> {
    let mut keys: Vec<&str> = Vec::new();
    for key in groups.iter().flat_map(|by| by.keys()) {
        if !keys.contains(key) {
            keys.push(key);
        }
    }
    if context.output.wants_rows() && groups.contains(&By::Account) && !groups.contains(&By::Customer) {
        keys.push("customer");
    }
    keys
}
