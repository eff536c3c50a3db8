//! What applying files changes: a row for each record, and a hash that stands for all of them.

use sha2::{Digest, Sha256};

use crate::model::word_enum::word_enum;
use crate::model::{Actor, EntityKind, FieldChanges, Hash, Time};

word_enum! {
    /// What becomes of a record.
    pub enum ReviewAction {
        Create = "create",
        Change = "change",
        Unarchive = "unarchive",
        Remove = "remove",
        Archive = "archive",
        /// No file names it, and it stays as it is.
        Unlisted = "unlisted",
    }
}

/// A change that was made by hand to a record that is kept in files, since these were last applied to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandEdit {
    /// The number of the event in the audit log.
    pub event: i64,
    pub actor: Actor,
    pub at: Time,
}

/// A record that differs from the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    pub action: ReviewAction,
    pub entity: EntityKind,
    /// The name of the record; a contact has that of its customer and its own.
    pub name: String,
    /// Every field that differs as `[database, files]`.
    pub fields: FieldChanges,
    /// Why it differs, if it was changed by hand.
    pub hand_edit: Option<HandEdit>,
}

/// Everything in which the database differs from the files, in a stable order.
#[derive(Debug, Clone)]
pub struct ApplyReview {
    pub rows: Vec<ReviewRow>,
    /// Records that are kept in the files from now on.
    pub adopted: Vec<String>,
    /// The same if, and only if, applying changes the same.
    pub hash: Hash,
}

impl ApplyReview {
    pub(super) fn new(rows: Vec<ReviewRow>, adopted: Vec<String>) -> Self {
        let mut sum = Sha256::new();
        for row in &rows {
            let begin = serde_json::json!([row.action, row.entity, row.name]);
            sum.update(format!("{begin}{}\n", row.fields.as_str()));
        }
        for name in &adopted {
            sum.update(format!("{}\n", serde_json::json!(["adopt", name])));
        }
        Self { rows, adopted, hash: Hash(sum.finalize().into()) }
    }

    /// The rows that an apply changes; records that no file names stay.
    pub fn changes(&self) -> impl Iterator<Item = &ReviewRow> {
        self.rows.iter().filter(|row| row.action != ReviewAction::Unlisted)
    }
}
