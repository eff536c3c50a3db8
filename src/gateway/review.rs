//! What a push would change on a gateway, as it was reviewed: its digest says later whether anything changed since.

use zeroize::Zeroizing;

use crate::gateway::{Difference, DifferenceAction, GatewayAccount, GatewayProduct, differences};
use crate::model::Hash;
use crate::store::vault::Vault;

/// What a gateway holds against what it should hold.
#[derive(Debug, Clone)]
pub struct Review {
    pub differences: Vec<Difference>,
    /// The same if, and only if, the gateway holds the same and should hold the same.
    pub hash: Hash,
}

impl Review {
    pub fn new(product: GatewayProduct, vault: &Vault, expected: &[GatewayAccount], held: &[GatewayAccount]) -> Self {
        let text = text_of(product, expected, held);
        Self {
            differences: differences(expected, held, product.replaces_everything()),
            hash: vault.digest(text.as_bytes()),
        }
    }

    /// The differences that a push removes; accounts that are not ours stay.
    pub fn changes(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|difference| difference.action != DifferenceAction::Unknown)
    }
}

/// Both sides as one text, in which no two states are alike: JSON quotes every value.
fn text_of(product: GatewayProduct, expected: &[GatewayAccount], held: &[GatewayAccount]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(format!("{}\n", product.as_str()));
    for (side, accounts) in [("expected", expected), ("held", held)] {
        let mut accounts: Vec<&GatewayAccount> = accounts.iter().collect();
        accounts.sort_by(|one, other| one.system_id.cmp(&other.system_id));
        for account in accounts {
            let begin = serde_json::json!([side, account.system_id, account.disable_only]);
            text.push_str(&begin.to_string());
            for field in &account.fields {
                let value = Zeroizing::new(serde_json::json!([field.key, *field.value]).to_string());
                text.push_str(&value);
            }
            text.push('\n');
        }
    }
    text
}
