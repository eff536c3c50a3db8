//! What would change on a gateway if it held what it is to hold.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::gateway::{GatewayAccount, GatewayField};
use crate::model::word_enum::word_enum;

word_enum! {
    /// What happens to an account on the gateway.
    pub enum Action {
        /// It is not there yet.
        Add = "add",
        /// It is there otherwise.
        Change = "change",
        /// It is there and is to go.
        Remove = "remove",
        /// It is there and none of ours; what is written does not touch it.
        Unknown = "unknown",
    }
}

/// A difference between what a gateway holds and what it is to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub system_id: String,
    pub action: Action,
    /// Every field that differs as `[from, to]`; of a secret only that it does.
    pub fields: Map<String, Value>,
}

/// The differences from `theirs` to `ours`, by system ID. What `theirs` does not tell of an account is not compared.
/// `replaces_everything` says what becomes of accounts that only they have.
pub fn differences(ours: &[GatewayAccount], theirs: &[GatewayAccount], replaces_everything: bool) -> Vec<Difference> {
    let mut theirs: BTreeMap<&str, &GatewayAccount> =
        theirs.iter().map(|entry| (entry.system_id.as_str(), entry)).collect();
    let mut found = Vec::new();
    for entry in ours {
        let held = theirs.remove(entry.system_id.as_str());
        let action = if held.is_some() { Action::Change } else { Action::Add };
        let fields: Map<String, Value> =
            entry.fields.iter().filter_map(|field| step(held, field).map(|step| (field.key.clone(), step))).collect();
        if !fields.is_empty() && (held.is_some() || !entry.only_turns_off) {
            found.push(Difference { system_id: entry.system_id.clone(), action, fields });
        }
    }
    let action = if replaces_everything { Action::Remove } else { Action::Unknown };
    found.extend(theirs.into_keys().map(|id| Difference { system_id: id.to_owned(), action, fields: Map::new() }));
    found.sort_by(|one, other| one.system_id.cmp(&other.system_id));
    found
}

/// The step of a field from what is held to what is to be, if there is one.
fn step(held: Option<&GatewayAccount>, to_be: &GatewayField) -> Option<Value> {
    let now = match held {
        Some(entry) => Some(entry.fields.iter().find(|field| field.key == to_be.key)?),
        None => None,
    };
    if now.is_some_and(|now| now.value == to_be.value) {
        return None;
    }
    let shown = |field: &GatewayField| Value::from(field.value.as_str());
    Some(match now {
        _ if to_be.is_secret => {
            Value::Array(vec![Value::Null, Value::from(if now.is_some() { "differs" } else { "new" })])
        }
        Some(now) => Value::Array(vec![shown(now), shown(to_be)]),
        None => Value::Array(vec![Value::Null, shown(to_be)]),
    })
}
