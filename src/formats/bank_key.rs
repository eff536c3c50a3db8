//! Keys of bank entries: the same entry has the same key in every file that contains it.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::model::invoice::BankEntry;

/// Makes the keys of the entries of one account.
pub(crate) struct BankKey {
    account: String,
    /// How many entries without a reference said the same.
    repeated: HashMap<String, u32>,
}

impl BankKey {
    /// `account` is our own account, as far as the file names it.
    pub(crate) fn new(account: &str) -> Self {
        Self { account: account.chars().filter(|c| !c.is_whitespace()).collect(), repeated: HashMap::new() }
    }

    /// The key of an entry: the bank's reference, else a hash of what it says. Equal entries of one file are counted, because a customer
    /// may pay the same amount twice on a day.
    pub(crate) fn of(&mut self, entry: &BankEntry, reference: Option<&str>) -> String {
        let account = if self.account.is_empty() { "bank" } else { &self.account };
        if let Some(reference) = reference {
            return format!("{account}:{reference}");
        }
        let mut hash = Sha256::new();
        let texts =
            [&entry.payer, &entry.payer_account, &entry.reference].map(|text| text.as_deref().unwrap_or_default());
        for part in [&entry.booked_on.to_string(), entry.currency.code(), &entry.amount.to_string(), &entry.text] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        for part in texts {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let hash = hash.finalize().iter().take(12).fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
        let count = self.repeated.entry(hash.clone()).or_default();
        *count += 1;
        format!("{account}:sha256:{hash}/{count}")
    }
}
