//! The audit log: who changed which field of what, when and why, with the values before and after.

use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::model::word_enum::word_enum;
use crate::model::{AccountCode, Origin, Time, Unit};

word_enum! {
    /// The kinds of records in the audit log and in errors, named as on the command line.
    pub enum EntityKind {
        Customer = "customer",
        Contact = "contact",
        Note = "note",
        Service = "service",
        Plan = "plan",
        Price = "price",
        Smpp = "smpp" as "SMPP account",
        Balance = "balance",
        Entry = "entry",
        Email = "email",
        Invoice = "invoice",
        Payment = "payment",
        Fee = "fee",
        Export = "export" as "export run",
        Traffic = "traffic" as "import of traffic",
        Database = "database",
        Event = "event",
    }
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The sequence number in the log: 1, 2, 3 … without gaps.
    pub id: i64,
    pub at: Time,
    pub origin: Origin,
    /// The customer that the change concerns, if any.
    pub customer: Option<AccountCode>,
    pub change: Change<Map<String, Value>>,
}

/// A change of one record. `fields` is [`FieldChanges`] while the change is recorded, and a JSON map when it is read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<F = FieldChanges> {
    pub entity: EntityKind,
    /// The action: `new`, `edit`, `archive` and so on.
    pub action: String,
    /// The name of the record: an account code, a system ID or a number.
    pub subject: String,
    /// The customer that the record belongs to, if any.
    pub customer_id: Option<i64>,
    /// Every changed field as `[from, to]`. Secrets are never included.
    pub fields: F,
}

/// The changed fields as the text of a JSON object, the form in which the log stores them. An import records very many
/// changes, so no tree of JSON values is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChanges(String);

impl Default for FieldChanges {
    fn default() -> Self {
        Self("{}".to_owned())
    }
}

impl FieldChanges {
    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether no field changed.
    pub fn is_empty(&self) -> bool {
        self.0.len() == "{}".len()
    }

    /// The changes as parsed JSON values.
    pub fn values(&self) -> Map<String, Value> {
        // `add` builds the text from valid JSON, so parsing it cannot fail.
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// The names of the changed fields.
    pub fn names(&self) -> Vec<String> {
        self.values().into_iter().map(|(name, _)| name).collect()
    }

    /// Adds a field with its JSON values before and after. The name must not need escaping.
    fn add(&mut self, name: &str, from: &str, to: &str) {
        let comma = if self.is_empty() { "" } else { "," };
        self.0.pop();
        for piece in [comma, "\"", name, "\":[", from, ",", to, "]}"] {
            self.0.push_str(piece);
        }
    }
}

impl Change {
    /// A change without any changed fields.
    pub fn new(entity: EntityKind, action: &str, subject: impl fmt::Display, customer_id: Option<i64>) -> Self {
        Self {
            entity,
            action: action.to_owned(),
            subject: subject.to_string(),
            customer_id,
            fields: FieldChanges::default(),
        }
    }

    /// Adds a changed field with its values before and after.
    #[must_use]
    pub fn field(mut self, name: &str, from: impl Serialize, to: impl Serialize) -> Self {
        self.fields.add(name, &json(&from), &json(&to));
        self
    }

    /// Adds every field that differs between two states of a record; in an absent state all fields are empty.
    #[must_use]
    pub fn between<T: Serialize>(mut self, before: Option<&T>, after: Option<&T>) -> Self {
        let (before, after) = (before.map(json).unwrap_or_default(), after.map(json).unwrap_or_default());
        // Reserve enough for both records and the `[null,]` and comma of each field, so that the text is reallocated at most once.
        self.fields.0.reserve(2 * (before.len() + after.len()));
        let (before, after) = (Fields::of(&before), Fields::of(&after));
        let changed_or_removed = before.0.iter().map(|&(name, from)| (name, from, after.get(name)));
        let added = after.0.iter().filter(|(name, _)| !before.has(name)).map(|&(name, to)| (name, "null", to));
        for (name, from, to) in changed_or_removed.chain(added) {
            if from != to && !(is_empty_value(from) && is_empty_value(to)) {
                self.fields.add(name, from, to);
            }
        }
        self
    }

    /// Formats the amounts in some fields with the decimals of their unit, such as `12.50`.
    #[must_use]
    pub fn amounts(mut self, unit: Unit, fields: &[&str]) -> Self {
        let mut changes = self.fields.values();
        for field in fields {
            for value in changes.get_mut(*field).and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(amount) = value.as_str().and_then(|text| text.parse().ok()) {
                    *value = unit.format(amount).into();
                }
            }
        }
        self.fields = FieldChanges(Value::Object(changes).to_string());
        self
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

/// A record as JSON text. Records always serialize; a value that does not has no fields to log.
fn json<T: Serialize>(record: &T) -> String {
    serde_json::to_string(record).unwrap_or_default()
}

/// The fields of a JSON object, each with its value as unparsed JSON text.
#[derive(Default)]
struct Fields<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Fields<'a> {
    fn of(object: &'a str) -> Self {
        serde_json::from_str(object).unwrap_or_default()
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(other, _)| *other == name)
    }

    fn get(&self, name: &str) -> &'a str {
        self.0.iter().find(|(other, _)| *other == name).map_or("null", |(_, value)| value)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut fields = Vec::with_capacity(16);
        while let Some((name, value)) = map.next_entry::<&str, &RawValue>()? {
            fields.push((name, value.get()));
        }
        Ok(Fields(fields))
    }
}

fn is_empty_value(json: &str) -> bool {
    matches!(json, "null" | "[]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CustomerDetails;

    #[test]
    fn only_changed_fields_are_recorded() {
        let before = CustomerDetails::of("ABC".parse().expect("valid"));
        let mut after = before.clone();
        after.country = Some("GB".parse().expect("valid"));
        let change = Change::new(EntityKind::Customer, "edit", "ABC1", None).between(Some(&before), Some(&after));
        assert_eq!(change.fields.as_str(), r#"{"country":[null,"GB"]}"#);
        let created = Change::new(EntityKind::Customer, "new", "ABC1", None).between(None, Some(&after));
        assert_eq!(created.fields.names(), ["organisation", "country", "billing"]);
        let emptied = Change::new(EntityKind::Customer, "edit", "ABC1", None).between(Some(&after), Some(&before));
        assert_eq!(emptied.fields.as_str(), r#"{"country":["GB",null]}"#);
        assert!(Change::new(EntityKind::Customer, "edit", "ABC1", None).between(Some(&after), Some(&after)).is_empty());
    }

    #[test]
    fn changes_round_trip() {
        let awkward = "a \"quoted\" \\ text,\n[null]";
        let change =
            Change::new(EntityKind::Note, "add", "x", None).field("text", (), awkward).field("size", 1, [2, 3]);
        let expected = serde_json::json!({"text": [null, awkward], "size": [1, [2, 3]]});
        assert_eq!(Value::Object(change.fields.values()), expected);
    }
}
