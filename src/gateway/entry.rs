//! An account as a gateway knows it.

use zeroize::Zeroizing;

/// The fields that a gateway has of an account, in the gateway's own names and forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayAccount {
    pub system_id: String,
    pub fields: Vec<GatewayField>,
    /// Whether the entry only turns off what the gateway may hold; it makes nothing.
    pub only_turns_off: bool,
}

/// One field of an entry.
#[derive(Clone, PartialEq, Eq)]
pub struct GatewayField {
    pub key: String,
    pub value: Zeroizing<String>,
    /// Whether nobody is shown the value.
    pub is_secret: bool,
}

impl GatewayAccount {
    pub(super) fn new(system_id: impl ToString) -> Self {
        Self { system_id: system_id.to_string(), fields: Vec::new(), only_turns_off: false }
    }

    /// An entry that turns an account off where it is there.
    pub(super) fn off(system_id: impl ToString) -> Self {
        Self { only_turns_off: true, ..Self::new(system_id) }
    }

    pub(super) fn field(self, key: &str, value: impl ToString) -> Self {
        self.with(key, value, false)
    }

    pub(super) fn secret(self, key: &str, value: impl ToString) -> Self {
        self.with(key, value, true)
    }

    fn with(mut self, key: &str, value: impl ToString, is_secret: bool) -> Self {
        self.fields.push(GatewayField { key: key.to_owned(), value: Zeroizing::new(value.to_string()), is_secret });
        self
    }

    /// The value of a field; empty where it is not there.
    pub(super) fn get(&self, key: &str) -> &str {
        self.fields.iter().find(|field| field.key == key).map_or("", |field| &field.value)
    }
}

/// Without the value of a secret.
impl std::fmt::Debug for GatewayField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = if self.is_secret { "********" } else { &self.value };
        write!(f, "{}={value}", self.key)
    }
}
