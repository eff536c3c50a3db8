//! Keys of bank entries: the same entry has the same key in every file that contains it.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::model::Key;
use crate::model::invoice::BankEntry;

/// Makes the keys of the entries of a file.
#[derive(Default)]
pub(crate) struct BankKeys {
    /// How many entries without a reference said the same.
    repeated: HashMap<String, u32>,
}

impl BankKeys {
    /// The key of an entry of an account of ours, as far as the file names it: the bank's reference, else a hash of what the entry
    /// says. Equal entries of one file are counted, because a customer may pay the same amount twice on a day.
    pub(crate) fn of(&mut self, account: &str, entry: &BankEntry, reference: Option<&str>) -> String {
        let account: String = account.chars().filter(|c| !c.is_whitespace()).collect();
        let account = if account.is_empty() { "bank" } else { &account };
        let returned = if entry.is_returned { "returned:" } else { "" };
        if let Some(reference) = reference {
            let key = format!("{account}:{returned}{reference}");
            // A reference may be too long for a key, or have characters that a key must not have.
            return if key.parse::<Key>().is_ok() { key } else { format!("bank:sha256:{}", hash([&*key])) };
        }
        let texts =
            [&entry.payer, &entry.payer_account, &entry.reference].map(|text| text.as_deref().unwrap_or_default());
        let facts = [&entry.booked_on.to_string(), entry.currency.code(), &entry.amount.to_string(), &entry.text];
        let facts = [returned].into_iter().filter(|text| !text.is_empty()).chain(facts).chain(texts);
        let said = hash(facts.chain([account]));
        let count = self.repeated.entry(said.clone()).or_default();
        *count += 1;
        let key = format!("{account}:sha256:{said}/{count}");
        if key.parse::<Key>().is_ok() { key } else { format!("bank:sha256:{said}/{count}") }
    }
}

/// The first 12 bytes of a hash over texts.
fn hash<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(12).fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"))
}
