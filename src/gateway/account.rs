//! An account in the names and formats of a gateway product.

use zeroize::Zeroizing;

/// The fields of an account on a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayAccount {
    pub system_id: String,
    pub fields: Vec<GatewayField>,
    /// Whether the entry only disables an account that the gateway may hold, and never creates one.
    pub disable_only: bool,
    /// Whether the gateway holds the account and its entry only changes what we know of it.
    pub is_update: bool,
    /// Whether the gateway has to end the sessions of the account.
    pub ends_sessions: bool,
}

/// One field of a gateway account.
#[derive(Clone, PartialEq, Eq)]
pub struct GatewayField {
    pub key: String,
    pub value: Zeroizing<String>,
    /// Whether the value must never be printed.
    pub is_secret: bool,
}

impl GatewayAccount {
    pub(super) fn new(system_id: impl ToString) -> Self {
        let system_id = system_id.to_string();
        Self { system_id, fields: Vec::new(), disable_only: false, is_update: false, ends_sessions: false }
    }

    /// An entry that disables the account if the gateway holds it.
    pub(super) fn disabled(system_id: impl ToString) -> Self {
        Self { disable_only: true, ..Self::new(system_id) }
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

    /// The value of a field, or the empty string if the account does not have the field.
    pub(super) fn get(&self, key: &str) -> &str {
        self.fields.iter().find(|field| field.key == key).map_or("", |field| &field.value)
    }
}

/// Masks the value of a secret, so that no log or test output can reveal it.
impl std::fmt::Debug for GatewayField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = if self.is_secret { "********" } else { &self.value };
        write!(f, "{}={value}", self.key)
    }
}
