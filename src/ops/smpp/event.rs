//! The audit record of a change of an SMPP account.

use crate::model::{Change, EntityKind, SmppAccount};

pub(super) fn change(action: &str, account: &SmppAccount) -> Change {
    Change::new(EntityKind::Smpp, action, &account.system_id, Some(account.customer_id))
}
