//! SMPP accounts: the names and rules by which a customer's client binds to the gateway.

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::text::Invalid;
use crate::model::{
    AccountCode, AddressRange, IpRange, Lifecycle, Msisdn, Name, ServiceCode, ShortName, SystemId, SystemType, Time,
    Webhook,
};

/// What an operator may change of an SMPP account, except its password and its closed user group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmppDetails {
    pub name: Option<Name>,
    pub short_name: Option<ShortName>,
    pub system_type: Option<SystemType>,
    pub address_range: Option<AddressRange>,
    pub service: ServiceCode,
    /// Whether the account may do anything at all.
    pub enabled: bool,
    /// Whether it may bind.
    pub binding_enabled: bool,
    /// Whether it may submit messages.
    pub submit_enabled: bool,
    /// Whether it may reach only the numbers of its closed user group.
    pub use_cug: bool,
    /// Message parts a second; none is no limit.
    pub max_tps: Option<Limit>,
    /// Binds at once; none is no limit.
    pub max_binds: Option<Limit>,
    /// Where it may bind from; none is anywhere.
    pub allowed_ips: Vec<IpRange>,
    pub mt_webhook: Option<Webhook>,
    pub dlr_webhook: Option<Webhook>,
    pub mo_webhook: Option<Webhook>,
    pub mo_numbers: Vec<Msisdn>,
}

impl SmppDetails {
    /// An account that may bind and submit from anywhere.
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
        }
    }

    /// Takes out of its lists what stands in them twice; the order stays.
    pub fn fold_duplicates(&mut self) {
        let mut networks = BTreeSet::new();
        self.allowed_ips.retain(|network| networks.insert(*network));
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
    /// How many numbers its closed user group has.
    pub cug_size: u64,
    /// Until when the password that it had before is taken too, if it has one.
    pub previous_password_until: Option<Time>,
    pub lifecycle: Lifecycle,
}

/// A limit that is set: at least 1. "No limit" is the absence of one, so that it is never mistaken for nothing allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Limit(NonZeroU32);

impl Limit {
    /// The number.
    pub fn get(self) -> u32 {
        self.0.get()
    }
}

impl FromStr for Limit {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.parse::<NonZeroU32>() {
            Ok(number) if number.get() <= 1_000_000 => Ok(Self(number)),
            _ => Err(Invalid::rule("must be 1 to 1000000; leave it out for no limit")),
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
