//! A JSON document with every field of the accounts, for gateways that have no format of their own here.

use serde_json::{Map, Value, json};

use crate::error::{Fault, Faults, InputError};
use crate::gateway::export::may_bind;
use crate::gateway::{GatewayAccount, GatewayExport};
use crate::ops::smpp::Credentials;

const ACCOUNTS: &str = "accounts";
const PASSWORDS: &str = "passwords";

/// Exports every account that is not archived. The document contains the switches, so disabled accounts stay in it.
pub(super) fn export(accounts: &[Credentials]) -> GatewayExport {
    let mut export = GatewayExport::default();
    for credentials in accounts {
        if credentials.account.lifecycle.archived_at.is_none() {
            export.entries.extend(entry(&object(credentials)));
        }
        export.out_of_use += u64::from(!may_bind(credentials));
    }
    export
}

fn object(credentials: &Credentials) -> Value {
    let account = &credentials.account;
    let mut passwords = vec![json!({"password": credentials.password.reveal(), "valid_until": null})];
    if let Some(previous) = &credentials.previous {
        passwords.push(json!({"password": previous.password.reveal(), "valid_until": previous.valid_until}));
    }
    let mut object = Map::new();
    object.insert("system_id".to_owned(), json!(account.system_id));
    object.insert("customer".to_owned(), json!(account.customer));
    object.insert(PASSWORDS.to_owned(), Value::Array(passwords));
    // A struct with named fields always serializes to an object.
    if let Ok(Value::Object(details)) = serde_json::to_value(&account.details) {
        object.extend(details);
    }
    object.insert("cug_size".to_owned(), json!(account.cug_size));
    Value::Object(object)
}

/// The gateway account of a JSON object. The value of each field is its JSON text. None if there is no system ID.
fn entry(object: &Value) -> Option<GatewayAccount> {
    let fields = object.as_object()?;
    let mut entry = GatewayAccount::new(fields.get("system_id")?.as_str()?);
    for (key, value) in fields.iter().filter(|(key, _)| *key != "system_id") {
        entry = if key == PASSWORDS { entry.secret(key, value) } else { entry.field(key, value) };
    }
    Some(entry)
}

pub(super) fn write(entries: &[GatewayAccount]) -> String {
    let objects = entries.iter().map(|entry| {
        let fields = entry.fields.iter().map(|field| format!("{}: {}", json!(field.key), *field.value));
        let id = format!("\"system_id\": {}", json!(entry.system_id));
        format!("  {{{}}}", [id].into_iter().chain(fields).collect::<Vec<_>>().join(", "))
    });
    format!("{{\"{ACCOUNTS}\": [\n{}\n]}}\n", objects.collect::<Vec<_>>().join(",\n"))
}

pub(super) fn read(text: &str) -> Result<Vec<GatewayAccount>, Faults> {
    let fault = |line: usize, column: usize, message: String| {
        Faults::from(Fault::of_file(line as u64, column.max(1) as u64, InputError::BadJson, message))
    };
    let document: Value = serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or("invalid JSON").to_owned();
        fault(error.line().max(1), error.column(), message)
    })?;
    let Some(accounts) = document.get(ACCOUNTS).and_then(Value::as_array) else {
        return Err(fault(1, 1, format!("the document has no array `{ACCOUNTS}`")));
    };
    let entries: Option<Vec<GatewayAccount>> = accounts.iter().map(entry).collect();
    entries.ok_or_else(|| fault(1, 1, format!("an element of `{ACCOUNTS}` has no `system_id`")))
}
