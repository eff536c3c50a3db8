//! The audit log: who changed what, when, why, from what to what.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::model::text::Invalid;
use crate::model::{AccountCode, Origin, Time, Unit};

/// The kinds of things that are managed, by the names they have on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Noun {
    Customer,
    Contact,
    Note,
    Service,
    Smpp,
    Balance,
    Entry,
    Letter,
    Traffic,
    Database,
}

impl Noun {
    /// Every noun.
    pub const ALL: [Self; 10] = [
        Self::Customer,
        Self::Contact,
        Self::Note,
        Self::Service,
        Self::Smpp,
        Self::Balance,
        Self::Entry,
        Self::Letter,
        Self::Traffic,
        Self::Database,
    ];

    /// The word in data and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Contact => "contact",
            Self::Note => "note",
            Self::Service => "service",
            Self::Smpp => "smpp",
            Self::Balance => "balance",
            Self::Entry => "entry",
            Self::Letter => "letter",
            Self::Traffic => "traffic",
            Self::Database => "database",
        }
    }
}

impl FromStr for Noun {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|noun| noun.as_str() == text).ok_or_else(|| {
            Invalid::rule("must be customer, contact, note, service, smpp, balance, entry, letter, traffic or database")
        })
    }
}

/// The word in a sentence: "no SMPP account ...".
impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Smpp => "SMPP account",
            Self::Traffic => "import of traffic",
            other => other.as_str(),
        })
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
    pub change: Change,
}

/// What happened to one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub noun: Noun,
    /// What happened: `new`, `edit`, `archive` and so on.
    pub action: String,
    /// The thing's name: an account code, a system ID, a number.
    pub subject: String,
    /// The customer it belongs to, if it belongs to one.
    pub customer_id: Option<i64>,
    /// Every field that changed, each as `[from, to]`. Secrets are never in it.
    pub fields: Map<String, Value>,
}

impl Change {
    /// A change of a thing of which nothing is recorded but that it happened.
    pub fn new(noun: Noun, action: &str, subject: impl fmt::Display, customer_id: Option<i64>) -> Self {
        Self { noun, action: action.to_owned(), subject: subject.to_string(), customer_id, fields: Map::new() }
    }

    /// The change with one field's step from a value to another.
    #[must_use]
    pub fn field(mut self, name: &str, from: impl Into<Value>, to: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), Value::Array(vec![from.into(), to.into()]));
        self
    }

    /// The change with every field in which two states of a thing differ; an absent state has all fields empty.
    #[must_use]
    pub fn between<T: serde::Serialize>(mut self, before: Option<&T>, after: Option<&T>) -> Self {
        let Some(before) = before.map(fields) else {
            let after = after.map(fields).unwrap_or_default().into_iter().filter(|(_, to)| !is_nothing(to));
            self.fields.extend(after.map(|(name, to)| (name, Value::Array(vec![Value::Null, to]))));
            return self;
        };
        let after = after.map(fields).unwrap_or_default();
        for name in before.keys().chain(after.keys().filter(|name| !before.contains_key(*name))) {
            let from = before.get(name).unwrap_or(&Value::Null);
            let to = after.get(name).unwrap_or(&Value::Null);
            if from != to && !(is_nothing(from) && is_nothing(to)) {
                self = self.field(name, from.clone(), to.clone());
            }
        }
        self
    }

    /// The change with the amounts in some fields as their unit writes them: `12.50`.
    #[must_use]
    pub fn amounts(mut self, unit: Unit, fields: &[&str]) -> Self {
        for field in fields {
            for value in self.fields.get_mut(*field).and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(amount) = value.as_str().and_then(|text| text.parse().ok()) {
                    *value = unit.format(amount).into();
                }
            }
        }
        self
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

/// The fields of a plain record. Details of nouns serialize to objects without fail; anything else has no fields to log.
fn fields<T: serde::Serialize>(record: &T) -> Map<String, Value> {
    match serde_json::to_value(record) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
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
        let change = Change::new(Noun::Customer, "edit", "ABC1", None).between(Some(&before), Some(&after));
        assert_eq!(serde_json::to_string(&change.fields).expect("json"), r#"{"country":[null,"GB"]}"#);
        let made = Change::new(Noun::Customer, "new", "ABC1", None).between(None, Some(&after));
        assert_eq!(made.fields.keys().collect::<Vec<_>>(), ["organisation", "country"]);
    }
}
