//! Compares the accounts that a gateway holds with those that it should hold.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::gateway::{GatewayAccount, GatewayField};
use crate::model::word_enum::word_enum;
use crate::ops::smpp::Credentials;

word_enum! {
    /// What an export would do with an account of the gateway.
    pub enum DifferenceAction {
        /// The gateway does not hold the account yet.
        Add = "add",
        /// The gateway holds the account with other values.
        Change = "change",
        /// The gateway holds the account and the export removes it.
        Remove = "remove",
        /// The gateway holds the account, it is not one of ours, and the export leaves it unchanged.
        Unknown = "unknown",
    }
}

/// A difference between what a gateway holds and what it should hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub system_id: String,
    pub action: DifferenceAction,
    /// Every field that differs as `[from, to]`. For a secret it says only that the value differs.
    pub fields: Map<String, Value>,
}

/// The differences between the accounts that a gateway holds and those that it should hold, by system ID.
///
/// A field that the gateway does not list is not compared. `replaces_everything` decides what happens to accounts that
/// only the gateway has; see
/// [`GatewayProduct::replaces_everything`](crate::gateway::GatewayProduct::replaces_everything).
pub fn differences(expected: &[GatewayAccount], held: &[GatewayAccount], replaces_everything: bool) -> Vec<Difference> {
    let mut held: BTreeMap<&str, &GatewayAccount> =
        held.iter().map(|account| (account.system_id.as_str(), account)).collect();
    let mut differences = Vec::new();
    for account in expected {
        let current = held.remove(account.system_id.as_str());
        let action = if current.is_some() { DifferenceAction::Change } else { DifferenceAction::Add };
        let changed = account.fields.iter().filter_map(|field| Some((field.key.clone(), change(current, field)?)));
        let fields: Map<String, Value> = changed.collect();
        // There is nothing to disable on a gateway that does not hold the account.
        let has_effect = current.is_some() || !account.disable_only;
        if !fields.is_empty() && has_effect {
            differences.push(Difference { system_id: account.system_id.clone(), action, fields });
        }
    }
    let action = if replaces_everything { DifferenceAction::Remove } else { DifferenceAction::Unknown };
    let not_ours = held.into_keys().map(|id| Difference { system_id: id.to_owned(), action, fields: Map::new() });
    differences.extend(not_ours);
    differences.sort_by(|a, b| a.system_id.cmp(&b.system_id));
    differences
}

/// Keeps only the gateway's accounts that are among `accounts`.
///
/// A comparison for one customer must not report the accounts of all other customers as removed or unknown.
pub fn limited_to(accounts: &[Credentials], held: Vec<GatewayAccount>) -> Vec<GatewayAccount> {
    let ids: BTreeSet<&str> = accounts.iter().map(|account| account.account.system_id.as_str()).collect();
    held.into_iter().filter(|account| ids.contains(account.system_id.as_str())).collect()
}

/// The change of a field as `[from, to]`, or nothing if the gateway has the value already or does not list the field.
fn change(current: Option<&GatewayAccount>, expected: &GatewayField) -> Option<Value> {
    let current = match current {
        Some(account) => Some(account.fields.iter().find(|field| field.key == expected.key)?),
        None => None,
    };
    if current.is_some_and(|current| current.value == expected.value) {
        return None;
    }
    let text = |field: &GatewayField| Value::from(field.value.as_str());
    let (from, to) = match current {
        _ if expected.is_secret => (Value::Null, Value::from(if current.is_some() { "differs" } else { "new" })),
        Some(current) => (text(current), text(expected)),
        None => (Value::Null, text(expected)),
    };
    Some(Value::Array(vec![from, to]))
}
