//! Says in plain words what the parser of the configuration file refuses. Its own messages name types of the program.

use ssgctl::error::quoted;

use crate::config::edit;
use crate::config::known::nearest_of;

/// Finds the full name of the setting that a name may mean.
pub(super) type Elsewhere = fn(&str) -> Option<&'static str>;

/// What is wrong with a configuration file, and what to write instead if that is known.
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// Words an error of the parser. `text` is the text of the file, and `elsewhere` finds a setting of another section by its name.
pub(super) fn refusal(error: &toml::de::Error, text: &str, elsewhere: Elsewhere) -> Refusal {
    let key = error.span().and_then(|span| edit::key_at(text, span.start));
    refusal_of(error.message(), key.as_deref(), elsewhere)
}

fn refusal_of(message: &str, key: Option<&str>, elsewhere: Elsewhere) -> Refusal {
    if let Some(unknown) = Unknown::of(message) {
        return unknown.refusal(key, elsewhere);
    }
    let named = |message: String| match key {
        Some(key) => format!("{key}: {message}"),
        None => message,
    };
    let wrong = || {
        let refused = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "))?;
        let (found, expected) = refused.split_once(", expected ")?;
        Some(format!("must be {}, not {}", expected_words(expected), found_words(found)))
    };
    let missing = || {
        let field = message.strip_prefix("missing field `")?.strip_suffix('`')?;
        Some(format!("{} is missing", quoted(field)))
    };
    let plain = wrong().or_else(missing).unwrap_or_else(|| message.replace('\n', "; "));
    Refusal { message: named(plain), hint: None }
}

/// A setting or word that the parser does not know, and those that it knows there.
struct Unknown<'a> {
    is_setting: bool,
    word: &'a str,
    known: Vec<&'a str>,
}

impl<'a> Unknown<'a> {
    fn of(message: &'a str) -> Option<Self> {
        let setting = message.strip_prefix("unknown field `").map(|rest| (true, rest));
        let (is_setting, rest) = setting.or_else(|| Some((false, message.strip_prefix("unknown variant `")?)))?;
        let (word, rest) = rest.split_once('`')?;
        let known = rest.split('`').skip(1).step_by(2).collect();
        Some(Self { is_setting, word, known })
    }

    fn refusal(self, key: Option<&str>, elsewhere: Elsewhere) -> Refusal {
        let Self { is_setting, word, known } = self;
        if !is_setting {
            let place = key.map_or_else(String::new, |key| format!("{key}: "));
            return Refusal {
                message: format!("{place}{} must be one of {}", quoted(word), known.join(", ")),
                hint: None,
            };
        }
        let section = key.and_then(|key| key.rsplit_once('.')).map(|(section, _)| section);
        let place = section.map_or_else(String::new, |section| format!(" in [{section}]"));
        let full = |name: &str| section.map_or_else(|| name.to_owned(), |section| format!("{section}.{name}"));
        let meant = nearest_of(word, known.iter().copied()).map(full).or_else(|| elsewhere(word).map(str::to_owned));
        let hint = meant.map(|setting| format!("did you mean {}?", quoted(setting)));
        let all = || Some(format!("the settings{place} are {}", known.join(", "))).filter(|_| !known.is_empty());
        Refusal { message: format!("no setting {}{place}", quoted(word)), hint: hint.or_else(all) }
    }
}

/// What a value should be.
fn expected_words(expected: &str) -> &str {
    match expected {
        "a sequence" | "sequence" => "a list, such as [\"a\", \"b\"]",
        "a map" | "map" => "a section",
        "a string" | "string" | "str" => "a text in quotes",
        "path string" => "a path in quotes",
        "a boolean" | "bool" => "true or false",
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" => "a whole number in its range",
        other if other.starts_with("struct ") => "a section, such as { name = \"value\" }",
        other => other,
    }
}

/// What a value is.
fn found_words(found: &str) -> String {
    let inner = |prefix: &str, end: char| found.strip_prefix(prefix)?.strip_suffix(end);
    if let Some(text) = inner("string \"", '"') {
        return format!("the text {}", quoted(text));
    }
    for kind in ["integer `", "floating point `", "boolean `"] {
        if let Some(value) = inner(kind, '`') {
            return value.to_owned();
        }
    }
    match found {
        "map" => "a section".to_owned(),
        "sequence" => "a list".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file::ConfigFile;
    use crate::config::known::nearest;

    fn refused(text: &str) -> (String, Option<String>) {
        let error = toml::from_str::<ConfigFile>(text).map(drop).expect_err(text);
        let Refusal { message, hint } = refusal(&error, text, nearest);
        (message, hint)
    }

    #[test]
    fn the_parser_speaks_plainly_and_names_the_setting() {
        for (text, message) in [
            ("[tax]\nstandard = { from = \"2011-01-04\", rate = \"20\" }", "tax.standard: must be a list"),
            (
                "[database]\nwait_seconds = \"soon\"",
                "database.wait_seconds: must be a whole number in its range, not the text `soon`",
            ),
            ("[database]\nwait_seconds = -1", "database.wait_seconds: must be a whole number in its range, not -1"),
            (
                "[gateway]\nhosts = \"a.example\"",
                "gateway.hosts: must be a list, such as [\"a\", \"b\"], not the text `a.example`",
            ),
            ("[seller]\naddress = \"High Street\"", "seller.address: must be a list"),
            ("defaults = 5", "defaults: must be a section, such as { name = \"value\" }, not 5"),
            ("[roles.billing]\nname = \"Ours\"", "roles.billing: `address` is missing"),
            (
                "[defaults]\ntimezone = \"London\"",
                "defaults.timezone: must be an IANA time zone; London is Europe/London",
            ),
        ] {
            let (found, _) = refused(text);
            assert!(found.starts_with(message), "{text}: {found}");
        }
    }

    #[test]
    fn an_unknown_setting_has_a_suggestion_from_its_section_first() {
        for (text, message, hint) in [
            ("[defaults]\nmax_tsp = 5", "no setting `max_tsp` in [defaults]", "did you mean `defaults.max_tps`?"),
            ("[mail]\ntimezone = 5", "no setting `timezone` in [mail]", "did you mean `defaults.timezone`?"),
            ("[roles.biling]\nname = 5", "no setting `biling` in [roles]", "did you mean `roles.billing`?"),
            (
                "[operator]\ncolour = 5",
                "no setting `colour` in [operator]",
                "the settings in [operator] are company, service",
            ),
            ("[defautls]\ncountry = 5", "no setting `defautls`", "did you mean `defaults`?"),
        ] {
            assert_eq!(refused(text), (message.to_owned(), Some(hint.to_owned())), "{text}");
        }
    }
}
