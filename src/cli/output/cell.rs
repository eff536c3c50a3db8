//! A typed value of a row, and its text in each format.

use std::borrow::Cow;
use std::fmt::Display;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use ssgctl::model::{EmailAddress, Level, Money, Time, Unit};

use crate::output::column_layout::ColumnKind;

/// A value in a column.
#[derive(Debug, Clone)]
pub(crate) enum Cell<'a> {
    Empty,
    Text(Cow<'a, str>),
    Number(i64),
    /// A decimal. JSON has it as a string, so that no reader rounds it to a float.
    Amount(String),
    Flag(bool),
    Time(Time),
    /// A value that programs get in full and tables abbreviate.
    Long {
        data: String,
        reading: String,
    },
    /// Several short texts.
    List(Vec<Cow<'a, str>>),
    /// Amounts in several units, such as `5760 SMS, 46.80 EUR`.
    Amounts(Vec<(String, &'static str)>),
    /// Email addresses. Programs get the ASCII form of their domains, people the script of their language.
    Emails(Vec<Cow<'a, EmailAddress>>),
    /// The lines of one text.
    Lines(Vec<Cow<'a, str>>),
    /// Fields that changed, each as `[from, to]`.
    Changes(&'a Map<String, Value>),
}

impl<'a> Cell<'a> {
    pub(crate) fn text(text: &'a (impl AsRef<str> + ?Sized)) -> Self {
        Self::Text(Cow::Borrowed(text.as_ref()))
    }

    pub(crate) fn maybe(text: Option<&'a (impl AsRef<str> + ?Sized)>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }

    pub(crate) fn shown(value: impl Display) -> Self {
        Self::Text(Cow::Owned(value.to_string()))
    }

    pub(crate) fn number(number: impl TryInto<i64>) -> Self {
        // No count reaches 63 bits; saturating avoids an error path that cannot happen.
        Self::Number(number.try_into().unwrap_or(i64::MAX))
    }

    pub(crate) fn maybe_number(number: Option<impl Into<i64>>) -> Self {
        number.map_or(Self::Empty, |number| Self::Number(number.into()))
    }

    pub(crate) fn amount(unit: Unit, amount: Money) -> Self {
        Self::Amount(unit.format(amount))
    }

    pub(crate) fn maybe_amount(unit: Unit, amount: Option<Money>) -> Self {
        amount.map_or(Self::Empty, |amount| Self::amount(unit, amount))
    }

    pub(crate) fn amounts(amounts: &[(Unit, Money)]) -> Self {
        Self::Amounts(amounts.iter().map(|(unit, amount)| (unit.format(*amount), unit.code())).collect())
    }

    /// A share in per mille as a percentage with one decimal.
    pub(crate) fn percent(per_mille: Option<u64>) -> Self {
        per_mille.map_or(Self::Empty, |share| Self::Amount(format!("{}.{}", share / 10, share % 10)))
    }

    /// A change in tenths of a per cent as a percentage with its sign; empty if there was nothing before.
    pub(crate) fn change(per_mille: Option<i64>) -> Self {
        let Some(change) = per_mille else { return Self::Empty };
        let sign = if change < 0 { "-" } else { "+" };
        Self::Amount(format!("{sign}{}.{}", change.unsigned_abs() / 10, change.unsigned_abs() % 10))
    }

    pub(crate) fn maybe_time(time: Option<Time>) -> Self {
        time.map_or(Self::Empty, Self::Time)
    }

    /// How low a balance is: the portal's word for programs, a plain one for people.
    pub(crate) fn level(level: Level) -> Self {
        Self::Long { data: level.to_string(), reading: level.for_reading().to_owned() }
    }

    pub(crate) fn list<T: AsRef<str> + 'a>(items: impl IntoIterator<Item = &'a T>) -> Self {
        Self::List(items.into_iter().map(|item| Cow::Borrowed(item.as_ref())).collect())
    }

    pub(crate) fn email(address: &'a EmailAddress) -> Self {
        match address.readable() {
            Cow::Borrowed(text) => Self::Text(Cow::Borrowed(text)),
            Cow::Owned(reading) => Self::Long { data: address.to_string(), reading },
        }
    }

    pub(crate) fn maybe_email(address: Option<&'a EmailAddress>) -> Self {
        address.map_or(Self::Empty, Self::email)
    }

    pub(crate) fn emails(addresses: impl IntoIterator<Item = &'a EmailAddress>) -> Self {
        Self::Emails(addresses.into_iter().map(Cow::Borrowed).collect())
    }

    pub(crate) fn shown_list(items: impl IntoIterator<Item = impl Display>) -> Self {
        Self::List(items.into_iter().map(|item| Cow::Owned(item.to_string())).collect())
    }

    /// Whether tables align it to the right.
    pub(crate) fn is_numeric(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Amount(_))
    }

    /// Whether tables may wrap it between its items.
    pub(super) fn is_list(&self) -> bool {
        matches!(self, Self::List(_) | Self::Emails(_) | Self::Amounts(_))
    }

    /// The text for programs, in CSV and `-o name`.
    pub(crate) fn for_data(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Amount(amount) => Cow::Borrowed(amount),
            Self::Flag(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Self::Time(time) => Cow::Owned(time.to_string()),
            Self::Long { data, .. } => Cow::Borrowed(data),
            Self::List(items) => Cow::Owned(items.join(", ")),
            Self::Amounts(_) => Cow::Owned(self.amount_texts().join(", ")),
            Self::Emails(addresses) => {
                Cow::Owned(addresses.iter().map(|address| address.as_str()).collect::<Vec<_>>().join(", "))
            }
            // An import would parse lines that begin like JSON as JSON, so these are written as a JSON array.
            Self::Lines(lines) if lines.first().is_some_and(|first| first.starts_with(['[', '{'])) => {
                Cow::Owned(Value::from(lines.iter().map(AsRef::as_ref).collect::<Vec<&str>>()).to_string())
            }
            Self::Lines(lines) => Cow::Owned(lines.join("\n")),
            Self::Changes(fields) => Cow::Owned(Value::Object((*fields).clone()).to_string()),
        }
    }

    /// The text for people at a terminal.
    pub(crate) fn for_people(&self, kind: ColumnKind) -> Cow<'_, str> {
        match self {
            Self::Number(number) if kind != ColumnKind::Id => Cow::Owned(with_separators(&number.to_string())),
            Self::Amount(amount) => Cow::Owned(with_separators(amount)),
            Self::Amounts(amounts) => {
                let texts = amounts.iter().map(|(amount, unit)| format!("{} {unit}", with_separators(amount)));
                Cow::Owned(texts.collect::<Vec<_>>().join(", "))
            }
            Self::Text(path) if kind == ColumnKind::File => Cow::Borrowed(base_name(path)),
            _ if kind == ColumnKind::Text => match self.for_reading() {
                text if text.contains('\n') => Cow::Owned(text.replace('\n', " ")),
                text => text,
            },
            _ => self.for_reading(),
        }
    }

    fn amount_texts(&self) -> Vec<String> {
        match self {
            Self::Amounts(amounts) => amounts.iter().map(|(amount, unit)| format!("{amount} {unit}")).collect(),
            _ => Vec::new(),
        }
    }

    /// The text for people in a pipe.
    pub(crate) fn for_reading(&self) -> Cow<'_, str> {
        match self {
            Self::Flag(flag) => Cow::Borrowed(if *flag { "yes" } else { "no" }),
            Self::Long { reading, .. } => Cow::Borrowed(reading),
            Self::Emails(addresses) => {
                Cow::Owned(addresses.iter().map(|address| address.readable()).collect::<Vec<_>>().join(", "))
            }
            Self::Changes(fields) => Cow::Owned(changes_for_reading(fields)),
            other => other.for_data(),
        }
    }
}

/// The value in JSON.
impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Empty => serializer.serialize_unit(),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::List(items) | Self::Lines(items) => items.serialize(serializer),
            Self::Amounts(_) => self.amount_texts().serialize(serializer),
            Self::Emails(addresses) => serializer.collect_seq(addresses.iter().map(|address| address.as_str())),
            Self::Changes(fields) => fields.serialize(serializer),
            Self::Text(_) | Self::Amount(_) | Self::Time(_) | Self::Long { .. } => {
                serializer.serialize_str(&self.for_data())
            }
        }
    }
}

/// A number with a comma before each three digits of its whole part.
fn with_separators(number: &str) -> String {
    let (whole, decimals) = number.split_once('.').map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    let digits = whole.trim_start_matches(['-', '+']);
    let mut text = whole[..whole.len() - digits.len()].to_owned();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    decimals.map_or(text.clone(), |decimals| format!("{text}.{decimals}"))
}

/// The last part of a path.
fn base_name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Formats changes such as `country: GB → FR; phone: +44…`; a field that was empty has no arrow.
fn changes_for_reading(fields: &Map<String, Value>) -> String {
    let steps = fields.iter().map(|(name, step)| {
        let (from, to) = (&step[0], &step[1]);
        match (is_empty(from), is_empty(to)) {
            (true, _) => format!("{name}: {}", value_for_reading(to)),
            (false, true) => format!("{name}: {} → (none)", value_for_reading(from)),
            (false, false) => format!("{name}: {} → {}", value_for_reading(from), value_for_reading(to)),
        }
    });
    steps.collect::<Vec<_>>().join("; ")
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn value_for_reading(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(value_for_reading).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_get_separators_and_base_names() {
        for (number, text) in [("0", "0"), ("999", "999"), ("-1000", "-1,000"), ("1234567.0325", "1,234,567.0325")] {
            assert_eq!(with_separators(number), text);
        }
        assert_eq!(Cell::Number(4711).for_people(ColumnKind::Id), "4711");
        assert_eq!(Cell::Number(4711).for_people(ColumnKind::Value), "4,711");
        assert_eq!(Cell::text("/var/lib/x.csv").for_people(ColumnKind::File), "x.csv");
        assert_eq!(Cell::text("-").for_people(ColumnKind::File), "-");
        assert_eq!(Cell::text("one\ntwo").for_people(ColumnKind::Text), "one two");
    }

    #[test]
    fn changes_read_as_steps() {
        let fields =
            serde_json::json!({"country": ["GB", "FR"], "phone": [null, "+33123456789"], "website": ["x", null]});
        let cell = Cell::Changes(fields.as_object().expect("object"));
        assert_eq!(cell.for_reading(), "country: GB → FR; phone: +33123456789; website: x → (none)");
    }
}
