//! Translates the names in documents of schema 12 and older to their current names.

use std::borrow::Cow;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The newest schema whose documents use the old names.
const LAST_SCHEMA: u32 = 12;

/// The position of a name in a document. Tables and columns have their new names here.
#[derive(Debug, PartialEq, Eq)]
enum Place<'a> {
    /// The name of a table.
    Table,
    /// A column of this table.
    Column(&'a str),
    /// A value in this table and column.
    Value(&'a str, &'a str),
    /// A key of the JSON object in this table and column.
    Key(&'a str, &'a str),
}

/// Position, old name, new name.
type Renamed = (Place<'static>, &'static str, &'static str);

const RENAMED: &[Renamed] = &[
    (Place::Table, "letter", "outbox_email"),
    (Place::Column("outbox_email"), "kind", "template"),
    (Place::Column("outbox_email"), "password_of", "password_account_id"),
    (Place::Value("outbox_email", "template"), "all-clear", "recovered"),
    (Place::Table, "letter_attempt", "outbox_attempt"),
    (Place::Column("outbox_attempt"), "letter_id", "email_id"),
    (Place::Column("warning"), "tell_customer", "notify_customer"),
    (Place::Column("warning"), "told_at", "customer_recipients"),
    (Place::Column("warning"), "internal", "internal_recipients"),
    (Place::Column("warning"), "all_clear", "notify_recovery"),
    (Place::Value("crossing", "cause"), "marks", "thresholds"),
    (Place::Key("import", "options"), "zone", "timezone"),
    (Place::Column("traffic_pruned"), "only_row", "id"),
    (Place::Column("event"), "noun", "entity"),
    (Place::Value("event", "entity"), "letter", "email"),
    (Place::Key("event", "changes"), "tell_customer", "notify_customer"),
    (Place::Key("event", "changes"), "all_clear", "notify_recovery"),
    (Place::Key("event", "changes"), "tells_password", "contains_password"),
];

/// The translation of the names of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names(&'static [Renamed]);

impl Names {
    /// The translation for documents of a schema version.
    pub(super) fn of_schema(schema: u32) -> Self {
        Self(if schema <= LAST_SCHEMA { RENAMED } else { &[] })
    }

    /// The current name of a table.
    pub(super) fn table(self, name: &str) -> &str {
        self.find(&Place::Table, name).unwrap_or(name)
    }

    /// Renames the columns of a row and the names in its values.
    pub(super) fn update(self, table: &str, row: &mut [(String, Cow<'_, RawValue>)]) {
        for (column, value) in row {
            if let Some(new) = self.find(&Place::Column(table), column) {
                new.clone_into(column);
            }
            if let Some(new) = self.value(table, column, value.get()).and_then(|new| RawValue::from_string(new).ok()) {
                *value = Cow::Owned(new);
            }
        }
    }

    /// A JSON value with current names; `None` if it has no old ones.
    fn value(self, table: &str, column: &str, raw: &str) -> Option<String> {
        if let Some(word) = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) {
            return self.find(&Place::Value(table, column), word).map(|new| format!("\"{new}\""));
        }
        let has_keys =
            self.0.iter().any(|(place, ..)| matches!(place, Place::Key(at, of) if (*at, *of) == (table, column)));
        if !has_keys {
            return None;
        }
        let object: Map<String, Value> = serde_json::from_str(raw).ok()?;
        let new_name = |key: String| self.find(&Place::Key(table, column), &key).map_or(key, str::to_owned);
        let renamed: Map<_, _> = object.into_iter().map(|(key, value)| (new_name(key), value)).collect();
        Some(Value::Object(renamed).to_string())
    }

    fn find(self, place: &Place<'_>, old: &str) -> Option<&'static str> {
        self.0.iter().find(|(at, name, _)| at == place && *name == old).map(|(.., new)| *new)
    }
}
