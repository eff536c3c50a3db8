//! The audit log: who changed what, when, why, from what to what.

use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::model::word_enum::word_enum;
use crate::model::{AccountCode, Origin, Time, Unit};

word_enum! {
    /// The kinds of things that are managed, by the names they have on the command line.
    pub enum EntityKind {
        Customer = "customer",
        Contact = "contact",
        Note = "note",
        Service = "service",
        Smpp = "smpp" as "SMPP account",
        Balance = "balance",
        Entry = "entry",
        Email = "email",
        Traffic = "traffic" as "import of traffic",
        Database = "database",
    }
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its place in the log: 1, 2, 3 … without a gap.
    pub id: i64,
    pub at: Time,
    pub origin: Origin,
    /// The customer that the change belongs to, if it belongs to one.
    pub customer: Option<AccountCode>,
    pub change: Change<Map<String, Value>>,
}

/// What happened to one thing: its steps are [`Steps`] when it is made, and values when it is read again.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<F = Steps> {
    pub entity: EntityKind,
    /// What happened: `new`, `edit`, `archive` and so on.
    pub action: String,
    /// The thing's name: an account code, a system ID, a number.
    pub subject: String,
    /// The customer it belongs to, if it belongs to one.
    pub customer_id: Option<i64>,
    /// Every field that changed, each as `[from, to]`. Secrets are never in it.
    pub fields: F,
}

/// The steps of fields as the text of a JSON object, in which form the log keeps them: an import makes very many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps(String);

impl Default for Steps {
    fn default() -> Self {
        Self("{}".to_owned())
    }
}

impl Steps {
    /// The text of the object.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.len() == "{}".len()
    }

    /// The steps as values.
    pub fn values(&self) -> Map<String, Value> {
        // The text was put together from JSON and is an object.
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// The names of the fields.
    pub fn names(&self) -> Vec<String> {
        self.values().into_iter().map(|(name, _)| name).collect()
    }

    /// Adds the step of a field whose name needs no escaping, from one JSON text to another.
    fn add(&mut self, name: &str, from: &str, to: &str) {
        let comma = if self.is_empty() { "" } else { "," };
        self.0.pop();
        for piece in [comma, "\"", name, "\":[", from, ",", to, "]}"] {
            self.0.push_str(piece);
        }
    }
}

impl Change {
    /// A change of a thing of which nothing is recorded but that it happened.
    pub fn new(entity: EntityKind, action: &str, subject: impl fmt::Display, customer_id: Option<i64>) -> Self {
        Self { entity, action: action.to_owned(), subject: subject.to_string(), customer_id, fields: Steps::default() }
    }

    /// The change with one field's step from a value to another.
    #[must_use]
    pub fn field(mut self, name: &str, from: impl Serialize, to: impl Serialize) -> Self {
        self.fields.add(name, &json(&from), &json(&to));
        self
    }

    /// The change with every field in which two states of a thing differ; an absent state has all fields empty.
    #[must_use]
    pub fn between<T: Serialize>(mut self, before: Option<&T>, after: Option<&T>) -> Self {
        let (before, after) = (before.map(json).unwrap_or_default(), after.map(json).unwrap_or_default());
        // Room for everything, so that the text is moved once at most; `[null,]` and a comma come to each field.
        self.fields.0.reserve(2 * (before.len() + after.len()));
        let (before, after) = (Fields::of(&before), Fields::of(&after));
        let of_before = before.0.iter().map(|&(name, from)| (name, from, after.get(name)));
        let of_after = after.0.iter().filter(|(name, _)| !before.has(name)).map(|&(name, to)| (name, "null", to));
        for (name, from, to) in of_before.chain(of_after) {
            if from != to && !(is_nothing(from) && is_nothing(to)) {
                self.fields.add(name, from, to);
            }
        }
        self
    }

    /// The change with the amounts in some fields as their unit writes them: `12.50`.
    #[must_use]
    pub fn amounts(mut self, unit: Unit, fields: &[&str]) -> Self {
        let mut steps = self.fields.values();
        for field in fields {
            for value in steps.get_mut(*field).and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(amount) = value.as_str().and_then(|text| text.parse().ok()) {
                    *value = unit.format(amount).into();
                }
            }
        }
        self.fields = Steps(Value::Object(steps).to_string());
        self
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

/// A plain record as JSON. Details of nouns serialize to objects without fail; anything else has no fields to log.
fn json<T: Serialize>(record: &T) -> String {
    serde_json::to_string(record).unwrap_or_default()
}

/// The fields of a JSON object, each with the text of its value.
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

fn is_nothing(json: &str) -> bool {
    matches!(json, "null" | "[]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CustomerDetails;

    #[test]
    fn only_what_differs_is_recorded() {
        let before = CustomerDetails::of("ABC".parse().expect("valid"));
        let mut after = before.clone();
        after.country = Some("GB".parse().expect("valid"));
        let change = Change::new(EntityKind::Customer, "edit", "ABC1", None).between(Some(&before), Some(&after));
        assert_eq!(change.fields.as_str(), r#"{"country":[null,"GB"]}"#);
        let made = Change::new(EntityKind::Customer, "new", "ABC1", None).between(None, Some(&after));
        assert_eq!(made.fields.names(), ["organisation", "country"]);
        let emptied = Change::new(EntityKind::Customer, "edit", "ABC1", None).between(Some(&after), Some(&before));
        assert_eq!(emptied.fields.as_str(), r#"{"country":["GB",null]}"#);
        assert!(Change::new(EntityKind::Customer, "edit", "ABC1", None).between(Some(&after), Some(&after)).is_empty());
    }

    #[test]
    fn steps_read_back_as_they_were_told() {
        let awkward = "a \"quoted\" \\ text,\n[null]";
        let change =
            Change::new(EntityKind::Note, "add", "x", None).field("text", (), awkward).field("size", 1, [2, 3]);
        let expected = serde_json::json!({"text": [null, awkward], "size": [1, [2, 3]]});
        assert_eq!(Value::Object(change.fields.values()), expected);
    }
}
