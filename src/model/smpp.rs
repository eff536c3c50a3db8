//! SMPP accounts: the names and limits with which a customer's client binds to the gateway.

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::text::Invalid;
use crate::model::{
    AccountCode, AddressRange, IpRange, Lifecycle, Manager, MoNumber, Name, ServiceCode, ShortName, SystemId,
    SystemType, Time, Webhook,
};

/// The editable fields of an SMPP account, except its password and its closed user group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmppDetails {
    pub name: Option<Name>,
    pub short_name: Option<ShortName>,
    pub system_type: Option<SystemType>,
    pub address_range: Option<AddressRange>,
    pub service: ServiceCode,
    /// Whether the account is enabled; the other switches have no effect if it is not.
    pub enabled: bool,
    /// Whether the account may bind.
    pub binding_enabled: bool,
    /// Whether the account may submit messages.
    pub submit_enabled: bool,
    /// Whether only the numbers of its closed user group are allowed as destinations.
    pub use_cug: bool,
    /// Message parts per second; `None` means no limit.
    pub max_tps: Option<Limit>,
    /// Concurrent binds; `None` means no limit.
    pub max_binds: Option<Limit>,
    /// The IP ranges from which it may bind; an empty list allows all.
    pub allowed_ips: Vec<IpRange>,
    pub mt_webhook: Option<Webhook>,
    pub dlr_webhook: Option<Webhook>,
    pub mo_webhook: Option<Webhook>,
    pub mo_numbers: Vec<MoNumber>,
    /// The files in which the account is kept; see `ssgctl apply`.
    pub managed_by: Option<Manager>,
}

impl SmppDetails {
    /// An account without limits that may bind and submit from anywhere.
    pub fn of(service: ServiceCode) -> Self {
        Self {
            name: None,
            short_name: None,
            system_type: None,
            address_range: None,
            service,
            enabled: true,
            binding_enabled: true,
            submit_enabled: true,
            use_cug: false,
            max_tps: None,
            max_binds: None,
            allowed_ips: Vec::new(),
            mt_webhook: None,
            dlr_webhook: None,
            mo_webhook: None,
            mo_numbers: Vec::new(),
            managed_by: None,
        }
    }

    /// Removes duplicates from the lists and keeps their order.
    pub fn fold_duplicates(&mut self) {
        let mut ranges = BTreeSet::new();
        self.allowed_ips.retain(|range| ranges.insert(*range));
        let mut numbers = BTreeSet::new();
        self.mo_numbers.retain(|number| numbers.insert(number.clone()));
    }
}

/// An SMPP account as stored, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmppAccount {
    pub id: i64,
    pub customer_id: i64,
    pub customer: AccountCode,
    pub system_id: SystemId,
    pub details: SmppDetails,
    /// The number of members of its closed user group.
    pub cug_size: u64,
    /// The end of the grace period in which the previous password still works, if there is one.
    pub previous_password_until: Option<Time>,
    pub lifecycle: Lifecycle,
}

/// A limit of at least 1. `None` means "no limit", so that zero can never be mistaken for "nothing allowed".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Limit(NonZeroU32);

impl Limit {
    /// The limit as a number.
    pub fn get(self) -> u32 {
        self.0.get()
    }
}

impl FromStr for Limit {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.parse::<NonZeroU32>() {
            Ok(number) if number.get() <= 1_000_000 => Ok(Self(number)),
            _ => Err(Invalid::rule("must be 1 to 1000000; omit it for no limit")),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_is_not_zero() {
        assert_eq!("50".parse::<Limit>().expect("valid").get(), 50);
        for text in ["0", "-1", "1000001", "", "ten", "none"] {
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
    }
}
