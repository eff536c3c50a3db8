//! Changes settings in the text of a configuration file and finds their lines. Comments, order and everything else stay as they
//! are.

use toml_edit::{Array, Document, DocumentMut, InlineTable, Item, Key, Table, TableLike, Value};

/// The parts of a key such as `roles.billing.name`; `None` if it is not a key.
pub(super) fn parts(key: &str) -> Option<Vec<String>> {
    let parts: Vec<String> = Key::parse(key).ok()?.iter().map(|part| part.get().to_owned()).collect();
    (!parts.is_empty()).then_some(parts)
}

/// A part of a key, quoted where TOML requires it.
pub(super) fn quoted_part(part: &str) -> String {
    Key::new(part).display_repr().into_owned()
}

/// What a value on the command line may mean: a text, a value of TOML such as a number, a list with commas, or rates with the first
/// day of each, such as `2011-01-04=20`. The setting decides.
pub(super) fn meanings(value: &str) -> impl Iterator<Item = Value> {
    let literal = value.parse::<Value>().ok();
    let list: Array = value.split(',').map(str::trim).collect();
    [Some(Value::from(value)), literal, Some(Value::Array(list)), dated_rates(value).map(Value::Array)]
        .into_iter()
        .flatten()
}

/// Tax rates, each with its first day.
fn dated_rates(value: &str) -> Option<Array> {
    let rate = |pair: &str| {
        let (from, rate) = pair.split_once('=')?;
        let fields = [("from", from.trim()), ("rate", rate.trim().trim_end_matches(['%', ' ']))];
        Some(fields.into_iter().collect::<InlineTable>())
    };
    value.split(',').map(rate).collect()
}

/// The setting or section that a place in the text belongs to.
pub(super) fn key_at(text: &str, offset: usize) -> Option<String> {
    let document = Document::parse(text).ok()?;
    key_in(document.as_table(), offset)
}

fn key_in(table: &dyn TableLike, offset: usize) -> Option<String> {
    let (names, _): (Vec<_>, Vec<_>) = table.iter().unzip();
    names.into_iter().find_map(|name| {
        let (key, item) = table.get_key_value(name)?;
        let part = quoted_part(name);
        let inner = item.as_table_like().and_then(|inner| key_in(inner, offset));
        if let Some(inner) = inner {
            return Some(format!("{part}.{inner}"));
        }
        let contains = |span: Option<std::ops::Range<usize>>| span.is_some_and(|span| span.contains(&offset));
        (contains(key.span()) || contains(item.span())).then_some(part)
    })
}

/// The text with a setting set to this value; `None` if the text has a value where the key needs a section, or is not TOML.
pub(super) fn with_value(text: &str, key: &[String], mut value: Value) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let (name, sections) = key.split_last()?;
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for (depth, section) in sections.iter().enumerate() {
        let new = || {
            let mut new = Table::new();
            new.set_implicit(depth + 1 < sections.len());
            Item::Table(new)
        };
        table = table.entry(section).or_insert_with(new).as_table_like_mut()?;
    }
    match table.get_mut(name) {
        Some(Item::Value(before)) => {
            // A comment behind the value stays.
            *value.decor_mut() = before.decor().clone();
            *before = value;
        }
        Some(_) => return None,
        None => drop(table.insert(name, Item::Value(value))),
    }
    Some(document.to_string())
}

/// The text without a setting; `None` if it does not have it.
pub(super) fn without(text: &str, key: &[String]) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let (name, sections) = key.split_last()?;
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for section in sections {
        table = table.get_mut(section)?.as_table_like_mut()?;
    }
    table.remove(name)?;
    Some(document.to_string())
}

/// The number of the line that sets a setting.
pub(super) fn line_of(text: &str, key: &[String]) -> Option<usize> {
    let document = Document::parse(text).ok()?;
    let (name, sections) = key.split_last()?;
    let mut table: &dyn TableLike = document.as_table();
    for section in sections {
        table = table.get(section)?.as_table_like()?;
    }
    let (found, item) = table.get_key_value(name)?;
    let start = found.span().or_else(|| item.span())?.start;
    Some(text.get(..start)?.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Ours\n[defaults]\ncountry = \"GB\" # for now\n#max_tps = 50\n\n[mail]\ninternal = [\n  \"a@b.example\",\n]\n";

    fn key(key: &str) -> Vec<String> {
        parts(key).expect(key)
    }

    #[test]
    fn a_changed_value_leaves_everything_else_as_it_is() {
        let changed = with_value(TEXT, &key("defaults.country"), "FR".into()).expect("changed");
        assert_eq!(changed, TEXT.replace("\"GB\"", "\"FR\""));
        let added = with_value(TEXT, &key("gateway.port"), 2775.into()).expect("added");
        assert_eq!(added, format!("{TEXT}\n[gateway]\nport = 2775\n"));
        let deep = with_value("", &key("roles.billing.name"), "Ours".into()).expect("added");
        assert_eq!(deep, "[roles.billing]\nname = \"Ours\"\n");
        assert_eq!(with_value(TEXT, &key("defaults"), 1.into()), None);
        assert_eq!(with_value(TEXT, &key("defaults.country.code"), 1.into()), None);
    }

    #[test]
    fn a_setting_is_removed_once() {
        let removed = without(TEXT, &key("mail.internal")).expect("removed");
        assert!(!removed.contains("internal") && removed.contains("# Ours\n[defaults]\n"), "{removed}");
        assert_eq!(without(&removed, &key("mail.internal")), None);
        assert_eq!(without(TEXT, &key("roles.billing.name")), None);
    }

    #[test]
    fn a_place_belongs_to_a_setting() {
        let at = |part: &str| key_at(TEXT, TEXT.find(part).expect(part));
        assert_eq!(at("GB").as_deref(), Some("defaults.country"));
        assert_eq!(at("a@b").as_deref(), Some("mail.internal"));
        assert_eq!(at("[mail]").as_deref(), Some("mail"));
        assert_eq!(at("# Ours"), None);
    }

    #[test]
    fn settings_have_lines() {
        assert_eq!(line_of(TEXT, &key("defaults.country")), Some(3));
        assert_eq!(line_of(TEXT, &key("mail.internal")), Some(7));
        assert_eq!(line_of(TEXT, &key("defaults.max_tps")), None);
        assert_eq!(line_of("roles.billing = { name = \"x\" }", &key("roles.billing.name")), Some(1));
    }

    #[test]
    fn a_value_may_be_text_number_or_list() {
        let texts = |value| meanings(value).map(|meaning| meaning.to_string().trim().to_owned()).collect::<Vec<_>>();
        assert_eq!(texts("500"), ["\"500\"", "500", "[\"500\"]"]);
        assert_eq!(texts("a, b"), ["\"a, b\"", "[\"a\", \"b\"]"]);
        let rates = "[{ from = \"2011-01-04\", rate = \"20\" }, { from = \"2027-01-01\", rate = \"21\" }]";
        assert_eq!(texts("2011-01-04=20, 2027-01-01=21 %").last().map(String::as_str), Some(rates));
        assert_eq!(parts("a."), None);
        assert_eq!(key("import.portal.map.\"Debtor No\"").len(), 4);
    }
}
