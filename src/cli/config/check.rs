//! `config check`: what is wrong with a configuration file, and what in it has no effect.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ssgctl::error::quoted;
use ssgctl::model::Gateway;

use crate::config::file::{ConfigFile, config_failure, place_of, small_file};
use crate::config::known::nearest;
use crate::config::plain::{Refusal, refusal};
use crate::config::{Origin, Settings, edit};
use crate::exit::Result;

/// The number of errors after which a file is not read further.
const MAX_ERRORS: usize = 50;

/// Says why an alias with this name and these words cannot be used, given all aliases.
pub(crate) type AliasFault = fn(&str, &str, &BTreeMap<String, String>) -> Option<String>;

/// Something to change in a configuration file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConfigFinding {
    /// Whether the file cannot be used before it is changed.
    pub(crate) is_error: bool,
    pub(crate) setting: Option<String>,
    pub(crate) line: Option<usize>,
    pub(crate) message: String,
}

/// What is wrong with the file; `None` if there is no file. A file that is no TOML at all, or that others may change, fails.
pub(crate) fn check(path: &Path, settings: &Settings, alias_fault: AliasFault) -> Result<Option<Vec<ConfigFinding>>> {
    let Some(file) = small_file(path, false)? else { return Ok(None) };
    file.refuse_unsafe(false)?;
    let text = &*file.text;
    let errors = errors(text, path)?;
    if !errors.is_empty() {
        return Ok(Some(errors));
    }
    Ok(Some(warnings(text, settings, alias_fault)))
}

/// All errors. The parser stops at the first, so the setting of each is removed before the rest is read.
fn errors(text: &str, path: &Path) -> Result<Vec<ConfigFinding>> {
    let (mut rest, mut found) = (text.to_owned(), Vec::new());
    while let (Err(error), true) = (toml::from_str::<ConfigFile>(&rest).map(drop), found.len() < MAX_ERRORS) {
        let key = error.span().and_then(|span| edit::key_at(&rest, span.start));
        let parts = key.as_deref().and_then(edit::parts);
        let Some(without) = parts.as_ref().and_then(|parts| edit::without(&rest, parts)) else {
            return Err(config_failure(&error, &rest, &path.display().to_string()));
        };
        let Refusal { message, hint } = refusal(&error, &rest, nearest);
        let message = key.as_ref().and_then(|key| message.strip_prefix(key)?.strip_prefix(": ")).unwrap_or(&message);
        let message = hint.map_or_else(|| message.to_owned(), |hint| format!("{message}; {hint}"));
        // Lines are those of the file, not of what is left of it.
        let line = parts.and_then(|parts| edit::line_of(text, &parts));
        let line = line.or_else(|| usize::try_from(place_of(&error, &rest, "").line).ok());
        found.push(ConfigFinding { is_error: true, setting: key, line, message });
        rest = without;
    }
    found.sort_by_key(|found| found.line);
    Ok(found)
}

/// What has no effect, or not the one that was meant.
fn warnings(text: &str, settings: &Settings, alias_fault: AliasFault) -> Vec<ConfigFinding> {
    let line = |key: &str| edit::line_of(text, &edit::parts(key)?);
    let warning = |key: &str, message: String| ConfigFinding {
        is_error: false,
        setting: Some(key.to_owned()),
        line: line(key),
        message,
    };
    let mut found = Vec::new();
    for setting in &settings.overridable {
        if let (Origin::Flag(name) | Origin::Variable(name), Some(_)) = (setting.origin, line(&setting.key)) {
            found.push(warning(&setting.key, format!("has no effect: {name} takes precedence")));
        }
    }
    for (key, path) in settings.named_files() {
        if !path.exists() {
            found.push(warning(key, format!("{} does not exist", quoted(path.display()))));
        }
    }
    let hosts = settings.gateway.hosts.len();
    if (1..Gateway::ENOUGH_HOSTS).contains(&hosts) {
        found.push(warning("gateway.hosts", "names only one host; customers should know at least two".to_owned()));
    }
    for (name, expansion) in &settings.aliases {
        let fault = alias_fault(name, expansion, &settings.aliases);
        found.extend(fault.map(|fault| warning(&format!("alias.{}", edit::quoted_part(name)), fault)));
    }
    found
}

impl Settings {
    /// The files that the configuration names and that must exist, each with its setting.
    fn named_files(&self) -> Vec<(&'static str, PathBuf)> {
        let in_folder = |path: &Path| match self.config_path.as_deref().and_then(Path::parent) {
            Some(folder) => folder.join(path),
            None => path.to_owned(),
        };
        let mail = &self.mail.mail;
        let files = [
            ("mail.password_file", mail.password_file().map(Path::to_owned)),
            ("mail.templates", mail.templates().map(Path::to_owned)),
            ("invoice.logo", self.invoices.logo().map(in_folder)),
        ];
        files.into_iter().filter_map(|(key, path)| Some((key, path?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_errors_are_found_with_their_lines() {
        let text = "[defaults]\nmax_tsp = 5\ncountry = \"GB\"\ntimezone = \"Atlantis\"\n[gateway]\nhosts = \"a.example\"\n[nothing]\na = 1\n";
        let found = errors(text, Path::new("config.toml")).expect("TOML");
        let mut places: Vec<_> = found.iter().map(|found| (found.line, found.setting.as_deref())).collect();
        places.sort();
        assert_eq!(
            places,
            [
                (Some(2), Some("defaults.max_tsp")),
                (Some(4), Some("defaults.timezone")),
                (Some(6), Some("gateway.hosts")),
                (Some(7), Some("nothing")),
            ]
        );
        assert!(found.iter().any(|found| found.message.ends_with("did you mean `defaults.max_tps`?")), "{found:?}");
        assert_eq!(errors("[defaults]\ncountry = \"GB\"\n", Path::new("config.toml")).expect("TOML"), []);
        assert!(errors("[defaults", Path::new("config.toml")).is_err(), "it is no TOML");
    }
}
